import type { Day } from '../calendar.js';
import type { FactData, LedgerEvent } from '../grammar/event.js';

/**
 * Facts that move no money, kept as they were recorded, so that what they come to can be asked as known at any revision:
 * the agreement, the life cycle of the plan, the risk share applied. They are reversed from their own first day only, as
 * never having been so.
 */
export interface StandingFact {
  readonly revision: number;
  readonly type: string;
  readonly recordedAt: string;
  readonly data: FactData;
  /** The partners who signed it, where that matters. */
  readonly signers?: readonly string[];
}

export const standingFact = (event: LedgerEvent): StandingFact => {
  const { revision, type, data, metadata } = event;
  return { revision, type, recordedAt: metadata.recordedAt, data };
};

/** The same with who signed it. */
export const signedFact = (event: LedgerEvent, signers: readonly string[]): StandingFact => ({
  ...standingFact(event),
  signers,
});

/**
 * Those of some facts that stand: effective on or before a day, inclusive; recorded at or before a revision, and not
 * reversed by then.
 */
export const standingFacts = (
  facts: readonly StandingFact[],
  reversed: ReadonlyMap<number, number>,
  on: Day,
  upTo = Number.MAX_SAFE_INTEGER,
): StandingFact[] =>
  facts.filter(
    ({ revision, data }) => revision <= upTo && data.effective <= on && !((reversed.get(revision) ?? Infinity) <= upTo),
  );
