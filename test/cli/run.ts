import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run as runProgram, type Parts } from '../../src/cli/program.js';
import { settableClock } from '../../src/ledger/clock.js';
import { openLedger } from '../../src/ledger/ledger.js';
import type { EventStore } from '../../src/store/event-store.js';
import { backUp } from '../../src/store/sqlite/backup.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { main } from '../../src/main.js';
import { MEASURED } from '../support/alone.js';
import { at } from '../support/ledger.js';

export const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * The environment of this process, without the event store that the tests may have been given. A program turns nobody
 * away because the machine is busy.
 */
const environment = (env: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  BCF_EVENTSTOREDB: undefined,
  BCF_WAIT_MS_MAX: '0',
  ...env,
});

/** Runs the real program in a process of its own. */
export async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Ran> {
  const child = spawn(MEASURED[0]!, [...MEASURED.slice(1), MAIN, ...args], { env: environment(env), cwd });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/**
 * Runs the whole program in this process, for commands that print something and end. A command that serves, ends by a
 * signal or needs a file for itself needs its own process, and so does every command before it on that file: {@link
 * run}.
 */
export async function runInside(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = process.cwd(),
): Promise<Ran> {
  const said = { out: '', err: '' };
  const here = process.cwd();
  process.chdir(cwd);
  try {
    const code = await main(args, environment(env), {
      data: (text) => void (said.out += `${text}\n`),
      note: (text) => void (said.err += `${text}\n`),
      terminal: false,
    });
    return { code, ...said };
  } finally {
    process.chdir(here);
  }
}

const notHere = (): never => {
  throw new Error('That needs the whole program: runInside().');
};

/** The commands that ask and check, with the adapters that read. The other commands need the composition root. */
const partsHere = (cwd: string, eventStoreDB?: () => EventStore): Parts => ({
  version: 'test',
  defaultLedger: eventStoreDB ? 'eventstoredb' : 'ledger.sqlite',
  settings: [],
  openStore: (ledger, how) =>
    ledger === 'eventstoredb'
      ? eventStoreDB!()
      : openSqliteEventStore({ file: resolve(cwd, ledger), mustExist: !how.make, ...how, notedBy: 'test' }),
  async openLedger(ledger, how) {
    const clock = settableClock(at('2026-04-01T09:00:00Z'));
    return { ledger: await openLedger(this.openStore(ledger, how), clock), clock };
  },
  isFile: (ledger) => ledger !== 'eventstoredb',
  exists: (ledger) => ledger === 'eventstoredb' || existsSync(resolve(cwd, ledger)),
  backUp: (ledger, to) => backUp(resolve(cwd, ledger), resolve(cwd, to)),
  readFiles: (paths) =>
    paths.map((path) => ({ name: basename(path), content: JSON.parse(readFileSync(path, 'utf8')) as unknown })),
  restore: notHere,
  scenarios: notHere,
  removeDemonstration: notHere,
  issueToken: notHere,
  signInLink: notHere,
  serve: notHere,
  sweepDocuments: notHere,
  diagnose: notHere,
});

/** Runs the same commands in this process, so that a question does not wait for Node to start. */
export async function runHere(args: readonly string[], cwd = '.', eventStoreDB?: () => EventStore): Promise<Ran> {
  const said = { out: '', err: '' };
  const code = await runProgram(args, partsHere(cwd, eventStoreDB), {
    data: (text) => void (said.out += `${text}\n`),
    note: (text) => void (said.err += `${text}\n`),
    terminal: false,
  });
  return { code, ...said };
}

/** The services that were started. One that its test has not stopped ends with the tests. */
const served = new Set<ChildProcess>();
process.on('exit', () => served.forEach((child) => child.kill('SIGKILL')));

/**
 * Starts the service as a user would. Resolves once it says where it listens. It logs to `log` if that is given. `by`
 * is the program that runs it; left out, Node alone, with its coverage measured.
 */
export async function serving(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  log: number | 'pipe' = 'pipe',
  by: readonly string[] = MEASURED,
) {
  const child = spawn(by[0]!, [...by.slice(1), MAIN, ...args, '--port', '0'], {
    cwd,
    env: environment(env),
    stdio: ['ignore', log, 'pipe'],
  });
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  let err = '';
  const closed = once(child, 'close') as Promise<[number | null]>;
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr!.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      const found = /at (http:\/\/[^;\s]+);/.exec(err)?.[1];
      if (found) resolve(found);
    });
    child.on('close', () => reject(new Error(err)));
  });
  // A test that fails before it stops its service ends all the same, and its service with it.
  const waiting = [child, child.stdout as Socket | null, child.stderr as Socket | null];
  for (const each of waiting) each?.unref();
  served.add(child);
  const stop = async (signal: NodeJS.Signals) => {
    for (const each of waiting) each?.ref();
    child.kill(signal);
    const [code] = await closed;
    return { code, out, err };
  };
  /** Sets the limits of the running process: `--nofile=20:`. */
  const limited = (...limits: readonly string[]) => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(child.pid), ...limits], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`prlimit: ${stderr}`);
  };
  return { address, stop, limited, logged: () => out };
}
