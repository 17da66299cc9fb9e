import { instantOf, londonDay, type Day, type Instant } from '../../domain/calendar.js';
import type { Clock } from '../clock.js';
import type { ReadModel } from '../memory/read-model.js';

/**
 * The instant of recording for an act that is recorded now: the clock’s, but never before the last recorded event, and
 * after the store’s floor. When a clock steps back, acts get the last instant until the clock has caught up.
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
