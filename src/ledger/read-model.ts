import { createBalances, type Balances, type KeptBalances } from '../../projections/balances.js';
import { keep, noFundFacts, type FundFacts } from '../../projections/fund-facts.js';
import type { View } from '../../projections/view.js';
import type { Day, Instant } from '../domain/calendar.js';
import type { LedgerEvent, StreamKind } from '../domain/facts.js';
import type { OpenProposal } from '../domain/proposal.js';
import type { RegisterState } from '../domain/register.js';
import { fundOutline, type FundOutline } from '../domain/fund.js';
import { evolve, evolveTable, initialStream, postingsOf, type StreamState, type Table } from '../domain/stream.js';
import type { Position } from '../store/event-store.js';
import { createActs, type KeptActs } from './acts.js';
import { KINDS, placed, REGISTER_STREAM, type AnyKind, type StateOf } from './catalogue.js';
import type { Clock } from './clock.js';
import { growing, type Growing } from './growing.js';
import { createPositions, type KeptPositions } from './positions.js';

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
  position(): Position | undefined;
  /** The recorded instant that a new event may not go behind. */
  lastRecorded(): Instant;
  /** The present instant, never before what was recorded last: a clock that steps back hides nobody's act. */
  now(clock: Clock): Instant;
  /** The state of a stream. To look at the `own` of a fund’s throws {@link NotFolded} where it is not kept. */
  stream<K extends StreamKind>(kind: K, stream: string): StreamState<StateOf<K>>;
  /** Whether the whole state of a stream is at hand. */
  isFolded(stream: string): boolean;
  /** Takes the own state of a stream, folded up to the revision that the stream has here, and keeps it up to date. */
  keep(stream: string, own: unknown): void;
  register(): RegisterState;
  funds(): readonly string[];
  fund(fund: string): FundModel | undefined;
  /** The areas whose disputes are kept here. */
  areas(): readonly string[];
  /** The balances of an area’s disputes: what was settled, paid and written off. */
  area(area: string): Balances | undefined;
  /** The place in the ledger of each event of a stream, by revision. */
  places(stream: string): ArrayLike<number>;
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
  /**
   * All that is remembered, as {@link createReadModel} takes it; not the state of funds for decisions. To go through it
   * throws where a state is ahead of the ledger, as after a commit that failed.
   */
  kept(): KeptModel;
}

/** A read model as plain values. What is given out is of the moment: it is to be written down before anything is added. */
export interface KeptModel {
  readonly ledger: KeptLedger;
  readonly streams: Iterable<KeptStream>;
}

export interface KeptLedger {
  readonly shelfAt: Uint32Array | Float64Array;
  readonly recorded: Uint32Array | Float64Array;
  readonly positions: KeptPositions;
  readonly acts: KeptActs;
  readonly actsElsewhere: Map<string, number>;
}

export interface KeptStream {
  readonly state: Table & { readonly own?: unknown };
  readonly places: Uint32Array | Float64Array;
  readonly fund?: { readonly balances: KeptBalances; readonly facts: FundFacts; readonly outline: FundOutline };
  readonly area?: KeptBalances;
}

export interface Acted {
  readonly stream: string;
  readonly revision: number;
}

interface Prefix {
  readonly size: number;
  /** The position of the last event in it; undefined where it is empty. */
  readonly position: Position | undefined;
}

export interface FundModel {
  readonly balances: Balances;
  readonly facts: FundFacts;
  readonly outline: FundOutline;
}

/** The state of a stream for decisions is not at hand: fold it from the store, give it to the read model, and try again. */
export class NotFolded extends Error {
  readonly stream: string;

  constructor(stream: string) {
    super(`The state of ${stream} has not been folded.`);
    this.name = 'NotFolded';
    this.stream = stream;
  }
}

/** A key is an officer's own: nobody can take another's. */
export const scopedKey = (officer: string, key: string): string => `${officer} ${key}`;

/** The officer and the key of a scoped key: no officer's name has a space in it. */
function unscoped(key: string): [officer: string, key: string] {
  const space = key.indexOf(' ');
  return [key.slice(0, space), key.slice(space + 1)];
}

const keyIn = (key: string, stream: string): string => `${key} ${stream}`;

/** What is kept of one stream. */
interface Shelf {
  readonly kind: AnyKind;
  state: StreamState<unknown>;
  folded: boolean;
  /** The place of each of its events, by revision. */
  readonly places: Growing;
  readonly number: number;
  /** Where its money is kept: a fund’s, or an area’s. */
  readonly fund?: FundModel & { take(event: LedgerEvent): void };
  readonly area?: Balances;
}

/** A stream of which only what is on the table is kept. */
const notFolded = ({ stream, revision, open, ended }: Table): StreamState<unknown> => ({
  stream,
  revision,
  open,
  ended,
  get own(): never {
    throw new NotFolded(stream);
  },
});

/** An empty read model, or one that goes on from what was kept of another. */
export function createReadModel(kept?: KeptModel): ReadModel {
  const shelves = new Map<string, Shelf>();
  const byNumber: Shelf[] = [];
  const funds = new Map<string, FundModel>();
  const areas = new Map<string, Balances>();
  const acts = createActs(kept?.ledger.acts);
  /** Where a key was used in a stream, for the streams that did not have it first. */
  const actsElsewhere = kept?.ledger.actsElsewhere ?? new Map<string, number>();
  const positions = createPositions(kept?.ledger.positions);
  /** The number of the shelf of each event. */
  const shelfAt = growing('uint32', kept?.ledger.shelfAt);
  /** The latest recorded instant up to each place, so that a prefix is found by halving whatever the clocks did. */
  const recorded = growing('float64', kept?.ledger.recorded);
  let latest = (recorded.length() === 0 ? 0 : recorded.at(recorded.length() - 1)) as Instant;

  function shelfOf(stream: string): Shelf {
    let shelf = shelves.get(stream);
    if (!shelf) shelves.set(stream, (shelf = newShelf(stream)));
    return shelf;
  }

  function newShelf(stream: string, was?: KeptStream): Shelf {
    const { kind: kindName, name } = placed(stream);
    const kind = KINDS[kindName];
    const number = byNumber.length;
    // The register is needed by every decision and every answer, and what is claimed by every figure of an area.
    const folded = kindName !== 'fund';
    const state = was?.state ?? initialStream(kind, stream);
    const shelf: Shelf = {
      kind,
      number,
      folded,
      state: folded ? (state as StreamState<unknown>) : notFolded(state),
      places: growing('uint32', was?.places),
      ...(kindName === 'fund' && {
        fund: {
          balances: createBalances(was?.fund?.balances),
          facts: was?.fund?.facts ?? noFundFacts(),
          ...fundOutline(was?.fund?.outline),
        },
      }),
      ...(kindName === 'dispute' && { area: createBalances(was?.area) }),
    };
    byNumber.push(shelf);
    if (shelf.fund) funds.set(name, shelf.fund);
    if (shelf.area) areas.set(name, shelf.area);
    return shelf;
  }

  function* keptStreams(): Generator<KeptStream> {
    for (const { state, places, fund, area } of byNumber) {
      const { stream, revision, open, ended } = state;
      // After a commit that failed a state may be ahead of the ledger until it is read anew: that is nothing to keep.
      if (revision !== places.length() - 1) throw new Error(`The state of ${stream} is ahead of the ledger.`);
      // What funds are decided on is folded anew when somebody decides: it would be most of all that is kept.
      const own = fund ? {} : { own: state.own };
      yield {
        state: { stream, revision, open, ended, ...own },
        places: places.all(),
        ...(fund && { fund: keptFund(fund) }),
        ...(area && { area: area.kept() }),
      };
    }
  }

  for (const each of kept?.streams ?? []) shelves.set(each.state.stream, newShelf(each.state.stream, each));

  const actAt = (place: number): Acted => {
    const { state, places } = byNumber[shelfAt.at(place)]!;
    return { stream: state.stream, revision: places.countUpTo(place) - 1 };
  };

  return {
    apply(event) {
      const shelf = shelfOf(event.stream);
      const place = positions.length();
      const { revision, type, data, metadata } = event;
      // That it is an instant was seen when the event was read.
      const at = Date.parse(metadata.recordedAt) as Instant;
      const postings = shelf.folded ? evolve(shelf.kind, shelf.state, event) : postingsOf(shelf.kind, event);
      if (!shelf.folded) evolveTable(shelf.kind, shelf.state, event);
      shelf.area?.add(place, postings);
      if (shelf.fund) {
        shelf.fund.balances.add(place, postings);
        const { recordedAt, evidence } = metadata;
        keep(shelf.fund.facts, { place, revision, type, data, recordedAt, evidence });
        shelf.fund.take(event);
      }
      const first = acts.add(metadata.officer, metadata.key, place);
      if (first !== undefined && shelfAt.at(first) !== shelf.number) {
        const key = keyIn(scopedKey(metadata.officer, metadata.key), event.stream);
        if (!actsElsewhere.has(key)) actsElsewhere.set(key, place);
      }
      shelf.places.push(place);
      shelfAt.push(shelf.number);
      positions.push(event.position);
      if (at > latest) latest = at;
      recorded.push(latest);
    },
    size: () => positions.length(),
    position: () => positions.at(positions.length() - 1),
    lastRecorded: () => latest,
    now: (clock) => Math.max(clock.now(), latest) as Instant,
    stream: (kind, stream) => (shelves.get(stream)?.state ?? initialStream(KINDS[kind], stream)) as StreamState<never>,
    isFolded: (stream) => shelves.get(stream)?.folded ?? true,
    keep(stream, own) {
      const shelf = shelves.get(stream)!;
      const { revision, open, ended } = shelf.state;
      shelf.state = { stream, revision, own, open, ended };
      shelf.folded = true;
    },
    register: () => shelfOf(REGISTER_STREAM).state.own as RegisterState,
    funds: () => [...funds.keys()].sort(),
    fund: (fund) => funds.get(fund),
    areas: () => [...areas.keys()].sort(),
    area: (area) => areas.get(area),
    places: (stream) => shelves.get(stream)?.places.all() ?? [],
    knownRevision: (stream, size) => (shelves.get(stream)?.places.countUpTo(size - 1) ?? 0) - 1,
    openProposals: () =>
      byNumber.flatMap(({ state: { stream, open } }) => [...open.values()].map((proposal) => ({ stream, proposal }))),
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
        shelfAt: shelfAt.all(),
        recorded: recorded.all(),
        positions: positions.kept(),
        acts: acts.kept(),
        actsElsewhere,
      },
      streams: keptStreams(),
    }),
  };
}

const keptFund = ({ balances, facts, outline: { opened, closedThrough } }: FundModel): KeptStream['fund'] => ({
  balances: balances.kept(),
  facts,
  outline: { opened, closedThrough },
});

/** A fund, or an area’s disputes, on a day, as known at a size of the ledger. */
export const viewOf = ({ balances }: { readonly balances: Balances }, on: Day, size: number): View => ({
  on,
  balance: balances.at(on, size),
  accounts: balances.accounts(),
});
