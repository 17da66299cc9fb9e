import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { repeatedName } from '../domain/json-text.js';
import { Refusal, refuse } from '../domain/rules.js';
import { PROBLEM_TYPE, problemOf, Refused } from './problem.js';

/**
 * What is answered before a route is found, or where none is: what Node and Fastify would say by themselves is said as
 * every other refusal is, as a problem document with the headers that all answers have.
 */

export const ADDRESS_LENGTH_MAX = 4_096;
export const NAME_LENGTH_MAX = 128;

/** Node’s codes for what its parser refuses; what is not here cannot be read. */
const OF_PARSER: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: refuse('request_too_slow', 'The request was not there in time.'),
  HPE_HEADER_OVERFLOW: refuse('headers_too_large', 'The first line and the headers are longer than 16 kilobytes.'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refuse('body_too_large', 'The extensions of the body’s chunks are too long.'),
};

type ParserError = Error & { readonly code?: string };

const refusalOf = ({ code = '', message }: ParserError): Refusal =>
  OF_PARSER[code] ?? refuse('request_malformed', `It is not HTTP as its standard has it: ${message}.`);

/** Answers by ourselves what Node’s parser refuses, and what asks for something that Node does not know. */
export function answerForNode(app: FastifyInstance, headers: Readonly<Record<string, string>>): void {
  /** The answer that a connection is in the middle of: nothing else is written into it. */
  const answering = new WeakMap<Duplex, ServerResponse>();
  const server: Server = app.server;
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    answering.set(socket, response);
  });

  const written = (refusal: Refusal): { readonly status: number; readonly body: string; readonly with: object } => {
    app.onRefusal(refusal.rule);
    const problem = problemOf(refusal, randomUUID());
    const body = JSON.stringify(problem);
    return {
      status: problem.status,
      body,
      with: {
        ...headers,
        'cache-control': 'no-store',
        'content-type': PROBLEM_TYPE,
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      },
    };
  };

  server.removeAllListeners('clientError');
  server.on('clientError', (error: ParserError, socket: Duplex) => {
    const response = answering.get(socket);
    const isBusy = response?.headersSent === true && !response.writableEnded;
    if (error.code === 'ECONNRESET' || !socket.writable || isBusy) {
      socket.destroy();
      return;
    }
    const { status, body, with: fields } = written(refusalOf(error));
    const head = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]!}\r\n${head.join('')}\r\n${body}`);
  });
  server.on('checkExpectation', ({ headers: { expect } }: IncomingMessage, response: ServerResponse) => {
    const said = refuse('expectation_not_met', `The header Expect is "${String(expect).slice(0, 100)}".`);
    const { status, body, with: fields } = written(said);
    response.writeHead(status, fields as Record<string, string>).end(body);
  });
}

/** Refuses what is wrong with a request whatever it asks for. */
export function refuseMalformed(request: FastifyRequest): void {
  const { url, httpVersion } = request.raw;
  if (url!.length > ADDRESS_LENGTH_MAX) {
    throw new Refused(refuse('address_too_long', `The address has ${url!.length} characters.`));
  }
  if (request.headers.host === undefined && httpVersion === '1.1') {
    throw new Refused(refuse('request_malformed', 'It has no Host header.'));
  }
}

/** The names under which a demonstration answers: this machine’s own, so that no other site’s page can ask it. */
const OWN_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export function refuseOtherHosts({ headers: { host = '' } }: FastifyRequest): void {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  if (!OWN_NAMES.has(name)) {
    throw new Refused(refuse('host_not_served', `The request is for "${name.slice(0, 100)}".`));
  }
}

/** Bodies are JSON in UTF-8, as they are: neither compressed, nor with a name twice in one object. */
export function readBodies(app: FastifyInstance): void {
  // Text is refused as what it is, not as a body without fields.
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
      return done(new Refused(refuse('name_repeated', `"${name.slice(0, 100)}" stands twice in one object.`)));
    };
    if (isUtf8(body)) void parse(request, text, read);
    else done(new Refused(refuse('body_not_json', 'The body is not text in UTF-8.')));
  });
}

/** An address with parameters in it, as what finds addresses like it. */
const pattern = (url: string): RegExp =>
  new RegExp(
    `^${url
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:\w+/g, '[^/]+')
      .replace(/\\\*/g, '.*')}$`,
  );

/** Says which methods an address takes, of those that are registered from now on. */
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

/** Refuses what no route has taken: by its method, where the address has others, or as nothing. */
export function refuseUnrouted(methodsOf: (address: string) => readonly string[]) {
  return ({ method, url }: FastifyRequest, allow: (methods: string) => void): never => {
    const methods = methodsOf(url);
    const asked = `${method} ${url.split('?', 1)[0]!.slice(0, 200)}`;
    // A route may find by itself that there is nothing at its address.
    if (methods.length === 0 || methods.includes(method))
      throw new Refused(new Refusal('not_found', `There is nothing at ${asked}.`));
    allow(methods.join(', '));
    throw new Refused(new Refusal('method_not_allowed', `${asked} is not taken; ${methods.join(', ')} is.`));
  };
}
