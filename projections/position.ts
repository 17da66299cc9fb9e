import { minus, negated, NO_MONEY, notNegative, plus, type Pence } from '../src/domain/money.js';
import { byText } from '../src/domain/order.js';
import { POOL, type Account } from '../src/domain/postings.js';
import { charted } from '../src/domain/chart.js';
import type { View } from './view.js';

/**
 * What a partner, or the whole fund, has proposed, agreed, withdrawn, had due, paid and has at risk. Source:
 * docs/figures.md; docs/sources.md, Position. At-risk and assumed money is shown beside agreed money and is never part
 * of it.
 */
export interface Figures {
  readonly proposed: Pence;
  readonly agreed: Pence;
  readonly agreedRecurrent: Pence;
  readonly agreedOneOff: Pence;
  readonly withdrawn: Pence;
  readonly due: Pence;
  readonly received: Pence;
  /** agreed − received; negative if more was paid than is agreed. */
  readonly outstanding: Pence;
  /** Due and not received, source by source; never negative. */
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

/** The sums that figures are made of, each at its place in a list. */
const Slot = {
  proposed: 0,
  recurrent: 1,
  oneOff: 2,
  withdrawn: 3,
  due: 4,
  received: 5,
  atRisk: 6,
  assumed: 7,
} as const;
const noSums = (): Pence[] => [NO_MONEY, NO_MONEY, NO_MONEY, NO_MONEY, NO_MONEY, NO_MONEY, NO_MONEY, NO_MONEY];

/** Where an account's balance counts; undefined for measures that no figure of a position is made of. */
function slotOf({ measure, term }: Account): number | undefined {
  if (measure === 'agreed') return term === 'recurrent' ? Slot.recurrent : Slot.oneOff;
  return measure in Slot ? Slot[measure as keyof typeof Slot] : undefined;
}

interface SourceAccounts {
  readonly source: string;
  readonly accounts: { readonly slot: number; readonly account: Account }[];
}

/** The accounts of each holder by source, sources in the order of their codes. */
const byHolder = charted(
  () => new Map<string, SourceAccounts[]>(),
  (holders, account) => {
    const slot = slotOf(account);
    if (slot === undefined) return;
    const { holder, source } = account;
    const sources = holders.get(holder) ?? [];
    holders.set(holder, sources);
    let of = sources.find((each) => each.source === source);
    if (!of) {
      sources.push((of = { source, accounts: [] }));
      sources.sort((a, b) => byText(a.source, b.source));
    }
    of.accounts.push({ slot, account });
  },
);

function addUp(view: View, accounts: SourceAccounts['accounts'], sums: Pence[]): void {
  for (const { slot, account } of accounts) sums[slot] = plus(sums[slot]!, view.balance(account));
}

/** What has fallen due of one source and not come. */
const overdueOf = (sums: readonly Pence[]): Pence => notNegative(minus(sums[Slot.due]!, sums[Slot.received]!));

function figuresOf(sums: readonly Pence[], overdue = overdueOf(sums)): Figures {
  const recurrent = sums[Slot.recurrent]!;
  const oneOff = sums[Slot.oneOff]!;
  const received = sums[Slot.received]!;
  const agreed = plus(recurrent, oneOff);
  return {
    proposed: sums[Slot.proposed]!,
    agreed,
    agreedRecurrent: recurrent,
    agreedOneOff: oneOff,
    withdrawn: sums[Slot.withdrawn]!,
    due: sums[Slot.due]!,
    received,
    outstanding: minus(agreed, received),
    overdue,
    atRisk: sums[Slot.atRisk]!,
    assumed: sums[Slot.assumed]!,
  };
}

const NO_FIGURES = figuresOf(noSums());

const together = (a: Figures, b: Figures): Figures => ({
  proposed: plus(a.proposed, b.proposed),
  agreed: plus(a.agreed, b.agreed),
  agreedRecurrent: plus(a.agreedRecurrent, b.agreedRecurrent),
  agreedOneOff: plus(a.agreedOneOff, b.agreedOneOff),
  withdrawn: plus(a.withdrawn, b.withdrawn),
  due: plus(a.due, b.due),
  received: plus(a.received, b.received),
  outstanding: plus(a.outstanding, b.outstanding),
  overdue: plus(a.overdue, b.overdue),
  atRisk: plus(a.atRisk, b.atRisk),
  assumed: plus(a.assumed, b.assumed),
});

export const totalFigures = (all: readonly Figures[]): Figures => all.reduce(together, NO_FIGURES);

/** One partner's position by source of funding, sources in the order of their codes; those that stand at nothing left out. */
export function partnerPosition(view: View, partner: string): PartnerPosition {
  const sources: SourceFigures[] = [];
  const all = noSums();
  let overdue = NO_MONEY;
  for (const { source, accounts } of byHolder(view.accounts).get(partner) ?? []) {
    const sums = noSums();
    addUp(view, accounts, sums);
    if (sums.every((sum) => sum === NO_MONEY)) continue;
    const figures = figuresOf(sums);
    sources.push({ source, figures });
    for (let slot = 0; slot < sums.length; slot++) all[slot] = plus(all[slot]!, sums[slot]!);
    overdue = plus(overdue, figures.overdue);
  }
  return { partner, sources, total: figuresOf(all, overdue) };
}

/** The fund's position: every partner's, and their total. */
export function fundPosition(view: View, partners: readonly string[]): FundPosition {
  const positions = partners.map((partner) => partnerPosition(view, partner));
  return { partners: positions, total: totalFigures(positions.map((each) => each.total)) };
}

/** The total that is overdue in a fund: of its whole position, this figure alone. */
export function overdueIn(view: View, partners: readonly string[]): Pence {
  let overdue = NO_MONEY;
  for (const partner of partners)
    for (const { accounts } of byHolder(view.accounts).get(partner) ?? []) {
      let [due, received] = [NO_MONEY, NO_MONEY];
      for (const { slot, account } of accounts) {
        if (slot === Slot.due) due = plus(due, view.balance(account));
        else if (slot === Slot.received) received = plus(received, view.balance(account));
      }
      overdue = plus(overdue, notNegative(minus(due, received)));
    }
  return overdue;
}

/** The money that the pool is entitled to, from its own side of the books. It must equal the partners' total. */
export function poolPosition(
  view: View,
): Pick<Figures, 'agreed' | 'proposed' | 'due' | 'received' | 'withdrawn' | 'atRisk'> {
  const sums = noSums();
  for (const { accounts } of byHolder(view.accounts).get(POOL) ?? []) addUp(view, accounts, sums);
  const { agreed, proposed, due, received, withdrawn, atRisk } = figuresOf(sums.map(negated));
  return { agreed, proposed, due, received, withdrawn, atRisk };
}
