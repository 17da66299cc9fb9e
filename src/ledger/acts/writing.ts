import { OutcomeUnknown, StoreUnavailable, type EventStore } from '../../store/event-store.js';

/**
 * Whether acts can be recorded, as far as is known: not from the first act that the store failed to write until one is
 * written again. A service that reports this gets no more acts from a balancer, so it tries to write itself, if the
 * store has a way to try. Otherwise the store counts as writable again after a while, and the next act shows whether it
 * is.
 */
export interface Writing {
  /** Writes, and remembers how that went. `wrote` says whether something was written where it did not fail. */
  watched<T>(write: () => Promise<T>, wrote?: (outcome: T) => boolean): Promise<T>;
  /** Why acts cannot be recorded; undefined where they can. */
  fault(): Promise<string | undefined>;
}

/** A store that failed is tried no more often than this. */
const TRIED_EVERY_MS = 1_000;
/** How long a store that cannot be tried counts as not writable, in milliseconds. */
const DOUBTED_MS = 10_000;

/** `elapsedMs` is a clock that only goes forwards. */
export function watchWriting({ tryWriting }: EventStore, elapsedMs = (): number => performance.now()): Writing {
  let failed: { readonly why: string; readonly lookedAt: number } | undefined;

  async function watched<T>(write: () => Promise<T>, wrote: (outcome: T) => boolean = () => true): Promise<T> {
    try {
      const outcome = await write();
      if (wrote(outcome)) failed = undefined;
      return outcome;
    } catch (error) {
      if (error instanceof StoreUnavailable || error instanceof OutcomeUnknown)
        failed = { why: error.message, lookedAt: elapsedMs() };
      throw error;
    }
  }

  return {
    watched,
    async fault() {
      if (failed && elapsedMs() - failed.lookedAt >= (tryWriting ? TRIED_EVERY_MS : DOUBTED_MS)) {
        failed = { ...failed, lookedAt: elapsedMs() };
        await watched(async () => tryWriting?.()).catch(() => undefined);
      }
      return failed?.why;
    },
  };
}
