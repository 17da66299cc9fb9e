import { z } from 'zod';
import type { Day } from '../../calendar.js';
import type { Coded } from '../../reference/rule-sets.js';
import { calledIn, codeElsewhere } from '../../register/wordings.js';
import { partsTogether, WHOLE_BASIS_POINTS, WHOLE_PARTS } from '../../money.js';
import { rulesOn } from '../../register/reference-state.js';
import type { RegisterState } from '../../register/state.js';
import { refuse, type Refusal } from '../../rules.js';
import { Share } from '../../values.js';
import {
  AreaOfSpend,
  IsNew,
  Outputs,
  PartnerRef,
  Provider,
  SchemeName,
  SchemeTitle,
  SchemeType,
  SubType,
} from '../../grammar/fields.js';
import { addingUpTo, among } from '../../grammar/asked.js';

/**
 * The dimensions of a plan line beside its source and sum: the columns of the national template.
 * Source: docs/sources.md, Money.
 */

const DeliveredBy = z
  .array(among(['register'], PartnerRef).meta({ title: 'Provider', description: 'A body in the register.' }))
  .min(1)
  .max(20)
  .refine((bodies) => new Set(bodies).size === bodies.length, { error: 'must name each body once' })
  .meta({
    title: 'Delivered by',
    description:
      'The bodies that provide it, by name, where they are in the register; none of them need be in the fund.',
  });

export const Scheme = z.strictObject({
  scheme: SchemeName.meta({ description: 'Lines of one scheme share this name.' }),
  title: SchemeTitle,
  type: SchemeType,
  subType: SubType.optional(),
  areaOfSpend: AreaOfSpend,
  commissioner: addingUpTo(
    { value: WHOLE_BASIS_POINTS },
    z
      .strictObject({
        nhs: Share.meta({
          title: 'NHS',
          description: 'What the NHS commissions, in basis points or as a fraction such as 1/3.',
        }),
        localGovernment: Share.meta({
          title: 'Local government',
          description: 'What councils commission, in basis points or as a fraction such as 1/3.',
        }),
      })
      .refine(({ nhs, localGovernment }) => partsTogether([nhs, localGovernment]) === WHOLE_PARTS, {
        error: 'must add up to 10000 basis points, or to the whole in fractions',
      })
      .meta({
        title: 'Commissioner',
        description: 'Who commissions: both above zero where they commission jointly.',
      }),
  ),
  provider: Provider,
  deliveredBy: DeliveredBy.optional(),
  outputs: Outputs.optional(),
  new: IsNew,
});

export type Scheme = z.output<typeof Scheme>;

type List = 'schemeTypes' | 'areasOfSpend' | 'providers';

const LISTED = {
  schemeTypes: 'type of scheme',
  areasOfSpend: 'area of spend',
  providers: 'kind of provider',
} as const satisfies Record<List, string>;

/** What a code is called in a list, as a finance officer reads it: the words first, and the code that they stand for. */
const inList = (each: Coded): string =>
  `${calledIn(each)
    .map((words) => `“${words}”`)
    .join(' or ')} (${each.code})`;

/** Why something stands for nothing in a list of the year, in the words of the year. */
function notListed(sent: string, of: List, list: readonly Coded[], year: string): Refusal {
  const code = codeElsewhere((rules) => rules[of], sent);
  const same = list.find((each) => each.code === code);
  const use = same
    ? `The templates of other years say so; in ${year} it is ${inList(same)}.`
    : `Use ${list.map(inList).join(', ')}.`;
  return refuse('scheme_not_in_rules', `"${sent}" is no ${LISTED[of]} of ${year}. ${use}`);
}

/** The codes of a scheme are those of the rules of the fund's year on the day, as the register has them now. */
export function schemeFits(
  { type, areaOfSpend, provider, deliveredBy = [] }: Scheme,
  { reference, partners }: RegisterState,
  year: string,
  on: Day,
): Refusal | undefined {
  const rules = rulesOn(reference, year, on, Infinity);
  const sent: Readonly<Record<List, string>> = { schemeTypes: type, areasOfSpend: areaOfSpend, providers: provider };
  const wrong = (Object.keys(LISTED) as List[]).find((of) => !rules[of].some((each) => each.code === sent[of]));
  const stranger = deliveredBy.find((body) => !partners.has(body));
  if (stranger !== undefined)
    return refuse('partner_unknown', `${stranger} is not registered, and can provide nothing.`);
  return wrong && notListed(sent[wrong], wrong, rules[wrong], year);
}
