import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';

/**
 * The operator’s scanner: a program that is run for each file before it is kept, without a shell, with the file’s path as its
 * last argument. Exit status 0 lets the file through. It gets none of the service’s settings, which hold secrets.
 */
export interface Scanner {
  /** What became of a file. `about` goes into the log, with what the program wrote. */
  scan(path: string, about: Readonly<Record<string, string>>): Promise<Scanned>;
  /** Ends what is under way, and scans nothing more. */
  stop(): void;
}

/**
 * `passed`: the program let it through. `refused`: it ended with another status. `failed`: it could not be run, was ended by a
 * signal, or had not ended in time. `busy`: too many files waited.
 */
export type Scanned = 'passed' | 'refused' | 'failed' | 'busy';

interface ScannerParts {
  /** The program, by its whole path, and its arguments. */
  readonly command: readonly string[];
  /** What it finds in its environment: nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: { warn(what: object, words: string): void; info(what: object, words: string): void };
  /** A scan that takes longer is ended. */
  readonly scanMs?: number;
  /** A file waits no longer for its turn. */
  readonly waitMs?: number;
  readonly atOnceMax?: number;
  readonly waitingMax?: number;
}

/** Both together are less than a proxy waits for an answer, which is a minute unless it is told otherwise. */
const SCAN_MS = 30_000;
const WAIT_MS = 20_000;
/** A scanner that loads its signatures each time takes a gigabyte for each run. */
const AT_ONCE_MAX = 2;
const WAITING_MAX = 20;
const OUTPUT_BYTES_MAX = 4_096;
/** Once it has ended, the rest of its output is waited for so long. */
const LAST_OUTPUT_MS = 500;

/** How a run ended. */
interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly why?: string;
  readonly output: string;
}

/** Makes a scanner. Throws where its program is not there, or is none that this process may run. */
export function createScanner({
  command,
  environment,
  log,
  scanMs = SCAN_MS,
  waitMs = WAIT_MS,
  atOnceMax = AT_ONCE_MAX,
  waitingMax = WAITING_MAX,
}: ScannerParts): Scanner {
  const [program = '', ...args] = command;
  if (!statSync(program).isFile()) throw new Error(`${program} is no file`);
  accessSync(program, constants.X_OK);

  const running = new Set<() => void>();
  const waiting: (() => void)[] = [];
  let free = atOnceMax;
  let isStopped = false;

  /** Waits for a turn; resolves to whether there was one in time. */
  function turn(): Promise<boolean> {
    if (isStopped) return Promise.resolve(false);
    if (free > 0) {
      free--;
      return Promise.resolve(true);
    }
    if (waiting.length >= waitingMax) return Promise.resolve(false);
    return new Promise((resolve) => {
      const over = setTimeout(() => {
        waiting.splice(waiting.indexOf(begin), 1);
        resolve(false);
      }, waitMs);
      const begin = (): void => {
        clearTimeout(over);
        resolve(!isStopped);
      };
      waiting.push(begin);
    });
  }

  function next(): void {
    const begin = waiting.shift();
    if (begin) begin();
    else free++;
  }

  function run(path: string): Promise<Ended> {
    return new Promise((resolve) => {
      // A group of its own: a script that is ended ends with what it has started.
      const child = spawn(program, [...args, path], {
        cwd: '/',
        detached: true,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      const end = (ended: Omit<Ended, 'output'>): void => {
        clearTimeout(over);
        running.delete(cut);
        // A program that has ended may have left something running.
        endGroup(child);
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ ...ended, output });
      };
      const ended = (why: string): void => end({ status: null, signal: null, why });
      const cut = (): void => ended('the service stops');
      const over = setTimeout(() => ended(`it had not ended after ${scanMs} ms`), scanMs);
      running.add(cut);
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          output = (output + chunk.toString()).slice(0, OUTPUT_BYTES_MAX);
        });
      child.on('error', ({ message }) => end({ status: null, signal: null, why: message }));
      child.on('close', (status, signal) => end({ status, signal }));
      child.on('exit', (status, signal) => {
        // What it has started may hold its output open.
        const left = setTimeout(() => end({ status, signal }), LAST_OUTPUT_MS);
        child.on('close', () => clearTimeout(left));
      });
    });
  }

  return {
    async scan(path, about) {
      if (!(await turn())) {
        log.warn(about, 'a document was not scanned: too many waited for the scanner');
        return 'busy';
      }
      try {
        const ended = await run(path);
        if (ended.status === 0) {
          log.info({ ...about, ...ended }, 'the scanner let a document through');
          return 'passed';
        }
        const isRefused = ended.status !== null;
        log.warn(
          { ...about, ...ended },
          isRefused ? 'the scanner refused a document' : 'a document could not be scanned',
        );
        return isRefused ? 'refused' : 'failed';
      } finally {
        next();
      }
    },
    stop() {
      isStopped = true;
      for (const begin of waiting.splice(0)) begin();
      for (const cut of [...running]) cut();
    },
  };
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
