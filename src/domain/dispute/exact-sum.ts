import { exactly, minus, NO_MONEY, partsOfWhole, WHOLE_PARTS, type Pence, type Share } from '../money.js';

/** Sums of shares of weekly costs over days. They are exact while they are added up, and are rounded once. */

export const DAYS_IN_WEEK = 7;
/** A claim in this fraction of a penny is a whole number, so that sums of stretches are exact. */
const PARTS_IN_PENNY = DAYS_IN_WEEK * WHOLE_PARTS;

/**
 * A sum of costs times shares without rounding: whole pence, and a rest in parts of a penny. Both stay exact whole
 * doubles for any number of invoices and years.
 */
export interface Exact {
  pence: number;
  rest: number;
}

export const nothing = (): Exact => ({ pence: 0, rest: 0 });

/**
 * Adds what a share of a cost comes to.
 * @param cost pence a week times days
 * @param share in parts of the whole; below zero for what is given back
 */
export function add(to: Exact, cost: number, share: number): void {
  const over = cost % PARTS_IN_PENNY;
  const parts = over * share;
  to.pence += ((cost - over) / PARTS_IN_PENNY) * share + Math.trunc(parts / PARTS_IN_PENNY);
  to.rest += parts % PARTS_IN_PENNY;
}

/** Rounds an exact sum to the penny; half to even. */
export function rounded({ pence: whole, rest }: Exact): Pence {
  const over = ((rest % PARTS_IN_PENNY) + PARTS_IN_PENNY) % PARTS_IN_PENNY;
  const down = exactly(whole + (rest - over) / PARTS_IN_PENNY);
  const up = over * 2 > PARTS_IN_PENNY || (over * 2 === PARTS_IN_PENNY && down % 2 !== 0);
  return up ? exactly(down + 1) : down;
}

/**
 * Rounds each part of a sum to what it adds to the rounded sum so far, in pence, half to even: so the parts add up to
 * the rounded sum of all.
 */
export function roundedSteps(): (part: Exact) => Pence {
  const exact = nothing();
  let before: Pence = NO_MONEY;
  return ({ pence: whole, rest }) => {
    exact.pence += whole;
    exact.rest += rest;
    const upToHere = whole === 0 && rest === 0 ? before : rounded(exact);
    const part = minus(upToHere, before);
    before = upToHere;
    return part;
  };
}

/**
 * What a body bears of a cost, in pence, half to even.
 * @param cost pence a week times days: seven times the cost in pence
 */
export function costTo(share: Share, cost: number): Pence {
  const sum = nothing();
  add(sum, cost, partsOfWhole(share));
  return rounded(sum);
}
