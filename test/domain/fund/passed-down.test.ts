import t, { type Test } from 'tap';
import { asked, tableOf } from '../../support/asking.js';
import { COUNTY, EAST, FUND, grant, line, refusals, WEST, type TestLedger } from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

const YEAR_END = { on: '2017-03-31' };

/**
 * £900,000.00 of the DFG that has been received and must be passed down: £400,000.00 to the east and £500,000.00 to the
 * west.
 */
async function received(t: Test): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  const shares = [
    { district: EAST, amount: '400000.00' },
    { district: WEST, amount: '500000.00' },
  ];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-06-30', shares } }));
  await ledger.post('county-finance', 'GrantTrancheReceived', {
    effective: '2016-05-01',
    grant: 'dfg',
    amount: '900000.00',
    bankReference: 'DFG',
  });
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'homes', source: 'DFG', amount: '600000.00' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'ramps', source: 'DFG', amount: '300000.00' }));
  return ledger;
}

const pass = (ledger: TestLedger, district: string, amount: string) =>
  ledger.signed('county-finance', `${district}-finance`, 'GrantPassedDown', {
    effective: '2016-06-20',
    grant: 'dfg',
    district,
    amount,
  });

const spent = (net: string) => ({
  effective: '2016-07-01',
  line: 'homes',
  net,
  vat: '0.00',
  recoverable: '0.00',
  reference: 'INV',
});

const kept = (amount: string) => ({
  effective: '2017-03-31',
  reserve: 'kept',
  source: 'DFG',
  amount,
  purpose: 'homes',
  toYear: '2017-18',
  minute: 'Cabinet 7',
});

t.test(
  'a grant that was passed down in full is out of the pool: nothing of it is unspent, held or left over',
  async (t) => {
    const ledger = await received(t);
    await pass(ledger, EAST, '400000.00');
    await pass(ledger, WEST, '500000.00');
    t.match((await asked(ledger, 'grant-use', YEAR_END))['sources'], [
      { source: 'DFG', received: '900000.00', spent: '0.00', passedDown: '900000.00', unspent: '0.00' },
    ]);
    t.match((await asked(ledger, 'partner-position', { partner: COUNTY, ...YEAR_END }))['total'], {
      received: '900000.00',
      passedDown: '900000.00',
      held: '0.00',
    });
    t.match(await asked(ledger, 'memorandum', YEAR_END), {
      grossFunding: '900000.00',
      spending: [],
      passedDown: [{ grant: 'dfg', amount: '900000.00' }],
      grossSpending: '900000.00',
      surplus: '0.00',
      closing: '0.00',
      holds: true,
    });
    t.match((await tableOf(ledger, 'memorandum', YEAR_END)).rows[3], ['Passed down', 'dfg', '', '900000.00', '']);
    t.match(
      (await asked(ledger, 'risk-share', YEAR_END))['schemes'],
      [
        { scheme: 'homes', spent: '600000.00', variance: '0.00' },
        { scheme: 'ramps', spent: '300000.00', variance: '0.00' },
      ],
      'what districts spend for the council is no underspend of its lines',
    );
    const figures = (await asked(ledger, 'return-figures', YEAR_END))['figures'] as { figure: string }[];
    t.match(
      figures.find(({ figure }) => figure === 'passedDown'),
      { section: 'income', source: 'DFG', amount: '900000.00' },
    );
    await refusals(t, ledger, FUND, [
      {
        name: 'nothing is left to carry forward',
        officer: 'county-finance',
        act: 'propose',
        type: 'CarryForwardApproved',
        data: kept('0.01'),
        rule: 'more_than_held',
      },
    ]);
  },
);

t.test('the same payment is not recorded as passed down and as spent, whichever comes first', async (t) => {
  const ledger = await received(t);
  await pass(ledger, EAST, '400000.00');
  const cost = (name: string, net: string) =>
    ({
      name,
      officer: 'county-finance',
      act: 'post',
      type: 'ExpenditureRecorded',
      data: spent(net),
      rule: 'more_than_held',
    }) as const;
  await refusals(t, ledger, FUND, [cost('what was passed down is not spent again', '500000.01')]);
  await ledger.post('county-finance', 'ExpenditureRecorded', spent('300000.00'));
  await refusals(t, ledger, FUND, [cost('nor with what was spent before', '200000.01')]);
  await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', kept('50000.00'));
  await refusals(t, ledger, FUND, [
    {
      name: 'nor is what was spent or set aside passed down',
      officer: 'county-finance',
      act: 'propose',
      type: 'GrantPassedDown',
      data: { effective: '2016-06-20', grant: 'dfg', district: WEST, amount: '200000.01' },
      rule: 'more_than_held',
    },
  ]);
  await pass(ledger, WEST, '150000.00');
  t.match((await asked(ledger, 'grant-use', YEAR_END))['sources'], [
    { spent: '300000.00', passedDown: '550000.00', setAside: '50000.00', unspent: '0.00' },
  ]);
});

t.test('a grant may be passed down before it has come, and spent on no plan line at all', async (t) => {
  const ledger = await openedLedger(t);
  const shares = [{ district: EAST, amount: '900000.00' }];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-06-30', shares } }));
  const passed = await pass(ledger, EAST, '900000.00');
  t.match((await asked(ledger, 'partner-position', { partner: COUNTY, ...YEAR_END }))['total'], {
    passedDown: '900000.00',
    held: '-900000.00',
  });
  t.same((await asked(ledger, 'risk-share', YEAR_END))['schemes'], []);
  await ledger.signed('county-finance', 'east-district-finance', 'FactReversed', {
    effective: '2016-06-20',
    reverses: passed.outcome.revision,
    reason: 'another grant',
  });
  t.match(await asked(ledger, 'memorandum', YEAR_END), { passedDown: [], closing: '900000.00', holds: true });
});
