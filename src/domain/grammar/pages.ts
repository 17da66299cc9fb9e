import { z } from 'zod';
import { choicesOf, bringsName } from './asked.js';
import { inner } from './naming.js';

/** Which fields of a fact are asked for together, in which order: the question pages of a form. */

type Fields = Readonly<Record<string, z.ZodType>>;

/** What a field is about. What is chosen comes first, then sums and days, then words. */
const ORDER = ['chosen', 'sums and days', 'words'] as const;

function aboutOf(field: z.ZodType): (typeof ORDER)[number] {
  if (choicesOf(field) || bringsName(field)) return 'chosen';
  const type = inner(field);
  if (!(type instanceof z.ZodString)) return 'sums and days';
  const json = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });
  return json.format === 'date' || json.pattern !== undefined ? 'sums and days' : 'words';
}

const hasParts = (field: z.ZodType): boolean => {
  const type = inner(field);
  return type instanceof z.ZodArray || type instanceof z.ZodObject || type instanceof z.ZodUnion;
};

/**
 * The pages of a fact’s form, each with the names of its fields. Where a fact declares none: what is chosen, then sums and
 * days, then a page for each list and each field with parts, then words.
 */
export function pagesOf({
  input,
  pages,
}: {
  readonly input: z.ZodObject;
  readonly pages?: readonly (readonly string[])[];
}): readonly (readonly string[])[] {
  if (pages) return pages;
  const shape: Fields = input.shape;
  const fields = Object.entries(shape);
  const plain = fields.filter(([, field]) => !hasParts(field));
  const [chosen, sums, words] = ORDER.map((about) =>
    plain.filter(([, field]) => aboutOf(field) === about).map(([name]) => name),
  ) as [string[], string[], string[]];
  const parts = fields.filter(([, field]) => hasParts(field)).map(([name]) => [name]);
  return [chosen, sums, ...parts, words].filter((page) => page.length > 0);
}
