import { z } from 'zod';
import type { Day } from '../../calendar.js';
import type { Coded } from '../../reference/rule-sets.js';
import { WHOLE_BASIS_POINTS as WHOLE } from '../../money.js';
import { rulesOn } from '../../register/reference-state.js';
import type { RegisterState } from '../../register/state.js';
import { refuse, type Refusal } from '../../rules.js';
import { BasisPoints } from '../../values.js';
import {
  AreaOfSpend,
  IsNew,
  Outputs,
  Provider,
  SchemeName,
  SchemeTitle,
  SchemeType,
  SubType,
} from '../../grammar/fields.js';
import { addingUpTo } from '../../grammar/asked.js';

/**
 * The dimensions of a plan line beside its source and sum: the columns of the national template.
 * Source: docs/sources.md, Money.
 */

export const Scheme = z.strictObject({
  scheme: SchemeName.meta({ description: 'Lines of one scheme share this name.' }),
  title: SchemeTitle,
  type: SchemeType,
  subType: SubType.optional(),
  areaOfSpend: AreaOfSpend,
  commissioner: addingUpTo(
    { value: WHOLE },
    z
      .strictObject({
        nhs: BasisPoints.meta({ title: 'NHS', description: 'What the NHS commissions, in basis points.' }),
        localGovernment: BasisPoints.meta({
          title: 'Local government',
          description: 'What councils commission, in basis points.',
        }),
      })
      .refine(({ nhs, localGovernment }) => nhs + localGovernment === WHOLE, {
        error: 'must add up to 10000 basis points',
      })
      .meta({
        title: 'Commissioner',
        description: 'Who commissions, in basis points: both above nothing where they commission jointly.',
      }),
  ),
  provider: Provider,
  outputs: Outputs.optional(),
  new: IsNew,
});

export type Scheme = z.output<typeof Scheme>;

/** The codes of a scheme are those of the rules of the fund's year on the day, as the register has them now. */
export function schemeFits(
  { type, areaOfSpend, provider }: Scheme,
  { reference }: RegisterState,
  year: string,
  on: Day,
): Refusal | undefined {
  const { schemeTypes, areasOfSpend, providers } = rulesOn(reference, year, on, Infinity);
  const listed: readonly (readonly [what: string, code: string, list: readonly Coded[]])[] = [
    ['type of scheme', type, schemeTypes],
    ['area of spend', areaOfSpend, areasOfSpend],
    ['kind of provider', provider, providers],
  ];
  const wrong = listed.find(([, code, list]) => !list.some((each) => each.code === code));
  if (!wrong) return undefined;
  const [what, code, list] = wrong;
  return refuse(
    'scheme_not_in_rules',
    `"${code}" is no ${what} of ${year}; use ${list.map((each) => each.code).join(', ')}.`,
  );
}
