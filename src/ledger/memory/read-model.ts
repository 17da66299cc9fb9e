import type { Balances } from '../../../projections/balances.js';
import { offeredIn } from '../../../projections/offers.js';
import type { View } from '../../../projections/view.js';
import type { Day, Instant } from '../../domain/calendar.js';
import type { LedgerEvent, StreamKind } from '../../domain/grammar/event.js';
import { expiredBy, type Offer } from '../../domain/grammar/offers.js';
import type { OpenProposal } from '../../domain/grammar/proposal.js';
import { minus } from '../../domain/money.js';
import type { RegisterState } from '../../domain/register/state.js';
import { holdsProposal, initialStream, type StreamState } from '../../domain/grammar/kind.js';
import type { EventPosition } from '../../store/event-store.js';
import { createActs, scopedKey, type KeptActs } from './key-table.js';
import { KINDS, REGISTER_STREAM, type StateOf } from '../catalogue.js';
import type { Clock } from '../clock.js';
import { numberList, type NumberList } from './number-list.js';
import { createEventPositions, type KeptEventPositions } from './positions.js';
import { createStreamMemories, type FundModel, type KeptStream, type StreamMemory } from './streams.js';
import { createStanding, type KeptStanding, type WhyVoid } from './standing.js';

/** The place in the ledger of each event of a stream, by revision. */
export type Places = Pick<NumberList, 'length' | 'at'>;

const NO_PLACES: Places = { length: 0, at: () => undefined };

/**
 * What the service remembers of the ledger, built by reading it from the first event on and never in any other way:
 * the balances of every fund for figures, and the state of every stream for decisions. Of a fund that is only asked about,
 * as most are, the state for decisions is not kept: {@link ReadModel.keep} takes it once somebody needs it.
 */
export interface ReadModel {
  /** Takes the next event of the ledger. Throws, and changes nothing that is asked about, where it cannot be read. */
  apply(event: LedgerEvent): void;
  /** How many events it has taken. */
  size(): number;
  position(): EventPosition | undefined;
  /** The recorded instant that a new event may not go behind. */
  lastRecorded(): Instant;
  /** The present instant, never before the last recorded one: when a clock steps back, every act is still known. */
  now(clock: Clock): Instant;
  /** The state of a stream. To look at the `own` of a fund’s throws {@link StateMissing} where it is not kept. */
  stream<K extends StreamKind>(kind: K, stream: string): StreamState<StateOf<K>>;
  /** From now on the state of a fund that is opened is at hand from its first event. */
  goLive(): void;
  /** How many events those funds have whose state is at hand and not in what was kept last. */
  eventsOfNewStates(): number;
  /** Whether the whole state of a stream is at hand. */
  isAtHand(stream: string): boolean;
  /** Takes the own state of a stream, folded up to the revision that the stream has here, and keeps it up to date. */
  keep(stream: string, own: unknown): void;
  register(): RegisterState;
  funds(): readonly string[];
  fund(fund: string): FundModel | undefined;
  /** The areas whose disputes are kept here. */
  areas(): readonly string[];
  /** The balances of an area’s disputes: what was settled, paid and written off. */
  area(area: string): Balances | undefined;
  places(stream: string): Places;
  /** Why an event is void; undefined where it stands. */
  whyVoid(stream: string, revision: number): WhyVoid | undefined;
  /** How many acts under an officer's key were void: the next under it has events of its own. */
  voidActs(officer: string, key: string): number;
  /** The last standing revision of a stream that was known at a size of the ledger; -1 where none was. */
  knownRevision(stream: string, size: number): number;
  /** Every proposal that waits for a signature, with the stream it stands in. */
  openProposals(): readonly { readonly stream: string; readonly proposal: OpenProposal }[];
  /** The stream in which a proposal was made, by its identifier. */
  madeIn(proposal: string): string | undefined;
  /** The proposals of a stream that are half of a settlement: those that name another half, and those that are named. */
  halvesOf(stream: string): ReadonlySet<string>;
  /** The proposals that name one as the other half of their settlement, each with its stream. */
  naming(proposal: string): readonly { readonly stream: string; readonly proposal: string }[];
  /**
   * Where the act with this idempotency key was recorded: in the stream, or else in the one that had it first. Two services
   * that are given one key for two streams in the same moment both record an act, and each is then found in its own. An
   * act that is void is not there: its key is free.
   */
  acted(key: string, stream: string): Acted | undefined;
  /** How much of the ledger was known at an instant: the largest prefix whose recorded instants are all ≤ it. */
  prefix(knownAt: Instant): Prefix;
  /**
   * All that is remembered, as {@link createReadModel} takes it; the state of funds for decisions where it is at hand. To
   * go through it throws where a state is ahead of the ledger.
   */
  kept(): KeptModel;
  /** What is remembered of one fund, to go on apart from it: memoryAside of streams.ts. */
  aside(stream: string, state: StreamState<unknown>, size: number): StreamMemory;
}

/** A read model as plain values. What is given out is of the moment: it is to be written down before anything is added. */
export interface KeptModel {
  readonly ledger: KeptLedger;
  readonly streams: Iterable<KeptStream>;
}

export interface KeptLedger {
  readonly memoryAt: Uint32Array | Float64Array;
  readonly recorded: Uint32Array | Float64Array;
  readonly positions: KeptEventPositions;
  readonly acts: KeptActs;
  readonly actsElsewhere: Map<string, number>;
  readonly standing: KeptStanding;
}

export interface Acted {
  readonly stream: string;
  readonly revision: number;
}

interface Prefix {
  readonly size: number;
  /** The position of the last event in it; undefined where it is empty. */
  readonly position: EventPosition | undefined;
}

/** The officer and the key of a scoped key: no officer's name has a space in it. */
function unscoped(key: string): [officer: string, key: string] {
  const space = key.indexOf(' ');
  return [key.slice(0, space), key.slice(space + 1)];
}

const keyIn = (key: string, stream: string): string => `${key} ${stream}`;

/** Keeps where a key was used first in a stream that was not the first to have it. */
export function noteElsewhere(
  actsElsewhere: Map<string, number>,
  officer: string,
  key: string,
  stream: string,
  place: number,
): void {
  const there = keyIn(scopedKey(officer, key), stream);
  if (!actsElsewhere.has(there)) actsElsewhere.set(there, place);
}

/** An empty read model, or one that goes on from what was kept of another. */
export function createReadModel(kept?: KeptModel): ReadModel {
  const memories = createStreamMemories(kept?.streams);
  const acts = createActs(kept?.ledger.acts);
  /** Where a key was used in a stream, for the streams that did not have it first. */
  const actsElsewhere = kept?.ledger.actsElsewhere ?? new Map<string, number>();
  const standing = createStanding(kept?.ledger.standing);
  const positions = createEventPositions(kept?.ledger.positions);
  /** The number of the memory of each event. */
  const memoryAt = numberList('uint32', kept?.ledger.memoryAt);
  /** The latest recorded instant up to each place, so that a prefix is found by halving whatever the clocks did. */
  const recorded = numberList('float64', kept?.ledger.recorded);
  let latest = (recorded.at(recorded.length - 1) ?? 0) as Instant;

  const actAt = (place: number): Acted => {
    const { state, places } = memories.all[memoryAt.at(place)!]!;
    return { stream: state.stream, revision: places.countUpTo(place) - 1 };
  };

  return {
    apply(event) {
      const { officer, key, recordedAt } = event.metadata;
      const place = positions.length();
      // That it is an instant was seen when the event was read.
      const at = Date.parse(recordedAt) as Instant;
      const why = standing.take(event);
      const memory = why ? memories.pass(place, event, why) : memories.take(place, event);
      const first = why ? undefined : acts.add(officer, key, place);
      if (first !== undefined && memoryAt.at(first) !== memory.number)
        noteElsewhere(actsElsewhere, officer, key, event.stream, place);
      memoryAt.push(memory.number);
      positions.push(event.position);
      if (at > latest) latest = at;
      recorded.push(latest);
    },
    size: () => positions.length(),
    position: () => positions.at(positions.length() - 1),
    lastRecorded: () => latest,
    now: (clock) => Math.max(clock.now(), latest) as Instant,
    stream: (kind, stream) =>
      (memories.find(stream)?.state ?? initialStream(KINDS[kind], stream)) as StreamState<never>,
    isAtHand: (stream) => memories.find(stream)?.atHand ?? true,
    keep(stream, own) {
      const memory = memories.find(stream)!;
      const { revision, last, open, ended, halves } = memory.state;
      memory.state = { stream, revision, last, own, open, ended, halves };
      memory.atHand = true;
    },
    goLive: () => memories.goLive(),
    eventsOfNewStates: () => memories.eventsOfNewStates(),
    register: () => memories.memoryOf(REGISTER_STREAM).state.own as RegisterState,
    funds: () => [...memories.funds.keys()].sort(),
    fund: (fund) => memories.funds.get(fund),
    areas: () => [...memories.areas.keys()].sort(),
    area: (area) => memories.areas.get(area),
    places: (stream) => memories.find(stream)?.places ?? NO_PLACES,
    whyVoid: (stream, revision) => memories.find(stream)?.voids.get(revision),
    voidActs: (officer, key) => standing.voidActs(officer, key),
    knownRevision(stream, size) {
      const memory = memories.find(stream);
      let revision = (memory?.places.countUpTo(size - 1) ?? 0) - 1;
      while (memory?.voids.has(revision)) revision--;
      return revision;
    },
    openProposals: () =>
      memories.all.flatMap(({ state: { stream, open } }) =>
        [...open.values()].map((proposal) => ({ stream, proposal })),
      ),
    madeIn: (proposal) => memories.all.find(({ state }) => holdsProposal(proposal)(state))?.state.stream,
    halvesOf(stream) {
      const own = memories.find(stream)!.state;
      const named = memories.all.flatMap(({ state: { halves } }) => [...halves.values()]);
      return new Set([
        ...own.halves.keys(),
        ...named.flatMap(({ proposal }) => (holdsProposal(proposal)(own) ? [proposal] : [])),
      ]);
    },
    naming: (proposal) =>
      memories.all.flatMap(({ state: { stream, halves } }) =>
        [...halves].flatMap(([id, half]) => (half.proposal === proposal ? [{ stream, proposal: id }] : [])),
      ),
    acted(key, stream) {
      const place = actsElsewhere.get(keyIn(key, stream)) ?? acts.find(...unscoped(key));
      return place === undefined ? undefined : actAt(place);
    },
    prefix(knownAt) {
      const size = recorded.countUpTo(knownAt);
      return { size, position: positions.at(size - 1) };
    },
    kept: () => ({
      ledger: {
        memoryAt: memoryAt.all(),
        recorded: recorded.all(),
        positions: positions.kept(),
        acts: acts.kept(),
        actsElsewhere,
        standing: standing.kept(),
      },
      streams: memories.kept(),
    }),
    aside: memories.aside,
  };
}

interface Viewed {
  readonly balances: Balances;
  readonly offers?: readonly Offer[];
}

/**
 * A fund, or an area’s disputes, on a day, as known at a size of the ledger; and at an instant, from which depends which
 * offers have expired. Without one none has.
 */
export function viewOf(of: Viewed, on: Day, size: number, instant?: Instant): View {
  const { balances, offers = [] } = of;
  const balance = balances.at(on, size);
  const expired = instant === undefined ? [] : expiredBy(offers, { size, instant });
  const view = { on, accounts: balances.accounts() };
  if (expired.length === 0) return { ...view, balance };
  const offered = offeredIn(expired, on);
  return { ...view, balance: (account) => minus(balance(account), offered(account)) };
}
