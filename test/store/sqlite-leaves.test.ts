import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { EMPTY_ROOT, hexOf, isSameHash, type Hash, type Hashes } from '../../evidence/tree.js';
import { storedTree } from '../../src/store/stored-tree.js';
import type { EventStore, ExpectedRevision, NewEvent } from '../../src/store/event-store.js';
import { leafOf } from '../../src/store/leaf.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { naiveRoot } from '../evidence/naive.js';
import { folder } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { makeOld } from './before-the-tree.js';
import { anEvent, everything, someEvents } from './conformance.js';

/** A file keeps the tree of its events, written in the transaction that records them. */

const newFile = (t: Test): string => join(folder(t), 'ledger.sqlite');

async function keptLeaves(store: EventStore): Promise<Hashes> {
  const leaves: (Hash | undefined)[] = [];
  for (;;) {
    const page = await store.leaves!(leaves.length);
    if (page.length === 0) return leaves;
    leaves.push(...page);
  }
}

/** Whether the tree of a store matches the bytes of its events, at each of some sizes. */
async function isTheirs(store: EventStore, at: readonly number[] = []): Promise<boolean> {
  const leaves = (await everything(store)).map(leafOf);
  const kept = await keptLeaves(store);
  if (kept.length !== leaves.length || !leaves.every((leaf, place) => isSameHash(leaf, kept[place]!))) return false;
  const tree = storedTree(store)!;
  for (const size of [...at, leaves.length]) {
    const root = hexOf(await tree.rootAt(size));
    if (root !== hexOf(naiveRoot(leaves.slice(0, size)))) return false;
  }
  return true;
}

t.test('the tree of an empty ledger has no leaves', async (t) => {
  const store = openSqliteEventStore({ file: newFile(t) });
  t.same(await store.leaves!(0), []);
  t.same(await storedTree(store)!.rootAt(0), EMPTY_ROOT);
  await store.close();
});

t.test('whatever is appended or fails, together or one by one, the tree is that of what there is', async (t) => {
  const step = fc.record({
    stream: fc.constantFrom('a', 'b', 'c'),
    count: fc.nat(3),
    as: fc.constantFrom('append', 'goes back', 'together', 'breaks off', 'settles', 'opens anew'),
  });

  async function holds(steps: readonly { stream: string; count: number; as: string }[], isLarge: boolean) {
    const file = newFile(t);
    let store = openSqliteEventStore({ file });
    // So that there are subtrees too.
    if (isLarge) await store.append('first', 'no_stream', someEvents(250));
    const headOf = async (stream: string): Promise<ExpectedRevision> =>
      (await store.readStream(stream)).at(-1)?.revision ?? 'no_stream';
    const waiting: Promise<unknown>[] = [];
    // Waiting appends share a transaction, each with its own savepoint. It does not matter which of them conflict.
    const begin = async (stream: string, events: readonly NewEvent[]) => {
      const expected = await headOf(stream);
      waiting.push(store.append(stream, expected, events).catch(() => undefined));
    };
    const settled = () => Promise.all(waiting.splice(0));
    for (const { stream, count, as } of steps) {
      const events = someEvents(count);
      if (as === 'append') await begin(stream, events);
      else if (as === 'goes back') {
        await begin(stream, [...events, anEvent({ metadata: '{"recordedAt":"1999-01-01T00:00:00.000Z"}' })]);
      } else await settled();
      if (as === 'opens anew') {
        await store.close();
        store = openSqliteEventStore({ file });
      }
      if (as === 'together' || as === 'breaks off') {
        const [at, expected] = [await store.head(), await headOf(stream)];
        const act = () =>
          store.together(at, (batch) => {
            batch.append(stream, expected, events);
            if (as === 'breaks off') throw new Error('it is broken off');
          });
        if (as === 'breaks off') t.throws(act, /broken off/);
        else act();
      }
    }
    await settled();
    const isTrue = await isTheirs(store, isLarge ? [1, 249, 250] : []);
    await store.close();
    return isTrue;
  }

  await asyncProperty(t, fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), holds), 40);
});

t.test('an append that fails leaves no leaf', async (t) => {
  const store = openSqliteEventStore({ file: newFile(t) });
  await store.append('a', 'no_stream', someEvents(255));
  const [refused] = await Promise.allSettled([
    store.append('a', 254n, [anEvent(), anEvent({ metadata: '{"recordedAt":"1999-01-01T00:00:00.000Z"}' })]),
    store.append('b', 'no_stream', someEvents(1)),
    store.append('a', 'no_stream', someEvents(1)),
  ]);
  t.match(refused, { status: 'rejected', reason: { name: 'RecordedBehind' } });
  t.throws(() =>
    store.together('256', (batch) => {
      batch.append('b', 0n, someEvents(1));
      throw new Error('the disk is full');
    }),
  );
  t.ok(await isTheirs(store, [255, 256]));
  t.equal((await store.subtrees!(8, 0)).length, 1);
  await store.append('b', 0n, someEvents(257));
  t.ok(await isTheirs(store, [256, 511, 512, 513]));
  t.equal((await store.subtrees!(8, 0)).length, 2);
  await store.close();
});

t.test('services on one file go on from each other’s leaves', async (t) => {
  const file = newFile(t);
  const stores = [openSqliteEventStore({ file }), openSqliteEventStore({ file })];
  for (let round = 0; round < 3; round++) {
    for (const [index, store] of stores.entries()) {
      const revision = BigInt(round) * 100n - 1n;
      await store.append(`s${index}`, round === 0 ? 'no_stream' : revision, someEvents(100));
    }
  }
  for (const store of stores) {
    t.ok(await isTheirs(store));
    await store.close();
  }
});

/** Lets processes write to one file at the same time, until all have ended. */
async function written(t: Test, file: string, names: readonly string[], events: number): Promise<void> {
  const program = fileURLToPath(new URL('./writer.js', import.meta.url));
  const children = names.map((name) => fork(program, [file, name, String(events)]));
  await Promise.all(children.map((child) => once(child, 'message')));
  for (const child of children) child.send('start');
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
  t.same(
    codes,
    names.map(() => 0),
  );
}

t.test('processes that write to one file at once make one tree', async (t) => {
  const file = newFile(t);
  await openSqliteEventStore({ file }).close();
  await written(t, file, ['one', 'two'], 70);
  const store = openSqliteEventStore({ file, readOnly: true });
  t.equal((await everything(store)).length, 280);
  t.ok(await isTheirs(store));
  await store.close();
});

t.test('leaves and subtrees are neither changed nor removed', async (t) => {
  const file = newFile(t);
  const store = openSqliteEventStore({ file });
  await store.append('a', 'no_stream', someEvents(256));
  await store.close();
  const db = new DatabaseSync(file);
  for (const table of ['leaves', 'subtrees']) {
    t.throws(() => db.exec(`UPDATE ${table} SET hash = zeroblob(32)`), /never updated/);
    t.throws(() => db.exec(`DELETE FROM ${table}`), /never deleted/);
  }
  db.close();
});

t.test('nothing is written to a file whose tree is not whole', async (t) => {
  for (const [statement, words] of [
    ['DELETE FROM leaves WHERE position > 250', /it has 300 events and 250 leaves: some of it was taken away/],
    ['DELETE FROM events WHERE position > 250', /it has 250 events and 300 leaves: some of it was taken away/],
    ['DELETE FROM leaves WHERE position = 270', /The tree of the ledger is not whole: leaf 269 is missing/],
    ['DELETE FROM subtrees', /not whole: the subtree at place 0 of level 8 is missing/],
  ] as const) {
    const file = newFile(t);
    const made = openSqliteEventStore({ file });
    await made.append('a', 'no_stream', someEvents(300));
    await made.close();
    const db = new DatabaseSync(file);
    for (const table of ['events', 'leaves', 'subtrees']) db.exec(`DROP TRIGGER ${table}_are_never_deleted`);
    db.exec(statement);
    db.close();
    const store = openSqliteEventStore({ file });
    const told = { name: 'StoreUnavailable', message: words };
    await t.rejects(store.append('b', 'no_stream', someEvents(1)), told, statement);
    t.throws(() => store.together('300', () => undefined), told);
    await store.close();
  }
});

t.test('a file of before there was the tree', async (t) => {
  async function old(t: Test, withDigest?: number): Promise<{ readonly file: string; readonly root: string }> {
    const file = newFile(t);
    const made = openSqliteEventStore({ file });
    await made.append('a', 'no_stream', someEvents(5_002));
    const root = hexOf(await storedTree(made)!.rootAt(5_002));
    await made.close();
    makeOld(file, withDigest);
    return { file, root };
  }
  const tablesOf = (file: string): string[] => {
    const db = new DatabaseSync(file, { readOnly: true });
    const rows = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    db.close();
    return (rows as { name: string }[]).map(({ name }) => name);
  };

  await t.test('is read as it is, and not changed', async (t) => {
    const { file } = await old(t);
    const before = readFileSync(file);
    const store = openSqliteEventStore({ file, readOnly: true });
    t.equal(store.leaves, undefined);
    t.equal(store.subtrees, undefined);
    t.equal((await everything(store)).length, 5_002);
    await store.close();
    t.ok(readFileSync(file).equals(before));
  });

  for (const [name, withDigest] of [
    ['with digests', undefined],
    ['whose last events have none', 5_000],
    ['that never had any', 0],
  ] as const) {
    await t.test(`${name}, is given its tree by whoever opens it to write`, async (t) => {
      const { file, root } = await old(t, withDigest);
      const store = openSqliteEventStore({ file });
      t.equal(hexOf(await storedTree(store)!.rootAt(5_002)), root);
      await store.append('a', 5_001n, someEvents(200));
      t.ok(await isTheirs(store, [1, 256, 5_002, 5_120]));
      await store.close();
      t.same(tablesOf(file), ['events', 'floor', 'leaves', 'subtrees']);
    });
  }

  await t.test('is left as it is where a digest is not that of its bytes', async (t) => {
    const { file } = await old(t);
    const db = new DatabaseSync(file);
    db.exec(`DROP TRIGGER events_are_never_updated; UPDATE events SET data = '{}' WHERE position = 5001`);
    db.close();
    t.throws(() => openSqliteEventStore({ file }), {
      name: 'NotALedger',
      message: /the event at position 5001, or one before it, is not what it was/,
    });
    t.same(tablesOf(file), ['digests', 'events', 'floor']);
  });

  await t.test('is given its tree once, whoever comes first', async (t) => {
    const { file, root } = await old(t);
    await written(t, file, ['one', 'two', 'three'], 1);
    const store = openSqliteEventStore({ file });
    t.equal(hexOf(await storedTree(store)!.rootAt(5_002)), root);
    t.ok(await isTheirs(store));
    await store.close();
  });
});
