import { apportion, minus, NO_MONEY, plus, type Pence } from '../money.js';
import { byKey } from '../order.js';
import { PLAN, POOL, type Account, type Measure } from '../postings.js';
import type { Balanced } from './books.js';
import type { Described } from './tested.js';

/** Schemes: the plan lines that one rule of the agreement is about, and what a rule rests on. Source: domain.md 1, 5. */

/** What stands of a plan line on a day: pence, to that day inclusive. */
export interface LineSpending {
  /** What the plan requires. */
  readonly budget: Pence;
  readonly committed: Pence;
  readonly spent: Pence;
  /** What has been had and is not yet invoiced. */
  readonly accrued: Pence;
}

/** What stands of a whole scheme on a day: what is spent with what is accrued. */
export type Spending = Omit<LineSpending, 'accrued'>;

const NOTHING_SPENT: LineSpending = { budget: NO_MONEY, committed: NO_MONEY, spent: NO_MONEY, accrued: NO_MONEY };

const addedUp = (a: Spending, b: Spending): Spending => ({
  budget: plus(a.budget, b.budget),
  spent: plus(a.spent, b.spent),
  committed: plus(a.committed, b.committed),
});

const isNothing = ({ budget, spent, committed }: Spending): boolean =>
  [budget, spent, committed].every((sum) => sum === NO_MONEY);

const FIGURE: ReadonlyMap<Measure, keyof LineSpending> = new Map([
  ['requirement', 'budget'],
  ['committed', 'committed'],
  ['spent', 'spent'],
  ['accrued', 'accrued'],
]);

/** What stands of each plan line that has ever had a budget or spending, lines in the order of first use. */
export function spendingByLine(books: Balanced): Map<string, LineSpending> {
  const lines = new Map<string, LineSpending>();
  for (const account of books.accounts) {
    const figure = account.holder === PLAN ? FIGURE.get(account.measure) : undefined;
    if (figure === undefined) continue;
    const line = lines.get(account.detail) ?? NOTHING_SPENT;
    lines.set(account.detail, { ...line, [figure]: plus(line[figure], books.balance(account)) });
  }
  return lines;
}

/**
 * What was passed down of each source, as spending of the plan lines of that source: in proportion to their budgets, since
 * a pass-down names no line. Otherwise a line that districts spend for the council would be shared out as an underspend.
 */
function passedDownByLine(books: Balanced): Map<string, Pence> {
  const sources = new Map<string, { sum: Pence; readonly budgets: Map<string, Pence> }>();
  for (const account of books.accounts) {
    const { measure, holder, source, detail: line } = account;
    if (holder === POOL || (measure !== 'passedDown' && measure !== 'requirement')) continue;
    const of = sources.get(source) ?? { sum: NO_MONEY, budgets: new Map<string, Pence>() };
    sources.set(source, of);
    if (measure === 'passedDown') of.sum = plus(of.sum, books.balance(account));
    else of.budgets.set(line, plus(of.budgets.get(line) ?? NO_MONEY, books.balance(account)));
  }
  return new Map(
    [...sources.values()].flatMap(({ sum, budgets }) => {
      const weights = [...budgets].filter(([, weight]) => weight > 0).map(([id, weight]) => ({ id, weight }));
      return sum === NO_MONEY || weights.length === 0 ? [] : [...apportion(sum, weights)];
    }),
  );
}

/**
 * What stands of each scheme, schemes in the order of their names. A line that is described as part of none is a scheme of
 * its own. A scheme of which nothing stands is left out: a view has accounts of what was only recorded after its instant.
 * A decision reads its books so, a question a view.
 */
export function spendingByScheme(books: Balanced, described: ReadonlyMap<string, Described>): Map<string, Spending> {
  const schemes = new Map<string, Spending>();
  const passedDown = passedDownByLine(books);
  for (const [line, { budget, committed, spent, accrued }] of spendingByLine(books)) {
    const spending = { budget, committed, spent: plus(plus(spent, accrued), passedDown.get(line) ?? NO_MONEY) };
    const scheme = described.get(line)?.scheme?.scheme ?? line;
    const before = schemes.get(scheme);
    schemes.set(scheme, before ? addedUp(before, spending) : spending);
  }
  return new Map([...schemes].filter(([, of]) => !isNothing(of)).sort(byKey));
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
