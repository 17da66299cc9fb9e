import type { Day } from '../../calendar.js';
import type { FactData } from '../../grammar/event.js';

/** Which grants are passed down to whom, by when: as they were determined, and with the districts that were added since. */

interface Worded {
  readonly data: FactData;
}

interface Determined {
  readonly grant: string;
  readonly holder: string;
  readonly source: string;
  readonly passDown?: { readonly by: Day; readonly shares: readonly { readonly district: string }[] };
}

/** A district that was added to a grant. */
interface AddedDistrict {
  readonly grant: string;
  readonly district: string;
  readonly dueBy: Day;
}

export interface ToPassDown extends Pick<Determined, 'grant' | 'holder' | 'source'> {
  /** The last day for it, inclusive. */
  readonly by: Day;
  readonly districts: readonly string[];
}

/**
 * The grants that are passed down, each once, in the order in which they were determined.
 * @param grants the determinations in force
 * @param added the facts in force by which districts were added
 */
export function toBePassedDown(grants: readonly Worded[], added: readonly Worded[]): ToPassDown[] {
  return grants.flatMap(({ data }): ToPassDown[] => {
    const { grant, holder, source, passDown } = data as unknown as Determined;
    const more = added.map((each) => each.data as unknown as AddedDistrict).filter((each) => each.grant === grant);
    const by = passDown?.by ?? more[0]?.dueBy;
    if (by === undefined) return [];
    const districts = [...(passDown?.shares ?? []), ...more].map(({ district }) => district);
    return [{ grant, holder, source, by, districts: [...new Set(districts)] }];
  });
}
