import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../domain/rules.js';
import { isDone, openNextYear, OpenNextYearAnswer, OpenNextYearAsked } from '../ledger/acts/open-next-year.js';
import type { Ledger } from '../ledger/ledger.js';
import { OfFund } from '../ledger/questions/question.js';
import { DryRun, Key, keyOf } from './facts.js';
import { answered, REFUSED } from './openapi.js';
import { parsed, Refused } from './problem.js';
import { writtenBy } from './written.js';

/** The route that opens next year’s fund: many acts under one key, each decided on its own. */
export function registerOpenNextYear(app: FastifyInstance, ledger: Ledger): void {
  const textOf = writtenBy(OpenNextYearAnswer);
  app.post(
    '/funds/:fund/roll-forward',
    {
      schema: {
        summary:
          'Open next year’s fund from this one, as far as you may. Each step is decided on its own. The answer lists the steps that others have to take.',
        operationId: 'open-next-year',
        tags: ['Fund: acts'],
        params: OfFund,
        querystring: DryRun,
        headers: z.object({
          'idempotency-key': Key.meta({
            description:
              'Your own name for this act. If you send it again, no step is done twice, and the answer says what has been recorded.',
          }),
        }),
        body: OpenNextYearAsked,
        response: {
          200: answered('Nothing was recorded: nothing is left to do, others have to do it, or it was a dry run.', {
            'application/json': OpenNextYearAnswer,
          }),
          201: answered('The steps that were taken are recorded, and on disk. Each refused step says why.', {
            'application/json': OpenNextYearAnswer,
          }),
          default: REFUSED,
        },
      },
    },
    async (request, reply) => {
      const { fund } = parsed(OfFund, request.params, '/path');
      const asked = parsed(OpenNextYearAsked, request.body, '');
      const { sight, signedIn, id: correlation } = request;
      const found = await openNextYear(ledger, fund, asked, {
        officer: signedIn.officer,
        signedInBy: signedIn.by,
        sight,
        key: keyOf(request),
        correlation,
        dryRun: parsed(DryRun, request.query, '/query')['dry-run'] === 'true',
        onRecorded: (type) => request.server.onRecorded(type),
      });
      if (found instanceof Refusal) throw new Refused(found);
      return reply
        .status(found.done.some(isDone) ? 201 : 200)
        .type('application/json; charset=utf-8')
        .send(textOf(found));
    },
  );
}
