import { createTree } from '../../evidence/memory.js';
import type { Tree } from '../../evidence/tree.js';
import type { Entry } from '../../projections/entry.js';
import type { LedgerEvent, StreamKind } from '../domain/facts.js';
import type { RegisterState } from '../domain/register.js';
import { evolve, initialStream, postingsOf, type StreamState } from '../domain/stream.js';
import { READ_PAGE_MAX, type EventStore } from '../store/event-store.js';
import { pageOfStream } from '../store/pages.js';
import { decode, kindOf, KINDS, REGISTER_STREAM, sentenceOf, type StateOf } from './catalogue.js';
import type { Clock } from './clock.js';
import { startProjector, type Projector } from './projector.js';
import { createFolding, type Folding } from './folding.js';
import { readInThreads, type ReadBy, type Threads } from './parts.js';
import { endHolds, startProving } from './proof.js';
import { createReadModel, type ReadModel } from './read-model.js';
import { createSettling, type Settling } from './settling.js';
import { fromSnapshot, toSnapshot, type Snapshots } from './snapshot.js';
import { unsound, type Unsound } from './soundness.js';
import { createSubmitter, type Submitter } from './submit.js';
import { storedTree } from './tree.js';
import { watchWriting, type Writing } from './writing.js';

/** The application: everything that the faces (HTTP, command line) may ask of the ledger. */
export interface Ledger extends Submitter {
  readonly store: EventStore;
  readonly model: ReadModel;
  readonly projector: Projector;
  readonly clock: Clock;
  /** The tree of what the read model has taken: its size and root are the ledger’s identity to people. */
  readonly tree: Tree;
  readonly settling: Settling;
  /** Whether acts can be recorded. */
  readonly writing: Writing;
  /** The whole state of a stream, as decisions see it. */
  readonly folded: Folding;
  /** How many events were known from a snapshot, and not read, when the ledger was opened. */
  readonly fromSnapshot: number;
  /** How the rest was read then. */
  readonly readBy: ReadBy;
  /**
   * The entries of a stream in ledger order, those at places below `size`; from the store, not from a cache.
   * `after` is a revision, exclusive.
   */
  entries(stream: string, size: number, page?: { readonly after: number; readonly limit: number }): Promise<Entry[]>;
  /** The state of a stream as it was known at a size of the ledger, folded from the store. */
  stateAt<K extends StreamKind>(kind: K, stream: string, size: number): Promise<StreamState<StateOf<K>>>;
  /** The register as it was known at a size of the ledger: who was mandated when, by what had been recorded by then. */
  registerAt(size: number): Promise<RegisterState>;
  /** Up to which size what the store holds is proven to be what was recorded, of how many events; where that is being done. */
  proven(): { readonly size: number; readonly of: number } | undefined;
  /** Settles once all of it is; rejects where it is not. */
  readonly whenProven: Promise<void>;
  /** Why acts, or questions too, are refused, where something has been found wrong since the ledger was opened. */
  unsound(): Unsound | undefined;
  close(): Promise<void>;
}

/** What makes a start shorter, and changes nothing else. */
interface Start {
  readonly snapshots?: Snapshots | undefined;
  readonly threads?: Threads | undefined;
  /** Proves everything that is there, with a pause of so many milliseconds after each hundred events; left out, nothing. */
  readonly proveEveryMs?: number | undefined;
}

/**
 * Opens the ledger on a store, and returns once the read model has taken all that is there: from the first event on, or
 * from those that follow a snapshot, where there is one of this ledger.
 */
export async function openLedger(
  store: EventStore,
  clock: Clock,
  { snapshots, threads, proveEveryMs }: Start = {},
): Promise<Ledger> {
  // A store that cannot be read is told at once; from then on it is waited for.
  await store.head();
  const remembered = snapshots && (await fromSnapshot(store, snapshots));
  const known = remembered?.size() ?? 0;
  // A ledger without a tree of its own is read here, event by event, so that its tree is made here.
  const read = remembered || !threads || !store.leaves ? undefined : await readInThreads(store, threads);
  const inThreads = read && 'model' in read ? read : undefined;
  const model = remembered ?? inThreads?.model ?? createReadModel();
  const folded = createFolding(store, model);
  const stored = storedTree(store, () => model.size());
  const made = stored ? undefined : createTree();
  const projector = startProjector(store, model, clock, made);
  const writing = watchWriting(store);
  await projector.caughtUp;
  await endHolds(store, model.size());
  const proving =
    proveEveryMs === undefined || !stored ? undefined : startProving(store, () => model.size(), proveEveryMs);
  let isWhole = false;
  proving?.whole.then(
    () => void (isWhole = true),
    (error: unknown) => projector.foundDamaged((error as Error).message),
  );
  const inSnapshot = snapshots ? await toSnapshot(store, model, snapshots, known) : 0;

  /** The events of a stream at places below `size`, after a revision, so many at the most. */
  async function* eventsKnown(stream: string, size: number, { after, limit } = { after: -1, limit: Infinity }) {
    const places = model.places(stream);
    let from = BigInt(after);
    let left = limit;
    for (;;) {
      const page = await pageOfStream(store, stream, from, Math.min(left, READ_PAGE_MAX));
      for (const recorded of page) {
        const place = places[Number(recorded.revision)];
        if (place === undefined || place >= size) return;
        yield { event: decode(recorded), place };
      }
      if (page.length < READ_PAGE_MAX) return;
      left -= page.length;
      from = page.at(-1)!.revision;
    }
  }

  async function stateAt<K extends StreamKind>(kind: K, stream: string, size: number) {
    const state: StreamState<unknown> = initialStream(KINDS[kind], stream);
    for await (const { event } of eventsKnown(stream, size)) evolve(KINDS[kind], state, event);
    return state as StreamState<StateOf<K>>;
  }

  return {
    ...createSubmitter({ store, model, projector, clock, folded, writing }),
    store,
    model,
    projector,
    clock,
    tree: stored ?? made!,
    settling: createSettling({ store, model, projector, clock }),
    writing,
    folded,
    async entries(stream, size, page) {
      const entries: Entry[] = [];
      for await (const { event, place } of eventsKnown(stream, size, page)) entries.push(entryOf(event, place));
      return entries;
    },
    stateAt,
    registerAt: async (size) => (await stateAt('register', REGISTER_STREAM, size)).own,
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

export function entryOf(event: LedgerEvent, place: number): Entry {
  const { revision, id, type, data, metadata } = event;
  return {
    place,
    revision,
    id,
    type,
    recordedAt: metadata.recordedAt,
    effective: data.effective,
    officer: metadata.officer,
    partner: metadata.partner,
    role: metadata.role,
    adjustment: metadata.adjustment,
    evidence: metadata.evidence,
    sentence: sentenceOf(event),
    data,
    postings: postingsOf(kindOf(event.stream), event),
  };
}
