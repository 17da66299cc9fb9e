import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SentFact, StreamKind } from '../domain/grammar/event.js';
import { Refusal } from '../domain/rules.js';
import { isDealFact } from '../domain/grammar/deal.js';
import type { Fact } from '../domain/grammar/fact.js';
import { OtherHalf } from '../domain/grammar/half.js';
import { Adjustment, DEAL_FACTS_MAX, offeredAs, ProposalTerms, type Offered } from '../domain/grammar/proposal.js';
import { halfIn, termsOf, type Command } from '../domain/grammar/command.js';
import { Evidence, Name, words } from '../domain/values.js';
import { act } from '../ledger/act.js';
import { KINDS, streamOf, WHEREABOUTS, type AnyKind } from '../ledger/catalogue.js';
import type { Ledger } from '../ledger/ledger.js';
import { TestText } from '../ledger/minimum-tests-text.js';
import { answered, factsFor, factsSchema, REFUSED, withHeaders } from './openapi.js';
import { parsed, Refused } from './problem.js';

/** The routes by which officers post, propose and answer. They follow from the catalogue; this file names no fact. */

/** The key by which an officer’s program identifies an act. */
export const Key = z
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
        'Warnings about an act that no rule refuses, for the officer to look at: a test that passed and now fails, a line that costs more than its budget, a reference that looks like an NHS number. They are not repeated when the same key is sent again.',
    }),
    tests: z.array(TestText).optional().meta({
      description: 'On a dry run of a fact of a fund: the minimum tests as they would be after it.',
    }),
  })
  .meta({ id: 'Outcome' });

const common = {
  partner: Name.optional().meta({
    description: 'The partner you act for; needed only if you have mandates for several.',
  }),
  evidence: Evidence.default([]),
};
/** A fact as a client sends it: one of the facts of the stream's kind, chosen by its type. */
export const factSchema = (kind: AnyKind): z.ZodType<SentFact> => factsSchema(kind.facts) as z.ZodType<SentFact>;

export const DryRun = z.strictObject({
  'dry-run': z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Decide the act and answer what would be recorded. Nothing is recorded.' }),
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
    // Every route reads every fact. If a fact belongs on another route, a rule with its own words says so; that is not
    // a fault of form.
    const fact = factSchema(kind);
    const Post = z.strictObject({ fact, ...common, adjustment: Adjustment });
    const facts = z.array(fact).min(1).max(DEAL_FACTS_MAX).optional().meta({ description: FACTS });
    const offer = { fact: fact.optional(), facts };
    const half = kind.deals ? { otherHalf: OtherHalf.optional() } : {};
    const Propose = z.strictObject({ ...offer, ...common, ...ProposalTerms, ...half, adjustment: Adjustment });
    const Counter = z.strictObject({ ...offer, ...common, ...ProposalTerms });
    const Agree = z.strictObject({ ...common, adjustment: Adjustment });
    const End = z.strictObject({ ...common, reason: words(500) });

    const described = describedBodies(kind);

    const route = <S extends z.ZodObject<typeof common>>(
      path: string,
      summary: string,
      schema: S,
      ifMatch: 'required' | 'optional',
      command: (body: z.output<S>, proposal: string) => Command,
    ): void => {
      const answers = path.includes(':proposal');
      // Made once, because the check of a body is compiled for its schema.
      const sent = 'facts' in schema.shape ? schema.check(oneOffer) : schema;
      app.post(
        `${base.replace(/\{(\w+)\}/g, ':$1')}${path}`,
        {
          schema: {
            summary,
            operationId: operationOf(name, path),
            tags: [param ? `${title}: acts` : title],
            params: paramsOf(name, answers),
            querystring: DryRun,
            headers: headersOf(ifMatch),
            body: described(path, schema),
            response: {
              200: answered('With dry-run=true: what would be recorded.', { 'application/json': Outcome }),
              201: answered('Recorded, and on disk. If you send it again with the same key, you get the same answer.', {
                'application/json': Outcome,
              }),
              default: REFUSED,
            },
            ...withHeaders(ACT_HEADERS),
          },
        },
        async (request, reply) => {
          // Checks the form of the body before any rule sees it. The schemas of routes only document it.
          const body = parsed(sent, request.body, '');
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
    const what = kind.deals ? 'a fact, or several as a deal,' : 'a fact';
    route(
      '/proposals',
      `Propose ${what} of the ${name} that needs a second signature`,
      Propose,
      'optional',
      (body) => ({
        act: 'propose',
        ...offeredIn(body),
        ...termsOf(body),
        ...halfIn(body as { readonly otherHalf?: string | undefined }),
        ...(body.adjustment && { adjustment: body.adjustment }),
      }),
    );
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
        ...offeredIn(body),
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

const ACT_HEADERS = {
  etag: 'The revision of the stream after the act.',
  'idempotency-replayed': 'true if the act was recorded earlier under the same key; on a dry run too.',
};

/** What a route is called in documentation: `post-fund-fact`, `agree-dispute-proposal`. */
function operationOf(kind: StreamKind, path: string): string {
  if (path === '/facts') return `post-${kind}-fact`;
  if (path === '/proposals') return `propose-${kind}-fact`;
  const act = path.slice(path.lastIndexOf('/') + 1);
  return `${{ agreement: 'agree', counter: 'counter', decline: 'decline', withdrawal: 'withdraw' }[act]!}-${kind}-proposal`;
}

const FACTS =
  'The facts of a deal, in the order in which they are recorded: they are signed and recorded whole or not at all.';

/** What each kind of stream takes as a fact of a deal, described once for all its routes. */
const DEAL_FACTS: Readonly<Partial<Record<StreamKind, z.ZodType>>> = Object.fromEntries(
  Object.values<AnyKind>(KINDS).flatMap((kind) => {
    const { name, deals, facts } = kind;
    if (!deals) return [];
    const parts = (facts as readonly Fact<never>[]).filter((each) => isDealFact(kind, each as never));
    return [[name, factsSchema(parts).meta({ id: name === 'fund' ? 'FundDealFact' : 'DisputeDealFact' })]];
  }),
);

interface SentOffer {
  readonly fact?: SentFact | undefined;
  readonly facts?: readonly SentFact[] | undefined;
}

/** Refuses a body that offers nothing, and a body that offers both a fact and a deal. */
function oneOffer({ value, issues }: z.core.ParsePayload): void {
  const { fact, facts } = value as SentOffer;
  if ((fact === undefined) === (facts === undefined))
    issues.push({ code: 'custom', message: 'must hold a fact, or the facts of a deal, and not both', input: value });
}

/** What a body offers. Reading the body has checked that it offers one thing. */
const offeredIn = ({ fact, facts }: SentOffer): Offered<SentFact> => offeredAs(facts ?? [fact!]);

const oneOf = (...bodies: readonly z.ZodType[]): z.ZodType => (bodies.length === 1 ? bodies[0]! : z.union(bodies));

/** The bodies of a kind's routes as documentation describes them, each with only the facts that the route takes. */
const describedBodies =
  (kind: AnyKind) =>
  (path: string, schema: z.ZodObject): z.ZodType => {
    if (path === '/facts')
      return schema.omit({ adjustment: true }).extend({ fact: factsSchema(factsFor(kind, 'facts')) });
    const single = 'facts' in schema.shape ? schema.omit({ facts: true }) : schema;
    const part = DEAL_FACTS[kind.name];
    const deal = (of: z.ZodObject) =>
      part
        ? [
            of
              .omit({ fact: true })
              .extend({ facts: z.array(part).min(1).max(DEAL_FACTS_MAX).meta({ description: FACTS }) }),
          ]
        : [];
    if (path.endsWith('/counter'))
      return oneOf(single.extend({ fact: factsSchema(factsFor(kind, 'counter')) }), ...deal(schema));
    if (path !== '/proposals') return schema;
    const signed = single.extend({ fact: factsSchema(factsFor(kind, 'proposals')) });
    // Only a fund has periods. There, a fact that needs no signature is proposed as an adjustment of a closed period.
    if (kind.name !== 'fund')
      return oneOf(signed.omit({ adjustment: true }), ...deal(schema.omit({ adjustment: true })));
    const adjusting = single.extend({ fact: factsSchema(factsFor(kind, 'facts')), adjustment: Adjustment.unwrap() });
    return oneOf(signed, adjusting, ...deal(schema));
  };

const paramsOf = (kind: StreamKind, answers: boolean) => {
  const { param } = WHEREABOUTS[kind];
  return z.object({ ...(param && { [param]: Name }), ...(answers && NewProposal.shape) });
};

/** The parameters that name a stream of each kind in an address. */
const PARAMS: Readonly<Record<StreamKind, z.ZodObject>> = {
  register: paramsOf('register', false),
  fund: paramsOf('fund', false),
  dispute: paramsOf('dispute', false),
};

const headersOf = (ifMatch: 'required' | 'optional') =>
  z.object({
    'idempotency-key': Key.meta({
      description: 'Your own name for this act. If you send it again, the act is not repeated.',
    }),
    'if-match':
      ifMatch === 'required'
        ? z.string().meta({ description: 'The ETag of the proposal that you have read.' })
        : z
            .string()
            .optional()
            .meta({ description: 'The ETag of the fund that you have read, if the act depends on it.' }),
  });

/** The key of an act, from its header. Throws {@link Refused} if there is none. */
export function keyOf(request: Pick<FastifyRequest, 'headers'>): string {
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
    throw new Refused(
      new Refusal(
        'if_match_missing',
        'To answer a proposal, send the ETag of the proposal that you have read in the header If-Match.',
      ),
    );
  }
  const revision = /^"(0|[1-9]\d{0,14})"$/.exec(sent)?.[1];
  if (revision === undefined) throw new Refused(notARevision(sent.trim()));
  return Number(revision);
}

/** What proxies make of an ETag when they compress the answer: `W/"17"`, `"17-gzip"`. */
const CHANGED_ON_THE_WAY = /^(?:W\/"\d+(?:[-;]+\w+)?"|"\d+[-;]+\w+")$/;

function notARevision(sent: string): Refusal {
  const header = `The header If-Match is ${sent.slice(0, 100)}`;
  if (sent === '*')
    return new Refusal(
      'if_match_missing',
      `${header}, which stands for any state. Send the ETag of the state that you have read.`,
    );
  if (CHANGED_ON_THE_WAY.test(sent)) {
    const why = 'a proxy between you and the service has changed the ETag, as it does when it compresses answers';
    return new Refusal(
      'if_match_stale',
      `${header}: ${why}. Send the revision alone, "${/\d+/.exec(sent)![0]}", and ask whoever runs the proxy to leave /v1 uncompressed.`,
    );
  }
  return new Refusal('if_match_stale', `${header}, which is not an ETag of this service.`);
}

async function submit(ledger: Ledger, asked: Asked): Promise<unknown> {
  const { request, reply, kind, command, partner, evidence, ifMatch } = asked;
  const dryRun = parsed(DryRun, request.query, '/query')['dry-run'] === 'true';
  const key = keyOf(request);
  const { officer, by } = request.signedIn;
  const { param } = WHEREABOUTS[kind];
  const name = param ? String(parsed(PARAMS[kind], request.params, '/path')[param]) : '';
  const done = await act(ledger, request.sight, {
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
  if (replayed) void reply.header('idempotency-replayed', 'true');
  if (dryRun) return reply.status(200).send(outcome);
  if (!replayed) for (const event of outcome.events) request.server.onRecorded(event.type);
  return reply.status(201).header('etag', `"${outcome.revision}"`).send(outcome);
}
