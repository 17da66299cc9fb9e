import t from 'tap';
import type { RuleCode } from '../../src/domain/rules.js';
import type { Day } from '../../src/domain/calendar.js';
import type { FactData, SentFact } from '../../src/domain/facts.js';
import { exactly, moneyText, NO_MONEY, type Pence } from '../../src/domain/money.js';
import { ALL_LIMITS, emptyFund, evolvePostings, limitsHold, planAccount } from '../../src/domain/fund/state.js';
import { posted } from '../../src/domain/postings.js';
import { gapOf } from '../../projections/gap.js';
import { partnerPosition, type Figures } from '../../projections/position.js';
import { viewOf } from '../../src/ledger/read-model.js';
import type { Done } from '../../src/ledger/submit.js';
import { verify } from '../../src/ledger/verify.js';
import { signAgreement } from '../support/agreements.js';
import {
  contribution,
  COUNTY,
  EAST,
  emptyLedger,
  FUND,
  grant,
  line,
  NORTH,
  openedLedger,
  openFund,
  refusals,
  type Refused,
  REGISTER_STREAM,
  SOUTH,
  WEST,
  type TestLedger,
} from '../support/ledger.js';

const figures = (ledger: TestLedger, partner: string, on: string): Record<keyof Figures, string> => {
  const view = viewOf(ledger.ledger.model.fund(FUND)!, on as Day, ledger.ledger.model.size());
  const { total } = partnerPosition(view, partner);
  return Object.fromEntries(Object.entries<Pence>({ ...total }).map(([name, sum]) => [name, moneyText(sum)])) as never;
};

const gap = (ledger: TestLedger, on: string) => {
  const view = viewOf(ledger.ledger.model.fund(FUND)!, on as Day, ledger.ledger.model.size());
  return Object.fromEntries(
    Object.entries<Pence>({ ...gapOf(view, NO_MONEY) }).map(([name, sum]) => [name, moneyText(sum)]),
  );
};

const fact = (type: string, data: Readonly<Record<string, unknown>>): SentFact => ({ type, data: data as FactData });

t.test('a contribution counts only once both sides have signed it', async (t) => {
  const ledger = await openedLedger(t);
  const offer = { act: 'propose', fact: fact('ContributionAgreed', contribution()) } as const;
  const made = await ledger.done('north-ccg-finance', offer);
  t.match(figures(ledger, NORTH, '2016-04-01'), { proposed: '1000000.00', agreed: '0.00' });

  const proposal = made.outcome.proposal!;
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'agree', proposal }),
    'same_partner',
    'not the one who proposed',
  );
  t.equal(
    await ledger.refused('north-ccg-chief', { act: 'agree', proposal }),
    'wrong_partner',
    'nor another of the same side',
  );
  t.equal(
    await ledger.refused('south-ccg-finance', { act: 'agree', proposal }),
    'wrong_partner',
    'nor a third partner',
  );
  t.equal(
    await ledger.refused('auditor', { act: 'agree', proposal }),
    'role_not_allowed',
    'nor an auditor of the right one',
  );

  const agreed = await ledger.done('county-finance', { act: 'agree', proposal });
  t.same(
    agreed.outcome.events.map((each) => each.type),
    ['ProposalAgreed', 'ContributionAgreed'],
  );
  t.match(figures(ledger, NORTH, '2016-04-01'), {
    proposed: '0.00',
    agreed: '1000000.00',
    due: '1000000.00',
    overdue: '1000000.00',
  });
  t.match(figures(ledger, NORTH, '2016-03-31'), { agreed: '0.00' }, 'and only from its effective date on');
  t.equal(await ledger.refused('county-finance', { act: 'agree', proposal }), 'proposal_ended');
});

t.test('either side may propose, and the other signs', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('county-finance', 'north-ccg-finance', 'ContributionAgreed', contribution());
  t.match(figures(ledger, NORTH, '2016-04-01'), { agreed: '1000000.00' });
});

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

t.test('a proposal can be countered, and what counts is the text last signed', async (t) => {
  const ledger = await openedLedger(t);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('ContributionAgreed', contribution()),
    conditions: 'the plan is approved',
    expires: '2016-04-30' as Day,
  });
  const proposal = outcome.proposal!;
  const counter = (data: Readonly<Record<string, unknown>>, type = 'ContributionAgreed') =>
    ({ act: 'counter', proposal, fact: fact(type, data) }) as const;
  t.equal(await ledger.refused('north-ccg-chief', counter(contribution({ amount: '2.00' }))), 'wrong_partner');
  t.equal(
    await ledger.refused('county-finance', counter(contribution({ contribution: 'other' }))),
    'counter_differs',
    'another contribution',
  );
  t.equal(
    await ledger.refused('county-finance', counter(contribution({ effective: '2017-04-01' }))),
    'effective_outside_year',
  );
  t.equal(
    await ledger.refused('county-finance', counter(grant(), 'GrantDetermined')),
    'counter_differs',
    'another kind of fact',
  );
  t.equal(
    await ledger.refused(
      'county-finance',
      counter(contribution({ amount: '5.00', instalments: [{ due: '2016-04-01', amount: '4.00' }] })),
    ),
    'schedule_mismatch',
  );
  const countered = await ledger.done('county-finance', {
    ...counter(contribution({ amount: '1500000.00' })),
    conditions: 'it is recurrent',
  });
  t.match(figures(ledger, NORTH, '2016-04-01'), { proposed: '1500000.00' });
  t.match(
    countered.outcome.events[0]?.sentence,
    /countered.*£1,500,000.00.*on condition that it is recurrent.*Waits for north-ccg/,
  );
  t.equal(
    await ledger.refused('county-chief', { act: 'agree', proposal }),
    'wrong_partner',
    'it now waits for the other side',
  );
  await ledger.done('north-ccg-chief', { act: 'agree', proposal });
  t.match(figures(ledger, NORTH, '2016-04-01'), { agreed: '1500000.00', proposed: '0.00' });
});

t.test(
  'a proposal can be declined by the side it waits for, withdrawn by the side that made it, and lapses by itself',
  async (t) => {
    const ledger = await openedLedger(t);
    const propose = async (name: string, expires?: string) => {
      const done = await ledger.done('north-ccg-finance', {
        act: 'propose',
        fact: fact('ContributionAgreed', contribution({ contribution: name })),
        ...(expires && { expires: expires as Day }),
      });
      return done.outcome.proposal!;
    };
    const first = await propose('first');
    const reason = 'not this year';
    t.equal(await ledger.refused('north-ccg-finance', { act: 'decline', proposal: first, reason }), 'wrong_partner');
    t.equal(await ledger.refused('county-finance', { act: 'withdraw', proposal: first, reason }), 'wrong_partner');
    const declined = await ledger.done('county-finance', { act: 'decline', proposal: first, reason });
    t.match(declined.outcome.events[0]?.sentence, /county declined.*because not this year/);
    const second = await propose('second');
    const withdrawn = await ledger.done('north-ccg-chief', { act: 'withdraw', proposal: second, reason });
    t.match(withdrawn.outcome.events[0]?.sentence, /north-ccg withdrew its proposal/);
    const third = await propose('third', '2016-03-31');
    t.equal(await ledger.ledger.lapseExpired(), 0, 'not on its last day or before');
    t.equal(
      await ledger.refused('ledger-service', { act: 'lapse', proposal: third }),
      'proposal_ended',
      'and nobody can make it lapse sooner',
    );
    ledger.now('2016-03-31T23:30:00Z');
    t.equal(
      await ledger.refused('county-finance', { act: 'agree', proposal: third }),
      'proposal_expired',
      'in London it is 1 April',
    );
    t.equal(await ledger.ledger.lapseExpired(), 1);
    t.equal(await ledger.ledger.lapseExpired(), 0);
    t.match(figures(ledger, NORTH, '2016-04-01'), { proposed: '0.00' });
    t.equal(await ledger.refused('county-finance', { act: 'agree', proposal: third }), 'proposal_ended');
    for (const act of ['agree', 'lapse'] as const) {
      t.equal(
        await ledger.refused('county-finance', { act, proposal: '00000000-0000-4000-8000-000000000000' }),
        'proposal_unknown',
      );
    }
    for (const act of ['decline', 'withdraw'] as const) {
      t.equal(await ledger.refused('county-finance', { act, proposal: third, reason }), 'proposal_ended');
    }
    t.equal(
      await ledger.refused('county-finance', {
        act: 'counter',
        proposal: third,
        fact: fact('ContributionAgreed', contribution()),
      }),
      'proposal_ended',
    );
  },
);

t.test('an expired counter is refused', async (t) => {
  const ledger = await openedLedger(t);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('ContributionAgreed', contribution()),
    expires: '2016-03-02' as Day,
  });
  ledger.now('2016-03-03T09:00:00Z');
  t.equal(
    await ledger.refused('county-finance', {
      act: 'counter',
      proposal: outcome.proposal!,
      fact: fact('ContributionAgreed', contribution({ amount: '2.00' })),
    }),
    'proposal_expired',
  );
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

t.test('one person who is mandated twice still cannot sign twice', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed(
    'county-chief',
    'registrar',
    'OfficerMandated',
    {
      effective: '2016-01-01',
      officer: 'county-finance',
      partner: COUNTY,
      role: 'chief-finance-officer',
    },
    REGISTER_STREAM,
  );
  const data = { effective: '2016-04-30', period: 1 };
  ledger.now('2016-05-01T09:00:00Z');
  const { outcome } = await ledger.done('county-finance', { act: 'propose', fact: fact('PeriodClosed', data) });
  t.equal(await ledger.refused('county-finance', { act: 'agree', proposal: outcome.proposal! }), 'same_officer');
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

t.test('a fund refuses what does not belong in it', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const propose = (name: string, data: object, rule: RuleCode, officer = 'north-ccg-finance'): Refused => ({
    name,
    officer,
    act: 'propose',
    type: 'ContributionAgreed',
    data: contribution({ ...data }),
    rule,
  });
  const post = (
    name: string,
    type: string,
    data: Readonly<Record<string, unknown>>,
    rule: RuleCode,
    officer = 'county-finance',
  ): Refused => ({
    name,
    officer,
    act: 'post',
    type,
    data,
    rule,
  });
  await refusals(t, ledger, FUND, [
    propose('a source that is not known', { source: 'NO_SUCH' }, 'source_unknown'),
    propose('a source of other years', { source: 'DISCH_ICB' }, 'source_not_in_force'),
    propose('a source that has ended', { source: 'SC_CAPITAL' }, 'source_not_in_force'),
    propose('a grant as a contribution', { source: 'DFG' }, 'source_is_grant'),
    propose(
      'instalments that do not add up',
      { instalments: [{ due: '2016-04-01', amount: '1.00' }] },
      'schedule_mismatch',
    ),
    propose('a name in use', { contribution: 'home-care' }, 'identifier_used'),
    propose(
      'a day in another year',
      { effective: '2017-04-01', instalments: [{ due: '2017-04-01', amount: '1000000.00' }] },
      'effective_outside_year',
    ),
    propose(
      'what falls due before it is agreed',
      { instalments: [{ due: '2016-03-01', amount: '1000000.00' }] },
      'more_than_scheduled',
    ),
    propose('for another to pay', { payer: SOUTH }, 'wrong_partner'),
    propose('by nobody’s officer', {}, 'not_mandated', 'a-stranger'),
    {
      name: 'a second signature where none is needed',
      officer: 'pool-manager',
      act: 'propose',
      type: 'PlanLineSet',
      data: line({ line: 'other' }),
      rule: 'signature_not_needed',
    },
    post(
      'a contribution without a signature',
      'ContributionAgreed',
      contribution(),
      'signature_needed',
      'north-ccg-finance',
    ),
    post(
      'a category that is not known',
      'PlanLineSet',
      line({ line: 'other', category: 'whim' }),
      'category_unknown',
      'pool-manager',
    ),
    post('a line twice', 'PlanLineSet', line(), 'identifier_used', 'pool-manager'),
    post(
      'a revision of no line',
      'PlanLineRevised',
      { effective: '2016-04-01', line: 'none', now: '1.00', reason: 'x' },
      'reference_unknown',
      'pool-manager',
    ),
    post(
      'a revision that changes nothing',
      'PlanLineRevised',
      { effective: '2016-04-01', line: 'home-care', now: '1000000.00', reason: 'x' },
      'nothing_to_change',
      'pool-manager',
    ),
    post('a plan line by a CCG', 'PlanLineSet', line({ line: 'other' }), 'wrong_partner', 'north-ccg-finance'),
    post('a plan line by an auditor', 'PlanLineSet', line({ line: 'other' }), 'role_not_allowed', 'auditor'),
    post('a contribution as a grant', 'GrantDetermined', grant({ source: 'NHS_ADD' }), 'source_not_grant'),
    post('a grant of other years', 'GrantDetermined', grant({ source: 'LABCG' }), 'source_not_in_force'),
    post('a grant to a CCG', 'GrantDetermined', grant({ holder: NORTH }), 'wrong_partner', 'north-ccg-finance'),
    post(
      'tranches that do not add up',
      'GrantDetermined',
      grant({ tranches: [{ due: '2016-05-01', amount: '1.00' }] }),
      'schedule_mismatch',
    ),
    post(
      'shares that do not add up',
      'GrantDetermined',
      grant({ passDown: { by: '2016-06-30', shares: [{ district: EAST, amount: '1.00' }] } }),
      'schedule_mismatch',
    ),
    post(
      'a share for a stranger',
      'GrantDetermined',
      grant({ passDown: { by: '2016-06-30', shares: [{ district: 'far-away', amount: '900000.00' }] } }),
      'not_in_fund',
    ),
    post(
      'an assumption of a stranger',
      'AssumptionStated',
      {
        effective: '2016-04-01',
        assumption: 'a',
        partner: NORTH,
        source: 'NHS_ADD',
        recurrent: true,
        amount: '1.00',
        basis: 'x',
      },
      'wrong_partner',
    ),
    post(
      'a fund that is open',
      'FundOpened',
      { effective: '2016-04-01', area: 'testshire', year: '2016-17', host: COUNTY, partners: [COUNTY, NORTH] },
      'fund_exists',
      'pool-manager',
    ),
  ]);
});

t.test(
  'a fund is opened under its own name, on its first day, by its host, with partners who are registered',
  async (t) => {
    const ledger = await openedLedger(t);
    const open = (more: object) => ({
      act: 'post' as const,
      fact: fact('FundOpened', {
        effective: '2017-04-01',
        area: 'testshire',
        year: '2017-18',
        host: COUNTY,
        partners: [COUNTY, NORTH],
        ...more,
      }),
    });
    const where = { in: 'testshire-2017-18' };
    t.equal(await ledger.refused('pool-manager', open({ area: 'elsewhere' }), where), 'fund_name_wrong');
    t.equal(await ledger.refused('pool-manager', open({ effective: '2017-04-02' }), where), 'effective_outside_year');
    t.equal(await ledger.refused('pool-manager', open({ partners: [COUNTY, 'nobody'] }), where), 'partner_unknown');
    t.equal(await ledger.refused('pool-manager', open({ partners: [SOUTH, NORTH] }), where), 'not_in_fund');
    t.equal(await ledger.refused('north-ccg-chief', open({}), where), 'wrong_partner');
    t.equal(
      await ledger.refused('pool-manager', { act: 'post', fact: fact('PlanLineSet', line()) }, where),
      'fund_unknown',
    );
    await ledger.done('pool-manager', open({}), where);
    t.same(ledger.ledger.model.funds(), ['testshire-2016-17', 'testshire-2017-18']);
    t.equal(
      await ledger.refused(
        'east-district-finance',
        {
          act: 'propose',
          fact: fact('ContributionAgreed', contribution({ effective: '2017-04-01', payer: EAST, source: 'LA_ADD' })),
        },
        where,
      ),
      'not_in_fund',
    );
  },
);

t.test('where nobody could sign for the other side, that is said', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: '2017-04-01', area: 'testshire', year: '2017-18', host: COUNTY, partners: [COUNTY, EAST] },
    'testshire-2017-18',
  );
  t.equal(
    await ledger.refused(
      'county-finance',
      {
        act: 'propose',
        fact: fact('ContributionAgreed', contribution({ effective: '2017-04-01', payer: COUNTY, source: 'LA_ADD' })),
      },
      { in: 'testshire-2017-18' },
    ),
    'not_in_fund',
  );
});

t.test('a saving lowers the requirement, and cannot save more than nothing', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post(
    'pool-manager',
    'PlanLineSet',
    line({ line: 'efficiency', category: 'saving', amount: '300000.00', recurrent: false }),
  );
  t.match(gap(ledger, '2016-04-01'), { requirement: '700000.00', recurrentGap: '1000000.00' });
  await ledger.post('pool-manager', 'PlanLineRevised', {
    effective: '2016-05-01',
    line: 'efficiency',
    now: '100000.00',
    reason: 'less was found',
  });
  t.match(gap(ledger, '2016-05-01'), { requirement: '900000.00' });
  await ledger.post('pool-manager', 'PlanLineRevised', {
    effective: '2016-06-01',
    line: 'home-care',
    now: '0.00',
    reason: 'it ended',
  });
  t.match(gap(ledger, '2016-06-01'), { requirement: '-100000.00' });
  t.equal(
    await ledger.refused('pool-manager', {
      act: 'post',
      fact: fact('PlanLineRevised', { effective: '2016-05-15', line: 'home-care', now: '500000.00', reason: 'x' }),
    }),
    'later_change_stands',
    'a back-dated revision would make the later one untrue',
  );
  t.equal(
    await ledger.refused('pool-manager', {
      act: 'post',
      fact: fact('PlanLineRevised', { effective: '2016-04-15', line: 'efficiency', now: '0.00', reason: 'x' }),
    }),
    'later_change_stands',
    'and the same of a saving',
  );
});

t.test('a grant is received, put at risk, lifted and reduced within its determination', async (t) => {
  const ledger = await openedLedger(t);
  const tranches = ['2016-05-01', '2016-08-01', '2016-11-01'].map((due) => ({ due, amount: '300000.00' }));
  await ledger.post('county-finance', 'GrantDetermined', grant({ tranches }));
  const post = (type: string, data: object): Promise<unknown> =>
    ledger.post('county-finance', type, { effective: '2016-05-01', grant: 'dfg', ...data });
  const no = (type: string, data: object): Promise<RuleCode> =>
    ledger.refused('county-finance', {
      act: 'post',
      fact: fact(type, { effective: '2016-05-01', grant: 'dfg', ...data }),
    });
  const cause = 'targets were missed';
  await post('GrantTrancheReceived', { amount: '300000.00', bankReference: 'one' });
  t.equal(await no('GrantTrancheReceived', { amount: '600000.01', bankReference: 'two' }), 'more_than_determined');
  t.equal(
    await no('GrantTrancheReceived', { grant: 'none', amount: '1.00', bankReference: 'two' }),
    'reference_unknown',
  );
  await post('GrantPutAtRisk', { amount: '500000.00', cause });
  t.match(figures(ledger, COUNTY, '2016-05-01'), { agreed: '900000.00', atRisk: '500000.00', received: '300000.00' });
  t.match(
    gap(ledger, '2016-05-01'),
    { funded: '900000.00', exposure: '500000.00' },
    'shown beside what is agreed, not inside it',
  );
  t.equal(await no('GrantPutAtRisk', { amount: '400000.01', cause }), 'more_than_determined');
  t.equal(await no('GrantPutAtRisk', { grant: 'none', amount: '1.00', cause }), 'reference_unknown');
  t.equal(await no('GrantRiskLifted', { amount: '500000.01', cause }), 'more_than_at_risk');
  t.equal(await no('GrantRiskLifted', { grant: 'none', amount: '1.00', cause }), 'reference_unknown');
  await post('GrantRiskLifted', { amount: '100000.00', cause });
  t.equal(await no('GrantReduced', { amount: '900000.01', cause }), 'more_than_determined');
  t.equal(
    await no('GrantReduced', { amount: '600000.01', cause }),
    'more_than_determined',
    'not below what was received',
  );
  t.equal(await no('GrantReduced', { grant: 'none', amount: '1.00', cause }), 'reference_unknown');
  t.equal(
    await no('GrantReduced', { amount: '1.00', cause, tranches: [{ due: '2016-05-01', amount: '1.00' }] }),
    'schedule_mismatch',
  );
  await post('GrantReduced', { effective: '2016-06-01', amount: '200000.00', cause });
  t.match(figures(ledger, COUNTY, '2016-06-01'), { agreed: '700000.00', atRisk: '200000.00' });
  t.match(figures(ledger, COUNTY, '2016-08-01'), { due: '500000.00' });
  t.match(figures(ledger, COUNTY, '2016-11-01'), { due: '700000.00' });
  await post('GrantReduced', {
    effective: '2016-07-01',
    amount: '300000.00',
    cause,
    tranches: [{ due: '2016-12-01', amount: '100000.00' }],
  });
  t.match(figures(ledger, COUNTY, '2016-11-30'), { agreed: '400000.00', atRisk: '0.00', due: '300000.00' });
  t.equal(
    await ledger.refused('north-ccg-finance', {
      act: 'post',
      fact: fact('GrantPutAtRisk', { effective: '2016-05-01', grant: 'dfg', amount: '1.00', cause }),
    }),
    'wrong_partner',
  );
});

t.test('a grant is passed down when the district confirms it, within its share', async (t) => {
  const ledger = await openedLedger(t);
  const shares = [
    { district: EAST, amount: '400000.00' },
    { district: WEST, amount: '500000.00' },
  ];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-06-30', shares } }));
  const pass = (more: object = {}) => ({
    effective: '2016-06-01',
    grant: 'dfg',
    district: EAST,
    amount: '400000.00',
    ...more,
  });
  const propose = (data: object) => ({
    act: 'propose' as const,
    fact: fact('GrantPassedDown', data as Readonly<Record<string, unknown>>),
  });
  t.equal(await ledger.refused('county-finance', propose(pass({ amount: '400000.01' }))), 'more_than_share');
  t.equal(
    await ledger.refused('county-finance', propose(pass({ district: NORTH }))),
    'more_than_share',
    'a body without a share',
  );
  t.equal(await ledger.refused('county-finance', propose(pass({ grant: 'none' }))), 'reference_unknown');
  const { outcome } = await ledger.done('county-finance', propose(pass()));
  t.equal(
    await ledger.refused('west-district-finance', { act: 'agree', proposal: outcome.proposal! }),
    'wrong_partner',
  );
  await ledger.done('east-district-finance', {
    act: 'counter',
    proposal: outcome.proposal!,
    fact: fact('GrantPassedDown', pass({ amount: '300000.00' })),
  });
  await ledger.done('county-finance', { act: 'agree', proposal: outcome.proposal! });
  await ledger.signed('county-finance', 'east-district-chief', 'GrantPassedDown', pass({ amount: '100000.00' }));
  t.equal(await ledger.refused('county-finance', propose(pass({ amount: '0.01' }))), 'more_than_share');
});

t.test('what is assumed stands beside what is agreed and never inside it', async (t) => {
  const ledger = await openedLedger(t);
  const assumption = {
    effective: '2016-04-01',
    assumption: 'cost-sharing',
    partner: COUNTY,
    source: 'NHS_ADD',
    recurrent: true,
    amount: '28000000.00',
    basis: 'the budget expects the NHS to share the cost',
  };
  await ledger.post('county-finance', 'AssumptionStated', assumption);
  t.match(figures(ledger, COUNTY, '2016-04-01'), { assumed: '28000000.00', agreed: '0.00' });
  t.match(gap(ledger, '2016-04-01'), { assumed: '28000000.00', funded: '0.00', exposure: '0.00' });
  t.equal(
    await ledger.refused('county-finance', { act: 'post', fact: fact('AssumptionStated', assumption) }),
    'identifier_used',
  );
});

t.test('a fact is reversed once, from its own day on, with the signatures of its original', async (t) => {
  const ledger = await openedLedger(t);
  const agreed = await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const { revision } = agreed.outcome;
  const set = await ledger.post('pool-manager', 'PlanLineSet', line());
  const reverse = (more: object = {}) => ({
    effective: '2016-09-01',
    reverses: revision,
    reason: 'it was agreed by mistake',
    ...more,
  });
  const proposing = (name: string, data: object, rule: RuleCode, officer = 'north-ccg-finance'): Refused => ({
    name,
    officer,
    act: 'propose',
    type: 'FactReversed',
    data: data as Readonly<Record<string, unknown>>,
    rule,
  });
  await refusals(t, ledger, FUND, [
    { ...proposing('by one side alone', reverse(), 'signature_needed'), act: 'post' },
    proposing('before it took effect', reverse({ effective: '2016-03-31' }), 'reversal_too_early'),
    proposing('of nothing', reverse({ reverses: '999' }), 'reference_unknown'),
    proposing('of a proposal', reverse({ reverses: '1' }), 'not_reversible'),
    proposing('of the opening', reverse({ reverses: '0' }), 'not_reversible'),
    proposing('by a third partner', reverse(), 'wrong_partner', 'south-ccg-finance'),
  ]);
  const signed = await ledger.signed('north-ccg-finance', 'county-finance', 'FactReversed', reverse());
  t.match(signed.outcome.events[1]?.sentence, /^Reversed from 1 September 2016: “north-ccg contributes £1,000,000.00/);
  t.match(figures(ledger, NORTH, '2016-08-31'), { agreed: '1000000.00', due: '1000000.00' });
  t.match(figures(ledger, NORTH, '2016-09-01'), { agreed: '0.00', due: '0.00' });
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'propose', fact: fact('FactReversed', reverse()) }),
    'already_reversed',
  );
  t.equal(
    await ledger.refused('north-ccg-finance', {
      act: 'propose',
      fact: fact('FactReversed', reverse({ reverses: signed.outcome.revision })),
    }),
    'not_reversible',
    'a reversal is not itself reversed',
  );
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'propose', fact: fact('ContributionAgreed', contribution()) }),
    'identifier_used',
    'and the name stays used',
  );
  await ledger.post(
    'pool-manager',
    'FactReversed',
    reverse({ reverses: set.outcome.revision, effective: '2016-04-01' }),
  );
  t.match(gap(ledger, '2016-04-01'), { requirement: '0.00' });
});

t.test('a fact is not reversed where later facts rest on it', async (t) => {
  const ledger = await openedLedger(t);
  const determined = await ledger.post('county-finance', 'GrantDetermined', grant());
  await ledger.post('county-finance', 'GrantTrancheReceived', {
    effective: '2016-05-01',
    grant: 'dfg',
    amount: '1.00',
    bankReference: 'one',
  });
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: fact('FactReversed', { effective: '2016-04-01', reverses: determined.outcome.revision, reason: 'x' }),
    }),
    'others_rest_on_it',
  );
});

t.test('periods close in order by two officers of the host, and bind later facts', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const close = (period: number, effective: string) => ({
    act: 'propose' as const,
    fact: fact('PeriodClosed', { period, effective }),
  });
  ledger.now('2016-04-30T22:59:59Z');
  t.equal(await ledger.refused('pool-manager', close(1, '2016-04-30')), 'period_not_ended', 'a second before midnight');
  ledger.now('2016-04-30T23:00:00Z');
  t.equal(await ledger.refused('pool-manager', close(2, '2016-05-31')), 'period_out_of_order');
  t.equal(await ledger.refused('pool-manager', close(1, '2016-04-29')), 'period_out_of_order', 'not on another day');
  t.equal(await ledger.refused('north-ccg-finance', close(1, '2016-04-30')), 'wrong_partner');
  const reopen = (period: number) => ({
    act: 'propose' as const,
    fact: fact('PeriodReopened', { period, effective: '2016-04-30', reason: 'late invoices' }),
  });
  t.equal(await ledger.refused('pool-manager', reopen(1)), 'period_out_of_order', 'none is closed');

  const stale = await ledger.done('pool-manager', close(1, '2016-04-30'));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'late', amount: '1.00' }));
  t.equal(
    await ledger.refused('county-chief', { act: 'agree', proposal: stale.outcome.proposal! }),
    'changed_since_proposed',
    'a closing is signed on the totals that it names',
  );
  const closed = await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', {
    period: 1,
    effective: '2016-04-30',
  });
  t.match(
    closed.outcome.events[1]?.sentence,
    /Period P1 was closed.*requirement 1000001.00, funded 0.00, gap 1000001.00/,
  );

  t.equal(
    await ledger.refused('pool-manager', { act: 'post', fact: fact('PlanLineSet', line({ line: 'backdated' })) }),
    'period_closed',
  );
  t.equal(
    await ledger.refused('pool-manager', {
      act: 'post',
      fact: fact('PlanLineSet', line({ line: 'open', effective: '2016-05-01' })),
      adjustment: { reason: 'x' },
    }),
    'adjustment_not_needed',
  );
  const adjustment = { reason: 'the invoice came late' };
  const backdated = fact('PlanLineSet', line({ line: 'backdated' }));
  t.equal(
    await ledger.refused('pool-manager', { act: 'post', fact: backdated, adjustment }),
    'signature_needed',
    'an adjustment takes a second signature',
  );
  const { outcome } = await ledger.done('pool-manager', { act: 'propose', fact: backdated, adjustment });
  t.equal(await ledger.refused('pool-manager', { act: 'agree', proposal: outcome.proposal! }), 'same_officer');
  await ledger.done('county-finance', { act: 'agree', proposal: outcome.proposal! });
  t.match(gap(ledger, '2016-04-30'), { requirement: '2000001.00' }, 'the later truth shows under a later known-at');

  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ effective: '2016-05-01' }),
  );
  const offered = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('ContributionAgreed', contribution({ contribution: 'second', effective: '2016-05-02' })),
  });
  ledger.now('2016-06-01T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 2, effective: '2016-05-31' });
  t.equal(
    await ledger.refused('county-finance', { act: 'agree', proposal: offered.outcome.proposal! }),
    'period_closed',
    'signed too late',
  );
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2017-04-20',
    contribution: 'north-extra',
    amount: '1.00',
    bankReference: 'late',
  });

  t.equal(await ledger.refused('pool-manager', reopen(1)), 'period_out_of_order', 'the last one first');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodReopened', {
    period: 2,
    effective: '2016-05-31',
    reason: 'late invoices',
  });
  await ledger.done('county-finance', { act: 'agree', proposal: offered.outcome.proposal! });
  ledger.now('2017-04-01T09:00:00Z');
  for (let period = 2; period <= 12; period++) {
    const month = ((period + 2) % 12) + 1;
    const last = new Date(Date.UTC(period < 10 ? 2016 : 2017, month, 0)).toISOString().slice(0, 10);
    await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period, effective: last });
  }
  t.equal(await ledger.refused('pool-manager', close(12, '2017-03-31')), 'period_out_of_order', 'all are closed');
});

t.test('a counter to a proposal that adjusts a closed period keeps its mark', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-05-01T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('ContributionAgreed', contribution()),
    adjustment: { reason: 'agreed late' },
  });
  await ledger.done('county-finance', {
    act: 'counter',
    proposal: outcome.proposal!,
    fact: fact('ContributionAgreed', contribution({ amount: '2.00' })),
  });
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: outcome.proposal! });
  t.match(figures(ledger, NORTH, '2016-04-01'), { agreed: '2.00' });
});

t.test('nothing is posted before the ledger is opened', async (t) => {
  const ledger = await emptyLedger(t);
  t.equal(
    await ledger.refused(
      'registrar',
      {
        act: 'post',
        fact: fact('MandateEnded', {
          effective: '2016-01-01',
          officer: 'a',
          partner: 'b',
          role: 'auditor',
          reason: 'x',
        }),
      },
      { in: REGISTER_STREAM },
    ),
    'ledger_not_open',
  );
  t.equal(await ledger.refused('pool-manager', { act: 'post', fact: fact('PlanLineSet', line()) }), 'fund_unknown');
  await t.rejects(openFund(ledger, '2016-17'), /not_mandated/);
});

t.test('a variation can be countered, of the same contribution only', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const vary = (more: object = {}) =>
    fact('ContributionVaried', {
      effective: '2016-06-01',
      contribution: 'north-extra',
      now: '1300000.00',
      reason: 'more need',
      ...more,
    });
  const { outcome } = await ledger.done('north-ccg-finance', { act: 'propose', fact: vary() });
  const answer = { act: 'counter', proposal: outcome.proposal! } as const;
  for (const [more, rule] of [
    [{ contribution: 'other' }, 'counter_differs'],
    [{ now: '1000000.00' }, 'nothing_to_change'],
    [{ instalments: [{ due: '2016-06-01', amount: '1.00' }] }, 'schedule_mismatch'],
  ] as const) {
    t.equal(await ledger.refused('county-finance', { ...answer, fact: vary(more) }), rule);
  }
  await ledger.done('county-finance', { ...answer, fact: vary({ now: '1100000.00' }) });
  t.match(figures(ledger, NORTH, '2016-06-01'), { proposed: '100000.00' });
  await ledger.done('north-ccg-chief', { act: 'agree', proposal: outcome.proposal! });
  t.match(figures(ledger, NORTH, '2016-06-01'), { agreed: '1100000.00', due: '1100000.00' });
});

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

t.test(
  'a reversal that puts an offer back, or takes compulsory money away, is of the original’s own day',
  async (t) => {
    const ledger = await openedLedger(t);
    const offer = await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: fact('ContributionAgreed', contribution()),
    });
    const withdrawn = await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'DiscretionaryPaymentWithdrawn', {
      effective: '2016-04-01',
      payer: NORTH,
      of: { proposal: offer.outcome.proposal },
      amount: '1000000.00',
      noticeGiven: '2016-04-01',
      reason: 'x',
    });
    const minimum = await ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ contribution: 'minimum', source: 'NHS_MIN' }),
    );
    const determined = await ledger.post('county-finance', 'GrantDetermined', grant());
    const reverse = (done: { outcome: { revision: string } }, effective: string) =>
      fact('FactReversed', { effective, reverses: done.outcome.revision, reason: 'x' });
    for (const done of [withdrawn, minimum]) {
      t.equal(
        await ledger.refused('north-ccg-finance', { act: 'propose', fact: reverse(done, '2016-07-01') }),
        'reversal_day_fixed',
      );
    }
    t.equal(
      await ledger.refused('county-finance', { act: 'post', fact: reverse(determined, '2016-07-01') }),
      'reversal_day_fixed',
    );
    await ledger.done('county-finance', { act: 'post', fact: reverse(determined, '2016-04-01') });
    const set = await ledger.post('pool-manager', 'PlanLineSet', line());
    t.equal(
      await ledger.refused('pool-manager', { act: 'post', fact: reverse(set, '2017-04-01') }),
      'effective_outside_year',
      'nor does any reversal take effect after the year',
    );
  },
);

t.test('what one partner said alone is its own to take back', async (t) => {
  const ledger = await openedLedger(t);
  const stated = { effective: '2016-04-01', claimant: 'Press', statedOn: '2016-04-01', amount: '1.00', basis: 'x' };
  const { outcome } = await ledger.post('north-ccg-finance', 'GapStated', stated);
  const reversal = fact('FactReversed', {
    effective: '2016-04-01',
    reverses: outcome.revision,
    reason: 'we do not like it',
  });
  t.equal(await ledger.refused('county-finance', { act: 'post', fact: reversal }), 'wrong_partner');
  await ledger.done('north-ccg-chief', { act: 'post', fact: reversal });
});

t.test('a cut takes what is at risk and the districts’ shares with it, whatever was recorded first', async (t) => {
  const ledger = await openedLedger(t);
  const shares = [
    { district: EAST, amount: '40.00' },
    { district: WEST, amount: '60.00' },
  ];
  const post = (type: string, data: object) =>
    ledger.post('county-finance', type, { grant: 'dfg', cause: 'x', ...data });
  await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({ amount: '100.00', passDown: { by: '2016-06-30', shares } }),
  );
  await post('GrantPutAtRisk', { effective: '2016-09-01', amount: '100.00' });
  await post('GrantReduced', { effective: '2016-05-01', amount: '60.00' });
  t.match(figures(ledger, COUNTY, '2016-08-31'), { agreed: '40.00', atRisk: '0.00' });
  t.match(figures(ledger, COUNTY, '2016-09-01'), { agreed: '40.00', atRisk: '40.00' });
  t.equal(
    await ledger.refused('county-finance', {
      act: 'propose',
      fact: fact('GrantPassedDown', { effective: '2016-06-01', grant: 'dfg', district: EAST, amount: '16.01' }),
    }),
    'more_than_share',
  );
  await ledger.signed('county-finance', 'east-district-finance', 'GrantPassedDown', {
    effective: '2016-06-01',
    grant: 'dfg',
    district: EAST,
    amount: '16.00',
  });
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: fact('GrantReduced', { effective: '2016-07-01', grant: 'dfg', amount: '10.00', cause: 'x' }),
    }),
    'more_than_share',
    'a cut below what a district has received',
  );
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: fact('GrantReduced', { effective: '2016-03-31', grant: 'dfg', amount: '10.00', cause: 'x' }),
    }),
    'effective_outside_year',
  );
  const early = await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({ grant: 'late', effective: '2016-06-01', tranches: [{ due: '2016-06-01', amount: '900000.00' }] }),
  );
  t.ok(early);
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: fact('GrantReduced', { effective: '2016-05-01', grant: 'late', amount: '10.00', cause: 'x' }),
    }),
    'before_it_began',
  );
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

t.test('an officer’s limit is held against what an act changes, not only against what it leaves', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post(
    'registrar',
    'PartnerRegistered',
    {
      effective: '2016-01-01',
      partner: 'third-ccg',
      name: 'Third',
      kind: 'ccg',
      officers: [
        { officer: 'junior', role: 'finance-officer', limit: '100.00' },
        { officer: 'senior', role: 'chief-finance-officer' },
      ],
    },
    REGISTER_STREAM,
  );
  const where = { in: 'testshire-2017-18' };
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: '2017-04-01', area: 'testshire', year: '2017-18', host: COUNTY, partners: [COUNTY, 'third-ccg'] },
    where.in,
  );
  await ledger.signed(
    'senior',
    'county-finance',
    'ContributionAgreed',
    contribution({ effective: '2017-04-01', payer: 'third-ccg' }),
    where.in,
  );
  t.equal(
    await ledger.refused(
      'junior',
      {
        act: 'propose',
        fact: fact('ContributionVaried', {
          effective: '2017-05-01',
          contribution: 'north-extra',
          now: '0.00',
          reason: 'x',
        }),
      },
      where,
    ),
    'over_limit',
  );
});

t.test('the movements of a fund are bounded, so that every sum of it is exact', async (t) => {
  const ledger = await openedLedger(t);
  const assume = (name: string) =>
    fact('AssumptionStated', {
      effective: '2016-04-01',
      assumption: name,
      partner: COUNTY,
      source: 'NHS_ADD',
      recurrent: true,
      amount: '9999999999.99',
      basis: 'x',
    });
  const stated = [];
  for (let index = 0; index < 25; index++)
    stated.push(await ledger.done('county-finance', { act: 'post', fact: assume(`a-${index}`) }));
  const more = { act: 'post', fact: assume('one-more') } as const;
  t.equal(await ledger.refused('county-finance', more), 'more_than_a_fund_holds');
  t.match(gap(ledger, '2016-04-01'), { assumed: '249999999999.75' });
  const offer = (payer: string, source: string, amount: string, name: string) =>
    ({
      act: 'propose',
      fact: fact('ContributionAgreed', contribution({ contribution: name, payer, source, amount })),
    }) as const;
  for (const payer of [COUNTY, NORTH]) {
    const source = payer === COUNTY ? 'LA_ADD' : 'NHS_ADD';
    t.equal(
      await ledger.refused('county-finance', offer(payer, source, '0.25', 'x')),
      'more_than_a_fund_holds',
      'what a partner offers and assumes counts together, whoever is to pay it',
    );
  }
  const { outcome } = await ledger.done('north-ccg-finance', offer(NORTH, 'NHS_ADD', '1000000.00', 'north-extra'));
  await ledger.done('county-finance', { act: 'agree', proposal: outcome.proposal! });
  await ledger.post('pool-manager', 'PlanLineSet', line());
  t.match(gap(ledger, '2016-04-01'), { funded: '1000000.00' }, 'nobody else is kept from anything');
  const countered = await ledger.done('north-ccg-finance', offer(NORTH, 'NHS_ADD', '1.00', 'second'));
  const counter = (amount: string) =>
    ({
      act: 'counter',
      proposal: countered.outcome.proposal!,
      fact: fact('ContributionAgreed', contribution({ contribution: 'second', amount })),
    }) as const;
  t.equal(await ledger.refused('county-finance', counter('1.25')), 'more_than_a_fund_holds', 'a counter is an offer');
  await ledger.done('county-finance', counter('0.20'));

  for (const [index, effective] of ['2016-10-01', '2016-04-01'].entries()) {
    const reverses = stated[index]!.outcome.revision;
    await ledger.post('county-finance', 'FactReversed', { effective, reverses, reason: 'x' });
  }
  t.equal(await ledger.refused('county-finance', more), 'more_than_a_fund_holds', 'what was undone was moved');
  t.same((await verify(ledger.store)).problems, []);
});

t.test('what the lines of a fund come to is bounded, and can always be undone', async (t) => {
  const ledger = await openedLedger(t);
  const set = (name: string) => fact('PlanLineSet', line({ line: name, amount: '9999999999.99' }));
  const all = [];
  for (let index = 0; index < 100; index++)
    all.push(await ledger.done('pool-manager', { act: 'post', fact: set(`l-${index}`) }));
  t.equal(await ledger.refused('pool-manager', { act: 'post', fact: set('one-more') }), 'more_than_a_fund_holds');
  const reverse = (done: Done, effective: string) =>
    ledger.post('pool-manager', 'FactReversed', { effective, reverses: done.outcome.revision, reason: 'x' });
  await reverse(all[0]!, '2016-10-01');
  await reverse(all[1]!, '2016-04-01');
  await reverse(all[2]!, '2016-04-01');
  await ledger.done('pool-manager', { act: 'post', fact: set('one-more') });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('what was ever moved in a fund is bounded too, and still it can be undone', (t) => {
  const state = emptyFund();
  const lines = (pence: number) => [
    ...posted({
      ...planAccount('l', { source: 'NHS_ADD', recurrent: true }),
      item: 'l',
      on: '2016-04-01' as Day,
      pence: exactly(pence),
    }),
  ];
  for (let index = 0; index < 10; index++) {
    evolvePostings(state, lines(99_999_999_999_999), COUNTY);
    evolvePostings(state, lines(-99_999_999_999_999), COUNTY);
  }
  t.equal(state.size.stands, 0);
  t.match(limitsHold(state, lines(1), [], COUNTY), { rule: 'more_than_a_fund_holds', detail: /ever moved/ });
  t.equal(limitsHold(state, lines(1), ALL_LIMITS, COUNTY), undefined, 'by a reversal it may be more');
  t.end();
});

t.test('what was adjusted with two signatures is undone with two, from whatever day', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-05-01T09:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
  const spent = fact('ExpenditureRecorded', {
    effective: '2016-04-20',
    line: 'home-care',
    net: '500.00',
    vat: '0.00',
    recoverable: '0.00',
    reference: 'x',
  });
  const adjusting = await ledger.done('county-finance', {
    act: 'propose',
    fact: spent,
    adjustment: { reason: 'a late invoice' },
  });
  const { outcome } = await ledger.done('county-chief', { act: 'agree', proposal: adjusting.outcome.proposal! });
  const reversal = fact('FactReversed', { effective: '2016-05-01', reverses: outcome.revision, reason: 'x' });
  t.equal(await ledger.refused('county-finance', { act: 'post', fact: reversal }), 'signature_needed');
  const undoing = await ledger.done('county-finance', { act: 'propose', fact: reversal });
  const undo = { act: 'agree', proposal: undoing.outcome.proposal! } as const;
  t.equal(await ledger.refused('county-finance', undo), 'same_officer');
  t.equal(await ledger.refused('north-ccg-chief', undo), 'wrong_partner');
  await ledger.done('county-chief', undo);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('nobody signs a figure whose ground has gone since', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-05-01T09:00:00Z');
  const agreed = await signAgreement(ledger);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('DiscretionaryPaymentWithdrawn', {
      effective: '2016-06-01',
      payer: NORTH,
      of: { contribution: 'north-extra' },
      amount: '10.00',
      noticeGiven: '2016-05-01',
      reason: 'x',
    }),
  });
  const reversal = { effective: '2016-04-01', reverses: agreed.outcome.revision, reason: 'x' };
  await ledger.signed('county-finance', 'north-ccg-finance', 'FactReversed', reversal);
  t.equal(
    await ledger.refused('north-ccg-chief', { act: 'agree', proposal: outcome.proposal! }),
    'changed_since_proposed',
    'the months of notice that it names are of an agreement that never was',
  );
});

t.test('what takes effect before the year is closed with its first period', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-05-01T09:00:00Z');
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
  const receipt = fact('ContributionReceived', {
    effective: '2016-03-31',
    contribution: 'north-extra',
    amount: '1.00',
    bankReference: 'x',
  });
  t.equal(await ledger.refused('county-finance', { act: 'post', fact: receipt }), 'period_closed');
});

t.test(
  'an offer made before a period closed is signed after it as an adjustment, and keeps its conditions',
  async (t) => {
    const ledger = await openedLedger(t);
    ledger.now('2016-05-01T09:00:00Z');
    const { outcome } = await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: fact('ContributionAgreed', contribution()),
      conditions: 'the council freezes its precept',
    });
    await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
    const agree = { act: 'agree', proposal: outcome.proposal! } as const;
    t.equal(await ledger.refused('county-finance', agree), 'period_closed');
    const done = await ledger.done('county-finance', {
      ...agree,
      adjustment: { reason: 'offered before the closing' },
    });
    t.match(done.outcome.events[0]?.sentence, /signed: .*on condition that the council freezes its precept/);
  },
);

t.test('a proposal cannot be given a last day that has passed', async (t) => {
  const ledger = await openedLedger(t);
  t.equal(
    await ledger.refused('north-ccg-finance', {
      act: 'propose',
      fact: fact('ContributionAgreed', contribution()),
      expires: '2016-02-29' as Day,
    }),
    'expiry_passed',
  );
});
