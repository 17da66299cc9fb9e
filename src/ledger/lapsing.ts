import type { Ledger } from './ledger.js';

/** Ends expired proposals now and then, for as long as the service runs. A fault is told, and the next time tried again. */
export function startLapsing(ledger: Ledger, everyMs: number, onFault: (error: unknown) => void): { stop(): void } {
  const timer = setInterval(() => void ledger.lapseExpired().catch(onFault), everyMs);
  return { stop: () => clearInterval(timer) };
}
