import t from 'tap';
import { Refusal } from '../../src/domain/rules.js';
import { asked, ask, tableOf } from '../support/asking.js';
import { BOARD, MERGED, merger, registerAll, succeeded } from '../support/bodies.js';
import { acts, AREA, caseNamed, DISPUTES, disputing } from '../support/disputes.js';
import { contribution, FUND, line, openedLedger, REGISTER_STREAM, type TestLedger } from '../support/ledger.js';

/** What waits for whom, what has fallen due, and the overview of funds. */

const offer = (ledger: TestLedger, more: Readonly<Record<string, unknown>> = {}, terms = {}) =>
  ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution(more) as never },
    ...terms,
  });

interface Tasks {
  readonly toSign: readonly { readonly proposal: string; readonly daysLeft: number | null; readonly in: string }[];
  readonly waiting: readonly { readonly proposal: string }[];
  readonly overdue: readonly object[];
  readonly mandates: readonly object[];
}

t.test('an offer waits for the officers of the other side, and its own side waits for them', async (t) => {
  const ledger = await openedLedger(t);
  const late = (await offer(ledger, { contribution: 'later' })).outcome.proposal!;
  const soon = (await offer(ledger, {}, { expires: '2016-03-10' })).outcome.proposal!;
  const county = await asked<Tasks>(ledger, 'tasks', { officer: 'county-finance' });
  t.match(county.toSign, [
    { proposal: soon, daysLeft: 10, in: FUND },
    { proposal: late, daysLeft: null },
  ]);
  t.same(county.waiting, []);
  t.match(county.mandates, [{ partner: 'county', role: 'finance-officer', limit: null }]);
  const north = await asked<Tasks>(ledger, 'tasks', { officer: 'north-ccg-chief' });
  t.same(north.toSign, []);
  t.same(
    north.waiting.map(({ proposal }) => proposal),
    [soon, late],
  );
  const auditor = await asked<Tasks>(ledger, 'tasks', { officer: 'auditor' });
  t.same(auditor.toSign, [], 'who only reads signs nothing');
  t.equal((await tableOf(ledger, 'tasks', { officer: 'county-finance' })).rows.length, 2);
});

t.test('a mandate waits for a second officer of the same partner, and not for the one who proposed it', async (t) => {
  const ledger = await openedLedger(t);
  const made = await ledger.done(
    'county-chief',
    {
      act: 'propose',
      fact: {
        type: 'OfficerMandated',
        data: { effective: '2016-03-01', officer: 'new', partner: 'county', role: 'finance-officer' } as never,
      },
    },
    { in: REGISTER_STREAM },
  );
  const waits = async (officer: string) =>
    (await asked<Tasks>(ledger, 'tasks', { officer })).toSign.map((each) => each.proposal);
  t.same(await waits('county-finance'), [made.outcome.proposal]);
  t.same(await waits('county-chief'), []);
  t.same(await waits('north-ccg-chief'), []);
});

t.test('what is overdue is told to the payer and to who holds the pool, and to nobody else', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  ledger.now('2016-05-01T09:00:00Z');
  const overdue = async (officer: string) => (await asked<Tasks>(ledger, 'tasks', { officer })).overdue;
  const found = [{ fund: FUND, partner: 'north-ccg', name: 'NHS North CCG', amount: '1000000.00' }];
  t.same(await overdue('north-ccg-finance'), found);
  t.same(await overdue('county-finance'), found);
  t.same(await overdue('south-ccg-finance'), []);
  t.match((await tableOf(ledger, 'tasks', { officer: 'county-finance' })).rows, [['overdue', FUND]]);
});

t.test('what a body that has ended left unpaid is told to those in whose place it is', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  ledger.now('2017-05-01T09:00:00Z');
  await succeeded(ledger, merger({ effective: '2017-05-01' }));
  const overdue = async (officer: string) => (await asked<Tasks>(ledger, 'tasks', { officer })).overdue;
  const found = [{ fund: FUND, partner: 'north-ccg', name: 'NHS North CCG', amount: '1000000.00' }];
  t.same(await overdue(`${MERGED}-finance`), found);
  t.same(await overdue('county-finance'), found);
  t.same(await overdue(`${BOARD}-finance`), []);
});

t.test(
  'periods that are over are to be closed by those who manage the pool for its host, one after another',
  async (t) => {
    const ledger = await openedLedger(t);
    const toClose = async (officer: string) =>
      (await asked<{ periodsToClose: object[] }>(ledger, 'tasks', { officer })).periodsToClose;
    ledger.now('2016-04-30T22:00:00Z');
    t.same(await toClose('pool-manager'), [], 'its last day is not over');
    ledger.now('2016-04-30T23:30:00Z');
    const april = [{ fund: FUND, from: 1, to: 1, since: '2016-04-30' }];
    for (const officer of ['pool-manager', 'county-chief']) t.same(await toClose(officer), april);
    for (const officer of ['auditor', 'north-ccg-chief']) t.same(await toClose(officer), [], officer);
    t.match((await tableOf(ledger, 'tasks', { officer: 'pool-manager' })).rows, [
      ['to close', FUND, 'Period 1 is over.'],
    ]);
    ledger.now('2016-07-01T09:00:00Z');
    await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { effective: '2016-04-30', period: 1 });
    t.match(await toClose('pool-manager'), [{ from: 2, to: 3, since: '2016-05-31' }]);
    t.match((await tableOf(ledger, 'tasks', { officer: 'pool-manager' })).rows, [
      ['to close', FUND, 'Periods 2 to 3 are over.'],
    ]);
  },
);

t.test('a deadline of a dispute is told to its two sides from two weeks before, and when it is over', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise();
  const deadlines = async (officer: string) =>
    (await asked<{ deadlines: object[] }>(ledger, 'tasks', { officer })).deadlines;
  t.same(await deadlines('county-finance'), [], 'it is at no stage yet');
  const stage = { effective: '2018-11-01', case: caseNamed('one'), stage: 'informal' };
  await ledger.post('north-ccg-finance', 'DisputeStageEntered', stage, DISPUTES);
  t.same(await deadlines('county-finance'), [], 'its last day is 15 days away, today among them');
  ledger.now('2018-11-02T09:00:00Z');
  t.match(await deadlines('county-finance'), [
    { area: AREA, case: caseNamed('one'), stage: 'informal', dueBy: '2018-11-15', daysLeft: 14 },
  ]);
  t.match(await deadlines('north-ccg-chief'), [{ respondentName: 'NHS North CCG' }]);
  t.same(await deadlines('south-ccg-finance'), [], 'the south group is no side of the case');
  ledger.now('2018-11-16T09:00:00Z');
  t.match(await deadlines('county-finance'), [{ daysLeft: 0 }]);
  const { rows } = await tableOf(ledger, 'tasks', { officer: 'county-finance' });
  t.match(rows, [['to close'], ['return to file'], ['deadline', AREA, /against NHS North CCG, case /]]);
});

t.test('who holds no mandate today has no tasks, and is told so', async (t) => {
  const ledger = await openedLedger(t);
  const found = await ask(ledger, 'tasks', { officer: 'stranger' });
  t.ok(found instanceof Refusal && found.rule === 'not_mandated');
});

t.test('the portfolio has a row for each fund that was known then, and the sums of each year', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await offer(ledger, { amount: '400000.00' });
  const all = await asked(ledger, 'portfolio', { on: '2016-04-01' });
  const figures = { requirement: '1000000.00', funded: '0.00', soft: '400000.00', hard: '600000.00', overdue: '0.00' };
  t.match(all, {
    on: '2016-04-01',
    funds: [
      { fund: FUND, area: 'testshire', year: '2016-17', hostName: 'Testshire County Council', waiting: 1, ...figures },
    ],
    years: [{ year: '2016-17', ...figures }],
  });
  t.match(await asked(ledger, 'portfolio'), { on: null, funds: [{ on: '2016-04-01' }] });
  t.match(await asked(ledger, 'portfolio', { 'known-at': '2016-02-01' }), { funds: [], years: [] });
  t.match(await tableOf(ledger, 'portfolio'), { rows: [[FUND]], totals: [['Total 2016-17']] });
});

t.test('a proposal that has ended says how, in its table too', async (t) => {
  const ledger = await openedLedger(t);
  const proposal = (await offer(ledger)).outcome.proposal!;
  const rows = async () => (await tableOf(ledger, 'find-proposal', { proposal })).rows.map(([what]) => what);
  t.ok((await rows()).includes('can sign for county'));
  await ledger.done('county-finance', { act: 'decline', proposal, reason: 'too little' });
  t.ok((await rows()).includes('It has ended: it was declined.'));
});

t.test('a quarter that is over is told to who files returns for the host, until its return is filed', async (t) => {
  const ledger = await openedLedger(t);
  const toFile = async (officer: string) =>
    (await asked<{ returnsToFile: object[] }>(ledger, 'tasks', { officer })).returnsToFile;
  ledger.now('2016-06-30T22:00:00Z');
  t.same(await toFile('pool-manager'), [], 'its last day is not over');
  ledger.now('2016-06-30T23:30:00Z');
  const first = [{ fund: FUND, quarters: [1], since: '2016-06-30' }];
  for (const officer of ['pool-manager', 'county-chief']) t.same(await toFile(officer), first, officer);
  for (const officer of ['auditor', 'north-ccg-chief']) t.same(await toFile(officer), [], officer);
  ledger.now('2017-04-01T09:00:00Z');
  const file = (kind: string, on: string) =>
    ledger.post('pool-manager', 'ReturnSubmitted', { effective: '2017-04-01', return: `${kind}-${on}`, kind, on });
  await file('ibcf', '2016-06-30');
  await file('quarter-2', '2016-09-30');
  await file('year-end', '2017-03-31');
  t.same(await toFile('pool-manager'), [{ fund: FUND, quarters: [1, 3], since: '2016-06-30' }]);
  const { rows } = await tableOf(ledger, 'tasks', { officer: 'pool-manager' });
  t.match(
    rows.filter(([what]) => what === 'return to file'),
    [['return to file', FUND, 'Quarters 1, 3: no return is filed.']],
  );
  await file('quarter-1', '2016-06-30');
  await file('quarter-3', '2016-12-31');
  t.same(await toFile('pool-manager'), []);
});

t.test(
  'a minimum test that fails is told to whoever may act for a partner of the fund, for as long as they can',
  async (t) => {
    const ledger = await openedLedger(t);
    const failing = async (officer: string) =>
      (await asked<{ testsFailing: object[] }>(ledger, 'tasks', { officer })).testsFailing;
    t.same(await failing('county-finance'), []);
    await ledger.post('pool-manager', 'PlanLineSet', line());
    const found = [
      {
        fund: FUND,
        on: '2016-04-01',
        test: 'T6',
        title: 'Plan lines stay within income, source by source',
        margin: '-1000000.00',
      },
    ];
    for (const officer of ['county-finance', 'north-ccg-chief', 'south-ccg-finance', 'pool-manager'])
      t.match(await failing(officer), found, officer);
    t.same(await failing('auditor'), [], 'who only reads can do nothing about it');
    const { rows } = await tableOf(ledger, 'tasks', { officer: 'county-finance' });
    t.match(rows, [
      ['test fails', FUND, 'T6: Plan lines stay within income, source by source', '', '', '', '-1000000.00'],
    ]);
    ledger.now('2018-03-31T09:00:00Z');
    t.match(await failing('county-finance'), [{ on: '2017-03-31', test: 'T6' }]);
    ledger.now('2018-04-03T09:00:00Z');
    t.same(await failing('county-finance'), [], 'its year was over a year ago');
  },
);
