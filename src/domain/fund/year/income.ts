import { z } from 'zod';
import { daysAfter, lastDayOfPeriod, type Day } from '../../calendar.js';
import { completedFact, type Fact } from '../../grammar/fact.js';
import { minus, moneyText, negated, NO_MONEY, pence, plus, pounds, type Pence } from '../../money.js';
import { accountKey, posted, type Measure } from '../../postings.js';
import { MANAGE } from '../../roles.js';
import { refuse, Refusal } from '../../rules.js';
import { lineCategoryOf } from '../../sources.js';
import { EffectiveDay, Sum } from '../../values.js';
import { opened, type FundState } from '../state.js';
import { endOfPeriod, Period } from './periods.js';
import { dayOfPeriod, lineAccount, lineOn, OfLine, onLine, purposeFits, vatFits, withLine } from './spending.js';
import {
  AGAIN,
  AmountOf,
  BankReference,
  Effective,
  LineName,
  Net,
  Note,
  PaperReference,
  Purpose,
  Recoverable,
  Vat,
} from '../../grammar/fields.js';
import { among } from '../../grammar/asked.js';

/**
 * Money that comes back to a plan line: credit notes and income; and statements that there was nothing in a period.
 * Source: docs/sources.md, Accounting.
 */

/** The category of lines of income. */
const INCOME = 'income';

const creditInput = {
  effective: Effective,
  line: LineName,
  net: Net.meta({ description: 'What is credited, without VAT.' }),
  vat: Vat.meta({ description: 'The VAT on it; 0.00 where there is none.' }),
  recoverable: Recoverable.meta({ description: 'The part of the VAT that had been recovered.' }),
  reference: PaperReference.meta({ title: 'Credit note', description: 'The number of the credit note.' }),
  invoice: PaperReference.optional().meta({
    title: 'Invoice',
    description: 'The number of the invoice that it credits.',
  }),
  purpose: Purpose.optional().meta({
    description: 'The purpose that the spending was for, where the grant states any.',
  }),
  ...AGAIN,
};

const incomeInput = {
  effective: EffectiveDay.meta({ title: 'Day', description: 'The day on which it came.' }),
  line: among([INCOME], LineName).meta({ description: 'The line of income in the plan, by its name in the fund.' }),
  amount: AmountOf,
  bankReference: BankReference,
  ...AGAIN,
};

const nilInput = {
  effective: EffectiveDay.meta({ description: 'The last day of the period.' }),
  line: LineName,
  period: Period,
  note: Note.optional(),
};

/** The category of a plan line, as it was set. */
const categoryOf = (state: FundState, line: string): string =>
  state.tested.facts.find(({ revision }) => revision === state.named.get(line)!)!.data['category'] as string;

const MOVES = ['spent', 'accrued', 'income'] as const satisfies readonly Measure[];

/**
 * What was spent, accrued or received on a line in a period. The automatic reversal of the accrual of the period before
 * is left out.
 */
function movedIn(
  state: FundState,
  { line, period, ...of }: { line: string; period: number; source: string; recurrent: boolean },
): Pence {
  const { year } = opened(state);
  const from: Day = period === 1 ? year.first : daysAfter(lastDayOfPeriod(year, period - 1), 1);
  const to = lastDayOfPeriod(year, period);
  let sum: Pence = NO_MONEY;
  for (const measure of MOVES) {
    const series = state.books.get(accountKey(lineAccount(measure, line, of)))?.series;
    series?.days.forEach((day, at) => {
      if (day >= from && day <= to && series.moves[at]! > 0) sum = plus(sum, series.moves[at]!);
    });
  }
  return sum;
}

export const INCOME_FACTS: readonly Fact<FundState>[] = [
  completedFact({
    name: 'CreditNoteReceived',
    title: 'Record a credit note',
    group: 'spending',
    about:
      'A supplier credits something that was spent on a plan line: the spending of the line falls by it, and never below zero.',
    input: z.strictObject(creditInput),
    adds: {
      ...OfLine,
      charge: Sum.meta({ description: 'What the line bears less: net, and the VAT that is not recovered.' }),
    },
    signature: 'none',
    happened: ({ effective }) => effective,
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    limits: ['spent'],
    sameAs: ({ line, purpose = '', effective, net, vat, reference }) => [line, purpose, effective, net, vat, reference],
    restsOn: (data) => data.line,
    sides: onLine,
    amount: (data) => pence(data.charge),
    complete(data, state: FundState) {
      const of = vatFits(data) ?? withLine(data, state);
      if (of instanceof Refusal) return of;
      const charge = plus(pence(data.net), minus(pence(data.vat), pence(data.recoverable)));
      return { ...of, charge: moneyText(charge) };
    },
    check: (data, state: FundState) => purposeFits(state, { ...data, purpose: data.purpose }),
    postings: (data) =>
      posted({
        ...lineAccount('spent', data.line, data),
        item: data.line,
        on: data.effective,
        pence: negated(pence(data.charge)),
      }),
    sentence: (data) =>
      `${pounds(pence(data.charge))} of what was spent on "${data.line}" was credited (${data.reference}${data.invoice ? `, of the invoice ${data.invoice}` : ''}).`,
  }),
  completedFact({
    name: 'IncomeReceived',
    title: 'Record income',
    group: 'spending',
    about:
      'Users or others have paid towards a plan line of income. It shows beside what is planned and forecast; it is of the body that charges for the service, and brings the pool nothing.',
    input: z.strictObject(incomeInput),
    adds: { ...OfLine },
    signature: 'none',
    happened: ({ effective }) => effective,
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    sameAs: ({ line, effective, amount, bankReference }) => [line, effective, amount, bankReference],
    restsOn: (data) => data.line,
    sides: onLine,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const line = lineOn(state, data.line, data.effective);
      if (line instanceof Refusal) return line;
      return { ...data, source: line.source, recurrent: line.recurrent };
    },
    check(data, state: FundState) {
      const category = categoryOf(state, data.line);
      return category === INCOME
        ? undefined
        : refuse(
            'line_no_income',
            `"${data.line}" is of the category ${category} (${lineCategoryOf(category)!.name}).`,
          );
    },
    postings: (data) =>
      posted({
        ...lineAccount('income', data.line, data),
        item: data.line,
        on: data.effective,
        pence: pence(data.amount),
      }),
    sentence: (data) => `${pounds(pence(data.amount))} came in on "${data.line}" (${data.bankReference}).`,
  }),
  completedFact({
    name: 'NothingStated',
    title: 'State that there was nothing',
    group: 'spending',
    keptAs: 'nothing',
    about:
      'Nothing was spent, accrued or came in on a plan line in a period: that it was said is otherwise than that nothing was said. It moves no money, and is refused where something is recorded.',
    input: z.strictObject(nilInput),
    suggests: endOfPeriod,
    adds: { ...OfLine },
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    inClosedPeriods: true,
    reversible: true,
    restsOn: (data) => data.line,
    sides: onLine,
    complete(data, state: FundState) {
      const line = lineOn(state, data.line, data.effective);
      return line instanceof Refusal ? line : { ...data, source: line.source, recurrent: line.recurrent };
    },
    check(data, state: FundState) {
      const wrong = dayOfPeriod(state, data);
      if (wrong) return wrong;
      const moved = movedIn(state, data);
      return moved === NO_MONEY
        ? undefined
        : refuse('not_nothing', `${pounds(moved)} is recorded on "${data.line}" in P${data.period}.`);
    },
    sentence: (data) =>
      `Nothing was spent and nothing came in on "${data.line}" in P${data.period}${data.note ? `: ${data.note}` : '.'}`,
  }),
];
