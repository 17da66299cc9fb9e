import t from 'tap';
import { verify } from '../src/ledger/audit/verify.js';
import { asked as ask } from './support/asking.js';
import { figureOf, type PositionText } from './support/bodies.js';
import { REGISTER_STREAM, type TestLedger } from './support/ledger.js';
import { demonstration, loadedLedger, scenarios } from './support/scenarios.js';

/** Scenarios S-F, S-G and S-H: one payer with two funds, bodies that merge, and bodies that split, to the penny. */
interface Claims {
  readonly partners: readonly { readonly partner: string; readonly inDispute: Readonly<Record<string, string>> }[];
}
type Position = PositionText & Claims;

const position = (ledger: TestLedger, fund: string, on: string, more = {}): Promise<Position> =>
  ask(ledger, 'position', { fund, on, ...more });

/** The totals of two positions, without what accrues from one day to the next. */
const conserved = async (ledger: TestLedger, fund: string, before: string, after: string) => [
  (await position(ledger, fund, after)).total,
  (await position(ledger, fund, before)).total,
];

const claimed = ({ partners }: Claims): string[] =>
  partners.flatMap(({ partner, inDispute: { claimedBy, claimedAgainst } }) => [
    ...(claimedBy === '0.00' ? [] : [`${partner} claims ${claimedBy!}`]),
    ...(claimedAgainst === '0.00' ? [] : [`of ${partner} ${claimedAgainst!}`]),
  ]);

t.test('S-F: what one payer withdraws from one fund touches nothing in another', async (t) => {
  const ledger = await loadedLedger(t, scenarios(), '2016-07-01');
  const suffolk = (knownAt: string) => position(ledger, 'suffolk-2016-17', '2016-07-01', { 'known-at': knownAt });
  const before = await suffolk('2016-05-26');
  const after = await suffolk('2016-06-30');
  t.same({ ...after, knownAt: '', ledger: {}, settled: true }, { ...before, knownAt: '', ledger: {}, settled: true });
  t.same(figureOf(after, 'agreed'), [
    'great-yarmouth-and-waveney-ccg NHS_ADD 500000.00',
    'great-yarmouth-and-waveney-ccg NHS_MIN 8000000.00',
    'ipswich-and-east-suffolk-ccg NHS_MIN 20000000.00',
    'west-suffolk-ccg NHS_MIN 13000000.00',
  ]);
  const norfolk = (knownAt: string) => position(ledger, 'norfolk-2016-17', '2016-07-01', { 'known-at': knownAt });
  const own = (row: string) => row.startsWith('great-yarmouth');
  t.same(figureOf(await norfolk('2016-05-26'), 'proposed').filter(own), [
    'great-yarmouth-and-waveney-ccg NHS_ADD 1450000.00',
  ]);
  t.same(figureOf(await norfolk('2016-06-30'), 'proposed').filter(own), []);
  t.same(figureOf(await norfolk('2016-06-30'), 'withdrawn').filter(own), [
    'great-yarmouth-and-waveney-ccg NHS_ADD 1450000.00',
  ]);
  t.match(await ask(ledger, 'gap', { fund: 'suffolk-2016-17', on: '2016-07-01' }), {
    gap: '0.00',
    funded: '41500000.00',
  });
});

t.test('S-G, 1 April 2020: five groups become one', async (t) => {
  const early = await loadedLedger(t, scenarios(), '2020-04-02');
  t.match(await ask(early, 'succession', { area: 'norfolk', on: '2020-04-01' }), {
    notYetDue: [
      { predecessor: 'great-yarmouth-and-waveney-ccg', due: '2020-04-30' },
      { predecessor: 'north-norfolk-ccg' },
      { predecessor: 'norwich-ccg', successors: ['norfolk-and-waveney-ccg'], amount: '3500000.01' },
      { predecessor: 'south-norfolk-ccg' },
      { predecessor: 'west-norfolk-ccg' },
    ],
    proposals: [
      {
        by: 'norfolk-county-council',
        awaiting: ['norwich-ccg'],
        awaitingNow: ['norwich-ccg', 'norfolk-and-waveney-ccg'],
      },
    ],
  });
  t.same(claimed(await position(early, 'norfolk-2019-20', '2020-03-31')), [
    'norfolk-county-council claims 17200.00',
    'of norwich-ccg 17200.00',
  ]);
  t.same(claimed(await position(early, 'norfolk-2019-20', '2020-04-01')), [
    'norfolk-county-council claims 17200.00',
    'of norfolk-and-waveney-ccg 17200.00',
  ]);
  t.same(figureOf(await position(early, 'norfolk-2019-20', '2020-04-01'), 'proposed'), [
    'norfolk-and-waveney-ccg NHS_ADD 150000.01',
  ]);

  const ledger = await demonstration(t);
  t.same(figureOf(await position(ledger, 'norfolk-2019-20', '2020-03-31'), 'agreed'), [
    'norfolk-county-council IBCF_2017 5903000.00',
    'norwich-ccg NHS_ADD 150000.01',
    'norwich-ccg NHS_MIN 14000000.01',
    'north-norfolk-ccg NHS_MIN 12000000.02',
    'south-norfolk-ccg NHS_MIN 13500000.03',
    'west-norfolk-ccg NHS_MIN 11000000.04',
    'great-yarmouth-and-waveney-ccg NHS_MIN 6500000.05',
  ]);
  const after = await position(ledger, 'norfolk-2019-20', '2020-04-01');
  t.same(figureOf(after, 'agreed'), [
    'norfolk-county-council IBCF_2017 5903000.00',
    'norfolk-and-waveney-ccg NHS_ADD 150000.01',
    'norfolk-and-waveney-ccg NHS_MIN 57000000.15',
  ]);
  const [total, was] = await conserved(ledger, 'norfolk-2019-20', '2020-03-31', '2020-04-01');
  t.same(total, was, 'before = after');
  t.same(
    figureOf(await position(ledger, 'norfolk-2019-20', '2020-04-01', { 'known-at': '2020-03-30' }), 'agreed').length,
    6,
    'who did not know of the merger sees the five',
  );
  t.same(figureOf(await position(ledger, 'norfolk-2019-20', '2020-04-30'), 'received'), [
    'norfolk-and-waveney-ccg NHS_MIN 7000000.01',
  ]);
  t.match(
    await ask(ledger, 'dispute-case', {
      area: 'norfolk',
      case: '0b7c9a52-5d0e-4c8f-9a3b-6f1e2d3c4b5a',
      on: '2020-07-24',
    }),
    {
      claimed: '35000.00',
      agreed: '35000.00',
      open: '0.00',
    },
  );
  t.equal(
    await ledger.refused(
      'norwich-ccg-finance',
      {
        act: 'propose',
        fact: {
          type: 'ContributionAgreed',
          data: {
            effective: '2022-04-01',
            contribution: 'old-name',
            payer: 'norwich-ccg',
            source: 'NHS_ADD',
            amount: '1.00',
            recurrent: true,
            instalments: [{ due: '2022-04-01', amount: '1.00' }],
          } as never,
        },
      },
      { in: 'norfolk-2022-23' },
    ),
    'partner_ended',
    'the old code is refused for later days',
  );
});

t.test('S-G, 1 July 2022, in mid-year: one allocation, two payers', async (t) => {
  const ledger = await demonstration(t);
  const fund = 'norfolk-2022-23';
  t.same(figureOf(await position(ledger, fund, '2022-06-30'), 'agreed'), [
    'norfolk-and-waveney-ccg NHS_ADD 2000000.00',
    'norfolk-and-waveney-ccg NHS_MIN 70000000.03',
  ]);
  t.same(figureOf(await position(ledger, fund, '2022-07-01'), 'agreed'), [
    'norfolk-and-waveney-icb NHS_ADD 2000000.00',
    'norfolk-and-waveney-icb NHS_MIN 70000000.03',
  ]);
  t.same(figureOf(await position(ledger, fund, '2022-07-05', { 'known-at': '2022-07-05' }), 'proposed'), [
    'norfolk-and-waveney-icb NHS_ADD 2000000.00',
  ]);
  const [total, was] = await conserved(ledger, fund, '2022-06-30', '2022-07-01');
  t.same(total, was);
  t.same(figureOf(await position(ledger, fund, '2023-03-31'), 'agreed'), [
    'norfolk-and-waveney-icb DISCH_ICB 3100000.00',
    'norfolk-and-waveney-icb NHS_ADD 2000000.00',
    'norfolk-and-waveney-icb NHS_MIN 70000000.03',
  ]);
});

t.test('S-G, 1 April 2026: two boards change their boundaries, area by area', async (t) => {
  const ledger = await demonstration(t);
  const at = async (area: string, on: string, figure = 'agreed') =>
    figureOf(await position(ledger, `${area}-2025-26`, on), figure);
  t.same(await at('norfolk', '2026-03-31'), ['norfolk-and-waveney-icb NHS_MIN 84000000.01']);
  t.same(await at('norfolk', '2026-04-01'), ['norfolk-and-suffolk-icb NHS_MIN 84000000.01']);
  t.same(await at('suffolk', '2026-03-31'), [
    'suffolk-and-north-east-essex-icb NHS_ADD 400000.01',
    'suffolk-and-north-east-essex-icb NHS_MIN 52000000.02',
    'norfolk-and-waveney-icb NHS_MIN 9000000.03',
  ]);
  t.same(await at('suffolk', '2026-04-01'), [
    'norfolk-and-suffolk-icb NHS_ADD 400000.01',
    'norfolk-and-suffolk-icb NHS_MIN 61000000.05',
  ]);
  t.same(await at('essex', '2026-04-01'), ['essex-icb NHS_MIN 31000000.04']);
  t.same(await at('suffolk', '2026-04-30', 'due'), [
    'norfolk-and-suffolk-icb NHS_ADD 400000.01',
    'norfolk-and-suffolk-icb NHS_MIN 61000000.05',
  ]);
  for (const area of ['norfolk', 'suffolk', 'essex']) {
    const [total, was] = await conserved(ledger, `${area}-2025-26`, '2026-03-31', '2026-04-01');
    t.same(total, was, area);
  }
  t.equal(
    await ledger.refused(
      'essex-icb-finance',
      {
        act: 'propose',
        fact: {
          type: 'ContributionVaried',
          data: {
            effective: '2026-03-31',
            contribution: 'suffolk-minimum',
            now: '53000000.00',
            reason: 'none',
          } as never,
        },
      },
      { in: 'suffolk-2025-26' },
    ),
    'wrong_partner',
    'what is of Suffolk is not the Essex board’s',
  );
});

t.test('S-H, 1 April 2028: a county and seven districts become three councils', async (t) => {
  const ledger = await demonstration(t);
  const fund = 'norfolk-2027-28';
  const [total, was] = await conserved(ledger, fund, '2028-03-31', '2028-04-01');
  t.same(total, was, 'before = after');
  t.same(figureOf(await position(ledger, fund, '2028-03-31'), 'agreed'), [
    'norfolk-county-council DFG 11363321.00',
    'norfolk-county-council LABCG 40000000.01',
    'norfolk-county-council LA_ADD 10000000.01',
    'norfolk-and-suffolk-icb NHS_MIN 88000000.00',
  ]);
  const after = await position(ledger, fund, '2028-04-01');
  t.same(figureOf(after, 'agreed'), [
    'east-norfolk-council DFG 4518760.96',
    'east-norfolk-council LABCG 16000000.01',
    'east-norfolk-council LA_ADD 4000000.01',
    'greater-norwich-city-council DFG 2987042.10',
    'greater-norwich-city-council LABCG 14000000.00',
    'greater-norwich-city-council LA_ADD 3500000.00',
    'west-norfolk-council DFG 3857517.94',
    'west-norfolk-council LABCG 10000000.00',
    'west-norfolk-council LA_ADD 2500000.00',
    'norfolk-and-suffolk-icb NHS_MIN 88000000.00',
  ]);
  t.same(figureOf(after, 'proposed'), [
    'east-norfolk-council LA_ADD 400000.00',
    'greater-norwich-city-council LA_ADD 350000.00',
    'west-norfolk-council LA_ADD 250000.00',
  ]);
  t.same(claimed(await position(ledger, fund, '2028-03-31')), [
    'norfolk-county-council claims 183000.00',
    'of norfolk-and-suffolk-icb 183000.00',
  ]);
  t.same(claimed(after), [
    'east-norfolk-council claims 73200.00',
    'greater-norwich-city-council claims 64050.00',
    'west-norfolk-council claims 45750.00',
    'of norfolk-and-suffolk-icb 183000.00',
  ]);
  t.match(await ask(ledger, 'pass-down', { fund, on: '2028-04-01' }), {
    grants: [
      {
        share: '11363321.00',
        districts: [
          { district: 'east-norfolk-council', share: '4771958.40' },
          { district: 'west-norfolk-council', share: '3853289.60' },
          { district: 'greater-norwich-city-council', share: '2738073.00' },
        ],
      },
    ],
  });
  t.match(await ask(ledger, 'succession', { area: 'norfolk', on: '2028-04-01' }), {
    notYetDue: [
      { item: 'labcg-2027-28', due: '2028-04-14', amount: '20000000.01' },
      { item: 'county-additional', due: '2028-04-28', amount: '5000000.01' },
    ],
  });

  ledger.now('2028-04-10T09:00:00Z');
  const open = ledger.ledger.model.openProposals().find(({ stream }) => stream === `fund-${fund}`)!;
  t.match(await ask(ledger, 'succession', { area: 'norfolk' }), {
    proposals: [
      {
        by: 'norfolk-county-council',
        byNow: [
          'norfolk-county-council',
          'east-norfolk-council',
          'greater-norwich-city-council',
          'west-norfolk-council',
        ],
      },
    ],
  });
  await ledger.done('norfolk-and-suffolk-icb-finance', { act: 'agree', proposal: open.proposal.id }, { in: fund });
  await ledger.post(
    'east-norfolk-council-finance',
    'ContributionReceived',
    { effective: '2028-04-28', contribution: 'county-additional', amount: '5000000.01', bankReference: 'B' },
    fund,
  );
  t.same(figureOf(await position(ledger, fund, '2028-04-28'), 'received'), [
    'east-norfolk-council LA_ADD 2000000.01',
    'greater-norwich-city-council LA_ADD 1750000.00',
    'west-norfolk-council LA_ADD 1250000.00',
  ]);
  await ledger.signed(
    'west-norfolk-council-finance',
    'greater-norwich-city-council-finance',
    'CaseAssigned',
    {
      effective: '2028-04-01',
      case: '5c1d7e80-3f2a-4b6c-8d9e-0a1b2c3d4e5f',
      side: 'claimant',
      successor: 'west-norfolk-council',
    },
    'disputes-norfolk',
  );
  t.same(claimed(await position(ledger, fund, '2028-04-01')), [
    'east-norfolk-council claims 43920.00',
    'greater-norwich-city-council claims 38430.00',
    'west-norfolk-council claims 100650.00',
    'of norfolk-and-suffolk-icb 183000.00',
  ]);
  t.equal(
    await ledger.refused(
      'norfolk-registrar',
      { act: 'propose', fact: { type: 'PartnerSucceeded', data: mergeOfDistricts as never } },
      { in: REGISTER_STREAM },
    ),
    'wrong_partner',
    'the county keeps the ledger no more',
  );
  t.same((await verify(ledger.store)).problems, []);
});

const mergeOfDistricts = {
  effective: '2030-04-01',
  mode: 'merge',
  predecessors: ['west-norfolk-council'],
  successors: ['east-norfolk-council'],
  instrument: 'none',
};
