import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { tableText } from '../../src/cli/output.js';
import { p50, p99 } from '../figures.js';
import { askForPages, follow, neverRead, propose, type Load } from './crowd.js';
import type { Posted, Posting } from './poster.js';
import { FUND, makeRoom, serveRoom, tokensOf, type Serving } from './room.js';

/**
 * `npm run load`: measures whether one officer can still post while others load the service. The officer posts at an
 * even pace, first alone, then beside each load, then beside all of them, and alone again. The time of a post is
 * compared with the quiet time of the same run.
 */

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    feeds: { ...text, default: '1000' },
    slow: { ...text, default: '100' },
    proposals: { ...text, default: '1200' },
    'proposals-per-second': { ...text, default: '200' },
    addresses: { ...text, default: '20' },
    'pages-per-second': { ...text, default: '500' },
    events: { ...text, default: '20000' },
    seconds: { ...text, default: '20' },
    'per-second': { ...text, default: '15' },
    wait: { ...text, default: '100' },
    only: text,
    node: { ...text, default: '' },
  },
});
const number = (name: keyof typeof values): number => {
  const found = Number(values[name]);
  if (!Number.isSafeInteger(found) || found < 1) throw new RangeError(`--${name} is a whole number, 1 or more.`);
  return found;
};
const PER_OFFICER = 20;
const [feeds, slow, proposals] = [number('feeds'), number('slow'), number('proposals')];
const [seconds, perSecond, addresses] = [number('seconds'), number('per-second'), number('addresses')];

const note = (said: string): void => void process.stderr.write(`${said}\n`);

const posted = (posting: Posting): Promise<Posted> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./poster.js', import.meta.url), { workerData: posting });
    worker.once('message', resolve);
    worker.once('error', reject);
  });

interface Stage {
  readonly name: string;
  readonly loads: readonly ((after: string) => Promise<Load>)[];
}

/** What is the same for all stages: the service has answered each kind of question once before any is timed. */
async function stages(port: number, file: string) {
  const { token, followers } = await tokensOf(file);
  const path = `/v1/funds/${FUND}/proposals`;
  const officers = Math.ceil(feeds / PER_OFFICER);
  const own = await followers(0, officers);
  const idle = await followers(officers, officers + Math.ceil(slow / PER_OFFICER));
  const [reader = ''] = own;
  const head = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/funds/${FUND}/gap`, {
      headers: { authorization: `Bearer ${reader}` },
    });
    return ((await answer.json()) as { ledger: { position: string } }).ledger.position;
  };
  const following = (after: string) => follow(port, own, Math.min(feeds, PER_OFFICER), after);
  const stalling = () => neverRead(port, idle, Math.min(slow, PER_OFFICER), number('wait') * 1000);
  const proposing = (index: number) => async () =>
    propose(port, await token(`proposer-${index}`), path, {
      many: proposals,
      perSecond: number('proposals-per-second'),
      name: `offer-${index}`,
    });
  const asking = async () => askForPages(port, addresses, number('pages-per-second'));
  const all: Stage[] = [
    { name: 'quiet', loads: [] },
    { name: 'feeds', loads: [following] },
    { name: 'never read', loads: [stalling] },
    { name: 'proposals', loads: [proposing(0)] },
    { name: 'documentation', loads: [asking] },
    { name: 'all together', loads: [following, stalling, proposing(1), asking] },
    { name: 'quiet again', loads: [] },
  ];
  const chosen = all.filter(
    ({ name, loads }) => values.only === undefined || loads.length === 0 || name === values.only,
  );
  return { head, chosen };
}

const COLUMNS = ['beside', 'posts', 'p50 ms', 'p99 ms', 'slowest ms', 'p99 of quiet', 'memory MB', 'what became of it'];

async function picture(serving: Serving, file: string): Promise<string[][]> {
  const { port } = serving;
  const { token } = await tokensOf(file);
  const poster = await token('poster');
  const post = (name: string, long: number) =>
    posted({ port, token: poster, path: `/v1/funds/${FUND}/facts`, perSecond, seconds: long, name });
  // The first posts compile what all others use.
  await post('warm', Math.min(5, seconds));
  const { head, chosen } = await stages(port, file);
  const rows: string[][] = [];
  let quiet: number | undefined;
  for (const { name, loads } of chosen) {
    const begun: Load[] = [];
    const after = await head();
    // The loads begin while the officer posts, because for some of them beginning costs the most.
    const posting = post(name.replaceAll(' ', '-'), seconds);
    for (const load of loads) begun.push(await load(after));
    const { times, statuses } = await posting;
    const memory = serving.resident();
    const became = [];
    for (const load of begun) became.push(`${load.what}: ${await load.end()}`);
    const [middle, slowest] = [p50(times) / 1000, p99(times) / 1000];
    quiet ??= slowest;
    rows.push([
      name,
      Object.entries(statuses)
        .map(([status, count]) => `${count} × ${status}`)
        .join(', '),
      middle.toFixed(1),
      slowest.toFixed(1),
      Math.max(...times).toFixed(1),
      `${(slowest / quiet).toFixed(1)} ×`,
      String(memory),
      became.join('; '),
    ]);
    note(`${name}: ${rows.at(-1)!.slice(1).join(' | ')}`);
  }
  return rows;
}

const folder = mkdtempSync(join(tmpdir(), 'bcf-load-'));
try {
  const file = join(folder, 'ledger.sqlite');
  await makeRoom(file, number('events'));
  const serving = await serveRoom(file, values.node === '' ? [] : values.node.split(' '));
  const before = serving.resident();
  try {
    const rows = await picture(serving, file);
    process.stdout.write(`${tableText({ columns: COLUMNS, rows })}\n`);
    process.stdout.write(`Memory when it had started: ${before} MB; at the end: ${serving.resident()} MB.\n`);
  } finally {
    await serving.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
