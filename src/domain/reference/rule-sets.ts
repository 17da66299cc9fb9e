import type { Day } from '../calendar.js';
import { cited } from './works.js';
import { wordingsOf, type WordedList, type Wording } from './template-wordings.js';

/**
 * What the national rules of a year say, as dated reference data: the lists that plan lines are described by, uplifts,
 * due dates and conditions. A rule set that is published in the ledger takes the place of the one shipped here.
 * Source: docs/sources.md, Money; National conditions; Plan year. `proven: false` marks what no source confirms.
 */
export interface Coded {
  readonly code: string;
  readonly name: string;
  /** What else the year’s templates call it. */
  readonly wordings?: readonly Wording[];
}

/** Which minimum test counts what a line spends in an area. Source: docs/sources.md, Minimum tests. */
export const COUNTED_BY = {
  'social-care': 'Social care',
  'out-of-hospital': 'Care outside hospital that the NHS commissions',
  none: 'Neither',
} as const;

export interface AreaOfSpend extends Coded {
  readonly counts: keyof typeof COUNTED_BY;
}

export const UPLIFTS_OF = {
  'nhs-minimum': 'The minimum NHS contribution',
  'social-care': 'The least to be spent on social care',
  'out-of-hospital': 'The least to be spent outside hospital',
} as const;

export interface Uplift {
  readonly of: keyof typeof UPLIFTS_OF;
  /** Per cent on the year before, as text: `5.66`. */
  readonly percent: string;
}

export interface DueDate {
  readonly what: string;
  readonly day: Day;
}

interface Evidenced {
  readonly evidence: string;
  readonly proven: boolean;
}

export interface RuleSet {
  readonly year: string;
  /** Whether the year has a plan that is submitted and approved: 2020-21 has none. */
  readonly planNeeded: boolean;
  readonly uplifts: readonly (Uplift & Evidenced)[];
  readonly schemeTypes: readonly Coded[];
  readonly areasOfSpend: readonly AreaOfSpend[];
  readonly providers: readonly Coded[];
  readonly dueDates: readonly (DueDate & Evidenced)[];
  readonly conditions: readonly (Evidenced & { readonly words: string })[];
  /** What else is known of the year’s rules, and what of them was looked for and not found. */
  readonly notes: readonly (Evidenced & { readonly words: string })[];
  /** Of the lists of scheme types, areas of spend and providers. */
  readonly evidence: string;
  readonly proven: boolean;
}

const coded = (names: readonly string[]): Coded[] =>
  names.map((name) => ({
    code: name
      .toLowerCase()
      .replace(/[^a-z]+/g, '-')
      .replace(/-$/, ''),
    name,
  }));

/** Scheme types of the templates of 2019 to 2025. Source: docs/sources.md, Money; not proven. */
const SCHEME_TYPES = coded([
  'Assistive Technologies and Equipment',
  'Care Act Implementation',
  'Carers Services',
  'Community Based Schemes',
  'DFG Related',
  'Enablers for Integration',
  'High Impact Change Model',
  'Home Care',
  'Housing Related',
  'Integrated Care Planning',
  'Bed-based Intermediate Care',
  'Home-based Intermediate Care / Reablement',
  'Personalised Budgeting',
  'Personalised Care at Home',
  'Prevention',
  'Residential Placements',
  'Workforce',
  'Urgent Community Response',
  'Other',
]);

const AREAS_OF_SPEND: readonly AreaOfSpend[] = coded([
  'Acute',
  'Mental Health',
  'Community Health',
  'Continuing Care',
  'Primary Care',
  'Social Care',
  'Other',
]).map((area) => ({
  ...area,
  counts: area.code === 'social-care' ? 'social-care' : area.code === 'acute' ? 'none' : 'out-of-hospital',
}));

const PROVIDERS = coded([
  'NHS acute',
  'NHS community',
  'NHS mental health',
  'Local authority',
  'Voluntary sector',
  'Private sector',
  'Other',
]);

/** Scheme types that only the templates of some years have, each from a year to a year, both inclusive; not proven. */
const OF_SOME_YEARS: readonly (Coded & { readonly from: string; readonly until: string })[] = [
  ...coded(['Care homes', 'Integrated care teams', 'Intermediate care', 'Seven-day working']).map((type) => ({
    ...type,
    from: '2015-16',
    until: '2018-19',
  })),
  ...coded([
    'Discharge support',
    'End of life care',
    'Home-based community health',
    'Short-term home-based social care',
  ]).map((type) => ({ ...type, from: '2025-26', until: '2026-27' })),
];

const schemeTypesOf = (label: string): Coded[] => {
  const own = OF_SOME_YEARS.filter(({ from, until }) => from <= label && label <= until);
  return [...SCHEME_TYPES, ...own.map(({ code, name }) => ({ code, name }))];
};

/** A list with what the year’s templates call its codes. */
const worded = <Each extends Coded>(list: readonly Each[], label: string, of: WordedList): Each[] =>
  list.map((each) => {
    const wordings = wordingsOf(label, of, each.code);
    return wordings.length === 0 ? each : { ...each, wordings };
  });

const found = (evidence: string): Evidenced => ({ evidence: cited(evidence), proven: true });
const believed = (evidence: string): Evidenced => ({ evidence: cited(evidence), proven: false });
/** What was looked for and not found. */
const nowhere: Evidenced = { evidence: 'not found', proven: false };
const due = (what: string, day: string, of: Evidenced) => ({ what, day: day as Day, ...of });
const says = (words: string, of: Evidenced) => ({ words, ...of });

type Year = Pick<RuleSet, 'year'> & Partial<RuleSet>;

const LISTS_OF_2019 = cited('the lists of the templates of 2019 to 2025: [R]');
const LISTS_BORROWED = cited('the lists of 2019 to 2025, for want of the year’s own: [I]');

const year = (given: Year): RuleSet => ({
  planNeeded: true,
  uplifts: [],
  schemeTypes: worded(schemeTypesOf(given.year), given.year, 'schemeTypes'),
  areasOfSpend: worded(AREAS_OF_SPEND, given.year, 'areasOfSpend'),
  providers: worded(PROVIDERS, given.year, 'providers'),
  dueDates: [],
  conditions: [],
  notes: [],
  evidence: given.year >= '2019-20' && given.year <= '2024-25' ? LISTS_OF_2019 : LISTS_BORROWED,
  proven: false,
  ...given,
});

const CONDITIONS_OF_2017 = [
  'A joint plan',
  'The NHS contribution to social care is maintained in line with inflation',
  'NHS-commissioned services outside hospital',
  'Managing transfers of care',
].map((words) => says(words, found('[W35]')));

const CONDITIONS_OF_2023 = [
  'A joint plan',
  'The two objectives of the framework',
  'Adult social care and NHS-commissioned services outside hospital are maintained',
].map((words) => says(words, believed('[R]')));

export const RULE_SETS: readonly RuleSet[] = [
  year({
    year: '2015-16',
    dueDates: [
      due('Plan, last call', '2015-01-09', found('[W54]')),
      due('Quarter 4 return, midday', '2016-05-27', found('[W57]')),
    ],
    conditions: [says('Adult social care is protected, one of six conditions', found('[W16]'))],
  }),
  year({
    year: '2016-17',
    dueDates: [
      due('Plan, first submission', '2016-03-02', found('[W44]')),
      due('Plan, final submission', '2016-05-03', found('[W3]; [S0]')),
      due('Section 75 agreement', '2016-06-30', believed('[R]')),
    ],
    conditions: [
      says('£1 billion of the NHS minimum is for NHS-commissioned services outside hospital', found('[W27]')),
      says(
        'Adult social care is protected in real terms at the mandated minimum of 2015-16; what was agreed beyond it is changed by local agreement',
        found('[W4]'),
      ),
    ],
    notes: [
      says('Planning guidance: 22 December 2015; rules of the fund: February 2016', found('[W44]')),
      says('£2.519 billion of the NHS minimum of £3.519 billion is under no such condition', found('[W27]')),
      says('Regions assess the risk of each plan', found('[W53]')),
      says('The other national conditions of the year', nowhere),
      says('By how much the NHS minimum and the least for social care rise', nowhere),
    ],
  }),
  year({
    year: '2017-18',
    uplifts: [{ of: 'social-care', percent: '1.79', ...believed('[R]') }],
    dueDates: [
      due('Disabled Facilities Grant passed down', '2017-06-30', found('[W31]')),
      due('Plan', '2017-09-11', found('[W45]')),
      due('Section 75 agreement', '2017-11-30', believed('[R]')),
    ],
    conditions: CONDITIONS_OF_2017,
  }),
  year({
    year: '2018-19',
    uplifts: [{ of: 'social-care', percent: '1.90', ...believed('[R]') }],
    conditions: CONDITIONS_OF_2017,
  }),
  year({
    year: '2019-20',
    dueDates: [due('Plan', '2019-09-27', believed('[R]'))],
  }),
  year({ year: '2020-21', planNeeded: false }),
  year({
    year: '2021-22',
    uplifts: [{ of: 'nhs-minimum', percent: '5.3', ...found('[W37]') }],
  }),
  year({
    year: '2022-23',
    uplifts: [{ of: 'nhs-minimum', percent: '5.66', ...found('[W26]') }],
    dueDates: [
      due('Discharge plan', '2022-12-16', found('[W58]')),
      due('Section 75 agreement', '2023-01-31', found('[W58]')),
    ],
  }),
  year({
    year: '2023-24',
    uplifts: [{ of: 'nhs-minimum', percent: '5.66', ...found('[W26]') }],
    dueDates: [due('Plan', '2023-06-28', found('[W59]')), due('Section 75 agreement', '2023-10-31', found('[W59]'))],
    conditions: CONDITIONS_OF_2023,
  }),
  year({
    year: '2024-25',
    uplifts: [{ of: 'nhs-minimum', percent: '5.66', ...found('[W26]') }],
    dueDates: [due('Plan', '2024-06-10', found('[W60]')), due('Section 75 agreement', '2024-09-30', found('[W60]'))],
    conditions: CONDITIONS_OF_2023,
  }),
  year({
    year: '2025-26',
    dueDates: [due('Plan', '2025-03-31', found('[W61]; [W10]'))],
    conditions: [
      says('Joint agreement', found('[W49]')),
      says('The objectives of the framework', found('[W49]')),
      says('Grant and funding conditions, the NHS minimum to adult social care among them', found('[W49]')),
      says('Oversight and support', believed('[W49]; [R]')),
    ],
    notes: [
      says('Framework: 30 January 2025', found('[W61]')),
      says('Objectives: from sickness to prevention, and from hospital to home', found('[W61]')),
      says('Discharge money is part of the pool, and no ring-fence is kept around it', found('[W49]')),
      says('A shorter list of activities, and a primary objective for each scheme', believed('[R]')),
      says(
        'One area was told that its NHS minimum stays as it was, after a rise of 1.7% had been planned',
        found('[W50]'),
      ),
      says('By how much the NHS minimum rises in all areas', nowhere),
      says('The NHS minimum of England', nowhere),
    ],
  }),
  year({ year: '2026-27' }),
];

/**
 * The rule set shipped for a financial year (`2016-17`); for a year that none is shipped for, the nearest before it, or
 * the first. Its own `year` says which it is.
 */
export const shippedRuleSet = (label: string): RuleSet =>
  RULE_SETS.findLast((each) => each.year <= label) ?? RULE_SETS[0]!;
