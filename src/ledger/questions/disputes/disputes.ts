import { z } from 'zod';
import {
  caseRow,
  disputeRegister,
  GROUPINGS,
  registerNumbers,
  STATUSES,
  type CaseRow,
} from '../../../../projections/dispute-register.js';
import { outcomes } from '../../../../projections/outcomes.js';
import { treatmentsOfCase, type ConfirmedTreatment } from '../../../../projections/accounting-classes.js';
import { NOT_IN_DISPUTE } from '../../../../projections/claims.js';
import { financialYear, instantOf, isWithin } from '../../../domain/calendar.js';
import { CLAIM_SUMS, asAt, cellsOf, intervalsOf, sumsOf, type Sums } from '../../../domain/dispute/claim.js';
import { CaseReference } from '../../../domain/dispute/cases.js';
import { owedOn } from '../../../domain/dispute/owed.js';
import { listed } from '../../../domain/grammar/asked.js';
import { DISPUTE_KINDS } from '../../../domain/dispute/reference.js';
import { entriesKnown } from '../../../domain/dispute/state.js';
import { inPercent, moneyText, shareInWords, WHOLE_BASIS_POINTS, type Pence } from '../../../domain/money.js';
import { byText } from '../../../domain/order.js';
import { refuse, Refusal } from '../../../domain/rules.js';
import { Name, Share, SignedMoney } from '../../../domain/values.js';
import type { ClaimsTold } from '../../memory/claims-told.js';
import type { Ledger } from '../../ledger.js';
import {
  AreaAtTwoDates,
  inText,
  LimitOption,
  NextPage,
  nameOf,
  notInArea,
  OfArea,
  Overdue,
  query,
  Stamp,
  disputesAtDates,
  Year,
  type DisputesAtDates,
} from '../question.js';
import { cursor } from '../pages.js';
import { disclosureOf, openClaimsTold, releasesFor } from './claims.js';
import { DisputesText, Repayable } from './disputes-text.js';

/** The disputes of an area: totals for all who act for its partners, and single cases for those who act in person. */

export const SumsText = {
  claimed: SignedMoney,
  agreed: SignedMoney,
  abandoned: SignedMoney,
  open: SignedMoney,
  repayable: SignedMoney.meta(Repayable),
};

export const sumsInText = ({ claimed, agreed, abandoned, open, repayable }: Sums) =>
  inText({ claimed, agreed, abandoned, open, repayable });

/**
 * The register in numbers for askers who may not see cases. They see sums for a year between two bodies, and totals of
 * these. Other breakdowns are only for those who see cases, because two of them together could reveal a single case.
 */
function disputesTold(ledger: Ledger, at: DisputesAtDates, told: ClaimsTold) {
  const claims = openClaimsTold(told.cells);
  const groups = told.groups.toSorted(
    (a, b) => GROUPINGS.indexOf(a.by) - GROUPINGS.indexOf(b.by) || byText(a.group, b.group),
  );
  const ofStatus = groups.filter(({ by }) => by === 'status');
  return {
    ...disclosureOf(told),
    cases: ofStatus.reduce((sum, { cases }) => sum + cases, 0),
    openCases: ofStatus.find(({ group }) => group === 'open')?.cases ?? 0,
    overdue: told.overdue,
    ...sumsInText(sumsOf(told.cells)),
    groups: groups.map((group) => ({ ...group, overdue: null, open: null })),
    partners: at.partners.map((partner) => ({
      partner,
      name: nameOf(ledger, partner),
      ...inText(claims.byPartner.get(partner) ?? NOT_IN_DISPUTE),
      settled: null,
      refunded: null,
      writtenOff: null,
    })),
  };
}

const WITHHELD = 'withheld';

export const disputes = query({
  name: 'disputes',
  path: '/areas/{area}/disputes',
  about:
    'The dispute register in numbers: open claims by status, kind, stage, age, value and body, deadlines overdue, and what was settled, paid and written off.',
  params: OfArea,
  options: AreaAtTwoDates,
  answer: DisputesText,
  async run(ledger, asked, seeing) {
    const at = disputesAtDates(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    const knownAt = instantOf(at.stamp.knownAt)!;
    const released = await releasesFor(ledger, asked.area, knownAt, seeing);
    if (released) return { area: asked.area, ...at.stamp, ...disputesTold(ledger, at, released.at(knownAt)) };
    const { cases, openCases, overdue, groups, claims, ...sums } = registerNumbers(at);
    const moved = (measure: 'settled' | 'refunded' | 'writtenOff', holder: string): Pence =>
      at.balances.balance({ measure, holder, source: 'CLAIM', term: 'one-off', detail: '' });
    return {
      area: asked.area,
      ...at.stamp,
      cases,
      openCases,
      overdue,
      ...sumsInText(sums),
      groups: groups.map((group) => ({ ...group, open: moneyText(group.open) })),
      partners: at.partners.map((partner) => ({
        partner,
        name: nameOf(ledger, partner),
        ...inText({
          ...(claims.byPartner.get(partner) ?? NOT_IN_DISPUTE),
          settled: moved('settled', partner),
          refunded: moved('refunded', partner),
          writtenOff: moved('writtenOff', partner),
        }),
      })),
    };
  },
  sums: 'among',
  table: ({ cases, openCases, overdue, groups, partners, ...sums }) => ({
    columns: ['by', 'group', 'cases', 'overdue', 'open', 'what', 'amount'],
    rows: [
      ['all', 'raised', String(cases), '', '', '', ''],
      ['all', 'open', String(openCases), String(overdue), sums.open, '', ''],
      ...CLAIM_SUMS.map((name) => ['all', '', '', '', '', name, sums[name]]),
      ...groups.map((each) => [
        each.by,
        each.group,
        String(each.cases),
        String(each.overdue ?? WITHHELD),
        each.open ?? WITHHELD,
        '',
        '',
      ]),
      ...partners.flatMap((each) =>
        (['claimedBy', 'claimedAgainst', 'settled', 'refunded', 'writtenOff'] as const)
          .filter((name) => each[name] !== '0.00')
          .map((name) => ['partner', each.name, '', '', '', name, each[name] ?? WITHHELD]),
      ),
    ],
  }),
});

const CaseText = z.object({
  case: z.string(),
  kind: z.string(),
  ground: z.string(),
  status: z.enum(STATUSES),
  claimant: z.string(),
  respondent: z.string(),
  raisedOn: z.string(),
  age: z.int().meta({ description: 'Days since it was raised.' }),
  stage: z.string().nullable(),
  dueBy: z.string().nullable().meta({ description: 'The last day of the stage, inclusive.' }),
  overdue: z.boolean(),
  ...SumsText,
});

const caseText = ({ stage, dueBy, ...row }: CaseRow): z.input<typeof CaseText> => ({
  ...row,
  stage: stage ?? null,
  dueBy: dueBy ?? null,
  ...sumsInText(row),
});

/** The order of the cases: by the day of raising, then by reference. */
const byRaising = (a: CaseRow, b: CaseRow): number => byText(a.raisedOn, b.raisedOn) || byText(a.case, b.case);

const CASE_COLUMNS = [
  'case',
  'kind',
  'status',
  'claimant',
  'respondent',
  'raisedOn',
  'age',
  'stage',
  'dueBy',
  'overdue',
  ...CLAIM_SUMS,
] as const;

const caseCells = (each: z.output<typeof CaseText>): string[] =>
  CASE_COLUMNS.map((name) =>
    typeof each[name] === 'boolean' ? (each[name] ? 'overdue' : '') : String(each[name] ?? ''),
  );

/** Refuses a stage that no protocol of the area has and that no case is at. */
const stageUnknown = (
  { area, state }: DisputesAtDates,
  stage: string | undefined,
  rows: readonly CaseRow[],
): Refusal | undefined =>
  stage === undefined ||
  rows.some((row) => row.stage === stage) ||
  state.protocols.some(({ data }) => data.stages.some((each) => each.stage === stage))
    ? undefined
    : refuse('name_unknown', `No protocol of ${area} has a stage "${stage}".`);

export const disputeCases = query({
  name: 'dispute-cases',
  path: '/areas/{area}/disputes/cases',
  about:
    'The dispute register case by case, in the order in which they were raised: stage, deadline, and what is claimed, agreed, abandoned and open.',
  params: OfArea,
  options: AreaAtTwoDates.extend({
    status: z
      .enum([...STATUSES, 'all'])
      .default('open')
      .meta({ description: 'Only cases in this state; left out, open ones.' }),
    kind: listed(DISPUTE_KINDS).optional().meta({ description: 'Only cases of this kind.' }),
    stage: Name.optional().meta({ description: 'Only cases at this stage of a protocol of the area.' }),
    partner: Name.optional().meta({ description: 'Only cases with this partner on either side.' }),
    year: Year.optional().meta({ description: 'Only cases that were raised in this financial year.' }),
    overdue: Overdue.meta({ description: 'Only cases past the deadline of their stage.' }),
    after: cursor(CaseReference).optional(),
    limit: LimitOption,
  }),
  answer: z.object({
    area: z.string(),
    ...Stamp,
    count: z.int().meta({ description: 'How many cases fit, on all pages.' }),
    ...SumsText,
    cases: z.array(CaseText),
    next: NextPage,
  }),
  cases: true,
  async run(ledger, asked) {
    const at = disputesAtDates(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    const { status, kind, stage, partner, year, overdue, after, limit } = asked;
    const fits = (row: CaseRow): boolean =>
      (status === 'all' || row.status === status) &&
      (kind === undefined || row.kind === kind) &&
      (stage === undefined || row.stage === stage) &&
      (partner === undefined || row.claimant === partner || row.respondent === partner) &&
      (year === undefined || isWithin(row.raisedOn, financialYear(year)!)) &&
      (overdue === 'false' || row.overdue);
    const all = disputeRegister(at);
    const unknown =
      notInArea(at, partner, (of) => all.some((row) => row.claimant === of || row.respondent === of)) ??
      stageUnknown(at, stage, all);
    if (unknown) return unknown;
    // The cursor is looked for among all cases, because its case may have stopped matching the filter since the page
    // before.
    const cursor = all.find((row) => row.case === after);
    if (after !== undefined && !cursor) {
      return refuse(
        'reference_unknown',
        `The register of disputes of ${asked.area} had no case ${after} on ${at.on}, as known then.`,
      );
    }
    const rows = all.filter(fits).sort(byRaising);
    const left = cursor ? rows.filter((row) => byRaising(row, cursor) > 0) : rows;
    const page = left.slice(0, limit);
    return {
      area: asked.area,
      ...at.stamp,
      count: rows.length,
      ...sumsInText(sumsOf(rows)),
      cases: page.map(caseText),
      next: left.length > limit ? page.at(-1)!.case : null,
    };
  },
  sums: 'apart',
  table: (answer) => ({
    columns: CASE_COLUMNS,
    rows: answer.cases.map(caseCells),
    totals: [
      CASE_COLUMNS.map((name) =>
        name === 'case' ? `Total of ${answer.count}` : name in SumsText ? answer[name as keyof Sums] : '',
      ),
    ],
  }),
});

const OfCase = OfArea.extend({ case: CaseReference.meta({ description: 'The case, by its reference.' }) });

export const TreatmentText = z.object({
  case: z.string(),
  partner: z.string(),
  part: z.string(),
  proposed: z.string().meta({ description: 'The class that the rule proposes.' }),
  confirmed: z
    .string()
    .nullable()
    .meta({ description: 'The class that an officer of the partner has confirmed for this sum.' }),
  confirmedEarlier: z
    .object({ class: z.string(), amount: SignedMoney })
    .nullable()
    .meta({ description: 'The class confirmed last, and its sum, if the sum has changed since.' }),
  amount: SignedMoney,
});

export const treatmentText = ({
  amount,
  confirmed,
  confirmedEarlier,
  ...each
}: ConfirmedTreatment): z.input<typeof TreatmentText> => ({
  ...each,
  confirmed: confirmed ?? null,
  confirmedEarlier: confirmedEarlier
    ? { class: confirmedEarlier.class, amount: moneyText(confirmedEarlier.amount) }
    : null,
  amount: moneyText(amount),
});

export const disputeCase = query({
  name: 'dispute-case',
  path: '/areas/{area}/disputes/cases/{case}',
  about:
    'One case in dispute: its intervals, its claim by financial year, what is owed, its stages, its settlements and its accounting classes.',
  params: OfCase,
  options: AreaAtTwoDates,
  answer: z.object({
    area: z.string(),
    ...Stamp,
    ...CaseText.shape,
    intervals: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        weekly: SignedMoney.meta({
          description:
            'The weekly cost. An invoice is the cost of one day, so its weekly cost is seven times the invoice.',
        }),
        interim: Share.meta({
          description: 'The respondent’s share while the dispute lasts, in basis points or as a fraction.',
        }),
        claimed: Share,
        decided: Share.nullable(),
        claimant: z.string(),
        respondent: z.string(),
        others: z.array(z.object({ partner: z.string(), share: Share, amount: SignedMoney })).meta({
          description:
            'Other bodies that bear a part of the interval’s cost, as decided or, until a decision, as claimed. Their part is not in this claim.',
        }),
      }),
    ),
    years: z.array(z.object({ year: z.string(), claimant: z.string(), respondent: z.string(), ...SumsText })),
    owed: z.object({
      decidedToPay: SignedMoney,
      settledToPay: SignedMoney,
      toWriteOff: SignedMoney,
      paid: SignedMoney,
      writtenOff: SignedMoney,
    }),
    stages: z.array(z.object({ stage: z.string(), entered: z.string(), dueBy: z.string().nullable() })),
    settlements: z.array(z.string()),
    treatments: z.array(TreatmentText),
  }),
  cases: true,
  async run(ledger, asked) {
    const at = disputesAtDates(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    const found = caseRow(at, asked.case);
    if (!found) {
      return refuse(
        'name_unknown',
        `The register of disputes of ${asked.area} had no case ${asked.case} on ${at.on}, as known then.`,
      );
    }
    const { row, terms } = found;
    const { decidedToPay, settledToPay, toWriteOff, paid, writtenOff, settlements } = owedOn(
      at.state,
      asked.case,
      at.on,
      at.upTo,
    )!;
    return {
      area: asked.area,
      ...at.stamp,
      ...caseText(row),
      intervals: intervalsOf(terms, at.on).map(({ decided, weekly, others, ...each }) => ({
        ...each,
        decided: decided ?? null,
        weekly: moneyText(weekly),
        others: others.map((other) => ({ ...other, amount: moneyText(other.amount) })),
      })),
      years: cellsOf(terms, asAt(at.on)).map(({ year, claimant, respondent, ...sums }) => ({
        year,
        claimant,
        respondent,
        ...sumsInText(sums),
      })),
      owed: inText({ decidedToPay, settledToPay, toWriteOff, paid, writtenOff }),
      stages: entriesKnown(at.state.cases.get(asked.case)!, at.upTo)
        .filter(({ step, data }) => step === 'enters-stage' && data.effective <= at.on)
        .map(({ data }) => ({
          stage: data['stage'] as string,
          entered: data.effective,
          dueBy: (data['dueBy'] as string | undefined) ?? null,
        })),
      settlements: [...settlements],
      treatments: treatmentsOfCase(at, asked.case).map(treatmentText),
    };
  },
  sums: 'among',
  table: (answer) => ({
    columns: ['what', 'from', 'to', 'claimant', 'respondent', 'weekly', 'interim', 'share', 'decided', ...CLAIM_SUMS],
    rows: [
      ...answer.intervals.map((each) => [
        'interval',
        each.from,
        each.to,
        each.claimant,
        each.respondent,
        each.weekly,
        shareInWords(each.interim),
        shareInWords(each.claimed),
        each.decided === null ? '' : shareInWords(each.decided),
        ...CLAIM_SUMS.map(() => ''),
      ]),
      ...answer.years.map((each) => [
        each.year,
        '',
        '',
        each.claimant,
        each.respondent,
        '',
        '',
        '',
        '',
        ...CLAIM_SUMS.map((name) => each[name]),
      ]),
      ['Total', '', '', '', '', '', '', '', '', ...CLAIM_SUMS.map((name) => answer[name])],
    ],
  }),
});

const OutcomeText = z.object({
  claimant: z.string(),
  respondent: z.string(),
  share: z.int().meta({ description: 'The respondent’s share, in basis points.' }),
  cases: z.int(),
  cost: SignedMoney.meta({ description: 'The whole cost of the undecided days, which is split.' }),
  claimed: SignedMoney.meta({ description: 'What the claimant claims for those days, beyond what was paid for them.' }),
  due: SignedMoney.meta({
    description:
      'Due to the claimant at this share of the whole cost; negative if the claimant would pay. It exceeds the claim if the share is larger than the one claimed.',
  }),
  moreThanClaimed: z.boolean().meta({ description: 'Whether more would be due than is claimed.' }),
  borneByClaimant: SignedMoney,
  borneByRespondent: SignedMoney,
});

export const disputeOutcomes = query({
  name: 'dispute-outcomes',
  path: '/areas/{area}/disputes/outcomes',
  about:
    'What each possible split of the whole cost of the undecided days would cost each side, for each pair of bodies, compared with what is claimed.',
  params: OfArea,
  options: AreaAtTwoDates.extend({
    step: z.coerce
      .number({ error: 'must be a whole number of basis points' })
      .int({ error: 'must be a whole number of basis points' })
      .min(100, { error: 'must be from 100 to 10000 basis points' })
      .max(WHOLE_BASIS_POINTS, { error: 'must be from 100 to 10000 basis points' })
      .default(1_000)
      .meta({ description: 'The step of the respondent’s share, in basis points; 1000 are ten per cent.' }),
  }),
  answer: z.object({ area: z.string(), ...Stamp, outcomes: z.array(OutcomeText) }),
  cases: true,
  async run(ledger, asked) {
    const at = disputesAtDates(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    return {
      area: asked.area,
      ...at.stamp,
      outcomes: outcomes(at, asked.step).map(({ cost, claimed, due, borneByClaimant, borneByRespondent, ...each }) => ({
        ...each,
        ...inText({ cost, claimed, due, borneByClaimant, borneByRespondent }),
        moreThanClaimed: due > claimed,
      })),
    };
  },
  table: (answer) => ({
    columns: [
      'claimant',
      'respondent',
      'share of the cost',
      'cases',
      'cost',
      'claimed',
      'due',
      'borneByClaimant',
      'borneByRespondent',
      'note',
    ],
    rows: answer.outcomes.map((each) => [
      each.claimant,
      each.respondent,
      inPercent(each.share),
      String(each.cases),
      each.cost,
      each.claimed,
      each.due,
      each.borneByClaimant,
      each.borneByRespondent,
      each.moreThanClaimed ? 'more than is claimed' : '',
    ]),
  }),
});
