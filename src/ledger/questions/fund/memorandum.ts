import { z } from 'zod';
import { memorandum as memorandumOf, mirrored } from '../../../../projections/memorandum.js';
import { inherited } from '../../../../projections/succession.js';
import { daysAfter } from '../../../domain/calendar.js';
import { moneyText, NO_MONEY } from '../../../domain/money.js';
import { sumsPassedOn } from '../../../domain/register/inheritance.js';
import { Refusal } from '../../../domain/rules.js';
import { SignedMoney } from '../../../domain/values.js';
import { viewOf } from '../../memory/read-model.js';
import { AtTwoDates, inText, nameOf, OfFund, PartnerName, query, Stamp, fundAtDates } from '../question.js';
import { hostOf, ringFencedOwed, sharesAt } from './risk-share.js';

/**
 * The memorandum account of a pool and each partner's share of it, and the check that both sides of the books agree.
 */

const NOTHING = moneyText(NO_MONEY);
const SHARED_BY =
  'a surplus by what each has agreed for the year, paid once or recurrently, ring-fenced money left out; a deficit by recurrent contributions; where there are none, the host’s';

export const memorandum = query({
  name: 'memorandum',
  path: '/funds/{fund}/memorandum',
  about:
    'The memorandum account of the pool: funding, spending, the surplus and each partner’s share of it, what was returned or is carried forward, and the closing balance.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    opening: SignedMoney,
    funding: z
      .array(
        z.object({
          ...PartnerName,
          source: z.string(),
          amount: SignedMoney,
          received: SignedMoney,
          debtor: SignedMoney,
        }),
      )
      .meta({
        description:
          'What was agreed for the year, with what was carried in, whenever it falls due; what of it has been received, and what is still owed to the pool.',
      }),
    grossFunding: SignedMoney,
    debtors: SignedMoney,
    spending: z.array(z.object({ line: z.string(), amount: SignedMoney })),
    passedDown: z.array(z.object({ grant: z.string(), amount: SignedMoney })).meta({
      description:
        'What was passed down to districts from each grant. It has left the pool, and is part of gross spending.',
    }),
    grossSpending: SignedMoney,
    surplus: SignedMoney.meta({
      description:
        'Gross funding less gross spending; a deficit is negative. Before the year has ended, the year’s funding less what was spent by the day.',
    }),
    ringFenced: SignedMoney.meta({
      description: 'The part of the surplus that is left of ring-fenced money. It is not shared.',
    }),
    sharedBy: z.string().meta({ description: 'How the rest that no signed rule shares is shared, in words.' }),
    partners: z
      .array(
        z.object({
          ...PartnerName,
          funding: SignedMoney,
          owed: SignedMoney.meta({
            description:
              'What the holder of a grant owes this partner from what is left of the grant. For the holder itself the sum is negative.',
          }),
          spending: SignedMoney,
          surplus: SignedMoney,
          ringFenced: SignedMoney.meta({
            description: 'The part of its surplus that is left of ring-fenced money owed to it.',
          }),
          returned: SignedMoney,
        }),
      )
      .meta({
        description:
          'Each partner’s share. Its funding, with what is owed, less its share of the surplus is its share of the spending. What is left of ring-fenced money belongs to those to whom it is owed. The rest is shared by the signed risk shares and, on the last day of the year or after it, by the rules of the agreement. What these leave is shared as “sharedBy” says.',
      }),
    returned: SignedMoney,
    drawn: SignedMoney.meta({ description: 'Drawn from reserves for a later year’s fund.' }),
    carriedForward: SignedMoney,
    closing: SignedMoney,
    holds: z.boolean().meta({
      description:
        'Whether opening + funding − spending − returned − drawn is the closing balance, and the shares are the surplus.',
    }),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const before = daysAfter(at.year.first, -1);
    const opening = inherited(viewOf(at.model, before < at.on ? before : at.on, at.size, at.instant), at.inheritance);
    const { shares, ringFenced } = await sharesAt(ledger, at);
    const account = memorandumOf(at.view, opening, {
      partners: at.partners,
      // Before the year has ended, its whole budget is not compared with the spending of some months. Only signed
      // shares count.
      charged: shares.map((each) => (at.on < at.year.last ? each.signed : each.shares)),
      ringFenced,
      owedTo: (source, sum) => ringFencedOwed(at, source, sum),
      hosts: (sum) => sumsPassedOn(new Map([[hostOf(at), sum]]), at.inheritance),
    });
    const { funding, spending, passedDown, partners, holds, ...sums } = account;
    return {
      fund: at.fund,
      ...at.stamp,
      ...inText(sums),
      sharedBy: SHARED_BY,
      funding: funding.map(({ partner, source, amount, received, debtor }) => ({
        partner,
        name: nameOf(ledger, partner),
        source,
        ...inText({ amount, received, debtor }),
      })),
      spending: spending.map(({ line, amount }) => ({ line, amount: moneyText(amount) })),
      passedDown: passedDown.map(({ grant, amount }) => ({ grant, amount: moneyText(amount) })),
      partners: partners.map(({ partner, ...figures }) => ({
        partner,
        name: nameOf(ledger, partner),
        ...inText(figures),
      })),
      holds,
    };
  },
  sums: 'among',
  table: (answer) => ({
    columns: ['what', 'of', 'source', 'amount', 'received', 'not received'],
    rows: [
      ['Opening balance', '', '', answer.opening, '', ''],
      ...answer.funding.map((each) => ['Funding', each.name, each.source, each.amount, each.received, each.debtor]),
      ['Gross funding', '', '', answer.grossFunding, '', answer.debtors],
      ...answer.spending.map((each) => ['Spending', each.line, '', each.amount, '', '']),
      ...answer.passedDown.map((each) => ['Passed down', each.grant, '', each.amount, '', '']),
      ['Gross spending', '', '', answer.grossSpending, '', ''],
      ['Surplus', '', '', answer.surplus, '', ''],
      ['of which ring-fenced', '', '', answer.ringFenced, '', ''],
      [`The rest is shared: ${answer.sharedBy}`, '', '', '', '', ''],
      ...answer.partners.map((each) => ['Share of the surplus', each.name, '', each.surplus, '', '']),
      ...answer.partners
        .filter((each) => each.ringFenced !== NOTHING)
        .map((each) => ['of which ring-fenced', each.name, '', each.ringFenced, '', '']),
      ...answer.partners.map((each) => ['Share of the spending', each.name, '', each.spending, '', '']),
      ['Returned', '', '', answer.returned, '', ''],
      ['Drawn for a later year', '', '', answer.drawn, '', ''],
      ['Closing balance', '', '', answer.closing, '', ''],
      ['of which carried forward', '', '', answer.carriedForward, '', ''],
      ['The account holds', answer.holds ? 'yes' : 'no', '', '', '', ''],
    ],
  }),
});

export const mirror = query({
  name: 'mirror',
  path: '/funds/{fund}/mirror',
  about:
    'Whether partners and pool agree. Each sum is kept twice, once for a partner or the plan and once for the pool; both are added up and compared, by measure and source.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    agrees: z.boolean(),
    rows: z.array(
      z.object({
        measure: z.string(),
        source: z.string(),
        partners: z.array(z.object({ partner: z.string(), amount: SignedMoney })),
        total: SignedMoney,
        pool: SignedMoney,
        agrees: z.boolean(),
      }),
    ),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const rows = mirrored(at.view);
    return {
      fund: at.fund,
      ...at.stamp,
      agrees: rows.every((row) => row.agrees),
      rows: rows.map(({ total, pool, partners, ...row }) => ({
        ...row,
        ...inText({ total, pool }),
        partners: partners.map(({ partner, amount }) => ({ partner, amount: moneyText(amount) })),
      })),
    };
  },
  sums: 'among',
  table: ({ rows }) => ({
    columns: ['measure', 'source', 'side', 'amount', 'agrees'],
    rows: rows.flatMap(({ measure, source, partners, total, pool, agrees }) => [
      ...partners.map(({ partner, amount }) => [measure, source, partner, amount, '']),
      [measure, source, 'Total', total, ''],
      [measure, source, 'pool', pool, agrees ? 'yes' : 'no'],
    ]),
  }),
});
