import t from 'tap';
import { asked as ask } from '../support/asking.js';
import { DAY, MERGED, merger, registerAll, split, succeeded, takenBack, UPTON } from '../support/bodies.js';
import { acts, AREA, caseNamed, DISPUTES, disputing } from '../support/disputes.js';
import { contribution, COUNTY, FUND, NORTH, openFund, SOUTH, WEST } from '../support/ledger.js';
import { service } from './support.js';
import { told } from '../support/told.js';

t.test('sight follows succession: a successor sees what its predecessor was in, from its day on', async (t) => {
  const ledger = await disputing(t);
  await openFund(ledger, '2018-19');
  await registerAll(ledger);
  await acts(ledger).raise();
  await succeeded(ledger, merger({ effective: '2019-01-01' }));
  const { get } = await service(t, {}, ledger);
  const officer = `${MERGED}-finance`;
  const paths = [`/v1/funds/${FUND}/position`, `/v1/areas/${AREA}/disputes`, `/v1/areas/${AREA}/disputes/cases`];
  for (const path of paths) t.equal((await get(path, officer)).statusCode, 403, `${path} before the day`);
  const hidden = await get(`/v1/areas/${AREA}/succession?on=2019-01-01`, officer);
  told(t, hidden.json(), { funds: [], notYetDue: [], claims: { before: [], after: [] }, proposals: [] });
  ledger.now('2019-01-01T09:00:00Z');
  for (const path of paths) t.equal((await get(path, officer)).statusCode, 200, `${path} from the day on`);
  for (const path of paths) t.equal((await get(path, `${NORTH}-finance`)).statusCode, 200, `${path} for the old body`);
});

t.test('what follows a successor is shown fund by fund to those who see the fund, and as a table', async (t) => {
  const ledger = await disputing(t);
  await registerAll(ledger);
  const instalments = [
    { due: '2016-04-01', amount: '600000.00' },
    { due: '2018-12-01', amount: '400000.00' },
  ];
  await ledger.signed(`${NORTH}-finance`, `${COUNTY}-finance`, 'ContributionAgreed', contribution({ instalments }));
  await ledger.done(`${COUNTY}-finance`, {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution({ contribution: 'late' }) as never },
  });
  await acts(ledger).raise();
  await ledger.done(
    `${COUNTY}-finance`,
    {
      act: 'propose',
      fact: {
        type: 'InterimFundingAgreed',
        data: {
          effective: '2018-10-01',
          case: caseNamed('one'),
          interim: { claimant: 5000, respondent: 5000 },
        } as never,
      },
    },
    { in: DISPUTES },
  );
  await succeeded(ledger, merger({ effective: '2018-10-15' }));
  const { get } = await service(t, {}, ledger);
  const path = `/v1/areas/${AREA}/succession?on=2018-11-01`;
  const whole = (await get(path, `${COUNTY}-finance`)).json<{ proposals: unknown[]; funds: unknown[] }>();
  t.match(whole, {
    successions: [{ effective: '2018-10-15' }],
    funds: [
      {
        fund: FUND,
        before: [{ partner: NORTH, source: 'NHS_ADD' }],
        after: [{ partner: MERGED, source: 'NHS_ADD' }],
      },
    ],
    notYetDue: [{ fund: FUND, amount: '400000.00' }],
    claims: { after: [{ partner: MERGED, claimedAgainst: '6400.00' }] },
  });
  t.equal(whole.proposals.length, 2);
  told(t, (await get(path, `${WEST}-finance`)).json(), {
    claims: { before: [] },
    proposals: [{ stream: `fund-${FUND}` }],
  });
  const csv = (await get(`${path}&format=csv`, `${COUNTY}-finance`)).payload.split('\r\n');
  t.match(csv[0], 'fund,when,partner,source,agreed');
  t.match(csv[1], `${FUND},before,${NORTH},NHS_ADD,1000000.00`);
  t.match(csv[2], `${FUND},after,${MERGED},NHS_ADD,1000000.00`);
  t.match(csv[3], `open claims,after,${MERGED}`);
  t.equal((await get('/v1/areas/nowhere/succession')).statusCode, 404);

  t.match(
    (await get('/v1/successions?format=csv')).payload,
    /2018-10-15,merge,north-ccg,merged-ccg,Merger order,\d+,no\r\n2018-10-15,merge,south-ccg,merged-ccg,/,
  );
  for (const { revision } of ledger.ledger.model.register().successions)
    await takenBack(ledger, '2018-10-15', revision);
  t.match((await get('/v1/successions?format=csv')).payload, /,yes/);
  told(t, await ask(ledger, 'succession', { area: AREA }), { successions: [], funds: [] });
});

t.test('an area of which only disputes are kept has its succession too', async (t) => {
  const ledger = await disputing(t);
  await registerAll(ledger);
  await ledger.post(
    'pool-manager',
    'DisputesOpened',
    { effective: '2016-04-01', area: 'elsewhere', partners: [NORTH, SOUTH] },
    'disputes-elsewhere',
  );
  await succeeded(ledger, merger());
  told(t, await ask(ledger, 'succession', { area: 'elsewhere', 'known-at': '2013-12-31' }), {
    ledger: { size: 0, position: null },
    successions: [],
  });
  told(t, await ask(ledger, 'succession', { area: 'elsewhere' }), {
    funds: [],
    successions: [{ mode: 'merge', predecessors: [NORTH] }, { predecessors: [SOUTH] }],
  });
});

t.test('the successors of the keeper keep the ledger, and see it', async (t) => {
  const ledger = await disputing(t);
  await registerAll(ledger);
  await succeeded(ledger, split({ effective: '2018-11-02' }));
  const { get } = await service(t, {}, ledger);
  const officer = `${UPTON}-chief`;
  t.equal((await get(`/v1/funds/${FUND}/position?on=${DAY}`, officer)).statusCode, 403);
  ledger.now('2018-11-02T09:00:00Z');
  t.equal((await get(`/v1/funds/${FUND}/position?on=${DAY}`, officer)).statusCode, 200);
  t.equal((await get(`/v1/areas/${AREA}/disputes`, officer)).statusCode, 200);
});

t.test('the keeper’s officers make a body over HTTP, and do not get it to take over another', async (t) => {
  const { get, post, ledger } = await service(t);
  const made = {
    effective: '2016-01-01',
    partner: 'made-body',
    name: 'Made by the keeper',
    kind: 'icb',
    officers: [
      { officer: 'made-one', role: 'registrar' },
      { officer: 'made-two', role: 'registrar' },
    ],
  };
  const registered = await post('/v1/register/facts', { fact: { type: 'PartnerRegistered', data: made } }, 'registrar');
  t.equal(registered.statusCode, 201);
  const fact = {
    type: 'PartnerSucceeded',
    data: {
      effective: DAY,
      mode: 'merge',
      predecessors: [NORTH],
      successors: ['made-body'],
      instrument: 'none',
    },
  };
  const { proposal } = (await post('/v1/register/proposals', { fact }, 'registrar')).json<{ proposal: string }>();
  const path = `/v1/register/proposals/${proposal}`;
  const read = await get(path);
  t.match(read.json(), { awaiting: [NORTH], signature: 'other-side' });
  const headers = { 'if-match': String(read.headers['etag']) };
  const sign = (officer: string) => post(`${path}/agreement`, {}, officer, headers);
  for (const officer of ['county-chief', 'made-one', `${SOUTH}-chief`]) {
    const refused = await sign(officer);
    t.equal(refused.statusCode, 403);
    t.match(refused.json(), { code: 'wrong_partner', detail: /is for an officer of north-ccg/ }, officer);
  }
  t.match((await sign('registrar')).json(), { code: 'same_partner' });
  t.match((await sign('ledger-service')).json(), { code: 'not_mandated' });
  const two = { ...fact, data: { ...fact.data, predecessors: [NORTH, SOUTH] } };
  t.match((await post('/v1/register/proposals', { fact: two }, 'registrar')).json(), {
    code: 'one_predecessor',
    detail: /Record one for each body that ends/,
  });
  t.same(ledger.ledger.model.register().successions, []);
  t.equal((await sign(`${NORTH}-chief`)).statusCode, 201, 'whom it is about signs it');
});
