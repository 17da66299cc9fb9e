/**
 * Positions of values in a drawing. The labels beside a drawing show the figures of the answer; only positions are
 * computed here.
 */

/** Maps a value to its position: linear between two pairs. */
export type Scale = (value: number) => number;

/** @param domain the first and the last value @param range the positions of these two values */
export function linear([from, to]: readonly [number, number], [first, last]: readonly [number, number]): Scale {
  const width = to - from;
  return (value) => (width === 0 ? first : first + ((value - from) / width) * (last - first));
}

const STEPS = [1, 2, 5, 10];

/** Round values that cover the range from `least` to `greatest`, zero included; about `about` of them. */
export function ticks(least: number, greatest: number, about = 5): number[] {
  const low = Math.min(0, least);
  const high = Math.max(0, greatest);
  const rough = (high - low || 1) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.map((each) => each * power).find((each) => each >= rough)!;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

const MILLION = 1_000_000;

/** The unit of an axis: millions, thousands or pounds, by the largest value. */
export function unitOf(values: readonly number[]): { readonly title: string; readonly of: (value: number) => string } {
  const most = Math.max(...values.map(Math.abs));
  const [title, size] = most >= MILLION ? ['£ million', MILLION] : most >= 10_000 ? ['£ thousand', 1_000] : ['£', 1];
  return { title, of: (value) => String(Number((value / size).toFixed(3))).replace('-', '−') };
}

/** Days since 1970, for a day in a drawing. */
export const dayNumber = (day: string): number => Date.parse(day) / 86_400_000;

/** A number in a path, with one decimal place at most. */
export const place = (value: number): string => String(Number(value.toFixed(1)));
