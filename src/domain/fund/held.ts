import { apportion, minus, NO_MONEY, plus, type Pence } from '../money.js';
import { POOL } from '../postings.js';
import type { Balanced } from './books.js';

/**
 * What has been done with each partner’s money: what is spent of a source is charged to those who pay it, in proportion
 * to what they have agreed, to the penny by largest remainder; so is what was drawn for a later year and what is set
 * aside for one. A source that nobody has agreed to pay is charged to the host, which holds the pool. Source: domain.md 7.1.
 */
export interface Use {
  readonly spent: Pence;
  readonly returned: Pence;
  /** Set aside for a later year, and still held. */
  readonly setAside: Pence;
  /** received, money carried in included, − spent − returned − drawn for a later year. */
  readonly held: Pence;
}

export const USE_FIGURES = ['spent', 'returned', 'setAside', 'held'] as const satisfies readonly (keyof Use)[];

export const NO_USE: Use = { spent: NO_MONEY, returned: NO_MONEY, setAside: NO_MONEY, held: NO_MONEY };

export const addedUse = (a: Use, b: Use): Use => ({
  spent: plus(a.spent, b.spent),
  returned: plus(a.returned, b.returned),
  setAside: plus(a.setAside, b.setAside),
  held: plus(a.held, b.held),
});

/** Shares a sum of a source among those who agreed to pay it; all of it is the host’s where nobody did. */
function shared(sum: Pence, agreed: ReadonlyMap<string, Pence>, host: string): ReadonlyMap<string, Pence> {
  const payers = [...agreed].filter(([, amount]) => amount > 0).map(([id, weight]) => ({ id, weight }));
  return payers.length === 0 ? new Map([[host, sum]]) : apportion(sum, payers);
}

interface Sums {
  readonly agreed: Map<string, Pence>;
  readonly received: Map<string, Pence>;
  readonly returned: Map<string, Pence>;
  spent: Pence;
  drawn: Pence;
  carriedForward: Pence;
}

/** The sums that use is worked out from, by source, in one pass over the accounts. */
function sumsBySource(books: Balanced): Map<string, Sums> {
  const bySource = new Map<string, Sums>();
  for (const account of books.accounts) {
    const { measure, holder, source } = account;
    const ofPartner = measure === 'agreed' || measure === 'received' || measure === 'returned';
    if (holder === POOL || !(ofPartner || measure === 'spent' || measure === 'drawn' || measure === 'carriedForward')) {
      continue;
    }
    const sums: Sums = bySource.get(source) ?? {
      agreed: new Map(),
      received: new Map(),
      returned: new Map(),
      spent: NO_MONEY,
      drawn: NO_MONEY,
      carriedForward: NO_MONEY,
    };
    bySource.set(source, sums);
    const balance = books.balance(account);
    if (ofPartner) sums[measure].set(holder, plus(sums[measure].get(holder) ?? NO_MONEY, balance));
    else sums[measure] = plus(sums[measure], balance);
  }
  return bySource;
}

/** By partner and source, on the day of the books. Partners and sources without any such figure are left out. */
export function useOf(books: Balanced, host: string): Map<string, Map<string, Use>> {
  const uses = new Map<string, Map<string, Use>>();
  for (const [source, sums] of sumsBySource(books)) {
    const spent = shared(sums.spent, sums.agreed, host);
    const drawn = shared(sums.drawn, sums.agreed, host);
    const setAside = shared(sums.carriedForward, sums.agreed, host);
    const of = (parts: ReadonlyMap<string, Pence>, partner: string): Pence => parts.get(partner) ?? NO_MONEY;
    for (const partner of new Set([...sums.agreed.keys(), ...sums.received.keys(), ...sums.returned.keys(), host])) {
      const returned = of(sums.returned, partner);
      const out = plus(plus(of(spent, partner), returned), of(drawn, partner));
      const use: Use = {
        spent: of(spent, partner),
        returned,
        setAside: of(setAside, partner),
        held: minus(of(sums.received, partner), out),
      };
      if (USE_FIGURES.every((name) => use[name] === NO_MONEY)) continue;
      uses.set(partner, (uses.get(partner) ?? new Map<string, Use>()).set(source, use));
    }
  }
  return uses;
}
