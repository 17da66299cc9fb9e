import { z } from 'zod';
import {
  alternativesOf,
  choicesInWords,
  choicesName,
  choicesOf,
  isExactlyOne,
  listOf,
  rowsFoundBy,
  suggestionInWords,
  suggestionOf,
  totalInWords,
  totalOf,
} from '../domain/grammar/asked.js';
import { saidOf } from '../domain/grammar/naming.js';
import { Amount, Code, Name, Revision, SignedMoney } from '../domain/values.js';

/** What a field is, in words, from its schema: its kind, its values where they are few, and what it says of itself. */

interface Node {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

const nodeOf = (schema: z.ZodType): Node =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Node;

/** Kinds of text that have a form of their own, by the pattern that says it. */
const FORMS: ReadonlyMap<string | undefined, string> = new Map([
  [nodeOf(Amount).pattern, 'money'],
  [nodeOf(SignedMoney).pattern, 'money, negative with a leading minus'],
  [nodeOf(Name).pattern, 'name'],
  [nodeOf(Code).pattern, 'code'],
  [nodeOf(Revision).pattern, 'revision'],
]);
const FORMATS: Readonly<Record<string, string>> = { date: 'day', uuid: 'UUID' };
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: '`true` or `false`',
  number: 'number',
  null: '`null`',
};

const value = (of: unknown): string => `\`${String(of)}\``;

const fields = ({ properties = {}, required = [] }: Node): string =>
  Object.entries(properties)
    .map(([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${inWords(field)}`)
    .join('; ');

const wholeNumber = ({ minimum, maximum }: Node): string =>
  maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
    ? 'whole number'
    : `whole number from ${minimum!} to ${maximum}`;

function inWords(node: Node): string {
  const choices = node.anyOf ?? node.oneOf;
  if (choices) return choices.map(inWords).join(' or ');
  if (node.enum) return node.enum.map(value).join(' or ');
  if (node.const !== undefined) return value(node.const);
  if (node.type === 'array') return `list of ${inWords(node.items!)}`;
  if (node.type === 'integer') return wholeNumber(node);
  if (node.type === 'object') return node.properties ? `{ ${fields(node)} }` : 'fields by name';
  return (
    FORMS.get(node.pattern) ??
    FORMATS[node.format!] ??
    [node.type!]
      .flat()
      .map((type) => TYPES[type]!)
      .join(' or ')
  );
}

const GENERIC: ReadonlySet<string | undefined> = new Set([
  undefined,
  ...[Amount, SignedMoney].map((schema) => nodeOf(schema).description),
  'A day in Europe/London, YYYY-MM-DD.',
]);

/** The kind of a field in words, and what its schema says of it beyond that. */
function fieldInWords(schema: z.ZodType): { readonly kind: string; readonly about: string } {
  const node = nodeOf(schema);
  return { kind: inWords(node), about: GENERIC.has(node.description) ? '' : node.description! };
}

/** The kind of a field in words: what it holds. */
export const kindInWords = (schema: z.ZodType): string => fieldInWords(schema).kind;

/** What is asked for beside: where choices come from, what is suggested, and what its parts add up to. */
function askedInWords(schema: z.ZodType): string[] {
  const [choices, suggestion, sum, list] = [choicesOf(schema), suggestionOf(schema), totalOf(schema), listOf(schema)];
  const rows = rowsFoundBy(schema);
  return [
    ...(choices
      ? [choices.from === 'codes' ? `In words: ${choicesInWords(choices)}.` : `One of the ${choicesInWords(choices)}.`]
      : []),
    ...(suggestion ? [`Suggested: ${suggestionInWords(suggestion)}.`] : []),
    ...(sum ? [`Adds up to ${totalInWords(sum)}.`] : []),
    ...(rows ? [`Its rows can be found with the question \`${rows.question}\`.`] : []),
    ...(isExactlyOne(schema) ? ['Exactly one of them is given.'] : []),
    ...(list ? [`${list.atLeast === 0 ? 'At most' : `${list.atLeast} to`} ${list.atMost}.`] : []),
  ];
}

/** Whether a field may be left out. */
const isOptional = (schema: z.ZodType): boolean => schema.safeParse(undefined).success;

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** What an answer says of a field: what people call it, and what a form of it needs to know. */
export const FieldText = z.object({
  name: z.string(),
  title: z.string().meta({ description: 'What people call it.' }),
  hint: z.string().meta({ description: 'A sentence that helps to fill it in.' }),
  what: z.string().meta({ description: 'What it holds.' }),
  optional: z.boolean().meta({ description: 'Whether it may be left out.' }),
  choices: z
    .string()
    .nullable()
    .meta({ description: 'Where its choices come from; null where it is filled in freely.' }),
  choicesName: z.string().nullable().meta({
    description:
      'The name under which the question of choices answers them; null where they are none, or few and fixed.',
  }),
  suggested: z.string().nullable().meta({ description: 'What is suggested.' }),
  addsUpTo: z.string().nullable().meta({ description: 'What its parts add up to.' }),
  alternatives: z.array(z.string()).meta({ description: 'What it may be one of; none where it is of one kind.' }),
  item: z
    .string()
    .nullable()
    .meta({ description: 'Of a list: what one item of it is called, and how many there may be.' }),
  rowsFrom: z
    .object({
      question: z.string().meta({ description: 'The question that finds the rows.' }),
      list: z.string().meta({ description: 'The list of its answer.' }),
      fields: z.record(z.string(), z.string()).meta({ description: 'Which figure of a row goes into which field.' }),
    })
    .nullable()
    .meta({ description: 'Of a list: the question that finds its rows; null where none does.' }),
});

export function fieldText(name: string, schema: z.ZodType): z.input<typeof FieldText> {
  const [choices, suggestion, sum, list] = [choicesOf(schema), suggestionOf(schema), totalOf(schema), listOf(schema)];
  const rows = rowsFoundBy(schema);
  return {
    name,
    title: saidOf(schema, 'title') as string,
    hint: saidOf(schema, 'description') as string,
    what: fieldInWords(schema).kind,
    optional: isOptional(schema),
    choices: choices ? choicesInWords(choices) : null,
    choicesName: choices && choices.from !== 'codes' ? choicesName(choices) : null,
    suggested: suggestion ? suggestionInWords(suggestion) : null,
    addsUpTo: sum ? totalInWords(sum) : null,
    alternatives: alternativesOf(schema) ?? [],
    item: list ? `${list.item}, ${list.atLeast} to ${list.atMost}` : null,
    rowsFrom: rows ? { question: rows.question, list: rows.list, fields: { ...rows.fields } } : null,
  };
}

type Asked = 'asked for' | 'recorded';

/**
 * A table of fields, in Markdown; those that may be left out have a question mark. Of what is recorded it says what it is, and
 * not what somebody would need to know who fills it in.
 */
export const fieldTable = (shape: Readonly<Record<string, z.ZodType>>, as: Asked = 'asked for'): string =>
  [
    '| field | what it is | about |',
    '|---|---|---|',
    ...Object.entries(shape).map(([name, schema]) => {
      const { kind, about } = fieldInWords(schema);
      return `| \`${name}${isOptional(schema) ? '?' : ''}\` | ${cell(kind)} | ${cell([about, ...(as === 'recorded' ? [] : askedInWords(schema))].filter((each) => each !== '').join(' '))} |`;
    }),
  ].join('\n');
