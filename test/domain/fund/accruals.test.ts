import t, { type Test } from 'tap';
import { asked } from '../../support/asking.js';
import {
  contribution,
  FUND,
  line,
  NORTH,
  openFund,
  refusals,
  type Refused,
  type TestLedger,
} from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

const P12 = '2017-03-31';

const cost = (net: string, more: object = {}) => ({
  effective: '2016-06-01',
  line: 'home-care',
  net,
  vat: '0.00',
  recoverable: '0.00',
  reference: 'INV',
  ...more,
});

const accrual = (more: object = {}) => ({
  effective: P12,
  line: 'home-care',
  period: 12,
  amount: '400.00',
  reason: 'March invoices',
  ...more,
});

const posting = (type: string, rule: Refused['rule']) => (name: string, data: object) =>
  ({ name, officer: 'county-finance', act: 'post', type, data: data as Refused['data'], rule }) as const;
const proposing = (type: string, rule: Refused['rule']) => (name: string, data: object) =>
  ({ ...posting(type, rule)(name, data), act: 'propose' }) as const;

/**
 * £1,000.00 received, £600.00 of it spent, and £400.00 owed at the end of the year. Returns the revision of the
 * accrual.
 */
async function owing(t: Test): Promise<TestLedger & { readonly accrued: string }> {
  const ledger = await openedLedger(t);
  await openFund(ledger, '2017-18');
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution({ amount: '1000.00' }));
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-05-01',
    contribution: 'north-extra',
    amount: '1000.00',
    bankReference: 'BACS 1',
  });
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1000.00' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'other', amount: '1000.00' }));
  await ledger.post('county-finance', 'ExpenditureRecorded', cost('600.00'));
  const { outcome } = await ledger.post('county-finance', 'AccrualPosted', accrual());
  return Object.assign(ledger, { accrued: outcome.revision });
}

t.test('what is owed on a day is not there to be carried forward or given back', async (t) => {
  const ledger = await owing(t);
  const kept = {
    effective: P12,
    reserve: 'kept',
    source: 'NHS_ADD',
    amount: '0.01',
    purpose: 'care',
    toYear: '2017-18',
    minute: 'Cabinet 7',
  };
  await refusals(t, ledger, FUND, [
    proposing('CarryForwardApproved', 'more_than_held')('not carried forward', kept),
    proposing('CarryForwardApproved', 'more_than_held')('nor the day before', { ...kept, effective: '2017-03-30' }),
    proposing('UnderspendReturned', 'more_than_held')('nor given back', {
      effective: P12,
      partner: NORTH,
      source: 'NHS_ADD',
      amount: '0.01',
      reason: 'year end',
    }),
  ]);
  t.match((await asked(ledger, 'partner-position', { partner: NORTH, on: P12 }))['total'], {
    received: '1000.00',
    spent: '600.00',
    accrued: '400.00',
    held: '0.00',
  });
  await ledger.post('county-finance', 'FactReversed', { effective: P12, reverses: ledger.accrued, reason: 'paid' });
  await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', { ...kept, amount: '300.00' });
  await refusals(t, ledger, FUND, [
    posting('AccrualPosted', 'more_than_held')('nor is what was set aside owed', accrual({ amount: '100.01' })),
  ]);
});

t.test('the invoice of what was accrued at the end of the year is borne by that year, once', async (t) => {
  const ledger = await owing(t);
  const early = await ledger.post('county-finance', 'AccrualPosted', accrual({ effective: '2016-06-30', period: 3 }));
  const invoice = (net: string, more: object = {}) =>
    cost(net, { effective: '2017-04-20', settles: ledger.accrued, ...more });
  const late = posting('ExpenditureRecorded', 'cost_after_year');
  const unfit = posting('ExpenditureRecorded', 'accrual_not_there');
  await refusals(t, ledger, FUND, [
    late('it names the accrual', cost('400.00', { effective: '2017-04-20' })),
    late('of the end of the year', invoice('400.00', { settles: early.outcome.revision })),
    late('within a year', invoice('400.00', { effective: '2018-04-01' })),
    late('up to what was accrued', invoice('400.01')),
    unfit('of the same line', invoice('400.00', { line: 'other' })),
    unfit('that there is', invoice('400.00', { settles: '999' })),
    unfit('and is dated after it', invoice('400.00', { effective: P12 })),
  ]);
  t.equal(
    (await ledger.post('county-finance', 'ExpenditureRecorded', invoice('250.00', { effective: '2018-03-31' }))).outcome
      .events[0]?.sentence,
    `£250.00 was spent on "home-care" (INV), settling what was accrued at revision ${ledger.accrued}.`,
  );
  const second = await ledger.post('county-finance', 'ExpenditureRecorded', invoice('150.00'));
  await refusals(t, ledger, FUND, [
    late('nothing is settled twice', invoice('0.01')),
    posting('FactReversed', 'others_rest_on_it')('nor is the accrual taken back from under it', {
      effective: P12,
      reverses: ledger.accrued,
      reason: 'twice',
    }),
  ]);
  t.match(await asked(ledger, 'memorandum', { on: P12 }), { grossSpending: '1000.00', closing: '0.00', holds: true });
  t.match(await asked(ledger, 'memorandum', { on: '2018-03-31' }), { grossSpending: '1000.00', closing: '0.00' });
  t.match(await asked(ledger, 'memorandum', { fund: 'testshire-2017-18', on: '2018-03-31' }), {
    grossSpending: '0.00',
  });

  await ledger.post('county-finance', 'FactReversed', {
    effective: '2017-04-20',
    reverses: second.outcome.revision,
    reason: 'another supplier',
  });
  await refusals(t, ledger, FUND, [late('what was taken back is open again, and no more', invoice('150.01'))]);
  await ledger.post('county-finance', 'ExpenditureRecorded', invoice('150.00'));
});

t.test('an invoice of the year may name the accrual that it settles, whatever it comes to', async (t) => {
  const ledger = await owing(t);
  const { outcome } = await ledger.post(
    'county-finance',
    'AccrualPosted',
    accrual({ effective: '2016-06-30', period: 3, amount: '10.00' }),
  );
  const settles = outcome.revision;
  await ledger.post('county-finance', 'ExpenditureRecorded', cost('12.00', { effective: '2016-07-01', settles }));
  const taken = await ledger.post('county-finance', 'AccrualPosted', accrual({ effective: '2016-04-30', period: 1 }));
  await ledger.post('county-finance', 'FactReversed', {
    effective: '2016-04-30',
    reverses: taken.outcome.revision,
    reason: 'of another fund',
  });
  await refusals(t, ledger, FUND, [
    posting('ExpenditureRecorded', 'accrual_not_there')(
      'but none that was taken back',
      cost('1.00', { settles: taken.outcome.revision }),
    ),
  ]);
});
