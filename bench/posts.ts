import { devNull } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DatabaseSync } from '@photostructure/sqlite';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { buildApp } from '../src/http/app.js';
import { systemClock } from '../src/ledger/clock.js';
import { openLedger } from '../src/ledger/ledger.js';
import type { RecordedEvent } from '../src/store/event-store.js';
import { openSqliteEventStore, type SqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import { EVENTS_MIN, makeLedger } from './data.js';
import { FIRST, FUNDS, OFFICER, openingContribution, PARTNERS } from './facts.js';
import type { Line } from './figures.js';
import type { Load, Posted } from './posting-client.js';

/**
 * Workload 3: facts posted to the whole service over HTTP, each on disk before it is answered, held to bare SQLite
 * commits of one row each on the same disk in the same run.
 */
const CONNECTIONS = [1, 64] as const;
const SECONDS = 5;
const WARM_UP_SECONDS = 2;
const BARE_SECONDS = 2;

export async function measurePosts(folder: string, seed: number): Promise<Line[]> {
  const file = join(folder, 'posts.sqlite');
  const store = openSqliteEventStore({ file });
  await makeLedger(store, EVENTS_MIN, seed);
  const rows = await store.readAll();
  const bare = openBare(join(folder, 'bare.sqlite'), rows);
  bare.run(BARE_SECONDS);
  const posts = await postAtEach(store);
  // The bare commits are timed on both sides of the posts: a disk that others use changes its pace.
  bare.run(BARE_SECONDS);
  const { times, seconds } = bare.close();
  const bareRate = times.length / seconds;
  return [
    ...posts.map(({ connections, posted, commits }): Line => {
      const perSecond = posted.times.length / posted.seconds;
      return {
        what: 'durable post over HTTP',
        at: `${connections} connection${connections === 1 ? '' : 's'}, ${FUNDS.length} funds`,
        perSecond,
        times: [...posted.times],
        ratio: `${(perSecond / bareRate).toFixed(3)} of bare commits`,
        beside: `${(commits / posted.times.length).toFixed(3)} commits an event`,
      };
    }),
    { what: 'bare commit', at: 'one row at a time', perSecond: bareRate, times },
  ];
}

interface Measured {
  readonly connections: number;
  readonly posted: Posted;
  readonly commits: number;
}

async function postAtEach(store: SqliteEventStore): Promise<Measured[]> {
  const ledger = await openLedger(store, systemClock);
  const app = await buildApp({
    ledger,
    signIn: async () => ({ officer: OFFICER, by: 'benchmark' }),
    // What a service logs costs time, so it is logged, but nowhere.
    logger: pino({ level: 'info' }, pino.destination(devNull)),
    requestsPerMinute: Number.MAX_SAFE_INTEGER,
    demonstration: false,
    version: 'benchmark',
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const load = (connections: number, seconds: number, name: string): Promise<Posted> =>
    posted({
      port,
      connections,
      seconds,
      name,
      funds: FUNDS,
      contributions: PARTNERS.map(openingContribution),
      effective: FIRST,
    });

  const measured: Measured[] = [];
  try {
    await load(CONNECTIONS.at(-1)!, WARM_UP_SECONDS, 'warm-up');
    for (const connections of CONNECTIONS) {
      const commits = store.commits();
      const events = ledger.model.size();
      const done = await load(connections, SECONDS, `of-${connections}`);
      if (ledger.model.size() - events !== done.times.length) {
        throw new Error(
          `${done.times.length} posts were answered and ${ledger.model.size() - events} events recorded.`,
        );
      }
      measured.push({ connections, posted: done, commits: store.commits() - commits });
    }
  } finally {
    await app.close();
    await ledger.close();
  }
  return measured;
}

/** Runs the client in a thread of its own. */
const posted = (load: Load): Promise<Posted> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./posting-client.js', import.meta.url), { workerData: load });
    worker.once('message', resolve);
    worker.once('error', reject);
  });

interface Bare {
  /** Commits one row after another for so many seconds. */
  run(seconds: number): void;
  close(): { readonly times: number[]; readonly seconds: number };
}

/** A table of the same columns in a file of the same settings, and nothing else: no index, trigger or check. */
function openBare(file: string, rows: readonly RecordedEvent[]): Bare {
  const db = new DatabaseSync(file);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE events (
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL
    ) STRICT;
  `);
  const insert = db.prepare(
    'INSERT INTO events (position, stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const times: number[] = [];
  let milliseconds = 0;
  return {
    run(seconds) {
      const start = performance.now();
      let last = start;
      while (last - start < seconds * 1000) {
        const { stream, revision, id, type, data, metadata } = rows[times.length % rows.length]!;
        insert.run(times.length + 1, stream, Number(revision), id, type, data, metadata);
        const now = performance.now();
        times.push(now - last);
        last = now;
      }
      milliseconds += last - start;
    },
    close() {
      db.close();
      return { times, seconds: milliseconds / 1000 };
    },
  };
}
