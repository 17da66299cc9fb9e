import { dayInWords, type Day } from '../calendar.js';
import { followedByWords, leftOut, type LeftOut, type NextYear } from '../grammar/next-year.js';
import { exactly, NO_MONEY, pounds, type Pence } from '../money.js';
import { seriesOn, type DaySeries } from '../postings.js';
import { inForce, sourceOf } from '../sources.js';

/** The checks for every item that goes on in the next year’s fund. Why: docs/decisions/roll-forward.md. */

interface AtYearEnd {
  readonly recurrent: boolean;
  readonly source: string;
  /** What it stands at on the last day of its year. */
  readonly stood: Pence;
}

/** One-off money, what has come to nothing, and sources that end with the year do not go on. */
export function endsWithItsYear(
  { recurrent, source: code, stood }: AtYearEnd,
  { ends, year }: NextYear,
): LeftOut | undefined {
  if (!recurrent) return leftOut('It is one-off: it is of this year alone.');
  if (stood === NO_MONEY) return leftOut(`Nothing of it stands on ${dayInWords(ends)}.`);
  const source = sourceOf(code)!;
  return inForce(source, year.label)
    ? undefined
    : leftOut(`${code} (${source.name}) is not in force in ${year.label}.`);
}

/** The one body that stands for a body in the next year; if it has several successors, these decide who has what. */
export function onlyFollower(body: string, { followers }: NextYear): string | LeftOut {
  const all = followers(body);
  return all.length === 1 ? all[0]! : leftOut(`${followedByWords(body, all)}: agree with each of them what is theirs.`);
}

/**
 * A note for signers if a sum was not the same for the whole year, because it may not be the sum of a whole year.
 * `sign` converts a written sum into a counted one.
 */
export function changedNotes(series: DaySeries, began: Day, { ends }: NextYear, sign: 1 | -1 = 1): string[] {
  const first = series.days[0];
  if (first === undefined) return [];
  const [was, stood] = [exactly(sign * seriesOn(series, first)), exactly(sign * seriesOn(series, ends))];
  if (was !== stood)
    return [`It changed during the year, from ${pounds(was)} to ${pounds(stood)}: check what a whole year comes to.`];
  return began.slice(5) === '04-01'
    ? []
    : [`It began on ${dayInWords(began)}: check whether ${pounds(stood)} is for a whole year.`];
}
