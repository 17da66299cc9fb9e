import { createTree } from '../../evidence/memory.js';
import { reversedBy } from '../domain/grammar/reversal.js';
import type { Tree } from '../../evidence/tree.js';
import type { Entry } from '../../projections/entry.js';
import type { EntryIndex, Gathered, Gathering } from '../../projections/entry-indexes.js';
import type { LedgerEvent, StreamKind } from '../domain/grammar/event.js';
import type { RegisterState } from '../domain/register/state.js';
import { evolve, postingsOf } from '../domain/grammar/evolve.js';
import { initialStream, type StreamState } from '../domain/grammar/kind.js';
import { READ_PAGE_MAX, type EventStore } from '../store/event-store.js';
import { pageOfStream } from '../store/pages.js';
import { decode, kindOf, KINDS, REGISTER_STREAM, sentenceOf, type StateOf } from './catalogue.js';
import type { Clock } from './clock.js';
import { watchClock, type ClockWatch } from './acts/clock-watch.js';
import { keepEntries, type HistoryEntry } from './memory/kept-entries.js';
import { startProjector, type Projector } from './memory/projector.js';
import { createStateOnDemand, type StateOnDemand } from './memory/state-on-demand.js';
import { readInThreads, type ReadBy, type Threads } from './memory/parallel-read.js';
import { endHolds, startProving } from './audit/proof.js';
import { createReadModel, type ReadModel } from './memory/read-model.js';
import { createSettling, type Settling } from './memory/settling.js';
import { fromSnapshot, toSnapshot, type Snapshots } from './memory/snapshot.js';
import { unsound, type Unsound } from './soundness.js';
import { whyVoidInWords } from './memory/standing.js';
import { createSubmitter, type Submitter } from './acts/submit.js';
import { storedTree } from '../store/stored-tree.js';
import { watchWriting, type Writing } from './acts/writing.js';

/** The application: everything that the faces (HTTP, command line) may ask of the ledger. */
export interface Ledger extends Submitter {
  readonly store: EventStore;
  readonly model: ReadModel;
  readonly projector: Projector;
  readonly clock: Clock;
  readonly clockWatch: ClockWatch;
  /** The tree of what the read model has taken: its size and root are the ledger’s identity to people. */
  readonly tree: Tree;
  readonly settling: Settling;
  /** Whether acts can be recorded. */
  readonly writing: Writing;
  /** The whole state of a stream, as decisions see it. */
  readonly stateOf: StateOnDemand;
  /** How many events were known from a snapshot, and not read, when the ledger was opened. */
  readonly fromSnapshot: number;
  /** How the rest was read then. */
  readonly readBy: ReadBy;
  /**
   * The entries of a stream that stand, in ledger order, those at places below `size`. `after` is a revision, exclusive: what
   * follows one is read from the store; whole streams are kept for a while, once they have been read.
   */
  entries(stream: string, size: number, after?: number): Promise<Entry[]>;
  /** The same entries, those alone that an index has under a name. */
  entriesUnder(stream: string, size: number, index: EntryIndex, name?: string): Promise<Entry[]>;
  /** What is gathered of those entries of a stream that an index has. */
  gathered<Of>(stream: string, size: number, gathering: Gathering<Of>): Promise<Gathered<Of>>;
  /** A page of all that was recorded in a stream, void acts too: so many entries, and the rest of the last one’s act. */
  history(stream: string, size: number, page: { readonly after: number; readonly limit: number }): Promise<History>;
  /** The state of a stream as it was known at a size of the ledger, folded from the store. */
  stateAt<K extends StreamKind>(kind: K, stream: string, size: number): Promise<StreamState<StateOf<K>>>;
  /** The register as it was known at a size of the ledger: who was mandated when, by what had been recorded by then. */
  registerAt(size: number): Promise<RegisterState>;
  /** Up to which size the store has been checked, and of how many events; undefined if no check runs. */
  proven(): { readonly size: number; readonly of: number } | undefined;
  /** Resolves once all is checked; rejects if something is wrong. */
  readonly whenProven: Promise<void>;
  /** If a fault has been found since the ledger was opened: why acts, and perhaps questions, are refused. */
  unsound(): Unsound | undefined;
  close(): Promise<void>;
}

export interface History {
  readonly entries: readonly HistoryEntry[];
  /** Whether more was recorded after them. */
  readonly more: boolean;
}

export type { HistoryEntry };

interface Start {
  /** Options that only make a start shorter. */
  readonly snapshots?: Snapshots | undefined;
  readonly threads?: Threads | undefined;
  /** Proves everything that is there, with a pause of so many milliseconds after each hundred events; left out, nothing. */
  readonly proveEveryMs?: number | undefined;
  /** How long it may take, in milliseconds, until an act stands that was recorded on a store that others share. */
  readonly standsMsMax?: number | undefined;
  /** By how much the clock may be off: {@link CLOCK_MS_MAX} unless a story is told at instants of its own. */
  readonly clockMsMax?: number | undefined;
}

/**
 * Opens the ledger on a store, and returns once the read model has taken all that is there: from the first event on, or
 * from those that follow a snapshot, where there is one of this ledger.
 */
export async function openLedger(store: EventStore, clock: Clock, start: Start = {}): Promise<Ledger> {
  const { snapshots, threads, proveEveryMs, standsMsMax, clockMsMax } = start;
  // A store that cannot be read at the start is an error; later the ledger waits for it.
  await store.head();
  const remembered = snapshots && (await fromSnapshot(store, snapshots));
  const known = remembered?.size() ?? 0;
  // A ledger without a tree of its own is read here, event by event, so that its tree is made here.
  const read = remembered || !threads || !store.leaves ? undefined : await readInThreads(store, threads);
  const inThreads = read && 'model' in read ? read : undefined;
  const model = remembered ?? inThreads?.model ?? createReadModel();
  const stateOf = createStateOnDemand(store, model);
  const stored = storedTree(store);
  const made = stored ? undefined : createTree();
  const clockWatch = watchClock({ model, clock, store, msMax: clockMsMax });
  const projector = startProjector(store, model, clock, made);
  const writing = watchWriting(store);
  await projector.caughtUp;
  model.goLive();
  await endHolds(store, model.size());
  const proving =
    proveEveryMs === undefined || !stored ? undefined : startProving(store, () => model.size(), proveEveryMs);
  let isWhole = false;
  proving?.whole.then(
    () => void (isWhole = true),
    (error: unknown) => projector.foundDamaged((error as Error).message),
  );
  const inSnapshot = snapshots ? await toSnapshot(store, model, snapshots, known) : 0;

  /** The events of a stream at places below `size`, after a revision; so many are read at once. */
  async function* eventsKnown(stream: string, size: number, after = -1, atOnce = READ_PAGE_MAX) {
    const places = model.places(stream);
    const limit = Math.min(atOnce, READ_PAGE_MAX);
    let from = BigInt(after);
    for (;;) {
      const page = await pageOfStream(store, stream, from, limit);
      for (const recorded of page) {
        const revision = Number(recorded.revision);
        const place = places.at(revision);
        if (place === undefined || place >= size) return;
        yield { event: decode(recorded), place, why: model.whyVoid(stream, revision) };
      }
      if (page.length < limit) return;
      from = page.at(-1)!.revision;
    }
  }

  /** The same of those that stand. */
  async function* standing(stream: string, size: number, after?: number) {
    for await (const each of eventsKnown(stream, size, after)) if (!each.why) yield each;
  }

  async function* entriesKnown(
    stream: string,
    size: number,
    after?: number,
    atOnce?: number,
  ): AsyncGenerator<HistoryEntry> {
    for await (const { event, place, why } of eventsKnown(stream, size, after, atOnce))
      yield why ? voidEntryOf(event, place, whyVoidInWords(why)) : entryOf(event, place);
  }

  const kept = keepEntries({
    read: entriesKnown,
    known: (stream) => ({ events: model.places(stream).length, size: model.size() }),
  });

  async function stateAt<K extends StreamKind>(kind: K, stream: string, size: number) {
    const state: StreamState<unknown> = initialStream(KINDS[kind], stream);
    for await (const { event } of standing(stream, size)) evolve(KINDS[kind], state, event);
    return state as StreamState<StateOf<K>>;
  }

  /** The register is small, asked for by many questions, and grows seldom: what was folded last is kept. */
  let register: { readonly revision: number; readonly own: Promise<RegisterState> } | undefined;

  function registerAt(size: number): Promise<RegisterState> {
    const revision = model.knownRevision(REGISTER_STREAM, size);
    if (register?.revision !== revision) {
      const own = stateAt('register', REGISTER_STREAM, size).then((state) => state.own);
      register = { revision, own };
      own.catch(() => (register = undefined));
    }
    return register.own;
  }

  return {
    ...createSubmitter({ store, model, projector, clock, clockWatch, stateOf, writing, standsMsMax }),
    store,
    model,
    projector,
    clock,
    clockWatch,
    tree: stored ?? made!,
    settling: createSettling({ store, model, projector, clock, clockWatch }),
    writing,
    stateOf,
    async entries(stream, size, after) {
      if (after === undefined) return kept.standing(stream, size);
      const entries: Entry[] = [];
      for await (const entry of entriesKnown(stream, size, after)) if (!entry.why) entries.push(entry);
      return entries;
    },
    entriesUnder: (stream, size, index, name = '') => kept.under(stream, size, index, name),
    gathered: (stream, size, gathering) => kept.gathered(stream, size, gathering),
    async history(stream, size, { after, limit }) {
      const entries: HistoryEntry[] = [];
      // Most acts are one event, and what comes after a page is looked at.
      const read = kept.isAtHand(stream)
        ? (await kept.of(stream, size)).slice(after + 1)
        : entriesKnown(stream, size, after, limit + 2);
      for await (const entry of read) {
        if (entries.length >= limit && !(entry.goesOn && entries.length > 0)) return { entries, more: true };
        entries.push(entry);
      }
      return { entries, more: false };
    },
    stateAt,
    registerAt,
    unsound: () => unsound(store, projector),
    fromSnapshot: known,
    readBy: { threads: inThreads?.threads ?? 1, ...(read && 'failed' in read && read) },
    proven: () => proving && { size: isWhole ? model.size() : proving.size(), of: model.size() },
    whenProven: proving?.whole ?? Promise.resolve(),
    async close() {
      proving?.stop();
      await projector.stop();
      if (snapshots) await toSnapshot(store, model, snapshots, inSnapshot);
      await store.close();
    },
  };
}

/** An event that is void, for those who read what was recorded: it counts for nothing. */
function voidEntryOf(event: LedgerEvent, place: number, why: string): HistoryEntry {
  const entry = entryOf(event, place);
  return { ...entry, sentence: `Void: ${entry.sentence} ${why}`, postings: [], why };
}

export function entryOf(event: LedgerEvent, place: number): Entry {
  const { revision, id, type, data, metadata } = event;
  return {
    place,
    revision,
    id,
    type,
    keptAs: kindOf(event.stream).byName.get(type)?.keptAs,
    reverses: reversedBy(event),
    recordedAt: metadata.recordedAt,
    effective: data.effective,
    officer: metadata.officer,
    partner: metadata.partner,
    role: metadata.role,
    rules: metadata.rules,
    adjustment: metadata.adjustment,
    evidence: metadata.evidence,
    sentence: sentenceOf(event),
    data,
    postings: postingsOf(kindOf(event.stream), event),
    ...(metadata.causation !== undefined && { goesOn: true as const }),
  };
}
