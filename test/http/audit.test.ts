import t from 'tap';
import { contribution, COUNTY, grant, line, NORTH, REGISTER_STREAM, type TestLedger } from '../support/ledger.js';
import { fund, service } from './support.js';
import { told } from '../support/told.js';

interface Signatory {
  readonly officer: string;
  readonly mandate: object | null;
}

/** The fields that these tests read from the answers. Each answer has some of them. */
interface Told {
  readonly approvals: readonly { readonly type: string; readonly by: readonly Signatory[] }[];
  readonly facts: readonly {
    readonly type: string;
    readonly daysLate: number;
    readonly closedPeriod: number | null;
    readonly reason: string | null;
    readonly amount: string;
    readonly by: readonly Signatory[];
  }[];
  readonly contributions: readonly object[];
  readonly instalments: readonly object[];
  readonly total: string & Readonly<Record<string, string>>;
  readonly overdue: string;
  readonly next: string | null;
}

/** A contribution that was countered, signed and varied; a grant; receipts; and a closed period with an adjustment. */
async function worked(ledger: TestLedger): Promise<void> {
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '3000000.00' }));
  const offered = await ledger.now('2016-03-10T09:00:00Z').done('north-ccg-finance', {
    act: 'propose',
    conditions: 'the plan is approved',
    fact: { type: 'ContributionAgreed', data: contribution({ amount: '900000.00' }) as never },
  });
  const countered = await ledger.now('2016-03-11T09:00:00Z').done('county-finance', {
    act: 'counter',
    proposal: offered.outcome.proposal!,
    fact: {
      type: 'ContributionAgreed',
      data: contribution({
        schedule: 'Schedule 2',
        instalments: [
          { due: '2016-04-10', amount: '400000.00' },
          { due: '2016-07-10', amount: '600000.00' },
        ],
      }) as never,
    },
  });
  await ledger
    .now('2016-03-12T09:00:00Z')
    .done(
      'north-ccg-chief',
      { act: 'agree', proposal: countered.outcome.proposal! },
      { evidence: [{ reference: 'Letter 7' }] },
    );
  await ledger.post('county-finance', 'GrantDetermined', grant());
  await ledger.now('2016-05-03T09:00:00Z').post('pool-manager', 'ContributionReceived', {
    effective: '2016-04-20',
    contribution: 'north-extra',
    amount: '500000.00',
    bankReference: 'BACS 1',
  });
  const closing = await ledger.done('pool-manager', {
    act: 'propose',
    fact: { type: 'PeriodClosed', data: { effective: '2016-04-30', period: 1 } as never },
  });
  await ledger.done('county-chief', { act: 'agree', proposal: closing.outcome.proposal! });
  const adjusting = await ledger.now('2016-06-01T09:00:00Z').done('pool-manager', {
    act: 'propose',
    adjustment: { reason: 'A second receipt was missed' },
    fact: {
      type: 'ContributionReceived',
      data: {
        effective: '2016-04-21',
        contribution: 'north-extra',
        amount: '50000.00',
        bankReference: 'BACS 2',
      } as never,
    },
  });
  await ledger.done('county-chief', { act: 'agree', proposal: adjusting.outcome.proposal! });
}

t.test('who approved each fact is told with the mandate that each held on that day', async (t) => {
  const { get, ledger } = await service(t);
  await worked(ledger);
  const answer = (await get(fund('/approvals'))).json<Told>();
  const agreed = answer.approvals.find((each) => each.type === 'ContributionAgreed');
  t.match(agreed, {
    recordedAt: '2016-03-12T09:00:00.000Z',
    conditions: null,
    by: [
      { officer: 'county-finance', partner: COUNTY, act: 'proposed', on: '2016-03-11' },
      { officer: 'north-ccg-chief', partner: NORTH, act: 'signed', on: '2016-03-12', role: 'chief-finance-officer' },
    ],
    evidence: ['Letter 7'],
  });
  t.strictSame(agreed?.by[1]?.mandate, { from: '2016-01-01', until: null, limit: null });
  t.match(
    answer.approvals.find((each) => each.type === 'PlanLineSet')?.by,
    [{ officer: 'pool-manager', act: 'posted', mandate: { from: '2016-01-01' } }],
    'a fact that needs no signature was posted by one officer',
  );
  t.strictSame(
    answer.approvals.filter((each) => each.type.startsWith('Proposal')),
    [],
    'the steps of proposals are told with the fact that they led to',
  );
});

t.test('a mandate that was ended from a day gone by no longer bears what was done under it', async (t) => {
  const { get, ledger } = await service(t);
  await worked(ledger);
  await ledger
    .now('2016-06-02T09:00:00Z')
    .post(
      'county-chief',
      'MandateEnded',
      { effective: '2016-03-10', officer: 'county-finance', partner: COUNTY, role: 'finance-officer', reason: 'Left' },
      REGISTER_STREAM,
    );
  const then = (await get(fund('/approvals?known-at=2016-06-01'))).json<Told>();
  const mandates = then.approvals.flatMap(({ by }) => by.map(({ mandate }) => mandate));
  t.ok(
    mandates.length > 1 && mandates.every((mandate) => mandate !== null),
    'by what was known then, everybody was mandated',
  );
  const now = (await get(fund('/approvals'))).json<Told>();
  t.strictSame(
    now.approvals.filter(({ by }) => by.some(({ mandate }) => mandate === null)).map(({ type }) => type),
    ['ContributionAgreed', 'GrantDetermined'],
  );
  const table = (await get(fund('/approvals'), 'auditor', { accept: 'text/csv' })).body;
  t.match(
    table,
    'proposed by county-finance (county, finance-officer) on 2016-03-11, NOT MANDATED; signed by north-ccg-chief (north-ccg, chief-finance-officer) on 2016-03-12, mandated from 2016-01-01',
  );
});

t.test('a mandate’s last day and its limit are told', async (t) => {
  const { get, ledger } = await service(t);
  await ledger.signed(
    'county-chief',
    'county-finance',
    'OfficerMandated',
    {
      effective: '2016-03-01',
      until: '2016-03-31',
      officer: 'temp',
      partner: COUNTY,
      role: 'pool-manager',
      limit: '99.00',
    },
    REGISTER_STREAM,
  );
  await ledger.post('temp', 'PlanLineSet', line({ amount: '98.00' }));
  t.strictSame((await get(fund('/approvals'))).json<Told>().approvals.at(-1)?.by[0]?.mandate, {
    from: '2016-03-01',
    until: '2016-03-31',
    limit: '99.00',
  });
  t.match(
    (await get(fund('/approvals'), 'auditor', { accept: 'text/csv' })).body,
    'posted by temp (county, pool-manager) on 2016-03-01, mandated from 2016-03-01 to 2016-03-31, up to £99.00',
  );
});

t.test('approvals are given page by page', async (t) => {
  const { get, ledger } = await service(t);
  await worked(ledger);
  const all = (await get(fund('/approvals'))).json<Told>();
  t.equal(all.next, null);
  const first = (await get(fund('/approvals?limit=2'))).json<Told>();
  t.equal(first.approvals.length, 2);
  const rest = (await get(fund(`/approvals?after=${first.next}`))).json<Told>();
  t.strictSame([...first.approvals, ...rest.approvals], all.approvals);
});

t.test('what was recorded late is told, with the reason where its period had been closed', async (t) => {
  const { get, ledger } = await service(t);
  await worked(ledger);
  const { facts } = (await get(fund('/late'))).json<Told>();
  t.match(
    facts.map((each: Record<string, unknown>) => [
      each['type'],
      each['daysLate'],
      each['closedPeriod'],
      each['reason'],
    ]),
    [
      ['ContributionReceived', 13, null, null],
      ['ContributionReceived', 41, 1, 'A second receipt was missed'],
    ],
  );
  t.equal((await get(fund('/late?days=14'))).json<Told>().facts.length, 1, 'only what is so many days late');
  t.equal((await get(fund('/late?known-at=2016-05-02'))).json<Told>().facts.length, 0, 'by what was known then');
  t.match((await get(fund('/late'), 'auditor', { accept: 'text/csv' })).body, ',41,P1,');
  t.match((await get(fund('/late?days=0'))).json<Told>(), { status: 400 });
});

t.test('a day before the fund’s year is in its first period, which may have been closed', async (t) => {
  const { get, ledger } = await service(t);
  await worked(ledger);
  const early = await ledger.done('pool-manager', {
    act: 'propose',
    adjustment: { reason: 'Paid before the year began' },
    fact: {
      type: 'ContributionReceived',
      data: { effective: '2016-03-30', contribution: 'north-extra', amount: '1.00', bankReference: 'BACS 0' } as never,
    },
  });
  await ledger.done('county-chief', { act: 'agree', proposal: early.outcome.proposal! });
  t.match((await get(fund('/late'))).json<Told>().facts.at(-1), {
    effective: '2016-03-30',
    closedPeriod: 1,
    daysLate: 63,
  });
});

t.test('a figure is traced to the facts that it is the sum of, their signatures and their documents', async (t) => {
  const { get, ledger } = await service(t);
  await worked(ledger);
  const position = (await get(fund(`/partners/${NORTH}/position?on=2016-04-30`))).json<Told>();
  for (const measure of ['agreed', 'due', 'received']) {
    const found = (await get(fund(`/trace?measure=${measure}&partner=${NORTH}&on=2016-04-30`))).json<Told>();
    t.equal(found.total, position.total[measure], `${measure} adds up`);
  }
  const agreed = (await get(fund(`/trace?measure=agreed&source=NHS_ADD`))).json<Told>();
  t.match(agreed.facts, [
    { item: 'north-extra', amount: '1000000.00', evidence: ['Letter 7'], by: [{ act: 'proposed' }, { act: 'signed' }] },
  ]);
  t.equal((await get(fund('/trace?measure=agreed&item=dfg'))).json<Told>().total, '900000.00');
  const table = (await get(fund('/trace?measure=agreed'), 'auditor', { accept: 'text/csv' })).body;
  t.match(table, 'Letter 7');
  t.notMatch(table, 'Total', 'a spreadsheet would add it up with its rows');
  const tabled = (await get(fund('/trace?measure=proposed'))).json<Told>();
  t.strictSame(
    tabled.facts.map(({ amount, by }) => [amount, by.length]),
    [
      ['900000.00', 0],
      ['-900000.00', 0],
      ['1000000.00', 0],
      ['-1000000.00', 0],
    ],
    'what was on the table was put there and taken off by the steps of the proposal',
  );
});

t.test('what is agreed is told with its schedule, its signatures and what changed it', async (t) => {
  const { get, ledger } = await service(t);
  await worked(ledger);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionVaried', {
    effective: '2016-07-01',
    contribution: 'north-extra',
    now: '800000.00',
    reason: 'Savings',
  });
  const answer = (await get(fund('/contributions?on=2016-07-01'))).json<Told>();
  told(t, answer, {
    total: '1700000.00',
    contributions: [
      {
        name: 'north-extra',
        kind: 'contribution',
        payer: NORTH,
        under: 'Schedule 2',
        agreed: '800000.00',
        by: [{ act: 'proposed' }, { act: 'signed', officer: 'north-ccg-chief' }],
        changes: [{ type: 'ContributionVaried', change: '-200000.00' }],
      },
      { name: 'dfg', kind: 'grant', payer: COUNTY, under: 'Test determination', agreed: '900000.00', changes: [] },
    ],
  });
  t.match((await get(fund('/contributions?on=2016-06-30'))).json<Told>(), { total: '1900000.00' }, 'before it varied');
  told(t, (await get(fund('/contributions?on=2016-03-31'))).json<Told>(), { contributions: [], total: '0.00' });
  const table = (await get(fund('/contributions?on=2016-07-01'), 'auditor', { accept: 'text/csv' })).body;
  t.match(table, /-£200,000\.00 at revision \d+/);
});

t.test('a contribution says on what condition it was agreed, and where it is under no schedule', async (t) => {
  const { get, ledger } = await service(t);
  const offered = await ledger.done('north-ccg-finance', {
    act: 'propose',
    conditions: 'the plan is approved',
    fact: { type: 'ContributionAgreed', data: contribution({ recurrent: false }) as never },
  });
  await ledger.done('county-finance', { act: 'agree', proposal: offered.outcome.proposal! });
  const { contributions } = (await get(fund('/contributions'))).json<Told>();
  t.match(contributions, [{ under: null, conditions: 'the plan is approved' }]);
  t.match((await get(fund('/contributions'), 'auditor', { accept: 'text/csv' })).body, 'NHS_ADD,one-off,,1000000.00');
});

t.test('instalments are paid oldest first, and what is due and unpaid is overdue', async (t) => {
  const { get, ledger } = await service(t);
  await worked(ledger);
  const at = async (on: string) => (await get(fund(`/instalments?on=${on}`))).json<Told>();
  t.match(await at('2016-04-30'), {
    overdue: '0.00',
    instalments: [
      { item: 'north-extra', due: '2016-04-10', amount: '400000.00', paid: '400000.00', overdue: false },
      { item: 'north-extra', due: '2016-07-10', amount: '600000.00', paid: '150000.00', overdue: false },
      { item: 'dfg', due: '2016-05-01', unpaid: '900000.00', overdue: false },
    ],
  });
  const july = await at('2016-07-10');
  t.equal(july.overdue, '1350000.00');
  t.equal(
    july.overdue,
    (await get(fund('/position?on=2016-07-10'))).json<Told>().total.overdue,
    'as the position says',
  );
  const overdue = (await get(fund('/instalments?on=2016-05-01&overdue=true'))).json<Told>();
  t.match(overdue.instalments, [{ item: 'dfg', payer: COUNTY, source: 'DFG', overdue: true }]);
  const table = (await get(fund('/instalments?on=2016-07-10'), 'auditor', { accept: 'text/csv' })).body;
  t.match(table, '2016-07-10,600000.00,150000.00,0.00,450000.00,overdue');
});

t.test('what a variation takes back after it fell due is no longer due, and is not called paid', async (t) => {
  const { get, ledger } = await service(t);
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({
      instalments: [
        { due: '2016-04-10', amount: '700000.00' },
        { due: '2016-07-10', amount: '300000.00' },
      ],
    }),
  );
  await ledger.now('2016-05-01T09:00:00Z').signed('north-ccg-finance', 'county-finance', 'ContributionVaried', {
    effective: '2016-05-01',
    contribution: 'north-extra',
    now: '500000.00',
    reason: 'Savings',
  });
  const answer = (await get(fund('/instalments?on=2016-05-01'))).json<Told>();
  t.match(answer.instalments, [{ due: '2016-04-10', paid: '0.00', noLongerDue: '200000.00', unpaid: '500000.00' }]);
  t.equal(answer.overdue, (await get(fund('/position?on=2016-05-01'))).json<Told>().total.overdue);
  t.equal((await get(fund('/instalments?on=2016-04-30'))).json<Told>().overdue, '700000.00', 'before the credit');
  const { lines } = (await get(fund(`/partners/${NORTH}/statement?on=2016-07-10`))).json<{
    lines: { on: string; what: string }[];
  }>();
  t.same(
    lines.filter(({ on }) => on === '2016-04-10' || on === '2016-07-10').map(({ what }) => what),
    [
      'An instalment of £700,000.00 fell due, under revision 3.',
      'An instalment of £300,000.00 fell due, under revision 3.',
      '£300,000.00 is due no longer, under revision 6.',
    ],
    'a statement says what fell due, and what no longer does',
  );
});

t.test('a withdrawal after everything fell due pays nothing: the newest instalments are no longer due', async (t) => {
  const { get, ledger } = await service(t);
  const instalments = ['2016-04-30', '2016-07-31', '2016-10-31', '2017-01-29'].map((due) => ({
    due,
    amount: '200000.00',
  }));
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ amount: '800000.00', instalments }),
  );
  await ledger
    .now('2017-01-30T09:00:00Z')
    .signed('north-ccg-finance', 'north-ccg-chief', 'DiscretionaryPaymentWithdrawn', {
      effective: '2017-01-30',
      payer: NORTH,
      of: { contribution: 'north-extra' },
      amount: '300000.00',
      noticeGiven: '2017-01-30',
      reason: 'saving',
    });
  const unpaid = (await get(fund('/instalments?on=2017-01-30'))).json<Told>();
  t.match(unpaid.instalments, [
    { due: '2016-04-30', paid: '0.00', noLongerDue: '0.00', unpaid: '200000.00', overdue: true },
    { due: '2016-07-31', paid: '0.00', noLongerDue: '0.00', unpaid: '200000.00', overdue: true },
    { due: '2016-10-31', paid: '0.00', noLongerDue: '100000.00', unpaid: '100000.00', overdue: true },
    { due: '2017-01-29', paid: '0.00', noLongerDue: '200000.00', unpaid: '0.00', overdue: false },
  ]);
  t.equal(unpaid.overdue, (await get(fund('/position?on=2017-01-30'))).json<Told>().total.overdue);
  await ledger.post('pool-manager', 'ContributionReceived', {
    effective: '2017-01-30',
    contribution: 'north-extra',
    amount: '450000.00',
    bankReference: 'BACS 1',
  });
  const paid = (await get(fund('/instalments?on=2017-01-30'))).json<Told>();
  t.match(paid.instalments, [
    { paid: '200000.00' },
    { paid: '200000.00' },
    { paid: '50000.00', noLongerDue: '100000.00', unpaid: '50000.00' },
    { paid: '0.00', noLongerDue: '200000.00', unpaid: '0.00' },
  ]);
});

t.test('an auditor’s questions of a fund that is not there are refused by name', async (t) => {
  const { get } = await service(t);
  for (const question of ['approvals', 'late', 'trace?measure=agreed', 'contributions', 'instalments']) {
    t.match((await get(`/v1/funds/nowhere-2016-17/${question}`)).json<Told>(), { status: 404, type: /fund_unknown/ });
  }
});
