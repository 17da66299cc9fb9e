import { openSync, write, writeSync } from 'node:fs';

/** Where lines are logged to. They are written some at a time, and in their order. */
interface Log {
  write(line: string): void;
  /** Writes what waits, before it returns. */
  flushSync(): void;
}

/** Written some lines at a time, and those that wait once a second: a write for each line costs more than most answers. */
const BYTES_AT_ONCE = 4_096;
const WRITTEN_WITHIN_MS = 1_000;
/** So much waits for a place that cannot be written; what comes after that is lost. */
const WAITING_MAX = 1_024 * 1_024;

/**
 * Where the service logs to: standard output, or a file. What still waits when the service stops is written then. Lines
 * that cannot be written, since the disk is full, wait until they can; they end nothing and hold up nothing.
 */
export function logTo(dest: string | number = 1): Log {
  const file = typeof dest === 'number' ? dest : openSync(dest, 'a', 0o600);
  let waiting = '';
  /** What has been given to the file and is not in it yet. */
  let unsent: Buffer = Buffer.alloc(0);
  let underWay = false;

  function give(): void {
    if (underWay) return;
    if (unsent.length === 0) {
      unsent = Buffer.from(waiting);
      waiting = '';
    }
    if (unsent.length === 0) return;
    underWay = true;
    write(file, unsent, (error, written) => {
      underWay = false;
      // What has failed, or was not written whole, is tried again with the next lines, or the next second.
      if (!error) unsent = unsent.subarray(written);
    });
  }

  setInterval(give, WRITTEN_WITHIN_MS).unref();
  return {
    write(line) {
      if (waiting.length > WAITING_MAX) return;
      waiting += line;
      if (waiting.length >= BYTES_AT_ONCE) give();
    },
    flushSync() {
      // What is under way has been taken by the system already, or never will be.
      const bytes = Buffer.concat([underWay ? Buffer.alloc(0) : unsent, Buffer.from(waiting)]);
      [unsent, waiting] = [Buffer.alloc(0), ''];
      try {
        for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      } catch {
        // There is nowhere to say it.
      }
    },
  };
}
