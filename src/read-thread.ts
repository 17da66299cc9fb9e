import { parentPort, workerData } from 'node:worker_threads';
import { readPart, type Part } from './ledger/memory/parallel-read.js';
import { openSqliteEventStore } from './store/sqlite/sqlite-event-store.js';
import type { PartToRead } from './threads.js';

/** The thread that reads a part of a ledger: begun by threads.ts, ended when it has given what it remembers. */

const { file, streams, upTo } = workerData as PartToRead;
const store = openSqliteEventStore({ file, readOnly: true });
const part = await readPart(store, streams, upTo);
await store.close();
parentPort!.postMessage(part, buffersOf(part));

/** What is given away instead of copied: nearly all of it. */
function buffersOf(part: Part): ArrayBuffer[] {
  const arrays = part.flatMap(({ kept: { places, fund, area }, recorded, acts, rests }) => [
    places,
    recorded,
    acts.ends,
    acts.bytes,
    rests.ends,
    rests.streams,
    rests.nexts,
    ...[fund?.balances, area].flatMap((balances) => (balances ? [balances.money] : [])),
  ]);
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
