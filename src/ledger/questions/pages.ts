import { z } from 'zod';
import { instantOf, isDay, type Day, type Instant } from '../../domain/calendar.js';
import { refuse, Refusal } from '../../domain/rules.js';

/**
 * All pages of one listing use one instant, so an event recorded between two pages moves no row from one page to the
 * other. The cursor holds the place where the next page begins, and the instant and the day of the first page:
 * `17@2016-06-30T12:00:00.000Z`. A cursor without an instant asks for what is known now.
 */

const APART = '@';

/** The fields of a question or an answer, by name. */
type Named = Readonly<Record<string, unknown>>;

/** The cursor of a question. Its own part says where the rows of the next page begin. */
export const cursor = (own: z.ZodType<string>) =>
  z
    .string()
    .transform((text, context): string => {
      const [after, knownAt, on, ...more] = text.split(APART);
      const read = own.safeParse(after);
      const dates = (knownAt === undefined || instantOf(knownAt)) && (on === undefined || isDay(on));
      if (read.success && dates && more.length === 0) return [read.data, knownAt, on].filter(Boolean).join(APART);
      context.addIssue({ code: 'custom', message: 'must be the "next" of an earlier page' });
      return z.NEVER;
    })
    .meta({
      description:
        'The cursor given as "next" by the page before. It holds the instant and the day of that page, because all pages of a listing have the same.',
    });

/** The parts of a cursor: where the page begins, and its dates. */
interface Begun {
  readonly after: string;
  readonly 'known-at'?: Instant;
  readonly on?: Day;
}

function begun(text: string): Begun {
  const [after, knownAt, on] = text.split(APART) as [string, string?, Day?];
  return { after, ...(knownAt !== undefined && { 'known-at': instantOf(knownAt)! }), ...(on !== undefined && { on }) };
}

/** A question with a cursor, at the dates that the cursor names. Refused if the question also asks for other dates. */
export function onDatesOfCursor(asked: Named): Named | Refusal {
  if (typeof asked['after'] !== 'string') return asked;
  const page = begun(asked['after']);
  for (const name of ['known-at', 'on'] as const) {
    const [given, paged] = [asked[name], page[name]];
    if (given !== undefined && paged !== undefined && given !== paged) {
      return refuse(
        'cursor_of_other_dates',
        `The cursor ${asked['after']} belongs to another "${name}" than the one asked for. Leave "${name}" out, or begin with the first page.`,
      );
    }
  }
  return { ...asked, ...page };
}

/** The answer with a cursor that names its dates. */
export function withDatesInCursor(answer: Named): Named {
  const { next, knownAt, on } = answer;
  return typeof next === 'string' ? { ...answer, next: [next, knownAt, on].filter(Boolean).join(APART) } : answer;
}
