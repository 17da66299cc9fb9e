import type { Day } from '../src/domain/calendar.js';
import { minus, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { sumOver, type View } from './view.js';
import type { Kept } from './fund-facts.js';
import { toBePassedDown } from '../src/domain/fund/money/pass-downs.js';

/**
 * Whether each grant that must be passed down has been, district by district.
 * Source: docs/sources.md, Minimum tests, test T5.
 */
interface PassDown {
  readonly grant: string;
  readonly holder: string;
  readonly source: string;
  readonly by: Day;
  readonly share: Pence;
  readonly passedDown: Pence;
  /** What districts agreed not to have passed down. */
  readonly waived: Pence;
  readonly shortfall: Pence;
  /** Passed down or waived in full. */
  readonly inFull: boolean;
  readonly districts: readonly DistrictShare[];
}

interface DistrictShare {
  readonly district: string;
  readonly share: Pence;
  readonly passedDown: Pence;
  /** What districts agreed not to have passed down. */
  readonly waived: Pence;
  readonly shortfall: Pence;
}

/**
 * One row per grant that has shares to pass down.
 * @param councils the councils in whose place a district is on the day: itself, or those that followed it
 */
export function passDowns(
  view: View,
  { determined, added }: { readonly determined: readonly Kept[]; readonly added: readonly Kept[] },
  councils: (of: { readonly district: string }) => readonly string[],
): PassDown[] {
  return toBePassedDown(determined, added).map(({ grant, holder, source, by, districts: named }) => {
    const districts = [...new Set(named.flatMap((district) => councils({ district })))].map((district) => {
      const stands = (measure: 'share' | 'passedDown' | 'waived') =>
        sumOver(
          view,
          (account) => account.holder === district && account.measure === measure && account.detail === grant,
        );
      const share = stands('share');
      const passedDown = stands('passedDown');
      const waived = stands('waived');
      return { district, share, passedDown, waived, shortfall: minus(minus(share, passedDown), waived) };
    });
    const sum = (name: 'share' | 'passedDown' | 'waived' | 'shortfall') =>
      districts.reduce((acc, each) => plus(acc, each[name]), NO_MONEY);
    return {
      grant,
      holder,
      source,
      by,
      share: sum('share'),
      passedDown: sum('passedDown'),
      waived: sum('waived'),
      shortfall: sum('shortfall'),
      inFull: districts.every((each) => each.shortfall <= 0),
      districts,
    };
  });
}
