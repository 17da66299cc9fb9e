import { z } from 'zod';
import { readAs } from '../domain/faults.js';
import { onceEach } from '../domain/once-each.js';
import { refuse } from '../domain/rules.js';
import type { Sight } from '../ledger/access.js';
import { ask } from '../ledger/ask.js';
import type { Ledger } from '../ledger/ledger.js';
import { csv } from '../ledger/csv.js';
import { asWhole, fileName, nextPage } from '../ledger/echo.js';
import { describeFigures, FIGURE_WORDS } from '../ledger/figure-words.js';
import { QUERIES } from '../ledger/questions/all.js';
import type { Answer, Asked, Query } from '../ledger/questions/question.js';
import { answered, Refused } from './refused.js';

/** How pages ask: declared questions, by name, through the door. */

export type Given = Readonly<Record<string, string | undefined>>;

/** A question by its declaration: its parameters, its options and the shape of its answer. */
export type Question = Query;
export type { Answer };

export const QUESTIONS: readonly Question[] = QUERIES;

/** A shape of an answer, as JSON Schema. Every figure in it has a description. */
export interface Shape {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
}

/** The shape of a question’s answer. */
export const shapeOf = onceEach(({ answer }: Question): Shape => {
  const shape = z.toJSONSchema(answer, { io: 'output', reused: 'inline' });
  describeFigures(shape);
  return shape as Shape;
});

/** The shapes of a question’s options. */
export const optionsOf = onceEach(
  ({ options }: Question): Readonly<Record<string, Shape>> =>
    (z.toJSONSchema(options, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape).properties ?? {},
);

/** What each figure is, by its name. */
export { FIGURE_WORDS, nextPage };

const BY_NAME: ReadonlyMap<string, Question> = new Map(QUERIES.map((each) => [each.name, each]));

export const questionNamed = (name: string): Question => BY_NAME.get(name)!;

/**
 * The parameters and options of a question as one schema. It is made once, because zod compiles a schema at its first
 * use.
 */
const takenBy = onceEach(({ params, options }: Question) => z.strictObject({ ...params.shape, ...options.shape }));

/** Reads what is asked by the question’s own schemas. Throws {@link Refused} if it cannot be read. */
function read(query: Question, given: Given): Asked {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
  const found = readAs(takenBy(query), present);
  if ('value' in found) return found.value;
  const [{ path, words }] = found.faults as [(typeof found.faults)[number]];
  const option = path.map(String).join('.');
  throw new Refused(refuse('fields_invalid', `"${option}" ${words}.`), { option, words });
}

/**
 * Asks a question. Throws {@link Refused} with the rule that refuses it. `Answer` is the type that the question
 * declares.
 */
export async function askedOf<Answer>(ledger: Ledger, sight: Sight, name: string, given: Given): Promise<Answer> {
  const query = questionNamed(name);
  return answered(await ask(ledger, sight, query, read(query, given))) as Answer;
}

/** The same answer as a file for a spreadsheet. The file holds the whole answer, unless a limit is asked for. */
export async function askedAsFile(
  ledger: Ledger,
  sight: Sight,
  query: Question,
  given: Given,
): Promise<{ readonly name: string; readonly text: string }> {
  const asked = read(query, given);
  const answer = answered(await ask(ledger, sight, query, asWhole(query, asked, given)));
  const params = Object.fromEntries(Object.keys(query.params.shape).map((name) => [name, asked[name]]));
  return { name: `${fileName(query, params, answer)}.csv`, text: csv(query.table(answer)) };
}
