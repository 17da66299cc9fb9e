import type { Hashes } from '../../evidence/tree.js';

/**
 * The port to the store of events. What it promises, every adapter keeps, and `test/store/conformance.ts` checks:
 *
 * - A stream is a sequence of events at revisions 0, 1, 2 …; all streams together are one sequence by position.
 * - `append` is all or nothing, is checked against the revision that the caller expects, and is on disk when it
 *   resolves.
 * - The same ids at the same expected revision are the same append: it answers as the first time and writes nothing.
 *   Some of the ids, or the same ids elsewhere in the stream, are a conflict. Callers never reuse an id for another
 *   event.
 * - Data and metadata are canonical JSON text and come back byte for byte.
 * - Where `instantsInOrder`, recorded instants never go backwards along the sequence of positions: an append that would
 *   is refused. Otherwise services that share the store may record a little out of order, but never within a stream,
 *   because a service reads the stream to its end before it appends. To find what was known at an instant, take the
 *   latest instant up to each position.
 * - A store that keeps hashes of its events returns only events that match them; otherwise it throws {@link
 *   LedgerDamaged}.
 * - Positions are opaque: they are compared only here.
 * - Every `after` is exclusive.
 */
export interface EventStore {
  /** Appends to one stream. Rejects with one of the errors below; after {@link OutcomeUnknown} repeat the same call. */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;
  /**
   * Several acts in one transaction, where the store can: `decide` is called inside it, while nobody else can write, if
   * `at` is the last position of the store; what it appends is on disk when this returns, all of it. Returns false, and
   * calls nothing, where others have written since. Throws {@link StoreUnavailable} where it cannot be written, and
   * then nothing was; {@link StoreBusy}, before anything is called, where another process is writing: it does not wait.
   * It is synchronous, so whoever is notified of a change finds it on disk.
   */
  together?(at: EventPosition | undefined, decide: (batch: Batch) => void): boolean;
  /**
   * Writes to disk as an append would, but records nothing: for finding out whether a store that failed can be written
   * again. Rejects as an append would.
   */
  tryWriting?(): Promise<void>;
  /** One page of a stream, in revision order: empty where the stream does not exist or ends. */
  readStream(stream: string, page?: { readonly after?: bigint; readonly limit?: number }): Promise<RecordedEvent[]>;
  /** One page of all streams, in position order. */
  readAll(page?: { readonly after?: EventPosition | undefined; readonly limit?: number }): Promise<RecordedEvent[]>;
  /** The same readings without checks, for code that looks for damage. */
  readonly asItLies?: Pick<EventStore, 'readStream' | 'readAll'>;
  /** What was read and does not match its hash, in words; a store that keeps hashes never returns such an event. */
  damage?(): string | undefined;
  /** Reading some streams and not others: of a store that numbers its events 1, 2, 3 … in ledger order, without gaps. */
  readonly parts?: {
    /** Every stream, with how many events it has up to a position, inclusive. */
    streams(upTo: EventPosition): Promise<ReadonlyMap<string, number>>;
    /** A page of the events of some streams after a position, up to another, inclusive, in position order; empty at the end. */
    read(streams: readonly string[], after: EventPosition | undefined, upTo: EventPosition): Promise<RecordedEvent[]>;
  };
  /**
   * The hashes of the ledger's tree (evidence/tree.ts) where the store keeps them, written in the transaction that recorded
   * the events: of its leaves, by place, and of its whole subtrees of 256 leaves, of 65,536 … (level 8, 16 …), by place
   * among those of their level. From a place on, inclusive, so many at the most; undefined for one that is missing.
   */
  leaves?(from: number, limit?: number): Promise<Hashes>;
  subtrees?(level: number, from: number, limit?: number): Promise<Hashes>;
  /** Whether recorded instants never go backwards along the sequence of positions. */
  readonly instantsInOrder: boolean;
  /** The floor, if the store can keep one: it can if a writer locks out all others. */
  readonly floor?: Floor;
  /**
   * Asks the store for its time, as `recordedAt` is written, where it has a clock that is not this machine’s. A store
   * gives its time only with an event that it stores, so this writes something that is not part of the ledger. Rejects
   * as an append would.
   */
  time?(): Promise<string>;
  /** The last position, or undefined in an empty store. */
  head(): Promise<EventPosition | undefined>;
  /** Whether position `a` comes after position `b`. */
  isAfter(a: EventPosition, b: EventPosition | undefined): boolean;
  /** Whether position `a` can be the very next after `b`: where a store numbers positions by one, that is checked. */
  canFollow(a: EventPosition, b: EventPosition | undefined): boolean;
  /**
   * Delivers every event after a position, once each, in order, those there are and those to come. The handler is
   * awaited; where it throws, the subscription ends with that error and does not move past the event.
   */
  subscribe(after: EventPosition | undefined, follower: Follower): Subscription;
  /** What an operator should know of the store, and whether it is in order. */
  diagnose(): Promise<readonly Finding[]>;
  /** What the store finds wrong with its own structures, looking at all of them: in words, none where all is well. */
  examine?(): Promise<readonly string[]>;
  /**
   * Acts that were noted outside the store and are no longer in it. Nothing is recorded until this loss is accepted.
   */
  lost?(): Loss | undefined;
  /** Accepts the loss: from then on the present content is noted. */
  acceptLoss?(): void;
  /** Why nothing more is recorded here, where what was opened has been taken away or replaced: {@link LedgerReplaced}. */
  replaced?(): string | undefined;
  close(): Promise<void>;
}

export type EventPosition = string;
export type ExpectedRevision = 'no_stream' | bigint;

export interface NewEvent {
  readonly id: string;
  readonly type: string;
  /** Canonical JSON (RFC 8785). */
  readonly data: string;
  /** Canonical JSON (RFC 8785), with `recordedAt`. */
  readonly metadata: string;
}

export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: EventPosition;
}

/**
 * The floor of a store: an instant at or before which no service, whatever its clock, can record any more. It never
 * goes down. Instants are written as `recordedAt` is.
 */
export interface Floor {
  /** As it was when the store was opened, or last raised or appended to here; does not look at the store. */
  known(): string | undefined;
  /**
   * Raises it to an instant, on disk when this returns; or only reads how high others have raised it. Meanwhile nobody else can write, and `take` is given what others
   * have recorded after a position: so whoever knows the floor knows all that is recorded up to it. Returns false, and
   * does nothing, where somebody else is writing. Throws {@link StoreUnavailable}. Absent where the store is only read.
   */
  raise?(
    after: EventPosition | undefined,
    to: string | undefined,
    take: (events: readonly RecordedEvent[]) => void,
  ): boolean;
}

/** How far a ledger had come: how many events it had, and the root of its tree in hexadecimal. */
export interface Beginning {
  readonly size: number;
  readonly root: string;
}

/** Acts that were recorded and are gone. */
export interface Loss {
  readonly noted: Beginning;
  readonly found: Beginning;
  /** What is missing, in a sentence. */
  readonly words: string;
}

/** A transaction that acts are decided in: they see what the acts before them have appended. */
export interface Batch {
  /** The store’s floor, as nobody can raise it before the transaction ends: what is appended is recorded after it. */
  readonly floor: string | undefined;
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): AppendedHere;
  readStream(stream: string, page: { readonly after: bigint; readonly limit: number }): RecordedEvent[];
}

export interface Appended {
  /** The revision of the last event of the append. */
  readonly revision: bigint;
  readonly position: EventPosition;
  /** Whether that event is byte for byte what was sent: not so where the same ids had been recorded with other content. */
  readonly asSent: boolean;
}

export interface AppendedHere extends Appended {
  /** The position of each event of the append, in order. */
  readonly positions: readonly EventPosition[];
}

export interface Follower {
  /** Takes the next events, at least one, in order. */
  handle(events: readonly RecordedEvent[]): void | Promise<void>;
  /** Called each time everything that there was has been handled. */
  caughtUp?(): void;
  /** Called, with the reason, each time the store cannot be followed for now; it is tried again until it can. */
  interrupted?(why: string): void;
}

export interface Subscription {
  /** Settles when the subscription has stopped: it resolves after `stop`, and rejects with the handler's error. */
  readonly ended: Promise<void>;
  /**
   * Says that everything up to a position has been taken already, so that it is not delivered: for who has just appended
   * it {@link EventStore.together}, in the same turn of the loop, and had taken all that was there before.
   */
  skipTo?(position: EventPosition): void;
  stop(): void;
}

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly words: string;
}

/** The stream is not at the revision that the caller expected; nothing was written. */
export class ConcurrencyConflict extends Error {
  readonly stream: string;
  readonly expected: string;
  readonly actual: string;

  constructor(stream: string, expected: ExpectedRevision, actual: ExpectedRevision) {
    super(`Stream ${stream} was expected at ${expected} and is at ${actual}.`);
    this.name = 'ConcurrencyConflict';
    this.stream = stream;
    this.expected = String(expected);
    this.actual = String(actual);
  }
}

/** The event's recorded instant is before that of the last event, or not after the floor; nothing was written. Stamp it anew. */
export class RecordedBehind extends Error {
  constructor(stream: string) {
    super(
      `An event for ${stream} was recorded before the last event of the ledger, or at an instant of which answers are settled: recorded instants never go back.`,
    );
    this.name = 'RecordedBehind';
  }
}

/** The store could not be reached or could not write; nothing was written. */
export class StoreUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreUnavailable';
  }
}

/** Another process is writing and has not let go in time; nothing was written. Repeat the same call. */
export class StoreBusy extends StoreUnavailable {
  constructor(message: string, cause?: unknown) {
    super(message, cause);
    this.name = 'StoreBusy';
  }
}

/** The store did not answer in time; the append may have happened. Repeating the same call settles it. */
export class OutcomeUnknown extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutcomeUnknown';
  }
}

/** The file or server holds something that is not a ledger, or not one that this version can use. */
export class NotALedger extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'NotALedger';
  }
}

/** The store no longer gives events that it has recorded: an answer from the rest would be wrong, so there is none. */
export class EventsHidden extends Error {
  constructor(stream: string, revision: bigint) {
    super(
      `The store no longer gives revision ${revision} of ${stream}, which was recorded: somebody has set $maxCount, $maxAge or $tb on the stream, or has removed events.`,
    );
    this.name = 'EventsHidden';
  }
}

/** The store does not hold what it was given: an event is missing, is elsewhere, or is not what was recorded. */
export class LedgerDamaged extends StoreUnavailable {
  constructor(message: string, cause?: unknown) {
    super(message, cause);
    this.name = 'LedgerDamaged';
  }
}

/**
 * The file is no longer the one that was opened, so anything recorded in it would be lost. Nothing is recorded from
 * then on, and the last commit may not have been kept.
 */
export class LedgerReplaced extends StoreUnavailable {
  constructor(message: string) {
    super(message);
    this.name = 'LedgerReplaced';
  }
}

export const READ_PAGE_MAX = 1_000;

/** How long those who write wait for another process that is writing before they are refused: {@link StoreBusy}. */
export const BUSY_MS_MAX = 5_000;
const BUSY_PAUSE_MS_MAX = 25;
/**
 * A random wait, in milliseconds, before trying the lock again. It is random so that two waiting programs do not
 * collide each time.
 */
export const busyPauseMs = (looks: number): number => Math.random() * Math.min(BUSY_PAUSE_MS_MAX, 2 ** looks);
