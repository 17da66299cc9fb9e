import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { dayInWords, lastDayOfPeriod, type Day, type FinancialYear } from '../../calendar.js';
import { completedFact, fact, type Fact } from '../../grammar/fact.js';
import { approvalOf } from '../plan/plan-years.js';
import { moneyText, NO_MONEY, pounds, signedPence } from '../../money.js';
import { MANAGE } from '../../roles.js';
import { refuse, type Refusal } from '../../rules.js';
import { EffectiveDay, SignedMoney, TOLD } from '../../values.js';
import { booksOn } from '../books.js';
import { returnFigures } from './return-figures.js';
import { opened, type FundState } from '../state.js';
import { field, Note, OnDay, ReplacedReturn, ReturnName, SignOffStatement } from '../../grammar/fields.js';
import { newName, oneOf, suggesting } from '../../grammar/asked.js';

/**
 * Returns: what a fund reported, as known when it was filed, with a digest. A return never changes; what is learnt
 * later is shown beside it as an adjustment of a prior period. Source: docs/sources.md, Plan year; Acts and
 * corrections.
 */

/**
 * The last periods of what each kind of return reports: the improved Better Care Fund had a return of each quarter
 * (docs/sources.md, Plan year).
 */
const RETURN_KINDS = {
  'quarter-1': [3],
  'quarter-2': [6],
  'quarter-3': [9],
  'quarter-4': [12],
  'year-end': [12],
  ibcf: [3, 6, 9, 12],
} as const satisfies Record<string, readonly number[]>;

type ReturnKind = keyof typeof RETURN_KINDS;

const RETURN_WORDS: Readonly<Record<ReturnKind, string>> = {
  'quarter-1': 'Quarter 1',
  'quarter-2': 'Quarter 2',
  'quarter-3': 'Quarter 3',
  'quarter-4': 'Quarter 4',
  'year-end': 'Year end',
  ibcf: 'Improved Better Care Fund, of a quarter',
};

export const ReturnFigureText = z.strictObject({
  section: z.enum(['income', 'spending', 'total']),
  source: z.string(),
  line: z.string(),
  figure: z.string(),
  amount: SignedMoney,
});

const input = {
  effective: suggesting({ day: 'today' }, EffectiveDay).meta({ description: 'The day on which it was filed.' }),
  return: newName(ReturnName, ['kind', 'on']),
  kind: oneOf(RETURN_WORDS).meta({ title: 'Kind of return', description: 'Which return it is.' }),
  on: OnDay.meta({ title: 'Cut-off', description: 'The cut-off: the last day that it reports, inclusive.' }),
  replaces: ReplacedReturn.optional().meta({
    description: 'The return of the same kind and cut-off that it takes the place of.',
  }),
  nil: field(
    z.boolean().meta({ [TOLD]: ['There is something', 'Nothing to report'] }),
    'Nil return',
    'Whether it says that there is nothing to report: every figure of it is nothing.',
  ).optional(),
  note: Note.optional(),
};

const cutOffs = (year: FinancialYear, kind: ReturnKind): Day[] =>
  RETURN_KINDS[kind].map((period) => lastDayOfPeriod(year, period));

/** A second return of one kind and cut-off says which it replaces: the one that stands. */
function replacesRightly(
  { kind, on, replaces }: { kind: ReturnKind; on: Day; replaces?: string | undefined },
  { returns }: FundState,
): Refusal | undefined {
  const standing = [...returns].find(
    ([, each]) => each.kind === kind && each.on === on && each.replacedBy === undefined,
  )?.[0];
  if (standing === replaces) return undefined;
  const stands = standing === undefined ? 'none stands' : `"${standing}" stands`;
  return refuse(
    'return_stands',
    `Of the returns for ${kind} as at ${dayInWords(on)}, ${stands}; this would replace ${replaces === undefined ? 'none' : `"${replaces}"`}.`,
  );
}

export const RETURN_FACTS: readonly Fact<FundState>[] = [
  completedFact({
    name: 'ReturnSubmitted',
    title: 'File a return',
    group: 'periods',
    keptAs: 'return',
    freshSignIn: true,
    about:
      'A return was filed: the decision records the figures as they stand at the cut-off, with their digest, and they never change.',
    input: z.strictObject(input),
    pages: [
      ['return', 'kind', 'replaces'],
      ['effective', 'on', 'nil', 'note'],
    ],
    suggests({ kind }, year) {
      const periods = Object.hasOwn(RETURN_KINDS, kind ?? '') ? RETURN_KINDS[kind as ReturnKind] : [];
      return year && periods.length === 1 ? { on: lastDayOfPeriod(year, periods[0]) } : undefined;
    },
    adds: {
      figures: z
        .array(ReturnFigureText)
        .meta({ description: 'The figures as they stood at the cut-off, each one line.' }),
      claimsKnownTo: z.string().nullable().meta({
        description:
          'The last revision of the area’s disputes that open claims were counted from; null where there are none.',
      }),
      digest: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .meta({
          description: 'SHA-256 over the canonical JSON of the fund, kind, cut-off, figures and claimsKnownTo.',
        }),
    },
    signature: 'none',
    roles: MANAGE,
    effective: 'any-day',
    inClosedPeriods: true,
    reversible: false,
    wayBack: 'What was filed stays as filed; file another that replaces it.',
    holdsClaims: true,
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [] }),
    recordsAnswer: ({ on }) => ({ question: 'return-figures', on }),
    complete(data, state: FundState, { openClaims, digest }) {
      const { area, year } = opened(state);
      const claims = openClaims(area, year, data.on);
      const figures = returnFigures(booksOn(state.books, data.on), claims.open).map((each) => ({
        ...each,
        amount: moneyText(each.amount),
      }));
      const claimsKnownTo = claims.revision < 0 ? null : String(claims.revision);
      return {
        ...data,
        figures,
        claimsKnownTo,
        digest: digest(sealed({ fund: `${area}-${year.label}`, ...data, figures, claimsKnownTo })),
      };
    },
    check(data, state: FundState, { today }) {
      const days = cutOffs(opened(state).year, data.kind);
      if (!days.includes(data.on)) {
        return refuse(
          'return_day_wrong',
          `A return for ${data.kind} is as at ${days.map(dayInWords).join(', or ')}; this is as at ${dayInWords(data.on)}.`,
        );
      }
      if (data.effective < data.on) {
        return refuse(
          'return_day_wrong',
          `It would be filed on ${dayInWords(data.effective)}, before its cut-off, ${dayInWords(data.on)}.`,
        );
      }
      if (data.effective > today) {
        return refuse(
          'in_the_future',
          `It would be filed on ${dayInWords(data.effective)}; today is ${dayInWords(today)}.`,
        );
      }
      const something = data.figures.find(({ amount }) => amount !== moneyText(NO_MONEY));
      if (data.nil && something) {
        return refuse(
          'not_nothing',
          `As at ${dayInWords(data.on)}, ${something.figure} of ${something.source || 'the fund'} is ${pounds(signedPence(something.amount))}.`,
        );
      }
      return state.returns.has(data.return)
        ? refuse('identifier_used', `"${data.return}" already names a return of this fund.`)
        : replacesRightly(data, state);
    },
    evolve({ returns }, data, { metadata }) {
      const before = data.replaces === undefined ? undefined : returns.get(data.replaces)!;
      if (before) put(returns, data.replaces!, { ...before, replacedBy: data.return });
      put(returns, data.return, {
        kind: data.kind,
        on: data.on,
        replacedBy: undefined,
        by: metadata.officer,
        approved: false,
      });
    },
    sentence: (data) =>
      `The return "${data.return}" (${data.kind}) was filed as at ${dayInWords(data.on)}${data.replaces ? `, in place of "${data.replaces}"` : ''}${data.nil ? ', with nothing to report' : ''}.`,
  }),
  fact({
    name: 'ReturnApproved',
    title: 'Approve a filed return',
    group: 'periods',
    keptAs: 'return-approval',
    freshSignIn: true,
    about:
      'Whoever the year asks approves a return that was filed: another person than filed it. The return is named, and never changes; the approval holds no figure of it.',
    input: z.strictObject({
      effective: suggesting({ day: 'today' }, EffectiveDay).meta({ description: 'The day of the approval.' }),
      return: ReturnName,
      statement: SignOffStatement,
    }),
    signature: 'none',
    roles: ['board'],
    effective: 'any-day',
    happened: ({ effective }) => effective,
    inClosedPeriods: true,
    reversible: false,
    wayBack: 'What was approved stays approved; file a return that replaces it.',
    sides(_data, state: FundState) {
      const { host, year } = opened(state);
      const asked = approvalOf(year.label);
      return { acts: [host], signs: [], ...(asked && { only: { roles: [asked.role], who: asked.who } }) };
    },
    check(data, state: FundState, { officer }) {
      const { label } = opened(state).year;
      if (!approvalOf(label)) {
        return refuse('capacity_not_asked', `${label} asks nobody to approve a return that was filed.`);
      }
      const filed = state.returns.get(data.return);
      if (!filed) return refuse('reference_unknown', `No return "${data.return}" has been filed here.`);
      if (filed.replacedBy !== undefined) {
        return refuse('return_stands', `"${data.return}" was replaced by "${filed.replacedBy}", which stands.`);
      }
      if (filed.approved) return refuse('nothing_to_change', `"${data.return}" has been approved already.`);
      if (data.effective < filed.on) {
        return refuse(
          'before_it_began',
          `"${data.return}" is as at ${dayInWords(filed.on)}; it would be approved on ${dayInWords(data.effective)}.`,
        );
      }
      return filed.by === officer
        ? refuse('same_officer', `${officer} filed "${data.return}"; another officer approves it.`)
        : undefined;
    },
    evolve({ returns }, data) {
      put(returns, data.return, { ...returns.get(data.return)!, approved: true });
    },
    sentence: (data) => `The return "${data.return}" was approved: ${data.statement}`,
  }),
];

/** What the digest of a return is taken over: anyone can work it out again. */
export const sealed = (of: {
  readonly fund: string;
  readonly kind: string;
  readonly on: string;
  readonly figures: readonly unknown[];
  readonly claimsKnownTo: string | null;
}): unknown => ({
  fund: of.fund,
  kind: of.kind,
  on: of.on,
  figures: of.figures,
  claimsKnownTo: of.claimsKnownTo,
});
