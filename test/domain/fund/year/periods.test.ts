import t from 'tap';
import { fact, figures, gap } from '../../../support/figures.js';
import { contribution, line, NORTH } from '../../../support/ledger.js';
import { openedLedger } from '../../../support/rules-alone.js';

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
