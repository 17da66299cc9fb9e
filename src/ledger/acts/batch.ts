import type { Instant } from '../../domain/calendar.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import type { Preview } from '../../domain/grammar/preview.js';
import { Refusal } from '../../domain/rules.js';
import { noteChanges } from '../../domain/grammar/change.js';
import { evolve } from '../../domain/grammar/evolve.js';
import { holdsProposal, type StreamState } from '../../domain/grammar/kind.js';
import {
  BUSY_MS_MAX,
  busyPauseMs,
  StoreBusy,
  type Batch,
  type EventStore,
  type EventPosition,
} from '../../store/event-store.js';
import { scopedKey } from '../memory/key-table.js';
import { kindOf } from '../catalogue.js';
import type { Clock } from '../clock.js';
import { stampNow } from './stamp.js';
import { decided, referredTo } from './deciding.js';
import type { Streams } from './decision-context.js';
import type { Projector } from '../memory/projector.js';
import type { ReadModel } from '../memory/read-model.js';
import type { Decided, Prepared } from './submission.js';

/**
 * Acts that wait in the same moment share one commit, also those on one fund. They are decided inside the transaction,
 * one after another. Each sees what the ones before it have recorded, on every stream. No other program can write
 * meanwhile, and nothing else runs in this process, so nobody sees a state that is not on disk. An act is answered
 * after the commit.
 *
 * Before each act is decided, the states of the streams that the transaction has written to are updated. If the commit
 * fails, the states are put back, and all acts of the transaction fail in the same way.
 */
export interface Batches {
  /** What was recorded; why it was refused; or `again`, where others have written, or this key has, in between. */
  record(submission: Prepared): Promise<Recorded | Refusal | 'again'>;
}

export interface Recorded {
  readonly events: readonly LedgerEvent[];
  readonly position: EventPosition;
  readonly preview: Preview;
}

interface BatchParts {
  readonly store: EventStore;
  readonly together: NonNullable<EventStore['together']>;
  readonly model: ReadModel;
  readonly projector: Projector;
  readonly clock: Clock;
}

/** The most acts in one commit. Deciding so many takes a few hundredths of a second, in which everybody else waits. */
const ACTS_PER_COMMIT_MAX = 128;

interface Waiting {
  readonly submission: Prepared;
  /** Until when it waits for another process that is writing: an instant of the monotonic clock. */
  readonly until: number;
  readonly resolve: (outcome: Recorded | Refusal | 'again') => void;
  readonly reject: (error: unknown) => void;
}

export function createBatches({ store, together, model, projector, clock }: BatchParts): Batches {
  const waiting: Waiting[] = [];

  /** The states of all streams, including what the transaction has recorded. */
  function movedOn(): Streams & { take(events: readonly LedgerEvent[]): void } {
    /** The states of streams that the transaction opens, which the model does not have yet. */
    const opened = new Map<string, StreamState<unknown>>();
    const streams: Streams = {
      stream: (kind, stream) => (opened.get(stream) as StreamState<never> | undefined) ?? model.stream(kind, stream),
      madeIn: (proposal) => [...opened.values()].find(holdsProposal(proposal))?.stream ?? model.madeIn(proposal),
    };
    return {
      ...streams,
      take(events) {
        for (const event of events) {
          const { stream } = event;
          const kind = kindOf(stream);
          const state: StreamState<unknown> = streams.stream(kind.name, stream);
          if (model.places(stream).length === 0) opened.set(stream, state);
          evolve(kind, state, event);
        }
      },
    };
  }

  /** Decides the acts of one transaction and appends what they record. Returns how each ended. */
  function decideAll(acts: readonly Waiting[], batch: Batch): Map<Waiting, Recorded | Refusal | 'again' | Error> {
    const outcomes = new Map<Waiting, Recorded | Refusal | 'again' | Error>();
    const moving = movedOn();
    /** What the last act recorded. */
    let before: readonly LedgerEvent[] = [];
    let now = stampNow({ model, clock }, batch.floor);
    for (const each of acts) {
      const { submission } = each;
      const { stream, officer, key } = submission;
      if (model.acted(scopedKey(officer, key), stream)) {
        outcomes.set(each, 'again');
        continue;
      }
      moving.take(before);
      before = [];
      now = Math.max(now, stampNow({ model, clock }, batch.floor)) as Instant;
      const originals = referredTo(submission, model, moving).flatMap((revision) =>
        batch.readStream(stream, { after: revision - 1n, limit: 1 }),
      );
      let found: Decided | Refusal;
      try {
        found = decided(submission, now, originals, model, moving);
      } catch (error) {
        outcomes.set(each, error as Error);
        continue;
      }
      if (found instanceof Refusal) {
        outcomes.set(each, found);
        continue;
      }
      const { position, positions } = batch.append(stream, found.expected, found.encoded);
      before = found.events.map((event, index) => ({ ...event, position: positions[index]! }));
      outcomes.set(each, { events: before, position, preview: found.preview });
    }
    return outcomes;
  }

  async function run(): Promise<void> {
    const acts = waiting.splice(0, ACTS_PER_COMMIT_MAX);
    let outcomes = new Map<Waiting, Recorded | Refusal | 'again' | Error>();
    let level: boolean;
    const changes = noteChanges();
    try {
      level = together(model.position(), (batch) => (outcomes = decideAll(acts, batch)));
      changes.keep();
    } catch (error) {
      changes.undo();
      if (error instanceof StoreBusy) {
        waitForTheirTurn(acts, error);
        return;
      }
      for (const { reject } of acts) reject(error);
      schedule();
      return;
    }
    looks = 0;
    schedule();
    try {
      const recorded = [...outcomes.values()].filter((each) => typeof each === 'object' && 'position' in each);
      if (level) projector.take(recorded.flatMap(({ events }) => events));
      const head = level ? recorded.at(-1)?.position : await store.head();
      if (head !== undefined) await projector.whenTaken(head);
      for (const [{ resolve, reject }, outcome] of outcomes) {
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      }
      if (!level) for (const { resolve } of acts) resolve('again');
    } catch (error) {
      for (const { reject } of acts) reject(error);
    }
  }

  /** How often in a row another process was found writing. */
  let looks = 0;
  /** While another process writes, acts wait in the order in which they came, each until its own limit. Questions go on. */
  function waitForTheirTurn(acts: readonly Waiting[], error: StoreBusy): void {
    const now = performance.now();
    waiting.unshift(...acts.filter(({ until }) => now < until));
    for (const { until, reject } of acts) if (now >= until) reject(error);
    schedule(busyPauseMs(looks++));
  }

  let scheduled = false;
  function schedule(afterMs?: number): void {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    const go = (): void => {
      scheduled = false;
      void run();
    };
    if (afterMs === undefined) setImmediate(go);
    else setTimeout(go, afterMs);
  }

  return {
    record: (submission) =>
      new Promise((resolve, reject) => {
        waiting.push({ submission, until: performance.now() + BUSY_MS_MAX, resolve, reject });
        schedule();
      }),
  };
}
