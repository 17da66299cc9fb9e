import type { z } from 'zod';
import { suggestionOf } from '../../domain/grammar/asked.js';
import type { Form } from '../site.js';
import { nameIn } from './reading.js';
import { isOptional, shapeOf, type Fields } from './shapes.js';

/** Fills in a form at its start: with what its fields suggest, or with a fact’s data. */

const dayFields = (at: string, day: string): Form => {
  const [year = '', month = '', of = ''] = day.split('-');
  return { [`${at}-day`]: String(Number(of)), [`${at}-month`]: String(Number(month)), [`${at}-year`]: year };
};

/** The form fields that hold a value. */
export function filled(field: z.ZodType, at: string, value: unknown): Form {
  if (value === undefined || value === null) return {};
  const shape = shapeOf(field);
  switch (shape.kind) {
    case 'object':
      return filledFields(shape.fields, value as Readonly<Record<string, unknown>>, (name) => `${at}.${name}`);
    case 'list': {
      const rows = value as readonly unknown[];
      const forms = rows.map((row, index) => filled(shape.element, `${at}.${index}`, row));
      return Object.assign({ [`${at}.count`]: String(rows.length) }, ...forms) as Form;
    }
    case 'alternatives': {
      const index = shape.alternatives.findIndex(({ from }) => from(value) !== undefined);
      const chosen = shape.alternatives[index]!;
      return {
        [at]: String(index),
        [`${at}.shown`]: String(index),
        ...filledFields(chosen.fields, chosen.from(value)!, (name) => `${at}.${index}.${name}`),
      };
    }
    case 'day':
      return dayFields(at, value as string);
    case 'yes-no':
      return { [at]: value === true ? 'yes' : 'no' };
    case 'percent':
      return { [at]: typeof value === 'number' ? String(value / 100) : (value as string) };
    default:
      return { [at]: typeof value === 'number' ? String(value) : (value as string) };
  }
}

const filledFields = (
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
  nameOf: (name: string) => string,
): Form =>
  Object.assign(
    {},
    ...Object.entries(fields).map(([name, field]) => filled(field, nameOf(name), values[name])),
  ) as Form;

/** A form that holds the data of a fact. */
export const filledWith = (fields: Fields, data: Readonly<Record<string, unknown>>): Form =>
  filledFields(fields, data, nameIn);

/**
 * The suggestions of the fields. A suggested day comes from `dayOf`, and a suggested body is the officer’s own, if they act
 * for one alone. A value that follows from another field is filled in once that field is known.
 */
export const suggested = (fields: Fields, dayOf: (name: string) => string, body: string | undefined): Form =>
  Object.assign(
    {},
    ...Object.entries(fields).map(([name, field]) => {
      const suggestion = suggestionOf(field);
      // An optional field stays empty, because an empty one has a meaning too.
      if (!suggestion || 'field' in suggestion || isOptional(field)) return {};
      if ('body' in suggestion) return filled(field, nameIn(name), body);
      return filled(field, nameIn(name), 'day' in suggestion ? dayOf(name) : suggestion.value);
    }),
  ) as Form;

/** The suggestions for a new row or an object, which are the same on every day. */
export function suggestedWithin(field: z.ZodType, at: string, today: string): Form {
  const shape = shapeOf(field);
  if (shape.kind !== 'object') return {};
  return Object.assign(
    {},
    ...Object.entries(shape.fields).map(([name, each]) => {
      const suggestion = suggestionOf(each);
      if (!suggestion || 'field' in suggestion || 'body' in suggestion || isOptional(each))
        return suggestedWithin(each, `${at}.${name}`, today);
      return filled(each, `${at}.${name}`, 'day' in suggestion ? today : suggestion.value);
    }),
  ) as Form;
}

/** A form with one more row in a list. */
export const withRow = (form: Form, at: string, element: z.ZodType, rows: number, today: string): Form => ({
  ...form,
  ...suggestedWithin(element, `${at}.${rows}`, today),
  [`${at}.count`]: String(rows + 1),
});

/** A form without one row of a list. The rows after it move up. */
export function withoutRow(form: Form, at: string, row: number, rows: number): Form {
  if (!(row >= 0 && row < rows)) return form;
  const moved = Object.entries(form).flatMap(([name, value]): [string, string][] => {
    const found = name.startsWith(`${at}.`) ? /^(\d+)(.*)$/s.exec(name.slice(at.length + 1)) : null;
    if (!found) return [[name, value]];
    const index = Number(found[1]);
    if (index === row) return [];
    return [[index > row ? `${at}.${index - 1}${found[2]!}` : name, value]];
  });
  return { ...Object.fromEntries(moved), [`${at}.count`]: String(Math.max(0, rows - 1)) };
}
