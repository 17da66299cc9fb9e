import t from 'tap';
import { outcomesOf } from '../../src/domain/dispute/claim.js';
import { owedOn } from '../../src/domain/dispute/owed.js';
import { termsAt } from '../../src/domain/dispute/state.js';
import { dayNumber, type Day } from '../../src/domain/calendar.js';
import { moneyText } from '../../src/domain/money.js';
import { askedWhole as asked } from '../support/asking.js';
import { acts, AREA, caseNamed, DISPUTES, disputing, settle, share } from '../support/disputes.js';
import { COUNTY, emptyLedger, NORTH, REGISTER_STREAM } from '../support/ledger.js';

const ONE = { case: caseNamed('one') };

t.test('the register says how each case stands, and at what stage', async (t) => {
  const ledger = await disputing(t);
  const { raise, post, reverse } = acts(ledger);
  const adopted = { effective: '2018-10-01', protocol: 'sheffield-five-stage' };
  await ledger.signed('county-finance', 'north-ccg-finance', 'DisputeProtocolAdopted', adopted, DISPUTES);
  for (const name of ['one', 'two', 'three']) await raise(name);
  const entered = await post('county-finance', 'DisputeStageEntered', { effective: '2018-11-01', stage: 'informal' });
  await reverse(Number(entered.outcome.revision), '2018-11-01');
  await post('county-finance', 'DisputeStageEntered', { effective: '2018-11-01', stage: 'arbitration' });
  const decided = { effective: '2018-10-01', decidedOn: '2018-11-01' };
  await ledger.signed(
    'county-finance',
    'county-chief',
    'ClaimWithdrawn',
    { ...decided, case: caseNamed('two'), ground: 'no-case' },
    DISPUTES,
  );
  await ledger.signed(
    'north-ccg-finance',
    'north-ccg-chief',
    'ClaimConceded',
    { ...decided, case: caseNamed('three') },
    DISPUTES,
  );
  const { answer } = await asked(ledger, 'dispute-cases', { on: '2018-11-30', status: 'all' });
  const rows = answer['cases'] as { case: string; status: string; stage: string | null; dueBy: string | null }[];
  t.same(
    ['one', 'two', 'three'].map((name) => {
      const row = rows.find((each) => each.case === caseNamed(name))!;
      return [row.status, row.stage, row.dueBy];
    }),
    [
      ['open', 'arbitration', null],
      ['withdrawn', null, null],
      ['conceded', null, null],
    ],
  );
  const one = await asked(ledger, 'dispute-case', { ...ONE, on: '2018-11-30' });
  t.same(one.answer['stages'], [{ stage: 'arbitration', entered: '2018-11-01', dueBy: null }]);
  t.equal(one.table.rows[0]![8], '', 'nothing is decided of it');
  const three = await asked(ledger, 'dispute-case', { case: caseNamed('three'), on: '2018-11-30' });
  t.equal(three.table.rows[0]![8], '100.00%');
});

t.test('a class that an officer confirmed is carried as confirmed', async (t) => {
  const ledger = await disputing(t);
  const { raise, post } = acts(ledger);
  await raise();
  await post('county-finance', 'AccountingClassConfirmed', {
    effective: '2018-11-01',
    partner: COUNTY,
    part: 'open',
    class: 'debtor',
    reason: 'admitted in writing',
  });
  const { answer } = await asked(ledger, 'dispute-classes', { on: '2018-11-01' });
  t.match(answer['classes'], [
    { partner: COUNTY, class: 'debtor', amount: '6400.00', confirmed: '6400.00' },
    { partner: NORTH, class: 'contingent-liability', amount: '6400.00', confirmed: '0.00' },
  ]);
  const before = await asked(ledger, 'dispute-classes', { on: '2018-10-31' });
  t.match(before.answer['classes'], [{ partner: COUNTY, class: 'contingent-asset', confirmed: '0.00' }, {}]);
  const after = await asked(ledger, 'dispute-classes', { on: '2018-11-02' });
  t.match(
    after.answer['classes'],
    [{ partner: COUNTY, class: 'contingent-asset', amount: '6600.00', confirmed: '0.00' }, {}],
    'and no longer once its sum has moved',
  );
  const treated = await asked(ledger, 'dispute-treatments', { on: '2018-11-02' });
  t.match(treated.answer['treatments'], [
    { partner: COUNTY, confirmed: null, confirmedEarlier: { class: 'debtor', amount: '6400.00' } },
    { partner: NORTH, confirmed: null, confirmedEarlier: null },
  ]);
  t.same(treated.table.rows[0]!.slice(3), ['contingent-asset', '', '6600.00', 'debtor', '6400.00']);
});

t.test('what was asked as known before the register was there is refused, and not answered by nothing', async (t) => {
  const ledger = await disputing(t);
  await t.rejects(
    asked(ledger, 'disputes', { on: '2018-11-01', 'known-at': '2015-01-01' }),
    /was not in the ledger at the end of 1 January 2015/,
  );
});

t.test('a split beyond the share that is claimed says that it is more than is claimed', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise('part', { claimed: { claimant: 4_000, respondent: 6_000 } });
  const { table } = await asked(ledger, 'dispute-outcomes', { on: '2018-11-01', step: '5000' });
  t.same(
    table.rows.map((row) => [row[2], row.at(-1)]),
    [
      ['0.00%', ''],
      ['50.00%', ''],
      ['100.00%', 'more than is claimed'],
    ],
  );
});

t.test('a settlement changes no outcome before its own day', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise();
  ledger.now('2019-04-30T12:00:00Z');
  await settle(ledger, 'spring', '2019-04-30', [['one', '36400.00', '0.00']]);
  const { own } = ledger.ledger.model.stream('dispute', DISPUTES);
  const terms = termsAt(own.cases.get(caseNamed('one'))!)!;
  t.equal(moneyText(outcomesOf(terms, dayNumber('2019-04-29' as Day), [5_000]).due[0]!), '18200.00');
  t.equal(moneyText(outcomesOf(terms, dayNumber('2019-04-30' as Day), [5_000]).due[0]!), '0.00');
  t.equal(owedOn(own, caseNamed('nobody'), '2019-04-30' as Day), undefined, 'nothing is owed on an unknown case');
});

t.test('a refund that a settlement counts in is not taken back from under it', async (t) => {
  const ledger = await disputing(t);
  const { raise, signed } = acts(ledger);
  await raise();
  ledger.now('2019-04-30T12:00:00Z');
  await signed('SplitDecided', { decidedOn: '2019-04-30', split: share(6_000), by: 'panel' });
  const paid = await ledger.post(
    'north-ccg-finance',
    'RefundPaid',
    { effective: '2019-04-30', of: ONE, payer: NORTH, amount: '10000.00', bankReference: 'BACS 1' },
    DISPUTES,
  );
  await settle(ledger, 'spring', '2019-04-30', [['one', '20000.00', '16400.00']]);
  t.equal(
    await acts(ledger).refused('north-ccg-finance', 'post', 'FactReversed', {
      effective: '2019-04-30',
      reverses: paid.outcome.revision,
      reason: 'in error',
    }),
    'others_rest_on_it',
  );
});

t.test('before a ledger is opened nobody opens disputes', async (t) => {
  const ledger = await emptyLedger(t);
  const data = { effective: '2016-04-01', area: AREA, partners: [COUNTY, NORTH] } as never;
  t.equal(
    await ledger.refused('pool-manager', { act: 'post', fact: { type: 'DisputesOpened', data } }, { in: DISPUTES }),
    'not_mandated',
  );
});

t.test(
  'with nothing open and nothing decided, a case is settled where it was, and open where its care is still to come',
  async (t) => {
    const ledger = await disputing(t);
    await acts(ledger).raise();
    await acts(ledger).raise('ahead', { effective: '2019-12-01', until: undefined });
    ledger.now('2019-04-30T12:00:00Z');
    await settle(ledger, 'spring', '2019-04-30', [['one', '36400.00', '0.00', { closes: false }]]);
    const status = async (name: string, on: string) =>
      (await asked(ledger, 'dispute-case', { case: caseNamed(name), on })).answer['status'];
    t.equal(await status('one', '2019-04-30'), 'settled');
    t.equal(await status('one', '2019-04-29'), 'open');
    t.equal(await status('ahead', '2019-04-30'), 'open');
  },
);

t.test('an officer with a limit can counter what moves no sum', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise();
  await ledger.signed(
    'north-ccg-chief',
    'north-ccg-finance',
    'OfficerMandated',
    { effective: '2018-10-01', officer: 'junior', partner: NORTH, role: 'finance-officer', limit: '1.00' },
    REGISTER_STREAM,
  );
  const fact = (respondent: number) => ({
    type: 'InterimFundingAgreed',
    data: { ...ONE, effective: '2018-11-01', interim: share(respondent) } as never,
  });
  const offered = await ledger.done('county-finance', { act: 'propose', fact: fact(5_000) }, { in: DISPUTES });
  const proposal = offered.outcome.proposal!;
  const countered = await ledger.done('junior', { act: 'counter', proposal, fact: fact(2_000) }, { in: DISPUTES });
  t.match(countered.outcome.events[0]!.sentence, 'countered');
});
