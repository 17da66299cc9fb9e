import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { DEAL_FACTS_MAX } from '../domain/grammar/proposal.js';
import { Refusal } from '../domain/rules.js';
import { seesFund } from '../ledger/access.js';
import { KINDS } from '../ledger/catalogue.js';
import type { Ledger } from '../ledger/ledger.js';
import { OfFund } from '../ledger/questions/question.js';
import { whatIf, WhatIfAnswer, WhatIfAsked } from '../ledger/acts/what-if.js';
import { answered, factsSchema, REFUSED } from './openapi.js';
import { parsed, Refused } from './problem.js';
import { writtenBy } from './written.js';

const { adjustment, counters } = WhatIfAsked.shape.acts.element.shape;

/** The form of the body’s facts. Documentation describes each fact; each is read when it is tried. */
const described = WhatIfAsked.extend({
  acts: z.array(
    z.union([
      z.object({ fact: factsSchema(KINDS.fund.facts), counters, adjustment }),
      z.object({ facts: z.array(factsSchema(KINDS.fund.facts)).min(1).max(DEAL_FACTS_MAX), counters, adjustment }),
      z.object({ proposal: z.uuid(), adjustment }),
    ]),
  ),
});

/** The route on which acts are tried: a question with a body. It records nothing and needs no key. */
export function registerWhatIf(app: FastifyInstance, ledger: Ledger): void {
  const textOf = writtenBy(WhatIfAnswer);
  app.post(
    '/funds/:fund/what-if',
    {
      schema: {
        summary: 'Try facts and open proposals on a fund: its figures before and after them. Nothing is recorded.',
        operationId: 'what-if',
        tags: ['Fund: figures'],
        params: OfFund,
        body: described,
        response: {
          200: answered('The figures as they would be, and the acts that would be refused.', {
            'application/json': WhatIfAnswer,
          }),
          default: REFUSED,
        },
      },
    },
    async (request, reply) => {
      const { fund } = parsed(OfFund, request.params, '/path');
      const asked = parsed(WhatIfAsked, request.body, '');
      const { sight, signedIn } = request;
      const unseen = seesFund(ledger, fund, sight);
      if (unseen) throw new Refused(unseen);
      const found = await whatIf(ledger, fund, asked, { officer: signedIn.officer, signedInBy: signedIn.by, sight });
      if (found instanceof Refusal) throw new Refused(found);
      return reply.type('application/json; charset=utf-8').send(textOf(found));
    },
  );
}
