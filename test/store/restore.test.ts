import {
  copyFileSync,
  existsSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { NewEvent } from '../../src/store/event-store.js';
import type { Head } from '../../src/store/sqlite/noted-head.js';
import { putBack } from '../../src/store/sqlite/restore.js';
import { openSqliteEventStore, type SqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { folder } from '../support/ledger.js';
import { makeOld } from './before-the-tree.js';

/** A backup is put in the place of a ledger’s file. The old file is kept, and so is everything noted about it. */

const HOW = { program: '1.2.3', stamp: 'now' };
const FLOOR = '2026-05-01T00:00:00.000Z';
let made = 0;

const event = (): NewEvent => ({
  id: `event-${++made}`,
  type: 'Noted',
  data: `{"number":${made}}`,
  metadata: JSON.stringify({ recordedAt: '2026-04-01T09:00:00.000Z' }),
});

const open = (file: string, readOnly = false): SqliteEventStore =>
  openSqliteEventStore({ file, readOnly, notedBy: '1.2.3' });

async function append(file: string): Promise<void> {
  const store = open(file);
  const last = (await store.readStream('stream')).at(-1)?.revision;
  await store.append('stream', last ?? 'no_stream', [event()]);
  await store.close();
}

const noted = (file: string): Head => JSON.parse(readFileSync(`${file}.head`, 'utf8')) as Head;

/** A ledger of two events, and a backup of its first. */
async function ledger(t: Test) {
  const file = join(folder(t), 'ledger.sqlite');
  const backup = `${file}.backup`;
  await append(file);
  copyFileSync(file, backup);
  const early = readFileSync(`${file}.head`);
  await append(file);
  return { file, backup, early };
}

t.test('what a service recorded and could not note any more, since it was killed, is noted and told', async (t) => {
  const { file, backup, early } = await ledger(t);
  const store = open(file);
  t.ok(store.floor!.raise!('2', FLOOR, () => undefined));
  await store.close();
  const { root } = noted(file);
  writeFileSync(`${file}.head`, early);
  t.equal(await putBack(backup, file, HOW), `${file}.before-now`);
  t.match(noted(file), { size: 2, root, floor: FLOOR });
  const restored = open(file, true);
  t.match(restored.lost!(), { noted: { size: 2 }, found: { size: 1 } });
  await restored.close();
});

t.test(
  'a file that is not what was noted, or that has no event, says nothing of how far the ledger went',
  async (t) => {
    const { file, backup } = await ledger(t);
    const before = noted(file);
    const [other, empty] = [`${file}.other`, `${file}.empty`];
    for (let each = 0; each < 3; each++) await append(other);
    await open(empty).close();
    for (const stranger of [other, empty]) {
      copyFileSync(stranger, file);
      await putBack(backup, file, HOW);
      t.same(noted(file), before);
    }
  },
);

t.test('a log that is left where the file was moved away is kept with what was there', async (t) => {
  const { file, backup } = await ledger(t);
  rmSync(file);
  writeFileSync(`${file}-wal`, 'the newest commits');
  t.equal(await putBack(backup, file, HOW), `${file}.before-now`);
  t.equal(readFileSync(`${file}.before-now-wal`, 'utf8'), 'the newest commits');
  t.notOk(existsSync(`${file}-wal`));
});

t.test('a backup of an earlier program, which kept no tree, is told from one of another ledger', async (t) => {
  const { file, backup } = await ledger(t);
  const other = `${file}.other`;
  await append(other);
  makeOld(other);
  await t.rejects(
    putBack(other, file, HOW),
    { message: /cannot be read as a ledger/ },
    'its own head says that it is old',
  );
  rmSync(`${other}.head`);
  await t.rejects(putBack(other, file, HOW), { message: /is a backup of another ledger/ });
  makeOld(backup);
  await putBack(backup, file, HOW);
  t.throws(() => open(file, true), { name: 'LedgerDamaged', message: /by an earlier program: acts .* are gone\. Put/ });
  const store = open(file);
  t.match(store.lost!(), { noted: { size: 2 }, found: { size: 1 } }, 'who writes to it gives it its tree first');
  await store.close();
});

t.test('a symbolic link stands for the file, with the log and the head beside that', async (t) => {
  const { file, backup } = await ledger(t);
  const real = `${file}.real`;
  for (const end of ['', '.head']) renameSync(`${file}${end}`, `${real}${end}`);
  symlinkSync(real, file);
  const store = open(file);
  await store.append('stream', 1n, [event()]);
  const reader = open(file, true);
  t.equal((await reader.readAll()).length, 3, 'who reads while it is in use sees what is in its log');
  await reader.close();
  await store.close();
  t.equal(noted(real).size, 3);
  t.notOk(existsSync(`${file}.head`));
  t.equal(await putBack(backup, file, HOW), `${real}.before-now`);
  t.ok(lstatSync(file).isSymbolicLink());
  rmSync(real);
  t.throws(() => open(file, true), { name: 'StoreUnavailable' }, 'a link to nothing');
});

t.test('a file without an event is no backup', async (t) => {
  const [empty, file] = [join(folder(t), 'empty'), join(folder(t), 'ledger.sqlite')];
  await open(empty).close();
  await append(file);
  await t.rejects(putBack(empty, file, HOW), { message: /cannot be read as a ledger\. Nothing was replaced/ });
});
