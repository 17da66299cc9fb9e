import { instantOf, instantText, type Instant } from '../../domain/calendar.js';
import type { EventStore, RecordedEvent } from '../../store/event-store.js';
import { decode } from '../catalogue.js';
import type { Clock } from '../clock.js';
import type { ClockWatch } from '../acts/clock-watch.js';
import { ProjectorStopped, type Projector } from './projector.js';
import type { ReadModel } from './read-model.js';

/**
 * Which instants are settled. An answer is settled if nothing can be recorded at its instant or before it any more.
 * That is true of every instant before the last recorded one, because what is known at an instant is a prefix of the
 * ledger that ends before the first later event. It is also true of every instant up to the store’s floor, if it has
 * one.
 */
export interface Settling {
  /** Whether what was known at an instant can never change, by what is in memory. */
  isSettled(instant: Instant): boolean;
  /**
   * Settles instants that are past by the clock. It raises the store's floor, or reads it, if one is not settled, each
   * at most once a second for all askers. If that is not possible now, they stay unsettled, and nobody waits.
   */
  settle(instants: readonly Instant[]): Promise<void> | undefined;
}

interface SettlingParts {
  readonly store: EventStore;
  readonly model: ReadModel;
  readonly projector: Projector;
  readonly clock: Clock;
  readonly clockWatch: ClockWatch;
}

/** The store is read at the most so often, however many ask. */
const EVERY_MS = 1_000;

export function createSettling({ store, model, projector, clock, clockWatch }: SettlingParts): Settling {
  const { floor } = store;
  /** When the floor was last to be raised, and when it was last read; apart, so that a question about the future delays no other. */
  const last = { raised: -Infinity, looked: -Infinity };
  let floorText: string | undefined;
  let floorAt = -Infinity;

  function knownFloor(): number {
    const text = floor?.known();
    if (text !== floorText) {
      floorText = text;
      floorAt = instantOf(text!)!;
    }
    return floorAt;
  }

  function take(events: readonly RecordedEvent[]): void {
    projector.take(events.map((event) => decode(event)));
    if (model.position() !== events.at(-1)!.position) throw new ProjectorStopped('it has not taken what there is.');
  }

  const isSettled = (instant: Instant): boolean => instant < model.lastRecorded() || instant <= knownFloor();

  return {
    isSettled,
    settle(instants) {
      const now = clock.now();
      const open = instants.filter((instant) => !isSettled(instant));
      if (!floor?.raise || open.length === 0) return undefined;
      const elapsed = clock.elapsed();
      // Of an instant that is not past by this clock, another service may have noted that it is by its own.
      // While the clock is in doubt the floor stays: it never goes down again.
      const isPast = open.some((instant) => instant <= now) && clockWatch.doubt() === undefined;
      const does = isPast ? 'raised' : 'looked';
      if (elapsed - last[does] < EVERY_MS || projector.fault() !== undefined) return undefined;
      last[does] = elapsed;
      try {
        floor.raise(model.position(), does === 'raised' ? instantText(now) : undefined, take);
      } catch {
        // Posts and the projector report faults of the store.
      }
      return undefined;
    },
  };
}
