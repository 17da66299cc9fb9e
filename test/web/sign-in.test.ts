import { randomBytes } from 'node:crypto';
import t from 'tap';
import { openSqliteOnceStore } from '../../src/store/sqlite/once-store.js';
import { createSessions, IDLE_MS_MAX } from '../../src/web/session.js';
import { contribution, folder, FUND, openedLedger } from '../support/ledger.js';
import { fieldsOf, ORIGIN, site } from './site.js';

/** Signing in, staying signed in, and what officers read if a page cannot be made. */

const MINUTE_MS = 60_000;

t.test('whoever chooses no officer is asked again, and whoever is signed in goes on', async (t) => {
  const { visitor } = await site(t);
  const somebody = visitor();
  const page = await somebody.get(`/sign-in?to=%2Ffunds`);
  t.match(page.body, 'C. Chief, director of finance');
  t.match(page.body, 'S. South<');
  const again = await somebody.send(page, '/sign-in');
  t.match([again.statusCode, again.body], [400, /Error: Sign in.*href="#officer-1">Choose an officer/s]);
  t.equal(fieldsOf(again.body, '/sign-in')['to'], '/funds');
  const signed = await somebody.send(again, '/sign-in', { officer: 'auditor' });
  t.equal(signed.headers.location, '/funds');
  t.equal((await somebody.get('/sign-in?to=%2Fhelp')).headers.location, '/help');
  await somebody.send(await somebody.get('/'), '/sign-out');
  t.match((await somebody.get('/signed-out')).body, 'You have signed out');
});

t.test('the list of officers can be made shorter by a body, a name or a role', async (t) => {
  const { visitor } = await site(t);
  const officersOn = async (address: string) =>
    [...(await visitor().get(address)).body.matchAll(/type="radio" value="([^"]*)"/g)].map(([, officer]) => officer!);
  const all = await officersOn('/sign-in');
  t.ok(all.includes('auditor') && all.includes('south-ccg-chief'));
  t.same(await officersOn('/sign-in?named=Auditor'), ['auditor']);
  const south = await officersOn('/sign-in?named=+south+CHIEF');
  t.same(south, ['south-ccg-chief']);
  const somebody = visitor();
  const page = await somebody.get('/sign-in?to=%2Ffunds&named=auditor');
  t.match(page.body, `1 officer of ${all.length}.`);
  t.match(page.body, 'href="/sign-in?to=%2Ffunds">Show all');
  t.equal((await somebody.send(page, '/sign-in', { officer: 'auditor' })).headers.location, '/funds');
  t.match((await visitor().get('/sign-in?named=nobody')).body, 'No body and no officer has such a name.');
});

t.test('an option that stands twice in an address counts once, as it is written last', async (t) => {
  const { visitor } = await site(t);
  const officers = [...(await visitor().get('/sign-in?named=nobody&named=auditor')).body.matchAll(/type="radio"/g)];
  t.equal(officers.length, 1);
  t.match((await visitor().get('/sign-in?to=/register&to=/funds')).body, 'name="to" value="/funds"');
  const officer = await visitor().signIn('auditor');
  const fund = `/funds/${FUND}`;
  for (const address of [
    '/?all=no&all=yes',
    '/find?text=a&text=b',
    '/sign-in/again?to=/a&to=/b',
    `${fund}?on=2016-04-01&on=2016-05-01`,
    `${fund}/compare?figure=hard&figure=soft`,
    `${fund}/history?group=plan&group=contributions`,
    `${fund}/roll-forward?sent=a&sent=b`,
    `${fund}/propose/contribution-agreed?f.payer=a&f.payer=b`,
  ])
    t.ok((await officer.get(address)).statusCode < 500, address);
  const links = await site(t, await openedLedger(t), { demonstration: false });
  t.match((await links.visitor().get('/sign-in/link?link=a&link=b')).body, 'name="link" value="b"');
});

t.test('outside a demonstration nobody is chosen: a link is asked for', async (t) => {
  const { visitor } = await site(t, await openedLedger(t), { demonstration: false });
  const { body } = await visitor().get('/sign-in');
  t.match(body, 'for a link to sign in with');
  t.notMatch(body, 'demonstration');
  const sent = await visitor().post('/sign-in', { officer: 'auditor' });
  t.equal(sent.statusCode, 405);
  const empty = visitor();
  const link = await empty.get('/sign-in/link');
  t.match((await empty.send(link, '/sign-in/link')).body, /link_not_good/);
  const { token } = fieldsOf(link.body, '/sign-in/link');
  t.match((await empty.post('/sign-in/link', { token: token! })).body, /link_not_good/, 'nor without any link');
});

t.test('behind TLS the cookie is of this host alone, and every address is whole', async (t) => {
  const publicUrl = 'https://ledger.example.org';
  const { app, visitor } = await site(t, undefined, { publicUrl });
  const page = await app.inject({ url: '/sign-in' });
  t.match(page.headers['set-cookie'], /^__Host-bcf=[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  const officer = visitor();
  const sent = await officer.send(await officer.get('/sign-in'), '/sign-in', { officer: 'auditor' });
  t.equal(sent.headers.location, `${publicUrl}/`);
  const home = await officer.get('/');
  t.equal((await officer.send(home, '/sign-out', {}, { origin: ORIGIN })).statusCode, 403, 'from another origin');
  t.equal((await officer.send(home, '/sign-out')).statusCode, 303);
});

t.test('whoever goes on stays signed in, for eight hours at most', async (t) => {
  const { ledger, visitor } = await site(t);
  const officer = await visitor().signIn('auditor');
  const first = officer.cookie;
  await officer.get('/');
  t.equal(officer.cookie, first, 'within a minute it is as it was');
  const begun = ledger.clock.now();
  for (let minutes = 25; minutes <= 475; minutes += 25) {
    ledger.now(new Date(begun + minutes * MINUTE_MS).toISOString());
    t.equal((await officer.get('/')).statusCode, 200, `after ${minutes} minutes`);
  }
  t.not(officer.cookie, first);
  ledger.now(new Date(begun + 481 * MINUTE_MS).toISOString());
  t.equal((await officer.get('/')).statusCode, 303);
});

t.test(
  'a session is opened with any of the keys, until it is idle, and by nothing that is not a session',
  async (t) => {
    const [older, newer] = [randomBytes(32), randomBytes(32)];
    const before = createSessions([older]);
    const after = createSessions([newer, older]);
    const session = before.begin(0, { officer: 'auditor', by: 'test', shown: 0 });
    const cookie = before.seal(session);
    t.same(after.open(cookie, 1), session);
    t.ok(after.isToken(session, before.token(session)));
    t.equal(after.open(cookie, IDLE_MS_MAX + 1), undefined);
    t.equal(createSessions([newer]).open(cookie, 1), undefined);
    for (const other of [undefined, '', 'AAAA', 'A'.repeat(3_000), cookie.slice(4)])
      t.equal(after.open(other, 1), undefined);
    for (const other of [undefined, '', 'AAAA', 7]) t.notOk(after.isToken(session, other));
  },
);

t.test('what is sent by nobody, or is no form of ours, does nothing', async (t) => {
  const { app, ledger, visitor } = await site(t);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution() as never },
  });
  const address = `/proposals/${outcome.proposal!}`;
  t.equal((await visitor().post(`${address}/sign`, {})).headers.location, '/sign-in?to=%2F');
  const officer = await visitor().signIn('county-finance');
  const headers = { host: '127.0.0.1:8181', origin: ORIGIN, cookie: officer.cookie };
  const json = await app.inject({ method: 'POST', url: `${address}/sign`, headers, payload: { token: 1 } });
  t.match([json.statusCode, json.body], [403, /form_not_ours/]);
  const empty = await app.inject({ method: 'POST', url: `${address}/sign`, headers });
  t.match([empty.statusCode, empty.body], [403, /form_not_ours/]);
  const large = await officer.post(`${address}/sign`, { reason: 'a'.repeat(600_000) });
  t.match([large.statusCode, large.body], [413, /What you sent is too large/]);
  const read = await officer.get(address);
  const of = fieldsOf(read.body, `${address}/sign`);
  const stale = await officer.post(`${address}/sign`, { ...of, revision: '0' });
  t.match([stale.statusCode, stale.body], [422, /Error: .*There is a problem/s]);
  const { token, mark, partner } = of as Record<'token' | 'mark' | 'partner', string>;
  t.equal(
    (await officer.post(`${address}/sign`, { token, mark, partner })).statusCode,
    422,
    'without saying what was read',
  );
  const bare = await officer.post(`${address}/decline`, { token });
  t.match([bare.statusCode, bare.body], [400, 'Say why you decline it'], 'without a reason');
  t.match((await officer.get(address)).body, 'Waits for a signature');
});

t.test('an officer whose mandate has ended is told so', async (t) => {
  const { ledger, visitor } = await site(t);
  const officer = await visitor().signIn('pool-manager');
  const left = { officer: 'pool-manager', partner: 'county', role: 'pool-manager', reason: 'left' };
  await ledger.post('registrar', 'MandateEnded', { effective: '2016-02-29', ...left }, 'register');
  const { statusCode, body } = await officer.get('/');
  t.match([statusCode, body], [403, /not_mandated/]);
  t.match(body, /action="\/sign-out"/, 'and can sign out');
  const { token } = fieldsOf(body, '/sign-out') as { token: string };
  t.equal((await officer.post('/sign-out', { token })).statusCode, 303);
  t.notMatch((await visitor().get('/nowhere-at-all')).body, /Sign out/);
});

t.test('where a page cannot be made its reader is told why, and what to do', async (t) => {
  const once = openSqliteOnceStore(`${folder(t)}/once`);
  const { visitor } = await site(t, undefined, { once });
  const officer = await visitor().signIn('auditor');
  const elsewhere = await officer.get('/', { host: 'evil.example' });
  t.match([elsewhere.statusCode, elsewhere.headers['content-type']], [421, /text\/html/]);
  t.match((await officer.get(`/funds/${'x'.repeat(80)}`)).body, 'fields_invalid');
  await once.close();
  const unkept = await officer.get(`/funds/${FUND}`);
  t.match([unkept.statusCode, unkept.body], [503, /store_unavailable/]);
  t.match(unkept.body, 'Go to your tasks');
});
