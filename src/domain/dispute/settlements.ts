import { z } from 'zod';
import { append } from '../grammar/change.js';
import { dayInWords, dayNumber, LAST_DAY, type Day } from '../calendar.js';
import { completedFact, recast, fact, type Fact } from '../grammar/fact.js';
import { lastInForce } from '../grammar/remembered.js';
import {
  apportion,
  lesser,
  minus,
  moneyText,
  negated,
  NO_MONEY,
  notNegative,
  pence,
  plus,
  pounds,
  signedPence,
  type Pence,
} from '../money.js';
import { refuse, Refusal, type RefusedItem } from '../rules.js';
import type { Posting } from '../postings.js';
import { SignedAmount, SignedMoney, Sum } from '../values.js';
import { asAt, bodyOn, cellsOf, sumsOf, type Cell, type Terms } from './claim.js';
import { FINANCE } from '../roles.js';
import { CaseReference } from './cases.js';
import {
  leastOfCase,
  leastOfSettlement,
  leftToPay,
  leftToWriteOff,
  lineFor,
  lineToPay,
  owedOn,
  settlementOn,
  writeOffsHold,
  type Against,
  type Line,
  type SettlementOwed,
} from './owed.js';
import {
  caseOf,
  counted,
  enter,
  notBeforeRaising,
  notLaterThanToday,
  partnersAreIn,
  entriesKnown,
  termsWith,
  type DisputeState,
  type OpenCase,
} from './state.js';
import {
  Abandoned,
  AGAIN,
  AmountOf,
  Claimant,
  Creditor,
  Debtor,
  Effective,
  InterestBasis,
  Minute,
  Partner,
  Payee,
  Payer,
  Respondent,
  RefundReference,
  SettlementName,
  ShortNote,
  Through,
  WriteOffLimit,
} from '../grammar/fields.js';
import { actingBody, among, exactlyOne, newName, rowsFrom, suggesting } from '../grammar/asked.js';

/**
 * Settlements: one fact may settle many cases; agreed sums are then paid, and abandoned sums are written off with
 * authority.
 */

const LINES_MAX = 500;

const PartText = z.strictObject({
  year: z.string(),
  claimant: Claimant,
  respondent: Respondent,
  agreed: SignedMoney,
  abandoned: Sum,
});

const LineSent = z.strictObject({
  case: among(['open'], CaseReference),
  agreed: SignedAmount.meta({
    title: 'Agreed',
    description:
      'What the respondent pays the claimant; negative where the claimant gives money back, and so has abandoned the whole claim.',
  }),
  abandoned: Abandoned.meta({ description: 'What the claimant gives up.' }),
  through: suggesting({ field: 'effective' }, Through).optional().meta({
    description: 'The last day of care that is settled, inclusive; left out, the effective date.',
  }),
  closes: suggesting({ value: true }, z.boolean()).optional().meta({
    title: 'Closes the case',
    description: 'Whether nothing more accrues on the case. If it is left out, the case closes.',
  }),
});

const LineStored = z.strictObject({
  case: CaseReference,
  claimant: Claimant,
  respondent: Respondent,
  through: Through,
  closes: z.boolean(),
  claimed: SignedMoney,
  agreed: SignedMoney,
  abandoned: Abandoned,
  open: SignedMoney,
  paidBefore: SignedMoney,
  writtenOffBefore: Sum,
  parts: z.array(PartText),
});

const settlementSent = {
  effective: Effective,
  settlement: newName(SettlementName, ['effective']),
  note: ShortNote.optional(),
};

/** What is left of each cell of a case through a day: claimed, and not settled before. */
function leftIn(terms: Terms, effective: Day, through: Day): (Cell & { readonly left: Pence })[] {
  const on = dayNumber(effective);
  const settledBefore = terms.settled.filter((each) => each.effective <= on).flatMap((each) => each.parts);
  return cellsOf(terms, { on, to: dayNumber(through) }).map((cell) => {
    const settled = settledBefore
      .filter(
        (part) => part.year === cell.year && part.claimant === cell.claimant && part.respondent === cell.respondent,
      )
      .reduce((sum, part) => plus(sum, plus(signedPence(part.agreed), pence(part.abandoned))), NO_MONEY);
    return { ...cell, left: minus(cell.claimed, settled) };
  });
}

/**
 * Divides the sums of a settlement over the years and bodies of a case, in proportion to what is left of each, to the
 * penny. The parts add up to the sums, and no part settles more than is left. Source: docs/sources.md, Rounding.
 */
function partsOf(cells: readonly (Cell & { readonly left: Pence })[], towardsClaimant: Pence, abandoned: Pence) {
  const key = (cell: Cell) => `${cell.year} ${cell.claimant} ${cell.respondent}`;
  const left = cells.map((cell) => ({ id: key(cell), weight: cell.left }));
  const given = apportion(abandoned, left);
  const agreed =
    towardsClaimant > 0
      ? apportion(
          towardsClaimant,
          left.map(({ id, weight }) => ({ id, weight: minus(weight, given.get(id)!) })),
        )
      : apportion(negated(towardsClaimant), left);
  return cells.map((cell) => {
    const part = agreed.get(key(cell))!;
    return {
      year: cell.year,
      claimant: cell.claimant,
      respondent: cell.respondent,
      agreed: moneyText(towardsClaimant > 0 ? part : negated(part)),
      abandoned: moneyText(given.get(key(cell))!),
    };
  });
}

const laterOf = (a: Day, b: Day): Day => (a > b ? a : b);

function lineOf(
  sent: z.output<typeof LineSent>,
  found: OpenCase,
  state: DisputeState,
  { effective, today }: { readonly effective: Day; readonly today: Day },
): z.output<typeof LineStored> | Refusal {
  const { terms, entries } = found;
  const id = sent.case;
  const { through = effective, closes = true } = sent;
  const later = entries.find((each) => each.step === 'settles' && each.data.effective > effective);
  const settledThrough = terms.settled.at(-1);
  if (later || settledThrough?.closes || (settledThrough && settledThrough.through > dayNumber(through))) {
    return refuse('settled_already', `Case ${id} has been settled already for days up to ${dayInWords(through)}.`);
  }
  if (through > effective || through < terms.raised.effective) {
    return refuse(
      'days_out_of_order',
      `Case ${id} would be settled through ${dayInWords(through)}: a day from ${dayInWords(terms.raised.effective)} to the effective date.`,
    );
  }
  const early = notBeforeRaising('It would be settled', effective, terms);
  if (early) return early;
  const cells = leftIn(terms, effective, through);
  const claimed = cells.reduce((sum, cell) => plus(sum, cell.left), NO_MONEY);
  const towardsClaimant = signedPence(sent.agreed);
  const abandoned = pence(sent.abandoned);
  const open = minus(minus(claimed, notNegative(towardsClaimant)), abandoned);
  if (claimed <= 0) return refuse('nothing_to_settle', `Nothing of case ${id} is left through ${dayInWords(through)}.`);
  if (open < 0) {
    return refuse(
      'settles_too_much',
      `Of case ${id} ${pounds(claimed)} is left; ${pounds(towardsClaimant)} agreed and ${pounds(abandoned)} abandoned are more.`,
    );
  }
  if (towardsClaimant < 0 && open !== NO_MONEY) {
    return refuse(
      'settles_too_much',
      `The claimant would give ${pounds(negated(towardsClaimant))} back of case ${id}; the whole ${pounds(claimed)} that is left of it must be abandoned then.`,
    );
  }
  if (closes) {
    const after = minus(
      sumsOf(cellsOf(terms, asAt(laterOf(effective, today)))).claimed,
      cells.reduce((sum, cell) => plus(sum, cell.claimed), NO_MONEY),
    );
    if (after !== NO_MONEY) {
      return refuse(
        'closes_with_open',
        `${pounds(after)} of case ${id} has accrued after ${dayInWords(through)} and would be neither agreed nor abandoned.`,
      );
    }
    if (open !== NO_MONEY) {
      return refuse('closes_with_open', `${pounds(open)} of case ${id} would be neither agreed nor abandoned.`);
    }
  }
  // What was paid and written off on the case on any day: the settlement counts all of it in.
  const before = owedOn(state, id, LAST_DAY)!;
  const inSettlements = (of: (line: Line) => Pence): Pence =>
    entries.filter((each) => each.step === 'settles').reduce((sum, each) => plus(sum, of(lineFor(each, id))), NO_MONEY);
  const line = {
    case: id,
    claimant: bodyOn(terms, 'claimant', effective),
    respondent: bodyOn(terms, 'respondent', effective),
    through,
    closes,
    claimed: moneyText(claimed),
    agreed: sent.agreed,
    abandoned: sent.abandoned,
    open: moneyText(open),
    paidBefore: moneyText(
      minus(
        before.paid,
        inSettlements((each) => signedPence(each.paidBefore)),
      ),
    ),
    writtenOffBefore: moneyText(
      minus(
        before.writtenOff,
        inSettlements((each) => pence(each.writtenOffBefore)),
      ),
    ),
    parts: partsOf(cells, towardsClaimant, abandoned),
  };
  const settles = termsWith(found, 'settles', { effective, lines: [line] });
  return writeOffsHold(found, settles, { effective, line }) ?? line;
}

/** Refuses a line that is not between the two bodies of the first. */
function betweenOthers(line: z.output<typeof LineStored>, first = line): Refusal | undefined {
  const pair = [first.claimant, first.respondent];
  return pair.includes(line.claimant) && pair.includes(line.respondent)
    ? undefined
    : refuse(
        'settles_others',
        `Case ${line.case} is between ${line.claimant} and ${line.respondent}; the first of the settlement is between ${pair.join(' and ')}.`,
      );
}

/** So many refusals of a settlement are told in words; of more, how many there are. */
const REFUSALS_TOLD = 20;

/** Every line that is refused, so that whoever settles hundreds of cases puts all of them right at once. The rule is that of the first. */
function allOf(refused: readonly RefusedItem[]): Refusal {
  const more = refused.length - REFUSALS_TOLD;
  const told = refused.slice(0, REFUSALS_TOLD).map(({ refusal }) => refusal.detail);
  const detail = [...told, ...(more > 0 ? [`So are ${counted(more, 'more case')}.`] : [])].join(' ');
  return new Refusal(refused[0]!.refusal.rule, detail, refused);
}

/** Money between two partners: what one is to have, or has had, the other is to pay, or has paid. */
const between = (
  measure: 'settled' | 'refunded' | 'writtenOff',
  item: string,
  on: Day,
  { to, from, pence: amount }: { readonly to: string; readonly from: string; readonly pence: Pence },
): Posting[] => {
  if (amount === NO_MONEY) return [];
  const account = { measure, source: 'CLAIM', term: 'one-off', detail: '', item, on } as const;
  return [
    { ...account, holder: to, pence: amount },
    { ...account, holder: from, pence: negated(amount) },
  ];
};

const Of = exactlyOne(
  z
    .strictObject({ case: CaseReference.optional(), settlement: SettlementName.optional() })
    .refine((of) => (of.case === undefined) !== (of.settlement === undefined), {
      error: 'must name either a case or a settlement',
    })
    .meta({ title: 'Owed under', description: 'The case or the settlement that the money is owed under.' }),
);

const ofInWords = (of: Against): string =>
  of.case === undefined ? `under the settlement "${of.settlement!}"` : `on case ${of.case}`;

const enterOf = (state: DisputeState, of: Against) =>
  of.case === undefined ? ([[state.settlements, of.settlement!]] as const) : ([[state.cases, of.case]] as const);

interface Due {
  readonly payee: string;
  readonly towards: 'claimant' | 'respondent' | 'settlement';
  /** What is still to be paid in this direction. */
  readonly left: Pence;
}

/** For a settled case: the settlement under which its money is paid and written off from then on. */
function settledUnder(state: DisputeState, of: Against, on: Day): string {
  const settled =
    of.case === undefined
      ? undefined
      : entriesKnown(state.cases.get(of.case)!).findLast(
          ({ step, data }) => step === 'settles' && data.effective <= on,
        );
  if (!settled) return '';
  const settlement = settled.data['settlement'] as string;
  return ` Case ${of.case!} was settled by "${settlement}": what was agreed in it is paid, and what was given up written off, under the settlement: "of": {"settlement": "${settlement}"}.`;
}

/** What a partner still has to pay on a case or under a settlement, from a day on. */
function dueFrom(state: DisputeState, of: Against, payer: string, on: Day): Due | Refusal {
  if (of.settlement !== undefined) {
    const settlement = settlementOn(state, of.settlement, on);
    if (!settlement) {
      return refuse('reference_unknown', `No settlement "${of.settlement}" is in force on ${dayInWords(on)}.`);
    }
    const by = ({ payments }: SettlementOwed) => payments.find((each) => each.payer === payer);
    const payee = by(settlement)?.payee;
    if (payee === undefined) {
      return refuse('wrong_partner', `Under the settlement "${of.settlement}" ${payer} has nothing to pay.`);
    }
    const left = leastOfSettlement(state, of.settlement, on, (owed) => minus(by(owed)!.agreed, by(owed)!.paid));
    return { payee, towards: 'settlement', left };
  }
  const found = caseOf(state, of.case!);
  if (found instanceof Refusal) return found;
  const early = notBeforeRaising('It would be paid', on, found.terms);
  if (early) return early;
  const { claimant, respondent, between } = owedOn(state, of.case!, on)!;
  const side = (['respondent', 'claimant'] as const).find((each) => between.some((pair) => pair[each] === payer));
  if (!side) {
    return refuse('wrong_partner', `Case ${of.case!} is between ${claimant} and ${respondent} on ${dayInWords(on)}.`);
  }
  const left = leastOfCase(state, of.case!, on, (owed) => leftToPay(owed, side, payer));
  return side === 'respondent'
    ? { payee: claimant, towards: 'claimant', left }
    : { payee: respondent, towards: 'respondent', left };
}

/** What a creditor has abandoned on a case or in a settlement and not written off from a day on, and whose debt it was. */
function abandonedBy(
  state: DisputeState,
  of: Against,
  creditor: string,
  on: Day,
): { readonly debtor: string; readonly left: Pence } | Refusal {
  if (of.settlement !== undefined) {
    const settlement = settlementOn(state, of.settlement, on);
    if (!settlement) {
      return refuse('reference_unknown', `No settlement "${of.settlement}" is in force on ${dayInWords(on)}.`);
    }
    const by = ({ writeOffs }: SettlementOwed) => writeOffs.find((each) => each.creditor === creditor);
    const line = settlement.lines.find((each) => each.claimant === creditor);
    if (!line || !by(settlement)) {
      return refuse('wrong_partner', `In the settlement "${of.settlement}" ${creditor} has abandoned nothing.`);
    }
    const left = leastOfSettlement(state, of.settlement, on, (owed) =>
      minus(by(owed)!.abandoned, by(owed)!.writtenOff),
    );
    return { debtor: line.respondent, left };
  }
  const found = caseOf(state, of.case!);
  if (found instanceof Refusal) return found;
  const early = notBeforeRaising('It would be written off', on, found.terms);
  if (early) return early;
  const { claimant, respondent, between } = owedOn(state, of.case!, on)!;
  if (!between.some((pair) => pair.claimant === creditor)) {
    return refuse('wrong_partner', `Case ${of.case!} is the claim of ${claimant}.`);
  }
  return { debtor: respondent, left: leastOfCase(state, of.case!, on, (owed) => leftToWriteOff(owed, creditor)) };
}

/** The sum up to which a partner's officers may write off without a minute, from a day on; none until it is set. */
function writeOffLimitOn(state: DisputeState, partner: string, on: Day): Pence {
  const own = state.writeOffLimits.filter(({ data }) => data['partner'] === partner);
  const set = lastInForce(own, { on }, 'by-day');
  return set ? pence(set.data['limit'] as string) : NO_MONEY;
}

/** What a creditor has written off already of one case or in one settlement, which counts in what was before it. */
function writtenOffAlready(state: DisputeState, of: Against, creditor: string): Pence {
  const history = of.case === undefined ? state.settlements.get(of.settlement!)! : state.cases.get(of.case)!;
  return entriesKnown(history)
    .filter(({ step, data }) => step === 'writes-off' && data['creditor'] === creditor)
    .map(({ data }) => pence(data['amount'] as string))
    .concat(
      of.settlement === undefined
        ? []
        : (entriesKnown(history)[0]!.data['lines'] as Line[])
            .filter((line) => line.claimant === creditor)
            .map((line) => pence(line.writtenOffBefore)),
    )
    .reduce(plus, NO_MONEY);
}

const refundSent = {
  effective: Effective,
  of: Of,
  payer: actingBody(Payer),
  amount: AmountOf,
  bankReference: RefundReference,
  interest: z.strictObject({ amount: AmountOf, basis: InterestBasis }).optional().meta({
    title: 'Interest',
    description: 'Interest paid beside the refund, and how it was worked out; it pays nothing off.',
  }),
  ...AGAIN,
};

const writeOffSent = {
  effective: Effective,
  of: Of,
  creditor: actingBody(Creditor),
  amount: AmountOf,
  minute: Minute.optional().meta({ description: 'The minute by which it was approved, above the delegated limit.' }),
};

export const SETTLEMENT_FACTS: readonly Fact<DisputeState>[] = [
  recast({
    name: 'DisputeSettled',
    title: 'Settle cases',
    group: 'settlement',
    about:
      'Two bodies settle one case or many, gross in both directions: each case’s claim is what is agreed + abandoned + still open; both sign.',
    input: z.strictObject({
      ...settlementSent,
      lines: rowsFrom(
        {
          question: 'dispute-cases',
          list: 'cases',
          all: { status: 'all' },
          fields: { case: 'case' },
          decided: { fields: { agreed: 'agreed', abandoned: 'abandoned' }, where: ['open', 'repayable'] },
          beside: ['claimant', 'respondent', 'status', 'claimed', 'open'],
        },
        z
          .array(LineSent.meta({ title: 'Case' }))
          .min(1)
          .max(LINES_MAX, { error: `must be at most ${LINES_MAX} cases` })
          .refine((lines) => new Set(lines.map((each) => each.case)).size === lines.length, {
            error: 'must name each case once',
          })
          .meta({ title: 'Cases', description: 'The cases that are settled, and for how much.' }),
      ),
    }),
    stored: z.strictObject({
      ...settlementSent,
      lines: z.array(LineStored).meta({
        description:
          'Each case with its two bodies, what was claimed of it, what is left open, what was paid and written off before, and its parts by year.',
      }),
    }),
    signature: 'other-side',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    underItsName: true,
    understood: ({ lines, ...data }) => ({
      ...data,
      lines: lines.map(({ through, closes, ...line }) => ({
        ...line,
        ...(through !== data.effective && { through }),
        ...(closes !== true && { closes }),
      })),
    }),
    sides(data, state: DisputeState) {
      const first = caseOf(state, data.lines[0]!.case);
      if (first instanceof Refusal) return { acts: [], signs: [] };
      return {
        acts: [bodyOn(first.terms, 'claimant', data.effective)],
        signs: [bodyOn(first.terms, 'respondent', data.effective)],
      };
    },
    subject: (data) => data.settlement,
    amount: ({ lines }) =>
      lines.reduce(
        (sum, line) => plus(sum, plus(pence(line.agreed.replace('-', '')), pence(line.abandoned))),
        NO_MONEY,
      ),
    complete(data, state: DisputeState, { today }) {
      const lines: z.output<typeof LineStored>[] = [];
      const refused: RefusedItem[] = [];
      for (const [at, sent] of data.lines.entries()) {
        const found = caseOf(state, sent.case);
        const line =
          found instanceof Refusal ? found : lineOf(sent, found, state, { effective: data.effective, today });
        const wrong = line instanceof Refusal ? line : betweenOthers(line, lines[0]);
        if (wrong) refused.push({ at: ['lines', at], refusal: wrong });
        else lines.push(line as z.output<typeof LineStored>);
      }
      return refused.length > 0 ? allOf(refused) : { ...data, lines };
    },
    check: (data, state: DisputeState) =>
      state.settlements.has(data.settlement)
        ? refuse('identifier_used', `"${data.settlement}" already names a settlement of this area.`)
        : undefined,
    postings: (data) =>
      data.lines.flatMap((line) =>
        between('settled', data.settlement, data.effective, {
          to: line.claimant,
          from: line.respondent,
          pence: lineToPay(line),
        }),
      ),
    byBody: ({ lines }) =>
      [...new Set(lines.flatMap(({ claimant, respondent }) => [claimant, respondent]))].map((body) => {
        const sum = (of: (line: Line) => Pence): Pence => lines.reduce((all, line) => plus(all, of(line)), NO_MONEY);
        const ofSide = (side: 'claimant' | 'respondent', of: (line: Line) => Pence): Pence =>
          sum((line) => (line[side] === body ? notNegative(of(line)) : NO_MONEY));
        const agreed = (line: Line): Pence => signedPence(line.agreed);
        const givenBack = (line: Line): Pence => negated(agreed(line));
        return {
          body,
          pays: plus(ofSide('respondent', agreed), ofSide('claimant', givenBack)),
          receives: plus(ofSide('claimant', agreed), ofSide('respondent', givenBack)),
          givesUp: ofSide('claimant', (line) => pence(line.abandoned)),
        };
      }),
    evolve: (state, data, event) =>
      void enter(state, event, 'settles', [
        [state.settlements, data.settlement],
        ...data.lines.map((line) => [state.cases, line.case] as const),
      ]),
    sentence(data) {
      const sum = (of: (line: Line) => Pence): Pence =>
        data.lines.reduce((total, line) => plus(total, of(line)), NO_MONEY);
      const repayable = sum((line) => notNegative(negated(signedPence(line.agreed))));
      return (
        `The settlement "${data.settlement}" settles ${counted(data.lines.length, 'case')}: of ${pounds(sum((line) => signedPence(line.claimed)))} claimed, ` +
        `${pounds(sum((line) => notNegative(signedPence(line.agreed))))} is agreed, ${pounds(sum((line) => pence(line.abandoned)))} abandoned ` +
        `and ${pounds(sum((line) => signedPence(line.open)))} still open` +
        (repayable === NO_MONEY ? '.' : `; the claimants give ${pounds(repayable)} back.`)
      );
    },
  }),
  completedFact({
    name: 'RefundPaid',
    title: 'Record a refund',
    group: 'settlement',
    about: 'A body pays what was agreed, on a decided case or under a settlement; never more than that.',
    input: z.strictObject(refundSent),
    adds: {
      payee: Payee,
      towards: z
        .enum(['claimant', 'respondent', 'settlement'])
        .meta({ description: 'To which side of the case it goes; or that it is paid under a settlement.' }),
      left: SignedMoney,
    },
    signature: 'none',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    underItsName: true,
    sameAs: ({ of, payer, effective, amount, bankReference }) => [
      of.case ?? '',
      of.settlement ?? '',
      payer,
      effective,
      amount,
      bankReference,
    ],
    sides: (data) => ({ acts: [data.payer], signs: [] }),
    amount: (data) => plus(pence(data.amount), data.interest ? pence(data.interest.amount) : NO_MONEY),
    complete(data, state: DisputeState) {
      const due = dueFrom(state, data.of, data.payer, data.effective);
      if (due instanceof Refusal) return due;
      const { payee, towards, left } = due;
      return { ...data, payee, towards, left: moneyText(minus(left, pence(data.amount))) };
    },
    check: (data, state: DisputeState, { today }) =>
      signedPence(data.left) < 0
        ? refuse(
            'more_than_is_due_back',
            `${data.payer} would pay ${pounds(negated(signedPence(data.left)))} more than it still owes ${ofInWords(data.of)} on ${dayInWords(data.effective)}.${settledUnder(state, data.of, data.effective)}`,
          )
        : notLaterThanToday('It would be paid', data.effective, today),
    postings: (data) =>
      between('refunded', data.of.case ?? data.of.settlement!, data.effective, {
        to: data.payee,
        from: data.payer,
        pence: pence(data.amount),
      }),
    evolve: (state, data, event) => void enter(state, event, 'pays', enterOf(state, data.of)),
    sentence: (data) =>
      `${data.payer} paid ${data.payee} ${pounds(pence(data.amount))} ${ofInWords(data.of)} (${data.bankReference})` +
      (data.interest ? `, and ${pounds(pence(data.interest.amount))} of interest (${data.interest.basis}).` : '.'),
  }),
  completedFact({
    name: 'WriteOffApproved',
    title: 'Write a debt off',
    group: 'settlement',
    about:
      'A creditor writes off what it has abandoned; a second officer signs, and above the delegated limit a minute is named.',
    input: z.strictObject(writeOffSent),
    adds: { debtor: Debtor, left: SignedMoney },
    signature: 'second-officer',
    roles: FINANCE,
    signerRoles: ['chief-finance-officer'],
    effective: 'any-day',
    reversible: true,
    underItsName: true,
    sides: (data) => ({ acts: [data.creditor], signs: [data.creditor] }),
    amount: (data) => pence(data.amount),
    complete(data, state: DisputeState) {
      const abandoned = abandonedBy(state, data.of, data.creditor, data.effective);
      if (abandoned instanceof Refusal) return abandoned;
      const { debtor, left } = abandoned;
      return { ...data, debtor, left: moneyText(minus(left, pence(data.amount))) };
    },
    check(data, state: DisputeState, { today }) {
      if (signedPence(data.left) < 0) {
        return refuse(
          'more_than_abandoned',
          `${pounds(negated(signedPence(data.left)))} more than ${data.creditor} has abandoned ${ofInWords(data.of)}.${settledUnder(state, data.of, data.effective)}`,
        );
      }
      // The lower limit of the two days counts, so that nobody picks a day with a higher limit. The total counts, so
      // that nobody splits a write-off.
      const limit = lesser(
        writeOffLimitOn(state, data.creditor, data.effective),
        writeOffLimitOn(state, data.creditor, today),
      );
      const inAll = plus(writtenOffAlready(state, data.of, data.creditor), pence(data.amount));
      return inAll > limit && data.minute === undefined
        ? refuse(
            'minute_needed',
            `The delegated limit of ${data.creditor} is ${pounds(limit)}; with this, ${pounds(inAll)} would be written off ${ofInWords(data.of)}.`,
          )
        : undefined;
    },
    postings: (data) =>
      between('writtenOff', data.of.case ?? data.of.settlement!, data.effective, {
        to: data.creditor,
        from: data.debtor,
        pence: pence(data.amount),
      }),
    evolve: (state, data, event) => void enter(state, event, 'writes-off', enterOf(state, data.of)),
    sentence: (data) =>
      `${data.creditor} wrote off ${pounds(pence(data.amount))} owed by ${data.debtor} ${ofInWords(data.of)}` +
      (data.minute ? ` (${data.minute}).` : '.'),
  }),
  fact({
    name: 'WriteOffLimitSet',
    title: 'Set the limit of write-offs',
    group: 'settlement',
    about:
      'The sum up to which a partner’s officers may write off without a minute, from a day on; a second officer signs.',
    input: z.strictObject({ effective: Effective, partner: actingBody(Partner), limit: WriteOffLimit, minute: Minute }),
    signature: 'second-officer',
    roles: FINANCE,
    signerRoles: ['chief-finance-officer'],
    effective: 'any-day',
    reversible: true,
    sides: (data) => ({ acts: [data.partner], signs: [data.partner] }),
    check: (data, state: DisputeState) => partnersAreIn(state, [data.partner]),
    evolve(state, _data, event) {
      append(state.writeOffLimits, enter(state, event, 'limits-write-offs', []));
    },
    sentence: (data) =>
      `${data.partner} may write off up to ${pounds(pence(data.limit))} without a minute from ${dayInWords(data.effective)} (${data.minute}).`,
  }),
];
