import { FIGURES, totalFigures, type Figures, type PartnerPosition } from '../../../../projections/position.js';
import { addedUse, NO_USE, USE_FIGURES, type Use } from '../../../domain/fund/money/use-of-money.js';
import { usesNow } from '../../../domain/fund/money/inherited-money.js';
import type { Pence } from '../../../domain/money.js';
import type { FundAtDates } from '../question.js';
import { hostOf } from './risk-share.js';

/** A position: what is agreed and paid, and what has been done with the money. */
type FiguresAndUse = Figures & Use;

interface PositionAndUse {
  readonly sources: readonly { readonly source: string; readonly figures: FiguresAndUse }[];
  readonly total: FiguresAndUse;
}

/** Fields are copied one by one, because spreading two objects into one takes ten times as long. */
function both(figures: Figures, use: Use): FiguresAndUse {
  const all = {} as Record<keyof FiguresAndUse, Pence>;
  for (const name of FIGURES) all[name] = figures[name];
  for (const name of USE_FIGURES) all[name] = use[name];
  return all;
}

/**
 * What has been done with each partner’s money, at the two dates asked for. With `only`, other partners may be missing.
 */
export const usesAt = (at: FundAtDates, only?: string): Map<string, Map<string, Use>> =>
  usesNow(at.view, hostOf(at), at.inheritance, only);

/** A partner’s position with the use of its money. Sources are in the order of their codes. */
export function withUse(
  { partner, sources, total }: PartnerPosition,
  uses: ReadonlyMap<string, ReadonlyMap<string, Use>>,
): PositionAndUse {
  const own = uses.get(partner) ?? new Map<string, Use>();
  const figures = new Map(sources.map((each) => [each.source, each.figures]));
  const none = totalFigures([]);
  return {
    sources: [...new Set([...figures.keys(), ...own.keys()])]
      .sort()
      .map((source) => ({ source, figures: both(figures.get(source) ?? none, own.get(source) ?? NO_USE) })),
    total: both(total, [...own.values()].reduce(addedUse, NO_USE)),
  };
}

/** The fund’s total with the use of all its money. */
export const totalWithUse = (total: Figures, partners: readonly PositionAndUse[]): FiguresAndUse =>
  both(
    total,
    partners.reduce<Use>((sum, each) => addedUse(sum, each.total), NO_USE),
  );
