import { dayInWords, daysAfter, LAST_DAY, yearAfter, type Day } from '../calendar.js';
import { apportion, exactly, minus, moneyText, NO_MONEY, pence, plus, pounds, type Pence } from '../money.js';
import { addToSeries, combined, emptySeries, seriesOn, type DaySeries } from '../postings.js';
import { refuse, Refusal } from '../rules.js';
import type { Instalment } from '../grammar/schedule.js';

/** When agreed money falls due, and how changes of the agreed sum change that. */

/** A change of instalments: on which day how much more, or less, falls due. */
export interface DueChange {
  readonly due: Day;
  readonly change: Pence;
}

/**
 * The change of an item's instalments when the agreed sum changes from a day on. Instalments due before the effective
 * day stay. Instalments due on it or later are replaced by the given ones or, if none are given, scaled in proportion.
 * If more has fallen due than the new total, the excess is credited on the effective day. Changes already recorded for
 * later days count as due later. Sums in pence.
 */
export function replanned(
  standing: DaySeries,
  effective: Day,
  change: Pence,
  given?: readonly Instalment[],
): DueChange[] | Refusal {
  const before = seriesOn(standing, daysAfter(effective, -1));
  const ahead = standing.days
    .map((due, index) => ({ due, amount: standing.moves[index]! }))
    .filter((each) => each.due >= effective);
  const left = minus(plus(seriesOn(standing, LAST_DAY), change), before);
  const next = emptySeries();
  if (given) {
    const early = given.find((each) => each.due < effective);
    if (early) {
      return refuse(
        'schedule_mismatch',
        `The instalment of ${dayInWords(early.due)} is before the effective date; give only what falls due from then on.`,
      );
    }
    const sum = given.reduce((acc, each) => plus(acc, pence(each.amount)), NO_MONEY);
    if (sum !== left) {
      return refuse(
        'schedule_mismatch',
        `The instalments from ${dayInWords(effective)} add up to ${pounds(sum)}; what is left to fall due is ${pounds(left)}.`,
      );
    }
    for (const each of given) addToSeries(next, each.due, pence(each.amount));
  } else spread(next, ahead, effective, left);
  const changes = combined([
    { sign: 1, series: next },
    { sign: -1, series: { days: ahead.map((each) => each.due), moves: ahead.map((each) => each.amount) } },
  ]);
  return changes.days
    .map((due, index) => ({ due, change: changes.moves[index]! }))
    .filter((each) => each.change !== NO_MONEY);
}

/** Divides the rest over the later instalments in proportion; the last takes the remainder. */
function spread(
  into: DaySeries,
  ahead: readonly { readonly due: Day; readonly amount: Pence }[],
  effective: Day,
  left: Pence,
): void {
  const whole = ahead.reduce((sum, each) => plus(sum, each.amount), NO_MONEY);
  if (whole <= 0 || left < 0) {
    addToSeries(into, effective, left);
    return;
  }
  let soFar: Pence = NO_MONEY;
  let placed: Pence = NO_MONEY;
  for (const each of ahead) {
    soFar = plus(soFar, each.amount);
    const upToHere = exactly(Number((BigInt(left) * BigInt(soFar)) / BigInt(whole)));
    addToSeries(into, each.due, minus(upToHere, placed));
    placed = upToHere;
  }
}

/**
 * The instalments of a year in the next: each on its day a year later, of a sum in proportion to what falls due by those of
 * this year, to the penny, by largest remainder. Where no sum falls due on a day, none does a year later.
 * Source: docs/sources.md, Rounding.
 */
export function aYearLater(standing: DaySeries, sum: Pence): Instalment[] {
  const falling = standing.days.flatMap((due, index) =>
    standing.moves[index]! > 0 ? [{ id: yearAfter(due), weight: standing.moves[index]! }] : [],
  );
  const weights = new Map<Day, number>();
  // The 28th and the 29th of February come to the same day.
  for (const { id, weight } of falling) weights.set(id, (weights.get(id) ?? 0) + weight);
  const parts = apportion(
    sum,
    [...weights].map(([id, weight]) => ({ id, weight })),
  );
  return [...parts]
    .filter(([, amount]) => amount > 0)
    .map(([due, amount]) => ({ due: due as Day, amount: moneyText(amount) }));
}
