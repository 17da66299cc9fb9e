import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { tableText } from '../src/cli/output.js';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import { barsOf, chart, seriesOf } from './chart.js';
import { EVENTS_MIN, makeLedger } from './data.js';
import { CASES_MIN } from './dispute-data.js';
import { measureDisputes } from './disputes.js';
import { markdown, measurePages, PAGE_COLUMNS, pageCells, pageGoals, writeInto } from './pages.js';
import { measureFirstActs } from './first-acts.js';
import { FACTS_OF_A_FUND, FUNDS, PARTNERS } from './facts.js';
import { cells, COLUMNS, p50, p99, told, whole, type Line, type Measuring, type Section } from './figures.js';
import { GOAL_COLUMNS, goalCells, lineOf, type Goal } from './goals.js';
import { atConnections } from './http.js';
import { writeJournal } from './opponents/journal.js';
import { PACKAGES } from './opponents/packages.js';
import { startPostgres, type Postgres } from './opponents/postgres.js';
import {
  AT_END,
  BACK_DATED,
  BARE_COMMIT,
  EMMETT_SQLITE,
  EMPTY_POST,
  IN_PROCESS,
  measureBackDating,
  measurePosts,
  OVER_HTTP,
  oneByOne,
} from './posts.js';
import { measureQuestions, OURS, POSITION } from './questions.js';
import { EMPTY_READ, measureReads, READ } from './reads.js';
import { BARE, measureAgain, measureOthersRebuild, measureRebuild, REBUILD, RESTART } from './rebuild.js';

/**
 * Prints the ledger's speed at each size, compared in the same run with the bare machine and with the tools that a user
 * would take instead. `npm run bench -- [events …]`; `npm run bench -- disputes [cases]` for the disputes;
 * `npm run bench -- pages [events]` for the pages. The tables go to standard output, progress to standard error, the
 * chart of a whole run to docs/, and the tables of the pages into the document that --into names.
 */
const SIZES = [10_000, 100_000, 1_000_000];
const CASES = 10_000;
const DISPUTES = 'disputes';
/** This many events show how fast pages are; a million shows how they behave on a large ledger. */
const PAGE_EVENTS = 20_000;
/** How many cases the area has whose disputes are measured with the pages: some hundred a year. */
const CASES_OF_PAGES = 1_000;
const PAGES = 'pages';
const SEED = 20_170_401;
const SECONDS = 3;
const CHART = new URL('../../docs/bench.svg', import.meta.url).pathname;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const note = (text: string): void => void process.stderr.write(`${text}\n`);

interface Asked {
  readonly what: 'ledger' | typeof DISPUTES | typeof PAGES;
  /** The sizes of ledger to measure; none where the disputes are measured. */
  readonly sizes: readonly number[];
  readonly cases: number;
  readonly seed: number;
  readonly seconds: number;
  readonly packages: string;
  /** Where the chart goes; undefined where none is drawn. */
  readonly chart: string | undefined;
  /** Of the pages: how many facts the large fund has, and which pages are measured. */
  readonly facts: number;
  readonly only: string;
  /** The document that the tables of the pages are put into; undefined where they are only told. */
  readonly into: string | undefined;
}

function readArguments(): Asked {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: text, seconds: text, packages: text, chart: text, into: text, facts: text, only: text },
  });
  const seed = Number(values.seed ?? SEED);
  if (!Number.isSafeInteger(seed)) throw new RangeError('A seed is a whole number.');
  const seconds = Number(values.seconds ?? SECONDS);
  if (!(seconds > 0)) throw new RangeError('Each thing is measured for a number of seconds.');
  const facts = Number(values.facts ?? FACTS_OF_A_FUND);
  if (!Number.isSafeInteger(facts / 10) || facts < EVENTS_MIN)
    throw new RangeError(`The large fund has a multiple of ten facts, ${EVENTS_MIN} or more.`);
  const common = {
    seed,
    seconds,
    packages: values.packages ?? PACKAGES,
    into: values.into,
    facts,
    only: values.only ?? '',
  };
  const [first, second] = positionals;
  if (first === DISPUTES) {
    const cases = Number(second ?? CASES);
    if (!Number.isSafeInteger(cases) || cases < CASES_MIN) {
      throw new RangeError(`Disputes are a whole number of cases, ${CASES_MIN} or more.`);
    }
    return { ...common, what: DISPUTES, sizes: [], cases, chart: undefined };
  }
  const isOfPages = first === PAGES;
  const sizes = isOfPages ? [Number(second ?? PAGE_EVENTS)] : positionals.length > 0 ? positionals.map(Number) : SIZES;
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < EVENTS_MIN)) {
    throw new RangeError(`A size is a whole number of events, ${EVENTS_MIN} or more.`);
  }
  if (isOfPages) return { ...common, what: PAGES, sizes, cases: CASES_OF_PAGES, chart: undefined };
  // A short run says less than the chart that is kept, so it draws one only where it is told to.
  const drawn = values.chart ?? (positionals.length > 0 ? undefined : CHART);
  return { ...common, what: 'ledger', sizes: [...sizes].sort((a, b) => a - b), cases: CASES, chart: drawn };
}

interface Sized {
  readonly events: number;
  readonly questions: readonly Line[];
  readonly rebuild: readonly Line[];
  readonly backDating: readonly Line[];
  readonly reads: readonly Line[];
  readonly bytesPerPosting: number;
  readonly heapPerEvent: number;
}

const named = (events: number): string => `${whole(events)} events`;

async function measureSize(events: number, postgres: () => Promise<Postgres>, measuring: Measuring): Promise<Sized> {
  const { folder, seed } = measuring;
  const file = join(folder, `${events}.sqlite`);
  const start = performance.now();
  const store = openSqliteEventStore({ file });
  await makeLedger(store, events, seed);
  await store.close();
  const megabytes = statSync(file).size / 1_000_000;
  note(`${named(events)}: made in ${((performance.now() - start) / 1000).toFixed(1)} s, ${whole(megabytes)} MB`);
  let written: string | undefined;
  const journal = (): string => {
    if (written === undefined) {
      written = join(folder, `${events}.journal`);
      writeJournal(written, file);
    }
    return written;
  };
  const { ledger, lines, bytesPerPosting, heapPerEvent } = await measureRebuild(file, events);
  note(`${named(events)}: rebuilt`);
  const questions = await measureQuestions({ file, events, model: ledger.model, postgres, journal, measuring });
  const reads = await measureReads(file, ledger, measuring);
  await ledger.close();
  const others = await measureOthersRebuild(file, events, journal, measuring);
  const again = await measureAgain(file, events);
  const firstActs = await measureFirstActs(file, measuring);
  const backDating = await measureBackDating(file, measuring);
  for (const name of [file, ...(written === undefined ? [] : [written])]) rmSync(name);
  const placed = (all: readonly Line[]): Line[] =>
    all.map((line) => ({ ...line, at: [named(events), line.at].filter(Boolean).join(', ') }));
  return {
    events,
    questions: placed(questions),
    rebuild: placed([...lines, again, ...others]),
    backDating: placed([...firstActs, ...backDating]),
    reads: placed(reads),
    bytesPerPosting,
    heapPerEvent,
  };
}

/** Why a ledger of this size would not fit into memory, estimated from a smaller one; undefined if it fits. */
function tooLarge(events: number, smaller: Sized | undefined): string | undefined {
  if (!smaller) return undefined;
  const bytes = smaller.heapPerEvent * events;
  // Events that are being read need memory in addition to what is kept.
  const room = 0.7 * Math.min(getHeapStatistics().heap_size_limit, freemem());
  const gibibytes = (number: number): string => `${told(number / 2 ** 30)} GiB`;
  return bytes <= room
    ? undefined
    : `a read model of about ${gibibytes(bytes)} does not fit in the ${gibibytes(room)} that there are (node --max-old-space-size)`;
}

function growth(sizes: readonly Sized[], what: string): string[][] {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (!first || !last || first === last) return [];
  return last.questions.flatMap(({ what: name, times }) => {
    const small = first.questions.find((line) => line.what === name);
    if (!name.startsWith(what) || !times || !small?.times) return [];
    return [[name, `${named(first.events)} to ${named(last.events)}`, `${told(p50(times) / p50(small.times))} ×`]];
  });
}

function goalsOf(sections: readonly Section[], sizes: readonly Sized[]): Goal[] {
  const largest = sizes.at(-1)!;
  const smallest = sizes[0]!;
  const at = named(largest.events);
  const find = (what: string, where: string) => lineOf(sections, what, where);
  const middle = (what: string, where = at): number | undefined => {
    const times = find(what, where)?.times;
    return times && p50(times);
  };
  const rate = (what: string, where: string): number | undefined => find(what, where)?.perSecond;
  const by = (one: number | undefined, two: number | undefined): number | undefined =>
    one === undefined || two === undefined ? undefined : one / two;
  const ours = `${POSITION}, ${OURS}`;
  const slowest = find(ours, at)?.times;
  const [one, many] = [atConnections(1), atConnections(64)];
  // Journals and Emmett are not measured at every size. They are compared with the ledger at the largest size at which
  // they were.
  const besideOurs = (what: string): number | undefined => {
    const size = sizes.findLast(({ events }) => rate(what, named(events)) !== undefined);
    return size && by(rate(REBUILD, named(size.events)), rate(what, named(size.events)));
  };
  const commits = /^([\d.]+) commits/.exec(find(OVER_HTTP, many)?.beside ?? '')?.[1];
  return [
    ...['PostgreSQL', 'SQLite'].map((name) => ({
      what: `a: position, p50 of ${name} over ours, ${at}`,
      is: by(middle(`${POSITION}, ${name}`), middle(ours)),
      toReach: 1_000,
    })),
    { what: `a: position, p99 in µs, ${at}`, is: slowest && p99(slowest), toReach: 50, most: true },
    {
      what: `a: growth of p50, ${whole(smallest.events)} to ${at}`,
      is: smallest === largest ? undefined : by(middle(ours), middle(ours, named(smallest.events))),
      toReach: 3,
      most: true,
    },
    {
      what: `a: a back-dated receipt over one at the end, p50, ${at}`,
      is: by(middle(BACK_DATED), middle(AT_END)),
      toReach: 2,
      most: true,
    },
    { what: `b: rebuild over bare reading, ${at}`, is: by(rate(REBUILD, at), rate(BARE, at)), toReach: 0.6 },
    { what: 'b: rebuild over emmett-sqlite', is: besideOurs('rebuild, emmett-sqlite'), toReach: 5 },
    { what: 'b: rebuild over ledger', is: besideOurs('rebuild, ledger balance'), toReach: 1 },
    { what: `b: opened again, in seconds, ${at}`, is: by(largest.events, rate(RESTART, at)), toReach: 1, most: true },
    {
      what: 'c: in process over bare commits',
      is: by(rate(IN_PROCESS, oneByOne), rate(BARE_COMMIT, 'one row at a time')),
      toReach: 0.8,
    },
    {
      what: 'c: in process over emmett-sqlite',
      is: by(rate(IN_PROCESS, oneByOne), rate(EMMETT_SQLITE, oneByOne)),
      toReach: 10,
    },
    {
      what: `c: over HTTP over the empty route, ${many}`,
      is: by(rate(OVER_HTTP, many), rate(EMPTY_POST, many)),
      toReach: 0.7,
    },
    {
      what: `c: commits an event, ${many}`,
      is: commits === undefined ? undefined : Number(commits),
      toReach: 0.2,
      most: true,
    },
    ...[one, many].flatMap((connections) =>
      ['bearer token, asked again', 'bearer token, asked anew', 'demonstration, asked anew'].map((how) => ({
        what: `d: position over the empty route, ${how}, ${at}, ${connections}`,
        is: by(rate(`${READ}, ${how}`, `${at}, ${connections}`), rate(EMPTY_READ, `${at}, ${connections}`)),
        toReach: 0.7,
      })),
    ),
    { what: `memory: bytes a posting, ${at}`, is: largest.bytesPerPosting, toReach: 120, most: true },
  ];
}

function machine(): string[] {
  const [cpu] = cpus();
  return [
    `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`,
  ];
}

function heading(seed: number): void {
  machine().forEach(print);
  print(`Seed ${seed}: ${PARTNERS.length} partners in ${FUNDS.length} funds, a fifth of the facts back-dated`);
  print('');
}

const NOTES = `A position is of one partner, all its sources; a gap is of one fund; both on a random day as known at a random instant,
but for ledger and hledger, which know one date, and start anew for each question. Rebuild and bare reading find the file
in the system’s cache; the best of three runs counts, of one from five million events. A post is answered once its event is
on disk. What is asked again over HTTP is answered with the text that was kept; what is asked anew is worked out. Client and server share this machine’s cores, the client in a thread of its own. The disk sets the pace of
commits: the fsync of a virtual disk is faster than that of an honest disk, so compare the ratios and not the rates.`;

const DISPUTE_NOTES = `Claims, registers and funds of disputes are of one area, on a random day as known at a random instant; "nothing kept"
is what such a question takes as the first after the ledger was opened.`;

async function measureAll({ sizes, seed, seconds, packages, chart: drawn }: Asked, folder: string): Promise<void> {
  const measuring: Measuring = { folder, packages, seed, seconds, note };
  let server: Promise<Postgres> | undefined;
  const postgres = (): Promise<Postgres> => (server ??= startPostgres(packages));
  try {
    // Posts come first, before a million events have left their mark on the heap.
    const posts = await measurePosts(postgres, measuring);
    const sized: Sized[] = [];
    const left: Line[] = [];
    for (const events of sizes) {
      const missing = tooLarge(events, sized.at(-1));
      if (missing === undefined) sized.push(await measureSize(events, postgres, measuring));
      else left.push({ what: 'everything', at: named(events), missing });
    }
    const every = (of: (size: Sized) => readonly Line[]): Line[] => [
      ...sized.flatMap((size) => [...of(size)]),
      ...left,
    ];
    const sections: Section[] = [
      { title: 'a. A position at any two dates', lines: every(({ questions }) => questions) },
      { title: 'a. A fact recorded late', lines: every(({ backDating }) => backDating) },
      { title: 'b. From durable bytes to answers, in events', lines: every(({ rebuild }) => rebuild) },
      { title: 'c. Durable posting', lines: posts },
      { title: 'd. Reading over HTTP', lines: every(({ reads }) => reads) },
    ];
    for (const { title, lines } of sections)
      print(`${title}\n${tableText({ columns: COLUMNS, rows: lines.map(cells) })}\n`);
    const grown = growth(sized, POSITION);
    if (grown.length > 0)
      print(`Growth of p50\n${tableText({ columns: ['measured', 'from', 'growth'], rows: grown })}\n`);
    print(`Goals\n${tableText({ columns: GOAL_COLUMNS, rows: goalsOf(sections, sized).map(goalCells) })}\n`);
    print(NOTES);
    if (drawn !== undefined) {
      const largest = sized.at(-1)!;
      const [cpu] = cpus();
      const text = chart(
        `bcf-ledger, one run: Node ${process.versions.node}, ${cpus().length} cores of ${cpu?.model.trim() ?? 'an unknown processor'}`,
        seriesOf(
          `${POSITION}, `,
          sized.map(({ events, questions }) => [events, questions] as const),
        ),
        [
          barsOf('Durable posting, a second', posts),
          barsOf(
            'Rebuild from durable bytes, events a second',
            sized.flatMap(({ rebuild }) => rebuild),
          ),
          barsOf('Positions over HTTP, a second', largest.reads),
        ],
      );
      writeFileSync(drawn, text);
      note(`The chart is in ${drawn}.`);
    }
  } finally {
    // One that is missing was told in the table.
    const started = await server?.catch(() => undefined);
    await started?.stop();
  }
}

const PAGE_NOTES = `Times are of the processor, all threads of this process, a page or a question at a time, at random dates. "As data" are
the same questions under /v1, added up. What is compressed is compressed by gzip, as a proxy before the service does.`;

async function measureAllPages({ sizes, facts, cases, only, into }: Asked, measuring: Measuring): Promise<void> {
  const lines = await measurePages({ events: sizes[0]!, facts, cases, only }, measuring);
  if (lines.every(({ missing }) => missing !== undefined)) throw new RangeError('No page of that name is measured.');
  const tables = [...new Set(lines.map(({ at }) => at))].map((at) => ({
    at,
    rows: lines.filter((each) => each.at === at).map(pageCells),
  }));
  for (const { at, rows } of tables) print(`${at}\n${tableText({ columns: PAGE_COLUMNS, rows })}\n`);
  const goals = pageGoals(lines).map(goalCells);
  print(`Goals\n${tableText({ columns: GOAL_COLUMNS, rows: goals })}\n\n${PAGE_NOTES}`);
  if (into === undefined) return;
  const day = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  const said = [
    `${machine().join(', ')}; ${day}.`,
    markdown(GOAL_COLUMNS, goals),
    ...tables.map(({ at, rows }) => `Of ${at}:\n\n${markdown(PAGE_COLUMNS, rows)}`),
  ];
  writeInto(into, said.join('\n\n'));
  note(`The tables are in ${into}.`);
}

async function main(): Promise<void> {
  const asked = readArguments();
  if (!global.gc) throw new Error('Memory is measured after a full collection: start with node --expose-gc.');
  const folder = mkdtempSync(join(tmpdir(), 'bcf-ledger-bench-'));
  try {
    heading(asked.seed);
    const measuring: Measuring = { folder, packages: asked.packages, seed: asked.seed, seconds: asked.seconds, note };
    if (asked.what === 'ledger') await measureAll(asked, folder);
    else if (asked.what === PAGES) await measureAllPages(asked, measuring);
    else {
      const lines = await measureDisputes(folder, asked.cases, asked.seed, note);
      print(`${tableText({ columns: COLUMNS, rows: lines.map(cells) })}\n\n${DISPUTE_NOTES}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  note(error instanceof Error ? error.message : String(error));
  // Something that a failed workload left open must not keep the process alive.
  process.exit(1);
}
