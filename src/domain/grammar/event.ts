import type { z } from 'zod';
import type { Day } from '../calendar.js';
import type { Role } from '../roles.js';
import type { EvidenceList } from '../values.js';

/** What an event is, whatever it says: its text as it is stored and read, and what every event carries beside it. */

export type StreamKind = 'register' | 'fund' | 'dispute';

/** Who must sign before a fact counts. Source: docs/sources.md, Acts and corrections. */
export type Signature = 'none' | 'second-officer' | 'other-side';

/** Who did it, in what capacity, and by what means they were known. */
interface Actor {
  readonly officer: string;
  readonly partner: string;
  readonly role: Role | 'service';
  readonly signedInBy: string;
}

/** What every event carries beside its business data. The service writes it. */
export interface Metadata extends Actor {
  readonly schemaVersion: number;
  /** The version of the rules by which it was decided: see rule-versions.ts. Left out, 1. */
  readonly rules?: number;
  readonly recordedAt: string;
  readonly key: string;
  /** SHA-256 of the request as sent, so that a key reused for another request is recognised. */
  readonly request: string;
  readonly correlation: string;
  readonly causation?: string;
  readonly evidence: EvidenceList;
  readonly adjustment?: { readonly reason: string };
  /**
   * What its act was decided on: for each other stream that the decision looked at, the last revision that stood, or
   * `no_stream`. Absent where there was none, and in events from before acts named what they rest on.
   */
  readonly rests?: Readonly<Record<string, string>>;
}

export type FactData = Readonly<Record<string, unknown>> & { readonly effective: Day };

export interface LedgerEvent<Data extends FactData = FactData> {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly type: string;
  readonly data: Data;
  readonly metadata: Metadata;
  /** What is stored, where it, or a text in it, is of an older version than this program writes. */
  readonly stored?: FactText;
}

/** A fact as it is proposed and signed: its name, the version of its schema, and its data. */
export interface FactText {
  readonly type: string;
  readonly version: number;
  readonly data: FactData;
  /** The text as it is stored and was signed, where that is in an older version: see texts.ts. */
  readonly stored?: FactText;
}

/** A fact as an officer sends it. */
export type SentFact = Pick<FactText, 'type' | 'data'>;

/** A version of a fact’s stored shape before the present one: what is needed of it for as long as an event of it stands. */
export interface EarlierVersion {
  /** What an officer sent then: the fingerprints of requests were made of it. */
  readonly input: z.ZodObject;
  /** What was understood then, as `understood` of the fact says of the present version. */
  understood?(data: FactData): FactData;
  /**
   * Converts stored data of this version into the form of the next. It does not change its argument. If a decision
   * fills in a field, this fills it with the same value as the decision by the rules of that day.
   */
  lift(data: FactData): FactData;
}
