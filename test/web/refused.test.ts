import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { errorCodes } from 'fastify';
import t from 'tap';
import { REQUEST_RULES } from '../../src/domain/request-rules.js';
import { Refusal, RULES, tooManyFiles, tooManyPages, type RuleCode } from '../../src/domain/rules.js';
import { refusalOf } from '../../src/http/problem.js';
import { refusedPage } from '../../src/web/refused.js';
import { ORIGIN, site } from './site.js';
import { readOf } from './walk.js';

/** A browser is told in plain words what is wrong with a request itself; a program hears the same as a problem document. */

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/** Words that are for programs. */
const TECHNICAL = /\b(JSON|HTTP|headers?|method|Content-\w+|Allow|token|GET|POST|DELETE|PUT)\b/;

interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN };

const REFUSED: Readonly<Record<string, readonly [sent: Sent, status: number, words: string]>> = {
  'a form for a page that takes none': [
    { method: 'POST', url: '/help', headers: FORM, payload: 'a=b' },
    405,
    'Nothing can be sent to this page',
  ],
  'a method of programs': [{ method: 'DELETE', url: '/funds' }, 405, 'Nothing can be sent to this page'],
  'an address that is too long': [
    { method: 'GET', url: `/find?text=${'x'.repeat(5_000)}` },
    414,
    'The address is too long',
  ],
  'a long address of no page': [{ method: 'GET', url: `/${'x'.repeat(5_000)}` }, 414, 'The address is too long'],
  'a long name in an address': [{ method: 'GET', url: `/funds/${'x'.repeat(200)}` }, 414, 'The address is too long'],
  'an address that cannot be read': [{ method: 'GET', url: '/funds/%zz' }, 404, 'Page not found'],
  'a form for no page': [{ method: 'POST', url: '/nowhere', headers: FORM, payload: 'a=b' }, 404, 'Page not found'],
  'a method of programs for no page': [{ method: 'PUT', url: '/nowhere' }, 404, 'Page not found'],
  'JSON for a form': [
    { method: 'POST', url: '/sign-in', headers: { 'content-type': 'application/json' }, payload: '{' },
    403,
    'That form did not come from a page of this service',
  ],
  'a form that is too large': [
    { method: 'POST', url: '/sign-in', headers: FORM, payload: `a=${'x'.repeat(600 * 1024)}` },
    413,
    'It is more than this page takes at once. Nothing of it is recorded.',
  ],
};

t.test('what is wrong with a request is told to a browser by a page', async (t) => {
  const { app } = await site(t);
  for (const [name, [{ headers, ...sent }, status, words]] of Object.entries(REFUSED)) {
    const ask = (accept: string) => app.inject({ ...sent, headers: { host: '127.0.0.1:8181', ...headers, accept } });
    const page = await ask(BROWSER);
    t.equal(page.statusCode, status, name);
    t.match(page.headers['content-type'], 'text/html', name);
    t.match(page.headers['content-security-policy'], "default-src 'none'", name);
    t.match(page.headers['cache-control'], 'no-store', name);
    t.match(page.body, words, name);
    const shown = readOf(/<main[\s\S]*<\/main>/.exec(page.body)![0].replace(/Rule: .*/, ''));
    t.notMatch(shown, TECHNICAL, name);
    if (sent.url.startsWith('/sign-in') || name === 'a long name in an address') continue;
    // Of a page that there is, the page says no to everybody.
    if (/^\/(find)/.test(sent.url)) continue;
    const problem = await ask('*/*');
    t.equal(problem.statusCode, status, `${name}, for a program`);
    t.match(problem.headers['content-type'], 'application/problem+json', `${name}, for a program`);
  }
  const api = await app.inject({
    method: 'DELETE',
    url: '/v1/funds',
    headers: { host: '127.0.0.1:8181', accept: BROWSER },
  });
  t.match(api.headers['content-type'], 'application/problem+json', 'what is for programs is for programs');
});

t.test('what cannot even be read is told to a browser by a page', async (t) => {
  const { app } = await site(t);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const sent = async (bytes: string): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let back = '';
    socket.on('data', (chunk: Buffer) => (back += chunk.toString('utf8')));
    await once(socket, 'connect');
    socket.write(bytes, 'latin1');
    await once(socket, 'end');
    socket.destroy();
    return back;
  };
  const head = (path: string, more: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${BROWSER}\r\n${more}\r\nConnection: close\r\n\r\n`;
  const cookies = `Cookie: ${'x'.repeat(20_000)}`;
  const [page, api] = [await sent(head('/', cookies)), await sent(head('/v1/funds', cookies))];
  t.match(page, /^HTTP\/1\.1 431 /);
  t.match(page, /^content-type: text\/html/im);
  t.match(page, 'It keeps more cookies for this address than the service reads.');
  t.match(api, /^content-type: application\/problem\+json/im);
  const broken = await sent(head('/', 'A B: c'));
  t.match(broken, /^HTTP\/1\.1 400 [\s\S]*What your browser sent cannot be read/);
});

t.test('a browser whose form comes too slowly is told so by a page', async (t) => {
  const { app } = await site(t);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  const asked = once(app.server, 'request');
  socket.write(
    `POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${BROWSER}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\na`,
  );
  const [request] = (await asked) as [{ readonly socket: never }];
  app.server.emit(
    'clientError',
    Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
    request.socket,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  t.match(answer.toString('utf8'), /^HTTP\/1\.1 408 [\s\S]*What you sent did not arrive in time/);
  socket.destroy();
});

/** Rules that only programs meet. */
const OF_PROGRAMS: readonly RuleCode[] = [
  'metrics_not_open',
  'not_signed_in',
  'name_repeated',
  'expectation_not_met',
  'key_missing',
  'sign_in_refused',
  'if_match_missing',
];

t.test('no refusal of a request speaks to a browser of what programs send', (t) => {
  const rules = Object.keys(REQUEST_RULES) as RuleCode[];
  for (const rule of rules.filter((each) => !OF_PROGRAMS.includes(each))) {
    const said = readOf(refusedPage(new Refusal(rule, 'What was refused.')).main.text.replace(/Rule: .*/, ''));
    t.notMatch(said, TECHNICAL, rule);
  }
  t.ok(rules.length > 10);
  t.end();
});

t.test('a remedy on a page points at what is there', (t) => {
  for (const rule of Object.keys(RULES) as RuleCode[]) {
    const said = readOf(refusedPage(new Refusal(rule, 'What was refused.')).main.text.replace(/Rule: .*/, ''));
    t.notMatch(said, /\bdetail\b|known-at|\{[a-z-]+\}/, rule);
  }
  t.end();
});

t.test('what another site sends to an address without a page signs nobody out', async (t) => {
  const { app } = await site(t);
  for (const url of ['/anything', '/v1x', '/%E0%A4%A', '/help', '/funds/nowhere', '/assets/nothing.css']) {
    const answer = await app.inject({
      method: 'POST',
      url,
      headers: { ...FORM, accept: BROWSER, origin: 'https://elsewhere.example' },
      payload: 'a=b',
    });
    t.ok([403, 404, 405].includes(answer.statusCode), `${url}: ${answer.statusCode}`);
    t.equal(answer.headers['set-cookie'], undefined, url);
  }
});

t.test('no page shows the words of the server’s own errors', (t) => {
  for (const [code, Made] of Object.entries(errorCodes)) {
    const error = new Made('one', 'two', 'three');
    const { rule, detail } = refusalOf(error);
    // An address that leads nowhere has a page of its own.
    if (rule === 'not_found') continue;
    const shown = refusedPage(new Refusal(rule, detail)).main.text;
    t.notMatch(shown, error.message, code);
  }
  t.end();
});

t.test('a limit says what it is of, and how long to wait', (t) => {
  const said = (refusal: Refusal): string => readOf(refusedPage(refusal).main.text);
  const file = said(tooManyFiles(100, 61));
  t.match(file, 'An officer may send 100 files an hour; try again in 2 minutes.');
  t.match(said(tooManyFiles(100, 1)), 'try again in 1 minute.');
  t.match(file, 'Wait that long. Then open the page again, or go back and send again what you sent.');
  t.notMatch(file, 'pages were asked for');
  t.match(said(tooManyPages(300, 'one officer', 7)), 'try again in 7 seconds.');
  t.end();
});
