import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { repeatedName } from '../domain/json-text.js';
import { Refusal, refuse } from '../domain/rules.js';
import { PROBLEM_TYPE, problemOf, Refused } from './problem.js';

/**
 * Requests that are answered before a route is found, or without one. Node and Fastify would answer these in words of
 * their own. Here they get a problem document with the usual headers, like every other refusal.
 */

export const ADDRESS_LENGTH_MAX = 4_096;
export const NAME_LENGTH_MAX = 128;

/** Node’s error codes for requests that its parser refuses. Any other code means that the request cannot be read. */
const OF_PARSER: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: refuse('request_too_slow', 'The request did not arrive in time.'),
  HPE_HEADER_OVERFLOW: refuse('headers_too_large', 'The first line and the headers are longer than 16 kilobytes.'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refuse('body_too_large', 'The extensions of the body’s chunks are too long.'),
};

type ParserError = Error & { readonly code?: string; readonly rawPacket?: Buffer };

const refusalOf = ({ code = '', message }: ParserError): Refusal =>
  OF_PARSER[code] ?? refuse('request_malformed', `It is not HTTP as its standard has it: ${message}.`);

/** Whether a browser asks for a page, by its Accept header. Programs get answers for programs. */
export const isForAPage = (url: string, accept = ''): boolean =>
  accept.includes('text/html') && !/^\/v1(\/|$)/.test(url);

/** The same of a request that could not be read whole. */
function isUnreadForAPage({ rawPacket }: ParserError): boolean {
  const [first = '', ...rest] = rawPacket?.toString('latin1').split('\r\n') ?? [];
  const accept = rest.find((line) => /^accept:/i.test(line));
  return isForAPage(first.split(' ')[1] ?? '', accept);
}

/** A refusal as a page, for what no request was read of. */
interface Unread {
  unread(refusal: Refusal): { readonly body: string; readonly headers: Readonly<Record<string, string>> };
}

/**
 * Answers requests that Node’s parser refuses, and requests for something that Node does not know. `browsers` makes the
 * pages for browsers; undefined if the service has no pages.
 */
export function answerForNode(
  app: FastifyInstance,
  headers: Readonly<Record<string, string>>,
  browsers: () => Unread | undefined,
): void {
  /** The answer that a connection is sending. No other answer is written into it. */
  const answering = new WeakMap<Duplex, ServerResponse>();
  const server: Server = app.server;
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    answering.set(socket, response);
  });

  const written = (
    refusal: Refusal,
    asPage: boolean,
  ): { readonly status: number; readonly body: string; readonly with: object } => {
    app.onRefusal(refusal.rule);
    const problem = problemOf(refusal, randomUUID());
    const shown = asPage ? browsers()?.unread(refusal) : undefined;
    const body = shown?.body ?? JSON.stringify(problem);
    return {
      status: problem.status,
      body,
      with: {
        ...headers,
        'cache-control': 'no-store',
        'content-type': PROBLEM_TYPE,
        ...shown?.headers,
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      },
    };
  };

  server.removeAllListeners('clientError');
  server.on('clientError', (error: ParserError, socket: Duplex) => {
    const response = answering.get(socket);
    const isAnswering = response !== undefined && !response.writableEnded;
    // The request before these bytes arrived whole, and may be recorded. It gets its own answer, and no other follows.
    if (isAnswering && response.req.complete && !response.headersSent && socket.writable) {
      response.once('close', () => socket.destroy());
      return;
    }
    const isBusy = isAnswering && response.headersSent;
    if (error.code === 'ECONNRESET' || !socket.writable || isBusy) {
      socket.destroy();
      return;
    }
    const before = response?.req;
    const isBrowser = isUnreadForAPage(error) || isForAPage(before?.url ?? '', before?.headers.accept);
    const { status, body, with: fields } = written(refusalOf(error), isBrowser);
    const head = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]!}\r\n${head.join('')}\r\n${body}`);
  });
  server.on('checkExpectation', ({ headers: { expect } }: IncomingMessage, response: ServerResponse) => {
    const said = refuse('expectation_not_met', `The header Expect is "${String(expect).slice(0, 100)}".`);
    // No browser expects anything.
    const { status, body, with: fields } = written(said, false);
    response.writeHead(status, fields as Record<string, string>).end(body);
  });
}

/** Refuses what is wrong with a request, at any address. */
export function refuseMalformed(request: FastifyRequest): void {
  const { url, httpVersion } = request.raw;
  if (url!.length > ADDRESS_LENGTH_MAX) {
    throw new Refused(refuse('address_too_long', `The address has ${url!.length} characters.`));
  }
  if (request.headers.host === undefined && httpVersion === '1.1') {
    throw new Refused(refuse('request_malformed', 'It has no Host header.'));
  }
}

/**
 * The names under which a demonstration answers: names of this machine only, so that a page of another site cannot ask
 * it.
 */
const OWN_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export function refuseOtherHosts({ headers: { host = '' } }: FastifyRequest): void {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  if (!OWN_NAMES.has(name)) {
    throw new Refused(refuse('host_not_served', `The request is for "${name.slice(0, 100)}".`));
  }
}

/** Bodies are JSON in UTF-8. A compressed body, or a name that occurs twice in one object, is refused. */
export function readBodies(app: FastifyInstance): void {
  // Without a parser for text, a text body is refused as text, and not as a body without fields.
  app.removeContentTypeParser('text/plain');
  app.addHook('preParsing', (request, reply, payload, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding.toLowerCase() === 'identity') {
      done(null, payload);
      return;
    }
    void reply.header('accept-encoding', 'identity');
    const said = `The header Content-Encoding is "${encoding.slice(0, 100)}".`;
    done(new Refused(refuse('body_compressed', said)));
  });
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = body.toString();
    const read = (error: Error | null, value?: unknown): void => {
      if (error) return done(error);
      const name = repeatedName(text);
      if (name === undefined) return done(null, value);
      return done(new Refused(refuse('name_repeated', `"${name.slice(0, 100)}" occurs twice in one object.`)));
    };
    if (isUtf8(body)) void parse(request, text, read);
    else done(new Refused(refuse('body_not_json', 'The body is not text in UTF-8.')));
  });
}

/** A pattern that matches the addresses of a route with parameters. */
const pattern = (url: string): RegExp =>
  new RegExp(
    `^${url
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:\w+/g, '[^/]+')
      .replace(/\\\*/g, '.*')}$`,
  );

/** Finds which methods an address takes, among the routes registered from now on. */
export function createMethods(app: FastifyInstance): (address: string) => readonly string[] {
  const taken = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = taken.get(url) ?? new Set<string>();
    taken.set(url, methods);
    for (const each of [method].flat()) methods.add(each);
  });
  let patterns: (readonly [RegExp, ReadonlySet<string>])[] | undefined;
  return (address) => {
    patterns ??= [...taken].map(([url, methods]) => [pattern(url), methods]);
    const path = decodeURI(address.split('?', 1)[0]!);
    return [...new Set(patterns.flatMap(([is, methods]) => (is.test(path) ? [...methods] : [])))].sort();
  };
}

/**
 * Refuses a request that no route takes. If the address has other methods, the refusal names them; if not, it says that
 * nothing is there.
 */
export function refuseUnrouted(methodsOf: (address: string) => readonly string[]) {
  return ({ method, url }: FastifyRequest, allow: (methods: string) => void): never => {
    const methods = methodsOf(url);
    const asked = `${method} ${url.split('?', 1)[0]!.slice(0, 200)}`;
    // A route may itself find that there is nothing at its address.
    if (methods.length === 0 || methods.includes(method))
      throw new Refused(new Refusal('not_found', `There is nothing at ${asked}.`));
    allow(methods.join(', '));
    throw new Refused(new Refusal('method_not_allowed', `${asked} is not taken; ${methods.join(', ')} is.`));
  };
}
