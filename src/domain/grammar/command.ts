import type { Day } from '../calendar.js';
import type { Role } from '../roles.js';
import type { FactText, LedgerEvent, SentFact } from './event.js';
import type { Context } from './fact.js';
import type { Preview } from './preview.js';
import type { Offered } from './proposal.js';

/** What can be asked of a stream, and what is decided. */

interface Terms {
  readonly conditions?: string;
  readonly expires?: Day;
}

interface Adjusting {
  readonly adjustment?: { readonly reason: string } | undefined;
}

/** The proposal that is the other half of a settlement: see half.ts. */
interface Halved {
  readonly otherHalf?: string | undefined;
}

export type Command =
  | ({ readonly act: 'post'; readonly fact: SentFact } & Adjusting)
  | ({ readonly act: 'propose' } & Offered<SentFact> & Terms & Adjusting & Halved)
  | ({ readonly act: 'counter'; readonly proposal: string } & Offered<SentFact> & Terms)
  | ({ readonly act: 'agree'; readonly proposal: string } & Adjusting)
  | { readonly act: 'decline' | 'withdraw'; readonly proposal: string; readonly reason: string }
  | { readonly act: 'lapse'; readonly proposal: string }
  | { readonly act: 'note'; readonly fact: SentFact };

/** What the service itself does, in nobody’s name. */
export const BY_SERVICE: ReadonlySet<Command['act']> = new Set(['lapse', 'note']);

/** The part of a decision's context that the caller gives; the rest comes from the stream and the command. */
export interface Given extends Omit<
  Context,
  'officer' | 'proposals' | 'answering' | 'original' | 'adjustment' | 'area'
> {
  /** The events that its facts name, by their revisions. */
  readonly originals: ReadonlyMap<string, LedgerEvent>;
}

/** Who asks, and under which identifier a proposal would be known. */
export interface Asking {
  readonly officer: string;
  readonly actingFor?: string | undefined;
  readonly newProposal: string;
}

export interface Decision {
  /** As they are read; what is stored of each is said in texts.ts. */
  readonly events: readonly FactText[];
  /** The capacity in which the officer acted, or the service itself. */
  readonly partner: string;
  readonly role: Role | 'service';
  readonly adjustment?: { readonly reason: string };
  /** Which of the events, by their places, adjust nothing: facts of a deal in periods that are open. */
  readonly inOpenPeriods?: readonly number[];
  /** What the fact that is posted, proposed or signed does to the tests that its stream is held to. */
  readonly preview?: Preview;
}

/** Terms without the fields that are not given. */
export const termsOf = ({ conditions, expires }: { [Key in keyof Terms]: Terms[Key] | undefined }): Terms => ({
  ...(conditions !== undefined && { conditions }),
  ...(expires !== undefined && { expires }),
});

/** The other half that a proposal names, without the field where it names none. */
export const halfIn = ({ otherHalf }: Halved): Halved => (otherHalf === undefined ? {} : { otherHalf });
