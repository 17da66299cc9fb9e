import t from 'tap';
import { contribution, FUND, line } from '../support/ledger.js';
import { caseNamed, disputing, raised, DISPUTES } from '../support/disputes.js';
import { site } from './site.js';

/** Find: everything that the officer may see with a name, a reference or a sum, and nothing that they may not see. */

const read = (body: string): string => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

t.test('a fund, a body, a sum and a reference are found, each with where it is', async (t) => {
  const { ledger, visitor } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1234567.00' }));
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution() as never },
  });
  const officer = await visitor().signIn('county-finance');
  const find = async (text: string) => (await officer.get(`/find?text=${encodeURIComponent(text)}`)).body;
  t.notMatch(await find(''), 'Nothing was found');
  t.match(await find('testshire 2016'), `href="/funds/${FUND}"`);
  t.match(await find('Testshire'), 'href="/areas/testshire"');
  t.match(read(await find('north ccg')), /Body/);
  for (const spelling of ['£1,234,567', '1234567', '1,234,567.00'])
    t.match(await find(spelling), `href="/funds/${FUND}/history/1"`, spelling);
  t.match(await find(outcome.proposal!), `href="/proposals/${outcome.proposal!}"`);
  t.match(await find('no such thing'), 'Nothing was found among what you may see.');
  t.notMatch(await find('<script>alert(1)</script>'), '<script');
});

t.test('words and sums are found as pages and papers write them', async (t) => {
  const { ledger, visitor } = await site(t);
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ amount: '1600000.00', instalments: [{ due: '2016-04-01', amount: '1600000.00' }] }),
  );
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '5.00' }));
  const { name } = ledger.ledger.model.register().partners.get('north-ccg')!;
  const officer = await visitor().signIn('county-finance');
  for (const text of [
    `${name} contributes`,
    'Additional NHS contribution',
    'contribution agreed',
    '£1.6 million',
    '1.6m',
  ])
    t.match((await officer.get(`/find?text=${encodeURIComponent(text)}`)).body, `href="/funds/${FUND}/history/`, text);
  t.match((await officer.get('/find?text=Testshire%2C+2016+to+2017')).body, `href="/funds/${FUND}"`);
});

t.test('a case is found by those who see it, and is not there for anybody else', async (t) => {
  const ledger = await disputing(t, undefined, true);
  await ledger.post('county-finance', 'DisputeRaised', raised('one', { until: '2018-10-31' }), DISPUTES);
  ledger.now('2019-01-10T09:00:00Z');
  const { visitor } = await site(t, ledger);
  const id = caseNamed('one');
  const sees = await visitor().signIn('county-finance');
  t.equal((await sees.get(`/cases/${id}`)).headers.location, `/areas/testshire/disputes/cases/${id}`);
  t.match((await sees.get(`/find?text=${id}`)).body, `href="/areas/testshire/disputes/cases/${id}"`);
  const not = await visitor().signIn('west-district-finance');
  const [hidden, absent] = [await not.get(`/cases/${id}`), await not.get(`/cases/${caseNamed('none')}`)];
  t.equal(hidden.statusCode, 404);
  t.equal(read(hidden.body), read(absent.body), 'nothing tells the two apart');
  t.match((await not.get(`/find?text=${id}`)).body, 'Nothing was found among what you may see.');
});

t.test('what was not looked through is said', async (t) => {
  const { ledger, visitor } = await site(t);
  for (let index = 0; index < 60; index++)
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: `line-${index}` }));
  const officer = await visitor().signIn('county-finance');
  const { body } = await officer.get('/find?text=line');
  t.equal((body.match(/govuk-task-list__item--with-link/g) ?? []).length, 50);
  t.match(body, /facts were looked through, and there are more/);
});
