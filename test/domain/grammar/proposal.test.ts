import t from 'tap';
import type { Day } from '../../../src/domain/calendar.js';
import type { Refusal } from '../../../src/domain/rules.js';
import { fact, figures } from '../../support/figures.js';
import { contribution, COUNTY, EAST, grant, NORTH, REGISTER_STREAM } from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

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

t.test('a counter of another subject, or of a name that has been taken, is told what is left to do', async (t) => {
  const ledger = await openedLedger(t);
  const made = [];
  for (const at of [1, 2]) {
    const offer = {
      act: 'propose',
      fact: fact('ContributionAgreed', contribution({ amount: `${at}000.00` })),
    } as const;
    made.push((await ledger.done('north-ccg-finance', offer)).outcome.proposal!);
  }
  const [first, second] = made as [string, string];
  await ledger.done('county-finance', { act: 'agree', proposal: first });
  const counter = async (more: Readonly<Record<string, string>>) => {
    const act = { act: 'counter', proposal: second, fact: fact('ContributionAgreed', contribution(more)) } as const;
    const { rule, detail } = (await ledger.submit('county-finance', act)) as Refusal;
    return `${rule}: ${detail}`;
  };
  const left =
    'An offer whose name has been taken since can only be declined or taken back; make a new offer under another name.';
  t.equal(
    await counter({ amount: '3000.00' }),
    `identifier_used: "north-extra" already names a contribution of this fund. ${left}`,
  );
  t.equal(
    await counter({ contribution: 'other' }),
    `counter_differs: On the table is “Agree a contribution” of north-extra from north-ccg; the counter is of “Agree a contribution” of other from north-ccg. A counter keeps what the offer is of and its name, and changes the terms. ${left}`,
  );
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
