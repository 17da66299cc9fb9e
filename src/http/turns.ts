import { setImmediate, setTimeout } from 'node:timers/promises';

/**
 * Work that may wait takes turns. Each turn of the event loop does one piece, so that an act waits for one piece at
 * most. Each kind of work has a lane, and the lane that has taken the least time is served first, so that many small
 * pieces do not wait for as many large ones.
 *
 * While several pieces wait and other work is due, each piece is followed by a rest, some times as long as the piece
 * took. While no other work is due, the pieces follow each other at once.
 */
export interface Turns {
  /** A lane of its own for one kind of work. */
  lane(): Lane;
}

export interface Lane {
  /** Waits for a turn. The code up to the next `await` is one piece. */
  next(): Promise<void>;
}

/** If other work has run for longer than this since the last piece, in milliseconds, other work is due. */
const OTHERS_MS = 0.5;
const RESTS_FOR = 3;
const REST_MS_MAX = 100;

interface Waiting {
  readonly resolves: (() => void)[];
  /**
   * The time that its pieces have taken, in milliseconds. A lane in which nobody waited does not save up unused time.
   */
  taken: number;
}

/**
 * Waits for the next turn of the event loop. Resolves to how long the work that was ready took, and how long other work
 * ran after it, in milliseconds.
 */
export async function nextTurn(): Promise<{ readonly own: number; readonly others: number }> {
  const begun = performance.now();
  let ended = begun;
  // The callback runs once all pending promises have been handled.
  queueMicrotask(() => process.nextTick(() => (ended = performance.now())));
  await setImmediate();
  return { own: ended - begun, others: performance.now() - ended };
}

export function createTurns(): Turns {
  const lanes: Waiting[] = [];
  let isGiving = false;

  const busy = (): Waiting[] => lanes.filter(({ resolves }) => resolves.length > 0);
  const least = (some: readonly Waiting[]): number => Math.min(...some.map(({ taken }) => taken));

  async function give(): Promise<void> {
    isGiving = true;
    for (let some = busy(); some.length > 0; some = busy()) {
      const now = least(some);
      const lane = some.find(({ taken }) => taken === now)!;
      const isAlone = some.length === 1 && lane.resolves.length === 1;
      lane.resolves.shift()!();
      const { own, others } = await nextTurn();
      lane.taken += own;
      if (!isAlone && others > OTHERS_MS) await setTimeout(Math.min(RESTS_FOR * own, REST_MS_MAX));
    }
    isGiving = false;
  }

  return {
    lane() {
      const lane: Waiting = { resolves: [], taken: 0 };
      lanes.push(lane);
      return {
        next: () =>
          new Promise<void>((resolve) => {
            const others = busy();
            if (lane.resolves.length === 0 && others.length > 0) lane.taken = Math.max(lane.taken, least(others));
            lane.resolves.push(resolve);
            if (!isGiving) void give();
          }),
      };
    },
  };
}
