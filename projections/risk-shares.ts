import { ruleOf, type AgreementTerms } from '../src/domain/fund/agreement-terms.js';
import { shareByTerms, type Covered, type RiskRule, type SharedVariance } from '../src/domain/fund/risk-rule.js';
import { riskInputs, varianceOf, type RiskYear, type Spending } from '../src/domain/fund/schemes.js';
import type { Pence } from '../src/domain/money.js';

/** What an over- or underspend of each scheme costs each partner under the signed rules. Source: domain.md 5, 7.6. */

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
