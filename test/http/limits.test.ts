import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { refuse } from '../../src/domain/rules.js';
import { createShares } from '../../src/http/shares.js';
import { waitFor } from '../../src/http/waiting.js';
import { OPEN_PROPOSALS_MAX, OPEN_PROPOSALS_TEXT_MAX } from '../../src/ledger/act.js';
import { contribution, FUND, line, openedLedger, stated } from '../support/ledger.js';
import { fund, service, type Service } from './support.js';

t.test('whoever takes more than a tenth of the time is known, and forgotten after a while', async (t) => {
  let now = 0;
  const shares = createShares(() => now);
  shares.spent('heavy', 700);
  shares.spent('light', 10);
  now = 5_000;
  t.notOk(shares.isHeavy('heavy'));
  shares.spent('heavy', 400);
  t.ok(shares.isHeavy('heavy'));
  t.notOk(shares.isHeavy('light'));
  t.notOk(shares.isHeavy('nobody'));
  now = 10_000;
  t.notOk(shares.isHeavy('heavy'), 'the first slice has passed');
  shares.spent('heavy', 2_000);
  now = 100_000;
  t.notOk(shares.isHeavy('heavy'));
});

t.test('while requests wait, whoever causes it is turned away first', async (t) => {
  const { app, get } = await service(t, { waitMsMax: 2_000 });
  const { stop } = app.pressure;
  const waiting = (lateMs: number) => (app.pressure = { lateMs: () => lateMs, stop });
  app.shares.spent('county-finance', 1_500);
  waiting(100);
  t.equal((await get(fund('/gap'), 'county-finance')).statusCode, 200);
  waiting(400);
  const refused = await get(fund('/gap'), 'county-finance');
  t.match(refused.json(), { status: 503, code: 'overloaded', detail: /more than a tenth/ });
  t.ok(refused.headers['retry-after']);
  t.equal((await get(fund('/gap'), 'auditor')).statusCode, 200, 'and nobody else');
});

t.test('what is open to all is limited by address, made once, and no reason to refuse officers', async (t) => {
  const { app, get } = await service(t);
  const from = (remoteAddress: string, url: string) => app.inject({ url, remoteAddress });
  const first = await from('192.0.2.1', '/openapi.json');
  t.equal((await from('192.0.2.1', '/docs/json')).body, first.body);
  t.match((await from('192.0.2.1', '/docs/yaml')).body, /^openapi: 3.1.0/);
  for (let asked = 3; asked < 300; asked++) await from('192.0.2.1', '/');
  for (const url of ['/openapi.json', '/metrics', '/problems', '/nothing', '/v1/nothing', '/docs/']) {
    const refused = await from('192.0.2.1', url);
    t.match(refused.json(), { status: 429, code: 'too_many_requests' }, url);
    t.ok(Number(refused.headers['retry-after']) >= 1, url);
  }
  for (const url of ['/health', '/ready']) t.equal((await from('192.0.2.1', url)).statusCode, 200, url);
  t.equal((await from('192.0.2.2', '/problems')).statusCode, 200);
  t.equal((await get('/v1/funds')).statusCode, 200);
});

t.test('an address is the one that a trusted proxy names, and nobody else’s word', async (t) => {
  const fail = async ({ app }: Service, count: number, remoteAddress: string, forwarded: (index: number) => string) => {
    let status = 0;
    for (let index = 0; index < count; index++) {
      const headers = { 'x-forwarded-for': forwarded(index) };
      status = (await app.inject({ url: '/v1/funds', remoteAddress, headers })).statusCode;
    }
    return status;
  };
  const signIn = async () => refuse('sign_in_refused', 'no');
  const trusting = await service(t, { signIn, trustedProxies: ['10.0.0.0/8'] });
  t.equal(await fail(trusting, 61, '10.0.0.7', (index) => `192.0.2.${index}`), 401, 'each client by its own address');
  t.equal(await fail(trusting, 61, '10.0.0.7', () => '192.0.2.200'), 429);
  t.equal(await fail(trusting, 61, '203.0.113.1', (index) => `192.0.2.${index}`), 429, 'who is no proxy says nothing');
  const alone = await service(t, { signIn });
  t.equal(await fail(alone, 61, '10.0.0.7', (index) => `192.0.2.${index}`), 429);
  t.equal(await fail(alone, 61, '2001:db8:1:2::1', () => ''), 429);
  const neighbour = await alone.app.inject({ url: '/v1/funds', remoteAddress: '2001:db8:1:2::99' });
  t.equal(neighbour.statusCode, 429, 'a network of IPv6 is one address');
});

t.test('a good token without a mandate is no reason to ask for ever', async (t) => {
  const { get } = await service(t);
  for (let tries = 0; tries < 60; tries++) t.equal((await get('/v1/funds', 'stranger')).statusCode, 403);
  const refused = await get('/v1/funds', 'stranger');
  t.match(refused.json(), { code: 'too_many_requests', detail: /Too many attempts to sign in failed/ });
  t.ok(refused.headers['retry-after']);
  t.equal((await get('/v1/funds')).statusCode, 200);
});

t.test('whoever gives up waiting for an act is forgotten', async (t) => {
  const ledger = await openedLedger(t);
  const { store } = ledger;
  const { isAfter } = store;
  let looked = 0;
  store.isAfter = (a, b) => {
    if (a === '999999999999999') looked++;
    return isAfter(a, b);
  };
  await t.rejects(waitFor(ledger.ledger, '999999999999999', 1), /has read up to position/);
  looked = 0;
  await ledger.post('pool-manager', 'PlanLineSet', line());
  t.equal(looked, 0, 'nobody is looked after who has gone');
});

t.test('proposals are read page by page, and none is lost', async (t) => {
  const { get, post } = await service(t);
  const made: string[] = [];
  for (let index = 0; index < 5; index++) {
    const fact = { type: 'ContributionAgreed', data: contribution({ contribution: `offer-${index}` }) };
    const answer = await post(fund('/proposals'), { fact }, 'north-ccg-finance');
    made.push(answer.json<{ proposal: string }>().proposal);
  }
  interface Page {
    readonly proposals: readonly { readonly proposal: string }[];
    readonly next: string | null;
  }
  const seen: string[] = [];
  for (let after = ''; ;) {
    const page: Page = (await get(fund(`/proposals?limit=2${after}`))).json();
    t.ok(page.proposals.length <= 2);
    seen.push(...page.proposals.map(({ proposal }) => proposal));
    if (page.next === null) break;
    after = `&after=${page.next}`;
  }
  t.same(seen, made);
  t.equal((await get(fund('/proposals?format=csv'))).body.trim().split('\n').length, 6, 'a table has all');
});

t.test('an officer has so much on the table and no more, and is answered again as before', async (t) => {
  const { post, ledger } = await service(t);
  const propose = (name: string) =>
    post(
      fund('/proposals'),
      { fact: { type: 'ContributionAgreed', data: contribution({ contribution: name }) } },
      'north-ccg-finance',
      { 'idempotency-key': `quota-${name}` },
    );
  await propose('first');
  const { model } = ledger.ledger;
  const [open] = model.openProposals();
  const onTheTable = (count: number, text = 'x') => {
    const proposal = {
      ...open!.proposal,
      fact: { ...open!.proposal.fact, data: { ...open!.proposal.fact.data, text } },
    };
    model.openProposals = () => Array.from({ length: count }, () => ({ ...open!, proposal }));
  };
  const head = await ledger.store.head();
  onTheTable(OPEN_PROPOSALS_MAX);
  t.match((await propose('one-more')).json(), { status: 422, code: 'too_many_proposals', detail: /has 250 proposals/ });
  t.match(await propose('first'), { statusCode: 201, headers: { 'idempotency-replayed': 'true' } });
  onTheTable(3, 'x'.repeat(OPEN_PROPOSALS_TEXT_MAX / 3));
  t.match((await propose('one-more')).json(), { code: 'too_many_proposals', detail: /characters of text/ });
  t.equal(await ledger.store.head(), head);
  onTheTable(OPEN_PROPOSALS_MAX);
  const other = { fact: { type: 'ContributionAgreed', data: contribution({ contribution: 'other' }) } };
  t.equal((await post(fund('/proposals'), other, 'north-ccg-chief')).statusCode, 201, 'each officer has their own');
});

/** Services with streams of events. The test closes them at its end. */
async function feeding(t: Test, options: Parameters<typeof service>[1] = {}) {
  const made = await service(t, options);
  await made.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = made.app.server.address() as AddressInfo;
  const follow = async (officer = 'auditor', more = '') => {
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.write(
      `GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Test ${officer}\r\n${more}\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return { socket, answer: answer.toString(), status: Number(answer.toString().split(' ', 2)[1]) };
  };
  return { ...made, follow };
}

t.test('each officer follows events some times at once, and all together too', async (t) => {
  const { follow } = await feeding(t, { feeds: { perOfficer: 2, inAll: 3 } });
  const first = await follow();
  t.equal(first.status, 200);
  t.equal((await follow()).status, 200);
  const third = await follow();
  t.equal(third.status, 429);
  t.match(third.answer, /too_many_feeds[\s\S]*auditor already has 2 connections|auditor already has 2 connections/);
  t.equal((await follow('county-finance')).status, 200);
  t.equal((await follow('north-ccg-finance')).status, 429, 'three in all');
  first.socket.destroy();
  let status = 429;
  while (status === 429) ({ status } = await follow());
  t.equal(status, 200, 'a place is free once a reader has gone');
});

t.test('a reader that takes nothing is let go, and others read on', async (t) => {
  const { app, follow, ledger } = await feeding(t, { feeds: { stalledMs: 200 } });
  await stated(ledger, 10_000);
  const connected = once(app.server, 'connection') as Promise<[Socket]>;
  const slow = await follow();
  slow.socket.pause();
  const [served] = await connected;
  if (!served.closed) await new Promise((resolve) => served.once('close', resolve));
  // Data that has arrived is read only when the reader continues, and the end of the connection comes after it.
  slow.socket.resume();
  await once(slow.socket, 'close');
  t.pass('it was closed');
  const quick = await follow('auditor', `Last-Event-ID: ${(await ledger.store.head())!}\r\n`);
  const next = once(quick.socket, 'data');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  t.match((await next).toString(), /PlanLineSet/);
});

t.test('a stream that is resumed beyond the end of the ledger is told so', async (t) => {
  const { follow, get, app, ledger } = await feeding(t);
  const head = (await ledger.store.head())!;
  t.match(await follow('auditor', 'Last-Event-ID: 999999\r\n'), { status: 409, answer: /feed_beyond_head/ });
  t.match((await get('/v1/events?after=999999')).json(), { code: 'feed_beyond_head', detail: new RegExp(head) });
  const headers = { authorization: 'Test auditor' };
  t.equal((await app.inject({ method: 'HEAD', url: '/v1/events?after=999999', headers })).statusCode, 409);
  t.equal((await follow('auditor', `Last-Event-ID: ${head}\r\n`)).status, 200);
  t.equal((await get(`/v1/events?after=${head}`)).body, '');
});

t.test('one reading of the store serves all who follow', async (t) => {
  const { follow, ledger } = await feeding(t, { feeds: { perOfficer: 100 } });
  const after = `Last-Event-ID: ${(await ledger.store.head())!}\r\n`;
  const readers = [];
  for (let index = 0; index < 60; index++) readers.push((await follow('auditor', after)).socket);
  const { readAll } = ledger.store;
  let read = 0;
  ledger.store.readAll = (page) => {
    read++;
    return readAll(page);
  };
  const seen = readers.map(async (socket) => String((await once(socket, 'data'))[0]));
  await ledger.post('pool-manager', 'PlanLineSet', line());
  for (const text of await Promise.all(seen)) t.match(text, /PlanLineSet/);
  // A busy machine may read once more, for an event that is not yet there at the first reading.
  t.ok(read < 5, `${read} readings for ${readers.length} readers`);
  const failing = new Promise<void>((resolve) => {
    ledger.store.readAll = () => {
      ledger.store.readAll = readAll;
      resolve();
      return Promise.reject(new Error('not for now'));
    };
  });
  const again = readers.map(async (socket) => String((await once(socket, 'data'))[0]));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'second' }));
  await failing;
  for (const text of await Promise.all(again)) t.match(text, /second/, 'a reading that failed is tried again');
});

t.test(
  'the log says how requests went without what they asked; the log of access says who asked what, without figures',
  async (t) => {
    const logged: string[] = [];
    const asked: string[] = [];
    const to = (lines: string[]) => pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const { get, post, app } = await service(t, { logger: to(logged), accessLog: to(asked) });
    await get(fund('/gap?on=2016-04-01&known-at=2016-03-01'));
    await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line({ amount: '1234567.89' }) } });
    await app.inject({
      url: '/v1/funds?secret=9434765919',
      remoteAddress: '192.0.2.9',
      headers: { authorization: 'Test stranger' },
    });
    await app.inject('/health?token=abc');
    t.match(JSON.parse(logged[0]!), {
      msg: 'answered',
      route: '/v1/funds/:fund/gap',
      method: 'GET',
      status: 200,
      address: '127.0.0.1',
    });
    t.match(JSON.parse(asked[0]!), {
      msg: 'asked',
      officer: 'auditor',
      by: 'test',
      operation: 'gap',
      of: { fund: FUND },
      status: 200,
    });
    t.match(JSON.parse(asked[1]!), { officer: 'pool-manager', operation: 'post-fund-fact', status: 201 });
    t.match(JSON.parse(asked[2]!), { address: '192.0.2.9', operation: 'funds', status: 403 });
    t.equal(asked.length, 3, 'health is nobody’s question');
    for (const text of [...logged, ...asked]) t.notMatch(text, /2016-04-01|secret|9434765919|1234567|token/);
  },
);

t.test('metrics tell everybody how the service is, and the operator what is done', async (t) => {
  const { app, post } = await service(t, { metricsToken: 'a-token-of-the-operator' });
  await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } });
  const ask = (authorization?: string) =>
    app.inject({ url: '/metrics', headers: authorization ? { authorization } : {} });
  const open = await ask();
  t.match(open.body, /bcf_projector_state\{state="live"\} 1/);
  t.notMatch(open.body, /PlanLineSet|bcf_refusals|bcf_http_request|bcf_ledger_events/);
  t.match((await ask('Bearer a-token-of-the-operator')).body, /bcf_events_recorded_total\{type="PlanLineSet"\} 1/);
  t.match((await ask('Bearer another')).json(), { status: 401, code: 'metrics_not_open' });
  t.match(
    (
      await service(t).then((each) => each.app.inject({ url: '/metrics', headers: { authorization: 'Bearer ' } }))
    ).json(),
    {
      code: 'metrics_not_open',
    },
  );
});

t.test('whom to tell of a weakness is published where the operator has said it', async (t) => {
  const { app } = await service(t, { securityContact: 'mailto:security@example.gov.uk' });
  const answer = await app.inject('/.well-known/security.txt');
  t.match(answer.headers['content-type'], /^text\/plain/);
  t.match(answer.body, /^Contact: mailto:security@example.gov.uk\nExpires: 2016-08-\d\dT[\d:.]+Z\n/);
  const { app: silent } = await service(t);
  t.equal((await silent.inject('/.well-known/security.txt')).statusCode, 404);
});
