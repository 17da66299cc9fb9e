import { z } from 'zod';
import { FINANCIAL_YEARS, dayNumber, LAST_DAY, monthsAfter, yearIndexOf, type Day } from '../calendar.js';
import { inShort } from './asked.js';
import { exactly, moneyText, pence, type Pence } from '../money.js';
import { Amount, EffectiveDay } from '../values.js';

/** When the parts of a sum fall due: one by one, or by a rule that is written out when it is read. */

const AT_MOST = 120;

/** What is repeated, and after how many months. */
const EVERY = { month: 1, quarter: 3 } as const;

export type Every = keyof typeof EVERY;

/** Where the pence go that equal parts leave over. */
export type OddPence = 'first' | 'last';

/**
 * The days of a rule: the first, and the same day of the month every so many months after it, or that month’s last day where
 * it is shorter. So many of them, or as many as the financial year of the first has left.
 */
export function daysOf({ every, from, times }: { every: Every; from: Day; times?: number | undefined }): Day[] {
  const { last } = FINANCIAL_YEARS[yearIndexOf(dayNumber(from))]!;
  const days: Day[] = [];
  for (let day = from; times === undefined ? day <= last : days.length < times;) {
    days.push(day);
    day = monthsAfter(from, days.length * EVERY[every]);
  }
  return days;
}

/**
 * A sum in equal parts, all in pence; the sum is not below 0. The pence that are left over are fewer than the parts:
 * the first parts have one more each, or the last part has them all. Source: docs/sources.md, Rounding.
 */
export function equalParts(sum: Pence, parts: number, oddPence: OddPence = 'first'): Pence[] {
  const odd = sum % parts;
  const each = (sum - odd) / parts;
  return Array.from({ length: parts }, (_, index) =>
    exactly(each + (oddPence === 'first' ? Number(index < odd) : index === parts - 1 ? odd : 0)),
  );
}

const Listed = z
  .array(
    z
      .strictObject({
        due: EffectiveDay.meta({ title: 'Due', description: 'The day on which it falls due.' }),
        amount: Amount.meta({ title: 'Amount', description: 'What falls due on the day.' }),
      })
      .meta({ title: 'Instalment' }),
  )
  .min(1, { error: 'must name at least one instalment' })
  .max(AT_MOST, { error: `must be at most ${AT_MOST} instalments` });

export type Instalment = z.output<typeof Listed>[number];

/** Whether each field by itself is as it must be: only then can they be looked at together. */
const isWhole = ({ issues }: { readonly issues: readonly unknown[] }): boolean => issues.length === 0;

const ByRule = z
  .strictObject({
    every: z.enum(['month', 'quarter']).meta({ title: 'How often', description: 'How often one falls due.' }),
    from: EffectiveDay.meta({
      title: 'From',
      description: 'The day of the first; the others are on the same day of their months.',
    }),
    of: Amount.meta({ title: 'Sum', description: 'The sum that is divided.' }),
    times: z.int().min(1).max(AT_MOST).optional().meta({
      title: 'How many',
      description: 'How many there are; left out, as many as the financial year of the first has left.',
    }),
    oddPence: z.enum(['first', 'last']).optional().meta({
      title: 'Odd pence',
      description: 'Where the pence go that are left over: one each to the first (left out, too), or all to the last.',
    }),
  })
  .refine((rule) => daysOf(rule).at(-1)! <= LAST_DAY, {
    error: `must end by ${LAST_DAY}`,
    path: ['times'],
    when: isWhole,
  })
  .refine((rule) => pence(rule.of) >= daysOf(rule).length, {
    error: 'must come to a penny at least for each instalment',
    path: ['of'],
    when: isWhole,
  });

/** A rule, written out: every instalment with its day and its amount as money text. */
export function writtenOut({ of, oddPence, ...rule }: z.output<typeof ByRule>): Instalment[] {
  const days = daysOf(rule);
  const sums = equalParts(pence(of), days.length, oddPence);
  return days.map((due, index) => ({ due, amount: moneyText(sums[index]!) }));
}

export const Instalments = inShort(Listed, ByRule, writtenOut, {
  error: 'must be a list of instalments, or a rule such as {"every": "month", "from": "2017-04-01", "of": "1200.00"}',
}).meta({
  title: 'Instalments',
  description: 'What falls due on which day. The amounts add up to the whole.',
});
