import { setImmediate } from 'node:timers/promises';

/**
 * Lets the service answer others during long work. Call it after each small step: once this turn of the event loop has
 * taken so many milliseconds, it returns a promise of the next turn to await; until then it returns undefined, so that
 * no step waits.
 */
export function givingWay(msMax: number): () => Promise<void> | undefined {
  let begun = performance.now();
  return () =>
    performance.now() - begun < msMax
      ? undefined
      : setImmediate().then(() => {
          begun = performance.now();
        });
}
