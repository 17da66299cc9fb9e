import type { z } from 'zod';
import { choicesName, choicesOf, amongOf, type Choices } from '../../domain/grammar/asked.js';
import type { StreamKind } from '../../domain/grammar/event.js';
import type { Sight } from '../../ledger/access.js';
import type { Ledger } from '../../ledger/ledger.js';
import { askedOf, type Given } from '../asking.js';
import { namesFor } from '../names.js';
import { shapeOf } from './shapes.js';

/** The choices of a page’s fields, looked up before the page is made, each list once. */

export interface Choice {
  readonly value: string;
  readonly words: string;
  readonly about: string | null;
  /** The other names that the year’s templates have for it. */
  readonly wordings: readonly string[];
}

/** The choices of a field; undefined if it has none. */
export type Looked = (field: z.ZodType) => readonly Choice[] | undefined;

/**
 * Fields in which an officer chooses an existing name or types a new one: an area without a fund, a scheme without a
 * line.
 */
const OPEN: ReadonlySet<string> = new Set(['area', 'scheme']);

export const isOpenChoice = (choices: Choices): boolean => choices.from === 'names' && OPEN.has(choices.named);

const QUESTIONS: Readonly<Record<StreamKind, string>> = {
  fund: 'choices',
  dispute: 'dispute-choices',
  register: 'register-choices',
};

interface Where {
  readonly kind: StreamKind;
  /** The fund or the area; empty for the register. */
  readonly name: string;
}

/** What the question of choices is asked for a field; undefined if the field itself declares its values. */
function askedFor(field: z.ZodType): { readonly choices: string; readonly among?: string } | undefined {
  const choices = choicesOf(field);
  if (!choices || choices.from === 'codes') return undefined;
  const some = amongOf(field)?.join(',');
  return { choices: choicesName(choices), ...(some !== undefined && { among: some }) };
}

const keyOf = ({ choices, among = '' }: { readonly choices: string; readonly among?: string }): string =>
  `${choices} ${among}`;

/** Every list from which the fields of a type choose, in all its variants. */
function listsIn(field: z.ZodType, found = new Map<string, { choices: string; among?: string }>()) {
  const asked = askedFor(field);
  if (asked) found.set(keyOf(asked), asked);
  const shape = shapeOf(field);
  if (shape.kind === 'object') for (const each of Object.values(shape.fields)) listsIn(each, found);
  if (shape.kind === 'list') listsIn(shape.element, found);
  if (shape.kind === 'alternatives')
    for (const { fields } of shape.alternatives) for (const each of Object.values(fields)) listsIn(each, found);
  return found;
}

/**
 * Looks up the choices of some fields. An answer given already, such as a case, narrows the choices that depend on it.
 */
export async function lookUp(
  ledger: Ledger,
  sight: Sight,
  { kind, name }: Where,
  fields: Iterable<z.ZodType>,
  answered: Given,
): Promise<Looked> {
  const lists = new Map([...fields].flatMap((field) => [...listsIn(field)]));
  const place = kind === 'register' ? {} : kind === 'fund' ? { fund: name } : { area: name };
  const found = new Map<string, readonly Choice[]>();
  const names = await namesFor(ledger, sight);
  for (const [key, asked] of lists) {
    const isOfRegister = asked.among === 'register';
    const question = isOfRegister ? QUESTIONS.register : QUESTIONS[kind];
    const { choices } = await askedOf<{ choices: readonly Choice[] }>(ledger, sight, question, {
      ...(!isOfRegister && place),
      ...answered,
      ...asked,
    });
    found.set(
      key,
      choices.map((each) => ({ ...each, words: names.in(each.words) })),
    );
  }
  return (field) => {
    const choices = choicesOf(field);
    if (choices?.from === 'codes')
      return Object.entries(choices.codes).map(([value, words]) => ({ value, words, about: null, wordings: [] }));
    const asked = askedFor(field);
    return asked && found.get(keyOf(asked));
  };
}

/** The most choices that are shown. If there are more, the officer searches for one by a part of its name. */
export const FIND_MAX = 100;
