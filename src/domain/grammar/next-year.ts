import type { FinancialYear, Day } from '../calendar.js';
import type { Pence } from '../money.js';
import type { FactData } from './event.js';
import type { Register } from './mandate.js';

/** What of a year goes on in the next. Each fact that can go on says so in its own declaration. */

/** The year that follows, as a fact that may go on in it needs to know it. */
export interface NextYear {
  readonly year: FinancialYear;
  /** The last day of the year that ends. */
  readonly ends: Day;
  readonly register: Register;
  /** The bodies that stand for a body on the first day of the next year: itself, where it has not ended. */
  followers(body: string): readonly string[];
  /** What something is called in the next year: where its name holds the year that ends, it holds the next. */
  named(name: string): string;
  /** By how many per cent it is asked to rise; undefined where nothing is asked. */
  uplift(name: string): string | undefined;
}

/** What the fact would be in the next year, with what it stood at and would stand at; and what to look at before it is signed. */
export interface GoesOn {
  readonly data: FactData;
  readonly stood: Pence;
  readonly stands: Pence;
  readonly notes: readonly string[];
}

/** Why it does not go on, in a sentence. */
export interface LeftOut {
  readonly why: string;
}

export type Onward = GoesOn | LeftOut;

export const leftOut = (why: string): LeftOut => ({ why });

/** That a body is followed by another, for whoever reads under which name something goes on. */
export const followedNote = (body: string, by: string): string[] =>
  body === by ? [] : [`${body} has ended: ${by} stands for it.`];

/** That a body is followed by others, one or several. */
export const followedByWords = (body: string, by: readonly string[]): string =>
  `${body} has ended, and ${by.join(', ')} ${by.length === 1 ? 'follows' : 'follow'} it`;
