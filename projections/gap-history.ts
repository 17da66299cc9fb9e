import type { Day } from '../src/domain/calendar.js';
import { inside } from '../src/domain/chart.js';
import { minus, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { byKey } from '../src/domain/order.js';
import type { Posting } from '../src/domain/postings.js';
import type { ClaimsWalk } from './claims.js';
import type { Entry } from './entry.js';
import { count, GAP_FIGURES, gapFrom, isCounted, noSums, type Gap } from './gap.js';

/** The gap along one of its two dates: a point wherever any of its figures changes. */
export interface GapPoint {
  /** The day from which the figures hold, or the recorded instant at which they became known. */
  readonly at: string;
  readonly gap: Gap;
}

interface Move {
  readonly at: string;
  readonly postings: readonly Posting[];
  /** By how much open claims changed. */
  readonly claims: Pence;
}

function history(moves: readonly Move[], counts: (posting: Posting) => boolean): GapPoint[] {
  const sums = noSums();
  let last = gapFrom(sums);
  const points: GapPoint[] = [];
  let isMoved = false;
  moves.forEach(({ at, postings, claims }, index) => {
    for (const posting of postings) {
      if (!counts(posting)) continue;
      count(sums, posting, posting.pence, 1);
      isMoved = true;
    }
    if (claims !== NO_MONEY) {
      sums.openClaims = plus(sums.openClaims, claims);
      isMoved = true;
    }
    // Most facts are receipts, which move no figure of the gap.
    if (!isMoved || moves[index + 1]?.at === at) return;
    isMoved = false;
    const gap = gapFrom(sums);
    if (GAP_FIGURES.some((name) => gap[name] !== last[name])) points.push({ at, gap });
    last = gap;
  });
  return points;
}

/**
 * Day by day, as known at a size of the ledger: the gap on each day on which a fact of the fund took effect and the gap was
 * other than before, and on the last day, inclusive. Claims accrue every day: each point shows what is open by it, and a
 * day without a fact is no point.
 */
export function gapByDay(entries: readonly Entry[], on: Day, size: number, claims: ClaimsWalk): GapPoint[] {
  const byDay = new Map<Day, Posting[]>([[on, []]]);
  for (const { place, postings } of entries) {
    if (place >= size) continue;
    for (const posting of postings) {
      if (posting.on > on) continue;
      // A day with only a receipt stays a point if claims have accrued by then, so that settled answers keep their
      // points.
      const ofDay = inside(byDay, posting.on, (): Posting[] => []);
      if (isCounted(posting)) ofDay.push(posting);
    }
  }
  let before: Pence = NO_MONEY;
  return history(
    [...byDay].sort(byKey).map(([day, postings]) => {
      const open = claims.open(day, size);
      const change = minus(open, before);
      before = open;
      return { at: day, postings, claims: change };
    }),
    isCounted,
  );
}

/** Fact by fact, on one day: the gap at each recorded instant at which it became known to be other than before. */
export function gapByKnowledge(entries: readonly Entry[], on: Day, size: number, claims: ClaimsWalk): GapPoint[] {
  const moves: Move[] = [];
  for (const entry of entries) {
    const { place, recordedAt, postings } = entry;
    if (place < size) moves.push({ at: recordedAt, postings, claims: claims.changedBy(entry, on) });
  }
  return history(moves, (posting) => posting.on <= on && isCounted(posting));
}
