import t from 'tap';
import type { RuleCode } from '../../../../src/domain/rules.js';
import { fact, figures, gap } from '../../../support/figures.js';
import {
  contribution,
  COUNTY,
  FUND,
  grant,
  line,
  NORTH,
  refusals,
  type Refused,
  SOUTH,
} from '../../../support/ledger.js';
import { openedLedger } from '../../../support/rules-alone.js';

t.test('where the host pays, a partner of the other sector signs', async (t) => {
  const ledger = await openedLedger(t);
  const data = contribution({ contribution: 'council-extra', payer: COUNTY, source: 'LA_ADD' });
  const { outcome } = await ledger.done('county-finance', { act: 'propose', fact: fact('ContributionAgreed', data) });
  t.equal(
    await ledger.refused('east-district-finance', { act: 'agree', proposal: outcome.proposal! }),
    'wrong_partner',
  );
  await ledger.done('south-ccg-finance', { act: 'agree', proposal: outcome.proposal! });
  t.match(figures(ledger, COUNTY, '2016-04-01'), { agreed: '1000000.00' });
});

t.test('a discretionary payment on the table is withdrawn by two officers of the payer', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('ContributionAgreed', contribution()),
  });
  t.match(gap(ledger, '2016-04-01'), { soft: '1000000.00', hard: '0.00' });
  const offer = outcome.proposal!;
  const withdrawal = (more: object = {}) => ({
    effective: '2016-04-01',
    payer: NORTH,
    of: { proposal: offer },
    amount: '1000000.00',
    noticeGiven: '2016-03-01',
    reason: 'the CCG must save',
    ...more,
  });
  await refusals(t, ledger, FUND, [
    {
      name: 'not in part',
      officer: 'north-ccg-finance',
      act: 'propose',
      type: 'DiscretionaryPaymentWithdrawn',
      data: withdrawal({ amount: '1.00' }),
      rule: 'withdrawn_whole',
    },
    {
      name: 'not by one officer alone',
      officer: 'north-ccg-finance',
      act: 'post',
      type: 'DiscretionaryPaymentWithdrawn',
      data: withdrawal(),
      rule: 'signature_needed',
    },
    {
      name: 'not another’s',
      officer: 'south-ccg-finance',
      act: 'propose',
      type: 'DiscretionaryPaymentWithdrawn',
      data: withdrawal({ payer: SOUTH }),
      rule: 'wrong_partner',
    },
    {
      name: 'not what was never offered',
      officer: 'north-ccg-finance',
      act: 'propose',
      type: 'DiscretionaryPaymentWithdrawn',
      data: withdrawal({ of: { proposal: '00000000-0000-4000-8000-000000000000' } }),
      rule: 'proposal_unknown',
    },
    {
      name: 'not before it was to take effect',
      officer: 'north-ccg-finance',
      act: 'propose',
      type: 'DiscretionaryPaymentWithdrawn',
      data: withdrawal({ effective: '2016-03-31' }),
      rule: 'effective_outside_year',
    },
  ]);
  const proposed = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('DiscretionaryPaymentWithdrawn', withdrawal()),
  });
  const again = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('DiscretionaryPaymentWithdrawn', withdrawal()),
  });
  const proposal = proposed.outcome.proposal!;
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'agree', proposal }),
    'role_not_allowed',
    'a chief officer must sign',
  );
  t.equal(
    await ledger.refused('north-ccg-chief', {
      act: 'counter',
      proposal,
      fact: fact('DiscretionaryPaymentWithdrawn', withdrawal()),
    }),
    'not_countered',
  );
  const done = await ledger.done('north-ccg-chief', { act: 'agree', proposal });
  t.match(gap(ledger, '2016-04-01'), { soft: '0.00', hard: '1000000.00' });
  t.match(figures(ledger, NORTH, '2016-04-01'), { proposed: '0.00', withdrawn: '1000000.00' });
  t.equal(
    await ledger.refused('county-finance', { act: 'agree', proposal: offer }),
    'proposal_ended',
    'the offer is gone',
  );
  t.equal(
    await ledger.refused('north-ccg-chief', { act: 'agree', proposal: again.outcome.proposal! }),
    'proposal_unknown',
    'and cannot be withdrawn twice',
  );

  const reversal = {
    effective: '2016-04-01',
    reverses: done.outcome.events.at(-1)!.revision,
    reason: 'it was withdrawn by mistake',
  };
  await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'FactReversed', reversal);
  t.match(gap(ledger, '2016-04-01'), { soft: '1000000.00', hard: '0.00' }, 'reversing it puts the offer back');
  await ledger.done('county-finance', { act: 'agree', proposal: offer });
  t.match(figures(ledger, NORTH, '2016-04-01'), { agreed: '1000000.00', withdrawn: '0.00' });
});

t.test('an agreed payment is withdrawn from a day on, and its instalments follow', async (t) => {
  const ledger = await openedLedger(t);
  const quarterly = ['2016-04-30', '2016-07-31', '2016-10-31', '2017-01-31'].map((due) => ({
    due,
    amount: '250000.00',
  }));
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ instalments: quarterly }),
  );
  const withdrawal = (more: object = {}) => ({
    effective: '2016-08-01',
    payer: NORTH,
    of: { contribution: 'north-extra' },
    amount: '250000.00',
    noticeGiven: '2016-07-01',
    reason: 'the CCG must save',
    ...more,
  });
  const propose = (name: string, data: object, rule: RuleCode, officer = 'north-ccg-finance'): Refused => ({
    name,
    officer,
    act: 'propose',
    type: 'DiscretionaryPaymentWithdrawn',
    data: data as Readonly<Record<string, unknown>>,
    rule,
  });
  await refusals(t, ledger, FUND, [
    propose('of nothing known', withdrawal({ of: { contribution: 'nothing' } }), 'reference_unknown'),
    propose('of another’s', withdrawal({ payer: SOUTH }), 'wrong_partner', 'south-ccg-finance'),
    propose('more than is agreed', withdrawal({ amount: '1000000.01' }), 'more_than_agreed'),
    propose(
      'instalments that do not add up',
      withdrawal({ instalments: [{ due: '2016-10-31', amount: '1.00' }] }),
      'schedule_mismatch',
    ),
    propose(
      'instalments before it takes effect',
      withdrawal({ instalments: [{ due: '2016-05-31', amount: '250000.00' }] }),
      'schedule_mismatch',
    ),
  ]);
  await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'DiscretionaryPaymentWithdrawn', withdrawal());
  t.match(figures(ledger, NORTH, '2016-07-31'), { agreed: '1000000.00', due: '500000.00' });
  t.match(
    figures(ledger, NORTH, '2016-10-31'),
    { agreed: '750000.00', due: '625000.00', withdrawn: '250000.00' },
    'scaled in proportion',
  );
  t.match(figures(ledger, NORTH, '2017-01-31'), { due: '750000.00' });

  await ledger.signed(
    'north-ccg-finance',
    'north-ccg-chief',
    'DiscretionaryPaymentWithdrawn',
    withdrawal({
      effective: '2016-11-01',
      amount: '100000.00',
      instalments: [{ due: '2017-02-28', amount: '25000.00' }],
    }),
  );
  t.match(figures(ledger, NORTH, '2017-01-31'), { agreed: '650000.00', due: '625000.00' });
  t.match(figures(ledger, NORTH, '2017-02-28'), { due: '650000.00' });

  await ledger.signed(
    'north-ccg-finance',
    'north-ccg-chief',
    'DiscretionaryPaymentWithdrawn',
    withdrawal({
      effective: '2017-03-01',
      amount: '600000.00',
    }),
  );
  t.match(
    figures(ledger, NORTH, '2017-03-01'),
    { agreed: '50000.00', due: '50000.00' },
    'what fell due already is credited',
  );
  t.equal(
    await ledger.refused('north-ccg-finance', {
      act: 'propose',
      fact: fact('DiscretionaryPaymentWithdrawn', withdrawal({ effective: '2016-12-01', amount: '100000.00' })),
    }),
    'more_than_agreed',
    'a back-dated withdrawal is refused for the first later day that it would break',
  );
});

t.test('what was received is not withdrawn one-sidedly', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const receipt = (more: object = {}) => ({
    effective: '2016-04-05',
    contribution: 'north-extra',
    amount: '600000.00',
    bankReference: 'BACS 1',
    ...more,
  });
  await ledger.post('county-finance', 'ContributionReceived', receipt());
  t.match(figures(ledger, NORTH, '2016-04-05'), {
    received: '600000.00',
    outstanding: '400000.00',
    overdue: '400000.00',
  });
  await refusals(t, ledger, FUND, [
    {
      name: 'below what was received',
      officer: 'north-ccg-finance',
      act: 'propose',
      type: 'DiscretionaryPaymentWithdrawn',
      data: {
        effective: '2016-04-01',
        payer: NORTH,
        of: { contribution: 'north-extra' },
        amount: '500000.00',
        noticeGiven: '2016-04-01',
        reason: 'saving',
      },
      rule: 'below_received',
    },
    {
      name: 'more than is agreed without a reason',
      officer: 'county-finance',
      act: 'post',
      type: 'ContributionReceived',
      data: receipt({ amount: '400000.01' }),
      rule: 'reason_needed',
    },
    {
      name: 'for nothing known',
      officer: 'county-finance',
      act: 'post',
      type: 'ContributionReceived',
      data: receipt({ contribution: 'nothing' }),
      rule: 'reference_unknown',
    },
    {
      name: 'by the payer',
      officer: 'north-ccg-finance',
      act: 'post',
      type: 'ContributionReceived',
      data: receipt(),
      rule: 'wrong_partner',
    },
  ]);
  await ledger.post(
    'county-finance',
    'ContributionReceived',
    receipt({ amount: '400000.01', reason: 'the CCG paid a penny too much' }),
  );
  t.match(figures(ledger, NORTH, '2016-04-05'), { received: '1000000.01', outstanding: '-0.01', overdue: '0.00' });
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionVaried', {
    effective: '2016-04-06',
    contribution: 'north-extra',
    now: '500000.00',
    reason: 'both sides agreed to a refund',
  });
  t.match(figures(ledger, NORTH, '2016-04-06'), { agreed: '500000.00', due: '500000.00', outstanding: '-500000.01' });
});

t.test(
  'a variation is signed by both sides, says what stood before, and cannot lower a compulsory source',
  async (t) => {
    const ledger = await openedLedger(t);
    await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
    await ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ contribution: 'north-minimum', source: 'NHS_MIN' }),
    );
    const vary = (more: object = {}) => ({
      effective: '2016-06-01',
      contribution: 'north-extra',
      now: '1200000.00',
      reason: 'more need',
      ...more,
    });
    await refusals(t, ledger, FUND, [
      {
        name: 'nothing known',
        officer: 'north-ccg-finance',
        act: 'propose',
        type: 'ContributionVaried',
        data: vary({ contribution: 'nothing' }),
        rule: 'reference_unknown',
      },
      {
        name: 'no change',
        officer: 'north-ccg-finance',
        act: 'propose',
        type: 'ContributionVaried',
        data: vary({ now: '1000000.00' }),
        rule: 'nothing_to_change',
      },
      {
        name: 'a compulsory source down',
        officer: 'north-ccg-finance',
        act: 'propose',
        type: 'ContributionVaried',
        data: vary({ contribution: 'north-minimum', now: '999999.99' }),
        rule: 'compulsory_source',
      },
      {
        name: 'wrong instalments',
        officer: 'north-ccg-finance',
        act: 'propose',
        type: 'ContributionVaried',
        data: vary({ instalments: [{ due: '2016-06-01', amount: '1.00' }] }),
        rule: 'schedule_mismatch',
      },
      {
        name: 'withdrawal of a compulsory source',
        officer: 'north-ccg-finance',
        act: 'propose',
        type: 'DiscretionaryPaymentWithdrawn',
        data: {
          effective: '2016-04-01',
          payer: NORTH,
          of: { contribution: 'north-minimum' },
          amount: '1.00',
          noticeGiven: '2016-04-01',
          reason: 'saving',
        },
        rule: 'compulsory_source',
      },
    ]);
    const { outcome } = await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: fact('ContributionVaried', vary()),
    });
    t.match(figures(ledger, NORTH, '2016-06-01'), { proposed: '200000.00' }, 'only the rise is on the table');
    const fall = await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: fact('ContributionVaried', vary({ now: '900000.00' })),
    });
    t.match(figures(ledger, NORTH, '2016-06-01'), { proposed: '200000.00' }, 'a proposed fall takes nothing off it');
    await ledger.done('county-finance', { act: 'agree', proposal: outcome.proposal! });
    t.match(figures(ledger, NORTH, '2016-06-01'), { agreed: '2200000.00', due: '2200000.00' });
    t.match(figures(ledger, NORTH, '2016-05-31'), { agreed: '2000000.00' });
    t.equal(
      await ledger.refused('county-finance', { act: 'agree', proposal: fall.outcome.proposal! }),
      'changed_since_proposed',
      'nobody signs a text whose figures have moved',
    );
    await ledger.signed(
      'county-finance',
      'north-ccg-finance',
      'ContributionVaried',
      vary({ contribution: 'north-minimum', now: '1000000.01' }),
    );
  },
);

t.test('what was signed last is what stands: changes are made in the order of their days', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2016-05-01', amount: '930.00' }));
  const revise = (effective: string, now: string) =>
    fact('PlanLineRevised', { effective, line: 'home-care', now, reason: 'x' });
  const july = await ledger.done('pool-manager', { act: 'post', fact: revise('2016-07-25', '910.00') });
  t.equal(
    await ledger.refused('pool-manager', { act: 'post', fact: revise('2016-06-01', '950.00') }),
    'later_change_stands',
  );
  t.equal(
    await ledger.refused('pool-manager', { act: 'post', fact: revise('2016-04-15', '950.00') }),
    'before_it_began',
  );
  await ledger.post('pool-manager', 'FactReversed', {
    effective: '2016-07-25',
    reverses: july.outcome.revision,
    reason: 'to put June in first',
  });
  await ledger.done('pool-manager', { act: 'post', fact: revise('2016-06-01', '950.00') });
  t.match(gap(ledger, '2016-08-20'), { requirement: '950.00' });

  const signed = (data: object) =>
    ledger.signed('north-ccg-finance', 'county-finance', 'ContributionVaried', {
      contribution: 'north-extra',
      reason: 'x',
      ...data,
    });
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution({ amount: '400.00' }));
  const first = await signed({ effective: '2016-06-01', now: '500.00' });
  await signed({ effective: '2016-07-01', now: '450.00' });
  const propose = (type: string, data: object) => ({
    act: 'propose' as const,
    fact: fact(type, data as Readonly<Record<string, unknown>>),
  });
  t.equal(
    await ledger.refused(
      'north-ccg-finance',
      propose('FactReversed', { effective: '2016-06-01', reverses: first.outcome.revision, reason: 'x' }),
    ),
    'others_rest_on_it',
    'a variation is not reversed under a later one',
  );
  t.equal(
    await ledger.refused(
      'north-ccg-finance',
      propose('DiscretionaryPaymentWithdrawn', {
        effective: '2016-06-15',
        payer: NORTH,
        of: { contribution: 'north-extra' },
        amount: '50.00',
        noticeGiven: '2016-06-01',
        reason: 'x',
      }),
    ),
    'later_change_stands',
  );
  t.equal(
    await ledger.refused(
      'north-ccg-finance',
      propose('ContributionVaried', { effective: '2016-06-15', contribution: 'north-extra', now: '1.00', reason: 'x' }),
    ),
    'later_change_stands',
  );
  t.equal(
    await ledger.refused(
      'north-ccg-finance',
      propose('FactReversed', {
        effective: '2016-04-01',
        reverses: String(Number(first.outcome.revision) - 3),
        reason: 'x',
      }),
    ),
    'others_rest_on_it',
    'and what was agreed is not reversed under its variations',
  );
});

t.test('withdrawals in any order of their days leave instalments that come to what is agreed', async (t) => {
  const ledger = await openedLedger(t);
  const monthly = Array.from({ length: 12 }, (_, index) => ({
    due: new Date(Date.UTC(2016, 3 + index, 1)).toISOString().slice(0, 10),
    amount: '10.00',
  }));
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ amount: '120.00', instalments: monthly }),
  );
  const withdraw = (effective: string, amount: string) =>
    ledger.signed('north-ccg-finance', 'north-ccg-chief', 'DiscretionaryPaymentWithdrawn', {
      effective,
      payer: NORTH,
      of: { contribution: 'north-extra' },
      amount,
      noticeGiven: '2016-06-01',
      reason: 'x',
    });
  await withdraw('2017-01-01', '30.00');
  await withdraw('2016-10-01', '10.00');
  t.match(figures(ledger, NORTH, '2016-12-31'), { agreed: '110.00' });
  t.match(figures(ledger, NORTH, '2017-03-31'), { agreed: '80.00', due: '80.00' });
});

t.test('each sector pays from its own sources', async (t) => {
  const ledger = await openedLedger(t);
  const propose = (data: object) => ({
    act: 'propose' as const,
    fact: fact('ContributionAgreed', contribution({ ...data })),
  });
  t.equal(await ledger.refused('north-ccg-finance', propose({ source: 'LA_ADD' })), 'source_wrong_sector');
  t.equal(await ledger.refused('county-finance', propose({ payer: COUNTY, source: 'NHS_MIN' })), 'source_wrong_sector');
});

t.test('what would fall due before it is agreed is told with its day, of a contribution and of a grant', async (t) => {
  const ledger = await openedLedger(t);
  const early = [
    { due: '2016-04-30', amount: '1.00' },
    { due: '2016-05-01', amount: '1.00' },
  ];
  const agreed = contribution({ effective: '2016-05-01', amount: '2.00', instalments: early });
  t.match(await ledger.submit('north-ccg-finance', { act: 'propose', fact: fact('ContributionAgreed', agreed) }), {
    rule: 'more_than_scheduled',
    detail:
      'The instalment of 30 April 2016 is before 1 May 2016, from which it is agreed: nothing falls due before then.',
  });
  const determined = grant({ effective: '2016-05-01', amount: '2.00', tranches: early });
  t.match(await ledger.submit('county-finance', { act: 'post', fact: fact('GrantDetermined', determined) }), {
    rule: 'more_than_scheduled',
    detail: /^The tranche of 30 April 2016 is before 1 May 2016/,
  });
});
