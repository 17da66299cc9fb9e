import { clampedTo, type Day } from '../calendar.js';
import { NO_MONEY, plus, type Pence } from '../money.js';
import { termOf, type Term } from '../postings.js';
import { opened, standsAt, type FundState } from './state.js';

/**
 * The plan of a fund on a day as canonical text: what its hash is of, and so what a sign-off is bound to. It says what
 * each line requires and what each partner has agreed to pay, by source and term; words and schemes are not in it.
 */
export interface PlanEntry {
  readonly of: 'line' | 'agreed';
  /** The plan line, or the partner. */
  readonly name: string;
  readonly source: string;
  readonly term: Term;
  readonly pence: Pence;
}

/** The text of some entries: those of one account added up, nothings left out, in one order for ever. */
export function planText(entries: Iterable<PlanEntry>): string {
  const sums = new Map<string, Pence>();
  for (const { of, name, source, term, pence } of entries) {
    const key = JSON.stringify([of, name, source, term]);
    sums.set(key, plus(sums.get(key) ?? NO_MONEY, pence));
  }
  const rows = [...sums].filter(([, sum]) => sum !== NO_MONEY).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(rows);
}

/** The text of the plan on a day, as now known; a day outside the year means the nearest day of it. */
export function planTextOn(state: FundState, on: Day): string {
  const day = clampedTo(on, opened(state).year);
  const entries: PlanEntry[] = [];
  for (const [name, item] of state.items) {
    if (item.kind === 'line') {
      const pence = standsAt(state, 'requirement', name, day);
      entries.push({ of: 'line', name, source: item.source, term: termOf(item.recurrent), pence });
    } else if (item.kind === 'contribution' || item.kind === 'grant') {
      const partner = item.kind === 'contribution' ? item.payer : item.holder;
      const pence = standsAt(state, 'agreed', name, day);
      entries.push({ of: 'agreed', name: partner, source: item.source, term: termOf(item.recurrent), pence });
    }
  }
  return planText(entries);
}
