import { z } from 'zod';
import { Name, words } from '../values.js';
import { IN_SHORT, inner, namedBy, replacingSaid, saidOf, says, type Named } from './naming.js';

/**
 * What a form needs to know of a field besides its words and its check: where its choices come from, what is suggested,
 * and what it must add up to. Documents, terminal and forms read it. It does not change what a type accepts.
 */

/** Under these names a schema says it. */
const CODES = 'x-codes';
export const CHOSEN_FROM = 'x-chosen-from';
const NEW_NAME = 'x-new-name';
const AMONG = 'x-among';
const WORDED = 'x-worded';
const SUGGESTED = 'x-suggested';
const SUMS_TO = 'x-sums-to';
const EXACTLY_ONE = 'x-exactly-one';
const ROWS_FROM = 'x-rows-from';

/** Lists of codes: shipped reference data, or the rules of the year. */
const LISTS = [
  'line categories',
  'kinds of supplier',
  'scheme types of the year',
  'areas of spend of the year',
  'kinds of provider of the year',
  'capacities of the year',
  'financial years',
  'bodies in the register',
  'purposes of the source',
  'plan of the fund',
  'other halves',
] as const;

export type ListName = (typeof LISTS)[number];

/** What names come from, in words. */
const NAMED: Readonly<Record<Named, string>> = {
  partner: 'bodies in the register',
  officer: 'officers in the register',
  area: 'areas',
  fund: 'funds of the area',
  source: 'sources of funding',
  event: 'facts of the same stream',
  proposal: 'open proposals',
  case: 'cases of the area',
  contribution: 'contributions of the fund',
  grant: 'grants of the fund',
  line: 'plan lines of the fund',
  scheme: 'schemes of the plan',
  agreement: 'agreements of the fund',
  commitment: 'commitments of the fund',
  assumption: 'assumptions of the fund',
  beside: 'funding beside the pool',
  balance: 'opening reserves and provisions',
  reserve: 'reserves of the fund',
  carryIn: 'sums that the fund carried in',
  pot: 'performance pots of the fund',
  condition: 'conditions of approval of the plan',
  settlement: 'settlements of the area',
  return: 'returns of the fund',
  protocol: 'dispute protocols of the area',
  stage: 'stages of the protocol',
};

/**
 * What a form suggests: the day on which it is filled in, the officer’s own body, a value, or what another field of the
 * same fact holds.
 */
export type Suggestion =
  | { readonly day: 'today' }
  | { readonly body: 'own' }
  | { readonly value: string | boolean }
  | { readonly field: string };

/** What the sums or shares in a list, or in an object, add up to: another field of the same fact, or a fixed value. */
export type Total = { readonly field: string } | { readonly value: string | number };

/**
 * A question whose answer holds what the rows of a list can be: which list of it, and which of its figures go into which fields of a
 * row. Some only go where other figures are nothing: what has been decided of a case is not settled while a part of it is open.
 */
export interface RowsFrom {
  readonly question: string;
  readonly list: string;
  /** What it is asked with, so that it finds every row that there can be. */
  readonly all: Readonly<Record<string, string>>;
  /** Which figures go into which fields; the first of these tells a row from others. */
  readonly fields: Readonly<Record<string, string>>;
  readonly decided: { readonly fields: Readonly<Record<string, string>>; readonly where: readonly string[] };
  /** What is shown beside a row, for whoever fills it in. */
  readonly beside: readonly string[];
}

export type Choices =
  | { readonly from: 'codes'; readonly codes: Readonly<Record<string, string>> }
  | { readonly from: 'names'; readonly named: Named }
  | { readonly from: 'list'; readonly list: ListName };

// Declaring

/** One of some codes, each with its words. */
export const oneOf = <Code extends string>(codes: Readonly<Record<Code, string>>) =>
  z.enum(Object.keys(codes) as [Code, ...Code[]]).meta({ [CODES]: codes });

/** One of the codes of a list, each with its name. */
export const listed = <Code extends string>(list: readonly { readonly code: Code; readonly name: string }[]) =>
  oneOf(Object.fromEntries(list.map(({ code, name }) => [code, name])) as Record<Code, string>);

export const chosenFrom = <S extends z.ZodType>(list: ListName, type: S): S => type.meta({ [CHOSEN_FROM]: list });

/**
 * A new name that the fact brings into use. If it lists fields of the same object, a form makes the name from them;
 * with an empty list a form makes it from no field.
 */
export const newName = <S extends z.ZodType>(type: S, madeFrom?: readonly string[]): S =>
  type.meta({ [NEW_NAME]: { madeFrom } });

/**
 * One of some of the choices only: of events, those that record facts of these names, or what is kept as these; of sources
 * of funding, `contributions`, `grants`, or those `beside` the pool, which are among no others; of plan lines, those of these
 * categories; of bodies, those of the whole `register`; of cases, those `open` that no settlement has closed.
 */
export const among = <S extends z.ZodType>(some: readonly string[], type: S): S => type.meta({ [AMONG]: some });

export const suggesting = <S extends z.ZodType>(suggestion: Suggestion, type: S): S =>
  type.meta({ [SUGGESTED]: suggestion });

/** A body whose own act the fact usually is: a form suggests the officer’s own. */
export const actingBody = <S extends z.ZodType>(type: S): S => suggesting({ body: 'own' }, type);

export const addingUpTo = <S extends z.ZodType>(total: Total, type: S): S => type.meta({ [SUMS_TO]: total });

/**
 * A type that may also be sent in a short form. The short form is expanded when it is read, so the decision, the
 * fingerprint and the record are the same as for the full form. A page asks for the full form.
 */
export const inShort = <Full extends z.ZodType, Short extends z.ZodType>(
  full: Full,
  short: Short,
  writtenOut: (short: z.output<Short>) => z.output<Full>,
  says: { readonly error: string },
) => z.union([full, short.transform(writtenOut)], says).meta({ [IN_SHORT]: true });

/** How long a wording may be, in characters. */
export const WORDING_MAX = 200;

/**
 * A code of a list, or a wording of people or of the year’s templates; capitals and blanks make no difference. {@link
 * inCodes} replaces the wording by the code first, so decisions, fingerprints and records contain the code.
 */
export const codeOrWording = (list: ListName) =>
  chosenFrom(
    list,
    inShort(Name, words(WORDING_MAX), (wording) => wording, {
      error: `must be a code of the list, such as "other", or what it is called there, in at most ${WORDING_MAX} characters`,
    }).meta({ [WORDED]: list }),
  );

/** Whether a type, or any part of it, may be a wording. */
export const takesWordings = (type: z.ZodType): boolean => says(type, WORDED);

/** The same value with codes in the place of wordings; `codeOf` says the code, or the text itself where it stands for none. */
export const inCodes = (type: z.ZodType, value: unknown, codeOf: (text: string, list: ListName) => string): unknown =>
  replacingSaid(type, value, WORDED, (text, list) => codeOf(text, list as ListName));

/** An object of which exactly one field is given: each field is an alternative. */
export const exactlyOne = <S extends z.ZodType>(type: S): S => type.meta({ [EXACTLY_ONE]: true });

/** A list whose rows can be found by a question. */
export const rowsFrom = <S extends z.ZodType>(found: RowsFrom, type: S): S => type.meta({ [ROWS_FROM]: found });

// Asking

/** Where the choices of a field come from; undefined where it is filled in freely, or brings a new name. */
export function choicesOf(field: z.ZodType): Choices | undefined {
  if (saidOf(field, NEW_NAME)) return undefined;
  const codes = saidOf(field, CODES) as Readonly<Record<string, string>> | undefined;
  if (codes) return { from: 'codes', codes };
  const list = saidOf(field, CHOSEN_FROM) as ListName | undefined;
  if (list) return { from: 'list', list };
  const named = namedBy(field);
  return named && { from: 'names', named };
}

export const bringsName = (field: z.ZodType): boolean => saidOf(field, NEW_NAME) !== undefined;

/** The fields that a new name is made from; undefined where whoever fills the form in makes it up. */
export const madeFrom = (field: z.ZodType): readonly string[] | undefined =>
  (saidOf(field, NEW_NAME) as { madeFrom: readonly string[] | undefined } | undefined)?.madeFrom;

/** Among which of its choices a field chooses; undefined where it chooses among all. */
export const amongOf = (field: z.ZodType): readonly string[] | undefined =>
  saidOf(field, AMONG) as readonly string[] | undefined;
export const suggestionOf = (field: z.ZodType): Suggestion | undefined =>
  saidOf(field, SUGGESTED) as Suggestion | undefined;
export const totalOf = (field: z.ZodType): Total | undefined => saidOf(field, SUMS_TO) as Total | undefined;
export const rowsFoundBy = (field: z.ZodType): RowsFrom | undefined => saidOf(field, ROWS_FROM) as RowsFrom | undefined;
export const isExactlyOne = (field: z.ZodType): boolean => saidOf(field, EXACTLY_ONE) === true;

/** Of a list: what one item of it is called, and how many there may be, both inclusive. */
export function listOf(field: z.ZodType): { item: string; atLeast: number; atMost: number } | undefined {
  const type = inner(field);
  if (!(type instanceof z.ZodArray)) return undefined;
  const { minItems, maxItems } = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });
  return {
    item: saidOf(type.element as z.ZodType, 'title') as string,
    atLeast: minItems ?? 0,
    // A list that is sent always has a most.
    atMost: maxItems!,
  };
}

/** Of a field with alternatives: what each is called. Of objects it is what their first field says, which tells them apart. */
export function alternativesOf(field: z.ZodType): string[] | undefined {
  const type = inner(field);
  if (isExactlyOne(field))
    return Object.values((type as z.ZodObject).shape).map((each) => saidOf(each as z.ZodType, 'title') as string);
  if (!(type instanceof z.ZodUnion)) return undefined;
  return (type.options as z.ZodType[]).map((option) => {
    const first = option instanceof z.ZodObject ? (Object.values(option.shape)[0] as z.ZodType) : option;
    return saidOf(first, 'title') as string;
  });
}

/** The name under which the choices of a field are asked for: `carry-in`, `line-categories`. Codes stand in the field itself. */
export const choicesName = (choices: Exclude<Choices, { from: 'codes' }>): string =>
  choices.from === 'list'
    ? choices.list.replaceAll(' ', '-')
    : choices.named.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Every name under which choices can be asked for. */
export const CHOICES_NAMES: readonly string[] = [
  ...(Object.keys(NAMED) as Named[]).map((named) => choicesName({ from: 'names', named })),
  ...LISTS.map((list) => choicesName({ from: 'list', list })),
];

/** The choices of a field in words. */
export function choicesInWords(choices: Choices): string {
  switch (choices.from) {
    case 'codes':
      return Object.values(choices.codes).join('; ');
    case 'list':
      return choices.list;
    case 'names':
      return NAMED[choices.named];
  }
}

export const suggestionInWords = (suggestion: Suggestion): string =>
  'day' in suggestion
    ? 'today'
    : 'body' in suggestion
      ? 'your own body'
      : 'field' in suggestion
        ? `the same as ${suggestion.field}`
        : typeof suggestion.value === 'boolean'
          ? suggestion.value
            ? 'yes'
            : 'no'
          : suggestion.value;

export const totalInWords = (total: Total): string => ('field' in total ? total.field : String(total.value));
