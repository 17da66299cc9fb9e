import { createBalances, type Balances } from '../../projections/balances.js';
import { keep, noFundFacts, type FundFacts } from '../../projections/fund-facts.js';
import type { View } from '../../projections/view.js';
import { instantOf, type Day, type Instant } from '../domain/calendar.js';
import type { LedgerEvent, StreamKind } from '../domain/facts.js';
import type { OpenProposal } from '../domain/proposal.js';
import type { RegisterState } from '../domain/register.js';
import { evolve, initialStream, type StreamState } from '../domain/stream.js';
import type { Position } from '../store/event-store.js';
import type { Clock } from './clock.js';
import { kindOf, KINDS, placed, REGISTER_STREAM, type StateOf } from './catalogue.js';

/**
 * What the service remembers of the ledger, built by reading it from the first event on and never in any other way:
 * the state of every stream for decisions, and the balances of every fund for figures.
 */
export interface ReadModel {
  /** Takes the next event of the ledger. Throws, and changes nothing that is asked about, where it cannot be read. */
  apply(event: LedgerEvent): void;
  /** How many events it has taken. */
  size(): number;
  position(): Position | undefined;
  /** The recorded instant that a new event may not go behind. */
  lastRecorded(): Instant;
  /** The present instant, never before what was recorded last: a clock that steps back hides nobody's act. */
  now(clock: Clock): Instant;
  stream<K extends StreamKind>(kind: K, stream: string): StreamState<StateOf<K>>;
  register(): RegisterState;
  funds(): readonly string[];
  fund(fund: string): FundModel | undefined;
  /** The areas whose disputes are kept here. */
  areas(): readonly string[];
  /** The balances of an area’s disputes: what was settled, paid and written off. */
  area(area: string): Balances | undefined;
  /** The place in the ledger of each event of a stream, by revision. */
  places(stream: string): readonly number[];
  /** The last revision of a stream that was known at a size of the ledger; -1 where none was. */
  knownRevision(stream: string, size: number): number;
  /** Every proposal that waits for a signature, with the stream it stands in. */
  openProposals(): readonly { readonly stream: string; readonly proposal: OpenProposal }[];
  /**
   * Where the act with this idempotency key was recorded: in the stream, or else in the one that had it first. Two services
   * that are given one key for two streams in the same moment both record an act, and each is then found in its own.
   */
  acted(key: string, stream: string): Acted | undefined;
  /** How much of the ledger was known at an instant: the largest prefix whose recorded instants are all ≤ it. */
  prefix(knownAt: Instant): Prefix;
}

export interface Acted {
  readonly stream: string;
  readonly revision: number;
}

export interface Prefix {
  readonly size: number;
  /** The position of the last event in it; undefined where it is empty. */
  readonly position: Position | undefined;
}

export interface FundModel {
  readonly balances: Balances;
  readonly facts: FundFacts;
}

/** A key is an officer's own: nobody can take another's. */
export const scopedKey = (officer: string, key: string): string => `${officer} ${key}`;

const keyIn = (key: string, stream: string): string => `${key} ${stream}`;

export function createReadModel(): ReadModel {
  const streams = new Map<string, StreamState<unknown>>();
  const funds = new Map<string, FundModel>();
  const areas = new Map<string, Balances>();
  const placesOf = new Map<string, number[]>();
  const acts = new Map<string, Acted>();
  const positions: Position[] = [];
  /** The latest recorded instant up to each place, so that a prefix is found by halving whatever the clocks did. */
  const recorded: Instant[] = [];

  function streamOf(stream: string): StreamState<unknown> {
    let state = streams.get(stream);
    if (!state) streams.set(stream, (state = initialStream(kindOf(stream), stream)));
    return state;
  }

  function fundOf(fund: string): FundModel {
    let model = funds.get(fund);
    if (!model) funds.set(fund, (model = { balances: createBalances(), facts: noFundFacts() }));
    return model;
  }

  function areaOf(area: string): Balances {
    let balances = areas.get(area);
    if (!balances) areas.set(area, (balances = createBalances()));
    return balances;
  }

  const lastRecorded = (): Instant => recorded.at(-1) ?? (0 as Instant);

  return {
    apply(event) {
      const kind = kindOf(event.stream);
      const place = positions.length;
      const at = instantOf(event.metadata.recordedAt)!;
      const postings = evolve(kind, streamOf(event.stream), event);
      const { kind: kindName, name } = placed(event.stream);
      if (kindName === 'dispute') areaOf(name).add(place, postings);
      if (kindName === 'fund') {
        const model = fundOf(name);
        model.balances.add(place, postings);
        const { revision, type, data, metadata } = event;
        keep(model.facts, {
          place,
          revision,
          type,
          data,
          recordedAt: metadata.recordedAt,
          evidence: metadata.evidence,
        });
      }
      const key = scopedKey(event.metadata.officer, event.metadata.key);
      const { stream, revision } = event;
      const first = acts.get(key);
      if (!first) acts.set(key, { stream, revision });
      else if (first.stream !== stream && !acts.has(keyIn(key, stream)))
        acts.set(keyIn(key, stream), { stream, revision });
      const places = placesOf.get(event.stream);
      if (places) places.push(place);
      else placesOf.set(event.stream, [place]);
      positions.push(event.position);
      recorded.push(at > lastRecorded() ? at : lastRecorded());
    },
    size: () => positions.length,
    position: () => positions.at(-1),
    lastRecorded,
    now: (clock) => Math.max(clock.now(), lastRecorded()) as Instant,
    stream: (kind, stream) => (streams.get(stream) ?? initialStream(KINDS[kind], stream)) as StreamState<never>,
    register: () => streamOf(REGISTER_STREAM).own as RegisterState,
    funds: () => [...funds.keys()].sort(),
    fund: (fund) => funds.get(fund),
    areas: () => [...areas.keys()].sort(),
    area: (area) => areas.get(area),
    places: (stream) => placesOf.get(stream) ?? [],
    knownRevision: (stream, size) => countUpTo(placesOf.get(stream) ?? [], size - 1) - 1,
    openProposals: () =>
      [...streams.values()].flatMap(({ stream, open }) => [...open.values()].map((proposal) => ({ stream, proposal }))),
    acted: (key, stream) => acts.get(keyIn(key, stream)) ?? acts.get(key),
    prefix(knownAt) {
      const size = countUpTo(recorded, knownAt);
      return { size, position: positions[size - 1] };
    },
  };
}

/** How many of some numbers that never go down are not above one. */
function countUpTo(numbers: readonly number[], most: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A fund, or an area’s disputes, on a day, as known at a size of the ledger. */
export const viewOf = ({ balances }: { readonly balances: Balances }, on: Day, size: number): View => ({
  on,
  balance: balances.at(on, size),
  accounts: balances.accounts(),
});
