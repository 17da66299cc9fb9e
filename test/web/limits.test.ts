import t from 'tap';
import { openDocuments } from '../../src/store/documents.js';
import { folder, FUND } from '../support/ledger.js';
import { FormVisit, titleOf } from './filling-in.js';
import { ORIGIN, site } from './site.js';

/** The limits of pages: for signed-in officers by session, for all others by address. */

const MOST = 300;
const MACHINE = '192.0.2.9';

t.test(
  'officers who share an address do not count for one another; who is not known is counted by address',
  async (t) => {
    const { app, visitor } = await site(t);
    const cookies = [
      (await visitor().signIn('county-finance')).cookie,
      (await visitor().signIn('north-ccg-finance')).cookie,
    ];
    const get = (cookie: string, url = '/help') =>
      app.inject({ url, remoteAddress: MACHINE, headers: { host: '127.0.0.1:8181', cookie, accept: 'text/html' } });
    const [county, north] = cookies as [string, string];
    for (let asked = 0; asked < MOST; asked++) await get(county);
    const refused = await get(county);
    t.equal(refused.statusCode, 429);
    t.match(refused.body, /Only 300 pages a minute are sent to one officer; try again in \d+ seconds/);
    t.ok(Number(refused.headers['retry-after']) >= 1);
    t.match(refused.headers, {
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'content-security-policy': /default-src 'none'/,
      'content-type': /text\/html/,
    });
    const style = /href="(\/assets\/[^"]+)"/.exec(refused.body)![1]!;
    t.equal((await get(county, style)).statusCode, 200, 'the page that says so has its style');
    t.equal((await get(north)).statusCode, 200);
    t.equal((await get('', '/sign-in')).statusCode, 200, 'and another can sign in');
    for (let asked = 1; asked < MOST; asked++) await get('', '/sign-in');
    const unknown = await get('', '/sign-in');
    t.match([unknown.statusCode, unknown.body], [429, /are sent to one address/]);
    t.equal((await get(north)).statusCode, 200);
  },
);

t.test('a form that is one too many keeps what was typed, and goes on when there is time for it', async (t) => {
  const { visitor } = await site(t);
  const north = await visitor().signIn('north-ccg-finance');
  const visit = new FormVisit(north, `/funds/${FUND}/propose/contribution-agreed`);
  const first = await visit.open();
  for (let asked = 0; asked < MOST; asked++) await north.get('/help');
  const kept = await visit.press(first, 'next', { 'f.payer': 'north-ccg' });
  t.match([kept.statusCode, titleOf(kept.body)], [429, 'Wait a little, then continue']);
  t.match(kept.body, 'name="f.payer" value="north-ccg"');
  t.notMatch(kept.body, 'sign in again');
  // A new sign-in begins a new count.
  north.cookie = '';
  await north.signIn('north-ccg-finance');
  const again = await visit.press(kept, '');
  t.equal(again.statusCode, 200);
  t.match(again.body, /value="north-ccg"[^>]*checked/);
  const foreign = await north.post(
    `/funds/${FUND}/propose/contribution-agreed`,
    {},
    { origin: 'http://elsewhere.example' },
  );
  t.equal(foreign.statusCode, 403);
});

t.test('a file that is one too many is refused as a file, with how long to wait', async (t) => {
  const { app, visitor } = await site(t, undefined, {
    documents: openDocuments({ folder: folder(t), bytesMax: 1_000, now: 0, freeBytesMin: 0 }),
  });
  const { cookie } = await visitor().signIn('north-ccg-finance');
  const send = () =>
    app.inject({
      method: 'POST',
      url: `/funds/${FUND}/record/gap-stated/document`,
      headers: { host: '127.0.0.1:8181', origin: ORIGIN, cookie, 'content-type': 'multipart/form-data; boundary=x' },
      payload: '--x--\r\n',
    });
  for (let sent = 0; sent < 100; sent++) t.equal((await send()).statusCode, 403);
  const refused = await send();
  t.match(
    [refused.statusCode, refused.body],
    [429, /An officer may send 100 files an hour; try again in 60 minutes\./],
  );
  t.ok(Number(refused.headers['retry-after']) > 3_500);
});
