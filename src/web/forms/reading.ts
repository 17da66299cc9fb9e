import type { z } from 'zod';
import { madeFrom, suggestionOf, totalOf } from '../../domain/grammar/asked.js';
import { readAs } from '../../domain/faults.js';
import {
  inPercent,
  moneyText,
  partsOfWhole,
  partsTogether,
  shareInWords,
  shareOfParts,
  signedPence,
  total,
  WHOLE_BASIS_POINTS,
  type Share,
} from '../../domain/money.js';
import { SignedAmount } from '../../domain/values.js';
import { pounds } from '../format.js';
import type { Form } from '../site.js';
import {
  nameOfWords,
  SUM_MAX,
  typedDay,
  typedMoney,
  typedPercent,
  typedWhole,
  unusedName,
  whyNoDay,
  whyNoMoney,
} from '../typed.js';
import { FIND_MAX, isOpenChoice, type Choice, type Looked } from './choosing.js';
import { isOptional, shapeOf, titleOf, within, type Alternative, type Fields } from './shapes.js';

/**
 * Reads a form by the types of its fields. A form is flat: `f.amount`, `f.instalments.0.due-day`. A value that cannot
 * be read becomes an error at its field, in words for the officer.
 */

export interface Fault {
  /** The name of the field in the form. */
  readonly at: string;
  readonly words: string;
}

export interface Reading {
  readonly form: Form;
  readonly looked: Looked;
  readonly faults: Fault[];
  /** Whether the officer has chosen something whose fields, or choices, have not been shown yet. */
  unfolds: boolean;
}

export const reading = (form: Form, looked: Looked): Reading => ({ form, looked, faults: [], unfolds: false });

/** The name in a form of a field of a fact. */
export const nameIn = (field: string, prefix = 'f'): string => `${prefix}.${field}`;

const typedPeriod = (text: string): number | undefined => (/^([1-9]|1[0-2])$/.test(text) ? Number(text) : undefined);

const textAt = ({ form }: Pick<Reading, 'form'>, at: string): string => (form[at] ?? '').trim();

/** How many rows of a list a form has. */
export const rowsAt = (form: Form, at: string): number => {
  const count = Number(form[`${at}.count`] ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? Math.min(count, ROWS_MAX) : 0;
};

/** The most rows of a list in a form. */
export const ROWS_MAX = 500;

/** The most rows that are asked for one by one. A longer list is a table. */
export const ROWS_SHOWN = 100;

/** Notes an error at a field. Returns undefined, because the field has no value then. */
function fault(of: Reading, at: string, words: string): string | undefined {
  of.faults.push({ at, words });
  return undefined;
}

/**
 * Whether the officer has filled in a field. Within an optional thing, suggested values do not count, because nobody
 * typed them.
 */
export function isGiven(field: z.ZodType, at: string, form: Form, within = false): boolean {
  const shape = shapeOf(field);
  const has = (name: string): boolean => (form[name] ?? '').trim() !== '';
  switch (shape.kind) {
    case 'object':
      return Object.entries(shape.fields).some(([name, each]) => isGiven(each, `${at}.${name}`, form, true));
    case 'list':
      return rowsOf(form, at).some((row) => isGiven(shape.element, row, form, true));
    case 'day':
      return !(within && suggestionOf(field)) && ['day', 'month', 'year'].some((part) => has(`${at}-${part}`));
    default:
      return has(at) && !(within && isSuggested(field, textAt({ form }, at)));
  }
}

function isSuggested(field: z.ZodType, text: string): boolean {
  const suggestion = suggestionOf(field);
  if (!suggestion || !('value' in suggestion)) return false;
  return text === (typeof suggestion.value === 'boolean' ? (suggestion.value ? 'yes' : 'no') : suggestion.value);
}

const rowsOf = (form: Form, at: string): string[] =>
  Array.from({ length: rowsAt(form, at) }, (_, index) => `${at}.${index}`);

/** The value of a field; undefined if it is empty or cannot be read. The second is also an error. */
export function readField(field: z.ZodType, at: string, of: Reading): unknown {
  const optional = isOptional(field);
  if ((optional || madeFrom(field)) && !isGiven(field, at, of.form)) return undefined;
  const shape = shapeOf(field);
  const title = titleOf(field);
  switch (shape.kind) {
    case 'object':
      return checked(field, at, of, readObject(shape.fields, at, of));
    case 'list':
      return checked(field, at, of, readList(shape, at, of, title));
    case 'alternatives':
      return checked(field, at, of, readAlternative(shape.alternatives, at, of, title));
    default: {
      const value = readPlain(field, at, of);
      return value === undefined ? undefined : checked(field, at, of, value);
    }
  }
}

function readObject(fields: Fields, at: string, of: Reading): Record<string, unknown> {
  const values = Object.entries(fields).flatMap(([name, field]): [string, unknown][] => {
    const value = readField(field, `${at}.${name}`, of);
    return value === undefined ? [] : [[name, value]];
  });
  return named(fields, Object.fromEntries(values), () => false);
}

/**
 * Values with the names that are made from them, if they have no name yet. A name that is used already is not taken.
 */
export function named(
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
  isUsed: (field: z.ZodType, name: string) => boolean,
): Record<string, unknown> {
  const made = Object.entries(fields).flatMap(([name, field]): [string, string][] => {
    const from = madeFrom(field);
    if (from === undefined || values[name] !== undefined || from.some((each) => values[each] === undefined)) return [];
    const words = nameOfWords(from.map((each) => String(values[each])).join(' '));
    // A day alone, or no words, makes a poor name, so the title of the field is added.
    const own = /^[a-z]/.test(words) ? words : nameOfWords(`${titleOf(field)} ${words}`);
    return [[name, unusedName(own, (each) => isUsed(field, each))]];
  });
  return { ...values, ...Object.fromEntries(made) };
}

function readList(
  { element, item, least }: Extract<ReturnType<typeof shapeOf>, { kind: 'list' }>,
  at: string,
  of: Reading,
  title: string,
): unknown {
  // Empty rows are ignored.
  const rows = rowsOf(of.form, at).filter((row) => isGiven(element, row, of.form));
  if (rows.length < least)
    return fault(
      of,
      at,
      least === 1
        ? `Enter ${within(title)}: at least one ${within(item)}`
        : `Enter ${within(title)}: at least ${least}`,
    );
  return rows.map((row) => readField(element, row, of));
}

function readAlternative(alternatives: readonly Alternative[], at: string, of: Reading, title: string): unknown {
  const which = textAt(of, at);
  const chosen = /^\d+$/.test(which) ? alternatives[Number(which)] : undefined;
  if (!chosen) return fault(of, at, `Choose ${within(title)}`);
  if (Object.keys(chosen.fields).length > 0 && of.form[`${at}.shown`] !== which) {
    of.unfolds = true;
    return undefined;
  }
  return chosen.value(readObject(chosen.fields, `${at}.${which}`, of));
}

/** The value that was typed or chosen in one field. */
function readPlain(field: z.ZodType, at: string, of: Reading): unknown {
  const shape = shapeOf(field);
  const title = titleOf(field);
  if (shape.kind === 'day') return readDay(at, of, title);
  const text = textAt(of, at);
  if (text === '')
    return fault(
      of,
      at,
      `${['choice', 'yes-no', 'period'].includes(shape.kind) ? 'Choose' : 'Enter'} ${within(title)}`,
    );
  switch (shape.kind) {
    case 'money':
      return typedMoney(text) ?? fault(of, at, `${title} ${whyNoMoney(text)}`);
    case 'percent':
      return (
        typedPercent(text) ??
        fault(of, at, `${title} must be a percentage with at most two places, like 25 or 33.33, or a fraction like 1/3`)
      );
    case 'period':
      return typedPeriod(text) ?? fault(of, at, `Choose ${within(title)}`);
    case 'whole':
      return typedWhole(text) ?? fault(of, at, `${title} must be a whole number from ${shape.least} to ${shape.most}`);
    case 'yes-no':
      return text === 'yes' || (text === 'no' ? false : fault(of, at, `Choose ${within(title)}`));
    case 'choice':
      return isOpenChoice(shape.choices) ? openChoice(text, of.looked(field)) : chosen(field, at, of, text, title);
    case 'name':
    case 'new-name':
      return nameOfWords(text) || fault(of, at, `${title} must have a letter or a digit`);
    default:
      return text;
  }
}

function readDay(at: string, of: Reading, title: string): string | undefined {
  const [day, month, year] = ['day', 'month', 'year'].map((part) => textAt(of, `${at}-${part}`)) as [
    string,
    string,
    string,
  ];
  if (day === '' && month === '' && year === '') return fault(of, at, `Enter ${within(title)}`);
  return typedDay(day, month, year) ?? fault(of, at, `${title} ${whyNoDay(day, month, year)}`);
}

/** The value for a text: an existing choice by its words or its name, or else a new name. */
const openChoice = (text: string, choices: readonly Choice[] = []): string =>
  choices.find(({ value, words }) => value === text || words.toLowerCase() === text.toLowerCase())?.value ??
  nameOfWords(text);

/** The choices whose words contain everything that was typed. */
export const foundAmong = (choices: readonly Choice[], typed: string): readonly Choice[] => {
  const parts = typed.toLowerCase().split(/\s+/);
  return choices.filter(({ words, about, wordings }) =>
    parts.every((part) => [words, about ?? '', ...wordings].join(' ').toLowerCase().includes(part)),
  );
};

function chosen(field: z.ZodType, at: string, of: Reading, text: string, title: string): string | undefined {
  const choices = of.looked(field) ?? [];
  if (choices.some(({ value }) => value === text)) return text;
  // If there are many choices, the officer first searches by words, and then chooses.
  if (choices.length <= FIND_MAX) return fault(of, at, `Choose ${within(title)}`);
  const found = foundAmong(choices, text);
  if (found.length === 1) return found[0]!.value;
  if (found.length === 0) return fault(of, at, `Nothing is called “${text}”. Type a part of ${within(title)}`);
  return fault(of, at, `${found.length} fit “${text}”. Choose one, or type more`);
}

/**
 * A value checked by its own type, which says what is wrong. Totals are checked only once all their parts can be read.
 */
function checked(field: z.ZodType, at: string, of: Reading, value: unknown): unknown {
  if (value === undefined || of.unfolds || of.faults.some((each) => each.at === at || each.at.startsWith(`${at}.`)))
    return value;
  // A total is said in what was typed, so it comes before what the type says of the same total in what is sent.
  const wrong = totalFault(field, value, of.form);
  if (wrong !== undefined) {
    fault(of, at, wrong);
    return value;
  }
  const read = readAs(field, value);
  if ('faults' in read) {
    const { path, words } = read.faults[0]!;
    fault(of, [at, ...path.map(String)].join('.'), `${titleOf(field)} ${asTyped(field, value, words)}`);
  }
  return value;
}

/** What a type says of a value, in the units in which officers type it: pounds with commas, and per cent. */
function asTyped(field: z.ZodType, value: unknown, words: string): string {
  const shape = shapeOf(field);
  if (shape.kind === 'percent' && Number(value) > WHOLE_BASIS_POINTS) return 'must be at most 100%';
  if (shape.kind === 'percent') return words.replace(/\d+/g, (share) => inPercent(Number(share)));
  if (shape.kind !== 'money')
    return words.replace(/(\d+) basis points/g, (_, share: string) => inPercent(Number(share)));
  const sum = value as string;
  if (!shape.signed && sum.startsWith('-')) return 'must not be below zero';
  if (!SignedAmount.safeParse(sum).success && sum !== '-0.00') return shape.signed ? SUM_BETWEEN : SUM_MAX;
  return words.replace(/-?\d+\.\d{2}/g, (each) => pounds(each));
}

const SUM_BETWEEN = 'must be from −£9,999,999,999.99 to £9,999,999,999.99';

/** The total of a field’s parts, and the total that they must reach: in pounds, or in per cent. */
export interface Totals {
  readonly together: string;
  readonly whole: string;
  readonly fits: boolean;
}

/** Every value of a kind in a list or an object, also in a list within it: the shares of two sides, and those of other bodies. */
function valuesOf(field: z.ZodType, value: unknown, kind: string): unknown[] {
  const shape = shapeOf(field);
  if (value === undefined) return [];
  if (shape.kind === 'list') return (value as unknown[]).flatMap((each) => valuesOf(shape.element, each, kind));
  if (shape.kind === 'object')
    return Object.entries(shape.fields).flatMap(([name, each]) =>
      valuesOf(each, (value as Readonly<Record<string, unknown>>)[name], kind),
    );
  return shape.kind === kind ? [value] : [];
}

export function totalsOf(field: z.ZodType, value: unknown, form: Form): Totals | undefined {
  const to = totalOf(field);
  if (!to) return undefined;
  const of = (kind: string): unknown[] => valuesOf(field, value, kind);
  if ('value' in to) {
    const together = partsTogether(of('percent') as Share[]);
    const whole = Number(to.value);
    return {
      together: shareInWords(shareOfParts(together)),
      whole: inPercent(whole),
      fits: together === partsOfWhole(whole),
    };
  }
  const whole = typedMoney(form[nameIn(to.field)] ?? '');
  if (whole === undefined) return undefined;
  const sums = of('money') as string[];
  // A text that is not a sum has its own error.
  if (!sums.every((each) => SignedAmount.safeParse(each).success)) return undefined;
  const together = moneyText(total(sums.map(signedPence)));
  return { together: pounds(together), whole: pounds(whole), fits: together === whole };
}

function totalFault(field: z.ZodType, value: unknown, form: Form): string | undefined {
  const totals = totalsOf(field, value, form);
  if (!totals || totals.fits) return undefined;
  return `${titleOf(field)} must add up to ${totals.whole}; they add up to ${totals.together}`;
}

/** The values of several fields, by name. */
export const readFields = (fields: Fields, of: Reading, prefix?: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const value = readField(field, nameIn(name, prefix), of);
      return value === undefined ? [] : [[name, value]];
    }),
  );
