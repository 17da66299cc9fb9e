import { cited } from './works.js';

/**
 * The Better Care Fund of England by year, as found: every figure with its evidence. Nothing is filled in: what was not
 * found is null and says so. Source: docs/sources.md, National totals. Sums are pounds; the sources give millions.
 */
const TOTALS = {
  'nhs-minimum': 'Minimum NHS contribution',
  ibcf: 'Improved Better Care Fund, from 2025-26 the Local Authority Better Care Grant',
  dfg: 'Disabled Facilities Grant',
  'discharge-councils': 'Discharge Fund, councils',
  'discharge-nhs': 'Discharge Fund, integrated care boards',
  mandated: 'Mandated in all',
} as const;

type TotalCode = keyof typeof TOTALS;

interface NationalTotal {
  readonly year: string;
  readonly figure: TotalCode | 'other';
  readonly name: string;
  /** Pounds and pence; null where the year had none, or where none was found. */
  readonly amount: string | null;
  readonly evidence: string;
  /** False where no source confirms it, or where nothing was found. */
  readonly proven: boolean;
}

type Cell = readonly [millions: string, evidence: string] | 'none' | 'not found';
type Row = Readonly<Record<TotalCode, Cell>> & {
  readonly year: string;
  readonly others?: readonly (readonly [name: string, millions: string, evidence: string])[];
};

const NOTHING = {
  'nhs-minimum': 'not found',
  ibcf: 'none',
  dfg: 'not found',
  'discharge-councils': 'none',
  'discharge-nhs': 'none',
  mandated: 'not found',
} as const;

const NO_SOURCE = 'no source named';

const ROWS: readonly Row[] = [
  {
    ...NOTHING,
    year: '2014-15',
    'nhs-minimum': 'none',
    dfg: 'none',
    mandated: 'none',
    others: [
      ['Transfer under section 256', '1100', '[W46]; rounded to £1bn: [S3]'],
      ['of it, the first part of the Better Care Fund', '200', '[W46]'],
    ],
  },
  {
    ...NOTHING,
    year: '2015-16',
    'nhs-minimum': ['3446', '[D]: 3,800 less 354 of capital'],
    dfg: ['220', '[W31]'],
    mandated: ['3800', '[W27]'],
    others: [
      ['Capital, in all', '354', 'Housing LIN, Better Care Fund and Disabled Facilities Grant, April 2017'],
      [
        'Pooled, with what was added locally',
        '5300',
        'Department of Health, 2016-17 Better Care Fund policy framework',
      ],
    ],
  },
  {
    ...NOTHING,
    year: '2016-17',
    'nhs-minimum': ['3519', 'Department of Health, 2016-17 Better Care Fund policy framework'],
    dfg: ['394', 'Department of Health, 2016-17 Better Care Fund policy framework'],
    mandated: ['3913', 'Department of Health, 2016-17 Better Care Fund policy framework'],
    others: [
      [
        'of the NHS minimum, under the out-of-hospital condition',
        '1000',
        'Department of Health, 2016-17 Better Care Fund policy framework',
      ],
    ],
  },
  {
    ...NOTHING,
    year: '2017-18',
    'nhs-minimum': ['3582', 'general knowledge, not confirmed in a source'],
    ibcf: ['1115', 'general knowledge, not confirmed in a source'],
    dfg: ['431', 'Housing LIN, Better Care Fund and Disabled Facilities Grant, April 2017'],
    mandated: ['5128', 'general knowledge, not confirmed in a source'],
  },
  {
    ...NOTHING,
    year: '2018-19',
    'nhs-minimum': ['3650', '[R]'],
    ibcf: ['1499', '[R]'],
    dfg: ['468', '[D]: Norfolk’s constant share of 1.598%'],
    others: [
      [
        'of the improved Better Care Fund, additional (Budget March 2017)',
        '674',
        'MHCLG, improved Better Care Fund reporting 2018-19, October 2019',
      ],
      ['Winter Pressures Grant', '240', 'GOV.UK, winter funding, 17 October 2018'],
    ],
  },
  {
    ...NOTHING,
    year: '2019-20',
    'nhs-minimum': ['3840', '[R]'],
    ibcf: ['1837', '[W28]'],
    dfg: ['505', '[W47]'],
    mandated: ['6422', '[R]; “6.4bn”: [W39]'],
    others: [['Winter Pressures Grant', '240', NO_SOURCE]],
  },
  {
    ...NOTHING,
    year: '2020-21',
    'nhs-minimum': ['4048', 'GOV.UK, Better Care Fund policy statement 2020-21'],
    ibcf: ['2077', 'GOV.UK, Better Care Fund policy statement 2020-21'],
    dfg: ['573', 'GOV.UK, Better Care Fund policy statement 2020-21: 505, and 68 later'],
    mandated: ['6698', 'GOV.UK, Better Care Fund policy statement 2020-21'],
  },
  {
    ...NOTHING,
    year: '2021-22',
    'nhs-minimum': ['4263', '[D]: 4,048 × 1.053 = 4,262.5'],
    ibcf: ['2077', NO_SOURCE],
    dfg: ['573', NO_SOURCE],
    mandated: ['6913', 'pharmacy.biz, Better Care Fund 2021-22: “6.9bn”'],
  },
  {
    ...NOTHING,
    year: '2022-23',
    'nhs-minimum': ['4504', '[D]: 4,263 × 1.0566 = 4,504.3'],
    ibcf: ['2140', '[R]'],
    dfg: ['573', NO_SOURCE],
    'discharge-councils': ['200', 'NHS England, Better Care Fund policy and planning 2022-23 and 2023-25'],
    'discharge-nhs': ['300', 'NHS England, Better Care Fund policy and planning 2022-23 and 2023-25'],
  },
  {
    ...NOTHING,
    year: '2023-24',
    'nhs-minimum': ['4759', '[D]: 4,504.3 × 1.0566 = 4,758.9'],
    ibcf: ['2140', '[R]'],
    dfg: ['623', '[D]: Norfolk’s constant share of 1.598%'],
    'discharge-councils': ['300', '[W26]'],
    'discharge-nhs': ['300', '[W26]'],
  },
  {
    ...NOTHING,
    year: '2024-25',
    'nhs-minimum': ['5028', '[D]: 4,758.9 × 1.0566 = 5,028.3'],
    ibcf: ['2140', '[R]'],
    dfg: ['711', '[W48]: 86 of it in the year'],
    'discharge-councils': ['500', '[R]'],
    'discharge-nhs': ['500', '[R]'],
  },
  {
    ...NOTHING,
    year: '2025-26',
    ibcf: ['2640', 'general knowledge, not confirmed in a source'],
    dfg: ['711', 'Parliamentary question 49293 (Disabled Facilities Grant)'],
    mandated: ['9000', 'general knowledge, not confirmed in a source: “about 9bn”'],
  },
  { ...NOTHING, year: '2026-27', ibcf: 'not found', 'discharge-councils': 'not found', 'discharge-nhs': 'not found' },
];

const isProven = (evidence: string): boolean => !evidence.includes('not confirmed') && evidence !== NO_SOURCE;
const found = (millions: string, evidence: string) => ({
  amount: `${millions}000000.00`,
  evidence: cited(evidence),
  proven: isProven(evidence),
});

const cell = (of: Cell) => {
  if (of === 'none') return { amount: null, evidence: 'none in that year', proven: true };
  if (of === 'not found') return { amount: null, evidence: 'not found', proven: false };
  return found(...of);
};

/** Every figure of every year, in the order of the years. */
export const NATIONAL_TOTALS: readonly NationalTotal[] = ROWS.flatMap(({ year, others = [], ...row }) => [
  ...(Object.keys(TOTALS) as TotalCode[]).map((figure) => ({
    year,
    figure,
    name: TOTALS[figure],
    ...cell(row[figure]),
  })),
  ...others.map(([name, millions, evidence]) => ({
    year,
    figure: 'other' as const,
    name,
    ...found(millions, evidence),
  })),
]);
