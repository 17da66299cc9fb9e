import { added, hexOf, isSameHash, rootOf, type Edge } from '../../../evidence/tree.js';
import type { EventStore, NewEvent, EventPosition, RecordedEvent } from '../../store/event-store.js';
import { leafOf } from '../../store/leaf.js';
import { pages } from '../../store/pages.js';

/**
 * Copies a ledger from one store to another, event by event, in ledger order, and then reads both to the end and compares
 * them. Begun again, it goes on where it stopped: what is there already is compared, and not written twice.
 */
interface Moved {
  /** How many events both stores hold, and the root of their tree (evidence/tree.ts) in hexadecimal, from the bytes of both. */
  readonly size: number;
  readonly root: string;
  /** How many of them the other store had before. */
  readonly before: number;
}

/** A move that stopped: the other store holds something else. What was copied stays there. */
export class MoveStopped extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MoveStopped';
  }
}

/** No more events than this are written at once, nor more bytes: half of what the most careful server takes. */
const EVENTS_PER_APPEND_MAX = 200;
const BYTES_PER_APPEND_MAX = 400_000;

/** Moves everything. Throws {@link MoveStopped} where the stores differ, and the store's errors. Nobody may post meanwhile. */
export async function move(
  from: EventStore,
  to: EventStore,
  onEvents?: (done: number, of: number) => void,
): Promise<Moved> {
  const before = await compare(from, to);
  if (before.extra) throw differs(before.same, before.extra);
  let done = before.same;
  let batch: RecordedEvent[] = [];
  let bytes = 0;

  async function write(): Promise<void> {
    const [first] = batch;
    if (!first) return;
    const expected = first.revision === 0n ? 'no_stream' : first.revision - 1n;
    await to.append(first.stream, expected, batch.map(given));
    done += batch.length;
    batch = [];
    bytes = 0;
    onEvents?.(done, before.of);
  }

  for await (const event of everyEvent(from, before.at)) {
    const size = event.data.length + event.metadata.length;
    const joins = batch.length < EVENTS_PER_APPEND_MAX && bytes + size <= BYTES_PER_APPEND_MAX;
    if (batch[0]?.stream !== event.stream || !joins) await write();
    batch.push(event);
    bytes += size;
  }
  await write();

  const after = await compare(from, to);
  if (after.extra || after.same !== after.of) throw differs(after.same, after.extra);
  return { size: after.of, root: after.root, before: before.same };
}

const given = ({ id, type, data, metadata }: RecordedEvent): NewEvent => ({ id, type, data, metadata });

const differs = (place: number, event: RecordedEvent | undefined): MoveStopped =>
  new MoveStopped(
    event
      ? `The two stores differ at place ${place}: the one to move to holds ${event.type} at revision ${event.revision} of ` +
          `${event.stream} there. Only an empty store, or a part of the same ledger, can be moved to.`
      : `The one to move to holds only the first ${place} events. Somebody posted meanwhile: stop every service, and move again.`,
  );

async function* everyEvent(store: EventStore, after?: EventPosition): AsyncGenerator<RecordedEvent> {
  for await (const page of pages(store, after)) yield* page;
}

interface Compared {
  /** How many events both begin with. */
  readonly same: number;
  /** The position, in the first store, of the last of them. */
  readonly at: EventPosition | undefined;
  /** How many events the first store holds. */
  readonly of: number;
  /** The event of the other store that the first has not got at its place. */
  readonly extra: RecordedEvent | undefined;
  /** Of the tree of what both begin with. */
  readonly root: string;
}

async function compare(from: EventStore, to: EventStore): Promise<Compared> {
  const copy = everyEvent(to);
  let [same, of] = [0, 0];
  let edge: Edge | undefined;
  let at: EventPosition | undefined;
  let extra: RecordedEvent | undefined;
  let next = await copy.next();
  for await (const event of everyEvent(from)) {
    of++;
    if (next.done || extra) continue;
    const leaf = leafOf(event);
    if (isSameHash(leaf, leafOf(next.value))) {
      same++;
      at = event.position;
      edge = added(edge, leaf);
      next = await copy.next();
    } else extra = next.value;
  }
  return { same, at, of, extra: extra ?? (next.done ? undefined : next.value), root: hexOf(rootOf(edge)) };
}
