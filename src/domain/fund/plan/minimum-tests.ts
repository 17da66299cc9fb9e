import { dayInWords, dayNumber, type Day } from '../../calendar.js';
import {
  exactly,
  lesser,
  minus,
  negated,
  NO_MONEY,
  notNegative,
  partOf,
  pence,
  plus,
  pounds,
  total,
  type Pence,
} from '../../money.js';
import { PLAN, type Account, type Measure } from '../../postings.js';
import type { AreaOfSpend } from '../../reference/rule-sets.js';
import type { Allocation, Publication } from '../../register/reference-state.js';
import { sourceOf } from '../../sources.js';
import type { Scheme } from './scheme.js';
import { toBePassedDown } from '../money/pass-downs.js';
import { descriptionsOn, factsInForce, gathered, sumOf, type Holding } from './test-inputs.js';
import type { KeptFact } from '../../grammar/remembered.js';

/**
 * The money tests of the national conditions, T1 to T6, as a pure formula. The same formula decides what may be recorded,
 * foresees what a proposal would do, and answers questions at any two dates.
 * Source: docs/sources.md, National conditions; Minimum tests.
 */
export const TESTS = {
  T1: 'The minimum NHS contribution is pooled in full',
  T2: 'Social care from the minimum NHS contribution',
  T3: 'NHS-commissioned services outside hospital from the minimum NHS contribution',
  T4: 'Grants are pooled as determined',
  T5: 'Grants are passed down in time',
  T6: 'Plan lines stay within income, source by source',
} as const;

type TestCode = keyof typeof TESTS;

export const VERDICTS = ['pass', 'fail', 'not-applicable'] as const;
type Verdict = (typeof VERDICTS)[number];

/** What is tested, on one day and as known at one instant. */
export interface TestInputs {
  readonly on: Day;
  /** What the fund's accounts stand at on the day; the pool's own side is left out. */
  readonly holdings: readonly Holding[];
  /** The facts whose words are needed, as known. */
  readonly facts: readonly KeptFact[];
  /** The allocations of the fund's area and year in force on the day. */
  readonly allocations: readonly Publication<Allocation>[];
  /** The areas of spend of the year's rules in force on the day. */
  readonly areasOfSpend: readonly AreaOfSpend[];
}

/** One thing that a test compares: a payer, a source, a district, or the fund as a whole. */
interface TestRow {
  readonly of: string;
  readonly required: Pence;
  readonly actual: Pence;
  /** actual − required; where the two must be equal, how far they are apart. */
  readonly margin: Pence;
  readonly verdict: Verdict;
  /** Why there is no verdict, or what is still missing; empty if the figures need no explanation. */
  readonly why: string;
}

export interface TestResult {
  readonly test: TestCode;
  readonly title: string;
  readonly verdict: Verdict;
  readonly why: string;
  /** The smallest margin of its rows: the sum that can be lost before it fails, in pence. 0 if no row has a verdict. */
  readonly margin: Pence;
  readonly rows: readonly TestRow[];
  /** Lines of the source without a known area of spend: they count for no minimum. */
  readonly unclassified: readonly string[];
  /** The accounts whose movements it is made of; what is left out of one may be any. */
  readonly restsOn: readonly TestAccounts[];
  /** The descriptions of lines that it goes by, by revision of the fund. */
  readonly descriptions: readonly number[];
  /** The publications that it goes by. */
  readonly publications: readonly Publication<Allocation>[];
}

export interface TestAccounts extends Partial<Pick<Account, 'holder' | 'source' | 'detail'>> {
  readonly measure: Measure;
}

/** The source that T1, T2 and T3 are of. */
export const MINIMUM = 'NHS_MIN';
const WHOLE_FUND = 'fund';

type More = Partial<Pick<TestResult, 'why' | 'unclassified' | 'restsOn' | 'descriptions' | 'publications'>>;

function result(test: TestCode, rows: readonly TestRow[], more: More): TestResult {
  const decided = rows.filter((row) => row.verdict !== 'not-applicable');
  const verdict =
    decided.length === 0 ? 'not-applicable' : decided.some((row) => row.verdict === 'fail') ? 'fail' : 'pass';
  const margins = decided.map((row) => row.margin);
  return {
    test,
    title: TESTS[test],
    verdict,
    margin: margins.length === 0 ? NO_MONEY : margins.reduce(lesser),
    rows,
    why: '',
    unclassified: [],
    restsOn: [],
    descriptions: [],
    publications: [],
    ...more,
  };
}

const atLeast = (of: string, required: Pence, actual: Pence): TestRow => {
  const margin = minus(actual, required);
  const short = `${pounds(notNegative(negated(margin)))} short of what is required.`;
  return {
    of,
    required,
    actual,
    margin,
    ...(margin >= 0 ? { verdict: 'pass', why: '' } : { verdict: 'fail', why: short }),
  };
};

const untested = (of: string, actual: Pence, why: string): TestRow => ({
  of,
  required: NO_MONEY,
  actual,
  margin: NO_MONEY,
  verdict: 'not-applicable',
  why,
});

/** Tests that are worked out together, and which accounts they are made of. */
interface Tested {
  sees(account: Account): boolean;
  /** Whether one of its rows may be of several sources. */
  readonly acrossSources?: true;
  of(inputs: TestInputs): readonly TestResult[];
}

/** Every test, in order. */
const TESTED: readonly Tested[] = [
  { sees: ({ measure, source }) => measure === 'agreed' && source === MINIMUM, of: (inputs) => [pooled(inputs)] },
  { sees: ({ measure, source }) => measure === 'requirement' && source === MINIMUM, of: (inputs) => spent(inputs) },
  { sees: ({ measure }) => measure === 'agreed', of: (inputs) => [determined(inputs)] },
  {
    sees: ({ measure }) => measure === 'share' || measure === 'passedDown' || measure === 'waived',
    acrossSources: true,
    of: (inputs) => [passedDown(inputs)],
  },
  { sees: ({ measure }) => measure === 'requirement' || measure === 'agreed', of: (inputs) => [withinIncome(inputs)] },
];

/** Every test, in order. */
export const minimumTests = (inputs: TestInputs): TestResult[] => TESTED.flatMap((each) => each.of(inputs));

/**
 * Those tests that movements of some accounts can change, in order, and the accounts of them that matter for it: where each
 * row of a test is of one source, accounts of other sources can be left out on both sides of a comparison.
 */
export function testsMovedBy(moved: readonly Account[]): Tested {
  const tests = TESTED.filter(({ sees }) => moved.some(sees));
  const sources = new Set(moved.map(({ source }) => source));
  return {
    sees: (account) =>
      tests.some(({ sees, acrossSources }) => (acrossSources ?? sources.has(account.source)) && sees(account)),
    of: (inputs) => tests.flatMap((each) => each.of(inputs)),
  };
}

/** All of them, for what changes words: a description, say, which tests go by. */
export const ALL_TESTS: Tested = { sees: () => true, of: minimumTests };

const ofMinimum = ({ allocations }: Pick<TestInputs, 'allocations'>): Allocated =>
  allocations.filter(({ data }) => data.source === MINIMUM);

type Allocated = readonly Publication<Allocation>[];

/** What plan lines count for T2 and for T3, in pence. */
export interface Counted {
  readonly socialCare: Pence;
  readonly outOfHospital: Pence;
}

/**
 * What one plan line of the minimum contribution counts: all of it as social care, or what the NHS commissions of it as
 * a service outside hospital, to the whole penny, half to even. A line without a known area of spend counts for
 * neither.
 */
export function lineCounts(sum: Pence, scheme: Scheme | undefined, areas: AreaCounts): Counted & { known: boolean } {
  const as = scheme && areas.get(scheme.areaOfSpend);
  return {
    known: as !== undefined,
    socialCare: as === 'social-care' ? sum : NO_MONEY,
    outOfHospital: as === 'out-of-hospital' ? partOf(sum, scheme!.commissioner.nhs) : NO_MONEY,
  };
}

export type AreaCounts = ReadonlyMap<string, AreaOfSpend['counts']>;
export const areaCounts = (areas: readonly AreaOfSpend[]): AreaCounts =>
  new Map(areas.map(({ code, counts }) => [code, counts]));

/**
 * T1, T2 and T3 from their sums, in pence: what each payer pools of the minimum contribution, and what the lines of it
 * count.
 */
export const testsOfMinimum = (
  { allocations }: Pick<TestInputs, 'allocations'>,
  paid: ReadonlyMap<string, Pence>,
  counted: Counted,
): TestResult[] => {
  const publications = ofMinimum({ allocations });
  return [pooledBy(publications, paid), ...spentBy(publications, counted, {})];
};

/** T1: what each payer pools of its minimum contribution is at least its allocation. */
const pooled = (inputs: TestInputs): TestResult =>
  pooledBy(
    ofMinimum(inputs),
    new Map(
      gathered(inputs.holdings, ({ measure, source, holder }) =>
        measure === 'agreed' && source === MINIMUM ? holder : undefined,
      ).map(({ name, pence: sum }) => [name, sum]),
    ),
  );

function pooledBy(publications: Allocated, paid: ReadonlyMap<string, Pence>): TestResult {
  const allocated = new Map(publications.map(({ data }) => [data.payer, pence(data.amount)]));
  const rows = [...new Set([...allocated.keys(), ...paid.keys()])].sort().map((payer) => {
    const least = allocated.get(payer);
    const sum = paid.get(payer) ?? NO_MONEY;
    return least === undefined
      ? untested(payer, sum, `No allocation of ${MINIMUM} is published for ${payer}.`)
      : atLeast(payer, least, sum);
  });
  return result('T1', rows, {
    why: publications.length === 0 ? `No allocation of ${MINIMUM} is published.` : '',
    restsOn: [{ measure: 'agreed', source: MINIMUM }],
    publications,
  });
}

/**
 * T2 and T3: what the plan spends of the minimum contribution on social care, and on services outside hospital that the
 * NHS commissions. Joint lines count at the NHS's percentage, line by line. Lines that reduce count below zero. The
 * minima of all payers are added up: a line does not say whose money it spends.
 */
function spent(inputs: TestInputs): TestResult[] {
  const { holdings, facts, areasOfSpend, on } = inputs;
  const described = descriptionsOn(facts, on);
  const areas = areaCounts(areasOfSpend);
  const lines = gathered(holdings, ({ measure, holder, source, detail }) =>
    measure === 'requirement' && holder === PLAN && source === MINIMUM ? detail : undefined,
  ).map(({ name, pence: sum }) => {
    const description = described.get(name);
    return { name, description, counts: lineCounts(sum, description?.scheme, areas) };
  });
  const counted: Counted = {
    socialCare: total(lines.map(({ counts }) => counts.socialCare)),
    outOfHospital: total(lines.map(({ counts }) => counts.outOfHospital)),
  };
  return spentBy(ofMinimum(inputs), counted, {
    unclassified: lines.filter(({ counts }) => !counts.known).map((line) => line.name),
    descriptions: lines.flatMap(({ description }) => (description ? [description.revision] : [])),
  });
}

function spentBy(
  allocated: Allocated,
  counted: Counted,
  of: Pick<More, 'unclassified' | 'descriptions'>,
): TestResult[] {
  const publications = allocated.filter(({ data }) => data.minima !== undefined);
  const why = publications.length === 0 ? `No minima of ${MINIMUM} are published.` : '';
  const more: More = { ...of, why, restsOn: [{ measure: 'requirement', source: MINIMUM }], publications };
  const test = (code: TestCode, minimum: keyof Counted): TestResult =>
    result(
      code,
      publications.length === 0
        ? [untested(WHOLE_FUND, counted[minimum], why)]
        : [atLeast(WHOLE_FUND, total(publications.map(({ data }) => pence(data.minima![minimum]))), counted[minimum])],
      more,
    );
  return [test('T2', 'socialCare'), test('T3', 'outOfHospital')];
}

/**
 * T4: what is pooled of each grant is what was determined for its holder, less what it was reduced by since. What a
 * publication says takes effect on its day, with every reduction up to that day in it.
 */
function determined({ allocations, holdings, facts, on }: TestInputs): TestResult {
  const publications = allocations.filter(({ data }) => data.source !== MINIMUM);
  const key = (holder: string, source: string): string => `${source} of ${holder}`;
  const held = new Map(
    gathered(holdings, ({ measure, holder, source }) =>
      measure === 'agreed' && sourceOf(source)!.grant ? key(holder, source) : undefined,
    ).map(({ name, pence: sum }) => [name, sum]),
  );
  const reductions = factsInForce(facts, 'grant-cut', on);
  const reducedSince = ({ payer, source, effective }: Allocation): Pence =>
    total(
      reductions
        .filter(({ data }) => data['holder'] === payer && data['source'] === source && data.effective > effective)
        .map(({ data }) => pence(data['amount'] as string)),
    );
  const published = publications.map(({ data }): TestRow => {
    const { payer, source, amount } = data;
    const required = minus(pence(amount), reducedSince(data));
    const actual = sumOf(
      holdings,
      (account) => account.measure === 'agreed' && account.holder === payer && account.source === source,
    );
    const row = atLeast(key(payer, source), required, actual);
    return row.margin > 0 ? { ...row, verdict: 'fail', why: 'More is pooled than was determined.' } : row;
  });
  const known = new Set(published.map((row) => row.of));
  const others = [...held].filter(([of]) => !known.has(of));
  return result(
    'T4',
    [...published, ...others.map(([of, sum]) => untested(of, sum, 'No determination is published.'))],
    {
      why: publications.length === 0 ? 'No determination of a grant is published.' : '',
      restsOn: [
        ...publications.map(({ data }) => ({ measure: 'agreed' as const, holder: data.payer, source: data.source })),
      ],
      publications,
    },
  );
}

/**
 * T5: each district has its share of a grant passed down, or has waived the rest, by the last day for it. It cannot
 * fail until the end of that day; from the next day on it fails while something is missing. A late share passes once it
 * is complete, and says by how many days it was late. Source: docs/sources.md, Minimum tests.
 */
function passedDown({ holdings, facts, on }: TestInputs): TestResult {
  const grants = toBePassedDown(factsInForce(facts, 'grant', on), factsInForce(facts, 'grant-share', on));
  const rows = grants.flatMap(({ grant, by, districts }) =>
    districts.map((district): TestRow => {
      const stands = (measure: Measure): Pence =>
        sumOf(
          holdings,
          (account) => account.measure === measure && account.holder === district && account.detail === grant,
        );
      const row = atLeast(`${grant}: ${district}`, stands('share'), plus(stands('passedDown'), stands('waived')));
      if (row.verdict === 'pass') {
        const whole = lastGiven(facts, on, { grant, district, by });
        return whole === by ? row : { ...row, why: lateInWords(district, whole, by) };
      }
      const missing = `${district} lacks ${pounds(minus(row.required, row.actual))}`;
      return on <= by
        ? { ...row, verdict: 'pass', why: `${missing}, due by ${dayInWords(by)}.` }
        : { ...row, why: `${missing}, which was due by ${dayInWords(by)}.` };
    }),
  );
  return result('T5', rows, {
    why: grants.length === 0 ? 'No grant is to be passed down.' : '',
    restsOn: grants.flatMap(({ grant }) =>
      (['share', 'passedDown', 'waived'] as const).map((measure) => ({ measure, detail: grant })),
    ),
  });
}

/** The last day on which a district was given some of its share, or waived it; none before the day by which it is due. */
const lastGiven = (
  facts: readonly KeptFact[],
  on: Day,
  of: { readonly grant: string; readonly district: string; readonly by: Day },
): Day =>
  factsInForce(facts, 'pass-down', on)
    .filter(({ data }) => data['grant'] === of.grant && data['district'] === of.district)
    .reduce((last, { data: { effective } }) => (effective > last ? effective : last), of.by);

function lateInWords(district: string, whole: Day, by: Day): string {
  const days = dayNumber(whole) - dayNumber(by);
  return `${district} had its share in full on ${dayInWords(whole)}, ${days} ${days === 1 ? 'day' : 'days'} after ${dayInWords(by)}.`;
}

/** T6: what the plan's lines spend from each source is no more than its income. Sources without lines are not listed. */
function withinIncome({ holdings }: TestInputs): TestResult {
  const sources = gathered(holdings, ({ measure, source }) => (measure === 'requirement' ? source : undefined));
  const rows = sources.map(({ name, pence: spend }) => {
    const income = sumOf(holdings, ({ measure, source }) => measure === 'agreed' && source === name);
    const row = atLeast(name, spend, income);
    return row.margin >= 0
      ? row
      : { ...row, why: `The lines spend ${pounds(negated(row.margin))} more than comes in.` };
  });
  return result('T6', rows, {
    why: rows.length === 0 ? 'The plan has no lines.' : '',
    restsOn: sources.flatMap(({ name }) => [
      { measure: 'requirement' as const, source: name },
      { measure: 'agreed' as const, source: name },
    ]),
  });
}

/** A row that passed before and fails after. */
export interface Breach {
  readonly test: TestCode;
  readonly row: TestRow;
}

/** The rows that fail after and passed before. What was not tested, or failed already, is no breach. */
export function breachesBetween(before: readonly TestResult[], after: readonly TestResult[]): Breach[] {
  const passed = new Set(
    before.flatMap(({ test, rows }) => rows.filter((row) => row.verdict === 'pass').map((row) => `${test} ${row.of}`)),
  );
  return after.flatMap(({ test, rows }) =>
    rows.filter((row) => row.verdict === 'fail' && passed.has(`${test} ${row.of}`)).map((row) => ({ test, row })),
  );
}

/** A breach in words: on which day, which test, by how much. */
export const breachInWords = (on: Day, { test, row }: Breach): string =>
  `From ${dayInWords(on)}, ${test} (${TESTS[test]}) fails for ${row.of}: ${pounds(row.actual)} against ` +
  `${pounds(row.required)}, ${pounds(exactly(Math.abs(row.margin)))} ${row.margin > 0 ? 'too much' : 'short'}.`;
