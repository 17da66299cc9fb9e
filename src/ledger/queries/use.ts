import { totalFigures, type Figures, type PartnerPosition } from '../../../projections/position.js';
import { addedUse, NO_USE, useOf, type Use } from '../../domain/fund/held.js';
import type { Ledger } from '../ledger.js';
import { hostNow } from './agreement.js';
import type { Standing } from './query.js';

/** A position with, beside what is agreed and paid, what has been done with the money. */
type FiguresAndUse = Figures & Use;

interface PositionAndUse {
  readonly sources: readonly { readonly source: string; readonly figures: FiguresAndUse }[];
  readonly total: FiguresAndUse;
}

const both = (figures: Figures, use: Use): FiguresAndUse => ({ ...figures, ...use });

/** What has been done with each partner’s money, by partner and source, at the two dates that were asked for. */
export function usesAt(ledger: Ledger, at: Standing): Map<string, Map<string, Use>> {
  return useOf(at.view, hostNow(ledger, at));
}

/** A partner’s position with the use of its money; sources in the order of their codes. */
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
