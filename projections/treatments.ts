import { asAt } from '../src/domain/dispute/claim.js';
import { standing, termsAt } from '../src/domain/dispute/state.js';
import { treatmentOf, type Treatment } from '../src/domain/dispute/treatment.js';
import { NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import type { DisputesView } from './claims.js';
import { isListed } from './dispute-register.js';

/**
 * The accounting treatment of every case: the class that the rule proposes for each part in each side's books, and the
 * one that an officer has confirmed. Source: domain.md 8 (question 22), 10.
 */
export interface ConfirmedTreatment extends Treatment {
  readonly case: string;
  /** The class that an officer of the partner confirmed last for this part of the case; its sum may have moved since. */
  readonly confirmed: string | undefined;
}

/** The treatments of one case on a day. */
export function treatmentsOfCase({ state, on, upTo }: DisputesView, id: string): ConfirmedTreatment[] {
  const confirmations = standing(state.cases.get(id)!, upTo).filter(
    (each) => each.type === 'AccountingClassConfirmed' && each.data.effective <= on,
  );
  return treatmentOf(state, id, on, upTo)!.map((each) => ({
    ...each,
    case: id,
    confirmed: confirmations.findLast(({ data }) => data['partner'] === each.partner && data['part'] === each.part)
      ?.data['class'] as string | undefined,
  }));
}

/** The treatments of all cases of the register. */
export const treatments = (view: DisputesView): ConfirmedTreatment[] =>
  [...view.state.cases].flatMap(([id, history]) => {
    const terms = termsAt(history, view.upTo);
    return terms && isListed(terms, asAt(view.on)) ? treatmentsOfCase(view, id) : [];
  });

export interface ClassTotal {
  readonly partner: string;
  readonly class: string;
  readonly cases: number;
  readonly amount: Pence;
  /** How much of it an officer has confirmed in that class. */
  readonly confirmed: Pence;
}

/** What each partner carries in each class: as confirmed, or as proposed where nobody has confirmed it. */
export function classTotals(all: readonly ConfirmedTreatment[]): ClassTotal[] {
  const totals = new Map<
    string,
    { partner: string; class: string; cases: Set<string>; amount: Pence; confirmed: Pence }
  >();
  for (const { partner, proposed, confirmed, case: id, amount } of all) {
    const carried = confirmed ?? proposed;
    const key = `${partner} ${carried}`;
    const total = totals.get(key) ?? {
      partner,
      class: carried,
      cases: new Set(),
      amount: NO_MONEY,
      confirmed: NO_MONEY,
    };
    totals.set(key, total);
    total.cases.add(id);
    total.amount = plus(total.amount, amount);
    if (confirmed !== undefined) total.confirmed = plus(total.confirmed, amount);
  }
  return [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => ({ ...total, cases: total.cases.size }));
}
