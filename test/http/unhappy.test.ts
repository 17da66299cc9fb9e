import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { logTo } from '../../src/http/log.js';
import { madeOnce } from '../../src/http/made-once.js';
import { refusalOf } from '../../src/http/problem.js';
import { LedgerDamaged, LedgerReplaced } from '../../src/store/event-store.js';
import { folder } from '../support/ledger.js';

/** What the service does if something around the ledger fails. */

t.test(
  'a ledger that is damaged, or was replaced, is told by its rule and not as a fault of the service',
  async (t) => {
    const rule = (error: Error) => refusalOf(error as never).rule;
    t.equal(rule(new LedgerDamaged('A leaf is another.')), 'ledger_damaged');
    t.equal(rule(new LedgerReplaced('Another file is there.')), 'ledger_replaced');
    t.equal(rule(new Error('anything')), 'internal_error');
  },
);

t.test('what is logged when the service stops is written once, also while lines are being written', async (t) => {
  const file = join(folder(t), 'log');
  const log = logTo(file);
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index} of a log that is written some at a time\n`);
  for (const each of lines) log.write(each);
  log.flushSync();
  // The system writes pending lines sooner or later.
  while (readFileSync(file, 'utf8').length < lines.join('').length) await new Promise(setImmediate);
  t.same(readFileSync(file, 'utf8').split('\n').sort(), lines.join('').split('\n').sort());
});

t.test('a file that cannot be put in its place is told, and nothing is left beside it', async (t) => {
  const cwd = process.cwd();
  t.teardown(() => process.chdir(cwd));
  const path = folder(t);
  process.chdir(path);
  t.throws(() => madeOnce('', 'text'), { code: 'ENOENT' });
  t.same(readdirSync(path), []);
  madeOnce('made', 'first');
  madeOnce('made', 'second');
  t.equal(readFileSync(join(path, 'made'), 'utf8'), 'first', 'what is there stays');
  t.notOk(existsSync(join(path, 'other')));
});
