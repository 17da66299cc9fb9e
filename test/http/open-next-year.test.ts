import t from 'tap';
import { contribution, COUNTY, line, openedLedger } from '../support/ledger.js';
import { fund, service } from './support.js';

/** Next year's fund over HTTP: asked, then opened with one request. */

const NEXT = 'testshire-2017-18';

async function withYear(t: Parameters<typeof openedLedger>[0]) {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  return service(t, {}, ledger);
}

t.test('a request opens next year’s fund, records its lines and proposes its contributions, once', async (t) => {
  const { ledger, get, post } = await withYear(t);
  const shown = await get(fund('/roll-forward?uplift=north-extra%3D1.79'));
  t.match(shown.json(), { next: NEXT, isOpen: false, items: [{}, { amount: '1017900.00' }], settled: false });
  const dry = await post(fund('/roll-forward?dry-run=true'), {}, 'county-chief');
  t.match([dry.statusCode, dry.json()], [200, { isOpen: false, done: [] }]);
  const key = { 'idempotency-key': 'next-year' };
  const asked = { uplift: 'north-extra=1.79' };
  const first = await post(fund('/roll-forward'), asked, 'county-chief', key);
  t.equal(first.statusCode, 201);
  t.match(first.json(), {
    isOpen: true,
    steps: [],
    done: [{ outcome: 'opened' }, { outcome: 'recorded' }, { outcome: 'proposed' }],
    waiting: [{ by: COUNTY, awaiting: ['north-ccg'] }],
  });
  const size = ledger.ledger.model.size();
  const again = await post(fund('/roll-forward'), asked, 'county-chief', key);
  t.match([again.statusCode, again.json()], [200, { done: [], waiting: [{ awaiting: ['north-ccg'] }] }]);
  t.equal(ledger.ledger.model.size(), size);
  const table = await get(fund('/roll-forward?format=csv'));
  t.match(table.body, 'waits');
});

t.test('what cannot be asked is refused, and what cannot be done is told', async (t) => {
  const { get, post } = await withYear(t);
  t.match((await post('/v1/funds/nowhere-2016-17/roll-forward', {})).json(), { code: 'fund_unknown' });
  t.match((await get('/v1/funds/nowhere-2016-17/roll-forward')).json(), { code: 'fund_unknown' });
  t.match((await post(fund('/roll-forward'), { uplift: 'x' })).json(), { code: 'fields_invalid' });
  t.match((await post(fund('/roll-forward'), {}, 'county-chief', { 'idempotency-key': '' })).json(), {
    code: 'key_missing',
  });
  const told = await post(fund('/roll-forward'), {}, 'north-ccg-finance');
  t.match(
    [told.statusCode, told.json()],
    [200, { isOpen: false, done: [{ outcome: 'refused', rule: 'wrong_partner' }] }],
  );
});

t.test('a next year that an officer may not see is not shown to them', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: '2017-04-01', area: 'testshire', year: '2017-18', host: COUNTY, partners: [COUNTY, 'north-ccg'] },
    NEXT,
  );
  const { get, post } = await service(t, {}, ledger);
  t.match((await get(fund('/roll-forward'), 'south-ccg-finance')).json(), { code: 'not_your_fund' });
  t.match((await post(fund('/roll-forward'), {}, 'south-ccg-finance')).json(), { code: 'not_your_fund' });
});
