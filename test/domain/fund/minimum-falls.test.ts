import t from 'tap';
import { verify } from '../../../src/ledger/audit/verify.js';
import { contribution, FUND, NORTH, refusals, SOUTH, type TestLedger } from '../../support/ledger.js';
import { allocation, publish, testsOf, verdicts } from '../../support/plan.js';
import { openedLedger } from '../../support/rules-alone.js';

/** A minimum contribution can be reduced to its published allocation, and no further. */

const agree = (ledger: TestLedger, more: object, payer = NORTH) =>
  ledger.signed(
    `${payer}-finance`,
    'county-finance',
    'ContributionAgreed',
    contribution({ contribution: 'minimum', source: 'NHS_MIN', payer, ...more }),
  );

const vary = (now: string, effective = '2016-09-01', name = 'minimum') => ({
  effective,
  contribution: name,
  now,
  reason: 'overstated',
});

const falling = (name: string, data: object, rule: string, officer = 'north-ccg-finance') =>
  ({ name, officer, act: 'propose', type: 'ContributionVaried', data, rule }) as never;

t.test('a contribution above its allocation may fall to it', async (t) => {
  const ledger = await openedLedger(t);
  const { revision } = (await publish(ledger, allocation({ minima: undefined }))).outcome;
  await agree(ledger, { amount: '10500000.00' });
  await refusals(t, ledger, FUND, [falling('not below it', vary('9999999.99'), 'minimum_breached')]);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionVaried', vary('10000000.00'));
  const less = { amount: '9000000.00', effective: '2016-10-01', revises: revision, minima: undefined };
  const { revision: second } = (await publish(ledger, allocation(less))).outcome;
  await refusals(t, ledger, FUND, [
    falling('nor before the day on which the allocation falls', vary('9000000.00', '2016-09-30'), 'minimum_breached'),
  ]);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionVaried', vary('9000000.00', '2016-10-01'));
  t.match(verdicts(await testsOf(ledger, '2017-03-31')), { T1: 'pass' });

  await publish(
    ledger,
    allocation({ amount: '12000000.00', effective: '2017-01-01', revises: second, minima: undefined }),
  );
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionVaried', vary('9500000.00', '2016-11-01'));
  await refusals(t, ledger, FUND, [
    falling(
      'nor further away from an allocation that is missed later',
      vary('9000000.00', '2016-12-01'),
      'minimum_breached',
    ),
  ]);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('where no allocation is published for the payer, compulsory money does not fall', async (t) => {
  const ledger = await openedLedger(t);
  await publish(ledger, allocation({ minima: undefined }));
  await agree(ledger, { amount: '5000000.00', payer: SOUTH }, SOUTH);
  await refusals(t, ledger, FUND, [
    falling('another’s allocation does not say', vary('4000000.00'), 'compulsory_source', 'south-ccg-finance'),
  ]);
  await publish(ledger, allocation({ payer: SOUTH, amount: '4000000.00', effective: '2016-10-01', minima: undefined }));
  await refusals(t, ledger, FUND, [
    falling('nor one that is not in force yet', vary('4000000.00'), 'compulsory_source', 'south-ccg-finance'),
  ]);
  await ledger.signed('south-ccg-finance', 'county-finance', 'ContributionVaried', vary('4000000.00', '2016-10-01'));
});
