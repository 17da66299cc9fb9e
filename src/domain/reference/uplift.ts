import { Decimal } from 'decimal.js';
import { exactly, type Pence } from '../money.js';

/**
 * A sum raised by a percentage given as text (`"5.66"`), rounded once, to the whole penny, half to even.
 * £4,263 million raised by 5.66% is £4,504,285,800.00, which is published as £4,504.3 million.
 * Source: domain.md 2.1, 7.4.
 */
export const uplifted = (amount: Pence, percent: string): Pence =>
  exactly(
    new Decimal(amount)
      .times(new Decimal(percent).div(100).plus(1))
      .toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN)
      .toNumber(),
  );
