import type { Day } from './calendar.js';
import { onUndo } from './grammar/change.js';
import { exactly, largest, minus, negated, NO_MONEY, plus, type Pence } from './money.js';

/**
 * The chart of accounts. Every fact becomes postings to these accounts, and the postings of one event sum to zero,
 * because the pool is entitled to what a partner undertakes. So each posting to a holder has a mirror in the pool, and
 * a fund's figure, read from the pool, is the sum of its partners' figures. A settlement between two partners is posted
 * to both, and sums to zero without the pool.
 */
export const MEASURES = [
  'requirement',
  'proposed',
  'agreed',
  'withdrawn',
  'due',
  'received',
  'atRisk',
  'assumed',
  'share',
  'passedDown',
  'waived',
  'settled',
  'refunded',
  'writtenOff',
  'committed',
  'spent',
  'accrued',
  'carriedForward',
  'drawn',
  'returned',
  'beside',
  'balance',
  'income',
] as const;

export type Measure = (typeof MEASURES)[number];
/**
 * Money beside the pool, balances of a body from before the year, and what users pay a body. Their mirror postings only
 * balance the event: no figure of the pool includes them.
 */
export const OUTSIDE: ReadonlySet<Measure> = new Set(['beside', 'balance', 'income']);

export type Term = 'recurrent' | 'one-off';

export const termOf = (recurrent: boolean): Term => (recurrent ? 'recurrent' : 'one-off');

/** The holder of the mirror of every posting; the holder of plan lines. No partner can be named so. */
export const POOL = '(pool)';
export const PLAN = '(plan)';

export interface Account {
  readonly measure: Measure;
  readonly holder: string;
  readonly source: string;
  readonly term: Term;
  /** The plan line, or the grant that a district's share is of, or the reserve, or the pot; empty elsewhere. */
  readonly detail: string;
}

/** One movement of one account: effective from a day inclusive, in whole pence. */
export interface Posting extends Account {
  /** The contribution, grant, line or proposal that it belongs to: what limits are checked by. */
  readonly item: string;
  readonly on: Day;
  readonly pence: Pence;
}

export const accountKey = (account: Account): string =>
  `${account.measure}|${account.holder}|${account.source}|${account.term}|${account.detail}`;

type OneSide = Omit<Posting, 'detail'> & { readonly detail?: string };

/** A posting and its mirror in the pool, with the opposite sign. Postings of 0 pence are left out. */
export function posted(side: OneSide): Posting[] {
  if (side.pence === NO_MONEY) return [];
  const { measure, holder, source, term, detail = '', item, on, pence } = side;
  // Written out, field by field: every figure of every rebuild comes through here.
  return [
    { measure, holder, source, term, detail, item, on, pence },
    { measure, holder: POOL, source, term, detail, item, on, pence: negated(pence) },
  ];
}

/** The postings that undo others from a day on: each at its own day, or at the reversal's where that is later. */
export const inverted = (postings: readonly Posting[], from: Day): Posting[] =>
  postings.map((posting) => ({
    ...posting,
    on: posting.on < from ? from : posting.on,
    pence: negated(posting.pence),
  }));

/** What the postings of one event sum to, in pence. Anything but zero is a fault in a fact's declaration. */
export const imbalance = (postings: readonly Posting[]): Pence =>
  postings.reduce((sum, posting) => plus(sum, posting.pence), NO_MONEY);

/** The movements of one account of one item by day, in day order: small, since a year has few days. */
export interface DaySeries {
  days: readonly Day[];
  moves: Pence[];
}

export const emptySeries = (): DaySeries => ({ days: [], moves: [] });

/** The index of the first day that is not before the one given. */
function firstNotBefore(series: DaySeries, day: Day): number {
  let low = 0;
  let high = series.days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.days[middle]! < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds a movement in pence to a series, on its day. Throws {@link MoneyOverflow} where the day’s sum is not exact. */
export function addToSeries(series: DaySeries, day: Day, amount: Pence): void {
  const at = firstNotBefore(series, day);
  const { days, moves } = series;
  if (days[at] === day) moves[at] = plus(moves[at]!, amount);
  else {
    // Copies the list, because lists that grow in place keep spare room, and in a hundred thousand short lists most
    // memory would be spare room.
    series.days = days.toSpliced(at, 0, day);
    series.moves = moves.toSpliced(at, 0, amount);
  }
}

/** The same as {@link addToSeries} for a series that is part of a state: it can be undone. */
export function moveSeries(series: DaySeries, day: Day, amount: Pence): void {
  const { days, moves } = series;
  const at = firstNotBefore(series, day);
  const before = moves[at];
  const isThere = days[at] === day;
  onUndo(() => {
    if (isThere) moves[at] = before!;
    else Object.assign(series, { days, moves });
  });
  addToSeries(series, day, amount);
}

/** What a series moves by on one day, in pence; 0 on a day without a movement. */
export function movedOn(series: DaySeries, day: Day): Pence {
  const at = firstNotBefore(series, day);
  return series.days[at] === day ? series.moves[at]! : NO_MONEY;
}

/** The balance of a series at the end of a day, inclusive, in pence. */
export function seriesOn(series: DaySeries, day: Day): Pence {
  let sum: Pence = NO_MONEY;
  for (let at = 0; at < series.days.length && series.days[at]! <= day; at++) sum = plus(sum, series.moves[at]!);
  return sum;
}

/** The most that a series comes to on a day, inclusive, or on any later one, in pence. */
export function mostFrom(series: DaySeries, day: Day): Pence {
  let sum = seriesOn(series, day);
  let most = sum;
  series.days.forEach((on, at) => {
    if (on <= day) return;
    sum = plus(sum, series.moves[at]!);
    most = largest(most, sum);
  });
  return most;
}

interface Breach {
  readonly day: Day;
  /** How far below 0 the quantity would fall, as a positive sum in pence. */
  readonly short: Pence;
}

/**
 * Checks a limit over the whole effective time series. Given the movements of a quantity and those that a fact would
 * add, returns the first day on which the quantity would be negative *because of the fact*, or undefined. If the
 * quantity is negative already, a fact that does not lower it further is allowed. Source: docs/decisions/shape.md.
 */
export function firstBreach(standing: DaySeries, added: DaySeries): Breach | undefined {
  const days = [...new Set([...standing.days, ...added.days])].sort();
  let before: Pence = NO_MONEY;
  let change: Pence = NO_MONEY;
  let s = 0;
  let a = 0;
  for (const day of days) {
    if (standing.days[s] === day) before = plus(before, standing.moves[s++]!);
    if (added.days[a] === day) change = plus(change, added.moves[a++]!);
    const after = plus(before, change);
    if (after < 0 && change < 0) return { day, short: minus(NO_MONEY, after) };
  }
  return undefined;
}

/** Adds several series, each with its sign, into one. */
export function combined(parts: readonly { readonly sign: 1 | -1; readonly series: DaySeries }[]): DaySeries {
  const sum = emptySeries();
  for (const { sign, series } of parts) {
    series.days.forEach((day, index) => addToSeries(sum, day, exactly(sign * series.moves[index]!)));
  }
  return sum;
}
