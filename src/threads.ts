import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Part, Threads } from './ledger/memory/parallel-read.js';

/** The threads in which a large file is read from its first event. */

/** What the thread is told: see read-thread.ts. */
export interface PartToRead {
  readonly file: string;
  readonly streams: readonly string[];
  readonly upTo: string;
}

/** More would wait for the disk, and for the one thread that puts their parts together. */
const THREADS_MAX = 4;
const HEAD_START = 40_000;

/** Where a container is told what it may use of the machine's processors: so many microseconds in every so many. */
const QUOTA = '/sys/fs/cgroup/cpu.max';

/** How many threads run at once here: a machine's processors, or what a container may use of them, whole ones, at least one. */
export function processors(available = availableParallelism(), quotaFile = QUOTA): number {
  let quota: string;
  try {
    quota = readFileSync(quotaFile, 'utf8');
  } catch {
    return available;
  }
  const [most, every] = quota.split(' ').map(Number) as [number, number];
  return Number.isNaN(most) ? available : Math.max(1, Math.min(available, Math.floor(most / every)));
}

export const threadsOn = (file: string): Threads => ({
  count: Math.min(processors(), THREADS_MAX),
  headStart: HEAD_START,
  read: (streams, upTo, over) =>
    new Promise<Part>((resolve, reject) => {
      const worker = new Worker(new URL('read-thread.js', import.meta.url), {
        workerData: { file, streams, upTo } satisfies PartToRead,
      });
      over.addEventListener('abort', () => void worker.terminate(), { once: true });
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('A thread ended before it had read its part.')));
    }),
});
