import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { line } from '../support/ledger.js';
import { fund, service } from './support.js';

const OUR_HEADERS = ['content-security-policy', 'x-content-type-options', 'strict-transport-security'];

async function listening(t: Test, options: Parameters<typeof service>[1] = {}) {
  const served = await service(t, options);
  await served.app.listen({ port: 0, host: '127.0.0.1' });
  return { ...served, port: (served.app.server.address() as AddressInfo).port };
}

/** Sends bytes unchanged, and reads the answer until the connection ends or the expected text has come. */
async function sent(port: number, bytes: string, more?: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let back = '';
  socket.on('data', (chunk: Buffer) => (back += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes, 'latin1');
  if (more !== undefined) {
    await once(socket, 'data');
    socket.write(more, 'latin1');
  }
  await once(socket, 'end').catch(() => undefined);
  socket.destroy();
  return back;
}

function isOurs(t: Test, answer: string, status: number, code: string): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  t.match(head, new RegExp(`^HTTP/1.1 ${status} `), code);
  for (const name of OUR_HEADERS) t.match(head, new RegExp(`^${name}: `, 'im'), `${code}: ${name}`);
  t.match(head, /^content-type: application\/problem\+json/im, code);
  t.match(head, /^cache-control: no-store/im, code);
  t.match(JSON.parse(body), { status, code, type: `/problems/${code}`, remedy: String, instance: String });
}

t.test('what cannot be read as HTTP is answered as every refusal is', async (t) => {
  const { port } = await listening(t);
  const end = 'Host: x\r\nConnection: close\r\n\r\n';
  const bad: Readonly<Record<string, readonly [bytes: string, status: number, code: string]>> = {
    'no method of HTTP': [`NONSENSE / HTTP/1.1\r\n${end}`, 400, 'request_malformed'],
    'no version': [`GET / FTP/9\r\n${end}`, 400, 'request_malformed'],
    'two lengths': [
      `POST /v1/x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n${end}`,
      400,
      'request_malformed',
    ],
    'a length and chunks': [
      `POST /v1/x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n${end}`,
      400,
      'request_malformed',
    ],
    'a broken header': [`GET / HTTP/1.1\r\nA B: c\r\n${end}`, 400, 'request_malformed'],
    'no host': ['GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'request_malformed'],
    'headers without end': [`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n${end}`, 431, 'headers_too_large'],
    'a long address': [`GET /${'x'.repeat(5_000)} HTTP/1.1\r\n${end}`, 414, 'address_too_long'],
    'an expectation': [`GET /health HTTP/1.1\r\nExpect: tea\r\n${end}`, 417, 'expectation_not_met'],
    'extensions of chunks without end': [
      `POST /v1/funds/x/facts HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n${end}1;${'x'.repeat(20_000)}\r\n`,
      413,
      'body_too_large',
    ],
  };
  for (const [name, [bytes, status, code]] of Object.entries(bad)) {
    await t.test(name, async (t) => isOurs(t, await sent(port, bytes), status, code));
  }
});

t.test('a request that does not arrive in time is told so', async (t) => {
  const { app } = await listening(t);
  app.server.headersTimeout = 1;
  const timed = app.server as unknown as { requestTimeout: number; emit(name: string, ...of: unknown[]): boolean };
  // Node looks for late requests every half minute. The test does not wait for that.
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await Promise.all([once(app.server, 'connection'), once(socket, 'connect')]))[0] as [never];
  timed.emit('clientError', Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), accepted);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  isOurs(t, answer.toString('latin1'), 408, 'request_too_slow');
  socket.destroy();
});

t.test('bytes after a whole act leave it its own answer, which says that it is recorded', async (t) => {
  const { port, ledger } = await listening(t);
  const head = await ledger.store.head();
  const body = JSON.stringify({ fact: { type: 'PlanLineSet', data: line() } });
  const act = [
    `POST ${fund('/facts')} HTTP/1.1`,
    'Host: x',
    'Authorization: Test pool-manager',
    'Idempotency-Key: bytes-after-it',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
  const answer = await sent(port, `${act}X\r\nNONSENSE\r\n`);
  t.match(answer, /^HTTP\/1.1 201 /);
  t.notMatch(answer, 'request_malformed');
  t.not(await ledger.store.head(), head);
});

t.test('nothing is written into an answer that has begun, and nothing to who has gone', async (t) => {
  const { port, app } = await listening(t);
  const follow = `GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Test auditor\r\n\r\n`;
  const answer = await sent(port, follow, 'NONSENSE\r\n\r\n');
  t.match(answer, /^HTTP\/1.1 200 /);
  t.notMatch(answer, 'problem+json', 'a stream of events is cut off, not mixed with a refusal');
  const destroyed: string[] = [];
  const gone = { writable: true, destroy: () => destroyed.push('gone') };
  app.server.emit('clientError', Object.assign(new Error('gone'), { code: 'ECONNRESET' }), gone as never);
  t.same(destroyed, ['gone']);
});

t.test('while the service stops, what was on its way is told so', async (t) => {
  const { app, port } = await listening(t);
  const socket = connect(port, '127.0.0.1');
  // The second request has begun to arrive when the first is answered: its connection is not idle.
  socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n');
  await once(socket, 'data');
  app.whenClosing(() => socket.write('\r\n'));
  const closed = app.close();
  const [answer] = (await once(socket, 'data')) as [Buffer];
  isOurs(t, answer.toString('latin1'), 503, 'stopping');
  t.match(answer.toString('latin1'), /^retry-after: 2\r$/m);
  t.match(answer.toString('latin1'), /^connection: close\r$/im);
  await closed;
});

t.test('an address says which methods it takes, and HEAD is what GET is', async (t) => {
  const { app, post } = await service(t);
  await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } });
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, Record<string, unknown>> }>();
  const headers = { authorization: 'Test auditor' };
  let asked = 0;
  // Requests for missing addresses are limited by address.
  const from = () => ({ remoteAddress: `198.51.100.${asked++ % 250}` });
  for (const [path, operations] of Object.entries(paths)) {
    const url = path.replace('{fund}', 'testshire-2016-17').replace(/\{\w+\}/g, 'x');
    const takes = Object.keys(operations).flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : ['POST']));
    for (const method of ['DELETE', 'OPTIONS', ...(takes.includes('POST') ? [] : ['POST'])] as const) {
      const refused = await app.inject({ method: method as 'PUT', url, headers, ...from() });
      t.match(refused, { statusCode: 405, headers: { allow: takes.sort().join(', ') } }, `${method} ${path}`);
      t.match(refused.json(), { code: 'method_not_allowed' });
    }
    if (!takes.includes('GET')) continue;
    const [get, head] = await Promise.all(
      (['GET', 'HEAD'] as const).map((method) => app.inject({ method, url: `${url}?known-at=2016-03-01`, headers })),
    );
    t.equal(head!.statusCode, get!.statusCode, path);
    t.equal(head!.body, '', path);
    for (const name of ['content-type', 'cache-control', 'etag', 'content-security-policy']) {
      t.equal(head!.headers[name], get!.headers[name], `${path}: ${name}`);
    }
  }
  t.match(await app.inject({ method: 'POST', url: '/health' }), { statusCode: 405, headers: { allow: 'GET, HEAD' } });
  t.equal((await app.inject({ method: 'PROPFIND' as never, url: '/health' })).statusCode, 405);
  t.equal((await app.inject({ method: 'PUT', url: '/nothing' })).statusCode, 404);
  t.equal((await app.inject({ method: 'PUT', url: '/docs/static/index.html' })).statusCode, 405);
});

t.test('nobody on the way stores a figure, but an answer with a tag', async (t) => {
  const { get, post } = await service(t);
  await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } });
  const cached = async (path: string) => (await get(path)).headers['cache-control'];
  t.equal(await cached(fund('/gap')), 'no-store');
  t.equal(await cached(fund('/proposals')), 'no-store', 'the tag of a revision is no tag of an answer');
  t.equal(await cached(fund('/gap?format=csv')), 'no-store');
  t.equal(await cached('/v1/events'), 'no-store');
  t.equal(await cached(fund('/nothing')), 'no-store');
  t.equal(await cached(fund('/gap?on=2016-04-01&known-at=2016-03-01')), 'private, no-cache');
});

t.test('a body is JSON as it is: not compressed, and no name twice', async (t) => {
  const { post, ledger } = await service(t);
  const head = await ledger.store.head();
  const body = JSON.stringify({ fact: { type: 'PlanLineSet', data: line() } });
  const refused = async (sent: string, headers: Record<string, string> = {}) => {
    const answer = await post(fund('/facts'), sent, 'pool-manager', headers);
    return { status: answer.statusCode, headers: answer.headers, ...answer.json<{ code: string; detail: string }>() };
  };
  t.match(await refused(body, { 'content-encoding': 'gzip' }), {
    status: 415,
    code: 'body_compressed',
    detail: /"gzip"/,
    headers: { 'accept-encoding': 'identity' },
  });
  t.match(await refused(body.replace('"amount"', '"amount":"1.00","amount"')), {
    status: 400,
    code: 'name_repeated',
    detail: /"amount" occurs twice/,
  });
  t.match(await refused(body.replace('"amount"', '"\\u0061mount":"1.00","amount"')), { code: 'name_repeated' });
  t.match(await refused('{"fact":1,"fact":2}'), { code: 'name_repeated' });
  t.equal(await ledger.store.head(), head);
  const again = await post(fund('/facts'), body, 'pool-manager', { 'content-encoding': 'Identity' });
  t.equal(again.statusCode, 201);
});

t.test('text that is no UTF-8 is not guessed at', async (t) => {
  const { app } = await service(t);
  const answer = await app.inject({
    method: 'POST',
    url: fund('/facts'),
    headers: { authorization: 'Test pool-manager', 'content-type': 'application/json', 'idempotency-key': 'utf' },
    payload: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  });
  t.match(answer.json(), { status: 400, code: 'body_not_json', detail: /UTF-8/ });
});

t.test('a demonstration answers to this machine’s own names only', async (t) => {
  const { app } = await service(t, { demonstration: true });
  const asked = async (host: string) => (await app.inject({ url: '/health', headers: { host } })).statusCode;
  for (const host of ['127.0.0.1:8181', 'localhost', 'LOCALHOST:1', '[::1]:8181', '127.0.0.1']) {
    t.equal(await asked(host), 200, host);
  }
  for (const host of ['ledger.example', 'localhost.example:80', '127.0.0.1.example', '10.0.0.1']) {
    t.equal(await asked(host), 421, host);
  }
  const { app: real } = await service(t);
  t.equal((await real.inject({ url: '/health', headers: { host: 'ledger.example' } })).statusCode, 200);
});

t.test('a tag that a proxy has changed, or that names no state, is refused in words that say so', async (t) => {
  const { post } = await service(t);
  const refused = async (tag: string) =>
    (
      await post(fund('/proposals/6158e32f-7fd2-4cef-93fd-d29dd78439c4/agreement'), {}, 'county-finance', {
        'if-match': tag,
      })
    ).json<{ code: string; detail: string }>();
  for (const tag of ['W/"17"', '"17-gzip"', '"17;gzip"', 'W/"17--gzip"']) {
    const answer = await refused(tag);
    t.match(answer, { code: 'if_match_stale', detail: /a proxy .* compresses answers.*"17".*uncompressed/ }, tag);
  }
  t.match(await refused('*'), { code: 'if_match_missing', detail: /stands for any state/ });
  t.match(await refused('"x"'), { code: 'if_match_stale', detail: /not an ETag of this service/ });
  t.match(await refused('"1", "2"'), { code: 'if_match_stale', detail: /not an ETag of this service/ });
});

t.test('Accept is read by its grammar', async (t) => {
  const { get } = await service(t);
  const type = async (accept: string) =>
    String((await get(fund('/gap'), 'auditor', { accept })).headers['content-type']).split(';', 1)[0];
  for (const accept of ['text/csv', 'TEXT/CSV', 'text/*', 'text/csv, */*;q=0.1', 'application/json;q=0.5, text/csv']) {
    t.equal(await type(accept), 'text/csv', accept);
  }
  for (const accept of [
    '*/*',
    'application/json',
    'application/json, text/csv;q=0.9',
    'text/csv;q=0',
    'text/csvx',
    'text/html',
    'application/json;q=1.0, text/csv;q=0.5, */*;q=0.1',
  ]) {
    t.equal(await type(accept), 'application/json', accept);
  }
});
