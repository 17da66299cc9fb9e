import t from 'tap';
import { issueSignInLink } from '../../src/http/sign-in.js';
import { contribution, openedLedger, type TestLedger } from '../support/ledger.js';
import { FormVisit, titleOf } from './filling-in.js';
import { ORIGIN, site } from './site.js';

/** Signing needs a recent sign-in. After signing in again, the officer returns to what they were about to sign. */

const offer = async (ledger: TestLedger) =>
  (
    await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: { type: 'ContributionAgreed', data: contribution() as never },
    })
  ).outcome.proposal!;

/** Lets time pass in small steps until the sign-in is too old to sign with. */
async function until31(ledger: TestLedger, look: () => Promise<unknown>): Promise<void> {
  const begun = ledger.clock.now();
  for (const minutes of [16, 31]) {
    ledger.now(new Date(begun + minutes * 60_000).toISOString());
    await look();
  }
}

t.test('whoever signed in half an hour ago signs in again before they sign, and comes back', async (t) => {
  const { ledger, visitor } = await site(t);
  const proposal = await offer(ledger);
  const address = `/proposals/${proposal}`;
  const officer = await visitor().signIn('county-finance');
  t.notMatch((await officer.get(address)).body, 'asked to sign in again');
  t.equal((await officer.get(`/sign-in/again?to=${address}`)).headers.location, address, 'who is fresh goes on');
  await until31(ledger, () => officer.get('/'));
  const head = await ledger.store.head();
  const read = await officer.get(address);
  t.match(read.body, 'You are asked to sign in again before you sign.');
  const asked = await officer.send(read, `${address}/sign`);
  t.match([asked.statusCode, asked.headers.location], [303, `/sign-in/again?to=${encodeURIComponent(address)}`]);
  t.equal(await ledger.store.head(), head, 'nothing is signed yet');
  const page = await officer.get(String(asked.headers.location));
  t.match(page.body, 'signed in within the last 30 minutes');
  t.match(page.body, 'Sign in again as');
  const before = officer.cookie;
  const back = await officer.send(page, '/sign-in/again');
  t.equal(back.headers.location, address);
  const signed = await officer.send(await officer.get(address), `${address}/sign`);
  t.equal(signed.headers.location, address);
  t.match((await officer.get(address)).body, /Signed</);
  officer.cookie = before;
  t.equal((await officer.get('/')).statusCode, 303, 'the session from before has ended');
});

t.test('to decline, or to offer, nobody is asked again', async (t) => {
  const { ledger, visitor } = await site(t);
  const proposal = await offer(ledger);
  const officer = await visitor().signIn('county-finance');
  await until31(ledger, () => officer.get('/'));
  const form = await officer.get(`/proposals/${proposal}/decline`);
  const sent = await officer.send(form, `/proposals/${proposal}/decline`, { reason: 'not now' });
  t.equal(sent.headers.location, `/proposals/${proposal}`);
});

t.test('by a new link they come back as well, and nobody else comes to where they were', async (t) => {
  const { ledger, visitor, key } = await site(t, await openedLedger(t), { demonstration: false, publicUrl: ORIGIN });
  const proposal = await offer(ledger);
  const officer = visitor();
  const byLink = async (name: string) => {
    const link = await issueSignInLink(key, name, Math.floor(ledger.clock.now() / 1000));
    return officer.send(await officer.get(`/sign-in/link?link=${link}`), '/sign-in/link');
  };
  t.equal((await byLink('county-finance')).headers.location, `${ORIGIN}/`);
  await until31(ledger, () => officer.get('/'));
  const address = `/sign-in/again?to=${encodeURIComponent(`/proposals/${proposal}`)}`;
  const page = await officer.get(address);
  t.match(page.body, 'Ask whoever runs this service for a new link');
  t.equal((await officer.post('/sign-in/again', {})).statusCode, 405, 'saying so is not enough');
  t.equal((await byLink('county-finance')).headers.location, `${ORIGIN}/proposals/${proposal}`);
  await until31(ledger, () => officer.get('/'));
  await officer.get(address);
  t.equal((await byLink('county-chief')).headers.location, `${ORIGIN}/`);
  await until31(ledger, () => officer.get('/'));
  await officer.get('/sign-in/again?to=//evil.example');
  t.equal((await byLink('county-chief')).headers.location, `${ORIGIN}/`);
  await until31(ledger, () => officer.get('/'));
  await officer.get(`/sign-in/again?to=/${'x'.repeat(1_000)}`);
  t.equal((await byLink('county-chief')).headers.location, `${ORIGIN}/`, 'an address too long to keep is left out');
});

t.test('what one officer’s word binds a body by asks for it too, and keeps what was typed', async (t) => {
  const { ledger, visitor } = await site(t);
  const chief = await visitor().signIn('county-chief');
  const visit = new FormVisit(chief, '/register/record/mandate-ended');
  const check = await visit.toAnswers({
    'f.officer': 'county-finance',
    'f.partner': 'county',
    'f.role': 'finance-officer',
    'f.reason': 'She has left.',
    'f.effective': '2016-03-01',
  });
  t.equal(titleOf(check.body), 'Check your answers');
  await until31(ledger, () => chief.get('/'));
  const head = await ledger.store.head();
  const kept = await visit.press(check, 'send');
  t.match([kept.statusCode, titleOf(kept.body)], [401, 'Sign in again']);
  t.match(kept.body, /href="\/sign-in\/again" target="_blank"/);
  const early = await visit.press(kept, '');
  t.equal(titleOf(early.body), 'Check your answers', 'whoever goes on without it is shown the same');
  t.equal((await visit.press(early, 'send')).statusCode, 401);
  t.equal(await ledger.store.head(), head);
  await chief.send(await chief.get('/sign-in/again'), '/sign-in/again');
  const shown = await visit.press(kept, '');
  t.match(shown.body, 'She has left.');
  t.equal((await visit.press(shown, 'send')).statusCode, 303);
  t.not(await ledger.store.head(), head);
});
