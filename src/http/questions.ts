import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { z } from 'zod';
import type { Instant } from '../domain/calendar.js';
import { Refusal } from '../domain/rules.js';
import { ask } from '../ledger/ask.js';
import type { Ledger } from '../ledger/ledger.js';
import { WHEREABOUTS } from '../ledger/catalogue.js';
import { QUERIES } from '../ledger/questions/all.js';
import type { Asked, Query } from '../ledger/questions/question.js';
import { csv } from '../ledger/csv.js';
import { asWhole, dateHeaders, fileName, nextPage } from '../ledger/echo.js';
import type { KeptAnswer, KeptAnswers } from './kept-answers.js';
import { answered, CSV, REFUSED, withHeaders } from './openapi.js';
import { parsed, Refused } from './problem.js';
import { writtenBy } from './written.js';
import { PositionText, waitFor } from './waiting.js';

/**
 * The routes that answer questions. They follow from the declared queries. An answer is JSON, or CSV if the client asks
 * for it.
 */

const Format = z
  .enum(['json', 'csv'])
  .optional()
  .meta({ description: 'csv for a spreadsheet; the header Accept: text/csv does the same.' });

const WaitFor = PositionText.optional().meta({
  description:
    'The position of an act, from its answer: wait until this service has read it, if it was posted at another.',
});

const ANSWER_HEADERS = {
  etag: 'The tag of an answer to a question that names its instant, or the revision to which an act can be bound (If-Match).',
  link: 'For CSV with a limit: the address of the next page, rel="next".',
  'bcf-on': 'For CSV: the effective day. With two pairs of dates: bcf-from-on and bcf-to-on.',
  'bcf-known-at': 'For CSV: the instant up to which records count.',
  'bcf-settled': 'For CSV: whether nothing that is recorded later can change the answer.',
  'bcf-ledger-size': 'For CSV: how many events it was computed from.',
  'bcf-disclosed': 'For CSV: “rounded” if claims are not exact, because you may not see cases.',
  'bcf-release': 'For CSV: the last day of the month to which the rounded claims refer.',
};

/** What a request asks beside the question’s own options, and the instant that it names. */
interface AskedHow extends Asked {
  readonly format?: 'json' | 'csv';
  readonly 'wait-for'?: string;
  readonly 'known-at'?: Instant;
}

/** What a route answers by: its declaration, and how its answers are written. */
interface Answering {
  readonly ledger: Ledger;
  readonly answers: KeptAnswers;
  readonly query: Query;
  readonly Options: z.ZodObject;
  readonly textOf: (answer: unknown) => string;
  /** The bytes of an answer that never changes, once it has been asked for. */
  fixed: Buffer | undefined;
}

export function registerQuestionRoutes(app: FastifyInstance, ledger: Ledger, answers: KeptAnswers): void {
  for (const query of QUERIES) {
    const Options = query.options.extend({ format: Format, 'wait-for': WaitFor });
    const answering = { ledger, answers, query, Options, textOf: writtenBy(query.answer), fixed: undefined };
    app.get(
      query.path.replace(/\{(\w+)\}/g, ':$1'),
      {
        schema: {
          summary: query.about,
          operationId: query.name,
          tags: [query.path.includes('/{') ? `${titleOf(query)}: figures` : titleOf(query)],
          params: query.params,
          querystring: Options,
          response: {
            200: answered('The answer.', { 'application/json': query.answer, 'text/csv': CSV }),
            default: REFUSED,
          },
          ...withHeaders(ANSWER_HEADERS),
        },
      },
      (request, reply) => answer(answering, request, reply),
    );
  }
}

/** The title under which documentation lists a question: the title of the kind of stream that it asks about. */
const titleOf = (query: Query): string =>
  Object.values(WHEREABOUTS).find(({ path }) => query.path.startsWith(path))?.title ?? 'Reference';

const JSON_TYPE = 'application/json';

/** Whether a client prefers a table to JSON, by its Accept header. */
const prefersCsv = (accept = '*/*'): boolean =>
  // The values that most clients send need no parsing.
  accept !== '*/*' &&
  accept !== JSON_TYPE &&
  new Negotiator({ headers: { accept } }).mediaType([JSON_TYPE, 'text/csv']) === 'text/csv';

/** Sends a kept answer at once. Otherwise works the answer out. */
function answer(answering: Answering, request: FastifyRequest, reply: FastifyReply): Promise<unknown> | undefined {
  void reply.header('vary', 'accept, authorization');
  const acceptsCsv = prefersCsv(request.headers.accept);
  const kept = acceptsCsv ? undefined : answering.answers.of(request.sight, request.url);
  const given = kept?.given;
  if (!given || !(given.body || isHeld(request, given.tag)))
    return workedOut(answering, request, reply, kept, acceptsCsv);
  void sendTagged(request, reply, given.tag, given.body);
  return undefined;
}

async function workedOut(
  answering: Answering,
  request: FastifyRequest,
  reply: FastifyReply,
  kept: KeptAnswer | undefined,
  acceptsCsv: boolean,
): Promise<unknown> {
  const { ledger, answers, query, Options, textOf } = answering;
  const params = parsed(query.params, request.params, '/path');
  const asked = parsed(Options, request.query, '/query') as AskedHow;
  const { format, 'wait-for': position } = asked;
  if (position !== undefined) await waitFor(ledger, position);
  const begun = performance.now();
  const asCsv = format === 'csv' || (format === undefined && acceptsCsv);
  const toAsk = toBeAsked(params, asked);
  const question = asCsv ? asWhole(query, toAsk, request.query as Asked) : toAsk;
  const seen = await ask(ledger, request.sight, query, question);
  request.server.shares.spent(request.signedIn.officer, performance.now() - begun);
  if (seen instanceof Refusal) throw new Refused(seen);
  if (query.revision) void reply.header('etag', `"${query.revision(seen)}"`);
  if (asCsv) {
    const next = nextPage(query, seen);
    if (next !== undefined) void reply.header('link', `<${addressAfter(request.url, next)}>; rel="next"`);
    return reply
      .type('text/csv; charset=utf-8')
      .headers({
        ...dateHeaders(seen),
        'content-disposition': `attachment; filename="${fileName(query, params, seen)}.csv"`,
      })
      .send(csv(query.table(seen)));
  }
  const body = answering.fixed ?? Buffer.from(textOf(seen));
  if (query.isFixed) answering.fixed = body;
  const { 'known-at': knownAt } = asked;
  // Only an answer to a question that names its instant can be kept, and only if no event was taken while it was worked
  // out.
  if (kept && knownAt !== undefined && !query.revision && answers.of(request.sight, request.url) === kept) {
    const { tag } = answers.keep(kept, { settled: seen['settled'] as boolean, knownAt }, body);
    return sendTagged(request, reply, tag, body);
  }
  return sendJson(reply, body);
}

/**
 * What the question itself is asked, without the options of how to answer. Fields are copied one by one, because
 * spreading the objects takes ten times as long.
 */
function toBeAsked(params: Asked, options: Asked): Record<string, unknown> {
  const asked: Record<string, unknown> = {};
  for (const name in params) asked[name] = params[name];
  for (const name in options) if (name !== 'format' && name !== 'wait-for') asked[name] = options[name];
  return asked;
}

/** The same address with another cursor. */
function addressAfter(url: string, cursor: string): string {
  const [path, asked] = url.split('?');
  const search = new URLSearchParams(asked);
  search.set('after', cursor);
  return `${path!}?${search.toString()}`;
}

/** Whether the client says that it already has the answer. */
const isHeld = (request: FastifyRequest, tag: string): boolean =>
  request.headers['if-none-match']?.includes(tag) === true;

/**
 * The client may store the answer, and asks again with its tag each time. If it has the answer, the body is not sent
 * again.
 */
function sendTagged(request: FastifyRequest, reply: FastifyReply, tag: string, body: Buffer | undefined): FastifyReply {
  void reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
  return isHeld(request, tag) ? reply.status(304).send() : sendJson(reply, body!);
}

const sendJson = (reply: FastifyReply, body: Buffer): FastifyReply =>
  reply.type('application/json; charset=utf-8').send(body);
