import { hexOf } from '../../evidence/tree.js';
import type { Sight } from './access.js';
import type { Ledger } from './ledger.js';

const ROOTS_KEPT = 64;

/** The root of the first so many events, in hexadecimal; undefined for whoever could guess by it what is kept from them. */
export type RootOf = (sight: Sight, size: number) => Promise<string | undefined>;

/**
 * The roots that are printed. Somebody who sees a fund without the claims of its area is shown some of its events without their
 * data: with roots of their choice they could try data until a root fits, so they are told none. Pages are mostly of the newest
 * size, and the last roots are kept.
 */
export function createRoots({ model, tree }: Pick<Ledger, 'model' | 'tree'>): RootOf {
  const kept = new Map<number, string>();
  const whole = new WeakMap<Sight, { readonly size: number; readonly seesWhole: boolean }>();

  /** Whether somebody is shown every event of the funds that they see whole. */
  function seesWhole(sight: Sight): boolean {
    const found = whole.get(sight);
    if (found?.size === model.size()) return found.seesWhole;
    const areas = new Set(model.areas().filter((area) => !sight.seesClaims(area)));
    const areaOf = (fund: string): string => model.fund(fund)!.outline.opened!.area;
    const seen = areas.size === 0 || !model.funds().some((fund) => areas.has(areaOf(fund)) && sight.sees(fund));
    whole.set(sight, { size: model.size(), seesWhole: seen });
    return seen;
  }

  return async (sight, size) => {
    if (!seesWhole(sight)) return undefined;
    const root = kept.get(size) ?? hexOf(await tree.rootAt(size));
    kept.delete(size);
    kept.set(size, root);
    if (kept.size > ROOTS_KEPT) kept.delete(kept.keys().next().value!);
    return root;
  };
}
