import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuse, tooManyPages, type Refusal } from '../domain/rules.js';
import { watchPressure, type Pressure } from './pressure.js';
import { Refused } from './problem.js';
import { createShares, type Shares } from './shares.js';
import { createTurns, type Turns } from './turns.js';

/**
 * How much a client may ask. Officers who have signed in are limited by name. Failed sign-ins, and readers of the pages
 * open to all, are limited by address. The pages count their signed-in officers themselves (web/pages.ts).
 */

declare module 'fastify' {
  interface FastifyInstance {
    shares: Shares;
    pressure: Pressure;
  }
  interface FastifyContextConfig {
    /** Whether the route counts its own requests, by who is signed in, or needs no counting. */
    readonly isCountedApart?: true;
  }
}

const FAILED_SIGN_INS_PER_MINUTE = 60;
const OPEN_PAGES_PER_MINUTE = 300;
/**
 * Waiting is averaged over this time, so that one long piece of work, such as reading the ledger at the start, turns
 * nobody away.
 */
const WAIT_AVERAGED_MS = 5_000;
/** While requests wait for longer than this on average, the officers who take most are asked to wait first. */
const WAIT_BUSY_MS = 250;

/** Addresses that load balancers and containers ask as often as they like. */
const PROBES: ReadonlySet<string> = new Set(['/health', '/ready']);

export interface Limits {
  /** Counts a failed sign-in by its address. Throws {@link Refused} if there were too many. */
  failedSignIn(request: FastifyRequest): Promise<void>;
  /** The turns of all work that may wait. Posts go before it. */
  readonly turns: Turns;
  /** Refuses an officer who takes more than a tenth of the service's time while it cannot keep up. */
  refuseHeavy(officer: string): void;
}

/**
 * @param waitMsMax if requests wait for longer than this, on average over `waitAveragedMs`, all are turned away; 0
 * turns none away
 */
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
  // An IPv6 address counts together with its whole network, because one subscriber is given a whole network.
  await app.register(rateLimit, { global: false, timeWindow: '1 minute' });
  app.decorate(
    'shares',
    createShares(() => performance.now()),
  );

  const limitedByAddress = (max: number, refusalFor: (seconds: number) => Refusal) => {
    const count = app.createRateLimit({ max });
    return async (request: FastifyRequest): Promise<void> => {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) return;
      const seconds = Math.max(1, counted.ttlInSeconds);
      throw new Refused(refusalFor(seconds), undefined, seconds);
    };
  };

  // Requests from many addresses take turns, so that an act never waits for all of them.
  const turns = createTurns();
  const pages = turns.lane();
  const openPages = limitedByAddress(OPEN_PAGES_PER_MINUTE, (seconds) =>
    tooManyPages(OPEN_PAGES_PER_MINUTE, 'one address without signing in', seconds),
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
    failedSignIn: limitedByAddress(FAILED_SIGN_INS_PER_MINUTE, (seconds) =>
      refuse('too_many_requests', `Too many attempts to sign in failed; try again in ${seconds} seconds.`),
    ),
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
