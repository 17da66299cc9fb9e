import t from 'tap';
import { COUNTY, line, NORTH, openedLedger } from '../support/ledger.js';
import { fund, service } from './support.js';

/** What if over HTTP: a question with a body, for whoever sees the fund. */

t.test('acts are tried over HTTP by whoever sees the fund, and nothing is recorded', async (t) => {
  const { ledger, post } = await service(t);
  const head = await ledger.store.head();
  const body = { on: '2016-04-01', acts: [{ fact: { type: 'PlanLineSet', data: line() } }] };
  const answer = await post(fund('/what-if'), body);
  t.equal(answer.statusCode, 200);
  t.match(answer.json(), { acts: [{ refusal: null }], gap: { change: { requirement: '1000000.00' } } });
  t.equal(await ledger.store.head(), head);
  t.match((await post('/v1/funds/nowhere-2016-17/what-if', body)).json(), { code: 'fund_unknown' });
  t.match((await post(fund('/what-if'), { acts: [] })).json(), { code: 'fields_invalid' });
});

t.test('of a fund that an officer may not see nothing is tried', async (t) => {
  const ledger = await openedLedger(t);
  const opening = {
    effective: '2017-04-01',
    area: 'testshire',
    year: '2017-18',
    host: COUNTY,
    partners: [COUNTY, NORTH],
  };
  await ledger.post('pool-manager', 'FundOpened', opening, 'testshire-2017-18');
  const { post } = await service(t, {}, ledger);
  const body = { acts: [{ fact: { type: 'PlanLineSet', data: line({ effective: '2017-04-01' }) } }] };
  const answer = await post('/v1/funds/testshire-2017-18/what-if', body, 'south-ccg-finance');
  t.match([answer.statusCode, answer.json()], [403, { code: 'not_your_fund' }]);
});
