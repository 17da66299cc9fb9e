import { cited } from './reference/works.js';

/**
 * Sources of funding, as dated reference data: the national template's term for where money comes from.
 * Source: docs/sources.md, Money. `proven: false` marks professional knowledge that is not confirmed in a
 * source, held as data so that it can be corrected without touching a rule.
 */
export interface FundingSource {
  readonly code: string;
  readonly name: string;
  /** Whether it must be paid, may be withdrawn, or cannot be told from the evidence. */
  readonly duty: 'compulsory' | 'discretionary' | 'not-stated';
  /** Which sector pays it. */
  readonly payer: 'nhs' | 'local-government' | 'any';
  readonly kind: 'revenue' | 'capital' | 'either';
  /** Whether the money reaches the payer as a government grant, and so enters by a determination. */
  readonly grant: boolean;
  /**
   * For a source beside the pool: `funding` counts in the gap of the medium term; a balance is money that a body had
   * before the year. Neither is in any figure of the pool.
   */
  readonly beside?: 'funding' | 'balance';
  /** The fact by which it enters, where neither a contribution nor a determination brings it. */
  readonly entersBy?: string;
  /** The first and last financial years in force, both inclusive. */
  readonly from: string;
  readonly until?: string;
  readonly evidence: string;
  readonly proven: boolean;
}

/** What bodies have beside the pool: no source is known that lists it. */
const BESIDE = {
  duty: 'not-stated',
  grant: false,
  beside: 'funding',
  entersBy: 'FundingBesideStated',
  from: '2015-16',
  evidence: cited('[R]'),
  proven: false,
} as const;

export const SOURCES: readonly FundingSource[] = [
  {
    code: 'NHS_MIN',
    name: 'Minimum NHS contribution',
    duty: 'compulsory',
    payer: 'nhs',
    kind: 'revenue',
    grant: false,
    from: '2015-16',
    evidence: 'NHS Act 2006, section 223GA',
    proven: true,
  },
  {
    code: 'NHS_ADD',
    name: 'Additional NHS contribution',
    duty: 'discretionary',
    payer: 'nhs',
    kind: 'revenue',
    grant: false,
    from: '2015-16',
    evidence: cited('[W27]; [W39]'),
    proven: true,
  },
  {
    code: 'LA_ADD',
    name: 'Additional council contribution',
    duty: 'discretionary',
    payer: 'local-government',
    kind: 'either',
    grant: false,
    from: '2015-16',
    evidence: 'local agreement',
    proven: true,
  },
  {
    code: 'IBCF',
    name: 'Improved Better Care Fund (Spending Review 2015)',
    duty: 'compulsory',
    payer: 'local-government',
    kind: 'revenue',
    grant: true,
    from: '2017-18',
    until: '2024-25',
    evidence: cited('[W28]; its last year: [R]'),
    proven: false,
  },
  {
    code: 'IBCF_2017',
    name: 'Improved Better Care Fund, additional (Budget March 2017)',
    duty: 'compulsory',
    payer: 'local-government',
    kind: 'revenue',
    grant: true,
    from: '2017-18',
    until: '2019-20',
    evidence: cited('[S4]; [W40]'),
    proven: true,
  },
  {
    code: 'WINTER',
    name: 'Winter Pressures Grant',
    duty: 'compulsory',
    payer: 'local-government',
    kind: 'revenue',
    grant: true,
    from: '2018-19',
    until: '2019-20',
    evidence: cited('[W29]; compulsory from 2019-20: [R]'),
    proven: false,
  },
  {
    code: 'DISCH_LA',
    name: 'Discharge Fund, council part',
    duty: 'compulsory',
    payer: 'local-government',
    kind: 'revenue',
    grant: true,
    from: '2022-23',
    until: '2024-25',
    evidence: cited('[W41]'),
    proven: true,
  },
  {
    code: 'DISCH_ICB',
    name: 'Discharge Fund, integrated care board part',
    duty: 'compulsory',
    payer: 'nhs',
    kind: 'revenue',
    grant: false,
    from: '2022-23',
    until: '2024-25',
    evidence: cited('[W26]'),
    proven: true,
  },
  {
    code: 'LABCG',
    name: 'Local Authority Better Care Grant',
    duty: 'compulsory',
    payer: 'local-government',
    kind: 'revenue',
    grant: true,
    from: '2025-26',
    evidence: cited('[R]'),
    proven: false,
  },
  {
    code: 'DFG',
    name: 'Disabled Facilities Grant',
    duty: 'compulsory',
    payer: 'local-government',
    kind: 'capital',
    grant: true,
    from: '2015-16',
    evidence: cited('[W31]; [W48]'),
    proven: true,
  },
  {
    code: 'SC_CAPITAL',
    name: 'Social care capital grant',
    duty: 'compulsory',
    payer: 'local-government',
    kind: 'capital',
    grant: true,
    from: '2015-16',
    until: '2015-16',
    evidence: cited('[W31]; [W42]'),
    proven: true,
  },
  {
    code: 'P4P',
    name: 'Pay for performance, held back until emergency admissions fall',
    duty: 'not-stated',
    payer: 'nhs',
    kind: 'revenue',
    grant: false,
    entersBy: 'PerformanceReleased',
    from: '2015-16',
    until: '2015-16',
    evidence: cited('[W32]; [W33]; conditional: neither owed nor free to withdraw'),
    proven: true,
  },
  {
    code: 'CARRY_IN',
    name: 'Carried in from the fund of an earlier year',
    duty: 'not-stated',
    payer: 'any',
    kind: 'either',
    grant: false,
    entersBy: 'CarriedForwardReceived',
    from: '2015-16',
    evidence: 'an approved carry-forward',
    proven: true,
  },
  {
    code: 'UNSTATED',
    name: 'Source of funding not stated in the evidence',
    duty: 'not-stated',
    payer: 'any',
    kind: 'either',
    grant: false,
    from: '2015-16',
    evidence: 'the payer of the £5.0 million of 2016-17 is not stated',
    proven: true,
  },
  {
    ...BESIDE,
    code: 'COUNCIL_TAX',
    name: 'Council tax, with the adult social care precept',
    payer: 'local-government',
    kind: 'revenue',
  },
  { ...BESIDE, code: 'BASE_GROWTH', name: 'Growth of a body’s own base budget', payer: 'any', kind: 'revenue' },
  { ...BESIDE, code: 'RSG', name: 'Revenue Support Grant', payer: 'local-government', kind: 'revenue' },
  {
    code: 'RESERVES',
    name: 'Reserves and provisions from before this ledger',
    duty: 'not-stated',
    payer: 'any',
    kind: 'either',
    grant: false,
    beside: 'balance',
    entersBy: 'BalanceOpened',
    from: '2015-16',
    evidence: cited('[S4]'),
    proven: true,
  },
  {
    ...BESIDE,
    code: 'ALIGNED',
    name: 'Aligned budget: followed with the pool, and not pooled',
    payer: 'any',
    kind: 'either',
  },
];

const byCode = new Map(SOURCES.map((source) => [source.code, source]));

/** The source of funding with this code, or undefined. */
export const sourceOf = (code: string): FundingSource | undefined => byCode.get(code);

/** Whether a source is in force in a financial year (`2016-17`). Labels of one century compare as text. */
export const inForce = (source: FundingSource, year: string): boolean =>
  year >= source.from && (source.until === undefined || year <= source.until);

/** What a plan line is for, and whether it adds to the requirement or takes away from it. */
interface LineCategory {
  readonly code: string;
  readonly name: string;
  readonly effect: 'adds' | 'reduces';
  /** Whether a line of it may be below zero: a pressure that is taken out, funding that ends, a budget net of income. */
  readonly falls: boolean;
}

export const LINE_CATEGORIES: readonly LineCategory[] = [
  { code: 'base', name: 'Base: what the plan already pays for', effect: 'adds', falls: true },
  { code: 'pressure', name: 'Pressure: a new or growing cost', effect: 'adds', falls: true },
  { code: 'inflation', name: 'Inflation', effect: 'adds', falls: true },
  { code: 'funding-change', name: 'Funding change: a line that comes with a new grant', effect: 'adds', falls: true },
  { code: 'saving', name: 'Saving: what the plan no longer needs', effect: 'reduces', falls: false },
  {
    code: 'income',
    name: 'Income: what users and others pay towards the plan, and credit notes',
    effect: 'reduces',
    falls: false,
  },
];

export const lineCategoryOf = (code: string): LineCategory | undefined =>
  LINE_CATEGORIES.find((category) => category.code === code);
