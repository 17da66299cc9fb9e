import { z } from 'zod';
import { append } from '../grammar/change.js';
import { dayInWords, instantOf, londonDay } from '../calendar.js';
import { keeperFact, type Fact } from '../grammar/fact.js';
import { ADMINISTER } from '../roles.js';
import { refuse } from '../rules.js';
import { EffectiveDay, words } from '../values.js';
import { isWorkingDay } from '../working-days.js';
import type { RegisterState } from './state.js';
import { suggesting } from '../grammar/asked.js';
import { Publication } from '../grammar/fields.js';

/** Bank holidays that are proclaimed after this program was written. Source: docs/sources.md, Disputes. */
export const HOLIDAY_FACTS: readonly Fact<RegisterState>[] = [
  keeperFact({
    name: 'BankHolidayProclaimed',
    title: 'Record a bank holiday',
    group: 'published',
    about:
      'A day is proclaimed a bank holiday in England, added or in place of another. Deadlines in working days that are set from then on leave it out. One that was set before stands as it was set: both sides can extend the stage.',
    input: z.strictObject({
      effective: suggesting({ day: 'today' }, EffectiveDay).meta({
        title: 'Proclaimed on',
        description: 'The day on which it was proclaimed.',
      }),
      day: EffectiveDay.meta({ title: 'Bank holiday', description: 'The day that is a bank holiday.' }),
      insteadOf: EffectiveDay.optional().meta({
        title: 'In place of',
        description: 'The bank holiday that it takes the place of; left out, it is one more.',
      }),
      occasion: words(120).meta({ title: 'Occasion', description: 'What the holiday is for.' }),
      publication: Publication,
    }),
    pages: [
      ['day', 'insteadOf'],
      ['effective', 'occasion', 'publication'],
    ],
    roles: ADMINISTER,
    wayBack: 'Record the day that takes its place.',
    happened: ({ effective }) => effective,
    check({ day, insteadOf }, { reference: { holidays } }: RegisterState, { today }) {
      if (!isWorkingDay(day, today, holidays)) {
        return refuse('holiday_unfit', `${dayInWords(day)} is a weekend or a bank holiday already.`);
      }
      return insteadOf !== undefined && isWorkingDay(insteadOf, today, holidays)
        ? refuse('holiday_unfit', `${dayInWords(insteadOf)} is no bank holiday, and nothing can take its place.`)
        : undefined;
    },
    evolve: (state, { day, insteadOf, occasion }, { metadata }) =>
      append(state.reference.holidays, {
        day,
        ...(insteadOf && { insteadOf }),
        announced: londonDay(instantOf(metadata.recordedAt)!),
        why: occasion,
      }),
    sentence: ({ day, insteadOf, occasion, publication }) =>
      `${dayInWords(day)} is a bank holiday${insteadOf ? `, in place of ${dayInWords(insteadOf)}` : ''}: ${occasion} (${publication}).`,
  }),
];
