import type { Day, Instant } from '../src/domain/calendar.js';
import { inside } from '../src/domain/chart.js';
import { minus, negated, plus, type Pence } from '../src/domain/money.js';
import type { ClaimsWalk } from './claims.js';
import type { Entry } from './entry.js';
import { count, GAP_FIGURES, gapFrom, isCounted, noSums, type Gap } from './gap.js';

/**
 * Why a figure changed between two dates, each a day and a state of knowledge. The comparison goes from one to the
 * other in steps: first the day changes, with the knowledge of the start; then knowledge changes, fact by fact in
 * ledger order. Each fact gets the change of the figures at its step, so the changes add up exactly to the difference,
 * even for figures such as `soft` that are not sums.
 */
interface Point {
  readonly on: Day;
  /** How many events of the ledger are known. */
  readonly size: number;
  /** The instant at which they are known; it may be left out if no offer can expire. */
  readonly instant?: Instant;
}

const isKnown = ({ place, passes }: Entry, { size, instant = Infinity as Instant }: Point): boolean =>
  place < size && (passes === undefined || passes <= instant);

/** One step: what moved, and the gap before and after it. */
export type Mover = { readonly before: Gap; readonly after: Gap } & (
  Fact | { readonly by: 'accrual'; readonly entry?: undefined }
);

interface Fact {
  readonly entry: Entry;
  /** Whether the day moved over its effect, or knowledge moved over the fact itself. Claims accrue without a fact. */
  readonly by: 'day' | 'knowledge';
}

export interface Comparison {
  readonly from: Gap;
  readonly to: Gap;
  readonly change: Record<keyof Gap, Pence>;
  readonly movers: readonly Mover[];
}

/**
 * Compares two points of one fund, given its entries and those of its area's disputes, all in ledger order; entries of the
 * fund that do not {@link MOVES_GAP} may be left out.
 */
export function compare(entries: readonly Entry[], from: Point, to: Point, claims: ClaimsWalk): Comparison {
  const [firstDay, lastDay, dayWay] =
    from.on <= to.on ? ([from.on, to.on, 1] as const) : ([to.on, from.on, -1] as const);
  const sums = noSums();
  sums.openClaims = claims.open(from.on, from.size);
  /** The entries that move something between the two days, by the day of it; in ledger order on each. */
  const crossed = new Map<Day, Entry[]>();
  /** The larger state of knowledge contains the smaller one: entries in only one of them are learnt, or forgotten. */
  const learnt: Entry[] = [];
  const forgotten: Entry[] = [];
  for (const entry of entries) {
    if (!isKnown(entry, from)) {
      if (isKnown(entry, to)) learnt.push(entry);
      continue;
    }
    if (!isKnown(entry, to)) forgotten.push(entry);
    for (const posting of entry.postings) {
      if (!isCounted(posting)) continue;
      const { on: day } = posting;
      if (day <= from.on) count(sums, posting, posting.pence, 1);
      if (day <= firstDay || day > lastDay) continue;
      const ofDay = inside(crossed, day, (): Entry[] => []);
      if (ofDay[ofDay.length - 1] !== entry) ofDay.push(entry);
    }
  }
  const start = gapFrom(sums);
  const movers: Mover[] = [];
  let before = start;
  /** The next step: the sums have changed by an entry, or by what accrued. */
  const step = (entry?: Entry, by: Fact['by'] = 'day'): void => {
    const after = gapFrom(sums);
    if (isOther(before, after))
      movers.push(entry ? { entry, by, before, after } : { entry, by: 'accrual', before, after });
    before = after;
  };

  const days = [...crossed.keys()].sort();
  for (const day of dayWay === 1 ? days : days.reverse()) {
    const ofDay = crossed.get(day)!;
    for (const entry of dayWay === 1 ? ofDay : ofDay.reverse()) {
      for (const posting of entry.postings)
        if (posting.on === day && isCounted(posting)) count(sums, posting, posting.pence, dayWay);
      step(entry, 'day');
    }
  }

  const accrued = minus(claims.open(to.on, from.size), claims.open(from.on, from.size));
  sums.openClaims = plus(sums.openClaims, accrued);
  step();

  const knowWay = forgotten.length > 0 ? -1 : 1;
  for (const entry of knowWay === 1 ? learnt : forgotten.reverse()) {
    for (const posting of entry.postings)
      if (posting.on <= to.on && isCounted(posting)) count(sums, posting, posting.pence, knowWay);
    const claimed = claims.changedBy(entry, to.on);
    sums.openClaims = plus(sums.openClaims, knowWay === 1 ? claimed : negated(claimed));
    step(entry, 'knowledge');
  }
  return { from: start, to: before, change: changeBetween(start, before), movers };
}

const isOther = (one: Gap, other: Gap): boolean => GAP_FIGURES.some((name) => one[name] !== other[name]);

const changeBetween = (before: Gap, after: Gap): Record<keyof Gap, Pence> =>
  Object.fromEntries(GAP_FIGURES.map((name) => [name, minus(after[name], before[name])])) as Record<keyof Gap, Pence>;

/** The figures that a step changed, each with its change in pence: after − before. */
export function changedBy({ before, after }: Mover): Partial<Record<keyof Gap, Pence>> {
  const changes: { -readonly [Name in keyof Gap]?: Pence } = {};
  for (const name of GAP_FIGURES) if (after[name] !== before[name]) changes[name] = minus(after[name], before[name]);
  return changes;
}
