import type { Day } from '../../calendar.js';
import type { Context, Fact } from '../../grammar/fact.js';
import type { FactData } from '../../grammar/event.js';
import type { Preview } from '../../grammar/preview.js';
import { NOTHING_PREVIEWED } from '../../grammar/preview.js';
import type { Posting } from '../../postings.js';
import { allocationChains, inForceAmong, rulesOn, type ReferenceState } from '../../register/reference-state.js';
import { reversedBy } from '../../grammar/reversal.js';
import { refuse } from '../../rules.js';
import type { Book } from '../books.js';
import { minimumWalk } from './minima-walk.js';
import {
  breachesBetween,
  breachInWords,
  MINIMUM,
  ALL_TESTS,
  minimumTests,
  testsMovedBy,
  type Breach,
  type TestInputs,
  type TestResult,
} from './minimum-tests.js';
import { opened, type FundState, type Opened } from '../state.js';
import { holdingsOn, isTestInput, keepTestInput, withPostings, type NewFact } from './test-inputs.js';
import type { KeptFact } from '../../grammar/remembered.js';

declare module '../../grammar/preview.js' {
  interface Preview {
    /** The tests of the stream as they stand after it, on its effective day. */
    tests?(): readonly TestResult[];
  }
}

/** What a fact would do to the minimum tests: the formula of the questions, computed from the state. */

/** What is not recorded yet, as the tests would see it: the movements, and all facts with it among them. */
export interface TestsInput {
  readonly postings: readonly Posting[];
  readonly facts: readonly KeptFact[];
}

/** With one more fact that is not recorded yet; undefined where the tests would not see it. */
export function withFact(before: TestsInput, fact: NewFact, postings: readonly Posting[]): TestsInput | undefined {
  const facts = [...before.facts];
  const worded = keepTestInput(facts, fact);
  return worded || postings.some(isTestInput)
    ? { postings: [...before.postings, ...postings], facts: worded ? facts : before.facts }
    : undefined;
}

/** A fact that would be recorded next. */
export const newFact = (fact: Fact<FundState>, data: FactData): NewFact => ({
  revision: Infinity,
  data,
  keptAs: fact.keptAs,
  reverses: reversedBy({ type: fact.name, data }),
});

type Published = Pick<TestInputs, 'allocations' | 'areasOfSpend'>;

/** What the register publishes for a fund's area and year, day by day, as known at a revision of the register. */
export function publishedFor(
  { area, year }: Pick<Opened, 'area' | 'year'>,
  reference: ReferenceState,
  upTo: number,
): (on: Day) => Published {
  const chains = allocationChains(reference, { area, year: year.label });
  return (on) => ({
    allocations: inForceAmong(chains, on, upTo),
    areasOfSpend: rulesOn(reference, year.label, on, upTo).areasOfSpend,
  });
}

const ofMinimum = ({ source }: { readonly source: string }): boolean => source === MINIMUM;

/**
 * The facts and postings that T1, T2 and T3 use. A year has many days to look at, and most accounts are of other
 * sources.
 */
const narrowed = ({ postings, facts }: TestsInput): TestsInput => ({
  postings: postings.filter(ofMinimum),
  facts: facts.filter(({ data }) => data['source'] === MINIMUM),
});

/**
 * The days of the year after a fact's own on which what is spent of the minimum contribution changes, is described
 * otherwise or is allocated otherwise: those on which the fact could miss a minimum that it meets on its own day. None
 * where it is not about the minimum contribution, or where no allocation of it is published.
 */
function laterDays(
  { accounts, first, last }: { readonly accounts: readonly Book[]; readonly first: Day; readonly last: Day },
  { postings, facts }: TestsInput,
  allocated: readonly Day[],
  moves: readonly Posting[],
): Day[] {
  if (allocated.length === 0 || (moves.length > 0 && postings.length === 0)) return [];
  const days = [
    ...accounts.flatMap(({ series }) => series.days),
    ...facts.flatMap(({ data, reversed }) => [data.effective, ...(reversed ? [reversed.on] : [])]),
    ...allocated,
  ];
  return [...new Set(days)].filter((day) => day > first && day < last).sort();
}

const MINIMA: ReadonlySet<Breach['test']> = new Set(['T1', 'T2', 'T3']);

/**
 * Previews what a fact does to the tests. It refuses (`minimum_breached`) a partner's own decision that would miss a
 * minimum that is met now, because T1, T2 and T3 are about compulsory money. Everything else is a warning: a plan line
 * above its income is a gap, which is recorded, and the determinations of others are facts. A contribution of the
 * minimum must reach its allocation, where one is published, whether it did before or not. It checks the fact's own
 * day, the last day of the year and, for T1 to T3, every day between on which something of the minimum changes. Source:
 * docs/sources.md, Acts and corrections; Minimum tests.
 *
 * @param held whether the fact, or the one that it reverses, is refused for missing a minimum
 */
export function preview(
  state: FundState,
  fact: Fact<FundState>,
  data: FactData,
  postings: readonly Posting[],
  { register }: Context,
  held: boolean,
): Preview {
  if (!state.opened) return NOTHING_PREVIEWED;
  const before: TestsInput = { postings: [], facts: state.tested.facts };
  const after = withFact(before, newFact(fact, data), postings);
  if (!after) return NOTHING_PREVIEWED;
  const published = publishedFor(state.opened, register.reference, Infinity);
  const accounts = [...state.books.values()].filter(({ account }) => isTestInput(account));
  // What its movements do not touch is after it as it was before.
  const changed = after.facts === before.facts ? testsMovedBy(postings.filter(isTestInput)) : ALL_TESTS;
  const seen = accounts.filter(({ account }) => changed.sees(account));
  const bothOn = (on: Day): readonly [readonly TestResult[], readonly TestResult[]] => {
    const was = { on, holdings: holdingsOn(seen, on, []), facts: before.facts, ...published(on) };
    return [
      changed.of(was),
      changed.of({ ...was, holdings: withPostings(was.holdings, on, postings), facts: after.facts }),
    ];
  };

  const narrowAccounts = accounts.filter(({ account }) => ofMinimum(account));
  const narrowAfter = narrowed(after);

  // Everything that the tests use takes effect in the year: shares, lines and agreed sums begin in it.
  const first = data.effective;
  const { area, year } = opened(state);
  const allocated = allocationChains(register.reference, { area, year: year.label })
    .flat()
    .flatMap((each) => (ofMinimum(each.data) ? [each.data.effective] : []));
  const between = laterDays({ accounts: narrowAccounts, first, last: year.last }, narrowAfter, allocated, postings);
  // Walks take all movements of the year at once, and most facts have no day between to look at.
  const [walkBefore, walkAfter] = (between.length === 0 ? [] : [narrowed(before), narrowAfter]).map((each) =>
    minimumWalk(narrowAccounts, each, published),
  );
  const minimaOn: typeof bothOn = (on) => [walkBefore!(on), walkAfter!(on)];
  const looked: readonly (readonly [on: Day, tests: typeof bothOn])[] = [
    [first, bothOn],
    ...between.map((on) => [on, minimaOn] as const),
    ...(first < year.last ? [[year.last, bothOn] as const] : []),
  ];
  const warned = new Map<string, string>();
  for (const [on, tests] of looked) {
    const [was, now] = tests(on);
    const breaches = breachesBetween(was, now);
    const missed = held
      ? (breaches.find(({ test }) => MINIMA.has(test)) ?? stillShort(postings, data, on, now))
      : undefined;
    if (missed) return { refusal: refuse('minimum_breached', breachInWords(on, missed)), warnings: [] };
    for (const breach of breaches) {
      const name = `${breach.test} ${breach.row.of}`;
      if (!warned.has(name)) warned.set(name, breachInWords(on, breach));
    }
  }
  const foreseen = (): TestResult[] =>
    minimumTests({
      on: first,
      holdings: holdingsOn(accounts, first, after.postings),
      facts: after.facts,
      ...published(first),
    });
  return { warnings: [...warned.values()], tests: foreseen };
}

/**
 * A contribution of the minimum that does not reach its payer's allocation on its own day; or one that falls, and leaves it
 * short of it on any day.
 */
function stillShort(
  postings: readonly Posting[],
  data: FactData,
  on: Day,
  tests: readonly TestResult[],
): Breach | undefined {
  const changes = postings.filter(
    ({ measure, holder, source }) => measure === 'agreed' && holder === data['payer'] && source === MINIMUM,
  );
  if (changes.length === 0 || (on !== data.effective && changes.every(({ pence }) => pence > 0))) return undefined;
  const pooled = tests.find(({ test }) => test === 'T1');
  const row = pooled?.rows.find((each) => each.of === data['payer'] && each.verdict === 'fail');
  return row && { test: 'T1', row };
}
