import { fork } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../src/ledger/clock.js';
import { openLedger } from '../src/ledger/ledger.js';
import { secretOf, snapshotFile } from '../src/store/snapshot-file.js';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import { FUNDS } from './facts.js';
import type { Line, Measuring } from './figures.js';
import { post } from './posts.js';

/**
 * The first act on each fund after a start, without a snapshot and with one (the usual case), and the longest time that
 * anybody else waits meanwhile: the longest block of the event loop. Each start is a process of its own, as it is for
 * users: what a process did before would be in its memory.
 */
interface FirstActs {
  /** In milliseconds, one for each fund. */
  readonly times: number[];
  readonly waits: number[];
}

/** A pause before and after each act: only between two of its ticks does a watch of the event loop see a block. */
const PAUSE = 20;

async function firstActs(file: string, snapshot: string): Promise<FirstActs> {
  const snapshots = { file: snapshotFile(snapshot), program: () => 'bench', write: true };
  const ledger = await openLedger(openSqliteEventStore({ file }), systemClock, { snapshots });
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const [times, waits]: [number[], number[]] = [[], []];
  for (const number of FUNDS.keys()) {
    delays.reset();
    delays.enable();
    await setTimeout(PAUSE);
    const start = performance.now();
    await post(ledger, number);
    times.push(performance.now() - start);
    await setTimeout(PAUSE);
    delays.disable();
    waits.push(delays.max / 1e6);
  }
  await ledger.close();
  return { times, waits };
}

const inProcessOfItsOwn = (file: string, snapshot: string): Promise<FirstActs> =>
  new Promise((resolve, reject) => {
    const child = fork(new URL(import.meta.url), [file, snapshot], { execArgv: [] });
    child.once('message', (found) => resolve(found as FirstActs));
    child.once('exit', (code) => reject(new Error(`The first acts ended with ${code} before they were measured.`)));
  });

/** Waits until a file that has just been written is on the disk: otherwise the first act would wait for that, too. */
function onDisk(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

export async function measureFirstActs(file: string, { note }: Measuring): Promise<Line[]> {
  const snapshot = `${file}.first-acts`;
  const lines: Line[] = [];
  for (const at of ['without a snapshot', 'from a snapshot']) {
    if (existsSync(snapshot)) onDisk(snapshot);
    const { times, waits } = await inProcessOfItsOwn(file, snapshot);
    const line = (what: string, of: readonly number[]): Line => ({
      what,
      at,
      perSecond: (of.length * 1000) / of.reduce((sum, each) => sum + each, 0),
      times: of,
    });
    lines.push(line('ours, the first act on a fund', times), line('ours, the longest wait of others meanwhile', waits));
  }
  for (const each of [snapshot, secretOf(snapshot)]) rmSync(each, { force: true });
  note('first acts: done');
  return lines;
}

const [, program, file, snapshot] = process.argv;
if (program === new URL(import.meta.url).pathname) process.send!(await firstActs(file!, snapshot!));
