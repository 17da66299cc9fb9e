/** What was measured, as the lines of a table: a rate, how long the middle and the slowest took, and what it is held to. */

export interface Line {
  readonly what: string;
  readonly at: string;
  readonly perSecond?: number;
  /** How long each took, in milliseconds; absent where only the whole was timed. */
  readonly times?: ArrayLike<number>;
  readonly ratio?: string;
  readonly beside?: string;
  /** Why nothing was measured, where nothing was. */
  readonly missing?: string;
}

export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

export const COLUMNS = ['measured', 'at', 'per second', 'p50 µs', 'p99 µs', 'ratio', 'beside it'];

const WIDTH = 10;

export const whole = (number: number): string => Math.round(number).toLocaleString('en-GB');

/**
 * A number for a reader: whole and with separators from 100 on, else with two significant digits (12,345; 12; 0.012).
 */
export const told = (number: number): string => (number >= 99.5 ? whole(number) : number.toPrecision(2));

/** How many times more than another, in words for a table. */
export const timesOf = (number: number, of: number, name: string): string => `${told(number / of)} × ${name}`;

/** The cells of a line; numbers are padded so that they stand under each other. */
export const cells = ({ what, at, perSecond, times, ratio = '', beside = '', missing }: Line): string[] => {
  if (missing !== undefined) return [what, at, '—'.padStart(WIDTH), '', '', '', `not measured: ${missing}`];
  const sorted = times && Float64Array.from(times).sort();
  const microseconds = (part: number) => (sorted ? told(percentile(sorted, part) * 1000) : '');
  return [
    what,
    at,
    ...[told(perSecond!), microseconds(0.5), microseconds(0.99)].map((each) => each.padStart(WIDTH)),
    ratio,
    beside,
  ];
};

/** The middle of some times, in microseconds. */
export const p50 = (times: ArrayLike<number>): number => percentile(Float64Array.from(times).sort(), 0.5) * 1000;
export const p99 = (times: ArrayLike<number>): number => percentile(Float64Array.from(times).sort(), 0.99) * 1000;

/** The value that a part of all, such as 0.99, do not exceed. */
function percentile(sorted: Float64Array, part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!;
}

export interface Timed {
  readonly perSecond: number;
  /** In milliseconds. */
  readonly times: number[];
}

/** Does something again and again, one after another, for so many seconds and once at the least. */
export async function timed(seconds: number, act: (index: number) => unknown): Promise<Timed> {
  const times: number[] = [];
  const start = performance.now();
  let last = start;
  do {
    const done = act(times.length);
    // Awaits only promises: to await another value would add a turn of the queue to the time.
    if (done instanceof Promise) await done;
    const now = performance.now();
    times.push(now - last);
    last = now;
  } while (last - start < seconds * 1000);
  return { perSecond: (times.length * 1000) / (last - start), times };
}

/** The same by so many at once, each one after another. */
export async function timedAtOnce(many: number, seconds: number, act: (index: number) => unknown): Promise<Timed> {
  let index = 0;
  const start = performance.now();
  const all = await Promise.all(Array.from({ length: many }, () => timed(seconds, () => act(index++))));
  const times = all.flatMap((each) => each.times);
  return { perSecond: (times.length * 1000) / (performance.now() - start), times };
}

/** What every workload is given. */
export interface Measuring {
  /** For its files; removed at the end. */
  readonly folder: string;
  /** Where the packages of opponents are. */
  readonly packages: string;
  readonly seed: number;
  /** How long each thing is measured. */
  readonly seconds: number;
  readonly note: (text: string) => void;
}
