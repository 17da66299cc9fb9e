import { FIGURES, totalFigures, type Figures, type PartnerPosition } from '../../../projections/position.js';
import { addedUse, NO_USE, USE_FIGURES, useOf, type Use } from '../../domain/fund/held.js';
import { exactly, minus, NO_MONEY, plus, type Pence } from '../../domain/money.js';
import { passedOn } from '../../domain/register/inheritance.js';
import type { Standing } from './query.js';
import { hostOf } from './risk-share.js';

/** A position with, beside what is agreed and paid, what has been done with the money. */
type FiguresAndUse = Figures & Use;

interface PositionAndUse {
  readonly sources: readonly { readonly source: string; readonly figures: FiguresAndUse }[];
  readonly total: FiguresAndUse;
}

/** Copied name by name: to spread two objects into one takes ten times as long. */
function both(figures: Figures, use: Use): FiguresAndUse {
  const all = {} as Record<keyof FiguresAndUse, Pence>;
  for (const name of FIGURES) all[name] = figures[name];
  for (const name of USE_FIGURES) all[name] = use[name];
  return all;
}

/**
 * What has been done with each partner’s money, by partner and source, at the two dates that were asked for. What is the
 * host’s, since nobody has agreed to pay it, stands with those who have followed the host, by their shares. Where one
 * partner only is asked about, others may be left out.
 */
export function usesAt(at: Standing, only?: string): Map<string, Map<string, Use>> {
  const { view, inheritance } = at;
  const host = hostOf(at);
  const uses = useOf(view, host, inheritance.successions.length === 0 ? only : undefined);
  const own = inheritance.successions.some(({ predecessors }) => predecessors.includes(host))
    ? [...(uses.get(host) ?? [])]
    : [];
  if (own.length > 0) uses.delete(host);
  for (const [source, use] of own) {
    for (const name of USE_FIGURES) {
      // Money in and money out are shared alike: a minus sign moves no penny.
      const size = exactly(Math.abs(use[name]));
      const rows = passedOn([[{ holder: host, source }, size]], ({ holder }) => holder, inheritance);
      for (const [holder, { pence }] of rows) {
        if (pence === NO_MONEY) continue;
        const ofHeir = uses.get(holder) ?? new Map<string, Use>();
        const before = ofHeir.get(source) ?? NO_USE;
        const after = use[name] < 0 ? minus(before[name], pence) : plus(before[name], pence);
        uses.set(holder, ofHeir.set(source, { ...before, [name]: after }));
      }
    }
  }
  return uses;
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
