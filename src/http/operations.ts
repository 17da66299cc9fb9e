import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Rule } from '../domain/grammar/rule.js';
import { instantText, type Instant } from '../domain/calendar.js';
import { refuse, RULES, type RuleCode } from '../domain/rules.js';
import { POSTING_ORDER, SIGNING_ORDER } from '../domain/grammar/refusal-order.js';
import type { Ledger } from '../ledger/ledger.js';
import { ADDRESSES, remedyOf, whyOf } from '../ledger/remedies.js';
import { Refused } from './problem.js';
import { signedInOf } from './sign-in.js';
import { PROJECTOR_STATES } from '../ledger/memory/projector.js';

/**
 * What an operator watches: whether the service lives, whether it is ready, and what it does. It shows no figures of
 * any fund.
 */

/** If the read model is further behind, the service says that it is not ready. */
const LAG_SECONDS_MAX = 10;

export interface OperationsOptions {
  /** The log of access: who asked what, reads too, without figures. */
  readonly accessLog: FastifyBaseLogger;
  /** The token that the operator sends for the metrics that are not open to all. */
  readonly metricsToken?: string | undefined;
  /** The address to which a weakness is reported: `mailto:…` or `https:…`. */
  readonly securityContact?: string | undefined;
}

/** How many days security.txt is valid. RFC 9116 advises a year at most. */
const SECURITY_TXT_DAYS = 180;

/** Metrics are made again after this time at the earliest, however many clients ask. */
const METRICS_KEPT_MS = 1_000;

export function registerOperations(
  app: FastifyInstance,
  ledger: Ledger,
  { accessLog, metricsToken, securityContact }: OperationsOptions,
): void {
  /** Metrics of the process are open to all. Counts by kind of question and act are for the operator. */
  const open = new Registry();
  const registry = new Registry();
  collectDefaultMetrics({ register: open });
  const durations = new Histogram({
    name: 'bcf_http_request_seconds',
    help: 'How long requests took, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'bcf_refusals_total',
    help: 'Requests refused, by rule.',
    labelNames: ['rule'],
    registers: [registry],
  });
  const recorded = new Counter({
    name: 'bcf_events_recorded_total',
    help: 'Events recorded by this process, by type.',
    labelNames: ['type'],
    registers: [registry],
  });
  const size = new Gauge({ name: 'bcf_ledger_events', help: 'Events taken by the read model.', registers: [registry] });
  const lag = new Gauge({
    name: 'bcf_projector_lag_seconds',
    help: 'How long the read model has been behind the store, in seconds.',
    registers: [open],
  });
  const state = new Gauge({
    name: 'bcf_projector_state',
    help: 'The state of the read model: 1 for the one that it is in.',
    labelNames: ['state'],
    registers: [open],
  });
  const trusted = new Gauge({
    name: 'bcf_clock_trusted',
    help: 'Whether acts can be stamped by this machine’s clock: 1 or 0.',
    registers: [open],
  });
  const writable = new Gauge({
    name: 'bcf_store_writable',
    help: 'Whether acts can be recorded: 0 from the first act that could not be written until one is written again.',
    registers: [open],
  });
  const faulted = new Gauge({
    name: 'bcf_ledger_faulted',
    help: '1 once acts, or acts and questions, are refused because something is wrong with the ledger.',
    registers: [open],
  });
  app.decorate('onRefusal', (rule: RuleCode) => refusals.inc({ rule }));
  app.decorate('onRecorded', (type: string) => recorded.inc({ type }));

  app.addHook('onResponse', (request, reply, done) => {
    durations.observe(
      { route: request.routeOptions.url ?? 'none', method: request.method, status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
    const { id: reqId, method, ip: address } = request;
    const { url: route, schema } = request.routeOptions;
    const { statusCode: status } = reply;
    const ms = Math.round(reply.elapsedTime * 1000) / 1000;
    // The requested address is not logged here, because its names and options are the asker’s. The log of access holds
    // it.
    request.log.info({ reqId, address, method, route: route ?? 'none', status, ms }, 'answered');
    const who = signedInOf(request);
    if (who || route?.startsWith('/v1/')) {
      // A page has no operation name, so its route is used.
      const { operationId: operation = route } = schema as { readonly operationId?: string };
      const { officer, by } = who ?? {};
      accessLog.info({ reqId, officer, by, address, method, operation, of: request.params, status }, 'asked');
    }
    done();
  });

  app.get('/health', { schema: { hide: true }, config: { rateLimit: false } }, async () => ({
    status: 'alive',
    ...faultOf(ledger),
  }));

  app.get('/ready', { schema: { hide: true }, config: { rateLimit: false } }, async (_request, reply) => {
    const projector = await ledger.projector.status();
    const cannotWrite = await ledger.writing.fault();
    const fault = faultOf(ledger);
    const doubt = ledger.clockWatch.doubt();
    const level = projector.state === 'live' && projector.lagSeconds <= LAG_SECONDS_MAX;
    const ready = level && cannotWrite === undefined && doubt === undefined && !('fault' in fault);
    const clock = { ok: doubt === undefined, ...(doubt !== undefined && { reason: doubt }) };
    const writing = { ok: cannotWrite === undefined, ...(cannotWrite !== undefined && { reason: cannotWrite }) };
    return reply
      .status(ready ? 200 : 503)
      .send({ ready, projector, writing, clock, proven: ledger.proven(), ...fault });
  });

  let kept: { readonly open: string; readonly all: string; readonly until: number } | undefined;
  async function metrics(): Promise<{ readonly open: string; readonly all: string }> {
    if (kept && performance.now() < kept.until) return kept;
    const projector = await ledger.projector.status();
    size.set(projector.size);
    trusted.set(ledger.clockWatch.doubt() === undefined ? 1 : 0);
    writable.set((await ledger.writing.fault()) === undefined ? 1 : 0);
    lag.set(projector.lagSeconds);
    faulted.set(ledger.unsound() ? 1 : 0);
    for (const each of PROJECTOR_STATES) state.set({ state: each }, each === projector.state ? 1 : 0);
    const said = await open.metrics();
    kept = { open: said, all: `${said}${await registry.metrics()}`, until: performance.now() + METRICS_KEPT_MS };
    return kept;
  }

  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    const { authorization } = request.headers;
    const isOperator = authorization !== undefined && isToken(authorization, metricsToken);
    if (authorization !== undefined && !isOperator)
      throw new Refused(refuse('metrics_not_open', 'The Authorization header does not hold the token for metrics.'));
    const { open: forAll, all } = await metrics();
    return reply.type(open.contentType).send(isOperator ? all : forAll);
  });

  if (securityContact !== undefined) {
    app.get('/.well-known/security.txt', { schema: { hide: true } }, async (_request, reply) => {
      const expires = instantText((ledger.clock.now() + SECURITY_TXT_DAYS * 86_400_000) as Instant);
      return reply
        .type('text/plain; charset=utf-8')
        .send(`Contact: ${securityContact}\nExpires: ${expires}\nPreferred-Languages: en\n`);
    });
  }

  app.get('/problems', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(page('Why a request is refused', rulesList())),
  );

  app.get('/problems/:code', { schema: { hide: true } }, async (request, reply) => {
    const { code } = request.params as { code: string };
    if (!Object.hasOwn(RULES, code)) {
      reply.callNotFound();
      return;
    }
    const { title, status }: Rule = RULES[code as RuleCode];
    const [why, remedy] = [whyOf(code as RuleCode, ADDRESSES), remedyOf(code as RuleCode, ADDRESSES)];
    const body = `<p>${text(why)}</p><h2>What to do</h2><p>${text(remedy)}</p><p>Code <code>${code}</code>, HTTP status ${status}. <a href="/problems">All rules</a></p>`;
    return reply.type('text/html; charset=utf-8').send(page(title, body));
  });
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compared in constant time, so that the time tells nothing about the token. */
const isToken = (authorization: string, token: string | undefined): boolean =>
  token !== undefined && timingSafeEqual(digestOf(authorization), digestOf(`Bearer ${token}`));

/** The fault found since the service started, for whoever watches the service. */
function faultOf(ledger: Ledger): { readonly fault?: { readonly code: RuleCode; readonly words: string } } {
  const found = ledger.unsound();
  return found ? { fault: { code: found.refusal.rule, words: found.refusal.detail } } : {};
}

const text = (plain: string): string => plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en-GB"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(title)}</title><main><h1>${text(title)}</h1>${body}</main></html>`;

/** The steps of an order as one sentence. */
const inOrder = (what: string, steps: readonly string[]): string =>
  text(`${what}, in this order: ${steps.join('; ')}.`);

const rulesList = (): string =>
  `<p>By subject. An act is refused by the first rule that it breaks. ${inOrder('A fact is held to', POSTING_ORDER)} ${inOrder('A signature is held to', SIGNING_ORDER)}</p><ul>${Object.entries<Rule>(
    RULES,
  )
    .map(([code, rule]) => `<li><a href="/problems/${code}">${text(rule.title)}</a> (<code>${code}</code>)</li>`)
    .join('')}</ul>`;
