import { minus, negated, NO_MONEY, notNegative, plus, type Pence } from '../src/domain/money.js';
import { POOL, type Account } from '../src/domain/postings.js';
import type { View } from './view.js';

/**
 * What a partner, or the whole fund, has proposed, agreed, withdrawn, had due, paid and has at risk. Source: design.md 5.
 * At-risk and assumed money stands beside what is agreed, never inside it.
 */
export interface Figures {
  readonly proposed: Pence;
  readonly agreed: Pence;
  readonly agreedRecurrent: Pence;
  readonly agreedOneOff: Pence;
  readonly withdrawn: Pence;
  readonly due: Pence;
  readonly received: Pence;
  /** agreed − received; below nothing where more was paid than is agreed. */
  readonly outstanding: Pence;
  /** What fell due and has not come, source by source, never below nothing. */
  readonly overdue: Pence;
  readonly atRisk: Pence;
  readonly assumed: Pence;
}

export const FIGURES = [
  'proposed',
  'agreed',
  'agreedRecurrent',
  'agreedOneOff',
  'withdrawn',
  'due',
  'received',
  'outstanding',
  'overdue',
  'atRisk',
  'assumed',
] as const satisfies readonly (keyof Figures)[];

export interface SourceFigures {
  readonly source: string;
  readonly figures: Figures;
}

export interface PartnerPosition {
  readonly partner: string;
  readonly sources: readonly SourceFigures[];
  readonly total: Figures;
}

export interface FundPosition {
  readonly partners: readonly PartnerPosition[];
  readonly total: Figures;
}

type Balances = Record<
  'proposed' | 'recurrent' | 'oneOff' | 'withdrawn' | 'due' | 'received' | 'atRisk' | 'assumed',
  Pence
>;

const emptyBalances = (): Balances => ({
  proposed: NO_MONEY,
  recurrent: NO_MONEY,
  oneOff: NO_MONEY,
  withdrawn: NO_MONEY,
  due: NO_MONEY,
  received: NO_MONEY,
  atRisk: NO_MONEY,
  assumed: NO_MONEY,
});

function addTo(balances: Balances, account: Account, amount: Pence): void {
  const { measure } = account;
  const name = measure !== 'agreed' ? measure : account.term === 'recurrent' ? 'recurrent' : 'oneOff';
  // Measures that no figure of a position is made of have no balance to add to.
  if (name in balances) balances[name as keyof Balances] = plus(balances[name as keyof Balances], amount);
}

function figuresOf(balances: Balances): Figures {
  const { proposed, recurrent, oneOff, withdrawn, due, received, atRisk, assumed } = balances;
  const agreed = plus(recurrent, oneOff);
  return {
    proposed,
    agreed,
    agreedRecurrent: recurrent,
    agreedOneOff: oneOff,
    withdrawn,
    due,
    received,
    outstanding: minus(agreed, received),
    overdue: notNegative(minus(due, received)),
    atRisk,
    assumed,
  };
}

export const totalFigures = (all: readonly Figures[]): Figures =>
  Object.fromEntries(
    FIGURES.map((name) => [name, all.reduce((sum, figures) => plus(sum, figures[name]), NO_MONEY)]),
  ) as unknown as Figures;

/** One partner's position by source of funding, sources in the order of their codes. */
export function partnerPosition(view: View, partner: string): PartnerPosition {
  const bySource = new Map<string, Balances>();
  for (const account of view.accounts) {
    if (account.holder !== partner) continue;
    const balances = bySource.get(account.source) ?? emptyBalances();
    bySource.set(account.source, balances);
    addTo(balances, account, view.balance(account));
  }
  const sources = [...bySource]
    .map(([source, balances]) => ({ source, figures: figuresOf(balances) }))
    .filter(({ figures }) => FIGURES.some((name) => figures[name] !== NO_MONEY))
    .sort((a, b) => (a.source < b.source ? -1 : 1));
  return { partner, sources, total: totalFigures(sources.map((each) => each.figures)) };
}

/** The fund's position: every partner's, and their total. */
export function fundPosition(view: View, partners: readonly string[]): FundPosition {
  const positions = partners.map((partner) => partnerPosition(view, partner));
  return { partners: positions, total: totalFigures(positions.map((each) => each.total)) };
}

/** What the pool is entitled to, read from its own side of the books: it must equal the partners' total. */
export function poolPosition(
  view: View,
): Pick<Figures, 'agreed' | 'proposed' | 'due' | 'received' | 'withdrawn' | 'atRisk'> {
  const balances = emptyBalances();
  for (const account of view.accounts) {
    if (account.holder === POOL) addTo(balances, account, negated(view.balance(account)));
  }
  const { agreed, proposed, due, received, withdrawn, atRisk } = figuresOf(balances);
  return { agreed, proposed, due, received, withdrawn, atRisk };
}
