import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { CLOCK_STREAM, startServer } from '../support/eventstoredb/server.js';
import { folder, FUND, line, openedLedger } from '../support/ledger.js';
import { CATEGORIES } from '../../src/ledger/catalogue.js';
import { systemClock } from '../../src/ledger/clock.js';
import { openEventStoreDB } from '../../src/store/eventstoredb/eventstoredb-event-store.js';
import { runInside, runHere, serving } from './run.js';

const OPENING = fileURLToPath(new URL('../../../docs/opening.example.json', import.meta.url));

async function cluster(t: Test) {
  const server = await startServer(3);
  t.teardown(() => server.close());
  const cwd = folder(t);
  const { connection } = server;
  /** The same in this process. */
  const here = (...args: string[]) =>
    runHere(args, cwd, () => openEventStoreDB({ connection, categories: CATEGORIES }));
  return { server, cwd, env: { BCF_EVENTSTOREDB: connection }, here };
}

t.test('a ledger is opened, asked and checked in an event store as in a file', async (t) => {
  const { cwd, env, server, here } = await cluster(t);
  t.match(await here('verify'), { code: 3, err: /eventstoredb holds no event/ });
  t.match(await runInside(['doctor'], env, cwd), { code: 1, out: /^WRONG +opened/m });
  t.match(await runInside(['load', OPENING], env, cwd), { code: 0, err: /acts recorded in eventstoredb/ });
  t.match(await runInside(['verify'], env, cwd), { code: 0, out: '', err: /all is well/ });
  t.match(await here('verify', '--ledger', 'eventstoredb'), { code: 0 });
  t.match(await here('replay'), { code: 0, out: /events replayed/ });
  const doctor = await runInside(['doctor'], env, cwd);
  t.match(doctor, { code: 0, out: /^well +event store +127\.0\.0\.1:\d+, .* answers/m });
  t.notMatch(doctor.out, /permissions/);
  const exported = (await here('export')).out.trim().split('\n');
  const isOfTheLedger = (stream: string) => !stream.startsWith('$') && stream !== CLOCK_STREAM;
  t.equal(exported.length, server.log.events.filter(({ stream }) => isOfTheLedger(stream)).length);
});

t.test('a ledger is moved from a file to an event store and back, and both say the same', async (t) => {
  const { cwd, env, here } = await cluster(t);
  const ledger = await openedLedger(t, join(cwd, 'ledger.sqlite'));
  for (let index = 0; index < 60; index++)
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: `line-${index}` }));
  await ledger.close();
  const moving = (from: string, to: string) => here('move', '--from', from, '--to', to);
  const there = await runInside(['move', '--from', 'ledger.sqlite', '--to', 'eventstoredb', '--json'], env, cwd);
  t.match(there, { code: 0, err: /66 events in eventstoredb, 0 of them copied earlier; the same bytes/ });
  const { root } = JSON.parse(there.out) as { root: string };
  t.match(await moving('eventstoredb', 'back.sqlite'), {
    code: 0,
    err: new RegExp(`66 events in back.sqlite.*\\nSize 66, root ${root}`),
  });
  t.match(await moving('eventstoredb', 'back.sqlite'), { code: 0, err: /66 of them copied earlier/ });
  const plan = ['gap', FUND, '--json', '--on', '2016-04-01', '--known-at', '2016-04-30'];
  const answers = await Promise.all(
    ['ledger.sqlite', 'eventstoredb', 'back.sqlite'].map(async (ledger) =>
      (await here(...plan, '--ledger', ledger)).out.replace(/"position": "\d+"/, ''),
    ),
  );
  t.match(answers[0], '"requirement": "60000000.00"');
  t.equal(new Set(answers).size, 1);

  const other = await openedLedger(t, join(cwd, 'other.sqlite'));
  await other.now('2016-03-02T00:00:00Z').post('pool-manager', 'PlanLineSet', line());
  await other.close();
  t.match(await moving('other.sqlite', 'eventstoredb'), { code: 1, err: /differ at place 0/ });
  t.match(await moving('eventstoredb', 'eventstoredb'), { code: 2, err: /cannot be moved to itself/ });
  t.match(await moving('nowhere.sqlite', 'eventstoredb'), { code: 3, err: /There is no file/ });
});

t.test('services on one event store are served with one key, and each says where it reads', async (t) => {
  const { cwd, env } = await cluster(t);
  await runInside(['load', OPENING], env, cwd);
  t.match(await runInside(['serve', '--port', '0'], env, cwd), {
    code: 2,
    err: /share an event store sign with one key/,
  });
  t.match(await runInside(['token', 'eve-finance'], env, cwd), { code: 2, err: /BCF_KEY_FILE/ });
  const keyed = { ...env, BCF_KEY_FILE: join(cwd, 'key.json') };
  const token = (await runInside(['token', 'eve-finance'], keyed, cwd)).out.trim();
  t.match(await runInside(['token', 'nobody'], keyed, cwd), { code: 2, err: /No officer named/ });
  const [one, two] = await Promise.all([serving(['serve'], cwd, keyed), serving(['serve'], cwd, keyed)]);
  for (const { address } of [one, two]) {
    const funds = await fetch(`${address}/v1/funds`, { headers: { authorization: `Bearer ${token}` } });
    t.match(await funds.json(), { funds: [{ fund: 'testshire-2026-27' }] });
    t.match(await (await fetch(`${address}/ready`)).json(), { ready: true });
  }
  const killed = await serving(['serve'], cwd, keyed);
  await killed.stop('SIGKILL');
  const again = await serving(['serve'], cwd, keyed);
  t.match(await (await fetch(`${again.address}/ready`)).json(), { ready: true }, 'one that was killed starts again');
  await again.stop('SIGTERM');
  for (const { code, out, err } of await Promise.all([one.stop('SIGTERM'), two.stop('SIGINT')])) {
    t.equal(code, 0);
    t.match(err, /Serving the ledger at 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+ at http/);
    t.notMatch(out + err, 'esdb://');
  }
});

t.test('a machine whose clock is not the server’s is told so when it starts, before anybody posts', async (t) => {
  const { cwd, env, server } = await cluster(t);
  await runInside(['load', OPENING], env, cwd);
  t.match(await runInside(['doctor'], env, cwd), { code: 0, out: /^well +clock/m });
  server.log.now = () => systemClock.now() + 3_600_000;
  const why = /clock is at least \d+ seconds behind the event store’s\. Put right whichever of them is wrong/;
  t.match(await runInside(['doctor'], env, cwd), { code: 1, out: /^WRONG +clock +This machine’s clock is at least/m });
  const { address, stop } = await serving(['serve'], cwd, { ...env, BCF_KEY_FILE: join(cwd, 'key.json') });
  const ready = await fetch(`${address}/ready`);
  t.equal(ready.status, 503);
  t.match(await ready.json(), { ready: false, clock: { ok: false, reason: why } });
  t.match(await (await fetch(`${address}/metrics`)).text(), /^bcf_clock_trusted 0$/m);
  await stop('SIGTERM');
});

t.test('a connection string stands in the environment alone', async (t) => {
  const cwd = folder(t);
  const secret = 'esdb://admin:Pa55word@host:2113';
  for (const args of [
    ['verify', '--ledger', secret],
    ['move', '--from', secret, '--to', 'x.sqlite'],
    ['serve', '--ledger', secret, '--port', '0'],
  ]) {
    const refused = await runInside(args, {}, cwd);
    t.match(refused, { code: 2, err: /would be seen in the list of processes: put it into BCF_EVENTSTOREDB/ });
    t.notMatch(refused.out + refused.err, 'Pa55word');
  }
  t.match(await runInside(['verify', '--ledger', 'eventstoredb'], {}, cwd), { code: 2, err: /Set BCF_EVENTSTOREDB/ });
  t.match(await runInside(['demo', '--once', '--ledger', 'eventstoredb'], {}, cwd), { code: 2, err: /made in a file/ });
  const help = await runInside(['verify', '--help'], { BCF_EVENTSTOREDB: secret });
  t.notMatch(help.out, 'Pa55word');
});

t.test('an event store that is not there is told in words', async (t) => {
  const { cwd, env, server } = await cluster(t);
  await server.close();
  const asked = await runInside(['gap', FUND], env, cwd);
  t.match(asked, { code: 3, err: /The event store at 127\.0\.0\.1:\d+.* does not answer: Failed to discover/ });
});

t.test('an event store has pages by keys that its services share, and is backed up by its own means', async (t) => {
  const { cwd, env } = await cluster(t);
  await runInside(['load', OPENING], env, cwd);
  const served = { ...env, BCF_KEY_FILE: join(cwd, 'key.json'), BCF_PUBLIC_URL: 'https://bcf.example' };
  t.match(await runInside(['serve', '--port', '0'], served, cwd), {
    code: 2,
    err: /set BCF_SESSION_KEYS/,
  });
  const keys = { BCF_SESSION_KEYS: Buffer.alloc(32, 1).toString('base64') };
  const { address, stop } = await serving(['serve'], cwd, { ...served, ...keys });
  t.equal((await fetch(`${address}/sign-in`)).status, 200);
  await stop('SIGTERM');
  t.match(await runInside(['backup', 'copy.sqlite'], env, cwd), { code: 2, err: /backed up by its own means/ });
});
