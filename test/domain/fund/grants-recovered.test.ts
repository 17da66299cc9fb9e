import t, { type Test } from 'tap';
import { verify } from '../../../src/ledger/audit/verify.js';
import { asked } from '../../support/asking.js';
import { COUNTY, EAST, FUND, grant, refusals, WEST, type Refused, type TestLedger } from '../../support/ledger.js';
import { allocation, publish, testsOf, verdicts } from '../../support/plan.js';
import { openedLedger } from '../../support/rules-alone.js';

const DAY = '2016-10-01';

const recovery = (amount: string, more: object = {}) => ({
  effective: DAY,
  grant: 'dfg',
  amount,
  cause: 'conditions were not met',
  ...more,
});

/** £900,000.00 of the DFG in two tranches, of which the first, £500,000.00, has come; £100,000.00 of it is at risk. */
async function halfReceived(t: Test): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({
      tranches: [
        { due: '2016-05-01', amount: '500000.00' },
        { due: '2017-01-01', amount: '400000.00' },
      ],
      passDown: {
        by: '2017-03-31',
        shares: [
          { district: EAST, amount: '600000.00' },
          { district: WEST, amount: '300000.00' },
        ],
      },
    }),
  );
  await ledger.post('county-finance', 'GrantTrancheReceived', {
    effective: '2016-05-01',
    grant: 'dfg',
    amount: '500000.00',
    bankReference: 'DFG',
  });
  await ledger.post('county-finance', 'GrantPutAtRisk', recovery('100000.00', { effective: '2016-09-01' }));
  return ledger;
}

const refused = (name: string, data: object, rule: Refused['rule'], type = 'GrantRecovered'): Refused => ({
  name,
  officer: 'county-finance',
  act: 'post',
  type,
  data: data as Refused['data'],
  rule,
});

t.test('what was received of a grant is taken back, and the grant falls by it', async (t) => {
  const ledger = await halfReceived(t);
  await refusals(t, ledger, FUND, [
    refused('no more than was received', recovery('500000.01'), 'more_than_received'),
    refused('on that day', recovery('1.00', { effective: '2016-04-30' }), 'more_than_received'),
    refused('nor than was determined', recovery('900000.01'), 'more_than_determined'),
    refused('of a grant that is there', recovery('1.00', { grant: 'none' }), 'reference_unknown'),
    { ...refused('by its holder', recovery('1.00'), 'wrong_partner'), officer: 'east-district-finance' },
  ]);
  const done = await ledger.post('county-finance', 'GrantRecovered', recovery('150000.00'));
  t.equal(done.outcome.events[0]?.sentence, '£150,000.00 of the grant "dfg" was recovered: conditions were not met');
  const county = async (on: string) =>
    (await asked(ledger, 'partner-position', { partner: COUNTY, on }))['total'] as Record<string, string>;
  t.match(await county('2016-09-30'), { agreed: '900000.00', received: '500000.00', due: '500000.00' });
  t.match(await county(DAY), {
    agreed: '750000.00',
    received: '350000.00',
    due: '350000.00',
    overdue: '0.00',
    atRisk: '0.00',
    held: '350000.00',
  });
  t.match(await county('2017-01-01'), { due: '750000.00' }, 'the tranche to come is still to come');
  t.match((await asked(ledger, 'pass-down', { on: DAY }))['grants'], [
    { districts: [{ district: EAST, share: '500000.00' }, { share: '250000.00' }] },
  ]);
  t.match(await asked(ledger, 'gap', { on: DAY }), { funded: '750000.00' });

  await ledger.post('county-finance', 'FactReversed', {
    effective: DAY,
    reverses: done.outcome.revision,
    reason: 'they gave in',
  });
  t.match(await county('2017-03-31'), { agreed: '900000.00', received: '500000.00', due: '900000.00' });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('what came before its tranche was due and is taken back comes off the tranches to come', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-07-01T09:00:00Z');
  const tranches = [
    { due: '2016-06-01', amount: '600.00' },
    { due: '2016-09-01', amount: '300.00' },
  ];
  await ledger.post('county-finance', 'GrantDetermined', grant({ amount: '900.00', tranches }));
  await ledger.post('county-finance', 'GrantTrancheReceived', {
    effective: '2016-04-20',
    grant: 'dfg',
    amount: '800.00',
    bankReference: 'DFG',
  });
  const taken = (effective: string, amount: string) =>
    ledger.post('county-finance', 'GrantRecovered', recovery(amount, { effective }));
  const all = async () => {
    const days = ['2016-05-31', '2016-06-01', '2016-06-10', '2016-07-01', '2016-08-31', '2016-09-01'];
    const found = [];
    for (const on of days) {
      const { total } = await asked<{ total: Record<string, string> }>(ledger, 'position', { on });
      const { overdue } = await asked(ledger, 'instalments', { on });
      t.equal(overdue, total['overdue'], 'instalments and position agree');
      t.equal((await asked(ledger, 'memorandum', { on }))['grossFunding'], total['agreed']);
      found.push(`${total['due']} of ${total['agreed']}`);
    }
    return found.join(', ');
  };
  t.equal(
    await all(),
    '0.00 of 900.00, 600.00 of 900.00, 600.00 of 900.00, 600.00 of 900.00, 600.00 of 900.00, 900.00 of 900.00',
  );
  await taken('2016-05-10', '100.00');
  t.equal(
    await all(),
    '0.00 of 800.00, 500.00 of 800.00, 500.00 of 800.00, 500.00 of 800.00, 500.00 of 800.00, 800.00 of 800.00',
  );
  await taken('2016-07-01', '550.00');
  t.equal(
    await all(),
    '0.00 of 800.00, 500.00 of 800.00, 500.00 of 800.00, 0.00 of 250.00, 0.00 of 250.00, 250.00 of 250.00',
  );
  const back = await taken('2016-06-10', '120.00');
  t.equal(
    await all(),
    '0.00 of 800.00, 500.00 of 800.00, 380.00 of 680.00, 0.00 of 130.00, 0.00 of 130.00, 130.00 of 130.00',
    'recorded late, it is never below zero either',
  );
  await ledger.post('county-finance', 'FactReversed', {
    effective: '2016-06-10',
    reverses: back.outcome.revision,
    reason: 'they gave in',
  });
  t.equal(
    await all(),
    '0.00 of 800.00, 500.00 of 800.00, 500.00 of 800.00, 0.00 of 250.00, 0.00 of 250.00, 250.00 of 250.00',
  );
  t.same((await verify(ledger.store)).problems, []);
});

t.test('what was set aside is not there to be recovered, and a receipt stays while some of it was', async (t) => {
  const ledger = await halfReceived(t);
  await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', {
    effective: '2017-03-31',
    reserve: 'kept',
    source: 'DFG',
    amount: '400000.00',
    purpose: 'homes',
    toYear: '2017-18',
    minute: 'Cabinet 7',
  });
  await refusals(t, ledger, FUND, [refused('what was set aside', recovery('100000.01'), 'more_than_held')]);
  await ledger.post('county-finance', 'GrantRecovered', recovery('100000.00'));
  const receipt = (await ledger.ledger.entries(`fund-${FUND}`, Infinity)).find(
    ({ type }) => type === 'GrantTrancheReceived',
  )!;
  const back = { effective: '2016-05-01', reverses: String(receipt.revision), reason: 'bounced' };
  await refusals(t, ledger, FUND, [refused('the receipt', back, 'more_than_received', 'FactReversed')]);
});

t.test('T4 takes off what was reduced or recovered after the day of the publication, and nothing twice', async (t) => {
  const ledger = await halfReceived(t);
  const determination = { payer: COUNTY, source: 'DFG', minima: undefined };
  const { revision } = (await publish(ledger, allocation({ ...determination, amount: '900000.00' }))).outcome;
  await ledger.post('county-finance', 'GrantReduced', recovery('100000.00', { effective: '2016-08-01' }));
  await ledger.post('county-finance', 'GrantRecovered', recovery('50000.00'));
  const required = async (on: string) =>
    (await testsOf(ledger, on)).tests.find((each) => each.test === 'T4')!.rows[0]!.required;
  t.match(verdicts(await testsOf(ledger, DAY)), { T4: 'pass' });
  t.equal(await required(DAY), '750000.00');
  await publish(
    ledger,
    allocation({ ...determination, effective: '2016-08-01', amount: '800000.00', revises: revision }),
  );
  t.match(verdicts(await testsOf(ledger, '2016-08-01')), { T4: 'pass' }, 'the new publication has the cut in it');
  t.equal(await required('2016-08-01'), '800000.00');
  t.match(verdicts(await testsOf(ledger, DAY)), { T4: 'pass' });
  t.equal(await required(DAY), '750000.00', 'and not what was recovered after it');
});
