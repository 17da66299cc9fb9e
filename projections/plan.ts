import { negated, type Pence } from '../src/domain/money.js';
import { PLAN, type Account } from '../src/domain/postings.js';
import { lineCategoryOf } from '../src/domain/sources.js';
import type { Kept } from './fund-facts.js';
import { sumOver, type View } from './view.js';

/** The spending plan: each line in force, what it requires, and their total. Source: domain.md 2, 7.2. */
export interface PlanLine {
  readonly line: string;
  readonly description: string;
  readonly category: string;
  readonly effect: 'adds' | 'reduces';
  readonly source: string;
  readonly recurrent: boolean;
  readonly amount: Pence;
}

export interface Plan {
  readonly lines: readonly PlanLine[];
  /** Lines that add, less lines that reduce: the fund's requirement. */
  readonly requirement: Pence;
}

interface LineSet {
  readonly line: string;
  readonly description: string;
  readonly category: string;
  readonly source: string;
  readonly recurrent: boolean;
}

const isRequired = ({ measure, holder }: Account): boolean => measure === 'requirement' && holder === PLAN;

export function planOf(view: View, linesSet: readonly Kept[]): Plan {
  const lines = linesSet.map(({ data }) => {
    const { line, description, category, source, recurrent } = data as unknown as LineSet;
    const { effect } = lineCategoryOf(category)!;
    const required = sumOver(view, (account) => isRequired(account) && account.detail === line);
    const amount = effect === 'adds' ? required : negated(required);
    return { line, description, category, effect, source, recurrent, amount };
  });
  return { lines, requirement: sumOver(view, isRequired) };
}
