import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readAs } from '../domain/faults.js';
import type { Rule } from '../domain/grammar/rule.js';
import { Refusal, RULES, type RuleCode } from '../domain/rules.js';
import { ProjectorStopped } from '../ledger/memory/projector.js';
import { quickCheck } from '../ledger/quick-check.js';
import { ADDRESSES, remedyOf, whyOf } from '../ledger/remedies.js';
import {
  EventsHidden,
  LedgerDamaged,
  LedgerReplaced,
  OutcomeUnknown,
  StoreBusy,
  StoreUnavailable,
} from '../store/event-store.js';
import { signedInOf } from './sign-in.js';

/** Problem documents (RFC 9457): every refusal, in words for a finance officer, with the code of its rule. */
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
      .meta({ description: 'The faulty fields, each by its JSON pointer.' }),
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
  /** How many seconds to wait before asking again, if that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(refusal: Refusal, errors?: readonly FieldError[], retryAfterSeconds?: number) {
    super(refusal.detail);
    this.name = 'Refused';
    this.refusal = refusal;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const escaped = (key: PropertyKey): string => String(key).replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * Reads what a client sent by a schema. Throws {@link Refused} with every faulty field. Names of fields in the
 * request’s address are not changed; default values and conversions are left to the schema.
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

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Rules whose remedy is to wait, and the seconds to wait if nothing more exact is known. */
const WAIT_SECONDS: Partial<Record<RuleCode, number>> = { key_in_progress: 1, too_many_requests: 60 };
const WAIT_SECONDS_503 = 2;

/** The document of a refusal. `instance` is the identifier of the request. */
export function problemOf({ rule: code, detail }: Refusal, instance: string, errors?: readonly FieldError[]) {
  const { status, title }: Rule = RULES[code];
  const remedy = remedyOf(code, ADDRESSES);
  return { type: `/problems/${code}`, title, status, detail, remedy, code, instance, ...(errors && { errors }) };
}

function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  { errors, retryAfterSeconds }: Partial<Pick<Refused, 'errors' | 'retryAfterSeconds'>> = {},
): FastifyReply {
  const { rule } = refusal;
  const problem = problemOf(refusal, request.id, errors);
  request.server.onRefusal(rule);
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="bcf-ledger"');
  const wait = retryAfterSeconds ?? WAIT_SECONDS[rule] ?? (problem.status === 503 ? WAIT_SECONDS_503 : undefined);
  // The limiter has set its own header, which is exact.
  if (wait !== undefined && (problem.status === 503 || !reply.hasHeader('retry-after'))) {
    void reply.header('retry-after', String(wait));
  }
  // Sent as text, so that a route's response schema cannot hide the reason from the officer.
  return reply
    .status(problem.status)
    .type(PROBLEM_TYPE)
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem));
}

/** Errors of Fastify and its plugins, under our codes. */
const BY_CODE: Readonly<Record<string, RuleCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'body_not_supported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body_not_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'body_not_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'body_not_json',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'address_too_long',
};

const BY_STATUS: Readonly<Record<number, RuleCode>> = {
  400: 'body_not_json',
  403: 'not_found',
  404: 'not_found',
  429: 'too_many_requests',
};

function ruleOf(error: FastifyError): RuleCode {
  if (error instanceof StoreBusy) return 'store_busy';
  if (error instanceof LedgerDamaged) return 'ledger_damaged';
  if (error instanceof LedgerReplaced) return 'ledger_replaced';
  if (error instanceof StoreUnavailable) return 'store_unavailable';
  if (error instanceof OutcomeUnknown) return 'outcome_unknown';
  if (error instanceof EventsHidden) return 'events_hidden';
  if (error instanceof ProjectorStopped) return 'read_model_faulted';
  return BY_CODE[error.code] ?? BY_STATUS[error.statusCode ?? 500] ?? 'internal_error';
}

/** Turns any error into a refusal. For an error of our own, the refusal holds only the words of its rule. */
export function refusalOf(error: FastifyError): Refusal {
  if (error instanceof Refused) return error.refusal;
  const code = ruleOf(error);
  const { status }: Rule = RULES[code];
  // Details of a damaged file are only for the operator who repairs it.
  const isOfTheFile = error instanceof LedgerReplaced || error instanceof LedgerDamaged;
  return new Refusal(code, status < 500 || isOfTheFile ? error.message : whyOf(code, ADDRESSES));
}

/** Every error that reaches Fastify becomes a problem document. Our own errors are logged. */
export function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error);
  if (error instanceof Refused) return sendProblem(request, reply, refusal, error);
  const { status }: Rule = RULES[refusal.rule];
  if (status >= 500)
    request.log.error({ reqId: request.id, err: error, officer: signedInOf(request)?.officer }, 'request failed');
  return sendProblem(request, reply, refusal);
}
