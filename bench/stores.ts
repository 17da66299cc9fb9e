import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { tableText } from '../src/cli/output.js';
import { CATEGORIES } from '../src/ledger/catalogue.js';
import { systemClock } from '../src/ledger/clock.js';
import { openLedger } from '../src/ledger/ledger.js';
import { move } from '../src/ledger/audit/move.js';
import { eventId } from '../src/ledger/acts/event-id.js';
import type { EventStore, ExpectedRevision, RecordedEvent } from '../src/store/event-store.js';
import { openEventStoreDB } from '../src/store/eventstoredb/eventstoredb-event-store.js';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import { EVENTS_MIN, makeLedger } from './data.js';
import { cells, COLUMNS, whole, type Line } from './figures.js';

/**
 * Appends and rebuilds on each store, beside each other: SQLite, EventStoreDB's client on the test server, and on a real
 * server where BCF_EVENTSTOREDB names one that is kept for this. `npm run bench:stores -- [events]`.
 */
const EVENTS = 10_000;
const SEED = 20_170_401;
const APPENDS = 500;
const WRITERS = 16;

interface Measured {
  readonly name: string;
  /** Opens a store for appends, in streams that nobody else has. */
  readonly fresh: () => EventStore;
  /** Opens the store of the ledger. */
  readonly ledger: () => EventStore;
}

const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** One after another in each of so many streams: how long each took, in milliseconds, and all together. */
async function appends(store: EventStore, events: readonly RecordedEvent[], writers: number, run: string) {
  const times: number[] = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      let head: ExpectedRevision = 'no_stream';
      for (let index = writer; index < APPENDS; index += writers) {
        const { type, data, metadata } = events[index % events.length]!;
        const start = performance.now();
        const event = { id: eventId(run, String(index), writers), type, data, metadata };
        ({ revision: head } = await store.append(`bench-${run}-${writer}`, head, [event]));
        times.push(performance.now() - start);
      }
    }),
  );
  return { times, seconds: (performance.now() - began) / 1000 };
}

async function measure({ name, fresh, ledger }: Measured, source: EventStore, events: number): Promise<Line[]> {
  const lines: Line[] = [];
  const sample = await source.readAll({ limit: APPENDS });
  // All in one instant, which no store refuses.
  const [{ metadata }] = sample as [RecordedEvent];
  const alike = sample.map((event) => ({ ...event, metadata }));
  const store = fresh();
  for (const writers of [1, WRITERS]) {
    const { times, seconds } = await appends(store, alike, writers, randomBytes(4).toString('hex'));
    lines.push({ what: `append, ${writers} at a time`, at: name, perSecond: APPENDS / seconds, times });
  }
  await store.close();

  const target = ledger();
  const began = performance.now();
  const { before, root } = await move(source, target);
  const moved = (performance.now() - began) / 1000;
  if (before === 0) lines.push({ what: 'move to it, and compare', at: name, perSecond: events / moved });
  await target.close();

  const start = performance.now();
  const opened = await openLedger(ledger(), systemClock);
  const seconds = (performance.now() - start) / 1000;
  if (opened.model.size() !== events) throw new Error(`Of ${events} events ${opened.model.size()} were taken.`);
  await opened.close();
  lines.push({
    what: 'rebuild, in events',
    at: name,
    perSecond: events / seconds,
    beside: `root ${root.slice(0, 8)}`,
  });
  note(`${name}: done`);
  return lines;
}

/** Says each rate as a part of the same rate of the first store. */
function held(lines: readonly Line[]): Line[] {
  return lines.map((line) => {
    const first = lines.find(({ what }) => what === line.what)!;
    return first === line
      ? line
      : { ...line, ratio: `${(line.perSecond! / first.perSecond!).toFixed(3)} of ${first.at}` };
  });
}

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const events = Number(positionals[0] ?? EVENTS);
  if (!Number.isSafeInteger(events) || events < EVENTS_MIN) {
    throw new RangeError(`The size is a whole number of events, ${EVENTS_MIN} or more.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'bcf-ledger-bench-'));
  const server = new Worker(new URL('event-store-server.js', import.meta.url));
  try {
    const [connection] = (await once(server, 'message')) as [string];
    const real = process.env['BCF_EVENTSTOREDB'];
    const cluster = (name: string, where: string): Measured => ({
      name,
      fresh: () => openEventStoreDB({ connection: where, categories: ['bench'] }),
      ledger: () => openEventStoreDB({ connection: where, categories: CATEGORIES }),
    });
    const source = openSqliteEventStore({ file: join(folder, 'source.sqlite') });
    await makeLedger(source, events, SEED);
    const stores: Measured[] = [
      {
        name: 'SQLite',
        fresh: () => openSqliteEventStore({ file: join(folder, 'appends.sqlite') }),
        ledger: () => openSqliteEventStore({ file: join(folder, 'ledger.sqlite') }),
      },
      cluster('EventStoreDB client, test server', connection),
      ...(real === undefined ? [] : [cluster('EventStoreDB', real)]),
    ];
    const lines: Line[] = [];
    for (const store of stores) lines.push(...(await measure(store, source, events)));
    await source.close();
    process.stdout.write(
      `Node ${process.versions.node}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores\n` +
        `${whole(events)} events from seed ${SEED}; ${APPENDS} appends of one event each\n\n` +
        `${tableText({ columns: COLUMNS, rows: held(lines).map(cells) })}\n\n` +
        'The test server keeps everything in memory, in a thread of its own on the same cores: its figures are what the\n' +
        'protocol and the adapter cost, not what a database does. SQLite’s appends are on disk when they are answered.\n' +
        (real === undefined ? 'BCF_EVENTSTOREDB is not set: no real server was measured.\n' : ''),
    );
  } finally {
    await server.terminate();
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  note(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
