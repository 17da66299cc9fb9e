import { setImmediate, setTimeout } from 'node:timers/promises';

/**
 * Work that may wait takes turns: one piece in a turn of the event loop, so that an act never waits for more than one of
 * them. Each kind of work has a lane, and the lane that has taken least time is served first, so that many small pieces do
 * not wait for as many large ones. While several wait and others have work, there is a rest after each piece, so many times
 * as long as it took; while nobody else has, they go on.
 */
export interface Turns {
  /** A lane of its own for one kind of work. */
  lane(): Lane;
}

export interface Lane {
  /** Waits for a turn. What is done then, before anything else is waited for, is one piece. */
  next(): Promise<void>;
}

/** Others have work where they have had more than this, in milliseconds, since a piece was done. */
const OTHERS_MS = 0.5;
const RESTS_FOR = 3;
const REST_MS_MAX = 100;

interface Waiting {
  readonly resolves: (() => void)[];
  /** The time that its pieces have taken, in milliseconds; what it did not use while nobody waited in it is lost. */
  taken: number;
}

/**
 * Waits for the next turn of the event loop. Resolves to how long what is ready to run now has taken, and how long others
 * have had since, in milliseconds.
 */
export async function nextTurn(): Promise<{ readonly own: number; readonly others: number }> {
  const begun = performance.now();
  let ended = begun;
  // What is put off from here runs once no promise has anything left to do.
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
