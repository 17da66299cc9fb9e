import t, { type Test } from 'tap';
import { verify } from '../../../../src/ledger/audit/verify.js';
import { asked } from '../../../support/asking.js';
import { figureOf, MERGED, merger, registerAll, split, succeeded, type PositionText } from '../../../support/bodies.js';
import {
  contribution,
  COUNTY,
  FUND,
  grant,
  line,
  NORTH,
  openFund,
  refusals,
  SOUTH,
  type Refused,
  type TestLedger,
} from '../../../support/ledger.js';
import { openedLedger } from '../../../support/rules-alone.js';

/** Money carried in from an earlier year: whose it is, and what kind of money. */

const NEXT = 'testshire-2017-18';
const AFTER = 'testshire-2018-19';

async function threeYears(t: Test): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  await openFund(ledger, '2017-18');
  await openFund(ledger, '2018-19');
  return ledger.now('2018-06-01T09:00:00Z');
}

async function paidIn(ledger: TestLedger, payer: string, source: string, amount: string, by: string): Promise<void> {
  const name = `${payer}-${source.toLowerCase().replace('_', '-')}`;
  await ledger.signed(
    `${payer}-finance`,
    `${by}-finance`,
    'ContributionAgreed',
    contribution({ contribution: name, payer, source, amount }),
  );
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-05-01',
    contribution: name,
    amount,
    bankReference: 'BACS',
  });
}

interface Carrying {
  readonly source: string;
  readonly amount: string;
  readonly from?: string;
  readonly to?: string;
  readonly by?: string;
}

/**
 * Sets money of a source aside at the end of a year, draws it on the first day of the next, and carries it in there.
 */
async function carried(ledger: TestLedger, { source, amount, from = FUND, to = NEXT, by = COUNTY }: Carrying) {
  const reserve = `kept-${source.toLowerCase().replace('_', '-')}`;
  const year = Number(to.slice(-7, -3));
  const sign = (type: string, data: Readonly<Record<string, unknown>>) =>
    ledger.signed(`${by}-finance`, `${by}-chief`, type, data, from);
  await sign('CarryForwardApproved', {
    effective: `${year}-03-31`,
    reserve,
    source,
    amount,
    purpose: 'winter',
    toYear: to.slice(-7),
    minute: 'Cabinet 7',
  });
  await sign('ReserveDrawn', { effective: `${year}-04-01`, reserve, amount, minute: 'Cabinet 9' });
  const taken = { effective: `${year}-04-01`, carryIn: `in-${reserve}`, from, reserve, amount };
  return ledger.post(`${by}-finance`, 'CarriedForwardReceived', taken, to);
}

const figures = async (ledger: TestLedger, figure: string, fund: string, on: string) =>
  figureOf(await asked<PositionText>(ledger, 'position', { fund, on }), figure);

t.test('money carried in stands with those whose money was drawn, to the penny, year after year', async (t) => {
  const ledger = await threeYears(t);
  await paidIn(ledger, NORTH, 'NHS_ADD', '200.00', COUNTY);
  await paidIn(ledger, SOUTH, 'NHS_ADD', '100.00', COUNTY);
  const { outcome } = await carried(ledger, { source: 'NHS_ADD', amount: '100.00' });
  t.match(
    outcome.events[0]?.sentence,
    'It stands with north-ccg (£66.67), south-ccg (£33.33).',
    'and the fact says with whom',
  );
  const whose = ['north-ccg CARRY_IN 66.67', 'south-ccg CARRY_IN 33.33'];
  t.same(await figures(ledger, 'held', NEXT, '2017-04-01'), whose);
  t.same(
    await figures(ledger, 'drawn', FUND, '2017-04-01'),
    whose.map((each) => each.replace('CARRY_IN', 'NHS_ADD')),
    'as in the fund that it comes from',
  );
  t.match(await asked(ledger, 'memorandum', { fund: NEXT, on: '2018-03-31' }), {
    surplus: '100.00',
    partners: [
      { partner: COUNTY, surplus: '0.00' },
      { partner: NORTH, funding: '66.67', surplus: '66.67' },
      { partner: SOUTH, funding: '33.33', surplus: '33.33' },
    ],
    holds: true,
  });
  const back = (partner: string, amount: string) => ({
    effective: '2018-03-31',
    partner,
    source: 'CARRY_IN',
    amount,
    reason: 'year end',
  });
  await refusals(t, ledger, NEXT, [
    {
      name: 'none of it is the host’s',
      officer: 'county-finance',
      act: 'propose',
      type: 'UnderspendReturned',
      data: back(COUNTY, '0.01'),
      rule: 'more_than_held',
    },
  ]);
  await carried(ledger, { source: 'CARRY_IN', amount: '90.00', from: NEXT, to: AFTER });
  t.same(await figures(ledger, 'held', AFTER, '2018-04-01'), ['north-ccg CARRY_IN 60.00', 'south-ccg CARRY_IN 30.00']);
  await ledger.signed('north-ccg-finance', 'county-finance', 'UnderspendReturned', back(NORTH, '6.67'), NEXT);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('what is the host’s own is the host’s, and the fact says no more', async (t) => {
  const ledger = await threeYears(t);
  await paidIn(ledger, COUNTY, 'LA_ADD', '100.00', NORTH);
  await carried(ledger, { source: 'LA_ADD', amount: '40.00' });
  t.same(await figures(ledger, 'held', NEXT, '2017-04-01'), ['county CARRY_IN 40.00']);
  const [, taken] = await ledger.ledger.entries(`fund-${NEXT}`, Infinity);
  t.equal(taken!.type, 'CarriedForwardReceived');
  t.notOk('standsWith' in taken!.data);
  t.match(taken!.sentence, 'It stands with county (£40.00).');
});

t.test(
  'of bodies that have ended it stands with those that follow them, and of others than partners with the host',
  async (t) => {
    const ledger = await threeYears(t);
    await paidIn(ledger, NORTH, 'NHS_ADD', '100.00', COUNTY);
    await paidIn(ledger, COUNTY, 'LA_ADD', '90.00', NORTH);
    await ledger.signed('county-finance', 'north-ccg-finance', 'ContributionVaried', {
      effective: '2016-06-01',
      contribution: 'county-la-add',
      now: '0.00',
      reason: 'nobody pays it any more',
    });
    await succeeded(ledger, merger({ effective: '2017-04-01' }));
    await carried(ledger, { source: 'NHS_ADD', amount: '50.00' });
    t.same(await figures(ledger, 'held', NEXT, '2017-04-01'), [`${MERGED} CARRY_IN 50.00`]);
    await succeeded(ledger, split({ effective: '2017-04-01' }));
    await carried(ledger, { source: 'LA_ADD', amount: '90.00', by: 'upton-council' });
    t.same(await figures(ledger, 'held', NEXT, '2017-04-01'), [
      'downton-council CARRY_IN 30.00',
      'middleton-council CARRY_IN 30.00',
      'upton-council CARRY_IN 30.00',
      `${MERGED} CARRY_IN 50.00`,
    ]);
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('capital that is carried in stays capital, however many years later', async (t) => {
  const ledger = await threeYears(t);
  await ledger.post('county-finance', 'GrantDetermined', grant({ amount: '900.00' }));
  const tranche = { effective: '2016-05-01', grant: 'dfg', amount: '900.00', bankReference: 'DFG' };
  await ledger.post('county-finance', 'GrantTrancheReceived', tranche);
  await paidIn(ledger, NORTH, 'NHS_ADD', '100.00', COUNTY);
  for (const fund of [NEXT, AFTER]) {
    const effective = `${fund.slice(-7, -3)}-04-01`;
    const set = (name: string, source: string) =>
      ledger.post('pool-manager', 'PlanLineSet', line({ effective, line: name, source, amount: '900.00' }), fund);
    await set('works', 'CARRY_IN');
    await set('care', 'NHS_ADD');
  }
  const vired = (effective: string) => ({
    effective,
    moves: [
      { line: 'works', change: '-5.00' },
      { line: 'care', change: '5.00' },
    ],
    reason: 'pressure',
  });
  const refused = (name: string, effective: string): Refused => ({
    name,
    officer: 'county-finance',
    act: 'propose',
    type: 'BudgetVired',
    data: vired(effective),
    rule: 'capital_and_revenue',
  });
  const vire = (effective: string, fund: string) =>
    ledger.signed('county-finance', 'county-chief', 'BudgetVired', vired(effective), fund);
  await vire('2017-04-01', NEXT);
  t.pass('before any is carried in, nobody can say what it is');
  await carried(ledger, { source: 'DFG', amount: '900.00' });
  await refusals(t, ledger, NEXT, [refused('the next year', '2017-05-01')]);
  const last = await carried(ledger, { source: 'CARRY_IN', amount: '800.00', from: NEXT, to: AFTER });
  await refusals(t, ledger, AFTER, [refused('and the one after', '2018-05-01')]);
  await ledger.post(
    'county-finance',
    'FactReversed',
    { effective: '2018-04-01', reverses: last.outcome.revision, reason: 'not needed' },
    AFTER,
  );
  await vire('2018-05-01', AFTER);
  t.pass('what was taken back is of no kind');
  await carried(ledger, { source: 'NHS_ADD', amount: '100.00' });
  await vire('2017-05-01', NEXT);
  t.pass('where there is some of both, a line may be of either');
  t.same((await verify(ledger.store)).problems, []);
});
