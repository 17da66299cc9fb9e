/** What was measured, as the lines of one table: a rate, how long the middle and the slowest took, and what it is held to. */

export interface Line {
  readonly what: string;
  readonly at: string;
  readonly perSecond: number;
  /** How long each took, in milliseconds; absent where only the whole was timed. */
  readonly times?: readonly number[];
  readonly ratio?: string;
  readonly beside?: string;
}

export const COLUMNS = ['measured', 'at', 'per second', 'p50 µs', 'p99 µs', 'ratio', 'beside it'];

const WIDTH = 10;

export const whole = (number: number): string => Math.round(number).toLocaleString('en-GB');

/** The cells of a line; numbers are padded so that they stand under each other. */
export const cells = ({ what, at, perSecond, times, ratio = '', beside = '' }: Line): string[] => {
  const sorted = times && Float64Array.from(times).sort();
  const microseconds = (part: number) => (sorted ? whole(percentile(sorted, part) * 1000) : '');
  return [
    what,
    at,
    ...[whole(perSecond), microseconds(0.5), microseconds(0.99)].map((each) => each.padStart(WIDTH)),
    ratio,
    beside,
  ];
};

/** The value that a part of all, such as 0.99, do not exceed. */
function percentile(sorted: Float64Array, part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!;
}
