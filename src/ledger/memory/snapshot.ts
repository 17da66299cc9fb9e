import { HashMissing, hexOf } from '../../../evidence/tree.js';
import type { EventStore } from '../../store/event-store.js';
import type { Snapshot, SnapshotFile } from '../../store/snapshot-file.js';
import { partsOf, valueOf } from './apart.js';
import { createReadModel, type KeptLedger, type KeptModel, type ReadModel } from './read-model.js';
import type { KeptStream } from './streams.js';
import { storedTree } from '../../store/stored-tree.js';

/**
 * What the service remembers, written down so that the next start need not read the ledger from its first event.
 *
 * A snapshot only saves time. It is used only if it is what this program would make of this ledger: its file is
 * unchanged, byte for byte; the same program made it, on the same version of Node; and at the snapshot's size the tree
 * in the store has the root that it names. Otherwise the ledger is read from its first event. A store that keeps no
 * tree has no snapshots.
 */
export interface Snapshots {
  readonly file: SnapshotFile;
  /** What tells this program from every other that might remember something else of the same events: see main.ts. */
  program(): string;
  /** Whether a new one may be written. */
  readonly write: boolean;
}

/** A new snapshot is written once so many events, and such a part of the ledger, would have to be read beside the old one. */
const EVENTS_MIN = 1_000;
const PART_MIN = 0.02;

const madeBy = (snapshots: Snapshots): string => `${snapshots.program()} ${process.version}`;

/** The root of the ledger’s tree at a size, where the store keeps all of that tree. */
async function rootAt(store: EventStore, size: number): Promise<string | undefined> {
  try {
    const root = await storedTree(store)?.rootAt(size);
    return root && hexOf(root);
  } catch (error) {
    if (error instanceof HashMissing) return undefined;
    throw error;
  }
}

/** What the snapshot remembers, where it is proven to be of this ledger. */
export async function fromSnapshot(store: EventStore, snapshots: Snapshots): Promise<ReadModel | undefined> {
  const snapshot = snapshots.file.read();
  if (!snapshot) return undefined;
  const { program, size, root } = snapshot.about;
  const isOfThis = program === madeBy(snapshots) && root === (await rootAt(store, Number(size)));
  const model = isOfThis ? remembered(snapshot) : undefined;
  snapshot.close();
  return model;
}

/** What a snapshot remembers, unless a part of it is not as it was written. */
function remembered(snapshot: Snapshot): ReadModel | undefined {
  try {
    const values = valuesIn(snapshot.parts());
    const ledger = values.next().value as KeptLedger;
    return createReadModel({ ledger, streams: values as Generator<KeptStream> });
  } catch {
    return undefined;
  }
}

/** The ledger’s value first, then one for each stream. */
function* valuesIn(parts: Generator<Uint8Array>) {
  for (let own = parts.next(); !own.done; own = parts.next())
    yield valueOf(own.value, () => parts.next().value as Uint8Array);
}

function* partsOfAll({ ledger, streams }: KeptModel): Generator<Uint8Array> {
  yield* partsOf(ledger);
  for (const stream of streams) yield* partsOf(stream);
}

/**
 * Writes what is remembered down, where enough of it is not in the snapshot, which goes up to `upTo` events. Returns how
 * many events the snapshot goes up to then. That it cannot be written costs the next start its time, and nobody else.
 */
export async function toSnapshot(
  store: EventStore,
  model: ReadModel,
  snapshots: Snapshots,
  upTo: number,
): Promise<number> {
  const size = model.size();
  const missing = size - upTo + model.eventsOfNewStates();
  if (!snapshots.write || missing < Math.max(EVENTS_MIN, size * PART_MIN)) return upTo;
  const position = model.position()!;
  try {
    const root = await rootAt(store, size);
    // While the root was looked up, more may have been taken.
    if (root === undefined || model.size() !== size) return upTo;
    snapshots.file.write({ program: madeBy(snapshots), position, size, root }, partsOfAll(model.kept()));
    return size;
  } catch {
    return upTo;
  }
}
