import * as fs from 'node:fs';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import t, { type Test } from 'tap';
import { LedgerReplaced, type NewEvent } from '../../src/store/event-store.js';
import { openToWrite } from '../../src/store/sqlite/open-file.js';
import { openSqliteEventStore, type SqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { folder } from '../support/ledger.js';

/**
 * The file of a ledger. It is made only on request, it must stay the one that was opened, and reading leaves no trace.
 */

const METADATA = '{"recordedAt":"2016-03-01T09:00:00.000Z"}';
let ids = 0;
const anEvent = (): NewEvent => ({ id: String(++ids), type: 'Any', data: '{}', metadata: METADATA });

function opened(t: Test, file = join(folder(t), 'ledger.sqlite')): { store: SqliteEventStore; file: string } {
  const store = openSqliteEventStore({ file });
  t.teardown(() => store.close());
  return { store, file };
}

/** A file of so many events at rest. It is a copy, because this process may release the original a little later. */
async function closed(t: Test, events = 3): Promise<string> {
  const { store, file } = opened(t);
  await store.append('fund-a', 'no_stream', Array.from({ length: events }, anEvent));
  await store.close();
  const copy = join(folder(t), 'ledger.sqlite');
  copyFileSync(file, copy);
  return copy;
}

t.test('a file is made only where that is asked for', async (t) => {
  const file = join(folder(t), 'ledger.sqlite');
  t.throws(() => openSqliteEventStore({ file, mustExist: true }), {
    name: 'StoreUnavailable',
    message: /There is no file/,
  });
  t.notOk(existsSync(file));
  writeFileSync(file, '');
  t.throws(() => openSqliteEventStore({ file, mustExist: true }), { name: 'NotALedger', message: /is empty/ });
  await openSqliteEventStore({ file }).close();
  await openSqliteEventStore({ file, mustExist: true }).close();
});

const TAKEN: Readonly<Record<string, (file: string) => string>> = {
  'the file is removed': (file) => {
    rmSync(file);
    return `${file} was removed while the ledger was open.`;
  },
  'another file is put in its place': (file) => {
    writeFileSync(`${file}.other`, '');
    renameSync(`${file}.other`, file);
    return `${file} is not the file that was opened: another was put in its place.`;
  },
  'a copy of it is put in its place': (file) => {
    copyFileSync(file, `${file}.other`);
    renameSync(`${file}.other`, file);
    return `${file} is not the file that was opened: another was put in its place.`;
  },
  'its log is removed': (file) => {
    rmSync(`${file}-wal`);
    return `${file}-wal was removed while the ledger was open.`;
  },
  'what its users share is removed': (file) => {
    rmSync(`${file}-shm`);
    return `${file}-shm was removed while the ledger was open.`;
  },
};

for (const [name, take] of Object.entries(TAKEN)) {
  t.test(`where ${name} nothing is acknowledged any more`, async (t) => {
    const { store, file } = opened(t);
    await store.append('fund-a', 'no_stream', [anEvent()]);
    t.equal(store.replaced!(), undefined);
    const words = take(file);
    await t.rejects(store.append('fund-a', 0n, [anEvent()]), { name: 'LedgerReplaced', message: words });
    t.throws(
      () => store.together('1', (batch) => void batch.append('fund-a', 0n, [anEvent()])),
      LedgerReplaced,
      'nor what is decided in a transaction',
    );
    t.equal(store.replaced!(), words);
    t.equal((await store.readAll()).length, 1, 'and nothing was written');
    t.equal(store.commits(), 1);
  });
}

t.test('what was written while the file was being taken away is not acknowledged, and shown to nobody', async (t) => {
  const { store, file } = opened(t);
  await store.append('fund-a', 'no_stream', [anEvent()]);
  const seen: string[] = [];
  const follower = store.subscribe(undefined, {
    handle: (events) => void seen.push(...events.map((each) => each.position)),
  });
  const commits = store.commits();
  t.throws(
    () =>
      store.together('1', (batch) => {
        batch.append('fund-a', 0n, [anEvent()]);
        // The last moment at which somebody can remove it unnoticed, because the commit itself removes the log.
        const db = new DatabaseSync(file, { timeout: 0 });
        db.close();
        linkSync(file, `${file}.kept`);
        rmSync(file);
      }),
    LedgerReplaced,
  );
  t.equal(store.commits(), commits);
  renameSync(`${file}.kept`, file);
  t.match(store.replaced!(), /was removed while/, 'it is never taken back');
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.same(
    seen.filter((position) => position !== '1'),
    [],
  );
  follower.stop();
});

t.test('a file at rest is read as it lies, and nothing is left beside it', async (t) => {
  const file = await closed(t);
  const names = () => readdirSync(join(file, '..')).sort();
  const store = openSqliteEventStore({ file, readOnly: true });
  t.equal((await store.readAll()).length, 3);
  t.same(await store.examine!(), []);
  t.match(await store.diagnose(), [{ ok: true }, { name: 'journal', ok: true }, { ok: true }]);
  t.same(names(), ['ledger.sqlite']);
  const { store: writer } = opened(t, file);
  await writer.append('fund-a', 2n, [anEvent()]);
  await t.rejects(store.readAll(), { name: 'LedgerReplaced', message: /was opened for writing while it was read/ });
  await writer.close();
  await t.rejects(store.head(), { name: 'LedgerReplaced' }, 'and closed again meanwhile');
  await store.close();
});

t.test('a file in use is read beside its users', async (t) => {
  const { store: writer, file } = opened(t);
  await writer.append('fund-a', 'no_stream', [anEvent()]);
  const store = openSqliteEventStore({ file, readOnly: true });
  await writer.append('fund-a', 0n, [anEvent()]);
  t.equal((await store.readAll()).length, 2);
  await store.close();
  t.same(readdirSync(join(file, '..')).sort(), ['ledger.sqlite', 'ledger.sqlite-shm', 'ledger.sqlite-wal']);
});

t.test('a log that is not empty is read with the file, in a temporary place', async (t) => {
  const { store: writer, file } = opened(t);
  await writer.append('fund-a', 'no_stream', [anEvent(), anEvent()]);
  // The state that a copy of a running service's folder leaves, or a crash on another machine.
  const copy = join(folder(t), 'copy.sqlite');
  copyFileSync(file, copy);
  copyFileSync(`${file}-wal`, `${copy}-wal`);
  const before = readFileSync(`${copy}-wal`);
  const temporary = () => readdirSync(tmpdir()).filter((name) => existsSync(join(tmpdir(), name, 'copy.sqlite-shm')));
  const store = openSqliteEventStore({ file: copy, readOnly: true });
  t.equal((await store.readAll()).length, 2);
  t.equal(temporary().length, 1);
  await store.close();
  t.same(temporary(), [], 'which is gone afterwards');
  t.same(readdirSync(join(copy, '..')).sort(), ['copy.sqlite', 'copy.sqlite-wal']);
  t.ok(readFileSync(`${copy}-wal`).equals(before));
});

t.test('a medium that cannot be written to is read', { skip: process.getuid?.() === 0 }, async (t) => {
  const file = await closed(t);
  const path = join(file, '..');
  chmodSync(path, 0o500);
  t.teardown(() => chmodSync(path, 0o700));
  const store = openSqliteEventStore({ file, readOnly: true });
  t.equal((await store.readAll()).length, 3);
  await store.close();
});

t.test('a log that cannot be copied is told, and nothing of the copy is left', async (t) => {
  const file = await closed(t);
  const before = readdirSync(tmpdir()).length;
  const at = mkdtempSync(join(tmpdir(), 'bcf-ledger-'));
  t.teardown(() => rmSync(at, { recursive: true, force: true }));
  const broken = join(at, 'broken.sqlite');
  writeFileSync(`${broken}-wal`, 'not empty');
  t.throws(() => openSqliteEventStore({ file: broken, readOnly: true }), {
    name: 'StoreUnavailable',
    message: /ENOENT/,
  });
  t.equal(readdirSync(tmpdir()).length, before + 1);
  t.ok(file);
});

t.test('an index that does not hold what its table does is found by looking at all of it', async (t) => {
  const file = await closed(t, 40);
  const bytes = readFileSync(file);
  const copy = join(folder(t), 'copy.sqlite');
  copyFileSync(file, copy);
  const db = new DatabaseSync(copy, { readOnly: true });
  const { rootpage } = db
    .prepare("SELECT rootpage FROM sqlite_schema WHERE type = 'index' ORDER BY rootpage LIMIT 1")
    .get() as { rootpage: number };
  const { page_size: size } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  db.close();
  // An entry of the index names another row.
  const page = bytes.subarray((rootpage - 1) * size, rootpage * size);
  const cell = page.readUInt16BE(8);
  const length = page[cell]!;
  page[cell + length]! ^= 1;
  writeFileSync(file, bytes);
  const store = openSqliteEventStore({ file, readOnly: true });
  const found = await store.examine!();
  t.ok(found.length > 0, found.join('\n'));
  await store.close();
});

t.test('what SQLite makes beside the file only later is known from then on', async (t) => {
  const file = join(folder(t), 'ledger.sqlite');
  const { replaced } = openToWrite(file, true);
  t.equal(replaced(), undefined);
  writeFileSync(`${file}-wal`, '');
  t.equal(replaced(), undefined);
  rmSync(`${file}-wal`);
  t.match(replaced(), /-wal was removed while the ledger was open/);
});

t.test('a folder is no file to write to', async (t) => {
  t.throws(() => openSqliteEventStore({ file: folder(t) }), { name: 'StoreUnavailable', message: /unable to open/ });
});

t.test('a file that is opened for writing while it is copied to be read is asked for again', async (t) => {
  const { store: writer, file } = opened(t);
  await writer.append('fund-a', 'no_stream', [anEvent()]);
  const copy = join(folder(t), 'copy.sqlite');
  copyFileSync(file, copy);
  copyFileSync(`${file}-wal`, `${copy}-wal`);
  const { openToRead } = await t.mockImport<typeof import('../../src/store/sqlite/open-file.js')>(
    new URL('../../src/store/sqlite/open-file.js', import.meta.url).href,
    {
      'node:fs': {
        ...fs,
        copyFileSync(from: string, to: string) {
          copyFileSync(from, to);
          // A file that users of the log share. It means that somebody has opened the ledger.
          writeFileSync(`${copy}-shm`, '');
        },
      },
    },
  );
  t.throws(() => openToRead(copy), { name: 'StoreUnavailable', message: /ask again/ });
});
