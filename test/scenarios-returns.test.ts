import t from 'tap';
import { verify } from '../src/ledger/audit/verify.js';
import { asked } from './support/asking.js';
import { demonstration } from './support/scenarios.js';

const FUND = 'norfolk-2018-19';
const Q3 = { fund: FUND, return: 'norfolk-2018-19-q3' };

interface FigureText {
  readonly figure: string;
  readonly filed: string;
  readonly now: string;
  readonly change: string;
}

const claims = (answer: Readonly<Record<string, unknown>>) =>
  (answer['figures'] as FigureText[]).find(({ figure }) => figure === 'openClaims');

t.test(
  'the third quarter stays as it was filed, and the year-end return shows it as a prior-quarter adjustment',
  async (t) => {
    const ledger = await demonstration(t);
    t.match(
      claims(await asked(ledger, 'return', { ...Q3, 'known-at': '2019-03-17' })),
      { filed: '18400.00', now: '18400.00', change: '0.00' },
      'before the panel’s decision was recorded',
    );
    const after = await asked(ledger, 'return', { ...Q3, 'known-at': '2019-03-31' });
    t.match(claims(after), { filed: '18400.00', now: '0.00', change: '-18400.00' }, 'and after it');
    t.match(after['movers'], [{ type: 'SplitDecided', stream: 'disputes', recordedAt: '2019-03-20T14:00:00.000Z' }]);
    t.match(after, { intact: true });
    const yearEnd = await asked(ledger, 'return', { fund: FUND, return: 'norfolk-2018-19-year-end' });
    t.match(yearEnd['earlier'], [
      {
        return: 'norfolk-2018-19-q3',
        on: '2018-12-31',
        changes: [{ section: 'total', figure: 'openClaims', amount: '-18400.00' }],
      },
    ]);
    t.match(claims(yearEnd), { filed: '0.00' });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('what was kept of the improved Better Care Fund entered the next year', async (t) => {
  const ledger = await demonstration(t);
  const lastYear = { fund: 'norfolk-2017-18', on: '2018-06-30' };
  t.match((await asked(ledger, 'reserves', lastYear))['reserves'], [
    { reserve: 'ibcf-reserve', approved: '1200000.00', drawn: '700000.00', left: '500000.00' },
  ]);
  const [dfg, ibcf] = (await asked(ledger, 'grant-use', lastYear))['sources'] as unknown[];
  t.match(dfg, { source: 'DFG', received: '6923659.00', spent: '0.00', passedDown: '6923659.00', unspent: '0.00' });
  t.match(ibcf, { source: 'IBCF_2017', received: '6187000.00', spent: '4800000.00', unspent: '187000.00' });
  const [carried] = (await asked(ledger, 'grant-use', { fund: FUND, on: '2018-06-30' }))['sources'] as unknown[];
  t.match(carried, {
    source: 'CARRY_IN',
    items: ['ibcf-2017-18'],
    received: '700000.00',
    purposes: ['market-stability'],
  });
  const { lines } = await asked<{ lines: { line: string }[] }>(ledger, 'monitoring', {
    fund: 'norfolk-2017-18',
    period: '4',
  });
  t.match(
    lines.find(({ line }) => line === 'market-stability'),
    { budget: '9100000.00', forecast: '8600000.00', variance: '500000.00' },
  );
});
