import type { Answer, Asked, Query } from './questions/question.js';
import { dayEndedBy, knownAtInWords } from './known-words.js';

/** What an answer says of itself, for those who show it without its JSON: a table, a file of CSV, a line on a terminal. */

/** One pair of dates that an answer is of. */
interface Moment {
  readonly on?: string;
  readonly knownAt: string;
  readonly settled: boolean;
  readonly ledger: { readonly size: number };
  readonly outsideYear?: boolean;
  readonly disclosed?: string;
  readonly release?: string | null;
}

const isMoment = (value: unknown): value is Moment => typeof value === 'object' && value !== null && 'knownAt' in value;

/** The pairs of dates of an answer, each under its name: one without a name, or those of `from` and `to`, or none. */
const momentsOf = (answer: Answer): [name: '' | 'from' | 'to', moment: Moment][] =>
  (
    [
      ['', answer],
      ['from', answer['from']],
      ['to', answer['to']],
    ] as const
  ).flatMap(([name, value]) => (isMoment(value) ? [[name, value]] : []));

const inWords = ({ on, knownAt, ledger, outsideYear }: Moment): string =>
  [
    ...(on === undefined ? [] : [`on ${on}${outsideYear ? ' (outside the fund’s year)' : ''}`]),
    `as known at ${knownAtInWords(knownAt)}`,
    `from the first ${ledger.size} events of the ledger`,
  ].join(', ');

/** Whether the answer can still change, in a sentence; each of two pairs of dates may be settled or not. */
function settledInWords(moments: ReturnType<typeof momentsOf>): string {
  const open = moments.filter(([, { settled }]) => !settled);
  if (open.length === 0) return 'This answer is settled: nothing that is recorded later can change it.';
  const named = open.map(([name]) => name).filter((name) => name !== '' && open.length < moments.length);
  const instant = named.length > 0 ? `the instant of “${named.join()}”` : 'its instant';
  return `This answer can still change: something may yet be recorded at or before ${instant}.`;
}

/** The dates of an answer in a sentence, and whether it can still change in a second, or nothing where it is of none. */
export function datesInWords(answer: Answer): string | undefined {
  const moments = momentsOf(answer);
  if (moments.length === 0) return undefined;
  const text = moments.map(([name, moment]) => `${name ? `${name}: ` : ''}${inWords(moment)}`).join('; ');
  return `${text[0]!.toUpperCase()}${text.slice(1)}.\n${settledInWords(moments)}`;
}

/** What no file is named after: a case is between its parties, and a proposal’s identifier tells nobody anything. */
const UNNAMED: readonly string[] = ['case', 'proposal'];

/** What a file of an answer is called, without its ending: what it is of, the question, and its dates. */
export function fileName(query: Query, params: Asked, answer: Answer): string {
  const dates = momentsOf(answer).flatMap(([name, { on, knownAt }]) => [
    ...(name ? [name] : []),
    ...(on === undefined ? [] : ['on', on]),
    'known-at',
    dayEndedBy(knownAt) ?? knownAt.replaceAll(':', '.'),
  ]);
  const of = Object.entries(params).flatMap(([name, value]) => (UNNAMED.includes(name) ? [] : [value]));
  return [...of, query.name, ...dates].join('-');
}

/** The same as headers of an answer over HTTP: `bcf-on`, `bcf-known-at`, `bcf-settled`, `bcf-ledger-size`; or `bcf-from-on` and so on. */
export const dateHeaders = (answer: Answer): Record<string, string> =>
  Object.assign(
    {},
    ...momentsOf(answer).map(([name, { on, knownAt, settled, ledger, disclosed, release }]) => {
      const prefix = name ? `bcf-${name}` : 'bcf';
      return {
        ...(on !== undefined && { [`${prefix}-on`]: on }),
        [`${prefix}-known-at`]: knownAt,
        [`${prefix}-settled`]: String(settled),
        [`${prefix}-ledger-size`]: String(ledger.size),
        ...(disclosed !== undefined && { [`${prefix}-disclosed`]: disclosed }),
        ...(release && { [`${prefix}-release`]: release }),
      };
    }),
  ) as Record<string, string>;

/** The cursor of the next page of a question that has pages, where there is one. */
export const nextPage = (query: Query, answer: Answer): string | undefined =>
  'after' in query.options.shape ? ((answer['next'] as string | null) ?? undefined) : undefined;

/** What is asked for as a whole table: every row, unless a limit was asked for. */
export const asWhole = (query: Query, asked: Asked, given: Asked): Asked =>
  'limit' in query.options.shape && given['limit'] === undefined ? { ...asked, limit: Infinity } : asked;
