import { setImmediate, setTimeout } from 'node:timers/promises';

/**
 * Work that may wait takes turns: one piece in a turn of the event loop, so that an act never waits for more than one of
 * them. Each kind of work has a lane, and the lane that has taken least time is served first, so that many small pieces do
 * not wait for as many large ones. While several wait and others have work, there is a rest after each slice of a few
 * milliseconds, so many times as long as the slice took; who is alone goes on.
 */
export interface Turns {
  /** A lane of its own for one kind of work. */
  lane(): Lane;
}

export interface Lane {
  /** Waits for a turn. What is done then, before anything else is waited for, is one piece. */
  next(): Promise<void>;
}

const SLICE_MS = 5;
/** Others have work where one turn of the event loop takes longer than this without a piece. */
const OTHERS_MS = 0.5;
const RESTS_FOR = 2;
const REST_MS_MAX = 100;

interface Waiting {
  readonly resolves: (() => void)[];
  /** The time that its pieces have taken, in milliseconds; what it did not use while nobody waited in it is lost. */
  taken: number;
}

async function haveOthersWork(): Promise<boolean> {
  const begun = performance.now();
  await setImmediate();
  return performance.now() - begun > OTHERS_MS;
}

export function createTurns(): Turns {
  const lanes: Waiting[] = [];
  let isGiving = false;

  const busy = (): Waiting[] => lanes.filter(({ resolves }) => resolves.length > 0);
  const least = (some: readonly Waiting[]): number => Math.min(...some.map(({ taken }) => taken));

  async function give(): Promise<void> {
    isGiving = true;
    let slice = 0;
    let several = false;
    for (let some = busy(); some.length > 0; some = busy()) {
      const now = least(some);
      const lane = some.find(({ taken }) => taken === now)!;
      const go = lane.resolves.shift()!;
      several ||= some.length > 1 || lane.resolves.length > 0;
      const begun = performance.now();
      go();
      await setImmediate();
      const took = performance.now() - begun;
      lane.taken += took;
      slice += took;
      if (slice < SLICE_MS) continue;
      if (several && (await haveOthersWork())) await setTimeout(Math.min(RESTS_FOR * slice, REST_MS_MAX));
      slice = 0;
      several = false;
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
