import { z } from 'zod';
import {
  caseRow,
  disputeRegister,
  grouped,
  GROUPINGS,
  registerWithClaims,
  STATUSES,
  type CaseRow,
} from '../../../projections/dispute-register.js';
import { outcomes } from '../../../projections/outcomes.js';
import { classTotals, treatments, treatmentsOfCase, type ConfirmedTreatment } from '../../../projections/treatments.js';
import { CLAIM_SUMS, asAt, cellsOf, intervalsOf, sumsOf, WHOLE_SHARE, type Sums } from '../../domain/dispute/claim.js';
import { CaseReference } from '../../domain/dispute/cases.js';
import { owedOn, settlementOn } from '../../domain/dispute/owed.js';
import { codesOf, DISPUTE_KINDS } from '../../domain/dispute/reference.js';
import { standing } from '../../domain/dispute/state.js';
import { minus, moneyText, NO_MONEY, plus, signedPence, type Pence } from '../../domain/money.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { Name, SignedMoney } from '../../domain/values.js';
import type { Ledger } from '../ledger.js';
import {
  AreaAtTwoDates,
  inText,
  LimitOption,
  nameOf,
  OfArea,
  PartnerName,
  query,
  Stamp,
  standingDisputes,
  type StandingDisputes,
} from './query.js';
import { countText, sumText, withheldBy, withoutSmallCounts } from './small-counts.js';

/** The disputes of an area: totals for all who act for its partners, single cases for those who act in person. */

const SumsText = {
  claimed: SignedMoney,
  agreed: SignedMoney,
  abandoned: SignedMoney,
  open: SignedMoney,
};

const sumsInText = ({ claimed, agreed, abandoned, open }: Sums) => inText({ claimed, agreed, abandoned, open });

const Withheld = ' Null where you may see no cases and it, or a number that it would give away, is fewer than five.';
const Count = z
  .int()
  .nullable()
  .meta({ description: `How many cases.${Withheld}` });
const GroupSum = SignedMoney.nullable();
const WithheldSums = { claimed: GroupSum, agreed: GroupSum, abandoned: GroupSum, open: SignedMoney };

const DisputesText = z.object({
  area: z.string(),
  ...Stamp,
  cases: Count,
  openCases: Count,
  overdue: Count,
  ...WithheldSums,
  groups: z.array(z.object({ by: z.enum(GROUPINGS), group: z.string(), cases: Count, overdue: Count, open: GroupSum })),
  partners: z.array(
    z.object({
      ...PartnerName,
      claimedBy: GroupSum,
      claimedAgainst: GroupSum,
      settled: GroupSum.meta({ description: 'What it is to be paid under settlements, less what it is to pay.' }),
      refunded: GroupSum.meta({ description: 'What it was paid, less what it paid.' }),
      writtenOff: GroupSum.meta({ description: 'What it wrote off, less what others wrote off of its debts.' }),
    }),
  ),
});

export type DisputesText = z.output<typeof DisputesText>;

export const disputes = query({
  name: 'disputes',
  path: '/areas/{area}/disputes',
  about:
    'The dispute register in numbers: open claims by status, kind, stage, age, value and body, deadlines overdue, and what was settled, paid and written off.',
  params: OfArea,
  options: AreaAtTwoDates,
  answer: DisputesText,
  async run(ledger, asked) {
    const at = standingDisputes(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    const { rows, claims } = registerWithClaims(at);
    const open = rows.filter((row) => row.status === 'open');
    const moved = (measure: 'settled' | 'refunded' | 'writtenOff', holder: string): Pence =>
      at.balances.balance({ measure, holder, source: 'CLAIM', term: 'one-off', detail: '' });
    return {
      area: asked.area,
      ...at.stamp,
      cases: rows.length,
      openCases: open.length,
      overdue: open.filter((row) => row.overdue).length,
      ...sumsInText(sumsOf(rows)),
      groups: grouped(rows).map((group) => ({ ...group, open: moneyText(group.open) })),
      partners: at.partners.map((partner) => ({
        partner,
        name: nameOf(ledger, partner),
        ...inText({
          ...(claims.byPartner.get(partner) ?? { claimedBy: NO_MONEY, claimedAgainst: NO_MONEY }),
          settled: moved('settled', partner),
          refunded: moved('refunded', partner),
          writtenOff: moved('writtenOff', partner),
        }),
      })),
    };
  },
  seenBy: (answer, { seesCases }) => (seesCases(answer.area) ? answer : withoutSmallCounts(answer)),
  table: ({ cases, openCases, overdue, groups, partners, ...sums }) => ({
    columns: ['by', 'group', 'cases', 'overdue', 'open', 'what', 'amount'],
    rows: [
      ['all', 'raised', countText(cases), '', '', '', ''],
      ['all', 'open', countText(openCases), countText(overdue), sums.open, '', ''],
      ...CLAIM_SUMS.map((name) => ['all', '', '', '', '', name, sumText(sums[name])]),
      ...groups.map((each) => [
        each.by,
        each.group,
        countText(each.cases),
        countText(each.overdue),
        sumText(each.open),
        '',
        '',
      ]),
      ...partners.flatMap((each) =>
        (['claimedBy', 'claimedAgainst', 'settled', 'refunded', 'writtenOff'] as const)
          .filter((name) => each[name] !== '0.00')
          .map((name) => ['partner', each.name, '', '', '', name, sumText(each[name])]),
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

export const disputeCases = query({
  name: 'dispute-cases',
  path: '/areas/{area}/disputes/cases',
  about:
    'The dispute register case by case, in the order in which they were raised: stage, deadline, and what is claimed, agreed, abandoned and open.',
  params: OfArea,
  options: AreaAtTwoDates.extend({
    status: z.enum([...STATUSES, 'all']).default('open'),
    kind: z.enum(codesOf(DISPUTE_KINDS)).optional(),
    stage: Name.optional(),
    partner: Name.optional().meta({ description: 'Only cases with this partner on either side.' }),
    overdue: z.enum(['true']).optional().meta({ description: 'Only cases past the deadline of their stage.' }),
    after: CaseReference.optional().meta({ description: 'The cursor given as "next" by the page before.' }),
    limit: LimitOption,
  }),
  answer: z.object({
    area: z.string(),
    ...Stamp,
    count: z.int().meta({ description: 'How many cases fit, on all pages.' }),
    ...SumsText,
    cases: z.array(CaseText),
    next: z.string().nullable().meta({ description: 'The cursor of the next page, or null on the last.' }),
  }),
  cases: true,
  async run(ledger, asked) {
    const at = standingDisputes(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    const { status, kind, stage, partner, overdue, after, limit } = asked;
    const fits = (row: CaseRow): boolean =>
      (status === 'all' || row.status === status) &&
      (kind === undefined || row.kind === kind) &&
      (stage === undefined || row.stage === stage) &&
      (partner === undefined || row.claimant === partner || row.respondent === partner) &&
      (overdue === undefined || row.overdue);
    const all = disputeRegister(at).sort((a, b) => a.raisedOn.localeCompare(b.raisedOn) || (a.case < b.case ? -1 : 1));
    // The cursor is looked for among all cases: since the page before, its case may have ceased to fit.
    const cursor = after === undefined ? -1 : all.findIndex((row) => row.case === after);
    if (after !== undefined && cursor < 0) {
      return refuse(
        'reference_unknown',
        `No case ${after} stands in the register of ${asked.area} on ${at.on}, as known then.`,
      );
    }
    const rows = all.filter(fits);
    const left = all.slice(cursor + 1).filter(fits);
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
  table: (answer) => ({
    columns: CASE_COLUMNS,
    rows: [
      ...answer.cases.map(caseCells),
      CASE_COLUMNS.map((name) =>
        name === 'case' ? `Total of ${answer.count}` : name in SumsText ? answer[name as keyof Sums] : '',
      ),
    ],
  }),
});

const OfCase = OfArea.extend({ case: CaseReference });

const TreatmentText = z.object({
  case: z.string(),
  partner: z.string(),
  part: z.string(),
  proposed: z.string().meta({ description: 'The class that the rule proposes.' }),
  confirmed: z.string().nullable().meta({ description: 'The class that an officer of the partner has confirmed.' }),
  amount: SignedMoney,
});

const treatmentText = ({ amount, confirmed, ...each }: ConfirmedTreatment): z.input<typeof TreatmentText> => ({
  ...each,
  confirmed: confirmed ?? null,
  amount: moneyText(amount),
});

const share = (basisPoints: number): string => `${(basisPoints / (WHOLE_SHARE / 100)).toFixed(2)}%`;

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
          description: 'The weekly cost; an invoice is a cost of one day, seven times over.',
        }),
        interim: z.int().meta({ description: 'The respondent’s share meanwhile, in basis points.' }),
        claimed: z.int(),
        decided: z.int().nullable(),
        claimant: z.string(),
        respondent: z.string(),
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
    const at = standingDisputes(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    const found = caseRow(at, asked.case);
    if (!found) {
      return refuse(
        'reference_unknown',
        `No case ${asked.case} stands in the register of ${asked.area} on ${at.on}, as known then.`,
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
      intervals: intervalsOf(terms, at.on).map(({ decided, weekly, ...each }) => ({
        ...each,
        decided: decided ?? null,
        weekly: moneyText(weekly),
      })),
      years: cellsOf(terms, asAt(at.on)).map(({ year, claimant, respondent, ...sums }) => ({
        year,
        claimant,
        respondent,
        ...sumsInText(sums),
      })),
      owed: inText({ decidedToPay, settledToPay, toWriteOff, paid, writtenOff }),
      stages: standing(at.state.cases.get(asked.case)!, at.upTo)
        .filter(({ type, data }) => type === 'DisputeStageEntered' && data.effective <= at.on)
        .map(({ data }) => ({
          stage: data['stage'] as string,
          entered: data.effective,
          dueBy: (data['dueBy'] as string | undefined) ?? null,
        })),
      settlements: [...settlements],
      treatments: treatmentsOfCase(at, asked.case).map(treatmentText),
    };
  },
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
        share(each.interim),
        share(each.claimed),
        each.decided === null ? '' : share(each.decided),
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
  cases: Count,
  due: GroupSum.meta({ description: 'Due to the claimant; negative where the claimant would pay.' }),
  borneByClaimant: GroupSum,
  borneByRespondent: GroupSum,
});

export const disputeOutcomes = query({
  name: 'dispute-outcomes',
  path: '/areas/{area}/disputes/outcomes',
  about: 'What each possible split of the undecided days would cost each side, between each pair of bodies.',
  params: OfArea,
  options: AreaAtTwoDates.extend({
    step: z.coerce
      .number({ error: 'must be a whole number of basis points' })
      .int({ error: 'must be a whole number of basis points' })
      .min(100)
      .max(WHOLE_SHARE)
      .default(1_000)
      .meta({ description: 'The step of the respondent’s share, in basis points; 1000 are ten per cent.' }),
  }),
  answer: z.object({ area: z.string(), ...Stamp, outcomes: z.array(OutcomeText) }),
  async run(ledger, asked) {
    const at = standingDisputes(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    return {
      area: asked.area,
      ...at.stamp,
      outcomes: outcomes(at, asked.step).map(({ due, borneByClaimant, borneByRespondent, ...each }) => ({
        ...each,
        ...inText({ due, borneByClaimant, borneByRespondent }),
      })),
    };
  },
  seenBy(answer, { seesCases }) {
    if (seesCases(answer.area)) return answer;
    const hidden = withheldBy(answer.outcomes, (each) => each.share);
    return {
      ...answer,
      outcomes: answer.outcomes.map((each) =>
        hidden.has(each) ? { ...each, cases: null, due: null, borneByClaimant: null, borneByRespondent: null } : each,
      ),
    };
  },
  table: (answer) => ({
    columns: ['claimant', 'respondent', 'share', 'cases', 'due', 'borneByClaimant', 'borneByRespondent'],
    rows: answer.outcomes.map((each) => [
      each.claimant,
      each.respondent,
      share(each.share),
      countText(each.cases),
      sumText(each.due),
      sumText(each.borneByClaimant),
      sumText(each.borneByRespondent),
    ]),
  }),
});

export const disputeClasses = query({
  name: 'dispute-classes',
  path: '/areas/{area}/disputes/accounting-classes',
  about: 'What each partner carries in each accounting class: as an officer confirmed it, or as the rule proposes.',
  params: OfArea,
  options: AreaAtTwoDates,
  answer: z.object({
    area: z.string(),
    ...Stamp,
    classes: z.array(
      z.object({ ...PartnerName, class: z.string(), cases: Count, amount: GroupSum, confirmed: GroupSum }),
    ),
  }),
  async run(ledger, asked) {
    const at = standingDisputes(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    return {
      area: asked.area,
      ...at.stamp,
      classes: classTotals(treatments(at)).map(({ amount, confirmed, ...each }) => ({
        ...each,
        name: nameOf(ledger, each.partner),
        ...inText({ amount, confirmed }),
      })),
    };
  },
  seenBy(answer, { seesCases }) {
    if (seesCases(answer.area)) return answer;
    const hidden = withheldBy(answer.classes, (each) => each.class);
    return {
      ...answer,
      classes: answer.classes.map((each) =>
        hidden.has(each) ? { ...each, cases: null, amount: null, confirmed: null } : each,
      ),
    };
  },
  table: (answer) => ({
    columns: ['partner', 'class', 'cases', 'amount', 'confirmed'],
    rows: answer.classes.map((each) => [
      each.name,
      each.class,
      countText(each.cases),
      sumText(each.amount),
      sumText(each.confirmed),
    ]),
  }),
});

export const disputeTreatments = query({
  name: 'dispute-treatments',
  path: '/areas/{area}/disputes/treatments',
  about:
    'The accounting class of each part of each case in each side’s books: proposed by rule, confirmed by an officer.',
  params: OfArea,
  options: AreaAtTwoDates.extend({ partner: Name.optional() }),
  answer: z.object({ area: z.string(), ...Stamp, treatments: z.array(TreatmentText) }),
  cases: true,
  async run(ledger, asked) {
    const at = standingDisputes(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    return {
      area: asked.area,
      ...at.stamp,
      treatments: treatments(at)
        .filter((each) => asked.partner === undefined || each.partner === asked.partner)
        .map(treatmentText),
    };
  },
  table: (answer) => ({
    columns: ['case', 'partner', 'part', 'proposed', 'confirmed', 'amount'],
    rows: answer.treatments.map((each) => [
      each.case,
      each.partner,
      each.part,
      each.proposed,
      each.confirmed ?? '',
      each.amount,
    ]),
  }),
});

const NetText = z.object({ ...PartnerName, toReceive: SignedMoney, toPay: SignedMoney, net: SignedMoney });

const SettlementSums = { claimed: SignedMoney, agreed: SignedMoney, abandoned: SignedMoney, open: SignedMoney };

/** A settlement in totals: gross each way, what is paid and written off of it, and what each side has of it net. */
function settlementText(ledger: Ledger, at: StandingDisputes, name: string) {
  const settled = settlementOn(at.state, name, at.on, at.upTo);
  if (!settled) return undefined;
  const { effective, lines, payments, writeOffs } = settled;
  const sum = (of: (line: (typeof lines)[number]) => string): string =>
    moneyText(lines.reduce((all, line) => plus(all, signedPence(of(line))), NO_MONEY));
  const total = (amounts: readonly Pence[]): Pence => amounts.reduce(plus, NO_MONEY);
  const bodies = [...new Set(lines.flatMap((line) => [line.claimant, line.respondent]))].sort();
  const text = {
    settlement: name,
    effective,
    count: lines.length,
    claimed: sum((line) => line.claimed),
    agreed: sum((line) => line.agreed),
    abandoned: sum((line) => line.abandoned),
    open: sum((line) => line.open),
    payments: payments.map(({ payer, payee, agreed, paid }) => ({
      payer,
      payee,
      ...inText({ agreed, paid, outstanding: minus(agreed, paid) }),
    })),
    writeOffs: writeOffs.map(({ creditor, abandoned, writtenOff }) => ({
      creditor,
      ...inText({ abandoned, writtenOff, outstanding: minus(abandoned, writtenOff) }),
    })),
    net: bodies.map((partner) => {
      const toReceive = total(payments.filter((each) => each.payee === partner).map((each) => each.agreed));
      const toPay = total(payments.filter((each) => each.payer === partner).map((each) => each.agreed));
      return {
        partner,
        name: nameOf(ledger, partner),
        ...inText({ toReceive, toPay, net: minus(toReceive, toPay) }),
      };
    }),
  };
  return { text, lines: lines.map((line) => ({ ...line })) };
}

const SettlementText = {
  settlement: z.string(),
  effective: z.string(),
  count: z.int(),
  ...SettlementSums,
  payments: z.array(
    z.object({
      payer: z.string(),
      payee: z.string(),
      agreed: SignedMoney,
      paid: SignedMoney,
      outstanding: SignedMoney,
    }),
  ),
  writeOffs: z.array(
    z.object({ creditor: z.string(), abandoned: SignedMoney, writtenOff: SignedMoney, outstanding: SignedMoney }),
  ),
  net: z.array(NetText),
};

export const settlement = query({
  name: 'settlement',
  path: '/areas/{area}/disputes/settlements/{settlement}',
  about:
    'The settlement sheet: every case with what is claimed, agreed, abandoned and still open, gross payments each way, write-offs, and the net.',
  params: OfArea.extend({ settlement: Name }),
  options: AreaAtTwoDates,
  answer: z.object({
    area: z.string(),
    ...Stamp,
    ...SettlementText,
    lines: z.array(
      z.object({
        case: z.string(),
        claimant: z.string(),
        respondent: z.string(),
        through: z.string(),
        closes: z.boolean(),
        ...SettlementSums,
      }),
    ),
  }),
  cases: true,
  async run(ledger, asked) {
    const at = standingDisputes(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    const found = settlementText(ledger, at, asked.settlement);
    return found
      ? { area: asked.area, ...at.stamp, ...found.text, lines: found.lines }
      : refuse('reference_unknown', `No settlement "${asked.settlement}" was in force in ${asked.area} on ${at.on}.`);
  },
  table: ({ lines, payments, writeOffs, net, ...sums }) => ({
    columns: ['what', 'case', 'to', 'from', ...CLAIM_SUMS, 'done', 'outstanding'],
    rows: [
      ...lines.map((line) => [
        'case',
        line.case,
        line.claimant,
        line.respondent,
        ...CLAIM_SUMS.map((name) => line[name]),
        '',
        '',
      ]),
      ['Total', String(sums.count), '', '', ...CLAIM_SUMS.map((name) => sums[name]), '', ''],
      ...payments.map((each) => [
        'payment',
        '',
        each.payee,
        each.payer,
        '',
        each.agreed,
        '',
        '',
        each.paid,
        each.outstanding,
      ]),
      ...writeOffs.map((each) => [
        'write-off',
        '',
        each.creditor,
        '',
        '',
        '',
        each.abandoned,
        '',
        each.writtenOff,
        each.outstanding,
      ]),
      ...net.map((each) => ['net', '', each.name, '', '', each.net, '', '', '', '']),
    ],
  }),
});

export const settlements = query({
  name: 'settlements',
  path: '/areas/{area}/disputes/settlements',
  about: 'The settlements of an area in totals, each with its payments, write-offs and net.',
  params: OfArea,
  options: AreaAtTwoDates,
  answer: z.object({ area: z.string(), ...Stamp, settlements: z.array(z.object(SettlementText)) }),
  async run(ledger, asked) {
    const at = standingDisputes(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    return {
      area: asked.area,
      ...at.stamp,
      settlements: [...at.state.settlements.keys()].flatMap((name) => settlementText(ledger, at, name)?.text ?? []),
    };
  },
  seenBy(answer, { seesCases }) {
    if (seesCases(answer.area)) return answer;
    const hidden = withheldBy(answer.settlements, () => 'all');
    return { ...answer, settlements: answer.settlements.filter((each) => !hidden.has(each)) };
  },
  table: (answer) => ({
    columns: ['settlement', 'effective', 'cases', ...CLAIM_SUMS, 'net'],
    rows: answer.settlements.map((each) => [
      each.settlement,
      each.effective,
      String(each.count),
      ...CLAIM_SUMS.map((name) => each[name]),
      each.net.map(({ name, net }) => `${name} ${net}`).join('; '),
    ]),
  }),
});
