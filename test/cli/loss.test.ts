import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import t, { type Test } from 'tap';
import { folder, FUND, line, openedLedger } from '../support/ledger.js';
import { systemClock } from '../../src/ledger/clock.js';
import { issueToken, localKey } from '../../src/http/sign-in.js';
import { run, runInside, runHere, serving } from './run.js';

/** Acts that were recorded and are lost: reported at every start, accepted by an operator, and recorded as lost. */

interface Event {
  readonly type: string;
}

/** A ledger in a file that this process does not hold open; its connections end with their own process. */
async function opened(t: Test, file: string): Promise<void> {
  const ledger = await openedLedger(t);
  await ledger.close();
  copyFileSync(ledger.file, file);
}

/** A folder with a ledger that was served, so that its head is noted, and a backup of it. */
async function stopped(t: Test): Promise<string> {
  const cwd = folder(t);
  await opened(t, join(cwd, 'ledger.sqlite'));
  await servedTo(cwd, 'first');
  t.equal((await run(['backup', 'backup'], {}, cwd)).code, 0);
  return cwd;
}

/** Serves a ledger until a plan line is recorded. Meanwhile something may be tried. */
async function servedTo(cwd: string, name: string, meanwhile?: () => Promise<void>, ...more: string[]): Promise<void> {
  const service = await serving(['serve', ...more], cwd);
  const key = await localKey(join(cwd, 'ledger.sqlite.key.json'));
  const token = await issueToken(key, 'pool-manager', 1, Math.floor(systemClock.now() / 1000));
  const answer = await fetch(`${service.address}/v1/funds/${FUND}/facts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': name },
    body: JSON.stringify({ fact: { type: 'PlanLineSet', data: line({ line: name }) } }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  await meanwhile?.();
  if ((await service.stop('SIGTERM')).code !== 0) throw new Error('It did not stop well.');
}

const eventsIn = async (cwd: string): Promise<Event[]> =>
  (await runHere(['export'], cwd)).out
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each) as Event);

t.test(
  'an older copy put back is refused on every face until the loss is accepted, and that is recorded',
  async (t) => {
    const cwd = await stopped(t);
    const file = join(cwd, 'ledger.sqlite');
    const cut = (await eventsIn(cwd)).length;
    await servedTo(cwd, 'lost');
    copyFileSync(join(cwd, 'backup'), file);

    const gone = /acts that were recorded are gone/;
    t.match(await runInside(['serve', '--port', '0'], {}, cwd), { code: 3, err: gone });
    t.match(await runInside(['gap', FUND], {}, cwd), { code: 3, err: /gone.*bcf-ledger restore.*--accept-loss/ });
    t.match(await runInside(['token', 'pool-manager'], {}, cwd), { code: 3, err: gone });
    t.match(await runHere(['verify'], cwd), { code: 1, out: gone, err: /loss \(1\)/ });
    t.match(await runInside(['doctor'], {}, cwd), { code: 1, out: /WRONG {2}noted .*are gone/ });
    t.match(await runHere(['move', '--from', 'ledger.sqlite', '--to', 'elsewhere'], cwd), { code: 1, err: gone });
    t.notOk(existsSync(join(cwd, 'elsewhere')));
    t.match(await runHere(['export'], cwd), { code: 1, out: /LedgerOpened/, err: gone });
    t.match(await runHere(['backup', 'another'], cwd), { code: 1, err: /gone.*keep the older backups/ });

    await servedTo(cwd, 'after', undefined, '--accept-loss');
    t.match((await eventsIn(cwd)).at(-2), {
      type: 'LossAccepted',
      data: { lost: { size: cut + 1 }, found: { size: cut } },
      metadata: { role: 'service', officer: 'ledger-service' },
    });
    t.match(await runHere(['verify'], cwd), { code: 0, out: '' });
    t.match(await runInside(['serve', '--accept-loss', '--port', '0'], {}, cwd), {
      code: 2,
      err: /Nothing .* is missing/,
    });
    t.match(await runInside(['doctor'], {}, cwd), { out: /well {3}noted .*they are all here/ });
  },
);

t.test('where no ledger is left there is nothing to go on from', async (t) => {
  const cwd = await stopped(t);
  const file = join(cwd, 'ledger.sqlite');
  rmSync(file);
  t.match(await runInside(['serve', '--port', '0'], {}, cwd), { code: 3, err: /There is no ledger/ });
  t.match(await runInside(['serve', '--new', '--port', '0'], {}, cwd), { code: 3, err: /is gone, and .*head notes/ });
  const head = readFileSync(`${file}.head`);
  rmSync(`${file}.head`);
  const service = await serving(['serve', '--new'], cwd);
  await service.stop('SIGTERM');
  writeFileSync(`${file}.head`, head);
  t.match(await runInside(['serve', '--accept-loss', '--port', '0'], {}, cwd), { code: 3, err: /No ledger is left/ });
});

t.test('a backup is restored: the old file is kept, and what the backup has not is recorded as lost', async (t) => {
  const cwd = await stopped(t);
  t.match(await run(['restore', 'backup'], {}, cwd), {
    code: 0,
    err: /all is well[^]*is kept as ledger\.sqlite\.before-\d+T\d+Z[^]*Nothing that was noted is missing/,
  });
  const before = await eventsIn(cwd);
  await servedTo(cwd, 'lost', async () => {
    t.match(await run(['restore', 'backup'], {}, cwd), { code: 2, err: /is being served or read/ });
  });
  t.match(await run(['restore', 'backup'], {}, cwd), {
    code: 0,
    err: /The ledger goes on from \d+ events .*although \d+ events[^]*post again.*export --ledger ledger\.sqlite\.before-/,
  });
  const after = await eventsIn(cwd);
  t.same(after.slice(0, -1), before);
  t.match(after.at(-1), { data: { lost: { size: before.length + 1 }, found: { size: before.length } } });
  t.equal((await runHere(['verify'], cwd)).code, 0);
  t.ok(readdirSync(cwd).some((name) => /\.before-\w+$/.test(name)));
});

t.test('what was not noted is measured by the file that was there, where it can be read', async (t) => {
  const cwd = await stopped(t);
  const file = join(cwd, 'ledger.sqlite');
  await servedTo(cwd, 'lost');
  const noted = readFileSync(`${file}.head`);
  rmSync(`${file}.head`);
  t.match(await run(['restore', 'backup'], {}, cwd), { code: 0, err: /The ledger goes on from/ });

  await opened(t, join(cwd, 'other.sqlite'));
  t.match(await run(['restore', 'other.sqlite'], {}, cwd), { code: 3, err: /a backup of another ledger/ });
  t.equal((await runHere(['verify'], cwd)).code, 0, 'nothing was replaced');

  writeFileSync(file, 'no database, but long enough to be looked at as if it were one');
  rmSync(`${file}.head`);
  t.match(await run(['restore', 'backup'], {}, cwd), { code: 0, err: /Nothing that was noted is missing/ });
  t.equal((await runHere(['verify'], cwd)).code, 0);

  rmSync(file);
  t.match(await run(['restore', 'backup'], {}, cwd), { code: 0, err: /ledger\.sqlite is restored\./ });
  rmSync(file);
  writeFileSync(`${file}.head`, noted);
  const { err } = await run(['restore', 'backup'], {}, cwd);
  t.match(err, /The ledger goes on from .*post again what they posted after the backup\.\n/s);
  t.notMatch(err, /export/, 'where no file is kept there is none to read');
});

t.test('a backup that is not well, or is not there, is not restored', async (t) => {
  const cwd = await stopped(t);
  t.match(await runHere(['restore', 'none'], cwd), { code: 3, err: /There is no file none/ });
  t.match(await run(['restore', 'backup', '--ledger', 'eventstoredb'], {}, cwd), {
    code: 2,
    err: /restored to a file/,
  });
  const db = new DatabaseSync(join(cwd, 'backup'));
  db.exec('DROP TRIGGER events_are_never_updated');
  db.exec(`UPDATE events SET data = replace(data, '2016', '2017') WHERE position = 3`);
  db.close();
  t.match(await run(['restore', 'backup'], {}, cwd), { code: 1, err: /found faults/ });
  t.equal((await runHere(['verify'], cwd)).code, 0, 'nothing was replaced');
  writeFileSync(join(cwd, 'empty'), '');
  t.equal((await run(['restore', 'empty'], {}, cwd)).code, 3);
});
