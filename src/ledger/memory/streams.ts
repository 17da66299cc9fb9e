import { createBalances, type Balances, type KeptBalances } from '../../../projections/balances.js';
import { keep, noFundFacts, type FundFacts } from '../../../projections/fund-facts.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import { fundOutline, type FundOutline } from '../../domain/fund/facts.js';
import { evolve, evolveTable, passOver, postingsOf, type Table } from '../../domain/grammar/stream.js';
import { signersIn } from '../../domain/grammar/proposal.js';
import { reversedBy } from '../../domain/grammar/reversal.js';
import { initialStream, type StreamState } from '../../domain/grammar/kind.js';
import { KINDS, placed, type AnyKind } from '../catalogue.js';
import { numberList, type NumberList } from './number-list.js';
import type { WhyVoid } from './standing.js';

/**
 * What is remembered of each stream by itself. Of which events are void it is told; besides, no stream’s events say anything
 * of another’s, so any of them can be remembered apart from the rest: in another thread, say (parts.ts).
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
  /** All that is remembered, as {@link createStreamMemories} takes it. Throws where a state is ahead of the ledger. */
  kept(): Generator<KeptStream>;
}

/** What is kept of one stream. */
export interface StreamMemory {
  readonly kind: AnyKind;
  state: StreamState<unknown>;
  folded: boolean;
  /** The place of each of its events, by revision. */
  readonly places: NumberList;
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
export class StateMissing extends Error {
  readonly stream: string;

  constructor(stream: string) {
    super(`The state of ${stream} has not been folded.`);
    this.name = 'StateMissing';
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
    throw new StateMissing(stream);
  },
});

/** Empty memories, or those that go on from what was kept of others. */
export function createStreamMemories(kept: Iterable<KeptStream> = []): StreamMemories {
  const memories = new Map<string, StreamMemory>();
  const all: StreamMemory[] = [];
  const funds = new Map<string, FundModel>();
  const areas = new Map<string, Balances>();

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
    const folded = kindName !== 'fund';
    const state = was?.state ?? initialStream(kind, stream);
    const memory: StreamMemory = {
      kind,
      number,
      folded,
      state: folded ? (state as StreamState<unknown>) : notFolded(state),
      places: numberList('uint32', was?.places),
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
    all.push(memory);
    if (memory.fund) funds.set(name, memory.fund);
    if (memory.area) areas.set(name, memory.area);
    return memory;
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

  for (const each of kept) memories.set(each.state.stream, newMemory(each.state.stream, each));

  return {
    take(place, event) {
      const memory = memoryOf(event.stream);
      const { revision, data, metadata } = event;
      const postings = memory.folded ? evolve(memory.kind, memory.state, event) : postingsOf(memory.kind, event);
      if (!memory.folded) evolveTable(memory.kind, memory.state, event);
      memory.area?.add(place, postings);
      if (memory.fund) {
        memory.fund.balances.add(place, postings);
        const { recordedAt, evidence } = metadata;
        const { keptAs } = memory.kind.byName.get(event.type) ?? {};
        const said = { keptAs, reverses: reversedBy(event), agreed: signersIn(event) };
        keep(memory.fund.facts, { place, revision, data, recordedAt, evidence, ...said });
        memory.fund.take(event);
      }
      memory.places.push(place);
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
    kept: keptStreams,
  };
}

const keptFund = ({ balances, facts, outline: { opened, closedThrough } }: FundModel): KeptStream['fund'] => ({
  balances: balances.kept(),
  facts,
  outline: { opened, closedThrough },
});
