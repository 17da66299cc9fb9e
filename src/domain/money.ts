import { Decimal } from 'decimal.js';
import { byText } from './order.js';

declare const unit: unique symbol;

/** A whole number of pence, of either sign. Safe to about £90 trillion; anything larger throws. */
export type Pence = number & { readonly [unit]: 'pence' };

export const NO_MONEY = 0 as Pence;

/** How money is written everywhere outside the ledger: pounds, a point, and exactly two places of pence. */
export const MONEY_TEXT = /^(0|[1-9]\d{0,11})\.\d{2}$/;

/** Raised when a sum leaves the range in which a double holds whole pence exactly. It is a fault, never a refusal. */
export class MoneyOverflow extends RangeError {
  constructor(pence: number) {
    super(`${pence} pence is not a whole number that can be held exactly; no figure is given rather than a wrong one.`);
    this.name = 'MoneyOverflow';
  }
}

/** Brands a whole number of pence. Throws {@link MoneyOverflow} where the number is not exact. */
export function exactly(pence: number): Pence {
  if (!Number.isSafeInteger(pence)) throw new MoneyOverflow(pence);
  return (pence === 0 ? 0 : pence) as Pence;
}

/** Reads money text (`"7000000.00"`) into pence. Throws a RangeError where the text is not money. */
export function pence(text: string): Pence {
  if (!MONEY_TEXT.test(text)) {
    throw new RangeError(`"${text}" is not money: write pounds and exactly two places of pence, such as "1234.50".`);
  }
  const point = text.length - '.00'.length;
  return exactly(Number(text.slice(0, point)) * 100 + Number(text.slice(point + 1)));
}

/**
 * Reads money text of either sign, a leading minus where negative: the inverse of {@link moneyText}. Throws a
 * RangeError where the text is not money.
 */
export const signedPence = (text: string): Pence =>
  text.startsWith('-') ? negated(pence(text.slice(1))) : pence(text);

/** Writes pence as money text, in pounds with two places of pence: `-1234.50`. */
export function moneyText(amount: Pence): string {
  const size = Math.abs(amount);
  const places = size % 100;
  return `${amount < 0 ? '-' : ''}${(size - places) / 100}.${places < 10 ? '0' : ''}${places}`;
}

/** Writes pence for a reader: `£1,234.50`, with a leading minus where negative. */
export function pounds(amount: Pence): string {
  const [whole = '', places = ''] = moneyText(exactly(Math.abs(amount))).split('.');
  return `${amount < 0 ? '-' : ''}£${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${places}`;
}

/**
 * The sum of two amounts of pence. This and the functions below that compute throw {@link MoneyOverflow} where the
 * result is not exact.
 */
export const plus = (a: Pence, b: Pence): Pence => exactly(a + b);
export const minus = (a: Pence, b: Pence): Pence => exactly(a - b);
export const negated = (a: Pence): Pence => exactly(0 - a);
export const lesser = (a: Pence, b: Pence): Pence => (a < b ? a : b);
export const largest = (a: Pence, b: Pence): Pence => (a > b ? a : b);
/** The amount in pence, or 0 where it is below 0. */
export const notNegative = (a: Pence): Pence => (a < 0 ? NO_MONEY : a);

/** The sum of amounts of pence; 0 of none. Throws {@link MoneyOverflow} where any sum on the way is not exact. */
export function total(amounts: Iterable<Pence>): Pence {
  let sum = 0;
  for (const amount of amounts) sum = exactly(sum + amount);
  return sum as Pence;
}

/** All of a sum, in basis points. */
export const WHOLE_BASIS_POINTS = 10_000;

/** A share in basis points as per cent, for a reader: `33.50%`. */
export const inPercent = (share: number): string => `${(share / (WHOLE_BASIS_POINTS / 100)).toFixed(2)}%`;

/** A share of a whole: in basis points; or a fraction such as `1/3`, which no number of basis points is. */
export type Share = number | string;

/**
 * The number of parts of a whole. Every basis point and every allowed fraction is a whole number of these parts, and
 * shares are added up and applied in them, so that nothing is lost by rounding. Source: docs/sources.md, Rounding.
 */
export const WHOLE_PARTS = 630_000;
const PARTS_IN_BASIS_POINT = WHOLE_PARTS / WHOLE_BASIS_POINTS;

/** Whether a share of one by so many is a whole number of parts: of 3, 7 and 12 it is; of 11 and 13 it is not. */
export const dividesWhole = (by: number): boolean => by > 0 && WHOLE_PARTS % by === 0;

const fractionOf = (share: string): [above: number, below: number] => {
  const [above = '', below = ''] = share.split('/');
  return [Number(above), Number(below)];
};

/** A share in parts of the whole, of which there are {@link WHOLE_PARTS}: 63 for each basis point. */
export function partsOfWhole(share: Share): number {
  if (typeof share === 'number') return share * PARTS_IN_BASIS_POINT;
  const [above, below] = fractionOf(share);
  return (above * WHOLE_PARTS) / below;
}

const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b));

/** The share that so many parts are: in basis points where it can be, else the fraction in its lowest terms. */
export function shareOfParts(parts: number): Share {
  if (parts % PARTS_IN_BASIS_POINT === 0) return parts / PARTS_IN_BASIS_POINT;
  const by = common(parts, WHOLE_PARTS);
  return `${parts / by}/${WHOLE_PARTS / by}`;
}

/** A share for a reader: in per cent, or the fraction as it was given. */
export const shareInWords = (share: Share): string => (typeof share === 'number' ? inPercent(share) : share);

/** What shares come to together, in parts of the whole: {@link WHOLE_PARTS} where they are all of it. */
export const partsTogether = (shares: readonly Share[]): number =>
  shares.reduce<number>((sum, share) => sum + partsOfWhole(share), 0);

/**
 * A part of a sum in pence by its share, rounded once, to the whole penny, half to even. Source: docs/sources.md,
 * Rounding.
 */
export function partOf(sum: Pence, share: Share): Pence {
  // Nearly every part is nothing or the whole, and a plan has hundreds.
  if (share === 0) return NO_MONEY;
  if (share === WHOLE_BASIS_POINTS) return sum;
  return portion(sum, partsOfWhole(share), WHOLE_PARTS);
}

interface Weighed {
  readonly id: string;
  readonly weight: Decimal.Value;
}

/**
 * Splits a sum in pence, of either sign, in proportion to weights, to the penny: by largest remainder, ties going to
 * the lower id. The parts always add up to the sum. Throws a RangeError where no weight is positive or one is
 * negative. Source: docs/sources.md, Rounding.
 */
export function apportion(sum: Pence, shares: readonly Weighed[]): Map<string, Pence> {
  const weights = shares.map((share) => new Decimal(share.weight));
  const whole = Decimal.sum(0, ...weights);
  if (!whole.isPositive() || whole.isZero() || weights.some((weight) => weight.isNegative())) {
    throw new RangeError('Money can be shared only by weights that are not negative and do not all vanish.');
  }
  const exact = shares.map((share, index) => {
    const part = new Decimal(sum).times(weights[index]!).div(whole);
    return { id: share.id, floor: part.floor(), remainder: part.minus(part.floor()) };
  });
  let left = new Decimal(sum).minus(Decimal.sum(...exact.map((part) => part.floor))).toNumber();
  const parts = new Map(exact.map((part) => [part.id, part.floor.toNumber()]));
  const byRemainder = [...exact].sort((a, b) => b.remainder.cmp(a.remainder) || byText(a.id, b.id));
  for (const part of byRemainder) {
    if (left-- <= 0) break;
    parts.set(part.id, parts.get(part.id)! + 1);
  }
  return new Map(shares.map((share) => [share.id, exactly(parts.get(share.id)!)]));
}

/**
 * sum × part ÷ whole, in pence, half to even. Throws {@link MoneyOverflow} where the whole is 0. Source:
 * docs/sources.md, Rounding.
 */
export const portion = (sum: Pence, part: Decimal.Value, whole: Decimal.Value): Pence =>
  exactly(new Decimal(sum).times(part).div(whole).toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN).toNumber());

/** Whether one quantity is less than another; both decimal text. */
export const isLess = (a: Decimal.Value, b: Decimal.Value): boolean => new Decimal(a).lessThan(b);
