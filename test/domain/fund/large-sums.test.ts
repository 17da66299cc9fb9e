import t from 'tap';
import { verify } from '../../../src/ledger/audit/verify.js';
import { asked, signAgreement, terms } from '../../support/agreements.js';
import { contribution, COUNTY, line, NORTH } from '../../support/ledger.js';
import { told } from '../../support/told.js';
import { openedLedger } from '../../support/rules-alone.js';

/** One act moves at most £9,999,999,999.99. Sums of several acts may be larger. */
const MOST = '9999999999.99';

const invoice = (of: string, more: object = {}) => ({
  effective: '2016-06-01',
  line: of,
  net: MOST,
  vat: '0.00',
  recoverable: '0.00',
  reference: 'invoice',
  ...more,
});

t.test('a line bears the largest invoice with its VAT', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: MOST }));
  const { outcome } = await ledger.post(
    'county-finance',
    'ExpenditureRecorded',
    invoice('home-care', { vat: '2000000000.00' }),
  );
  t.match(outcome.events[0]?.sentence, '£11,999,999,999.99 was spent on "home-care" (invoice).');
  t.same((await verify(ledger.store)).problems, []);
});

t.test('money goes back of more than one act can move', async (t) => {
  const ledger = await openedLedger(t);
  for (const name of ['one', 'two']) {
    const data = contribution({ contribution: name, amount: MOST });
    await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', data);
    await ledger.post('county-finance', 'ContributionReceived', {
      effective: '2016-04-01',
      contribution: name,
      amount: MOST,
      bankReference: 'BACS',
    });
  }
  const { outcome } = await ledger.signed('county-finance', 'north-ccg-finance', 'UnderspendReturned', {
    effective: '2016-06-01',
    partner: NORTH,
    source: 'NHS_ADD',
    amount: '5.00',
    reason: 'too much',
  });
  t.match(outcome.events[1]?.sentence, 'leaving £19,999,999,994.98: too much');
});

t.test('an underspend of several lines covers an overspend of several', async (t) => {
  const ledger = await openedLedger(t);
  for (const name of ['one', 'two']) {
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: name, amount: MOST }));
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: `over-${name}`, amount: '0.01' }));
  }
  for (const [scheme, lines] of [
    ['under', ['one', 'two']],
    ['over', ['over-one', 'over-two']],
  ] as const) {
    for (const name of lines) {
      await ledger.post('pool-manager', 'PlanLineDescribed', {
        effective: '2016-04-01',
        line: name,
        scheme: {
          scheme,
          title: scheme,
          type: 'home-care',
          areaOfSpend: 'community-health',
          commissioner: { nhs: 10_000, localGovernment: 0 },
          provider: 'nhs-community',
          new: false,
        },
        reason: 'template',
      });
    }
  }
  for (const name of ['over-one', 'over-two'])
    await ledger.post('county-finance', 'ExpenditureRecorded', invoice(name));
  const covering = {
    kind: 'stepwise',
    steps: [{ from: 'underspends', schemes: ['under'] }],
    then: { kind: 'own-risk', commissioner: COUNTY },
  };
  await signAgreement(ledger, terms({ riskShares: [{ scheme: 'over', rule: covering }] }));
  const wanted = {
    schemes: [
      { scheme: 'over', covered: [{ scheme: 'under', amount: '19999999999.96' }], given: [] },
      { scheme: 'under', given: [{ to: 'over', amount: '19999999999.96' }], uncovered: '-0.02' },
    ],
  };
  told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, wanted);
  for (const scheme of ['over', 'under']) {
    const data = { effective: '2017-03-31', scheme };
    await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', data);
  }
  told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, wanted, 'once it is signed too');
  t.same((await verify(ledger.store)).problems, []);
});
