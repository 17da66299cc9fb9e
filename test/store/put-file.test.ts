import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { putFile } from '../../src/store/put-file.js';
import { folder } from '../support/ledger.js';

const text = (words: string): Uint8Array => Buffer.from(words);

t.test('a file is put in place whole, for its owner alone, and nothing is left beside it', async (t) => {
  const path = join(folder(t), 'file');
  putFile(path, [text('one, '), text('two')]);
  t.equal(readFileSync(path, 'utf8'), 'one, two');
  t.equal(statSync(path).mode & 0o777, 0o600);
  writeFileSync(`${path}.new`, 'what a program that was killed has left');
  putFile(path, [text('three')], { synced: false });
  t.equal(readFileSync(path, 'utf8'), 'three');
  t.same(readdirSync(join(path, '..')), ['file']);
});

t.test('what cannot be put in place leaves what is there', async (t) => {
  const path = join(folder(t), 'file');
  putFile(path, [text('before')]);
  const failing = (function* () {
    yield text('half');
    throw new Error('the disk is full');
  })();
  t.throws(() => putFile(path, failing), /the disk is full/);
  t.equal(readFileSync(path, 'utf8'), 'before');
  const taken = join(folder(t), 'taken');
  mkdirSync(taken);
  t.throws(() => putFile(taken, [text('x')]), { code: 'EISDIR' });
  t.same(readdirSync(join(taken, '..')), ['taken']);
  t.throws(() => putFile(join(taken, 'nowhere', 'file'), [text('x')]), { code: 'ENOENT' });
});
