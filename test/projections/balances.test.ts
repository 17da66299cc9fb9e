import t from 'tap';
import { createBalances, naiveBalance } from '../../projections/balances.js';
import type { Day } from '../../src/domain/calendar.js';
import { exactly } from '../../src/domain/money.js';
import { posted, type Account } from '../../src/domain/postings.js';

const account: Account = { measure: 'agreed', holder: 'a', source: 'NHS_ADD', term: 'recurrent', detail: '' };
const moved = (on: string, pence: number) => posted({ ...account, item: 'i', on: on as Day, pence: exactly(pence) });

t.test('a balance counts what is early enough on both axes, both inclusive', async (t) => {
  const log = [
    { place: 0, postings: moved('2016-05-01', 5) },
    { place: 3, postings: moved('2016-04-01', 3) },
    { place: 4, postings: moved('2016-05-01', -1) },
  ];
  const balances = createBalances();
  for (const { place, postings } of log) balances.add(place, postings);
  for (const [on, size, expected] of [
    ['2016-03-31', 9, 0],
    ['2016-04-01', 9, 3],
    ['2016-04-01', 3, 0],
    ['2016-05-01', 1, 5],
    ['2016-05-01', 4, 8],
    ['2016-05-01', 9, 7],
    ['2099-01-01', 0, 0],
  ] as const) {
    t.equal(balances.balance(account, on as Day, size), expected, `${on} at ${size}`);
    t.equal(naiveBalance(log, account, on as Day, size), expected);
  }
  t.same(
    balances.accounts().map((each) => each.holder),
    ['a', '(pool)'],
  );
});

t.test('an account is known by what it is, and one without postings stands at nothing', async (t) => {
  const balances = createBalances();
  balances.add(0, moved('2016-04-01', 5));
  t.equal(balances.balance({ ...account }, '2016-04-01' as Day, 1), 5);
  t.equal(balances.balance({ ...account, holder: 'b' }, '2016-04-01' as Day, 1), 0);
});
