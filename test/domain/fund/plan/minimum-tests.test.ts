import fc from 'fast-check';
import t from 'tap';
import type { Day } from '../../../../src/domain/calendar.js';
import {
  breachesBetween,
  minimumTests,
  testsMovedBy,
  type TestInputs,
  type TestResult,
} from '../../../../src/domain/fund/plan/minimum-tests.js';
import { isTestInput } from '../../../../src/domain/fund/plan/test-inputs.js';
import type { KeptFact } from '../../../../src/domain/grammar/remembered.js';
import { exactly } from '../../../../src/domain/money.js';
import { PLAN, type Measure } from '../../../../src/domain/postings.js';
import type { Done } from '../../../../src/ledger/acts/submission.js';
import { verify } from '../../../../src/ledger/audit/verify.js';
import {
  contribution,
  COUNTY,
  EAST,
  FUND,
  grant,
  line,
  NORTH,
  openFund,
  refusals,
  SOUTH,
  type TestLedger,
  WEST,
} from '../../../support/ledger.js';
import { allocation, publish, scheme, SOCIAL_CARE, testsOf, verdicts, type AskedTest } from '../../../support/plan.js';
import { property } from '../../../support/property.js';
import { told } from '../../../support/told.js';
import { openedLedger } from '../../../support/rules-alone.js';

const test = async (ledger: TestLedger, code: string, on: string, knownAt?: string): Promise<AskedTest> =>
  (await testsOf(ledger, on, knownAt ? { knownAt } : {})).tests.find((each) => each.test === code)!;

const minimum = (more: Readonly<Record<string, unknown>> = {}) =>
  contribution({ contribution: 'minimum', source: 'NHS_MIN', amount: '10000000.00', ...more });

const agree = (ledger: TestLedger, data: Readonly<Record<string, unknown>>, payer = NORTH): Promise<Done> =>
  ledger.signed(`${payer}-finance`, 'county-finance', 'ContributionAgreed', data);

const setLine = (ledger: TestLedger, name: string, more: Readonly<Record<string, unknown>>): Promise<Done> =>
  ledger.post('pool-manager', 'PlanLineSet', line({ line: name, source: 'NHS_MIN', ...more }));

const revise = (now: string, more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-06-01',
  line: 'home-care',
  now,
  reason: 'need',
  ...more,
});

/** An allocation, agreed in full, with £3.1m of social care and £3.0m of joint reablement, £2.4m of it by the NHS. */
async function passing(ledger: TestLedger): Promise<void> {
  await publish(ledger, allocation());
  await agree(ledger, minimum());
  await setLine(ledger, 'home-care', { amount: '3100000.00', scheme: scheme(SOCIAL_CARE) });
  await setLine(ledger, 'reablement', {
    amount: '3000000.00',
    scheme: scheme({ commissioner: { nhs: 8_000, localGovernment: 2_000 } }),
  });
}

t.test('a fund of which nothing is known is not tested, and says why', async (t) => {
  const ledger = await openedLedger(t);
  const { tests } = await testsOf(ledger, '2016-04-01');
  t.same(
    tests.map(({ test: code, verdict, why, margin }) => [code, verdict, why, margin]),
    [
      ['T1', 'not-applicable', 'No allocation of NHS_MIN is published.', null],
      ['T2', 'not-applicable', 'No minima of NHS_MIN are published.', null],
      ['T3', 'not-applicable', 'No minima of NHS_MIN are published.', null],
      ['T4', 'not-applicable', 'No determination of a grant is published.', null],
      ['T5', 'not-applicable', 'No grant is to be passed down.', null],
      ['T6', 'not-applicable', 'The plan has no lines.', null],
    ],
  );
  await agree(ledger, minimum());
  t.match((await test(ledger, 'T1', '2016-04-01')).rows, [
    { of: NORTH, verdict: 'not-applicable', why: 'No allocation of NHS_MIN is published for north-ccg.' },
  ]);
});

t.test('T1: each payer pools its allocation, and one who does not is named', async (t) => {
  const ledger = await openedLedger(t);
  await publish(ledger, allocation());
  await publish(ledger, allocation({ payer: SOUTH, amount: '4000000.00', minima: undefined }));
  await agree(ledger, minimum());
  const result = await test(ledger, 'T1', '2016-04-01');
  t.match(result, { verdict: 'fail', margin: '-4000000.00' });
  t.match(result.rows, [
    { of: NORTH, required: '10000000.00', actual: '10000000.00', margin: '0.00', verdict: 'pass' },
    { of: SOUTH, required: '4000000.00', actual: '0.00', margin: '-4000000.00', verdict: 'fail' },
  ]);
  t.same(
    result.facts!.map(({ stream, sentence }) => `${stream}: ${sentence.slice(0, 60)}`),
    [
      'register: For testshire in 2016-17, north-ccg is allocated £10,000,000',
      'register: For testshire in 2016-17, south-ccg is allocated £4,000,000.',
      'fund: north-ccg contributes £10,000,000.00 of NHS_MIN, recurrent, ',
    ],
  );
  await agree(ledger, minimum({ contribution: 'south', payer: SOUTH, amount: '4000000.00' }), SOUTH);
  t.equal((await test(ledger, 'T1', '2016-04-01')).verdict, 'pass');
});

t.test('T2 and T3: social care, and what the NHS commissions outside hospital, line by line', async (t) => {
  const ledger = await openedLedger(t);
  await passing(ledger);
  await setLine(ledger, 'ward', { amount: '900000.00', scheme: scheme({ areaOfSpend: 'acute' }) });
  await setLine(ledger, 'saved', { amount: '50000.00', category: 'saving', scheme: scheme(SOCIAL_CARE) });
  await setLine(ledger, 'unknown', { amount: '700000.00' });
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'ours', scheme: scheme(SOCIAL_CARE) }));

  const social = await test(ledger, 'T2', '2016-04-01');
  t.match(social, { verdict: 'pass', margin: '50000.00', unclassified: ['unknown'] });
  t.match(social.rows, [{ of: 'fund', required: '3000000.00', actual: '3050000.00' }], 'of the minimum alone');
  const outside = await test(ledger, 'T3', '2016-04-01');
  t.match(outside, { verdict: 'pass', margin: '400000.00', unclassified: ['unknown'] });
  t.match(outside.rows, [{ required: '2000000.00', actual: '2400000.00' }], 'joint lines at the NHS’s percentage');
  t.equal(outside.facts!.length, 6, 'the allocation, and the five lines from it');

  const described = await ledger.post('pool-manager', 'PlanLineDescribed', {
    effective: '2016-07-01',
    line: 'unknown',
    scheme: scheme({ commissioner: { nhs: 3_333, localGovernment: 6_667 } }),
    reason: 'found out',
  });
  t.match(await test(ledger, 'T3', '2016-06-30'), { margin: '400000.00', unclassified: ['unknown'] });
  const after = await test(ledger, 'T3', '2016-07-01');
  told(t, after, { margin: '633310.00', unclassified: [] }, '33.33% of £700,000.00');
  t.ok(
    after.facts!.some((each) => each.stream === 'fund' && each.revision === described.outcome.revision),
    'the description is behind it',
  );
});

t.test('a joint line of odd pence counts to the whole penny, half to even', async (t) => {
  const ledger = await openedLedger(t);
  await publish(ledger, allocation());
  const half = scheme({ commissioner: { nhs: 5_000, localGovernment: 5_000 } });
  await setLine(ledger, 'one', { amount: '0.01', scheme: half });
  await setLine(ledger, 'two', { amount: '0.03', scheme: half });
  t.match((await test(ledger, 'T3', '2016-04-01')).rows, [{ actual: '0.02' }], 'nothing of one penny, two of three');
});

t.test('areas that the year’s rules no longer list count for nothing, and the line is named', async (t) => {
  const ledger = await openedLedger(t);
  await passing(ledger);
  const listed = [{ code: 'other', name: 'Other' }];
  await ledger.post(
    'registrar',
    'RuleSetPublished',
    {
      effective: '2016-08-01',
      year: '2016-17',
      planNeeded: true,
      uplifts: [],
      schemeTypes: listed,
      areasOfSpend: [{ code: 'social-care', name: 'Social care', counts: 'social-care' }],
      providers: listed,
      dueDates: [],
      conditions: [],
      publication: 'Rules',
    },
    'register',
  );
  told(t, await test(ledger, 'T3', '2016-07-31'), { verdict: 'pass', unclassified: [] });
  t.match(await test(ledger, 'T3', '2016-08-01'), { verdict: 'fail', unclassified: ['reablement'] });
  await t.rejects(test(ledger, 'T3', '2016-08-01', '2016-02-29'), /was not in the ledger/, 'before the fund was there');
});

t.test('T4: a grant is pooled as it was determined, no less and no more, but for what it was reduced by', async (t) => {
  const ledger = await openedLedger(t);
  await publish(ledger, allocation({ payer: COUNTY, source: 'DFG', amount: '900000.00', minima: undefined }));
  const row = async (on = '2016-12-31') => (await test(ledger, 'T4', on)).rows[0];
  t.match(await row(), { of: 'DFG of county', actual: '0.00', verdict: 'fail', margin: '-900000.00' });
  await ledger.post('county-finance', 'GrantDetermined', grant({ amount: '900000.00' }));
  t.match(await row(), { verdict: 'pass', margin: '0.00' });
  await ledger.post('county-finance', 'GrantReduced', {
    effective: '2016-10-01',
    grant: 'dfg',
    amount: '100000.00',
    cause: 'cut',
  });
  t.match(await row(), { required: '800000.00', actual: '800000.00', verdict: 'pass' });
  t.match(await row('2016-09-30'), { required: '900000.00', actual: '900000.00', verdict: 'pass' });
  await ledger.post('county-finance', 'GrantDetermined', grant({ grant: 'more', amount: '50000.00' }));
  t.match(await row(), { verdict: 'fail', margin: '50000.00', why: 'More is pooled than was determined.' });
});

t.test('T4: a grant of which no determination is published is not tested, and is named', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('county-finance', 'GrantDetermined', grant({ amount: '900000.00' }));
  await agree(ledger, contribution());
  t.match((await test(ledger, 'T4', '2016-04-01')).rows, [
    { of: 'DFG of county', actual: '900000.00', verdict: 'not-applicable', why: 'No determination is published.' },
  ]);
});

t.test('T5: what is passed down and what is waived together are each district’s share, in time', async (t) => {
  const ledger = await openedLedger(t);
  const shares = [
    { district: EAST, amount: '500000.00' },
    { district: WEST, amount: '400000.00' },
  ];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-06-30', shares } }));
  const passed = (district: string, amount: string, type = 'GrantPassedDown', more = {}) =>
    ledger.signed('county-finance', `${district}-finance`, type, {
      effective: '2016-06-10',
      grant: 'dfg',
      district,
      amount,
      ...more,
    });
  await passed(EAST, '500000.00');
  t.match(await test(ledger, 'T5', '2016-06-30'), { verdict: 'pass' });
  t.match(await test(ledger, 'T5', '2016-07-01'), { verdict: 'fail' });
  await passed(WEST, '150000.00');
  const waiver = await passed(WEST, '250000.00', 'PassDownWaived', { consent: 'letter of 9 June' });
  t.match(
    waiver.outcome.events[1]!.sentence,
    'west-district waived £250,000.00 of its share of the grant "dfg" (letter of 9 June).',
  );
  t.match(await test(ledger, 'T5', '2016-07-01'), { verdict: 'pass', margin: '0.00' });
  const waive = (district: string) => ({
    type: 'PassDownWaived',
    data: { effective: '2016-06-11', grant: 'dfg', district, amount: '1.00', consent: 'letter' } as never,
  });
  await ledger.signed('county-finance', 'west-district-finance', 'FactReversed', {
    effective: '2016-06-10',
    reverses: waiver.outcome.revision,
    reason: 'mistake',
  });
  const { proposal } = (await ledger.done('county-finance', { act: 'propose', fact: waive(WEST) })).outcome;
  const counter = (district: string) => ({ act: 'counter', proposal: proposal!, fact: waive(district) }) as const;
  t.equal(await ledger.refused('west-district-finance', counter(EAST)), 'counter_differs');
  await passed(WEST, '250000.00', 'PassDownWaived', { consent: 'letter of 10 June' });
  await refusals(t, ledger, FUND, [
    {
      name: 'waiving more than is left',
      officer: 'county-finance',
      act: 'propose',
      type: 'PassDownWaived',
      data: { effective: '2016-06-10', grant: 'dfg', district: WEST, amount: '0.01', consent: 'letter' },
      rule: 'more_than_share',
    },
    {
      name: 'of a grant that is not there',
      officer: 'county-finance',
      act: 'propose',
      type: 'PassDownWaived',
      data: { effective: '2016-06-10', grant: 'none', district: WEST, amount: '0.01', consent: 'letter' },
      rule: 'reference_unknown',
    },
  ]);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('T5: a share that was passed down late passes, and says by how many days', async (t) => {
  const ledger = await openedLedger(t);
  const shares = [
    { district: EAST, amount: '500000.00' },
    { district: WEST, amount: '400000.00' },
  ];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-06-30', shares } }));
  const pass = (district: string, effective: string, amount: string) =>
    ledger.signed('county-finance', `${district}-finance`, 'GrantPassedDown', {
      effective,
      grant: 'dfg',
      district,
      amount,
    });
  await pass(EAST, '2016-07-15', '100000.00');
  await pass(EAST, '2016-06-30', '400000.00');
  await pass(WEST, '2016-06-30', '399999.99');
  t.match((await test(ledger, 'T5', '2016-07-14')).rows, [{ verdict: 'fail' }, { verdict: 'fail' }]);
  await ledger.signed('county-finance', 'west-district-finance', 'PassDownWaived', {
    effective: '2016-07-01',
    grant: 'dfg',
    district: WEST,
    amount: '0.01',
    consent: 'letter',
  });
  const late = await test(ledger, 'T5', '2016-07-15');
  t.equal(late.verdict, 'pass');
  t.same(
    late.rows.map(({ verdict, why }) => [verdict, why]),
    [
      ['pass', 'east-district had its share in full on 15 July 2016, 15 days after 30 June 2016.'],
      ['pass', 'west-district had its share in full on 1 July 2016, 1 day after 30 June 2016.'],
    ],
  );
});

t.test('T6: the lines of each source are within its income', async (t) => {
  const ledger = await openedLedger(t);
  await agree(ledger, contribution({ amount: '800000.00' }));
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'dfg', source: 'DFG', amount: '5.00' }));
  const result = await test(ledger, 'T6', '2016-04-01');
  t.match(result, { verdict: 'fail', margin: '-200000.00' });
  t.match(result.rows, [
    { of: 'DFG', required: '5.00', actual: '0.00', verdict: 'fail' },
    { of: 'NHS_ADD', required: '1000000.00', actual: '800000.00', margin: '-200000.00' },
  ]);
});

t.test('a contribution of the minimum reaches its allocation, or is refused', async (t) => {
  const ledger = await openedLedger(t);
  const { revision } = (await publish(ledger, allocation())).outcome;
  const propose = (name: string, data: object, rule: string, type = 'ContributionAgreed') =>
    ({ name, officer: 'north-ccg-finance', act: 'propose', type, data, rule }) as never;
  const penny = { amount: '9999999.99', instalments: [{ due: '2016-04-01', amount: '9999999.99' }] };
  await refusals(t, ledger, FUND, [propose('a penny less', minimum(penny), 'minimum_breached')]);
  await agree(ledger, contribution(), NORTH);
  await agree(ledger, minimum());
  await publish(ledger, allocation({ effective: '2016-10-01', amount: '11000000.00', revises: revision }));
  const vary = (now: string) => ({ effective: '2016-10-01', contribution: 'minimum', now, reason: 'revised' });
  await refusals(t, ledger, FUND, [
    propose(
      'varied to less than the revised allocation',
      vary('10500000.00'),
      'minimum_breached',
      'ContributionVaried',
    ),
  ]);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionVaried', vary('11000000.00'));
  t.match(await test(ledger, 'T1', '2016-10-01'), { verdict: 'pass' });
});

t.test('an allocation published after the offer was made is held against it when it is signed', async (t) => {
  const ledger = await openedLedger(t);
  const offer = { act: 'propose', fact: { type: 'ContributionAgreed', data: minimum() as never } } as const;
  const { proposal } = (await ledger.done('north-ccg-finance', offer)).outcome;
  await publish(ledger, allocation({ amount: '12000000.00' }));
  const agreeing = { act: 'agree', proposal: proposal! } as const;
  t.equal(await ledger.refused('county-finance', agreeing), 'minimum_breached');
  const counter = (amount: string) =>
    ({
      act: 'counter',
      proposal: proposal!,
      fact: {
        type: 'ContributionAgreed',
        data: minimum({ amount, instalments: [{ due: '2016-04-01', amount }] }) as never,
      },
    }) as const;
  t.equal(await ledger.refused('county-finance', counter('11000000.00')), 'minimum_breached');
  await ledger.done('county-finance', counter('12000000.00'));
  await ledger.done('north-ccg-finance', agreeing);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('what is spent of the minimum may not fall from passing to failing, on any day', async (t) => {
  const ledger = await openedLedger(t);
  await passing(ledger);
  const act = (name: string, type: string, data: object, how: 'post' | 'propose' = 'post') =>
    ({ name, officer: 'pool-manager', act: how, type, data, rule: 'minimum_breached' }) as never;
  const vire = (change: string, effective = '2016-06-01') => ({
    effective,
    moves: [
      { line: 'home-care', change: `-${change}` },
      { line: 'reablement', change },
    ],
    reason: 'need',
  });
  const describe = (more: Readonly<Record<string, unknown>>, name = 'home-care') => ({
    effective: '2016-06-01',
    line: name,
    scheme: scheme(more),
    reason: 'review',
  });
  const saving = line({
    line: 'saved',
    source: 'NHS_MIN',
    category: 'saving',
    amount: '100000.01',
    scheme: scheme(SOCIAL_CARE),
  });
  await refusals(t, ledger, FUND, [
    act('a revision', 'PlanLineRevised', revise('2999999.99')),
    act('a virement', 'BudgetVired', vire('100000.01'), 'propose'),
    act('a description of social care as something else', 'PlanLineDescribed', describe({})),
    act(
      'a description of NHS services as the council’s',
      'PlanLineDescribed',
      describe({ commissioner: { nhs: 6_666, localGovernment: 3_334 } }, 'reablement'),
    ),
    act('a saving', 'PlanLineSet', saving),
    act('taking the line back', 'FactReversed', { effective: '2016-04-01', reverses: '4', reason: 'mistake' }),
    {
      name: 'taking the contribution back',
      officer: 'north-ccg-finance',
      act: 'propose',
      type: 'FactReversed',
      data: { effective: '2016-04-01', reverses: '3', reason: 'mistake' },
      rule: 'minimum_breached',
    },
  ]);
  const { detail } = (await ledger.submit('pool-manager', {
    act: 'post',
    fact: { type: 'PlanLineRevised', data: revise('2999999.99') as never },
  })) as unknown as { detail: string };
  t.equal(
    detail,
    'From 1 June 2016, T2 (Social care from the minimum NHS contribution) fails for fund: £2,999,999.99 against £3,000,000.00, £0.01 short.',
  );
  // In autumn there is less to spare, so a sum that could be spared in summer cannot be.
  await ledger.post('pool-manager', 'PlanLineRevised', revise('3000000.00', { effective: '2016-09-01' }));
  await ledger.post('pool-manager', 'PlanLineRevised', revise('3200000.00', { effective: '2016-12-01' }));
  await refusals(t, ledger, FUND, [
    act('a saving that fails in autumn', 'PlanLineSet', { ...saving, effective: '2016-06-01', amount: '0.01' }),
  ]);
  await ledger.signed('pool-manager', 'county-chief', 'BudgetVired', vire('200000.00', '2016-12-01'));
  t.same((await verify(ledger.store)).problems, []);
});

t.test('an allocation that rises on a later day is looked at on that day', async (t) => {
  const ledger = await openedLedger(t);
  const { revision } = (await publish(ledger, allocation({ minima: { socialCare: '1.00', outOfHospital: '0.00' } })))
    .outcome;
  await agree(ledger, minimum());
  await setLine(ledger, 'home-care', { amount: '3000000.00', scheme: scheme(SOCIAL_CARE) });
  await publish(
    ledger,
    allocation({
      effective: '2016-09-01',
      minima: { socialCare: '2000000.00', outOfHospital: '0.00' },
      revises: revision,
    }),
  );
  await publish(ledger, allocation({ year: '2017-18' }));
  await refusals(t, ledger, FUND, [
    {
      name: 'a revision that passes until then',
      officer: 'pool-manager',
      act: 'post',
      type: 'PlanLineRevised',
      data: revise('1999999.99'),
      rule: 'minimum_breached',
    },
  ]);
  await ledger.post('pool-manager', 'PlanLineRevised', revise('2000000.00'));
});

t.test('while a plan is being drafted nothing is refused for what it does not pass yet', async (t) => {
  const ledger = await openedLedger(t);
  await publish(ledger, allocation());
  await setLine(ledger, 'home-care', { amount: '2000000.00', scheme: scheme(SOCIAL_CARE) });
  const { outcome } = await ledger.post('pool-manager', 'PlanLineRevised', revise('1500000.00'));
  t.equal(outcome.warnings, undefined);
  t.match(verdicts(await testsOf(ledger, '2016-06-01')), { T1: 'fail', T2: 'fail', T3: 'fail', T6: 'fail' });
});

t.test('what is discretionary is warned of, and recorded', async (t) => {
  const ledger = await openedLedger(t);
  await agree(ledger, contribution());
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const withdrawal = {
    effective: '2016-07-01',
    payer: NORTH,
    of: { contribution: 'north-extra' },
    amount: '250000.00',
    noticeGiven: '2016-06-01',
    reason: 'saving',
  };
  const proposed = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'DiscretionaryPaymentWithdrawn', data: withdrawal as never },
  });
  const warning =
    'From 1 July 2016, T6 (Plan lines stay within income, source by source) fails for NHS_ADD: £750,000.00 against £1,000,000.00, £250,000.00 short.';
  t.same(proposed.outcome.warnings, [warning]);
  const signed = await ledger.done('north-ccg-chief', { act: 'agree', proposal: proposed.outcome.proposal! });
  t.same(signed.outcome.warnings, [warning], 'said once, though it fails on every later day too');
  t.match(verdicts(await testsOf(ledger, '2016-07-01')), { T6: 'fail' });

  const { outcome } = await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'more', amount: '1.00' }));
  t.match(outcome.warnings, [/^From 1 April 2016, T6/], 'what it breaks first');
  const again = await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'still-more', amount: '1.00' }));
  t.equal(again.outcome.warnings, undefined, 'what failed already is no breach');
});

t.test('a cut grant, and what is passed down after the year, are recorded with what they break', async (t) => {
  const ledger = await openedLedger(t);
  await publish(ledger, allocation({ payer: COUNTY, source: 'DFG', amount: '900000.00', minima: undefined }));
  const shares = [{ district: EAST, amount: '900000.00' }];
  const determined = await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({ passDown: { by: '2017-04-30', shares } }),
  );
  t.equal(determined.outcome.warnings, undefined);
  await ledger.post('pool-manager', 'PlanLineSet', line({ source: 'DFG', amount: '900000.00' }));
  const cut = await ledger.post('county-finance', 'GrantReduced', {
    effective: '2016-10-01',
    grant: 'dfg',
    amount: '100000.00',
    cause: 'cut',
  });
  t.match(cut.outcome.warnings, [/T6 .* fails for DFG: £800,000.00 against £900,000.00/]);
  const more = await ledger.post('county-finance', 'GrantDetermined', grant({ grant: 'more', amount: '50000.00' }));
  t.match(more.outcome.warnings, [/T4 .* fails for DFG of county: .* £50,000.00 too much\./]);
  const passed = await ledger.signed('county-finance', 'east-district-finance', 'GrantPassedDown', {
    effective: '2017-05-02',
    grant: 'dfg',
    district: EAST,
    amount: '800000.00',
  });
  t.equal(passed.outcome.warnings, undefined);
  t.match((await test(ledger, 'T5', '2017-05-01')).rows, [{ verdict: 'fail' }]);
  t.match((await test(ledger, 'T5', '2017-05-02')).rows, [
    {
      verdict: 'pass',
      why: 'east-district had its share in full on 2 May 2017, 2 days after 30 April 2017.',
    },
  ]);
  const back = await ledger.signed('county-finance', 'east-district-finance', 'FactReversed', {
    effective: '2017-05-02',
    reverses: passed.outcome.revision,
    reason: 'mistake',
  });
  t.match(back.outcome.warnings, [/^From 2 May 2017, T5 .* fails for dfg: east-district/]);
});

t.test(
  'a line that was taken back from before its revision ended is named as unclassified while that stands',
  async (t) => {
    const ledger = await openedLedger(t);
    await publish(ledger, allocation());
    const set = await setLine(ledger, 'home-care', { amount: '3100000.00', scheme: scheme(SOCIAL_CARE) });
    const revised = await ledger.post(
      'pool-manager',
      'PlanLineRevised',
      revise('3200000.00', { effective: '2016-05-01' }),
    );
    const reverse = (reverses: string, effective: string) =>
      ledger.post('pool-manager', 'FactReversed', { effective, reverses, reason: 'mistake' });
    // Without the first line, another still meets the minimum, so the first may be taken back.
    await ledger.post(
      'pool-manager',
      'PlanLineSet',
      line({ line: 'spare', source: 'NHS_MIN', amount: '9000000.00', scheme: scheme(SOCIAL_CARE) }),
    );
    await reverse(revised.outcome.revision, '2016-06-01');
    await reverse(set.outcome.revision, '2016-04-01');
    t.match(await test(ledger, 'T2', '2016-05-15'), { unclassified: ['home-care'] });
    told(t, await test(ledger, 'T2', '2016-06-01'), { unclassified: [] });
  },
);

t.test('another fund of the area is tested by the allocations of its own year', async (t) => {
  const ledger = await openedLedger(t);
  await openFund(ledger, '2017-18');
  await publish(ledger, allocation());
  const { tests } = await testsOf(ledger, '2017-04-01', { fund: 'testshire-2017-18' });
  t.equal(tests[0]!.verdict, 'not-applicable');
});

t.test('the formula is pure: the same inputs give the same results, and are left as they are', async (t) => {
  const inputs: TestInputs = {
    on: '2016-04-01' as Day,
    holdings: [],
    facts: [],
    allocations: [],
    areasOfSpend: [],
  };
  const frozen = Object.freeze({ ...inputs, holdings: Object.freeze([]), facts: Object.freeze([]) });
  t.same(minimumTests(frozen), minimumTests(inputs));
});

const Postings = fc.array(
  fc.record({
    measure: fc.constantFrom<Measure>('requirement', 'agreed', 'share', 'passedDown', 'waived', 'received'),
    holder: fc.constantFrom(PLAN, 'north-ccg', 'west-district'),
    source: fc.constantFrom('NHS_MIN', 'NHS_ADD', 'IBCF', 'DFG'),
    term: fc.constant('recurrent' as const),
    detail: fc.constantFrom('', 'dfg', 'home-care', 'reablement'),
    pence: fc.integer({ min: -40, max: 60 }).map(exactly),
  }),
  { maxLength: 25 },
);

t.test('movements break no more and no less than the tests that they touch show', (t) => {
  const on = '2016-07-01' as Day;
  const fact = (keptAs: KeptFact['keptAs'], data: object): KeptFact => ({
    revision: 1,
    keptAs,
    data: { effective: '2016-04-01' as Day, ...data },
  });
  const facts = [
    fact('line', { line: 'home-care', source: 'NHS_MIN', scheme: scheme(SOCIAL_CARE) }),
    fact('line', { line: 'reablement', source: 'NHS_MIN', scheme: scheme() }),
    fact('grant', {
      grant: 'dfg',
      passDown: { by: '2016-06-30', shares: [{ district: 'west-district', amount: '0.20' }] },
    }),
  ];
  const publication = (data: ReturnType<typeof allocation>) => ({ revision: 1, data, evidence: [] });
  const allocations = [
    publication(allocation({ amount: '0.30', minima: { socialCare: '0.10', outOfHospital: '0.10' } })),
    publication(allocation({ payer: 'west-district', source: 'DFG', amount: '0.20', minima: undefined })),
  ] as unknown as TestInputs['allocations'];
  const areasOfSpend = [
    { code: scheme(SOCIAL_CARE).areaOfSpend, counts: 'social-care' },
    { code: scheme().areaOfSpend, counts: 'out-of-hospital' },
  ] as unknown as TestInputs['areasOfSpend'];
  let broken = 0;
  property(
    t,
    fc.property(Postings, Postings, (standing, moved) => {
      const holdings = (all: typeof standing) =>
        all.filter(isTestInput).map(({ pence, ...account }) => ({ account, pence }));
      const inputs = { on, facts, allocations, areasOfSpend };
      const touched = testsMovedBy(moved.filter(isTestInput));
      const seen = holdings(standing).filter(({ account }) => touched.sees(account));
      const all = [holdings(standing), [...holdings(standing), ...holdings(moved)]] as const;
      const [was, now] = all.map((each) => minimumTests({ ...inputs, holdings: each })) as [TestResult[], TestResult[]];
      const few = [seen, [...seen, ...holdings(moved)]] as const;
      const [wasOf, nowOf] = few.map((each) => touched.of({ ...inputs, holdings: each })) as [
        TestResult[],
        TestResult[],
      ];
      const expected = breachesBetween(was, now);
      broken += expected.length;
      if (JSON.stringify(breachesBetween(wasOf, nowOf)) !== JSON.stringify(expected))
        throw new Error(
          `It breaks ${JSON.stringify(expected)}, and not ${JSON.stringify(breachesBetween(wasOf, nowOf))}`,
        );
    }),
    2_000,
  );
  t.ok(broken > 50, `${broken} breaches`);
  t.end();
});
