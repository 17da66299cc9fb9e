import t from 'tap';
import { contribution, FUND, line } from '../support/ledger.js';
import { FormVisit, titleOf } from './filling-in.js';
import { site } from './site.js';

/** Forms in use: from the list of what an officer can do to what is recorded. */

const CONTRIBUTION = {
  'f.payer': 'north-ccg',
  'f.source': 'NHS_ADD',
  'f.amount': '£1.2 million',
  'f.recurrent': 'yes',
  'f.effective': '2016-04-01',
  Instalments: 'split month f.instalments',
};

t.test('an officer proposes a contribution in five pages and types no code', async (t) => {
  const { visitor, ledger } = await site(t);
  const north = await visitor().signIn('north-ccg-finance');
  const list = await north.get(`/funds/${FUND}/propose`);
  t.match(list.body, 'Agree a contribution');
  const visit = new FormVisit(north, `/funds/${FUND}/propose/contribution-agreed`);
  const check = await visit.toAnswers(CONTRIBUTION);
  t.match(check.body, 'NHS North CCG contributes £1,200,000.00 of Additional NHS contribution');
  t.match(check.body, 'What it would change');
  const sent = await visit.press(check, 'send');
  t.equal(sent.statusCode, 303);
  t.match(sent.headers.location, /^\/proposals\/[0-9a-f-]{36}$/);
  t.ok(visit.work.pages <= 6, `${visit.work.pages} pages`);
  const [proposal] = [...ledger.ledger.model.stream('fund', `fund-${FUND}`).open.values()];
  t.match(proposal!.fact.data, {
    contribution: 'north-ccg-nhs-add',
    amount: '1200000.00',
    recurrent: true,
    instalments: Array.from({ length: 12 }, () => ({ amount: '100000.00' })),
  });
});

t.test('sent twice, and sent again with other answers, a form is recorded once', async (t) => {
  const { visitor, ledger } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  ledger.now('2016-06-01T09:00:00Z');
  const county = await visitor().signIn('county-finance');
  const visit = new FormVisit(county, `/funds/${FUND}/record/contribution-received`);
  const answers = { 'f.amount': '100', 'f.effective': '2016-05-01', 'f.bankReference': 'BACS 1' };
  const check = await visit.toAnswers(answers);
  const [first, second] = [await visit.press(check, 'send'), await visit.press(check, 'send')];
  t.match(first.headers.location, /^\/funds\/testshire-2016-17\/history\/\d+$/);
  t.equal(second.headers.location, first.headers.location);
  const received = async () =>
    (await ledger.ledger.entries(`fund-${FUND}`, 1_000)).filter(({ type }) => type === 'ContributionReceived').length;
  t.equal(await received(), 1);
  const back = await visit.press(check, 'change 1');
  const other = await visit.press(back, 'next', { 'f.amount': '250' });
  const refused = await visit.press(other, 'send');
  t.equal(refused.statusCode, 422);
  t.match(refused.body, 'Record another');
  t.equal(await received(), 1);
  const again = await visit.press(refused, 'again');
  t.match((await visit.press(again, 'send')).headers.location, /^\/funds\/testshire-2016-17\/history\/\d+$/);
  t.equal(await received(), 2);
});

t.test('what cannot be read is said at its field, and what was typed is kept', async (t) => {
  const { visitor, ledger } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const north = await visitor().signIn('north-ccg-finance');
  const visit = new FormVisit(north, `/funds/${FUND}/propose/contribution-agreed`);
  const first = await visit.open();
  const empty = await visit.press(first, 'next');
  t.equal(empty.statusCode, 400);
  t.match(empty.body, 'href="#f.payer">Choose who pays');
  t.match(empty.body, '<title>Error: ');
  const second = await visit.press(empty, 'next', CONTRIBUTION);
  const wrong = await visit.press(second, 'next', {
    ...CONTRIBUTION,
    'f.amount': 'a lot',
    'f.effective': '2016-02-31',
  });
  t.equal(wrong.statusCode, 400);
  t.match(wrong.body, 'Amount must be a sum in pounds, like 1,600,000 or 1,600,000.50');
  t.match(wrong.body, 'href="#f.effective-day">Effective day must be a real day, like 27 3 2017');
  t.match(wrong.body, 'value="a lot"');
  const third = await visit.press(wrong, 'next', CONTRIBUTION);
  t.equal(titleOf(third.body), 'Instalments');
  const two = await visit.press(third, 'add f.instalments', {
    'f.instalments.0.due': '2016-05-01',
    'f.instalments.0.amount': '1',
  });
  t.match(two.body, 'Instalment 2');
  const short = await visit.press(two, 'next', { 'f.instalments.1.due': '2016-06-01', 'f.instalments.1.amount': '2' });
  t.match(short.body, 'Instalments must add up to £1,200,000.00; they add up to £3.00');
  const removed = await visit.press(short, 'remove 0 f.instalments');
  t.match(removed.body, /name="f.instalments.0.amount"[^>]*value="2"/);
  t.notMatch(removed.body, 'Instalment 2');
});
