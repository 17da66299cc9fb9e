import type { Instant } from '../domain/calendar.js';

/** The only place where the time comes from. */
export interface Clock {
  /**
   * The instant by this machine’s clock, in UTC milliseconds. Somebody may set this clock forwards or back at any time.
   */
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
