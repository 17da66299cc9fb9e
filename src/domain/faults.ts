import { z } from 'zod';
import { UNSEEN_SIGNS, unseenIn } from './values.js';

/** What is wrong with something that was sent, field by field, in words for the person who sent it. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly words: string;
}

/** What a field must be, if its schema gives only its type. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'fields in braces',
  record: 'fields in braces',
};

const listed = (values: readonly unknown[]): string =>
  values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;

const least = (minimum: number | bigint): string =>
  minimum === 1 ? 'must have at least one' : `must have at least ${minimum}`;

/** The words of a fault if its schema has none; undefined if zod’s own words are used. */
function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  const missing = issue.input === undefined;
  switch (issue.code) {
    case 'invalid_type':
      return `${missing ? 'is missing:' : 'must be'} ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `${missing ? 'is missing:' : 'must be'} ${listed(issue.values)}`;
    case 'too_small':
      return issue.origin === 'array' ? least(issue.minimum) : `must be ${issue.minimum} or more`;
    case 'too_big':
      return issue.origin === 'array' ? `must have at most ${issue.maximum}` : `must be ${issue.maximum} or less`;
    case 'invalid_format':
      return issue.format === 'uuid' ? 'must be an identifier, a UUID' : 'is not written as it must be';
    default:
      return undefined;
  }
}

/** Whether the fault is a missing field. The schema’s own words then say only what the field must be. */
const isAbsence = ({ code, input, message }: z.core.$ZodIssue): boolean =>
  ['invalid_type', 'invalid_value', 'invalid_union'].includes(code) &&
  input === undefined &&
  !message.startsWith('is missing');

const faultsOf = (issues: readonly z.core.$ZodIssue[]): Fault[] =>
  issues.flatMap((issue): Fault[] => {
    const { code, path } = issue;
    if (code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: [...path, key], words: 'no such field' }));
    const meant = code === 'invalid_union' ? meantOf(issue.errors) : undefined;
    if (meant) return faultsOf(meant).map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
    return [{ path, words: isAbsence(issue) ? `is missing: it ${issue.message}` : issue.message }];
  });

/** For a value that may have several forms: the faults by the form that it has, for example as a list. */
function meantOf(errors: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const meant = errors.filter((each) => !each.some(({ code, path }) => code === 'invalid_type' && path.length === 0));
  return meant.length === 1 ? meant[0] : undefined;
}

/** Reads what was sent by a schema: the value, or every field that is not as it must be. */
export function readAs<S extends z.ZodType>(
  schema: S,
  sent: unknown,
): { readonly value: z.output<S> } | { readonly faults: readonly Fault[] } {
  const read = schema.safeParse(sent, { reportInput: true, error: wordsFor });
  if (!read.success) return { faults: faultsOf(read.error.issues) };
  const unseen = unseenIn(read.data);
  return unseen.length === 0 ? { value: read.data } : { faults: unseen.map((path) => ({ path, words: UNSEEN_SIGNS })) };
}
