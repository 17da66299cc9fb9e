/**
 * Measures how much of the service's time each caller takes. When the service cannot keep up, the caller who takes most
 * waits first. Time is counted in slices, so that a moment of hard work is soon forgotten.
 */

const SLICE_MS = 5_000;
const SLICES = 2;
/** The share of the time of the last slices above which a caller is asked to wait while others wait. */
const SHARE_MAX = 0.1;

export interface Shares {
  /** Adds what a caller's request has taken, in milliseconds. */
  spent(caller: string, ms: number): void;
  /** Whether a caller has taken more than a tenth of the time of the last five to ten seconds. */
  isHeavy(caller: string): boolean;
}

/** @param now milliseconds from any start; it never goes back */
export function createShares(now: () => number): Shares {
  let slices = [new Map<string, number>()];
  let begun = now();

  /** The current slice. Older slices are dropped. */
  function present(): Map<string, number> {
    const passed = Math.floor((now() - begun) / SLICE_MS);
    if (passed > 0) {
      const fresh = Array.from({ length: Math.min(passed, SLICES) }, () => new Map<string, number>());
      slices = [...fresh, ...slices].slice(0, SLICES);
      begun += passed * SLICE_MS;
    }
    return slices[0]!;
  }

  return {
    spent(caller, ms) {
      const slice = present();
      slice.set(caller, (slice.get(caller) ?? 0) + ms);
    },
    isHeavy(caller) {
      present();
      const taken = slices.reduce((sum, slice) => sum + (slice.get(caller) ?? 0), 0);
      return taken > SHARE_MAX * SLICE_MS * SLICES;
    },
  };
}
