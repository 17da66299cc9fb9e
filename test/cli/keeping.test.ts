import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { ALONE, measuredWith } from '../support/alone.js';
import { folder, FUND, line, openedLedger } from '../support/ledger.js';
import { runInside, serving } from './run.js';

/**
 * The service continues to work when the machine fails it, and says what it cannot do. Each test uses a real process.
 */

/** A ledger that is served, and its keeper’s officer, who asks and posts. */
async function served(t: Test, log?: number, by?: readonly string[]) {
  const cwd = folder(t);
  const ledger = await openedLedger(t, join(cwd, 'ledger.sqlite'));
  await ledger.close();
  const token = (await runInside(['token', 'pool-manager'], {}, cwd)).out.trim();
  const service = await serving(['serve'], cwd, {}, log, by);
  t.teardown(() => service.stop('SIGKILL'));
  // The service may close a kept connection just as it is used again.
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' };
  return {
    ...service,
    cwd,
    get: (path: string) => fetch(`${service.address}${path}`, { headers }),
    set: (name: string, key: string) =>
      fetch(`${service.address}/v1/funds/${FUND}/facts`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
        body: JSON.stringify({ fact: { type: 'PlanLineSet', data: line({ line: name }) } }),
      }),
  };
}

interface Logged {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly message: string };
}

const linesOf = (out: string): Logged[] =>
  out
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each) as Logged);

const FATAL = 60;

/** Makes a process do something of its own when it gets SIGCONT. */
const onSignal = (code: string): readonly string[] =>
  measuredWith(`--import data:text/javascript,${encodeURIComponent(`process.on('SIGCONT', () => { ${code} })`)}`);

t.test('out of file descriptors the service lives on, and answers as soon as it has some again', async (t) => {
  const { get, limited, stop } = await served(t);
  t.equal((await get('/health')).status, 200);
  limited('--nofile=3:');
  // Longer than the intervals at which the process is looked at.
  await setTimeout(6_500);
  limited('--nofile=1024:');
  t.equal((await get('/health')).status, 200);
  t.equal((await get(`/v1/funds/${FUND}/gap`)).status, 200);
  t.equal((await stop('SIGTERM')).code, 0);
});

t.test('a fault that nothing caught is logged before the service ends', async (t) => {
  const { stop } = await served(t, undefined, onSignal("throw new Error('the floor gave way')"));
  const { code, out } = await stop('SIGCONT');
  t.equal(code, 1);
  t.match(
    linesOf(out).find(({ level }) => level === FATAL),
    { err: { message: 'the floor gave way' }, msg: 'a fault that nothing caught ends the service' },
  );
});

t.test('so is a second one, while it is being stopped', async (t) => {
  const twice = "process.nextTick(() => { throw new Error('again') }); throw new Error('once')";
  const { stop } = await served(t, undefined, onSignal(twice));
  const { code, out } = await stop('SIGCONT');
  t.equal(code, 1);
  t.match(
    linesOf(out).filter(({ level }) => level === FATAL),
    [{ err: { message: 'once' } }, { err: { message: 'again' } }],
  );
});

t.test('a service that cannot be stopped as it should be says so', async (t) => {
  const broken = "globalThis.clearInterval = () => { throw new Error('stuck') }; process.kill(process.pid, 'SIGTERM')";
  const { stop } = await served(t, undefined, onSignal(broken));
  const { code, out } = await stop('SIGCONT');
  t.equal(code, 1);
  t.match(
    linesOf(out).find(({ level }) => level === FATAL),
    { err: { message: 'stuck' }, msg: 'the service cannot be stopped as it should be' },
  );
});

t.test('a service that does not come to its end is ended after a while, and says so', async (t) => {
  const hanging =
    "import('node:http').then(({ Server }) => { Server.prototype.close = () => {}; process.kill(process.pid, 'SIGTERM') })";
  const { stop } = await served(t, undefined, onSignal(hanging));
  const { code, out } = await stop('SIGCONT');
  t.equal(code, 1);
  t.match(
    linesOf(out).find(({ level }) => level === FATAL),
    { msg: /^it has not stopped within \d+ ms/ },
  );
});

t.test(
  'on a full disk figures are answered, the service is not ready, and it stops well; it goes on when there is room',
  async (t) => {
    const { address, get, set, limited, stop, cwd } = await served(t, undefined, ALONE);
    const metrics = async () => (await fetch(`${address}/metrics`)).text();
    const full = () => limited('--fsize=1:');
    const roomy = () => limited('--fsize=unlimited:');
    t.equal((await set('first', 'k1')).status, 201);
    full();
    const refused = await set('second', 'k2');
    t.match(await refused.json(), { status: 503, code: 'store_unavailable' });
    const ready = await get('/ready');
    t.equal(ready.status, 503);
    t.match(await ready.json(), { ready: false, projector: { state: 'live' }, writing: { ok: false, reason: String } });
    while (!(await metrics()).includes('bcf_store_writable 0')) await setTimeout(20);
    t.equal((await get(`/v1/funds/${FUND}/gap`)).status, 200);
    roomy();
    while ((await get('/ready')).status !== 200) await setTimeout(20);
    while (!(await metrics()).includes('bcf_store_writable 1')) await setTimeout(20);
    t.equal((await set('second', 'k2')).status, 201);
    full();
    t.equal((await set('third', 'k3')).status, 503);
    const { code } = await stop('SIGTERM');
    t.equal(code, 0, 'nothing that was acknowledged is lost');
    const { out } = await runInside(['export'], {}, cwd);
    t.same(
      [...out.matchAll(/"line":"(\w+)"/g)].map(([, name]) => name),
      ['first', 'second'],
    );
  },
);

t.test('a log that cannot be written ends nothing', async (t) => {
  const { get, set, stop } = await served(t, openSync('/dev/full', 'w'));
  for (let request = 0; request < 60; request++) t.equal((await get('/health')).status, 200);
  // Waiting lines are written once a second.
  await setTimeout(2_500);
  t.equal((await set('first', 'k1')).status, 201);
  t.equal((await stop('SIGTERM')).code, 0);
});
