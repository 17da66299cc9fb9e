import type { Entry } from '../../../../projections/entry.js';
import type { Day } from '../../../domain/calendar.js';
import { FUND } from '../../../domain/fund/facts.js';
import { opened, standsAt, type FundState } from '../../../domain/fund/state.js';
import type { SentFact } from '../../../domain/grammar/event.js';
import { factOf, type StreamState } from '../../../domain/grammar/kind.js';
import { stillOpen, textsOf } from '../../../domain/grammar/proposal.js';
import { negated, NO_MONEY, plus, signedPence, total, type Pence } from '../../../domain/money.js';
import { POOL } from '../../../domain/postings.js';

/** Which items that go on the next year’s fund already has: recorded, reversed or proposed there, with its own sums. */

export const STATES = ['to-do', 'offered', 'recorded', 'taken-back'] as const;
export type State = (typeof STATES)[number];

/** What plan lines, contributions and funding beside the pool are counted in. */
const MEASURES = ['requirement', 'agreed', 'beside'] as const;
export type Sums = Readonly<Record<(typeof MEASURES)[number], Pence>>;

/** Where a fact that goes on stands in the next year’s fund. */
export interface Found {
  readonly state: State;
  /** The fact that is there; of what is to do, the fact that would be. */
  readonly fact: SentFact;
  /** Every proposal on the table that offers one of its name. */
  readonly proposals: readonly string[];
  readonly sums: Sums;
  /** What it is at, with the sign in which its own fact writes it. */
  readonly stands: Pence;
}

/** That the name is that of another kind of thing there, in the words of what has it. */
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

/** What a fact counts by itself. */
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

/** A fact that is recorded there: what it stands at on the last day of that year, after all that has changed it. */
function recorded(fact: SentFact, own: FundState, revision: number): Found {
  const { last } = opened(own).year;
  const name = nameOfFact(fact);
  const sums = sumsOf((measure) => standsAt(own, measure, name, last));
  const counted = total(MEASURES.map((measure) => sums[measure]));
  // A saving is written as what is saved, and counts as less that is required.
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
 * @param entries what that fund has recorded
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
