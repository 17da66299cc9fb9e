import type { z } from 'zod';
import { totalOf } from '../../domain/grammar/asked.js';
import { monthsAfter, type Day, type FinancialYear } from '../../domain/calendar.js';
import { apportion, moneyText, pence } from '../../domain/money.js';
import { Amount } from '../../domain/values.js';
import { button } from '../components/fields.js';
import { html, type Content } from '../html.js';
import type { Form } from '../site.js';
import { typedDay, typedMoney } from '../typed.js';
import { filled } from './filling.js';
import { nameIn } from './reading.js';
import { shapeOf, type Fields } from './shapes.js';

/**
 * Instalments by themselves: a sum in equal parts over the months or quarters that are left of a fund’s year, on their
 * first days, the odd pence on the first of them.
 */

const SPLITS: Readonly<Record<string, { readonly words: string; readonly months: number }>> = {
  month: { words: 'Split by month', months: 1 },
  quarter: { words: 'Split by quarter', months: 3 },
  once: { words: 'All at once', months: 12 },
};

/** The fields of a list of instalments of a sum: the day, the sum, and where the whole stands. */
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

/** The buttons that split, where a field is of instalments in a fund. */
export const splitButtons = (field: z.ZodType, at: string): Content =>
  partsOf(field) &&
  html`<div class="bcf-buttons">${Object.entries(SPLITS).map(([name, { words }]) =>
    button({ content: words, name: 'go', value: `split ${name} ${at}`, classes: 'govuk-button--secondary' }),
  )}</div>`;

/** A form with a list of instalments made anew. The same form where the whole is not known yet. */
export function split(form: Form, field: z.ZodType, at: string, how: string, year: FinancialYear): Form {
  const parts = partsOf(field);
  const whole = parts && typedMoney(form[parts.whole] ?? '');
  const split = Object.hasOwn(SPLITS, how) ? SPLITS[how] : undefined;
  if (!parts || whole === undefined || !split || !Amount.safeParse(whole).success) return form;
  const days = daysOf(form, year, split.months);
  const sums = apportion(
    pence(whole),
    days.map((_, index) => ({ id: String(index).padStart(3, '0'), weight: 1 })),
  );
  const rows = days.map((day, index) => ({
    [parts.day]: day,
    [parts.sum]: moneyText(sums.get(String(index).padStart(3, '0'))!),
  }));
  const others = Object.entries(form).filter(([name]) => !name.startsWith(`${at}.`));
  return { ...Object.fromEntries(others), ...filled(field, at, rows) };
}

/** The first days of the months of a year, each so many, from the effective day on where it is in the year. */
function daysOf(form: Form, { first, last }: FinancialYear, months: number): Day[] {
  const [day = '', month = '', year = ''] = ['day', 'month', 'year'].map((part) => form[`f.effective-${part}`]);
  const effective = typedDay(day, month, year);
  const from = effective !== undefined && effective > first && effective <= last ? effective : first;
  const all = Array.from({ length: 12 / months }, (_, index) => monthsAfter(first, index * months));
  const left = all.filter((each) => each >= from);
  return left.length > 0 && months < 12 ? left : [from as Day];
}
