import { Decimal } from 'decimal.js';
import { exactly, pence, type Pence } from '../money.js';
import { NATIONAL_TOTALS } from './national-totals.js';
import { RULE_SETS } from './rule-sets.js';

/**
 * A sum raised by a percentage given as text (`"5.66"`), rounded once, to the whole penny, half to even.
 * £4,263 million raised by 5.66% is £4,504,285,800.00, which is published as £4,504.3 million.
 * Source: docs/sources.md, National totals; Minimum tests.
 */
export const uplifted = (amount: Pence, percent: string): Pence =>
  exactly(
    new Decimal(amount)
      .times(new Decimal(percent).div(100).plus(1))
      .toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN)
      .toNumber(),
  );

interface UpliftCheck {
  readonly year: string;
  readonly percent: string;
  /** The national minimum contribution of the year before, as stated. */
  readonly from: Pence;
  /** What it comes to with the year's uplift. */
  readonly amount: Pence;
  /** What is stated of the year itself, in whole millions. */
  readonly stated: Pence;
}

/**
 * The worked check of the national minimum contribution, for each year whose uplift is known.
 * Source: docs/sources.md, National totals; Minimum tests.
 */
export const upliftChecks = (): UpliftCheck[] => {
  const statedOf = (year: string): Pence =>
    pence(NATIONAL_TOTALS.find((each) => each.year === year && each.figure === 'nhs-minimum')!.amount!);
  return RULE_SETS.flatMap(({ year, uplifts }, index) =>
    uplifts
      .filter((each) => each.of === 'nhs-minimum')
      .map(({ percent }) => {
        const from = statedOf(RULE_SETS[index - 1]!.year);
        return { year, percent, from, amount: uplifted(from, percent), stated: statedOf(year) };
      }),
  );
};
