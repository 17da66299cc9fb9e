import { z } from 'zod';
import { put } from '../grammar/change.js';
import { dayInWords, financialYear, type Day } from '../calendar.js';
import { keeperFact, type Context, type Fact } from '../grammar/fact.js';
import { inForce as holds } from '../grammar/rule-versions.js';
import { pence, pounds } from '../money.js';
import { COUNTED_BY, UPLIFTS_OF } from '../reference/rule-sets.js';
import { sectorOf, type RegisterState } from './state.js';
import { ADMINISTER } from '../roles.js';
import { refuse, type Refusal } from '../rules.js';
import { inForce, sourceOf } from '../sources.js';
import { words } from '../values.js';
import { allocationKey, type Chain } from './reference-state.js';
import {
  AmountOrNothing,
  Area,
  DeadlineDay,
  Effective,
  EventRef,
  FullName,
  OutOfHospital,
  Payer,
  PlanNeeded,
  Publication,
  SocialCare,
  Source,
  TemplateCode,
  Unpublished,
} from '../grammar/fields.js';
import { chosenFrom, among, oneOf, WORDING_MAX } from '../grammar/asked.js';
import { plain } from './wordings.js';

/**
 * Reference data that is published by year: what each payer must pool for each area, and the year's rules. The ledger's
 * keeper records them; they are never reversed, and revised by another publication that names the one it replaces.
 */

const Year = chosenFrom(
  'financial years',
  z
    .string()
    .refine((label) => financialYear(label) !== undefined, { error: 'must be a financial year such as "2016-17"' })
    .meta({ title: 'Financial year', description: 'The year, from 1 April to 31 March.' }),
);

const revises = (fact: string) =>
  among([fact], EventRef).optional().meta({
    title: 'Replaces',
    description: 'The revision, in the register, of the publication that this one replaces.',
  });

const onceEach = <Each>(all: readonly Each[], of: (each: Each) => string): boolean =>
  new Set(all.map(of)).size === all.length;

const Coded = {
  code: TemplateCode,
  name: FullName,
  wordings: z
    .array(words(WORDING_MAX).meta({ title: 'Wording', description: 'As the template writes it.' }))
    .min(1)
    .max(20)
    .optional()
    .meta({
      title: 'Wordings',
      description:
        'What else the year’s templates call it: accepted wherever the code is, whatever its capitals and blanks.',
    }),
};

interface CodedSent {
  readonly code: string;
  readonly name: string;
  readonly wordings?: readonly string[] | undefined;
}

/** Whether no wording stands for two codes: it is no other’s wording, name or code. */
function eachForOne(list: readonly CodedSent[]): boolean {
  const of = ({ code, name, wordings = [] }: CodedSent) => new Set([code, name, ...wordings].map(plain));
  return list.every((each) =>
    (each.wordings ?? []).every((wording) => list.every((other) => other === each || !of(other).has(plain(wording)))),
  );
}

/** Refuses a list in which the name of a code is what another one is called, whatever its capitals and blanks. */
function calledTheSame(list: readonly CodedSent[], context: Context): Refusal | undefined {
  if (!holds('called_the_same', context)) return undefined;
  const texts = ({ code, name, wordings = [] }: CodedSent) => [code, name, ...wordings].map(plain);
  for (const each of list) {
    const other = list.find((one) => one !== each && texts(one).includes(plain(each.name)));
    if (other)
      return refuse(
        'called_the_same',
        `“${each.name}” is the name of ${each.code}, and ${other.code} is called so too: give each a name of its own.`,
      );
  }
  return undefined;
}

const codedList = <Shape extends z.ZodRawShape & typeof Coded>(shape: Shape) =>
  z
    .array(z.strictObject(shape).meta({ title: 'Code' }))
    .min(1)
    .max(100)
    .refine((list) => onceEach(list, (each) => (each as CodedSent).code), { error: 'must list each code once' })
    .refine((list) => eachForOne(list as unknown as readonly CodedSent[]), {
      error: 'must give each wording to one code',
    });

const UpliftOf = oneOf(UPLIFTS_OF).meta({ title: 'Uplift of', description: 'What rises.' });

const Percent = z
  .string()
  .regex(/^-?(0|[1-9]\d?)(\.\d{1,4})?$/, {
    error: 'must be per cent as text, such as "5.66", between -100 and 100',
  })
  .meta({ title: 'Per cent', description: 'The uplift in per cent.' });

/**
 * One publication of each thing is in force: a later one must name the one that it replaces, and may not take effect
 * earlier.
 */
function follows(
  chain: Chain<{ readonly effective: Day }> | undefined,
  what: string,
  { effective, revises }: { readonly effective: Day; readonly revises?: string | undefined },
): Refusal | undefined {
  const last = chain?.at(-1);
  if (!last) {
    return revises === undefined
      ? undefined
      : refuse('reference_unknown', `Nothing has been published of ${what}, so nothing of it can be revised.`);
  }
  if (revises !== String(last.revision)) {
    return refuse(
      'publication_stands',
      `Of ${what} the publication at revision ${last.revision} of the register stands.`,
    );
  }
  return effective < last.data.effective
    ? refuse(
        'before_it_began',
        `What is revised takes effect on ${dayInWords(last.data.effective)}; this would on ${dayInWords(effective)}.`,
      )
    : undefined;
}

/** A source of funding in force in a year, of the sector of its payer. */
function payableBy(source: string, year: string, payer: string, { partners }: RegisterState): Refusal | undefined {
  const partner = partners.get(payer);
  if (!partner) return refuse('partner_unknown', `${payer} is not registered as a partner.`);
  const known = sourceOf(source);
  if (!known) return refuse('source_unknown', `"${source}" is not a source of funding.`);
  if (known.beside) return refuse('source_beside_pool', `${source} (${known.name}) stands beside the pool.`);
  if (!inForce(known, year)) return refuse('source_not_in_force', `${source} is not in force in ${year}.`);
  return known.payer === 'any' || known.payer === sectorOf(partner.kind)
    ? undefined
    : refuse('source_wrong_sector', `${source} is not paid by ${partner.name}.`);
}

export const ALLOCATION: Fact<RegisterState> = keeperFact({
  name: 'AllocationPublished',
  title: 'Record a published allocation',
  group: 'published',
  about:
    'What a payer must pool for an area in a year, as published; of the minimum NHS contribution, what of it must be spent on social care and outside hospital; of a grant, its determination.',
  input: z.strictObject({
    effective: Effective,
    area: Area,
    year: Year,
    payer: Payer,
    source: Source,
    amount: AmountOrNothing,
    minima: z
      .strictObject({ socialCare: SocialCare, outOfHospital: OutOfHospital })
      .optional()
      .meta({ title: 'Minima', description: 'Only of the minimum NHS contribution: the least of it for each.' }),
    publication: Publication,
    revises: revises('AllocationPublished'),
  }),
  roles: ADMINISTER,
  wayBack: 'Publish a revision of it.',
  check(data, state: RegisterState) {
    const unpayable = payableBy(data.source, data.year, data.payer, state);
    if (unpayable) return unpayable;
    if (data.minima && data.source !== 'NHS_MIN') {
      return refuse('minima_do_not_fit', `Minima are of NHS_MIN; this is ${data.source}.`);
    }
    const least = data.minima && [data.minima.socialCare, data.minima.outOfHospital];
    const above = least?.find((each) => pence(each) > pence(data.amount));
    if (above !== undefined) {
      return refuse(
        'minima_do_not_fit',
        `${pounds(pence(above))} is more than the allocation of ${pounds(pence(data.amount))}.`,
      );
    }
    return follows(
      state.reference.allocations.get(allocationKey(data)),
      `the ${data.source} of ${data.payer} for ${data.area} in ${data.year}`,
      data,
    );
  },
  evolve(state, data, { revision, metadata }) {
    const { allocations } = state.reference;
    const key = allocationKey(data);
    put(allocations, key, [...(allocations.get(key) ?? []), { revision, data, evidence: metadata.evidence }]);
  },
  sentence: ({ minima, ...data }) =>
    `For ${data.area} in ${data.year}, ${data.payer} is allocated ${pounds(pence(data.amount))} of ${data.source}` +
    (minima
      ? `, of it at least ${pounds(pence(minima.socialCare))} for social care and ` +
        `${pounds(pence(minima.outOfHospital))} for NHS-commissioned services outside hospital`
      : '') +
    ` (${data.publication}${data.revises ? `, in place of revision ${data.revises}` : ''}).`,
});

export const REFERENCE_FACTS: readonly Fact<RegisterState>[] = [
  ALLOCATION,
  keeperFact({
    name: 'RuleSetPublished',
    title: 'Record the published rules of a year',
    group: 'published',
    about:
      'The rules of a year as published: whether a plan is needed, uplifts, the lists that plan lines are described by, due dates and conditions; in place of those shipped with the ledger.',
    input: z.strictObject({
      effective: Effective,
      year: Year,
      planNeeded: PlanNeeded,
      uplifts: z
        .array(z.strictObject({ of: UpliftOf, percent: Percent }).meta({ title: 'Uplift' }))
        .refine((list) => onceEach(list, (each) => each.of), { error: 'must give each uplift once' })
        .meta({
          title: 'Uplifts',
          description: 'By how much the minima rise in the year.',
          maxItems: Object.keys(UPLIFTS_OF).length,
        }),
      schemeTypes: codedList(Coded).meta({ title: 'Scheme types', description: 'The types that a scheme can be of.' }),
      areasOfSpend: codedList({
        ...Coded,
        counts: oneOf(COUNTED_BY).meta({
          title: 'Counts',
          description: 'Which minimum test counts what is spent in the area.',
        }),
      }).meta({ title: 'Areas of spend', description: 'The areas that a scheme can spend in.' }),
      providers: codedList(Coded).meta({ title: 'Providers', description: 'The kinds of provider that there are.' }),
      dueDates: z
        .array(z.strictObject({ what: Unpublished, day: DeadlineDay }).meta({ title: 'Deadline' }))
        .max(100)
        .meta({ title: 'Deadlines', description: 'What is due in the year, and by which day.' }),
      conditions: z
        .array(words(500).meta({ title: 'Condition' }))
        .max(50)
        .meta({ title: 'National conditions', description: 'The conditions that a plan must meet.' }),
      publication: Publication,
      revises: revises('RuleSetPublished'),
    }),
    roles: ADMINISTER,
    wayBack: 'Publish a revision of it.',
    check: (data, state: RegisterState, context) =>
      calledTheSame(data.schemeTypes, context) ??
      calledTheSame(data.areasOfSpend, context) ??
      calledTheSame(data.providers, context) ??
      follows(state.reference.ruleSets.get(data.year), `the rules of ${data.year}`, data),
    evolve(state, data, { revision, metadata }) {
      const { ruleSets } = state.reference;
      put(ruleSets, data.year, [...(ruleSets.get(data.year) ?? []), { revision, data, evidence: metadata.evidence }]);
    },
    sentence: (data) =>
      `The rules of ${data.year} were published (${data.publication}${data.revises ? `, in place of revision ${data.revises}` : ''}): ` +
      `${data.planNeeded ? 'a plan is needed' : 'no plan is needed'}; types of scheme: ${data.schemeTypes.length}, ` +
      `areas of spend: ${data.areasOfSpend.length}, due dates: ${data.dueDates.length}.`,
  }),
];
