import { z } from 'zod';
import {
  alternativesOf,
  choicesOf,
  bringsName,
  isExactlyOne,
  listOf,
  type Choices,
} from '../../domain/grammar/asked.js';
import { inner, saidOf } from '../../domain/grammar/naming.js';
import { Name, TOLD } from '../../domain/values.js';

/**
 * The shape of a field in a form: one of a few, chosen by the field’s type alone. Forms know no fact; what a form needs
 * to know about a field is in the field’s declaration.
 */

export type Fields = Readonly<Record<string, z.ZodType>>;

/** One of several variants of a thing: its title and its fields. */
export interface Alternative {
  readonly words: string;
  /** The fields to fill in if this variant is chosen. */
  readonly fields: Fields;
  /** The value of the whole, from the values of the fields. */
  value(fields: Readonly<Record<string, unknown>>): unknown;
  /** The values of its fields, from the value of the whole; undefined if the whole is of another variant. */
  from(value: unknown): Readonly<Record<string, unknown>> | undefined;
}

export type Shape =
  | { readonly kind: 'day' }
  | { readonly kind: 'money'; readonly signed: boolean }
  /** Per cent, or a fraction such as 1/3. */
  | { readonly kind: 'percent' }
  /** A month of the financial year: 1 is April. */
  | { readonly kind: 'period' }
  | { readonly kind: 'whole'; readonly least: number; readonly most: number }
  | { readonly kind: 'yes-no'; readonly words: readonly [no: string, yes: string] }
  | { readonly kind: 'choice'; readonly choices: Choices }
  /** A short name that is not chosen from a list. It is made from the words typed. */
  | { readonly kind: 'name' }
  | { readonly kind: 'new-name' }
  | { readonly kind: 'text'; readonly most: number }
  | { readonly kind: 'object'; readonly fields: Fields }
  | {
      readonly kind: 'list';
      readonly element: z.ZodType;
      readonly item: string;
      readonly least: number;
      readonly most: number;
    }
  | { readonly kind: 'alternatives'; readonly alternatives: readonly Alternative[] };

const TEXT_MAX = 200;
/** The end of the patterns of sums, and of no other pattern. */
const PENCE = '\\.\\d{2}$';
const patternOf = (type: z.ZodType): string | undefined =>
  z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }).pattern;
const NAME = patternOf(Name);

const shapes = new WeakMap<z.ZodType, Shape>();

export function shapeOf(field: z.ZodType): Shape {
  let shape = shapes.get(field);
  if (!shape) shapes.set(field, (shape = shapeOfNew(field)));
  return shape;
}

function shapeOfNew(field: z.ZodType): Shape {
  const type = inner(field);
  if (isExactlyOne(field)) return { kind: 'alternatives', alternatives: oneFieldEach(type as z.ZodObject) };
  if (saidOf(field, TOLD) === 'percent') return { kind: 'percent' };
  if (type instanceof z.ZodUnion) return { kind: 'alternatives', alternatives: optionsOf(field, type) };
  if (type instanceof z.ZodObject) return { kind: 'object', fields: type.shape };
  if (type instanceof z.ZodArray) {
    const { item, atLeast: least, atMost: most } = listOf(field)!;
    return { kind: 'list', element: type.element as z.ZodType, item, least, most };
  }
  if (bringsName(field)) return { kind: 'new-name' };
  const choices = choicesOf(field);
  if (choices) return { kind: 'choice', choices };
  if (type instanceof z.ZodBoolean)
    return { kind: 'yes-no', words: (saidOf(field, TOLD) ?? ['No', 'Yes']) as readonly [string, string] };
  return plainShape(field, type);
}

/** A field that is typed: a day, a sum, a number, or words. */
function plainShape(field: z.ZodType, type: z.ZodType): Shape {
  const {
    type: json,
    pattern,
    minimum,
    maximum,
    maxLength,
  } = z.toJSONSchema(type, {
    io: 'input',
    unrepresentable: 'any',
  });
  const told = saidOf(field, TOLD);
  if (told === 'period') return { kind: told };
  if (json === 'integer') return { kind: 'whole', least: minimum!, most: maximum! };
  if (saidOf(field, 'format') === 'date') return { kind: 'day' };
  if (pattern?.endsWith(PENCE)) return { kind: 'money', signed: pattern.startsWith('^-?') };
  if (pattern === NAME) return { kind: 'name' };
  return { kind: 'text', most: maxLength ?? TEXT_MAX };
}

/** The variants of an object that holds exactly one of its fields: one for each field. */
const oneFieldEach = ({ shape }: z.ZodObject): Alternative[] =>
  Object.entries(shape as Fields).map(([name, field]) => ({
    words: saidOf(field, 'title') as string,
    // If the variant is chosen, its field is required.
    fields: { [name]: field instanceof z.ZodOptional ? (field.unwrap() as z.ZodType) : field },
    value: (fields) => fields,
    from: (value) => (Object.hasOwn(value as object, name) ? (value as Record<string, unknown>) : undefined),
  }));

/** The variants of a union: objects that differ in a fixed first field, fixed values, and plain values. */
function optionsOf(field: z.ZodType, { options }: z.ZodUnion): Alternative[] {
  const words = alternativesOf(field)!;
  return (options as z.ZodType[]).map((option, at): Alternative => {
    if (option instanceof z.ZodLiteral) {
      const fixed = option.value;
      return { words: words[at]!, fields: {}, value: () => fixed, from: (value) => (value === fixed ? {} : undefined) };
    }
    if (!(option instanceof z.ZodObject)) {
      const isFixed = (value: unknown): boolean =>
        (options as z.ZodType[]).some((each) => each instanceof z.ZodLiteral && each.value === value);
      return {
        words: words[at]!,
        fields: { value: option },
        value: ({ value }) => value,
        from: (value) => (isFixed(value) ? undefined : { value }),
      };
    }
    const [[tag, literal], ...rest] = Object.entries(option.shape) as [
      [string, z.ZodLiteral],
      ...[string, z.ZodType][],
    ];
    return {
      words: words[at]!,
      fields: Object.fromEntries(rest),
      value: (fields) => ({ [tag]: literal.value, ...fields }),
      from(value) {
        const { [tag]: which, ...fields } = value as Record<string, unknown>;
        return which === literal.value ? fields : undefined;
      },
    };
  });
}

export const titleOf = (field: z.ZodType): string => (saidOf(field, 'title') as string | undefined) ?? 'Value';
/** The hint of a field. Programs send shares in basis points; officers write per cent, or a fraction. */
export const hintOf = (field: z.ZodType): string | undefined =>
  (saidOf(field, 'description') as string | undefined)?.replace(
    /in basis points(?: \(10000 are the whole\))?/,
    'in per cent',
  );
export const isOptional = (field: z.ZodType): boolean => field.safeParse(undefined).success;

/** A title within a sentence: “Who pays” becomes “who pays”; “VAT” is unchanged. */
export const within = (title: string): string =>
  /^.[A-Z]/.test(title) ? title : `${title.slice(0, 1).toLowerCase()}${title.slice(1)}`;
