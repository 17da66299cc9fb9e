import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SentFact, StreamKind } from '../domain/facts.js';
import { Refusal } from '../domain/rules.js';
import { factOf, termsOf, type Command } from '../domain/stream.js';
import { EffectiveDay, Evidence, Name, words } from '../domain/values.js';
import { KINDS, streamOf, WHEREABOUTS, type AnyKind } from '../ledger/catalogue.js';
import type { Ledger } from '../ledger/ledger.js';
import { TestText } from '../ledger/minimum-tests-text.js';
import { seesArea, seesFund } from './access.js';
import { Problem, parsed, Refused } from './problem.js';

/** The routes by which officers post, propose and answer. They follow from the catalogue: no fact is named here. */

const Key = z
  .string({ error: 'is missing' })
  .regex(/^[\x21-\x7e]{1,255}$/, { error: 'must be 1 to 255 printable characters without spaces' });

const Outcome = z
  .object({
    stream: z.string(),
    revision: z.string(),
    position: z.string().optional().meta({ description: 'Where the act stands in the ledger; absent on a dry run.' }),
    recordedAt: z.string().optional(),
    proposal: z.string().optional(),
    events: z.array(z.object({ id: z.string(), type: z.string(), revision: z.string(), sentence: z.string() })),
    warnings: z.array(z.string()).optional().meta({
      description:
        'What the act breaks without being refused: a test that passed and now fails. Not repeated on a replay.',
    }),
    tests: z.array(TestText).optional().meta({
      description: 'On a dry run of a fact of a fund: the minimum tests as they would stand after it.',
    }),
  })
  .meta({ id: 'Outcome' });

const common = {
  partner: Name.optional().meta({ description: 'The partner you act for; only where you are mandated for several.' }),
  evidence: Evidence.default([]),
};
const Adjustment = z
  .strictObject({ reason: words(500) })
  .optional()
  .meta({ description: 'Marks a prior-period adjustment of a closed period, with its reason.' });
const terms = {
  conditions: words(1000).optional(),
  expires: EffectiveDay.optional().meta({ description: 'The last day on which it can be signed, inclusive.' }),
};

/** A fact as a client sends it: one of those of the stream's kind, by its type. */
export function factSchema(kind: AnyKind): z.ZodType<SentFact> {
  const options = kind.facts.map((fact) =>
    z
      .strictObject({ type: z.literal(fact.name), data: fact.input })
      .meta({ title: fact.name, description: fact.about }),
  );
  return z.discriminatedUnion('type', options as never, {
    error: () => `must be one of ${kind.facts.map((fact) => fact.name).join(', ')}`,
  });
}

const DryRun = z.strictObject({
  'dry-run': z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Decide, and say what would be recorded, but record nothing.' }),
});

const NewProposal = z.strictObject({ proposal: z.uuid({ error: 'must be the identifier of a proposal' }) });

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly kind: StreamKind;
  readonly command: Command;
  readonly partner?: string | undefined;
  readonly evidence: z.output<typeof Evidence>;
  readonly ifMatch: 'required' | 'optional';
}

export function registerFactRoutes(app: FastifyInstance, ledger: Ledger): void {
  for (const name of Object.keys(KINDS) as StreamKind[]) {
    const kind = KINDS[name];
    const { path: base, title, param } = WHEREABOUTS[name];
    // Every fact is described for both routes: which one it belongs on is a rule with words of its own, not a fault of form.
    const fact = factSchema(kind);
    const Post = z.strictObject({ fact, ...common, adjustment: Adjustment });
    const Propose = z.strictObject({ fact, ...common, ...terms, adjustment: Adjustment });
    const Counter = z.strictObject({ fact, ...common, ...terms });
    const Agree = z.strictObject({ ...common, adjustment: Adjustment });
    const End = z.strictObject({ ...common, reason: words(500) });

    const route = <S extends z.ZodObject<typeof common>>(
      path: string,
      summary: string,
      schema: S,
      ifMatch: 'required' | 'optional',
      command: (body: z.output<S>, proposal: string) => Command,
    ): void => {
      const answers = path.includes(':proposal');
      app.post(
        `${base.replace(/\{(\w+)\}/g, ':$1')}${path}`,
        {
          schema: {
            summary,
            tags: [param ? `${title}: acts` : title],
            params: paramsOf(name, answers),
            querystring: DryRun,
            headers: headersOf(ifMatch),
            body: schema,
            response: { 200: Outcome, 201: Outcome, default: Problem },
          },
        },
        async (request, reply) => {
          // A preflight of form: routes' schemas are documentation, and nothing reaches a rule but through this.
          const body = parsed(schema, request.body, '');
          const proposal = answers
            ? parsed(NewProposal, { proposal: (request.params as { proposal: string }).proposal }, '/path').proposal
            : '';
          const { partner, evidence } = body as z.output<z.ZodObject<typeof common>>;
          return submit(ledger, {
            request,
            reply,
            kind: name,
            command: command(body, proposal),
            partner,
            evidence,
            ifMatch,
          });
        },
      );
    };

    route('/facts', `Post a fact of the ${name} that needs no second signature`, Post, 'optional', (body) => ({
      act: 'post',
      fact: body.fact,
      ...(body.adjustment && { adjustment: body.adjustment }),
    }));
    route('/proposals', `Propose a fact of the ${name} that needs a second signature`, Propose, 'optional', (body) => ({
      act: 'propose',
      fact: body.fact,
      ...termsOf(body),
      ...(body.adjustment && { adjustment: body.adjustment }),
    }));
    route('/proposals/:proposal/agreement', 'Sign a proposal', Agree, 'required', (body, proposal) => ({
      act: 'agree',
      proposal,
      ...(body.adjustment && { adjustment: body.adjustment }),
    }));
    route(
      '/proposals/:proposal/counter',
      'Counter a proposal with other terms',
      Counter,
      'required',
      (body, proposal) => ({
        act: 'counter',
        proposal,
        fact: body.fact,
        ...termsOf(body),
      }),
    );
    route('/proposals/:proposal/decline', 'Decline a proposal', End, 'required', ({ reason }, proposal) => ({
      act: 'decline',
      proposal,
      reason,
    }));
    route('/proposals/:proposal/withdrawal', 'Withdraw your own proposal', End, 'required', ({ reason }, proposal) => ({
      act: 'withdraw',
      proposal,
      reason,
    }));
  }
}

const paramsOf = (kind: StreamKind, answers: boolean) => {
  const { param } = WHEREABOUTS[kind];
  return z.object({ ...(param && { [param]: Name }), ...(answers && NewProposal.shape) });
};

const headersOf = (ifMatch: 'required' | 'optional') =>
  z.object({
    'idempotency-key': Key.meta({ description: 'Your own name for this act; sent again, the act is not repeated.' }),
    'if-match':
      ifMatch === 'required'
        ? z.string().meta({ description: 'The ETag of the proposal that you have read.' })
        : z
            .string()
            .optional()
            .meta({ description: 'The ETag of the fund that you have read, where the act depends on it.' }),
  });

function keyOf(request: FastifyRequest): string {
  const sent = request.headers['idempotency-key'];
  const key = Key.safeParse(sent);
  if (key.success) return key.data;
  throw new Refused(new Refusal('key_missing', `The header Idempotency-Key ${key.error.issues[0]!.message}.`));
}

/** Reads a strong ETag that holds a revision: `"17"`. */
function revisionRead(request: FastifyRequest, needed: 'required' | 'optional'): number | undefined {
  const sent = request.headers['if-match'];
  if (sent === undefined) {
    if (needed === 'optional') return undefined;
    throw new Refused(new Refusal('if_match_missing', 'To answer a proposal, say which state of it you have read.'));
  }
  const revision = /^"(0|[1-9]\d{0,14})"$/.exec(sent)?.[1];
  if (revision === undefined) {
    throw new Refused(
      new Refusal('if_match_stale', `The header If-Match is ${sent}, which is no ETag of this service.`),
    );
  }
  return Number(revision);
}

async function submit(ledger: Ledger, asked: Asked): Promise<unknown> {
  const { request, reply, kind, command, partner, evidence, ifMatch } = asked;
  const dryRun = parsed(DryRun, request.query, '/query')['dry-run'] === 'true';
  const key = keyOf(request);
  const { officer, by } = request.signedIn;
  const { param } = WHEREABOUTS[kind];
  const name = param ? parsed(z.object({ [param]: Name }), request.params, '/path')[param]! : '';
  const keeping = command.act === 'post' && factOf(KINDS[kind], command.fact.type).byKeeper === true;
  const unseen =
    kind === 'fund'
      ? seesFund(ledger, name, officer, request.sight)
      : kind === 'dispute'
        ? seesArea(ledger, name, officer, request.sight, keeping ? 'totals' : 'cases')
        : undefined;
  if (unseen) throw new Refused(unseen);
  const done = await ledger.submit({
    kind,
    stream: streamOf(kind, name),
    command,
    officer,
    actingFor: partner,
    signedInBy: by,
    key,
    correlation: request.id,
    evidence,
    ifMatch: revisionRead(request, ifMatch),
    dryRun,
  });
  if (done instanceof Refusal) throw new Refused(done);
  const { outcome, replayed } = done;
  if (dryRun) return reply.status(200).send(outcome);
  if (replayed) void reply.header('idempotency-replayed', 'true');
  else for (const event of outcome.events) request.server.onRecorded(event.type);
  return reply.status(201).header('etag', `"${outcome.revision}"`).send(outcome);
}
