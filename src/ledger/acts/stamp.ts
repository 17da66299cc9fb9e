import { instantOf, londonDay, type Day, type Instant } from '../../domain/calendar.js';
import type { Clock } from '../clock.js';
import type { ReadModel } from '../memory/read-model.js';

/**
 * The instant that what is recorded now is stamped with: by the clock, but never before what was recorded last, and after
 * the store’s floor. A clock that steps back stamps with the same instant until its time has come again.
 */
export function stampNow(
  { model, clock }: { readonly model: ReadModel; readonly clock: Clock },
  floor: string | undefined,
): Instant {
  const now = model.now(clock);
  return floor === undefined ? now : (Math.max(now, instantOf(floor)! + 1) as Instant);
}

/** The day in London at the ledger’s present instant. */
export const todayOf = ({ model, clock }: { readonly model: ReadModel; readonly clock: Clock }): Day =>
  londonDay(model.now(clock));
