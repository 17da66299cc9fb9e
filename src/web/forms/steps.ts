import type { z } from 'zod';
import { madeFrom } from '../../domain/grammar/asked.js';
import type { Fact } from '../../domain/grammar/fact.js';
import { AGAIN } from '../../domain/grammar/fields.js';
import { pagesOf } from '../../domain/grammar/pages.js';
import { OtherHalf } from '../../domain/grammar/half.js';
import { Adjustment, ProposalTerms } from '../../domain/grammar/proposal.js';
import { Evidence } from '../../domain/values.js';
import { nameIn } from './reading.js';
import { isOptional, shapeOf, titleOf, within, type Fields } from './shapes.js';

/**
 * The steps of a form: the pages of questions that a fact declares, and then the pages that only some officers need.
 */

export interface Step {
  readonly title: string;
  readonly fields: Fields;
  /** What stands before the names of its fields: `f` for fields of the fact, `p` for fields of the act. */
  readonly prefix: 'f' | 'p';
  /** Whether the step is shown only if the officer asks for it on the page of answers. */
  readonly onRequest: boolean;
}

const listed = (titles: readonly string[]): string => {
  const [first = '', ...rest] = titles;
  const all = [first, ...rest.map(within)];
  return all.length < 2 ? first : `${all.slice(0, -1).join(', ')} and ${all.at(-1)!}`;
};

const step = (fields: Fields, more: Partial<Step> = {}): Step => ({
  title: listed(Object.values(fields).map(titleOf)),
  fields,
  prefix: 'f',
  onRequest: false,
  ...more,
});

/** Whether a page asks for words alone, all of which may be left out. */
const isOfRemarks = (page: Fields): boolean =>
  Object.values(page).every((field) => isOptional(field) && shapeOf(field).kind === 'text');

/** Whether the form makes the name itself. */
const isMade = (field: z.ZodType): boolean => shapeOf(field).kind === 'new-name' && madeFrom(field) !== undefined;

/** How the fact is signed. This decides which other fields are filled in. */
interface Signing {
  /** Whether it waits for a signature. */
  readonly isProposed: boolean;
  /** Whether it may be half of a settlement in two places. */
  readonly mayBeHalf: boolean;
}

/**
 * The steps of a fact’s form. First come its own pages of questions. Then come those shown on request: remarks, its
 * documents, whether it is one more of the same, and a name to use in place of the one that the form makes.
 */
export function stepsOf(fact: Fact<unknown>, { isProposed, mayBeHalf }: Signing): Step[] {
  const shape = fact.input.shape as Fields;
  // Only an officer who records the same once more needs these fields.
  const once = fact.sameAs ? Object.keys(AGAIN) : [];
  const pages = pagesOf(fact).map((page) =>
    Object.fromEntries(page.filter((name) => !once.includes(name)).map((name) => [name, shape[name]!])),
  );
  const asked = pages
    .map((page) => Object.fromEntries(Object.entries(page).filter(([, field]) => !isMade(field))))
    .filter((page) => Object.keys(page).length > 0);
  const made = Object.fromEntries(
    Object.entries(shape).filter(([, field]) => isMade(field) && madeFrom(field)!.length > 0),
  );
  const papers: Fields = {
    evidence: Evidence.optional().meta({
      title: 'Documents',
      description: 'The papers that it rests on. Name no patient.',
    }),
    ...(isProposed && ProposalTerms),
    ...(mayBeHalf && { otherHalf: OtherHalf.optional() }),
    adjustment: Adjustment,
  };
  return [
    ...asked.filter((page) => !isOfRemarks(page)).map((fields) => step(fields)),
    ...asked.filter(isOfRemarks).map((fields) => step(fields, { onRequest: true })),
    step(papers, { title: 'Documents and conditions', prefix: 'p', onRequest: true }),
    ...(once.length > 0
      ? [
          step(Object.fromEntries(once.map((name) => [name, shape[name]!])), {
            title: 'One more of the same',
            onRequest: true,
          }),
        ]
      : []),
    ...(Object.keys(made).length > 0 ? [step(made, { title: 'Name in the ledger', onRequest: true })] : []),
  ];
}

/** The fields of a step, with their names in a form. */
export const fieldsAt = ({ fields, prefix }: Step): [at: string, field: z.ZodType][] =>
  Object.entries(fields).map(([name, field]) => [nameIn(name, prefix), field]);

/** Whether a step may be skipped: each of its fields is optional. */
export const isOptionalStep = ({ fields }: Step): boolean => Object.values(fields).every(isOptional);

/** The list that a button of a page is about. */
export function listAt(steps: readonly Step[], name: string) {
  for (const [at, field] of steps.flatMap(fieldsAt)) {
    const found = fieldWithin(field, at, name);
    if (found) return found;
  }
  return undefined;
}

function fieldWithin(field: z.ZodType, at: string, name: string): z.ZodType | undefined {
  if (at === name) return field;
  if (!name.startsWith(`${at}.`)) return undefined;
  const shape = shapeOf(field);
  const [next = ''] = name.slice(at.length + 1).split('.');
  if (shape.kind === 'list') return fieldWithin(shape.element, `${at}.${next}`, name);
  if (shape.kind === 'object') return ownField(shape.fields, next, `${at}.${next}`, name);
  if (shape.kind !== 'alternatives') return undefined;
  const fields = shape.alternatives[Number(next)]?.fields ?? {};
  const [, inner = ''] = name.slice(at.length + 1).split('.');
  return ownField(fields, inner, `${at}.${next}.${inner}`, name);
}

const ownField = (fields: Fields, own: string, at: string, name: string): z.ZodType | undefined =>
  Object.hasOwn(fields, own) ? fieldWithin(fields[own]!, at, name) : undefined;

/** A step by its number; the first if there is no such step. */
export function stepAt(text: string | undefined, steps: readonly Step[]): number {
  const at = /^\d{1,3}$/.test(text ?? '') ? Number(text) : 0;
  return Math.min(at, steps.length - 1);
}
