import { instantOf, londonDay, type Day, type Instant } from '../domain/calendar.js';
import type { ReadModel } from './read-model.js';

/** The only place where the time comes from. */
export interface Clock {
  /** The instant by this machine’s clock, which may be set at any time, forwards or back. */
  now(): Instant;
  /** Milliseconds since some moment before the start; only ever forwards, and nobody can set it. */
  elapsed(): number;
}

export const systemClock: Clock = { now: () => Date.now() as Instant, elapsed: () => performance.now() };

/** A clock that stands where it is set: for tests, and for replaying the recorded instants of a demonstration. */
export interface SettableClock extends Clock {
  set(instant: Instant): void;
}

export function settableClock(at: Instant): SettableClock {
  let now = at;
  let elapsed = 0;
  return {
    now: () => now,
    elapsed: () => elapsed,
    set(instant) {
      elapsed += Math.max(0, instant - now);
      now = instant;
    },
  };
}

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
