import t from 'tap';
import { AREA, disputing } from '../support/disputes.js';
import { FUND, line, NORTH, stated } from '../support/ledger.js';
import { fund, service } from './support.js';

const CSV = { accept: 'text/csv' };
const rowsOf = (body: string): string[] => body.trim().split('\r\n').slice(1);

t.test('a table holds every row, unless a limit is asked for; then the next page has an address', async (t) => {
  const { get, ledger } = await service(t);
  await stated(ledger, 150);
  t.equal((await get(fund('/timeline'))).json<{ entries: unknown[] }>().entries.length, 100, 'JSON has pages');
  const whole = await get(fund('/timeline'), 'auditor', CSV);
  t.equal(rowsOf(whole.body).length, 151);
  t.equal(whole.headers['link'], undefined);
  let address = fund('/timeline?limit=100&format=csv');
  const paged: string[] = [];
  for (let pages = 1; ; pages++) {
    const page = await get(address);
    paged.push(...rowsOf(page.body));
    const next = /^<(.*)>; rel="next"$/.exec(String(page.headers['link']))?.[1];
    if (next === undefined) {
      t.equal(pages, 2);
      break;
    }
    address = next;
  }
  t.same(paged, rowsOf(whole.body), 'the pages are the whole');
  t.equal(rowsOf((await get(fund('/approvals'), 'auditor', CSV)).body).length, 151);
});

t.test('a table says what it is of: in the name of its file, and in its headers', async (t) => {
  const { get } = await service(t);
  const named = async (path: string) => {
    const { headers } = await get(path, 'auditor', CSV);
    return /filename="(.*)"/.exec(String(headers['content-disposition']))?.[1];
  };
  const dated = fund('/gap?on=2016-04-01&known-at=2016-06-30');
  t.equal(await named(dated), `${FUND}-gap-on-2016-04-01-known-at-2016-06-30.csv`);
  t.match((await get(dated, 'auditor', CSV)).headers, {
    'bcf-on': '2016-04-01',
    'bcf-known-at': '2016-06-30T22:59:59.999Z',
    'bcf-ledger-size': '6',
  });
  t.equal(
    await named(fund(`/partners/${NORTH}/position?on=2016-04-01&known-at=2016-06-30T12:00:00Z`)),
    `${FUND}-${NORTH}-partner-position-on-2016-04-01-known-at-2016-06-30T12.00.00.000Z.csv`,
    'an instant that ends no day is written out',
  );
  const pairs = 'from-on=2016-04-01&from-known-at=2016-04-30&to-on=2016-05-01&to-known-at=2016-06-30';
  t.equal(
    await named(fund(`/compare?${pairs}`)),
    `${FUND}-compare-from-on-2016-04-01-known-at-2016-04-30-to-on-2016-05-01-known-at-2016-06-30.csv`,
  );
  t.match((await get(fund(`/compare?${pairs}`), 'auditor', CSV)).headers, {
    'bcf-from-on': '2016-04-01',
    'bcf-to-known-at': '2016-06-30T22:59:59.999Z',
  });
  t.equal(await named(fund('/timeline?known-at=2016-06-30')), `${FUND}-timeline-known-at-2016-06-30.csv`);
  t.equal(await named('/v1/sources'), 'sources.csv', 'what is of no dates names none');
});

t.test('a question narrowed to what is not there is refused by name', async (t) => {
  const { get, ledger } = await service(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  for (const [asked, refused] of [
    ['partner=nobody', { status: 422, code: 'not_in_fund', detail: /nobody is not a partner/ }],
    ['source=NOTHING', { status: 422, code: 'source_unknown', remedy: /GET \/v1\/sources lists them/ }],
    ['item=nothing', { status: 404, code: 'name_unknown', detail: /named "nothing"/ }],
  ] as const) {
    t.match((await get(fund(`/trace?${asked}`))).json(), refused, asked);
  }
  const there = `/trace?measure=requirement&partner=${NORTH}&source=NHS_ADD&item=home-care`;
  t.match((await get(fund(there))).json(), { total: '0.00' }, 'what is there may hold nothing');
  t.match((await get('/v1/reference/allocations?area=nowhere')).json(), { status: 404, code: 'area_unknown' });
  t.match((await get('/v1/reference/allocations?area=testshire')).json(), { allocations: [] });
  t.match((await get('/v1/areas/nowhere/medium-term')).json(), {
    code: 'area_unknown',
    remedy: /GET \/v1\/funds lists the funds, GET \/v1\/areas the areas/,
  });
});

t.test('cases narrowed to a partner or a stage that is not there are refused by name', async (t) => {
  const ledger = await disputing(t);
  const { get } = await service(t, {}, ledger);
  const ask = async (path: string) => (await get(`/v1/areas/${AREA}/disputes${path}`, 'county-finance')).json<object>();
  t.match(await ask('/cases?partner=nobody'), { code: 'not_in_area', detail: /nobody is not a partner/ });
  t.match(await ask('/treatments?partner=nobody'), { code: 'not_in_area' });
  t.match(await ask(`/treatments?partner=${NORTH}`), { treatments: [] });
  t.match(await ask('/cases?stage=nothing'), { code: 'name_unknown', detail: /No protocol of testshire has a stage/ });
  t.same(await ask('/cases?overdue=false'), await ask('/cases'), 'to ask for no narrowing is to ask for all');
});

t.test('facts are JSON: text is refused as what it is', async (t) => {
  const { post } = await service(t);
  const refused = await post(fund('/facts'), 'fact', 'pool-manager', { 'content-type': 'text/plain' });
  t.match(refused.json(), { status: 415, code: 'body_not_supported' });
});

t.test('a misspelt field, a missing one and a wrong one are told in words', async (t) => {
  const { post } = await service(t);
  const data = line({ amout: '1.00', category: 'whim', recurrent: undefined });
  const { errors, detail } = (await post(fund('/facts'), { fact: { type: 'PlanLineSet', data } })).json<{
    errors: { pointer: string; detail: string }[];
    detail: string;
  }>();
  const told = new Map(errors.map((each) => [each.pointer, each.detail]));
  t.equal(told.get('/fact/data/recurrent'), 'is missing: true or false');
  t.equal(told.get('/fact/data/amout'), 'no such field');
  t.match(detail, /^\/fact\/data\/\w+: .* There are \d faults in all\.$/);
});
