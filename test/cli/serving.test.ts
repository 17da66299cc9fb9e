import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { MAIN, run, runInside, serving } from './run.js';
import { MEASURED } from '../support/alone.js';
import { contribution, folder, FUND, line, openedLedger, stated } from '../support/ledger.js';

t.test('a reader that goes away ends an export quietly, and a disk that is full is told', async (t) => {
  const ledger = await openedLedger(t);
  await stated(ledger, 3_000);
  await ledger.close();
  const exporting = [...MEASURED.slice(1), MAIN, 'export', '--ledger', ledger.file];
  const child = spawn(MEASURED[0]!, exporting);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  t.equal(code, 141, 'as a closed pipe ends other programs');
  t.equal(said, '');

  const full = openSync('/dev/full', 'w');
  const writing = spawn(MEASURED[0]!, exporting, { stdio: ['ignore', full, 'pipe'] });
  let why = '';
  writing.stderr!.on('data', (chunk: Buffer) => (why += chunk.toString()));
  t.same((await once(writing, 'close'))[0], 3);
  closeSync(full);
  t.match(why, /^Standard output cannot be written: ENOSPC/);
});

t.test('a broken key and an unreadable event are said', async (t) => {
  const ledger = await openedLedger(t);
  const { position } = await ledger.store.append(`fund-${FUND}`, 0n, [
    { id: 'x', type: 'Unheard', data: '{}', metadata: '{"recordedAt":"2016-03-01T09:00:00.000Z"}' },
  ]);
  t.ok(position);
  await ledger.close();
  t.match(await runInside(['gap', FUND, '--ledger', ledger.file]), {
    code: 3,
    err: /Unheard at revision 1 .* cannot be read/,
  });
  const sound = await openedLedger(t);
  await sound.close();
  writeFileSync(`${sound.file}.key.json`, 'broken');
  t.match(await runInside(['token', 'auditor', '--ledger', sound.file]), {
    code: 3,
    err: /key file .* cannot be read/,
  });
  // It ends with an error, because whoever starts services waits for one that runs.
  t.match(await runInside(['serve', '--port', '0', '--ledger', sound.file]), {
    code: 3,
    err: /key file .* cannot be read/,
  });
});

t.test('a ledger that was served is opened from its snapshot, by this program alone', async (t) => {
  const cwd = folder(t);
  const ledger = await openedLedger(t, join(cwd, 'ledger.sqlite'));
  await stated(ledger, 1_100);
  await ledger.close();
  t.match((await runInside(['doctor'], {}, cwd)).out, /1106 events, 0 of them from a snapshot/, 'looking writes none');
  const { stop } = await serving(['serve'], cwd);
  await stop('SIGTERM');
  t.match((await runInside(['doctor'], {}, cwd)).out, /1106 events, 1106 of them from a snapshot/);
  t.match(await runInside(['gap', FUND, '--on', '2016-04-01'], {}, cwd), {
    code: 0,
    err: /from the first 1106 events/,
  });
});

t.test('an identity provider takes the place of the ledger’s own key', async (t) => {
  const cwd = folder(t);
  const ledger = await openedLedger(t, join(cwd, 'ledger.sqlite'));
  await ledger.close();
  const token = (await runInside(['token', 'auditor'], {}, cwd)).out.trim();
  const { address, stop } = await serving(['serve'], cwd, {
    BCF_JWKS_URL: 'http://127.0.0.1:9/keys',
    BCF_JWT_ISSUER: 'i',
    BCF_JWT_AUDIENCE: 'a',
    BCF_KEY_FILE: join(cwd, 'elsewhere.json'),
  });
  t.equal((await fetch(`${address}/v1/funds`, { headers: { authorization: `Bearer ${token}` } })).status, 401);
  await stop('SIGTERM');
  t.equal((await runInside(['token', 'auditor'], { BCF_KEY_FILE: join(cwd, 'elsewhere.json') }, cwd)).code, 0);
  t.ok(existsSync(join(cwd, 'elsewhere.json')));
});

t.test('the demonstration is served on this machine with its identities, and stops when told to', async (t) => {
  const cwd = folder(t);
  const { address, stop } = await serving(['demo'], cwd);
  const ask = (path: string, authorization: string) => fetch(`${address}${path}`, { headers: { authorization } });
  const gap = await ask(
    '/v1/funds/norfolk-2016-17/gap?on=2016-04-01&known-at=2016-06-30',
    'Demonstration norfolk-auditor',
  );
  t.match(await gap.json(), { hard: '7000000.00' });
  t.equal((await ask('/v1/funds', 'Demonstration nobody')).status, 403);
  t.match(await run(['demo', '--once'], {}, cwd), { code: 2, err: /demonstration.sqlite is being served/ });
  const taken = new URL(address).port;
  t.match(await runInside(['serve', '--new', '--port', taken, '--ledger', join(cwd, 'other.sqlite')], {}, cwd), {
    code: 2,
    err: /cannot listen on 127.0.0.1/,
  });
  t.equal((await fetch(`${address}/docs/`)).status, 200);
  const { code, out } = await stop('SIGTERM');
  t.equal(code, 0);
  t.match(out, /Gap of norfolk-2016-17/);
});

t.test('a real ledger is served to those with its tokens, and never with demonstration identities', async (t) => {
  const cwd = folder(t);
  const ledger = await openedLedger(t, join(cwd, 'ledger.sqlite'));
  ledger.now('2016-03-02T09:00:00Z');
  const offer = {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution() as never },
    expires: '2016-03-31' as never,
  } as const;
  await ledger.done('north-ccg-finance', offer);
  await ledger.close();
  t.match(await runInside(['serve', '--demonstration-identities'], {}, cwd), {
    code: 2,
    err: /only for a ledger that was opened as a demonstration/,
  });
  const token = (await runInside(['token', 'auditor'], {}, cwd)).out.trim();
  const { address, stop } = await serving(['serve'], cwd);
  const ask = (authorization: string) => fetch(`${address}/v1/funds/${FUND}/proposals`, { headers: { authorization } });
  t.equal((await ask('Demonstration auditor')).status, 401);
  const answer = await ask(`Bearer ${token}`);
  t.equal(answer.status, 200);
  t.match(
    await answer.json(),
    { fund: FUND, proposals: [], next: null },
    'what nobody signed in time lapsed at the start',
  );
  const { code, out } = await stop('SIGINT');
  t.equal(code, 0);
  const logs = out
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each) as { log?: string; operation?: string; officer?: string; status?: number });
  t.ok(
    logs.some(
      ({ log, operation, officer, status }) =>
        log === 'access' && operation === 'proposals' && officer === 'auditor' && status === 200,
    ),
    'requests are logged',
  );
  t.notMatch(out, token, 'and nobody’s token is');
  t.notMatch(readFileSync(ledger.file).toString('latin1'), token);
});

t.test('a service whose file is taken away says so on every face, and acknowledges nothing more', async (t) => {
  const cwd = folder(t);
  const file = join(cwd, 'ledger.sqlite');
  const ledger = await openedLedger(t, file);
  await ledger.close();
  const token = (await runInside(['token', 'pool-manager'], {}, cwd)).out.trim();
  const { address, stop, logged } = await serving(['serve'], cwd);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const post = (key: string) =>
    fetch(`${address}/v1/funds/${FUND}/facts`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': key },
      body: JSON.stringify({ fact: { type: 'PlanLineSet', data: line({ line: key }) } }),
    });
  t.equal((await post('one')).status, 201);
  t.equal((await fetch(`${address}/ready`)).status, 200);
  rmSync(file);
  const refused = await post('two');
  t.equal(refused.status, 503);
  const words = /ledger.sqlite was removed while the ledger was open/;
  t.match(await refused.json(), { code: 'ledger_replaced', detail: words, remedy: /stop the service/ });
  const ready = await fetch(`${address}/ready`);
  t.equal(ready.status, 503);
  t.match(await ready.json(), { ready: false, fault: { code: 'ledger_replaced', words } });
  t.match(await (await fetch(`${address}/health`)).json(), { status: 'alive', fault: { words } });
  t.match(await (await fetch(`${address}/metrics`)).text(), /^bcf_ledger_faulted 1$/m);
  const funds = await fetch(`${address}/v1/funds`, { headers });
  t.equal(funds.status, 200, 'figures are answered as they stood');
  t.match((await runInside(['doctor'], {}, cwd)).out, /WRONG +file +There is no file/);
  // The service checks once a second, and logs it once.
  while (!logged().includes('The ledger is not recorded in any more')) await setTimeout(20);
  await stop('SIGTERM');
  t.equal(logged().split('The ledger is not recorded in any more').length, 2);
});
