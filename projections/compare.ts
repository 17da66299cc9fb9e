import type { Day, Instant } from '../src/domain/calendar.js';
import { minus, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { byText } from '../src/domain/order.js';
import type { Posting } from '../src/domain/postings.js';
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

type Mover = {
  /** The figures that it changed, with each change. */
  readonly changes: Partial<Record<keyof Gap, Pence>>;
} & (Fact | { readonly by: 'accrual'; readonly entry?: undefined });

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
  const sums = noSums();
  sums.openClaims = claims.open(from.on, from.size);
  for (const entry of entries) {
    if (!isKnown(entry, from)) continue;
    for (const posting of entry.postings) if (posting.on <= from.on) count(sums, posting, posting.pence, 1);
  }
  const start = gapFrom(sums);
  const movers: Mover[] = [];
  let before = start;
  const step = (
    moved: Fact | { readonly by: 'accrual' },
    postings: readonly Posting[],
    sign: 1 | -1,
    claimed: Pence = NO_MONEY,
  ): void => {
    for (const posting of postings) count(sums, posting, posting.pence, sign);
    sums.openClaims = plus(sums.openClaims, sign === 1 ? claimed : minus(NO_MONEY, claimed));
    const after = gapFrom(sums);
    let changes: { -readonly [Name in keyof Gap]?: Pence } | undefined;
    for (const name of GAP_FIGURES)
      if (after[name] !== before[name]) (changes ??= {})[name] = minus(after[name], before[name]);
    if (changes) movers.push({ ...moved, changes });
    before = after;
  };

  const [firstDay, lastDay, dayWay] =
    from.on <= to.on ? ([from.on, to.on, 1] as const) : ([to.on, from.on, -1] as const);
  const crossed: { readonly entry: Entry; readonly day: Day }[] = [];
  for (const entry of entries) {
    if (!isKnown(entry, from)) continue;
    const first = crossed.length;
    for (const posting of entry.postings) {
      const { on: day } = posting;
      if (day <= firstDay || day > lastDay || !isCounted(posting)) continue;
      // The days of an entry are few.
      let at = first;
      while (at < crossed.length && crossed[at]!.day !== day) at++;
      if (at === crossed.length) crossed.push({ entry, day });
    }
  }
  crossed.sort((a, b) => dayWay * (byText(a.day, b.day) || a.entry.place - b.entry.place));
  for (const { entry, day } of crossed) {
    step(
      { entry, by: 'day' },
      entry.postings.filter((posting) => posting.on === day),
      dayWay,
    );
  }

  step({ by: 'accrual' }, [], 1, minus(claims.open(to.on, from.size), claims.open(from.on, from.size)));

  // The larger state of knowledge contains the smaller one. Events in only one of them are learnt or, if the second is
  // smaller, forgotten.
  const learnt = entries.filter((entry) => isKnown(entry, to) && !isKnown(entry, from));
  const forgotten = entries.filter((entry) => isKnown(entry, from) && !isKnown(entry, to));
  const knowWay = forgotten.length > 0 ? -1 : 1;
  for (const entry of knowWay === 1 ? learnt : forgotten.reverse()) {
    const claimed = claims.changedBy(entry, to.on);
    const postings = entry.postings.filter((posting) => posting.on <= to.on && isCounted(posting));
    if (postings.length > 0 || claimed !== NO_MONEY) step({ entry, by: 'knowledge' }, postings, knowWay, claimed);
  }

  const change = Object.fromEntries(GAP_FIGURES.map((name) => [name, minus(before[name], start[name])]));
  return { from: start, to: before, change: change as Record<keyof Gap, Pence>, movers };
}
