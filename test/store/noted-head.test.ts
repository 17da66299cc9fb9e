import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import t, { type Test } from 'tap';
import { hexOf } from '../../evidence/tree.js';
import type { NewEvent } from '../../src/store/event-store.js';
import type { Head } from '../../src/store/sqlite/noted-head.js';
import { openSqliteEventStore, type SqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { storedTree } from '../../src/store/stored-tree.js';
import { folder } from '../support/ledger.js';

/** The last event of a ledger is noted beside it, so that lost acts are noticed. */

const AT = '2026-04-01T09:00:00.000Z';
let made = 0;

const event = (recordedAt = AT): NewEvent => ({
  id: `event-${++made}`,
  type: 'Noted',
  data: `{"number":${made}}`,
  metadata: JSON.stringify({ recordedAt }),
});

const open = (file: string, how: { readOnly?: boolean; mustExist?: boolean } = {}): SqliteEventStore =>
  openSqliteEventStore({ file, notedBy: '1.2.3', ...how });

/** Appends so many events, each in a commit of its own. */
async function append(store: SqliteEventStore, count = 1): Promise<void> {
  for (let each = 0; each < count; each++) {
    const last = (await store.readStream('stream')).at(-1)?.revision;
    await store.append('stream', last ?? 'no_stream', [event()]);
  }
}

const noted = (file: string): Head => JSON.parse(readFileSync(`${file}.head`, 'utf8')) as Head;

/** Waits until a condition holds. If it never does, tap’s own time limit ends the test. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(10);
}

async function ledger(t: Test, events: number): Promise<string> {
  const file = join(folder(t), 'ledger.sqlite');
  const store = open(file);
  await append(store, events);
  await store.close();
  return file;
}

t.test(
  'the first commit is noted at once, later ones within a second or at the end, for the owner alone',
  async (t) => {
    const file = join(folder(t), 'ledger.sqlite');
    const store = open(file);
    t.notOk(existsSync(`${file}.head`), 'an empty file has nothing to note');
    await append(store);
    await until(() => existsSync(`${file}.head`));
    const [first] = await store.leaves!(0, 1);
    t.match(noted(file), { ledger: hexOf(first!), size: 1, program: '1.2.3' });
    await append(store, 2);
    await until(() => noted(file).size === 3);
    await append(store);
    const root = hexOf(await storedTree(store)!.rootAt(4));
    await store.close();
    t.match(noted(file), { ledger: hexOf(first!), size: 4, root });
    t.equal(statSync(`${file}.head`).mode & 0o077, 0);
  },
);

t.test('whoever only reads notes nothing, and is told what is missing', async (t) => {
  const file = await ledger(t, 2);
  const before = readFileSync(`${file}.head`);
  rmSync(`${file}.head`);
  const without = open(file, { readOnly: true });
  t.equal(without.lost!(), undefined);
  t.match((await without.diagnose()).at(-1), { name: 'noted', ok: true, words: /Nothing has been noted/ });
  await without.close();
  t.notOk(existsSync(`${file}.head`));
  writeFileSync(`${file}.head`, before);
  const store = open(file, { readOnly: true });
  t.match((await store.diagnose()).at(-1), { name: 'noted', ok: true, words: /notes 2 events, by version 1\.2\.3/ });
  await store.close();
});

t.test(
  'an older copy that is put back is told, and nothing is recorded in it until the loss is accepted',
  async (t) => {
    const file = await ledger(t, 3);
    const copy = `${file}.copy`;
    copyFileSync(file, copy);
    const later = open(file);
    await append(later, 2);
    await later.close();
    const head = noted(file);
    copyFileSync(copy, file);

    const reading = open(file, { readOnly: true });
    t.match(reading.lost!(), {
      noted: { size: 5, root: head.root },
      found: { size: 3 },
      words: /has 3 events, and .* notes 5/,
    });
    await reading.close();

    const store = open(file);
    t.match((await store.diagnose()).at(-1), { name: 'noted', ok: false, words: /acts that were recorded are gone/ });
    await t.rejects(append(store), { name: 'LedgerDamaged', message: /acts that were recorded are gone/ });
    await t.rejects(store.tryWriting!(), { name: 'LedgerDamaged' });
    t.throws(() => store.together('3', () => undefined), { name: 'LedgerDamaged' });
    t.equal((await store.readAll()).length, 3, 'what is there can be read');
    t.same(noted(file), head, 'and its note stays');
    store.acceptLoss!();
    t.equal(store.lost!(), undefined);
    await append(store);
    await until(() => noted(file).size === 4);
    await store.close();
    const again = open(file);
    t.equal(again.lost!(), undefined);
    await again.close();
  },
);

t.test('a file that goes as far and is of other events is told, and so is another ledger', async (t) => {
  const [one, other] = [await ledger(t, 2), await ledger(t, 4)];
  const fork = open(one);
  const copy = `${one}.copy`;
  await fork.close();
  copyFileSync(one, copy);
  const goesOn = open(one);
  await append(goesOn);
  await goesOn.close();
  const parted = openSqliteEventStore({ file: copy });
  await append(parted, 3);
  await parted.close();
  copyFileSync(copy, one);
  const store = open(one);
  t.match(store.lost!(), { noted: { size: 3 }, found: { size: 5 }, words: /its first 3 events are others/ });
  await store.close();
  copyFileSync(other, one);
  const stranger = open(one);
  t.match(stranger.lost!()!.words, /another ledger/);
  await stranger.close();
});

t.test('a file that is gone is not begun anew while its note is there', async (t) => {
  const file = await ledger(t, 2);
  rmSync(file);
  t.throws(() => open(file, { mustExist: false }), {
    name: 'StoreUnavailable',
    message: /is gone, and .* notes 2 events/,
  });
  t.notOk(existsSync(file));
  rmSync(`${file}.head`);
  await open(file).close();
  t.ok(existsSync(file));
});

t.test('of a ledger that nobody notes nothing is missing', async (t) => {
  const store = openSqliteEventStore({ file: join(folder(t), 'ledger.sqlite') });
  store.acceptLoss!();
  t.equal(store.lost!(), undefined);
  await store.close();
});

t.test('a note that cannot be read is told', async (t) => {
  const file = await ledger(t, 1);
  writeFileSync(`${file}.head`, '{"size":1}');
  t.throws(() => open(file), { name: 'StoreUnavailable', message: /cannot be read, which says how far/ });
});

t.test('what was settled stays so where an older copy is put back', async (t) => {
  const file = await ledger(t, 1);
  const copy = `${file}.copy`;
  copyFileSync(file, copy);
  const store = open(file);
  t.ok(store.floor!.raise!('1', '2026-05-01T00:00:00.000Z', () => undefined));
  t.ok(
    store.floor!.raise!('1', undefined, () => undefined),
    'only looking notes nothing',
  );
  await store.close();
  t.equal(noted(file).floor, '2026-05-01T00:00:00.000Z');
  copyFileSync(copy, file);
  const later = open(file);
  t.equal(later.lost!(), undefined, 'no act is missing');
  t.equal(later.floor!.known(), '2026-05-01T00:00:00.000Z');
  await t.rejects(append(later), { name: 'RecordedBehind' });
  await later.close();
});

t.test('a floor of an empty ledger is not noted', async (t) => {
  const file = join(folder(t), 'ledger.sqlite');
  const store = open(file);
  t.ok(store.floor!.raise!(undefined, AT, () => undefined));
  await store.close();
  t.notOk(existsSync(`${file}.head`));
});

t.test('what cannot be noted is not recorded any more, until it can', async (t) => {
  const file = await ledger(t, 1);
  const store = open(file);
  mkdirSync(`${file}.head.new`);
  await append(store);
  await until(async () =>
    append(store).then(
      () => false,
      (error: unknown) => /head cannot be written/.test(String(error)),
    ),
  );
  const size = (await store.readAll()).length;
  rmSync(`${file}.head.new`, { recursive: true });
  await append(store);
  t.equal((await store.readAll()).length, size + 1);
  mkdirSync(`${file}.head.new`);
  await store.close();
  t.equal(noted(file).size, size, 'at the end it is no fault: the file is ahead of its note');
});

t.test('a service finds out that more was noted than there is, and stops recording', async (t) => {
  const file = await ledger(t, 1);
  const store = open(file);
  writeFileSync(`${file}.head`, JSON.stringify({ ...noted(file), size: 1_000 }));
  await until(async () =>
    append(store).then(
      () => false,
      (error: unknown) => /notes 1000/.test(String(error)),
    ),
  );
  t.equal(noted(file).size, 1_000);
  await store.close();
});

t.test('while another program writes, the note waits', async (t) => {
  const file = await ledger(t, 1);
  const store = open(file);
  await append(store);
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  await setTimeout(50);
  other.exec('ROLLBACK');
  other.close();
  await until(() => noted(file).size === 2);
  await append(store);
  await store.close();
  t.equal(noted(file).size, 3);
});

t.test('a tree that is not whole is told by whoever reads it, and not by the note', async (t) => {
  const file = await ledger(t, 3);
  const db = new DatabaseSync(file);
  db.exec('DROP TRIGGER leaves_are_never_deleted; DELETE FROM leaves WHERE position = 2');
  db.close();
  const store = open(file, { readOnly: true });
  t.equal(store.lost!(), undefined);
  await store.close();
});
