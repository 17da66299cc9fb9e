import type { Day } from '../calendar.js';
import type { FactData, LedgerEvent, SentFact, StreamKind } from './event.js';
import type { Context, Fact } from './fact.js';
import type { Preview } from './preview.js';
import type { Posting } from '../postings.js';
import type { Half, OpenProposal } from './proposal.js';
import type { Refusal } from '../rules.js';

/** Kinds of streams, and the state of one. */

/** A kind of stream: its facts, its state, and what its facts are held to as a family. */
export interface Kind<State> {
  readonly name: StreamKind;
  /** Those that people post or propose. */
  readonly facts: readonly Fact<State>[];
  /** Those that the service itself records too. */
  readonly byName: ReadonlyMap<string, Fact<State>>;
  /** The fact that opens a stream of this kind. */
  readonly opener: string;
  /** Whether several of its facts can be proposed together as a deal. */
  readonly deals: boolean;
  initial(): State;
  isOpen(state: State): boolean;
  /** The area that the stream is of, where it is open and of one. */
  area(state: State): string | undefined;
  notOpen(stream: string): Refusal;
  /** Whether the stream's name is the one that its opening fact gives it. */
  nameFits(stream: string, data: FactData): Refusal | undefined;
  evolvePostings(state: State, postings: readonly Posting[], by: string): void;
  /** Keeps who signed each fact that is recorded next, in their order, for kinds to whose facts it matters. */
  evolveAgreed(state: State, signers: readonly (readonly string[])[]): void;
  /** Keeps what rests on what, for reversals. */
  evolveStanding(state: State, fact: Fact<State>, event: LedgerEvent): void;
  limitsHold(state: State, postings: readonly Posting[], limits: readonly string[], by: string): Refusal | undefined;
  /** What a fact would do to the tests that the stream is held to, before it is recorded. */
  preview(state: State, fact: Fact<State>, data: FactData, postings: readonly Posting[], context: Context): Preview;
  dayAllowed(state: State, fact: Fact<State>, effective: Day): Refusal | undefined;
  isClosed(state: State, effective: Day): boolean;
  /**
   * The revision of a fact of the same kind that stands and says the same, where there is one: see same.ts. A kind of
   * stream none of whose facts declares `sameAs` has no such method.
   */
  alike?(state: State, fact: Fact<State>, data: FactData): number | undefined;
  restoresProposal(event: LedgerEvent): string | undefined;
  /** The revision of another event of the stream that a fact rests on, where it names one. */
  referredTo(fact: SentFact): string | undefined;
}

export interface StreamState<State> {
  readonly stream: string;
  /** The revision of the last event that stands; -1 where none does. */
  readonly revision: number;
  /** The revision of the last event, void ones too: what an append to the stream expects. */
  readonly last: number;
  readonly own: State;
  readonly open: ReadonlyMap<string, OpenProposal>;
  /** How each ended proposal ended, with its terms where a reversal could put it back; of one that was signed, its sides. */
  readonly ended: ReadonlyMap<
    string,
    { readonly how: string; readonly proposal?: OpenProposal; readonly sides?: readonly string[] }
  >;
  /** The proposals, open and ended, that name the other half of a settlement, each with that half. */
  readonly halves: ReadonlyMap<string, Half>;
}

export const initialStream = <State>(kind: Kind<State>, stream: string): StreamState<State> => ({
  stream,
  revision: -1,
  last: -1,
  own: kind.initial(),
  open: new Map(),
  ended: new Map(),
  halves: new Map(),
});

/** Whether a proposal was made in a stream: it is open there, or has ended. */
export const holdsProposal =
  (proposal: string) =>
  ({ open, ended }: Pick<StreamState<unknown>, 'open' | 'ended'>): boolean =>
    open.has(proposal) || ended.has(proposal);

/** The declaration of a fact of this kind. Throws where there is none: types are checked when a request is read. */
export function factOf<State>(kind: Kind<State>, type: string): Fact<State> {
  const found = kind.byName.get(type);
  if (!found) throw new Error(`${type} is not a fact of a ${kind.name} stream.`);
  return found;
}
