import { createBalances, type Balances, type KeptBalances } from '../../projections/balances.js';
import { keep, noFundFacts, type FundFacts } from '../../projections/fund-facts.js';
import type { LedgerEvent } from '../domain/event.js';
import { fundOutline, type FundOutline } from '../domain/fund.js';
import { evolve, evolveTable, passOver, postingsOf, type Table } from '../domain/stream.js';
import { initialStream, type StreamState } from '../domain/kind.js';
import { KINDS, placed, type AnyKind } from './catalogue.js';
import { growing, type Growing } from './growing.js';
import type { WhyVoid } from './standing.js';

/**
 * What is remembered of each stream by itself. Of which events are void it is told; besides, no stream’s events say anything
 * of another’s, so any of them can be remembered apart from the rest: in another thread, say (parts.ts).
 */
export interface Shelves {
  /** Takes the next event of its stream, at its place in the ledger, and returns where it is kept. */
  take(place: number, event: LedgerEvent): Shelf;
  /** The same of an event that is void: it keeps its place, and changes nothing. */
  pass(place: number, event: LedgerEvent, why: WhyVoid): Shelf;
  shelfOf(stream: string): Shelf;
  find(stream: string): Shelf | undefined;
  /** In the order of their first events. */
  readonly all: readonly Shelf[];
  readonly funds: ReadonlyMap<string, FundModel>;
  readonly areas: ReadonlyMap<string, Balances>;
  /** All that is remembered, as {@link createShelves} takes it. Throws where a state is ahead of the ledger. */
  kept(): Generator<KeptStream>;
}

/** What is kept of one stream. */
export interface Shelf {
  readonly kind: AnyKind;
  state: StreamState<unknown>;
  folded: boolean;
  /** The place of each of its events, by revision. */
  readonly places: Growing;
  /** Why each event that is void is so, by revision. */
  readonly voids: Map<number, WhyVoid>;
  readonly number: number;
  /** Where its money is kept: a fund’s, or an area’s. */
  readonly fund?: FundModel & { take(event: LedgerEvent): void };
  readonly area?: Balances;
}

export interface KeptStream {
  readonly state: Table & { readonly own?: unknown };
  readonly places: Uint32Array | Float64Array;
  readonly voids: Map<number, WhyVoid>;
  readonly fund?: { readonly balances: KeptBalances; readonly facts: FundFacts; readonly outline: FundOutline };
  readonly area?: KeptBalances;
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

/** A stream of which only what is on the table is kept. */
const notFolded = ({ stream, revision, last, open, ended }: Table): StreamState<unknown> => ({
  stream,
  revision,
  last,
  open,
  ended,
  get own(): never {
    throw new NotFolded(stream);
  },
});

/** Empty shelves, or those that go on from what was kept of others. */
export function createShelves(kept: Iterable<KeptStream> = []): Shelves {
  const shelves = new Map<string, Shelf>();
  const all: Shelf[] = [];
  const funds = new Map<string, FundModel>();
  const areas = new Map<string, Balances>();

  function shelfOf(stream: string): Shelf {
    let shelf = shelves.get(stream);
    if (!shelf) shelves.set(stream, (shelf = newShelf(stream)));
    return shelf;
  }

  function newShelf(stream: string, was?: KeptStream): Shelf {
    const { kind: kindName, name } = placed(stream);
    const kind = KINDS[kindName];
    const number = all.length;
    // The register is needed by every decision and every answer, and what is claimed by every figure of an area.
    const folded = kindName !== 'fund';
    const state = was?.state ?? initialStream(kind, stream);
    const shelf: Shelf = {
      kind,
      number,
      folded,
      state: folded ? (state as StreamState<unknown>) : notFolded(state),
      places: growing('uint32', was?.places),
      voids: was?.voids ?? new Map<number, WhyVoid>(),
      ...(kindName === 'fund' && {
        fund: {
          balances: createBalances(was?.fund?.balances),
          facts: was?.fund?.facts ?? noFundFacts(),
          ...fundOutline(was?.fund?.outline),
        },
      }),
      ...(kindName === 'dispute' && { area: createBalances(was?.area) }),
    };
    all.push(shelf);
    if (shelf.fund) funds.set(name, shelf.fund);
    if (shelf.area) areas.set(name, shelf.area);
    return shelf;
  }

  function* keptStreams(): Generator<KeptStream> {
    for (const { state, places, voids, fund, area } of all) {
      const { stream, revision, last, open, ended } = state;
      // After a commit that failed a state may be ahead of the ledger until it is read anew: that is nothing to keep.
      if (last !== places.length() - 1) throw new Error(`The state of ${stream} is ahead of the ledger.`);
      // What funds are decided on is folded anew when somebody decides: it would be most of all that is kept.
      const own = fund ? {} : { own: state.own };
      yield {
        state: { stream, revision, last, open, ended, ...own },
        places: places.all(),
        voids,
        ...(fund && { fund: keptFund(fund) }),
        ...(area && { area: area.kept() }),
      };
    }
  }

  for (const each of kept) shelves.set(each.state.stream, newShelf(each.state.stream, each));

  return {
    take(place, event) {
      const shelf = shelfOf(event.stream);
      const { revision, type, data, metadata } = event;
      const postings = shelf.folded ? evolve(shelf.kind, shelf.state, event) : postingsOf(shelf.kind, event);
      if (!shelf.folded) evolveTable(shelf.kind, shelf.state, event);
      shelf.area?.add(place, postings);
      if (shelf.fund) {
        shelf.fund.balances.add(place, postings);
        const { recordedAt, evidence } = metadata;
        keep(shelf.fund.facts, { place, revision, type, data, recordedAt, evidence });
        shelf.fund.take(event);
      }
      shelf.places.push(place);
      return shelf;
    },
    pass(place, event, why) {
      const shelf = shelfOf(event.stream);
      passOver(shelf.state, event);
      shelf.voids.set(event.revision, why);
      shelf.places.push(place);
      return shelf;
    },
    shelfOf,
    find: (stream) => shelves.get(stream),
    all,
    funds,
    areas,
    kept: keptStreams,
  };
}

const keptFund = ({ balances, facts, outline: { opened, closedThrough } }: FundModel): KeptStream['fund'] => ({
  balances: balances.kept(),
  facts,
  outline: { opened, closedThrough },
});
