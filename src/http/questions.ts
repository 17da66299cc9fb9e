import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../domain/rules.js';
import type { Ledger } from '../ledger/ledger.js';
import { WHEREABOUTS } from '../ledger/catalogue.js';
import { QUERIES } from '../ledger/queries/all.js';
import type { Query } from '../ledger/queries/query.js';
import { csv } from '../ledger/csv.js';
import { seesArea, seesFund } from './access.js';
import { parsed, Problem, Refused } from './problem.js';
import { PositionText, waitFor } from './waiting.js';

/** The routes that answer questions. They follow from the declared queries: JSON always, CSV where it is asked for. */

const Format = z
  .enum(['json', 'csv'])
  .optional()
  .meta({ description: 'csv for a spreadsheet; the header Accept: text/csv does the same.' });

const WaitFor = PositionText.optional().meta({
  description:
    'The position of an act, from its answer: wait until this service has read it, if it was posted at another.',
});

export function registerQuestionRoutes(app: FastifyInstance, ledger: Ledger): void {
  for (const query of QUERIES) {
    const Options = query.options.extend({ format: Format, 'wait-for': WaitFor });
    app.get(
      query.path.replace(/\{(\w+)\}/g, ':$1'),
      {
        schema: {
          summary: query.about,
          operationId: query.name,
          tags: [query.path.includes('/{') ? `${titleOf(query)}: figures` : titleOf(query)],
          params: query.params,
          querystring: Options,
          response: { 200: query.answer, default: Problem },
        },
      },
      async (request, reply) => answer(ledger, query, Options, request, reply),
    );
  }
}

/** The title under which documentation lists a question: that of the kind of stream that it is about. */
const titleOf = (query: Query): string =>
  Object.values(WHEREABOUTS).find(({ path }) => query.path.startsWith(path))?.title ?? 'Reference';

async function answer(
  ledger: Ledger,
  query: Query,
  Options: z.ZodObject,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const params = parsed(query.params, request.params, '/path');
  const asked = parsed(Options, request.query, '/query') as { format?: 'json' | 'csv'; 'wait-for'?: string };
  const { format, 'wait-for': position, ...options } = asked;
  await waitFor(ledger, position);
  const { fund, area } = params as { fund?: string; area?: string };
  const { sight, signedIn } = request;
  // Other questions of an area are about its funds: what of them is seen, each says itself.
  const ofDisputes = query.path.startsWith(WHEREABOUTS.dispute.path);
  const unseen =
    fund !== undefined
      ? seesFund(ledger, fund, signedIn.officer, sight)
      : area !== undefined && ofDisputes
        ? seesArea(ledger, area, signedIn.officer, sight, query.cases ? 'cases' : 'totals')
        : undefined;
  if (unseen) throw new Refused(unseen);
  const found = await query.run(ledger, { ...params, ...options });
  if (found instanceof Refusal) throw new Refused(found);
  const seen = query.seenBy?.(found, request.sight) ?? found;
  if (query.revision) void reply.header('etag', `"${query.revision(seen)}"`);
  void reply.header('vary', 'accept, authorization');
  const wantsCsv = format === 'csv' || (format === undefined && /\btext\/csv\b/.test(request.headers.accept ?? ''));
  if (!wantsCsv) return reply.send(seen);
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${[fund ?? area, query.name].filter(Boolean).join('-')}.csv"`)
    .serializer(String)
    .send(csv(query.table(seen)));
}
