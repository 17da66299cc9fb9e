import type { z } from 'zod';
import { totalOf } from '../../domain/grammar/asked.js';
import { dayInWords, type Day, type FinancialYear } from '../../domain/calendar.js';
import { moneyText, pence } from '../../domain/money.js';
import { daysOf, equalParts, type Every } from '../../domain/grammar/schedule.js';
import { byText } from '../../domain/order.js';
import { Amount } from '../../domain/values.js';
import { sha256 } from '../../ledger/catalogue.js';
import { button } from '../components/fields.js';
import { html, type Content } from '../html.js';
import type { Form } from '../site.js';
import { typedDay, typedMoney } from '../typed.js';
import { filled } from './filling.js';
import { nameIn } from './reading.js';
import { shapeOf, type Fields } from './shapes.js';

/**
 * Splits a sum into equal instalments over the remaining months or quarters of a fund’s year, each due on a first day.
 * The first instalment takes the odd pence.
 */

const SPLITS: Readonly<Record<string, { readonly words: string; readonly every?: Every }>> = {
  month: { words: 'Split by month', every: 'month' },
  quarter: { words: 'Split by quarter', every: 'quarter' },
  once: { words: 'All at once' },
};

/** The fields of a list of instalments: the day, the sum, and the field of the whole; undefined for any other list. */
function partsOf(field: z.ZodType): { day: string; sum: string; whole: string } | undefined {
  const to = totalOf(field);
  const shape = shapeOf(field);
  if (!to || !('field' in to) || shape.kind !== 'list') return undefined;
  const item = shapeOf(shape.element);
  const fields: Fields = item.kind === 'object' ? item.fields : {};
  const of = (kind: string): string | undefined =>
    Object.entries(fields).find(([, each]) => shapeOf(each).kind === kind)?.[0];
  const [day, sum] = [of('day'), of('money')];
  return day !== undefined && sum !== undefined ? { day, sum, whole: nameIn(to.field) } : undefined;
}

/**
 * The buttons that split a sum, if the field is a list of instalments in a fund. Where no month or no quarter of the year begins
 * from the effective day on, the page says so in place of the button.
 */
export function splitButtons(field: z.ZodType, at: string, form: Form, year: FinancialYear): Content {
  if (!partsOf(field)) return undefined;
  const from = firstIn(form, year);
  const ways = Object.entries(SPLITS).map(([name, way]) => ({
    ...way,
    name,
    isLeft: !way.every || leftOf(from, year, way.every).length > 0,
  }));
  const none = ways.flatMap(({ isLeft, every }) => (every && !isLeft ? [every] : []));
  const canSplit = ways.some(({ every, isLeft }) => every && isLeft);
  return html`${canSplit && html`<p class="govuk-body">Split the sum evenly over what is left of the year, or change the instalments below.</p>`}
    ${none.length > 0 && html`<p class="govuk-body">No ${none.join(' and no ')} of this year begins on ${dayInWords(from)} or later, so the sum cannot be split by ${none.join(' or by ')}. To split it, go back and choose an earlier effective day, or add an instalment below.</p>`}
    <div class="bcf-buttons">${ways
      .filter(({ isLeft }) => isLeft)
      .map(({ name, words }) =>
        button({ content: words, name: 'go', value: `split ${name} ${at}`, classes: 'govuk-button--secondary' }),
      )}</div>`;
}

/** A form with a new list of instalments. The form is unchanged if the whole sum is not known yet. */
export function split(form: Form, field: z.ZodType, at: string, how: string, year: FinancialYear): Form {
  const parts = partsOf(field);
  const whole = parts && typedMoney(form[parts.whole] ?? '');
  const split = Object.hasOwn(SPLITS, how) ? SPLITS[how] : undefined;
  if (!parts || whole === undefined || !split || !Amount.safeParse(whole).success) return form;
  const days = daysIn(form, year, split.every);
  const sums = equalParts(pence(whole), days.length);
  const rows = days.map((day, index) => ({ [parts.day]: day, [parts.sum]: moneyText(sums[index]!) }));
  const others = Object.entries(form).filter(([name]) => !name.startsWith(`${at}.`));
  const made = filled(field, at, rows);
  return { ...Object.fromEntries(others), ...made, [splitAt(at)]: `${how} ${sha256(textOf(made, at))}` };
}

/** Where a form carries how a list was split, and the digest of what came of it. */
const splitAt = (at: string): string => `made.split.${at}`;

/** What a form holds of a list, as one text. */
const textOf = (form: Form, at: string): string =>
  JSON.stringify(
    Object.entries(form)
      .filter(([name]) => name.startsWith(`${at}.`) && !name.endsWith('.shown'))
      .sort(([a], [b]) => byText(a, b)),
  );

/** A form with its lists split anew that were split before and that nobody has changed since: the sum or the day may be another. */
export const splitAgain = (form: Form, fields: readonly [at: string, field: z.ZodType][], year: FinancialYear): Form =>
  fields.reduce((before, [at, field]) => {
    const [how = '', digest] = (form[splitAt(at)] ?? '').split(' ');
    return digest === sha256(textOf(before, at)) ? split(before, field, at, how, year) : before;
  }, form);

/** The effective day of a form, if it is within the year, or else the first day of the year. */
function firstIn(form: Form, { first, last }: FinancialYear): Day {
  const [day = '', month = '', year = ''] = ['day', 'month', 'year'].map((part) => form[`f.effective-${part}`]);
  const effective = typedDay(day, month, year);
  return effective !== undefined && effective > first && effective <= last ? (effective as Day) : first;
}

/** The first days of the months or quarters of a year, from a day on, inclusive. */
const leftOf = (from: Day, { first }: FinancialYear, every: Every): Day[] =>
  daysOf({ every, from: first }).filter((each) => each >= from);

/** The days of the instalments; the effective day alone, if nothing else is left of the year. */
function daysIn(form: Form, year: FinancialYear, every: Every | undefined): Day[] {
  const from = firstIn(form, year);
  const left = every ? leftOf(from, year, every) : [];
  return left.length > 0 ? left : [from];
}
