import { type AgreementTerms, AgreementTerms as Terms } from '../../src/domain/fund/agreement/agreement-terms.js';
import type { RiskRule, UnderspendRule } from '../../src/domain/fund/agreement/risk-rule.js';
import type { RiskYear, SignedShare } from '../../src/domain/fund/agreement/risk-year.js';
import type { Spending } from '../../src/domain/fund/agreement/schemes.js';
import { moneyText, NO_MONEY, signedPence, type Pence } from '../../src/domain/money.js';
import { terms } from './agreements.js';

/** Inputs of the risk-share formula, for tests. Sums are text, and no body has ended. */

export const amounts = (of: Readonly<Record<string, string>>): Map<string, Pence> =>
  new Map(Object.entries(of).map(([name, amount]) => [name, signedPence(amount)]));

/** Budget, spending and commitments of schemes, as text. */
export const schemes = (
  of: Readonly<Record<string, readonly [budget: string, spent: string, committed?: string]>>,
): Map<string, Spending> =>
  new Map(
    Object.entries(of).map(([name, [budget, spent, committed = '0.00']]) => [
      name,
      {
        budget: signedPence(budget),
        spent: signedPence(spent),
        committed: signedPence(committed),
        ringFenced: NO_MONEY,
      },
    ]),
  );

export const year = (more: Partial<RiskYear> = {}): RiskYear => ({
  host: 'county',
  recurrent: new Map(),
  schemes: new Map(),
  passOn: (shares) => shares,
  notBound: () => [],
  hasEnded: () => false,
  ...more,
});

/** Terms with one rule for all schemes, and rules of their own for some. */
export const termsOf = (
  defaultRule: RiskRule,
  underspend: UnderspendRule = { kind: 'kept-in-pool' },
  own: Readonly<Record<string, RiskRule>> = {},
): AgreementTerms =>
  Terms.parse(
    terms({ defaultRule, underspend, riskShares: Object.entries(own).map(([scheme, rule]) => ({ scheme, rule })) }),
  );

/** A signed share with zero sums, and the parts that a test gives. */
export const signed = (more: Partial<SignedShare>): SignedShare => ({
  rule: { kind: 'pro-rata' },
  variance: NO_MONEY,
  spent: NO_MONEY,
  covered: [],
  given: [],
  shares: new Map(),
  uncovered: NO_MONEY,
  ...more,
});

/** Shares in one line: `a 1.00, b 2.00`, by name. */
export const inLine = (shares: ReadonlyMap<string, Pence>): string =>
  [...shares]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([partner, amount]) => `${partner} ${moneyText(amount)}`)
    .join(', ');
