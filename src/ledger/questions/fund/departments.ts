import { z } from 'zod';
import { keptInForce, known } from '../../../../projections/fund-facts.js';
import { departmentsOf, linesOf, viewOfLines } from '../../../../projections/plan.js';
import type { View } from '../../../../projections/view.js';
import { PLAN, type Account } from '../../../domain/postings.js';
import { refuse, type Refusal } from '../../../domain/rules.js';
import type { FundAtDates } from '../question.js';

/** An option that limits a question about the plan to the lines of one department. Money has no department. */

export const DepartmentOption = z.string().max(60).optional().meta({
  description:
    'Only the plan lines of this department, as they name it, such as "Adult social care". Left out, every line.',
});

export const AskedDepartment = z
  .string()
  .nullable()
  .meta({ description: 'The department that was asked for; null if the answer has every line.' });

/** The department of a line. */
export const DepartmentText = z
  .string()
  .nullable()
  .meta({ description: 'The department of the body that the line belongs to; null if nobody has said.' });

/** The department of each line that has one, by the line’s name, on the day and as known. */
export const departmentsAt = (at: FundAtDates): ReadonlyMap<string, string> =>
  departmentsOf(known(at.model.facts, 'line', at.upTo), keptInForce(at.model.facts, 'description', at));

/** The lines asked about. Without a department, all lines. */
interface OfLines {
  /** The fund on the day, limited to these lines. */
  readonly view: View;
  has(line: string): boolean;
  /** Whether an account belongs to the lines asked about. */
  counts(account: Pick<Account, 'holder' | 'detail'>): boolean;
  /** Another view of the same fund, limited to these lines. */
  in(view: View): View;
}

export function linesAsked(at: FundAtDates, department: string | undefined): OfLines {
  if (department === undefined) return { view: at.view, has: () => true, counts: () => true, in: (view) => view };
  const lines = linesOf(departmentsAt(at), department);
  const narrowed = (view: View): View => viewOfLines(view, lines);
  return {
    view: narrowed(at.view),
    has: (line) => lines.has(line),
    counts: ({ holder, detail }) => holder === PLAN && lines.has(detail),
    in: narrowed,
  };
}

/** Refuses a department if none of the funds has a line of it. */
export function departmentUnknown(all: readonly FundAtDates[], department: string | undefined): Refusal | undefined {
  if (department === undefined) return undefined;
  const there = new Set(all.flatMap((at) => [...departmentsAt(at).values()]));
  return there.has(department)
    ? undefined
    : refuse(
        'name_unknown',
        `No plan line belongs to the department "${department}". ${there.size === 0 ? 'No line names a department' : `The departments are ${[...there].sort().join(', ')}`}.`,
      );
}
