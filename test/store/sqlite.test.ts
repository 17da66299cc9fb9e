import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { NotALedger, StoreBusy, StoreUnavailable, type RecordedEvent } from '../../src/store/event-store.js';
import { openSqliteEventStore, type SqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { folder } from '../support/ledger.js';
import { anEvent, conformance, everything, followed, idsOf, INSTANT, rejection, someEvents } from './conformance.js';

const fileIn = (t: Test, name = 'ledger.sqlite') => join(folder(t), name);

function open(t: Test, file: string, readOnly = false): SqliteEventStore {
  const store = openSqliteEventStore({ file, readOnly });
  t.teardown(() => store.close());
  return store;
}

/** A connection without the ledger's rules. */
function raw(t: Test, file: string): DatabaseSyncInstance {
  const db = new DatabaseSync(file);
  t.teardown(() => {
    if (db.isOpen) db.close();
  });
  return db;
}

/** A file with a ledger of some events that nothing has open. */
async function closedLedger(t: Test, count = 3): Promise<string> {
  const [original, file] = [fileIn(t, 'original.sqlite'), fileIn(t)];
  const store = open(t, original);
  if (count > 0) await store.append('fund-a', 'no_stream', someEvents(count));
  await store.close();
  // SQLite releases the original only when the statements of the closed store are collected as garbage.
  copyFileSync(original, file);
  return file;
}

const statuses = (outcomes: readonly PromiseSettledResult<unknown>[]) => outcomes.map((outcome) => outcome.status);

conformance({
  name: 'the SQLite store',
  create(t) {
    const file = fileIn(t);
    return { store: open(t, file), another: () => open(t, file) };
  },
  capabilities: {
    refusesAnIdUsedBefore: true,
    refusesInstantsThatGoBack: true,
    numbersPositionsByOne: true,
    sharesItsLedger: true,
  },
});

t.test('appends that wait at the same moment', async (t) => {
  t.test('share one commit', async (t) => {
    const store = open(t, fileIn(t));
    const appended = await Promise.all(
      Array.from({ length: 100 }, (_, index) => store.append(`fund-${index}`, 'no_stream', [anEvent()])),
    );
    t.equal(store.commits(), 1);
    t.strictSame(
      appended.map(({ position }) => position),
      Array.from({ length: 100 }, (_, index) => String(index + 1)),
    );
    await store.append('fund-0', 0n, [anEvent()]);
    t.equal(store.commits(), 2);
  });

  t.test('see those before them', async (t) => {
    const store = open(t, fileIn(t));
    const appended = await Promise.all([
      store.append('fund-a', 'no_stream', someEvents(2)),
      store.append('fund-a', 1n, someEvents(2)),
      store.append('fund-a', 3n, [anEvent()]),
    ]);
    t.strictSame(
      appended.map(({ revision }) => revision),
      [1n, 3n, 4n],
    );
    t.equal(store.commits(), 1);
  });

  t.test('conflict each by itself', async (t) => {
    const store = open(t, fileIn(t));
    const [first, last] = [anEvent(), anEvent()];
    const outcomes = await Promise.allSettled([
      store.append('fund-a', 'no_stream', [first]),
      store.append('fund-a', 7n, someEvents(2)),
      store.append('fund-b', 'no_stream', [
        anEvent(),
        anEvent({ metadata: '{"recordedAt":"1999-01-01T00:00:00.000Z"}' }),
      ]),
      store.append('fund-c', 'no_stream', [last]),
    ]);
    t.strictSame(statuses(outcomes), ['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    t.match(outcomes[1], { reason: { name: 'ConcurrencyConflict' } });
    t.match(outcomes[2], { reason: { name: 'RecordedBehind' } });
    t.strictSame(idsOf(await everything(store)), idsOf([first, last]), 'and leave no gap');
    t.equal(store.commits(), 1);
  });

  t.test('are not failed by one that SQLite refuses', async (t) => {
    const store = open(t, fileIn(t));
    const [first, last, twice] = [anEvent(), anEvent(), anEvent()];
    const outcomes = await Promise.allSettled([
      store.append('fund-a', 'no_stream', [first]),
      store.append('fund-b', 'no_stream', [anEvent(), anEvent({ data: 'not JSON' })]),
      store.append('fund-c', 'no_stream', [twice, twice]),
      store.append('fund-d', 'no_stream', [last]),
    ]);
    t.strictSame(statuses(outcomes), ['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    t.strictSame(idsOf(await everything(store)), idsOf([first, last]));
  });

  t.test('all fail where SQLite undoes the whole transaction, and nothing is left of them', async (t) => {
    const file = fileIn(t);
    const store = open(t, file);
    await store.append('fund-a', 'no_stream', [anEvent()]);
    const other = new DatabaseSync(file);
    other.exec(
      "CREATE TRIGGER gives_up BEFORE INSERT ON events WHEN NEW.type = 'Fatal' BEGIN SELECT RAISE(ROLLBACK, 'gave up'); END",
    );
    other.close();
    const outcomes = await Promise.allSettled([
      store.append('fund-b', 'no_stream', [anEvent()]),
      store.append('fund-c', 'no_stream', [anEvent({ type: 'Fatal' })]),
    ]);
    t.match(outcomes, [
      { reason: { name: 'StoreUnavailable', message: /gave up/ } },
      { reason: { name: 'StoreUnavailable' } },
    ]);
    t.equal((await everything(store)).length, 1);
    await store.append('fund-b', 'no_stream', [anEvent()]);
  });

  t.test('all fail where the commit itself fails, and nothing is left of them', async (t) => {
    const file = fileIn(t);
    const store = open(t, file);
    const other = new DatabaseSync(file);
    other.exec(`
      CREATE TABLE parent (id INTEGER PRIMARY KEY);
      CREATE TABLE child (parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER orphans AFTER INSERT ON events WHEN NEW.type = 'Fatal' BEGIN INSERT INTO child VALUES (1); END;
    `);
    other.close();
    const failed = store.append('fund-b', 'no_stream', [anEvent({ type: 'Fatal' })]);
    await t.rejects(failed, { name: 'StoreUnavailable', message: /FOREIGN KEY/ });
    t.equal((await everything(store)).length, 0);
    await store.append('fund-b', 'no_stream', [anEvent()]);
  });

  t.test('all land, however many they are', async (t) => {
    const store = open(t, fileIn(t));
    const appended = await Promise.all(
      Array.from({ length: 1_100 }, (_, index) => store.append(`fund-${index}`, 'no_stream', [anEvent()])),
    );
    t.equal(store.commits(), 3, 'in commits of no more than 512');
    t.equal(new Set(appended.map(({ position }) => position)).size, 1_100);
    t.equal(await store.head(), '1100');
  });

  t.test('are written before the store closes', async (t) => {
    const file = fileIn(t);
    const store = open(t, file);
    const waiting = Array.from({ length: 600 }, (_, index) =>
      store.append(`fund-${index}`, 'no_stream', [anEvent({ data: `{"n":${index}}` })]),
    );
    const closing = store.close();
    await rejection(t, store.append('fund-late', 'no_stream', [anEvent()]), StoreUnavailable);
    await Promise.all([closing, ...waiting]);
    await store.close();
    t.equal((await everything(open(t, file))).length, 600);
  });
});

t.test('some streams are read without the others, page by page, up to a position', async (t) => {
  const store = openSqliteEventStore({ file: join(folder(t), 'ledger.sqlite') });
  t.same([...(await store.parts!.streams('0'))], []);
  const streams = ['register', 'fund-a', 'fund-b', 'disputes-"x"'];
  const heads = new Map<string, bigint>();
  for (let round = 0; round < 24; round++) {
    const stream = streams[round % streams.length]!;
    const { revision } = await store.append(stream, heads.get(stream) ?? 'no_stream', someEvents(200));
    heads.set(stream, revision);
  }
  const upTo = '4700';
  const all = (await everything(store)).filter(({ position }) => Number(position) <= Number(upTo));
  const counts = await store.parts!.streams(upTo);
  for (const stream of streams) t.equal(counts.get(stream), all.filter((each) => each.stream === stream).length);
  for (const some of [[], ['register'], ['fund-a', 'disputes-"x"'], [...streams, 'fund-c']]) {
    const read: RecordedEvent[] = [];
    for (let page; (page = await store.parts!.read(some, read.at(-1)?.position, upTo)).length > 0;) read.push(...page);
    t.strictSame(
      read,
      all.filter(({ stream }) => some.includes(stream)),
      some.join(),
    );
  }
  await store.close();
});

t.test('a closed store', async (t) => {
  t.test('rejects what is asked of it', async (t) => {
    const store = open(t, fileIn(t));
    await store.close();
    for (const asked of [store.readStream('fund-a'), store.readAll(), store.head(), store.diagnose()]) {
      await rejection(t, asked, StoreUnavailable);
    }
    await rejection(t, store.subscribe(undefined, { handle: () => undefined }).ended, StoreUnavailable);
  });

  t.test('leaves everything in the one file, which can be copied', async (t) => {
    const file = fileIn(t);
    const store = open(t, file);
    const { position } = await store.append('fund-a', 'no_stream', someEvents(3));
    await store.close();
    const copy = fileIn(t, 'copy.sqlite');
    copyFileSync(file, copy);
    t.equal(await open(t, copy, true).head(), position);
  });

  t.test('keeps everything for when it is opened again', async (t) => {
    const file = fileIn(t);
    const before = open(t, file);
    const events = someEvents(3);
    const answer = await before.append('fund-a', 'no_stream', events);
    const all = await everything(before);
    await before.close();
    const after = open(t, file);
    t.strictSame(await everything(after), all);
    t.equal(await after.head(), answer.position);
    t.strictSame(await after.append('fund-a', 'no_stream', events), answer, 'also an append that is repeated');
    t.equal((await after.append('fund-a', 2n, [anEvent()])).position, '4');
  });
});

t.test('an acknowledged commit is kept through a power failure', async (t) => {
  t.test('by the settings that the store reads back', async (t) => {
    const store = open(t, fileIn(t));
    t.match(await store.diagnose(), [
      { name: 'structure', ok: true, words: /\bok\b/ },
      { name: 'journal', ok: true, words: /\bwal\b/ },
      { name: 'durability', ok: true, words: /synchronous is 2\b/ },
    ]);
  });

  t.test('or the store is not opened', async (t) => {
    // Stands for a build of SQLite that lowers the synchronous level of files that it reopens.
    class Careless extends DatabaseSync {
      override exec(sql: string): void {
        super.exec(sql);
        if (sql.includes('synchronous = FULL')) super.exec('PRAGMA synchronous = NORMAL');
      }
    }
    const adapter = new URL('../../src/store/sqlite/sqlite-event-store.js', import.meta.url).href;
    const { openSqliteEventStore: openCarelessly } = await t.mockImport<
      typeof import('../../src/store/sqlite/sqlite-event-store.js')
    >(adapter, { '@photostructure/sqlite': { DatabaseSync: Careless } });
    t.throws(() => openCarelessly({ file: fileIn(t) }), { name: 'StoreUnavailable', message: /synchronous=FULL/ });
  });
});

t.test('acts are decided in a transaction only where nobody else has written', async (t) => {
  const store = open(t, fileIn(t));
  const [first, second, third] = someEvents(3);
  const commits = store.commits();
  t.ok(
    store.together(undefined, (batch) => {
      t.match(batch.append('fund-a', 'no_stream', [first!]), { revision: 0n, position: '1' });
      t.equal(batch.readStream('fund-a', { after: -1n, limit: 10 }).length, 1, 'it sees what it has appended');
      batch.append('fund-a', 0n, [second!]);
    }),
  );
  t.equal(store.commits() - commits, 1);
  const never = () => t.fail('it is not decided');
  t.notOk(store.together(undefined, never));
  t.notOk(store.together('1', never));
  t.ok(store.together('2', () => undefined));
  t.throws(
    () =>
      store.together('2', (batch) => {
        batch.append('fund-b', 'no_stream', [third!]);
        batch.append('fund-a', 'no_stream', [third!]);
      }),
    { name: 'StoreUnavailable' },
  );
  t.equal(store.commits() - commits, 1, 'what records nothing is no commit');
  t.equal(await store.head(), '2');
  await store.close();
  t.throws(() => store.together('2', never), { name: 'StoreUnavailable', message: /is closed/ });
});

t.test('the file itself refuses what is not an append', async (t) => {
  const file = fileIn(t);
  const store = open(t, file);
  const events = someEvents(3);
  await store.append('fund-a', 'no_stream', events);
  const all = await everything(store);
  const db = raw(t, file);
  const values = (position: number | string, revision: number, id: string, instant = INSTANT) =>
    `INTO events (position, stream, revision, id, type, data, metadata)
     VALUES (${position}, 'fund-a', ${revision}, '${id}', 'Noted', '{}', '{"recordedAt":"${instant}"}')`;

  for (const [what, sql] of [
    ['changing an event', `UPDATE events SET data = '{"note":0}' WHERE position = 2`],
    ['moving an event', 'UPDATE OR REPLACE events SET position = 9 WHERE position = 3'],
    ['deleting an event', 'DELETE FROM events WHERE position = 3'],
    ['deleting all events', 'DELETE FROM events'],
    ['leaving a gap', `INSERT ${values(5, 3, 'new')}`],
    ['filling a position again', `INSERT ${values(2, 3, 'new')}`],
    ['a position before the first', `INSERT ${values(0, 3, 'new')}`],
    ['no position', `INSERT ${values('NULL', 3, 'new')}`],
    ['going back in time', `INSERT ${values(4, 3, 'new', '1999-01-01T00:00:00.000Z')}`],
    ['a revision again', `INSERT ${values(4, 2, 'new')}`],
    ['an id again', `INSERT ${values(4, 3, events[0]!.id)}`],
    ['replacing the event at a position', `INSERT OR REPLACE ${values(3, 3, 'new')}`],
    ['replacing the event at a revision', `INSERT OR REPLACE ${values(4, 0, 'new')}`],
    ['replacing the event with an id', `INSERT OR REPLACE ${values(4, 3, events[0]!.id)}`],
    [
      'data that is not JSON',
      `INSERT INTO events VALUES (4, 'fund-a', 3, 'new', 'Noted', '{', '{"recordedAt":"${INSTANT}"}')`,
    ],
    ['metadata that is not JSON', `INSERT INTO events VALUES (4, 'fund-a', 3, 'new', 'Noted', '{}', 'x')`],
    ['a revision below 0', `INSERT ${values(4, -1, 'new')}`],
  ] as const) {
    t.test(what, async (t) => {
      db.exec('BEGIN IMMEDIATE');
      t.throws(() => db.exec(sql));
      t.strictSame(idsOf(db.prepare('SELECT id FROM events ORDER BY position').all() as { id: string }[]), idsOf(all));
      db.exec('ROLLBACK');
    });
  }

  t.test('and takes what is; the store hands out nothing that it did not record itself', async (t) => {
    db.exec(`INSERT ${values(4, 3, 'new')}`);
    t.strictSame((await store.asItLies!.readAll()).slice(0, 3), all);
    t.equal(await store.head(), '4');
    await t.rejects(store.readAll(), { name: 'LedgerDamaged', message: /Position 4 .* has no leaf/ });
  });
});

t.test('what is not a ledger is not opened', async (t) => {
  const notALedger = (t: Test, file: string, message: RegExp, readOnly = false) => {
    t.throws(() => openSqliteEventStore({ file, readOnly }), { name: 'NotALedger', message });
    try {
      openSqliteEventStore({ file, readOnly });
    } catch (error) {
      t.type(error, NotALedger);
    }
  };

  t.test('neither a database of something else, which stays as it was', async (t) => {
    const file = fileIn(t);
    const db = raw(t, file);
    db.exec('CREATE TABLE events (position INTEGER PRIMARY KEY); INSERT INTO events VALUES (1)');
    db.close();
    const before = readFileSync(file);
    notALedger(t, file, /not a ledger/);
    notALedger(t, file, /not a ledger/, true);
    t.ok(readFileSync(file).equals(before));
  });

  t.test('nor a ledger of a newer program', async (t) => {
    const file = await closedLedger(t);
    const db = raw(t, file);
    db.exec('PRAGMA user_version = 3');
    db.close();
    notALedger(t, file, /schema version 3; this program knows those up to 2/);
    notALedger(t, file, /schema version 3; this program knows those up to 2/, true);
  });

  t.test('nor a file that is no database', async (t) => {
    const file = fileIn(t, 'notes.txt');
    const words = 'Minutes of the partnership board. '.repeat(200);
    writeFileSync(file, words);
    notALedger(t, file, /not a database/);
    notALedger(t, file, /not a database/, true);
    t.equal(readFileSync(file, 'utf8'), words);
  });

  t.test('nor an empty file, where it is only to be read', async (t) => {
    const file = fileIn(t);
    writeFileSync(file, '');
    notALedger(t, file, /empty/, true);
    t.equal(readFileSync(file).length, 0);
    t.strictSame(await everything(open(t, file)), [], 'though it may become a ledger');
  });
});

t.test('what cannot be opened is unavailable', async (t) => {
  const missing = join(folder(t), 'nowhere', 'ledger.sqlite');
  t.throws(() => openSqliteEventStore({ file: missing }), { name: 'StoreUnavailable', message: missing });
  const absent = fileIn(t);
  t.throws(() => openSqliteEventStore({ file: absent, readOnly: true }), { name: 'StoreUnavailable' });
  t.notOk(existsSync(absent), 'a file to be read is not made');
});

t.test('a copy opened for reading', async (t) => {
  const file = await closedLedger(t);
  const before = readFileSync(file);
  const store = open(t, file, true);

  t.test('is read and followed', async (t) => {
    const reader = followed(t, store);
    await reader.until(3);
    t.strictSame(reader.seen, await everything(store));
    t.match(await store.diagnose(), [
      { name: 'structure', ok: true },
      { name: 'journal', ok: true },
      { name: 'durability', ok: true, words: /reading only/ },
    ]);
  });

  t.test('is not written to', async (t) => {
    await rejection(t, store.append('fund-a', 2n, [anEvent()]), StoreUnavailable);
    await rejection(t, store.append('fund-b', 'no_stream', [anEvent()]), StoreUnavailable);
    t.equal((await everything(store)).length, 3);
    await store.close();
    t.ok(readFileSync(file).equals(before));
  });
});

t.test('what is not in order is found', async (t) => {
  t.test('a journal that is not the log', async (t) => {
    const file = await closedLedger(t);
    const db = raw(t, file);
    db.exec('PRAGMA journal_mode = DELETE');
    db.close();
    t.match(await open(t, file, true).diagnose(), [
      { name: 'structure', ok: true },
      { name: 'journal', ok: false, words: /\bdelete\b/ },
      { name: 'durability', ok: true },
    ]);
  });

  t.test('a page that was overwritten', async (t) => {
    const file = await closedLedger(t, 200);
    const bytes = readFileSync(file);
    bytes.fill(0xff, bytes.length - 4_096);
    writeFileSync(file, bytes);
    const [structure] = await open(t, file).diagnose();
    t.match(structure, { name: 'structure', ok: false });
  });
});

t.test('while another connection is writing', async (t) => {
  t.test('what is recorded is read, and appends wait in their order until it has let go', async (t) => {
    const file = fileIn(t);
    const store = open(t, file);
    await store.append('fund-a', 'no_stream', [anEvent()]);
    const db = raw(t, file);
    db.exec('BEGIN IMMEDIATE');
    const events = someEvents(3);
    const landed: string[] = [];
    const waiting = events.map(async (event, index) => {
      const { position } = await store.append('fund-a', BigInt(index), [event]);
      landed.push(event.id);
      return position;
    });
    // Some turns of the event loop, in which nobody has to wait for the waiting one.
    for (let turn = 0; turn < 20; turn++) {
      t.equal((await everything(store)).length, 1);
      await setTimeout(2);
    }
    t.throws(
      () => store.together('1', () => t.fail('it is not decided')),
      { name: 'StoreBusy', message: /another process is writing/ },
      'a decision does not wait: who decides does',
    );
    t.same(landed, []);
    db.exec('ROLLBACK');
    t.same(await Promise.all(waiting), ['2', '3', '4']);
    t.same(landed, idsOf(events));
    t.equal(store.commits(), 2, 'those that waited share a commit');
  });

  t.test('an append is refused after a while, and nothing is left of it', async (t) => {
    const file = fileIn(t);
    const store = open(t, file);
    const db = raw(t, file);
    db.exec('BEGIN IMMEDIATE');
    const event = anEvent();
    const busy = await rejection(t, store.append('fund-a', 'no_stream', [event]), StoreBusy);
    t.type(busy, StoreUnavailable);
    db.exec('ROLLBACK');
    t.equal((await store.append('fund-a', 'no_stream', [event])).position, '1');
  });

  t.test('a store that closes waits no longer than that either', async (t) => {
    const file = fileIn(t);
    const store = open(t, file);
    const db = raw(t, file);
    db.exec('BEGIN IMMEDIATE');
    const refused = rejection(t, store.append('fund-a', 'no_stream', [anEvent()]), StoreBusy);
    await store.close();
    await refused;
    db.exec('ROLLBACK');
    t.equal(await open(t, file).head(), undefined);
  });
});

t.test('a read that meets another process as it mends or closes the file is tried again', async (t) => {
  let busy = 0;
  class Mended extends DatabaseSync {
    override prepare(...values: Parameters<DatabaseSyncInstance['prepare']>) {
      const statement = super.prepare(...values);
      const all = statement.all.bind(statement);
      return Object.defineProperty(statement, 'all', {
        value: (...bound: unknown[]): unknown[] => {
          if (busy-- > 0) throw Object.assign(new Error('database is locked'), { errcode: 261 });
          return all(...bound);
        },
      });
    }
  }
  const adapter = new URL('../../src/store/sqlite/sqlite-event-store.js', import.meta.url).href;
  const { openSqliteEventStore: openMended } = await t.mockImport<
    typeof import('../../src/store/sqlite/sqlite-event-store.js')
  >(adapter, { '@photostructure/sqlite': { DatabaseSync: Mended } });
  const store = openMended({ file: fileIn(t) });
  t.teardown(() => store.close());
  const event = anEvent();
  await store.append('fund-a', 'no_stream', [event]);
  busy = 3;
  t.same(idsOf(await store.readAll()), [event.id]);
  busy = Infinity;
  await t.rejects(store.readStream('fund-a'), { name: 'StoreBusy' }, 'but not for ever');
});

t.test('whether a file can be written is tried without recording anything', async (t) => {
  const file = fileIn(t);
  const store = open(t, file);
  await store.append('fund-a', 'no_stream', [anEvent()]);
  const [before, size] = [await everything(store), statSync(`${file}-wal`).size];
  await store.tryWriting!();
  t.ok(statSync(`${file}-wal`).size > size, 'the disk is written to');
  t.same(await everything(store), before);
  t.equal((await store.append('fund-a', 0n, [anEvent()])).position, '2');
  const reader = open(t, await closedLedger(t), true);
  await t.rejects(reader.tryWriting!(), { name: 'StoreUnavailable', message: /readonly/ });
});

/** Starts a process that waits for a message and then writes. Resolves to its exit code. */
async function writer(file: string, name: string, count: number) {
  const child = fork(fileURLToPath(new URL('./writer.js', import.meta.url)), [file, name, String(count)]);
  await once(child, 'message');
  const ended = once(child, 'exit').then(([code]: unknown[]) => code);
  return { start: () => child.send('start'), ended };
}

t.test('processes that write to one ledger at the same moment write one sequence', async (t) => {
  const file = fileIn(t);
  const reader = followed(t, open(t, file));
  const names = ['one', 'two', 'three'];
  const writers = await Promise.all(names.map((name) => writer(file, name, 20)));
  for (const { start } of writers) start();
  t.strictSame(await Promise.all(writers.map(({ ended }) => ended)), [0, 0, 0]);

  const all = await everything(open(t, file));
  t.strictSame(
    all.map((event) => event.position),
    Array.from({ length: names.length * 40 }, (_, index) => String(index + 1)),
  );
  t.equal(new Set(idsOf(all)).size, all.length);
  for (const [stream, count] of [...names.map((name) => [`fund-${name}`, 20] as const), ['fund-shared', 60] as const]) {
    t.strictSame(
      all.filter((event) => event.stream === stream).map((event) => event.revision),
      Array.from({ length: count }, (_, index) => BigInt(index)),
    );
  }
  await reader.until(all.length);
  t.strictSame(reader.seen, all, 'as a subscription of another process sees it');
});

t.test('a process that opens a ledger while another makes it opens what the other made', async (t) => {
  const made = raw(t, await closedLedger(t, 0));
  const schema = made.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').all() as { sql: string }[];
  const marks = ['application_id', 'user_version'].map((name) => {
    const mark = made.prepare(`PRAGMA ${name}`).get() as Record<string, number>;
    return `PRAGMA ${name} = ${mark[name]!}`;
  });
  const file = fileIn(t);
  const maker = raw(t, file);
  maker.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE');
  maker.exec([...schema.map(({ sql }) => sql), ...marks].join(';'));
  const late = await writer(file, 'late', 1);
  late.start();
  // Time for it to find the file empty and to wait for the lock. If it is slower, it finds the ledger made, and the
  // test holds all the same.
  await setTimeout(300);
  maker.exec('COMMIT');
  t.equal(await late.ended, 0);
  t.equal((await everything(open(t, file))).length, 2);
});

t.test('a damaged file cannot be opened, and that is said', async (t) => {
  const file = fileIn(t);
  const header = Buffer.alloc(4096, 0xff);
  header.write('SQLite format 3\0', 0, 'latin1');
  writeFileSync(file, header);
  t.throws(() => openSqliteEventStore({ file }), /cannot|not a|malformed|file/);
});

t.test('a ledger without its table cannot be used, and that is said', async (t) => {
  const file = fileIn(t);
  await openSqliteEventStore({ file }).close();
  const db = new DatabaseSync(file);
  db.exec('ALTER TABLE events RENAME TO other');
  db.close();
  t.throws(() => openSqliteEventStore({ file }), { name: 'StoreUnavailable', message: /no such table/ });
});

t.test('the floor of a ledger without events is raised like any other', async (t) => {
  const store = open(t, fileIn(t));
  t.ok(store.floor!.raise!(undefined, INSTANT, () => t.fail('there is nothing to take')));
  t.equal(store.floor!.known(), INSTANT);
});

t.test('within an act the floor cannot be raised, and the act is not recorded', async (t) => {
  const store = open(t, fileIn(t));
  t.throws(
    () =>
      store.together(undefined, (batch) => {
        batch.append('fund-a', 'no_stream', [anEvent()]);
        store.floor!.raise!(undefined, INSTANT, () => undefined);
      }),
    { name: 'StoreUnavailable', message: /within a transaction/ },
  );
  t.same(await everything(store), []);
  await store.append('fund-a', 'no_stream', [anEvent()]);
});

t.test('a store that is closed within an act records nothing of it, and keeps all from before', async (t) => {
  const file = fileIn(t);
  const store = open(t, file);
  const event = anEvent();
  await store.append('fund-a', 'no_stream', [event]);
  t.throws(
    () =>
      store.together('1', (batch) => {
        batch.append('fund-b', 'no_stream', [anEvent()]);
        void store.close();
      }),
    { message: /not open/ },
  );
  t.same(idsOf(await everything(open(t, file))), [event.id]);
});

t.test('appends that wait behind those that cannot be committed are tried after them', async (t) => {
  const file = fileIn(t);
  const store = open(t, file);
  const other = raw(t, file);
  other.exec(`
    CREATE TABLE parent (id INTEGER PRIMARY KEY);
    CREATE TABLE child (parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER orphans AFTER INSERT ON events WHEN NEW.type = 'Fatal' BEGIN INSERT INTO child VALUES (1); END;
  `);
  other.close();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 600 }, (_, index) =>
      store.append(`fund-${index}`, 'no_stream', [anEvent(index === 0 ? { type: 'Fatal' } : {})]),
    ),
  );
  t.same(new Set(statuses(outcomes.slice(0, 512))), new Set(['rejected']));
  t.same(new Set(statuses(outcomes.slice(512))), new Set(['fulfilled']));
});
