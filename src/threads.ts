import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Part, Threads } from './ledger/parts.js';

/** The threads in which a large file is read from its first event. */

/** What the thread is told: see part-thread.ts. */
export interface PartToRead {
  readonly file: string;
  readonly streams: readonly string[];
  readonly upTo: string;
}

/** More would wait for the disk, and for the one thread that puts their parts together. */
const THREADS_MAX = 4;
const HEAD_START = 40_000;

export const threadsOn = (file: string): Threads => ({
  count: Math.min(availableParallelism(), THREADS_MAX),
  headStart: HEAD_START,
  read: (streams, upTo) =>
    new Promise<Part>((resolve, reject) => {
      const worker = new Worker(new URL('part-thread.js', import.meta.url), {
        workerData: { file, streams, upTo } satisfies PartToRead,
      });
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('A thread ended before it had read its part.')));
    }),
});
