import type { Instant } from '../../domain/calendar.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import type { Preview } from '../../domain/grammar/preview.js';
import { Refusal } from '../../domain/rules.js';
import { evolve, passOver } from '../../domain/grammar/stream.js';
import { initialStream, type StreamState } from '../../domain/grammar/kind.js';
import {
  BUSY_MS_MAX,
  busyPauseMs,
  READ_PAGE_MAX,
  StoreBusy,
  type Batch,
  type EventStore,
  type Position,
  type RecordedEvent,
} from '../../store/event-store.js';
import { goingOnIn } from '../../store/pages.js';
import { scopedKey } from '../memory/key-table.js';
import { decode, kindOf } from '../catalogue.js';
import type { Clock } from '../clock.js';
import { stampNow } from './stamp.js';
import type { Streams } from './decision-context.js';
import type { Projector } from '../memory/projector.js';
import type { ReadModel } from '../memory/read-model.js';
import type { Decided, Prepared } from './submission.js';

/**
 * Acts that wait in the same moment share one commit, those on one fund too. They are decided inside the transaction, one
 * after the other, each on what the ones before it have recorded, on whichever stream; nobody else can write meanwhile, and
 * nothing else runs in this process, so nobody sees a state that is not on disk. An act is answered once the commit is.
 *
 * Before each act is decided, the states of the streams that the transaction has written to are moved on. Should the commit
 * fail, they are read from the store anew before anything else happens, and all acts of the transaction fail alike.
 */
export interface Batches {
  /** What was recorded; why it was refused; or `again`, where others have written, or this key has, in between. */
  record(submission: Prepared): Promise<Recorded | Refusal | 'again'>;
}

export interface Recorded {
  readonly events: readonly LedgerEvent[];
  readonly position: Position;
  readonly preview: Preview;
}

interface BatchParts {
  readonly store: EventStore;
  readonly together: NonNullable<EventStore['together']>;
  readonly model: ReadModel;
  readonly projector: Projector;
  readonly clock: Clock;
  /** Decides an act on the state of the streams. */
  decided(submission: Prepared, now: Instant, original: RecordedEvent | undefined, streams: Streams): Decided | Refusal;
  /** The revision of the event that an act is about, where it names one. */
  referredTo(submission: Prepared, streams: Streams): bigint | undefined;
}

/** So many acts are decided in a few hundredths of a second: nobody else waits for longer. */
const ACTS_PER_COMMIT_MAX = 128;

interface Waiting {
  readonly submission: Prepared;
  /** Until when it waits for another process that is writing: an instant of the monotonic clock. */
  readonly until: number;
  readonly resolve: (outcome: Recorded | Refusal | 'again') => void;
  readonly reject: (error: unknown) => void;
}

export function createBatches({ store, together, model, projector, clock, ...act }: BatchParts): Batches {
  const waiting: Waiting[] = [];
  /** Streams whose state may be ahead of the store since a commit failed. */
  const toMend = new Set<string>();
  /** After a failed commit one act is recorded at a time, and no state is moved on, until one succeeds: a full disk fails all. */
  let cautious = false;

  function mend(): void {
    for (const stream of toMend) {
      const kind = kindOf(stream);
      const fresh = initialStream(kind, stream);
      const read = together(model.position(), (batch) => {
        for (;;) {
          const after = BigInt(fresh.last);
          const page = goingOnIn(stream, after, batch.readStream(stream, { after, limit: READ_PAGE_MAX }));
          for (const event of page.map((each) => decode(each))) {
            if (model.whyVoid(stream, event.revision)) passOver(fresh, event);
            else evolve(kind, fresh, event);
          }
          if (page.length < READ_PAGE_MAX) return;
        }
      });
      // Where others have just written, it is read once the read model has taken what they wrote.
      if (!read) return;
      Object.assign(model.stream(kind.name, stream), fresh);
      toMend.delete(stream);
    }
  }

  /** What cannot be read now is read before the next act is decided, or that act fails. */
  function mendIfItCan(): void {
    try {
      mend();
    } catch {
      // Why the store cannot be read is told to the next who posts.
    }
  }

  /** The states of all streams, moved on by what is recorded in a transaction. */
  function movedOn(): Streams & { take(events: readonly LedgerEvent[]): void } {
    /** Those of the streams that are opened in it: the model has none of them yet. */
    const opened = new Map<string, StreamState<unknown>>();
    const streams: Streams = {
      stream: (kind, stream) => (opened.get(stream) as StreamState<never> | undefined) ?? model.stream(kind, stream),
    };
    return {
      ...streams,
      take(events) {
        for (const event of events) {
          const { stream } = event;
          const kind = kindOf(stream);
          const state: StreamState<unknown> = streams.stream(kind.name, stream);
          if (model.places(stream).length > 0) toMend.add(stream);
          else opened.set(stream, state);
          evolve(kind, state, event);
        }
      },
    };
  }

  /** Decides the acts of one transaction and appends what they record. Returns how each ended, those left for the next out. */
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
      if (cautious && before.length > 0) break;
      moving.take(before);
      before = [];
      now = Math.max(now, stampNow({ model, clock }, batch.floor)) as Instant;
      const revision = act.referredTo(submission, moving);
      const [original] = revision === undefined ? [] : batch.readStream(stream, { after: revision - 1n, limit: 1 });
      let found: Decided | Refusal;
      try {
        found = act.decided(submission, now, original, moving);
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
    try {
      mend();
      level = together(model.position(), (batch) => (outcomes = decideAll(acts, batch)));
    } catch (error) {
      if (error instanceof StoreBusy) {
        waitForTheirTurn(acts, error);
        return;
      }
      cautious = true;
      mendIfItCan();
      for (const { reject } of acts) reject(error);
      schedule();
      return;
    }
    looks = 0;
    if (level) {
      toMend.clear();
      waiting.unshift(...acts.filter((each) => !outcomes.has(each)));
    }
    schedule();
    try {
      const recorded = [...outcomes.values()].filter((each) => typeof each === 'object' && 'position' in each);
      if (level) projector.take(recorded.flatMap(({ events }) => events));
      const head = level ? recorded.at(-1)?.position : await store.head();
      if (level && head !== undefined) cautious = false;
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
  /** Acts wait in the order in which they came while another process is writing, each for so long; nobody else does. */
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
