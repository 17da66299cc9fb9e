import t from 'tap';
import { contribution, FUND, line, openedLedger, openFund, type TestLedger } from '../support/ledger.js';
import { acts, caseNamed, DISPUTES, disputing } from '../support/disputes.js';
import { site } from './site.js';

/** What an officer reads first: their tasks, all funds, and a fund in one sentence. */

const signed = (ledger: TestLedger, more: Readonly<Record<string, unknown>>) =>
  ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution(more));

const propose = (ledger: TestLedger, officer: string, name: string, expires?: string, amount?: string) =>
  ledger.done(officer, {
    act: 'propose',
    fact: {
      type: 'ContributionAgreed',
      data: contribution({ contribution: name, ...(amount !== undefined && { amount }) }) as never,
    },
    ...(expires !== undefined && { expires: expires as never }),
  });

t.test('tasks say what waits for the officer, what waits for others, until when, and what is overdue', async (t) => {
  const { ledger, visitor } = await site(t);
  t.match((await (await visitor().signIn('county-finance')).get('/')).body, 'Nothing is overdue.');
  await signed(ledger, { contribution: 'first', amount: '5000.00' });
  ledger.now('2016-05-01T09:00:00Z');
  await propose(ledger, 'north-ccg-finance', 'second', '2016-05-03');
  await propose(ledger, 'north-ccg-finance', 'third');
  const host = (await (await visitor().signIn('county-finance')).get('/')).body;
  t.match(host, /To sign <strong class="govuk-tag govuk-tag--blue">2<\/strong>/);
  t.match(host, 'Sign by 3 May 2016 (3 days left, today among them).');
  t.match(host, 'waits for Testshire County Council. No last day.');
  t.match(host, /Testshire, 2016 to 2017<\/a><\/th>.*NHS North CCG.*5,000\.00/s);
  const own = (await (await visitor().signIn('north-ccg-chief')).get('/')).body;
  t.match(own, 'Nothing waits for your signature.');
  t.match(own, /Waiting for others.*as &quot;second&quot;.*govuk-tag--grey">\s*Waits/s);
  t.match(own, '5,000.00');
  const close = /href="(\/funds\/[^"]*period-closed[^"]*)"/.exec(host);
  t.equal(close?.[1], `/funds/${FUND}/propose/period-closed?f.period=1`);
  t.match(host, /Periods to close[\s\S]*Close April/);
  t.notMatch(own, 'Periods to close');
  const manager = await visitor().signIn('pool-manager');
  t.equal((await manager.get(close![1]!)).statusCode, 200);
});

t.test(
  'tasks show which quarters have no return, and which minimum tests fail, and lead to where something is done',
  async (t) => {
    const made = await openedLedger(t, undefined, true);
    await made.post('pool-manager', 'PlanLineSet', line());
    made.now('2016-10-01T09:00:00Z');
    const { visitor } = await site(t, made);
    const manager = await visitor().signIn('pool-manager');
    const body = (await manager.get('/')).body;
    t.match(body, /Returns to file[\s\S]*File the return of quarter 1, to 30 June/);
    t.match(body, 'No return is filed of quarter 2 either.');
    const file = `/funds/${FUND}/record/return-submitted?f.kind=quarter-1`;
    t.match(body, `href="${file}"`);
    t.match((await manager.get(file)).body, /value="quarter-1" checked/);
    t.match(body, /Minimum tests that fail[\s\S]*Plan lines stay within income, source by source/);
    t.match(
      body,
      'Testshire, 2016 to 2017, on 1 October 2016. Additional NHS contribution: The lines spend £1,000,000.00 more than comes in.',
    );
    t.match((await manager.get(`/funds/${FUND}/minimum-tests`)).statusCode, 200);
    const south = (await (await visitor().signIn('south-ccg-finance')).get('/')).body;
    t.notMatch(south, 'Returns to file');
    t.match(south, 'Minimum tests that fail');
  },
);

t.test('tasks show which stages of disputes end soon, and lead to the case', async (t) => {
  const made = await disputing(t, undefined, true);
  await acts(made).raise();
  const stage = { effective: '2018-11-01', case: caseNamed('one'), stage: 'informal' };
  await made.post('north-ccg-finance', 'DisputeStageEntered', stage, DISPUTES);
  made.now('2018-11-02T09:00:00Z');
  const { ledger, visitor } = await site(t, made);
  const page = async () => (await (await visitor().signIn('county-finance')).get('/')).body;
  const before = await page();
  t.match(
    before,
    /Deadlines of disputes[\s\S]*Informal: Testshire County Council against NHS North CCG[\s\S]*14 days left/,
  );
  t.match(before, `/areas/testshire/disputes/cases/${caseNamed('one')}`);
  ledger.now('2018-11-15T09:00:00Z');
  t.match(await page(), /govuk-tag--yellow">\s*Today/);
  ledger.now('2018-11-20T09:00:00Z');
  t.match(await page(), /govuk-tag--red">\s*Over/);
});

t.test('a fund says in one sentence whether money is missing, and how much is offered', async (t) => {
  const { ledger, visitor } = await site(t);
  const officer = await visitor().signIn('auditor');
  const says = async (sentence: string) => t.match((await officer.get(`/funds/${FUND}`)).body, sentence, sentence);
  await says('Nothing is required: nothing is funded, and nothing is missing.');
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '2500000.00' }));
  await propose(ledger, 'north-ccg-finance', 'offered');
  await says(
    '£2.5 million is required: nothing is funded, £1 million is offered and not signed, and nobody offers £1.5 million.',
  );
  await propose(ledger, 'north-ccg-finance', 'more', undefined, '1500000.00');
  await says('£2.5 million is required: nothing is funded, and £2.5 million is offered and not signed.');
  await ledger.done('north-ccg-finance', {
    act: 'withdraw',
    proposal: [...ledger.ledger.model.stream('fund', `fund-${FUND}`).open.keys()].at(-1)!,
    reason: 'Offered by mistake.',
  });
  await signed(ledger, { contribution: 'large', amount: '2750000.50' });
  await says('£2.5 million is required: £2,750,000.50 is funded, and that is £250,000.50 more than is required.');
  const { body } = await officer.get(`/funds/${FUND}`);
  t.match(body, '<dt>More than required</dt><dd>£250,000.50</dd>');
  t.match(body, 'No last day');
  t.match((await officer.get(`/funds/${FUND}?on=2018-04-01`)).body, 'This day is outside the fund’s year.');
});

t.test('a fund shows what its minimum tests say, and until when an offer can be signed', async (t) => {
  const { ledger, visitor } = await site(t);
  await propose(ledger, 'north-ccg-finance', 'offered', '2016-05-03');
  const { body } = await (await visitor().signIn('auditor')).get(`/funds/${FUND}`);
  t.match(body, /Waiting for signature: 1.*3 May 2016/s);
  t.match(body, /Minimum tests of the national conditions/);
});

t.test('every fund has a row, in the order and with the names that officers know', async (t) => {
  const ledger = await openedLedger(t, undefined, true);
  await openFund(ledger, '2017-18');
  const { visitor } = await site(t, ledger);
  const { body } = await (await visitor().signIn('auditor')).get('/funds');
  t.match(body, /Testshire, 2016 to 2017.*Testshire, 2017 to 2018/s);
  t.match(body, 'Proposals open');
});

t.test('the two dates are put right where they were typed wrong, and stay as they were typed', async (t) => {
  const { visitor } = await site(t);
  const officer = await visitor().signIn('auditor');
  const at = async (search: string) => officer.get(`/funds/${FUND}?${search}`);
  const both = await at('on-day=32&on-month=4&on-year=2016&known-day=1&known-month=xyz&known-year=2016');
  t.match(both.body, /href="#on-day">The day that you ask about must be a real day/);
  t.match(both.body, /href="#known-day">The day on which it was known must be a real day/);
  t.match(both.body, 'value="xyz"');
  t.match(
    (await at('on-day=1')).body,
    'The day that you ask about must be a real day',
    'a month and a year are left out',
  );
  t.equal((await at('on-day=&on-month=&on-year=')).headers.location, `/funds/${FUND}`, 'nothing is today');
  t.equal(
    (await at('on-day=9&on-day=1&on-month=mar&on-year=2017&known-day=5&known-month=5&known-year=2016')).headers
      .location,
    `/funds/${FUND}?on=2017-03-01&known-at=2016-05-05`,
    'of a field that is given twice the last counts',
  );
  const night = await at('known-at=2016-06-30T23:30:00Z');
  t.match(night.body, /id="known-day"[^>]* value="1"/, 'the day is that of London');
  const { statusCode, body } = await at('on=tomorrow');
  t.match([statusCode, body], [400, /The day that you ask about must be a real day/]);
  t.match((await at('known-at=')).body, /id="known-day"(?![^>]* value="\d)/, 'an instant that is left empty is none');
});

t.test('of a long list the first fifty are shown, and a link leads to all of it', async (t) => {
  const { ledger, visitor } = await site(t);
  for (let number = 0; number < 51; number++) await propose(ledger, 'north-ccg-finance', `offer-${number}`);
  const officer = await visitor().signIn('county-finance');
  const shown = (body: string): number => body.match(/Waits for you/g)?.length ?? 0;
  const first = (await officer.get('/')).body;
  t.match(first, /To sign <strong class="govuk-tag govuk-tag--blue">51<\/strong>/, 'all are counted');
  t.equal(shown(first), 50);
  t.match(first, '<a class="govuk-link" href="/?all=yes">Show all 51 proposals that wait for you</a>');
  const whole = (await officer.get('/?all=yes')).body;
  t.equal(shown(whole), 51);
  t.notMatch(whole, 'Show all');
});
