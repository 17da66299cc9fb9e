import t from 'tap';
import type { RuleCode } from '../../../src/domain/rules.js';
import type { Day } from '../../../src/domain/calendar.js';
import { exactly } from '../../../src/domain/money.js';
import { ALL_LIMITS, limitsHold } from '../../../src/domain/fund/limits.js';
import { emptyFund, evolvePostings, planAccount } from '../../../src/domain/fund/state.js';
import { posted } from '../../../src/domain/postings.js';
import type { Done } from '../../../src/ledger/acts/submission.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { signAgreement } from '../../support/agreements.js';
import { fact, gap } from '../../support/figures.js';
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
  type Refused,
  REGISTER_STREAM,
  SOUTH,
} from '../../support/ledger.js';
import { emptyLedger, openedLedger } from '../../support/rules-alone.js';

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
    propose(
      'an instalment before its first day',
      {
        effective: '2016-05-01',
        instalments: [
          { due: '2016-04-30', amount: '1.00' },
          { due: '2016-05-01', amount: '999999.00' },
        ],
      },
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
