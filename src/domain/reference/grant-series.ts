import { cited } from './works.js';

/**
 * Grants of single councils by year, as found in public answers. Source: docs/sources.md, Grants of
 * single councils. They are no determinations of the ledger: a fund's grant enters by GrantDetermined.
 */
interface GrantYear {
  readonly area: string;
  readonly source: string;
  /** Whose it is: the whole area's, paid to its upper-tier council, or one district's share of it. */
  readonly of: string;
  readonly year: string;
  /** Pounds and pence. */
  readonly amount: string;
  readonly evidence: string;
  readonly proven: boolean;
}

const FIRST = 2015;
const labelOf = (index: number): string => `${FIRST + index}-${String((FIRST + index + 1) % 100)}`;

const series = (of: string, amounts: readonly number[]): GrantYear[] =>
  amounts.map((amount, index) => ({
    area: 'norfolk',
    source: 'DFG',
    of,
    year: labelOf(index),
    amount: `${amount}.00`,
    evidence: cited('[W48]'),
    proven: true,
  }));

/** The Disabled Facilities Grant from 2015-16 to 2024-25. */
export const GRANT_SERIES: readonly GrantYear[] = [
  ...series('Norfolk', [3753000, 6367664, 6923659, 7479654, 8070995, 9157782, 9157782, 9157782, 9956890, 11363321]),
  ...series(
    'King’s Lynn and West Norfolk',
    [759000, 1248225, 1352170, 1456115, 1571235, 1782807, 1782807, 1782807, 1938375, 2212175],
  ),
];
