import { z } from 'zod';

/**
 * What a field names. A field's meaning is its type: from it follow what the field is checked against, what a label in a
 * file of acts stands for, where its choices come from, and what the documentation says of it.
 */
export type Named =
  | 'partner'
  | 'officer'
  | 'area'
  | 'fund'
  | 'source'
  | 'event'
  | 'proposal'
  | 'case'
  | 'contribution'
  | 'grant'
  | 'line'
  | 'scheme'
  | 'agreement'
  | 'commitment'
  | 'assumption'
  | 'beside'
  | 'balance'
  | 'reserve'
  | 'carryIn'
  | 'pot'
  | 'condition'
  | 'settlement'
  | 'return'
  | 'protocol'
  | 'stage';

/** Under these names a schema says what its text names, and whether what it holds counts from a day of its own. */
const NAMES = 'x-names';
const FROM_DAY = 'x-from-day';

/** Under this name a type says that it may also be sent in short, the first of its options being the full one. */
export const IN_SHORT = 'x-in-short';

/** Marks a type of text as one that names something. The schema checks what it checked before. */
export const naming = <S extends z.ZodType>(schema: S, named: Named): S => schema.meta({ [NAMES]: named });

/** Marks an object with a field `from` as one whose names count from that day on, inclusive. */
export const fromItsDay = <S extends z.ZodType>(schema: S): S => schema.meta({ [FROM_DAY]: true });

/** A text that names something, where it stands. */
export interface Naming {
  readonly named: Named;
  readonly text: string;
  /** The name of the field, or of the list that it stands in. */
  readonly field: string;
  /** The day from which it counts, where it is given by date. */
  readonly from: string | undefined;
}

interface At {
  readonly field: string;
  readonly from: string | undefined;
}

/** All that a value names, in the order in which it names it, by the types of its fields. The value may still be unread. */
export function namingsIn(schema: z.ZodType, value: unknown): Naming[] {
  const found: Naming[] = [];
  walk(schema, value, { field: '', from: undefined }, (text, named, at) => {
    if (named) found.push({ named, text, ...at });
    return text;
  });
  return found;
}

/** The texts of a value whose type says something under a name, each with its field. */
export function textsSaying(schema: z.ZodType, value: unknown, says: string): [field: string, text: string][] {
  const found: [string, string][] = [];
  walk(schema, value, { field: '', from: undefined }, (text, _named, { field }, type) => {
    if (saidOf(type, says) !== undefined) found.push([field, text]);
    return text;
  });
  return found;
}
/** The same value with every text replaced; what a text names is said where its field's type says so. */
export const replacingTexts = (
  schema: z.ZodType,
  value: unknown,
  replace: (text: string, named: Named | undefined) => string,
): unknown => walk(schema, value, { field: '', from: undefined }, replace);

/** The same value with every text replaced whose type says something under a name, by that. */
export const replacingSaid = (
  schema: z.ZodType,
  value: unknown,
  under: string,
  replace: (text: string, said: unknown) => string,
): unknown =>
  walk(schema, value, { field: '', from: undefined }, (text, _named, _at, type) => {
    const said = saidOf(type, under);
    return said === undefined ? text : replace(text, said);
  });

type Visit = (text: string, named: Named | undefined, at: At, type: z.ZodType | undefined) => string;

/** Goes through a value along its schema; what no schema describes is gone through all the same, and names nothing. */
function walk(schema: z.ZodType | undefined, value: unknown, at: At, visit: Visit): unknown {
  if (typeof value === 'string') return visit(value, namedBy(schema), at, schema);
  if (typeof value !== 'object' || value === null) return value;
  const inner = schema && unwrapped(schema, value);
  if (Array.isArray(value)) {
    const element = inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
    return value.map((each) => walk(element, each, at, visit));
  }
  const shape = inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {};
  const from = saidOf(inner, FROM_DAY) && 'from' in value ? String(value.from) : at.from;
  return Object.fromEntries(
    Object.entries(value).map(([field, part]) => [
      field,
      walk(Object.hasOwn(shape, field) ? shape[field] : undefined, part, { field, from }, visit),
    ]),
  );
}

/** What a text of this type names. */
export const namedBy = (schema: z.ZodType | undefined): Named | undefined => saidOf(schema, NAMES) as Named | undefined;

/** What a type says of itself under a name. It stands on the type itself, or on the one that it wraps. */
export const saidOf = (schema: z.ZodType | undefined, under: string): unknown => schema && allSaidBy(schema)[under];

/** What each type says of itself. A type never changes, and zod puts it together anew for each one who asks. */
const said = new WeakMap<z.ZodType, Readonly<Record<string, unknown>>>();

function allSaidBy(schema: z.ZodType): Readonly<Record<string, unknown>> {
  let all = said.get(schema);
  if (!all) {
    const within = wrapped(schema);
    said.set(schema, (all = { ...(within && allSaidBy(within)), ...schema.meta() }));
  }
  return all;
}

/** Whether a type, or any part of it, says something under a name. */
export function says(schema: z.ZodType, under: string): boolean {
  if (saidOf(schema, under) !== undefined) return true;
  const type = inner(schema);
  const parts =
    type instanceof z.ZodObject
      ? Object.values(type.shape)
      : type instanceof z.ZodArray
        ? [type.element]
        : type instanceof z.ZodUnion
          ? type.options
          : [];
  return (parts as z.ZodType[]).some((part) => says(part, under));
}

/** The type inside one that may be left out, or that changes what it reads. */
const wrapped = (schema: z.ZodType): z.ZodType | undefined =>
  schema instanceof z.ZodOptional
    ? (schema.unwrap() as z.ZodType)
    : schema instanceof z.ZodPipe
      ? (schema.in as z.ZodType)
      : undefined;

/** The type itself, inside all that wraps it; of one that may be sent in short, the full one. */
export function inner(schema: z.ZodType): z.ZodType {
  const inside = wrapped(schema) ?? fullOf(schema);
  return inside ? inner(inside) : schema;
}

const fullOf = (schema: z.ZodType): z.ZodType | undefined =>
  schema.meta()?.[IN_SHORT] ? ((schema as z.ZodUnion).options[0] as z.ZodType) : undefined;

/** A type as it is recorded: without the ways to send it, or any field of it, in short. The same type where there are none. */
export function inFull(type: z.ZodType): z.ZodType {
  const { [IN_SHORT]: isShort, ...said } = type.meta() ?? {};
  if (isShort) return fullOf(type)!.meta(said);
  if (type instanceof z.ZodOptional) {
    const within = type.unwrap() as z.ZodType;
    const full = inFull(within);
    return full === within ? type : full.optional().meta(said);
  }
  if (!(type instanceof z.ZodObject)) return type;
  const full = Object.entries(type.shape as Readonly<Record<string, z.ZodType>>).flatMap(([name, field]) => {
    const recorded = inFull(field);
    return recorded === field ? [] : [[name, recorded] as const];
  });
  return full.length === 0 ? type : type.safeExtend(Object.fromEntries(full)).meta(said);
}

/** The type that describes a value: what is wrapped, and of several the one that reads it. */
export function unwrapped(schema: z.ZodType, value: unknown): z.ZodType | undefined {
  const inner = wrapped(schema);
  if (inner) return unwrapped(inner, value);
  if (!(schema instanceof z.ZodUnion)) return schema;
  const options = schema.options as readonly z.ZodType[];
  const reads = options.find((each) => each.safeParse(value).success);
  return reads && unwrapped(reads, value);
}
