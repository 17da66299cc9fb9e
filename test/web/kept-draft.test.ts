import t from 'tap';
import { FUND } from '../support/ledger.js';
import { FormVisit, titleOf } from './filling-in.js';
import { site } from './site.js';

/** A draft outlives the session in which it began, but only for its own officer. */

t.test(
  'an officer whose session ends while they fill a form in signs in again and finds what they typed',
  async (t) => {
    const { visitor, ledger } = await site(t);
    const north = await visitor().signIn('north-ccg-finance');
    const visit = new FormVisit(north, `/funds/${FUND}/propose/contribution-agreed`);
    const first = await visit.open();
    ledger.now('2016-03-01T11:00:00Z');
    const kept = await visit.press(first, 'next', { 'f.payer': 'north-ccg', 'f.source': 'NHS_ADD' });
    t.equal(kept.statusCode, 401);
    t.equal(titleOf(kept.body), 'Sign in again');
    t.match(kept.body, 'name="f.payer" value="north-ccg"');
    t.notMatch(kept.body, 'name="token" value="[^"]+"><input type="hidden" name="draft"');

    await north.signIn('north-ccg-finance');
    const again = await visit.press(kept, '');
    t.equal(titleOf(again.body), 'Who pays and source of funding');
    t.match(again.body, /value="north-ccg" checked/);
    t.equal(titleOf((await visit.press(again, 'next')).body), 'Amount, how often and effective day');
  },
);

t.test('what comes back in another session is shown and not sent, and nobody else is shown it', async (t) => {
  const { visitor, ledger } = await site(t);
  const north = await visitor().signIn('north-ccg-finance');
  const visit = new FormVisit(north, `/funds/${FUND}/record/gap-stated`);
  const check = await visit.toAnswers({
    'f.amount': '5',
    'f.effective': '2016-04-01',
    'f.claimant': 'The board',
    'f.basis': 'Its paper of March.',
  });
  const head = await ledger.store.head();
  ledger.now('2016-03-01T11:00:00Z');
  const kept = await visit.press(check, 'send');
  t.equal(kept.statusCode, 401);
  const south = await visitor().signIn('south-ccg-finance');
  const theirs = await new FormVisit(south, `/funds/${FUND}/record/gap-stated`).press(kept, 'send');
  t.equal(theirs.statusCode, 403);
  t.match(theirs.body, 'Rule: form_not_ours');
  t.notMatch(theirs.body, 'The board');
  await north.signIn('north-ccg-finance');
  const shown = await visit.press(kept, 'send');
  t.equal(shown.statusCode, 200);
  t.equal(titleOf(shown.body), 'Check your answers');
  t.equal(await ledger.store.head(), head, 'nothing is recorded by what comes back');
  const last = await visit.press(shown, 'send');
  t.equal(last.statusCode, 303, last.body.replace(/<[^>]*>|\s+/g, ' '));
  const elsewhere = await north.post(`/funds/${FUND}/record/gap-stated`, { whose: 'made up', 'f.amount': '5' });
  t.equal(elsewhere.statusCode, 403);
});
