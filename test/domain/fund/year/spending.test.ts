import t from 'tap';
import type { TestLedger } from '../../../support/ledger.js';
import { asked, tableOf } from '../../../support/asking.js';
import { COUNTY, FUND, grant, line, NORTH, refusals, SOUTH } from '../../../support/ledger.js';
import { told } from '../../../support/told.js';
import { openedLedger } from '../../../support/rules-alone.js';

const spending = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-05-10',
  line: 'home-care',
  net: '1000.00',
  vat: '0.00',
  recoverable: '0.00',
  reference: 'INV 1',
  ...more,
});

const commitment = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-05-01',
  commitment: 'order-1',
  line: 'home-care',
  supplierClass: 'private',
  amount: '5000.00',
  reference: 'PO 1',
  ...more,
});

interface LineText {
  readonly line: string;
  readonly budget: string;
  readonly committed: string;
  readonly spent: string;
  readonly accrued: string;
  readonly available: string;
  readonly forecast: string | null;
  readonly variance: string | null;
  readonly forecasts: readonly unknown[];
}

const monitored = async (ledger: TestLedger, period: number, more: Readonly<Record<string, string>> = {}) => {
  const answer = await asked(ledger, 'monitoring', { period: String(period), ...more });
  return { ...answer, lines: answer['lines'] as LineText[], total: answer['total'] as Record<string, string> };
};

t.test('a line that was taken out of the plan still takes what was spent before', async (t) => {
  const ledger = await openedLedger(t);
  const { outcome } = await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post('pool-manager', 'FactReversed', {
    effective: '2016-10-01',
    reverses: outcome.revision,
    reason: 'the service ends',
  });
  await ledger.post('county-finance', 'ExpenditureRecorded', spending({ effective: '2016-09-30' }));
  await refusals(t, ledger, FUND, [
    {
      name: 'from its last day on nothing more',
      officer: 'county-finance',
      act: 'post',
      type: 'ExpenditureRecorded',
      data: spending({ effective: '2016-10-01' }),
      rule: 'reference_unknown',
    },
  ]);
});

t.test('what is ordered is committed until it is spent or released', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const made = await ledger.post('county-finance', 'CommitmentMade', commitment());
  t.match(made.outcome.events[0]?.sentence, '£5,000.00 was committed on "home-care" as "order-1" (private, PO 1).');
  await ledger.post('county-finance', 'ExpenditureRecorded', spending({ commitment: 'order-1' }));
  t.match((await monitored(ledger, 1)).lines, [{ committed: '0.00', spent: '0.00' }], 'not before its day');
  t.match((await monitored(ledger, 2)).lines, [
    { budget: '1000000.00', committed: '4000.00', spent: '1000.00', accrued: '0.00', available: '995000.00' },
  ]);
  const released = await ledger.post('county-finance', 'CommitmentReleased', {
    effective: '2016-06-01',
    commitment: 'order-1',
    amount: '500.00',
    reason: 'fewer hours',
  });
  t.match(released.outcome.events[0]?.sentence, '£500.00 of the commitment "order-1" was released: fewer hours');
  t.match((await monitored(ledger, 3)).lines, [{ committed: '3500.00' }]);

  await ledger.post(
    'county-finance',
    'ExpenditureRecorded',
    spending({ effective: '2016-05-20', net: '9000.00', commitment: 'order-1' }),
  );
  t.match(
    (await monitored(ledger, 2)).lines,
    [{ committed: '500.00', spent: '10000.00' }],
    'what is paid beyond the order releases no more than is committed on any later day',
  );
  t.match((await monitored(ledger, 3)).lines, [{ committed: '0.00' }]);
  await refusals(t, ledger, FUND, [
    {
      name: 'more than is committed',
      officer: 'county-finance',
      act: 'post',
      type: 'CommitmentReleased',
      data: { effective: '2016-07-01', commitment: 'order-1', amount: '0.01', reason: 'none' },
      rule: 'more_than_committed',
    },
    {
      name: 'a commitment that is not there is released by nobody',
      officer: 'county-finance',
      act: 'post',
      type: 'CommitmentReleased',
      data: { effective: '2016-07-01', commitment: 'order-2', amount: '0.01', reason: 'none' },
      rule: 'reference_unknown',
    },
    {
      name: 'nor paid',
      officer: 'county-finance',
      act: 'post',
      type: 'ExpenditureRecorded',
      data: spending({ commitment: 'order-2' }),
      rule: 'reference_unknown',
    },
    {
      name: 'its name is used',
      officer: 'county-finance',
      act: 'post',
      type: 'CommitmentMade',
      data: commitment(),
      rule: 'identifier_used',
    },
    {
      name: 'classes of supplier are reference data',
      officer: 'county-finance',
      act: 'post',
      type: 'CommitmentMade',
      data: commitment({ commitment: 'order-3', supplierClass: 'martian' }),
      rule: 'supplier_class_unknown',
    },
    {
      name: 'what rests on it is reversed first',
      officer: 'county-finance',
      act: 'post',
      type: 'FactReversed',
      data: { effective: '2016-05-01', reverses: made.outcome.revision, reason: 'mistake' },
      rule: 'others_rest_on_it',
    },
  ]);
  const { classes } = await asked<{ classes: { code: string; proven: boolean }[] }>(ledger, 'supplier-classes');
  t.match(classes[0], { code: 'nhs-acute' });
  t.same(new Set(classes.map(({ proven }) => proven)), new Set([false]));
});

t.test('a line bears the cost and the VAT that is not recovered', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'other' }));
  await ledger.post('county-finance', 'CommitmentMade', commitment({ line: 'other' }));
  const { outcome } = await ledger.post(
    'county-finance',
    'ExpenditureRecorded',
    spending({ vat: '200.00', recoverable: '150.00' }),
  );
  t.match(outcome.events[0]?.sentence, '£1,050.00 was spent on "home-care" (INV 1).');
  t.match((await monitored(ledger, 12)).lines, [{ line: 'home-care', spent: '1050.00' }, { spent: '0.00' }]);
  await refusals(t, ledger, FUND, [
    {
      name: 'no more VAT is recovered than there is',
      officer: 'county-finance',
      act: 'post',
      type: 'ExpenditureRecorded',
      data: spending({ vat: '200.00', recoverable: '200.01' }),
      rule: 'vat_beyond_recovery',
    },
    {
      name: 'a commitment is paid on its own line',
      officer: 'county-finance',
      act: 'post',
      type: 'ExpenditureRecorded',
      data: spending({ commitment: 'order-1' }),
      rule: 'reference_unknown',
    },
  ]);
});

t.test('money is spent on lines of the plan, by the host or by the partner that commissions the line', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2016-05-01', lead: NORTH }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'efficiency', category: 'saving' }));
  const dropped = await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'dropped' }));
  await ledger.post('pool-manager', 'FactReversed', {
    effective: '2016-04-01',
    reverses: dropped.outcome.revision,
    reason: 'twice',
  });
  await ledger.post('north-ccg-finance', 'ExpenditureRecorded', spending());
  await ledger.post('county-finance', 'ExpenditureRecorded', spending({ reference: 'INV 2' }));
  const record = (officer: string, data: object, rule: string, name: string) =>
    ({ name, officer, act: 'post', type: 'ExpenditureRecorded', data: spending({ ...data }), rule }) as never;
  await refusals(t, ledger, FUND, [
    record('south-ccg-finance', {}, 'wrong_partner', 'not by another'),
    record('county-finance', { line: 'nothing' }, 'reference_unknown', 'not on what is no line'),
    record('county-finance', { line: 'dropped' }, 'reference_unknown', 'not on a line that was reversed'),
    record('county-finance', { line: 'efficiency' }, 'line_is_saving', 'not on a saving'),
    record('county-finance', { effective: '2016-04-30' }, 'before_it_began', 'not before the line begins'),
    record('county-finance', { effective: '2016-03-31' }, 'effective_outside_year', 'not before the year'),
    record('county-finance', { effective: '2017-04-01' }, 'cost_after_year', 'nor after it'),
    {
      name: 'who commissions a line is a partner of the fund',
      officer: 'pool-manager',
      act: 'post',
      type: 'PlanLineSet',
      data: line({ line: 'more', lead: 'nobody' }),
      rule: 'not_in_fund',
    },
  ]);
  t.match((await monitored(ledger, 2)).lines, [
    { line: 'home-care', spent: '2000.00' },
    { line: 'efficiency', budget: '-1000000.00', spent: '0.00' },
  ]);
});

t.test('an accrual takes itself back on the first day of the next period', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const accrual = (effective: string, period: number) => ({
    effective,
    line: 'home-care',
    period,
    amount: '700.00',
    reason: 'not invoiced',
  });
  const { outcome } = await ledger.post('county-finance', 'AccrualPosted', accrual('2016-06-30', 3));
  t.match(outcome.events[0]?.sentence, '£700.00 was accrued on "home-care" as at P3: not invoiced');
  await ledger.post('county-finance', 'AccrualPosted', accrual('2017-03-31', 12));
  t.match((await monitored(ledger, 3)).lines, [{ accrued: '700.00', available: '999300.00' }]);
  t.match((await monitored(ledger, 4)).lines, [{ accrued: '0.00' }]);
  t.match((await monitored(ledger, 12)).lines, [{ accrued: '700.00' }], 'that of P12 stands at the end of the year');
  const after = await asked(ledger, 'return-figures', { on: '2017-04-01' });
  t.notMatch(JSON.stringify(after['figures']), 'accrued', 'and is gone the day after it');
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: { type: 'AccrualPosted', data: accrual('2016-06-29', 3) as never },
    }),
    'period_day_wrong',
  );
});

t.test('the latest forecast of the latest period counts, and the older are kept', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'respite', amount: '40.00' }));
  const forecast = (period: number, outturn: string, more: object = {}) => ({
    effective: period === 2 ? '2016-05-31' : '2016-07-31',
    line: 'home-care',
    period,
    outturn,
    ...more,
  });
  ledger.now('2016-06-10T09:00:00Z');
  const first = await ledger.post('county-finance', 'ForecastRecorded', forecast(2, '1100000.00', { note: 'demand' }));
  t.match(
    first.outcome.events[0]?.sentence,
    '"home-care" was forecast as at P2 to cost £1,100,000.00 in the year: demand',
  );
  ledger.now('2016-08-10T09:00:00Z');
  await ledger.post('county-finance', 'ForecastRecorded', forecast(4, '1000500.00'));
  ledger.now('2016-08-11T09:00:00Z');
  await ledger.post('county-finance', 'ForecastRecorded', forecast(4, '999000.00'));
  const late = await ledger.post('county-finance', 'ForecastRecorded', forecast(2, '1.00'));
  t.match(late.outcome.events[0]?.sentence, 'in the year.');

  const now = await monitored(ledger, 4);
  t.match(now, { period: 4, on: '2016-07-31' });
  told(t, now.lines, [
    { forecast: '999000.00', forecastPeriod: 4, variance: '1000.00' },
    { line: 'respite', forecast: null, variance: null, forecasts: [] },
  ]);
  t.equal(now.lines[0]?.forecasts.length, 4);
  t.match(now.total, { budget: '1000040.00', forecast: '999000.00', variance: '1000.00', notForecast: '40.00' });
  t.match(
    (await monitored(ledger, 4, { 'known-at': '2016-08-10' })).lines,
    [{ forecast: '1000500.00', variance: '-500.00' }],
    'as known a day before',
  );
  t.match(
    (await monitored(ledger, 3, { 'known-at': '2016-08-10' })).lines,
    [{ forecast: '1100000.00', forecastPeriod: 2 }],
    'as at a period without one, the latest before it',
  );
  t.match(
    await asked(ledger, 'monitoring'),
    { period: 5, on: '2016-08-31' },
    'the period of today where none is named',
  );
  const { rows, totals } = await tableOf(ledger, 'monitoring', { period: '4' });
  t.same(rows, [
    [
      'home-care',
      'Home care',
      'NHS_ADD',
      '1000000.00',
      '0.00',
      '0.00',
      '0.00',
      '1000000.00',
      '999000.00',
      'P4',
      '1000.00',
    ],
    ['respite', 'Home care', 'NHS_ADD', '40.00', '0.00', '0.00', '0.00', '40.00', '', '', ''],
  ]);
  t.same(totals, [
    ['Total', '', '', '1000040.00', '0.00', '0.00', '0.00', '1000040.00', '999000.00', '', '1000.00'],
    ['Not forecast', '', '', '40.00', '', '', '', '', '', '', ''],
  ]);
  ledger.now('2016-08-12T09:00:00Z');
  for (const [period, effective] of [
    [1, '2016-04-30'],
    [2, '2016-05-31'],
  ] as const) {
    await ledger.signed('county-finance', 'county-chief', 'PeriodClosed', { effective, period });
  }
  await ledger.post('county-finance', 'ForecastRecorded', forecast(2, '5.00'));
  t.match((await monitored(ledger, 2)).lines, [{ forecast: '5.00' }], 'also of a period that is closed');
  await refusals(t, ledger, FUND, [
    {
      name: 'a forecast is of a line',
      officer: 'county-finance',
      act: 'post',
      type: 'ForecastRecorded',
      data: forecast(4, '1.00', { line: 'nothing' }),
      rule: 'reference_unknown',
    },
    {
      name: 'as at the last day of its period',
      officer: 'county-finance',
      act: 'post',
      type: 'ForecastRecorded',
      data: forecast(5, '1.00'),
      rule: 'period_day_wrong',
    },
  ]);
});

t.test(
  'what a line costs beyond its budget of the year is told to whoever orders, spends or accrues it, and recorded',
  async (t) => {
    const ledger = await openedLedger(t);
    await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '5000.00' }));
    const warned = async (type: string, data: object) =>
      (await ledger.post('county-finance', type, data as never)).outcome.warnings;
    t.equal(await warned('CommitmentMade', commitment()), undefined, 'all of the budget');
    t.equal(
      await warned('ExpenditureRecorded', spending({ commitment: 'order-1', net: '4000.00' })),
      undefined,
      'what was ordered is not counted twice',
    );
    t.same(await warned('ExpenditureRecorded', spending({ net: '0.01', reference: 'INV 2' })), [
      '"home-care" would cost £5,000.01 in the year, ordered, spent and accrued; its budget is £5,000.00.',
    ]);
    t.match(await warned('CommitmentMade', commitment({ commitment: 'order-2', amount: '100.00' })), [/£5,100\.01/]);
    const accrual = { line: 'home-care', amount: '1.00', reason: 'care of the month' };
    t.equal(
      await warned('AccrualPosted', { ...accrual, effective: '2016-06-30', period: 3 }),
      undefined,
      'what takes itself back within the year costs the year nothing',
    );
    t.match(await warned('AccrualPosted', { ...accrual, effective: '2017-03-31', period: 12 }), [/£5,101\.01/]);
    await ledger.post('pool-manager', 'PlanLineRevised', {
      effective: '2016-07-01',
      line: 'home-care',
      now: '6000.00',
      reason: 'need',
    });
    t.equal(await warned('ExpenditureRecorded', spending({ net: '10.00', reference: 'INV 3' })), undefined);
  },
);

t.test('a grant is spent on its purposes only', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('county-finance', 'GrantDetermined', grant({ purposes: ['adaptations', 'advice'] }));
  await ledger.post('county-finance', 'GrantTrancheReceived', {
    effective: '2016-05-01',
    grant: 'dfg',
    amount: '900000.00',
    bankReference: 'DFG',
  });
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'homes', source: 'DFG' }));
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const done = await ledger.post(
    'county-finance',
    'ExpenditureRecorded',
    spending({ line: 'homes', purpose: 'adaptations', net: '600000.00' }),
  );
  t.match(done.outcome.events[0]?.sentence, 'was spent on "homes", for adaptations (INV 1).');
  const wrong = await ledger.post(
    'county-finance',
    'ExpenditureRecorded',
    spending({ line: 'homes', purpose: 'advice', net: '100.00' }),
  );
  await ledger.post('county-finance', 'FactReversed', {
    effective: '2016-05-10',
    reverses: wrong.outcome.revision,
    reason: 'another line',
  });
  await ledger.post('county-finance', 'ExpenditureRecorded', spending());
  const record = (data: object, name: string) =>
    ({
      name,
      officer: 'county-finance',
      act: 'post',
      type: 'ExpenditureRecorded',
      data: spending(data as never),
      rule: 'purpose_not_allowed',
    }) as const;
  await refusals(t, ledger, FUND, [
    record({ line: 'homes' }, 'one must be named'),
    record({ line: 'homes', purpose: 'roads' }, 'one of its own'),
    record({ purpose: 'adaptations' }, 'and none where none is stated'),
    {
      name: 'nor is it set aside for another',
      officer: 'county-finance',
      act: 'propose',
      type: 'CarryForwardApproved',
      data: {
        effective: '2017-03-31',
        reserve: 'kept',
        source: 'DFG',
        amount: '1.00',
        purpose: 'roads',
        toYear: '2017-18',
        minute: 'Cabinet 7',
      },
      rule: 'purpose_not_allowed',
    },
  ]);
  const use = await asked(ledger, 'grant-use', { on: '2017-03-31' });
  t.match(use['sources'], [
    {
      source: 'DFG',
      items: ['dfg'],
      purposes: ['adaptations', 'advice'],
      agreed: '900000.00',
      received: '900000.00',
      spent: '600000.00',
      unspent: '300000.00',
      byPurpose: [{ purpose: 'adaptations', spent: '600000.00' }],
      outside: '0.00',
      onlyForPurposes: true,
    },
  ]);
  t.same((await tableOf(ledger, 'grant-use', { on: '2017-03-31' })).rows, [
    ['DFG', '', '900000.00', '900000.00', '600000.00', ...Array<string>(5).fill('0.00'), '300000.00', '0.00'],
    ['DFG', 'adaptations', '', '', '600000.00', ...Array<string>(7).fill('')],
  ]);
});

t.test('what was spent before purposes were stated is told as outside them', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('county-finance', 'GrantDetermined', grant());
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'homes', source: 'DFG' }));
  for (const reference of ['INV 1', 'INV 2']) {
    await ledger.post('county-finance', 'ExpenditureRecorded', spending({ line: 'homes', reference }));
  }
  const [before] = (await asked(ledger, 'grant-use', { on: '2016-05-31' }))['sources'] as unknown[];
  told(t, before, { purposes: [], byPurpose: [{ purpose: null, spent: '2000.00' }], onlyForPurposes: null });
  t.equal((await tableOf(ledger, 'grant-use', { on: '2016-05-31' })).rows[1]?.[1], 'none named');
  await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({ grant: 'dfg-2', effective: '2016-05-01', purposes: ['advice', 'adaptations'] }),
  );
  for (const purpose of ['advice', 'adaptations']) {
    await ledger.post('county-finance', 'ExpenditureRecorded', spending({ line: 'homes', purpose }));
  }
  const [after] = (await asked(ledger, 'grant-use', { on: '2016-05-31' }))['sources'] as unknown[];
  t.match(after, {
    items: ['dfg', 'dfg-2'],
    byPurpose: [
      { purpose: 'adaptations', spent: '1000.00' },
      { purpose: 'advice', spent: '1000.00' },
      { purpose: null, spent: '2000.00' },
    ],
    outside: '2000.00',
    onlyForPurposes: false,
    received: '0.00',
    unspent: '-4000.00',
  });
});

t.test('what is spent of a source is charged to those who pay it, in proportion to what they agreed', async (t) => {
  const ledger = await openedLedger(t);
  const pays = async (payer: string, amount: string) => {
    const data = {
      effective: '2016-04-01',
      contribution: `${payer}-extra`,
      payer,
      source: 'NHS_ADD',
      amount,
      recurrent: true,
      instalments: [{ due: '2016-04-01', amount }],
    };
    await ledger.signed(`${payer}-finance`, 'county-finance', 'ContributionAgreed', data);
    await ledger.post('county-finance', 'ContributionReceived', {
      effective: '2016-04-02',
      contribution: `${payer}-extra`,
      amount,
      bankReference: 'BACS',
    });
  };
  await pays(NORTH, '6000.00');
  await pays(SOUTH, '3000.00');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'nobody-pays', source: 'LA_ADD', amount: '5.00' }));
  await ledger.post('county-finance', 'ExpenditureRecorded', spending());
  await ledger.post('county-finance', 'ExpenditureRecorded', spending({ line: 'nobody-pays', net: '5.00' }));
  const position = await asked(ledger, 'position', { on: '2016-05-31' });
  const partners = position['partners'] as { partner: string; sources: { source: string; figures: object }[] }[];
  const of = (partner: string) => partners.find((each) => each.partner === partner)!.sources;
  t.match(of(NORTH), [{ source: 'NHS_ADD', figures: { received: '6000.00', spent: '666.67', held: '5333.33' } }]);
  t.match(of(SOUTH), [{ source: 'NHS_ADD', figures: { received: '3000.00', spent: '333.33', held: '2666.67' } }]);
  t.match(
    of(COUNTY),
    [{ source: 'LA_ADD', figures: { agreed: '0.00', spent: '5.00', held: '-5.00' } }],
    'the host bears what nobody has agreed to pay',
  );
  t.match(position['total'], { received: '9000.00', spent: '1005.00', held: '7995.00' });
  const own = await asked(ledger, 'partner-position', { partner: NORTH, on: '2016-05-31' });
  t.match(own['total'], { agreed: '6000.00', spent: '666.67', returned: '0.00', setAside: '0.00', held: '5333.33' });
});

t.test('a line that was taken out of the plan shows for as long as something is spent on it', async (t) => {
  const ledger = await openedLedger(t);
  const set = await ledger.post('pool-manager', 'PlanLineSet', line());
  const spent = await ledger.post('county-finance', 'ExpenditureRecorded', spending());
  const reverse = (officer: string, reverses: string, effective: string) =>
    ledger.post(officer, 'FactReversed', { effective, reverses, reason: 'another line' });
  await reverse('county-finance', spent.outcome.revision, '2016-08-01');
  await reverse('pool-manager', set.outcome.revision, '2016-07-01');
  t.match((await monitored(ledger, 3)).lines, [{ budget: '1000000.00', spent: '1000.00' }]);
  t.match((await monitored(ledger, 4)).lines, [{ budget: '0.00', spent: '1000.00', available: '-1000.00' }]);
  t.same((await monitored(ledger, 5)).lines, []);
});
