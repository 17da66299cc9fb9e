import { z } from 'zod';
import { oneOf } from '../../../domain/grammar/asked.js';
import { clampedTo, financialYear, londonDay, type Day, type Instant } from '../../../domain/calendar.js';
import { GRANT_SERIES } from '../../../domain/reference/grant-series.js';
import { NATIONAL_TOTALS } from '../../../domain/reference/national-totals.js';
import { COUNTED_BY, RULE_SETS, UPLIFTS_OF, type Coded as CodedRule } from '../../../domain/reference/rule-sets.js';
import { upliftChecks } from '../../../domain/reference/uplift.js';
import {
  allocationChains,
  inForceAmong,
  rulesOn,
  type RulesInForce,
} from '../../../domain/register/reference-state.js';
import { refuse } from '../../../domain/rules.js';
import { EffectiveDay, Name, SignedMoney } from '../../../domain/values.js';
import { REGISTER_STREAM } from '../../catalogue.js';
import type { Ledger } from '../../ledger.js';
import { knownThen } from '../known.js';
import { AreaAtTwoDates, fixedQuery, fundsOf, inText, Nothing, query, Stamp, Year, type Table } from '../question.js';

/** Published data: allocations and rules at two dates, and the national figures shipped with the ledger. */

const Proven = {
  evidence: z.string(),
  proven: z
    .boolean()
    .meta({ description: 'False if no source proves it. It is then kept as data that can be corrected.' }),
};

interface TwoDates {
  readonly on?: Day | undefined;
  readonly 'known-at'?: Instant | undefined;
}

const AtTwoDates = AreaAtTwoDates.extend({
  on: EffectiveDay.optional().meta({
    description:
      'The effective day, inclusive, in Europe/London. Left out, today; for another year, the nearest day of that year.',
    examples: ['2016-04-01'],
  }),
});

/** The register at two dates, defaults filled in and echoed. */
function registerAt(ledger: Ledger, { on, 'known-at': knownAt }: TwoDates) {
  const { model } = ledger;
  const { now, size, text } = knownThen(ledger, knownAt);
  const today = londonDay(now);
  return {
    reference: model.register().reference,
    /** The day for which the data of a year are asked. */
    dayIn: (year: string): Day => on ?? clampedTo(today, financialYear(year)!),
    upTo: model.knownRevision(REGISTER_STREAM, size),
    stamp: { on: on ?? today, ...text },
  };
}

/** Whether the ledger has anything about an area: a fund, its disputes, or published data. */
const isArea = (ledger: Ledger, area: string): boolean =>
  ledger.model.area(area) !== undefined ||
  fundsOf(ledger, area).length > 0 ||
  allocationChains(ledger.model.register().reference, { area }).length > 0;

export const allocations = query({
  name: 'allocations',
  path: '/reference/allocations',
  about:
    'What each payer must pool, by area and year, as published: in force on a day, as known at an instant, with the minima of the NHS contribution.',
  params: Nothing,
  options: AtTwoDates.extend({
    area: Name.optional().meta({ description: 'Only allocations of this area.', examples: ['norfolk'] }),
    year: Year.optional().meta({ description: 'Only allocations of this financial year.' }),
  }),
  answer: z.object({
    ...Stamp,
    allocations: z.array(
      z.object({
        area: z.string(),
        year: z.string(),
        payer: z.string(),
        source: z.string(),
        amount: SignedMoney,
        minima: z.object({ socialCare: SignedMoney, outOfHospital: SignedMoney }).nullable(),
        effective: z.string(),
        publication: z.string(),
        revision: z.string(),
        revises: z.string().nullable(),
        evidence: z.array(z.string()),
      }),
    ),
  }),
  async run(ledger, asked) {
    const { reference, dayIn, upTo, stamp } = registerAt(ledger, asked);
    const { area } = asked;
    if (area !== undefined && !isArea(ledger, area))
      return refuse('area_unknown', `The ledger has nothing of ${area}.`);
    return {
      ...stamp,
      allocations: allocationChains(reference, asked)
        .flatMap((chain) => inForceAmong([chain], dayIn(chain[0]!.data.year), upTo))
        .map(({ data, revision, evidence }) => ({
          ...data,
          minima: data.minima ?? null,
          revises: data.revises ?? null,
          revision: String(revision),
          evidence: evidence.map((each) => each.reference),
        })),
    };
  },
  table: (answer) => ({
    columns: ['area', 'year', 'payer', 'source', 'amount', 'social care', 'outside hospital', 'from', 'publication'],
    rows: answer.allocations.map((each) => [
      each.area,
      each.year,
      each.payer,
      each.source,
      each.amount,
      each.minima?.socialCare ?? '',
      each.minima?.outOfHospital ?? '',
      each.effective,
      each.publication,
    ]),
  }),
});

const Coded = {
  code: z.string(),
  name: z.string(),
  wordings: z
    .array(z.object({ wording: z.string(), ...Proven }))
    .meta({ description: 'Other names that the year’s templates have for it. Each is accepted in its place.' }),
};

const RuleSetText = z.object({
  year: z.string(),
  rulesOf: z.string().meta({
    description: 'The year to which the rules belong. It is another year if no rules are known for this one.',
  }),
  published: z
    .string()
    .nullable()
    .meta({ description: 'The revision of the register; null for rules shipped with the program.' }),
  planNeeded: z.boolean(),
  uplifts: z.array(z.object({ of: oneOf(UPLIFTS_OF), percent: z.string(), ...Proven })),
  schemeTypes: z.array(z.object(Coded)),
  areasOfSpend: z.array(z.object({ ...Coded, counts: oneOf(COUNTED_BY) })),
  providers: z.array(z.object(Coded)),
  dueDates: z.array(z.object({ what: z.string(), day: z.string(), ...Proven })),
  conditions: z.array(z.object({ words: z.string(), ...Proven })),
  notes: z.array(z.object({ words: z.string(), ...Proven })).meta({
    description: 'What else is known about the rules shipped for the year, and what was searched for and not found.',
  }),
  ...Proven,
});

type RuleSetText = z.output<typeof RuleSetText>;

const withWordings = <Each extends CodedRule>({ wordings = [], ...each }: Each) => ({
  ...each,
  wordings: [...wordings],
});

const ruleSetText = (year: string, rules: RulesInForce): RuleSetText => ({
  year,
  rulesOf: rules.year,
  published: rules.published ? String(rules.published.revision) : null,
  planNeeded: rules.planNeeded,
  uplifts: [...rules.uplifts],
  schemeTypes: rules.schemeTypes.map(withWordings),
  areasOfSpend: rules.areasOfSpend.map(withWordings),
  providers: rules.providers.map(withWordings),
  dueDates: [...rules.dueDates],
  conditions: [...rules.conditions],
  notes: [...rules.notes],
  evidence: rules.evidence,
  proven: rules.proven,
});

const yesNo = (is: boolean): string => (is ? 'yes' : 'no');

export const ruleSets = query({
  name: 'rule-sets',
  path: '/reference/rule-sets',
  about: 'The rules of each year, published or shipped: whether a plan is needed, uplifts and due dates.',
  params: Nothing,
  options: AtTwoDates,
  answer: z.object({ ...Stamp, ruleSets: z.array(RuleSetText) }),
  async run(ledger, asked) {
    const { reference, dayIn, upTo, stamp } = registerAt(ledger, asked);
    const years = [...new Set([...RULE_SETS.map((each) => each.year), ...reference.ruleSets.keys()])].sort();
    return { ...stamp, ruleSets: years.map((year) => ruleSetText(year, rulesOn(reference, year, dayIn(year), upTo))) };
  },
  table: (answer) => ({
    columns: ['year', 'plan needed', 'uplifts', 'due dates', 'published', 'lists proven'],
    rows: answer.ruleSets.map((each) => [
      each.year,
      yesNo(each.planNeeded),
      each.uplifts.map(({ of, percent }) => `${of} ${percent}%`).join('; '),
      each.dueDates.map(({ what, day }) => `${what} ${day}`).join('; '),
      each.published ?? '',
      yesNo(each.proven),
    ]),
  }),
});

const ruleSetTable = ({ ruleSet }: { readonly ruleSet: RuleSetText }): Table => {
  const proof = (each: { readonly evidence: string; readonly proven: boolean }) => [each.evidence, yesNo(each.proven)];
  const list = (what: string, all: RuleSetText['providers']) =>
    all.flatMap(({ code, name, wordings }) => [
      [what, code, name, ...proof(ruleSet)],
      ...wordings.map((each) => [`${what}, as a template words it`, code, each.wording, ...proof(each)]),
    ]);
  return {
    columns: ['what', 'code', 'value', 'evidence', 'proven'],
    rows: [
      ['plan needed', '', yesNo(ruleSet.planNeeded), ...proof(ruleSet)],
      ...ruleSet.uplifts.map((each) => ['uplift', each.of, `${each.percent}%`, ...proof(each)]),
      ...ruleSet.dueDates.map((each) => ['due date', '', `${each.what}: ${each.day}`, ...proof(each)]),
      ...ruleSet.conditions.map((each) => ['condition', '', each.words, ...proof(each)]),
      ...ruleSet.notes.map((each) => ['beside', '', each.words, ...proof(each)]),
      ...list('type of scheme', ruleSet.schemeTypes),
      ...list('area of spend', ruleSet.areasOfSpend),
      ...list('provider', ruleSet.providers),
    ],
  };
};

export const ruleSet = query({
  name: 'rule-set',
  path: '/reference/rule-sets/{year}',
  about: 'The rules of one year with all their lists, each with its evidence and whether it is proven.',
  params: z.strictObject({ year: Year.meta({ description: 'The financial year.' }) }),
  options: AtTwoDates,
  answer: z.object({ ...Stamp, ruleSet: RuleSetText }),
  async run(ledger, asked) {
    const { reference, dayIn, upTo, stamp } = registerAt(ledger, asked);
    return { ...stamp, ruleSet: ruleSetText(asked.year, rulesOn(reference, asked.year, dayIn(asked.year), upTo)) };
  },
  table: ruleSetTable,
});

export const nationalTotals = fixedQuery({
  name: 'national-totals',
  path: '/reference/national-totals',
  about:
    'The Better Care Fund of England by year, each figure with its evidence. A figure that was not found is left out.',
  answer: z.object({
    totals: z.array(
      z.object({ year: z.string(), figure: z.string(), name: z.string(), amount: SignedMoney.nullable(), ...Proven }),
    ),
    uplifted: z
      .array(
        z.object({
          year: z.string(),
          percent: z.string(),
          from: SignedMoney,
          amount: SignedMoney,
          stated: SignedMoney,
        }),
      )
      .meta({
        description:
          'The check of the minimum contribution: last year’s with the year’s uplift, to the penny, compared with the published one.',
      }),
  }),
  says: () => ({
    totals: [...NATIONAL_TOTALS],
    uplifted: upliftChecks().map(({ year, percent, ...sums }) => ({ year, percent, ...inText(sums) })),
  }),
  table: (answer) => ({
    columns: ['year', 'figure', 'amount', 'evidence', 'proven'],
    rows: answer.totals.map((each) => [each.year, each.name, each.amount ?? '', each.evidence, yesNo(each.proven)]),
  }),
});

export const grantSeries = fixedQuery({
  name: 'grant-series',
  path: '/reference/grant-series',
  about: 'Grants of single councils by year, as found in public answers.',
  answer: z.object({
    grants: z.array(
      z.object({
        area: z.string(),
        source: z.string(),
        of: z.string(),
        year: z.string(),
        amount: SignedMoney,
        ...Proven,
      }),
    ),
  }),
  says: () => ({ grants: [...GRANT_SERIES] }),
  table: (answer) => ({
    columns: ['area', 'source', 'of', 'year', 'amount', 'evidence'],
    rows: answer.grants.map((each) => [each.area, each.source, each.of, each.year, each.amount, each.evidence]),
  }),
});
