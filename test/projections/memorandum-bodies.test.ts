import t from 'tap';
import { asked, signAgreement, southAccepts, terms } from '../support/agreements.js';
import { told } from '../support/told.js';
import { DAY, merger, registerAll, split, succeeded } from '../support/bodies.js';
import { contribution, COUNTY, line, NORTH, SOUTH, type TestLedger } from '../support/ledger.js';
import { openedLedger } from '../support/rules-alone.js';

const fixed = {
  kind: 'fixed',
  shares: [
    { partner: COUNTY, share: 3_333 },
    { partner: NORTH, share: 3_333 },
    { partner: SOUTH, share: 3_334 },
  ],
};

/** Every kind of rule that names a body. */
const RULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'fixed shares': { defaultRule: fixed },
  'own risk of a group': { defaultRule: { kind: 'own-risk', commissioner: NORTH } },
  'own risk of the host': { defaultRule: { kind: 'own-risk' } },
  'what is above a base': { defaultRule: { ...fixed, kind: 'over-base', base: '900000.00' } },
  'caps, with an excess': {
    defaultRule: { kind: 'capped', of: fixed, caps: [{ partner: NORTH, most: '10.00' }], excess: SOUTH },
  },
  'an underspend to one partner': {
    defaultRule: { kind: 'pro-rata' },
    underspend: { kind: 'to-partner', partner: COUNTY },
  },
};

const spent = (ledger: TestLedger, of: string, effective: string, net: string) =>
  ledger.post('county-finance', 'ExpenditureRecorded', {
    effective,
    line: of,
    net,
    vat: '0.00',
    recoverable: '0.00',
    reference: 'invoices',
  });

/** One scheme overspent by £100.01, one underspent by £50.00; the groups merge in the year, and the county splits. */
async function yearOf(
  t: Parameters<typeof openedLedger>[0],
  more: Readonly<Record<string, unknown>>,
): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  ledger.now('2016-09-01T09:00:00Z');
  await signAgreement(ledger, terms({ underspend: { kind: 'shared' }, ...more }));
  await southAccepts(ledger);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await ledger.signed('county-finance', 'north-ccg-finance', 'ContributionAgreed', {
    ...contribution({ contribution: 'county-extra', payer: COUNTY, source: 'LA_ADD', amount: '777.77' }),
  });
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'over', amount: '1000000.00' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'under', amount: '100.00' }));
  await spent(ledger, 'over', '2016-06-01', '1000100.01');
  await spent(ledger, 'under', '2016-06-01', '50.00');
  await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', {
    effective: '2016-08-31',
    scheme: 'over',
  });
  ledger.now('2016-11-01T09:00:00Z');
  await succeeded(ledger, merger());
  ledger.now('2017-02-01T09:00:00Z');
  await spent(ledger, 'over', '2016-09-02', '0.01');
  await succeeded(ledger, split({ effective: '2017-01-01' }));
  return ledger;
}

const DAYS = [
  '2016-03-31',
  '2016-08-31',
  '2016-09-30',
  DAY,
  '2016-12-31',
  '2017-01-01',
  '2017-03-30',
  '2017-03-31',
  '2017-04-01',
];
const KNOWN = ['2016-03-01', '2016-09-01', '2016-11-01', '2017-02-01'];

for (const [name, more] of Object.entries(RULES)) {
  t.test(
    `${name}: the memorandum holds on every day around a merger and a split, as known at every instant`,
    async (t) => {
      const ledger = await yearOf(t, more);
      const ended = (on: string, known: string): string[] => [
        ...(on >= DAY && known >= '2016-11-01' ? [NORTH, SOUTH] : []),
        ...(on >= '2017-01-01' && known >= '2017-02-01' ? [COUNTY] : []),
      ];
      for (const on of DAYS) {
        for (const known of KNOWN) {
          const { answer } = await asked(ledger, 'memorandum', { on, 'known-at': known });
          t.equal(answer['holds'], true, `on ${on}, known at ${known}`);
          const partners = (answer['partners'] as { partner: string }[]).map(({ partner }) => partner);
          t.same(
            partners.filter((partner) => ended(on, known).includes(partner)),
            [],
            `nobody who has ended bears anything on ${on}, known at ${known}`,
          );
        }
      }
    },
  );
}

t.test('what is a host’s own, and a host’s own risk, is all its successors’, by their shares', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  ledger.now('2017-02-01T09:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '0.10' }));
  await spent(ledger, 'home-care', '2016-06-01', '100.00');
  await succeeded(ledger, split());
  const surpluses = async (on: string) =>
    ((await asked(ledger, 'memorandum', { on })).answer['partners'] as { partner: string; surplus: string }[])
      .filter(({ surplus }) => surplus !== '0.00')
      .map(({ partner, surplus }) => `${partner} ${surplus}`);
  const thirds = ['upton-council -33.33', 'middleton-council -33.33', 'downton-council -33.34'];
  t.same(await surpluses('2016-09-30'), ['county -100.00']);
  t.same(new Set(await surpluses(DAY)).size, 3);
  const { answer } = await asked(ledger, 'position', { on: DAY });
  const used = (answer['partners'] as { partner: string; total: { spent: string; held: string } }[])
    .filter(({ total }) => total.spent !== '0.00')
    .map(({ partner, total }) => `${partner} ${total.spent} ${total.held}`);
  t.same(used.sort(), ['downton-council 33.34 -33.34', 'middleton-council 33.33 -33.33', 'upton-council 33.33 -33.33']);
  told(t, (await surpluses('2017-03-31')).sort(), [...thirds].sort());
});

t.test('a party of an agreement that is no partner of the fund has its share in the memorandum', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2017-06-01T09:00:00Z');
  await signAgreement(ledger, terms({ defaultRule: { kind: 'own-risk', commissioner: SOUTH } }));
  await southAccepts(ledger);
  const fund = 'testshire-2017-18';
  const effective = '2017-04-01';
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective, area: 'testshire', year: '2017-18', host: COUNTY, partners: [COUNTY, NORTH] },
    fund,
  );
  await ledger.post('pool-manager', 'PlanLineSet', line({ effective, amount: '1.00' }), fund);
  await ledger.post(
    'county-finance',
    'ExpenditureRecorded',
    { effective, line: 'home-care', net: '3.00', vat: '0.00', recoverable: '0.00', reference: 'invoice' },
    fund,
  );
  told(t, (await asked(ledger, 'memorandum', { fund, on: '2018-03-31' })).answer, {
    holds: true,
    surplus: '-3.00',
    partners: [
      { partner: COUNTY, surplus: '-1.00' },
      { partner: NORTH, surplus: '0.00' },
      { partner: SOUTH, name: 'NHS South CCG', surplus: '-2.00' },
    ],
  });
});
