import t from 'tap';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { SEES_ALL } from '../../src/ledger/questions/question.js';
import { contribution, EAST, FUND, grant, line, NORTH, openFund, WEST, type TestLedger } from '../support/ledger.js';
import { fund, service } from './support.js';
import { told } from '../support/told.js';

/** A fund with something of everything, recorded over March and April 2016. */
async function filled(ledger: TestLedger): Promise<void> {
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '3000000.00' }));
  await ledger
    .now('2016-03-10T09:00:00Z')
    .signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const shares = [
    { district: EAST, amount: '400000.00' },
    { district: WEST, amount: '500000.00' },
  ];
  await ledger
    .now('2016-03-20T09:00:00Z')
    .post('county-finance', 'GrantDetermined', grant({ recurrent: false, passDown: { by: '2016-06-30', shares } }));
  await ledger.signed('county-finance', 'east-district-finance', 'GrantPassedDown', {
    effective: '2016-04-01',
    grant: 'dfg',
    district: EAST,
    amount: '400000.00',
  });
  await ledger.now('2016-04-10T09:00:00Z').post('county-finance', 'ContributionReceived', {
    effective: '2016-04-08',
    contribution: 'north-extra',
    amount: '250000.00',
    bankReference: '=BACS(1)',
  });
  await ledger.done(
    'county-finance',
    {
      act: 'post',
      fact: {
        type: 'GapStated',
        data: {
          effective: '2016-04-01',
          claimant: 'Press, "local"',
          statedOn: '2016-04-09',
          amount: '2000000.00',
          basis: 'a report',
        } as never,
      },
    },
    { evidence: [{ reference: 'Newspaper of 9 April 2016' }] },
  );
}

t.test('the three questions: now; history as best known; history as known then', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  const now = await get(fund('/gap'));
  t.match(now.json(), {
    fund: FUND,
    on: '2016-04-10',
    knownAt: '2016-04-10T09:00:00.000Z',
    ledger: { size: 16, position: await ledger.position(16) },
    requirement: '3000000.00',
    funded: '1900000.00',
    gap: '1100000.00',
    soft: '0.00',
    hard: '1100000.00',
    recurrentGap: '2000000.00',
    fundedBy: [
      { partner: 'county', source: 'DFG', recurrent: '0.00', oneOff: '900000.00' },
      { partner: NORTH, source: 'NHS_ADD', recurrent: '1000000.00', oneOff: '0.00' },
    ],
    stated: [
      {
        amount: '2000000.00',
        claimant: 'Press, "local"',
        statedOn: '2016-04-09',
        evidence: ['Newspaper of 9 April 2016'],
      },
    ],
  });
  t.match((await get(fund('/gap?on=2016-03-31'))).json(), {
    on: '2016-03-31',
    outsideYear: true,
    requirement: '0.00',
  });
  t.equal(now.json<{ outsideYear?: boolean }>().outsideYear, undefined);
  told(t, (await get(fund('/gap?on=2016-04-01&known-at=2016-03-09'))).json(), {
    knownAt: '2016-03-09T23:59:59.999Z',
    ledger: { size: 7 },
    funded: '0.00',
    hard: '3000000.00',
    stated: [],
  });
  t.match((await get(fund('/gap?known-at=2016-03-10T09:00:00Z'))).json(), { funded: '1000000.00' });
  t.match(
    (await get(fund('/gap?known-at=2015-01-01'))).json(),
    { status: 404, code: 'not_known_then', detail: /not in the ledger at the end of 1 January 2015 \(London\)/ },
    'what nobody knew of has no figures, not even of nothing',
  );
});

t.test('today outside the fund’s year means its nearest day', async (t) => {
  const { get, ledger } = await service(t);
  t.match((await get(fund('/gap'))).json(), { on: '2016-04-01' });
  ledger.now('2020-01-01T00:00:00Z');
  t.match((await get(fund('/gap'))).json(), { on: '2017-03-31' });
});

t.test('a position is by partner and source, and totals', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  const { partners, total } = (await get(fund('/position?on=2016-05-01'))).json<{
    partners: { partner: string; name: string; sources: unknown[] }[];
    total: unknown;
  }>();
  t.match(
    partners.find((each) => each.partner === NORTH),
    {
      name: 'NHS North CCG',
      sources: [
        {
          source: 'NHS_ADD',
          figures: { agreed: '1000000.00', received: '250000.00', outstanding: '750000.00', overdue: '750000.00' },
        },
      ],
    },
  );
  t.match(total, { agreed: '1900000.00', received: '250000.00', overdue: '1650000.00' });
  t.match((await get(fund(`/partners/${NORTH}/position`))).json(), { partner: NORTH, total: { agreed: '1000000.00' } });
  t.match((await get(fund('/partners/nobody/position'))).json(), { status: 404, code: 'name_unknown' });
  t.match((await get(fund('/partners/nobody/statement'))).json(), { code: 'name_unknown' });
});

t.test('a statement runs from an opening to a closing', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  t.match((await get(fund(`/partners/${NORTH}/statement?on=2016-04-30`))).json(), {
    opening: '0.00',
    lines: [
      {
        on: '2016-04-01',
        agreed: '1000000.00',
        due: '1000000.00',
        received: '0.00',
        outstanding: '1000000.00',
        type: 'ContributionAgreed',
      },
      {
        on: '2016-04-08',
        agreed: '0.00',
        received: '250000.00',
        outstanding: '750000.00',
        sentence: /received £250,000.00/,
      },
    ],
    closing: '750000.00',
  });
  t.match((await get(fund(`/partners/${NORTH}/statement?from=2016-04-02&on=2016-04-30`))).json(), {
    opening: '1000000.00',
    closing: '750000.00',
  });
});

t.test('a comparison names the facts that explain the change', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  const answer = (
    await get(fund('/compare?from-on=2016-04-01&from-known-at=2016-03-09&to-on=2016-04-01&to-known-at=2016-04-30'))
  ).json<{ movers: unknown[] }>();
  t.match(answer, { change: { funded: '1900000.00', hard: '-1900000.00' }, movers: [{ by: 'knowledge' }] });
  t.equal(answer.movers.length, 4, 'an offer, its signature, what was agreed, and the grant');
  t.match((await get(fund('/compare?from-on=2016-03-31&to-on=2016-04-01'))).json(), {
    movers: [{ by: 'day', type: 'PlanLineSet', changes: { requirement: '3000000.00' } }, {}, {}],
  });
  t.match((await get('/v1/funds/nowhere-2016-17/compare')).json(), { code: 'fund_unknown' });
  t.match((await get(fund('/compare?from-known-at=2015-01-01'))).json(), { code: 'not_known_then' });
  t.match((await get(fund('/compare?to-known-at=2015-01-01'))).json(), { code: 'not_known_then' });
});

t.test('the gap has a history along either date', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  t.match((await get(fund('/gap/history?on=2016-04-01'))).json(), {
    along: 'knowledge',
    points: [
      { at: '2016-03-01T09:00:00.000Z', gap: '3000000.00' },
      { at: '2016-03-10T09:00:00.000Z', gap: '2000000.00' },
      { at: '2016-03-20T09:00:00.000Z', gap: '1100000.00' },
    ],
  });
  t.match((await get(fund('/gap/history?along=days'))).json(), { points: [{ at: '2016-04-01', gap: '1100000.00' }] });
});

t.test('the plan, and what is passed down, stand at two dates', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  await ledger.post(
    'pool-manager',
    'PlanLineSet',
    line({ line: 'efficiency', category: 'saving', amount: '100.00', recurrent: false }),
  );
  t.match((await get(fund('/plan'))).json(), {
    requirement: '2999900.00',
    lines: [
      { line: 'home-care', effect: 'adds', amount: '3000000.00' },
      { line: 'efficiency', effect: 'reduces', amount: '100.00' },
    ],
  });
  t.match((await get(fund('/pass-down?on=2016-06-30'))).json(), {
    grants: [
      {
        grant: 'dfg',
        inFull: false,
        share: '900000.00',
        passedDown: '400000.00',
        shortfall: '500000.00',
        districts: [
          { district: EAST, shortfall: '0.00' },
          { district: WEST, shortfall: '500000.00' },
        ],
      },
    ],
  });
});

t.test('a timeline is read page by page, in the order of recording', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  const seen: string[] = [];
  let after = '';
  for (let pages = 0; pages < 10; pages++) {
    const page = (await get(fund(`/timeline?limit=3${after}`))).json<{
      entries: { revision: string }[];
      next: string | null;
    }>();
    seen.push(...page.entries.map((each) => each.revision));
    if (page.next === null) break;
    after = `&after=${page.next}`;
  }
  t.same(
    seen,
    Array.from({ length: 11 }, (_, index) => String(index)),
  );
  t.equal(
    (await get(fund('/timeline?known-at=2016-03-01T09:00:00Z'))).json<{ entries: unknown[] }>().entries.length,
    2,
  );
  t.match((await get('/v1/register/timeline')).json(), {
    entries: [{ type: 'LedgerOpened' }, {}, {}, {}, {}],
    next: null,
  });
  t.match((await get('/v1/funds/nowhere-2016-17/timeline')).json(), { code: 'fund_unknown' });
  t.match((await get(fund('/timeline?limit=0'))).json(), { code: 'fields_invalid' });
  t.match((await get(fund('/timeline?after=x'))).json(), { errors: [{ pointer: '/query/after' }] });
});

t.test('a reversed claim is gone from the day and knowledge of its reversal on', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  await ledger
    .now('2016-05-01T09:00:00Z')
    .post('county-finance', 'FactReversed', { effective: '2016-04-15', reverses: '10', reason: 'misread' });
  t.match((await get(fund('/gap?on=2016-04-14'))).json(), { stated: [{ amount: '2000000.00' }] });
  t.match((await get(fund('/gap?on=2016-04-15'))).json<{ stated: unknown[] }>().stated, []);
  t.match((await get(fund('/gap?on=2016-04-15&known-at=2016-04-30'))).json(), { stated: [{ amount: '2000000.00' }] });
});

t.test('what is asked badly is refused in words', async (t) => {
  const { get } = await service(t);
  for (const [query, pointer] of [
    ['on=2017-02-30', '/query/on'],
    ['on=yesterday', '/query/on'],
    ['known-at=2016-06-31', '/query/known-at'],
    ['known-at=2016-06-30T12:00:00%2B01:00', '/query/known-at'],
    ['colour=red', '/query/colour'],
    ['format=xml', '/query/format'],
    ['on=2016-04-01&on=2016-05-01', '/query/on'],
  ]) {
    const response = await get(fund(`/gap?${query}`));
    t.match(response.json(), { status: 400, code: 'fields_invalid', errors: [{ pointer }] }, query ?? '');
  }
  t.match((await get('/v1/funds/nowhere-2016-17/gap')).json(), { status: 404, code: 'fund_unknown' });
  t.match((await get('/v1/nothing')).json(), { status: 404, code: 'not_found' });
});

t.test('every question about a fund that is not there says so', async (t) => {
  const { get } = await service(t);
  for (const { path } of QUERIES.filter((each) => each.path.includes('{fund}'))) {
    const address = path
      .replace('{fund}', 'nowhere-2016-17')
      .replace('{partner}', NORTH)
      .replace('{return}', 'nothing')
      .replace('{officer}', 'county-finance')
      .replace('{choices}', 'partner')
      .replace('{revision}', '0')
      .replace('{proposal}', '00000000-0000-4000-8000-000000000000');
    t.match((await get(`/v1${address}`)).json(), { status: 404, code: 'fund_unknown' }, path);
  }
});

t.test('tables hold what the answers hold', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-04-02',
    contribution: 'north-extra',
    amount: '1.00',
    bankReference: 'late',
  });
  await ledger.signed(
    'south-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ contribution: 's', payer: 'south-ccg', recurrent: false, amount: '5.00' }),
  );
  await ledger.signed(
    'south-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ contribution: 's2', payer: 'south-ccg', amount: '7.00' }),
  );
  await ledger.post(
    'pool-manager',
    'PlanLineSet',
    line({ line: 'efficiency', category: 'saving', amount: '9.00', recurrent: false }),
  );
  const table = async (path: string) => (await get(fund(path), 'auditor', { accept: 'text/csv' })).body;
  t.match(
    await table('/gap'),
    /"funded, NHS_ADD, recurrent",7.00,NHS South CCG[\s\S]*"funded, NHS_ADD, one-off",5.00,NHS South CCG/,
  );
  t.match(await table('/plan'), /efficiency,Home care,saving,NHS_ADD,one-off,-9.00/);
  t.match(await table('/compare?from-on=2016-03-31&to-on=2016-04-01'), /Plan line ""home-care""/);
  const statement = await table(`/partners/${NORTH}/statement?on=2016-04-30`);
  t.ok(statement.indexOf('2016-04-02') < statement.indexOf('2016-04-08'), 'in the order of effect, not of recording');
  ledger.now('2016-05-01T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
  t.match(await table(''), /,P1,/);
});

t.test('every question that makes a table answers as CSV, safe to open in a spreadsheet', async (t) => {
  const { get, ledger } = await service(t);
  await filled(ledger);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution({ contribution: 'more' }) as never },
  });
  const mandate = await ledger.done(
    'county-chief',
    {
      act: 'propose',
      fact: {
        type: 'OfficerMandated',
        data: { effective: '2016-05-01', officer: 'new', partner: 'county', role: 'auditor' } as never,
      },
    },
    { in: 'register' },
  );
  ledger.now('2016-07-04T09:00:00Z');
  const q1 = { effective: '2016-07-04', return: 'q1', kind: 'quarter-1', on: '2016-06-30' };
  await ledger.post('pool-manager', 'ReturnSubmitted', q1);
  // Those of an area's disputes are asked in disputes.test.ts, where there is an area.
  for (const { path, name } of QUERIES.filter((each) => !each.path.includes('{area}'))) {
    const proposal = name.startsWith('register') ? mandate.outcome.proposal! : outcome.proposal!;
    const named = path
      .replace('{officer}', 'county-finance')
      .replace('{fund}', FUND)
      .replace('{partner}', NORTH)
      .replace('{return}', 'q1')
      .replace('{choices}', 'partner')
      .replace('{revision}', '0');
    const address = `/v1${named.replace('{proposal}', proposal).replace('{year}', '2016-17')}`;
    const json = await get(address);
    t.equal(json.statusCode, 200, address);
    const response = await get(address, 'auditor', { accept: 'text/csv' });
    t.match(response.headers['content-type'], /^text\/csv/, address);
    t.match(response.headers['content-disposition'], new RegExp(`["-]${name}(-(from-|on-|known-at-).*)?[.]csv"$`));
    t.ok(response.body.startsWith('\uFEFF'));
    const widths = new Set(
      response.body
        .trim()
        .split('\r\n')
        .map((row) => row.replace(/"(""|[^"])*"/g, '').split(',').length),
    );
    t.equal(widths.size, 1, `${name}: every row has as many cells as the head`);
  }
  const gap = await get(fund('/gap?format=csv'));
  t.match(gap.body, '"Press, ""local"""');
  t.match((await get(fund('/gap?format=json'), 'auditor', { accept: 'text/csv' })).headers['content-type'], /json/);
});

t.test('officers see the funds of their partners, and the keeper’s officers see all', async (t) => {
  const { get, post, ledger } = await service(t);
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: '2017-04-01', area: 'testshire', year: '2017-18', host: 'county', partners: ['county', NORTH] },
    'testshire-2017-18',
  );
  const seen = async (officer: string) =>
    (await get('/v1/funds', officer)).json<{ funds: { fund: string }[] }>().funds.map((each) => each.fund);
  t.same(await seen('auditor'), [FUND, 'testshire-2017-18']);
  t.same(await seen('south-ccg-finance'), [FUND]);
  t.match((await get('/v1/funds/testshire-2017-18/gap', 'south-ccg-finance')).json(), {
    status: 403,
    code: 'not_your_fund',
  });
  t.match(
    (
      await post(
        '/v1/funds/testshire-2017-18/facts',
        { fact: { type: 'PlanLineSet', data: line() } },
        'south-ccg-finance',
      )
    ).json(),
    { code: 'not_your_fund' },
  );
  t.match((await get('/v1/funds', 'stranger')).json(), { status: 403, code: 'not_mandated' });
  await openFund(ledger, '2018-19');
  t.equal((await get('/v1/funds/testshire-2018-19/gap', 'south-ccg-finance')).statusCode, 200);
});

t.test('what the program itself answers is the same for everybody, and is put together once', async (t) => {
  const { get, ledger } = await service(t);
  const sources = QUERIES.find(({ name }) => name === 'sources')!;
  const ask = () => sources.run(ledger.ledger, {}, SEES_ALL);
  const answer = (await ask()) as { readonly sources: { name: string }[] };
  t.equal(await ask(), answer);
  t.throws(() => (answer.sources[0]!.name = 'other'), TypeError);
  const [first, again] = [await get('/v1/sources'), await get('/v1/sources', 'south-ccg-finance')];
  t.equal(again.body, first.body);
  t.same(first.json(), sources.answer.parse(answer));
  t.match((await get('/v1/sources?format=csv')).body, 'code,name,duty');
});
