import { randomUUID } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import sseModule, { type SSEPluginOptions } from '@fastify/sse';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import underPressure from '@fastify/under-pressure';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { refuse, Refusal, type RuleCode } from '../domain/rules.js';
import type { Ledger } from '../ledger/ledger.js';
import { createSights, type Sight } from '../ledger/access.js';
import {
  answerForNode,
  createMethods,
  NAME_LENGTH_MAX,
  readBodies,
  refuseMalformed,
  refuseOtherHosts,
  refuseUnrouted,
} from './edges.js';
import { registerFactRoutes } from './facts.js';
import { registerFeed } from './feed.js';
import { createKeptAnswers } from './kept-answers.js';
import { registerOperations } from './operations.js';
import { finished } from './openapi.js';
import { onError, Refused } from './problem.js';
import { registerQuestionRoutes } from './questions.js';
import { headersOfData, headersOfPages } from './security-headers.js';
import type { SignedIn, SignIn } from './sign-in.js';
import { writtenBy } from './written.js';

declare module 'fastify' {
  interface FastifyRequest {
    signedIn: SignedIn;
    sight: Sight;
  }
  interface FastifyInstance {
    onRefusal(rule: RuleCode): void;
    onRecorded(type: string): void;
    /** Calls back once when the service begins to stop. Returns what takes the callback off again. */
    whenClosing(act: () => void): () => void;
  }
}

export interface AppOptions {
  readonly ledger: Ledger;
  readonly signIn: SignIn;
  readonly logger: FastifyBaseLogger;
  readonly requestsPerMinute: number;
  /** Shown on the documentation page where the service runs a demonstration. */
  readonly demonstration: boolean;
  readonly version: string;
  /** Requests are turned away while those before them wait for longer than this on average; 0 turns none away. */
  readonly waitMsMax?: number;
}

/** What the package exports is the plugin itself; its types say that it is a namespace. */
const sse = sseModule as unknown as FastifyPluginAsync<SSEPluginOptions>;

const BODY_BYTES_MAX = 256 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const WAIT_MS_MAX = 2_000;
/** Waiting is averaged over so long that one long piece of work, such as reading the ledger at the start, is no reason. */
const WAIT_AVERAGED_MS = 5_000;
const FAILED_SIGN_INS_PER_MINUTE = 60;

/** The service, apart from the server that listens: built for tests and for `serve` alike. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { ledger, signIn, logger, requestsPerMinute, demonstration, version, waitMsMax = WAIT_MS_MAX } = options;
  const [ofData, ofPages] = [headersOfData(), headersOfPages()];
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    // One line for each request, when it has been answered (operations.ts).
    logController: new LogController({ disableRequestLogging: true }),
    // What little is logged of a request names it: a logger of its own would cost more than its line.
    childLoggerFactory: (service) => service,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: NAME_LENGTH_MAX },
    // What has no Host header is refused in our words (edges.ts), and what comes while it stops too.
    http: { requireHostHeader: false },
    return503OnClosing: false,
    // An address that cannot be read is answered before there is any hook.
    frameworkErrors: (error, request, reply) => void onError(error, request, reply.headers(ofPages)),
    // A client that keeps a connection open must not hold up a stop.
    forceCloseConnections: 'idle',
  });
  let stopping = false;
  const closers = new Set<() => void>();
  app.decorate('whenClosing', (act: () => void) => {
    closers.add(act);
    return () => closers.delete(act);
  });
  app.addHook('preClose', async () => {
    stopping = true;
    for (const act of closers) act();
  });
  app.setErrorHandler(onError);
  // What a client sends is read by the handlers themselves (problem.ts, `parsed`); routes' schemas document it.
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setSerializerCompiler(({ schema }: { schema: z.ZodType }) => writtenBy(schema));
  readBodies(app);
  const methodsOf = createMethods(app);
  app.decorateRequest('signedIn', null as unknown as SignedIn);
  app.decorateRequest('sight', null as unknown as Sight);

  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(request.routeOptions.url?.startsWith('/v1/') ? ofData : ofPages);
    refuseMalformed(request);
    if (demonstration) refuseOtherHosts(request);
    if (stopping) throw new Refused(refuse('stopping', 'The service is being stopped.'));
    done();
  });
  await app.register(underPressure, { maxEventLoopDelay: waitMsMax, sampleInterval: WAIT_AVERAGED_MS });
  const tooMany = (detail: string) => new Refused(new Refusal('too_many_requests', detail));
  // Officers are limited by name, once they are known; whoever fails to sign in, by address.
  await app.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: '1 minute',
    hook: 'preHandler',
    keyGenerator: (request) => request.signedIn.officer,
    errorResponseBuilder: (_request, { after }) =>
      tooMany(`Only ${requestsPerMinute} requests a minute are taken; try again in ${after}.`),
  });
  const failedSignIn = app.createRateLimit({
    max: FAILED_SIGN_INS_PER_MINUTE,
    timeWindow: '1 minute',
    keyGenerator: (request) => request.ip,
  });
  await app.register(sse, { heartbeatInterval: 15_000 });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'bcf-ledger',
        version,
        description: [
          'The ledger of Better Care Fund negotiations: every position and every gap, on a day, as known at an instant.',
          'Money is text in pounds with exactly two places. Days are in Europe/London and inclusive. Revisions and positions are text.',
          ...(demonstration
            ? [
                '**This is a demonstration.** Sign in with the header `Authorization: Demonstration <officer>`, such as `Demonstration norfolk-auditor`.',
              ]
            : []),
        ].join('\n\n'),
      },
      components: {
        securitySchemes: {
          token: {
            type: 'apiKey',
            in: 'header',
            name: 'authorization',
            description: demonstration ? 'Demonstration and an officer’s name.' : 'Bearer and a token.',
          },
        },
      },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: finished,
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });

  registerOperations(app, ledger);
  const unrouted = refuseUnrouted(methodsOf);
  app.setNotFoundHandler((request, reply) => unrouted(request, (methods) => void reply.header('allow', methods)));
  answerForNode(app, ofPages);
  app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/docs'));
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());

  const sightsOf = createSights(ledger);
  await app.register(
    async (v1) => {
      v1.addHook('onRequest', async (request) => {
        const found = signIn(request.headers.authorization);
        const signedIn = found instanceof Promise ? await found : found;
        if (signedIn instanceof Refusal) {
          const failed = await failedSignIn(request);
          if (!failed.isAllowed && failed.isExceeded) {
            throw tooMany(`Too many attempts to sign in failed; try again in ${failed.ttlInSeconds} seconds.`);
          }
          throw new Refused(signedIn);
        }
        const sight = sightsOf(signedIn.officer);
        if (sight instanceof Refusal) throw new Refused(sight);
        request.signedIn = signedIn;
        request.sight = sight;
        const fault = ledger.projector.fault();
        if (fault !== undefined && request.method === 'POST')
          throw new Refused(new Refusal('read_model_faulted', fault));
      });
      v1.addHook('preHandler', v1.rateLimit());
      registerFactRoutes(v1, ledger);
      registerQuestionRoutes(v1, ledger, createKeptAnswers(ledger, version));
      registerFeed(v1, ledger);
    },
    { prefix: '/v1' },
  );
  return app;
}
