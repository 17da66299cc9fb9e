import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import t from 'tap';
import { MAIN, run, serving } from './run.js';
import {
  contribution,
  emptyLedger,
  FUND,
  folder,
  LEDGER_OPENED,
  line,
  openedLedger,
  stated,
} from '../support/ledger.js';

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
const stepsOf = (file: string): unknown[] => (JSON.parse(readFileSync(file, 'utf8')) as { steps: unknown[] }).steps;

t.test('help lists every command and the exit codes, and a wrong word is wrong use', async (t) => {
  const help = await run(['--help']);
  t.equal(help.code, 0);
  for (const command of [
    'serve',
    'demo',
    'load',
    'position',
    'gap',
    'compare',
    'timeline',
    'replay',
    'verify',
    'export',
    'move',
    'doctor',
    'token',
  ]) {
    t.match(help.out, new RegExp(`^  ${command}`, 'm'), command);
  }
  t.match(
    help.out,
    /Exit codes: 0 well, 1 a check found something, 2 wrong use, 3 the ledger cannot be read, 4 refused/,
  );
  t.match((await run(['catalogue'])).out, /^# Events/);
  t.equal((await run(['gaps'])).code, 2);
  t.match((await run(['gap'])).err, /missing required argument 'fund'/);
  t.match((await run(['serve', '--help'])).out, /BCF_JWKS_URL/);
  t.match((await run(['verify', '--help'])).out, /signatures/);
  t.match((await run([], { BCF_PORT: 'x' })).err, /BCF_PORT/);
  t.match((await run(['serve', '--port', '99999'])).err, /must be a port/);
  t.match((await run(['token', 'x', '--hours', '0'])).err, /more than 0/);
});

t.test('the demonstration is made, shown and checked, in a folder of its own', async (t) => {
  const cwd = folder(t);
  const demo = await run(['demo', '--once'], {}, cwd);
  t.equal(demo.code, 0, demo.err);
  t.match(demo.out, /^The same day, known at 2016-06-30 +soft 0.00; hard 7,000,000.00/m);
  const acts = readdirSync(SCENARIOS).flatMap((name) => stepsOf(join(SCENARIOS, name)));
  t.match(demo.err, `${acts.length} acts recorded in demonstration.sqlite`);
  t.equal((await run(['demo', '--once'], {}, cwd)).code, 0, 'a demonstration is made anew');
  const ledger = ['--ledger', join(cwd, 'demonstration.sqlite')];

  const gap = await run(['gap', 'norfolk-2016-17', '--on', '2016-04-01', '--known-at', '2016-04-30', ...ledger]);
  t.match(gap.out, /^soft +7,000,000.00/m);
  t.match(gap.err, /On 2016-04-01, as known at the end of 30 April 2016 \(London\), from the first \d+ events/);
  t.match(JSON.parse((await run(['gap', 'norfolk-2016-17', '--json', ...ledger])).out), { fund: 'norfolk-2016-17' });
  t.match((await run(['position', 'norfolk-2017-18', '--csv', ...ledger])).out, /^\uFEFFpartner,source,proposed/);
  t.match((await run(['partners', ...ledger])).out, /NHS Norwich CCG +clinical commissioning group/);
  t.match(
    (await run(['timeline', 'norfolk-2016-17', '--limit', '2', ...ledger])).out,
    /was opened, hosted by norfolk-county-council/,
  );
  t.match(await run(['gap', 'norfolk-2016-17', '--on', '2017-02-30', ...ledger]), { code: 2, err: /real day/ });
  t.match(await run(['gap', 'nowhere-2016-17', ...ledger]), {
    code: 4,
    err: /There is no fund named nowhere-2016-17. Check the name/,
  });
  t.match(await run(['verify', ...ledger]), { code: 0, out: '', err: /all is well/ });
  t.match(JSON.parse((await run(['verify', '--json', ...ledger])).out), { problems: [] });
  t.match(await run(['replay', ...ledger]), { code: 0, out: /events replayed in .* events a second/ });
  t.match(JSON.parse((await run(['replay', '--json', ...ledger])).out), { events: Number });
  const exported = (await run(['export', ...ledger])).out.trim().split('\n');
  t.match(JSON.parse(exported[0]!), {
    position: '1',
    type: 'LedgerOpened',
    hash: /^[0-9a-f]{64}$/,
    data: {},
    metadata: {},
  });
  const { events } = JSON.parse((await run(['replay', '--json', ...ledger])).out) as { events: number };
  t.equal(exported.length, events);
});

t.test('a ledger of one’s own is opened from a file, and given a token', async (t) => {
  const cwd = folder(t);
  const acts = join(cwd, 'opening.json');
  const opening = { officer: 'registrar', in: 'register', post: { type: 'LedgerOpened', data: LEDGER_OPENED } };
  writeFileSync(acts, JSON.stringify({ title: 'Opening', about: 'The first act.', steps: [opening] }));
  const ledger = ['--ledger', join(cwd, 'own.sqlite')];
  t.match(await run(['load', acts, '--dry-run', ...ledger]), {
    code: 0,
    err: /1 steps can be read; nothing was loaded/,
  });
  t.notOk(existsSync(join(cwd, 'own.sqlite')));
  t.match(await run(['load', acts, ...ledger]), { code: 0, err: /1 acts recorded/ });
  t.match(await run(['load', acts, ...ledger]), { code: 0, err: /0 acts recorded.*1 had been before/ });
  t.match(await run(['load', join(SCENARIOS, 'norfolk-1-register.json'), ...ledger]), {
    code: 4,
    err: /recorded_clock_refused/,
  });
  t.match(
    await run(['demo', '--once', ...ledger]),
    { code: 3, err: /is not a demonstration ledger/ },
    'the demonstration never replaces it',
  );
  writeFileSync(acts, '{"title": 1}');
  t.match(await run(['load', acts, ...ledger]), { code: 2, err: /is not a file of acts/ });
  writeFileSync(acts, 'not JSON');
  t.match(await run(['load', acts, ...ledger]), { code: 2, err: /opening.json cannot be read as JSON/ });
  t.match(await run(['load', join(cwd, 'none.json'), ...ledger]), { code: 2, err: /There is no file .*none.json/ });
  const token = await run(['token', 'registrar', '--hours', '1', ...ledger]);
  t.match(token, { code: 0, out: /^eyJ/ });
  t.ok(existsSync(join(cwd, 'own.sqlite.key.json')));
  const provider = { BCF_JWKS_URL: 'https://id.example/keys', BCF_JWT_ISSUER: 'i', BCF_JWT_AUDIENCE: 'a' };
  t.match(await run(['token', 'nobody', ...ledger]), { code: 2, err: /No officer named "nobody"/ });
  t.match(await run(['token', 'registrar', '--ledger', join(cwd, 'none.sqlite')]), {
    code: 2,
    err: /There is no ledger/,
  });
  t.match(await run(['token', 'registrar', ...ledger], provider), {
    code: 2,
    err: /Tokens come from the identity provider/,
  });
});

t.test('what cannot be read is said, and nothing is made by asking', async (t) => {
  const cwd = folder(t);
  const none = join(cwd, 'none.sqlite');
  for (const command of [['gap', FUND], ['verify'], ['export'], ['replay']]) {
    t.match(await run([...command, '--ledger', none]), { code: 3, err: /There is no file/ }, command.join(' '));
  }
  t.notOk(existsSync(none));
  const nothing = await emptyLedger(t);
  await nothing.close();
  t.match(await run(['verify', '--ledger', nothing.file]), { code: 3, err: /holds no event/ });
  const other = join(cwd, 'other.sqlite');
  const db = new DatabaseSync(other);
  db.exec('CREATE TABLE things (a)');
  db.close();
  t.match(await run(['verify', '--ledger', other]), { code: 3, err: /not a ledger/ });
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await ledger.close();
  const copy = join(cwd, 'copy.sqlite');
  copyFileSync(ledger.file, copy);
  const tamper = new DatabaseSync(copy);
  tamper.exec('DROP TRIGGER events_are_never_deleted; DELETE FROM events WHERE position = 7');
  tamper.close();
  t.match(await run(['verify', '--ledger', copy]), {
    code: 1,
    out: /^sequence: at position 8/m,
    err: /found by sequence/,
  });
  t.match(await run(['gap', FUND, '--ledger', ledger.file]), { code: 0 });
});

t.test('the doctor looks at the machine and at the file', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.close();
  chmodSync(ledger.file, 0o600);
  const well = await run(['doctor', '--ledger', ledger.file]);
  t.equal(well.code, 0, well.out);
  t.match(well.out, /^well +durability +synchronous is 2/m);
  chmodSync(ledger.file, 0o666);
  t.match(await run(['doctor', '--ledger', ledger.file]), { code: 1, out: /^WRONG +permissions/m });
  t.match(JSON.parse((await run(['doctor', '--json', '--ledger', ledger.file])).out), [{ name: 'node', ok: true }]);
  t.match(await run(['doctor', '--ledger', join(folder(t), 'none')]), { code: 1, out: /^WRONG +file/m });
  const empty = join(folder(t), 'empty.sqlite');
  writeFileSync(empty, '');
  const ahead = await openedLedger(t, undefined, true);
  await ahead.now('2098-01-01T00:00:00Z').post('pool-manager', 'PlanLineSet', line());
  await ahead.close();
  t.match(await run(['doctor', '--ledger', ahead.file]), {
    code: 1,
    out: /well +opened +The ledger "Test ledger", a demonstration[\s\S]*WRONG +clock/,
  });
  t.match(await run(['doctor', '--ledger', empty]), { code: 1, out: /WRONG +opened +The ledger has not been opened/ });
});

t.test('a reader that goes away ends an export', async (t) => {
  const ledger = await openedLedger(t);
  await stated(ledger, 3_000);
  await ledger.close();
  const child = spawn(process.execPath, [MAIN, 'export', '--ledger', ledger.file]);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  t.equal(code, 3);
});

t.test('a broken key and an unreadable event are said', async (t) => {
  const ledger = await openedLedger(t);
  const { position } = await ledger.store.append(`fund-${FUND}`, 0n, [
    { id: 'x', type: 'Unheard', data: '{}', metadata: '{"recordedAt":"2016-03-01T09:00:00.000Z"}' },
  ]);
  t.ok(position);
  await ledger.close();
  t.match(await run(['gap', FUND, '--ledger', ledger.file]), {
    code: 3,
    err: /Unheard at revision 1 .* cannot be read/,
  });
  const sound = await openedLedger(t);
  await sound.close();
  writeFileSync(`${sound.file}.key.json`, 'broken');
  t.match(await run(['token', 'auditor', '--ledger', sound.file]), { code: 3, err: /key file .* cannot be read/ });
});

t.test('an identity provider takes the place of the ledger’s own key', async (t) => {
  const cwd = folder(t);
  const ledger = await openedLedger(t, join(cwd, 'ledger.sqlite'));
  await ledger.close();
  const token = (await run(['token', 'auditor'], {}, cwd)).out.trim();
  const { address, stop } = await serving(['serve'], cwd, {
    BCF_JWKS_URL: 'http://127.0.0.1:9/keys',
    BCF_JWT_ISSUER: 'i',
    BCF_JWT_AUDIENCE: 'a',
    BCF_KEY_FILE: join(cwd, 'elsewhere.json'),
  });
  t.equal((await fetch(`${address}/v1/funds`, { headers: { authorization: `Bearer ${token}` } })).status, 401);
  await stop('SIGTERM');
  t.equal((await run(['token', 'auditor'], { BCF_KEY_FILE: join(cwd, 'elsewhere.json') }, cwd)).code, 0);
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
  t.match(await run(['serve', '--port', taken, '--ledger', join(cwd, 'other.sqlite')], {}, cwd), {
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
  t.match(await run(['serve', '--demonstration-identities'], {}, cwd), {
    code: 2,
    err: /only for a ledger that was opened as a demonstration/,
  });
  const token = (await run(['token', 'auditor'], {}, cwd)).out.trim();
  const { address, stop } = await serving(['serve'], cwd);
  const ask = (authorization: string) => fetch(`${address}/v1/funds/${FUND}/proposals`, { headers: { authorization } });
  t.equal((await ask('Demonstration auditor')).status, 401);
  const answer = await ask(`Bearer ${token}`);
  t.equal(answer.status, 200);
  t.same(await answer.json(), { fund: FUND, proposals: [] }, 'what nobody signed in time lapsed at the start');
  const { code, out } = await stop('SIGINT');
  t.equal(code, 0);
  const logs = out
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each) as { url?: string; officer?: string; status?: number });
  t.ok(
    logs.some(({ url, officer, status }) => url?.endsWith('/proposals') && officer === 'auditor' && status === 200),
    'requests are logged',
  );
  t.notMatch(out, token, 'and nobody’s token is');
  t.notMatch(readFileSync(ledger.file).toString('latin1'), token);
});
