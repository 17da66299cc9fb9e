import { createBalances, layeredOn, type Balances, type KeptBalances } from '../../../projections/balances.js';
import { factsAside, keep, noFundFacts, type FundFacts } from '../../../projections/fund-facts.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import type { FundState } from '../../domain/fund/state.js';
import { fundOutline, type FundOutline } from '../../domain/fund/facts.js';
import { evolve, evolveTable, passOver, postingsOf, type Table } from '../../domain/grammar/evolve.js';
import { keepOffers, type Offer } from '../../domain/grammar/offers.js';
import { signersIn } from '../../domain/grammar/proposal.js';
import { reversedBy } from '../../domain/grammar/reversal.js';
import { initialStream, type StreamState } from '../../domain/grammar/kind.js';
import { KINDS, placed, type AnyKind } from '../catalogue.js';
import { numberList, type NumberList } from './number-list.js';
import { packed, unpacked, type PackedFund } from './packed-fund.js';
import type { WhyVoid } from './standing.js';

/**
 * What is remembered of each stream by itself. Of which events are void it is told; besides, no stream’s events say anything
 * of another’s, so any of them can be remembered apart from the rest: in another thread, say (parallel-read.ts).
 */
export interface StreamMemories {
  /** Takes the next event of its stream, at its place in the ledger, and returns where it is kept. */
  take(place: number, event: LedgerEvent): StreamMemory;
  /** The same of an event that is void: it keeps its place, and changes nothing. */
  pass(place: number, event: LedgerEvent, why: WhyVoid): StreamMemory;
  memoryOf(stream: string): StreamMemory;
  find(stream: string): StreamMemory | undefined;
  /** In the order of their first events. */
  readonly all: readonly StreamMemory[];
  readonly funds: ReadonlyMap<string, FundModel>;
  readonly areas: ReadonlyMap<string, Balances>;
  /** From now on the state of a fund that is opened is at hand from its first event. */
  goLive(): void;
  /** How many events those funds have whose state is at hand and not in what was kept last. */
  eventsOfNewStates(): number;
  /** All that is remembered, as {@link createStreamMemories} takes it. Throws where a state is ahead of the ledger. */
  kept(): Generator<KeptStream>;
  /** {@link memoryAside} of a stream that is kept here. */
  aside(stream: string, state: StreamState<unknown>, size: number): StreamMemory;
}

/** What is kept of one stream. */
export interface StreamMemory {
  readonly kind: AnyKind;
  state: StreamState<unknown>;
  atHand: boolean;
  /** The place of each of its events, by revision. */
  readonly places: NumberList;
  /** Why each event that is void is so, by revision. */
  readonly voids: Map<number, WhyVoid>;
  readonly number: number;
  /** Where its money is kept: a fund’s, or an area’s. */
  readonly fund?: FundMemory;
  readonly area?: Balances;
}

type FundMemory = Omit<FundModel, 'offers'> & { readonly offers: Offer[]; take(event: LedgerEvent): void };

export interface KeptStream {
  readonly state: Table & { readonly own?: unknown };
  readonly places: Uint32Array | Float64Array;
  readonly voids: Map<number, WhyVoid>;
  readonly fund?: {
    readonly balances: KeptBalances;
    readonly facts: FundFacts;
    readonly offers: readonly Offer[];
    readonly outline: FundOutline;
    /** The state for decisions, where it was at hand. */
    readonly own?: PackedFund;
  };
  readonly area?: KeptBalances;
}

export interface FundModel {
  readonly balances: Balances;
  readonly facts: FundFacts;
  /** The offers that have a last day, in ledger order. */
  readonly offers: readonly Offer[];
  readonly outline: FundOutline;
}

/** Somebody looked at the state of a stream that is not at hand: a fault of this program, since {@link seen} comes before. */
export class StateMissing extends Error {
  readonly stream: string;

  constructor(stream: string) {
    super(`The state of ${stream} is not at hand.`);
    this.name = 'StateMissing';
    this.stream = stream;
  }
}

/** A stream of which only what is on the table is kept. */
const notAtHand = ({ stream, revision, last, open, ended, halves }: Table): StreamState<unknown> => ({
  stream,
  revision,
  last,
  open,
  ended,
  halves,
  get own(): never {
    throw new StateMissing(stream);
  },
});

/** Empty memories, or those that go on from what was kept of others. */
export function createStreamMemories(kept: Iterable<KeptStream> = []): StreamMemories {
  const memories = new Map<string, StreamMemory>();
  const all: StreamMemory[] = [];
  const funds = new Map<string, FundModel>();
  const areas = new Map<string, Balances>();
  /** The funds whose state is in what was kept last. */
  const statesKept = new Set<string>();
  let isLive = false;

  function memoryOf(stream: string): StreamMemory {
    let memory = memories.get(stream);
    if (!memory) memories.set(stream, (memory = newMemory(stream)));
    return memory;
  }

  function newMemory(stream: string, was?: KeptStream): StreamMemory {
    const { kind: kindName, name } = placed(stream);
    const kind = KINDS[kindName];
    const number = all.length;
    // The register is needed by every decision and every answer, and what is claimed by every figure of an area.
    const own = was?.fund?.own;
    if (own) statesKept.add(stream);
    const atHand = kindName !== 'fund' || isLive || own !== undefined;
    const state = was ? { ...was.state, ...(own && { own: unpacked(own) }) } : initialStream(kind, stream);
    const memory: StreamMemory = {
      kind,
      number,
      atHand,
      state: atHand ? (state as StreamState<unknown>) : notAtHand(state),
      places: numberList('uint32', was?.places),
      voids: was?.voids ?? new Map<number, WhyVoid>(),
      ...(kindName === 'fund' && {
        fund: {
          balances: createBalances(was?.fund?.balances),
          facts: was?.fund?.facts ?? noFundFacts(),
          offers: [...(was?.fund?.offers ?? [])],
          ...fundOutline(was?.fund?.outline),
        },
      }),
      ...(kindName === 'dispute' && { area: createBalances(was?.area) }),
    };
    all.push(memory);
    if (memory.fund) funds.set(name, memory.fund);
    if (memory.area) areas.set(name, memory.area);
    return memory;
  }

  function* keptStreams(): Generator<KeptStream> {
    for (const memory of all) {
      if (memory.fund && memory.atHand) statesKept.add(memory.state.stream);
      yield keptStream(memory);
    }
  }

  for (const each of kept) memories.set(each.state.stream, newMemory(each.state.stream, each));

  return {
    take(place, event) {
      const memory = memoryOf(event.stream);
      takeInto(memory, place, event);
      return memory;
    },
    pass(place, event, why) {
      const memory = memoryOf(event.stream);
      passOver(memory.state, event);
      memory.voids.set(event.revision, why);
      memory.places.push(place);
      return memory;
    },
    memoryOf,
    find: (stream) => memories.get(stream),
    all,
    funds,
    areas,
    goLive: () => void (isLive = true),
    eventsOfNewStates: () =>
      all
        .filter(({ fund, atHand, state }) => fund && atHand && !statesKept.has(state.stream))
        .reduce((sum, { places }) => sum + places.length, 0),
    kept: keptStreams,
    aside: (stream, state, size) => memoryAside(memoryOf(stream), state, size),
  };
}

/** Takes the next event of a stream into its memory. */
export function takeInto(memory: StreamMemory, place: number, event: LedgerEvent): void {
  const { kind, state, fund, area } = memory;
  const postings = memory.atHand ? evolve(kind, state, event) : postingsOf(kind, event);
  if (!memory.atHand) evolveTable(kind, state, event);
  area?.add(place, postings);
  if (fund) {
    fund.balances.add(place, postings);
    const { revision, data, metadata } = event;
    const { recordedAt, evidence } = metadata;
    const { keptAs } = kind.byName.get(event.type) ?? {};
    const goesOn = metadata.causation !== undefined;
    const said = { keptAs, reverses: reversedBy(event), agreed: signersIn(event), goesOn };
    keep(fund.facts, { place, revision, data, recordedAt, evidence, ...said });
    keepOffers(fund.offers, kind, event, place);
    fund.take(event);
  }
  memory.places.push(place);
}

/**
 * A memory that goes on by itself from where a fund’s is, for acts that are only tried: what it takes, the fund’s own does
 * not see, nor the other way round. Little is copied: the balances below are read as they were known at `size`.
 * @param state the state for decisions that it moves on, which nobody else has
 */
function memoryAside(memory: StreamMemory, state: StreamState<unknown>, size: number): StreamMemory {
  const { balances, facts, offers, outline } = memory.fund!;
  return {
    ...memory,
    state,
    places: numberList('uint32', memory.places.all()),
    voids: new Map(memory.voids),
    fund: {
      balances: layeredOn(balances, size),
      facts: factsAside(facts),
      offers: offers.map((each) => ({ ...each })),
      ...fundOutline(structuredClone(outlineOf(outline))),
    },
  };
}

function keptStream({ state, places, voids, fund, area, atHand }: StreamMemory): KeptStream {
  const { stream, revision, last, open, ended, halves } = state;
  // While a transaction is under way its states are ahead of the ledger: that is nothing to keep.
  if (last !== places.length - 1) throw new Error(`The state of ${stream} is ahead of the ledger.`);
  return {
    state: { stream, revision, last, open, ended, halves, ...(!fund && { own: state.own }) },
    places: places.all(),
    voids,
    ...(fund && { fund: { ...keptFund(fund), ...(atHand && { own: packed(state.own as FundState) }) } }),
    ...(area && { area: area.kept() }),
  };
}

const outlineOf = ({ opened, closedThrough, otherFunds }: FundOutline): FundOutline => ({
  opened,
  closedThrough,
  otherFunds,
});

const keptFund = ({ balances, facts, offers, outline }: FundMemory) => ({
  balances: balances.kept(),
  facts,
  offers,
  outline: outlineOf(outline),
});
