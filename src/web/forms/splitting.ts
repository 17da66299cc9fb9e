import type { z } from 'zod';
import { totalOf } from '../../domain/grammar/asked.js';
import type { Day, FinancialYear } from '../../domain/calendar.js';
import { moneyText, pence } from '../../domain/money.js';
import { daysOf, equalParts, type Every } from '../../domain/grammar/schedule.js';
import { Amount } from '../../domain/values.js';
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

/** The buttons that split a sum, if the field is a list of instalments in a fund. */
export const splitButtons = (field: z.ZodType, at: string): Content =>
  partsOf(field) &&
  html`<p class="govuk-body">Split the sum evenly over what is left of the year, or change the instalments below.</p>
    <div class="bcf-buttons">${Object.entries(SPLITS).map(([name, { words }]) =>
      button({ content: words, name: 'go', value: `split ${name} ${at}`, classes: 'govuk-button--secondary' }),
    )}</div>`;

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
  return { ...Object.fromEntries(others), ...filled(field, at, rows) };
}

/** The first days of the months or quarters of a year, from the effective day on if it is within the year. */
function daysIn(form: Form, { first, last }: FinancialYear, every: Every | undefined): Day[] {
  const [day = '', month = '', year = ''] = ['day', 'month', 'year'].map((part) => form[`f.effective-${part}`]);
  const effective = typedDay(day, month, year);
  const from = effective !== undefined && effective > first && effective <= last ? (effective as Day) : first;
  const left = every ? daysOf({ every, from: first }).filter((each) => each >= from) : [];
  return left.length > 0 ? left : [from];
}
