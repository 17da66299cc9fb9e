import { dayNumber, type Day, type FinancialYear } from '../src/domain/calendar.js';
import { cellsOf, type AsAt, type Cell } from '../src/domain/dispute/claim.js';
import { casesTouched, termsAt, type DisputeState, type History } from '../src/domain/dispute/state.js';
import { minus, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import type { Entry } from './entry.js';

/**
 * Claims that are still open. They are shown beside agreed money and are never part of it. A claim falls into the fund
 * of the financial year of its days; only what has accrued by the day asked for counts. Source: docs/sources.md, At
 * risk and in dispute; Claims.
 */

/** An area's disputes with both dates chosen: a day, inclusive, and the last revision that is known. */
export interface DisputesView {
  readonly state: DisputeState;
  readonly on: Day;
  readonly upTo: number;
}

/** The open claims of a partner: those that it makes, and those that are made of it. */
export interface InDispute {
  readonly claimedBy: Pence;
  readonly claimedAgainst: Pence;
}

export const NOT_IN_DISPUTE: InDispute = { claimedBy: NO_MONEY, claimedAgainst: NO_MONEY };

export interface OpenClaims {
  readonly total: Pence;
  readonly byPartner: ReadonlyMap<string, InDispute>;
}

const within = (on: Day, year?: FinancialYear): AsAt => {
  const day = dayNumber(on);
  return year ? { on: day, from: dayNumber(year.first), to: dayNumber(year.last) } : { on: day };
};

function openOf(history: History, asAt: AsAt, upTo: number): Pence {
  const terms = termsAt(history, upTo);
  let open: Pence = NO_MONEY;
  if (terms) for (const cell of cellsOf(terms, asAt)) open = plus(open, cell.open);
  return open;
}

/** Adds up what is open of cases, between each two bodies. */
interface ClaimsCount {
  add(cells: readonly Pick<Cell, 'claimant' | 'respondent' | 'open'>[]): void;
  claims(): OpenClaims;
}

export function countClaims(): ClaimsCount {
  const byPartner = new Map<string, { claimedBy: Pence; claimedAgainst: Pence }>();
  const of = (partner: string) => {
    let sums = byPartner.get(partner);
    if (!sums) byPartner.set(partner, (sums = { ...NOT_IN_DISPUTE }));
    return sums;
  };
  let total: Pence = NO_MONEY;
  return {
    add(cells) {
      for (const { claimant, respondent, open } of cells) {
        if (open === NO_MONEY) continue;
        total = plus(total, open);
        const by = of(claimant);
        by.claimedBy = plus(by.claimedBy, open);
        const against = of(respondent);
        against.claimedAgainst = plus(against.claimedAgainst, open);
      }
    },
    claims: () => ({ total, byPartner }),
  };
}

/** The open claims of an area on the day of the view, inclusive, in pence: of one financial year, or of all. */
export function openClaims({ state, on, upTo }: DisputesView, year?: FinancialYear): OpenClaims {
  const asAt = within(on, year);
  const count = countClaims();
  for (const history of state.cases.values()) {
    const terms = termsAt(history, upTo);
    if (terms) count.add(cellsOf(terms, asAt));
  }
  return count.claims();
}

/** The open claims of one fund's year as knowledge and days move: what a comparison of the gap walks along. */
export interface ClaimsWalk {
  /** All that is open on a day, as known at a size of the ledger. */
  open(on: Day, size: number): Pence;
  /** What one event changed, on a day; 0 for an event that is not of the disputes. */
  changedBy(entry: Entry, on: Day): Pence;
}

/** @param revisionAt the last revision of the disputes that is known at a size of the ledger */
export const claimsWalk = (
  state: DisputeState,
  year: FinancialYear,
  revisionAt: (size: number) => number,
): ClaimsWalk => ({
  open: (on, size) => openClaims({ state, on, upTo: revisionAt(size) }, year).total,
  changedBy({ place, revision, data }, on) {
    if (state.cases.size === 0) return NO_MONEY;
    // Events of the fund have revisions of another stream, which would mean other events here.
    if (revisionAt(place + 1) === revisionAt(place)) return NO_MONEY;
    const asAt = within(on, year);
    return casesTouched(state, revision, data).reduce(
      (sum, history) => plus(sum, minus(openOf(history, asAt, revision), openOf(history, asAt, revision - 1))),
      NO_MONEY,
    );
  },
});
