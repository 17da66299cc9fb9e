import type { z } from 'zod';
import type { LedgerEvent, SentFact, StreamKind } from '../../domain/grammar/event.js';
import type { Preview } from '../../domain/grammar/preview.js';
import type { Command } from '../../domain/grammar/command.js';
import type { EvidenceList } from '../../domain/values.js';
import type { ExpectedRevision, NewEvent } from '../../store/event-store.js';
import type { TestText } from '../minimum-tests-text.js';

/** An act on its way into the ledger: as it is sent, as it is decided, and as it is answered. */

export interface Submission {
  readonly kind: StreamKind;
  readonly stream: string;
  readonly command: Command;
  readonly officer: string;
  readonly actingFor?: string | undefined;
  readonly signedInBy: string;
  readonly key: string;
  readonly correlation: string;
  readonly evidence: EvidenceList;
  /** The revision that the officer has read: of the proposal where one is answered, of the stream otherwise. */
  readonly ifMatch?: number | undefined;
  /** Decide, and say what would be recorded, but record nothing. */
  readonly dryRun?: boolean;
}

interface RecordedFact {
  readonly id: string;
  readonly type: string;
  readonly revision: string;
  readonly sentence: string;
}

export interface Outcome {
  readonly stream: string;
  /** The revision of the stream after the act. */
  readonly revision: string;
  /** The position of the act's last event; absent on a dry run. */
  readonly position?: string;
  readonly recordedAt?: string;
  /** The proposal that was made or answered. */
  readonly proposal?: string;
  readonly events: readonly RecordedFact[];
  /** What the act breaks without being refused, seen when it was decided; not recorded, so a replayed answer has none. */
  readonly warnings?: readonly string[];
  /** On a dry run of a fact: the minimum tests as they would stand after it, on its effective day. */
  readonly tests?: readonly z.output<typeof TestText>[];
}

/** An act that was recorded, now or, where `replayed`, by an earlier request with the same key. */
export interface Done {
  readonly outcome: Outcome;
  readonly replayed: boolean;
  /** Of an act that is only tried: the facts that it would record or offer, as they would be stored. */
  readonly would?: readonly SentFact[];
}

/** What an act would record: the events as they will be read, and as they will be stored. */
export interface Decided {
  readonly events: readonly LedgerEvent[];
  readonly encoded: readonly NewEvent[];
  readonly expected: ExpectedRevision;
  /** What it does to the tests that its stream is held to. */
  readonly preview: Preview;
}

/** A submission as it is handled: its key and itself as digests, worked out once. */
export interface Prepared extends Submission {
  /** The digest of the key. The key itself is not stored: a client may have written anything in it. */
  readonly key: string;
  readonly request: string;
  /** The command as it was sent, perhaps in words; `command` is in codes. */
  readonly sent: Command;
  /** By which revision of the register it is in codes. */
  readonly codesOf: number;
}
