import { setImmediate, setTimeout } from 'node:timers/promises';

/**
 * Work that may wait takes turns: one piece in a turn of the event loop, so that an act never waits for more than one of
 * them. While several wait, there is a rest after each piece, so many times as long as it took.
 */
export interface Turns {
  /** Waits for a turn. What is done then, before anything else is waited for, is one piece. */
  next(): Promise<void>;
}

const RESTS_FOR = 2;
const REST_MS_MAX = 100;

export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let isGiving = false;

  async function give(): Promise<void> {
    isGiving = true;
    while (waiting.length > 0) {
      const begun = performance.now();
      waiting.shift()!();
      await setImmediate();
      if (waiting.length === 0) continue;
      const rest = Math.min(RESTS_FOR * (performance.now() - begun), REST_MS_MAX);
      await setTimeout(rest);
    }
    isGiving = false;
  }

  return {
    async next() {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (!isGiving) void give();
      });
    },
  };
}
