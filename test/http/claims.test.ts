import fc from 'fast-check';
import t, { type Test } from 'tap';
import { GAP_FIGURES } from '../../projections/gap.js';
import { AREA, caseNamed, raised, share } from '../support/disputes.js';
import { contribution, COUNTY, EAST, grant, line, NORTH, openFund, SOUTH } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { decided, disputeService, many, PROGRAM, type DisputeService } from './disputing.js';
import { told } from '../support/told.js';

/** Open claims in a fund's figures. They stand beside what is agreed, and are never part of it. */

const YEAR = 'testshire-2018-19';
const fund = (path: string): string => `/v1/funds/${YEAR}${path}`;
const IN_YEAR = { effective: '2018-04-01' };
const pence = (text = '0.00'): number => Math.round(Number(text) * 100);

/**
 * A fund with a plan, a contribution and a grant at risk, and claims of many kinds against it: raised, revised, decided
 * back in time, conceded, settled and reversed, recorded from November 2018 to June 2019.
 */
async function claimed(t: Test): Promise<DisputeService> {
  const made = await disputeService(t);
  const { ledger, recorded, signed } = made;
  await openFund(ledger, '2018-19');
  await ledger.post('pool-manager', 'PlanLineSet', line({ ...IN_YEAR, amount: '3000000.00' }), YEAR);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution(IN_YEAR), YEAR);
  await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({ ...IN_YEAR, tranches: [{ due: '2018-05-01', amount: '900000.00' }] }),
    YEAR,
  );
  await ledger.post(
    'county-finance',
    'GrantPutAtRisk',
    { effective: '2018-10-10', grant: 'dfg', amount: '11000.00', cause: 'missed targets' },
    YEAR,
  );
  await many(ledger, 'plain', 2);
  ledger.now('2018-12-03T09:00:00Z');
  await many(ledger, 'old', 1, { effective: '2018-02-05', until: undefined });
  await many(
    ledger,
    'theirs',
    1,
    { claimant: [{ from: '2018-10-01', partner: NORTH }], respondent: [{ from: '2018-10-01', partner: COUNTY }] },
    'north-ccg-finance',
  );
  await recorded('county-finance', 'ClaimRevised', {
    effective: '2019-01-14',
    case: caseNamed('plain-0'),
    costs: [{ from: '2019-01-14', weekly: '1401.37' }],
    respondent: SOUTH,
  });
  ledger.now('2019-03-20T09:00:00Z');
  await signed(
    'county-finance',
    'north-ccg-finance',
    'SplitDecided',
    decided('plain-1', 6_000, { decidedOn: '2019-03-15' }),
  );
  await signed('county-finance', 'north-ccg-finance', 'InterimFundingAgreed', {
    effective: '2019-02-01',
    case: caseNamed('old-0'),
    interim: share(2_500),
  });
  await ledger.post(
    'pool-manager',
    'PlanLineSet',
    line({ effective: '2019-01-01', line: 'more', amount: '7.00' }),
    YEAR,
  );
  ledger.now('2019-06-03T09:00:00Z');
  await signed('county-finance', 'county-chief', 'ClaimConceded', {
    effective: '2018-10-01',
    case: caseNamed('theirs-0'),
    decidedOn: '2019-06-01',
  });
  await signed('county-finance', 'north-ccg-finance', 'DisputeSettled', {
    effective: '2019-03-25',
    settlement: 'part',
    lines: [
      { case: caseNamed('old-0'), agreed: '10000.01', abandoned: '2000.00', through: '2019-02-28', closes: false },
    ],
  });
  const split = decided('plain-0', 0, { effective: '2019-03-01', decidedOn: '2019-06-01' });
  const { revision } = (await signed('south-ccg-finance', 'county-finance', 'SplitDecided', split)).json<{
    revision: string;
  }>();
  ledger.now('2019-06-10T09:00:00Z');
  await signed('county-finance', 'south-ccg-finance', 'FactReversed', {
    effective: '2019-03-01',
    reverses: revision,
    reason: 'another panel',
  });
  return made;
}

t.test('a claim stands beside what is agreed in each partner’s position, and never inside it', async (t) => {
  const { get, ledger, recorded } = await disputeService(t);
  await openFund(ledger, '2018-19');
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution(IN_YEAR), YEAR);
  interface Position {
    partners: { partner: string; total: object; inDispute: object }[];
    total: object;
    inDispute: object;
  }
  const position = async () => (await get(fund('/position?on=2019-03-31'))).json<Position>();
  const before = await position();
  t.match(before.inDispute, { claimedBy: '0.00', claimedAgainst: '0.00' });
  await recorded('county-finance', 'DisputeRaised', raised());
  const after = await position();
  t.same(after.total, before.total, 'agreed, proposed, due, received: all as they were');
  t.same(
    after.partners.map((each) => each.total),
    before.partners.map((each) => each.total),
  );
  t.same(after.inDispute, { claimedBy: '36400.00', claimedAgainst: '36400.00' });
  const of = (partner: string) => after.partners.find((each) => each.partner === partner)?.inDispute;
  t.same(of(COUNTY), { claimedBy: '36400.00', claimedAgainst: '0.00' });
  t.same(of(NORTH), { claimedBy: '0.00', claimedAgainst: '36400.00' });
  t.same(of(EAST), { claimedBy: '0.00', claimedAgainst: '0.00' });
  t.match((await get(fund(`/partners/${NORTH}/position?on=2019-03-31`))).json(), {
    total: { agreed: '1000000.00' },
    inDispute: { claimedAgainst: '36400.00' },
  });
  const csv = (await get(fund('/position?on=2019-03-31&format=csv'))).body;
  t.match(csv, /^\uFEFFpartner,source,.*,claimedBy,claimedAgainst\r\n/);
  t.match(csv, /Testshire County Council,in dispute,,+36400.00,0.00\r\n/);
  t.match(csv, /NHS North CCG,in dispute,,+0.00,36400.00\r\n/);
  t.notMatch(csv, /East District Council,in dispute/);
  t.notMatch(csv, 'Total', 'a spreadsheet would add it up with its rows');
});

t.test('the exposure of a fund is what is at risk and what is claimed, and the gap is without either', async (t) => {
  const { get } = await claimed(t);
  for (const on of ['2018-10-09', '2018-10-10', '2018-12-31', '2019-03-24', '2019-03-31']) {
    for (const known of ['2018-11-30', '2018-12-31', '2019-05-31', '2019-06-30']) {
      const query = `?on=${on}&known-at=${known}`;
      const gap = (await get(fund(`/gap${query}`))).json<Record<string, string>>();
      t.equal(pence(gap['exposure']), pence(gap['atRisk']) + pence(gap['openClaims']), query);
      t.equal(pence(gap['gap']), pence(gap['requirement']) - pence(gap['funded']));
      t.equal(pence(gap['gap']), pence(gap['soft']) + pence(gap['hard']));
      const { inDispute, partners } = (await get(fund(`/position${query}`))).json<{
        inDispute: Record<string, string>;
        partners: { inDispute: Record<string, string> }[];
      }>();
      t.equal(inDispute['claimedBy'], gap['openClaims'], 'the position and the gap say the same');
      for (const side of ['claimedBy', 'claimedAgainst']) {
        const sum = partners.reduce((all, each) => all + pence(each.inDispute[side]), 0);
        t.equal(sum, pence(gap['openClaims']), `${side} of all partners ${query}`);
      }
    }
  }
  t.match(
    (await get(fund('/gap?on=2018-12-31&known-at=2018-10-31'))).json(),
    { code: 'not_known_then' },
    'nobody knew of the fund',
  );
  t.match((await get(fund('/gap?on=2018-12-31&known-at=2018-11-30'))).json(), {
    atRisk: '11000.00',
    openClaims: '36800.00',
    exposure: '47800.00',
  });
  const csv = (await get(fund('/gap?on=2018-12-31&known-at=2018-11-30&format=csv'))).body;
  t.match(csv, /openClaims,36800.00,,\r\nexposure,47800.00,,\r\n/);
});

t.test('a claim falls into the fund of the year of its days', async (t) => {
  const { get, ledger } = await disputeService(t);
  for (const year of ['2017-18', '2018-19', '2019-20']) await openFund(ledger, year);
  await many(ledger, 'old', 1, { effective: '2018-03-18', until: '2019-04-13' });
  ledger.now('2020-01-01T00:00:00Z');
  const open = async (year: string) =>
    (await get(`/v1/funds/testshire-${year}/gap`)).json<{ openClaims: string }>().openClaims;
  t.equal(await open('2017-18'), '2800.00', 'two weeks');
  t.equal(await open('2018-19'), '73000.00', '365 days');
  t.equal(await open('2019-20'), '2600.00', 'thirteen days');
  t.match((await get(`/v1/areas/${AREA}/disputes/cases/${caseNamed('old-0')}`)).json(), {
    claimed: '78400.00',
    years: [
      { year: '2017-18', claimed: '2800.00' },
      { year: '2018-19', claimed: '73000.00' },
      { year: '2019-20', claimed: '2600.00' },
    ],
  });
});

interface Compared {
  from: Record<string, string>;
  to: Record<string, string>;
  change: Record<string, string>;
  movers: { stream: string; by: string; type: string; changes: Record<string, string> }[];
  accrued: Record<string, string>;
}

const DAYS = [
  '2018-03-31',
  '2018-04-01',
  '2018-10-07',
  '2018-12-31',
  '2019-01-14',
  '2019-03-01',
  '2019-03-25',
  '2019-03-31',
  '2019-06-30',
];
const KNOWN = ['2018-11-01T09:00:00Z', '2018-12-31', '2019-03-20', '2019-06-03T09:00:00Z', '2019-06-30'];

t.test('what moved and what accrued add up to the change between any two pairs of dates', async (t) => {
  const { get } = await claimed(t);
  const gaps = new Map<string, Record<string, string>>();
  const gapAt = async (on: string, known: string, officer: string) => {
    const asked = `/gap?on=${on}&known-at=${known}`;
    const key = `${officer} ${asked}`;
    const gap = gaps.get(key) ?? (await get(fund(asked), officer)).json<Record<string, string>>();
    gaps.set(key, gap);
    return gap;
  };
  const date = fc.constantFrom(...DAYS);
  const known = fc.constantFrom(...KNOWN);
  await asyncProperty(
    t,
    fc.asyncProperty(
      date,
      known,
      date,
      known,
      fc.constantFrom('auditor', PROGRAM),
      async (fromOn, fromKnown, toOn, toKnown, officer) => {
        const query = `?from-on=${fromOn}&from-known-at=${fromKnown}&to-on=${toOn}&to-known-at=${toKnown}`;
        const { from, to, change, movers, accrued } = (await get(fund(`/compare${query}`), officer)).json<Compared>();
        const [first, last] = [await gapAt(fromOn, fromKnown, officer), await gapAt(toOn, toKnown, officer)];
        return GAP_FIGURES.every((figure) => {
          const moved = movers.reduce((sum, each) => sum + pence(each.changes[figure]), pence(accrued[figure]));
          return (
            from[figure] === first[figure] &&
            to[figure] === last[figure] &&
            pence(change[figure]) === moved &&
            pence(from[figure]) + moved === pence(to[figure])
          );
        });
      },
    ),
    150,
  );
});

t.test('a comparison names the facts of disputes that changed what is open, and what accrued by itself', async (t) => {
  const { get } = await claimed(t);
  const weeks = '?from-on=2018-12-10&to-on=2018-12-17&from-known-at=2018-11-30&to-known-at=2018-11-30';
  told(t, (await get(fund(`/compare${weeks}`))).json(), {
    area: AREA,
    movers: [],
    accrued: { openClaims: '2800.00', exposure: '2800.00' },
    change: { openClaims: '2800.00', gap: '0.00' },
  });
  const learnt = '?from-on=2019-03-31&to-on=2019-03-31&from-known-at=2019-03-19&to-known-at=2019-03-31';
  const { movers, accrued } = (await get(fund(`/compare${learnt}`))).json<Compared>();
  t.match(movers, [
    {
      stream: 'disputes',
      by: 'knowledge',
      type: 'SplitDecided',
      changes: { openClaims: '-36400.00', exposure: '-36400.00' },
    },
    { stream: 'disputes', type: 'InterimFundingAgreed', changes: { openClaims: '-2950.00' } },
    { stream: 'fund', type: 'PlanLineSet', changes: { requirement: '7.00' } },
  ]);
  t.same(accrued, {});
  const csv = (await get(fund(`/compare${learnt}&format=csv`))).body;
  t.match(csv, /was decided from 1 October 2018/);
  t.notMatch(csv, /Claims accrued/);
  t.match((await get(fund(`/compare${weeks}&format=csv`))).body, /,Claims accrued,,/);
  const folded = (await get(fund(`/compare${learnt}&format=csv`), PROGRAM)).body;
  t.notMatch(folded, /Claims accrued/, 'too few cases for a program to be told of any');
  t.notMatch(folded, /was decided/);
});

t.test('the history of the gap ends, along either date, at the gap of its last point', async (t) => {
  const { get } = await claimed(t);
  for (const along of ['days', 'knowledge']) {
    for (const on of DAYS) {
      for (const known of KNOWN) {
        const query = `?on=${on}&known-at=${known}`;
        for (const officer of ['auditor', PROGRAM]) {
          const { points } = (await get(fund(`/gap/history${query}&along=${along}`), officer)).json<{
            points: Record<string, string>[];
          }>();
          const gap = (await get(fund(`/gap${query}`), officer)).json<Record<string, string>>();
          const last = points.at(-1);
          t.ok(
            GAP_FIGURES.every((figure) => (last?.[figure] ?? '0.00') === gap[figure]),
            `${along} ${query} for ${officer}`,
          );
        }
      }
    }
  }
});

t.test('each point of a history is the gap at its own date', async (t) => {
  const { get } = await claimed(t);
  const history = async (along: string) =>
    (await get(fund(`/gap/history?on=2019-03-31&along=${along}`))).json<{ points: Record<string, string>[] }>().points;
  for (const [along, asked] of [
    ['days', 'on'],
    ['knowledge', 'on=2019-03-31&known-at'],
  ] as const) {
    const points = await history(along);
    t.ok(points.length > 2);
    for (const point of points) {
      const gap = (await get(fund(`/gap?${asked}=${point['at']!}`))).json<Record<string, string>>();
      t.ok(
        GAP_FIGURES.every((figure) => point[figure] === gap[figure]),
        `${along} ${point['at']!}`,
      );
    }
  }
  t.match((await get(fund('/gap/history?format=csv'))).body, /^\uFEFFat,requirement,.*,openClaims,exposure\r\n/);
});

t.test(
  'a split decided in March with effect from October changes the third quarter for what is known from March only',
  async (t) => {
    const { get } = await claimed(t);
    const open = async (known: string) =>
      (await get(fund(`/gap?on=2018-12-31&known-at=${known}`))).json<{ openClaims: string }>().openClaims;
    const before = pence(await open('2019-03-19'));
    t.equal(pence(await open('2019-03-20')), before - pence('18400.00'), '92 days of £1,400 a week are decided');
    t.equal(pence(await open('2018-12-31')), before, 'as it was filed');
  },
);

t.test('a claim between an area’s partners is in the fund’s figures although one is not in the fund', async (t) => {
  const { get, ledger } = await disputeService(t);
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: '2018-04-01', area: AREA, year: '2018-19', host: COUNTY, partners: [COUNTY, NORTH] },
    YEAR,
  );
  await many(ledger, 'south', 1, { respondent: [{ from: '2018-10-01', partner: SOUTH }] });
  t.match((await get(fund('/position?on=2019-03-31'))).json(), {
    partners: [
      { partner: COUNTY, inDispute: { claimedBy: '36400.00' } },
      { partner: NORTH, inDispute: { claimedAgainst: '0.00' } },
    ],
    inDispute: { claimedBy: '36400.00', claimedAgainst: '36400.00' },
  });
});
