import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { RULES } from '../../src/domain/rules.js';
import { createSignIn, issueToken, localKey, type SignIn } from '../../src/http/sign-in.js';
import { Refusal } from '../../src/domain/rules.js';
import { eventId } from '../../src/ledger/acts/event-id.js';
import { OutcomeUnknown, StoreUnavailable } from '../../src/store/event-store.js';
import { settableClock } from '../../src/ledger/clock.js';
import { at, carried, folder, FUND, line, openedLedger, stated } from '../support/ledger.js';
import { encode } from '../../src/ledger/catalogue.js';
import { fund, service } from './support.js';

const HOUR = 3600;
const nowSeconds = (): number => Math.floor(performance.timeOrigin / 1000);
const reason = (outcome: Awaited<ReturnType<SignIn>>): string =>
  outcome instanceof Refusal ? outcome.rule : outcome.officer;

t.test('a small site signs in with tokens of the ledger’s own key', async (t) => {
  const file = join(folder(t), 'ledger.key.json');
  const key = await localKey(file);
  t.same(await localKey(file), key, 'the key is made once');
  const signIn = await createSignIn({ localKey: key, demonstration: false });
  const token = await issueToken(key, 'county-finance', 8, nowSeconds());
  t.match(await signIn(`Bearer ${token}`), { officer: 'county-finance', by: 'local-key', until: Number });
  t.equal(reason(await signIn(undefined)), 'not_signed_in');
  for (const [name, header] of Object.entries({
    'no token': 'Bearer',
    'too many words': `Bearer ${token} more`,
    'another scheme': `Basic ${token}`,
    'a demonstration identity where there is none': 'Demonstration county-finance',
    'the name of the service itself': `Bearer ${await issueToken(key, 'ledger-service', 8, nowSeconds())}`,
    'a changed token': `Bearer ${token.slice(0, -4)}AAAA`,
    'an expired token': `Bearer ${await issueToken(key, 'county-finance', 1, nowSeconds() - 9 * HOUR)}`,
    'a token of another key': `Bearer ${await issueToken(await localKey(join(folder(t), 'other')), 'county-finance', 8, nowSeconds())}`,
    'no token at all': 'Bearer x',
  })) {
    t.equal(reason(await signIn(header)), 'sign_in_refused', name);
  }
  for (const broken of ['a secret', '{"d":"a secret"}', JSON.stringify({ ...key, d: 'a secret' })]) {
    writeFileSync(file, broken);
    await t.rejects(localKey(file), /cannot be read as a key/);
    await localKey(file).catch((error: unknown) => {
      t.notMatch((error as Error).message, /secret/, 'not a byte of it is told');
      t.equal((error as Error).cause, undefined);
    });
  }
  await t.rejects(localKey(folder(t)), /cannot be read: EISDIR/);
});

t.test('a key is made whole, for its owner alone, and once, however many begin at the same moment', async (t) => {
  const file = join(folder(t), 'ledger.key.json');
  const all = await Promise.all(Array.from({ length: 8 }, () => localKey(file)));
  for (const key of all) t.same(key, all[0]);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.same(readdirSync(dirname(file)), ['ledger.key.json'], 'nothing is left beside it');
});

t.test('a key that cannot be written leaves nothing that would be taken for one', async (t) => {
  const file = join(folder(t), 'ledger.key.json');
  const made = new URL('../../src/http/sign-in.js', import.meta.url).href;
  const script = `import { localKey } from '${made}'; await localKey(process.argv[1])`;
  const { status, stderr } = spawnSync(
    'bash',
    [
      '-c',
      'ulimit -f 0; exec "$0" --input-type=module -e "$1" "$2" 2>&1 | cat >&2; exit ${PIPESTATUS[0]}',
      process.execPath,
      script,
      file,
    ],
    { encoding: 'utf8' },
  );
  t.not(status, 0);
  t.match(stderr, /EFBIG/);
  t.same(readdirSync(dirname(file)), []);
  await localKey(file);
});

t.test('a token that was found right is looked at again within a minute, and never taken past its end', async (t) => {
  const key = await localKey(join(folder(t), 'ledger.key.json'));
  const clock = settableClock(at('2016-03-01T09:00:00Z'));
  const signIn = await createSignIn({ localKey: key, demonstration: false, clock });
  const token = `Bearer ${await issueToken(key, 'county-finance', 1, clock.now() / 1000)}`;
  const first = await signIn(token);
  t.equal(await signIn(token), first, 'it is not checked twice in a moment');
  clock.set(at('2016-03-01T09:01:00Z'));
  const second = await signIn(token);
  t.not(second, first);
  t.same(second, first);
  clock.set(at('2016-03-01T09:59:59Z'));
  t.equal(reason(await signIn(token)), 'county-finance');
  clock.set(at('2016-03-01T10:01:00Z'));
  t.equal(reason(await signIn(token)), 'sign_in_refused');
});

t.test('so many tokens at once are only checked more often', async (t) => {
  const key = await localKey(join(folder(t), 'ledger.key.json'));
  const clock = settableClock(at('2016-03-01T09:00:00Z'));
  const signIn = await createSignIn({ localKey: key, demonstration: false, clock });
  const tokens = await Promise.all(
    Array.from({ length: 1_001 }, (_, index) => issueToken(key, `officer-${index}`, 1, clock.now() / 1000)),
  );
  const first = await signIn(`Bearer ${tokens[0]!}`);
  for (const [index, token] of tokens.entries()) {
    t.equal(reason(await signIn(`Bearer ${token}`)), `officer-${index}`);
  }
  t.not(await signIn(`Bearer ${tokens[0]!}`), first);
});

t.test('an organisation signs in with tokens of its identity provider', async (t) => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' };
  const provider = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  t.teardown(() => provider.close());
  const signIn = await createSignIn({
    provider: {
      jwksUrl: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/`,
      issuer: 'https://id.example',
      audience: 'ledger',
      claim: 'oid',
    },
    demonstration: false,
  });
  const token = (claims: object, issuer = 'https://id.example', audience = 'ledger', typ = 'at+jwt') =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one', typ })
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime(nowSeconds() + 8 * HOUR)
      .sign(privateKey);
  t.match(await signIn(`Bearer ${await token({ oid: 'county-finance', sub: 'x' })}`), {
    officer: 'county-finance',
    by: 'jwks https://id.example',
  });
  t.equal(
    reason(await signIn(`Bearer ${await token({ sub: 'county-finance' })}`)),
    'sign_in_refused',
    'no claim that names the officer',
  );
  t.equal(reason(await signIn(`Bearer ${await token({ oid: 'a' }, 'https://elsewhere.example')}`)), 'sign_in_refused');
  t.equal(
    reason(await signIn(`Bearer ${await token({ oid: 'a' }, 'https://id.example', 'another-service')}`)),
    'sign_in_refused',
  );
  const typed = (typ: string, claims: object = {}) =>
    token({ oid: 'a', ...claims }, undefined, undefined, typ).then((text) => signIn(`Bearer ${text}`));
  for (const typ of ['JWT', 'jwt', 'application/at+jwt']) t.equal(reason(await typed(typ)), 'a', typ);
  for (const typ of ['logout+jwt', 'dpop+jwt', 'secevent+jwt', '']) {
    t.equal(reason(await typed(typ)), 'sign_in_refused', `a token of the type ${typ}`);
  }
  t.equal(
    reason(await typed('JWT', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })),
    'sign_in_refused',
    'a logout token without a type of its own',
  );
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"oid":"a"}').toString('base64url')}.`;
  t.equal(reason(await signIn(`Bearer ${unsigned}`)), 'sign_in_refused');
});

t.test('nobody signs in where no way is configured, and a demonstration takes anybody at their word', async (t) => {
  t.equal(reason(await (await createSignIn({ demonstration: false }))('Bearer x')), 'sign_in_refused');
  t.same(await (await createSignIn({ demonstration: true }))('Demonstration norfolk-auditor'), {
    officer: 'norfolk-auditor',
    by: 'demonstration',
  });
  t.equal(
    reason(await (await createSignIn({ demonstration: true }))('Demonstration ledger-service')),
    'sign_in_refused',
    'but not for the service itself',
  );
});

t.test('every route asks who you are, but health, metrics and the documentation', async (t) => {
  const key = await localKey(join(folder(t), 'key'));
  const { app } = await service(t, {
    signIn: await createSignIn({ localKey: key, demonstration: false }),
    demonstration: true,
  });
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, Record<string, object>> }>();
  let asked = 0;
  for (const [path, methods] of Object.entries(paths)) {
    for (const method of Object.keys(methods)) {
      const response = await app.inject({
        method: method.toUpperCase() as 'GET',
        url: path.replace(/\{\w+\}/g, 'x'),
        // Failed sign-ins are limited by address.
        remoteAddress: `192.0.2.${asked % 250}`,
      });
      t.equal(response.statusCode, 401, `${method} ${path}`);
      t.match(response.headers['www-authenticate'], /^Bearer/);
      asked++;
    }
  }
  t.ok(asked >= 30, `${asked} routes`);
  for (const path of ['/health', '/ready', '/metrics', '/problems', '/openapi.json', '/docs/']) {
    t.equal((await app.inject(path)).statusCode, 200, path);
  }
  t.equal((await app.inject('/')).headers.location, '/docs');
});

/** Role × route × partner: who may do what, all of it. The rest is refused. */
t.test('each act is for the officers of its partner, in its roles, and for nobody else', async (t) => {
  const acts = [
    { type: 'PlanLineSet', data: line(), path: '/facts', may: ['pool-manager', 'county-finance', 'county-chief'] },
    {
      type: 'ContributionAgreed',
      data: {
        effective: '2016-04-01',
        contribution: 'n',
        payer: 'north-ccg',
        source: 'NHS_ADD',
        amount: '1.00',
        recurrent: true,
        instalments: [{ due: '2016-04-01', amount: '1.00' }],
      },
      path: '/proposals',
      may: ['north-ccg-finance', 'north-ccg-chief', 'county-finance', 'county-chief'],
    },
    {
      type: 'GapStated',
      data: { effective: '2016-04-01', claimant: 'Press', statedOn: '2016-04-01', amount: '1.00', basis: 'x' },
      path: '/facts',
      may: [
        'pool-manager',
        'county-finance',
        'county-chief',
        'north-ccg-finance',
        'north-ccg-chief',
        'south-ccg-finance',
        'east-district-finance',
      ],
    },
    {
      type: 'PeriodClosed',
      data: { effective: '2016-04-30', period: 1 },
      path: '/proposals',
      may: ['pool-manager', 'county-finance', 'county-chief'],
    },
  ];
  const officers = [
    'registrar',
    'pool-manager',
    'auditor',
    'county-finance',
    'county-chief',
    'north-ccg-finance',
    'north-ccg-chief',
    'south-ccg-finance',
    'east-district-finance',
    'stranger',
  ];
  const { post, ledger } = await service(t);
  ledger.now('2016-05-01T09:00:00Z');
  for (const { type, data, path, may } of acts) {
    for (const officer of officers) {
      const response = await post(`${fund(path)}?dry-run=true`, { fact: { type, data } }, officer);
      t.equal(response.statusCode, may.includes(officer) ? 200 : 403, `${type} by ${officer}`);
    }
  }
});

t.test('what was posted at one service can be waited for at another', async (t) => {
  const { get, post, ledger } = await service(t);
  const ask = (position: string) => get(fund(`/gap?wait-for=${position}`));
  const posted = await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } });
  const { position } = posted.json<{ position: string }>();
  t.match((await ask(position)).json(), { requirement: '1000000.00', ledger: { position } });
  t.match((await ask('x')).json(), { code: 'fields_invalid' });
  const metadata = carried({ recordedAt: '2016-03-01T09:00:00.000Z', officer: 'pool-manager', role: 'pool-manager' });
  const elsewhere = encode(eventId('x', 'elsewhere', 0), 'PlanLineSet', line({ line: 'more' }) as never, metadata);
  const { position: next } = await ledger.store.append(`fund-${FUND}`, 1n, [elsewhere]);
  t.match((await ask(next)).json(), { requirement: '2000000.00', ledger: { position: next } });
  t.match((await ask('999999999999999')).json(), {
    status: 503,
    code: 'not_read_yet',
    detail: `This service has read up to position ${next}.`,
  });
  await ledger.ledger.projector.stop();
  t.match((await ask('999999999999999')).json(), { code: 'read_model_faulted' });
});

t.test('the service says that it lives, whether it is ready, and what it does', async (t) => {
  const { app, get, post, ledger } = await service(t, { metricsToken: 'the-token-of-metrics' });
  t.same((await app.inject('/health')).json(), { status: 'alive' });
  t.match((await app.inject('/ready')).json(), {
    ready: true,
    projector: { state: 'live', size: 6, position: await ledger.position(6), lagSeconds: 0 },
  });
  await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } });
  await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } });
  await get(fund('/gap'));
  const headers = { authorization: 'Bearer the-token-of-metrics' };
  const metrics = (await app.inject({ url: '/metrics', headers })).body;
  t.match(metrics, /bcf_events_recorded_total\{type="PlanLineSet"\} 1/);
  t.match(metrics, /bcf_refusals_total\{rule="identifier_used"\} 1/);
  t.match(metrics, /bcf_projector_state\{state="live"\} 1/);
  t.match(metrics, /bcf_ledger_events 7/);
  t.match(metrics, /route="\/v1\/funds\/:fund\/gap"/);
  await ledger.ledger.projector.stop();
  const stopped = await app.inject('/ready');
  t.equal(stopped.statusCode, 503);
  t.match(stopped.json(), { ready: false, projector: { state: 'stopped' } });
});

t.test('every rule has a page, and a page is the type of its problem', async (t) => {
  const { app } = await service(t);
  const list = (await app.inject('/problems')).body;
  for (const code of Object.keys(RULES)) {
    t.ok(list.includes(`href="/problems/${code}"`), code);
    const page = await app.inject(`/problems/${code}`);
    t.equal(page.statusCode, 200);
    t.match(page.headers['content-type'], /html/);
  }
  t.match((await app.inject('/problems/constructor')).json(), { code: 'not_found' });
  t.match((await app.inject({ method: 'DELETE', url: '/v1/nothing' })).json(), { code: 'not_found' });
});

t.test('a stream that was never opened as a fund is nobody’s to see', async (t) => {
  const { get, ledger } = await service(t);
  const metadata = carried({ officer: 'pool-manager', role: 'pool-manager' });
  const { position } = await ledger.store.append('fund-ghost-2016-17', 'no_stream', [
    encode(eventId('x', 'x', 0), 'PlanLineSet', line() as never, metadata),
  ]);
  await ledger.ledger.projector.whenTaken(position);
  t.match((await get('/v1/funds/ghost-2016-17/gap', 'south-ccg-finance')).json(), { code: 'not_your_fund' });
  t.match((await get('/v1/funds/ghost-2016-17/gap')).json(), { code: 'fund_unknown' });
});

t.test('headers forbid framing and foreign scripts on pages, and everything where an answer is data', async (t) => {
  const { app, get } = await service(t);
  for (const page of ['/problems', '/docs/']) {
    const { headers } = await app.inject(page);
    const policy = String(headers['content-security-policy']);
    t.match(policy, /default-src 'self'.*frame-ancestors 'none'/);
    t.notMatch(
      policy,
      /upgrade-insecure-requests/,
      'where there is no TLS in front of it, a page loads its parts all the same',
    );
    t.equal(headers['x-content-type-options'], 'nosniff');
  }
  const bad = await app.inject('/v1/%zz');
  t.equal(bad.statusCode, 404);
  t.equal(bad.headers['x-content-type-options'], 'nosniff', 'also where an address cannot be read');
  t.match(
    (await get('/%761/funds')).headers,
    { 'content-security-policy': /^default-src 'none'/ },
    'however it is spelt',
  );
  t.match((await get('/v1/funds')).headers, {
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'cross-origin-resource-policy': 'same-origin',
    'strict-transport-security': /^max-age=/,
    'referrer-policy': 'no-referrer',
  });
});

t.test('too many requests are turned away with the time to wait', async (t) => {
  const { get } = await service(t, { requestsPerMinute: 2 });
  await get('/v1/funds');
  await get('/v1/funds');
  const third = await get('/v1/funds');
  t.match(third.json(), { status: 429, code: 'too_many_requests', detail: /Only 2 requests a minute/ });
  t.ok(third.headers['retry-after']);
  t.equal((await get('/v1/funds', 'county-finance')).statusCode, 200, 'each client has its own measure');
});

t.test('whoever goes on failing to sign in is turned away, and nobody else', async (t) => {
  const signIn = await createSignIn({ demonstration: true });
  const { app } = await service(t, { signIn });
  const ask = (authorization: string) => app.inject({ url: '/v1/funds', headers: { authorization } });
  for (let tries = 0; tries < 60; tries++) t.equal((await ask(`Bearer ${tries}`)).statusCode, 401);
  t.match((await ask('Bearer again')).json(), {
    code: 'too_many_requests',
    detail: /Too many attempts to sign in failed/,
  });
  t.equal((await ask('Demonstration auditor')).statusCode, 200);
});

t.test('a path out of the documentation’s folder leads nowhere', async (t) => {
  const { app } = await service(t);
  t.match((await app.inject('/docs/static/%2e%2e/%2e%2e/package.json')).json(), { code: 'not_found' });
});

t.test('a clock that steps back hides nobody’s act', async (t) => {
  const { get, post, ledger } = await service(t);
  ledger.now('2016-03-01T08:59:55Z');
  await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } });
  t.match((await get(fund('/gap'))).json(), { requirement: '1000000.00' });
});

t.test('what a client writes in its key is kept nowhere', async (t) => {
  const { get, post } = await service(t);
  await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } }, 'pool-manager', {
    'idempotency-key': 'patient-9434765919',
  });
  t.notMatch((await get('/v1/events')).body, '9434765919');
});

t.test('a stream ends with the mandate, and with the token, that it was opened under', async (t) => {
  let until: number | undefined;
  const { app, ledger } = await service(t, {
    signIn: async () => ({ officer: 'registrar', by: 'test', ...(until !== undefined && { until }) }),
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const after = await ledger.position(6);
  const follow = async () =>
    messages(
      await fetch(`${address}/v1/events?after=${after}`, {
        headers: { authorization: 'x', accept: 'text/event-stream' },
      }),
    );
  until = ledger.clock.now() + 1000;
  const one = await follow();
  ledger.now('2016-03-01T10:00:00Z');
  until = undefined;
  const two = await follow();
  await ledger.post(
    'registrar',
    'MandateEnded',
    { effective: '2016-03-01', officer: 'registrar', partner: 'county', role: 'registrar', reason: 'left' },
    'register',
  );
  t.match((await two.next()).value, { event: 'MandateEnded' }, 'to the end of the last day');
  t.ok((await one.next()).done, 'the token had ended');
  ledger.now('2016-03-02T10:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  t.ok((await two.next()).done);
});

t.test('faults of the store and of the service are told apart, and not told in full', async (t) => {
  const { get, post, ledger } = await service(t);
  const { submit } = ledger.ledger;
  const answers = async (error: Error): Promise<{ code: string; detail: string }> => {
    ledger.ledger.submit = () => Promise.reject(error);
    const response = await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } });
    ledger.ledger.submit = submit;
    return response.json();
  };
  t.match(await answers(new StoreUnavailable('disk full at /var')), {
    status: 503,
    code: 'store_unavailable',
    detail: RULES.store_unavailable.why,
  });
  t.match(await answers(new OutcomeUnknown('no answer')), { status: 503, code: 'outcome_unknown' });
  t.match(await answers(new Error('a secret')), {
    status: 500,
    code: 'internal_error',
    detail: RULES.internal_error.why,
  });
  await ledger.ledger.projector.stop();
  t.equal((await get(fund('/gap'))).statusCode, 200, 'the last good state goes on being served');
  t.match((await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } })).json(), {
    code: 'read_model_faulted',
  });
});

t.test(
  'after an event that cannot be read, figures are served as they stood, and nothing more is posted',
  async (t) => {
    const ledger = await openedLedger(t);
    await ledger.store.append(`fund-${FUND}`, 0n, [
      { id: eventId('x', 'x', 0), type: 'Unheard', data: '{}', metadata: '{"recordedAt":"2016-03-01T09:00:00.000Z"}' },
    ]);
    await t.rejects(
      ledger.ledger.projector.whenTaken((await ledger.store.head())!),
      /Unheard at revision 1 .* cannot be read/,
    );
    const { app, get, post } = await service(t, {}, ledger);
    t.match((await app.inject('/ready')).json(), { ready: false, projector: { state: 'faulted', fault: /Unheard/ } });
    t.match((await get(fund('/gap'))).json(), { ledger: { size: 6 } });
    t.match((await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } })).json(), {
      status: 503,
      code: 'read_model_faulted',
    });
  },
);

t.test('the events can be read as JSON lines, those that you may see', async (t) => {
  const { get, ledger } = await service(t);
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: '2017-04-01', area: 'testshire', year: '2017-18', host: 'county', partners: ['county', 'north-ccg'] },
    'testshire-2017-18',
  );
  const read = async (query = '', officer = 'auditor') =>
    (await get(`/v1/events${query}`, officer)).body
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text) as { position: string; stream: string; hash: string });
  const all = await read();
  const positions = (await ledger.store.readAll()).map((each) => each.position);
  t.equal(positions.length, 7);
  t.same(
    all.map((each) => each.position),
    positions,
  );
  t.match(all[0], {
    stream: 'register',
    revision: '0',
    type: 'LedgerOpened',
    hash: /^[0-9a-f]{64}$/,
    data: { effective: '2016-01-01' },
    metadata: { officer: 'registrar' },
  });
  t.same(
    (await read(`?after=${positions[4]!}`)).map((each) => each.position),
    positions.slice(5),
  );
  t.same(await read(`?after=${positions[6]!}`), []);
  const seen = new Set((await read('', 'south-ccg-finance')).map((each) => each.stream));
  t.ok(seen.has('register'));
  t.notOk(seen.has('fund-testshire-2017-18'));
  t.match((await get('/v1/events?after=x')).json(), { code: 'fields_invalid' });
});

async function* messages(response: Response): AsyncGenerator<{ id: string; event: string; data: string }> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((each) => [each.split(':', 1)[0]!, each.slice(each.indexOf(':') + 1).trim()]),
      );
      text = text.slice(end + 2);
      if (fields['id']) yield fields as never;
    }
  }
}

async function listening(t: Test) {
  const made = await service(t);
  const address = await made.app.listen({ port: 0, host: '127.0.0.1' });
  const follow = (headers: Record<string, string> = {}) =>
    fetch(`${address}/v1/events`, {
      headers: { authorization: 'Test auditor', accept: 'text/event-stream', ...headers },
    });
  return { ...made, address, follow };
}

t.test('more events than fit a page are all read, and a reader who goes away is let go', async (t) => {
  const { get, ledger, follow } = await listening(t);
  await stated(ledger, 1_100);
  t.equal((await get('/v1/events')).body.trim().split('\n').length, 1_106);
  const stream = messages(await follow());
  for (let index = 0; index < 1_106; index++) await stream.next();
  await stream.return(undefined);
  await ledger.post('pool-manager', 'PlanLineSet', line());
});

t.test('the events can be followed as they come, and resumed, and a stop ends the stream', async (t) => {
  const { app, ledger, follow } = await listening(t);
  const stream = messages(await follow());
  const seen: string[] = [];
  for (let index = 0; index < 6; index++) seen.push(((await stream.next()).value as { id: string }).id);
  t.same(
    seen,
    (await ledger.store.readAll()).map((each) => each.position),
  );
  const next = stream.next();
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const { value } = (await next) as { value: { id: string; event: string; data: string } };
  const position = await ledger.position(7);
  t.match(value, { id: position, event: 'PlanLineSet' });
  t.match(JSON.parse(value.data), { position, data: { line: 'home-care' } });
  const resumed = messages(await follow({ 'last-event-id': seen.at(-1)! }));
  t.match((await resumed.next()).value, { id: position });
  const ends = Promise.all([stream.next(), resumed.next()]);
  await app.close();
  t.same(
    (await ends).map((each) => each.done),
    [true, true],
  );
});
