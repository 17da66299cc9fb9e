import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readAs } from '../domain/faults.js';
import type { Rule } from '../domain/rule.js';
import { Refusal, RULES, type RuleCode } from '../domain/rules.js';
import { ProjectorStopped } from '../ledger/projector.js';
import { quickCheck } from '../ledger/quick-check.js';
import { ADDRESSES, remedyOf, whyOf } from '../ledger/remedies.js';
import { OutcomeUnknown, StoreUnavailable } from '../store/event-store.js';
import { officerOf } from './sign-in.js';

/** Problem documents (RFC 9457): every refusal, in words for a finance officer, under the code of its rule. */
export const Problem = z
  .object({
    type: z.string().meta({ description: 'The page of the rule.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What was refused.' }),
    remedy: z.string().meta({ description: 'What to do about it.' }),
    code: z.string().meta({ description: 'The stable code of the rule.' }),
    instance: z.string().meta({ description: 'The identifier of the request.' }),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'The fields that are not as they must be, each by its JSON pointer.' }),
  })
  .meta({ id: 'Problem' });

interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** Thrown inside a request to answer it with a problem. */
export class Refused extends Error {
  readonly refusal: Refusal;
  readonly errors: readonly FieldError[] | undefined;

  constructor(refusal: Refusal, errors?: readonly FieldError[]) {
    super(refusal.detail);
    this.name = 'Refused';
    this.refusal = refusal;
    this.errors = errors;
  }
}

const escaped = (key: PropertyKey): string => String(key).replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * Reads what a client sent by a schema, or refuses, naming every field that is not as it must be. Names in an address are
 * taken as they are; what a schema fills in or changes is for zod.
 */
export function parsed<S extends z.ZodType>(schema: S, sent: unknown, at: string): z.output<S> {
  if (quickCheck(schema)(sent)) return sent as z.output<S>;
  const read = readAs(schema, sent);
  if ('value' in read) return read.value;
  const errors = read.faults.map(({ path, words }): FieldError => ({
    pointer: `${at}${path.map((key) => `/${escaped(key)}`).join('')}`,
    detail: words,
  }));
  const { pointer, detail } = errors[0]!;
  const more = errors.length > 1 ? ` There are ${errors.length} faults in all.` : '';
  throw new Refused(new Refusal('fields_invalid', `${pointer || 'The request'}: ${detail}.${more}`), errors);
}

function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  { rule: code, detail }: Refusal,
  errors?: readonly FieldError[],
): FastifyReply {
  const { status, title }: Rule = RULES[code];
  request.server.onRefusal(code);
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="bcf-ledger"');
  if (status === 503) void reply.header('retry-after', '2');
  const problem = {
    type: `/problems/${code}`,
    title,
    status,
    detail,
    remedy: remedyOf(code, ADDRESSES),
    code,
    instance: request.id,
    ...(errors && { errors }),
  };
  // Sent as text, so that a route's response schema never stands between an officer and the reason.
  return reply.status(status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

/** What Fastify and its plugins refuse by themselves, under our codes. */
const BY_CODE: Readonly<Record<string, RuleCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'body_not_supported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body_not_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'body_not_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'body_not_json',
  FST_UNDER_PRESSURE: 'overloaded',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
};

const BY_STATUS: Readonly<Record<number, RuleCode>> = {
  400: 'body_not_json',
  403: 'not_found',
  404: 'not_found',
  414: 'not_found',
  429: 'too_many_requests',
};

function ruleOf(error: FastifyError): RuleCode {
  if (error instanceof StoreUnavailable) return 'store_unavailable';
  if (error instanceof OutcomeUnknown) return 'outcome_unknown';
  if (error instanceof ProjectorStopped) return 'read_model_faulted';
  return BY_CODE[error.code] ?? BY_STATUS[error.statusCode ?? 500] ?? 'internal_error';
}

/** Every error that reaches Fastify becomes a problem document; what is our own fault is logged, and not told. */
export function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Refused) return sendProblem(request, reply, error.refusal, error.errors);
  const code = ruleOf(error);
  const { status }: Rule = RULES[code];
  if (status >= 500)
    request.log.error({ reqId: request.id, err: error, officer: officerOf(request) }, 'request failed');
  return sendProblem(request, reply, new Refusal(code, status >= 500 ? whyOf(code, ADDRESSES) : error.message));
}
