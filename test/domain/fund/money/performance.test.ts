import t, { type Test } from 'tap';
import { released } from '../../../../src/domain/fund/money/performance.js';
import { moneyText, pence } from '../../../../src/domain/money.js';
import { asked, tableOf } from '../../../support/asking.js';
import { COUNTY, NORTH, openFund, refusals, type Refused, type TestLedger } from '../../../support/ledger.js';
import { openedLedger } from '../../../support/rules-alone.js';

const YEAR = 'testshire-2015-16';

async function in2015(t: Test): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await openFund(ledger, '2015-16');
  return ledger;
}

const pot = (more: object = {}) => ({
  effective: '2015-04-01',
  pot: 'admissions',
  payer: NORTH,
  amount: '2800000.00',
  planned: '4.2',
  unit: 'per cent fewer emergency admissions',
  ...more,
});

const measured = (effective: string, achieved: string) => ({
  effective,
  pot: 'admissions',
  achieved,
  basis: 'Q4 return',
});
const release = (effective: string) => ({ effective, pot: 'admissions', bankReference: 'BACS' });

t.test('what is released is pot × min(1, achieved ÷ planned)', async (t) => {
  for (const [amount, achieved, planned, expected] of [
    ['2800000.00', '2.1', '4.2', '1400000.00'],
    ['2800000.00', '4.2', '4.2', '2800000.00'],
    ['2800000.00', '9.9', '4.2', '2800000.00'],
    ['2800000.00', '0', '4.2', '0.00'],
    ['2800000.00', '-1.5', '4.2', '0.00'],
    ['0.01', '0.5', '1', '0.00'],
    ['0.03', '0.5', '1', '0.02'],
    ['100.00', '1', '3', '33.33'],
  ] as const) {
    t.equal(moneyText(released(pence(amount), achieved, planned)), expected, `${achieved} of ${planned} of ${amount}`);
  }
});

t.test('a pot held back is released as it is earned, and the rest stays with its payer', async (t) => {
  const ledger = await in2015(t);
  const { outcome } = await ledger.signed('north-ccg-finance', 'county-finance', 'PerformancePotSet', pot(), YEAR);
  t.match(
    outcome.events[1]?.sentence,
    'north-ccg holds back £2,800,000.00 as "admissions", to be released as 4.2 (per cent fewer emergency admissions) is achieved.',
  );
  t.match((await asked(ledger, 'performance', { fund: YEAR, on: '2015-04-30' }))['pots'], [
    { amount: '2800000.00', achieved: null, earned: '0.00', released: '0.00', remainder: '2800000.00' },
  ]);
  t.match((await asked(ledger, 'roll-forward', { fund: YEAR }))['leftOut'], [
    { why: 'It is held back for what is achieved in this year.' },
  ]);
  const act = (name: string, type: string, data: object, rule: Refused['rule'], officer = 'county-finance') =>
    ({ name, officer, act: 'post', type, data: data as never, rule }) as const;
  await refusals(t, ledger, YEAR, [
    act('nothing is measured yet', 'PerformanceReleased', release('2015-10-01'), 'nothing_to_release'),
    act('no such pot', 'PerformanceReleased', { ...release('2015-10-01'), pot: 'none' }, 'reference_unknown'),
    act('nor measured', 'PerformanceMeasured', { ...measured('2015-10-01', '1'), pot: 'none' }, 'reference_unknown'),
    act('the host measures', 'PerformanceMeasured', measured('2015-10-01', '1'), 'wrong_partner', 'north-ccg-finance'),
  ]);
  const said = await ledger.post('county-finance', 'PerformanceMeasured', measured('2015-09-30', '1.05'), YEAR);
  t.equal(said.outcome.events[0]?.sentence, 'Against "admissions", 1.05 has been achieved: Q4 return');
  const first = await ledger.post('county-finance', 'PerformanceReleased', release('2015-10-15'), YEAR);
  t.match(
    first.outcome.events[0]?.sentence,
    '£700,000.00 of "admissions" was released by north-ccg: 1.05 of 4.2 earns £700,000.00 (BACS).',
  );
  // An earlier day, measured later. The latest day counts, not the latest record.
  await ledger.post('county-finance', 'PerformanceMeasured', measured('2016-03-31', '2.1'), YEAR);
  await ledger.post('county-finance', 'PerformanceMeasured', measured('2015-12-31', '3.0'), YEAR);
  const second = await ledger.post('county-finance', 'PerformanceReleased', release('2016-05-31'), YEAR);
  t.match(second.outcome.events[0]?.sentence, 'earns £1,400,000.00');
  await refusals(t, ledger, YEAR, [
    act('once', 'PerformanceReleased', release('2016-05-31'), 'nothing_to_release'),
    act('of an earlier day less', 'PerformanceReleased', release('2015-11-01'), 'nothing_to_release'),
  ]);
  t.match((await asked(ledger, 'performance', { fund: YEAR, on: '2016-05-31' }))['pots'], [
    { achieved: '2.1', earned: '1400000.00', released: '1400000.00', remainder: '1400000.00' },
  ]);
  t.same((await tableOf(ledger, 'performance', { fund: YEAR, on: '2015-04-01' })).rows, [
    [
      'admissions',
      'NHS North CCG',
      '2800000.00',
      '4.2',
      '',
      'per cent fewer emergency admissions',
      '0.00',
      '0.00',
      '2800000.00',
    ],
  ]);
  t.match((await asked(ledger, 'partner-position', { fund: YEAR, partner: NORTH, on: '2016-05-31' }))['sources'], [
    { source: 'P4P', figures: { agreed: '1400000.00', agreedOneOff: '1400000.00', received: '1400000.00' } },
  ]);
});

t.test('a measurement that was reversed earns nothing', async (t) => {
  const ledger = await in2015(t);
  const set = await ledger.signed('north-ccg-finance', 'county-finance', 'PerformancePotSet', pot(), YEAR);
  const { outcome } = await ledger.post('county-finance', 'PerformanceMeasured', measured('2015-09-30', '4.2'), YEAR);
  const unset = { effective: '2015-04-01', reverses: set.outcome.revision, reason: 'none was agreed' };
  const undo = { act: 'propose', fact: { type: 'FactReversed', data: unset as never } } as const;
  t.equal(await ledger.refused('north-ccg-finance', undo, { in: YEAR }), 'others_rest_on_it');
  const reversal = { effective: '2015-09-30', reverses: outcome.revision, reason: 'miscounted' };
  await ledger.post('county-finance', 'FactReversed', reversal, YEAR);
  t.equal(
    await ledger.refused(
      'county-finance',
      { act: 'post', fact: { type: 'PerformanceReleased', data: release('2015-10-01') as never } },
      { in: YEAR },
    ),
    'nothing_to_release',
  );
  await ledger.signed('north-ccg-finance', 'county-finance', 'FactReversed', unset, YEAR);
  t.same((await asked(ledger, 'performance', { fund: YEAR, on: '2015-10-01' }))['pots'], []);
});

t.test(
  'a release that was taken back from a day on is made again from that day, and not for the days before it',
  async (t) => {
    const ledger = await in2015(t);
    await ledger.signed('north-ccg-finance', 'county-finance', 'PerformancePotSet', pot(), YEAR);
    await ledger.post('county-finance', 'PerformanceMeasured', measured('2015-06-30', '4.2'), YEAR);
    const { outcome } = await ledger.post('county-finance', 'PerformanceReleased', release('2015-07-01'), YEAR);
    const reversal = { effective: '2015-12-01', reverses: outcome.revision, reason: 'not paid' };
    await ledger.post('county-finance', 'FactReversed', reversal, YEAR);
    const again = (name: string, effective: string): Refused => ({
      name,
      officer: 'county-finance',
      act: 'post',
      type: 'PerformanceReleased',
      data: release(effective),
      rule: 'nothing_to_release',
    });
    await refusals(t, ledger, YEAR, [
      again('not from its first day', '2015-07-01'),
      again('nor from the last on which it stood', '2015-11-30'),
    ]);
    await ledger.post('county-finance', 'PerformanceReleased', release('2015-12-01'), YEAR);
    await refusals(t, ledger, YEAR, [again('and once', '2015-07-01')]);
    for (const on of ['2015-09-30', '2016-03-31']) {
      t.match((await asked(ledger, 'memorandum', { fund: YEAR, on }))['grossFunding'], '2800000.00', on);
    }
  },
);

t.test('a pot is an NHS body’s, in 2015-16', async (t) => {
  const ledger = await in2015(t);
  const set = (name: string, data: object, rule: Refused['rule'], officer = 'north-ccg-finance') =>
    ({ name, officer, act: 'propose', type: 'PerformancePotSet', data: data as never, rule }) as const;
  await refusals(t, ledger, YEAR, [
    set('not a council’s', pot({ payer: COUNTY }), 'source_wrong_sector', 'county-finance'),
    set('of a partner', pot({ payer: 'norfolk' }), 'not_in_fund', 'county-finance'),
  ]);
  const offer = { act: 'propose', fact: { type: 'PerformancePotSet', data: pot() as never } } as const;
  const { outcome } = await ledger.done('county-finance', offer, { in: YEAR });
  const counter = (more: object) =>
    ({
      act: 'counter',
      proposal: outcome.proposal!,
      fact: { type: 'PerformancePotSet', data: pot(more) as never },
    }) as const;
  t.equal(await ledger.refused('north-ccg-finance', counter({ pot: 'other' }), { in: YEAR }), 'counter_differs');
  await ledger.done('north-ccg-finance', counter({ amount: '2000000.00' }), { in: YEAR });
  await ledger.done('county-finance', { act: 'agree', proposal: outcome.proposal! }, { in: YEAR });
  t.match((await asked(ledger, 'performance', { fund: YEAR }))['pots'], [{ amount: '2000000.00' }]);
  await refusals(t, ledger, YEAR, [set('named once', pot(), 'identifier_used')]);
  await refusals(t, ledger, 'testshire-2016-17', [
    set('not of a later year', pot({ effective: '2016-04-01' }), 'source_not_in_force'),
  ]);
});
