import t, { type Test } from 'tap';
import { z } from 'zod';
import { hexOf } from '../../evidence/tree.js';
import { allFacts, canonical, KINDS, WHEREABOUTS } from '../../src/ledger/catalogue.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { PROPOSAL_EVENTS } from '../../src/domain/grammar/proposal.js';
import { leafOf, type Hashed } from '../../src/store/leaf.js';
import { AREA, caseNamed, DISPUTES, raised } from '../support/disputes.js';
import { contribution, COUNTY, FUND, line, NORTH, openFund, SOUTH } from '../support/ledger.js';
import {
  decided,
  disputeService,
  disputesOf,
  many,
  OTHER,
  PROGRAM,
  programOf,
  type DisputeService,
} from './disputing.js';

/** What an asker may learn about disputes who may see totals but no cases, and an asker who may see neither. */

/** The form of a case reference. Identifiers of events and proposals are UUIDs of another version. */
const CASE = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;
/** An answer without the identifier of the request, which is random too. */
const said = ({ body }: { readonly body: string }): string => body.replace(/"instance":"[^"]*"/, '');
const respondent = (partner: string) => ({ respondent: [{ from: '2018-10-01', partner }] });

interface Numbers {
  cases: number | null;
  openCases: number | null;
  overdue: number | null;
  claimed: string | null;
  agreed: string | null;
  abandoned: string | null;
  open: string | null;
  groups: { by: string; group: string; cases: number | null; overdue: number | null; open: string | null }[];
  partners: { partner: string; claimedBy: string | null; claimedAgainst: string | null; settled: string | null }[];
}

const groupsOf = ({ groups }: Numbers, by: string): Record<string, number | null> =>
  Object.fromEntries(groups.filter((each) => each.by === by).map((each) => [each.group, each.cases]));

/** Every question of a fund and of the area, at addresses that exist. */
const addresses = (proposal: string): { name: string; cases: boolean; path: string; options: object }[] =>
  QUERIES.filter((each) => !/\{proposal\}/.test(each.path) || each.path.startsWith(WHEREABOUTS.dispute.path)).map(
    ({ name, path, cases, options }) => ({
      name,
      options: options.shape,
      cases: cases === true,
      path: `/v1${path
        .replace('{officer}', 'county-finance')
        .replace('{choices}', 'partner')
        .replace('{area}', AREA)
        .replace('{fund}', 'testshire-2018-19')
        .replace('{partner}', COUNTY)
        .replace('{case}', caseNamed('case-0'))
        .replace('{settlement}', 'spring')
        .replace('{revision}', '1')
        .replace('{return}', 'q3')
        .replace('{proposal}', proposal)
        .replace('{year}', '2018-19')}`,
    }),
  );

/** Disputes with everything: open, decided and settled cases, a settlement, and a proposal that waits. */
async function filled(t: Test): Promise<DisputeService & { readonly waiting: string }> {
  const made = await disputeService(t);
  const { ledger, signed, act } = made;
  await openFund(ledger, '2018-19');
  // The fund is known before any case is.
  ledger.now('2018-11-01T10:00:00Z');
  await many(ledger, 'case', 8);
  await many(ledger, 'south', 6, respondent(SOUTH));
  await signed('county-finance', 'north-ccg-finance', 'SplitDecided', decided('case-1', 6_000));
  ledger.now('2019-04-10T09:00:00Z');
  const q3 = { effective: '2019-04-10', return: 'q3', kind: 'quarter-3', on: '2018-12-31' };
  await ledger.post('pool-manager', 'ReturnSubmitted', q3, 'testshire-2018-19');
  const lines = [{ case: caseNamed('case-0'), agreed: '31234.56', abandoned: '5165.44' }];
  const settled = { effective: '2019-04-10', settlement: 'spring', lines };
  await signed('county-finance', 'north-ccg-chief', 'DisputeSettled', settled);
  const waits = await act('county-finance', 'SplitDecided', decided('case-2', 6_000), { path: '/proposals' });
  return { ...made, waiting: waits.json<{ proposal: string }>().proposal };
}

t.test('a program of a partner reads totals, and is told that cases are not for it', async (t) => {
  const { get, waiting } = await filled(t);
  for (const { name, cases, path } of addresses(waiting)) {
    const response = await get(path, PROGRAM);
    if (cases)
      t.match(
        response.json(),
        { status: 403, code: 'not_your_area', detail: /totals of testshire, and no case/ },
        name,
      );
    else t.equal(response.statusCode, 200, `${name}: ${response.body.slice(0, 200)}`);
  }
  t.same(
    addresses(waiting)
      .filter((each) => each.cases)
      .map((each) => each.name),
    [
      'dispute-cases',
      'dispute-case',
      'dispute-outcomes',
      'dispute-classes',
      'dispute-treatments',
      'settlements',
      'settlement',
      'dispute-timeline',
      'dispute-proposals',
      'dispute-proposal',
      'dispute-event',
      'dispute-choices',
    ],
  );
});

t.test('no case and no single case’s sum is in any answer that a program can get', async (t) => {
  const { get, waiting, post, ledger } = await filled(t);
  for (const { name, path, options } of addresses(waiting)) {
    const asked = ['on=2018-12-31&known-at=2018-11-01', 'along=knowledge', 'along=days', 'from-known-at=2018-10-01'];
    for (const query of ['', ...asked.filter((each) => each.split('=', 1)[0]! in options)]) {
      for (const accept of ['application/json', 'text/csv']) {
        const response = await get(`${path}?${query}`, PROGRAM, { accept });
        const what = `${name} ${query} ${accept}`;
        t.notMatch(said(response), CASE, what);
        t.notMatch(said(response), /31234\.56|5165\.44/, `${what}: the sums of the one case that was settled`);
        // The list of possible acts is the same for everybody, and says nothing about cases.
        if (name !== 'facts' && name !== 'dispute-open-acts')
          t.notMatch(said(response), /Dispute[A-Z]|SplitDecided/, `${what}: what happened to cases`);
        t.notMatch(String(response.headers['content-disposition']), CASE);
      }
    }
  }
  const head = await ledger.store.head();
  for (const [path, body] of [
    ['/facts', { fact: { type: 'DisputeRaised', data: raised('case-2') } }],
    [
      '/facts?dry-run=true',
      {
        fact: {
          type: 'ClaimWithdrawn',
          data: { effective: '2018-10-01', case: caseNamed('case-2'), decidedOn: '2018-11-01', ground: 'no-case' },
        },
      },
    ],
    ['/facts', { fact: { type: 'FactReversed', data: { effective: '2018-10-01', reverses: '5', reason: 'x' } } }],
    ['/proposals', { fact: { type: 'SplitDecided', data: decided('case-2', 5_000) } }],
    ['/proposals?dry-run=true', { fact: { type: 'SplitDecided', data: decided('case-2', 5_000) } }],
    [`/proposals/${waiting}/agreement`, {}],
    [`/proposals/${waiting}/decline`, { reason: 'no' }],
  ] as const) {
    for (const officer of [PROGRAM, 'west-district-finance']) {
      const refused = await post(disputesOf(AREA, path), body, officer, { 'if-match': '"1"' });
      t.match(refused.json(), { status: 403, code: 'not_your_area' }, `${path} by ${officer}`);
      t.notMatch(said(refused), CASE);
      t.notMatch(refused.body, /\d\.\d\d/, 'no sum, and no present revision');
    }
  }
  t.equal(await ledger.store.head(), head);
});

t.test('the same cases are seen by whoever acts for a partner of the area in person', async (t) => {
  const { ask, get, waiting } = await filled(t);
  for (const officer of [
    'county-finance',
    'north-ccg-chief',
    'south-ccg-finance',
    'east-district-finance',
    'auditor',
  ]) {
    for (const { name, path } of addresses(waiting).filter((each) => each.cases)) {
      t.equal((await get(path, officer)).statusCode, 200, `${name} for ${officer}`);
    }
    const numbers = (await ask('', officer)).json<Numbers>();
    t.match(numbers, { cases: 14, openCases: 12, claimed: String, agreed: String }, officer);
    t.ok(numbers.groups.length > 1);
    t.ok(numbers.groups.every((each) => each.cases !== null && each.open !== null));
  }
});

t.test('a mandate as program beside one in person elsewhere opens no case; beside one here it does', async (t) => {
  const { ask, ledger } = await filled(t);
  const mandate = async (officer: string, partner: string, chief: string, signer: string, role: string) =>
    ledger.signed(chief, signer, 'OfficerMandated', { effective: '2016-03-01', officer, partner, role }, 'register');
  await mandate(PROGRAM, 'west-district', 'west-district-chief', 'west-district-finance', 'finance-officer');
  t.equal((await ask('/cases', PROGRAM)).statusCode, 403);
  t.equal((await ask('', PROGRAM)).statusCode, 200);
  await mandate(PROGRAM, NORTH, 'north-ccg-chief', 'north-ccg-finance', 'auditor');
  t.equal((await ask('/cases', PROGRAM)).statusCode, 200);
});

t.test('a partner of the fund that is not in the area sees neither cases nor their totals by area', async (t) => {
  const { get, waiting } = await filled(t);
  const officer = 'west-district-finance';
  for (const { name, path } of addresses(waiting).filter((each) => /\/areas\/\w+\/disputes/.test(each.path))) {
    t.match(
      (await get(path, officer)).json(),
      { status: 403, code: 'not_your_area', detail: /acts for no partner/ },
      name,
    );
  }
  t.same((await get('/v1/areas', officer)).json(), { areas: [] });
  const compared = await get('/v1/funds/testshire-2018-19/compare?from-known-at=2018-11-30', officer);
  t.notMatch(compared.body, CASE, 'the fund’s figures are the fund’s');
  t.notMatch((await get('/v1/events', officer)).body, /disputes-/);
  t.match((await get(disputesOf(AREA), 'stranger')).json(), { code: 'not_mandated' });
});

t.test('whoever keeps the ledger sees the totals of an area that is not theirs, and no case', async (t) => {
  const { get, ledger, recorded, post } = await disputeService(t);
  await programOf(ledger, NORTH, 'north-ccg-finance');
  for (const officer of ['registrar', 'pool-manager', 'auditor', 'county-finance']) {
    t.match((await get(disputesOf(OTHER), officer)).json(), { area: OTHER, cases: 0 }, officer);
    t.match((await get(disputesOf(OTHER, '/cases'), officer)).json(), { code: 'not_your_area' });
    t.match((await get(disputesOf(OTHER, '/timeline'), officer)).json(), { code: 'not_your_area' });
    t.match(
      (await post(disputesOf(OTHER, '/facts'), { fact: { type: 'DisputeRaised', data: raised() } }, officer)).json(),
      {
        code: 'not_your_area',
      },
    );
    t.notMatch((await get('/v1/events', officer)).body, new RegExp(`disputes-${OTHER}`));
  }
  t.match((await get('/v1/areas', 'auditor')).json(), { areas: [{ area: OTHER }, { area: AREA }] });
  t.match((await get('/v1/areas', `${NORTH}-program`)).json(), { areas: [{ area: OTHER }, { area: AREA }] });
  t.match((await get('/v1/areas', 'east-district-finance')).json<{ areas: unknown[] }>().areas, [{ area: AREA }]);
  await recorded('county-finance', 'DisputeRaised', raised());
});

t.test('the keeper adds a partner to an area that is not its own, and does nothing else there', async (t) => {
  const { act, get } = await disputeService(t);
  const joining = { effective: '2018-11-01', partner: 'west-district' };
  const add = async (officer: string) =>
    (await act(officer, 'DisputePartnerAdded', joining, { area: OTHER })).json<object>();
  for (const officer of ['west-district-finance', 'east-district-finance']) {
    t.match(await add(officer), { status: 403, code: 'not_your_area' }, officer);
  }
  t.match(await add(PROGRAM), { status: 403, code: 'role_not_allowed' });
  t.match(await add('north-ccg-finance'), { status: 403, code: 'wrong_partner' });
  t.match(await add('pool-manager'), { events: [{ type: 'DisputePartnerAdded' }] });
  t.match((await act('pool-manager', 'DisputeRaised', raised(), { area: OTHER })).json(), { code: 'not_your_area' });
  t.equal((await get(disputesOf(OTHER, '/cases'), 'west-district-finance')).statusCode, 200, 'who has come sees');
  t.equal((await get(disputesOf(OTHER, '/cases'), 'pool-manager')).statusCode, 403, 'and the keeper does not');
});

t.test(
  'a program reads claims as they stood at the last month’s end, rounded, and never of fewer than five cases',
  async (t) => {
    const { ask, ledger, signed } = await disputeService(t);
    const numbers = async (asked = ''): Promise<Numbers> => (await ask(asked, PROGRAM)).json();
    const north = { weekly: '1234.56' };
    await many(ledger, 'north', 7, { costs: [{ from: '2018-10-01', weekly: north.weekly }] });
    t.match(
      await numbers(),
      { disclosed: 'rounded', release: '2018-10-31', cases: 0, openCases: 0, claimed: '0.00', groups: [] },
      'what was raised in the month is told at its end',
    );
    ledger.now('2018-12-03T09:00:00Z');
    let seen = await numbers();
    t.match(seen, { release: '2018-11-30', cases: 5, openCases: 5, overdue: 0, claimed: '75000.00', open: '75000.00' });
    t.match(await numbers('?on=2018-10-05'), { claimed: '75000.00', on: '2018-10-05' }, 'whatever day is asked for');
    t.match(await numbers('?known-at=2018-11-29'), { claimed: '0.00', release: '2018-10-31' }, 'of what was known');
    t.match((await ask('?on=2018-11-30')).json(), { cases: 7, claimed: '75308.17' }, 'exactly, who sees cases');
    t.same(groupsOf(seen, 'kind'), { chc: 5 });
    t.same(groupsOf(seen, 'claimant'), { [COUNTY]: 5 });
    t.ok(seen.groups.every((each) => each.open === null && each.overdue === null));

    await many(ledger, 'south', 4, { ...respondent(SOUTH), kind: 's117', ground: 'section-117-duty' });
    ledger.now('2019-01-03T09:00:00Z');
    seen = await numbers();
    t.match(
      seen,
      { release: '2018-12-31', cases: 5, openCases: 5 },
      'seven to the nearest five: four more renew nothing',
    );
    t.same(groupsOf(seen, 'kind'), { chc: 5 }, 'four of a kind have no row');
    t.same(groupsOf(seen, 'respondent'), { [NORTH]: 5 });
    t.equal(seen.claimed, '114000.00', 'nor are they in any sum');
    const sums = (partner: string) => seen.partners.find((each) => each.partner === partner);
    t.match(sums(COUNTY), { claimedBy: '114000.00', claimedAgainst: '0.00', settled: null });
    t.match(sums(NORTH), { claimedBy: '0.00', claimedAgainst: '114000.00' });
    t.match(sums(SOUTH), { claimedAgainst: '0.00' });

    await signed('county-finance', 'north-ccg-finance', 'SplitDecided', decided('north-0', 6_000));
    ledger.now('2019-04-03T09:00:00Z');
    seen = await numbers();
    t.match(
      seen,
      { release: '2019-03-31', openCases: 10, agreed: '0.00', claimed: '114000.00' },
      'one of seven has changed',
    );
    t.same(groupsOf(seen, 'status'), { open: 10 }, 'four that came and one that was decided are five');
    for (const end of ['05', '06', '07']) {
      ledger.now(`2019-${end}-03T09:00:00Z`);
      const { release, ...later } = (await numbers()) as Numbers & { release: string };
      t.match(later, { claimed: '114000.00', agreed: '0.00' }, `${release}: nothing is renewed`);
    }
    const csv = (await ask('?format=csv', PROGRAM)).body;
    t.match(csv, /all,open,10,0,114000.00/);
    t.match(csv, /kind,chc,5,withheld,withheld/);
    t.match(csv, /partner,[^,]*County[^,]*,,,,settled,withheld/);
  },
);

async function* messages(response: Response): AsyncGenerator<Record<string, string>> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const read = Object.fromEntries(
        fields.map((each) => [each.split(':', 1)[0]!, each.slice(each.indexOf(':') + 1).trim()]),
      );
      if (read['id']) yield read;
    }
  }
}

t.test('events of disputes are followed by those who may see the cases, and by nobody else', async (t) => {
  const { app, get, ledger, waiting } = await filled(t);
  t.ok(waiting);
  const streams = async (officer: string) =>
    new Set(
      (await get('/v1/events', officer)).body
        .trim()
        .split('\n')
        .map((text) => (JSON.parse(text) as { stream: string }).stream),
    );
  t.ok((await streams('north-ccg-finance')).has(DISPUTES));
  for (const officer of [PROGRAM, 'west-district-finance']) {
    t.same(
      [...(await streams(officer))].filter((each) => each.startsWith('disputes-')),
      [],
      officer,
    );
  }
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const follow = async (officer: string) =>
    messages(
      await fetch(`${address}/v1/events?after=${String(await ledger.store.head())}`, {
        headers: { authorization: `Test ${officer}`, accept: 'text/event-stream' },
      }),
    );
  const [program, person] = [await follow(PROGRAM), await follow('north-ccg-finance')];
  await ledger.post('county-finance', 'DisputeRaised', raised('later', { raisedOn: '2019-04-01' }), DISPUTES);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  t.match((await person.next()).value, { event: 'DisputeRaised' });
  t.match((await person.next()).value, { event: 'PlanLineSet' });
  const { value } = (await program.next()) as { value: { event: string; data: string } };
  t.match(value, { event: 'PlanLineSet' });
  t.notMatch(value.data, CASE);
  await app.close();
});

t.test('a comparison folds what the facts of disputes changed into what accrued', async (t) => {
  const { get, ledger, waiting } = await filled(t);
  t.ok(waiting);
  await ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2018-04-01' }), 'testshire-2018-19');
  const path =
    '/v1/funds/testshire-2018-19/compare?from-on=2018-12-31&from-known-at=2018-11-01T09:00:00Z&to-on=2019-03-31&to-known-at=2019-04-30';
  interface Compared {
    from: Record<string, string>;
    to: Record<string, string>;
    movers: { stream: string; changes: Record<string, string> }[];
    accrued: Record<string, string>;
  }
  const pence = (text = '0.00') => Math.round(Number(text) * 100);
  for (const [officer, folded] of [
    ['county-finance', false],
    [PROGRAM, true],
    ['west-district-finance', true],
  ] as const) {
    const { from, to, movers, accrued } = (await get(path, officer)).json<Compared>();
    t.equal(
      movers.some((each) => each.stream === 'disputes'),
      !folded,
      officer,
    );
    for (const figure of ['openClaims', 'exposure', 'requirement', 'gap', 'hard']) {
      const moved = movers.reduce((sum, each) => sum + pence(each.changes[figure]), pence(accrued[figure]));
      t.equal(pence(from[figure]) + moved, pence(to[figure]), `${figure} for ${officer}`);
    }
    t.not(to['openClaims'], from['openClaims']);
  }
});

t.test(
  'the history of the gap does not tell a program when one case changed, and ends where the gap stands',
  async (t) => {
    const { get, ledger, waiting } = await filled(t);
    t.ok(waiting);
    const fund = '/v1/funds/testshire-2018-19';
    interface Point {
      at: string;
      openClaims: string;
      requirement: string;
    }
    const points = async (officer: string, query = '?on=2019-03-31') =>
      (await get(`${fund}/gap/history${query}`, officer)).json<{ points: Point[] }>().points;
    ledger.now('2019-04-20T09:00:00Z');
    await many(ledger, 'later', 1);
    t.match(await points('auditor'), [{ at: '2018-11-01T10:00:00.000Z' }, { at: '2019-04-20T09:00:00.000Z' }]);
    const ends = ['2018-11-30', '2018-12-31', '2019-01-31', '2019-02-28', '2019-03-31'];
    const told = async () => (await points(PROGRAM)).map(({ at, openClaims }) => [at.slice(0, 10), openClaims]);
    const accrued = await told();
    t.same(
      accrued.map(([day]) => day),
      ends,
      'the ends of the months in which the claims of thirteen cases accrued',
    );
    ledger.now('2019-05-01T09:00:00Z');
    t.same(await told(), accrued, 'one case more and one settled renew nothing');
    t.equal((await get(`${fund}/gap?on=2019-03-31`, PROGRAM)).json<Point>().openClaims, accrued.at(-1)![1]);
    await ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2018-04-01' }), 'testshire-2018-19');
    t.match((await points(PROGRAM)).at(-1), {
      at: '2019-05-01T09:00:00.000Z',
      requirement: '1000000.00',
      openClaims: accrued.at(-1)![1],
    });
    const days = await points(PROGRAM, '?on=2019-03-31&along=days');
    t.ok(days.every(({ openClaims }) => openClaims === accrued.at(-1)![1]));
    t.same((await points(PROGRAM, '?on=2018-04-01&along=days')).length, 1);
  },
);

t.test(
  'a return, which holds the sum of open claims to the penny, is followed whole by those who see cases',
  async (t) => {
    const { get } = await filled(t);
    interface Line {
      readonly type: string;
      readonly hash?: string;
      readonly withheld?: true;
      readonly data: Readonly<Record<string, unknown>>;
    }
    const filed = async (officer: string) =>
      (await get('/v1/events', officer)).body
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line)
        .find(({ type }) => type === 'ReturnSubmitted')!;
    t.match(await filed('county-finance'), { hash: String, data: { figures: Array, digest: String } });
    for (const officer of [PROGRAM, 'west-district-finance']) {
      const line = await filed(officer);
      t.same(line.data, { effective: '2019-04-10' }, officer);
      t.equal(line.withheld, true);
      t.notOk('hash' in line, 'a hash would be of the sum, which could be tried until it fits');
      t.match((await get('/v1/funds/testshire-2018-19/returns/q3', officer)).json(), { digest: null, intact: true });
      for (const path of ['returns/q3', 'return-figures', 'returns']) {
        t.notMatch((await get(`/v1/funds/testshire-2018-19/${path}`, officer)).body, /openClaims|digest":"/);
      }
    }
  },
);

t.test('a leaf hash is shown only with all that it is the hash of', async (t) => {
  const { get } = await filled(t);
  interface Line extends Omit<Hashed, 'data' | 'metadata'> {
    readonly hash?: string;
    readonly data: object;
    readonly metadata: object;
  }
  for (const officer of ['county-finance', PROGRAM, 'west-district-finance', 'auditor']) {
    const lines = (await get('/v1/events', officer)).body.split('\n').filter(Boolean);
    t.ok(lines.length > 10, officer);
    for (const line of lines.map((each) => JSON.parse(each) as Line)) {
      const shown = hexOf(leafOf({ ...line, data: canonical(line.data), metadata: canonical(line.metadata) }));
      const { stream, revision } = line;
      if (line.hash !== undefined) t.equal(line.hash, shown, `${officer}: ${stream} ${String(revision)}`);
      if (!stream.startsWith('fund-')) continue;
      const one = await get(`/v1/funds/${stream.slice('fund-'.length)}/timeline/${String(revision)}`, officer);
      t.equal(one.json<{ hash: string | null }>().hash, line.hash ?? null, `${officer}: ${stream} ${String(revision)}`);
    }
  }
});

// Texts that may be written

interface Leaf {
  readonly path: readonly (string | number)[];
  readonly schema: Record<string, unknown>;
}

/** Every field of a schema that can hold text, with the names on the way to it. */
function leaves(schema: Record<string, unknown>, path: readonly (string | number)[] = []): Leaf[] {
  const branches = (schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']) as Record<string, unknown>[] | undefined;
  if (branches) return branches.flatMap((each) => leaves(each, path));
  if (schema['type'] === 'array') return leaves(schema['items'] as Record<string, unknown>, [...path, 0]);
  if (schema['type'] === 'object') {
    return Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>).flatMap(
      ([name, each]) => leaves(each, [...path, name]),
    );
  }
  return [{ path, schema }];
}

const inputOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;

/** Data in which only one field has a value. */
const holding = (path: readonly (string | number)[], value: unknown): unknown =>
  path.reduceRight((inner, name) => (typeof name === 'number' ? [inner] : { [name]: inner }), value);

const DISPUTE_FACTS = allFacts()
  .filter(({ kind }) => kind === KINDS.dispute)
  .map(({ fact }) => fact);
const NUMBERS = [
  '9434765919',
  '943 476 5919',
  '943-476-5919',
  '９４３４７６５９１９',
  '943\u00a0476\u00a05919',
  'for 943.476.5919, see',
];

t.test('no text of any fact of a dispute takes what is shaped like an NHS number', async (t) => {
  const { post } = await disputeService(t);
  let tried = 0;
  const free = new Set<string>();
  for (const { name, input } of DISPUTE_FACTS) {
    for (const { path, schema } of leaves(inputOf(input))) {
      if (schema['type'] !== 'string' && schema['type'] !== undefined) continue;
      const pointer = `/fact/data/${path.join('/')}`;
      if (schema['type'] === 'string' && !schema['pattern'] && !schema['format'] && !schema['enum']) free.add(pointer);
      for (const text of NUMBERS) {
        // A number may be a revision that the ledger has given; a rule refuses any other.
        if (pointer.endsWith('/reverses') && /^\d+$/.test(text)) continue;
        const body = { fact: { type: name, data: holding(path, text) } };
        const response = await post(disputesOf(AREA, '/facts?dry-run=true'), body, 'county-finance');
        const { status, errors = [] } = response.json<{
          status: number;
          errors?: { pointer: string; detail: string }[];
        }>();
        t.ok(
          status === 400 && errors.some((each) => each.pointer === pointer),
          `${name} ${pointer} "${text}": ${response.body.slice(0, 300)}`,
        );
        tried++;
      }
    }
  }
  t.ok(tried > 300, `${tried} tries`);
  t.ok(free.size >= 8, `${[...free].join(' ')}: text that an officer words`);
});

t.test('nor do the words that go with a fact', async (t) => {
  const { post } = await disputeService(t);
  const fact = { type: 'SplitDecided', data: decided('one', 5_000) };
  const id = '00000000-0000-4000-8000-000000000000';
  for (const text of NUMBERS) {
    for (const [path, body, pointer] of [
      ['/proposals', { fact, conditions: text }, '/conditions'],
      ['/proposals', { fact, evidence: [{ reference: text }] }, '/evidence/0/reference'],
      ['/facts', { fact, adjustment: { reason: text } }, '/adjustment/reason'],
      [`/proposals/${id}/agreement`, { evidence: [{ reference: text }] }, '/evidence/0/reference'],
      [`/proposals/${id}/counter`, { fact, conditions: text }, '/conditions'],
      [`/proposals/${id}/decline`, { reason: text }, '/reason'],
      [`/proposals/${id}/withdrawal`, { reason: text }, '/reason'],
    ] as const) {
      const refused = await post(disputesOf(AREA, path), body, 'county-finance', { 'if-match': '"1"' });
      t.match(refused.json(), { status: 400, errors: [{ pointer }] }, `${path} "${text}"`);
      t.notMatch(refused.body, text, 'and it is not said back');
    }
  }
});

const IDENTITY =
  /(^|[^a-z])(patient|person|client|user|name|forename|surname|initials?|title|nhs|nino|ni|dob|born|birth|date-of-birth|age|sex|gender|ethnicity|address|postcode|street|uprn|gp|practice|doctor|provider|home|email|mail|phone|tel|contact|diagnosis|condition|notes?|comments?|description|story|details?)([^a-z]|$)/i;
/**
 * Fields that have the same names as other things: the title of a stage or a protocol, and the subject of a settlement.
 */
const NAMED_OTHERWISE = ['title', 'note'];

t.test('no field of a dispute is named for who somebody is', async (t) => {
  const words = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  let walked = 0;
  for (const { name, input, stored } of DISPUTE_FACTS) {
    for (const schema of [input, stored]) {
      for (const { path } of leaves(inputOf(schema))) {
        for (const field of path.filter((each) => typeof each === 'string')) {
          walked++;
          if (!NAMED_OTHERWISE.includes(field)) t.notMatch(words(field), IDENTITY, `${name}: ${path.join('.')}`);
        }
      }
    }
  }
  for (const { path, answer } of QUERIES.filter((each) => each.cases)) {
    for (const { path: fields } of leaves(z.toJSONSchema(answer, { unrepresentable: 'any' }))) {
      const field = words(String(fields.at(-1) ?? ''));
      // The name of a partner is the name of a body, and the age is that of the dispute.
      if (['name', 'age', 'conditions'].includes(field)) continue;
      t.notMatch(field, IDENTITY, `${path}: ${fields.join('.')}`);
      walked++;
    }
  }
  t.ok(walked > 150, `${walked} fields`);
  t.ok(Object.keys(PROPOSAL_EVENTS).length > 0);
});

t.test(
  'free text of a dispute is about money and procedure, in the fields that are listed here and no other',
  async (t) => {
    const free = DISPUTE_FACTS.flatMap(({ name, input }) =>
      leaves(inputOf(input))
        .filter(({ schema }) => schema['type'] === 'string')
        .filter(
          ({ schema }) => !schema['pattern'] && !schema['format'] && !schema['enum'] && schema['const'] === undefined,
        )
        .map(({ path }) => `${name} ${path.filter((each) => typeof each === 'string').join('.')}`),
    );
    t.same(
      [...new Set(free)].sort(),
      [
        'DisputeProtocolAdopted stages.title',
        'DisputeProtocolAdopted title',
        'DisputeSettled note',
        'AccountingClassConfirmed reason',
        'FactReversed reason',
        'RefundPaid bankReference',
        'RefundPaid interest.basis',
        'RefundPaid reason',
        'SplitDecided decision',
        'WriteOffApproved minute',
        'WriteOffLimitSet minute',
      ].sort(),
    );
  },
);

t.test('a case is known by a random identifier, and by nothing else', async (t) => {
  const { act, ask } = await disputeService(t);
  for (const reference of [
    'smith-john',
    '9434765919',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    '6f1d3a52-8f0e-5c1b-9d63-0b9c1f7a4e21',
    '018f5c2e-7b1a-7c3d-8e4f-5a6b7c8d9e0f',
    '6f1d3a52-8f0e-4c1b-cd63-0b9c1f7a4e21',
    '{6f1d3a52-8f0e-4c1b-9d63-0b9c1f7a4e21}',
    '6f1d3a528f0e4c1b9d630b9c1f7a4e21',
    '',
  ]) {
    const response = await act('county-finance', 'DisputeRaised', raised('one', { case: reference }));
    t.match(
      response.json(),
      { status: 400, errors: [{ pointer: '/fact/data/case', detail: /random UUID/ }] },
      reference,
    );
  }
  const upper = caseNamed('one').toUpperCase();
  t.equal((await act('county-finance', 'DisputeRaised', raised('one', { case: upper }))).statusCode, 201);
  t.match((await act('county-finance', 'DisputeRaised', raised('one'))).json(), { code: 'identifier_used' });
  t.equal((await ask(`/cases/${upper}`)).statusCode, 200, 'capitals are the same identifier');
});

t.test('what a fund says of its area’s disputes is totals', async (t) => {
  const { get, ledger } = await filled(t);
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ effective: '2018-04-01' }),
    'testshire-2018-19',
  );
  for (const { path } of QUERIES.filter(
    (each) => each.path.startsWith('/funds/{fund}') && !each.path.includes('{proposal}'),
  )) {
    const named = path.replace('{fund}', FUND.replace('2016-17', '2018-19')).replace('{return}', 'q3');
    const whole = named.replace('{partner}', COUNTY).replace('{revision}', '0').replace('{choices}', 'partner');
    const address = `/v1${whole.replace('{officer}', 'county-finance')}`;
    const { statusCode, body } = await get(address, PROGRAM);
    t.equal(statusCode, 200, path);
    t.notMatch(body, CASE, path);
  }
});
