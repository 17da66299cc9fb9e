import { endOfLondonDay, type Day } from '../../domain/calendar.js';
import { RULES } from '../../domain/rules.js';
import { disputeStream, fundStream } from '../../ledger/catalogue.js';
import { errorSummary } from '../components/fields.js';
import { askedIn, asTyped, readAsked, type DateName, type Faulty } from '../dates.js';
import { namesFor } from '../names.js';
import { Refused, refusedAbove } from '../refused.js';
import type { Asking, FastifyReply, FastifyRequest, Site } from '../site.js';
import { optionTitle } from './filters.js';

/**
 * Pages with dates. If a request cannot be answered, the error is shown above the page and the fields keep what was
 * typed.
 */

type Asked = Readonly<Record<string, string | undefined>>;

interface Dated {
  readonly path: string;
  /** The page’s dates, and its other options. */
  readonly dates: readonly DateName[];
  readonly others: readonly string[];
  /**
   * Shows the page as asked; or, with `faulty`, a page that can be shown and the errors above it. An answer that is not
   * a page is sent directly.
   */
  show(asked: Asked, faulty?: Faulty): Promise<unknown>;
}

const BAD_REQUEST = 400;

/** The number of the page of a list, from 1. A text that is no page number means 1. */
export const pageIn = (text: string | undefined): number => (/^[1-9]\d{0,5}$/.test(text ?? '') ? Number(text) : 1);

/** Whether a fund, or the disputes of an area, were in the ledger at the end of a day. Everything else always was. */
export const knownBy =
  ({ ledger: { model } }: Site, { fund, area }: Readonly<Record<string, string | undefined>>) =>
  (on: string): boolean => {
    const stream =
      fund !== undefined
        ? fundStream(fund)
        : area !== undefined && model.areas().includes(area)
          ? disputeStream(area)
          : undefined;
    if (stream === undefined) return true;
    const { size } = model.prefix(endOfLondonDay(on as Day));
    return model.knownRevision(stream, size) >= 0;
  };

/** What was asked, with the error in the words of the form. */
async function faultyBy(
  { ledger }: Site,
  { sight }: Asking,
  { refusal, fault }: Refused,
  given: Asked,
  dates: readonly DateName[],
): Promise<Faulty> {
  const asked = asTyped(given, dates);
  const date = dates.find((name) => name === fault?.option);
  if (date) return { asked, wrong: [date] };
  // Only pages with a first day or year are refused by this rule.
  const said = fault
    ? { option: fault.option, words: `${optionTitle(fault.option)} ${fault.words}` }
    : refusal.rule === 'days_out_of_order'
      ? { option: 'from', words: refusal.detail }
      : undefined;
  const first = dates.find((name) => name === said?.option);
  if (said && first) return { asked, wrong: [first], said };
  const why = said
    ? errorSummary({ title: 'There is a problem', errors: [{ content: said.words, href: `#${said.option}` }] })
    : refusedAbove(refusal, await namesFor(ledger, sight));
  return { asked, wrong: [], why, ...(said && { said }) };
}

/**
 * Answers a request for a page with dates. A refused request is tried again without its dates, and then without any
 * option. The first page that succeeds is shown below the error. Throws {@link Refused} if none succeeds.
 */
export async function answerDated(
  site: Site,
  asking: Asking,
  request: FastifyRequest,
  reply: FastifyReply,
  { path, dates, others, show }: Dated,
): Promise<unknown> {
  const sent = askedIn(request.url);
  const read = readAsked(path, sent, dates, others);
  if ('goTo' in read) return site.redirect(reply, read.goTo);
  if ('given' in read && !Object.values(read.given).some(Boolean)) return reply.send(await show({}));

  const shown = async (faulty: Faulty, status: number, rest: Asked): Promise<unknown> => {
    const without = { ...rest, ...Object.fromEntries(dates.map((name) => [name, undefined])), format: undefined };
    let answer;
    try {
      answer = await show(without, faulty);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer = await show({}, faulty);
    }
    return reply.status(status).send(answer);
  };

  if ('wrong' in read) return shown({ asked: sent, wrong: read.wrong }, BAD_REQUEST, read.others);
  let answer: unknown;
  try {
    answer = await show(read.given);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const status = RULES[error.refusal.rule].status;
    try {
      return await shown(await faultyBy(site, asking, error, read.given, dates), status, read.given);
    } catch (again) {
      // The officer may see nothing of this page, whatever the options.
      throw again instanceof Refused ? error : again;
    }
  }
  return reply.send(answer);
}
