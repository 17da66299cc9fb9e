import { hexOf } from '../../evidence/tree.js';
import type { Sight } from './access.js';
import type { Ledger } from './ledger.js';

const ROOTS_KEPT = 64;

/** The root of the first `size` events, in hexadecimal. Undefined for a reader who could guess withheld data with it. */
export type RootOf = (sight: Sight, size: number) => Promise<string | undefined>;

/**
 * The roots on printed pages. A reader who sees a fund, and may not see the claims of its area, gets some of its events
 * without their data. With roots they could try data until a root fits, so they get none. The last {@link ROOTS_KEPT}
 * roots are kept, because most pages show the newest size.
 */
export function createRoots({ model, tree }: Pick<Ledger, 'model' | 'tree'>): RootOf {
  const kept = new Map<number, string>();
  const whole = new WeakMap<Sight, { readonly size: number; readonly seesWhole: boolean }>();

  /** Whether a reader gets every event of the funds that they see with all its data. */
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
