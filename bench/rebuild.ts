import { setImmediate } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { systemClock } from '../src/ledger/clock.js';
import { openLedger, type Ledger } from '../src/ledger/ledger.js';
import { READ_PAGE_MAX } from '../src/store/event-store.js';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import { whole, type Line } from './figures.js';

/**
 * Workload 2: from the file to a ready read model, held to bare reading and parsing of the same pages of the same file.
 * Both find the file in the system's cache. The best of the runs counts, since others use the machine too.
 */
export interface Rebuilt {
  readonly ledger: Ledger;
  readonly lines: Line[];
}

const RUNS = 3;
/** Above this many events one run is long enough to be its own average. */
const ONE_RUN_FROM = 500_000;

export async function measureRebuild(file: string, events: number): Promise<Rebuilt> {
  const runs = events < ONE_RUN_FROM ? RUNS : 1;
  let bare = bareReading(file, events);
  const before = await memory();
  let { ledger, milliseconds: rebuild } = await rebuilt(file, events);
  // Only the first rebuild finds no earlier read model in memory, so it is the one that memory is measured by.
  const bytes = ((await memory()) - before) / events;
  for (let run = 1; run < runs; run++) {
    await ledger.close();
    bare = Math.min(bare, bareReading(file, events));
    const again = await rebuilt(file, events);
    ledger = again.ledger;
    rebuild = Math.min(rebuild, again.milliseconds);
  }
  return {
    ledger,
    lines: [
      {
        what: 'rebuild, in events',
        at: '',
        perSecond: (events * 1000) / rebuild,
        ratio: `${(bare / rebuild).toFixed(3)} of bare reading`,
        beside: `${whole(bytes)} bytes of memory an event`,
      },
      { what: 'bare reading and JSON.parse', at: '', perSecond: (events * 1000) / bare },
    ],
  };
}

async function rebuilt(
  file: string,
  events: number,
): Promise<{ readonly ledger: Ledger; readonly milliseconds: number }> {
  const start = performance.now();
  const ledger = await openLedger(openSqliteEventStore({ file, readOnly: true }), systemClock);
  const milliseconds = performance.now() - start;
  if (ledger.model.size() !== events) throw new Error(`Of ${events} events ${ledger.model.size()} were taken.`);
  return { ledger, milliseconds };
}

/** What is held after a full collection, in bytes. */
async function memory(): Promise<number> {
  // A turn of the loop lets go of what finished calls still hold.
  await setImmediate();
  global.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Milliseconds to read every page by a connection of its own and to parse the data and metadata of every event. */
function bareReading(file: string, events: number): number {
  const start = performance.now();
  const db = new DatabaseSync(file, { readOnly: true });
  const page = db.prepare(
    'SELECT position, stream, revision, id, type, data, metadata FROM events WHERE position > ? ORDER BY position LIMIT ?',
  );
  let after = 0;
  let parsed = 0;
  for (;;) {
    const rows = page.all(after, READ_PAGE_MAX) as { position: number; data: string; metadata: string }[];
    for (const { data, metadata } of rows) {
      const parts: unknown[] = [JSON.parse(data), JSON.parse(metadata)];
      if (parts.every((part) => typeof part === 'object')) parsed++;
    }
    if (rows.length < READ_PAGE_MAX) break;
    after = rows.at(-1)!.position;
  }
  db.close();
  if (parsed !== events) throw new Error(`Of ${events} events ${parsed} were read.`);
  return performance.now() - start;
}
