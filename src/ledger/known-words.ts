import { dayInWords, endOfLondonDay, instantOf, londonDay, type Day } from '../domain/calendar.js';

/** The day in London that an instant ends, where it ends one: what a bare day as *known at* means. */
export function dayEndedBy(knownAt: string): Day | undefined {
  const instant = instantOf(knownAt)!;
  const day = londonDay(instant);
  return endOfLondonDay(day) === instant ? day : undefined;
}

/** An instant for a reader: `the end of 30 June 2016 (London)` where it is the end of a day there, and itself otherwise. */
export function knownAtInWords(knownAt: string): string {
  const day = dayEndedBy(knownAt);
  return day === undefined ? knownAt : `the end of ${dayInWords(day)} (London)`;
}
