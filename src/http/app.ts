import { randomUUID } from 'node:crypto';
import sseModule, { type SSEPluginOptions } from '@fastify/sse';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyPluginAsync,
} from 'fastify';
import type { z } from 'zod';
import { refuse, Refusal, type RuleCode } from '../domain/rules.js';
import type { Ledger } from '../ledger/ledger.js';
import { createSights, type Sight } from '../ledger/access.js';
import {
  answerForNode,
  createMethods,
  isForAPage,
  NAME_LENGTH_MAX,
  readBodies,
  refuseMalformed,
  refuseOtherHosts,
  refuseUnrouted,
} from './edges.js';
import { registerFactRoutes } from './facts.js';
import { FEED_LIMITS, registerFeed, type FeedLimits } from './feed.js';
import { registerDocumentation } from './documentation.js';
import { createKeptAnswers } from './kept-answers.js';
import { limitOfOfficers, registerLimits } from './limits.js';
import { registerOpenNextYear } from './open-next-year.js';
import { registerOperations } from './operations.js';
import { onError, refusalOf, Refused } from './problem.js';
import { registerQuestionRoutes } from './questions.js';
import { headersOfData, headersOfPages } from './security-headers.js';
import type { SignedIn, SignIn } from './sign-in.js';
import { registerWhatIf } from './what-if.js';
import { registerPages, type AnswersForBrowsers } from '../web/pages.js';
import type { PagesOptions } from '../web/site.js';
import { writtenBy } from './written.js';

declare module 'fastify' {
  interface FastifyRequest {
    signedIn: SignedIn;
    sight: Sight;
  }
  interface FastifyInstance {
    onRefusal(rule: RuleCode): void;
    onRecorded(type: string): void;
    /** Calls back once when the service begins to stop. Returns a function that cancels the callback. */
    whenClosing(act: () => void): () => void;
  }
}

export interface AppOptions {
  readonly ledger: Ledger;
  readonly signIn: SignIn;
  readonly logger: FastifyBaseLogger;
  readonly requestsPerMinute: number;
  /** Whether the service runs a demonstration. The documentation page says so. */
  readonly demonstration: boolean;
  readonly version: string;
  /** The options of the pages, if the service has them. */
  readonly pages?: PagesOptions;
  /**
   * Requests are turned away while earlier ones wait for longer than this on average, in milliseconds; 0 turns none
   * away.
   */
  readonly waitMsMax: number;
  /** How many readers of events there may be at once, where it differs from the default. */
  readonly feeds?: Partial<FeedLimits>;
  /** The proxies, by address or network, that are trusted to say where a request comes from. */
  readonly trustedProxies?: readonly string[];
  /** The log of who asked what; left out, these lines go to the main log. */
  readonly accessLog?: FastifyBaseLogger;
  readonly metricsToken?: string | undefined;
  readonly securityContact?: string | undefined;
  /** The time over which that waiting is averaged, in milliseconds. */
  readonly waitAveragedMs?: number;
}

/** The package exports the plugin itself, but its types declare a namespace. */
const sse = sseModule as unknown as FastifyPluginAsync<SSEPluginOptions>;

const BODY_BYTES_MAX = 256 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

/** Builds the service without the server that listens, for tests and for `serve`. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { ledger, signIn, logger, requestsPerMinute, demonstration, version, waitMsMax, waitAveragedMs } = options;
  const { feeds, trustedProxies = [], accessLog = logger, metricsToken, securityContact } = options;
  const [ofData, ofPages] = [headersOfData(), headersOfPages()];
  let browsers: AnswersForBrowsers | undefined;
  const failed = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    if (!browsers || !isForAPage(request.url, request.headers.accept)) return onError(error, request, reply);
    return error.code === 'FST_ERR_BAD_URL'
      ? browsers.missing(request, reply)
      : browsers.refused(error, request, reply);
  };
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    // Each request gets one line, written when it has been answered (operations.ts).
    logController: new LogController({ disableRequestLogging: true }),
    // The few lines about a request name it themselves: a logger for each request would cost more than its line.
    childLoggerFactory: (service) => service,
    ...(trustedProxies.length > 0 && { trustProxy: [...trustedProxies] }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: NAME_LENGTH_MAX },
    // A request without a Host header, or one that comes while the service stops, is refused in our words (edges.ts).
    http: { requireHostHeader: false },
    return503OnClosing: false,
    // An address that cannot be read is answered before any hook runs.
    frameworkErrors: (error, request, reply) => void failed(error, request, reply.headers(ofPages)),
    // An idle connection that a client keeps open must not delay a stop.
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
  app.setErrorHandler(failed);
  // The handlers read what a client sends (problem.ts, `parsed`). The schemas of routes only document it.
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
  const limits = await registerLimits(app, waitMsMax, waitAveragedMs);
  await app.register(sse, { heartbeatInterval: 15_000 });
  await registerDocumentation(app, { version, demonstration });

  registerOperations(app, ledger, { accessLog, metricsToken, securityContact });
  const unrouted = refuseUnrouted(methodsOf);
  app.setNotFoundHandler((request, reply) => {
    const isPage = browsers && isForAPage(request.url, request.headers.accept);
    // Where there is a page, another method is told what it takes.
    if (isPage && (request.method === 'GET' || methodsOf(request.url).length === 0))
      return browsers!.missing(request, reply);
    return unrouted(request, (methods) => void reply.header('allow', methods));
  });
  answerForNode(app, ofPages, () => browsers);

  const { pages } = options;
  if (pages)
    await app.register(async (site) => {
      browsers = registerPages(site, ledger, demonstration, pages, refusalOf);
    });
  else app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/docs'));

  const sightsOf = createSights(ledger);
  await app.register(
    async (v1) => {
      v1.addHook('onRequest', async (request) => {
        const found = signIn(request.headers.authorization);
        const signedIn = found instanceof Promise ? await found : found;
        if (signedIn instanceof Refusal) {
          await limits.failedSignIn(request);
          throw new Refused(signedIn);
        }
        const sight = sightsOf(signedIn.officer);
        if (sight instanceof Refusal) {
          // A good token without a mandate is limited too: its holder may not ask without end.
          await limits.failedSignIn(request);
          throw new Refused(sight);
        }
        limits.refuseHeavy(signedIn.officer);
        request.signedIn = signedIn;
        request.sight = sight;
        const fault = ledger.unsound();
        if (fault && (fault.questionsToo || request.method === 'POST')) throw new Refused(fault.refusal);
      });
      v1.addHook('preHandler', limitOfOfficers(v1, requestsPerMinute));
      registerFactRoutes(v1, ledger);
      registerQuestionRoutes(v1, ledger, createKeptAnswers(ledger, version));
      registerWhatIf(v1, ledger);
      registerOpenNextYear(v1, ledger);
      registerFeed(v1, ledger, sightsOf, { ...FEED_LIMITS, ...feeds }, limits.turns);
    },
    { prefix: '/v1' },
  );
  return app;
}
