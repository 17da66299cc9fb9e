import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import t from 'tap';
import { run, runInside, runHere } from './run.js';
import { contribution, emptyLedger, FUND, folder, LEDGER_OPENED, line, openedLedger } from '../support/ledger.js';
import { told } from '../support/told.js';

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
const stepsOf = (file: string): unknown[] => (JSON.parse(readFileSync(file, 'utf8')) as { steps: unknown[] }).steps;

t.test('help lists every command and the exit codes, and a wrong word is wrong use', async (t) => {
  const help = await runInside(['--help']);
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
  t.match((await runHere(['catalogue'])).out, /^# Events/);
  t.equal((await runInside(['gaps'])).code, 2);
  t.match((await runHere(['gap'])).err, /missing required argument 'fund'/);
  t.match((await runInside(['serve', '--help'])).out, /BCF_JWKS_URL/);
  t.match((await runHere(['verify', '--help'])).out, /signatures/);
  t.match((await runInside([], { BCF_PORT: 'x' })).err, /BCF_PORT/);
  for (const port of ['99999', '0x50', '8e3', '80.5', '-1', ' '])
    t.match((await runHere(['serve', `--port=${port}`])).err, /must be a port/, port);
  for (const hours of ['0', '0x8', '1e1', '745', '-1'])
    t.match((await runHere(['token', 'x', `--hours=${hours}`])).err, /more than 0/, hours);
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

  const gap = await runInside(['gap', 'norfolk-2016-17', '--on', '2016-04-01', '--known-at', '2016-04-30', ...ledger]);
  t.match(gap.out, /^soft +7,000,000.00/m);
  t.match(gap.err, /On 2016-04-01, as known at the end of 30 April 2016 \(London\), from the first \d+ events/);
  t.match(JSON.parse((await runHere(['gap', 'norfolk-2016-17', '--json', ...ledger])).out), {
    fund: 'norfolk-2016-17',
  });
  t.match((await runHere(['position', 'norfolk-2017-18', '--csv', ...ledger])).out, /^\uFEFFpartner,source,proposed/);
  t.match((await runHere(['partners', ...ledger])).out, /NHS Norwich CCG +clinical commissioning group/);
  t.match(
    (await runHere(['timeline', 'norfolk-2016-17', '--limit', '2', ...ledger])).out,
    /was opened, hosted by norfolk-county-council/,
  );
  t.match(await runHere(['gap', 'norfolk-2016-17', '--on', '2017-02-30', ...ledger]), { code: 2, err: /real day/ });
  t.match(await runInside(['gap', 'nowhere-2016-17', ...ledger]), {
    code: 4,
    err: /There is no fund named nowhere-2016-17. \(fund_unknown\) Check the name/,
  });
  t.match(await runHere(['verify', ...ledger]), { code: 0, out: '', err: /all is well/ });
  told(t, JSON.parse((await runHere(['verify', '--json', ...ledger])).out), { problems: [] });
  t.match(await runHere(['replay', ...ledger]), { code: 0, out: /events replayed in .* events a second/ });
  t.match(JSON.parse((await runHere(['replay', '--json', ...ledger])).out), { events: Number });
  const exported = (await runHere(['export', ...ledger])).out.trim().split('\n');
  t.match(JSON.parse(exported[0]!), {
    position: '1',
    type: 'LedgerOpened',
    hash: /^[0-9a-f]{64}$/,
    data: {},
    metadata: {},
  });
  const { events } = JSON.parse((await runHere(['replay', '--json', ...ledger])).out) as { events: number };
  t.equal(exported.length, events);
});

t.test('a ledger of one’s own is opened from a file, and given a token', async (t) => {
  const cwd = folder(t);
  const acts = join(cwd, 'opening.json');
  const opening = { officer: 'registrar', in: 'register', post: { type: 'LedgerOpened', data: LEDGER_OPENED } };
  writeFileSync(acts, JSON.stringify({ title: 'Opening', about: 'The first act.', steps: [opening] }));
  const ledger = ['--ledger', join(cwd, 'own.sqlite')];
  t.match(await runHere(['load', acts, '--dry-run', ...ledger]), {
    code: 0,
    err: /1 step is well formed. No rule was tried, and nothing was loaded/,
  });
  t.notOk(existsSync(join(cwd, 'own.sqlite')));
  t.match(await run(['load', acts, ...ledger]), {
    code: 3,
    err: /There is no ledger .*own.sqlite. To make one, add --new/,
  });
  t.notOk(existsSync(join(cwd, 'own.sqlite')), 'a name that was mistyped makes no ledger');
  t.match(await run(['load', acts, '--new', ...ledger]), { code: 0, err: /1 act recorded/ });
  t.match(await runHere(['load', acts, '--new', ...ledger]), { code: 2, err: /exists already: leave --new out/ });
  t.match(await run(['load', acts, ...ledger]), { code: 0, err: /0 acts recorded.*1 were recorded already/ });
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
  t.match(await runHere(['load', acts, ...ledger]), { code: 2, err: /is not a file of acts/ });
  writeFileSync(acts, 'not JSON');
  t.match(await run(['load', acts, ...ledger]), { code: 2, err: /opening.json cannot be read as JSON/ });
  const whole = { title: 'Acts', steps: [{ officer: 'a', in: 'register', post: { type: 'X', data: {} } }] };
  writeFileSync(acts, `\uFEFF${JSON.stringify(whole)}`);
  t.match(
    await run(['load', acts, '--dry-run', ...ledger]),
    { code: 2, err: /"X" is not a fact of a register/ },
    'a byte-order mark is no part of the text',
  );
  writeFileSync(acts, JSON.stringify(whole).replace('"title":', '"title":"Other","title":'));
  t.match(await run(['load', acts, ...ledger]), { code: 2, err: /has "title" twice in one object/ });
  t.match(await run(['load', join(cwd, 'none.json'), ...ledger]), {
    code: 2,
    err: /There is no file .*none.json/,
  });
  const token = await run(['token', 'registrar', '--hours', '1', ...ledger]);
  t.match(token, { code: 0, out: /^eyJ/ });
  t.ok(existsSync(join(cwd, 'own.sqlite.key.json')));
  const provider = { BCF_JWKS_URL: 'https://id.example/keys', BCF_JWT_ISSUER: 'i', BCF_JWT_AUDIENCE: 'a' };
  const [nobody, nowhere, elsewhere] = await Promise.all([
    run(['token', 'nobody', ...ledger]),
    run(['token', 'registrar', '--ledger', join(cwd, 'none.sqlite')]),
    run(['token', 'registrar', ...ledger], provider),
  ]);
  t.match(nobody, { code: 2, err: /No officer named "nobody"/ });
  t.match(nowhere, { code: 2, err: /There is no ledger/ });
  t.match(elsewhere, { code: 2, err: /Tokens come from the identity provider/ });
});

t.test('what cannot be read is said, and nothing is made by asking', async (t) => {
  const cwd = folder(t);
  const none = join(cwd, 'none.sqlite');
  t.match(await runInside(['gap', FUND, '--ledger', none]), { code: 3, err: /There is no file/ });
  for (const command of [['gap', FUND], ['verify'], ['export'], ['replay']]) {
    t.match(await runHere([...command, '--ledger', none]), { code: 3, err: /There is no file/ }, command.join(' '));
  }
  t.match(await runInside(['serve', '--ledger', none]), {
    code: 3,
    err: /There is no ledger .* To make one, add --new/,
  });
  t.match(await runHere(['serve', '--new', '--ledger', 'eventstoredb']), { code: 2, err: /begins with its first act/ });
  t.notOk(existsSync(none));
  const nothing = await emptyLedger(t);
  await nothing.close();
  t.match(await runHere(['verify', '--ledger', nothing.file]), { code: 3, err: /holds no event/ });
  const other = join(cwd, 'other.sqlite');
  const db = new DatabaseSync(other);
  db.exec('CREATE TABLE things (a)');
  db.close();
  t.match(await runHere(['verify', '--ledger', other]), { code: 3, err: /not a ledger/ });
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await ledger.close();
  const copy = join(cwd, 'copy.sqlite');
  copyFileSync(ledger.file, copy);
  const tamper = new DatabaseSync(copy);
  tamper.exec('DROP TRIGGER events_are_never_deleted; DELETE FROM events WHERE position = 7');
  tamper.close();
  t.match(await runInside(['verify', '--ledger', copy]), {
    code: 1,
    out: /^sequence: at position 8/m,
    err: /found by sequence \(\d+\), tree \(\d+\)/,
  });
  t.match(await runHere(['gap', FUND, '--ledger', ledger.file]), { code: 0 });
});

t.test('the doctor looks at the machine and at the file', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.close();
  chmodSync(ledger.file, 0o600);
  const well = await runInside(['doctor', '--ledger', ledger.file]);
  t.equal(well.code, 0, well.out);
  t.match(well.out, /^well +durability +synchronous is 2/m);
  t.match(well.out, /6 events, 0 of them from a snapshot; read by 1 thread\./);
  chmodSync(ledger.file, 0o666);
  const empty = join(folder(t), 'empty.sqlite');
  writeFileSync(empty, '');
  const ahead = await openedLedger(t);
  const story = await openedLedger(t, undefined, true);
  for (const each of [ahead, story]) {
    await each.now('2098-01-01T00:00:00Z').post('pool-manager', 'PlanLineSet', line());
    await each.close();
  }
  const nothing = await emptyLedger(t);
  await nothing.close();
  const [open, json, missing, early, told, unopened, begun] = await Promise.all([
    runInside(['doctor', '--ledger', ledger.file]),
    runInside(['doctor', '--json', '--ledger', ledger.file]),
    runInside(['doctor', '--ledger', join(folder(t), 'none')]),
    runInside(['doctor', '--ledger', ahead.file]),
    runInside(['doctor', '--ledger', story.file]),
    runInside(['doctor', '--ledger', empty]),
    runInside(['doctor', '--ledger', nothing.file]),
  ]);
  t.match(open, { code: 1, out: /^WRONG +permissions/m });
  t.equal(readFileSync(empty).length, 0, 'the doctor makes no ledger of it');
  t.match(JSON.parse(json.out), [{ name: 'node', ok: true }]);
  t.match(missing, { code: 1, out: /^WRONG +file/m });
  t.match(early, { code: 1, out: /well +opened +The ledger "Test ledger"\.[\s\S]*WRONG +clock/ });
  t.match(told.out, /well +opened +The ledger "Test ledger", a demonstration[\s\S]*well +clock/);
  t.match(unopened, { code: 1, out: /WRONG +opened .*empty.sqlite is empty: there is no ledger in it/ });
  t.match(begun, { code: 1, out: /WRONG +opened +The ledger has not been opened/ });
});
