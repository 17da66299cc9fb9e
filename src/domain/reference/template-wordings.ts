import { cited } from './works.js';

/**
 * What the planning templates of a year call the codes of plan lines, as dated reference data. A wording is accepted wherever
 * its code is, and its code is what is recorded. Templates differ from year to year; a code means the same in all of them.
 * Source: docs/sources.md, Money. No list of a template has been read whole: none is proven.
 */
export interface Wording {
  readonly wording: string;
  readonly evidence: string;
  readonly proven: boolean;
}

/** The lists of a year’s rules that have wordings. */
export type WordedList = 'schemeTypes' | 'areasOfSpend' | 'providers';

type Worded = Readonly<Record<WordedList, Readonly<Record<string, readonly string[]>>>>;

/** From which financial year on, to which, both inclusive. */
interface Span {
  readonly from: string;
  readonly until: string;
  readonly calls: Worded;
}

/** Kinds of provider that every template since 2016-17 writes so. */
const PROVIDERS = {
  'nhs-acute': ['NHS Acute Provider'],
  'nhs-community': ['NHS Community Provider'],
  'nhs-mental-health': ['NHS Mental Health Provider'],
  'voluntary-sector': ['Charity / Voluntary Sector'],
};

const SPANS: readonly Span[] = [
  {
    from: '2015-16',
    until: '2018-19',
    calls: {
      schemeTypes: {
        'assistive-technologies-and-equipment': ['Assistive Technologies'],
        'care-homes': ['Improving healthcare services to care homes'],
        'carers-services': ['Support for carers'],
        'home-based-intermediate-care-reablement': ['Reablement services'],
        'intermediate-care': ['Intermediate care services'],
        'personalised-care-at-home': ['Personalised support / care at home'],
        'seven-day-working': ['7 day working'],
      },
      areasOfSpend: {},
      providers: PROVIDERS,
    },
  },
  {
    from: '2019-20',
    until: '2024-25',
    calls: {
      schemeTypes: {
        'care-act-implementation': ['Care Act Implementation Related Duties'],
        'dfg-related': ['DFG Related Schemes'],
        'high-impact-change-model': ['High Impact Change Model for Managing Transfer of Care'],
        'home-care': ['Home Care or Domiciliary Care'],
        'housing-related': ['Housing Related Schemes'],
        'integrated-care-planning': ['Integrated Care Planning and Navigation'],
        'bed-based-intermediate-care': ['Bed based intermediate Care Services'],
        'home-based-intermediate-care-reablement': [
          'Home-based intermediate care services',
          'Reablement in a persons own home',
        ],
        'personalised-budgeting': ['Personalised Budgeting and Commissioning'],
        prevention: ['Prevention / Early Intervention'],
        workforce: ['Workforce recruitment and retention'],
      },
      areasOfSpend: {},
      providers: PROVIDERS,
    },
  },
  {
    from: '2025-26',
    until: '2026-27',
    calls: {
      schemeTypes: {
        'bed-based-intermediate-care': [
          'Bed-based intermediate care (short-term bed-based rehabilitation, reablement and recovery services)',
        ],
        'carers-services': ['Support to carers, including unpaid carers'],
        'dfg-related': ['DFG related schemes'],
        'discharge-support': ['Discharge support and infrastructure'],
        'enablers-for-integration': ['Evaluation and enabling integration'],
        'home-based-community-health': ['Long-term home-based community health services'],
        'home-based-intermediate-care-reablement': [
          'Home-based intermediate care (short-term home-based rehabilitation, reablement and recovery services)',
        ],
        'home-care': ['Long-term home-based social care services'],
        'housing-related': ['Housing related schemes'],
        'personalised-budgeting': ['Personalised budgeting and commissioning'],
        prevention: ['Wider support to promote prevention and independence'],
        'residential-placements': ['Long-term residential or nursing home care'],
        'short-term-home-based-social-care': [
          'Short-term home-based social care (excluding rehabilitation, reablement and recovery services)',
        ],
      },
      areasOfSpend: {},
      providers: PROVIDERS,
    },
  },
];

/** Wordings that stand in papers of this year: the words are proven, the year of their template is not. */
const IN_PAPERS: ReadonlySet<string> = new Set([
  'Charity / Voluntary Sector',
  'NHS Acute Provider',
  'NHS Community Provider',
]);

/** What the templates of a financial year (`2016-17`) call a code of one of its lists. */
export const wordingsOf = (year: string, list: WordedList, code: string): readonly Wording[] =>
  (SPANS.find(({ from, until }) => from <= year && year <= until)?.calls[list][code] ?? []).map((wording) => ({
    wording,
    evidence: IN_PAPERS.has(wording)
      ? `the words: public papers, 2026; of which year’s template: ${cited('[R]')}`
      : cited('[R]'),
    proven: false,
  }));
