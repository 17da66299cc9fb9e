import type { EventStore, Follower, EventPosition, Subscription } from '../event-store.js';
import { pageAfter } from '../pages.js';

/** How a file is followed: its own commits wake who follows it, and another process’s are looked for now and then. */

/** How often another process's commits are looked for. This process's own commits wake a subscription at once. */
const POLL_MS = 200;

export interface Following {
  /** There may be more; up to a position, where it is known. */
  wake(upTo?: EventPosition): void;
  stop(): void;
}

/** Reads page after page until there is no more, then waits to be woken, or looks again after a while. */
export function follow(
  store: EventStore,
  after: EventPosition | undefined,
  follower: Follower,
  followers: Set<Following>,
  isReplaced: () => boolean,
): Subscription {
  let stopped = false;
  let woken = false;
  let from = after;
  /** The last there is, where that is known without reading. */
  let last: EventPosition | undefined;
  let endPause = (): void => undefined;
  const following: Following = {
    wake(upTo) {
      last = upTo;
      woken = true;
      endPause();
    },
    stop() {
      stopped = true;
      following.wake();
    },
  };
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
      if (woken) endPause();
    });
  const goesOn = () => !stopped;
  const run = async (): Promise<void> => {
    while (goesOn()) {
      const isLevel = woken && last !== undefined && last === from;
      woken = false;
      // What a file that was replaced holds beyond what was acknowledged is nobody's to see.
      const events = isLevel || isReplaced() ? [] : await pageAfter(store, from);
      if (!goesOn()) return;
      if (events.length > 0) {
        await follower.handle(events);
        from = events.at(-1)!.position;
      } else {
        follower.caughtUp?.();
        await pause();
      }
    }
  };
  followers.add(following);
  const ended = run().finally(() => followers.delete(following));
  const skipTo = (position: EventPosition): void => void (from = position);
  return { ended, skipTo, stop: () => following.stop() };
}
