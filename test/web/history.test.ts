import t from 'tap';
import { disputing } from '../support/disputes.js';
import { contribution, FUND, line, openedLedger, openFund } from '../support/ledger.js';
import { site } from './site.js';

/** What happened, in sentences; each fact with its page; and two dates compared. */

t.test('a history begins with the newest, is shown page by page, and narrowed by links', async (t) => {
  const { ledger, visitor } = await site(t);
  for (let index = 0; index < 103; index++)
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: `line-${index}` }));
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const officer = await visitor().signIn('county-finance');
  const first = (await officer.get(`/funds/${FUND}/history`)).body;
  t.equal((first.match(/<li> /g) ?? []).length, 100);
  t.ok(first.indexOf('line-102') < first.indexOf('line-101') && first.indexOf('line-101') > 0);
  const [, next] = /href="([^"]+after=[^"]+)" rel="next"/.exec(first) ?? [];
  const second = (await officer.get(next!.replaceAll('&amp;', '&'))).body;
  t.match(second, 'line-0');
  t.match(second, 'was opened');
  t.notMatch(second, 'rel="next"');
  const oldest = (await officer.get(`/funds/${FUND}/history?order=oldest`)).body;
  t.ok(oldest.indexOf('was opened') < oldest.indexOf('line-1'));

  const money = (await officer.get(`/funds/${FUND}/history?group=contributions`)).body;
  t.match(money, 'Testshire');
  t.equal((money.match(/<li> /g) ?? []).length, 3, 'proposed, signed, and agreed');
  t.match(money, '<strong aria-current="true">Contributions and money received</strong>');
  const one = (await officer.get(`/funds/${FUND}/history?group=contributions&partner=north-ccg`)).body;
  t.equal((one.match(/<li> /g) ?? []).length, 1, 'what one body did');
  t.match((await officer.get(`/funds/${FUND}/history?group=grants`)).body, 'Nothing of this kind happened.');
  t.match((await officer.get(`/funds/${FUND}/history?group=riches`)).body, /There is a problem[\s\S]*Group must be/);

  const file = await officer.get(`/funds/${FUND}/history?group=plan&format=csv`);
  t.match(file.headers['content-type'], /^text\/csv/);
  t.equal(file.body.trim().split('\r\n').length, 104, 'the file holds them all');
});

t.test('a typed day goes into the address, and one that is none is asked for again', async (t) => {
  const { visitor } = await site(t);
  const officer = await visitor().signIn('auditor');
  const typed = (day: string): string =>
    `/funds/${FUND}/history?group=plan&known-day=${day}&known-month=May&known-year=2016`;
  t.equal((await officer.get(typed('1'))).headers.location, `/funds/${FUND}/history?known-at=2016-05-01&group=plan`);
  t.match((await officer.get(typed('31'))).headers.location, /known-at=2016-05-31/);
  const wrong = (await officer.get(typed('32'))).body;
  t.match(wrong, 'The day on which it was known must be a real day');
  t.match(wrong, 'value="32"');
});

t.test('the page of a fact says it in every field, who signed by which mandate, and what rests on it', async (t) => {
  const { ledger, visitor } = await site(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-04-02',
    contribution: 'north-extra',
    amount: '1.00',
    bankReference: 'one',
  });
  const officer = await visitor().signIn('county-finance');
  const page = await officer.get(`/funds/${FUND}/history/3`);
  t.equal(page.statusCode, 200);
  t.match(page.body, 'Recorded on 1 March 2016');
  t.match(page.body, /Proposed by .* on 1 March 2016: mandated from/);
  t.match(page.body, /Signed by .* on 1 March 2016: mandated from/);
  t.match(page.body, /What depends on it.*£1\.00/s);
  t.match(page.body, /Details for auditors and programs.*[0-9a-f]{64}/s);
  const step = (await officer.get(`/funds/${FUND}/history/1`)).body;
  t.match(step, 'The proposal, with all its steps');
  t.match((await officer.get(`/funds/${FUND}/history/99`)).body, /name_unknown/);
  const before = await officer.get(`/funds/${FUND}/history/4?known-at=2016-01-01`);
  t.equal(before.statusCode, 404, 'nor what was not known then');
});

t.test(
  'of a return, who may see no cases is told the day alone: its figures hold the exact sum of claims',
  async (t) => {
    const ledger = await disputing(t, undefined, true);
    await openFund(ledger, '2018-19');
    ledger.now('2018-07-04T09:00:00Z');
    const q1 = { effective: '2018-07-04', return: 'q1', kind: 'quarter-1', on: '2018-06-30' };
    await ledger.post('pool-manager', 'ReturnSubmitted', q1, 'testshire-2018-19');
    const { visitor } = await site(t, ledger);
    const read = async (officer: string): Promise<string> =>
      (await (await visitor().signIn(officer)).get('/funds/testshire-2018-19/history/1')).body;
    const all = await read('county-finance');
    t.match(all, /Leaf hash.*[0-9a-f]{64}/s);
    const less = await read('west-district-finance');
    t.match(less, 'You may not see what it says');
    t.match(less, 'Withheld');
    t.notMatch(less, /[0-9a-f]{64}/);
  },
);

t.test('two dates are compared, and the facts between them add up', async (t) => {
  const { ledger, visitor } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '5000.00' }));
  ledger.now('2016-05-10T09:00:00Z');
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ amount: '2000.00', instalments: [{ due: '2016-04-01', amount: '2000.00' }] }),
  );
  const dates = 'from-on=2016-06-01&from-known-at=2016-05-01&to-on=2016-06-01&to-known-at=2016-05-31';
  ledger.now('2016-06-10T09:00:00Z');
  const officer = await visitor().signIn('county-finance');
  const { body } = await officer.get(`/funds/${FUND}/compare?${dates}`);
  t.match(body, 'Gap: from £5,000 to £3,000, £2,000 less.');
  t.match(body, 'Change in all');
  t.match(body, /<svg role="img"/);
  t.match(body, '−2,000.00');
  const hard = (await officer.get(`/funds/${FUND}/compare?${dates}&figure=funded`)).body;
  t.match(hard, 'Funded: from nothing to £2,000, £2,000 more.');
  // Where nobody chose a figure the page shows what changed most, and its form chooses none.
  t.match(body, '<option value="" selected>What changed most</option>');
  t.match(
    (await officer.get(`/funds/${FUND}/compare?${dates}&figure=`)).body,
    'Gap: from £5,000 to £3,000, £2,000 less.',
  );
  t.match((await officer.get(`/funds/${FUND}/compare`)).body, 'Nothing moved between these dates.');
  const file = await officer.get(`/funds/${FUND}/compare?${dates}&format=csv`);
  t.match(file.headers['content-disposition'], /compare-from-on-2016-06-01/);
  const typed = await officer.get(`/funds/${FUND}/compare?from-on-day=40&from-on-month=1&from-on-year=2016`);
  t.match(typed.body, /Error: Compare two dates.*must be a real day/s);
  ledger.now('2016-06-12T09:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'second', amount: '700.00' }));
  const more = { contribution: 'one-more', amount: '700.00', instalments: [{ due: '2016-04-01', amount: '700.00' }] };
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution(more));
  const later = await visitor().signIn('county-finance');
  const level = await later.get(
    `/funds/${FUND}/compare?from-on=2016-06-01&from-known-at=2016-06-11&to-on=2016-06-01&to-known-at=2016-06-12`,
  );
  t.match(level.body, /<h2[^>]*>[^<]*, £700 more\.</, 'where the gap has not moved, the heading says what has');
  t.match(level.body, 'Gap: £3,000, as before.');
});

t.test('a large fund is not read again to draw it: its page leads to where it is drawn', async (t) => {
  const { ledger, visitor } = await site(t);
  const small = (await (await visitor().signIn('county-finance')).get(`/funds/${FUND}`)).body;
  t.match(small, /<svg role="img"/);
  ledger.now('2016-03-02T09:00:00Z');
  for (let index = 0; index < 160; index++)
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: `line-${index}`, amount: '1.00' }));
  const officer = await visitor().signIn('county-finance');
  const read = async (path: string): Promise<string> => (await officer.get(`/funds/${FUND}${path}`)).body;
  const large = await read('');
  t.notMatch(large, /<svg/);
  t.match(large, `href="/funds/${FUND}/gap/history?on=2017-03-31&amp;along=days"`);
  t.match(await read('/gap/history?on=2017-03-31&along=days'), /<svg role="img"/);
  const compared = await read('/compare?from-known-at=2016-03-01');
  t.match(compared, 'More than 30 changes moved it, which is more than a chart can show.');
  t.match(compared, 'rel="next"');
  t.match(await read('/compare?from-known-at=2016-03-01&page=2'), 'line-159');
  t.match(await read('/minimum-tests'), '60 more are not shown on this page.');
  t.match(await read('/plan'), 'rel="next"');
  const second = await read('/plan?page=2');
  t.match(second, 'line-159');
  t.match(second, 'rel="prev"');
});

t.test('an address that is mistyped is answered as a page to a browser, and as before to a program', async (t) => {
  const { app, visitor } = await site(t, await openedLedger(t, undefined, true));
  const officer = await visitor().signIn('county-finance');
  const page = await officer.get('/fund', { accept: 'text/html,application/xhtml+xml' });
  t.match([page.statusCode, page.body], [404, /Page not found/]);
  t.match(page.headers['content-security-policy'], /default-src 'none'/);
  t.equal(page.headers['cache-control'], 'no-store');
  const nobody = await app.inject({ url: '/fund', headers: { accept: 'text/html' } });
  t.match([nobody.statusCode, nobody.body], [404, /Page not found/]);
  t.match((await app.inject({ url: '/v1/fund', headers: { accept: 'text/html' } })).json(), { code: 'not_found' });
  t.match((await app.inject({ url: '/fund' })).json(), { code: 'not_found' });
});
