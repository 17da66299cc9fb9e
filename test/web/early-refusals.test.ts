import t from 'tap';
import { FUND } from '../support/ledger.js';
import { asShown, FormVisit, titleOf } from './filling-in.js';
import { site } from './site.js';

/** What the rules refuse of a page’s answers is told on that page, and not only at the end of the form. */

const OFFER = `/funds/${FUND}/propose/contribution-agreed`;

const errorsOf = (body: string): string[] =>
  [
    ...(/role="alert">([\s\S]*?)<\/ul>/.exec(body)?.[1] ?? '').matchAll(
      /<a class="[^"]*" href="#([^"]*)">|<a href="#([^"]*)">/g,
    ),
  ].map(([, one, other]) => one ?? other!);
const textOf = (body: string): string =>
  (body.split('<main')[1] ?? '').replace(/<[^>]*>|\s+/g, ' ').replace(/ +/g, ' ');

t.test('a payer, a source and a day that the rules refuse are refused at their own pages', async (t) => {
  const { visitor, ledger } = await site(t);
  ledger.now('2016-07-10T09:00:00Z');
  const visit = new FormVisit(await visitor().signIn('county-finance'), OFFER);
  const first = await visit.open();

  const payer = await visit.press(first, 'next', { 'f.payer': 'north-ccg', 'f.source': 'LA_ADD' });
  t.match([payer.statusCode, errorsOf(payer.body)], [400, ['f.payer']]);
  t.equal(titleOf(payer.body), titleOf(first.body), 'the officer is on the same page');
  t.match(asShown(payer.body), { 'f.payer': 'north-ccg', 'f.source': 'LA_ADD' }, 'with what they chose');

  const source = await visit.press(payer, 'next', { 'f.payer': 'county', 'f.source': 'NHS_ADD' });
  t.match([source.statusCode, errorsOf(source.body).length], [400, 1]);
  t.match(textOf(source.body), 'Additional NHS contribution is paid by NHS bodies; county is not one');

  const terms = await visit.press(source, 'next', { 'f.source': 'LA_ADD' });
  t.equal(terms.statusCode, 200, textOf(terms.body).slice(0, 400));
  const sum = { 'f.amount': '1,000', 'f.recurrent': 'no' };
  const day = await visit.press(terms, 'next', { ...sum, 'f.effective': '2017-05-01' });
  t.match([day.statusCode, errorsOf(day.body)], [400, ['f.effective-day']]);
  const next = await visit.press(day, 'next', { ...sum, 'f.effective': '2016-08-01' });
  t.match([next.statusCode, titleOf(next.body)], [200, 'Instalments']);
});

t.test('an officer can go on all the same, and is told again above the answers', async (t) => {
  const { visitor } = await site(t);
  const visit = new FormVisit(await visitor().signIn('county-finance'), OFFER);
  const why = 'Additional council contribution is paid by councils; NHS North CCG is not one';
  const refused = await visit.press(await visit.open(), 'next', {
    'f.payer': 'north-ccg',
    'f.source': 'LA_ADD',
  });
  t.match(textOf(refused.body), why);
  t.match(textOf(refused.body), 'Continue all the same');
  const terms = await visit.press(refused, 'on');
  t.equal(terms.statusCode, 200);
  const instalments = await visit.press(terms, 'on', {
    'f.amount': '1',
    'f.recurrent': 'no',
    'f.effective': '2016-05-01',
  });
  const filled = await visit.press(instalments, 'split once f.instalments');
  const check = await visit.press(await visit.press(filled, 'on'), 'next');
  t.match([titleOf(check.body), textOf(check.body)], ['Check your answers', why]);
});

t.test('what is refused today and accepted on a later day is not refused before the day is asked', async (t) => {
  const { visitor, ledger } = await site(t);
  ledger.now('2016-07-10T09:00:00Z');
  const next = { officer: 'north-ccg-next', partner: 'north-ccg', role: 'finance-officer', effective: '2016-09-01' };
  await ledger.signed('north-ccg-chief', 'north-ccg-finance', 'OfficerMandated', next, 'register');
  const visit = new FormVisit(await visitor().signIn('north-ccg-chief'), '/register/record/mandate-ended');
  const leaver = { 'f.officer': 'north-ccg-finance', 'f.partner': 'north-ccg', 'f.role': 'finance-officer' };
  const day = await visit.press(await visit.open(), 'next', leaver);
  t.equal(day.statusCode, 200, textOf(day.body).slice(0, 400));
  const check = await visit.toAnswers({ 'f.effective': '2016-09-30', 'f.reason': 'left' }, day);
  t.match(textOf(check.body), 'Nothing is recorded yet');
  const today = await visit.press(check, 'change 1', {});
  const refused = await visit.press(today, 'next', { 'f.effective': '2016-07-10' });
  t.match(textOf(refused.body), 'fewer than two officers');
});
