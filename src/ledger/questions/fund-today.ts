import { frozen } from '../../domain/frozen.js';
import { fundStream, REGISTER_STREAM } from '../catalogue.js';
import { todayOf } from '../acts/stamp.js';
import type { Ledger } from '../ledger.js';
import type { ReadModel } from '../memory/read-model.js';
import { fundAtDates, type FundAtDates } from './question.js';

/** So many funds are kept of each figure, those that were asked about last. */
export const FUNDS_TODAY_MAX = 1_000;

interface Kept<Of> {
  /** How much of the fund and of the register there was, and the day: with these it is worked out anew. */
  readonly at: string;
  readonly of: Of;
}

/**
 * Keeps what is worked out of a fund as it stands today, on the nearest day of its year, for pages that look at every fund.
 * It depends on the events of the fund, on those of the register and on the day, in which offers expire and bodies follow
 * one another: once any of these is another, it is worked out anew.
 * @param work looks at the fund and the register alone, and at nothing that depends on who asks
 */
export function ofFundToday<Of>(work: (ledger: Ledger, at: FundAtDates) => Of): (ledger: Ledger, fund: string) => Of {
  const keptOf = new WeakMap<ReadModel, Map<string, Kept<Of>>>();
  return (ledger, fund) => {
    const { model } = ledger;
    const kept = keptOf.get(model) ?? new Map<string, Kept<Of>>();
    keptOf.set(model, kept);
    const at = `${model.places(fundStream(fund)).length} ${model.places(REGISTER_STREAM).length} ${todayOf(ledger)}`;
    const found = kept.get(fund);
    kept.delete(fund);
    // Today every fund that there is was known.
    const value =
      found?.at === at ? found : { at, of: frozen(work(ledger, fundAtDates(ledger, fund, {}) as FundAtDates)) };
    kept.set(fund, value);
    if (kept.size > FUNDS_TODAY_MAX) kept.delete(kept.keys().next().value!);
    return value.of;
  };
}
