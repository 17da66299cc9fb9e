import { apportion, minus, NO_MONEY, plus, total, type Pence } from '../money.js';
import { POOL, type Account, type Measure } from '../postings.js';
import type { Balanced } from './books.js';

/**
 * What has been done with each partner’s money: what is spent of a source is charged to those who pay it, in proportion
 * to what they have agreed, to the penny by largest remainder; so is what is owed, what was passed down, what was drawn
 * for a later year and what is set aside for one. A source that nobody has agreed to pay is charged to the host, which
 * holds the pool. Source: domain.md 7.1.
 */
export interface Use {
  readonly spent: Pence;
  /** Owed for what the period has cost, and not paid yet. */
  readonly accrued: Pence;
  /** Of a grant: passed down to districts. */
  readonly passedDown: Pence;
  readonly returned: Pence;
  /** Drawn for a later year: it is in that year’s fund. */
  readonly drawn: Pence;
  /** Set aside for a later year, and still held. */
  readonly setAside: Pence;
  /** received, money carried in included, − spent − accrued − passed down − returned − drawn. */
  readonly held: Pence;
}

/** What is charged to those who pay a source, in proportion to what they have agreed. */
const CHARGED = ['spent', 'accrued', 'passedDown', 'drawn', 'carriedForward'] as const satisfies readonly Measure[];
/** What is a partner’s own. */
const OF_PARTNER = ['agreed', 'received', 'returned'] as const satisfies readonly Measure[];

export const USE_FIGURES = [
  'spent',
  'accrued',
  'passedDown',
  'returned',
  'drawn',
  'setAside',
  'held',
] as const satisfies readonly (keyof Use)[];

export const NO_USE: Use = {
  spent: NO_MONEY,
  accrued: NO_MONEY,
  passedDown: NO_MONEY,
  returned: NO_MONEY,
  drawn: NO_MONEY,
  setAside: NO_MONEY,
  held: NO_MONEY,
};

export const addedUse = (a: Use, b: Use): Use => ({
  spent: plus(a.spent, b.spent),
  accrued: plus(a.accrued, b.accrued),
  passedDown: plus(a.passedDown, b.passedDown),
  returned: plus(a.returned, b.returned),
  drawn: plus(a.drawn, b.drawn),
  setAside: plus(a.setAside, b.setAside),
  held: plus(a.held, b.held),
});

type Shares = ReadonlyMap<string, Pence>;

const NOBODY: Shares = new Map();

/** Shares a sum of a source among those who agreed to pay it; all of it is the host’s where nobody did. */
function shared(sum: Pence, agreed: ReadonlyMap<string, Pence>, host: string): Shares {
  if (sum === NO_MONEY) return NOBODY;
  const payers = [...agreed].filter(([, amount]) => amount > 0).map(([id, weight]) => ({ id, weight }));
  return payers.length === 0 ? new Map([[host, sum]]) : apportion(sum, payers);
}

type Charged = (typeof CHARGED)[number];
type OfPartner = (typeof OF_PARTNER)[number];

const charges: ReadonlySet<Measure> = new Set(CHARGED);
const isCharged = (measure: Measure): measure is Charged => charges.has(measure);
const own: ReadonlySet<Measure> = new Set(OF_PARTNER);
const isOfPartner = (measure: Measure): measure is OfPartner => own.has(measure);

interface Sums extends Record<OfPartner, Map<string, Pence>>, Record<Charged, Pence> {
  /** What others than the one asked about have agreed: it is looked at only where something is charged to them all. */
  readonly others: Account[];
}

const noSums = (): Sums => ({
  agreed: new Map(),
  received: new Map(),
  returned: new Map(),
  spent: NO_MONEY,
  accrued: NO_MONEY,
  passedDown: NO_MONEY,
  drawn: NO_MONEY,
  carriedForward: NO_MONEY,
  others: [],
});

const addTo = (sums: Map<string, Pence>, holder: string, amount: Pence): void =>
  void sums.set(holder, plus(sums.get(holder) ?? NO_MONEY, amount));

/** The sums that use is worked out from, by source, in one pass over the accounts. */
function sumsBySource(books: Balanced, only: string | undefined): Map<string, Sums> {
  const bySource = new Map<string, Sums>();
  for (const account of books.accounts) {
    const { measure, holder, source } = account;
    if (holder === POOL || !(isOfPartner(measure) || isCharged(measure))) continue;
    const sums = bySource.get(source) ?? noSums();
    bySource.set(source, sums);
    if (isOfPartner(measure) && only !== undefined && holder !== only) {
      if (measure === 'agreed') sums.others.push(account);
      continue;
    }
    const balance = books.balance(account);
    if (isOfPartner(measure)) addTo(sums[measure], holder, balance);
    else sums[measure] = plus(sums[measure], balance);
  }
  for (const sums of bySource.values()) {
    if (CHARGED.every((each) => sums[each] === NO_MONEY)) continue;
    for (const account of sums.others) addTo(sums.agreed, account.holder, books.balance(account));
  }
  return bySource;
}

/**
 * By partner and source, on the day of the books. Partners and sources without any such figure are left out; with `only`,
 * all partners but one.
 */
export function useOf(books: Balanced, host: string, only?: string): Map<string, Map<string, Use>> {
  const uses = new Map<string, Map<string, Use>>();
  for (const [source, sums] of sumsBySource(books, only)) {
    const charged = new Map<Charged, Shares>(CHARGED.map((each) => [each, shared(sums[each], sums.agreed, host)]));
    const share = (of: Charged, partner: string): Pence => charged.get(of)!.get(partner) ?? NO_MONEY;
    const all = [...sums.agreed.keys(), ...sums.received.keys(), ...sums.returned.keys(), host];
    for (const partner of only === undefined ? new Set(all) : [only]) {
      const figures = {
        spent: share('spent', partner),
        accrued: share('accrued', partner),
        passedDown: share('passedDown', partner),
        returned: sums.returned.get(partner) ?? NO_MONEY,
        drawn: share('drawn', partner),
      };
      const use: Use = {
        ...figures,
        setAside: share('carriedForward', partner),
        held: minus(sums.received.get(partner) ?? NO_MONEY, total(Object.values(figures))),
      };
      if (USE_FIGURES.every((name) => use[name] === NO_MONEY)) continue;
      uses.set(partner, (uses.get(partner) ?? new Map<string, Use>()).set(source, use));
    }
  }
  return uses;
}
