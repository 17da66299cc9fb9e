import { ruleOf, type AgreementTerms } from '../src/domain/fund/agreement-terms.js';
import {
  bearersOf,
  leftInPool,
  shareByTerms,
  type Covered,
  type RiskRule,
  type SharedVariance,
} from '../src/domain/fund/risk-rule.js';
import { riskInputs, varianceOf, type RiskYear, type Spending } from '../src/domain/fund/schemes.js';
import type { Pence } from '../src/domain/money.js';

/** What an over- or underspend of each scheme costs each partner under the signed rules. Source: domain.md 5, 7.6. */

export interface SchemeShare {
  readonly scheme: string;
  readonly spending: Spending;
  readonly variance: Pence;
  /** None where no agreement is in force: then nobody bears anything. */
  readonly rule: RiskRule | undefined;
  /** As it falls to each partner. Where it would fall to one whom the terms do not bind, it falls to nobody. */
  readonly shared: SharedVariance;
  /** The partners to whom a share would fall, and whom the terms do not bind: they have neither signed nor accepted them. */
  readonly notBound: readonly string[];
}

/** The terms of the agreement in force, and whom among some partners they do not bind. */
export interface AgreedTerms {
  readonly terms: AgreementTerms;
  notBound(partners: readonly string[]): string[];
}

/**
 * Shares the variance of every scheme by the agreement in force, schemes in the order of their names. What was drawn from
 * a scheme or the risk pool, by a share that was signed or by a scheme before, covers nothing twice.
 */
export function riskShares(
  year: RiskYear,
  agreed: AgreedTerms | undefined,
  applied: ReadonlyMap<string, readonly Covered[]>,
): SchemeShare[] {
  const drawn = new Map(applied);
  return [...year.schemes].map(([scheme, spending]) => {
    const variance = varianceOf(spending);
    if (!agreed) return { scheme, spending, variance, rule: undefined, shared: leftInPool(variance), notBound: [] };
    const { terms } = agreed;
    const rule = ruleOf(terms, scheme);
    const others = [...drawn].flatMap(([by, covered]) => (by === scheme ? [] : covered));
    const byTerms = shareByTerms(rule, terms.underspend, variance, riskInputs(year, spending.spent, others));
    const notBound = agreed.notBound(bearersOf(byTerms));
    const shared = notBound.length === 0 ? byTerms : leftInPool(variance);
    if (!applied.has(scheme)) drawn.set(scheme, shared.covered);
    return { scheme, spending, variance, rule, shared, notBound };
  });
}
