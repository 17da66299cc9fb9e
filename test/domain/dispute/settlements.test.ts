import t from 'tap';
import type { RuleCode } from '../../../src/domain/rules.js';
import { owedOn, settlementOn } from '../../../src/domain/dispute/owed.js';
import { treatmentOf } from '../../../src/domain/dispute/accounting-class.js';
import type { Day } from '../../../src/domain/calendar.js';
import { moneyText } from '../../../src/domain/money.js';
import { acts, caseNamed, caseSums, DISPUTES, raised, repayable, settle, share } from '../../support/disputes.js';
import { COUNTY, NORTH, REGISTER_STREAM, SOUTH, type TestLedger } from '../../support/ledger.js';
import { fact } from '../../support/figures.js';
import { disputing } from '../../support/rules-alone.js';

const stateOf = ({ ledger }: TestLedger) => ledger.model.stream('dispute', DISPUTES).own;

const owed = (ledger: TestLedger, name: string, on: string) => {
  const { decidedToPay, settledToPay, toWriteOff } = owedOn(stateOf(ledger), caseNamed(name), on as Day)!;
  return [decidedToPay, settledToPay, toWriteOff].map(moneyText);
};

const treatments = (ledger: TestLedger, name: string, on: string) =>
  treatmentOf(stateOf(ledger), caseNamed(name), on as Day)!.map(
    ({ partner, part, proposed, amount }) => `${partner} ${part} ${proposed} ${moneyText(amount)}`,
  );

/** Two cases of the county, one of the north CCG against it, all of October to March; today is 30 April 2019. */
async function ready(t: Parameters<typeof disputing>[0]): Promise<TestLedger> {
  const ledger = await disputing(t);
  await acts(ledger).raise('one');
  await acts(ledger).raise('two', { costs: [{ from: '2018-10-01', weekly: '700.00' }] });
  await ledger.post(
    'north-ccg-finance',
    'DisputeRaised',
    raised('counter', {
      claimant: [{ from: '2018-10-01', partner: NORTH }],
      respondent: [{ from: '2018-10-01', partner: COUNTY }],
      costs: [{ from: '2018-10-01', weekly: '70.00' }],
    }),
    DISPUTES,
  );
  return ledger.now('2019-04-30T12:00:00Z');
}

t.test('one settlement settles many cases, gross in both directions, to the penny', async (t) => {
  const ledger = await ready(t);
  const done = await settle(ledger, 'spring', '2019-04-30', [
    ['one', '20000.01', '16399.99'],
    ['two', '18200.00', '0.00'],
    ['counter', '1000.00', '820.00'],
  ]);
  t.equal(
    done.outcome.events.at(-1)!.sentence,
    'The settlement "spring" settles 3 cases: of £56,420.00 claimed, £39,200.01 is agreed, £17,219.99 abandoned and £0.00 still open.',
  );
  const settlement = settlementOn(stateOf(ledger), 'spring', '2019-04-30' as Day)!;
  t.same(
    settlement.payments.map(({ payer, payee, agreed, paid }) => [payer, payee, moneyText(agreed), moneyText(paid)]),
    [
      [NORTH, COUNTY, '38200.01', '0.00'],
      [COUNTY, NORTH, '1000.00', '0.00'],
    ],
  );
  t.same(
    settlement.writeOffs.map(({ creditor, abandoned }) => [creditor, moneyText(abandoned)]),
    [
      [COUNTY, '16399.99'],
      [NORTH, '820.00'],
    ],
  );
  for (const name of ['one', 'two', 'counter']) t.equal(caseSums(ledger, name, '2019-04-30').open, '0.00', name);
  t.equal(caseSums(ledger, 'one', '2019-04-29').open, '36400.00', 'the day before, all of it is open');
  t.equal(settlementOn(stateOf(ledger), 'spring', '2019-04-29' as Day), undefined);
});

t.test('a settlement can leave some of a case open, and days after it accrue on', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise('one', { until: undefined });
  ledger.now('2019-04-30T12:00:00Z');
  await settle(ledger, 'part', '2019-04-30', [
    ['one', '10000.00', '5000.00', { closes: false, through: '2019-03-31' }],
  ]);
  t.same(caseSums(ledger, 'one', '2019-04-30'), {
    claimed: '42400.00',
    agreed: '10000.00',
    abandoned: '5000.00',
    open: '27400.00',
  });
  const again = [['one', '1.00', '0.00', { closes: false, through: '2019-03-30' }]] as const;
  await t.rejects(settle(ledger, 'again', '2019-04-30', again), /settled_already/);
  await settle(ledger, 'rest', '2019-04-30', [['one', '20000.00', '7400.00']]);
  t.same(
    caseSums(ledger, 'one', '2019-12-31'),
    {
      claimed: '42400.00',
      agreed: '30000.00',
      abandoned: '12400.00',
      open: '0.00',
    },
    'closed, nothing more accrues',
  );
  await t.rejects(settle(ledger, 'more', '2019-04-30', [['one', '1.00', '0.00']]), /settled_already/);
  const data = { effective: '2019-06-01', case: caseNamed('one'), claimed: share(5_000) };
  t.equal(await acts(ledger).refused('county-finance', 'post', 'ClaimRevised', data), 'settled_already');
});

t.test('settled days are fixed; the days after them can still be decided', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise('one', { until: undefined });
  ledger.now('2019-04-30T12:00:00Z');
  await settle(ledger, 'part', '2019-04-30', [['one', '36400.00', '0.00', { closes: false, through: '2019-03-31' }]]);
  const decision = { case: caseNamed('one'), decidedOn: '2019-04-30', split: share(5_000), by: 'parties' };
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'SplitDecided', { ...decision, effective: '2019-03-31' }),
    'settled_already',
  );
  await acts(ledger).signed('SplitDecided', { ...decision, effective: '2019-04-01' });
  t.same(caseSums(ledger, 'one', '2019-04-30'), {
    claimed: '42400.00',
    agreed: '39400.00',
    abandoned: '3000.00',
    open: '0.00',
  });
});

t.test('a settlement stands for the days that it settles, whatever was decided of them before', async (t) => {
  const ledger = await ready(t);
  await acts(ledger).signed('SplitDecided', { decidedOn: '2019-04-30', split: share(6_000), by: 'panel' });
  const refund = { of: { case: caseNamed('one') }, payer: NORTH, amount: '10000.00', bankReference: 'BACS 1' };
  await ledger.post('north-ccg-finance', 'RefundPaid', { effective: '2019-04-30', ...refund }, DISPUTES);
  t.same(owed(ledger, 'one', '2019-04-30'), ['11840.00', '0.00', '14560.00']);
  await settle(ledger, 'after', '2019-04-30', [['one', '20000.00', '16400.00']]);
  t.same(owed(ledger, 'one', '2019-04-30'), ['0.00', '10000.00', '16400.00'], 'what was paid before is counted in');
  t.equal(
    await acts(ledger).refused('north-ccg-finance', 'post', 'RefundPaid', {
      effective: '2019-04-30',
      ...refund,
      bankReference: 'BACS 2',
    }),
    'more_than_is_due_back',
    'and on the case itself nothing is owed any more',
  );
});

t.test('a settlement is refused where its sums do not fit its cases', async (t) => {
  const ledger = await ready(t);
  const south = { respondent: [{ from: '2018-10-01', partner: SOUTH }] };
  await acts(ledger).raise('south', south);
  const cases: readonly (readonly [name: string, lines: Parameters<typeof settle>[3], rule: RuleCode])[] = [
    ['an unknown case', [['nobody', '1.00', '0.00']], 'reference_unknown'],
    ['more than is claimed', [['one', '36400.00', '0.01']], 'settles_too_much'],
    ['closed with something open', [['one', '36399.99', '0.00']], 'closes_with_open'],
    ['days after its own', [['one', '1.00', '0.00', { through: '2019-05-01' }]], 'days_out_of_order'],
    ['days before the claim', [['one', '1.00', '0.00', { through: '2018-09-30' }]], 'days_out_of_order'],
    [
      'a case between others',
      [
        ['one', '36400.00', '0.00'],
        ['south', '36400.00', '0.00'],
      ],
      'settles_others',
    ],
  ];
  for (const [name, lines, rule] of cases) {
    await t.rejects(settle(ledger, 'spring', '2019-04-30', lines), new RegExp(rule), name);
  }
  await acts(ledger).raise('paid-by-both', { interim: share(5_000), until: '2018-10-02' });
  await acts(ledger).signed('InterimFundingAgreed', { case: caseNamed('paid-by-both'), interim: share(10_000) });
  await t.rejects(settle(ledger, 'spring', '2019-04-30', [['paid-by-both', '0.00', '0.00']]), /nothing_to_settle/);
  await settle(ledger, 'spring', '2019-04-30', [['one', '36400.00', '0.00']]);
  await t.rejects(settle(ledger, 'spring', '2019-04-30', [['two', '18200.00', '0.00']]), /identifier_used/);
  await t.rejects(
    settle(ledger, 'earlier', '2019-04-29', [['one', '36400.00', '0.00']]),
    /settled_already/,
    'before a settlement that stands',
  );
});

t.test('a settlement proposed on figures that have moved since is not signed', async (t) => {
  const ledger = await ready(t);
  const proposed = await ledger.done(
    'county-finance',
    {
      act: 'propose',
      fact: {
        type: 'DisputeSettled',
        data: {
          effective: '2019-04-30',
          settlement: 'spring',
          lines: [{ case: caseNamed('one'), agreed: '30000.00', abandoned: '6400.00' }],
        } as never,
      },
    },
    { in: DISPUTES },
  );
  await acts(ledger).reduce({ effective: '2019-03-25', until: '2019-03-25' });
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'agree', proposal: proposed.outcome.proposal! }, { in: DISPUTES }),
    'settles_too_much',
  );
});

t.test('a settlement can be countered by the other side', async (t) => {
  const ledger = await ready(t);
  const fact = (agreed: string, abandoned: string) => ({
    type: 'DisputeSettled',
    data: {
      effective: '2019-04-30',
      settlement: 'spring',
      lines: [{ case: caseNamed('one'), agreed, abandoned }],
    } as never,
  });
  const proposed = await ledger.done(
    'county-finance',
    { act: 'propose', fact: fact('36400.00', '0.00') },
    { in: DISPUTES },
  );
  const proposal = proposed.outcome.proposal!;
  await ledger.done(
    'north-ccg-finance',
    { act: 'counter', proposal, fact: fact('30000.00', '6400.00') },
    { in: DISPUTES },
  );
  await ledger.done('county-chief', { act: 'agree', proposal }, { in: DISPUTES });
  t.equal(caseSums(ledger, 'one', '2019-04-30').agreed, '30000.00');
});

t.test('a refund pays what was settled or decided, and no more', async (t) => {
  const ledger = await ready(t);
  await settle(ledger, 'spring', '2019-04-30', [
    ['one', '20000.00', '16400.00'],
    ['counter', '1820.00', '0.00'],
  ]);
  await acts(ledger).signed('SplitDecided', {
    case: caseNamed('two'),
    decidedOn: '2019-04-30',
    split: share(5_000),
    by: 'panel',
  });
  const pay = (more: object) => ({
    effective: '2019-04-30',
    of: { settlement: 'spring' },
    payer: NORTH,
    amount: '20000.00',
    bankReference: 'BACS 1',
    ...more,
  });
  const cases: readonly (readonly [name: string, data: object, rule: RuleCode, officer?: string])[] = [
    ['more than was settled', pay({ amount: '20000.01' }), 'more_than_is_due_back'],
    ['a settlement that there is not', pay({ of: { settlement: 'autumn' } }), 'reference_unknown'],
    ['a case that there is not', pay({ of: { case: caseNamed('nobody') } }), 'reference_unknown'],
    ['a body that owes nothing under it', pay({ payer: SOUTH }), 'wrong_partner', 'south-ccg-finance'],
    [
      'a body that is not in the case',
      pay({ of: { case: caseNamed('two') }, payer: SOUTH }),
      'wrong_partner',
      'south-ccg-finance',
    ],
    ['more than was decided', pay({ of: { case: caseNamed('two') }, amount: '9100.01' }), 'more_than_is_due_back'],
    [
      'the wrong way',
      pay({ of: { case: caseNamed('two') }, payer: COUNTY, amount: '0.01' }),
      'more_than_is_due_back',
      'county-finance',
    ],
    ['a day that has not come', pay({ effective: '2019-05-01' }), 'in_the_future'],
    ['a day before the settlement', pay({ effective: '2019-04-29' }), 'reference_unknown'],
    ['for another partner', pay({}), 'wrong_partner', 'county-finance'],
  ];
  for (const [name, data, rule, officer = 'north-ccg-finance'] of cases) {
    t.equal(await acts(ledger).refused(officer, 'post', 'RefundPaid', data), rule, name);
  }
  t.same(treatments(ledger, 'one', '2019-04-30'), [
    'county settled debtor 20000.00',
    'north-ccg settled creditor 20000.00',
    'county abandoned write-off 16400.00',
    'north-ccg abandoned release 16400.00',
  ]);
  const paid = await ledger.post(
    'north-ccg-finance',
    'RefundPaid',
    pay({ amount: '15000.00', interest: { amount: '12.34', basis: 'RPI' } }),
    DISPUTES,
  );
  t.equal(
    paid.outcome.events[0]!.sentence,
    'north-ccg paid county £15,000.00 under the settlement "spring" (BACS 1), and £12.34 of interest (RPI).',
  );
  t.same(owed(ledger, 'one', '2019-04-30'), ['0.00', '5000.00', '16400.00']);
  await ledger.post('north-ccg-finance', 'RefundPaid', pay({ amount: '5000.00' }), DISPUTES);
  await ledger.post('county-finance', 'RefundPaid', pay({ payer: COUNTY, amount: '1820.00' }), DISPUTES);
  await ledger.post(
    'north-ccg-finance',
    'RefundPaid',
    pay({ of: { case: caseNamed('two') }, amount: '9100.00' }),
    DISPUTES,
  );
  t.same(owed(ledger, 'one', '2019-04-30'), ['0.00', '0.00', '16400.00']);
  t.same(owed(ledger, 'counter', '2019-04-30'), ['0.00', '0.00', '0.00']);
  t.same(owed(ledger, 'two', '2019-04-30'), ['0.00', '0.00', '9100.00']);
});

t.test('where less was decided than was paid meanwhile, the claimant pays back', async (t) => {
  const ledger = await ready(t);
  await acts(ledger).signed('InterimFundingAgreed', { interim: share(5_000) });
  await acts(ledger).signed('SplitDecided', { decidedOn: '2019-04-30', split: share(4_000), by: 'panel' });
  t.same(treatments(ledger, 'one', '2019-04-30').slice(0, 2), [
    'north-ccg decided debtor 3640.00',
    'county decided provision 3640.00',
  ]);
  const refund = { effective: '2019-04-30', of: { case: caseNamed('one') }, payer: COUNTY, bankReference: 'BACS 2' };
  await ledger.post('county-finance', 'RefundPaid', { ...refund, amount: '3640.00' }, DISPUTES);
  t.same(owed(ledger, 'one', '2019-04-30')[0], '0.00');
  const line = ['one', '-3640.00', '18200.00'] as const;
  await settle(ledger, 'confirmed', '2019-04-30', [line]);
  t.same(owed(ledger, 'one', '2019-04-30'), ['0.00', '0.00', '18200.00'], 'no more is written off than was claimed');
  t.same(caseSums(ledger, 'one', '2019-04-30'), {
    claimed: '18200.00',
    agreed: '0.00',
    abandoned: '18200.00',
    open: '0.00',
  });
  t.equal(repayable(ledger, 'one', '2019-04-30'), '3640.00');
});

t.test('a settlement can have the claimant pay', async (t) => {
  const ledger = await ready(t);
  const some = [['one', '-100.00', '36399.99', { closes: false }]] as const;
  await t.rejects(settle(ledger, 'back', '2019-04-30', some), /settles_too_much: The claimant would give £100.00 back/);
  const done = await settle(ledger, 'back', '2019-04-30', [['one', '-100.00', '36400.00']]);
  t.equal(
    done.outcome.events.at(-1)!.sentence,
    'The settlement "back" settles 1 case: of £36,400.00 claimed, £0.00 is agreed, £36,400.00 abandoned and £0.00 still open; the claimants give £100.00 back.',
  );
  const { payments } = settlementOn(stateOf(ledger), 'back', '2019-04-30' as Day)!;
  t.same(
    payments.map((each) => [each.payer, each.payee, moneyText(each.agreed)]),
    [[COUNTY, NORTH, '100.00']],
  );
  t.same(owed(ledger, 'one', '2019-04-30'), ['0.00', '-100.00', '36400.00']);
});

t.test('what is abandoned is written off by the creditor, with a minute above the delegated limit', async (t) => {
  const ledger = await ready(t);
  await settle(ledger, 'spring', '2019-04-30', [
    ['one', '20000.00', '16400.00'],
    ['counter', '1820.00', '0.00'],
  ]);
  await acts(ledger).signed(
    'ClaimWithdrawn',
    { case: caseNamed('two'), decidedOn: '2019-04-30', ground: 'not-worth-pursuing' },
    'county-finance',
    'county-chief',
  );
  const writeOff = (more: object) => ({
    effective: '2019-04-30',
    of: { settlement: 'spring' },
    creditor: COUNTY,
    amount: '10000.00',
    ...more,
  });
  const cases: readonly (readonly [name: string, data: object, rule: RuleCode, officer?: string])[] = [
    ['without a minute', writeOff({}), 'minute_needed'],
    ['more than was abandoned', writeOff({ amount: '16400.01', minute: 'C/1' }), 'more_than_abandoned'],
    ['a settlement that there is not', writeOff({ of: { settlement: 'autumn' } }), 'reference_unknown'],
    ['a case that there is not', writeOff({ of: { case: caseNamed('nobody') } }), 'reference_unknown'],
    ['what another abandoned', writeOff({ creditor: NORTH }), 'wrong_partner', 'north-ccg-finance'],
    [
      'another’s claim',
      writeOff({ of: { case: caseNamed('two') }, creditor: NORTH }),
      'wrong_partner',
      'north-ccg-finance',
    ],
  ];
  for (const [name, data, rule, officer = 'county-finance'] of cases) {
    t.equal(await acts(ledger).refused(officer, 'propose', 'WriteOffApproved', data), rule, name);
  }
  const limit = { effective: '2019-04-01', partner: COUNTY, limit: '10000.00', minute: 'Constitution 4.2' };
  const set = await ledger.signed('county-finance', 'county-chief', 'WriteOffLimitSet', limit, DISPUTES);
  const before = { ...limit, effective: '2019-03-01', limit: '0.00' };
  await ledger.signed('county-finance', 'county-chief', 'WriteOffLimitSet', before, DISPUTES);
  t.match(
    set.outcome.events.at(-1)!.sentence,
    'county may write off up to £10,000.00 without a minute from 1 April 2019',
  );
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'WriteOffLimitSet', { ...limit, partner: 'west-district' }),
    'wrong_partner',
  );
  const { proposal } = (
    await ledger.done(
      'county-finance',
      { act: 'propose', fact: { type: 'WriteOffApproved', data: writeOff({}) as never } },
      { in: DISPUTES },
    )
  ).outcome;
  t.equal(
    await ledger.refused('county-finance', { act: 'agree', proposal: proposal! }, { in: DISPUTES }),
    'role_not_allowed',
    'a chief finance officer signs',
  );
  const done = await ledger.done('county-chief', { act: 'agree', proposal: proposal! }, { in: DISPUTES });
  t.match(
    done.outcome.events.at(-1)!.sentence,
    'county wrote off £10,000.00 owed by north-ccg under the settlement "spring".',
  );
  t.same(owed(ledger, 'one', '2019-04-30')[2], '6400.00');
  const rest = { amount: '6400.00', minute: 'Cabinet 12' };
  await ledger.signed('county-finance', 'county-chief', 'WriteOffApproved', writeOff(rest), DISPUTES);
  await ledger.signed(
    'county-finance',
    'county-chief',
    'WriteOffApproved',
    writeOff({ of: { case: caseNamed('two') }, amount: '18200.00', minute: 'Cabinet 12' }),
    DISPUTES,
  );
  t.same(owed(ledger, 'one', '2019-04-30')[2], '0.00');
  t.same(owed(ledger, 'two', '2019-04-30'), ['0.00', '0.00', '0.00']);
});

t.test('what was written off before a settlement is counted in it', async (t) => {
  const ledger = await ready(t);
  await acts(ledger).signed('SplitDecided', { decidedOn: '2019-04-30', split: share(6_000), by: 'panel' });
  const writeOff = {
    effective: '2019-04-30',
    of: { case: caseNamed('one') },
    creditor: COUNTY,
    amount: '4560.00',
    minute: 'C/1',
  };
  await ledger.signed('county-finance', 'county-chief', 'WriteOffApproved', writeOff, DISPUTES);
  await settle(ledger, 'all', '2019-04-30', [['one', '20000.00', '16400.00']]);
  t.same(owed(ledger, 'one', '2019-04-30'), ['0.00', '20000.00', '11840.00']);
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'WriteOffApproved', { ...writeOff, amount: '0.01' }),
    'more_than_abandoned',
    'what is left is written off under the settlement',
  );
  const propose = (type: string, data: object, act: 'post' | 'propose') =>
    ledger.submit('county-finance', { act, fact: fact(type, data as never) }, { in: DISPUTES });
  const led = { detail: /Case .* was settled by "all": .* "of": \{"settlement": "all"\}\.$/ };
  t.match(await propose('WriteOffApproved', { ...writeOff, amount: '0.01' }, 'propose'), led);
  const refund = {
    effective: '2019-04-30',
    of: writeOff.of,
    payer: NORTH,
    amount: '0.01',
    bankReference: 'B',
  };
  const paid = ledger.submit('north-ccg-finance', { act: 'post', fact: fact('RefundPaid', refund) }, { in: DISPUTES });
  t.match(await paid, led, 'and so is what is paid');
});

t.test('a settlement is taken back while nothing has been paid or written off under it', async (t) => {
  const ledger = await ready(t);
  const { reverse } = acts(ledger);
  const settled = await settle(ledger, 'spring', '2019-04-30', [['one', '20000.00', '16400.00']]);
  const revision = Number(settled.outcome.revision);
  const paid = await ledger.post(
    'north-ccg-finance',
    'RefundPaid',
    {
      effective: '2019-04-30',
      of: { settlement: 'spring' },
      payer: NORTH,
      amount: '20000.00',
      bankReference: 'BACS 1',
    },
    DISPUTES,
  );
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'FactReversed', {
      effective: '2019-04-30',
      reverses: String(revision),
      reason: 'in error',
    }),
    'others_rest_on_it',
  );
  await reverse(Number(paid.outcome.revision), '2019-04-30', 'north-ccg-finance');
  await reverse(revision, '2019-04-30', 'county-finance', 'north-ccg-finance');
  t.equal(caseSums(ledger, 'one', '2019-04-30').open, '36400.00');
  t.equal(settlementOn(stateOf(ledger), 'spring', '2019-04-30' as Day), undefined);
  t.equal(settlementOn(stateOf(ledger), 'spring', '2019-04-30' as Day, revision)!.lines.length, 1, 'as known then');
});

t.test('a settlement that spans years and bodies falls into each by what was left of it', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise('long', {
    until: '2020-03-31',
    respondent: [
      { from: '2018-10-01', partner: NORTH },
      { from: '2019-10-01', partner: SOUTH },
    ],
  });
  ledger.now('2020-04-30T12:00:00Z');
  const lines = [{ case: caseNamed('long'), agreed: '70000.01', abandoned: '39599.99' }];
  await ledger.signed(
    'county-finance',
    'south-ccg-finance',
    'DisputeSettled',
    { effective: '2020-04-30', settlement: 'long', lines },
    DISPUTES,
  );
  const { lines: settled } = settlementOn(stateOf(ledger), 'long', '2020-04-30' as Day)!;
  t.same(
    settled[0]!.parts.map((part) => [part.year, part.respondent, part.agreed, part.abandoned]),
    [
      ['2018-19', NORTH, '23248.18', '13151.82'],
      ['2019-20', NORTH, '23375.91', '13224.09'],
      ['2019-20', SOUTH, '23375.92', '13224.08'],
    ],
  );
  t.equal(caseSums(ledger, 'long', '2020-04-30').open, '0.00');
});

t.test('a back-dated refund or write-off is held to what later ones have left', async (t) => {
  const ledger = await ready(t);
  await settle(ledger, 'spring', '2019-04-30', [['one', '20000.00', '16400.00']]);
  await acts(ledger).signed('SplitDecided', {
    case: caseNamed('two'),
    decidedOn: '2019-04-30',
    split: share(5_000),
    by: 'panel',
  });
  ledger.now('2019-06-30T12:00:00Z');
  for (const [of, amount, writtenOff] of [
    [{ settlement: 'spring' }, '20000.00', '16400.00'],
    [{ case: caseNamed('two') }, '9100.00', '9100.00'],
  ] as const) {
    const refund = (effective: string, sum: string) => ({
      effective,
      of,
      payer: NORTH,
      amount: sum,
      bankReference: 'B',
    });
    const writeOff = (effective: string, sum: string) => ({
      effective,
      of,
      creditor: COUNTY,
      amount: sum,
      minute: 'C/1',
    });
    await ledger.post('north-ccg-finance', 'RefundPaid', refund('2019-06-15', amount), DISPUTES);
    t.equal(
      await acts(ledger).refused('north-ccg-finance', 'post', 'RefundPaid', refund('2019-05-15', '0.01')),
      'more_than_is_due_back',
    );
    await ledger.signed(
      'county-finance',
      'county-chief',
      'WriteOffApproved',
      writeOff('2019-06-15', writtenOff),
      DISPUTES,
    );
    t.equal(
      await acts(ledger).refused('county-finance', 'propose', 'WriteOffApproved', writeOff('2019-05-15', '0.01')),
      'more_than_abandoned',
    );
  }
});

t.test('a settlement counts in what was paid on its cases after its own day too', async (t) => {
  const ledger = await ready(t);
  await acts(ledger).signed('SplitDecided', { decidedOn: '2019-04-30', split: share(6_000), by: 'panel' });
  const refund = { of: { case: caseNamed('one') }, payer: NORTH, amount: '21840.00', bankReference: 'BACS 1' };
  ledger.now('2019-05-31T12:00:00Z');
  await ledger.post('north-ccg-finance', 'RefundPaid', { effective: '2019-05-15', ...refund }, DISPUTES);
  await settle(ledger, 'back-dated', '2019-04-30', [['one', '30000.00', '6400.00']]);
  t.same(owed(ledger, 'one', '2019-05-01'), ['21840.00', '8160.00', '6400.00'], 'decided, and paid a fortnight later');
  t.same(owed(ledger, 'one', '2019-05-31'), ['0.00', '8160.00', '6400.00']);
});

t.test('a counter binds nobody but the two who sign it, and no officer beyond their limit', async (t) => {
  const ledger = await ready(t);
  await acts(ledger).raise('south', { respondent: [{ from: '2018-10-01', partner: SOUTH }] });
  await ledger.signed(
    'north-ccg-chief',
    'north-ccg-finance',
    'OfficerMandated',
    { effective: '2018-10-01', officer: 'junior', partner: NORTH, role: 'finance-officer', limit: '36400.00' },
    REGISTER_STREAM,
  );
  const fact = (name: string, agreed: string) => ({
    type: 'DisputeSettled',
    data: {
      effective: '2019-04-30',
      settlement: 'spring',
      lines: [{ case: caseNamed(name), agreed, abandoned: '0.00' }],
    } as never,
  });
  const offered = { act: 'propose', fact: fact('two', '18200.00') } as const;
  const { proposal } = (await ledger.done('county-finance', offered, { in: DISPUTES })).outcome;
  const counter = (officer: string, sent: ReturnType<typeof fact>) =>
    ledger.refused(officer, { act: 'counter', proposal: proposal!, fact: sent }, { in: DISPUTES });
  t.equal(await counter('north-ccg-finance', fact('south', '36400.00')), 'counter_differs', 'another body’s case');
  const two = [
    { case: caseNamed('one'), agreed: '36400.00', abandoned: '0.00' },
    { case: caseNamed('two'), agreed: '18200.00', abandoned: '0.00' },
  ];
  t.equal(
    await counter('junior', {
      type: 'DisputeSettled',
      data: { effective: '2019-04-30', settlement: 'spring', lines: two } as never,
    }),
    'over_limit',
  );
});

t.test('a case is closed only where no day after those settled has accrued', async (t) => {
  const ledger = await ready(t);
  const early = [['one', '1400.00', '0.00', { through: '2018-10-07' }]] as const;
  await t.rejects(settle(ledger, 'spring', '2019-04-30', early), /closes_with_open: £35,000.00/);
  await acts(ledger).raise('going-on', { until: undefined });
  ledger.now('2019-05-07T12:00:00Z');
  const back = [['going-on', '42400.00', '0.00']] as const;
  await t.rejects(settle(ledger, 'spring', '2019-04-30', back), /closes_with_open: £1,400.00/);
  await t.rejects(settle(ledger, 'spring', '2019-04-30', [['one', '-1.00', '0.00']]), /settles_too_much/);
});
