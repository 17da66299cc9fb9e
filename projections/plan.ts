import { charted, inside } from '../src/domain/chart.js';
import { negated, NO_MONEY, total, type Pence, type Share } from '../src/domain/money.js';
import { PLAN, type Account, type Measure } from '../src/domain/postings.js';
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

/** The accounts of each plan line, by its name, for one measure. */
const accountsOf = (measure: Measure) =>
  charted(
    () => new Map<string, Account[]>(),
    (lines, account) => {
      if (account.measure === measure && account.holder === PLAN)
        inside(lines, account.detail, (): Account[] => []).push(account);
    },
  );

const lineSum =
  (accounts: ReturnType<typeof accountsOf>) =>
  (view: View, line: string): Pence =>
    total((accounts(view.accounts).get(line) ?? []).map((account) => view.balance(account)));

/** What a plan line stands at in the requirement: a line that reduces it, below zero. */
const requiredOf = lineSum(accountsOf('requirement'));

/** What was received on a line of income. */
export const incomeOf = lineSum(accountsOf('income'));

/**
 * The lines of the plan on the view's day: those in force, and a reversed line while part of its sum still counts, as
 * when a revision of it was reversed from a later day only. So the lines add up to the requirement.
 */
export function linesStanding(view: View, linesSet: readonly Kept[], linesKnown: readonly Kept[]): Kept[] {
  const inForce = new Set(linesSet);
  return linesKnown.filter((each) => inForce.has(each) || requiredOf(view, each.data['line'] as string) !== NO_MONEY);
}

/**
 * @param linesSet the lines of the plan on the view's day
 * @param described the descriptions of lines in force on it, in the order of recording
 */
export function planOf(view: View, linesSet: readonly Kept[], described: readonly Kept[]): Plan {
  const words = byLine(described);
  const lines = linesSet.map(({ data }) => {
    const { line, description, category, source, recurrent, scheme: asSet } = data as unknown as LineSet;
    const { effect } = lineCategoryOf(category)!;
    const required = requiredOf(view, line);
    const amount = effect === 'adds' ? required : negated(required);
    const scheme = lastOf(words.get(line), 'scheme') ?? asSet;
    const department = departmentOf({ data }, words);
    return { line, description, category, effect, source, recurrent, amount, onGap: required, department, scheme };
  });
  return { lines, requirement: sumOver(view, isRequired) };
}

/** Descriptions by the name of their line. */
type Described = ReadonlyMap<string, readonly Kept[]>;

function byLine(described: readonly Kept[]): Described {
  const lines = new Map<string, Kept[]>();
  for (const each of described) inside(lines, each.data['line'] as string, (): Kept[] => []).push(each);
  return lines;
}

/**
 * The latest description of a line: the one with the latest effective day and, of two on one day, the one recorded
 * last.
 */
function lastOf<Field extends 'scheme' | 'department'>(own: readonly Kept[] = [], field: Field): LineSet[Field] {
  let last: Kept | undefined;
  for (const each of own)
    if (each.data[field] !== undefined && !(last && last.data.effective > each.data.effective)) last = each;
  return last?.data[field] as LineSet[Field];
}

/** Whose line it is: what was said of it last. */
const departmentOf = ({ data }: Pick<Kept, 'data'>, words: Described): string | undefined =>
  lastOf(words.get(data['line'] as string), 'department') ?? (data as unknown as LineSet).department;

/** The department of each line that has one, by the name of the line. */
export function departmentsOf(linesSet: readonly Kept[], described: readonly Kept[]): ReadonlyMap<string, string> {
  const words = byLine(described);
  return new Map(
    linesSet.flatMap((each) => {
      const department = departmentOf(each, words);
      return department === undefined ? [] : [[each.data['line'] as string, department] as const];
    }),
  );
}

/** The names of the lines of one department. */
export const linesOf = (departments: ReadonlyMap<string, string>, department: string): ReadonlySet<string> =>
  new Set([...departments].filter(([, each]) => each === department).map(([line]) => line));

/** A view of some plan lines only. It has no funding, because funding belongs to no department. */
export const viewOfLines = (view: View, lines: ReadonlySet<string>): View => ({
  ...view,
  accounts: view.accounts.filter(({ holder, detail }) => holder === PLAN && lines.has(detail)),
});
