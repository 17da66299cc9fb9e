import t from 'tap';
import { disputing } from '../support/disputes.js';
import { contribution, FUND, line } from '../support/ledger.js';
import { asShown, FormVisit, raisingCase, titleOf } from './filling-in.js';
import { site } from './site.js';

/** Forms in use: from the list of what an officer can do to what is recorded. */

const CONTRIBUTION = {
  'f.payer': 'north-ccg',
  'f.source': 'NHS_ADD',
  'f.amount': '£1.2 million',
  'f.recurrent': 'yes',
  'f.effective': '2016-04-01',
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
  t.equal(visit.work.pages, 4, 'three pages of questions and the page of answers; the receipt is the fifth');
  const [proposal] = [...ledger.ledger.model.stream('fund', `fund-${FUND}`).open.values()];
  t.match(proposal!.fact.data, {
    contribution: 'north-ccg-nhs-add',
    amount: '1200000.00',
    recurrent: true,
    instalments: Array.from({ length: 12 }, () => ({ amount: '100000.00' })),
  });
});

t.test('instalments that the form has split follow the sum and the day, until an officer changes one', async (t) => {
  const { visitor } = await site(t);
  const visit = new FormVisit(
    await visitor().signIn('north-ccg-finance'),
    `/funds/${FUND}/propose/contribution-agreed`,
  );
  const terms = await visit.press(await visit.open(), 'next', CONTRIBUTION);
  const rows = (body: string) =>
    Object.entries(asShown(body)).filter(([name]) => /^f\.instalments\.\d+\.amount$/.test(name));
  const year = await visit.press(terms, 'next', CONTRIBUTION);
  t.equal(rows(year.body).length, 12);
  const again = await visit.press(year, 'back');
  const late = await visit.press(again, 'next', { 'f.effective': '2017-01-01', 'f.amount': '600' });
  t.same(
    rows(late.body).map(([, sum]) => sum),
    ['200.00', '200.00', '200.00'],
  );
  const quarters = await visit.press(late, 'split quarter f.instalments');
  t.same(
    rows(quarters.body).map(([, sum]) => sum),
    ['600.00'],
  );
  const check = await visit.press(quarters, 'next');
  const sum = await visit.press(check, 'change 1');
  const changed = await visit.press(sum, 'next', { 'f.effective': '2016-10-01', 'f.amount': '800' });
  t.equal(titleOf(changed.body), 'Check your answers', 'split by quarter again, without another page');
  t.match(changed.body.replace(/\s+/g, ' '), /1 October 2016.*£400\.00.*1 January 2017.*£400\.00/);
  const own = await visit.press(await visit.press(changed, 'change 2'), 'next', {
    'f.instalments.0.amount': '300',
    'f.instalments.1.amount': '500',
  });
  const kept = await visit.press(await visit.press(own, 'change 1'), 'next', { 'f.amount': '900' });
  t.match(kept.body, 'add up to £900.00', 'what an officer typed stays as it is');
});

t.test('two tabs of one form make two offers under two names, and a name that was typed stays', async (t) => {
  const { visitor, ledger } = await site(t);
  const north = await visitor().signIn('north-ccg-finance');
  const offers = () =>
    [...ledger.ledger.model.stream('fund', `fund-${FUND}`).open.values()].map(({ fact }) => fact.data['contribution']);
  const form = (given = '') => new FormVisit(north, `/funds/${FUND}/propose/contribution-agreed${given}`);
  const [one, other] = [form(), form()];
  const [first, second] = [await one.toAnswers(CONTRIBUTION), await other.toAnswers(CONTRIBUTION)];
  t.equal(asShown(second.body)['f.contribution'], 'north-ccg-nhs-add', 'both chose the same name');
  t.equal((await one.press(first, 'send')).statusCode, 303);
  const renamed = await other.press(second, 'send');
  t.equal(renamed.statusCode, 409);
  t.match(renamed.body, 'The name “north-ccg-nhs-add” is taken by now');
  t.match(renamed.body, 'This form has chosen “north-ccg-nhs-add-2” instead.');
  t.same(offers(), ['north-ccg-nhs-add'], 'nothing is sent that was not read');
  const sent = await other.press(renamed, 'send');
  t.equal(sent.statusCode, 303);
  t.same(offers(), ['north-ccg-nhs-add', 'north-ccg-nhs-add-2']);
  const twice = await other.press(renamed, 'send');
  t.equal(twice.headers.location, sent.headers.location, 'sent twice, it keeps its name and its answer');
  // The page of answers chooses anew as well, for a draft that has not been sent.
  const draft = '00000000-0000-4000-8000-000000000000';
  const third = await one.press(first, 'check', { draft });
  t.equal(asShown(third.body)['f.contribution'], 'north-ccg-nhs-add-3');
  const typed = await form('?f.contribution=north-ccg-nhs-add').toAnswers(CONTRIBUTION);
  t.equal(asShown(typed.body)['f.contribution'], 'north-ccg-nhs-add', 'what an officer types is theirs');
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
  t.match(refused.body, 'You have sent this form already, with other answers');
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
  t.match(empty.body, 'href="#f.source">Choose source of funding');
  t.match(empty.body, /value="north-ccg" checked/, 'the officer’s own body is filled in');
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
  for (const [typed, said] of [
    ['-5', 'Amount must not be below zero'],
    ['300k', 'Amount must be a sum in pounds with its thousands written out, like 300,000'],
    ['0', 'Amount must be more than £0.00'],
    ['99 999 999 999', 'Amount must be at most £9,999,999,999.99'],
  ] as const)
    t.match((await visit.press(second, 'next', { ...CONTRIBUTION, 'f.amount': typed })).body, said);
  const short16 = { 'f.effective-day': '1', 'f.effective-month': '4', 'f.effective-year': '16' };
  t.match(
    (await visit.press(second, 'next', { ...CONTRIBUTION, 'f.effective': '', ...short16 })).body,
    'Effective day must have a year of four digits, like 27 3 2017',
  );
  const third = await visit.press(wrong, 'next', CONTRIBUTION);
  t.equal(titleOf(third.body), 'Instalments');
  const one = await visit.press(third, 'split once f.instalments');
  const two = await visit.press(one, 'add f.instalments', {
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

t.test('sums that no ledger holds, and steps and fields that are not there, are told and break nothing', async (t) => {
  const { visitor, ledger } = await site(t);
  const north = await visitor().signIn('north-ccg-finance');
  const visit = new FormVisit(north, `/funds/${FUND}/propose/contribution-agreed`);
  const second = await visit.press(await visit.open(), 'next', CONTRIBUTION);
  const third = await visit.press(second, 'next', CONTRIBUTION);
  const huge = await visit.press(third, 'next', {
    'f.instalments.0.due': '2016-05-01',
    'f.instalments.0.amount': '1000000000000',
  });
  t.equal(huge.statusCode, 400);
  t.match(huge.body, 'Amount must be at most £9,999,999,999.99');
  const big = await visit.press(third, 'next', {
    'f.instalments.0.due': '2016-05-01',
    'f.instalments.0.amount': '999999999999',
  });
  t.equal(big.statusCode, 400);
  t.match(big.body, 'Amount must be at most £9,999,999,999.99');
  const shown = { ...asShown(third.body) };
  const address = `/funds/${FUND}/propose/contribution-agreed`;
  for (const forged of [
    { go: 'split month f.instalments', 'f.amount': '-100' },
    { go: 'split month f.instalments', 'f.amount': '1000000000000' },
    { go: 'split constructor f.instalments' },
    { go: 'remove 99 f.instalments' },
    { go: 'add f.instalments.0.constructor' },
    { go: 'change -1' },
    { go: 'change 0.5' },
    { go: 'show', at: '-Infinity' },
    { go: 'next', at: '99' },
    { go: 'send', at: 'check', 'f.instalments.count': '-5' },
    { go: 'next', 'f.instalments.count': '100000' },
  ] as readonly Readonly<Record<string, string>>[])
    t.ok((await north.post(address, { ...shown, ...forged })).statusCode < 500, JSON.stringify(forged));
  for (const nowhere of ['/funds/foo/propose', '/funds/__proto__/record', '/funds/foo/record/contribution-received'])
    t.match(String((await north.get(nowhere)).statusCode), /^40[04]$/, nowhere);
  t.equal((await visitor().post(address, {}, { 'content-type': '' })).statusCode < 500, true);
  t.equal(ledger.ledger.model.openProposals().length, 0);
});

t.test('what another site sends neither signs an officer out nor is shown to them', async (t) => {
  const { visitor } = await site(t);
  const north = await visitor().signIn('north-ccg-finance');
  const kept = north.cookie;
  north.cookie = '';
  const answer = await north.post(
    `/funds/${FUND}/record/gap-stated`,
    { 'f.claimant': 'Somebody elsewhere' },
    { origin: 'https://elsewhere.example' },
  );
  t.equal(answer.statusCode, 403);
  t.equal(answer.headers['set-cookie'], undefined);
  t.notMatch(answer.body, 'Somebody elsewhere');
  north.cookie = kept;
  t.equal((await north.get('/')).statusCode, 200);
});

const asText = ({ body }: { readonly body: string }): string => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

t.test('a counter-offer to terms that have changed is sent only after they could be read', async (t) => {
  const { visitor, ledger } = await site(t);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution() as never },
  });
  const county = await visitor().signIn('county-finance');
  const visit = new FormVisit(county, `/proposals/${outcome.proposal!}/counter`);
  const same = asText(await visit.toAnswers({}));
  t.match(same, 'What you change of the offer Nothing: your answers are those of the offer.');
  const lower = await visit.toAnswers({ 'f.amount': '700000', 'f.instalments.0.amount': '700000' });
  t.match(asText(lower), 'What the counter changed Field Was Is now Amount £1,000,000.00 £700,000.00');
  t.match(
    asText(lower),
    /If your counter-offer is signed, beside the offer: the fund on .* The difference is yours less the offer .* Funded 0\.00 1,000,000\.00 700,000\.00 −300,000\.00/,
  );
  const check = await visit.toAnswers({});
  const state = () => ledger.ledger.model.stream('fund', `fund-${FUND}`).open.get(outcome.proposal!)!;
  await ledger.done('county-chief', {
    act: 'counter',
    proposal: outcome.proposal!,
    fact: { type: 'ContributionAgreed', data: contribution({ amount: '900000.00' }) as never },
  });
  const turned = await visit.press(check, 'send');
  t.equal(turned.statusCode, 409);
  t.match(turned.body, 'C. Chief, director of finance made a counter-offer for your body');
  t.match(turned.body, 'The proposal waits for NHS North CCG now.');
  await ledger.done('north-ccg-finance', {
    act: 'counter',
    proposal: outcome.proposal!,
    fact: { type: 'ContributionAgreed', data: contribution({ amount: '950000.00' }) as never },
  });
  const changed = await visit.press(check, 'send');
  t.equal(changed.statusCode, 409);
  t.match(changed.body, /made a counter-offer for NHS North CCG on .*Read it as it stands now, and decide again/s);
  t.match(state().fact.data, { amount: '950000.00' });
  t.equal((await visit.press(changed, 'send')).statusCode, 303);
  t.match(state().fact.data, { amount: '1000000.00' });
});

t.test('days that follow from other answers are suggested', async (t) => {
  const { visitor, ledger } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  ledger.now('2016-07-10T09:00:00Z');
  const pool = await visitor().signIn('pool-manager');
  const closing = new FormVisit(pool, `/funds/${FUND}/propose/period-closed`);
  const day = await closing.press(await closing.open(), 'next', { 'f.period': '1' });
  t.match(asShown(day.body), { 'f.effective-day': '30', 'f.effective-month': '4', 'f.effective-year': '2016' });
  const filing = new FormVisit(pool, `/funds/${FUND}/record/return-submitted`);
  const cutOff = await filing.press(await filing.open(), 'next', { 'f.kind': 'quarter-1' });
  t.match(asShown(cutOff.body), { 'f.on-day': '30', 'f.on-month': '6', 'f.effective-day': '10' });
  const files = await filing.press(cutOff, 'next');
  t.match(files.body, 'What it records, on 30 June 2016', 'a return shows its figures before it is filed');
  t.match(
    files.body.replace(/<[^>]*>|\s+/g, ' '),
    /Spending +Additional NHS contribution +home-care +Budget +1,000,000\.00/,
  );
  const opening = new FormVisit(pool, '/register/record/fund-opened');
  const partners = await opening.press(await opening.open(), 'next', {
    'f.area': 'Testshire',
    'f.year': '2017-18',
    'f.host': 'county',
  });
  const first = await opening.press(partners, 'next', { 'f.partners.0': 'county', 'f.partners.1': 'north-ccg' });
  t.match(asShown(first.body), { 'f.effective-day': '1', 'f.effective-month': '4', 'f.effective-year': '2017' });
});

t.test('a sum that no month or quarter is left for is not split, and the page says why and what to do', async (t) => {
  const { visitor, ledger } = await site(t);
  ledger.now('2017-06-10T09:00:00Z');
  const visit = new FormVisit(await visitor().signIn('county-finance'), `/funds/${FUND}/propose/contribution-agreed`);
  const terms = await visit.press(await visit.open(), 'next', { 'f.payer': 'county', 'f.source': 'LA_ADD' });
  t.match(asShown(terms.body), { 'f.effective-day': '31', 'f.effective-month': '3', 'f.effective-year': '2017' });
  const sum = { 'f.amount': '1,200', 'f.recurrent': 'no' };
  const last = await visit.press(terms, 'next', sum);
  t.match(asShown(last.body), { 'f.instalments.count': '1', 'f.instalments.0.due-day': '31' });
  t.match(last.body, 'No month and no quarter of this year begins on 31 March 2017 or later');
  t.notMatch(last.body, 'Split by');
  t.match(last.body, 'All at once');
  const early = await visit.press(await visit.press(last, 'back'), 'next', { ...sum, 'f.effective': '2017-02-10' });
  t.match(early.body, 'No quarter of this year begins on 10 February 2017 or later');
  t.match(early.body, 'Split by month');
});

t.test('a notice is suggested on no day after the year of the fund', async (t) => {
  const { visitor, ledger } = await site(t);
  ledger.now('2017-06-10T09:00:00Z');
  const visit = new FormVisit(
    await visitor().signIn('county-finance'),
    `/funds/${FUND}/propose/discretionary-payment-withdrawn`,
  );
  const { body } = await visit.open();
  t.match(asShown(body), { 'f.noticeGiven-day': '31', 'f.noticeGiven-month': '3', 'f.noticeGiven-year': '2017' });
});

t.test('whatever has an identifier on a form has one of its own', async (t) => {
  const { visitor } = await site(t);
  const { body } = await (await visitor().signIn('county-finance')).get(`/funds/${FUND}/propose/agreement-signed`);
  const ids = [...body.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
  t.match(body, 'class="bcf-item__fields"', 'there is a list among its fields');
  t.same(
    ids.filter((id, at) => id === '' || ids.indexOf(id) !== at),
    [],
  );
});

t.test('a case is recorded under the reference that its officer has read', async (t) => {
  const ledger = await disputing(t, undefined, true);
  const { visitor } = await site(t, ledger);
  const form = new FormVisit(
    await visitor().signIn('county-finance'),
    '/areas/testshire/disputes/record/dispute-raised',
  );
  const check = await form.toAnswers(raisingCase('2018-10-01', '2018-11-01'));
  const [, shown] = /for case ([0-9a-f]{8})/.exec(check.body)!;
  t.equal((await form.press(check, 'send')).statusCode, 303);
  t.equal((await form.press(check, 'send')).statusCode, 303, 'sent twice, it is one case');
  const cases = [...ledger.ledger.model.stream('dispute', 'disputes-testshire').own.cases.keys()];
  t.match(cases, [new RegExp(`^${shown!}-`)]);
  t.equal(cases.length, 1);
});
