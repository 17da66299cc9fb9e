import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Day } from '../../domain/calendar.js';
import { totalOf } from '../../domain/grammar/asked.js';
import { WHOLE_BASIS_POINTS } from '../../domain/money.js';
import type { Looked } from './choosing.js';
import { isOptional, shapeOf, type Fields } from './shapes.js';

/**
 * Answers that somebody could give to questions that are not answered yet. A form tries its answers so far together with
 * them. There are three sets, as different from each other as the types allow. What the rules refuse with all three they are
 * likely to refuse with any others.
 */

/** The first set and the last hold what must be answered; the second everything that can be. */
export type Supposing = 0 | 1 | 2;

interface With {
  readonly set: Supposing;
  readonly looked: Looked;
  /** A day of each set. */
  readonly days: readonly [Day, Day, Day];
}

/** Answers to some fields beside the values that are given; undefined if none can be supposed for a field that needs one. */
export function supposed(
  fields: Fields,
  given: Readonly<Record<string, unknown>>,
  by: With,
): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = { ...given };
  // The sum of a list is known once the fields before it are.
  for (const [name, field] of Object.entries(fields)) {
    if (name in given || (isOptional(field) && by.set !== 1)) continue;
    const value = valueFor(field, by, values);
    if (value !== undefined && field.safeParse(value).success) values[name] = value;
    else if (!isOptional(field)) return undefined;
  }
  return values;
}

/** The first of some, the last, or the one in their middle. */
const pick = <Each>(all: readonly Each[], set: Supposing): Each | undefined =>
  all[[0, all.length - 1, Math.floor(all.length / 2)][set]!];

/** A value for one field by its shape; undefined if there is none. `around` holds the values beside it. */
function valueFor(field: z.ZodType, by: With, around: Readonly<Record<string, unknown>>): unknown {
  const { set, looked, days } = by;
  const shape = shapeOf(field);
  switch (shape.kind) {
    case 'day':
      return days[set];
    case 'money':
      return (['1.00', '2.00', '1000000.00'] as const)[set];
    case 'percent':
      return set === 0 ? WHOLE_BASIS_POINTS : 0;
    case 'period':
      return set + 1;
    case 'whole':
      return Math.min(shape.least + set, shape.most);
    case 'yes-no':
      return set === 1;
    case 'choice':
      return pick(looked(field) ?? [], set)?.value;
    case 'name':
    case 'new-name':
      return [`supposed-${set}-${randomUUID().slice(0, 8)}`, randomUUID()].find(
        (each) => field.safeParse(each).success,
      );
    case 'text':
      return (['Supposed', 'Another', 'A third'] as const)[set];
    case 'object': {
      const total = totalOf(field);
      const values = supposed(shape.fields, {}, by);
      return values && total && 'value' in total ? shared(shape.fields, values, by) : values;
    }
    case 'list':
      return rows(field, shape, by, around);
    case 'alternatives': {
      const { fields, value } = pick(shape.alternatives, set)!;
      const values = supposed(fields, {}, by);
      return values && value(values);
    }
  }
}

/** Shares that add up to the whole: the first bears it in one set, and the last in the other. */
function shared(fields: Fields, values: Readonly<Record<string, unknown>>, { set }: With): Record<string, unknown> {
  const shares = Object.keys(values).filter((name) => shapeOf(fields[name]!).kind === 'percent');
  return Object.fromEntries(shares.map((name) => [name, name === pick(shares, set) ? WHOLE_BASIS_POINTS : 0]));
}

/** As few rows as a list needs: one, if they add up to a sum, which it then holds whole. */
function rows(
  field: z.ZodType,
  { element, least, most }: Extract<ReturnType<typeof shapeOf>, { kind: 'list' }>,
  by: With,
  around: Readonly<Record<string, unknown>>,
): unknown {
  const total = totalOf(field);
  const whole = total && 'field' in total ? around[total.field] : undefined;
  const own = shapeOf(element);
  if (whole !== undefined && own.kind === 'object') {
    const [sumOf] = Object.entries(own.fields).find(([, each]) => shapeOf(each).kind === 'money')!;
    const row = supposed(own.fields, { [sumOf]: whole }, by);
    return row && [row];
  }
  // A list of names holds all of them in the second set, so that none is missed that an earlier answer asks for.
  if (own.kind === 'choice' && by.set === 1)
    return by
      .looked(element)
      ?.slice(0, most)
      .map((each) => each.value);
  const all = Array.from({ length: Math.max(least, by.set === 1 ? 1 : 0) }, () => valueFor(element, by, around));
  return all.includes(undefined) ? undefined : all;
}
