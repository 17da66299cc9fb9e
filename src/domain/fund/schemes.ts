import { minus, NO_MONEY, plus, type Pence } from '../money.js';
import { PLAN, POOL, type Account, type Measure } from '../postings.js';
import type { Balanced } from './books.js';
import type { Described } from './tested.js';

/** Schemes: the plan lines that one rule of the agreement is about, and what a rule rests on. Source: domain.md 1, 5. */

/** What stands of a plan line, or of a whole scheme, on a day: pence, to that day inclusive. */
export interface Spending {
  /** What the plan requires. */
  readonly budget: Pence;
  /** What has been spent, with what is accrued and not yet invoiced. */
  readonly spent: Pence;
  readonly committed: Pence;
}

const addedUp = (a: Spending, b: Spending): Spending => ({
  budget: plus(a.budget, b.budget),
  spent: plus(a.spent, b.spent),
  committed: plus(a.committed, b.committed),
});

const FIGURE: ReadonlyMap<Measure, keyof Spending> = new Map([
  ['requirement', 'budget'],
  ['spent', 'spent'],
  ['accrued', 'spent'],
  ['committed', 'committed'],
]);

/** What stands of each plan line that has ever had a budget or spending, lines in the order of first use. */
export function spendingByLine(books: Balanced): Map<string, Spending> {
  const lines = new Map<string, Spending>();
  for (const account of books.accounts) {
    const figure = account.holder === PLAN ? FIGURE.get(account.measure) : undefined;
    if (figure === undefined) continue;
    const line = lines.get(account.detail) ?? { budget: NO_MONEY, spent: NO_MONEY, committed: NO_MONEY };
    lines.set(account.detail, { ...line, [figure]: plus(line[figure], books.balance(account)) });
  }
  return lines;
}

/**
 * What stands of each scheme, schemes in the order of their names. A line that is described as part of none is a scheme of
 * its own. A decision reads its books so, a question a view.
 */
export function spendingByScheme(books: Balanced, described: ReadonlyMap<string, Described>): Map<string, Spending> {
  const schemes = new Map<string, Spending>();
  for (const [line, spending] of spendingByLine(books)) {
    const scheme = described.get(line)?.scheme?.scheme ?? line;
    const before = schemes.get(scheme);
    schemes.set(scheme, before ? addedUp(before, spending) : spending);
  }
  return new Map([...schemes.keys()].sort().map((scheme) => [scheme, schemes.get(scheme)!]));
}

/** The accounts of what partners contribute recurrently: agreed, with grants; one-off payments and what was carried in left out. */
export const recurrentAccounts = ({ accounts }: Balanced): Account[] =>
  accounts.filter(
    ({ measure, holder, term, source }) =>
      measure === 'agreed' && holder !== POOL && term === 'recurrent' && source !== 'CARRY_IN',
  );

/** What each partner contributes recurrently. */
export function recurrentBy(books: Balanced): Map<string, Pence> {
  const recurrent = new Map<string, Pence>();
  for (const account of recurrentAccounts(books)) {
    recurrent.set(account.holder, plus(recurrent.get(account.holder) ?? NO_MONEY, books.balance(account)));
  }
  return recurrent;
}

/** spent − budget: an overspend is above nothing. */
export const varianceOf = ({ spent, budget }: Spending): Pence => minus(spent, budget);
