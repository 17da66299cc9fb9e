import type { GrowingTree } from '../../../evidence/memory.js';
import {
  LedgerDamaged,
  type EventStore,
  type EventPosition,
  type RecordedEvent,
  type Subscription,
} from '../../store/event-store.js';
import { leafOf } from '../../store/leaf.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import { decode } from '../catalogue.js';
import type { Clock } from '../clock.js';
import type { ReadModel } from './read-model.js';
import { isMoreToCome } from './standing.js';

/** The store is given so long to say how far it has come: who watches the service is answered within a second. */
const STATUS_WITHIN_MS = 800;

/**
 * Carries events from the store into the read model, in order, each once; what is one act is taken whole, so that
 * nobody sees an agreement without the fact agreed. Its state has a name. At an event that cannot be read it stops and
 * says so, and questions are answered from the last good state, because a skipped event would make balances wrong.
 * Where the store cannot be followed it is reconnecting, for as long as that takes.
 */
export const PROJECTOR_STATES = ['catching-up', 'live', 'reconnecting', 'faulted', 'stopped'] as const;
type ProjectorState = (typeof PROJECTOR_STATES)[number];

interface ProjectorStatus {
  readonly state: ProjectorState;
  /** Events taken. */
  readonly size: number;
  readonly position: EventPosition | undefined;
  /** How long it has been behind the store's head, in seconds; 0 where it is level. */
  readonly lagSeconds: number;
  readonly fault?: string;
  /** Why the store cannot be followed for now. */
  readonly reason?: string;
}

export interface Projector {
  status(): Promise<ProjectorStatus>;
  /** Why it has stopped at an event, where it has; known without asking the store. */
  fault(): string | undefined;
  /** What is wrong with what the store holds, where it has stopped for that, or somebody has found it. */
  damage(): string | undefined;
  /** Stops it, since what it has taken is found not to be what was recorded. */
  foundDamaged(why: string): void;
  /**
   * Takes what has just been appended {@link EventStore.together} after everything that it had taken: the same events,
   * read back from the same bytes, that the store would deliver.
   */
  take(events: readonly LedgerEvent[]): void;
  /**
   * Resolves once the event at a position has been taken. Rejects {@link ProjectorStopped} where it never will be, and
   * with the signal's reason where whoever waits gives up: nothing is kept for them then.
   */
  whenTaken(position: EventPosition, signal?: AbortSignal): Promise<void>;
  /** Resolves when more events have been taken, or when no more will be. */
  whenMoved(): Promise<void>;
  /** Resolves once everything that was there at the start has been taken. */
  readonly caughtUp: Promise<void>;
  stop(): Promise<void>;
}

export class ProjectorStopped extends Error {
  constructor(why: string) {
    super(`The read model has stopped: ${why}`);
    this.name = 'ProjectorStopped';
  }
}

interface Waiter {
  readonly position: EventPosition;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** `tree` is given where the store keeps none: it takes the leaf of each event that the read model takes. */
export function startProjector(
  store: EventStore,
  model: ReadModel,
  clock: Clock,
  tree?: Pick<GrowingTree, 'add'>,
): Projector {
  let state: ProjectorState = 'catching-up';
  let fault: string | undefined;
  let damage: string | undefined;
  let reason: string | undefined;
  let levelAt = clock.now();
  const waiters = new Set<Waiter>();
  let moved = signal();
  const caughtUp = signal();

  const settle = (): void => {
    moved.fire();
    moved = signal();
    const position = model.position();
    for (const waiter of waiters) {
      if (position === undefined || store.isAfter(waiter.position, position)) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
  };

  /** The first events of an act of which more are to come. */
  let begun: { readonly event: LedgerEvent; readonly recorded: RecordedEvent }[] = [];

  function takeBegun(): void {
    const act = begun;
    begun = [];
    for (const { event, recorded } of act) {
      model.apply(event);
      tree?.add(leafOf(recorded));
    }
  }

  /** Some may have been taken after they were read and before they came here. Returns up to where all is taken. */
  function forgetTaken(): EventPosition | undefined {
    const taken = model.position();
    begun = begun.filter(({ recorded }) => store.isAfter(recorded.position, taken));
    return taken;
  }

  const subscription: Subscription = store.subscribe(model.position(), {
    handle(events) {
      const before = forgetTaken();
      const next = events.filter(({ position }) => store.isAfter(position, before));
      try {
        for (const recorded of next) {
          const event = decode(recorded);
          begun.push({ event, recorded });
          if (!isMoreToCome(begun.map((each) => each.event))) takeBegun();
        }
      } finally {
        settle();
      }
    },
    caughtUp() {
      // An agreement without its facts is a fault of the ledger, which `verify` finds. Waiting would not mend it.
      if (begun.length > 0) {
        forgetTaken();
        takeBegun();
        settle();
      }
      state = 'live';
      reason = undefined;
      levelAt = clock.now();
      caughtUp.fire();
    },
    interrupted(why) {
      state = 'reconnecting';
      reason = why;
    },
  });
  const ended = subscription.ended.then(
    () => stopAt('stopped', 'it was asked to.'),
    (error: unknown) => stopFor(error as Error),
  );

  function stopFor(error: Error): void {
    if (error instanceof LedgerDamaged) damage ??= error.message;
    stopAt('faulted', error.message);
  }

  /** The question to the store that is under way: however often the status is asked for, there is one. */
  let asking: Promise<EventPosition | undefined> | undefined;
  function headInTime(): Promise<EventPosition | undefined> {
    const asked = (asking ??= store.head().finally(() => (asking = undefined)));
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('The store does not answer in time.')), STATUS_WITHIN_MS);
      asked.then(resolve, reject).finally(() => clearTimeout(late));
    });
  }

  const isOver = (): boolean => state === 'faulted' || state === 'stopped';

  function stopAt(as: 'stopped' | 'faulted', why: string): void {
    if (isOver()) return;
    state = as;
    if (as === 'faulted') fault = why;
    const stopped = new ProjectorStopped(why);
    caughtUp.fail(stopped);
    moved.fire();
    for (const waiter of waiters) waiter.reject(stopped);
    waiters.clear();
  }

  return {
    caughtUp: caughtUp.fired,
    async status() {
      let unreachable: string | undefined;
      const head = await headInTime().catch((error: unknown) => {
        unreachable = (error as Error).message;
      });
      const position = model.position();
      // Level means the same position as the store's head. A subscription's own message that it has caught up is not
      // proof.
      const level = unreachable === undefined && head === position;
      const why = reason ?? unreachable;
      return {
        state: state === 'live' && unreachable !== undefined ? 'reconnecting' : state,
        size: model.size(),
        position,
        lagSeconds: level ? 0 : Math.max(0, (clock.now() - levelAt) / 1000),
        ...(fault !== undefined && { fault }),
        ...(why !== undefined && { reason: why }),
      };
    },
    fault: () => fault,
    damage: () => damage,
    foundDamaged(why) {
      subscription.stop();
      stopFor(new LedgerDamaged(why));
    },
    take(events) {
      const last = events.at(-1);
      if (!last || isOver()) return;
      try {
        for (const event of events) model.apply(event);
        subscription.skipTo!(last.position);
        levelAt = clock.now();
      } catch (error) {
        subscription.stop();
        stopFor(error as Error);
      } finally {
        settle();
      }
    },
    whenMoved: () => moved.fired,
    whenTaken(position, signal) {
      const taken = model.position();
      if (taken !== undefined && !store.isAfter(position, taken)) return Promise.resolve();
      if (isOver()) return Promise.reject(new ProjectorStopped(fault ?? 'it was asked to.'));
      return new Promise((resolve, reject) => {
        const waiter = { position, resolve, reject };
        waiters.add(waiter);
        signal?.addEventListener('abort', () => {
          waiters.delete(waiter);
          reject(signal.reason as Error);
        });
      });
    },
    async stop() {
      subscription.stop();
      await ended;
    },
  };
}

/** A promise that is settled from outside it. Nobody has to be waiting when it fails. */
interface Signal {
  readonly fired: Promise<void>;
  readonly fire: () => void;
  readonly fail: (error: Error) => void;
}

function signal(): Signal {
  let fire!: () => void;
  let fail!: (error: Error) => void;
  const fired = new Promise<void>((resolve, reject) => {
    fire = resolve;
    fail = reject;
  });
  fired.catch(() => undefined);
  return { fired, fire, fail };
}
