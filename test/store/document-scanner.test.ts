import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createScanner } from '../../src/store/document-scanner.js';
import { NotTaken, openDocuments } from '../../src/store/documents.js';
import { folder } from '../support/ledger.js';
import { scannerIn } from '../support/scanners.js';

/** The operator’s scanner: a real program that is run for each file before it is kept. */

const STREAM = 'fund-testshire-2016-17';

async function* content(text: string) {
  yield Buffer.from(`%PDF-1.7 ${text}`);
}

type More = Partial<Parameters<typeof createScanner>[0]>;

function scanning(t: Test, more: More = {}) {
  const programs = folder(t);
  const program = scannerIn(programs);
  const logged: { readonly words: string; readonly what: object }[] = [];
  const say = (what: object, words: string): void => void logged.push({ words, what });
  const scanner = createScanner({
    command: [program, '--fdpass'],
    environment: { LANG: 'C' },
    log: { warn: say, info: say },
    ...more,
  });
  const path = folder(t);
  const documents = openDocuments({ folder: path, bytesMax: 10_000, now: 0, freeBytesMin: 0, scanner });
  t.teardown(() => scanner.stop());
  const ran = () =>
    existsSync(`${program}.log`)
      ? readFileSync(`${program}.log`, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { pid: number; args?: string[]; secret?: string[] })
      : [];
  const keep = (text: string) => documents.keep(STREAM, 'pdf', content(text));
  const refused = async (text: string, why: NotTaken['why']) => {
    await t.rejects(keep(text), { name: 'NotTaken', why }, text);
    t.notOk(existsSync(join(path, STREAM)), `${text}: nothing is kept`);
    t.same(readdirSync(join(path, '.parts')), [], `${text}: nothing is left`);
  };
  return { path, scanner, keep, refused, ran, logged };
}

/** Whether a process exists. One that has ended but whose exit was not read yet counts as ended. */
function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function gone(pids: readonly number[]): Promise<boolean> {
  for (let tries = 0; tries < 200 && pids.some(isThere); tries++) await wait(10);
  return !pids.some(isThere);
}

t.test(
  'a file that the scanner lets through is kept; the scanner is given its path last, and none of our settings',
  async (t) => {
    process.env['BCF_METRICS_TOKEN'] = 'a secret of the service';
    t.teardown(() => delete process.env['BCF_METRICS_TOKEN']);
    const { path, keep, ran, logged } = scanning(t);
    const { sha256 } = await keep('minutes');
    t.same(readdirSync(join(path, STREAM)), [`${sha256}.pdf`]);
    const [run] = ran();
    t.same(run!.secret, []);
    t.equal(run!.args![0], '--fdpass');
    t.match(run!.args![1], /^\/.*\/\.parts\/[0-9a-f-]{36}$/);
    t.match(logged, [
      { words: /let a document through/, what: { stream: STREAM, sha256, status: 0, output: 'looked at it\n' } },
    ]);
  },
);

t.test('a file that it refuses is not kept, and what it says is logged', async (t) => {
  const { refused, logged } = scanning(t);
  await refused('REFUSE', 'scan-refused');
  t.match(logged, [{ words: /refused a document/, what: { status: 1, output: /FOUND something/ } }]);
});

t.test('a scanner that is ended by a signal lets nothing through', async (t) => {
  const { refused, logged, ran } = scanning(t);
  await refused('SIGNAL', 'scan-failed');
  t.match(logged, [{ words: /could not be scanned/, what: { signal: 'SIGTERM' } }]);
  t.ok(await gone(ran().map(({ pid }) => pid)), 'nor does what it has started go on');
});

t.test('one that does not end is ended, with what it has started', async (t) => {
  const { refused, logged, ran } = scanning(t, { scanMs: 1_500 });
  await refused('HANG', 'scan-failed');
  t.match(logged, [{ words: /could not be scanned/, what: { why: /had not ended after 1500 ms/ } }]);
  t.equal(ran().length, 2);
  t.ok(await gone(ran().map(({ pid }) => pid)));
});

t.test('what it has started ends with it, even if it let the file through', async (t) => {
  const { keep, ran } = scanning(t);
  await keep('LEAVE');
  t.equal(ran().length, 2);
  t.ok(await gone(ran().map(({ pid }) => pid)));
});

t.test('what a scanner has changed or taken away is not kept, whatever it says', async (t) => {
  const { refused } = scanning(t);
  await refused('REMOVE', 'scan-refused');
  await refused('ALTER', 'scan-refused');
});

t.test('a program that is gone while the service runs lets nothing through', async (t) => {
  const programs = folder(t);
  const broken = join(programs, 'broken');
  writeFileSync(broken, '#!/nowhere/at/all\n', { mode: 0o700 });
  const { refused, logged } = scanning(t, { command: [broken] });
  await refused('minutes', 'scan-failed');
  t.match(logged, [{ words: /could not be scanned/, what: { why: /ENOENT/ } }]);
});

t.test('so many are scanned at once; others wait, and no more than so many, and no longer', async (t) => {
  const { keep, refused, ran, scanner } = scanning(t, { atOnceMax: 1, waitingMax: 1, waitMs: 60_000 });
  const hanging = t.rejects(keep('HANG'), { name: 'NotTaken', why: 'scan-failed' });
  while (ran().length < 2) await wait(10);
  const waiting = t.rejects(keep('minutes'), { name: 'NotTaken', why: 'scan-busy' });
  await wait(20);
  await refusedWhileBusy(keep);
  t.equal(ran().length, 2, 'nothing else was run');
  scanner.stop();
  await hanging;
  await waiting;
  t.ok(await gone(ran().map(({ pid }) => pid)), 'a service that stops ends what it scans');
  await refused('minutes', 'scan-busy');

  async function refusedWhileBusy(send: typeof keep): Promise<void> {
    await t.rejects(send('a third'), { name: 'NotTaken', why: 'scan-busy' });
  }
});

t.test('who waits is scanned in their turn; who waits too long is refused', async (t) => {
  const { keep, ran } = scanning(t, { atOnceMax: 1, waitMs: 60_000, scanMs: 1_500 });
  const hanging = t.rejects(keep('HANG'), { name: 'NotTaken', why: 'scan-failed' });
  while (ran().length < 2) await wait(10);
  const second = keep('minutes');
  await hanging;
  t.match(await second, { sha256: /^[0-9a-f]{64}$/ });
  const impatient = scanning(t, { atOnceMax: 1, waitMs: 50 });
  const first = t.rejects(impatient.keep('HANG'), { name: 'NotTaken', why: 'scan-failed' });
  while (impatient.ran().length < 2) await wait(10);
  await t.rejects(impatient.keep('minutes'), { name: 'NotTaken', why: 'scan-busy' });
  impatient.scanner.stop();
  await first;
});

t.test('a program that is not there, or cannot be run, is told when the scanner is made', async (t) => {
  const log = { warn: () => undefined, info: () => undefined };
  const path = folder(t);
  writeFileSync(join(path, 'plain'), 'x', { mode: 0o600 });
  for (const [command, why] of [
    [[join(path, 'nowhere')], /ENOENT/],
    [[path], /is no file/],
    [[join(path, 'plain')], /EACCES/],
  ] as const)
    t.throws(() => createScanner({ command, environment: {}, log }), why);
});
