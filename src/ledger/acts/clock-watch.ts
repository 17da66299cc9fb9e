import { setTimeout } from 'node:timers/promises';
import { instantOf, type Instant } from '../../domain/calendar.js';
import type { EventStore } from '../../store/event-store.js';
import type { Clock } from '../clock.js';
import { stampNow } from './stamp.js';
import type { ReadModel } from '../memory/read-model.js';

/**
 * Whether acts can be stamped now. A wrong stamp stays wrong for ever, and three things make one: the stamp would lie
 * far ahead of the clock, because something was recorded or settled while a clock was ahead; the clock has just been
 * set; or the clock is far from the store's own clock. In each case posting stops, with the reason, until the clock can
 * be trusted again. Questions are still answered.
 *
 * The store's time is read between two instants of this clock. The clock is off by at least the distance of that time
 * from the two instants, so a slow store puts no clock in doubt.
 */
export interface ClockWatch {
  /** Why nothing is stamped now, in a sentence; undefined where the clock can be trusted. */
  doubt(): string | undefined;
  /** Asks the store for its time if that is due. Returns a promise to await if the clocks have never been compared. */
  compared(): Promise<void> | undefined;
}

/**
 * How far a stamp may be ahead of the clock, and how far the clock may move against the monotonic one, in milliseconds.
 * Services of one machine or one well-kept network differ by less; a clock set wrong by an hour is noticed at once.
 */
export const CLOCK_MS_MAX = 10_000;
/** After the clock has been set, it is trusted again once it has run evenly for so long. */
export const EVEN_MS_MIN = 30_000;
/**
 * Acts have the clocks compared again after so long; while the clocks are apart, every question about them does so
 * after the shorter time below.
 */
export const COMPARE_EVERY_MS = 600_000;
export const ASK_EVERY_MS = 30_000;
/** The longest wait for the store’s time. */
const ASK_MS_MAX = 2_000;

interface Watched {
  readonly model: ReadModel;
  readonly clock: Clock;
  readonly store: Pick<EventStore, 'floor' | 'time'>;
  readonly msMax?: number | undefined;
  readonly askMsMax?: number;
}

export function watchClock({ model, clock, store, msMax = CLOCK_MS_MAX, askMsMax = ASK_MS_MAX }: Watched): ClockWatch {
  /** Two services within this distance of the store’s clock do not put each other in doubt. */
  const apartMsMax = msMax / 2;
  /** The clock minus the monotonic clock: constant as long as nobody sets the clock. */
  const beyond = (): number => clock.now() - clock.elapsed();
  let trusted = beyond();
  /** The difference after the clock was set, and since when the clock has run evenly with it. */
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

  /**
   * The least by which the clock was ahead of the store’s, and its difference from the monotonic clock at that time.
   */
  let found: { readonly ahead: number; readonly beyond: number } | undefined;
  let asking: Promise<void> | undefined;
  let askedAt = -Infinity;

  async function compare(time: NonNullable<EventStore['time']>): Promise<void> {
    const [sent, since, before] = [clock.now(), clock.elapsed(), beyond()];
    try {
      const told = instantOf(await time())!;
      // Computed with the monotonic clock, because somebody may set this clock meanwhile.
      const read = sent + clock.elapsed() - since;
      found = { ahead: Math.max(0, sent - told) - Math.max(0, told - read), beyond: before };
    } catch {
      // The act that follows tells its officer why the store cannot be asked.
    }
  }

  /** The question to the store that is under way; asks a new one if the last was at least so long ago. */
  function ask(everyMs: number): Promise<void> | undefined {
    if (!asking && store.time && clock.elapsed() - askedAt >= everyMs) {
      askedAt = clock.elapsed();
      asking = compare(store.time).finally(() => (asking = undefined));
    }
    return asking;
  }

  function notTheStores(): string | undefined {
    if (!found) return undefined;
    // Corrected by how much the clock has been set since.
    const ahead = found.ahead + (beyond() - found.beyond);
    if (Math.abs(ahead) <= apartMsMax) return undefined;
    void ask(ASK_EVERY_MS);
    return `This machine’s clock is at least ${Math.round(Math.abs(ahead) / 1000)} seconds ${ahead > 0 ? 'ahead of' : 'behind'} the event store’s. Put right whichever of them is wrong (NTP). Posting begins again within a minute of that.`;
  }

  /** A demonstration is recorded at the instants of its story, and some of them are still to come. */
  const isStory = (): boolean => model.register().ledger?.demonstration ?? true;

  return {
    compared() {
      if (apartMsMax === Infinity || isStory()) return undefined;
      const asked = ask(found ? COMPARE_EVERY_MS : ASK_EVERY_MS);
      if (!asked || found) return undefined;
      const over = new AbortController();
      const late = setTimeout(askMsMax, undefined, { signal: over.signal }).catch(() => undefined);
      return Promise.race([asked, late]).finally(() => over.abort());
    },
    doubt() {
      if (isStory()) return undefined;
      const set = wasSet() ?? notTheStores();
      if (set !== undefined) return set;
      const ahead = (stampNow({ model, clock }, store.floor?.known()) - clock.now()) as Instant;
      return ahead <= msMax
        ? undefined
        : `The ledger’s last instant is ${Math.round(ahead / 1000)} seconds ahead of this machine’s clock. Posting begins again when that time has come, or when the clock is put right.`;
    },
  };
}
