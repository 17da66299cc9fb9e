import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { DatabaseSync } from '@photostructure/sqlite';
import { partnerPosition } from '../projections/position.js';
import { systemClock } from '../src/ledger/clock.js';
import { openLedger, type Ledger } from '../src/ledger/ledger.js';
import { viewOf } from '../src/ledger/memory/read-model.js';
import { READ_PAGE_MAX } from '../src/store/event-store.js';
import { snapshotFile } from '../src/store/snapshot-file.js';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import { threadsOn } from '../src/threads.js';
import { FUNDS, LAST, PARTNERS, RECORDED_UNTIL } from './facts.js';
import { told, whole, type Line, type Measuring } from './figures.js';
import { fundFacts } from './log.js';
import { naiveViews } from './naive.js';
import { copyToEmmett, emmettSqlite, rebuildFromEmmett } from './opponents/emmett.js';
import { JOURNAL_PROGRAMS, journalReading } from './opponents/journal.js';
import { Missing, orMissing, programVersion } from './opponents/packages.js';

/**
 * Workload b: from the file to a ready read model, held to bare reading and parsing of the same pages of the same file,
 * and beside what others need for the same facts. All find their file in the system's cache. The best of the runs counts,
 * since others use the machine too.
 */
export interface Rebuilt {
  readonly ledger: Ledger;
  readonly lines: Line[];
  readonly bytesPerPosting: number;
  /** Bytes of heap for each event. This decides how large a ledger the machine can hold. */
  readonly heapPerEvent: number;
}

export const REBUILD = 'rebuild, ours';
export const RESTART = 'opened again, ours';
export const BARE = 'bare reading and JSON.parse';
const RUNS = 3;
/** Above this many events one run is long enough to be its own average. */
const ONE_RUN_FROM = 5_000_000;
const OPPONENTS_EVENTS_MAX = 100_000;

export async function measureRebuild(file: string, events: number): Promise<Rebuilt> {
  const runs = events < ONE_RUN_FROM ? RUNS : 1;
  let postings = 0;
  for (const fact of fundFacts(file)) postings += fact.postings.length;
  let bare = Infinity;
  // Memory is measured with reading by this thread alone, because the memory of other threads is not counted. It is
  // measured on the first ledger only, when no earlier read model is in memory.
  const before = await memory();
  let ledger = await openLedger(openSqliteEventStore({ file, readOnly: true }), systemClock);
  const after = await memory();
  let rebuild = Infinity;
  for (let run = 0; run < runs; run++) {
    await ledger.close();
    bare = Math.min(bare, bareReading(file, events));
    const again = await rebuilt(file, events);
    ledger = again.ledger;
    rebuild = Math.min(rebuild, again.milliseconds);
  }
  const bytes = after.all - before.all;
  return {
    ledger,
    bytesPerPosting: bytes / postings,
    heapPerEvent: (after.heap - before.heap) / events,
    lines: [
      {
        what: REBUILD,
        at: '',
        perSecond: (events * 1000) / rebuild,
        ratio: `${told(bare / rebuild)} of bare reading`,
        beside: `${whole(bytes / events)} bytes of memory an event, ${whole(bytes / postings)} a posting`,
      },
      { what: BARE, at: '', perSecond: (events * 1000) / bare },
    ],
  };
}

/** What others need: from their own durable bytes of the same facts. Rates are in events of the ledger. */
export async function measureOthersRebuild(
  file: string,
  events: number,
  journal: () => string,
  { folder, packages, note }: Measuring,
): Promise<Line[]> {
  const unless = (name: string): void => {
    if (events <= OPPONENTS_EVENTS_MAX) return;
    throw new Missing(`${name} is measured up to ${whole(OPPONENTS_EVENTS_MAX)} events only`);
  };
  const lines: Line[] = [];
  for (const program of JOURNAL_PROGRAMS) {
    const what = `rebuild, ${program === 'ledger' ? 'ledger balance' : 'hledger stats'}`;
    lines.push(
      await orMissing<Line>(
        async () => {
          unless(program);
          const version = programVersion(program);
          const milliseconds = journalReading(program, journal());
          return { what, at: '', perSecond: (events * 1000) / milliseconds, beside: `version ${version}` };
        },
        (missing) => ({ what, at: '', missing }),
      ),
    );
    note(`${what}: done`);
  }
  const what = 'rebuild, emmett-sqlite';
  lines.push(
    await orMissing<Line>(
      async () => {
        unless('emmett-sqlite');
        const copy = join(folder, `emmett-${events}.sqlite`);
        await copyToEmmett(await emmettSqlite(packages, copy), file);
        const start = performance.now();
        const views = await rebuildFromEmmett(await emmettSqlite(packages, copy), FUNDS, LAST);
        const milliseconds = performance.now() - start;
        const asked = PARTNERS.map((partner, index) => {
          return { fund: FUNDS[index % FUNDS.length]!, partner, on: LAST, knownAt: RECORDED_UNTIL };
        });
        naiveViews(file, asked).forEach((naive, index) => {
          const { fund, partner } = asked[index]!;
          if (isDeepStrictEqual(partnerPosition(views.get(fund)!, partner), partnerPosition(naive, partner))) return;
          throw new Error(`What emmett-sqlite has for ${partner} in ${fund} is not what the log adds up to.`);
        });
        return {
          what,
          at: '',
          perSecond: (events * 1000) / milliseconds,
          beside: `${asked.length} positions equal the naive fold; no schema is checked`,
        };
      },
      (missing) => ({ what, at: '', missing }),
    ),
  );
  note(`${what}: done`);
  return lines;
}

/** What it takes to open the ledger once more, to the first answer, from the snapshot that the first opening wrote. */
export async function measureAgain(file: string, events: number): Promise<Line> {
  const snapshots = { file: snapshotFile(`${file}.snapshot`), program: () => 'bench', write: true };
  const first = await openLedger(openSqliteEventStore({ file }), systemClock, { snapshots });
  await first.close();
  const start = performance.now();
  const ledger = await openLedger(openSqliteEventStore({ file }), systemClock, { snapshots });
  const view = viewOf(ledger.model.fund(FUNDS[0]!)!, LAST, ledger.model.size());
  const position = partnerPosition(view, PARTNERS[0]!);
  const milliseconds = performance.now() - start;
  if (ledger.fromSnapshot !== events)
    throw new Error(`Of ${events} events ${ledger.fromSnapshot} were in the snapshot.`);
  await ledger.close();
  const [naive] = naiveViews(file, [{ fund: FUNDS[0]!, partner: PARTNERS[0]!, on: LAST, knownAt: RECORDED_UNTIL }]);
  if (!isDeepStrictEqual(position, partnerPosition(naive!, PARTNERS[0]!))) {
    throw new Error('The first answer after opening again is not what the log adds up to.');
  }
  return {
    what: RESTART,
    at: '',
    perSecond: (events * 1000) / milliseconds,
    beside: `${told(milliseconds)} ms to the first answer, from a snapshot of ${whole(statSync(`${file}.snapshot`).size / 1e6)} MB held to the ledger’s size and root`,
  };
}

async function rebuilt(
  file: string,
  events: number,
): Promise<{ readonly ledger: Ledger; readonly milliseconds: number }> {
  const start = performance.now();
  const ledger = await openLedger(openSqliteEventStore({ file, readOnly: true }), systemClock, {
    threads: threadsOn(file),
  });
  const milliseconds = performance.now() - start;
  if (ledger.model.size() !== events) throw new Error(`Of ${events} events ${ledger.model.size()} were taken.`);
  return { ledger, milliseconds };
}

/**
 * A thread of the garbage collector frees buffers some time after a collection, so memory is read until it stops
 * falling.
 */
const GIVEN_BACK_WITHIN_MS = 100;

/** What is held after full collections, in bytes. */
async function memory(): Promise<{ readonly heap: number; readonly all: number }> {
  let least = { heap: Infinity, all: Infinity };
  for (;;) {
    // A turn of the loop lets go of what finished calls still hold.
    await setTimeout(GIVEN_BACK_WITHIN_MS);
    global.gc!();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const all = heapUsed + arrayBuffers;
    if (all > least.all * 0.999) return least;
    least = { heap: heapUsed, all };
  }
}

/** Milliseconds to read every page by a connection of its own and to parse the data and metadata of every event. */
function bareReading(file: string, events: number): number {
  const start = performance.now();
  const db = new DatabaseSync(file, { readOnly: true });
  const page = db.prepare(
    'SELECT position, stream, revision, id, type, data, metadata FROM events WHERE position > ? ORDER BY position LIMIT ?',
  );
  let after = 0;
  let parsed = 0;
  for (;;) {
    const rows = page.all(after, READ_PAGE_MAX) as { position: number; data: string; metadata: string }[];
    for (const { data, metadata } of rows) {
      const parts: unknown[] = [JSON.parse(data), JSON.parse(metadata)];
      if (parts.every((part) => typeof part === 'object')) parsed++;
    }
    if (rows.length < READ_PAGE_MAX) break;
    after = rows.at(-1)!.position;
  }
  db.close();
  if (parsed !== events) throw new Error(`Of ${events} events ${parsed} were read.`);
  return performance.now() - start;
}
