import t from 'tap';
import { ADDRESSES, remedyOf } from '../../src/ledger/remedies.js';
import { RULES, type RuleCode } from '../../src/domain/rules.js';
import { allFacts, KINDS, WHEREABOUTS } from '../../src/ledger/catalogue.js';
import { contribution, grant, line, NORTH } from '../support/ledger.js';
import { fund, service } from './support.js';

const set = (more: object = {}) => ({ fact: { type: 'PlanLineSet', data: line({ ...more }) } });
const offer = (more: object = {}) => ({ fact: { type: 'ContributionAgreed', data: contribution({ ...more }) } });

t.test('posting a fact answers 201 with where it stands and what it says, and an ETag', async (t) => {
  const { post } = await service(t);
  const response = await post(fund('/facts'), set());
  t.equal(response.statusCode, 201);
  t.equal(response.headers['etag'], '"1"');
  t.match(response.json(), {
    stream: 'fund-testshire-2016-17',
    revision: '1',
    position: /^\d+$/,
    recordedAt: '2016-03-01T09:00:00.000Z',
    events: [{ type: 'PlanLineSet', revision: '1', sentence: /^Plan line "home-care"/ }],
  });
});

t.test('the same key answers as the first time, and records nothing again', async (t) => {
  const { post, ledger } = await service(t);
  const key = { 'idempotency-key': 'my-key' };
  const first = await post(fund('/facts'), set(), 'pool-manager', key);
  const head = await ledger.store.head();
  ledger.now('2016-03-02T09:00:00Z');
  const again = await post(fund('/facts'), set(), 'pool-manager', key);
  t.equal(again.statusCode, 201);
  t.equal(again.headers['idempotency-replayed'], 'true');
  t.same(again.json(), first.json());
  t.equal(await ledger.store.head(), head);
  const other = await post(fund('/facts'), set({ amount: '2.00' }), 'pool-manager', key);
  t.match(other.json(), { status: 422, code: 'key_reused' });
  const another = await post(fund('/facts'), set({ line: 'another' }), 'county-finance', key);
  t.equal(another.statusCode, 201, 'another officer’s key of the same name is another key');
});

t.test('a dry run under the key of an act that is recorded says that it is', async (t) => {
  const { post, ledger } = await service(t);
  const key = { 'idempotency-key': 'my-key' };
  const tried = await post(`${fund('/facts')}?dry-run=true`, set(), 'pool-manager', key);
  t.equal(tried.headers['idempotency-replayed'], undefined, 'nothing is recorded under it yet');
  const first = await post(fund('/facts'), set(), 'pool-manager', key);
  const head = await ledger.store.head();
  const again = await post(`${fund('/facts')}?dry-run=true`, set(), 'pool-manager', key);
  t.equal(again.statusCode, 200);
  t.equal(again.headers['idempotency-replayed'], 'true');
  t.same(again.json(), first.json());
  t.equal(await ledger.store.head(), head);
});

t.test('two requests with one key at once are one act', async (t) => {
  const { post } = await service(t);
  const key = { 'idempotency-key': 'both' };
  const answers = await Promise.all([
    post(fund('/facts'), set(), 'pool-manager', key),
    post(fund('/facts'), set(), 'pool-manager', key),
  ]);
  t.same(answers.map((each) => each.statusCode).sort(), [201, 409]);
  t.match(answers.find((each) => each.statusCode === 409)?.json(), { code: 'key_in_progress' });
});

t.test('a dry run says what would be recorded, and records nothing', async (t) => {
  const { post, ledger } = await service(t);
  const head = await ledger.store.head();
  const response = await post(`${fund('/facts')}?dry-run=true`, set());
  t.equal(response.statusCode, 200);
  t.match(response.json(), { events: [{ type: 'PlanLineSet' }] });
  t.notOk('position' in response.json<object>());
  const refused = await post(`${fund('/facts')}?dry-run=true`, set({ category: 'whim' }));
  t.equal(refused.json<{ code: string }>().code, 'category_unknown');
  t.equal(await ledger.store.head(), head);
});

t.test('a proposal is signed on the state that the signer has read', async (t) => {
  const { get, post } = await service(t);
  const made = await post(
    fund('/proposals'),
    { ...offer(), conditions: 'the plan is approved', expires: '2016-04-30' },
    'north-ccg-finance',
  );
  t.equal(made.statusCode, 201);
  const { proposal } = made.json<{ proposal: string }>();
  const path = fund(`/proposals/${proposal}`);
  const read = await get(path, 'county-finance');
  t.match(read.json(), {
    by: NORTH,
    awaiting: ['county'],
    conditions: 'the plan is approved',
    expires: '2016-04-30',
    signature: 'other-side',
  });
  const etag = String(read.headers['etag']);
  t.equal(etag, made.headers['etag']);

  t.match((await post(`${path}/agreement`, {}, 'county-finance')).json(), { status: 428, code: 'if_match_missing' });
  t.match((await post(`${path}/agreement`, {}, 'county-finance', { 'if-match': '"0"' })).json(), {
    status: 412,
    code: 'if_match_stale',
  });
  t.match((await post(`${path}/agreement`, {}, 'county-finance', { 'if-match': 'W/"1"' })).json(), {
    code: 'if_match_stale',
  });
  t.match((await post(`${path}/agreement`, {}, 'north-ccg-finance', { 'if-match': etag })).json(), {
    status: 403,
    code: 'same_partner',
  });

  await post(fund('/facts'), set());
  const countered = await post(
    `${path}/counter`,
    { ...offer({ amount: '2.00' }), conditions: 'none', expires: '2016-05-31' },
    'county-finance',
    { 'if-match': etag },
  );
  t.equal(countered.statusCode, 201, 'an unrelated fact does not make what was read stale');
  t.match((await post(`${path}/agreement`, {}, 'north-ccg-finance', { 'if-match': etag })).json(), {
    code: 'if_match_stale',
  });
  const signed = await post(`${path}/agreement`, {}, 'north-ccg-finance', {
    'if-match': String(countered.headers['etag']),
  });
  t.match(signed.json(), { events: [{ type: 'ProposalAgreed' }, { type: 'ContributionAgreed' }] });
  t.match((await get(path)).json(), { state: 'agreed', ending: 'it was signed', signers: [], steps: [{}, {}, {}] });
  t.match((await get(path.replace(/[^/]+$/, '6158e32f-7fd2-4cef-93fd-d29dd78439c4'))).json(), {
    status: 404,
    code: 'proposal_unknown',
  });
});

t.test('a proposal is declined or withdrawn with a reason', async (t) => {
  const { post } = await service(t);
  for (const [answer, officer] of [
    ['decline', 'county-finance'],
    ['withdrawal', 'north-ccg-finance'],
  ] as const) {
    const made = await post(fund('/proposals'), offer({ contribution: answer }), 'north-ccg-finance');
    const path = fund(`/proposals/${made.json<{ proposal: string }>().proposal}/${answer}`);
    const headers = { 'if-match': String(made.headers['etag']) };
    t.match((await post(path, {}, officer, headers)).json(), {
      code: 'fields_invalid',
      errors: [{ pointer: '/reason', detail: /missing/ }],
    });
    t.equal((await post(path, { reason: 'not this year' }, officer, headers)).statusCode, 201);
  }
});

t.test('the register is written by the same routes', async (t) => {
  const { get, post } = await service(t);
  const mandate = { effective: '2016-03-01', officer: 'new', partner: 'county', role: 'finance-officer' };
  const made = await post(
    '/v1/register/proposals',
    { fact: { type: 'OfficerMandated', data: mandate } },
    'county-chief',
  );
  const { proposal } = made.json<{ proposal: string }>();
  t.match((await get(`/v1/register/proposals`)).json(), { proposals: [{ proposal, by: 'county' }] });
  const read = await get(`/v1/register/proposals/${proposal}`);
  const signed = await post(`/v1/register/proposals/${proposal}/agreement`, {}, 'registrar', {
    'if-match': String(read.headers['etag']),
  });
  t.equal(signed.statusCode, 201);
  t.equal((await post(fund('/facts'), set(), 'new')).statusCode, 201, 'and the new officer can act at once');
  const ended = { effective: '2016-02-29', officer: 'new', partner: 'county', role: 'finance-officer', reason: 'left' };
  t.match((await post('/v1/register/facts', { fact: { type: 'MandateEnded', data: ended } }, 'registrar')).json(), {
    code: 'mandate_unknown',
  });
});

t.test('an If-Match on a fact binds it to the fund that was read', async (t) => {
  const { get, post } = await service(t);
  const read = await get(fund(''));
  t.equal(read.headers['etag'], '"0"');
  const headers = { 'if-match': String(read.headers['etag']) };
  t.equal((await post(fund('/facts'), set(), 'pool-manager', headers)).statusCode, 201);
  t.match((await post(fund('/facts'), set({ line: 'other' }), 'pool-manager', headers)).json(), {
    code: 'if_match_stale',
  });
});

interface Bad {
  readonly name: string;
  readonly path?: string;
  readonly body: unknown;
  readonly officer?: string;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly code: RuleCode;
  readonly pointer?: string;
}

t.test('bad input gets its problem document, in words, and the ledger’s head does not move', async (t) => {
  const { post, ledger } = await service(t);
  const facts = fund('/facts');
  const proposals = fund('/proposals');
  ledger.now('2016-05-01T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ contribution: 'minimum', source: 'NHS_MIN', effective: '2016-05-01' }),
  );
  const withdrawal = {
    effective: '2016-05-01',
    payer: NORTH,
    of: { contribution: 'minimum' },
    amount: '1.00',
    noticeGiven: '2016-05-01',
    reason: 'saving',
  };
  const may = { effective: '2016-05-01' };
  const cases: Bad[] = [
    {
      name: 'a JSON number for money',
      body: set({ amount: 1000000 }),
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/amount',
    },
    {
      name: 'three decimals',
      body: set({ amount: '1.005' }),
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/amount',
    },
    {
      name: 'an amount with three places',
      body: set({ amount: '1.000' }),
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/amount',
    },
    {
      name: 'an amount beyond all sums',
      body: set({ amount: '10000000000.00' }),
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/amount',
    },
    {
      name: 'an unknown field',
      body: set({ colour: 'red' }),
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/colour',
    },
    {
      name: 'an unknown field outside the fact',
      body: { ...set(), recordedAt: '2016-01-01' },
      status: 400,
      code: 'fields_invalid',
      pointer: '/recordedAt',
    },
    {
      name: 'an unknown fact',
      body: { fact: { type: 'MoneyMade', data: {} } },
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/type',
    },
    {
      name: 'a fact of another kind of stream',
      body: { fact: { type: 'MandateEnded', data: {} } },
      status: 400,
      code: 'fields_invalid',
    },
    { name: 'no fact', body: {}, status: 400, code: 'fields_invalid', pointer: '/fact' },
    { name: 'an array', body: [], status: 400, code: 'fields_invalid' },
    {
      name: '30 February',
      body: set({ effective: '2017-02-30' }),
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/effective',
    },
    {
      name: 'a missing field',
      body: { fact: { type: 'PlanLineSet', data: { ...line(), amount: undefined } } },
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/amount',
    },
    {
      name: 'an NHS number in a reason',
      body: { fact: { type: 'PlanLineRevised', data: { ...may, line: 'x', now: '1.00', reason: 'for 943 476 5919' } } },
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/reason',
    },
    {
      name: 'half a sign',
      body: JSON.stringify(set({ description: 'half' })).replace('half', '\\ud800'),
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/description',
    },
    {
      name: 'a partner named twice',
      path: '/v1/funds/testshire-2019-20/facts',
      body: {
        fact: {
          type: 'FundOpened',
          data: {
            effective: '2019-04-01',
            area: 'testshire',
            year: '2019-20',
            host: 'county',
            partners: ['county', 'county'],
          },
        },
      },
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/partners',
    },
    {
      name: 'a district named twice',
      body: {
        fact: {
          type: 'GrantDetermined',
          data: grant({
            passDown: {
              by: '2016-06-30',
              shares: [
                { district: 'east-district', amount: '450000.00' },
                { district: 'east-district', amount: '450000.00' },
              ],
            },
          }),
        },
      },
      officer: 'county-finance',
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/passDown/shares',
    },
    { name: 'an address that is not one', path: '/v1/funds/%/facts', body: set(), status: 404, code: 'not_found' },
    {
      name: 'an address that is too long',
      path: `/v1/funds/${'x'.repeat(200)}/facts`,
      body: set(),
      status: 414,
      code: 'address_too_long',
    },
    {
      name: 'a digest that is none',
      body: { ...set(), evidence: [{ reference: 'minutes', sha256: 'abc' }] },
      status: 400,
      code: 'fields_invalid',
      pointer: '/evidence/0/sha256',
    },
    { name: 'broken JSON', body: '{"fact": ', status: 400, code: 'body_not_json' },
    { name: 'no body', body: '', status: 400, code: 'body_not_json' },
    { name: 'a poisoned prototype', body: '{"__proto__": {"admin": true}}', status: 400, code: 'body_not_json' },
    {
      name: 'two megabytes',
      body: JSON.stringify({ fact: 'x'.repeat(2 * 1024 * 1024) }),
      status: 413,
      code: 'body_too_large',
    },
    {
      name: 'a form',
      body: 'a=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      status: 415,
      code: 'body_not_supported',
    },
    { name: 'no idempotency key', body: set(), headers: { 'idempotency-key': '' }, status: 400, code: 'key_missing' },
    {
      name: 'a key of 300 characters',
      body: set(),
      headers: { 'idempotency-key': 'k'.repeat(300) },
      status: 400,
      code: 'key_missing',
    },
    { name: 'a stale If-Match', body: set(), headers: { 'if-match': '"0"' }, status: 412, code: 'if_match_stale' },
    {
      name: 'a wrong dry run',
      path: `${facts}?dry-run=perhaps`,
      body: set(),
      status: 400,
      code: 'fields_invalid',
      pointer: '/query/dry-run',
    },
    {
      name: 'a fund that is not there',
      path: '/v1/funds/nowhere-2016-17/facts',
      body: set(),
      status: 404,
      code: 'fund_unknown',
    },
    {
      name: 'a fund with a name that is none',
      path: '/v1/funds/NO!/facts',
      body: set(),
      status: 400,
      code: 'fields_invalid',
      pointer: '/path/fund',
    },
    {
      name: 'a proposal that is none',
      path: fund('/proposals/1/agreement'),
      body: {},
      headers: { 'if-match': '"0"' },
      status: 400,
      code: 'fields_invalid',
      pointer: '/path/proposal',
    },
    { name: 'somebody without a mandate', body: set(), officer: 'stranger', status: 403, code: 'not_mandated' },
    { name: 'the wrong partner', body: set(), officer: 'north-ccg-finance', status: 403, code: 'wrong_partner' },
    { name: 'an auditor', body: set(), officer: 'auditor', status: 403, code: 'role_not_allowed' },
    {
      name: 'a contribution without the other side',
      body: offer(may),
      officer: 'north-ccg-finance',
      status: 409,
      code: 'signature_needed',
    },
    {
      name: 'a withdrawal from a compulsory source',
      path: proposals,
      body: { fact: { type: 'DiscretionaryPaymentWithdrawn', data: withdrawal } },
      officer: 'north-ccg-finance',
      status: 422,
      code: 'compulsory_source',
    },
    {
      name: 'a withdrawal from both an offer and an agreement',
      path: proposals,
      body: { fact: { type: 'DiscretionaryPaymentWithdrawn', data: { ...withdrawal, of: {} } } },
      officer: 'north-ccg-finance',
      status: 400,
      code: 'fields_invalid',
      pointer: '/fact/data/of',
    },
    { name: 'a day in a closed period', body: set(), status: 409, code: 'period_closed' },
    {
      name: 'a day of another year',
      body: set({ effective: '2017-04-01' }),
      status: 422,
      code: 'effective_outside_year',
    },
  ];
  for (const { name, path = facts, body, officer = 'pool-manager', headers = {}, status, code, pointer } of cases) {
    const head = await ledger.store.head();
    const response = await post(path, body, officer, headers);
    t.equal(await ledger.store.head(), head, `${name}: nothing is recorded`);
    t.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8', name);
    const problem = response.json<{ errors?: { pointer: string }[]; detail: string }>();
    t.match(
      problem,
      {
        type: `/problems/${code}`,
        status,
        code,
        title: RULES[code].title,
        remedy: remedyOf(code, ADDRESSES),
        detail: /\w/,
        instance: /\w/,
      },
      name,
    );
    t.equal(response.statusCode, status, name);
    if (pointer !== undefined)
      t.ok(
        problem.errors?.some((each) => each.pointer === pointer),
        `${name}: ${JSON.stringify(problem.errors)}`,
      );
  }
});

t.test('every fault of form is named at once', async (t) => {
  const { post } = await service(t);
  const response = await post(fund('/facts'), {
    fact: { type: 'PlanLineSet', data: { effective: 'soon', amount: 5 } },
  });
  const problem = response.json<{ errors: { pointer: string; detail: string }[]; detail: string }>();
  t.match(problem.detail, /There are \d faults in all/);
  t.same(
    problem.errors.map((each) => each.pointer),
    ['effective', 'line', 'description', 'category', 'source', 'recurrent', 'amount'].map(
      (name) => `/fact/data/${name}`,
    ),
  );
  t.match(problem.errors.at(-1)?.detail, /JSON number can lose pence/);
});

t.test('the same officer cannot sign twice', async (t) => {
  const { post, ledger } = await service(t);
  ledger.now('2016-05-01T09:00:00Z');
  const made = await post(
    fund('/proposals'),
    { fact: { type: 'PeriodClosed', data: { period: 1, effective: '2016-04-30' } } },
    'county-chief',
  );
  const { proposal } = made.json<{ proposal: string }>();
  const response = await post(fund(`/proposals/${proposal}/agreement`), {}, 'county-chief', {
    'if-match': String(made.headers['etag']),
  });
  t.match(response.json(), {
    status: 403,
    code: 'same_officer',
    detail: /county-chief proposed it; another officer of county must sign it/,
  });
});

t.test('an adjustment of a closed period is marked, with a reason', async (t) => {
  const { post, ledger } = await service(t);
  ledger.now('2016-05-01T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
  const adjustment = { reason: 'the invoice came late' };
  const made = await post(fund('/proposals'), { ...set(), adjustment }, 'pool-manager');
  t.equal(made.statusCode, 201);
  t.match((await post(fund('/facts'), { ...set(), adjustment }, 'pool-manager')).json(), { code: 'signature_needed' });
  await ledger.signed('pool-manager', 'county-chief', 'PeriodReopened', {
    period: 1,
    effective: '2016-04-30',
    reason: 'to offer',
  });
  const offered = await post(fund('/proposals'), offer(), 'north-ccg-finance');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
  const agreement = fund(`/proposals/${offered.json<{ proposal: string }>().proposal}/agreement`);
  t.equal(
    (await post(agreement, { adjustment }, 'county-finance', { 'if-match': String(offered.headers['etag']) }))
      .statusCode,
    201,
  );
});

t.test('the document tells media types, headers and names of every operation', async (t) => {
  const { app } = await service(t);
  interface Operation {
    readonly operationId?: string;
    readonly responses: Record<string, { description: string; headers?: object; content: Record<string, unknown> }>;
  }
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, Record<string, Operation>> }>();
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const ids = all.map(({ operation }) => operation.operationId);
  t.equal(new Set(ids).size, ids.length, 'each has a name of its own');
  for (const { path, method, operation } of all) {
    t.match(operation.operationId, /^[a-z-]+$/, path);
    t.same(Object.keys(operation.responses['default']!.content), ['application/problem+json'], path);
    t.notOk('x-answer-headers' in operation);
    for (const [status, { description }] of Object.entries(operation.responses)) {
      t.not(description, 'Default Response', `${path} ${status}`);
    }
    const good = Object.keys(operation.responses['200']!.content);
    if (path === '/v1/events') {
      t.same(good, ['application/x-ndjson', 'text/event-stream']);
    } else if (path.endsWith('/what-if')) {
      t.same(good, ['application/json'], 'it records nothing, so it has no revision and no key');
    } else if (method === 'post' && path.endsWith('/roll-forward')) {
      t.match(operation.responses, { 200: {}, 201: {} }, 'it is several acts, and tells what came of each');
    } else if (method === 'post') {
      t.match(operation.responses['201'], { headers: { etag: {}, 'idempotency-replayed': {} } });
    } else {
      t.same(good, ['application/json', 'text/csv'], path);
      t.match(operation.responses['200'], { headers: { etag: {}, link: {} } });
    }
  }
});

t.test('every fact of the catalogue is described on the routes that take it, and on no other', async (t) => {
  const { app } = await service(t);
  const document = (await app.inject('/openapi.json')).json<{
    openapi: string;
    paths: Record<string, Record<string, unknown>>;
    components: { schemas: Record<string, unknown> };
  }>();
  t.match(document.openapi, /^3\.1/);
  const { schemas } = document.components;
  for (const { name, opener, deals } of Object.values(KINDS)) {
    const bodyOf = (route: string) => JSON.stringify(document.paths[`/v1${WHEREABOUTS[name].path}/${route}`]);
    const dealt = JSON.stringify(schemas[name === 'fund' ? 'FundDealFact' : 'DisputeDealFact']);
    const [posts, proposals, counters] = ['facts', 'proposals', 'proposals/{proposal}/counter'].map(bodyOf);
    for (const { fact } of allFacts().filter(({ kind }) => kind.name === name)) {
      const named = `"${fact.name}"`;
      const alone = fact.signature === 'none' || fact.signedAs !== undefined;
      t.equal(posts!.includes(named), alone, `${fact.name} is posted only where it needs no signature`);
      // In a fund, a fact that needs no signature is proposed as an adjustment of a closed period.
      t.equal(proposals!.includes(named), !alone || fact.signedAs !== undefined || name === 'fund', fact.name);
      t.equal(counters!.includes(named), fact.signature === 'other-side' || fact.signedAs !== undefined, fact.name);
      if (deals)
        t.equal(
          dealt.includes(named),
          fact.name !== opener && !fact.byKeeper && !fact.holdsClaims,
          `${fact.name} in a deal`,
        );
    }
  }
  t.same(
    Object.keys(document.paths).filter(
      (path) => 'post' in document.paths[path]! && !/\/(what-if|roll-forward)$/.test(path),
    ),
    ['register', 'funds/{fund}', 'areas/{area}/disputes'].flatMap((base) =>
      [
        'facts',
        'proposals',
        ...['agreement', 'counter', 'decline', 'withdrawal'].map((each) => `proposals/{proposal}/${each}`),
      ].map((path) => `/v1/${base}/${path}`),
    ),
  );
});
