import type { Entry } from '../../../../projections/entry.js';
import type { LedgerEvent } from '../../../domain/grammar/event.js';
import type { StreamState } from '../../../domain/grammar/kind.js';
import type { RegisterState } from '../../../domain/register/state.js';
import type { EventStore, EventPosition, RecordedEvent } from '../../../store/event-store.js';
import type { Streams } from '../../acts/decision-context.js';

/** One thing that is checked of a whole ledger, under a name: `verify` runs all of them over every event. */
export interface Check {
  readonly name: string;
  /** What is true of a sound ledger, in one sentence. */
  readonly promise: string;
  /** Begins to check one ledger. Absent if the check does not look at events. */
  begin?(before: Before, report: Report): Checking;
}

/** Tells what is wrong, and where. */
export type Report = (where: string, words: string) => void;

export interface Checking {
  /** The next event as it is stored, readable or not; `after` is the position of the one before it. */
  stored?(recorded: RecordedEvent, where: string, after: EventPosition | undefined): void;
  /** The next event, on what stood before it. Where this throws, nothing more is checked of the event. */
  event?(looked: Looked): void | Promise<void>;
  /** An event that cannot be read. */
  unread?(recorded: RecordedEvent): void;
  end?(): void;
}

/** An agreement, and which of the facts that it is to comes next. */
export interface Agreed {
  readonly by: LedgerEvent;
  /** The place of the fact among those agreed, from 0. */
  readonly part: number;
  /** How many facts were agreed. */
  readonly of: number;
}

/** An event as it is looked at. */
export interface Looked {
  readonly event: LedgerEvent;
  readonly where: string;
  /** Its place in the ledger, from 0. */
  readonly place: number;
  /** The agreement in its stream to which it should be the next fact. */
  readonly agreed: Agreed | undefined;
  readonly isVoid: boolean;
  /** How many acts under its key were void before it. */
  readonly tried: number;
  /** What it says and posts, as the figures see it. Throws where it cannot be told. */
  entry(): Entry;
}

/** What stands before the event that is looked at. */
export interface Before {
  readonly store: EventStore;
  readonly streams: Streams;
  register(): RegisterState;
  state(stream: string): StreamState<unknown>;
  isVoid(stream: string, revision: string): boolean;
}

/** Whether an event was recorded in one act with the agreement before it. */
export const isOneActWith = (agreed: LedgerEvent | undefined, { metadata }: Pick<LedgerEvent, 'metadata'>): boolean =>
  agreed?.metadata.key === metadata.key;
