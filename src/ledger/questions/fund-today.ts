import { frozen } from '../../domain/frozen.js';
import { fundStream, REGISTER_STREAM } from '../catalogue.js';
import { todayOf } from '../acts/stamp.js';
import type { Ledger } from '../ledger.js';
import type { ReadModel } from '../memory/read-model.js';
import { fundAtDates, type FundAtDates } from './question.js';

/** So many funds are kept of each figure, those that were asked about last. */
export const FUNDS_TODAY_MAX = 1_000;

interface Kept<Of> {
  /** The sizes of the fund and of the register, and the day. If any of them changes, the value is worked out again. */
  readonly at: string;
  readonly of: Of;
}

/**
 * Keeps a figure of a fund as it is today, or on the nearest day of its year, for pages that show every fund. The figure
 * depends on the events of the fund, the events of the register and the day, because offers expire and bodies succeed
 * each other by the day. If any of the three changes, the figure is worked out again.
 * @param work reads only the fund and the register, and gives every asker the same value
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
