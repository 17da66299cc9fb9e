import type { Day, Instant } from '../src/domain/calendar.js';
import type { FactData } from '../src/domain/grammar/event.js';
import type { KeptAs } from '../src/domain/grammar/remembered.js';
import type { Posting } from '../src/domain/postings.js';

/** One event as a projection reads it: its place in the ledger, what it says, and what it posts. */
export interface Entry {
  /** Its place in the whole ledger, from 0: the event is known from size `place + 1` on. */
  readonly place: number;
  /**
   * For an expiry, which no event records: the instant from which it is known, to readers who know its place (see
   * offers.ts).
   */
  readonly passes?: Instant;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  /** The kind under which its words are kept; undefined if no question needs them. */
  readonly keptAs?: KeptAs | undefined;
  /** The revision of the fact that it reverses, if it is a reversal. */
  readonly reverses?: string | undefined;
  readonly recordedAt: string;
  readonly effective: Day;
  readonly officer: string;
  readonly partner: string;
  readonly role: string;
  /** The version of the rules by which it was decided; left out, 1. */
  readonly rules?: number | undefined;
  /** Why it takes effect in a closed period, where it does. */
  readonly adjustment?: { readonly reason: string } | undefined;
  readonly evidence: readonly {
    readonly reference: string;
    readonly sha256?: string | undefined;
    readonly page?: number | undefined;
  }[];
  readonly sentence: string;
  readonly data: FactData;
  readonly postings: readonly Posting[];
  /** Where it belongs to the act of the entry before it. */
  readonly goesOn?: true;
}
