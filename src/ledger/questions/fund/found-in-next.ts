import type { Entry } from '../../../../projections/entry.js';
import type { Day } from '../../../domain/calendar.js';
import { FUND } from '../../../domain/fund/facts.js';
import { opened, standsAt, type FundState } from '../../../domain/fund/state.js';
import type { SentFact } from '../../../domain/grammar/event.js';
import { factOf, type StreamState } from '../../../domain/grammar/kind.js';
import { stillOpen, textsOf } from '../../../domain/grammar/proposal.js';
import { negated, NO_MONEY, plus, signedPence, total, type Pence } from '../../../domain/money.js';
import { POOL } from '../../../domain/postings.js';

/** Which continuing items next year’s fund already has: recorded, reversed or proposed there, with their sums. */

export const STATES = ['to-do', 'offered', 'recorded', 'taken-back'] as const;
export type State = (typeof STATES)[number];

/** The measures of plan lines, contributions and funding beside the pool. */
const MEASURES = ['requirement', 'agreed', 'beside'] as const;
export type Sums = Readonly<Record<(typeof MEASURES)[number], Pence>>;

/** A continuing fact in the next year’s fund. */
export interface Found {
  readonly state: State;
  /** The fact that is there; for one still to do, the fact that would be recorded. */
  readonly fact: SentFact;
  /** Every open proposal that offers an item of its name. */
  readonly proposals: readonly string[];
  readonly sums: Sums;
  /** Its present sum, with the sign that its own fact uses. */
  readonly stands: Pence;
}

/** The name is taken there by another kind of thing. `takenBy` is the fact that has it. */
export interface TakenName {
  readonly takenBy: SentFact;
}

export const nameOfFact = ({ type, data }: SentFact): string => factOf(FUND, type).names!(data);

const brings = ({ type, data }: SentFact, name: string): boolean => FUND.byName.get(type)?.names?.(data) === name;

const sumsOf = (of: (measure: keyof Sums) => Pence): Sums => ({
  requirement: of('requirement'),
  agreed: of('agreed'),
  beside: of('beside'),
});

/** The sums that a fact alone counts. */
function countedBy({ type, data }: SentFact): Sums {
  const postings = factOf(FUND, type).postings(data);
  return sumsOf((of) =>
    postings.reduce(
      (sum, { holder, measure, pence }) => (holder !== POOL && measure === of ? plus(sum, pence) : sum),
      NO_MONEY,
    ),
  );
}

export const allOf = (sums: readonly Sums[]): Sums => sumsOf((measure) => total(sums.map((each) => each[measure])));

const sumIn = ({ data }: SentFact): Pence => signedPence((data['amount'] as string | undefined) ?? '0.00');

const offered = (fact: SentFact, state: 'to-do' | 'offered', proposals: readonly string[]): Found => ({
  state,
  fact,
  proposals,
  sums: countedBy(fact),
  stands: sumIn(fact),
});

/** A fact that is recorded there, with its sum on the last day of that year after all changes. */
function recorded(fact: SentFact, own: FundState, revision: number): Found {
  const { last } = opened(own).year;
  const name = nameOfFact(fact);
  const sums = sumsOf((measure) => standsAt(own, measure, name, last));
  const counted = total(MEASURES.map((measure) => sums[measure]));
  // A saving is written as a positive sum, and counts as a lower requirement.
  const isTakenOff = total(Object.values(countedBy(fact))) !== sumIn(fact);
  return {
    state: own.reversed.has(revision) ? 'taken-back' : 'recorded',
    fact,
    proposals: [],
    sums,
    stands: isTakenOff ? negated(counted) : counted,
  };
}

/**
 * Looks for a fact in the next year’s fund by its name and its type.
 *
 * @param entries the facts that the fund has recorded
 */
export function foundInNext(
  next: StreamState<FundState>,
  entries: readonly Entry[],
  fact: SentFact,
  today: Day,
): Found | TakenName {
  const name = nameOfFact(fact);
  const revision = next.own.named.get(name);
  if (revision !== undefined) {
    const { type, data } = entries.find((each) => each.revision === revision)!;
    const there = { type, data };
    return type === fact.type ? recorded(there, next.own, revision) : { takenBy: there };
  }
  const offers = [...stillOpen(next.open, today)].flatMap(([id, proposal]) =>
    textsOf(proposal).flatMap(({ type, data }) => (brings({ type, data }, name) ? [{ id, fact: { type, data } }] : [])),
  );
  const other = offers.find((each) => each.fact.type !== fact.type);
  if (other) return { takenBy: other.fact };
  const [first] = offers;
  return first
    ? offered(
        first.fact,
        'offered',
        offers.map(({ id }) => id),
      )
    : offered(fact, 'to-do', []);
}
