import { SingleBar } from 'cli-progress';
import type { Output } from './output.js';

/** Shorter work is done before anybody could read a bar. */
const PROGRESS_MIN = 50;

export interface Progress {
  at(done: number): void;
  done(): void;
}

/** A progress bar on the standard error of a terminal. Without a terminal, or for short work, it draws nothing. */
export function progress(output: Output, what: string, total: number): Progress {
  if (!output.terminal || total < PROGRESS_MIN) return { at: () => undefined, done: () => undefined };
  const bar = new SingleBar({
    format: `${what} [{bar}] {percentage}% | {value}/{total} | {eta_formatted}`,
    stream: process.stderr,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { at: (done) => bar.update(done), done: () => bar.stop() };
}
