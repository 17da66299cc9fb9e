import { dayNumber } from '../src/domain/calendar.js';
import { sheetsOn } from '../src/domain/dispute/owed.js';
import { termsAt } from '../src/domain/dispute/state.js';
import { treatmentOf, type Treatment } from '../src/domain/dispute/accounting-class.js';
import { isKnown } from '../src/domain/grammar/remembered.js';
import { NO_MONEY, pence, plus, type Pence } from '../src/domain/money.js';
import { byKey } from '../src/domain/order.js';
import type { DisputesView } from './claims.js';
import { isListed } from './dispute-register.js';

/**
 * The accounting treatment of every case: the class that the rule proposes for each part in each side's books, and the
 * one that an officer has confirmed. Source: docs/sources.md, Disputes; docs/questions.md, 22.
 */
export interface ConfirmedTreatment extends Treatment {
  readonly case: string;
  /**
   * The class that an officer of the partner last confirmed for this part of the case, if it was confirmed for exactly
   * this sum.
   */
  readonly confirmed: string | undefined;
  /** The class last confirmed, if it was for another sum or direction and must be confirmed again. */
  readonly confirmedEarlier: { readonly class: string; readonly amount: Pence } | undefined;
}

/** The treatments of one case on a day. */
export function treatmentsOfCase(
  { state, on, upTo }: DisputesView,
  id: string,
  sheets = sheetsOn(state, on, upTo),
): ConfirmedTreatment[] {
  const confirmations = state.cases
    .get(id)!
    .entries.filter((each) => each.step === 'classes' && each.data.effective <= on && isKnown(each, upTo));
  return treatmentOf(state, id, on, upTo, sheets)!.map(({ partner, part, proposed, amount }) => {
    const last = confirmations.findLast(({ data }) => data['partner'] === partner && data['part'] === part);
    const said = last && (last.data as unknown as Confirmation);
    const stands = said !== undefined && pence(said.amount) === amount && said.proposed === proposed;
    // Written out: a register has thousands, and a copy of an object takes ten times as long.
    return {
      partner,
      part,
      proposed,
      amount,
      case: id,
      confirmed: stands ? said.class : undefined,
      confirmedEarlier: said && !stands ? { class: said.class, amount: pence(said.amount) } : undefined,
    };
  });
}

/** A class that an officer confirmed for a sum; the proposed class gives the direction in which the sum was owed. */
interface Confirmation {
  readonly class: string;
  readonly amount: string;
  readonly proposed: string;
}

/** The treatments of all cases of the register. */
export function treatments(view: DisputesView): ConfirmedTreatment[] {
  const { state, on, upTo } = view;
  const sheets = sheetsOn(state, on, upTo);
  const day = dayNumber(on);
  const all: ConfirmedTreatment[] = [];
  for (const [id, history] of state.cases) {
    const terms = termsAt(history, upTo);
    if (terms && isListed(terms, day)) all.push(...treatmentsOfCase(view, id, sheets));
  }
  return all;
}

interface ClassTotal {
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
  return [...totals].sort(byKey).map(([, total]) => ({ ...total, cases: total.cases.size }));
}
