import { z } from 'zod';
import {
  approvalOf,
  instalments,
  LATE,
  lateFacts,
  SCHEDULED,
  traced,
  UNDERTAKEN,
  undertakings,
  type Approval,
  type Signatory,
  type Traced,
} from '../../../../projections/audit.js';
import { byItem, byMeasure, FACTS, isStep, lastBefore, STEPS } from '../../../../projections/entry-indexes.js';
import { passedOnTo } from '../../../../projections/trace-now.js';
import { moneyText, NO_MONEY, pence, plus, pounds, signedPence, total, type Pence } from '../../../domain/money.js';
import { MEASURES } from '../../../domain/postings.js';
import { type RegisterState } from '../../../domain/register/state.js';
import { mandatesOn } from '../../../domain/grammar/mandate.js';
import { passedOn, type Inheritance } from '../../../domain/register/inheritance.js';
import { refuse, Refusal } from '../../../domain/rules.js';
import { sourceOf } from '../../../domain/sources.js';
import { Code, Name, SignedMoney } from '../../../domain/values.js';
import { fundStream, REGISTER_STREAM } from '../../catalogue.js';
import type { Ledger } from '../../ledger.js';
import { Known } from '../known.js';
import { rowsOf } from '../rows.js';
import {
  AtTwoDates,
  changesOf,
  entriesUnder,
  movesOf,
  EntryText,
  entryText,
  inText,
  isIn,
  KnownAt,
  NextPage,
  OfFund,
  Overdue,
  PageOptions,
  query,
  Stamp,
  fundAtDates,
  type FundAtDates,
} from '../question.js';

/**
 * The auditors’ questions: who approved, what came late, what a figure is made of, what is agreed, and what is unpaid.
 */

const MandateText = z
  .object({ from: z.string(), until: z.string().nullable(), limit: SignedMoney.nullable() })
  .nullable()
  .meta({ description: 'The mandate in that role for that partner on that day; null if there was none.' });

export const SignatoryText = z.object({
  officer: z.string(),
  partner: z.string(),
  role: z.string(),
  act: z.enum(['posted', 'proposed', 'signed']),
  on: z.string(),
  mandate: MandateText,
});

/** The person who approved a fact, with the mandate that they held on that day. */
export function signatory(register: RegisterState, { officer, partner, role, act, on }: Signatory) {
  const held = mandatesOn(register, officer, on).find((each) => each.partner === partner && each.role === role);
  return {
    officer,
    partner,
    role,
    act,
    on,
    mandate: held
      ? {
          from: held.from,
          until: held.until ?? null,
          limit: held.limit === undefined ? null : moneyText(held.limit),
        }
      : null,
  };
}

const ApprovalText = EntryText.extend({ conditions: z.string().nullable(), by: z.array(SignatoryText) });

const approvalText = (register: RegisterState, { entry, by, conditions }: Approval) => ({
  ...entryText(entry),
  conditions: conditions ?? null,
  by: by.map((each) => signatory(register, each)),
});

const mandateInWords = ({ from, until, limit }: NonNullable<z.output<typeof MandateText>>): string =>
  `mandated from ${from}${until === null ? '' : ` to ${until}`}${limit === null ? '' : `, up to ${pounds(pence(limit))}`}`;

const inWords = ({ officer, partner, role, act, on, mandate }: z.output<typeof SignatoryText>): string =>
  `${act} by ${officer} (${partner}, ${role}) on ${on}, ${mandate ? mandateInWords(mandate) : 'NOT MANDATED'}`;

export const approvalsQuery = query({
  name: 'approvals',
  path: '/funds/{fund}/approvals',
  about:
    'Who posted, proposed and signed each fact of a fund, and the mandate that each held on that day, as known at an instant.',
  params: OfFund,
  options: PageOptions,
  answer: z.object({
    fund: z.string(),
    ...Known,
    approvals: z.array(ApprovalText),
    next: NextPage,
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, { 'known-at': asked['known-at'] });
    if (at instanceof Refusal) return at;
    const register = await ledger.registerAt(at.size);
    const after = asked.after === undefined ? -1 : Number(asked.after);
    const all = await entriesUnder(ledger, at, FACTS);
    const from = lastBefore(all, after + 1) + 1;
    const page = all.slice(from, from + asked.limit);
    const steps = await entriesUnder(ledger, at, STEPS);
    return {
      fund: asked.fund,
      ...at.known,
      approvals: page.map((each) => approvalText(register, approvalOf(each, steps))),
      next: all.length > from + page.length ? String(page.at(-1)!.revision) : null,
    };
  },
  table: (answer) => ({
    columns: ['revision', 'recorded at', 'what', 'approved'],
    rows: answer.approvals.map((each) => [
      each.revision,
      each.recordedAt,
      each.sentence,
      each.by.map(inWords).join('; '),
    ]),
  }),
});

export const late = query({
  name: 'late',
  path: '/funds/{fund}/late',
  about:
    'The facts recorded after the day on which they take effect, and those recorded in a period that had been closed, with the reason given.',
  params: OfFund,
  options: z.strictObject({
    'known-at': KnownAt.optional(),
    days: z.coerce
      .number({ error: 'must be a whole number of days, 1 or more' })
      .int({ error: 'must be a whole number of days, 1 or more' })
      .min(1, { error: 'must be a whole number of days, 1 or more' })
      .default(1)
      .meta({ description: 'Only facts that are at least so many days late; left out, 1.' }),
  }),
  answer: z.object({
    fund: z.string(),
    ...Known,
    facts: z.array(
      EntryText.extend({
        daysLate: z.int(),
        closedPeriod: z.int().nullable().meta({ description: 'The period, 1 (April) to 12, that had been closed.' }),
        reason: z.string().nullable().meta({ description: 'The reason given for adjusting a closed period.' }),
      }),
    ),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, { 'known-at': asked['known-at'] });
    if (at instanceof Refusal) return at;
    const facts = lateFacts(await entriesUnder(ledger, at, LATE), at.year.first, asked.days);
    return {
      fund: asked.fund,
      ...at.known,
      facts: rowsOf(facts, ({ entry, days, closedPeriod }) => ({
        ...entryText(entry),
        daysLate: days,
        closedPeriod: closedPeriod ?? null,
        reason: entry.adjustment?.reason ?? null,
      })),
    };
  },
  table: ({ facts }) => ({
    columns: ['revision', 'effective', 'recorded at', 'days late', 'closed period', 'what', 'reason'],
    rows: facts.map((each) => [
      each.revision,
      each.effective,
      each.recordedAt,
      String(each.daysLate),
      each.closedPeriod === null ? '' : `P${each.closedPeriod}`,
      each.sentence,
      each.reason ?? '',
    ]),
  }),
});

/** Refuses a filter that names something unknown. Otherwise an answer of zero could be taken for a true figure. */
async function filterUnknown(
  ledger: Ledger,
  at: FundAtDates,
  { partner, source, item }: { partner?: string | undefined; source?: string | undefined; item?: string | undefined },
): Promise<Refusal | undefined> {
  if (partner !== undefined && !isIn(at, partner)) {
    return refuse('not_in_fund', `${partner} is not a partner of ${at.fund}.`);
  }
  if (source !== undefined && !sourceOf(source)) {
    return refuse('source_unknown', `"${source}" is not a source of funding.`);
  }
  return item === undefined || (await movesOf(ledger, at, byItem, item)).length > 0
    ? undefined
    : refuse('name_unknown', `${at.fund} had no contribution, grant or plan line named "${item}" at that instant.`);
}

/** What changes of bodies passed on to or from the partner of a trace, as rows of the trace. */
async function passedOnRows(
  ledger: Ledger,
  at: FundAtDates,
  register: RegisterState,
  partner: string,
  traced: Parameters<typeof passedOnTo>[1],
) {
  const passed = passedOnTo(partner, traced, await changesOf(ledger, at), at.area);
  if (passed.length === 0) return [];
  const steps = await ledger.entriesUnder(REGISTER_STREAM, at.size, STEPS);
  return passed.map(({ change: { succession, entry }, source, amount }) => ({
    ...approvalText(register, approvalOf(entry, steps)),
    stream: 'register' as const,
    on: succession.effective,
    holder: partner,
    source,
    item: '',
    amount: moneyText(amount),
  }));
}

export const trace = query({
  name: 'trace',
  path: '/funds/{fund}/trace',
  about:
    'The facts behind a figure, each with what it adds, who approved it and its documents. They add up to the figure. For one partner, also what changes of bodies passed on to it or from it.',
  params: OfFund,
  options: AtTwoDates.extend({
    measure: z
      .enum(MEASURES)
      .default('agreed')
      .meta({ description: 'The figure to explain; left out, what is agreed.' }),
    partner: Name.optional().meta({ description: 'Only what this partner holds on the day.' }),
    source: Code.optional().meta({ description: 'Only this source of funding.' }),
    item: Name.optional().meta({ description: 'Only this contribution, grant or plan line.' }),
  }),
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    measure: z.string(),
    total: SignedMoney,
    facts: z.array(
      ApprovalText.extend({
        stream: z.enum(['fund', 'register']).meta({
          description: 'The stream of its revision. A change of bodies is in the register.',
        }),
        on: z.string(),
        holder: z.string(),
        source: z.string(),
        item: z.string().meta({ description: 'Empty for a change of bodies, which passes on everything.' }),
        amount: SignedMoney,
      }),
    ),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const unknown = await filterUnknown(ledger, at, asked);
    if (unknown) return unknown;
    const { measure, partner: holder, source, item } = asked;
    const register = await ledger.registerAt(at.size);
    const steps = await entriesUnder(ledger, at, STEPS);
    const all = traced(await movesOf(ledger, at, byMeasure, measure), at.on, { measure, source, item });
    const found = holder === undefined ? all : all.filter(({ posting }) => posting.holder === holder);
    const passed = holder === undefined ? [] : await passedOnRows(ledger, at, register, holder, all);
    const factText = ({ entry, posting }: Traced) => ({
      // The steps of proposals put money on the table, and nobody has to approve such a step.
      ...approvalText(register, isStep(entry) ? { entry, by: [], conditions: undefined } : approvalOf(entry, steps)),
      stream: 'fund' as const,
      on: posting.on,
      holder: posting.holder,
      source: posting.source,
      item: posting.item,
      amount: moneyText(posting.pence),
    });
    return {
      fund: asked.fund,
      ...at.stamp,
      measure,
      total: moneyText(
        plus(total(found.map(({ posting }) => posting.pence)), total(passed.map(({ amount }) => signedPence(amount)))),
      ),
      facts: rowsOf([...found, ...passed], (each) => ('posting' in each ? factText(each) : each)),
    };
  },
  sums: 'apart',
  table: ({ facts, total: sum, measure }) => ({
    columns: ['revision', 'on', 'holder', 'source', 'item', 'amount', 'what', 'approved', 'documents', 'stream'],
    rows: [
      ...facts.map((each) => [
        each.revision,
        each.on,
        each.holder,
        each.source,
        each.item,
        each.amount,
        each.sentence,
        each.by.map(inWords).join('; '),
        each.evidence.join('; '),
        each.stream,
      ]),
    ],
    totals: [['', '', '', '', `Total ${measure}`, sum, '', '', '', '']],
  }),
});

export const contributions = query({
  name: 'contributions',
  path: '/funds/{fund}/contributions',
  about:
    'What each partner undertook to pay, and each grant that was determined: the schedule, who signed, the present sum, and what changed it.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    contributions: z.array(
      ApprovalText.extend({
        name: z.string(),
        kind: z.enum(['contribution', 'grant']),
        payer: z.string(),
        source: z.string(),
        recurrent: z.boolean(),
        under: z.string().nullable().meta({ description: 'The section 75 schedule, or the determination of a grant.' }),
        agreed: SignedMoney,
        changes: z.array(EntryText.extend({ change: SignedMoney })),
      }),
    ),
    total: SignedMoney,
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const all = undertakings(
      await entriesUnder(ledger, at, UNDERTAKEN),
      await entriesUnder(ledger, at, byMeasure, 'agreed'),
      at.on,
    );
    const steps = await entriesUnder(ledger, at, STEPS);
    const register = await ledger.registerAt(at.size);
    return {
      fund: asked.fund,
      ...at.stamp,
      contributions: rowsOf(all, ({ entry, under, agreed, changes, ...undertaking }) => ({
        ...approvalText(register, approvalOf(entry, steps)),
        ...undertaking,
        under: under ?? null,
        agreed: moneyText(agreed),
        changes: changes.map(({ entry: by, change }) => ({ ...entryText(by), change: moneyText(change) })),
      })),
      total: moneyText(total(all.map(({ agreed }) => agreed))),
    };
  },
  sums: 'apart',
  table: (answer) => ({
    columns: ['name', 'payer', 'source', 'recurrent', 'under', 'agreed', 'approved', 'changed by'],
    rows: [
      ...answer.contributions.map((each) => [
        each.name,
        each.payer,
        each.source,
        each.recurrent ? 'recurrent' : 'one-off',
        each.under ?? '',
        each.agreed,
        each.by.map(inWords).join('; '),
        each.changes.map(({ revision, change }) => `${pounds(signedPence(change))} at revision ${revision}`).join('; '),
      ]),
    ],
    totals: [['Total', '', '', '', '', answer.total, '', '']],
  }),
});

/**
 * Who has to pay an instalment on the day: its payer, or the bodies to which shares of it were passed on, by their
 * names.
 */
const payersNow = (
  { payer: holder, source, amount }: { readonly payer: string; readonly source: string; readonly amount: Pence },
  inheritance: Inheritance,
): string[] =>
  [...passedOn([[{ holder, source }, amount]], (of) => of.holder, inheritance)]
    .flatMap(([partner, { pence: part }]) => (part === NO_MONEY ? [] : [partner]))
    .sort();

export const instalmentsQuery = query({
  name: 'instalments',
  path: '/funds/{fund}/instalments',
  about:
    'Each instalment of each contribution and grant: when it falls due, what has been paid of it, what is no longer due, and which are overdue. Payments settle the oldest instalment first.',
  params: OfFund,
  options: AtTwoDates.extend({
    overdue: Overdue.meta({ description: 'Only instalments that are overdue on the day asked for.' }),
  }),
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    instalments: z.array(
      z.object({
        item: z.string(),
        payer: z.string().meta({ description: 'Who undertook it, under the name in which it was recorded.' }),
        payersNow: z
          .array(z.string())
          .meta({ description: 'Who has to pay it on the day: the payer, or its successors, each its share.' }),
        source: z.string(),
        due: z.string(),
        amount: SignedMoney,
        paid: SignedMoney.meta({ description: 'Money received. It counts for the oldest instalment first.' }),
        noLongerDue: SignedMoney.meta({
          description: 'How much a withdrawal or a variation took off it after it had fallen due.',
        }),
        unpaid: SignedMoney.meta({ description: 'amount − noLongerDue − paid.' }),
        overdue: z.boolean(),
      }),
    ),
    overdue: SignedMoney.meta({ description: 'The total that is overdue.' }),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const all = instalments(await ledger.gathered(fundStream(at.fund), at.size, SCHEDULED), at.on);
    const overdue = all.filter((each) => each.overdue);
    return {
      fund: asked.fund,
      ...at.stamp,
      instalments: rowsOf(asked.overdue === 'true' ? overdue : all, (each) => {
        const { amount, paid, noLongerDue, unpaid, ...of } = each;
        return {
          ...of,
          payersNow: payersNow(each, at.inheritance),
          ...inText({ amount, paid, noLongerDue, unpaid }),
        };
      }),
      overdue: moneyText(total(overdue.map(({ unpaid }) => unpaid))),
    };
  },
  sums: 'apart',
  table: ({ instalments: all, overdue }) => ({
    columns: ['item', 'payer', 'payers now', 'source', 'due', 'amount', 'paid', 'no longer due', 'unpaid', 'overdue'],
    minor: ['payers now'],
    rows: [
      ...all.map((each) => [
        each.item,
        each.payer,
        each.payersNow.includes(each.payer) ? '' : each.payersNow.join(', '),
        each.source,
        each.due,
        each.amount,
        each.paid,
        each.noLongerDue,
        each.unpaid,
        each.overdue ? 'overdue' : '',
      ]),
    ],
    totals: [['Overdue', '', '', '', '', '', '', '', overdue, '']],
  }),
});
