import type { FastifyInstance, InjectOptions } from 'fastify';
import { z } from 'zod';
import { addressed, createValues, described, type Json, type Schema } from '../support/document.js';
import { contribution, FUND, grant, line } from '../support/ledger.js';

/**
 * Makes requests from the service's own OpenAPI document, and damages them. The service must answer each as the
 * document says, and a refused request must leave the ledger unchanged.
 */

export interface Fuzzed {
  readonly requests: number;
  /** How many requests got each status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Failures, each with the request that shows it. */
  readonly faults: readonly string[];
  readonly longestAnswer: number;
}

export const ANSWER_BYTES_MAX = 50 * 1024 * 1024;

/** Numbers from 0 to 1 that follow from a seed alone (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Names of things in the test ledger. Without them nearly every request would be about nothing. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  fund: [FUND, 'nowhere-2016-17', 'testshire-2017-18'],
  area: ['testshire', 'nowhere'],
  partner: ['county', 'north-ccg', 'south-ccg', 'east-district', 'nobody'],
  payer: ['north-ccg', 'county'],
  source: ['NHS_ADD', 'NHS_MIN', 'LA_ADD', 'DFG', 'IBCF'],
  effective: ['2016-04-01', '2016-06-30', '2017-04-01', '1999-01-01'],
  on: ['2016-04-01', '2017-03-31', '2031-01-01'],
  'known-at': ['2016-03-01', '2016-12-31T00:00:00Z', '2030-01-01'],
  amount: ['1.00', '1000000.00', '-1.00', '0.00'],
  after: ['0', '3', '6'],
  limit: ['1', '500'],
  'wait-for': ['1', '3'],
};
const OFFICERS = [
  'auditor',
  'registrar',
  'pool-manager',
  'county-finance',
  'county-chief',
  'north-ccg-finance',
  'south-ccg-finance',
  'east-district-finance',
  'stranger',
];
const STRANGE: readonly Json[] = [
  null,
  true,
  -1,
  0.1,
  1e308,
  '',
  ' ',
  '\u0000',
  '\u2028',
  '9'.repeat(40),
  'x'.repeat(2_000),
  '__proto__',
  '../../etc',
  '<script>',
  "' OR 1=1 --",
  '=HYPERLINK("x")',
  [],
  {},
  [[[[[[]]]]]],
];

export async function fuzz(
  app: FastifyInstance,
  head: () => Promise<string | undefined>,
  { requests, seed }: { readonly requests: number; readonly seed: number },
): Promise<Fuzzed> {
  const random = randomFrom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const oneOf = <T>(all: readonly T[]): T => all[below(all.length)]!;
  const chance = (of: number): boolean => random() < of;

  const document = await described(app);
  const { operations, schemas } = document;
  const valueOf = createValues(document, { below, chance }, KNOWN);

  /** The same value with a part changed, left out, added or replaced. */
  function damaged(value: Json): Json {
    if (chance(0.15) || value === null || typeof value !== 'object') return oneOf(STRANGE);
    if (Array.isArray(value)) {
      const items = value as readonly Json[];
      if (items.length === 0 || chance(0.3)) return Array.from({ length: below(300) }, () => items[0] ?? null);
      const at = below(items.length);
      return items.map((each, index) => (index === at ? damaged(each) : each));
    }
    const entries = Object.entries(value);
    if (entries.length === 0 || chance(0.2)) return { ...(value as object), [chance(0.5) ? 'more' : 'constructor']: 1 };
    const [at] = oneOf(entries);
    if (chance(0.3)) return Object.fromEntries(entries.filter(([name]) => name !== at));
    return Object.fromEntries(entries.map(([name, each]) => [name, name === at ? damaged(each) : each]));
  }

  const sound: readonly Json[] = [
    { type: 'PlanLineSet', data: line() },
    { type: 'ContributionAgreed', data: contribution() },
    { type: 'GrantDetermined', data: grant() },
  ] as never;

  function bodyOf(schema: Schema): Json {
    const body = valueOf(schema) as { readonly [name: string]: Json };
    if ('fact' in body && chance(0.3)) return { ...body, fact: oneOf(sound) };
    return body;
  }

  const inText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

  function made(count: number): InjectOptions & { readonly of: (typeof operations)[number] } {
    const of = oneOf(operations);
    const parameters = of.operation.parameters ?? [];
    const value = (name: string, schema: Schema): string =>
      inText(chance(0.1) ? oneOf(STRANGE) : valueOf(schema, name)).slice(0, 3_000);
    const path = addressed(of.path, (name) => {
      const found = parameters.find((each) => each.in === 'path' && each.name === name);
      return value(name, found?.schema ?? { type: 'string' });
    });
    const search = new URLSearchParams();
    for (const { name, in: where, schema, required } of parameters) {
      if (where === 'query' && (required || chance(0.4))) search.append(name, value(name, schema));
    }
    if (chance(0.05)) search.append(oneOf(['more', 'on', 'format']), inText(oneOf(STRANGE)));
    const headers: Record<string, string> = { authorization: `Test ${oneOf(OFFICERS)}` };
    if (chance(0.1)) headers['accept'] = oneOf(['text/csv', 'text/html', '*/*;q=0', 'application/json;q=x', ',,;']);
    let payload: string | undefined;
    const schema = of.operation.requestBody?.content['application/json']?.schema;
    if (schema) {
      const body = bodyOf(schema);
      payload = JSON.stringify(chance(0.4) ? damaged(body) : body);
      if (chance(0.03)) payload = payload.slice(0, below(payload.length));
      if (chance(0.95)) headers['content-type'] = chance(0.97) ? 'application/json' : 'text/plain';
      if (chance(0.95)) headers['idempotency-key'] = chance(0.9) ? `fuzz-${count}` : `fuzz-${below(count + 1)}`;
      if (chance(0.7)) headers['if-match'] = oneOf(['"0"', '"1"', '"5"', '*', 'W/"1"', 'x', '"99999999999999999999"']);
    }
    return {
      of,
      method: of.method,
      url: `${path}?${search.toString()}`,
      headers,
      ...(payload && { payload }),
    };
  }

  /** A correct request, so that the ledger changes too. */
  const soundRequest = (count: number): ReturnType<typeof made> => ({
    of: operations.find(({ operation }) => operation.operationId === 'post-fund-fact')!,
    method: 'POST',
    url: `/v1/funds/${FUND}/facts`,
    headers: {
      authorization: 'Test pool-manager',
      'content-type': 'application/json',
      'idempotency-key': `fuzz-${seed}-${count}`,
    },
    payload: JSON.stringify({ fact: { type: 'PlanLineSet', data: line({ line: `line-${seed}-${count}` }) } }),
  });

  const read = new Map<Schema, z.ZodType>();
  /** How an answer differs from its schema, in a line. */
  function notAsSaid(schema: Schema, answer: unknown): string | undefined {
    let is = read.get(schema);
    if (!is) {
      const inside = (text: string): string => text.replaceAll('#/components/schemas/', '#/$defs/');
      is = z.fromJSONSchema(JSON.parse(inside(JSON.stringify({ ...schema, $defs: schemas }))) as never);
      read.set(schema, is);
    }
    const found = is.safeParse(answer);
    return found.success ? undefined : z.prettifyError(found.error).slice(0, 300);
  }

  const statuses = new Map<number, number>();
  const faults: string[] = [];
  let longestAnswer = 0;
  let before = await head();
  for (let count = 0; count < requests; count++) {
    const { of, ...request } = chance(0.05) ? soundRequest(count) : made(count);
    const answer = await app.inject(request);
    const { statusCode: status, rawPayload } = answer;
    const fault = (what: string): void => {
      faults.push(`${what}: ${of.operation.operationId} ${status}, ${JSON.stringify(request).slice(0, 1_500)}`);
    };
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    longestAnswer = Math.max(longestAnswer, rawPayload.length);
    if (rawPayload.length > ANSWER_BYTES_MAX) fault('a long answer');
    if (status >= 500 && !/not_read_yet/.test(answer.body))
      fault(`a fault of the service (${answer.body.slice(0, 200)})`);
    const after = await head();
    if (status >= 400 && after !== before) fault('a refusal that moved the ledger’s head');
    before = after;
    const said =
      of.operation.responses[String(status)] ?? (status >= 400 ? of.operation.responses['default'] : undefined);
    const type = String(answer.headers['content-type']).split(';', 1)[0]!;
    const schema = said?.content?.[type]?.schema;
    if (!schema) {
      if (status !== 304) fault(`an answer (${type}) that the document does not know`);
    } else if (/json$/.test(type) && type !== 'application/x-ndjson') {
      const wrong = notAsSaid(schema, answer.json());
      if (wrong !== undefined) fault(`an answer that is not as declared (${wrong})`);
    }
  }
  return { requests, statuses, faults, longestAnswer };
}
