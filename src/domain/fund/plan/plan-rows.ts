import { NO_MONEY, plus, type Pence } from '../../money.js';
import { PLAN, POOL } from '../../postings.js';
import type { Balanced } from '../books.js';

/** One row of a plan: what a line requires, or what a partner has agreed to pay, of one source and term. */
type PlanRow = readonly [of: 'line' | 'agreed', name: string, source: string, term: string, pence: Pence];

/**
 * The plan of a fund on a day as rows in a fixed order. The plan's hash covers these rows, and a sign-off is bound to
 * the hash. Accounts with a balance of 0, words, schemes and money carried in are left out; money carried in is the
 * rest of the year before and not part of the agreed plan. Decisions pass their books, questions a view.
 */
export function planRows(books: Balanced): PlanRow[] {
  const sums = new Map<string, Pence>();
  for (const account of books.accounts) {
    const { measure, holder, source, term, detail } = account;
    const isLine = measure === 'requirement' && holder === PLAN;
    const isAgreed = measure === 'agreed' && holder !== POOL && source !== 'CARRY_IN';
    if (!isLine && !isAgreed) continue;
    const key = JSON.stringify(isLine ? ['line', detail, source, term] : ['agreed', holder, source, term]);
    sums.set(key, plus(sums.get(key) ?? NO_MONEY, books.balance(account)));
  }
  return [...sums.keys()]
    .sort()
    .filter((key) => sums.get(key) !== NO_MONEY)
    .map((key) => [...(JSON.parse(key) as ['line' | 'agreed', string, string, string]), sums.get(key)!]);
}
