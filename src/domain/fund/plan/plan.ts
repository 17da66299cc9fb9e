import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { financialYear } from '../../calendar.js';
import { completedFact, recast, fact, type Fact } from '../../grammar/fact.js';
import {
  exactly,
  largest,
  minus,
  moneyText,
  negated,
  NO_MONEY,
  pounds,
  signedPence,
  total,
  WHOLE_BASIS_POINTS,
  type Pence,
} from '../../money.js';
import { followedByWords, followedNote, leftOut, type NextYear } from '../../grammar/next-year.js';
import { inForce, ofKind } from '../../grammar/remembered.js';
import { posted, seriesOn } from '../../postings.js';
import { MANAGE } from '../../roles.js';
import { refuse, Refusal } from '../../rules.js';
import { LINE_CATEGORIES, lineCategoryOf, type FundingSource } from '../../sources.js';
import { SignedAmount } from '../../values.js';
import { CARRY_IN, kindOfSource } from '../money/carried-in.js';
import { changedNotes, endsWithItsYear } from '../next-year.js';
import { Scheme, schemeFits } from './scheme.js';
import { inOrder, nameIsFree, notBefore, partnerIsIn, sourceFits } from '../checks.js';
import { itemOf, opened, planAccount, seriesOf, standsAt, type FundState, type Line } from '../state.js';
import {
  AmountChange,
  Effective,
  Department,
  Lead,
  LineAmount,
  LineCategory,
  LineDescription,
  LineName,
  LineStandsAt,
  LineStood,
  Reason,
  Recurrent,
  ReprofileName,
  Source,
} from '../../grammar/fields.js';
import { newName } from '../../grammar/asked.js';

/**
 * The spending plan: lines that say what the fund requires, from which source, for how long, and by which scheme, who
 * commissions it and who provides it.
 */

/**
 * The sign that converts the written sum of a line into its requirement: a saving is written as a positive sum, a fall
 * is written as it counts.
 */
const signOf = ({ effect, falls = false }: Partial<Pick<Line, 'falls'>> & Pick<Line, 'effect'>): 1 | -1 =>
  effect === 'adds' || falls ? 1 : -1;

/** The written sum is negative only if the line is negative. */
const keepsSign = (name: string, { falls }: Pick<Line, 'falls'>, now: Pence): Refusal | undefined =>
  now !== NO_MONEY && now < 0 !== falls
    ? refuse(
        'line_keeps_sign',
        falls
          ? `"${name}" takes out of the plan, and is below zero; it would stand at ${pounds(now)}.`
          : `"${name}" is not below zero; it would stand at ${pounds(now)}.`,
      )
    : undefined;

/** What a line below zero does, for whoever reads of it. */
const takenOut = (amount: Pence): string =>
  amount < 0 ? ` It takes ${pounds(negated(amount))} out of the plan, and as much off the gap.` : '';

/** Half of a move of money between two years; the other half is a revision of the same name in the other year’s fund. */
const Reprofile = z
  .strictObject({
    name: ReprofileName,
    otherYear: z
      .string()
      .refine((label) => financialYear(label) !== undefined, { error: 'must be a financial year such as "2016-17"' })
      .meta({ title: 'Other year', description: 'The financial year that holds the other half.' }),
  })
  .optional()
  .meta({
    title: 'Reprofiling',
    description: 'The name of a reprofiling between two years, which the revision in the other year’s fund gives too.',
  });
const byHost = (_data: unknown, state: FundState) => ({ acts: [opened(state).host], signs: [] });

const virement = { effective: Effective, reason: Reason };
const Change = SignedAmount.refine((text) => text !== '0.00', { error: 'must not be 0.00' }).meta({
  title: 'Change',
  description: 'By how much the line changes; negative where it gives money.',
});
const SchemeField = Scheme.meta({ title: 'Scheme', description: 'The dimensions of the national template.' });
const NAMED_ONCE = [
  (moves: readonly { readonly line: string }[]) => new Set(moves.map((each) => each.line)).size === moves.length,
  { error: 'must name each line once' },
] as const;
const description = {
  effective: Effective,
  line: LineName,
  scheme: SchemeField,
  department: Department.optional(),
  reason: Reason,
};

const commissionedBy = ({ commissioner: { nhs } }: Scheme): string =>
  nhs === WHOLE_BASIS_POINTS
    ? 'NHS-commissioned'
    : nhs === 0
      ? 'council-commissioned'
      : `commissioned jointly, ${typeof nhs === 'number' ? `${nhs / 100}%` : nhs} NHS`;

const Moved = { line: LineName, change: Change };

const movesOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .array(z.strictObject(shape).meta({ title: 'Line' }))
    .min(2, { error: 'must move money between two lines at least' })
    .max(100);

/** How a line is described on the last day of its year, for the next: a scheme is new in one year only. */
function describedFor(
  { line, scheme, department, lead }: DescribedLine,
  { tested }: Pick<FundState, 'tested'>,
  { ends, year, register, followers }: NextYear,
) {
  const described = inForce(ofKind(tested.facts, 'description'), { on: ends }, 'by-day').filter(
    ({ data }) => data['line'] === line,
  );
  const last =
    (described.findLast(({ data }) => data['scheme'] !== undefined)?.data['scheme'] as Scheme | undefined) ?? scheme;
  const misfit = last && schemeFits(last, register, year.label, year.first);
  const whose = described.findLast(({ data }) => data['department'] !== undefined)?.data['department'] ?? department;
  const leads = lead === undefined ? [] : followers(lead);
  return {
    fields: {
      ...(whose !== undefined && { department: whose }),
      ...(last && !misfit && { scheme: { ...last, new: false } }),
      ...(leads.length === 1 && { lead: leads[0] }),
    },
    notes: [
      ...(misfit ? [`Describe it again: ${misfit.detail}`] : []),
      ...(leads.length > 1 ? [`Say who leads it: ${followedByWords(lead!, leads)}.`] : []),
      ...(leads.length === 1 ? followedNote(lead!, leads[0]!) : []),
    ],
  };
}

interface DescribedLine {
  readonly line: string;
  readonly scheme?: Scheme | undefined;
  readonly department?: string | undefined;
  readonly lead?: string | undefined;
}

/** The absolute written sum of a line, which an officer’s limit is compared with. Pence. */
const sizeOf = (written: string): Pence => exactly(Math.abs(signedPence(written)));

/** What a plan line gains or loses by a virement, as a change of the requirement. */
const changeOf = ({ change, ...line }: Moving): Pence => exactly(signOf(line) * signedPence(change));

interface Moving extends Pick<Line, 'effect'>, Partial<Pick<Line, 'falls'>> {
  readonly change: string;
}

/**
 * A virement may not turn capital into revenue, or revenue into capital: it is refused if the lines of the one lose in
 * total and the lines of the other gain. A source that may be either can give to both and take from both. Source:
 * docs/sources.md, Money.
 */
function betweenKinds(
  moves: readonly (Moving & { readonly source: string })[],
  kindOf: (source: string) => FundingSource['kind'],
): Refusal | undefined {
  const gain = (kind: FundingSource['kind']): Pence =>
    total(moves.filter(({ source }) => kindOf(source) === kind).map(changeOf));
  const [capital, revenue] = [gain('capital'), gain('revenue')];
  return Math.sign(capital) * Math.sign(revenue) < 0
    ? refuse(
        'capital_and_revenue',
        `Lines paid from capital would change by ${pounds(capital)} and those paid from revenue by ${pounds(revenue)}.`,
      )
    : undefined;
}

/**
 * The budget that a virement moves is half of the absolute sum of its changes, because where a line loses and a saving
 * shrinks by as much, no line gains. Rounded up to the penny if the changes do not balance.
 */
const budgetMoved = (moves: readonly { readonly change: string }[]): Pence =>
  exactly(Math.ceil(total(moves.map(({ change }) => exactly(Math.abs(signedPence(change))))) / 2));

export const PLAN_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'PlanLineSet',
    title: 'Add a plan line',
    group: 'plan',
    keptAs: 'line',
    about:
      'Adds a line to the plan: what is required, from which source, recurrent or one-off. A pressure that is taken out, and funding that ends, is below zero; a line of 0.00 says that nothing is planned.',
    input: z.strictObject({
      effective: Effective,
      line: newName(LineName, ['description']),
      description: LineDescription,
      category: LineCategory,
      source: Source,
      recurrent: Recurrent,
      amount: LineAmount,
      department: Department.optional(),
      scheme: SchemeField.optional(),
      lead: Lead.optional().meta({
        description: 'The partner that commissions it, and may record what it costs beside the host.',
      }),
    }),
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    holdsMinima: true,
    sides: byHost,
    amount: (data) => sizeOf(data.amount),
    check: (data, state: FundState, context) =>
      nameIsFree(state, data.line) ??
      sourceFits(state, data.source, 'line') ??
      (data.lead === undefined ? undefined : partnerIsIn(state, data.lead, data.effective, context)) ??
      (lineCategoryOf(data.category)
        ? undefined
        : refuse(
            'category_unknown',
            `"${data.category}" is not a category; use ${LINE_CATEGORIES.map((each) => each.code).join(', ')}.`,
          )) ??
      (signedPence(data.amount) < 0 && !lineCategoryOf(data.category)!.falls
        ? refuse(
            'line_cannot_fall',
            `"${data.line}" is of the category ${data.category} and would stand at ${pounds(signedPence(data.amount))}.`,
          )
        : undefined) ??
      (data.scheme && schemeFits(data.scheme, context.register, opened(state).year.label, data.effective)),
    postings: (data) =>
      posted({
        ...planAccount(data.line, data),
        item: data.line,
        on: data.effective,
        pence: exactly(signOf(lineCategoryOf(data.category)!) * signedPence(data.amount)),
      }),
    evolve: (state, data) =>
      put(state.items, data.line, {
        kind: 'line',
        source: data.source,
        recurrent: data.recurrent,
        effect: signedPence(data.amount) < 0 ? 'reduces' : lineCategoryOf(data.category)!.effect,
        falls: signedPence(data.amount) < 0,
        began: data.effective,
        lead: data.lead,
      }),
    names: (data) => data.line,
    nextYear(data, state: FundState, next) {
      const { line, description: words, category, source, recurrent } = data;
      // That there is such a line is what the fact says.
      const item = state.items.get(line) as Line;
      const required = seriesOf(state, 'requirement', line);
      const stood = exactly(signOf(item) * seriesOn(required, next.ends));
      const over = endsWithItsYear({ recurrent, source, stood }, next);
      if (over) return over;
      if (source === CARRY_IN)
        return leftOut('It is paid from money that was carried in: plan it once there is some again.');
      const { fields, notes } = describedFor(data, state, next);
      return {
        data: {
          effective: next.year.first,
          line: next.named(line),
          description: words,
          category,
          source,
          recurrent: true,
          amount: moneyText(stood),
          ...fields,
        },
        stood,
        stands: stood,
        notes: [...notes, ...changedNotes(required, item.began, next, signOf(item))],
      };
    },
    sentence: (data) =>
      `Plan line "${data.line}" (${data.description}) was set at ${pounds(signedPence(data.amount))} from ${data.source}, ` +
      `${data.recurrent ? 'recurrent' : 'one-off'}.${takenOut(signedPence(data.amount))}`,
  }),
  recast({
    name: 'PlanLineRevised',
    title: 'Revise a plan line',
    group: 'plan',
    about: 'Changes what a plan line requires from a day on; the amount that stood before is recorded with it.',
    input: z.strictObject({
      effective: Effective,
      line: LineName,
      now: LineStandsAt,
      reason: Reason,
      reprofile: Reprofile,
    }),
    stored: z.strictObject({
      effective: Effective,
      line: LineName,
      now: LineStandsAt,
      reason: Reason,
      reprofile: Reprofile,
      was: LineStood,
      source: Source,
      recurrent: Recurrent,
      change: AmountChange,
    }),
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    holdsMinima: true,
    limits: ['planned'],
    level: 'states',
    restsOn: (data) => data.line,
    sides: byHost,
    amount: (data) => largest(sizeOf(data.now), sizeOf(data.was)),
    complete(data, state: FundState) {
      const line = itemOf(state, 'line', data.line);
      if (line instanceof Refusal) return line;
      const late = inOrder(state, data.line, line.began, data.effective);
      if (late) return late;
      const wrong = keepsSign(data.line, line, signedPence(data.now));
      if (wrong) return wrong;
      const sign = signOf(line);
      const was = exactly(sign * standsAt(state, 'requirement', data.line, data.effective));
      return {
        ...data,
        was: moneyText(was),
        source: line.source,
        recurrent: line.recurrent,
        change: moneyText(exactly(sign * minus(signedPence(data.now), was))),
      };
    },
    check(data, state: FundState) {
      if (data.now === data.was) {
        return refuse(
          'nothing_to_change',
          `"${data.line}" stands at ${pounds(signedPence(data.now))} on that day already.`,
        );
      }
      return data.reprofile?.otherYear === opened(state).year.label
        ? refuse(
            'reprofiled_within',
            `"${data.reprofile.name}" names ${data.reprofile.otherYear}, this fund’s own year.`,
          )
        : undefined;
    },
    postings: (data) =>
      posted({
        ...planAccount(data.line, data),
        item: data.line,
        on: data.effective,
        pence: signedPence(data.change),
      }),
    sentence: (data) =>
      `Plan line "${data.line}" was revised from ${pounds(signedPence(data.was))} to ${pounds(signedPence(data.now))}` +
      `${data.reprofile ? ` (reprofiled with ${data.reprofile.otherYear} as "${data.reprofile.name}")` : ''}: ${data.reason}`,
  }),
  completedFact({
    name: 'PlanLineDescribed',
    title: 'Describe a plan line',
    group: 'plan',
    keptAs: 'description',
    about:
      'Gives a plan line its scheme, area of spend, commissioner and provider from a day on, or changes them; its sum stays.',
    input: z.strictObject(description),
    adds: { source: Source },
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    holdsMinima: true,
    restsOn: (data) => data.line,
    sides: byHost,
    complete(data, state: FundState) {
      const line = itemOf(state, 'line', data.line);
      if (line instanceof Refusal) return line;
      return notBefore(data.line, line.began, data.effective) ?? { ...data, source: line.source };
    },
    check: (data, state: FundState, { register }) =>
      schemeFits(data.scheme, register, opened(state).year.label, data.effective),
    sentence: ({ line, scheme, department, reason }) =>
      `Plan line "${line}" is described as part of "${scheme.scheme}" (${scheme.title}): ${scheme.type}, ` +
      `area ${scheme.areaOfSpend}, ${commissionedBy(scheme)}, provider ${scheme.provider}${department === undefined ? '' : `, department ${department}`}: ${reason}`,
  }),
  recast({
    name: 'BudgetVired',
    title: 'Move budget between plan lines',
    group: 'plan',
    about:
      'Moves budget between plan lines, leaving the requirement as it is, and capital apart from revenue, also where it was carried in; a second officer of the host signs, and the minimum tests still pass.',
    input: z.strictObject({
      ...virement,
      moves: movesOf(Moved)
        .refine(...NAMED_ONCE)
        .meta({ title: 'Moves', description: 'The lines that give and take; together they come to nothing.' }),
    }),
    stored: z.strictObject({
      ...virement,
      moves: movesOf({
        ...Moved,
        was: LineStood,
        source: Source,
        recurrent: Recurrent,
        effect: z.enum(['adds', 'reduces']),
        falls: z.literal(true).optional(),
      }).meta({
        description:
          'Each line with what it stood at before, its source, its term, whether it adds to the requirement, and whether it is below zero.',
      }),
    }),
    signature: 'second-officer',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    holdsMinima: true,
    limits: ['planned'],
    level: 'moves',
    restsOn: (data) => data.moves.map((each) => each.line),
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [opened(state).host] }),
    amount: (data) => budgetMoved(data.moves),
    complete(data, state: FundState) {
      const moves = [];
      for (const each of data.moves) {
        const line = itemOf(state, 'line', each.line);
        if (line instanceof Refusal) return line;
        const late = inOrder(state, each.line, line.began, data.effective);
        if (late) return late;
        const { source, recurrent, effect, falls } = line;
        const was = exactly(signOf(line) * standsAt(state, 'requirement', each.line, data.effective));
        moves.push({ ...each, was: moneyText(was), source, recurrent, effect, ...(falls && { falls }) });
      }
      return { ...data, moves };
    },
    check(data, state: FundState, { fund }) {
      const difference = total(data.moves.map(changeOf));
      return difference === NO_MONEY
        ? betweenKinds(data.moves, (source) => kindOfSource(state, source, data.effective, fund))
        : refuse('virement_not_balanced', `The requirement would change by ${pounds(difference)}.`);
    },
    postings: (data) =>
      data.moves.flatMap((each) =>
        posted({
          ...planAccount(each.line, each),
          item: each.line,
          on: data.effective,
          pence: changeOf(each),
        }),
      ),
    sentence: (data) =>
      `Budget was moved: ${data.moves
        .map((each) => `"${each.line}" ${each.change.startsWith('-') ? '' : '+'}${pounds(signedPence(each.change))}`)
        .join(', ')}: ${data.reason}`,
  }),
];
