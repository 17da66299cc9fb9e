import type { Ledger } from '../ledger.js';

/** Ends expired proposals at intervals, for as long as the service runs. A fault is logged, and the next round tries again. */
export function startLapsing(
  ledger: Ledger,
  everyMs: number,
  log: { error(fault: object, words: string): void },
): { stop(): void } {
  const failed = (err: unknown): void => log.error({ err }, 'proposals could not be lapsed');
  const timer = setInterval(() => void ledger.lapseExpired().catch(failed), everyMs);
  return { stop: () => clearInterval(timer) };
}
