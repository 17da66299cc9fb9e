import { pino, type DestinationStream } from 'pino';

type Buffered = DestinationStream & { flushSync(): void };

/** Written some lines at a time, and those that wait once a second: a write for each line costs more than most answers. */
const BYTES_AT_ONCE = 4_096;
const WRITTEN_WITHIN_MS = 1_000;

/** Where the service logs to: standard output, or a file. What still waits when the service stops is written then. */
export const logTo = (dest: string | number = 1): Buffered =>
  pino.destination({ dest, sync: false, minLength: BYTES_AT_ONCE, periodicFlush: WRITTEN_WITHIN_MS });
