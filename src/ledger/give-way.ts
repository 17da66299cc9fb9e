import { setImmediate } from 'node:timers/promises';

/**
 * Lets others be answered while long work is done in small steps. Asked after each step, it returns a promise of the next
 * turn of the event loop once this turn has taken so many milliseconds, and undefined until then: nobody waits in between.
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
