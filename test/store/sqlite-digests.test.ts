import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import t, { type Test } from 'tap';
import { digestAfter, eventHash } from '../../src/store/digest.js';
import { ConcurrencyConflict, type EventStore, type Position } from '../../src/store/event-store.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { folder } from '../support/ledger.js';
import { anEvent, someEvents } from './conformance.js';

/** A file keeps the digest of the ledger up to each event, written in the transaction that records the event. */

/** Holds the digests that a store keeps to those of the events that it holds; returns how many there are. */
async function held(t: Test, store: EventStore): Promise<number> {
  let digest = '';
  let count = 0;
  for (let after: Position | undefined; ;) {
    const page = await store.readAll({ after });
    if (page.length === 0) return count;
    const digests = page.map((event) => (digest = digestAfter(digest, eventHash(event))));
    t.same(await store.digests!(page[0]!.position, page.length), digests);
    count += page.length;
    after = page.at(-1)!.position;
  }
}

t.test('the digest up to every event is kept with it', async (t) => {
  const store = openSqliteEventStore({ file: join(folder(t), 'ledger.sqlite') });
  t.same(await store.digests!('1'), [], 'there is none of an empty ledger');
  await store.append('a', 'no_stream', someEvents(2));
  await Promise.all([store.append('b', 'no_stream', someEvents(1)), store.append('a', 1n, someEvents(1))]);
  store.together('4', (batch) => batch.append('c', 'no_stream', someEvents(2)));
  t.equal(await held(t, store), 6);
  t.same(await store.digests!('6', 1), (await store.digests!('1')).slice(-1));
  await store.close();
});

t.test('an append that fails leaves no digest', async (t) => {
  const store = openSqliteEventStore({ file: join(folder(t), 'ledger.sqlite') });
  await store.append('a', 'no_stream', someEvents(1));
  const [refused] = await Promise.allSettled([
    store.append('a', 'no_stream', someEvents(1)),
    store.append('b', 'no_stream', someEvents(1)),
  ]);
  t.match(refused, { status: 'rejected', reason: ConcurrencyConflict });
  t.throws(() =>
    store.together('2', (batch) => {
      batch.append('b', 0n, someEvents(1));
      throw new Error('the disk is full');
    }),
  );
  await store.append('b', 0n, someEvents(1));
  t.equal(await held(t, store), 3);
  await store.close();
});

t.test('services on one file continue each other’s digests', async (t) => {
  const file = join(folder(t), 'ledger.sqlite');
  const stores = [openSqliteEventStore({ file }), openSqliteEventStore({ file })];
  for (let round = 0; round < 3; round++) {
    for (const [index, store] of stores.entries()) {
      await store.append(`s${index}`, round === 0 ? 'no_stream' : BigInt(round - 1), [anEvent()]);
    }
  }
  for (const store of stores) {
    t.equal(await held(t, store), 6);
    await store.close();
  }
});

t.test('a ledger that was made without digests', async (t) => {
  const file = join(folder(t), 'ledger.sqlite');
  /** What a program does that knows nothing of digests. */
  const asBefore = (sql: string) => {
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
  };
  const made = openSqliteEventStore({ file });
  await made.append('a', 'no_stream', someEvents(5_002));
  await made.close();
  asBefore('DROP TABLE digests');

  await t.test('has none where it is only read', async (t) => {
    const store = openSqliteEventStore({ file, readOnly: true });
    t.equal(store.digests, undefined);
    await store.close();
  });

  await t.test('is given them with the next event', async (t) => {
    const store = openSqliteEventStore({ file });
    t.same(await store.digests!('1'), []);
    await store.append('b', 'no_stream', someEvents(1));
    t.equal(await held(t, store), 5_003);
    asBefore(`INSERT INTO events VALUES (5004, 'old', 0, 'old', 'Noted', '{}', '${anEvent().metadata}')`);
    t.same(await store.digests!('5004'), []);
    await store.append('b', 0n, someEvents(1));
    t.equal(await held(t, store), 5_005);
    asBefore(`INSERT INTO events VALUES (5006, 'old', 1, 'older', 'Noted', '{}', '${anEvent().metadata}')`);
    t.equal(
      store.together('5006', () => undefined),
      true,
      'a transaction in which nothing is recorded gives none',
    );
    t.same(await store.digests!('5006'), []);
    await store.append('b', 1n, someEvents(1));
    t.equal(await held(t, store), 5_007, 'and stands in no way of those that come');
    await store.close();
  });
});

t.test('digests are neither changed nor removed', async (t) => {
  const file = join(folder(t), 'ledger.sqlite');
  const store = openSqliteEventStore({ file });
  await store.append('a', 'no_stream', someEvents(1));
  await store.close();
  const db = new DatabaseSync(file);
  t.throws(() => db.exec('UPDATE digests SET digest = zeroblob(32)'), /never updated/);
  t.throws(() => db.exec('DELETE FROM digests'), /never deleted/);
  db.close();
});
