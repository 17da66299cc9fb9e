import t from 'tap';
import { CaseReference } from '../../../src/domain/dispute/cases.js';
import type { RuleCode } from '../../../src/domain/rules.js';
import {
  acts,
  AREA,
  caseNamed,
  caseSums,
  claimedByYear,
  DISPUTES,
  head,
  raised,
  repayable,
  share,
} from '../../support/disputes.js';
import { COUNTY, EAST, LEDGER_OPENED, NORTH, refusals, REGISTER_STREAM, SOUTH, WEST } from '../../support/ledger.js';
import { disputing, emptyLedger } from '../../support/rules-alone.js';

const ONE = { effective: '2018-10-01', case: caseNamed('one') };

t.test('an area’s disputes are opened once, by the ledger’s keeper, at their own address', async (t) => {
  const ledger = await emptyLedger(t);
  const opening = { effective: '2016-04-01', area: AREA, partners: [COUNTY, NORTH] };
  await ledger.post('registrar', 'LedgerOpened', LEDGER_OPENED, REGISTER_STREAM);
  await refusals(t, ledger, DISPUTES, [
    {
      name: 'a partner that nobody has registered',
      officer: 'pool-manager',
      act: 'post',
      type: 'DisputesOpened',
      data: opening,
      rule: 'partner_unknown',
    },
    {
      name: 'another area than the address says',
      officer: 'pool-manager',
      act: 'post',
      type: 'DisputesOpened',
      data: { ...opening, area: 'elsewhere' },
      rule: 'area_name_wrong',
    },
    {
      name: 'a case before the disputes are open',
      officer: 'county-finance',
      act: 'post',
      type: 'DisputeRaised',
      data: raised(),
      rule: 'area_unknown',
    },
  ]);
  const open = await disputing(t);
  t.equal(
    await open.refused(
      'pool-manager',
      { act: 'post', fact: { type: 'DisputesOpened', data: { ...opening, partners: [COUNTY, NORTH] } as never } },
      { in: DISPUTES },
    ),
    'area_exists',
  );
});

t.test('a panel’s decision says what is due back and what is abandoned', async (t) => {
  const ledger = await disputing(t);
  const { raise, signed } = acts(ledger);
  await raise();
  t.same(caseSums(ledger, 'one', '2019-03-31'), {
    claimed: '36400.00',
    agreed: '0.00',
    abandoned: '0.00',
    open: '36400.00',
  });
  ledger.now('2019-03-31T12:00:00Z');
  const done = await signed('SplitDecided', {
    decidedOn: '2019-03-31',
    split: share(6_000),
    by: 'panel',
    decision: 'P/1',
  });
  t.same(caseSums(ledger, 'one', '2019-03-31'), {
    claimed: '36400.00',
    agreed: '21840.00',
    abandoned: '14560.00',
    open: '0.00',
  });
  t.match(
    done.outcome.events.at(-1)!.sentence,
    'by a disputes panel: claimant 40.00%, respondent 60.00%; of the £36,400.00 claimed to 31 March 2019, £21,840.00 is due to the claimant and £14,560.00 abandoned.',
  );
});

t.test('a claim accrues by the day', async (t) => {
  const ledger = await disputing(t);
  const { raise, reduce } = acts(ledger);
  await raise('open-ended', { until: undefined });
  t.equal(caseSums(ledger, 'open-ended', '2018-09-30').claimed, '0.00', 'nothing before its first day');
  t.equal(caseSums(ledger, 'open-ended', '2018-10-01').claimed, '200.00', 'a seventh of a week on its first');
  t.equal(caseSums(ledger, 'open-ended', '2018-10-07').claimed, '1400.00');
  t.equal(caseSums(ledger, 'open-ended', '2018-10-14').claimed, '2800.00', 'a week later, exactly a week’s claim more');
  t.equal(caseSums(ledger, 'open-ended', '2020-03-01').claimed, '103600.00', '518 days, over 29 February 2020');
  t.equal(caseSums(ledger, 'open-ended', '2020-02-23').claimed, '102200.00', 'a week before, across the leap day');
  t.same(claimedByYear(ledger, 'open-ended', '2020-04-06'), [
    ['2018-19', '36400.00'],
    ['2019-20', '73200.00'],
    ['2020-21', '1200.00'],
  ]);

  await reduce({
    case: caseNamed('open-ended'),
    effective: '2019-01-01',
    costs: [
      { from: '2019-01-01', weekly: '2100.00' },
      { from: '2019-02-01', weekly: '700.00' },
    ],
  });
  t.equal(caseSums(ledger, 'open-ended', '2018-12-31').claimed, '18400.00', 'the cost before stands');
  t.equal(caseSums(ledger, 'open-ended', '2019-01-31').claimed, '27700.00', '31 days at 300.00');
  t.equal(caseSums(ledger, 'open-ended', '2019-02-07').claimed, '28400.00', 'a week at the next cost');
  t.equal(
    caseSums(ledger, 'open-ended', '2019-02-07', head(ledger) - 1).claimed,
    '26000.00',
    'as known before the revision, the old cost',
  );
});

t.test('pennies are rounded once per case and year, and parts of a year add up to its claim', async (t) => {
  const ledger = await disputing(t);
  const { raise, signed } = acts(ledger);
  await raise('one', { until: undefined, costs: [{ from: '2018-10-01', weekly: '1000.01' }] });
  t.equal(caseSums(ledger, 'one', '2018-10-03').claimed, '428.58', '3/7 of 1000.01 is 428.5757…');
  ledger.now('2018-12-01T12:00:00Z');
  await signed('SplitDecided', {
    effective: '2018-10-03',
    decidedOn: '2018-12-01',
    split: share(3_333),
    by: 'parties',
  });
  const { claimed, agreed, abandoned, open } = caseSums(ledger, 'one', '2018-10-10');
  t.same([claimed, agreed, abandoned, open], ['1428.59', '380.92', '761.95', '285.72']);
});

t.test('an invoice in dispute counts whole on its day', async (t) => {
  const ledger = await disputing(t);
  const { raise, reduce } = acts(ledger);
  await raise('bill', {
    kind: 'invoice',
    ground: 'invoice-wrong',
    costs: [],
    invoices: [{ on: '2018-10-20', amount: '5000.01' }],
    interim: share(5_000),
  });
  t.equal(caseSums(ledger, 'bill', '2018-10-19').claimed, '0.00');
  t.equal(caseSums(ledger, 'bill', '2018-10-20').claimed, '2500.00', 'half of it, half to even');
  await reduce({
    case: caseNamed('bill'),
    effective: '2018-10-15',
    invoices: [
      { on: '2018-10-16', amount: '100.00' },
      { on: '2018-10-21', amount: '300.00' },
    ],
    ground: 'other',
  });
  t.equal(caseSums(ledger, 'bill', '2018-10-31').claimed, '200.00');
});

t.test('a case can be raised by whoever stands on its claiming side today', async (t) => {
  const ledger = await disputing(t);
  await refusals(t, ledger, DISPUTES, [
    {
      name: 'not by the other side',
      officer: 'north-ccg-finance',
      act: 'post',
      type: 'DisputeRaised',
      data: raised(),
      rule: 'wrong_partner',
    },
    {
      name: 'not by an auditor',
      officer: 'auditor',
      act: 'post',
      type: 'DisputeRaised',
      data: raised(),
      rule: 'role_not_allowed',
    },
    {
      name: 'not by a body that held the claim once',
      officer: 'north-ccg-finance',
      act: 'post',
      type: 'DisputeRaised',
      data: raised('moved', {
        claimant: [
          { from: '2018-10-01', partner: NORTH },
          { from: '2018-10-15', partner: SOUTH },
        ],
        respondent: [{ from: '2018-10-01', partner: COUNTY }],
      }),
      rule: 'wrong_partner',
    },
  ]);
  await ledger.post(
    'north-ccg-finance',
    'DisputeRaised',
    raised('ahead', {
      claimant: [{ from: '2018-10-01', partner: NORTH }],
      respondent: [{ from: '2018-10-01', partner: EAST }],
    }),
    DISPUTES,
  );
});

t.test('what is raised must be a claim', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise();
  const cases: readonly (readonly [name: string, more: Readonly<Record<string, unknown>>, rule: RuleCode])[] = [
    ['a reference used before', { case: caseNamed('one') }, 'identifier_used'],
    ['care that ends before it begins', { until: '2018-09-30' }, 'days_out_of_order'],
    ['a body on both sides', { respondent: [{ from: '2018-10-01', partner: COUNTY }] }, 'both_sides'],
    ['an invoice before the first day', { invoices: [{ on: '2018-09-30', amount: '1.00' }] }, 'days_out_of_order'],
    ['no cost at all', { costs: [] }, 'claim_of_nothing'],
    ['no more than is paid meanwhile', { interim: share(10_000) }, 'claim_of_nothing'],
    ['a day of raising that has not come', { raisedOn: '2018-11-02' }, 'in_the_future'],
    ['a body of another area', { respondent: [{ from: '2018-10-01', partner: WEST }] }, 'not_in_area'],
    ['no body on the first day', { claimant: [{ from: '2018-10-02', partner: COUNTY }] }, 'days_out_of_order'],
    ['no respondent on the first day', { respondent: [{ from: '2018-10-02', partner: NORTH }] }, 'days_out_of_order'],
    [
      'costs out of order',
      {
        costs: [
          { from: '2018-10-01', weekly: '1.00' },
          { from: '2018-10-01', weekly: '2.00' },
        ],
      },
      'days_out_of_order',
    ],
    ['a time without a protocol', { raisedOn: '2016-03-31' }, 'protocol_missing'],
    [
      'more than can be added exactly',
      {
        invoices: Array.from({ length: 60 }, (_, index) => ({
          on: `2018-10-${10 + (index % 20)}`,
          amount: '9999999.99',
        })),
      },
      'more_than_an_area_disputes',
    ],
  ];
  // Sixty invoices stay below the limit of an area; a second sixty would exceed it.
  await acts(ledger).raise('large', {
    invoices: Array.from({ length: 60 }, () => ({ on: '2018-10-02', amount: '9999999.99' })),
  });
  for (const [name, more, rule] of cases) {
    t.equal(await acts(ledger).refused('county-finance', 'post', 'DisputeRaised', raised(name, more)), rule, name);
  }
});

t.test('a claim is revised by the claimant, forward, within what it claims', async (t) => {
  const ledger = await disputing(t);
  const { raise, reduce, signed } = acts(ledger);
  await raise();
  await signed('InterimFundingAgreed', { effective: '2018-12-01', interim: share(5_000) });
  const revision = (more: object) => ({ ...ONE, effective: '2018-12-01', ...more });
  const cases: readonly (readonly [name: string, data: object, rule: RuleCode, officer?: string])[] = [
    ['an unknown case', revision({ case: caseNamed('nobody'), until: '2019-01-01' }), 'reference_unknown'],
    ['the other side', revision({ until: '2019-01-01' }), 'wrong_partner', 'north-ccg-finance'],
    ['nothing', revision({}), 'nothing_to_change'],
    ['care that ends before the effective date', revision({ until: '2018-11-30' }), 'days_out_of_order'],
    [
      'a cost before the effective date',
      revision({ costs: [{ from: '2018-11-30', weekly: '1.00' }] }),
      'days_out_of_order',
    ],
    ['a cost that begins later', revision({ costs: [{ from: '2018-12-02', weekly: '1.00' }] }), 'days_out_of_order'],
    [
      'an invoice before the effective date',
      revision({ invoices: [{ on: '2018-11-30', amount: '1.00' }] }),
      'days_out_of_order',
    ],
    ['a claim against itself', revision({ respondent: COUNTY }), 'both_sides'],
    ['a body of another area', revision({ respondent: WEST }), 'not_in_area'],
    ['before its first day', revision({ effective: '2018-09-30', until: '2019-01-01' }), 'before_it_began'],
    ['less than is paid meanwhile', revision({ claimed: share(4_000) }), 'interim_beyond_claim'],
    ['as much as is paid meanwhile', revision({ claimed: share(5_000) }), 'claim_of_nothing'],
    ['a smaller share, by one officer', revision({ claimed: share(7_500) }), 'reduction_signed'],
    ['a lower cost', revision({ costs: [{ from: '2018-12-01', weekly: '1399.99' }] }), 'reduction_signed'],
    [
      'a cost that is higher at first, and lower on a later day',
      revision({
        costs: [
          { from: '2018-12-01', weekly: '9000.00' },
          { from: '2019-03-31', weekly: '1399.99' },
        ],
      }),
      'reduction_signed',
    ],
    ['care that ends sooner', revision({ until: '2019-03-30' }), 'reduction_signed'],
  ];
  for (const [name, data, rule, officer = 'county-finance'] of cases) {
    t.equal(await acts(ledger).refused(officer, 'post', 'ClaimRevised', data), rule, name);
  }
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'ClaimReduced', revision({ until: '2019-04-30' })),
    'signature_not_needed',
    'what only rises needs no second officer',
  );
  const reduced = await reduce({ effective: '2019-01-01', claimed: share(7_500), until: '2019-01-31' });
  t.match(
    reduced.outcome.events.at(-1)!.sentence,
    'was reduced from 1 January 2019: claimant 25.00%, respondent 75.00%; care to 31 January 2019.',
  );
  t.equal(
    await acts(ledger).refused('county-finance', 'post', 'ClaimRevised', revision({ until: '2019-02-01' })),
    'later_change_stands',
  );
  t.equal(caseSums(ledger, 'one', '2019-03-31').claimed, '16850.00', '61 days whole, 31 at half, 31 at a quarter');
});

t.test('a claim can be moved to another body from a day on', async (t) => {
  const ledger = await disputing(t);
  const { raise, post } = acts(ledger);
  await raise();
  const moved = await post('county-finance', 'ClaimRevised', { effective: '2018-12-31', respondent: SOUTH });
  t.match(moved.outcome.events[0]!.sentence, 'against south-ccg');
  ledger.now('2018-12-31T12:00:00Z');
  const { own } = ledger.ledger.model.stream('dispute', DISPUTES);
  t.equal(own.cases.size, 1);
  t.equal(
    await acts(ledger).refused('north-ccg-finance', 'propose', 'InterimFundingAgreed', { ...ONE, interim: share(1) }),
    'wrong_partner',
    'the body that it was against has no more to sign',
  );
  await ledger.signed(
    'county-finance',
    'south-ccg-finance',
    'InterimFundingAgreed',
    { ...ONE, interim: share(1) },
    DISPUTES,
  );
});

t.test('interim funding is agreed by both sides, and prejudices nothing', async (t) => {
  const ledger = await disputing(t);
  const { raise, signed } = acts(ledger);
  await raise();
  t.equal(
    await acts(ledger).refused('county-finance', 'post', 'InterimFundingAgreed', { ...ONE, interim: share(5_000) }),
    'signature_needed',
  );
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'InterimFundingAgreed', {
      ...ONE,
      case: caseNamed('nobody'),
      interim: share(5_000),
    }),
    'reference_unknown',
  );
  await signed('InterimFundingAgreed', { interim: share(5_000) });
  t.equal(caseSums(ledger, 'one', '2019-03-31').claimed, '18200.00', 'half is paid already');
  ledger.now('2019-04-01T12:00:00Z');
  const done = await signed('SplitDecided', { decidedOn: '2019-04-01', split: share(4_000), by: 'panel' });
  t.same(
    caseSums(ledger, 'one', '2019-03-31'),
    {
      claimed: '18200.00',
      agreed: '0.00',
      abandoned: '18200.00',
      open: '0.00',
    },
    'decided at less than was paid meanwhile, all of the claim is abandoned',
  );
  t.equal(repayable(ledger, 'one', '2019-03-31'), '3640.00', 'and the claimant gives back what was paid beyond');
  t.match(
    done.outcome.events.at(-1)!.sentence,
    '£0.00 is due to the claimant and £18,200.00 abandoned; the claimant gives £3,640.00 back.',
  );
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'InterimFundingAgreed', {
      ...ONE,
      effective: '2018-09-30',
      interim: share(1),
    }),
    'before_it_began',
  );
});

t.test('days are decided by a split that both sign, a withdrawal or a concession', async (t) => {
  const ledger = await disputing(t);
  const { raise, signed } = acts(ledger);
  await raise();
  await raise('two');
  ledger.now('2019-02-01T12:00:00Z');
  const decision = (more: object) => ({ ...ONE, decidedOn: '2019-02-01', split: share(6_000), by: 'panel', ...more });
  const cases: readonly (readonly [name: string, data: object, rule: RuleCode])[] = [
    ['an unknown case', decision({ case: caseNamed('nobody') }), 'reference_unknown'],
    ['a decision that is still to come', decision({ decidedOn: '2019-02-02' }), 'in_the_future'],
    ['before the first day of care', decision({ effective: '2018-09-30' }), 'before_it_began'],
  ];
  for (const [name, data, rule] of cases) {
    t.equal(await acts(ledger).refused('county-finance', 'propose', 'SplitDecided', data), rule, name);
  }
  await signed('SplitDecided', decision({ effective: '2019-01-01' }));
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'SplitDecided', decision({ effective: '2018-12-01' })),
    'later_change_stands',
  );
  t.same(caseSums(ledger, 'one', '2019-01-31'), {
    claimed: '24600.00',
    agreed: '3720.00',
    abandoned: '2480.00',
    open: '18400.00',
  });
  const given = { effective: '2019-02-02', case: caseNamed('one'), decidedOn: '2019-02-01' };
  for (const [type, more, officer] of [
    ['ClaimWithdrawn', { ground: 'no-case' }, 'county-finance'],
    ['ClaimConceded', {}, 'north-ccg-finance'],
  ] as const) {
    const data = { ...given, ...more, effective: '2019-02-01' };
    t.equal(await acts(ledger).refused(officer, 'propose', type, data), 'decided_already', 'one side alone');
  }
  const costs = [{ from: '2019-02-01', weekly: '99999.99' }];
  const revision = { ...ONE, effective: '2019-02-01', costs };
  t.equal(await acts(ledger).refused('county-finance', 'post', 'ClaimRevised', revision), 'decided_already');
  const moved = { ...ONE, effective: '2019-03-01', respondent: SOUTH };
  t.equal(await acts(ledger).refused('county-finance', 'post', 'ClaimRevised', moved), 'decided_already');
  await ledger.signed('county-finance', 'county-chief', 'ClaimWithdrawn', { ...given, ground: 'no-case' }, DISPUTES);
  t.equal(caseSums(ledger, 'one', '2019-02-28').agreed, '3840.00', 'nothing more is due back from the 2nd on');
  await ledger.signed(
    'north-ccg-finance',
    'north-ccg-chief',
    'ClaimConceded',
    { ...given, case: caseNamed('two'), effective: '2018-10-01' },
    DISPUTES,
  );
  t.same(caseSums(ledger, 'two', '2019-03-31'), {
    claimed: '36400.00',
    agreed: '36400.00',
    abandoned: '0.00',
    open: '0.00',
  });
  t.equal(
    await acts(ledger).refused('north-ccg-finance', 'propose', 'ClaimWithdrawn', { ...given, ground: 'no-case' }),
    'wrong_partner',
    'nobody withdraws another’s claim',
  );
});

t.test('a decision lies within the claim', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise('one', { claimed: share(5_000) });
  const data = { ...ONE, decidedOn: '2018-11-01', split: share(6_000), by: 'panel' };
  t.equal(await acts(ledger).refused('county-finance', 'propose', 'SplitDecided', data), 'decision_beyond_claim');
});

t.test('an officer’s limit holds for what a decision moves', async (t) => {
  const ledger = await disputing(t);
  await ledger.signed(
    'registrar',
    'county-chief',
    'OfficerMandated',
    { effective: '2018-10-01', officer: 'junior', partner: COUNTY, role: 'finance-officer', limit: '1000.00' },
    REGISTER_STREAM,
  );
  await acts(ledger).raise();
  const data = { ...ONE, decidedOn: '2018-11-01', split: share(6_000), by: 'parties' };
  t.equal(await acts(ledger).refused('junior', 'propose', 'SplitDecided', data), 'over_limit');
});

t.test('a case goes by its facts, and each can be taken back while nothing rests on it', async (t) => {
  const ledger = await disputing(t);
  const { raise, reduce, signed, reverse } = acts(ledger);
  await raise();
  const first = head(ledger);
  await reduce({ effective: '2019-01-01', claimed: share(5_000) });
  const revised = head(ledger);
  t.equal(
    await acts(ledger).refused('county-finance', 'post', 'FactReversed', {
      effective: '2018-10-01',
      reverses: String(first),
      reason: 'in error',
    }),
    'others_rest_on_it',
  );
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'FactReversed', {
      effective: '2019-01-02',
      reverses: String(revised),
      reason: 'in error',
    }),
    'reversal_day_fixed',
  );
  t.equal(
    await acts(ledger).refused('pool-manager', 'post', 'FactReversed', {
      effective: '2016-04-01',
      reverses: '0',
      reason: 'in error',
    }),
    'not_reversible',
  );
  ledger.now('2019-02-01T12:00:00Z');
  await signed('SplitDecided', { decidedOn: '2019-02-01', split: share(5_000), by: 'panel' });
  const decided = head(ledger);
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'FactReversed', {
      effective: '2019-01-01',
      reverses: String(revised),
      reason: 'in error',
    }),
    'others_rest_on_it',
  );
  await reverse(decided, '2018-10-01', 'county-finance', 'north-ccg-finance');
  await reverse(revised, '2019-01-01', 'county-finance', 'county-chief');
  t.equal(caseSums(ledger, 'one', '2019-03-31').open, '36400.00', 'as if neither had been');
  t.equal(caseSums(ledger, 'one', '2019-03-31', decided).agreed, '18200.00', 'as known before, both stand');
  await reverse(first, '2018-10-01');
  t.equal(caseSums(ledger, 'one', '2019-03-31').claimed, '0.00');
  t.equal(
    await acts(ledger).refused('county-finance', 'post', 'ClaimRevised', { ...ONE, claimed: share(1) }),
    'reference_unknown',
    'a case that was never raised',
  );
  t.equal(
    await acts(ledger).refused('county-finance', 'post', 'DisputeRaised', raised()),
    'identifier_used',
    'and its reference is not used again',
  );
});

t.test('each side confirms how it carries a part of a case', async (t) => {
  const ledger = await disputing(t);
  const { raise, post } = acts(ledger);
  await raise();
  const confirmed = { effective: '2018-11-01', partner: COUNTY, part: 'open', class: 'contingent-asset' };
  const done = await post('county-finance', 'AccountingClassConfirmed', confirmed);
  t.match(done.outcome.events[0]!.sentence, 'county classes what is open of case');
  t.match(done.outcome.events[0]!.sentence, /£6,400.00, as contingent asset\.$/);
  const cases: readonly (readonly [name: string, data: object, rule: RuleCode, officer?: string])[] = [
    ['another class without a reason', { class: 'debtor' }, 'class_reason_needed'],
    ['a part that there is not', { part: 'settled' }, 'reference_unknown'],
    ['an unknown case', { case: caseNamed('nobody') }, 'reference_unknown'],
    ['another partner’s books', { partner: NORTH }, 'wrong_partner'],
  ];
  for (const [name, more, rule] of cases) {
    t.equal(
      await acts(ledger).refused('county-finance', 'post', 'AccountingClassConfirmed', {
        ...ONE,
        ...confirmed,
        ...more,
      }),
      rule,
      name,
    );
  }
  const other = await post('county-finance', 'AccountingClassConfirmed', {
    ...confirmed,
    class: 'debtor',
    reason: 'admitted in writing',
  });
  t.match(other.outcome.events[0]!.sentence, /as debtor, not contingent asset \(admitted in writing\)\.$/);
});

t.test('a body that came later is a partner from then on, and not before', async (t) => {
  const ledger = await disputing(t);
  const joining = (more: object = {}) => ({ effective: '2018-11-01', partner: WEST, ...more });
  await refusals(t, ledger, DISPUTES, [
    {
      name: 'one that is there',
      officer: 'pool-manager',
      act: 'post',
      type: 'DisputePartnerAdded',
      data: joining({ partner: NORTH }),
      rule: 'nothing_to_change',
    },
    {
      name: 'one that nobody registered',
      officer: 'pool-manager',
      act: 'post',
      type: 'DisputePartnerAdded',
      data: joining({ partner: 'nobody' }),
      rule: 'partner_unknown',
    },
    {
      name: 'by an officer of another partner than the keeper',
      officer: 'north-ccg-chief',
      act: 'post',
      type: 'DisputePartnerAdded',
      data: joining(),
      rule: 'wrong_partner',
    },
  ]);
  const added = await ledger.post('pool-manager', 'DisputePartnerAdded', joining(), DISPUTES);
  t.equal(added.outcome.events[0]!.sentence, 'west-district came to the area from 1 November 2018.');
  await acts(ledger).raise('west', { respondent: [{ from: '2018-10-01', partner: WEST }] });
});

t.test('the other side can counter who pays meanwhile, and how a case is decided', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise();
  const counters: readonly (readonly [type: string, offered: object, countered: object])[] = [
    ['InterimFundingAgreed', { interim: share(5_000) }, { interim: share(2_000) }],
    [
      'SplitDecided',
      { decidedOn: '2018-11-01', split: share(6_000), by: 'parties' },
      { decidedOn: '2018-11-01', split: share(5_000), by: 'parties' },
    ],
  ];
  for (const [type, offered, countered] of counters) {
    const fact = (data: object) => ({ type, data: { ...ONE, ...data } as never });
    const proposed = await ledger.done('county-finance', { act: 'propose', fact: fact(offered) }, { in: DISPUTES });
    const proposal = proposed.outcome.proposal!;
    t.equal(
      await ledger.refused(
        'north-ccg-finance',
        { act: 'counter', proposal, fact: { type, data: { ...ONE, ...countered, case: caseNamed('two') } as never } },
        { in: DISPUTES },
      ),
      'counter_differs',
      'of the same case',
    );
    await ledger.done('north-ccg-finance', { act: 'counter', proposal, fact: fact(countered) }, { in: DISPUTES });
    await ledger.done('county-finance', { act: 'agree', proposal }, { in: DISPUTES });
  }
  t.equal(caseSums(ledger, 'one', '2018-10-07').agreed, '420.00', 'half of it, less the fifth paid meanwhile');
});

t.test('a claim can be raised for care that is still to come', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise('ahead', { effective: '2018-12-01' });
  t.equal(caseSums(ledger, 'ahead', '2018-11-30').claimed, '0.00');
  t.equal(caseSums(ledger, 'ahead', '2018-12-07').claimed, '1400.00');
});

t.test('what nothing rests on can be taken back at any time', async (t) => {
  const ledger = await disputing(t);
  const { raise, post, reduce, reverse } = acts(ledger);
  await raise();
  const confirmed = await post('county-finance', 'AccountingClassConfirmed', {
    effective: '2018-11-01',
    partner: COUNTY,
    part: 'open',
    class: 'contingent-asset',
  });
  await reduce({ effective: '2018-11-01', claimed: share(5_000) });
  await reverse(Number(confirmed.outcome.revision), '2018-11-01');
});

t.test('what was proposed to one body is not signed once another stands on its side', async (t) => {
  const ledger = await disputing(t);
  const { raise, post } = acts(ledger);
  await raise();
  const fact = {
    type: 'SplitDecided',
    data: { ...ONE, decidedOn: '2018-11-01', split: share(6_000), by: 'parties' } as never,
  };
  const proposed = await ledger.done('county-finance', { act: 'propose', fact }, { in: DISPUTES });
  const proposal = proposed.outcome.proposal!;
  await post('county-finance', 'ClaimRevised', { respondent: SOUTH });
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'agree', proposal }, { in: DISPUTES }),
    'changed_since_proposed',
  );
});

t.test('a case reference that is made of an NHS number is refused', async (t) => {
  t.notOk(CaseReference.safeParse('94347659-19ab-4cef-a3fd-d29dd78439c4').success);
  t.equal(CaseReference.parse('94347659-18AB-4cef-a3fd-d29dd78439c4'), '94347659-18ab-4cef-a3fd-d29dd78439c4');
  t.match(CaseReference.safeParse('94347659-19ab-4cef-a3fd-d29dd78439c4').error?.issues[0]?.message, /another random/);
});

t.test('a case is claimed by and from the bodies that stood on it when it was raised', async (t) => {
  const ledger = await disputing(t);
  const done = await acts(ledger).raise('one', {
    effective: '2018-12-01',
    respondent: [
      { from: '2018-12-01', partner: NORTH },
      { from: '2019-04-01', partner: SOUTH },
    ],
  });
  t.match(done.outcome.events[0]!.sentence, /^county claims from north-ccg, for case/);
});
