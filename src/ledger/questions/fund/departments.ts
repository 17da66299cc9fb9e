import { z } from 'zod';
import { keptInForce, known } from '../../../../projections/fund-facts.js';
import { departmentsOf, linesOf, viewOfLines } from '../../../../projections/plan.js';
import type { View } from '../../../../projections/view.js';
import { PLAN, type Account } from '../../../domain/postings.js';
import { refuse, type Refusal } from '../../../domain/rules.js';
import type { FundAtDates } from '../question.js';

/** A question of the plan that is asked of one department: of its lines alone. Money is of no department. */

export const DepartmentOption = z.string().max(60).optional().meta({
  description:
    'Only the plan lines of this department, as they name it, such as "Adult social care". Left out, every line.',
});

export const AskedDepartment = z
  .string()
  .nullable()
  .meta({ description: 'The department of which alone it was asked; null where every line is in it.' });

/** The department of a line. */
export const DepartmentText = z
  .string()
  .nullable()
  .meta({ description: 'Whose line it is within the body; null where nobody has said.' });

/** The department of each line that has one, by its name, on the day and as known. */
export const departmentsAt = (at: FundAtDates): ReadonlyMap<string, string> =>
  departmentsOf(known(at.model.facts, 'line', at.upTo), keptInForce(at.model.facts, 'description', at));

/** The lines that are asked about; all that there is where no department is asked for. */
interface OfLines {
  /** The fund on the day, with these lines alone. */
  readonly view: View;
  has(line: string): boolean;
  /** Whether an account is in what was asked. */
  counts(account: Pick<Account, 'holder' | 'detail'>): boolean;
  /** Another view of the same fund with these lines alone. */
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

/** Refuses a department that none of some funds has a line of. */
export function departmentUnknown(all: readonly FundAtDates[], department: string | undefined): Refusal | undefined {
  if (department === undefined) return undefined;
  const there = new Set(all.flatMap((at) => [...departmentsAt(at).values()]));
  return there.has(department)
    ? undefined
    : refuse(
        'name_unknown',
        `No plan line is of the department "${department}"; ${there.size === 0 ? 'none names a department' : `there are ${[...there].sort().join(', ')}`}.`,
      );
}
