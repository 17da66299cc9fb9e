import t from 'tap';
import { verify } from '../../../src/ledger/audit/verify.js';
import { asked, signAgreement, terms } from '../../support/agreements.js';
import { told } from '../../support/told.js';
import { contribution, COUNTY, FUND, line, NORTH, type TestLedger } from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

const spent = (ledger: TestLedger, of: string, net: string) =>
  ledger.post('county-finance', 'ExpenditureRecorded', {
    effective: '2016-06-01',
    line: of,
    net,
    vat: '0.00',
    recoverable: '0.00',
    reference: 'invoices',
  });

/** Signs the risk share of a scheme; returns it in words. */
const applied = async (ledger: TestLedger, scheme: string, effective = '2017-03-31'): Promise<string> => {
  const { outcome } = await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', {
    effective,
    scheme,
  });
  return outcome.events[1]!.sentence;
};

const surpluses = async (ledger: TestLedger, on: string): Promise<string[]> =>
  ((await asked(ledger, 'memorandum', { on })).answer['partners'] as { partner: string; surplus: string }[])
    .filter(({ surplus }) => surplus !== '0.00')
    .map(({ partner, surplus }) => `${partner} ${surplus}`);

for (const order of [
  ['carers', 'equipment'],
  ['equipment', 'carers'],
]) {
  t.test(`an underspend that covers another scheme is shared once: ${order.join(' is signed before ')}`, async (t) => {
    const ledger = await openedLedger(t);
    const covering = {
      kind: 'stepwise',
      steps: [{ from: 'underspends', schemes: ['carers'] }],
      then: { kind: 'pro-rata' },
    };
    await signAgreement(
      ledger,
      terms({ underspend: { kind: 'shared' }, riskShares: [{ scheme: 'equipment', rule: covering }] }),
    );
    await ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ amount: '2000.00' }),
    );
    for (const [name, net] of [
      ['carers', '900.00'],
      ['equipment', '1060.00'],
    ] as const) {
      await ledger.post('pool-manager', 'PlanLineSet', line({ line: name, amount: '1000.00' }));
      await spent(ledger, name, net);
    }
    const wanted = {
      schemes: [
        {
          scheme: 'carers',
          variance: '-100.00',
          given: [{ to: 'equipment', amount: '60.00' }],
          shares: [{ partner: NORTH, amount: '-40.00' }],
          uncovered: '0.00',
        },
        { scheme: 'equipment', variance: '60.00', given: [], shares: [{ amount: '0.00' }], uncovered: '0.00' },
      ],
      partners: [{ partner: NORTH, amount: '-40.00' }],
    };
    told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, wanted, 'before');
    const words: Record<string, string> = {
      carers:
        'The underspend of 100.00 on "carers" was shared in proportion to recurrent contributions: 60.00 covers "equipment", north-ccg -40.00.',
      equipment:
        'The overspend of 60.00 on "equipment" was shared first from what is not spent of carers; then in proportion to recurrent contributions: ' +
        '60.00 from what is not spent of "carers", north-ccg 0.00.',
    };
    for (const scheme of order) {
      t.equal(await applied(ledger, scheme), words[scheme]);
      told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, wanted, `once ${scheme} is signed`);
    }
    const { table } = await asked(ledger, 'risk-share', { on: '2017-03-31' });
    t.same(table[1], ['carers', '', '', '', 'given to "equipment"', '60.00', '']);
    t.same(await surpluses(ledger, '2017-03-31'), ['north-ccg 40.00']);
    t.same((await verify(ledger.store)).problems, []);
  });
}

t.test('what was signed stands when the agreement has ended, in the memorandum too', async (t) => {
  const ledger = await openedLedger(t);
  const own = { kind: 'own-risk', commissioner: COUNTY };
  await signAgreement(ledger, terms({ to: '2016-12-31', defaultRule: own }));
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution({ amount: '1000.00' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1000.00' }));
  await spent(ledger, 'home-care', '1100.00');
  t.same(await surpluses(ledger, '2016-12-31'), ['north-ccg -100.00'], 'within the year, only what was signed');
  await applied(ledger, 'home-care', '2016-12-31');
  t.same(await surpluses(ledger, '2016-12-30'), ['north-ccg -100.00'], 'not before its day');
  for (const on of ['2016-12-31', '2017-01-01', '2017-03-31'])
    t.same(await surpluses(ledger, on), ['county -100.00'], on);
  const { answer, table } = await asked(ledger, 'risk-share', { on: '2017-03-31' });
  told(t, answer, {
    agreement: null,
    schemes: [{ rule: null, shares: [{ partner: COUNTY, amount: '100.00' }], uncovered: '0.00', applied: {} }],
    partners: [{ partner: COUNTY, amount: '100.00' }],
  });
  t.same(table[1], ['home-care', '', '', '', 'county', '100.00', '100.00']);
  await spent(ledger, 'home-care', '7.00');
  told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, {
    schemes: [{ shares: [{ partner: COUNTY, amount: '100.00' }], uncovered: '7.00' }],
  });
  t.same(await surpluses(ledger, '2017-03-31'), ['county -100.00', 'north-ccg -7.00']);
});

t.test('a rule over a base is applied although the budget was kept to', async (t) => {
  const ledger = await openedLedger(t);
  const halves = [
    { partner: COUNTY, share: 5_000 },
    { partner: NORTH, share: 5_000 },
  ];
  await signAgreement(ledger, terms({ defaultRule: { kind: 'over-base', base: '120000.00', shares: halves } }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '150000.00' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'equipment', amount: '1.00' }));
  await spent(ledger, 'home-care', '150000.00');
  await spent(ledger, 'equipment', '1.00');
  t.equal(
    await applied(ledger, 'home-care'),
    'The variance of 0.00 on "home-care" was shared in fixed shares of what is spent above 120000.00 (county 50%, north-ccg 50%): ' +
      'county 15000.00, north-ccg 15000.00, 30000.00 stays in the pool.',
  );
  const nothing = {
    act: 'propose',
    fact: { type: 'RiskShareApplied', data: { effective: '2017-03-31', scheme: 'equipment' } },
  };
  t.equal(await ledger.refused('county-finance', nothing as never, { in: FUND }), 'nothing_to_change');
});

t.test(
  'a mid-year memorandum shares what is left by what is agreed, and not a whole year’s budget by the rules',
  async (t) => {
    const ledger = await openedLedger(t);
    await signAgreement(
      ledger,
      terms({ underspend: { kind: 'shared' }, defaultRule: { kind: 'own-risk', commissioner: COUNTY } }),
    );
    const quarters = ['2016-04-01', '2016-07-01', '2016-10-01', '2017-01-01'].map((due) => ({ due, amount: '300.00' }));
    await ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ amount: '1200.00', instalments: quarters }),
    );
    await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1200.00' }));
    await spent(ledger, 'home-care', '290.00');
    t.same(await surpluses(ledger, '2016-06-30'), ['north-ccg 910.00']);
    t.same(await surpluses(ledger, '2017-03-30'), ['north-ccg 910.00']);
    t.same(await surpluses(ledger, '2017-03-31'), ['county 910.00']);
  },
);

t.test('after the year its variances are shared by the agreement of its last day', async (t) => {
  const ledger = await openedLedger(t);
  const own = { kind: 'own-risk', commissioner: COUNTY };
  await signAgreement(ledger, terms({ to: '2017-03-31', defaultRule: own }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1000.00' }));
  await spent(ledger, 'home-care', '1100.00');
  for (const on of ['2017-03-31', '2017-04-01', '2017-12-31']) {
    told(t, (await asked(ledger, 'risk-share', { on })).answer, {
      agreement: 's75',
      partners: [{ partner: COUNTY, amount: '100.00' }],
    });
    t.same(await surpluses(ledger, on), ['county -1100.00'], 'nobody has paid anything');
  }
});
