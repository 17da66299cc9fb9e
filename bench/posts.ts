import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { FastifyInstance } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { FactData } from '../src/domain/grammar/event.js';
import { Refusal } from '../src/domain/rules.js';
import { factSchema } from '../src/http/facts.js';
import { fundStream, KINDS } from '../src/ledger/catalogue.js';
import { systemClock } from '../src/ledger/clock.js';
import { openLedger, type Ledger } from '../src/ledger/ledger.js';
import type { RecordedEvent } from '../src/store/event-store.js';
import { openSqliteEventStore, type SqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import { EVENTS_MIN, makeLedger } from './data.js';
import { FIRST, FUNDS, LAST, OFFICER, openingContribution, PARTNERS } from './facts.js';
import { p50, timed, timedAtOnce, told, type Line, type Measuring, type Timed } from './figures.js';
import { answered, atConnections, CONNECTIONS, emptyService, listening, wholeService } from './http.js';
import { emmettAppender, emmettPostgres, emmettSqlite, type EmmettStore } from './opponents/emmett.js';
import { orMissing } from './opponents/packages.js';
import type { Postgres } from './opponents/postgres.js';

/**
 * Workload c: facts posted, each on disk before it is answered, in process and over HTTP. They are compared with bare
 * SQLite commits of one row on the same disk in the same run, and with the time that other stores take to keep one
 * event.
 */
export const IN_PROCESS = 'ours, in process';
export const OVER_HTTP = 'ours, over HTTP';
export const BARE_COMMIT = 'bare SQLite commit';
export const EMPTY_POST = 'empty route, same body validated';
export const EMMETT_SQLITE = 'emmett-sqlite append';

const receipt = (contribution: string, effective: string, reference: string) => ({
  type: 'ContributionReceived',
  data: { effective, contribution, amount: '0.01', bankReference: `BACS ${reference}` } as unknown as FactData,
});

/** Tells the acts of this process from those of others on the same ledger, in letters. */
const PROCESS = Array.from(randomBytes(8), (byte) => String.fromCharCode(0x61 + (byte % 26))).join('');
let named = 0;
/** A reference of its own, of few digits: ten of them could be an NHS number, which the ledger refuses. */
const reference = (): string => `${PROCESS}-${++named}`;

/** Posts a receipt in process, as an act of its own. */
export async function post(ledger: Ledger, number: number, effective: string = FIRST): Promise<void> {
  const key = reference();
  const done = await ledger.submit({
    kind: 'fund',
    stream: fundStream(FUNDS[number % FUNDS.length]!),
    command: {
      act: 'post',
      fact: receipt(openingContribution(PARTNERS[number % PARTNERS.length]!), effective, key),
    },
    officer: OFFICER,
    signedInBy: 'benchmark',
    key,
    correlation: key,
    evidence: [],
  });
  if (done instanceof Refusal) throw new Error(`A receipt was refused: ${done.detail}`);
}

interface Posted extends Timed {
  readonly commits: number;
}

export async function measurePosts(postgres: () => Promise<Postgres>, measuring: Measuring): Promise<Line[]> {
  const { folder, packages, seed, seconds, note } = measuring;
  const store = openSqliteEventStore({ file: join(folder, 'posts.sqlite') });
  await makeLedger(store, EVENTS_MIN, seed);
  const rows = await store.readAll();
  const table = openTable(join(folder, 'bare.sqlite'), rows);
  const first = await timed(seconds / 2, () => table.insert());
  const ledger = await openLedger(store, systemClock);
  const ours = await postAll(store, ledger, seconds);
  await ledger.close();
  note('posts: ours, done');
  const inserts = new Map([
    ...(await loads(
      routeTo(() => table.insert()),
      seconds,
    )),
  ]);
  const empty = await loads(
    routeTo(() => undefined),
    seconds,
  );
  // The bare commits are timed on both sides of the posts: a disk that others use changes its pace.
  const last = await timed(seconds / 2, () => table.insert());
  table.close();
  const times = [...first.times, ...last.times];
  const bare = (times.length * 1000) / times.reduce((sum, each) => sum + each, 0);
  note('posts: bare commits and routes, done');

  const of = (perSecond: number, than: number, name: string): string => `${told(perSecond / than)} of ${name}`;
  const ofBare = ({ perSecond }: Timed): { ratio: string } => ({ ratio: of(perSecond, bare, 'bare commits') });
  const lines: Line[] = ours.map(([what, at, posted]) => ({
    what,
    at,
    ...posted,
    ratio:
      what === OVER_HTTP ? of(posted.perSecond, empty.get(at)!.perSecond, 'the empty route') : ofBare(posted).ratio,
    beside: `${(posted.commits / posted.times.length).toFixed(3)} commits an event, ${of(posted.perSecond, bare, 'bare commits')}`,
  }));
  lines.push({ what: BARE_COMMIT, at: 'one row at a time', perSecond: bare, times });
  for (const [at, posted] of inserts)
    lines.push({ what: 'Fastify and SQLite, one row a commit', at, ...posted, ...ofBare(posted) });
  for (const [at, posted] of empty) lines.push({ what: EMPTY_POST, at, ...posted });
  const other = async (what: string, measure: () => Promise<readonly (readonly [at: string, timed: Timed])[]>) => {
    const found = await orMissing<readonly Line[]>(
      async () => (await measure()).map(([at, each]) => ({ what, at, ...each, ...ofBare(each) })),
      (missing) => [{ what, at: '', missing }],
    );
    lines.push(...found);
    note(`${what}: done`);
  };
  await other('PostgreSQL INSERT … COMMIT', async () => measureInserts(await postgres(), rows, seconds));
  await other(EMMETT_SQLITE, async () =>
    measureEmmett(await emmettSqlite(packages, join(folder, 'emmett.sqlite')), rows, [1], seconds),
  );
  await other('emmett-postgresql append', async () =>
    measureEmmett(await emmettPostgres(packages, await postgres()), rows, CONNECTIONS, seconds),
  );
  return lines;
}

export const oneByOne = 'one at a time';
const atOnce = (many: number): string => (many === 1 ? oneByOne : `${many} at once`);

/**
 * The ledger's own posts, in process and then over HTTP, with the commits that each took. Checks that every
 * acknowledged post is in the ledger.
 */
async function postAll(store: SqliteEventStore, ledger: Ledger, seconds: number) {
  const counted = async (act: () => Promise<Timed>): Promise<Posted> => {
    const commits = store.commits();
    const events = ledger.model.size();
    const done = await act();
    const recorded = ledger.model.size() - events;
    if (recorded !== done.times.length) {
      throw new Error(`${done.times.length} posts were answered and ${recorded} events recorded.`);
    }
    return { ...done, commits: store.commits() - commits };
  };
  const posted: (readonly [what: string, at: string, posted: Posted])[] = [];
  await timed(seconds / 2, (index) => post(ledger, index));
  for (const many of CONNECTIONS) {
    const done = await counted(() => timedAtOnce(many, seconds, (index) => post(ledger, index)));
    posted.push([IN_PROCESS, atOnce(many), done]);
  }
  const app = await wholeService(ledger, async () => ({ officer: OFFICER, by: 'benchmark' }));
  await listening(app, async (port) => {
    await loaded(port, CONNECTIONS[1], seconds / 2);
    for (const connections of CONNECTIONS) {
      const done = await counted(() => loaded(port, connections, seconds));
      posted.push([OVER_HTTP, atConnections(connections), done]);
    }
  });
  return posted;
}

async function loaded(port: number, connections: number, seconds: number): Promise<Timed> {
  const { times, seconds: took } = await answered({
    port,
    connections,
    seconds,
    name: reference(),
    status: 201,
    method: 'POST',
    paths: FUNDS.map((fund) => `/v1/funds/${fund}/facts`),
    headers: ['idempotency-key: {n}'],
    bodies: PARTNERS.map((partner) => JSON.stringify({ fact: receipt(openingContribution(partner), FIRST, '{n}') })),
  });
  return { perSecond: times.length / took, times: [...times] };
}

/** A route that validates a post by the ledger's own schema, does one thing, and answers as the ledger does. */
function routeTo(act: () => void): FastifyInstance {
  const app = emptyService();
  app.setValidatorCompiler(validatorCompiler);
  const body = z.strictObject({ fact: factSchema(KINDS.fund) });
  const outcome = JSON.stringify({
    stream: fundStream(FUNDS[0]!),
    revision: '1000',
    position: '1000',
    recordedAt: '2017-04-01T08:00:00.000Z',
    events: [{ id: randomUUID(), type: 'ContributionReceived', revision: '1000', sentence: 'x'.repeat(80) }],
  });
  app.post('/v1/funds/:fund/facts', { schema: { body } }, async (_request, reply) => {
    act();
    return reply.status(201).type('application/json; charset=utf-8').send(outcome);
  });
  return app;
}

const loads = (app: FastifyInstance, seconds: number): Promise<Map<string, Timed>> =>
  listening(app, async (port) => {
    await loaded(port, CONNECTIONS[1], seconds / 2);
    const found = new Map<string, Timed>();
    for (const connections of CONNECTIONS)
      found.set(atConnections(connections), await loaded(port, connections, seconds));
    return found;
  });

/** A table of the same columns in a file of the same settings, and nothing else: no index, trigger or check. */
function openTable(file: string, rows: readonly RecordedEvent[]) {
  const db = new DatabaseSync(file);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE events (
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL
    ) STRICT;
  `);
  const statement = db.prepare(
    'INSERT INTO events (position, stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  let inserted = 0;
  return {
    /** Commits one row. */
    insert(): void {
      const { stream, revision, id, type, data, metadata } = rows[inserted % rows.length]!;
      statement.run(++inserted, stream, Number(revision), id, type, data, metadata);
    },
    close: () => db.close(),
  };
}

/** The same table in PostgreSQL: one row a commit, by one client and by as many as there are connections. */
async function measureInserts(postgres: Postgres, rows: readonly RecordedEvent[], seconds: number) {
  const found: (readonly [string, Timed])[] = [];
  for (const many of CONNECTIONS) {
    const clients = await Promise.all(Array.from({ length: many }, () => postgres.connect()));
    await clients[0]!.query({
      text: 'CREATE TABLE IF NOT EXISTS events (position bigserial PRIMARY KEY, stream text, revision bigint, id uuid, type text, data text, metadata text)',
    });
    let free = [...clients];
    const insert = async (index: number): Promise<void> => {
      const client = free.pop()!;
      const { stream, revision, id, type, data, metadata } = rows[index % rows.length]!;
      await client.query({
        name: 'insert',
        text: 'INSERT INTO events (stream, revision, id, type, data, metadata) VALUES ($1, $2, $3, $4, $5, $6)',
        values: [stream, Number(revision), id, type, data, metadata],
      });
      free.push(client);
    };
    await timedAtOnce(many, seconds / 4, insert);
    found.push([atOnce(many), await timedAtOnce(many, seconds, insert)]);
    free = [];
    for (const client of clients) await client.end();
  }
  return found;
}

/** One event an append, each at the revision expected, in a stream for each writer. */
async function measureEmmett(
  store: EmmettStore,
  rows: readonly RecordedEvent[],
  writers: readonly number[],
  seconds: number,
) {
  const { type, data, metadata } = rows.at(-1)!;
  const stream = emmettAppender(store, { type, data: JSON.parse(data), metadata: JSON.parse(metadata) });
  const found: (readonly [string, Timed])[] = [];
  for (const many of writers) {
    const free = Array.from({ length: many }, stream);
    const append = async (): Promise<void> => {
      const writer = free.pop()!;
      await writer();
      free.push(writer);
    };
    await timedAtOnce(many, seconds / 4, append);
    found.push([atOnce(many), await timedAtOnce(many, seconds, append)]);
  }
  await store.close?.();
  return found;
}

export const BACK_DATED = 'ours, a receipt of the first day';
export const AT_END = 'ours, a receipt of the last day';

/** What a fact costs in a ledger of this size, decision and commit included: one of its last day, and one of its first. */
export async function measureBackDating(file: string, { seconds, note }: Measuring): Promise<Line[]> {
  const ledger = await openLedger(openSqliteEventStore({ file }), systemClock);
  const times: Record<string, number[]> = { [LAST]: [], [FIRST]: [] };
  // The first act on a fund waits for its state: {@link measureFirstActs} tells how long.
  for (const fund of FUNDS) await ledger.stateOf('fund', fundStream(fund));
  // In turns, so that changes of the disk's speed affect both.
  await timed(seconds, async (index) => {
    const day = index % 2 === 0 ? LAST : FIRST;
    const start = performance.now();
    await post(ledger, index >> 1, day);
    times[day]!.push(performance.now() - start);
  });
  await ledger.close();
  note('back-dating: done');
  const line = (what: string, of: readonly number[]): Line => ({
    what,
    at: '',
    perSecond: (of.length * 1000) / of.reduce((sum, each) => sum + each, 0),
    times: of,
  });
  const [end, back] = [line(AT_END, times[LAST]!), line(BACK_DATED, times[FIRST]!)];
  return [end, { ...back, ratio: `${told(p50(times[FIRST]!) / p50(times[LAST]!))} × one at the end` }];
}
