import { claimReleases, type ClaimReleases, type ToldClaims } from '../../../projections/claim-releases.js';
import {
  dayNumber,
  dayOfNumber,
  endOfLondonDay,
  FIRST_DAY,
  monthsAfter,
  type Day,
  type Instant,
} from '../../domain/calendar.js';
import type { DisputeState } from '../../domain/dispute/state.js';
import { disputeStream } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { givingWay } from '../give-way.js';

/**
 * The claims of an area as they are told to those who see no case of it: as they stood at the last month's end, London
 * time, that was over at an instant. The releases of an area are made when they are first asked for and kept.
 */
export interface ClaimsTold extends ToldClaims {
  /** The last day of the month, inclusive: claims are told as they stood on it, as known at its end. */
  readonly release: Day | undefined;
}

/** Releases that are kept, by the state of the disputes that they are made of. */
const KEPT = new WeakMap<DisputeState, { releases: ClaimReleases; made: Promise<void> }>();

const GIVES_WAY_AFTER_MS = 10;

interface MonthEnd {
  readonly day: Day;
  readonly instant: Instant;
}

/** The ends of months, from the first that the ledger speaks of on, as far as they have been asked for. */
const MONTH_ENDS: MonthEnd[] = [];

function monthEnd(at: number): MonthEnd {
  for (let next = MONTH_ENDS.length; next <= at; next++) {
    const day = dayOfNumber(dayNumber(monthsAfter(FIRST_DAY, next + 1)) - 1);
    MONTH_ENDS.push({ day, instant: endOfLondonDay(day) });
  }
  return MONTH_ENDS[at]!;
}

/** The ends of months up to an instant, inclusive. */
function monthEndsUpTo(instant: Instant): MonthEnd[] {
  let count = 0;
  while (monthEnd(count).instant <= instant) count++;
  return MONTH_ENDS.slice(0, count);
}

export interface Released {
  /** The instants of the releases, in their order. */
  readonly ends: readonly Instant[];
  /** What is told at an instant, not after the one that the releases were asked for up to. */
  at(instant: Instant): ClaimsTold;
}

/**
 * The releases of an area up to an instant. One that is to come counts as now: nothing is told before its time.
 */
export async function releasedUpTo({ model, clock }: Ledger, area: string, knownAt: Instant): Promise<Released> {
  const stream = disputeStream(area);
  const { own } = model.stream('dispute', stream);
  const ends = monthEndsUpTo(Math.min(knownAt, model.now(clock)) as Instant);
  const revisions = ends.map(({ instant }) => model.knownRevision(stream, model.prefix(instant).size));
  let kept = KEPT.get(own);
  // What is read late, or counts for nothing after all, changes what a release should have been made of.
  if (!kept?.releases.revisions.every((revision, at) => at >= ends.length || revision === revisions[at])) {
    KEPT.set(own, (kept = { releases: claimReleases(own), made: Promise.resolve() }));
  }
  const { releases } = kept;
  kept.made = kept.made.then(() => make(releases, ends, revisions));
  try {
    await kept.made;
  } catch (error) {
    KEPT.delete(own);
    throw error;
  }
  const told = new Map<number, ClaimsTold>();
  return {
    ends: ends.map(({ instant }) => instant),
    at(instant) {
      const count = Math.min(monthEndsUpTo(instant).length, ends.length);
      const found = told.get(count) ?? { ...releases.told(count), release: ends[count - 1]?.day };
      told.set(count, found);
      return found;
    },
  };
}

/** Makes the releases that are missing, and lets others be answered meanwhile. */
async function make(releases: ClaimReleases, ends: readonly MonthEnd[], revisions: readonly number[]): Promise<void> {
  const giveWay = givingWay(GIVES_WAY_AFTER_MS);
  for (let at = releases.revisions.length; at < ends.length; at++) {
    for (const step = releases.next(ends[at]!.day, revisions[at]!); !step.next().done;) {
      const others = giveWay();
      if (others) await others;
    }
  }
}
