import { negated, NO_MONEY, plus, type Pence } from '../../money.js';
import { byText } from '../../order.js';
import { POOL, type Account } from '../../postings.js';
import type { Balanced } from '../books.js';

/**
 * The figures of a return, each one line: income by source, spending by plan line, and the fund’s totals. A return that
 * is filed and the same return as now known are worked out by this one function, so that they can be set side by side.
 * Source: docs/sources.md, Plan year: the returns of 2015-16; planned and actual by source are not proven.
 */
export interface ReturnFigure {
  readonly section: 'income' | 'spending' | 'total';
  /** The source of funding; empty for totals. */
  readonly source: string;
  /** The plan line; empty for income and totals. */
  readonly line: string;
  readonly figure: string;
  readonly amount: Pence;
}

type FigureName = Omit<ReturnFigure, 'amount'>;

/** Totals stand in every return, even at nothing; other figures only where they are of something. */
const TOTALS = ['requirement', 'funded', 'gap', 'openClaims'] as const;

const total = (figure: (typeof TOTALS)[number]): FigureName => ({ section: 'total', source: '', line: '', figure });

type Section = ReturnFigure['section'];

const keyOf = (section: Section, source: string, line: string, figure: string): string =>
  `${section}|${source}|${line}|${figure}`;

export const figureKey = ({ section, source, line, figure }: FigureName): string =>
  keyOf(section, source, line, figure);

/** Figures by their keys, as they are added up. */
export type FigureSums = Map<string, ReturnFigure>;

/** Adds an amount in pence to one figure. */
export function addFigure(sums: FigureSums, { section, source, line, figure }: FigureName, amount: Pence): void {
  addTo(sums, section, source, line, figure, amount);
}

/** The same without an object for the name: a large fund has thousands of accounts. */
function addTo(sums: FigureSums, section: Section, source: string, line: string, figure: string, amount: Pence): void {
  const key = keyOf(section, source, line, figure);
  const before = sums.get(key);
  sums.set(key, { section, source, line, figure, amount: before ? plus(before.amount, amount) : amount });
}

/** Counts an amount of one account, in pence, into every figure of a return that the account counts in. */
export function countInto(sums: FigureSums, { measure, holder, source, detail }: Account, amount: Pence): void {
  if (holder === POOL) return;
  const income = (figure: string): void => addTo(sums, 'income', source, '', figure, amount);
  const spending = (figure: string): void => addTo(sums, 'spending', source, detail, figure, amount);
  const inTotal = (figure: (typeof TOTALS)[number], sum: Pence): void => addTo(sums, 'total', '', '', figure, sum);
  switch (measure) {
    case 'agreed':
      income('agreed');
      inTotal('funded', amount);
      return inTotal('gap', negated(amount));
    case 'due':
    case 'received':
    case 'returned':
    case 'passedDown':
    case 'drawn':
      return income(measure);
    case 'requirement':
      spending('budget');
      inTotal('requirement', amount);
      return inTotal('gap', amount);
    case 'committed':
    case 'spent':
    case 'accrued':
      return spending(measure);
    case 'carriedForward':
      return income('setAside');
  }
}

const SECTIONS = { income: 0, spending: 1, total: 2 } as const;
const orderOf = (each: FigureName): number => TOTALS.indexOf(each.figure as (typeof TOTALS)[number]);

type Keyed = readonly [key: string, figure: FigureName];

/** Figures with their keys, in the order in which a return lists them. */
export const byReturnOrder = ([aKey, a]: Keyed, [bKey, b]: Keyed): number =>
  SECTIONS[a.section] - SECTIONS[b.section] || orderOf(a) - orderOf(b) || byText(aKey, bKey);

/** The figures that are not 0, and some that always are there, in the order in which a return lists them. */
export const inReturnOrder = (sums: FigureSums, always: (figure: ReturnFigure) => boolean = () => false) =>
  [...sums]
    .filter(([, each]) => each.amount !== NO_MONEY || always(each))
    .sort(byReturnOrder)
    .map(([, each]) => each);

/**
 * The figures of a fund on the day of its books, with the claims that are open beside them; all in pence. Figures of 0
 * are left out, but for totals.
 */
export function returnFigures(books: Balanced, openClaims: Pence): ReturnFigure[] {
  const sums: FigureSums = new Map();
  for (const figure of TOTALS) addFigure(sums, total(figure), figure === 'openClaims' ? openClaims : NO_MONEY);
  for (const account of books.accounts) {
    if (account.holder !== POOL) countInto(sums, account, books.balance(account));
  }
  return inReturnOrder(sums, ({ section }) => section === 'total');
}

/** How figures moved from one state to another: those that did, by name, in the order of a return. */
export function figureChanges(from: readonly ReturnFigure[], to: readonly ReturnFigure[]): ReturnFigure[] {
  const sums: FigureSums = new Map();
  for (const each of to) addFigure(sums, each, each.amount);
  for (const each of from) addFigure(sums, each, negated(each.amount));
  return inReturnOrder(sums);
}

/** What the claims that are open count as. */
export const OPEN_CLAIMS: FigureName = total('openClaims');
