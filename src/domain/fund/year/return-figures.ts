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

export const figureKey = ({ section, source, line, figure }: FigureName): string =>
  [section, source, line, figure].join('|');

/** The figures of a return that an account counts in, and with which sign. */
function countedIn({ measure, holder, source, detail }: Account): (FigureName & { readonly sign: 1 | -1 })[] {
  if (holder === POOL) return [];
  const income = (figure: string) => ({ section: 'income' as const, source, line: '', figure, sign: 1 as const });
  const spending = (figure: string) => ({ ...income(figure), section: 'spending' as const, line: detail });
  switch (measure) {
    case 'agreed':
      return [income('agreed'), { ...total('funded'), sign: 1 }, { ...total('gap'), sign: -1 }];
    case 'due':
    case 'received':
    case 'returned':
    case 'passedDown':
    case 'drawn':
      return [income(measure)];
    case 'requirement':
      return [spending('budget'), { ...total('requirement'), sign: 1 }, { ...total('gap'), sign: 1 }];
    case 'committed':
    case 'spent':
    case 'accrued':
      return [spending(measure)];
    case 'carriedForward':
      return [{ ...income('setAside') }];
    default:
      return [];
  }
}

/** Figures by their keys, as they are added up. */
export type FigureSums = Map<string, ReturnFigure>;

/** Adds an amount in pence to one figure. */
export function addFigure(sums: FigureSums, name: FigureName, amount: Pence): void {
  const { section, source, line, figure } = name;
  const key = figureKey(name);
  const before = sums.get(key);
  sums.set(key, { section, source, line, figure, amount: before ? plus(before.amount, amount) : amount });
}

/** Counts an amount of one account, in pence, into every figure that the account counts in. */
export function countInto(sums: FigureSums, account: Account, amount: Pence): void {
  for (const { sign, ...name } of countedIn(account)) addFigure(sums, name, sign === 1 ? amount : negated(amount));
}

/** In the order in which a return lists them. */
const SECTIONS = { income: 0, spending: 1, total: 2 } as const;
const orderOf = (each: FigureName): number => TOTALS.indexOf(each.figure as (typeof TOTALS)[number]);

export const inReturnOrder = (a: FigureName, b: FigureName): number =>
  SECTIONS[a.section] - SECTIONS[b.section] || orderOf(a) - orderOf(b) || byText(figureKey(a), figureKey(b));

/**
 * The figures of a fund on the day of its books, with the claims that are open beside them; all in pence. Figures of 0
 * are left out, but for totals.
 */
export function returnFigures(books: Balanced, openClaims: Pence): ReturnFigure[] {
  const sums: FigureSums = new Map();
  for (const figure of TOTALS) addFigure(sums, total(figure), figure === 'openClaims' ? openClaims : NO_MONEY);
  for (const account of books.accounts) {
    if (countedIn(account).length > 0) countInto(sums, account, books.balance(account));
  }
  return [...sums.values()].filter((each) => each.section === 'total' || each.amount !== NO_MONEY).sort(inReturnOrder);
}

/** How figures moved from one state to another: those that did, by name, in the order of a return. */
export function figureChanges(from: readonly ReturnFigure[], to: readonly ReturnFigure[]): ReturnFigure[] {
  const sums: FigureSums = new Map();
  for (const each of to) addFigure(sums, each, each.amount);
  for (const each of from) addFigure(sums, each, negated(each.amount));
  return [...sums.values()].filter((each) => each.amount !== NO_MONEY).sort(inReturnOrder);
}

/** What the claims that are open count as. */
export const OPEN_CLAIMS: FigureName = total('openClaims');
