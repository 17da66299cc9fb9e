import type { Instant } from '../domain/calendar.js';
import { stampNow, type Clock } from './clock.js';
import type { ReadModel } from './read-model.js';

/**
 * Whether acts can be stamped now. Two things make a stamp wrong for good: it would lie far ahead of the clock, because
 * something was recorded or settled while a clock was ahead; or the clock has just been set. In both cases posting stops,
 * with the reason, until the clock can be trusted again. Questions go on being answered.
 */
export interface ClockWatch {
  /** Why nothing is stamped now, in a sentence; undefined where the clock can be trusted. */
  doubt(): string | undefined;
}

/**
 * By how much a stamp may lie ahead of the clock, and the clock may part from the monotonic one. The services of one machine
 * or one well-kept network differ by less, and nobody is refused for it; an hour set by mistake is told at once.
 */
export const CLOCK_MS_MAX = 10_000;
/** After the clock has been set, it is trusted again once it has run evenly for so long. */
export const EVEN_MS_MIN = 30_000;

interface Watched {
  readonly model: ReadModel;
  readonly clock: Clock;
  /** The store's floor, where it has one. */
  floor(): string | undefined;
  readonly msMax?: number | undefined;
}

export function watchClock({ model, clock, floor, msMax = CLOCK_MS_MAX }: Watched): ClockWatch {
  /** What the clock says beyond the monotonic clock: the same for as long as nobody sets it. */
  const beyond = (): number => clock.now() - clock.elapsed();
  let trusted = beyond();
  /** Where the clock parted from what was trusted, and since when it has run evenly from there. */
  let parted: { readonly at: number; readonly since: number } | undefined;

  function wasSet(): string | undefined {
    const at = beyond();
    if (Math.abs(at - trusted) <= msMax) {
      parted = undefined;
      return undefined;
    }
    if (!parted || Math.abs(at - parted.at) > msMax) parted = { at, since: clock.elapsed() };
    const seconds = Math.round((at - trusted) / 1000);
    if (clock.elapsed() - parted.since >= EVEN_MS_MIN) {
      trusted = at;
      parted = undefined;
      return undefined;
    }
    return `This machine’s clock was set ${seconds > 0 ? 'forwards' : 'back'} by ${Math.abs(seconds)} seconds. Posting begins again once it has run evenly for ${EVEN_MS_MIN / 1000} seconds.`;
  }

  return {
    doubt() {
      // A demonstration is recorded at the instants of its story, and some of them are still to come.
      const { ledger } = model.register();
      if (!ledger || ledger.demonstration) return undefined;
      const set = wasSet();
      if (set !== undefined) return set;
      const ahead = (stampNow({ model, clock }, floor()) - clock.now()) as Instant;
      return ahead <= msMax
        ? undefined
        : `The ledger’s last instant is ${Math.round(ahead / 1000)} seconds ahead of this machine’s clock. Posting begins again when that time has come, or when the clock is put right.`;
    },
  };
}
