import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import type { Test } from 'tap';
import { buildApp, type AppOptions } from '../../src/http/app.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
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
    // In a test, one process does the work of the service and of many clients.
    waitMsMax: 0,
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
    get: async (path, officer = 'auditor', headers = {}) =>
      asDeclared(
        path,
        await ask({ method: 'GET', url: path, headers: { authorization: `Test ${officer}`, ...headers } }),
      ),
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

/**
 * Throws if an answer does not match its question’s declaration. The service writes answers by the declaration without
 * checking them.
 */
function asDeclared(url: string, answer: LightMyRequestResponse): LightMyRequestResponse {
  const [path] = url.split('?');
  const query = QUERIES.find((each) => new RegExp(`^/v1${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path!));
  if (!query || answer.statusCode !== 200 || !/json/.test(String(answer.headers['content-type']))) return answer;
  const is: unknown = answer.json();
  if (!isDeepStrictEqual(query.answer.parse(is), is)) throw new Error(`${url} is answered otherwise than declared.`);
  return answer;
}

export const fund = (path: string): string => `/v1/funds/${FUND}${path}`;
