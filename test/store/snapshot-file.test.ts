import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { secretOf, snapshotFile, SnapshotDamaged } from '../../src/store/snapshot-file.js';
import { folder } from '../support/ledger.js';

/** A snapshot file is read back as it was written, or not at all. */

const ABOUT = { program: 'one', position: '3' };
const PARTS = [new Uint8Array([1, 2, 3]), new Uint8Array(), new Uint8Array(100_000).fill(7)];

function written(t: Test): string {
  const path = join(folder(t), 'ledger.snapshot');
  snapshotFile(path).write(ABOUT, PARTS);
  return path;
}

/** The parts that were read, and whether one was damaged. */
function read(path: string): { parts: number; damaged: boolean } | undefined {
  const snapshot = snapshotFile(path).read();
  if (!snapshot) return undefined;
  let parts = 0;
  try {
    for (const part of snapshot.parts()) if (part.length === PARTS[parts]!.length) parts++;
    return { parts, damaged: false };
  } catch (error) {
    if (!(error instanceof SnapshotDamaged)) throw error;
    return { parts, damaged: true };
  } finally {
    snapshot.close();
  }
}

t.test('what was written is read back, and belongs to its owner alone', async (t) => {
  const path = written(t);
  const snapshot = snapshotFile(path).read()!;
  t.same(snapshot.about, ABOUT);
  t.same([...snapshot.parts()], PARTS);
  snapshot.close();
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('where there is no file there is no snapshot', async (t) => {
  t.equal(snapshotFile(join(folder(t), 'none')).read(), undefined);
});

t.test('a byte that has changed anywhere is noticed', async (t) => {
  const path = written(t);
  const whole = readFileSync(path);
  const places = [0, 2, 3, 50_000, 100_002, 100_003, whole.length - 40, whole.length - 33, whole.length - 1];
  for (const place of places) {
    const changed = Buffer.from(whole);
    changed[place]! ^= 1;
    writeFileSync(path, changed);
    t.not(read(path)?.damaged, false, `byte ${place}`);
  }
  writeFileSync(path, whole);
  t.same(read(path), { parts: 3, damaged: false });
});

t.test('a file that was cut short is noticed', async (t) => {
  for (const length of [0, 10, 35, 36, 50, 50_000]) {
    const path = written(t);
    truncateSync(path, length);
    t.equal(read(path), undefined, `${length} bytes`);
  }
});

t.test('a part that ends before its time is damaged', async (t) => {
  const path = written(t);
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(99_000));
  t.same(read(path), { parts: 0, damaged: true });
});

t.test('a snapshot that cannot be made leaves the one before it, and nothing beside it', async (t) => {
  const path = written(t);
  t.throws(
    () =>
      snapshotFile(path).write(
        { program: 'two' },
        (function* () {
          yield new Uint8Array(10);
          throw new Error('the disk is full');
        })(),
      ),
    /disk is full/,
  );
  t.same(read(path), { parts: 3, damaged: false });
  t.same(readdirSync(join(path, '..')).sort(), ['ledger.snapshot', 'ledger.snapshot.key']);
});

t.test('what a program that was killed has left beside it is replaced', async (t) => {
  const path = written(t);
  writeFileSync(`${path}.new`, 'half of one');
  snapshotFile(path).write(ABOUT, PARTS);
  t.same(read(path), { parts: 3, damaged: false });
  t.same(readdirSync(join(path, '..')).sort(), ['ledger.snapshot', 'ledger.snapshot.key']);
});

t.test('where two are at it at once, what comes of it is whole or none', async (t) => {
  const path = written(t);
  const other = snapshotFile(path);
  t.throws(
    () =>
      snapshotFile(path).write(
        { program: 'two' },
        (function* () {
          yield new Uint8Array(10);
          other.write(ABOUT, PARTS);
          yield new Uint8Array(10);
        })(),
      ),
    { code: 'ENOENT' },
  );
  t.same(read(path), { parts: 3, damaged: false });
  t.same(readdirSync(join(path, '..')).sort(), ['ledger.snapshot', 'ledger.snapshot.key']);
});

t.test('a folder that cannot be written to is told', async (t) => {
  t.throws(() => snapshotFile(join(folder(t), 'nowhere', 'ledger.snapshot')).write(ABOUT, PARTS), { code: 'ENOENT' });
});

t.test(
  'a secret of another length is none: what was written under it is not read, and a new one is made',
  async (t) => {
    const path = written(t);
    writeFileSync(secretOf(path), 'short');
    t.equal(read(path), undefined);
    snapshotFile(path).write(ABOUT, PARTS);
    t.same(read(path), { parts: 3, damaged: false });
  },
);
