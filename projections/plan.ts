import { negated, NO_MONEY, type Pence } from '../src/domain/money.js';
import { PLAN, type Account } from '../src/domain/postings.js';
import { lineCategoryOf } from '../src/domain/sources.js';
import type { Kept } from './fund-facts.js';
import { sumOver, type View } from './view.js';

/** The spending plan: each line in force, what it requires, and their total. Source: docs/sources.md, Money; Gap. */
interface PlanLine {
  readonly line: string;
  readonly description: string;
  readonly category: string;
  readonly effect: 'adds' | 'reduces';
  readonly source: string;
  readonly recurrent: boolean;
  readonly amount: Pence;
  /** The dimensions of the template; none where nobody has described the line. */
  readonly scheme: PlanScheme | undefined;
}

interface PlanScheme {
  readonly scheme: string;
  readonly title: string;
  readonly type: string;
  readonly subType?: string;
  readonly areaOfSpend: string;
  /** In basis points, 10,000 together. */
  readonly commissioner: { readonly nhs: number; readonly localGovernment: number };
  readonly provider: string;
  readonly outputs?: string;
  readonly new: boolean;
}

interface Plan {
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
  readonly scheme?: PlanScheme;
}

const isRequired = ({ measure, holder }: Account): boolean => measure === 'requirement' && holder === PLAN;

/** What a plan line stands at in the requirement: a line that reduces it, below nothing. */
const requiredOf = (view: View, line: string): Pence =>
  sumOver(view, (account) => isRequired(account) && account.detail === line);

/**
 * The lines of the plan on the view's day: those in force, and one that was taken out of it while something of it stands,
 * as where a revision of it was taken back from a later day only. So the lines add up to the requirement.
 */
export const linesStanding = (view: View, linesSet: readonly Kept[], linesKnown: readonly Kept[]): Kept[] =>
  linesKnown.filter((each) => linesSet.includes(each) || requiredOf(view, each.data['line'] as string) !== NO_MONEY);

/**
 * @param linesSet the lines of the plan on the view's day
 * @param described the descriptions of lines in force on it, in the order of recording
 */
export function planOf(view: View, linesSet: readonly Kept[], described: readonly Kept[]): Plan {
  const lines = linesSet.map(({ data }) => {
    const { line, description, category, source, recurrent, scheme: asSet } = data as unknown as LineSet;
    const { effect } = lineCategoryOf(category)!;
    const required = requiredOf(view, line);
    const amount = effect === 'adds' ? required : negated(required);
    const scheme = lastSchemeOf(line, described) ?? asSet;
    return { line, description, category, effect, source, recurrent, amount, scheme };
  });
  return { lines, requirement: sumOver(view, isRequired) };
}

/** By the description that took effect last, or of two on one day the one recorded last. */
function lastSchemeOf(line: string, described: readonly Kept[]): PlanScheme | undefined {
  const own = described.filter(({ data }) => data['line'] === line);
  const last = own.reduce<Kept | undefined>(
    (best, each) => (best && best.data.effective > each.data.effective ? best : each),
    undefined,
  );
  return last?.data['scheme'] as PlanScheme | undefined;
}
