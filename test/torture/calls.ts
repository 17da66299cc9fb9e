import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Random } from '../../bench/random.js';
import type { Tools } from './room.js';
import { within } from './service.js';

/**
 * Watches the system calls of a service, and makes one of them fail or kills the service at it, with strace if it is
 * installed.
 */

/** The tools of this machine. strace must be installed, and the machine must allow one process to trace another. */
export const toolsHere = (): Tools => ({
  strace: spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0,
  prlimit: spawnSync('prlimit', ['--version']).status === 0,
});

/**
 * Runs Node under strace. Strace runs beside (`-D`), so the process that was started is Node. It does not follow
 * threads: the store, the answers and the files beside the ledger all belong to the first thread.
 */
export const traced = (...options: readonly string[]): string[] => ['strace', '-D', '-qqq', ...options];

/** The calls that change files or send answers, with about how many of each an act needs. */
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

/** Kills the process at the start of its n-th call of one kind. */
export function killAt(random: Random, acts: number): { readonly call: string; readonly options: readonly string[] } {
  const [call, anAct] = random.pick(CALLS);
  const number = 1 + random.below(Math.max(3, Math.ceil(acts * anAct)));
  const options = ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${number}`];
  return { call: `${call} ${number}`, options };
}

/** A change to the calls of a running process, until it is taken back. */
export interface Attached {
  detach(): Promise<void>;
}

/** Attaches to the first thread of a process. Resolves once attached. */
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
