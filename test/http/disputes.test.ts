import type { LightMyRequestResponse } from 'fastify';
import t from 'tap';
import { WHEREABOUTS } from '../../src/ledger/catalogue.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { AREA, caseNamed, raised, share } from '../support/disputes.js';
import { COUNTY, EAST, NORTH, openedLedger, SOUTH } from '../support/ledger.js';
import { decided, disputeService, disputesOf, many, OTHER, PROGRAM } from './disputing.js';
import { service } from './support.js';
import { told } from '../support/told.js';

const ONE = caseNamed('one');
const proposal = (response: LightMyRequestResponse): string => response.json<{ proposal: string }>().proposal;
const code = (response: LightMyRequestResponse): string => response.json<{ code: string }>().code;

t.test('a dispute goes from its raising to the last penny over HTTP', async (t) => {
  const { recorded, signed, ask, ledger, act } = await disputeService(t);
  const made = await recorded('county-finance', 'DisputeRaised', raised());
  t.match(made.json(), {
    stream: `disputes-${AREA}`,
    events: [
      { type: 'DisputeRaised', sentence: /^county claims from north-ccg, for case .* bear 100.00% from 1 October/ },
    ],
  });
  t.match(made.headers['etag'], /^"\d+"$/);
  await recorded('north-ccg-finance', 'DisputeStageEntered', { effective: '2018-11-01', case: ONE, stage: 'informal' });
  await signed('north-ccg-finance', 'county-chief', 'DisputeStageExtended', {
    effective: '2018-11-05',
    case: ONE,
    dueBy: '2018-12-14',
  });
  t.match(
    (await ask(`/cases/${ONE}`)).json(),
    { stage: 'informal', dueBy: '2018-11-15', status: 'open' },
    'as of today',
  );
  t.match((await ask(`/cases/${ONE}?on=2018-11-05`)).json(), { dueBy: '2018-12-14', overdue: false });
  t.match((await ask(`/cases/${ONE}?on=2018-12-15`)).json(), { overdue: true });
  await signed('county-finance', 'north-ccg-finance', 'InterimFundingAgreed', {
    effective: '2018-12-31',
    case: ONE,
    interim: share(5_000),
  });
  await recorded('county-finance', 'ClaimRevised', {
    effective: '2019-02-04',
    case: ONE,
    costs: [{ from: '2019-02-04', weekly: '2100.00' }],
  });
  ledger.now('2019-04-10T09:00:00Z');
  // 13 weeks at 1,400 whole; 5 weeks at half of 1,400; 8 weeks at half of 2,100.
  t.match((await ask(`/cases/${ONE}?on=2019-03-31`)).json(), {
    claimed: '30100.00',
    agreed: '0.00',
    abandoned: '0.00',
    open: '30100.00',
    intervals: [
      { from: '2018-10-01', to: '2018-12-30', weekly: '1400.00', interim: 0, claimed: 10_000, decided: null },
      { from: '2018-12-31', to: '2019-02-03', weekly: '1400.00', interim: 5_000 },
      { from: '2019-02-04', to: '2019-03-31', weekly: '2100.00', interim: 5_000 },
    ],
  });
  const split = await signed(
    'north-ccg-finance',
    'county-finance',
    'SplitDecided',
    decided('one', 8_000, { decidedOn: '2019-04-05' }),
  );
  t.match(split.json(), {
    events: [{ type: 'ProposalAgreed' }, { type: 'SplitDecided', sentence: /is due to the claimant/ }],
  });
  t.match((await ask(`/cases/${ONE}`)).json(), {
    status: 'decided',
    claimed: '30100.00',
    agreed: '21700.00',
    abandoned: '8400.00',
    open: '0.00',
    owed: { decidedToPay: '21700.00', toWriteOff: '8400.00', paid: '0.00' },
    treatments: [
      { partner: COUNTY, part: 'decided', proposed: 'debtor', confirmed: null },
      { partner: NORTH, part: 'decided', proposed: 'provision' },
      { partner: COUNTY, part: 'abandoned', proposed: 'write-off' },
      { partner: NORTH, part: 'abandoned', proposed: 'release' },
    ],
  });
  const confirmed = { effective: '2019-04-10', case: ONE, partner: NORTH, part: 'decided', class: 'provision' };
  t.equal(code(await act('county-finance', 'AccountingClassConfirmed', confirmed)), 'wrong_partner');
  await recorded('north-ccg-finance', 'AccountingClassConfirmed', confirmed);
  t.equal(
    code(await act('north-ccg-finance', 'AccountingClassConfirmed', { ...confirmed, class: 'creditor' })),
    'class_reason_needed',
  );
  const refund = {
    effective: '2019-04-10',
    of: { case: ONE },
    payer: NORTH,
    amount: '21700.01',
    bankReference: 'BACS 1',
  };
  t.match((await act('north-ccg-finance', 'RefundPaid', refund)).json(), {
    status: 422,
    code: 'more_than_is_due_back',
    detail: /£0.01 more/,
  });
  await recorded('north-ccg-finance', 'RefundPaid', { ...refund, amount: '21700.00' });
  const off = { effective: '2019-04-10', of: { case: ONE }, creditor: COUNTY, amount: '8400.00' };
  t.equal(code(await act('county-finance', 'WriteOffApproved', off, { path: '/proposals' })), 'minute_needed');
  await signed('county-finance', 'county-chief', 'WriteOffApproved', { ...off, minute: 'Cabinet 12' });
  told(t, (await ask(`/cases/${ONE}`)).json(), {
    owed: { decidedToPay: '0.00', settledToPay: '0.00', toWriteOff: '0.00', paid: '21700.00', writtenOff: '8400.00' },
    treatments: [],
  });
  t.match((await ask('')).json(), {
    cases: 1,
    openCases: 0,
    partners: [
      { partner: COUNTY, claimedBy: '0.00', refunded: '21700.00', writtenOff: '8400.00' },
      { partner: NORTH, claimedAgainst: '0.00', refunded: '-21700.00', writtenOff: '-8400.00' },
      { partner: SOUTH },
      { partner: EAST },
    ],
  });
});

t.test('many cases are settled by one fact, gross both ways, and paid under it', async (t) => {
  const { recorded, signed, ask, ledger } = await disputeService(t);
  const ours = await many(ledger, 'ours', 3);
  const [theirs] = await many(
    ledger,
    'theirs',
    1,
    {
      claimant: [{ from: '2018-10-01', partner: NORTH }],
      respondent: [{ from: '2018-10-01', partner: COUNTY }],
    },
    'north-ccg-finance',
  );
  ledger.now('2019-04-10T09:00:00Z');
  const lines = [
    ...ours.map((each) => ({ case: each, agreed: '30000.00', abandoned: '6400.00' })),
    { case: theirs!, agreed: '10000.00', abandoned: '26400.00' },
  ];
  const settled = { effective: '2019-04-10', settlement: 'spring', lines };
  await signed('county-finance', 'north-ccg-chief', 'DisputeSettled', settled);
  await recorded('north-ccg-finance', 'RefundPaid', {
    effective: '2019-04-10',
    of: { settlement: 'spring' },
    payer: NORTH,
    amount: '50000.00',
    bankReference: 'BACS 2',
  });
  const sheet = {
    settlement: 'spring',
    count: 4,
    claimed: '145600.00',
    agreed: '100000.00',
    abandoned: '45600.00',
    open: '0.00',
    payments: [
      { payer: NORTH, payee: COUNTY, agreed: '90000.00', paid: '50000.00', outstanding: '40000.00' },
      { payer: COUNTY, payee: NORTH, agreed: '10000.00', paid: '0.00', outstanding: '10000.00' },
    ],
    net: [
      { partner: COUNTY, toReceive: '90000.00', toPay: '10000.00', net: '80000.00' },
      { partner: NORTH, net: '-80000.00' },
    ],
  };
  t.match((await ask('/settlements')).json(), { settlements: [sheet] });
  t.match((await ask('/settlements/spring')).json(), { ...sheet, lines: [{ case: ours[0] }, {}, {}, {}] });
  t.match((await ask('/settlements/autumn')).json(), { status: 404, code: 'name_unknown' });
  t.match((await ask('')).json(), { cases: 4, openCases: 0, open: '0.00' });
  t.match(
    (await ask('?known-at=2019-04-09')).json(),
    { openCases: 4, open: '145600.00' },
    'nobody knew it the day before',
  );
});

t.test('what is settled keeps its pennies when the claim goes back to a body that it had left', async (t) => {
  const { recorded, signed, ask, ledger } = await disputeService(t);
  ledger.now('2019-05-01T09:00:00Z');
  for (const weekly of ['1407.09', '1400.01', '1399.99', '1403.03', '1411.07', '1404.42']) {
    const name = `back-and-forth-${weekly}`;
    const id = caseNamed(name);
    const effective = '2018-04-01';
    await recorded(
      'county-finance',
      'DisputeRaised',
      raised(name, { effective, until: undefined, costs: [{ from: effective, weekly }] }),
    );
    await recorded('county-finance', 'ClaimRevised', { effective: '2018-07-02', case: id, respondent: SOUTH });
    interface Case {
      open: string;
      years: { year: string; respondent: string; open: string }[];
    }
    const on = async (day: string) => (await ask(`/cases/${id}?on=${day}`)).json<Case>();
    const settle = async (settlement: string, day: string, signer: string, closes: boolean) =>
      signed('county-finance', signer, 'DisputeSettled', {
        effective: day,
        settlement: `${settlement}-${weekly.replace('.', '-')}`,
        lines: [{ case: id, agreed: (await on(day)).open, abandoned: '0.00', closes }],
      });
    await settle('first', '2018-12-31', 'south-ccg-finance', false);
    await recorded('county-finance', 'ClaimRevised', { effective: '2019-01-01', case: id, respondent: NORTH });
    const open = ({ years }: Case, partner: string) => years.find((each) => each.respondent === partner)?.open;
    for (const day of ['2018-12-31', '2019-01-01', '2019-01-02', '2019-02-28', '2019-03-31']) {
      t.equal(open(await on(day), SOUTH), '0.00', `${weekly} on ${day}: settled to the penny`);
    }
    const ends = { effective: '2019-03-31', case: id, until: '2019-03-31' };
    await signed('county-finance', 'county-chief', 'ClaimReduced', ends);
    await settle('second', '2019-03-31', 'north-ccg-finance', true);
    t.same(
      (await on('2019-04-30')).years.map((each) => each.open),
      ['0.00', '0.00'],
      weekly,
    );
  }
});

t.test('who may do what: each side for itself, and nobody from outside', async (t) => {
  const { act, recorded, ledger } = await disputeService(t);
  await recorded('county-finance', 'DisputeRaised', raised());
  const acts = [
    { type: 'DisputeRaised', data: raised('two'), path: '/facts', may: ['county-finance', 'county-chief'] },
    {
      type: 'ClaimRevised',
      data: { effective: '2018-11-01', case: ONE, costs: [{ from: '2018-11-01', weekly: '1500.00' }] },
      path: '/facts',
      may: ['county-finance', 'county-chief'],
    },
    {
      type: 'ClaimReduced',
      data: { effective: '2018-11-01', case: ONE, claimed: share(9_000) },
      path: '/proposals',
      may: ['county-finance', 'county-chief'],
    },
    {
      type: 'DisputeStageEntered',
      data: { effective: '2018-11-01', case: ONE, stage: 'panel' },
      path: '/facts',
      may: ['county-finance', 'county-chief', 'north-ccg-finance', 'north-ccg-chief'],
    },
    {
      type: 'SplitDecided',
      data: decided('one', 5_000),
      path: '/proposals',
      may: ['county-finance', 'county-chief', 'north-ccg-finance', 'north-ccg-chief'],
    },
    {
      type: 'ClaimWithdrawn',
      data: { effective: '2018-10-01', case: ONE, decidedOn: '2018-11-01', ground: 'no-case' },
      path: '/proposals',
      may: ['county-finance', 'county-chief'],
    },
    {
      type: 'ClaimConceded',
      data: { effective: '2018-10-01', case: ONE, decidedOn: '2018-11-01' },
      path: '/proposals',
      may: ['north-ccg-finance', 'north-ccg-chief'],
    },
    {
      type: 'WriteOffLimitSet',
      data: { effective: '2018-11-01', partner: NORTH, limit: '500.00', minute: 'Board 1' },
      path: '/proposals',
      may: ['north-ccg-finance', 'north-ccg-chief'],
    },
  ];
  const officers = [
    'registrar',
    'pool-manager',
    'auditor',
    'county-finance',
    'county-chief',
    'north-ccg-finance',
    'north-ccg-chief',
    'south-ccg-finance',
    'east-district-finance',
    'west-district-finance',
    PROGRAM,
    'stranger',
  ];
  const head = await ledger.store.head();
  for (const { type, data, path, may } of acts) {
    for (const officer of officers) {
      const response = await act(officer, type, data, { path: `${path}?dry-run=true` });
      t.equal(response.statusCode, may.includes(officer) ? 200 : 403, `${type} by ${officer}: ${response.body}`);
    }
  }
  t.equal(await ledger.store.head(), head, 'and nothing was recorded');
});

t.test('the keeper opens an area’s disputes, and a council and an NHS body adopt its protocol', async (t) => {
  const ledger = await openedLedger(t);
  const { get, post } = await service(t, {}, ledger);
  const opening = {
    fact: { type: 'DisputesOpened', data: { effective: '2016-04-01', area: AREA, partners: [COUNTY, NORTH] } },
  };
  t.match((await get(disputesOf(AREA))).json(), { status: 404, code: 'area_unknown' });
  t.equal(code(await post(disputesOf(AREA, '/facts'), opening, 'north-ccg-finance')), 'wrong_partner');
  t.equal(code(await post(disputesOf('elsewhere', '/facts'), opening, 'pool-manager')), 'area_name_wrong');
  t.equal(
    code(await post(disputesOf(AREA, '/facts'), { fact: { type: 'DisputeRaised', data: raised() } }, 'county-finance')),
    'area_unknown',
  );
  t.equal((await post(disputesOf(AREA, '/facts'), opening)).statusCode, 201);
  t.equal(code(await post(disputesOf(AREA, '/facts'), opening)), 'area_exists');
  ledger.now('2018-11-01T09:00:00Z');
  const raise = { fact: { type: 'DisputeRaised', data: raised() } };
  t.equal(code(await post(disputesOf(AREA, '/facts'), raise, 'county-finance')), 'protocol_missing');
  const adopt = {
    fact: { type: 'DisputeProtocolAdopted', data: { effective: '2016-04-01', protocol: 'sheffield-five-stage' } },
  };
  t.equal(code(await post(disputesOf(AREA, '/facts'), adopt, 'county-finance')), 'signature_needed');
  const made = await post(disputesOf(AREA, '/proposals'), adopt, 'county-finance');
  const path = disputesOf(AREA, `/proposals/${proposal(made)}`);
  const headers = { 'if-match': String(made.headers['etag']) };
  t.equal(code(await post(`${path}/agreement`, {}, 'county-chief', headers)), 'wrong_partner', 'not another council');
  t.equal((await post(`${path}/agreement`, {}, 'north-ccg-finance', headers)).statusCode, 201);
  t.match((await get('/v1/areas')).json(), {
    areas: [
      {
        area: AREA,
        partners: [COUNTY, NORTH],
        protocols: [
          {
            protocol: 'sheffield-five-stage',
            stages: [{ stage: 'prevention', workingDays: 10 }, {}, {}, {}, { stage: 'arbitration', workingDays: null }],
          },
        ],
      },
    ],
  });
  t.equal((await post(disputesOf(AREA, '/facts'), raise, 'county-finance')).statusCode, 201);
});

t.test(
  'the same key answers as the first time, a dry run records nothing, and If-Match binds to what was read',
  async (t) => {
    const { act, ask, get, ledger, post } = await disputeService(t);
    const head = await ledger.store.head();
    const dry = await act('county-finance', 'DisputeRaised', raised(), { path: '/facts?dry-run=true' });
    t.equal(dry.statusCode, 200);
    t.match(dry.json(), { events: [{ type: 'DisputeRaised' }] });
    t.equal(await ledger.store.head(), head);

    const headers = { 'idempotency-key': 'mine' };
    const first = await act('county-finance', 'DisputeRaised', raised(), { headers });
    const again = await act('county-finance', 'DisputeRaised', raised(), { headers });
    t.equal(again.headers['idempotency-replayed'], 'true');
    t.same(again.json(), first.json());
    t.equal(code(await act('county-finance', 'DisputeRaised', raised('two'), { headers })), 'key_reused');
    t.equal(code(await act('county-finance', 'DisputeRaised', raised())), 'identifier_used');
    const nokey = { 'idempotency-key': '' };
    t.equal(code(await act('county-finance', 'DisputeRaised', raised('two'), { headers: nokey })), 'key_missing');
    t.equal(
      code(await act('county-finance', 'DisputeRaised', raised('two'), { headers: { 'if-match': '"0"' } })),
      'if_match_stale',
    );
    const present = { 'if-match': String(first.headers['etag']) };
    t.equal((await act('county-finance', 'DisputeRaised', raised('two'), { headers: present })).statusCode, 201);

    const made = await act('county-finance', 'SplitDecided', decided('one', 6_000), { path: '/proposals' });
    const path = disputesOf(AREA, `/proposals/${proposal(made)}`);
    const read = await get(path, 'north-ccg-finance');
    t.equal(read.headers['etag'], made.headers['etag']);
    t.match(read.json(), {
      fact: {
        type: 'SplitDecided',
        data: { case: ONE, sums: { claimed: '6400.00', agreed: '3840.00', abandoned: '2560.00' } },
      },
      by: COUNTY,
      awaiting: [NORTH],
      signature: 'other-side',
    });
    t.match((await ask('/proposals')).json(), { area: AREA, proposals: [{ proposal: proposal(made) }] });
    t.match((await post(`${path}/agreement`, {}, 'north-ccg-finance')).json(), {
      status: 428,
      code: 'if_match_missing',
    });
    const stale = { 'if-match': '"0"' };
    t.match((await post(`${path}/agreement`, {}, 'north-ccg-finance', stale)).json(), {
      status: 412,
      code: 'if_match_stale',
    });
    const etag = { 'if-match': String(read.headers['etag']) };
    t.equal(code(await post(`${path}/agreement`, {}, 'county-chief', etag)), 'wrong_partner');
    t.equal(code(await post(`${path}/agreement`, {}, 'county-finance', etag)), 'same_partner');
    const counter = { fact: { type: 'SplitDecided', data: decided('one', 5_000) } };
    const countered = await post(`${path}/counter`, counter, 'north-ccg-finance', etag);
    t.equal(countered.statusCode, 201);
    const other = { fact: { type: 'SplitDecided', data: decided('two', 5_000) } };
    const now = { 'if-match': String(countered.headers['etag']) };
    t.equal(code(await post(`${path}/counter`, other, 'county-finance', now)), 'counter_differs');
    t.equal(code(await post(`${path}/agreement`, {}, 'county-finance', etag)), 'if_match_stale');
    t.equal((await post(`${path}/decline`, { reason: 'another panel' }, 'county-finance', now)).statusCode, 201);
    t.match((await get(path, 'county-finance')).json(), { state: 'declined', replaces: {}, signers: [] });
  },
);

t.test('what happened in the disputes is a timeline, read page by page', async (t) => {
  const { ask, ledger, signed } = await disputeService(t);
  await many(ledger, 'case', 4);
  await signed('county-finance', 'north-ccg-finance', 'SplitDecided', decided('case-0', 6_000));
  const seen: string[] = [];
  let after = '';
  for (let pages = 0; pages < 10; pages++) {
    const page = (await ask(`/timeline?limit=2${after}`)).json<{ entries: { type: string }[]; next: string | null }>();
    seen.push(...page.entries.map((each) => each.type));
    if (page.next === null) break;
    after = `&after=${page.next}`;
  }
  t.same(seen, [
    'DisputesOpened',
    'ProposalMade',
    'ProposalAgreed',
    'DisputeProtocolAdopted',
    ...Array.from({ length: 4 }, () => 'DisputeRaised'),
    'ProposalMade',
    'ProposalAgreed',
    'SplitDecided',
  ]);
  t.equal((await ask('/timeline?known-at=2018-10-31')).json<{ entries: unknown[] }>().entries.length, 0);
});

const PAGED = ['status=all', 'status=open', 'status=all&kind=chc', `status=all&partner=${SOUTH}`];

t.test('the cases of a register are paged by "next": each once, in order, whatever the filter', async (t) => {
  const { ask, ledger, signed } = await disputeService(t);
  await many(ledger, 'chc', 7);
  await many(ledger, 'early', 3, { raisedOn: '2018-10-05', kind: 's117', ground: 'section-117-duty' });
  await many(ledger, 'south', 4, { respondent: [{ from: '2018-10-01', partner: SOUTH }] });
  await signed(
    'county-finance',
    'north-ccg-finance',
    'SplitDecided',
    decided('chc-3', 6_000, { effective: '2018-10-01' }),
  );
  interface Page {
    count: number;
    open: string;
    cases: { case: string; raisedOn: string }[];
    next: string | null;
  }
  for (const filter of PAGED) {
    const whole = (await ask(`/cases?${filter}`)).json<Page>();
    const seen: { case: string; raisedOn: string }[] = [];
    let after = '';
    for (let pages = 0; pages < 20; pages++) {
      const page = (await ask(`/cases?${filter}&limit=3${after}`)).json<Page>();
      t.equal(page.count, whole.count);
      t.equal(page.open, whole.open, 'sums are of all pages');
      t.ok(page.cases.length <= 3);
      seen.push(...page.cases);
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
    t.same(seen, whole.cases, filter);
    t.equal(new Set(seen.map((each) => each.case)).size, whole.count);
    t.same(
      seen.map((each) => each.raisedOn),
      seen.map((each) => each.raisedOn).sort(),
    );
  }
  const counts = async (filter: string) => (await ask(`/cases?${filter}`)).json<Page>().count;
  t.equal(await counts('status=all'), 14);
  t.equal(await counts(''), 13, 'those that are open, unless told otherwise');
  t.equal(await counts('status=decided'), 1);
  t.equal(await counts('kind=s117'), 3);
  t.equal(await counts(`partner=${SOUTH}`), 4);
  t.equal(await counts('overdue=true'), 0);
  t.equal(await counts('stage=informal'), 0);
  await ledger.post(
    'county-finance',
    'DisputeStageEntered',
    { effective: '2018-11-01', case: caseNamed('chc-1'), stage: 'informal' },
    `disputes-${AREA}`,
  );
  t.equal(await counts('stage=informal'), 1);
  t.equal(await counts('overdue=true&on=2018-11-15'), 0, 'on the last day of its stage');
  t.equal(await counts('overdue=true&on=2018-11-16'), 1, 'and the day after');
});

t.test('a page goes on after its cursor although that case fits the filter no longer', async (t) => {
  const { ask, ledger, signed } = await disputeService(t);
  await many(ledger, 'case', 6);
  interface Page {
    cases: { case: string }[];
    next: string | null;
  }
  const all = (await ask('/cases')).json<Page>().cases.map((each) => each.case);
  const first = (await ask('/cases?limit=2')).json<Page>();
  t.equal(first.next?.split('@')[0], all[1]);
  const name = Array.from({ length: 6 }, (_, index) => `case-${index}`).find((each) => caseNamed(each) === all[1])!;
  await signed('county-finance', 'north-ccg-finance', 'SplitDecided', decided(name, 6_000));
  const second = (await ask(`/cases?limit=2&after=${first.next!}`)).json<Page>();
  t.same(
    second.cases.map((each) => each.case),
    all.slice(2, 4),
  );
  t.match((await ask(`/cases?after=${caseNamed('nobody')}`)).json(), { status: 422, code: 'reference_unknown' });
});

/** The questions of an area's disputes, each with an address at which there is an answer. */
const DISPUTE_QUERIES = QUERIES.filter((each) => each.path.startsWith(WHEREABOUTS.dispute.path));

t.test('every question of disputes answers at both dates, as JSON with its stamp and as CSV', async (t) => {
  const { ask, get, ledger, signed, act } = await disputeService(t);
  await many(ledger, 'case', 2);
  ledger.now('2019-04-10T09:00:00Z');
  const lines = [{ case: caseNamed('case-0'), agreed: '30000.00', abandoned: '6400.00' }];
  await signed('county-finance', 'north-ccg-chief', 'DisputeSettled', {
    effective: '2019-04-10',
    settlement: 'spring',
    lines,
  });
  const open = await act('county-finance', 'SplitDecided', decided('case-1', 6_000), { path: '/proposals' });
  const size = ledger.ledger.model.size();
  let stamped = 0;
  for (const { name, path, options } of DISPUTE_QUERIES) {
    const address = path
      .replace('{area}', AREA)
      .replace('{case}', caseNamed('case-1'))
      .replace('{settlement}', 'spring')
      .replace('{revision}', '1')
      .replace('{officer}', 'county-finance')
      .replace('{choices}', 'partner')
      .replace('{proposal}', proposal(open));
    const dated = 'on' in options.shape;
    const query = dated ? '?on=2019-04-30&known-at=2019-05-31' : '';
    const response = await get(`/v1${address}${query}`, 'county-finance');
    t.equal(response.statusCode, 200, `${name}: ${response.body.slice(0, 200)}`);
    if (dated) {
      stamped++;
      t.match(response.json(), {
        area: AREA,
        on: '2019-04-30',
        knownAt: '2019-05-31T22:59:59.999Z',
        ledger: { size, position: String(size) },
      });
      const early = await get(`/v1${address}?on=2018-10-31&known-at=2018-10-31`, 'county-finance');
      t.match(early.json(), { status: 404, code: 'not_known_then' }, `${name} before anything was known`);
    }
    const csv = await get(`/v1${address}${query}`, 'county-finance', { accept: 'text/csv' });
    t.equal(csv.statusCode, 200, name);
    t.match(csv.headers['content-type'], /^text\/csv/);
    const named =
      {
        settlement: 'spring-',
        'dispute-event': '1-',
        'dispute-choices': 'partner-',
        'dispute-open-acts': 'county-finance-',
      }[name] ?? '';
    const called = `${named}${name}`;
    const dates = dated ? '-on-2019-04-30-known-at-2019-05-31' : '(-known-at-\\S+)?';
    t.match(csv.headers['content-disposition'], new RegExp(`^attachment; filename="${AREA}-${called}${dates}.csv"$`));
    t.notMatch(csv.headers['content-disposition'], ONE, 'no case in a file’s name');
    t.ok(csv.body.startsWith('\uFEFF'));
    const widths = new Set(
      csv.body
        .trim()
        .split('\r\n')
        .map((row) => row.replace(/"(""|[^"])*"/g, '').split(',').length),
    );
    t.equal(widths.size, 1, `${name}: every row has as many cells as the head`);
  }
  t.ok(stamped >= 8, `${stamped} questions of two dates`);
  t.match((await ask('?format=csv')).body, /all,raised,2/);
});

t.test('an area of which there are no disputes is not found, whatever is asked', async (t) => {
  const { get, post } = await disputeService(t);
  for (const { path } of DISPUTE_QUERIES) {
    const address = path
      .replace('{area}', 'nowhere')
      .replace('{case}', ONE)
      .replace('{settlement}', 'x')
      .replace('{revision}', '1')
      .replace('{officer}', 'county-finance')
      .replace('{choices}', 'partner')
      .replace('{proposal}', '00000000-0000-4000-8000-000000000000');
    t.match((await get(`/v1${address}`)).json(), { status: 404, code: 'area_unknown' }, path);
  }
  t.match(
    (
      await post(disputesOf('nowhere', '/facts'), { fact: { type: 'DisputeRaised', data: raised() } }, 'county-finance')
    ).json(),
    { status: 404, code: 'area_unknown' },
  );
});

t.test('what is asked badly is refused in words, each parameter by its pointer', async (t) => {
  const { ask } = await disputeService(t);
  for (const [path, pointer] of [
    ['?on=2017-02-30', '/query/on'],
    ['?on=2100-01-01', '/query/on'],
    ['?known-at=yesterday', '/query/known-at'],
    ['?colour=red', '/query/colour'],
    ['/cases?status=lost', '/query/status'],
    ['/cases?kind=whim', '/query/kind'],
    ['/cases?overdue=maybe', '/query/overdue'],
    ['/cases?limit=501', '/query/limit'],
    ['/cases?limit=x', '/query/limit'],
    ['/cases?after=9434765919', '/query/after'],
    ['/cases?partner=UPPER', '/query/partner'],
    ['/cases/9434765919', '/path/case'],
    ['/cases/00000000-0000-1000-8000-000000000000', '/path/case'],
    ['/outcomes?step=0', '/query/step'],
    ['/outcomes?step=ten', '/query/step'],
    ['/outcomes?step=10001', '/query/step'],
    ['/timeline?after=x', '/query/after'],
    [`/timeline?after=${'9'.repeat(30)}`, '/query/after'],
    [`/timeline?after=${'9'.repeat(400)}`, '/query/after'],
    ['/proposals/1', '/path/proposal'],
    ['/settlements/UPPER', '/path/settlement'],
  ]) {
    t.match(
      (await ask(path!)).json(),
      { status: 400, code: 'fields_invalid', errors: [{ pointer }] },
      path!.slice(0, 60),
    );
  }
  t.match((await ask(`/cases/${ONE}`)).json(), { status: 404, code: 'name_unknown' });
});

t.test('amounts at the edge of what can be claimed are refused or exact, and never a fault', async (t) => {
  const { act, ask, ledger, recorded, signed } = await disputeService(t);
  const largest = raised('largest', {
    until: undefined,
    costs: [{ from: '2018-10-01', weekly: '99999.99' }],
    invoices: Array.from({ length: 60 }, () => ({ on: '2018-10-01', amount: '9999999.99' })),
  });
  for (const more of [
    { costs: [{ from: '2018-10-01', weekly: '100000.00' }] },
    { invoices: [{ on: '2018-10-01', amount: '10000000.00' }] },
    { costs: [{ from: '2018-10-01', weekly: '-1.00' }] },
    { costs: [{ from: '2018-10-01', weekly: 1400 }] },
    { claimed: { claimant: 1, respondent: 10_000 } },
    { claimed: { claimant: -1, respondent: 10_001 } },
    { claimed: { claimant: 0.5, respondent: 9_999.5 } },
  ]) {
    t.equal(
      code(await act('county-finance', 'DisputeRaised', raised('x', more))),
      'fields_invalid',
      JSON.stringify(more),
    );
  }
  await recorded('county-finance', 'DisputeRaised', largest);
  await recorded('county-finance', 'ClaimRevised', {
    effective: '2018-10-02',
    case: caseNamed('largest'),
    invoices: Array.from({ length: 39 }, () => ({ on: '2018-10-02', amount: '9999999.99' })),
  });
  t.equal(
    code(await act('county-finance', 'DisputeRaised', { ...largest, case: caseNamed('more') })),
    'more_than_an_area_disputes',
  );
  for (const { name, path, options } of DISPUTE_QUERIES) {
    if (/proposal|\{settlement\}/.test(path)) continue;
    const address = path
      .replace(WHEREABOUTS.dispute.path, '')
      .replace('{case}', caseNamed('largest'))
      .replace('{officer}', 'county-finance')
      .replace('{choices}', 'partner')
      .replace('{revision}', '1');
    const response = await ask(`${address}${'on' in options.shape ? '?on=2099-03-31' : ''}`);
    t.equal(response.statusCode, 200, `${name}: ${response.body.slice(0, 300)}`);
  }
  // 99 invoices, and 29,403 days of £99,999.99 a week.
  t.match((await ask('?on=2099-03-31')).json(), { claimed: '1410028528.35' });
  const line = { case: caseNamed('largest'), abandoned: '0.00', closes: false };
  for (const agreed of [
    '99999999999999999999999.00',
    '-99999999999999999999999.00',
    '10000000000.00',
    '-0.00',
    '1e9',
  ]) {
    const settled = { effective: '2018-11-01', settlement: 's', lines: [{ ...line, agreed }] };
    t.match(
      (await act('county-finance', 'DisputeSettled', settled, { path: '/proposals' })).json(),
      { code: 'fields_invalid', errors: [{ pointer: '/fact/data/lines/0/agreed' }] },
      agreed,
    );
  }
  const all = { effective: '2018-11-01', settlement: 's', lines: [{ ...line, agreed: '9999999999.99' }] };
  t.equal(code(await act('county-finance', 'DisputeSettled', all, { path: '/proposals' })), 'settles_too_much');
  const negative = { ...all, lines: [{ ...line, agreed: '-9999999999.99' }] };
  t.equal(code(await act('county-finance', 'DisputeSettled', negative, { path: '/proposals' })), 'settles_too_much');
  const back = { ...all, lines: [{ ...line, agreed: '-9999999.99', abandoned: '990457141.82' }] };
  await signed('county-finance', 'north-ccg-finance', 'DisputeSettled', back);
  t.equal((await ask('/settlements?on=2099-03-31')).statusCode, 200);
  t.equal((await ask('/accounting-classes?on=2099-03-31')).statusCode, 200);
  t.same(await ledger.store.head(), String(ledger.ledger.model.size()));
});

t.test('days at the edge of what the ledger speaks of are refused or kept, and never a fault', async (t) => {
  const { act, recorded, ask, ledger } = await disputeService(t);
  await recorded('county-finance', 'DisputeRaised', raised('one', { until: undefined }));
  const stage = { effective: '2099-03-30', case: ONE, stage: 'panel' };
  t.equal(code(await act('county-finance', 'DisputeStageEntered', stage)), 'in_the_future');
  t.equal((await ask(`/cases/${ONE}?on=2013-04-01`)).statusCode, 404, 'before it was raised');
  const last = raised('last', { effective: '2099-03-31', until: undefined });
  t.equal((await act('county-finance', 'DisputeRaised', last)).statusCode, 201);
  t.equal((await ask(`/cases/${caseNamed('last')}?on=2099-03-31`)).statusCode, 200);
  for (const reverses of ['9434765919', '9'.repeat(25), '9'.repeat(400)]) {
    const reversal = { effective: '2018-11-01', reverses, reason: 'misread' };
    const response = await act('county-finance', 'FactReversed', reversal);
    t.ok([400, 422].includes(response.statusCode), `${reverses.slice(0, 30)}: ${response.body.slice(0, 200)}`);
  }
  ledger.now('2099-03-30T12:00:00Z');
  t.match((await act('county-finance', 'DisputeStageEntered', stage)).json(), {
    status: 422,
    code: 'in_the_future',
    detail: /deadline would come after 31 March 2099/,
  });
});

t.test('the documentation describes every act and every question of disputes', async (t) => {
  const { app } = await disputeService(t);
  const { paths } = (await app.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, { summary: string; operationId?: string }>>;
  }>();
  const base = `/v1${WHEREABOUTS.dispute.path}`;
  for (const path of [
    '/facts',
    '/proposals',
    ...['agreement', 'counter', 'decline', 'withdrawal'].map((each) => `/proposals/{proposal}/${each}`),
  ]) {
    t.ok(paths[`${base}${path}`]?.['post']?.summary, path);
  }
  for (const { name, path } of [
    ...DISPUTE_QUERIES,
    ...QUERIES.filter((each) => /area|protocol|holiday/.test(each.name)),
  ]) {
    t.equal(paths[`/v1${path}`]?.['get']?.operationId, name, path);
  }
  t.match((await app.inject('/openapi.json')).body, /DisputeSettled/);
});

t.test(
  'protocols that can be adopted and bank holidays are reference data for everybody who is mandated',
  async (t) => {
    const { get } = await disputeService(t);
    t.match((await get('/v1/dispute-protocols', PROGRAM)).json(), {
      protocols: [
        { protocol: 'sheffield-five-stage', proven: false, stages: { length: 5 } },
        { protocol: 'three-stage' },
      ],
    });
    t.match((await get('/v1/bank-holidays?year=2022&known-on=2022-09-09', 'west-district-finance')).json(), {
      year: '2022',
      knownOn: '2022-09-09',
      holidays: { length: 9 },
    });
    t.match((await get('/v1/bank-holidays')).json(), { year: '2018', knownOn: '2018-11-01' });
    t.match((await get('/v1/bank-holidays?year=1999')).json(), { errors: [{ pointer: '/query/year' }] });
    told(t, (await get('/v1/areas', 'north-ccg-finance')).json(), {
      areas: [{ area: OTHER, protocols: [] }, { area: AREA }],
    });
  },
);
