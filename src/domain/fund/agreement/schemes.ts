import { inside } from '../../chart.js';
import { apportion, minus, NO_MONEY, notNegative, plus, total, type Pence } from '../../money.js';
import { byKey } from '../../order.js';
import { PLAN, POOL, type Account, type Measure } from '../../postings.js';
import type { Balanced } from '../books.js';
import { outsideOf } from '../money/ring-fence.js';
import type { Described } from '../plan/test-inputs.js';

/**
 * Schemes: the plan lines that one rule of the agreement is about, and what a rule rests on.
 * Source: docs/sources.md, Terms; Section 75 terms.
 */

/** The sums of a plan line on a day, in pence, up to that day, inclusive. */
export interface LineSpending {
  /** What the plan requires. */
  readonly budget: Pence;
  readonly committed: Pence;
  readonly spent: Pence;
  /** What has been received from suppliers and is not yet invoiced. */
  readonly accrued: Pence;
}

/** What stands of a whole scheme on a day: what is spent with what is accrued and what was passed down. */
export interface Spending extends Omit<LineSpending, 'accrued'> {
  /**
   * The ring-fenced part of its variance, which is not shared: unspent money is positive, money that covers an
   * overspend negative.
   */
  readonly ringFenced: Pence;
}

export const NOTHING_SPENT: LineSpending = {
  budget: NO_MONEY,
  committed: NO_MONEY,
  spent: NO_MONEY,
  accrued: NO_MONEY,
};

type Adding = { -readonly [Figure in keyof LineSpending]: LineSpending[Figure] };

const nothingYet = (): Adding => ({ budget: NO_MONEY, committed: NO_MONEY, spent: NO_MONEY, accrued: NO_MONEY });

const addedUp = (a: Spending, b: Spending): Spending => ({
  budget: plus(a.budget, b.budget),
  spent: plus(a.spent, b.spent),
  committed: plus(a.committed, b.committed),
  ringFenced: plus(a.ringFenced, b.ringFenced),
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
  const lines = new Map<string, Adding>();
  for (const account of books.accounts) {
    const figure = account.holder === PLAN ? FIGURE.get(account.measure) : undefined;
    if (figure === undefined) continue;
    const line = inside(lines, account.detail, nothingYet);
    line[figure] = plus(line[figure], books.balance(account));
  }
  return lines;
}

/** What stands of one plan line from one source. */
interface SourceRow extends Omit<LineSpending, 'accrued'> {
  readonly line: string;
  readonly source: string;
}

/**
 * What stands of each plan line, source by source: what is spent with what is accrued and what was passed down.
 * Passed-down money counts as spending of the plan lines of its source in proportion to their budgets, because a
 * pass-down names no line. Otherwise a line that districts spend would be shared out as an underspend.
 */
function sourceRows(books: Balanced): SourceRow[] {
  const sources = new Map<string, { passedDown: Pence; readonly lines: Map<string, Adding> }>();
  for (const account of books.accounts) {
    const { measure, holder, source, detail: line } = account;
    const figure = holder === PLAN ? FIGURE.get(measure) : undefined;
    if (holder === POOL || (figure === undefined && measure !== 'passedDown')) continue;
    const of = inside(sources, source, () => ({ passedDown: NO_MONEY, lines: new Map<string, Adding>() }));
    if (figure === undefined) of.passedDown = plus(of.passedDown, books.balance(account));
    else {
      const own = inside(of.lines, line, nothingYet);
      own[figure] = plus(own[figure], books.balance(account));
    }
  }
  return [...sources].flatMap(([source, { passedDown, lines }]) => {
    const weights = [...lines]
      .filter(([, { budget }]) => budget > 0)
      .map(([id, { budget }]) => ({ id, weight: budget }));
    const parts: ReadonlyMap<string, Pence> =
      passedDown === NO_MONEY || weights.length === 0 ? new Map<string, Pence>() : apportion(passedDown, weights);
    return [...lines].map(([line, { budget, committed, spent, accrued }]) => ({
      line,
      source,
      budget,
      committed,
      spent: total([spent, accrued, parts.get(line) ?? NO_MONEY]),
    }));
  });
}

/** The part of the commitments that ring-fenced money does not cover. */
const committedBeyond = (committed: Pence, outside: Pence): Pence =>
  outside > 0 ? notNegative(minus(committed, outside)) : committed;

/**
 * What stands of each scheme, schemes in the order of their names. A line that is described as part of none is a scheme
 * of its own. A scheme whose sums are all 0 is left out, because a view also has accounts that got their first posting
 * after its instant. A decision reads its books so, a question a view.
 * @param ringFenced the sources whose money is not shared
 */
export function spendingByScheme(
  books: Balanced,
  described: ReadonlyMap<string, Described>,
  ringFenced: ReadonlySet<string>,
): Map<string, Spending> {
  const schemes = new Map<string, Spending>();
  const rows = sourceRows(books);
  const outside = outsideOf(rows, ringFenced, books);
  rows.forEach(({ line, budget, committed, spent }, at) => {
    const fenced = outside[at]!;
    const spending = { budget, committed: committedBeyond(committed, fenced), spent, ringFenced: fenced };
    const scheme = described.get(line)?.scheme?.scheme ?? line;
    const before = schemes.get(scheme);
    schemes.set(scheme, before ? addedUp(before, spending) : spending);
  });
  return new Map([...schemes].filter(([, of]) => !isNothing(of)).sort(byKey));
}

/**
 * What is left of each ring-fenced source by the plan, in pence, in the order of their names: its budgets, less what
 * was spent of it. Sources with nothing left are left out.
 */
export function leftOfRingFenced(books: Balanced, ringFenced: ReadonlySet<string>): Map<string, Pence> {
  if (ringFenced.size === 0) return new Map();
  const rows = sourceRows(books);
  const outside = outsideOf(rows, ringFenced, books);
  const left = new Map<string, Pence>();
  rows.forEach(({ source }, at) => left.set(source, plus(left.get(source) ?? NO_MONEY, outside[at]!)));
  return new Map([...left].filter(([, amount]) => amount !== NO_MONEY).sort(byKey));
}

/**
 * The accounts of what partners contribute recurrently: agreed, with grants; one-off payments, what was carried in and
 * ring-fenced sources left out. Ring-fenced money is owed to others or bound to its purposes: it bears no variance.
 */
export const recurrentAccounts = ({ accounts }: Balanced, ringFenced: ReadonlySet<string>): Account[] =>
  accounts.filter(
    ({ measure, holder, term, source }) =>
      measure === 'agreed' &&
      holder !== POOL &&
      term === 'recurrent' &&
      source !== 'CARRY_IN' &&
      !ringFenced.has(source),
  );

/** What each partner contributes recurrently, in pence, ring-fenced money left out. */
export function recurrentBy(books: Balanced, ringFenced: ReadonlySet<string>): Map<string, Pence> {
  const recurrent = new Map<string, Pence>();
  for (const account of recurrentAccounts(books, ringFenced)) {
    recurrent.set(account.holder, plus(recurrent.get(account.holder) ?? NO_MONEY, books.balance(account)));
  }
  return recurrent;
}

/** The variance that partners share, in pence: spent − budget + its ring-fenced part. An overspend is positive. */
export const varianceOf = ({ spent, budget, ringFenced }: Spending): Pence => plus(minus(spent, budget), ringFenced);
