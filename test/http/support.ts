import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import type { Test } from 'tap';
import { buildApp, type AppOptions } from '../../src/http/app.js';
import { FUND, openedLedger, type TestLedger } from '../support/ledger.js';

/** The service on a test ledger, asked without a network. Officers sign in by name. */
export interface Service {
  readonly app: FastifyInstance;
  readonly ledger: TestLedger;
  get(path: string, officer?: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  post(
    path: string,
    body: unknown,
    officer?: string,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
}

let keys = 0;

export async function service(
  t: Test,
  options: Partial<AppOptions> & { ledger?: never } = {},
  given?: TestLedger,
): Promise<Service> {
  const ledger = given ?? (await openedLedger(t));
  const app = await buildApp({
    signIn: async (authorization) => ({ officer: authorization?.replace('Test ', '') ?? 'nobody', by: 'test' }),
    logger: pino({ level: 'silent' }),
    requestsPerMinute: 100_000,
    demonstration: false,
    version: 'test',
    ...options,
    ledger: ledger.ledger,
  });
  t.teardown(() => app.close());
  const ask = (request: InjectOptions) => app.inject(request);
  return {
    app,
    ledger,
    get: (path, officer = 'auditor', headers = {}) =>
      ask({ method: 'GET', url: path, headers: { authorization: `Test ${officer}`, ...headers } }),
    post: (path, body, officer = 'pool-manager', headers = {}) =>
      ask({
        method: 'POST',
        url: path,
        headers: {
          authorization: `Test ${officer}`,
          'content-type': 'application/json',
          'idempotency-key': `http-${++keys}`,
          ...headers,
        },
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

export const fund = (path: string): string => `/v1/funds/${FUND}${path}`;
