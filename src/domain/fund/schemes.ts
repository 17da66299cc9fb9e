import { minus, plus, type Pence } from '../money.js';
import type { Covered, RiskInputs } from './risk-rule.js';

/** Schemes: the plan lines that one rule of the agreement is about, and what a rule rests on. Source: domain.md 1, 5. */

/** The scheme that a plan line belongs to; a line that names none is a scheme of its own. */
export const schemeOf = (of: {
  readonly line: string;
  readonly scheme?: { readonly scheme: string } | undefined;
}): string => of.scheme?.scheme ?? of.line;

/** What stands of a plan line, or of a whole scheme, on a day: pence, to that day inclusive. */
export interface Spending {
  /** What the plan requires. */
  readonly budget: Pence;
  /** What has been spent, with what is accrued and not yet invoiced. */
  readonly spent: Pence;
  readonly committed: Pence;
}

const addedUp = (a: Spending, b: Spending): Spending => ({
  budget: plus(a.budget, b.budget),
  spent: plus(a.spent, b.spent),
  committed: plus(a.committed, b.committed),
});

/** What stands of each scheme, schemes in the order of their names. */
export function spendingByScheme(
  lines: Iterable<{ readonly scheme: string; readonly spending: Spending }>,
): Map<string, Spending> {
  const schemes = new Map<string, Spending>();
  for (const { scheme, spending } of lines) {
    const before = schemes.get(scheme);
    schemes.set(scheme, before ? addedUp(before, spending) : spending);
  }
  return new Map([...schemes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** spent − budget: an overspend is above nothing. */
export const varianceOf = ({ spent, budget }: Spending): Pence => minus(spent, budget);

/** What the year gives every scheme’s rule to go by. */
export interface RiskYear {
  readonly host: string;
  readonly recurrent: ReadonlyMap<string, Pence>;
  readonly schemes: ReadonlyMap<string, Spending>;
}

/** What the rule of one scheme rests on, from what stands of all, and what others have drawn. Source: domain.md 7.6. */
export function riskInputs(
  { host, recurrent, schemes }: RiskYear,
  spent: Pence,
  drawn: readonly Covered[],
): RiskInputs {
  const left = (of: (each: Spending) => Pence) => new Map([...schemes].map(([scheme, each]) => [scheme, of(each)]));
  return {
    host,
    spent,
    recurrent,
    unspent: left((each) => minus(each.budget, each.spent)),
    uncommitted: left((each) => minus(minus(each.budget, each.spent), each.committed)),
    drawn,
  };
}
