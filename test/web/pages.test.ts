import t from 'tap';
import { issueSignInLink, issueToken } from '../../src/http/sign-in.js';
import { DISPUTES, disputing, raised } from '../support/disputes.js';
import { FUND, contribution, line, openedLedger, openFund, type TestLedger } from '../support/ledger.js';
import { fieldsOf, site } from './site.js';

/** The pages as officers use them, without scripts, and as attackers would. */

const offer = async (ledger: TestLedger, more: Readonly<Record<string, unknown>> = {}) =>
  (
    await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: { type: 'ContributionAgreed', data: contribution(more) as never },
    })
  ).outcome.proposal!;

t.test(
  'an officer signs from home in two clicks, sees before what it changes, and afterwards its receipt',
  async (t) => {
    const { ledger, visitor } = await site(t);
    await ledger.post('pool-manager', 'PlanLineSet', line());
    const proposal = await offer(ledger);
    const officer = await visitor().signIn('county-finance');
    const home = await officer.get('/');
    t.match(home.body, /Waits for you/);
    t.match(home.body, `href="/proposals/${proposal}"`);
    const read = await officer.get(`/proposals/${proposal}`);
    t.match(
      read.body,
      /Offered, not signed<\/th><td[^>]*>1,000,000\.00<\/td><td[^>]*>0\.00<\/td><td[^>]*>−1,000,000\.00/,
    );
    t.match(read.body, 'C. Chief, director of finance, for Testshire County Council');
    const signed = await officer.send(read, `/proposals/${proposal}/sign`);
    t.match([signed.statusCode, signed.headers.location], [303, `/proposals/${proposal}`]);
    const again = await officer.send(read, `/proposals/${proposal}/sign`);
    t.equal(again.statusCode, 303, 'a double click signs once');
    const receipt = await officer.get(`/proposals/${proposal}`);
    t.match(receipt.body, /Recorded on 1 March 2016/);
    t.notMatch(receipt.body, 'action="/proposals');
    t.equal(ledger.ledger.model.stream('fund', `fund-${FUND}`).revision, 4);
    t.match(
      (await officer.get(`/funds/${FUND}`)).body,
      '£1 million is required: £1 million is funded, and nothing is missing.',
    );
    t.match((await officer.get('/')).body, 'Nothing waits for your signature.');
  },
);

t.test('where the figures have moved since they were read, nothing is signed and they are shown again', async (t) => {
  const { ledger, visitor } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const proposal = await offer(ledger);
  const officer = await visitor().signIn('county-finance');
  const read = await officer.get(`/proposals/${proposal}`);
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'more', amount: '5.00' }));
  const sent = await officer.send(read, `/proposals/${proposal}/sign`);
  t.equal(sent.statusCode, 409);
  t.match(sent.body, 'The figures have moved since you read them');
  t.equal((await officer.send(sent, `/proposals/${proposal}/sign`)).statusCode, 303);
});

t.test('an offer is declined with a reason, and taken back by its own side', async (t) => {
  const { ledger, visitor } = await site(t);
  const proposal = await offer(ledger);
  const officer = await visitor().signIn('county-finance');
  const form = await officer.get(`/proposals/${proposal}/decline`);
  const empty = await officer.send(form, `/proposals/${proposal}/decline`, { reason: ' ' });
  t.match([empty.statusCode, empty.body], [400, /Error: Decline this proposal/]);
  const patient = await officer.send(form, `/proposals/${proposal}/decline`, { reason: 'patient 943 476 5919' });
  t.equal(patient.statusCode, 422, 'a reason names no patient');
  t.match(patient.body, 'patient 943 476 5919', 'what was typed is kept');
  await officer.send(form, `/proposals/${proposal}/decline`, { reason: '<b>too</b> little' });
  const ended = await officer.get(`/proposals/${proposal}`);
  t.match(ended.body, 'It has ended: it was declined.');
  const own = await offer(ledger, { contribution: 'second' });
  const north = await visitor().signIn('north-ccg-finance');
  t.match((await north.get(`/proposals/${own}`)).body, 'Take it back');
  const page = await north.get(`/proposals/${own}/withdraw`);
  t.equal((await north.send(page, `/proposals/${own}/withdraw`, { reason: 'a mistake' })).statusCode, 303);
  t.match((await north.get(`/proposals/${own}`)).body, 'Taken back');
});

t.test('where nobody can sign, the page says why, and an officer over their limit may still decline', async (t) => {
  const { ledger, visitor } = await site(t);
  const [first, second] = [await offer(ledger), await offer(ledger)];
  await ledger.done('county-finance', { act: 'agree', proposal: first });
  const officer = await visitor().signIn('county-finance');
  const { body } = await officer.get(`/proposals/${second}`);
  t.match(body, /It cannot be signed as it stands: .*&quot;north-extra&quot;/);
  t.match(body, 'No officer can sign it now.');
  t.notMatch(body, `action="/proposals/${second}/sign"`);
  const newcomer = { officer: 'newcomer', partner: 'county', role: 'finance-officer', limit: '5.00' };
  await ledger.signed(
    'registrar',
    'county-chief',
    'OfficerMandated',
    { effective: '2016-03-01', ...newcomer },
    'register',
  );
  const third = await offer(ledger, { contribution: 'third' });
  const limited = await visitor().signIn('newcomer');
  const page = await limited.get(`/proposals/${third}`);
  t.match(page.body, /£5\.00/);
  t.notMatch(page.body, `action="/proposals/${third}/sign"`);
  const form = await limited.get(`/proposals/${third}/decline`);
  t.match(page.body, `href="/proposals/${third}/decline"`);
  t.equal((await limited.send(form, `/proposals/${third}/decline`, { reason: 'not now' })).statusCode, 303);
});

t.test('the two dates are one control, and travel in the address', async (t) => {
  const { ledger, visitor } = await site(t);
  ledger.now('2016-05-02T09:00:00Z');
  const officer = await visitor().signIn('auditor');
  const typed = 'on-day=1&on-month=June&on-year=2016&known-day=&known-month=&known-year=';
  t.equal((await officer.get(`/funds/${FUND}?${typed}`)).headers.location, `/funds/${FUND}?on=2016-06-01`);
  const wrong = await officer.get(`/funds/${FUND}?${typed.replace('on-day=1', 'on-day=31')}`);
  t.match(wrong.body, 'The day that you ask about must be a real day');
  t.match(wrong.body, 'value="31"');
  t.match(
    (await officer.get(`/funds/${FUND}?on=2016-06-01&known-at=2016-05-01`)).body,
    /On 1 June 2016, as known at the end of 1 May 2016(?!, which may still change)/,
  );
  for (const page of ['', '/gap', '/history'])
    t.match(
      (await officer.get(`/funds/${FUND}${page}?known-at=2098-01-01`)).body,
      /as known at the end of 1 January 2098, which may still change/i,
      'a day that has not ended',
    );
  t.match((await officer.get('/funds')).body, `href="/funds/${FUND}"`);
});

t.test('who is not signed in is sent to sign in and back, and never to another site', async (t) => {
  const { visitor } = await site(t);
  const somebody = visitor();
  t.equal((await somebody.get(`/funds/${FUND}`)).headers.location, `/sign-in?to=%2Ffunds%2F${FUND}`);
  for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/a\nb']) {
    const page = await somebody.get(`/sign-in?to=${encodeURIComponent(to)}`);
    t.equal(fieldsOf(page.body, '/sign-in')['to'], '/', to);
    const sent = await visitor().send(page, '/sign-in', { officer: 'auditor', to });
    t.not(sent.headers.location, to);
  }
});

t.test('a form from elsewhere, or without the mark of the session, does nothing', async (t) => {
  const { ledger, visitor } = await site(t);
  const proposal = await offer(ledger);
  const head = await ledger.store.head();
  const officer = await visitor().signIn('county-finance');
  const read = await officer.get(`/proposals/${proposal}`);
  const address = `/proposals/${proposal}/sign`;
  const other = await visitor().signIn('auditor');
  const stolen = fieldsOf((await other.get('/')).body, '/sign-out')['token']!;
  const tries = [
    officer.send(read, address, {}, { origin: 'https://evil.example' }),
    officer.send(read, address, {}, { origin: 'null' }),
    officer.send(read, address, { token: '' }),
    officer.send(read, address, { token: stolen }),
    officer.send(read, address, { token: 'A'.repeat(86) }),
  ];
  for (const sent of await Promise.all(tries)) t.match([sent.statusCode, sent.body], [403, /form_not_ours/]);
  t.equal(await ledger.store.head(), head);
  const first = fieldsOf(read.body, address)['token'];
  const second = fieldsOf((await officer.get(`/proposals/${proposal}`)).body, address)['token'];
  t.not(first, second, 'the mark is another text each time');
});

t.test(
  'a session that was there before signing in is nobody’s afterwards; one that has ended stays ended',
  async (t) => {
    const { visitor, ledger, app } = await site(t);
    const victim = visitor();
    await victim.get('/sign-in');
    const before = victim.cookie;
    await victim.signIn('county-finance');
    t.not(victim.cookie, before);
    const attacker = visitor();
    attacker.cookie = before;
    t.equal((await attacker.get('/')).statusCode, 303, 'the cookie from before opens nothing');
    const stolen = victim.cookie;
    const home = await victim.get('/');
    t.equal((await victim.send(home, '/sign-out')).headers.location, '/signed-out');
    attacker.cookie = stolen;
    t.equal((await attacker.get('/')).statusCode, 303, 'nor does one of a session that was signed out');
    const idle = await visitor().signIn('county-finance');
    ledger.now('2016-03-01T09:31:00Z');
    t.equal((await idle.get('/')).statusCode, 303, 'after half an hour of nothing');
    const tampered = await visitor().signIn('county-finance');
    tampered.cookie = `${tampered.cookie.slice(0, -2)}AA`;
    t.equal((await tampered.get('/')).statusCode, 303);
    const crossed = await app.inject({ url: '/v1/funds', headers: { host: '127.0.0.1', cookie: victim.cookie } });
    t.not(crossed.statusCode, 200, 'a session opens nothing for programs');
  },
);

t.test('a sign-in link is good once, for ten minutes, and only by its button', async (t) => {
  const { visitor, ledger, key } = await site(t);
  const seconds = Math.floor(ledger.clock.now() / 1000);
  const link = await issueSignInLink(key, 'county-finance', seconds);
  const page = await visitor().get(`/sign-in/link?link=${link}`);
  await visitor().get(`/sign-in/link?link=${link}`);
  const officer = visitor();
  const own = await officer.get(`/sign-in/link?link=${link}`);
  t.equal((await officer.send(own, '/sign-in/link')).headers.location, '/');
  t.match((await officer.get('/')).body, 'Your tasks');
  const late = visitor();
  const again = await late.get(`/sign-in/link?link=${link}`);
  t.match((await late.send(again, '/sign-in/link')).body, 'The link has been used already.');
  t.equal(page.statusCode, 200);
  const token = await issueToken(key, 'county-finance', 1, seconds);
  const other = visitor();
  const shown = await other.get(`/sign-in/link?link=${token}`);
  t.match((await other.send(shown, '/sign-in/link')).body, /link_not_good/, 'a token for programs is no link');
  ledger.now('2016-03-01T09:11:00Z');
  const old = visitor();
  const expired = await old.get(`/sign-in/link?link=${await issueSignInLink(key, 'county-chief', seconds)}`);
  t.match((await old.send(expired, '/sign-in/link')).body, 'it has expired');
});

t.test('what an officer may not see is not there for them, by any address', async (t) => {
  const ledger = await openedLedger(t, undefined, true);
  const { visitor } = await site(t, ledger);
  await ledger.post(
    'registrar',
    'PartnerRegistered',
    {
      effective: '2016-01-01',
      partner: 'stranger',
      name: 'Stranger CCG',
      kind: 'ccg',
      officers: [
        { officer: 'stranger-one', role: 'finance-officer' },
        { officer: 'stranger-two', role: 'finance-officer' },
      ],
    },
    'register',
  );
  const proposal = await offer(ledger);
  const stranger = await visitor().signIn('stranger-one');
  for (const path of [
    `/proposals/${proposal}`,
    `/proposals/${proposal}/decline`,
    '/proposals/00000000-0000-4000-8000-000000000000',
  ]) {
    const answer = await stranger.get(path);
    t.match([answer.statusCode, answer.body], [404, /proposal_unknown/], path);
  }
  t.match((await stranger.get(`/funds/${FUND}`)).body, /not_your_fund/);
  t.match((await stranger.get('/funds')).body, 'You act for no partner of any fund.');
  t.equal((await stranger.get('/proposals/1')).statusCode, 400);
});

t.test('hostile text is shown as text, and nothing may be run, framed or kept', async (t) => {
  const { ledger, visitor } = await site(t);
  const hostile = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;
  const made = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution() as never },
    conditions: hostile,
  });
  await ledger.post('pool-manager', 'PlanLineSet', line({ description: hostile }));
  const officer = await visitor().signIn('county-finance');
  for (const path of [
    '/',
    '/funds',
    `/funds/${FUND}`,
    `/funds/${FUND}/plan`,
    `/funds/${FUND}/history`,
    `/funds/${FUND}/history/1`,
    `/funds/${FUND}/history/2`,
    `/funds/${FUND}/compare`,
    '/register',
    '/audit',
    `/proposals/${made.outcome.proposal!}`,
    '/help',
    '/accessibility',
  ]) {
    const { body, headers } = await officer.get(path);
    t.notMatch(body, /<script|<img|<iframe|<style|<[^>]* (style|on\w+)=/, path);
    t.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
    t.match(
      [headers['cache-control'], headers['referrer-policy'], headers['x-content-type-options']],
      ['no-store', 'same-origin', 'nosniff'],
    );
    t.ok(Buffer.byteLength(body) < 60 * 1024, path);
  }
  const style = /href="(\/assets\/style\.[0-9a-f]{16}\.css)"/.exec((await officer.get('/help')).body)![1]!;
  const { headers, body, rawPayload } = await officer.get(style, { 'accept-encoding': 'br' });
  t.match(headers['cache-control'], /max-age=31536000, immutable/);
  t.ok(rawPayload.length < 20_000, `${rawPayload.length} bytes of style`);
  t.equal(body.length > 0, true);
  const plain = (await officer.get(style)).body;
  t.notMatch(plain.replace(/Crown Copyright/, ''), /transport|crown|crest|@font-face|url\(/i);
  t.equal((await officer.get(style, { 'accept-encoding': 'gzip' })).headers['content-encoding'], 'gzip');
});

t.test(
  'a fund’s page says what is disputed exactly to those who see cases, and about how much to others',
  async (t) => {
    const ledger = await disputing(t, undefined, true);
    await openFund(ledger, '2018-19');
    for (let index = 0; index < 7; index++) {
      await ledger.post('county-finance', 'DisputeRaised', raised(`page-${index}`, { until: '2018-10-31' }), DISPUTES);
    }
    ledger.now('2019-01-10T09:00:00Z');
    const { visitor } = await site(t, ledger);
    const read = async (officer: string) =>
      (await (await visitor().signIn(officer)).get('/funds/testshire-2018-19')).body;
    t.match(await read('county-finance'), /disputed £43,400\.00,/);
    t.match(await read('west-district-finance'), /disputed about £43,000\.00 on 31 December 2018,/);
  },
);

t.test('a page that fails says under which identifier the operator finds it, and no more', async (t) => {
  const { visitor, ledger } = await site(t);
  const north = await visitor().signIn('north-ccg-finance');
  ledger.ledger.model.size = () => {
    throw new Error('a secret');
  };
  const page = await north.get(`/funds/${FUND}`);
  t.equal(page.statusCode, 500);
  t.match(page.body, /Send the request’s identifier to the operator/);
  t.match(page.body, /The request’s identifier: [0-9a-f-]{36}</);
  t.notMatch(page.body, 'a secret');
});
