import type { Day } from '../calendar.js';
import { exactly, NO_MONEY, type Pence } from '../money.js';
import { owedOn, type CaseOwed } from './owed.js';
import type { AccountingClass } from './reference.js';
import type { DisputeState } from './state.js';

/**
 * How each part of a case is carried in the books of its two sides: proposed by rule, confirmed by an officer.
 * Source: domain.md 10, by the logic of IAS 37, marked [R].
 */

/** The parts of a case: what is still open, what was decided and is unpaid, settled and unpaid, abandoned and not written off. */
export const PARTS = ['open', 'decided', 'settled', 'abandoned'] as const;
export type PartName = (typeof PARTS)[number];

export interface Treatment {
  readonly partner: string;
  readonly part: PartName;
  readonly proposed: AccountingClass;
  readonly amount: Pence;
}

const RULE: Readonly<Record<PartName, { readonly creditor: AccountingClass; readonly debtor: AccountingClass }>> = {
  open: { creditor: 'contingent-asset', debtor: 'contingent-liability' },
  decided: { creditor: 'debtor', debtor: 'provision' },
  settled: { creditor: 'debtor', debtor: 'creditor' },
  abandoned: { creditor: 'write-off', debtor: 'release' },
};

/** What a case's parts are, from what is owed on it. Parts of nothing are left out. */
export function treatmentFrom(owed: CaseOwed): Treatment[] {
  const parts: readonly (readonly [PartName, Pence])[] = [
    ['open', owed.open],
    ['decided', owed.decidedToPay],
    ['settled', owed.settledToPay],
    ['abandoned', owed.toWriteOff],
  ];
  return parts.flatMap(([part, towardsClaimant]) => {
    if (towardsClaimant === NO_MONEY) return [];
    const [creditor, debtor] =
      towardsClaimant > 0 ? [owed.claimant, owed.respondent] : [owed.respondent, owed.claimant];
    const amount = exactly(Math.abs(towardsClaimant));
    return [
      { partner: creditor, part, proposed: RULE[part].creditor, amount },
      { partner: debtor, part, proposed: RULE[part].debtor, amount },
    ];
  });
}

/** The treatment of a case on a day, inclusive; undefined where it is not raised. */
export function treatmentOf(state: DisputeState, id: string, on: Day, upTo = Infinity): Treatment[] | undefined {
  const owed = owedOn(state, id, on, upTo);
  return owed && treatmentFrom(owed);
}
