import type { Day } from '../calendar.js';
import { exactly, NO_MONEY, plus, type Pence } from '../money.js';
import { owedOn, type Between, type CaseOwed, type Sheets } from './owed.js';
import type { AccountingClass, Listed } from './reference.js';
import type { DisputeState } from './state.js';

/**
 * How each part of a case is carried in the books of its bodies: proposed by rule, confirmed by an officer.
 * Source: docs/sources.md, Disputes: by the logic of IAS 37, not proven.
 */

/** The parts of a case: what is still open, what was decided and is unpaid, settled and unpaid, abandoned and not written off. */
export const CASE_PARTS = [
  { code: 'open', name: 'Open' },
  { code: 'decided', name: 'Decided and unpaid' },
  { code: 'settled', name: 'Settled and unpaid' },
  { code: 'abandoned', name: 'Abandoned and not written off' },
] as const satisfies readonly Listed[];
type PartName = (typeof CASE_PARTS)[number]['code'];

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

const AMOUNT_OF: Readonly<Record<PartName, (between: Between) => Pence>> = {
  open: (each) => each.open,
  decided: (each) => each.decidedToPay,
  settled: (each) => each.settledToPay,
  abandoned: (each) => plus(each.decidedToWriteOff, each.settledToWriteOff),
};

/** What a case's parts are in the books of each of its bodies. Parts of nothing are left out. */
function treatmentFrom({ between }: CaseOwed): Treatment[] {
  const all: { -readonly [Key in keyof Treatment]: Treatment[Key] }[] = [];
  const add = (partner: string, part: PartName, proposed: AccountingClass, amount: Pence): void => {
    const same = all.find((each) => each.partner === partner && each.part === part && each.proposed === proposed);
    if (same) same.amount = plus(same.amount, amount);
    else all.push({ partner, part, proposed, amount });
  };
  for (const { code: part } of CASE_PARTS) {
    for (const each of between) {
      const towardsClaimant = AMOUNT_OF[part](each);
      if (towardsClaimant === NO_MONEY) continue;
      const [creditor, debtor] =
        towardsClaimant > 0 ? [each.claimant, each.respondent] : [each.respondent, each.claimant];
      const amount = exactly(Math.abs(towardsClaimant));
      add(creditor, part, RULE[part].creditor, amount);
      add(debtor, part, RULE[part].debtor, amount);
    }
  }
  return all;
}

/** The treatment of a case on a day, inclusive; undefined where it is not raised. */
export function treatmentOf(
  state: DisputeState,
  id: string,
  on: Day,
  upTo = Infinity,
  sheets?: Sheets,
): Treatment[] | undefined {
  const owed = owedOn(state, id, on, upTo, sheets);
  return owed && treatmentFrom(owed);
}
