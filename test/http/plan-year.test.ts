import t from 'tap';
import { signAgreement, spend } from '../support/agreements.js';
import { contribution, line, NORTH } from '../support/ledger.js';
import { fund, service } from './support.js';
import { told } from '../support/told.js';

t.test('the plan year’s questions have a route each, as JSON and as a table', async (t) => {
  const { get, post, ledger } = await service(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '900.00' }));
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution({ amount: '900.00' }));
  await signAgreement(ledger);
  spend(ledger, 'home-care', '2016-05-01', '950.00');
  const fact = { type: 'PlanMoved', data: { effective: '2016-04-20', to: 'locally-agreed' } };
  t.equal((await post(fund('/facts'), { fact })).statusCode, 201);
  told(t, (await post(fund('/facts'), { fact })).json(), { status: 409, code: 'move_not_legal' });
  const on = '?on=2016-05-01';
  told(t, (await get(fund(`/plan-year${on}`))).json(), { state: 'locally-agreed', moves: [{ from: 'drafting' }] });
  told(t, (await get(fund(`/agreement${on}`))).json(), { agreements: [{ agreement: 's75', inForce: true }] });
  told(t, (await get(fund(`/withdrawals${on}`))).json(), { withdrawals: [], withinNotice: 0 });
  told(t, (await get(fund(`/risk-share${on}`))).json(), {
    schemes: [{ variance: '50.00', shares: [{ partner: NORTH, amount: '50.00' }] }],
  });
  told(t, (await get(fund(`/memorandum${on}`))).json(), { surplus: '-50.00', closing: '-50.00', holds: true });
  told(t, (await get(fund(`/mirror${on}`))).json(), { agrees: true });
  for (const [path, first] of [
    ['plan-year', 'what,of,when,state'],
    ['agreement', 'agreement,term,value'],
    [
      'withdrawals',
      'revision,effective,partner,source,amount,of,notice given,on record,notice due,within notice,recorded as',
    ],
    ['risk-share', 'scheme,budget,spent,variance,what,amount,applied'],
    ['memorandum', 'what,of,source,amount,received,not received'],
    ['mirror', 'measure,source,side,amount,agrees'],
  ] as const) {
    const table = await get(fund(`/${path}${on}&format=csv`));
    t.equal(table.body.split('\r\n')[0]?.replace(/^\uFEFF/, ''), first, path);
    t.match(table.headers['content-type'], /^text\/csv/);
  }
});
