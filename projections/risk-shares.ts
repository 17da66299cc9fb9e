import { ruleOf, type AgreementTerms } from '../src/domain/fund/agreement-terms.js';
import { shareByTerms, type Covered, type RiskRule, type SharedVariance } from '../src/domain/fund/risk-rule.js';
import {
  riskInputs,
  schemeOf,
  spendingByScheme,
  varianceOf,
  type RiskYear,
  type Spending,
} from '../src/domain/fund/schemes.js';
import { NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { PLAN, POOL, type Measure } from '../src/domain/postings.js';
import type { Kept } from './fund-facts.js';
import type { View } from './view.js';

/** What an over- or underspend of each scheme costs each partner under the signed rules. Source: domain.md 5, 7.6. */

const SPENDING: ReadonlyMap<Measure, keyof Spending> = new Map([
  ['requirement', 'budget'],
  ['spent', 'spent'],
  ['accrued', 'spent'],
  ['committed', 'committed'],
]);

/** What stands of each plan line that has ever had a budget or spending, lines in the order of first use. */
export function spendingByLine(view: View): Map<string, Spending> {
  const lines = new Map<string, Spending>();
  for (const account of view.accounts) {
    const figure = account.holder === PLAN ? SPENDING.get(account.measure) : undefined;
    if (figure === undefined) continue;
    const line = lines.get(account.detail) ?? { budget: NO_MONEY, spent: NO_MONEY, committed: NO_MONEY };
    lines.set(account.detail, { ...line, [figure]: plus(line[figure], view.balance(account)) });
  }
  return lines;
}

/** What stands of each scheme; `linesSet` are the facts that set the lines, which say what scheme each is of. */
export function schemesIn(view: View, linesSet: readonly Kept[]): Map<string, Spending> {
  const set = new Map(linesSet.map(({ data }) => [data['line'], data as { scheme?: { scheme: string } }]));
  return spendingByScheme(
    [...spendingByLine(view)].map(([line, spending]) => ({ scheme: schemeOf({ ...set.get(line), line }), spending })),
  );
}

/** What each partner contributes recurrently: agreed, with grants; one-off payments and what was carried in left out. */
export function recurrentIn(view: View): Map<string, Pence> {
  const recurrent = new Map<string, Pence>();
  for (const account of view.accounts) {
    const { measure, holder, term, source } = account;
    if (measure !== 'agreed' || holder === POOL || term !== 'recurrent' || source === 'CARRY_IN') continue;
    recurrent.set(holder, plus(recurrent.get(holder) ?? NO_MONEY, view.balance(account)));
  }
  return recurrent;
}

export interface SchemeShare {
  readonly scheme: string;
  readonly spending: Spending;
  readonly variance: Pence;
  /** None where no agreement is in force: then nobody bears anything. */
  readonly rule: RiskRule | undefined;
  readonly shared: SharedVariance;
}

/**
 * Shares the variance of every scheme by the agreement in force, schemes in the order of their names. What was drawn from
 * a scheme or the risk pool, by a share that was signed or by a scheme before, covers nothing twice.
 */
export function riskShares(
  year: RiskYear,
  terms: AgreementTerms | undefined,
  applied: ReadonlyMap<string, readonly Covered[]>,
): SchemeShare[] {
  const drawn = new Map(applied);
  return [...year.schemes].map(([scheme, spending]) => {
    const variance = varianceOf(spending);
    if (!terms) {
      const shared = { covered: [], shares: new Map<string, Pence>(), uncovered: variance };
      return { scheme, spending, variance, rule: undefined, shared };
    }
    const rule = ruleOf(terms, scheme);
    const others = [...drawn].flatMap(([by, covered]) => (by === scheme ? [] : covered));
    const shared = shareByTerms(rule, terms.underspend, variance, riskInputs(year, spending.spent, others));
    if (!applied.has(scheme)) drawn.set(scheme, shared.covered);
    return { scheme, spending, variance, rule, shared };
  });
}
