import { instantOf, instantText, type Instant } from '../../domain/calendar.js';
import type { EventStore, RecordedEvent } from '../../store/event-store.js';
import { decode } from '../catalogue.js';
import type { Clock } from '../clock.js';
import type { ClockWatch } from '../acts/clock-watch.js';
import { ProjectorStopped, type Projector } from './projector.js';
import type { ReadModel } from './read-model.js';

/**
 * Up to which instant the past is over. An answer is settled where nothing can be recorded at its instant or before it any
 * more. That is so of every instant before the last recorded one: what is known at an instant is a prefix of the ledger,
 * and ends before the first event that is later. It is so of every instant up to the store’s floor, where it has one.
 */
export interface Settling {
  /** Whether what was known at an instant can never change, by what is in memory. */
  isSettled(instant: Instant): boolean;
  /**
   * Sees to it that instants which are past by the clock are settled: the store is looked at where one is not, at most
   * once a second however many ask. Where it cannot be done now they stay as they are, and nobody waits for it.
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
        // What is wrong with the store is told to who posts, and by the projector where it can be read no further.
      }
      return undefined;
    },
  };
}
