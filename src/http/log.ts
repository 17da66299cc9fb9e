import { openSync, write, writeSync } from 'node:fs';

/** A log that writes several lines at a time, in their order. */
interface Log {
  write(line: string): void;
  /** Writes all waiting lines before it returns. */
  flushSync(): void;
}

/**
 * Lines are written when so many bytes wait, and once a second: writing each line by itself costs more than most
 * answers.
 */
const BYTES_AT_ONCE = 4_096;
const WRITTEN_WITHIN_MS = 1_000;
/** So much text waits if the place cannot be written. Later lines are lost. */
const WAITING_MAX = 1_024 * 1_024;

/**
 * Where the service logs to: standard output, or a file. Waiting lines are written when the service stops. If lines
 * cannot be written, because the disk is full, they wait until they can. The service neither ends nor waits for them.
 */
export function logTo(dest: string | number = 1): Log {
  const file = typeof dest === 'number' ? dest : openSync(dest, 'a', 0o600);
  let waiting = '';
  /** Bytes that were given to the file but are not written yet. */
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
      // Bytes that failed, or were not written whole, are tried again with the next lines, or after a second.
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
      // A write that is under way has already been passed to the system, or never will be.
      const bytes = Buffer.concat([underWay ? Buffer.alloc(0) : unsent, Buffer.from(waiting)]);
      [unsent, waiting] = [Buffer.alloc(0), ''];
      try {
        for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      } catch {
        // There is no place left to report this.
      }
    },
  };
}
