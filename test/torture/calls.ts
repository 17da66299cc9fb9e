import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Random } from '../../bench/random.js';
import type { Tools } from './room.js';
import { within } from './service.js';

/** Watching the calls that a service makes to the system, and making one of them fail or kill it: with strace, where it is there. */

/** What there is: strace must be installed, and the machine must let one process trace another. */
export const toolsHere = (): Tools => ({
  strace: spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0,
  prlimit: spawnSync('prlimit', ['--version']).status === 0,
});

/**
 * What runs Node under strace. Strace becomes a process of its own beside (`-D`), so the one that was started is Node. It
 * follows no threads: the store, the answers and the files beside the ledger are all of the first.
 */
export const traced = (...options: readonly string[]): string[] => ['strace', '-D', '-qqq', ...options];

/** The calls that change files, and those that answer; how many of each there are for one act, about. */
export const CALLS: readonly (readonly [call: string, anAct: number])[] = [
  ['pwrite64', 12],
  ['fsync', 1],
  ['fdatasync', 0.1],
  ['write', 1],
  ['writev', 1],
  ['ftruncate', 0.1],
  ['unlink', 0.1],
  ['rename', 0.1],
];

/** Kills the process as it enters its n-th call of one kind. */
export function killAt(random: Random, acts: number): { readonly call: string; readonly options: readonly string[] } {
  const [call, anAct] = random.pick(CALLS);
  const number = 1 + random.below(Math.max(3, Math.ceil(acts * anAct)));
  const options = ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${number}`];
  return { call: `${call} ${number}`, options };
}

/** Something that is done to the calls of a process that runs, until it is taken back. */
export interface Attached {
  detach(): Promise<void>;
}

/** Attaches to the first thread of a process. Resolves once it has. */
export async function attached(pid: number, options: readonly string[]): Promise<Attached> {
  const child = spawn('strace', ['-p', String(pid), ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const closed = once(child, 'close');
  const began = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      if (/attached/.test((said += chunk.toString()))) resolve();
    });
  });
  await within('strace', Promise.race([began, closed]));
  return {
    async detach() {
      child.kill('SIGINT');
      await within('strace', closed);
    },
  };
}
