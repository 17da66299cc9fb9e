import t from 'tap';
import { Refusal } from '../../../src/domain/rules.js';
import type { Done } from '../../../src/ledger/acts/submission.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { agreement, asked, signAgreement, southAccepts, terms } from '../../support/agreements.js';
import { fact } from '../../support/figures.js';
import { COUNTY, line, NORTH, openFund, SOUTH, type TestLedger } from '../../support/ledger.js';
import { told } from '../../support/told.js';
import { openedLedger } from '../../support/rules-alone.js';

/**
 * What depends on an agreement, and what does not. One agreement is in force at a time, and shares keep the terms under
 * which they were signed.
 */

const revisionOf = ({ outcome }: Done): string => outcome.events.at(-1)!.revision;

/** Proposes as the county, and has the North sign; returns what was recorded, or the refusal in words. */
async function tried(ledger: TestLedger, type: string, data: object, where?: string): Promise<string> {
  const more = where ? { in: where } : {};
  const offered = await ledger.submit('county-finance', { act: 'propose', fact: fact(type, { ...data }) }, more);
  if (offered instanceof Refusal) return `${offered.rule}: ${offered.detail}`;
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: offered.outcome.proposal! }, more);
  return 'signed';
}

const reversed = (ledger: TestLedger, effective: string, reverses: string): Promise<string> =>
  tried(ledger, 'FactReversed', { effective, reverses, reason: 'mistaken' });

const variation = (effective: string, ofTerms: object) => ({
  effective,
  agreement: 's75',
  clause: 'clause 2',
  terms: ofTerms,
  reason: 'review',
});
const varied = (ledger: TestLedger, effective: string, ofTerms: object): Promise<Done> =>
  ledger.signed('county-finance', 'north-ccg-finance', 'AgreementVaried', variation(effective, ofTerms));

const noticed = (ledger: TestLedger, more: object = {}): Promise<Done> =>
  ledger.signed('county-finance', 'county-chief', 'NoticeGiven', {
    effective: '2016-05-01',
    agreement: 's75',
    partner: COUNTY,
    reason: 'saving',
    ...more,
  });
const termination = (effective: string, notice: Done) => ({
  effective,
  agreement: 's75',
  notice: revisionOf(notice),
  reason: 'as notice was given',
});
const terminated = (ledger: TestLedger, effective: string, notice: Done): Promise<Done> =>
  ledger.signed('county-finance', 'north-ccg-finance', 'AgreementTerminated', termination(effective, notice));

const second = (from: string, to: string) => ({
  ...agreement({ agreement: 'second', effective: from }, terms({ from, to, defaultRule: { kind: 'own-risk' } })),
});
const SECOND_STANDS =
  'agreement_stands: "second" of testshire-2016-17 is in force from 1 October 2016 to 31 March 2017.';

t.test('a term is not varied over another agreement, of this fund or of a later year’s', async (t) => {
  const ledger = await openedLedger(t);
  await openFund(ledger, '2017-18');
  await signAgreement(ledger, terms({ to: '2016-09-30' }));
  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementSigned', second('2016-10-01', '2017-03-31'));
  const longer = (to: string) => tried(ledger, 'AgreementVaried', variation('2016-09-30', terms({ to })));
  t.equal(await longer('2016-10-01'), SECOND_STANDS);
  t.equal(await longer('2018-03-31'), SECOND_STANDS);
  t.equal(await longer('2016-09-30'), 'signed', 'what does not reach it is free');
  const last = (to: string) => ({ ...variation('2017-03-31', terms({ from: '2016-10-01', to })), agreement: 'second' });
  await ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'AgreementSigned',
    agreement({ agreement: 'third', effective: '2017-06-01' }, terms({ from: '2017-06-01' })),
    'testshire-2017-18',
  );
  t.equal(
    await tried(ledger, 'AgreementVaried', last('2017-06-01')),
    'agreement_stands: "third" of testshire-2017-18 is in force from 1 June 2017 to 31 March 2018.',
  );
  t.equal(await tried(ledger, 'AgreementVaried', last('2017-05-31')), 'signed');
  told(t, (await asked(ledger, 'agreement', { on: '2016-10-01' })).answer, {
    agreements: [{ inForce: false }, { agreement: 'second', inForce: true }],
  });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('an agreement may be recorded after a later one, where they do not meet', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementSigned', second('2016-10-01', '2017-03-31'));
  t.equal(await tried(ledger, 'AgreementSigned', agreement()), SECOND_STANDS);
  t.equal(await tried(ledger, 'AgreementSigned', agreement({}, terms({ to: '2016-09-30' }))), 'signed');
});

t.test('an end is not taken back once another agreement stands in its place', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2017-01-10T09:00:00Z');
  await signAgreement(ledger, terms({ noticeMonths: 1 }));
  const ended = await terminated(ledger, '2016-09-30', await noticed(ledger));
  const next = await ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'AgreementSigned',
    second('2016-10-01', '2017-03-31'),
  );
  t.equal(await reversed(ledger, '2016-09-30', revisionOf(ended)), SECOND_STANDS);
  t.equal(await reversed(ledger, '2016-10-01', revisionOf(next)), 'signed');
  t.equal(await reversed(ledger, '2016-09-30', revisionOf(ended)), 'signed', 'where none does, it is');
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a variation that ended the term is not taken back once another agreement stands in its place', async (t) => {
  const ledger = await openedLedger(t);
  await signAgreement(ledger);
  const shorter = await varied(ledger, '2016-06-01', terms({ to: '2016-09-30' }));
  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementSigned', second('2016-10-01', '2017-03-31'));
  t.equal(await reversed(ledger, '2016-06-01', revisionOf(shorter)), SECOND_STANDS);
});

/** An agreement, and two plan lines that were both overspent by £100.00. */
async function overspent(t: Parameters<typeof openedLedger>[0], ofTerms = terms()): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  ledger.now('2017-05-10T09:00:00Z');
  await signAgreement(ledger, ofTerms);
  for (const name of ['carers', 'equipment']) {
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: name, amount: '1000.00' }));
    await ledger.post('county-finance', 'ExpenditureRecorded', {
      effective: '2016-06-01',
      line: name,
      net: '1100.00',
      vat: '0.00',
      recoverable: '0.00',
      reference: 'invoice',
    });
  }
  return ledger;
}
const shared = (ledger: TestLedger, scheme: string, effective = '2017-03-31'): Promise<Done> =>
  ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', { effective, scheme });

const OWN_RISK = terms({ noticeMonths: 1, defaultRule: { kind: 'own-risk' } });
const VARIED = terms({ noticeMonths: 1, defaultRule: { kind: 'own-risk', commissioner: NORTH } });

t.test('what was signed of one scheme is reversed without regard to others, notice or later terms', async (t) => {
  const ledger = await overspent(t, OWN_RISK);
  const carers = await shared(ledger, 'carers');
  const notice = await noticed(ledger);
  const equipment = await shared(ledger, 'equipment');
  t.equal(await reversed(ledger, '2017-03-31', revisionOf(carers)), 'signed');
  const takenBack = await ledger.signed('county-finance', 'county-chief', 'FactReversed', {
    effective: '2016-05-01',
    reverses: revisionOf(notice),
    reason: 'mistaken',
  });
  t.match(takenBack.outcome.events[1]?.sentence, /^Reversed from 1 May 2016: “county gave 1 months’ notice/);
  await varied(ledger, '2017-03-31', VARIED);
  t.equal(await reversed(ledger, '2017-03-31', revisionOf(equipment)), 'signed');
  told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, {
    schemes: [{ applied: null }, { applied: null }],
    partners: [{ partner: NORTH, amount: '200.00' }],
  });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('shares of one scheme are reversed last first', async (t) => {
  const ledger = await overspent(t, OWN_RISK);
  const first = await shared(ledger, 'carers', '2016-12-31');
  const last = await shared(ledger, 'carers');
  t.equal(
    await reversed(ledger, '2016-12-31', revisionOf(first)),
    `others_rest_on_it: On "risk-share/carers" rest the facts at revision ${revisionOf(last)}.`,
  );
  t.equal(await reversed(ledger, '2017-03-31', revisionOf(last)), 'signed');
  t.equal(await reversed(ledger, '2016-12-31', revisionOf(first)), 'signed');
});

t.test('terms stay under a share that was signed by them', async (t) => {
  const ledger = await overspent(t, OWN_RISK);
  const before = await varied(ledger, '2016-06-01', VARIED);
  const carers = await shared(ledger, 'carers', '2016-12-31');
  t.equal(
    await tried(ledger, 'AgreementVaried', variation('2016-12-30', OWN_RISK)),
    `later_change_stands: Revision ${revisionOf(carers)} shares the variance of "carers" as at 31 December 2016; this would change its terms from 30 December 2016.`,
  );
  t.equal(
    await reversed(ledger, '2016-06-01', revisionOf(before)),
    `others_rest_on_it: By its terms the facts at revision ${revisionOf(carers)} share a variance.`,
  );
  const after = await varied(ledger, '2017-01-01', OWN_RISK);
  t.equal(await reversed(ledger, '2017-01-01', revisionOf(after)), 'signed', 'later terms are free');
  t.equal(await reversed(ledger, '2016-12-31', revisionOf(carers)), 'signed');
  t.equal(await reversed(ledger, '2016-06-01', revisionOf(before)), 'signed');
  const again = await varied(ledger, '2016-06-01', VARIED);
  await shared(ledger, 'carers', '2016-05-31');
  t.equal(
    await reversed(ledger, '2016-06-01', revisionOf(again)),
    'signed',
    'a share of an earlier day is by other terms',
  );
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a scheme does not end before a day as at which its variance was shared', async (t) => {
  const ledger = await overspent(t, OWN_RISK);
  const ofEquipment = await noticed(ledger, { schemes: ['equipment'] });
  const ofCarers = await noticed(ledger, { schemes: ['carers'] });
  const ofAll = await noticed(ledger);
  const revision = revisionOf(await shared(ledger, 'carers', '2016-12-31'));
  const refused = (day: string) =>
    `later_change_stands: Revision ${revision} shares the variance of "carers" as at 31 December 2016; this would change its terms from ${day}.`;
  const end = (effective: string, notice: Done) => tried(ledger, 'AgreementTerminated', termination(effective, notice));
  t.equal(await end('2016-12-30', ofCarers), refused('30 December 2016'));
  t.equal(await end('2016-12-30', ofAll), refused('30 December 2016'));
  t.equal(await end('2016-09-30', ofEquipment), 'signed', 'another scheme does');
  t.equal(await end('2016-12-31', ofCarers), 'signed');
});

t.test('notice is not taken back once something has ended by it', async (t) => {
  const ledger = await overspent(t, OWN_RISK);
  const [one, other] = [await noticed(ledger, { schemes: ['carers'] }), await noticed(ledger)];
  const ended = await terminated(ledger, '2016-09-30', one);
  const back = (notice: Done) =>
    ledger.submit('county-finance', {
      act: 'propose',
      fact: fact('FactReversed', { effective: '2016-05-01', reverses: revisionOf(notice), reason: 'mistaken' }),
    });
  t.match(await back(one), {
    rule: 'others_rest_on_it',
    detail: `By this notice something was ended at revision ${revisionOf(ended)}.`,
  });
  t.notOk((await back(other)) instanceof Refusal, 'the other notice is');
});

t.test('an acceptance stays under a share that falls to who accepted, and no longer', async (t) => {
  const ledger = await overspent(
    t,
    terms({
      riskShares: [{ scheme: 'carers', rule: { kind: 'own-risk', commissioner: SOUTH } }],
      defaultRule: { kind: 'own-risk' },
    }),
  );
  const accepted = await southAccepts(ledger);
  await shared(ledger, 'equipment');
  const back = () =>
    ledger.submit('south-ccg-chief', {
      act: 'post',
      fact: fact('FactReversed', { effective: '2016-04-01', reverses: revisionOf(accepted), reason: 'mistaken' }),
    });
  const carers = await shared(ledger, 'carers');
  t.match(await back(), {
    rule: 'others_rest_on_it',
    detail: `By this acceptance the facts at revision ${revisionOf(carers)} share a variance.`,
  });
  t.equal(await reversed(ledger, '2017-03-31', revisionOf(carers)), 'signed');
  t.notOk((await back()) instanceof Refusal, 'a share that falls to others does not hold it');
  t.same((await verify(ledger.store)).problems, []);
});
