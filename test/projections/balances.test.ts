import fc from 'fast-check';
import t from 'tap';
import { createBalances, layeredOn, naiveBalance } from '../../projections/balances.js';
import { ACCOUNTS_MAX } from '../../projections/books.js';
import { dayNumber, dayOfNumber, daysAfter, type Day } from '../../src/domain/calendar.js';
import { exactly, pence } from '../../src/domain/money.js';
import { posted, type Account, type Posting } from '../../src/domain/postings.js';
import { property } from '../support/property.js';

const account: Account = { measure: 'agreed', holder: 'a', source: 'NHS_ADD', term: 'recurrent', detail: '' };
const moved = (on: string, pence: number, of: Account = account) =>
  posted({ ...of, item: 'i', on: on as Day, pence: exactly(pence) });

type Log = { readonly place: number; readonly postings: readonly Posting[] }[];

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
  for (const other of [{ holder: 'b' }, { source: 'LA_ADD' }, { detail: 'x' }, { term: 'one-off' }, { measure: 'due' }])
    t.equal(balances.balance({ ...account, ...other } as Account, '2016-04-01' as Day, 1), 0);
  const elsewhere = createBalances();
  elsewhere.add(0, [...moved('2016-04-01', 1, { ...account, source: 'LA_ADD' }), ...moved('2016-04-01', 7)]);
  const [, , given] = elsewhere.accounts();
  t.match(given, account);
  t.equal(balances.balance(given!, '2016-04-01' as Day, 1), 5, 'also one that another fund’s balances gave out');
});

t.test(
  'whoever reads two accounts reads both at their own dates, whoever else reads or writes meanwhile',
  async (t) => {
    const balances = createBalances();
    balances.add(0, [...moved('2016-04-01', 5), ...moved('2016-05-01', 7)]);
    const [early, late] = [balances.at('2016-04-01' as Day, 9), balances.at('2016-05-01' as Day, 9)];
    t.same([early(account), late(account), early(account)], [5, 12, 5]);
    balances.add(4, moved('2016-04-01', 1));
    t.same([early(account), late(account), early(account)], [6, 13, 6], 'and what is added meanwhile is seen');
  },
);

t.test('a book is for so many accounts; a holder who has more has more books', async (t) => {
  const log: Log = Array.from({ length: 3 * ACCOUNTS_MAX }, (_, place) => ({
    place,
    postings: moved('2016-04-01', place + 1, { ...account, detail: `line-${place % (2 * ACCOUNTS_MAX + 1)}` }),
  }));
  const balances = createBalances();
  for (const { place, postings } of log) balances.add(place, postings);
  const at = balances.at('2016-04-01' as Day, 170);
  t.equal(balances.accounts().length, 2 * (2 * ACCOUNTS_MAX + 1));
  for (const each of balances.accounts()) t.equal(at(each), naiveBalance(log, each, '2016-04-01' as Day, 170));
});

t.test('no figure is kept that could not be exact', async (t) => {
  const balances = createBalances();
  const [most] = moved('2016-04-01', Number.MAX_SAFE_INTEGER);
  balances.add(0, [most!]);
  const [back] = moved('2016-04-01', -1);
  t.throws(() => balances.add(1, [back!]), { name: 'MoneyOverflow' });
  for (const day of ['1969-12-31', '2149-06-07'])
    t.throws(() => balances.add(2, moved(day, 1, { ...account, holder: 'b' })), { name: 'RangeError' });
  balances.add(3, moved('2149-06-06', 1, { ...account, holder: 'b' }));
  t.equal(balances.balance({ ...account, holder: 'b' }, '2149-06-06' as Day, 4), 1);
  t.equal(balances.balance(account, '2016-04-01' as Day, 4), Number.MAX_SAFE_INTEGER);
});

/** How the days of a history are spread. The layout of the table depends on it. */
const CALENDARS = {
  'all on one day': () => 0,
  'day after day': (index: number) => index / 20,
  'day before day': (index: number) => -index / 20,
  'anywhere in a year': (_index: number, random: number) => random * 365,
  'in a few days, and now and then many years ahead': (index: number, random: number) =>
    index % 97 === 96 ? random * 20_000 : random * 5,
} as const;

const BEGAN = dayNumber('2016-04-01' as Day);
/** As many accounts as a holder may have in a year, and pages of many lengths. */
const histories = fc.record({
  calendar: fc.constantFrom(...(Object.keys(CALENDARS) as (keyof typeof CALENDARS)[])),
  accounts: fc.constantFrom(1, 2, 9),
  length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1_000, max: 4_000 })),
  seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
});

/** Numbers from 0 up to 1, always the same for a seed. */
function draws(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

t.test('a balance is the sum over the whole log, at any two dates, however the days of the postings lie', async (t) => {
  property(
    t,
    fc.property(histories, ({ calendar, accounts, length, seed }) => {
      const draw = draws(seed);
      const balances = createBalances();
      const log: Log = [];
      let place = 0;
      for (let index = 0; index < length; index++) {
        const day = BEGAN + Math.floor(CALENDARS[calendar](index, draw()));
        const of = { ...account, source: `S${Math.floor(draw() * accounts)}` };
        const postings = moved(dayOfNumber(day), Math.ceil(draw() * 1e9) - 5e8, of);
        log.push({ place, postings });
        balances.add(place, postings);
        place += Math.floor(draw() * 3);
      }
      const days = log.map((each) => each.postings[0]?.on ?? dayOfNumber(BEGAN)).sort();
      for (let asked = 0; asked < 12; asked++) {
        const on = daysAfter(days[Math.floor(draw() * days.length)]!, Math.round(draw() * 2) - 1);
        const size = [0, place + 1, Math.floor(draw() * place)][asked % 3]!;
        const at = balances.at(on, size);
        for (const each of balances.accounts()) {
          if (at(each) !== naiveBalance(log, each, on, size))
            throw new Error(`${each.holder} ${each.source} on ${on} at ${size} is not what the log adds up to.`);
        }
      }
    }),
    40,
  );
});

t.test('what has been added is not touched again: an answer about the past stays as it was', async (t) => {
  const balances = createBalances();
  const draw = draws(7);
  const known: { readonly on: Day; readonly size: number; readonly sum: number }[] = [];
  for (let place = 0; place < 5_000; place++) {
    const on = dayOfNumber(BEGAN + Math.floor(draw() * 365));
    balances.add(place, moved(on, Math.ceil(draw() * 1e6)));
    if (place % 100 === 0) known.push({ on, size: place + 1, sum: balances.balance(account, on, place + 1) });
  }
  t.ok(known.every(({ on, size, sum }) => sum > 0 && balances.balance(account, on, size) === sum));
  t.equal(balances.balance(account, '2099-03-31' as Day, 5_000), balances.balance(account, '2017-04-01' as Day, 5_000));
  t.ok(balances.balance(account, '2099-03-31' as Day, 5_000) < pence('99999999.99'));
});

t.test('balances on top of others list each account once, whoever opened it', (t) => {
  const on = '2016-04-01' as Day;
  const of = (source: string) =>
    ({ measure: 'due', holder: 'north-ccg', source, term: 'one-off', detail: '' }) as const;
  const posting = (source: string, pounds: number): Posting => ({
    ...of(source),
    item: 'i',
    on,
    pence: exactly(pounds * 100),
  });
  const below = createBalances();
  below.add(0, [posting('NHS_MIN', 1)]);
  const above = layeredOn(below, 1);
  t.equal(above.accounts(), below.accounts(), 'nothing is copied before an account is added');
  below.add(1, [posting('NHS_ADD', 8)]);
  above.add(1, [posting('LA_ADD', 2), posting('LA_ADD', 3), posting('NHS_MIN', 4), posting('NHS_ADD', 5)]);
  t.same(
    above.accounts().map((account) => [account.source, above.at(on, 2)(account)]),
    [
      ['NHS_MIN', 500],
      ['LA_ADD', 500],
      ['NHS_ADD', 500],
    ],
    'what was recorded below since then is no part of it',
  );
  t.end();
});
