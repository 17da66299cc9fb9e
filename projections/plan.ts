import { negated, NO_MONEY, type Pence, type Share } from '../src/domain/money.js';
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
  /** As it is written: positive for a saving, negative for what is taken out of the plan. */
  readonly amount: Pence;
  /** What it adds to the requirement, and so to the gap; negative if it reduces both. */
  readonly onGap: Pence;
  readonly department: string | undefined;
  /** The dimensions of the template; none if the line has no description. */
  readonly scheme: PlanScheme | undefined;
}

interface PlanScheme {
  readonly scheme: string;
  readonly title: string;
  readonly type: string;
  readonly subType?: string;
  readonly areaOfSpend: string;
  /** The whole together. */
  readonly commissioner: { readonly nhs: Share; readonly localGovernment: Share };
  readonly provider: string;
  /** The bodies that provide it, by name. */
  readonly deliveredBy?: readonly string[];
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
  readonly department?: string;
}

const isRequired = ({ measure, holder }: Account): boolean => measure === 'requirement' && holder === PLAN;

/** What a plan line stands at in the requirement: a line that reduces it, below zero. */
const requiredOf = (view: View, line: string): Pence =>
  sumOver(view, (account) => isRequired(account) && account.detail === line);

/**
 * The lines of the plan on the view's day: those in force, and a reversed line while part of its sum still counts, as
 * when a revision of it was reversed from a later day only. So the lines add up to the requirement.
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
    const scheme = lastOf(line, described, 'scheme') ?? asSet;
    const department = departmentOf({ data }, described);
    return { line, description, category, effect, source, recurrent, amount, onGap: required, department, scheme };
  });
  return { lines, requirement: sumOver(view, isRequired) };
}

/**
 * The latest description of a line: the one with the latest effective day and, of two on one day, the one recorded
 * last.
 */
function lastOf<Field extends 'scheme' | 'department'>(
  line: string,
  described: readonly Kept[],
  field: Field,
): LineSet[Field] {
  const own = described.filter(({ data }) => data['line'] === line && data[field] !== undefined);
  const last = own.reduce<Kept | undefined>(
    (best, each) => (best && best.data.effective > each.data.effective ? best : each),
    undefined,
  );
  return last?.data[field] as LineSet[Field];
}

/** Whose line it is: what was said of it last. */
const departmentOf = ({ data }: Pick<Kept, 'data'>, described: readonly Kept[]): string | undefined =>
  lastOf(data['line'] as string, described, 'department') ?? (data as unknown as LineSet).department;

/** The department of each line that has one, by the name of the line. */
export const departmentsOf = (linesSet: readonly Kept[], described: readonly Kept[]): ReadonlyMap<string, string> =>
  new Map(
    linesSet.flatMap((each) => {
      const department = departmentOf(each, described);
      return department === undefined ? [] : [[each.data['line'] as string, department] as const];
    }),
  );

/** The names of the lines of one department. */
export const linesOf = (departments: ReadonlyMap<string, string>, department: string): ReadonlySet<string> =>
  new Set([...departments].filter(([, each]) => each === department).map(([line]) => line));

/** A view of some plan lines only. It has no funding, because funding belongs to no department. */
export const viewOfLines = (view: View, lines: ReadonlySet<string>): View => ({
  ...view,
  accounts: view.accounts.filter(({ holder, detail }) => holder === PLAN && lines.has(detail)),
});
