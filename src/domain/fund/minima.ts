import type { Day } from '../calendar.js';
import type { Context, Fact, FactData } from '../facts.js';
import type { Foresight } from '../foresight.js';
import { NOTHING_FORESEEN } from '../foresight.js';
import type { Account, Posting } from '../postings.js';
import { allocationsOn, rulesOn, type ReferenceState } from '../register/reference-state.js';
import { refuse } from '../rules.js';
import {
  breachesBetween,
  breachInWords,
  minimumTests,
  type Breach,
  type TestInputs,
  type TestResult,
} from './minimum-tests.js';
import { opened, type FundState, type Opened } from './state.js';
import { holdingsOn, isTested, keepTestedFact, type TestedFact } from './tested.js';

/** What a fact does to the minimum tests, seen before it is recorded: the same formula as questions ask, on the state. */

/** A fact that is not recorded yet, as the tests would see it. */
export interface Foreseen {
  readonly postings: readonly Posting[];
  readonly facts: readonly TestedFact[];
}

/** The facts with one more that is not recorded yet; undefined where the tests would not see it. */
export function foreseen(
  before: Foreseen,
  { type, data, revision }: Pick<TestedFact, 'type' | 'data' | 'revision'>,
  postings: readonly Posting[],
): Foreseen | undefined {
  const facts = [...before.facts];
  const worded = keepTestedFact(facts, { type, data, revision });
  return worded || postings.some(isTested) ? { postings: [...before.postings, ...postings], facts } : undefined;
}

/** What the register publishes for a fund's area and year on a day, as known at a revision of the register. */
export const publishedFor = (
  { area, year }: Pick<Opened, 'area' | 'year'>,
  reference: ReferenceState,
  on: Day,
  upTo: number,
): Pick<TestInputs, 'allocations' | 'areasOfSpend'> => ({
  allocations: allocationsOn(reference, () => on, upTo, { area, year: year.label }),
  areasOfSpend: rulesOn(reference, year.label, on, upTo).areasOfSpend,
});

const testsOn = (state: FundState, { register }: Context, on: Day, with_: Foreseen): TestResult[] =>
  minimumTests({
    on,
    holdings: holdingsOn(state.tested, on, with_.postings),
    facts: with_.facts,
    ...publishedFor(opened(state), register.reference, on, Infinity),
  });

/**
 * The days on which a fact could break a test: its own and the last of the year; and, where it is about what is spent of
 * the minimum contribution, each day between on which that changes, is described otherwise, or is allocated otherwise.
 */
function daysToLookAt(state: FundState, { register }: Context, first: Day, { postings, facts }: Foreseen): Day[] {
  const { area, year } = opened(state);
  const isMinimum = ({ source }: Pick<Account, 'source'>): boolean => source === 'NHS_MIN';
  const between =
    postings.length > 0 && !postings.some(isMinimum)
      ? []
      : [
          ...[...state.tested.accounts.values()].flatMap(({ account, series }) =>
            account.measure === 'requirement' && isMinimum(account) ? series.days : [],
          ),
          ...facts.flatMap(({ data, reversed }) => [data.effective, ...(reversed ? [reversed.on] : [])]),
          ...[...register.reference.allocations.values()]
            .flat()
            .flatMap(({ data }) => (data.area === area && data.year === year.label ? [data.effective] : [])),
        ];
  const later = [...between, ...postings.map((posting) => posting.on), year.last];
  return [first, ...[...new Set(later)].filter((day) => day > first && day <= year.last).sort()];
}

const MINIMA: ReadonlySet<Breach['test']> = new Set(['T1', 'T2', 'T3']);

/**
 * Foresees what a fact does to the tests. It refuses (`minimum_breached`) what a partner decides itself and what would
 * miss a minimum that is met: T1, T2 and T3 are of compulsory money. The rest is told as a warning: a plan line above its
 * income is a gap, which is recorded, and what others determine is a fact. A contribution of the minimum must reach its
 * allocation, where one is published, whether it did before or not. Source: domain.md 6, 7.4.
 *
 * @param held whether the fact, or the one that it reverses, is refused for missing a minimum
 */
export function foresee(
  state: FundState,
  fact: Fact<FundState>,
  data: FactData,
  context: Context,
  held: boolean,
): Foresight {
  if (!state.opened) return NOTHING_FORESEEN;
  const before: Foreseen = { postings: [], facts: state.tested.facts };
  const after = foreseen(before, { type: fact.name, data, revision: Infinity }, fact.postings(data));
  if (!after) return NOTHING_FORESEEN;
  const told = new Set<string>();
  const warnings: string[] = [];
  // Nothing that the tests see takes effect before the year: shares, lines and sums agreed begin in it.
  const day = data.effective;
  for (const on of daysToLookAt(state, context, day, after)) {
    const now = testsOn(state, context, on, after);
    const breaches = breachesBetween(testsOn(state, context, on, before), now);
    const missed = held
      ? (breaches.find(({ test }) => MINIMA.has(test)) ?? stillShort(fact, data, on, now))
      : undefined;
    if (missed) return { refusal: refuse('minimum_breached', breachInWords(on, missed)), warnings: [] };
    for (const breach of breaches) {
      const name = `${breach.test} ${breach.row.of}`;
      if (!told.has(name)) warnings.push(breachInWords(on, breach));
      told.add(name);
    }
  }
  return { warnings, tests: () => testsOn(state, context, day, after) };
}

/** A contribution of the minimum that does not reach its payer's allocation on its own day. */
function stillShort(fact: Fact<FundState>, data: FactData, on: Day, tests: readonly TestResult[]): Breach | undefined {
  const pays = fact.postings(data).some(({ measure, pence }) => measure === 'agreed' && pence > 0);
  if (on !== data.effective || !pays || data['source'] !== 'NHS_MIN') return undefined;
  const row = tests[0]!.rows.find((each) => each.of === data['payer'] && each.verdict === 'fail');
  return row && { test: 'T1', row };
}
