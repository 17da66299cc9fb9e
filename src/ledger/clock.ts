import { londonDay, type Day, type Instant } from '../domain/calendar.js';
import type { ReadModel } from './read-model.js';

/** The only place where the time comes from. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() as Instant };

/** A clock that stands where it is set: for tests, and for replaying the recorded instants of a demonstration. */
export interface SettableClock extends Clock {
  set(instant: Instant): void;
}

export function settableClock(at: Instant): SettableClock {
  let now = at;
  return {
    now: () => now,
    set(instant) {
      now = instant;
    },
  };
}

/** The day in London at the ledger’s present instant. */
export const todayOf = ({ model, clock }: { readonly model: ReadModel; readonly clock: Clock }): Day =>
  londonDay(model.now(clock));
