import { compare, type Comparison } from '../../../../projections/compare.js';
import type { Entry } from '../../../../projections/entry.js';
import type { GapPoint } from '../../../../projections/gap-history.js';
import { GAP_FIGURES, gapFrom, noSums, type Gap } from '../../../../projections/gap.js';
import { instantOf, instantText, type Instant } from '../../../domain/calendar.js';
import { minus, NO_MONEY, plus, type Pence } from '../../../domain/money.js';
import type { Released } from '../../memory/claims-told.js';
import { instantKnown, NO_CLAIMS_ALONG, openClaimsTold } from '../disputes/claims.js';
import type { FundAtDates } from '../question.js';

/** How the gap moved, for those who are told claims at releases. */

/** The same gap with other claims beside it. */
const withClaims = (gap: Gap, openClaims: Pence): Gap => ({
  ...gap,
  openClaims,
  exposure: plus(gap.atRisk, openClaims),
});

/** The gap of a fund of which nothing is known. */
const NOTHING = gapFrom(noSums());

/**
 * A history of the gap as an asker may know it who is told claims at releases: the points that facts of the fund make,
 * and, along what was known, those that releases make.
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
 * A comparison as an asker may know it who is told claims at releases: the facts of the fund, and what is told of claims
 * at either pair of dates, as one change.
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
      ...(openClaims === NO_MONEY ? [] : [{ by: 'accrual' as const, changes: { openClaims, exposure: openClaims } }]),
    ],
  };
}
