import type { z } from 'zod';
import { onceEach } from '../domain/once-each.js';

/**
 * Checks, in a fraction of the time that zod takes, whether a schema accepts a value and returns it unchanged. If not,
 * zod decides: only zod says what is refused, why, and what a schema would change.
 *
 * The check is made once from the schema itself, so no shape is declared twice. It supports the parts of schemas that
 * facts use; for a schema with any other part it always returns false.
 */
export type QuickCheck = (value: unknown) => boolean;

interface Compiled {
  readonly check: QuickCheck;
  /** Whether zod, where it accepts, always gives back what it was given. */
  readonly asItIs: boolean;
}

const NEVER: Compiled = { check: () => false, asItIs: false };

/** The quick check of a schema, worked out the first time that it is asked for. */
export const quickCheck = onceEach((schema: z.ZodType): QuickCheck => compiled(schema).check);

/** What this looks at of zod’s own definitions; every field may be absent. */
interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly coerce?: boolean;
  readonly pattern?: RegExp;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly catchall?: z.ZodType;
  readonly element: z.ZodType;
  readonly innerType: z.ZodType;
  readonly keyType: z.ZodType;
  readonly valueType: z.ZodType;
  readonly in: z.ZodType;
  readonly out: z.ZodType;
  readonly transform: (value: unknown) => unknown;
  readonly options: readonly z.ZodType[];
  readonly values: readonly unknown[];
  readonly entries: Readonly<Record<string, unknown>>;
}

interface Check {
  readonly check: string;
  readonly format?: string;
  readonly fn?: (value: unknown) => unknown;
  readonly tx: (value: unknown) => unknown;
  readonly pattern: RegExp;
  readonly minimum: number;
  readonly maximum: number;
  readonly length: number;
  readonly value: number;
  readonly inclusive: boolean;
}

const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

function compiled(schema: z.ZodType): Compiled {
  const definition = definitionOf(schema);
  const base = baseOf(definition);
  const steps = (definition.checks ?? []).map((each) => stepOf(each._zod.def));
  if (steps.some((step) => step === NEVER)) return NEVER;
  const checks = [base, ...steps].map((each) => each.check);
  const asItIs = [base, ...steps].every((each) => each.asItIs);
  return { check: all(checks), asItIs };
}

/** All of some checks, the first first. Most schemas have few, and a loop costs more than they do. */
function all([first, second, third, ...more]: readonly QuickCheck[]): QuickCheck {
  if (!second) return first!;
  if (!third) return (value) => first!(value) && second(value);
  if (more.length === 0) return (value) => first!(value) && second(value) && third(value);
  const rest = all(more);
  return (value) => first!(value) && second(value) && third(value) && rest(value);
}

const exactly = (check: QuickCheck): Compiled => ({ check, asItIs: true });
const oneOf = (values: readonly unknown[]): Compiled => {
  const set = new Set(values);
  return exactly((value) => set.has(value));
};
const matching = (pattern: RegExp): QuickCheck => {
  // A pattern with the flag g or y keeps its last position, so its next result could differ.
  return pattern.global || pattern.sticky ? NEVER.check : (value) => pattern.test(value as string);
};

const isText: QuickCheck = (value) => typeof value === 'string';

/** What a schema says of a value before its further checks. */
function baseOf(definition: Definition): Compiled {
  const { type, format, coerce, pattern } = definition;
  if (coerce) return NEVER;
  switch (type) {
    case 'string':
      if (format === undefined) return exactly(isText);
      return format === 'uuid' ? exactly(all([isText, matching(pattern!)])) : NEVER;
    case 'number':
      return format === 'safeint' ? exactly(Number.isSafeInteger) : NEVER;
    case 'boolean':
      return exactly((value) => typeof value === 'boolean');
    case 'enum':
      return oneOf(Object.values(definition.entries));
    case 'literal':
      return oneOf(definition.values);
    case 'optional': {
      const { check, asItIs } = compiled(definition.innerType);
      return { check: (value) => value === undefined || check(value), asItIs };
    }
    case 'nullable': {
      const { check, asItIs } = compiled(definition.innerType);
      return { check: (value) => value === null || check(value), asItIs };
    }
    case 'array':
      return list(compiled(definition.element));
    case 'object':
      return record(definition);
    case 'record':
      return dictionary(compiled(definition.keyType), compiled(definition.valueType));
    case 'pipe':
      return changed(definition);
    case 'union':
      return either(definition.options.map(compiled));
    default:
      return NEVER;
  }
}

const list = ({ check, asItIs }: Compiled): Compiled => ({
  check: (value) => Array.isArray(value) && value.every(check),
  asItIs,
});

/** A change that leaves the value as it is does no harm; one that looks at more than the value is not tried. */
function changed({ in: before, out }: Definition): Compiled {
  const { type, transform } = definitionOf(out);
  if (type !== 'transform' || transform.length > 1) return NEVER;
  const { check } = compiled(before);
  return { check: (value) => check(value) && transform(value) === value, asItIs: false };
}

/** Zod takes the first that accepts; which that is does not matter where each gives back what it was given. */
const either = (options: readonly Compiled[]): Compiled =>
  options.every((each) => each.asItIs) ? exactly((value) => options.some((each) => each.check(value))) : NEVER;

/** An object with no fields but those declared, or with any others, as they are. */
function record({ shape, catchall }: Definition): Compiled {
  const others = catchall && definitionOf(catchall).type;
  if (others !== 'never' && others !== 'unknown') return NEVER;
  const fields = Object.entries(shape).map(([name, schema]) => ({
    name,
    ...compiled(schema),
    optional: definitionOf(schema).type === 'optional',
  }));
  if (fields.some(({ name }) => name in Object.prototype)) return NEVER;
  const check: QuickCheck = (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const object = value as Readonly<Record<string, unknown>>;
    let declared = 0;
    for (const field of fields) {
      const own = object[field.name];
      if (own === undefined) {
        if (!field.optional) return false;
      } else if (field.check(own)) declared++;
      else return false;
    }
    let present = 0;
    for (const name in object) {
      if (name === '__proto__') return false;
      present++;
    }
    return present === declared || others === 'unknown';
  };
  return { check, asItIs: fields.every((each) => each.asItIs) };
}

/** An object whose fields have any names that a schema accepts. */
function dictionary(key: Compiled, value: Compiled): Compiled {
  const check: QuickCheck = (given) => {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
    const object = given as Readonly<Record<string, unknown>>;
    for (const name in object) if (name === '__proto__' || !key.check(name) || !value.check(object[name])) return false;
    return true;
  };
  return { check, asItIs: key.asItIs && value.asItIs };
}

/** A further check of a schema; lengths in signs of text are counted only where units of text leave no doubt. */
function stepOf(step: Check): Compiled {
  const lengthOf = (value: unknown): number => (value as { readonly length: number }).length;
  switch (step.check) {
    case 'string_format':
      return step.format === 'regex' ? exactly(matching(step.pattern)) : NEVER;
    case 'min_length':
      return exactly((value) => lengthOf(value) >= (Array.isArray(value) ? step.minimum : step.minimum * 2 - 1));
    case 'max_length':
      return exactly((value) => lengthOf(value) <= step.maximum);
    case 'length_equals':
      return exactly((value) => Array.isArray(value) && value.length === step.length);
    case 'greater_than':
      return exactly((value) => (step.inclusive ? (value as number) >= step.value : (value as number) > step.value));
    case 'less_than':
      return exactly((value) => (step.inclusive ? (value as number) <= step.value : (value as number) < step.value));
    case 'overwrite':
      return { check: (value) => step.tx(value) === value, asItIs: false };
    case 'custom': {
      const { fn } = step;
      return fn ? exactly((value) => fn(value) === true) : NEVER;
    }
    default:
      return NEVER;
  }
}
