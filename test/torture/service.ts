import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { MAIN } from '../cli/run.js';
import { FILE } from './room.js';

/**
 * The only time limit: a program that says nothing for so long is taken to hang. A busy machine takes ten times longer
 * than a quiet one.
 */
export const DEADLINE_MS = 30_000;

/** Nothing was heard within the deadline. */
export class Hung extends Error {
  constructor(what: string) {
    super(`${what}: nothing was heard for ${DEADLINE_MS / 1000} s`);
    this.name = 'Hung';
  }
}

/** The result of a promise, unless it hangs. */
export async function within<T>(what: string, something: Promise<T>): Promise<T> {
  const over = new AbortController();
  const deadline = wait(DEADLINE_MS, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Hung(what);
  });
  try {
    return await Promise.race([something, deadline]);
  } finally {
    over.abort();
    deadline.catch(() => undefined);
  }
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A program that was started, and its result. */
interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/**
 * The hooks of the test runner must not follow into the tortured processes. They would end a process when a file may
 * not grow, while Node alone reports a failed write.
 */
export const ALONE: readonly string[] = [
  'env',
  ...['NODE_OPTIONS', 'NODE_V8_COVERAGE'].flatMap((name) => ['-u', name]),
];

const QUIET = {
  BCF_LOG_LEVEL: 'error',
  BCF_ACCESS_LOG: '/dev/null',
  BCF_REQUESTS_PER_MINUTE: '1000000',
  BCF_WAIT_MS_MAX: '0',
};

function start(command: readonly string[], cwd: string): Started {
  const child = spawn(ALONE[0]!, [...ALONE.slice(1), ...command], {
    cwd,
    env: { ...process.env, BCF_EVENTSTOREDB: undefined, ...QUIET },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended };
}

/** Runs a command of the program to its end, on the ledger of a folder. */
export async function command(folder: string, ...args: readonly string[]): Promise<Ended> {
  const { child, ended } = start([process.execPath, MAIN, ...args, '--ledger', FILE], folder);
  try {
    return await within(`bcf-ledger ${args.join(' ')}`, ended);
  } finally {
    child.kill('SIGKILL');
  }
}

export interface Served {
  readonly pid: number;
  readonly address: string;
  readonly ended: Promise<Ended>;
  /** The result, if the program has ended. */
  hasEnded(): Ended | undefined;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<Ended>;
  kill(): Promise<Ended>;
}

export interface HowServed {
  /** The program that runs Node, such as strace. The process that was started must become Node. */
  readonly by?: readonly string[];
  /** What Node is given before the program. */
  readonly node?: readonly string[];
}

/** A service that ended before it listened. */
export class NotServed extends Error {
  readonly ended: Ended;

  constructor(ended: Ended) {
    super(ended.err.trim());
    this.name = 'NotServed';
    this.ended = ended;
  }
}

/** Starts the service on the ledger of a folder. Throws {@link NotServed} where it ends before it listens. */
export async function serve(folder: string, { by = [], node = [] }: HowServed = {}): Promise<Served> {
  const run = [...by, process.execPath, ...node, MAIN, 'serve', '--ledger', FILE, '--port', '0'];
  const { child, ended } = start(run, folder);
  const kill = () => {
    child.kill('SIGKILL');
    return within('a service that was killed', ended);
  };
  let is: Ended | undefined;
  ended.then(
    (end) => (is = end),
    () => undefined,
  );
  let said = '';
  const listening = new Promise<string>((resolve) => {
    child.stderr!.on('data', (chunk: Buffer) => {
      const found = /at (http:\/\/[^;\s]+);/.exec((said += chunk.toString()))?.[1];
      if (found) resolve(found);
    });
  });
  const first = await within('a service that is started', Promise.race([listening, ended])).catch(
    async (error: unknown) => {
      await kill();
      throw error;
    },
  );
  if (typeof first !== 'string') throw new NotServed(first);
  return {
    pid: child.pid!,
    address: first,
    ended,
    hasEnded: () => is,
    stop: () => {
      child.kill('SIGTERM');
      return within('a service that is stopped', ended).catch(async (error: unknown) => {
        await kill();
        throw error;
      });
    },
    kill,
  };
}
