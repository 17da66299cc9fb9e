import { z } from 'zod';
import { classTotals, treatments } from '../../../../projections/accounting-classes.js';
import { CLAIM_SUMS, sumsOf, type Sums } from '../../../domain/dispute/claim.js';
import { settlementOn, type Line } from '../../../domain/dispute/owed.js';
import {
  minus,
  negated,
  NO_MONEY,
  notNegative,
  pence,
  plus,
  pounds,
  signedPence,
  type Pence,
} from '../../../domain/money.js';
import { refuse, Refusal } from '../../../domain/rules.js';
import { Name, SignedMoney } from '../../../domain/values.js';
import type { Ledger } from '../../ledger.js';
import { rowsOf } from '../rows.js';
import { sumsInText, SumsText, treatmentText, TreatmentText } from './disputes.js';
import {
  AreaAtTwoDates,
  inText,
  nameOf,
  notInArea,
  OfArea,
  PartnerName,
  query,
  Stamp,
  disputesAtDates,
  type DisputesAtDates,
} from '../question.js';

/** The disputes of an area in the books of its partners: accounting classes, treatments and settlements. */

export const disputeClasses = query({
  name: 'dispute-classes',
  path: '/areas/{area}/disputes/accounting-classes',
  about:
    'What each partner’s books show in each accounting class: as an officer confirmed it, or as the rule proposes.',
  params: OfArea,
  options: AreaAtTwoDates,
  answer: z.object({
    area: z.string(),
    ...Stamp,
    classes: z.array(
      z.object({ ...PartnerName, class: z.string(), cases: z.int(), amount: SignedMoney, confirmed: SignedMoney }),
    ),
  }),
  cases: true,
  async run(ledger, asked) {
    const at = disputesAtDates(ledger, asked.area, asked);
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
  table: (answer) => ({
    columns: ['partner', 'class', 'cases', 'amount', 'confirmed'],
    rows: answer.classes.map((each) => [each.name, each.class, String(each.cases), each.amount, each.confirmed]),
  }),
});

export const disputeTreatments = query({
  name: 'dispute-treatments',
  path: '/areas/{area}/disputes/treatments',
  about:
    'The accounting class of each part of each case in each side’s books: proposed by rule, confirmed by an officer.',
  params: OfArea,
  options: AreaAtTwoDates.extend({
    partner: Name.optional().meta({ description: 'Only the books of this partner.' }),
  }),
  answer: z.object({ area: z.string(), ...Stamp, treatments: z.array(TreatmentText) }),
  cases: true,
  async run(ledger, asked) {
    const at = disputesAtDates(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    const all = treatments(at);
    const { partner } = asked;
    const unknown = notInArea(at, partner, (of) => all.some((each) => each.partner === of));
    if (unknown) return unknown;
    return {
      area: asked.area,
      ...at.stamp,
      treatments: rowsOf(
        all.filter((each) => partner === undefined || each.partner === partner),
        treatmentText,
      ),
    };
  },
  table: (answer) => ({
    columns: ['case', 'partner', 'part', 'proposed', 'confirmed', 'amount', 'confirmedEarlier', 'confirmedFor'],
    rows: answer.treatments.map((each) => [
      each.case,
      each.partner,
      each.part,
      each.proposed,
      each.confirmed ?? '',
      each.amount,
      each.confirmedEarlier?.class ?? '',
      each.confirmedEarlier?.amount ?? '',
    ]),
  }),
});

const NetText = z.object({ ...PartnerName, toReceive: SignedMoney, toPay: SignedMoney, net: SignedMoney });

/**
 * The sums that a line settles. In a line with a negative claim, what is agreed is what the claimant gives back; all
 * sums are made positive.
 */
function sumsOfLine({ claimed, agreed, abandoned, open }: Line): Sums {
  const towardsClaimant = signedPence(agreed);
  return {
    claimed: signedPence(claimed),
    agreed: notNegative(towardsClaimant),
    abandoned: pence(abandoned),
    open: signedPence(open),
    repayable: notNegative(negated(towardsClaimant)),
  };
}

/** A settlement in totals: gross payments each way, what has been paid and written off, and the net for each side. */
function settlementText(ledger: Ledger, at: DisputesAtDates, name: string) {
  const settled = settlementOn(at.state, name, at.on, at.upTo);
  if (!settled) return undefined;
  const { effective, lines, payments, writeOffs } = settled;
  const total = (amounts: readonly Pence[]): Pence => amounts.reduce(plus, NO_MONEY);
  const bodies = [...new Set(lines.flatMap((line) => [line.claimant, line.respondent]))].sort();
  const text = {
    settlement: name,
    effective,
    count: lines.length,
    ...sumsInText(sumsOf(lines.map(sumsOfLine))),
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
  return { text, lines: lines.map((line) => ({ ...line, ...sumsInText(sumsOfLine(line)) })) };
}

const SettlementText = {
  settlement: z.string(),
  effective: z.string(),
  count: z.int(),
  ...SumsText,
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
  params: OfArea.extend({ settlement: Name.meta({ description: 'The settlement, by its name.' }) }),
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
        ...SumsText,
      }),
    ),
  }),
  cases: true,
  async run(ledger, asked) {
    const at = disputesAtDates(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    const found = settlementText(ledger, at, asked.settlement);
    return found
      ? { area: asked.area, ...at.stamp, ...found.text, lines: found.lines }
      : refuse('name_unknown', `No settlement "${asked.settlement}" was in force in ${asked.area} on ${at.on}.`);
  },
  sums: 'among',
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
        '',
        each.writtenOff,
        each.outstanding,
      ]),
      ...net.map((each) => ['net', '', each.name, '', '', each.net, '', '', '', '', '']),
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
  cases: true,
  async run(ledger, asked) {
    const at = disputesAtDates(ledger, asked.area, asked);
    if (at instanceof Refusal) return at;
    return {
      area: asked.area,
      ...at.stamp,
      settlements: [...at.state.settlements.keys()].flatMap((name) => settlementText(ledger, at, name)?.text ?? []),
    };
  },
  table: (answer) => ({
    columns: ['settlement', 'effective', 'cases', ...CLAIM_SUMS, 'net'],
    rows: answer.settlements.map((each) => [
      each.settlement,
      each.effective,
      String(each.count),
      ...CLAIM_SUMS.map((name) => each[name]),
      each.net.map(({ name, net }) => `${name} ${pounds(signedPence(net))}`).join('; '),
    ]),
  }),
});
