import { charted, inside } from '../../chart.js';
import { apportion, minus, NO_MONEY, plus, total, type Pence } from '../../money.js';
import { POOL, type Account, type Measure } from '../../postings.js';
import type { Balanced } from '../books.js';

/**
 * What has been done with each partner’s money: what is spent of a source is charged to those who pay it, in proportion
 * to what they have agreed, to the penny by largest remainder; so is what is owed, what was passed down, what was drawn
 * for a later year and what is set aside for one. A source that nobody has agreed to pay is charged to the host, which
 * holds the pool. Source: docs/sources.md, Position.
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

/** What each partner has agreed to pay, in pence, recurrently, once and carried in: of one source, or of all. */
export function agreedBy(books: Balanced, source?: string): Map<string, Pence> {
  const agreed = new Map<string, Pence>();
  for (const account of books.accounts) {
    const { measure, holder } = account;
    if (measure !== 'agreed' || holder === POOL || account.source !== (source ?? account.source)) continue;
    agreed.set(holder, plus(agreed.get(holder) ?? NO_MONEY, books.balance(account)));
  }
  return agreed;
}

/**
 * Whom a sum of a source, in pence, falls on by the books of a day: those who agreed to pay the source, by largest
 * remainder, or the host where nobody did. See {@link Use}.
 */
export const fallsOn = (sum: Pence, source: string, books: Balanced, host: string): Shares =>
  shared(sum, agreedBy(books, source), host);

type Charged = (typeof CHARGED)[number];
type OfPartner = (typeof OF_PARTNER)[number];

const charges: ReadonlySet<Measure> = new Set(CHARGED);
const isCharged = (measure: Measure): measure is Charged => charges.has(measure);
const own: ReadonlySet<Measure> = new Set(OF_PARTNER);
const isOfPartner = (measure: Measure): measure is OfPartner => own.has(measure);

type Measured<Of extends Measure> = { readonly measure: Of; readonly account: Account }[];

/** The accounts of one source that use is worked out from: what is charged to all, and each holder’s own. */
interface SourceAccounts {
  readonly charged: Measured<Charged>;
  readonly byHolder: Map<string, Measured<OfPartner>>;
}

const noAccounts = (): SourceAccounts => ({ charged: [], byHolder: new Map() });

const bySource = charted(
  () => new Map<string, SourceAccounts>(),
  (sources, account) => {
    const { measure, holder, source } = account;
    if (holder === POOL || !(isOfPartner(measure) || isCharged(measure))) return;
    const { charged, byHolder } = inside(sources, source, noAccounts);
    if (isCharged(measure)) charged.push({ measure, account });
    else inside(byHolder, holder, (): Measured<OfPartner> => []).push({ measure, account });
  },
);

/** What the accounts of one measure among some come to. */
function sumOf<Of extends Measure>(books: Balanced, accounts: Measured<Of> | undefined, of: Of): Pence {
  let sum = NO_MONEY;
  for (const { measure, account } of accounts ?? []) if (measure === of) sum = plus(sum, books.balance(account));
  return sum;
}

/**
 * By partner and source, on the day of the books. Partners and sources without any such figure are left out; with `only`,
 * all partners but one.
 */
export function useOf(books: Balanced, host: string, only?: string): Map<string, Map<string, Use>> {
  const uses = new Map<string, Map<string, Use>>();
  for (const [source, { charged, byHolder }] of bySource(books.accounts)) {
    /** Looked at only where something is charged to them all. */
    let agreed: Map<string, Pence> | undefined;
    const shares = {} as Record<Charged, Shares>;
    for (const each of CHARGED) {
      const sum = sumOf(books, charged, each);
      if (sum !== NO_MONEY) agreed ??= new Map([...byHolder].map(([id, of]) => [id, sumOf(books, of, 'agreed')]));
      shares[each] = agreed ? shared(sum, agreed, host) : NOBODY;
    }
    const share = (of: Charged, partner: string): Pence => shares[of].get(partner) ?? NO_MONEY;
    for (const partner of only === undefined ? new Set([...byHolder.keys(), host]) : [only]) {
      const ofPartner = byHolder.get(partner);
      // Most sources are nobody’s but a few partners’.
      if (!ofPartner && !agreed) continue;
      const spent = share('spent', partner);
      const accrued = share('accrued', partner);
      const passedDown = share('passedDown', partner);
      const returned = sumOf(books, ofPartner, 'returned');
      const drawn = share('drawn', partner);
      const setAside = share('carriedForward', partner);
      const gone = total([spent, accrued, passedDown, returned, drawn]);
      const held = minus(sumOf(books, ofPartner, 'received'), gone);
      const use: Use = { spent, accrued, passedDown, returned, drawn, setAside, held };
      if (USE_FIGURES.every((name) => use[name] === NO_MONEY)) continue;
      uses.set(partner, (uses.get(partner) ?? new Map<string, Use>()).set(source, use));
    }
  }
  return uses;
}
