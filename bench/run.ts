import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tableText } from '../src/cli/output.js';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import { EVENTS_MIN, makeLedger } from './data.js';
import { CASES_MIN } from './dispute-data.js';
import { measureDisputes } from './disputes.js';
import { FUNDS, PARTNERS } from './facts.js';
import { cells, COLUMNS, whole, type Line } from './figures.js';
import { measurePosts } from './posts.js';
import { measureQuestions } from './questions.js';
import { measureRebuild } from './rebuild.js';

/**
 * Prints what the ledger does in a second at each size of ledger, each figure held to what the machine does without it.
 * `npm run bench -- [events …] [--seed n]`, or `npm run bench -- disputes [cases]` for the disputes alone; the table goes
 * to standard output, progress to standard error.
 */
const SIZES = [10_000, 100_000, 1_000_000];
const CASES = 10_000;
const DISPUTES = 'disputes';
const SEED = 20_170_401;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const note = (text: string): void => void process.stderr.write(`${text}\n`);

interface Asked {
  /** The sizes of ledger to measure; none where the disputes are measured alone. */
  readonly sizes: readonly number[];
  readonly cases: number;
  readonly seed: number;
}

function readArguments(): Asked {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' } } });
  const seed = values.seed === undefined ? SEED : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new RangeError('A seed is a whole number.');
  const [first, second] = positionals;
  if (first === DISPUTES) {
    const cases = second === undefined ? CASES : Number(second);
    if (!Number.isSafeInteger(cases) || cases < CASES_MIN) {
      throw new RangeError(`Disputes are a whole number of cases, ${CASES_MIN} or more.`);
    }
    return { sizes: [], cases, seed };
  }
  const sizes = positionals.length > 0 ? positionals.map(Number) : SIZES;
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < EVENTS_MIN)) {
    throw new RangeError(`A size is a whole number of events, ${EVENTS_MIN} or more.`);
  }
  return { sizes, cases: CASES, seed };
}

async function measureSize(folder: string, events: number, seed: number): Promise<Line[]> {
  const at = `${whole(events)} events`;
  const file = join(folder, `${events}.sqlite`);
  const start = performance.now();
  const store = openSqliteEventStore({ file });
  await makeLedger(store, events, seed);
  await store.close();
  const megabytes = statSync(file).size / 1_000_000;
  note(`${at}: made in ${((performance.now() - start) / 1000).toFixed(1)} s, ${whole(megabytes)} MB`);
  const { ledger, lines } = await measureRebuild(file, events);
  note(`${at}: rebuilt`);
  const questions = measureQuestions(file, ledger.model, seed);
  await ledger.close();
  rmSync(file);
  return [...questions, ...lines].map((line) => ({ ...line, at }));
}

function heading(seed: number): void {
  const [cpu] = cpus();
  print(`Node ${process.versions.node}, ${process.platform} ${process.arch}`);
  print(`${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`);
  print(`Seed ${seed}: ${PARTNERS.length} partners in ${FUNDS.length} funds, a fifth of the facts back-dated`);
  print('');
}

const NOTES = `
A position is of one partner, all its sources; a gap is of one fund; both on a random day as known at a random instant.
Claims, registers and funds of disputes are of one area, on a random day as known at a random instant; "nothing kept" is
what such a question takes as the first after the ledger was opened.
Rebuild and bare reading find the file in the system's cache; the best of three runs counts, of one from 500,000 events.
A post is answered once its event is on disk. Client and server share this machine's cores, the client in a thread of
its own. Posts to one fund wait for each other, so no more posts share a commit than there are funds.
The disk sets the pace of commits: the fsync of a virtual disk is faster than that of an honest disk, so compare the
ratios and not the rates.`;

async function main(): Promise<void> {
  const { sizes, cases, seed } = readArguments();
  if (!global.gc) throw new Error('Memory is measured after a full collection: start with node --expose-gc.');
  const folder = mkdtempSync(join(tmpdir(), 'bcf-ledger-bench-'));
  try {
    heading(seed);
    // Posts come first, before a million events have left their mark on the heap.
    const posts = sizes.length > 0 ? await measurePosts(folder, seed) : [];
    if (sizes.length > 0) note('posts: done');
    const lines: Line[] = [];
    for (const size of sizes) lines.push(...(await measureSize(folder, size, seed)));
    lines.push(...(await measureDisputes(folder, cases, seed, note)));
    print(tableText({ columns: COLUMNS, rows: [...lines, ...posts].map(cells) }));
    print(NOTES);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  note(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
