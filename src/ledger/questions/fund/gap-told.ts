import { compare, type Comparison } from '../../../../projections/compare.js';
import type { Entry } from '../../../../projections/entry.js';
import type { GapPoint } from '../../../../projections/gap-history.js';
import { GAP_FIGURES, gapFrom, noSums, type Gap } from '../../../../projections/gap.js';
import { instantOf, instantText, type Instant } from '../../../domain/calendar.js';
import { minus, NO_MONEY, plus, type Pence } from '../../../domain/money.js';
import type { Released } from '../../memory/claims-told.js';
import { instantKnown, NO_CLAIMS_ALONG, openClaimsTold } from '../disputes/claims.js';
import type { FundAtDates } from '../question.js';

/** How the gap moved, for askers who see claims only as of the end of a month (releases). */

/** The same gap with other claims beside it. */
const withClaims = (gap: Gap, openClaims: Pence): Gap => ({
  ...gap,
  openClaims,
  exposure: plus(gap.atRisk, openClaims),
});

/** The gap before anything was known of a fund. */
const NOTHING = gapFrom(noSums());

/**
 * The history of the gap for an asker who sees claims at releases. It has a point for each fact that moves the gap and,
 * along what was known, one for each release.
 */
export function historyTold(
  points: readonly GapPoint[],
  along: 'days' | 'knowledge',
  released: Released,
  at: FundAtDates,
): GapPoint[] {
  const told = (instant: Instant): Pence => openClaimsTold(released.at(instant).cells, at.year).total;
  const moved = new Map(points.map((point) => [point.at, point.gap]));
  const moments = along === 'days' ? [at.on] : released.ends.map((end) => instantText(end));
  const openClaims = told(instantKnown(at));
  const all: GapPoint[] = [];
  let gap = NOTHING;
  for (const moment of [...new Set([...moved.keys(), ...moments])].sort()) {
    gap = withClaims(moved.get(moment) ?? gap, along === 'days' ? openClaims : told(instantOf(moment)!));
    const before = all.at(-1)?.gap ?? NOTHING;
    if (GAP_FIGURES.some((name) => gap[name] !== before[name])) all.push({ at: moment, gap });
  }
  return all;
}

/**
 * A comparison for an asker who sees claims at releases. It has the facts of the fund, and one change for the
 * difference between the claims shown at the two pairs of dates.
 */
export function compareTold(
  entries: readonly Entry[],
  from: FundAtDates,
  to: FundAtDates,
  released: Released,
): Comparison {
  const found = compare(entries, from, to, NO_CLAIMS_ALONG);
  const open = (at: FundAtDates): Pence => openClaimsTold(released.at(instantKnown(at)).cells, at.year).total;
  const openClaims = minus(open(to), open(from));
  return {
    from: withClaims(found.from, open(from)),
    to: withClaims(found.to, open(to)),
    change: { ...found.change, openClaims, exposure: plus(found.change.exposure, openClaims) },
    movers: [
      ...found.movers,
      ...(openClaims === NO_MONEY
        ? []
        : [{ by: 'accrual' as const, before: NOTHING, after: withClaims(NOTHING, openClaims) }]),
    ],
  };
}
