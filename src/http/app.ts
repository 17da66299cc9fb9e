import { randomUUID } from 'node:crypto';
import sseModule, { type SSEPluginOptions } from '@fastify/sse';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
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
import { registerPages } from '../web/pages.js';
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
  /** The pages, where the service has them. */
  readonly pages?: PagesOptions;
  /** Requests are turned away while those before them wait for longer than this on average; 0 turns none away. */
  readonly waitMsMax?: number;
  /** How much reading of events there may be at once, where it is not what is usual. */
  readonly feeds?: Partial<FeedLimits>;
  /** The proxies, by address or network, whose word on where a request comes from is taken. */
  readonly trustedProxies?: readonly string[];
  /** Where it is written who asked what; left out, with all else. */
  readonly accessLog?: FastifyBaseLogger;
  readonly metricsToken?: string | undefined;
  readonly securityContact?: string | undefined;
  /** Over how long that average is, in milliseconds. */
  readonly waitAveragedMs?: number;
}

/** What the package exports is the plugin itself; its types say that it is a namespace. */
const sse = sseModule as unknown as FastifyPluginAsync<SSEPluginOptions>;

/** Whether a browser asks for a page: what programs ask for is answered for programs. */
const isForAPage = ({ method, url, headers: { accept = '' } }: FastifyRequest): boolean =>
  method === 'GET' && accept.includes('text/html') && !url.startsWith('/v1/');

const BODY_BYTES_MAX = 256 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const WAIT_MS_MAX = 2_000;

/** The service, apart from the server that listens: built for tests and for `serve` alike. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const {
    ledger,
    signIn,
    logger,
    requestsPerMinute,
    demonstration,
    version,
    waitMsMax = WAIT_MS_MAX,
    waitAveragedMs,
  } = options;
  const { feeds, trustedProxies = [], accessLog = logger, metricsToken, securityContact } = options;
  const [ofData, ofPages] = [headersOfData(), headersOfPages()];
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    // One line for each request, when it has been answered (operations.ts).
    logController: new LogController({ disableRequestLogging: true }),
    // What little is logged of a request names it: a logger of its own would cost more than its line.
    childLoggerFactory: (service) => service,
    ...(trustedProxies.length > 0 && { trustProxy: [...trustedProxies] }),
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
  const limits = await registerLimits(app, waitMsMax, waitAveragedMs);
  await app.register(sse, { heartbeatInterval: 15_000 });
  await registerDocumentation(app, { version, demonstration });

  registerOperations(app, ledger, { accessLog, metricsToken, securityContact });
  const unrouted = refuseUnrouted(methodsOf);
  let missingPage: ReturnType<typeof registerPages> | undefined;
  app.setNotFoundHandler((request, reply) => {
    if (missingPage && isForAPage(request)) return missingPage(request, reply);
    return unrouted(request, (methods) => void reply.header('allow', methods));
  });
  answerForNode(app, ofPages);

  const { pages } = options;
  if (pages)
    await app.register(async (site) => {
      missingPage = registerPages(site, ledger, demonstration, pages, refusalOf);
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
          // A good token without a mandate is no reason to ask for ever.
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
