import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runHere } from './run.js';
import { folder, line, openedLedger } from '../support/ledger.js';
import { backUp } from '../../src/store/sqlite/backup.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';

t.test('a ledger in use is copied to a new file, its owner’s alone, and the copy is verified', async (t) => {
  const ledger = await openedLedger(t);
  for (let index = 0; index < 5; index++)
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: `line-${index}` }));
  const to = join(folder(t), 'backup.sqlite');
  t.match(await runHere(['backup', to, '--ledger', ledger.file]), {
    code: 0,
    out: '',
    err: /11 events .* all is well/,
  });
  t.equal(statSync(to).mode & 0o777, 0o600);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const copy = openSqliteEventStore({ file: to, readOnly: true });
  t.same(await copy.readAll(), (await ledger.store.readAll()).slice(0, 11), 'what came later is not in it');
  await copy.close();
  const before = readFileSync(to);
  t.match(await runHere(['backup', to, '--ledger', ledger.file]), { code: 3, err: /a backup is a new file/ });
  t.same(readFileSync(to), before, 'an earlier backup is never written over');
});

t.test('what cannot be copied is said', async (t) => {
  const ledger = await openedLedger(t);
  const cwd = folder(t);
  t.match(await runHere(['backup', 'b', '--ledger', 'none.sqlite'], cwd), { code: 2, err: /There is no ledger/ });
  t.match(await runHere(['backup', join(cwd, 'no', 'where'), '--ledger', ledger.file]), { code: 3, err: /ENOENT/ });
  writeFileSync(join(cwd, 'text'), 'no database, but long enough to be looked at as if it were one');
  t.match(await runHere(['backup', 'b', '--ledger', 'text'], cwd), { code: 3, err: /./ });
});

t.test('what is not there cannot be copied, and no copy is begun', async (t) => {
  const [from, to] = [join(folder(t), 'none.sqlite'), join(folder(t), 'copy.sqlite')];
  await t.rejects(backUp(from, to), { name: 'NotALedger', message: /none\.sqlite cannot be read/ });
  t.notOk(existsSync(to));
});

t.test('a copy without an event is told', async (t) => {
  const cwd = folder(t);
  await openSqliteEventStore({ file: join(cwd, 'empty.sqlite') }).close();
  const { code, err } = await runHere(['backup', join(cwd, 'copy'), '--ledger', 'empty.sqlite'], cwd);
  t.match({ code, err }, { code: 3, err: /holds no event/ });
});

t.test('a copy that is not well is told', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.close();
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const db = new DatabaseSync(ledger.file);
  db.exec('DROP TRIGGER events_are_never_updated');
  db.exec(`UPDATE events SET data = replace(data, '2016', '2017') WHERE position = 3`);
  db.close();
  const to = join(folder(t), 'backup.sqlite');
  t.match(await runHere(['backup', to, '--ledger', ledger.file]), { code: 1, out: /./, err: /found faults/ });
});
