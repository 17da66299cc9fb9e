import t from 'tap';
import { allFacts } from '../../../src/ledger/catalogue.js';
import { acts, caseNamed, DISPUTES, share } from '../../support/disputes.js';
import { fact, figures } from '../../support/figures.js';
import { contribution, grant, line, NORTH, type TestLedger } from '../../support/ledger.js';
import { disputing, openedLedger } from '../../support/rules-alone.js';

/** The same receipt, tranche or invoice is recorded once, unless it is marked as one more. */

const paying = [
  {
    type: 'ContributionReceived',
    data: { effective: '2016-05-02', contribution: 'north-extra', amount: '100.00', bankReference: 'BACS 7' },
    other: { bankReference: 'BACS 8' },
  },
  {
    type: 'GrantTrancheReceived',
    data: { effective: '2016-05-02', grant: 'dfg', amount: '100.00', bankReference: 'DFG 1' },
    other: { amount: '100.01' },
  },
  {
    type: 'ExpenditureRecorded',
    data: {
      effective: '2016-05-02',
      line: 'home-care',
      net: '100.00',
      vat: '20.00',
      recoverable: '20.00',
      reference: 'INV 1',
    },
    other: { effective: '2016-05-03' },
  },
] as const;

async function ready(ledger: TestLedger): Promise<TestLedger> {
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await ledger.post('county-finance', 'GrantDetermined', grant());
  return ledger;
}

for (const { type, data, other } of paying) {
  t.test(`${type} twice with the same day, sum and reference is refused, whoever sends it`, async (t) => {
    const ledger = await ready(await openedLedger(t));
    const post = (more: object) => ({ act: 'post' as const, fact: fact(type, { ...data, ...more }) });
    const first = await ledger.post('county-finance', type, data);
    t.equal(await ledger.refused('county-finance', post({})), 'recorded_already');
    t.equal(await ledger.refused('county-chief', post({})), 'recorded_already');
    t.equal(await ledger.refused('county-finance', post({ again: false })), 'recorded_already');
    await ledger.post('county-finance', type, { ...data, ...other });

    t.equal(await ledger.refused('county-finance', post({ again: true })), 'reason_needed', 'one more says why');
    const reason = 'paid in two parts on one day';
    await ledger.post('county-finance', type, { ...data, again: true, reason });
    t.equal(await ledger.refused('county-finance', post({})), 'recorded_already');

    await ledger.post('county-finance', 'FactReversed', {
      effective: data.effective,
      reverses: first.outcome.events[0]!.revision,
      reason: 'the bank took it back',
    });
    t.equal(await ledger.refused('county-finance', post({})), 'recorded_already', 'the other one stands');
  });

  t.test(`${type} that was taken back can be recorded again, and one more needs another`, async (t) => {
    const ledger = await ready(await openedLedger(t));
    const again = { ...data, again: true, reason: 'paid again' };
    t.equal(await ledger.refused('county-finance', { act: 'post', fact: fact(type, again) }), 'again_not_needed');
    const first = await ledger.post('county-finance', type, data);
    await ledger.post('county-finance', 'FactReversed', {
      effective: data.effective,
      reverses: first.outcome.events[0]!.revision,
      reason: 'the wrong day',
    });
    await ledger.post('county-finance', type, data);
    t.equal(await ledger.refused('county-finance', { act: 'post', fact: fact(type, data) }), 'recorded_already');
  });
}

t.test('a receipt that is recorded twice is money received once', async (t) => {
  const ledger = await ready(await openedLedger(t));
  const { type, data } = paying[0];
  await ledger.post('county-finance', type, data);
  await ledger.refused('county-chief', { act: 'post', fact: fact(type, data) });
  t.match(figures(ledger, NORTH, '2016-05-02'), { received: '100.00' });
});

t.test('an invoice is the same one whether or not it names the commitment that it pays', async (t) => {
  const ledger = await ready(await openedLedger(t));
  const { type, data } = paying[2];
  await ledger.post('county-finance', 'CommitmentMade', {
    effective: '2016-05-01',
    commitment: 'order-1',
    line: 'home-care',
    supplierClass: 'private',
    amount: '5000.00',
    reference: 'PO 1',
  });
  await ledger.post('county-finance', type, { ...data, commitment: 'order-1' });
  t.equal(await ledger.refused('county-finance', { act: 'post', fact: fact(type, data) }), 'recorded_already');
});

t.test('a refund is paid once on one day under one reference', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise('one', { until: undefined });
  await acts(ledger).signed('SplitDecided', {
    decidedOn: '2018-11-01',
    split: share(10_000),
    by: 'panel',
  });
  ledger.now('2018-11-02T12:00:00Z');
  const refund = {
    effective: '2018-11-02',
    of: { case: caseNamed('one') },
    payer: NORTH,
    amount: '10.00',
    bankReference: 'BACS 1',
  };
  await ledger.post('north-ccg-finance', 'RefundPaid', refund, DISPUTES);
  t.equal(await acts(ledger).refused('north-ccg-finance', 'post', 'RefundPaid', refund), 'recorded_already');
  await ledger.post('north-ccg-finance', 'RefundPaid', { ...refund, again: true, reason: 'two parts' }, DISPUTES);
});

t.test('each fact that says what makes it the same can be marked as one more', (t) => {
  const facts = allFacts().filter(({ fact }) => fact.sameAs);
  t.same(facts.map(({ fact }) => fact.name).sort(), [
    'ContributionReceived',
    'CreditNoteReceived',
    'ExpenditureRecorded',
    'GrantTrancheReceived',
    'IncomeReceived',
    'RefundPaid',
  ]);
  for (const each of facts) t.hasProps(each.fact.input.shape, ['again', 'reason'], each.fact.name);
  t.end();
});
