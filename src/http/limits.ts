import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuse } from '../domain/rules.js';
import { watchPressure, type Pressure } from './pressure.js';
import { Refused } from './problem.js';
import { createShares, type Shares } from './shares.js';
import { createTurns, type Turns } from './turns.js';

/**
 * How much anybody may ask. Officers are limited by name, once they are known; whoever is not known, by address: whoever
 * fails to sign in, and whoever reads the pages that are open to all. Pages count whoever is signed in to them (web/pages.ts).
 */

declare module 'fastify' {
  interface FastifyInstance {
    shares: Shares;
    pressure: Pressure;
  }
  interface FastifyContextConfig {
    /** Whether requests are counted where they are answered, by who is signed in, or not at all. */
    readonly isCountedApart?: true;
  }
}

const FAILED_SIGN_INS_PER_MINUTE = 60;
const OPEN_PAGES_PER_MINUTE = 300;
/** Waiting is averaged over so long that one long piece of work, such as reading the ledger at the start, is no reason. */
const WAIT_AVERAGED_MS = 5_000;
/** While requests wait for so long on average, whoever takes most is asked to wait first. */
const WAIT_BUSY_MS = 250;

/** Asked by balancers and containers, as often as they like. */
const PROBES: ReadonlySet<string> = new Set(['/health', '/ready']);

export interface Limits {
  /** Counts a sign-in that failed, by its address. Throws {@link Refused} where there were too many. */
  failedSignIn(request: FastifyRequest): Promise<void>;
  /** The turns of all that may wait: posts go before it. */
  readonly turns: Turns;
  /** Refuses an officer who takes more of the service's time than all others, while it cannot keep up. */
  refuseHeavy(officer: string): void;
}

/** @param waitMsMax beyond it, on average over `waitAveragedMs`, all requests are turned away; 0 turns none away */
export async function registerLimits(
  app: FastifyInstance,
  waitMsMax: number,
  waitAveragedMs = WAIT_AVERAGED_MS,
): Promise<Limits> {
  const pressure = watchPressure(waitAveragedMs);
  app.decorate('pressure', pressure);
  app.addHook('onClose', () => pressure.stop());
  app.addHook('onRequest', async () => {
    if (waitMsMax > 0 && app.pressure.lateMs() > waitMsMax)
      throw new Refused(refuse('overloaded', `Requests wait for longer than ${waitMsMax} ms on average.`));
  });
  // An address of IPv6 is taken with its whole network, as one subscriber is given it.
  await app.register(rateLimit, { global: false, timeWindow: '1 minute' });
  app.decorate(
    'shares',
    createShares(() => performance.now()),
  );

  const limitedByAddress = (max: number, words: string) => {
    const count = app.createRateLimit({ max });
    return async (request: FastifyRequest): Promise<void> => {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) return;
      const seconds = counted.ttlInSeconds;
      throw new Refused(
        refuse('too_many_requests', `${words}; try again in ${seconds} seconds.`),
        undefined,
        Math.max(1, seconds),
      );
    };
  };

  // Many addresses at once take turns, so that no act waits for all of them.
  const turns = createTurns();
  const pages = turns.lane();
  const openPages = limitedByAddress(
    OPEN_PAGES_PER_MINUTE,
    `Only ${OPEN_PAGES_PER_MINUTE} pages a minute are sent to one address`,
  );
  app.addHook('onRequest', (request, _reply, done) => {
    const { url = '', config } = request.routeOptions;
    if (url.startsWith('/v1/') || PROBES.has(url)) done();
    else
      (config.isCountedApart ? Promise.resolve() : openPages(request))
        .then(() => pages.next())
        .then(() => done(), done);
  });

  return {
    turns,
    failedSignIn: limitedByAddress(FAILED_SIGN_INS_PER_MINUTE, 'Too many attempts to sign in failed'),
    refuseHeavy(officer) {
      if (waitMsMax === 0 || app.pressure.lateMs() < WAIT_BUSY_MS || !app.shares.isHeavy(officer)) return;
      throw new Refused(
        refuse('overloaded', `${officer} has taken more than a tenth of the service’s time in the last seconds.`),
      );
    },
  };
}

/** How many requests a minute an officer may make. */
export const limitOfOfficers = (app: FastifyInstance, requestsPerMinute: number) =>
  app.rateLimit({
    max: requestsPerMinute,
    keyGenerator: ({ signedIn }) => signedIn.officer,
    errorResponseBuilder: (_request, { after }) =>
      new Refused(
        refuse('too_many_requests', `Only ${requestsPerMinute} requests a minute are taken; try again in ${after}.`),
      ),
  });
