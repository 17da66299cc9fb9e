import type { z } from 'zod';
import { optionsOf, type Answer, type Question, type Shape } from '../asking.js';
import { input, select } from '../components/fields.js';
import { isDateName, type DateName, type OtherField, type Said } from '../dates.js';
import { plainly } from '../format.js';
import { ALONG, periodName, titleOf } from './answer-words.js';

/** The fields of a question’s page for its options other than dates, by their declarations. */

interface Codes extends Shape {
  readonly 'x-codes'?: Readonly<Record<string, string>>;
  readonly default?: unknown;
}

interface Choice {
  readonly value: string;
  readonly text: string;
}

/** The choices of options that name something, by the name of the option. */
export type Named = Readonly<Record<string, readonly Choice[] | undefined>>;

/** Options without a field, because the page has links for them. */
const LINKS = new Set(['after', 'limit', 'with']);

const TITLES: Readonly<Record<string, string>> = {
  along: 'What moves',
  measure: 'Figure',
  item: 'Contribution, grant or line',
  days: 'Days late, at least',
  step: 'Step of the share',
  overspend: 'An overspend is',
  overdue: 'Only what is overdue',
  year: 'Year',
  from: 'First year',
  to: 'Last year',
  period: 'To the end of',
};

/** What the field of an option is called. */
export const optionTitle = (name: string): string => TITLES[name] ?? plainly(name);

const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  along: ALONG,
  overdue: { true: 'Yes', false: 'No' },
};

const PERIODS = 12;
const STEPS = [1000, 500, 2500] as const;

const isDay = (name: string, shape: Shape): boolean =>
  isDateName(name) && (name.includes('known') || shape.format === 'date');

/** The options of a question that are dates, in the order in which it declares them. */
export const datesOf = (question: Question): DateName[] =>
  Object.entries(optionsOf(question)).flatMap(([name, shape]) => (isDay(name, shape) ? [name as DateName] : []));

/** The other options, including those without a field. */
export const othersOf = (question: Question): string[] =>
  Object.entries(optionsOf(question)).flatMap(([name, shape]) => (isDay(name, shape) ? [] : [name]));

/** The values of an option that has few. */
function choicesFor(name: string, shape: Codes, named: Named): readonly Choice[] | undefined {
  if (shape['x-codes']) return Object.entries(shape['x-codes']).map(([value, text]) => ({ value, text }));
  if (shape.enum) return shape.enum.map((value) => ({ value, text: WORDS[name]?.[value] ?? titleOf(value) }));
  if (name === 'period')
    return Array.from({ length: PERIODS }, (_, at) => ({ value: String(at + 1), text: periodName(at + 1) }));
  if (name === 'step') return STEPS.map((step) => ({ value: String(step), text: `${step / 100}%` }));
  return named[name];
}

const isWritten = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

/**
 * The value of an option that was left out, as the answer repeats it. A figure may have the same name as an option,
 * such as `overdue`; it counts only if the option could have this value.
 */
function saidOf({ options }: Question, answer: Answer, name: string): string | undefined {
  const said = answer[name];
  const isOption = isWritten(said) && (options.shape[name] as z.ZodType).safeParse(String(said)).success;
  return isOption ? String(said) : undefined;
}

/** A field for each option that is not a date. Its name is the option’s name after `prefix`. */
export function fieldsFor(
  question: Question,
  answer: Answer,
  asked: Readonly<Record<string, string | undefined>>,
  named: Named,
  { prefix = '', said }: { readonly prefix?: string; readonly said?: Said | undefined } = {},
): OtherField[] {
  return Object.entries(optionsOf(question) as Readonly<Record<string, Codes>>)
    .filter(([name, shape]) => !isDay(name, shape) && !LINKS.has(name))
    .map(([name, shape]) => {
      const label = { content: optionTitle(name), classes: 'govuk-label--s' };
      const otherwise = saidOf(question, answer, name) ?? shape.default;
      const value = asked[name] ?? (isWritten(otherwise) ? String(otherwise) : '');
      const choices = choicesFor(name, shape, named);
      const wrong = said?.option === name && { errorMessage: { content: said.words } };
      if (!choices)
        return {
          name,
          field: input({ name: `${prefix}${name}`, label, value, classes: 'govuk-input--width-10', ...wrong }),
        };
      const all = otherwise === undefined ? [{ value: '', text: 'All' }, ...choices] : choices;
      return { name, field: select({ name: `${prefix}${name}`, label, value, items: all, ...wrong }) };
    });
}
