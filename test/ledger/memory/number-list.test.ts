import t from 'tap';
import { numberList } from '../../../src/ledger/memory/number-list.js';

t.test('a list keeps every number that it was given, however far it has grown', async (t) => {
  for (const kind of ['uint32', 'float64'] as const) {
    const list = numberList(kind);
    t.same([...list.all()], []);
    for (let number = 0; number < 1_000; number++) list.push(number * 3);
    t.equal(list.length(), 1_000);
    t.same([list.at(0), list.at(16), list.at(999)], [0, 48, 2_997]);
    t.same(
      [...list.all()],
      Array.from({ length: 1_000 }, (_, number) => number * 3),
    );
  }
  const instants = numberList('float64');
  instants.push(Date.UTC(2099, 2, 31));
  t.equal(instants.at(0), Date.UTC(2099, 2, 31));
});

t.test('it is told how many numbers are not above one', async (t) => {
  const list = numberList('float64');
  t.equal(list.countUpTo(9), 0);
  for (const number of [1, 1, 4, 9]) list.push(number);
  t.same(
    [0, 1, 3, 4, 8.5, 9, 10].map((most) => list.countUpTo(most)),
    [0, 2, 2, 3, 3, 4, 4],
  );
  const counted = Array.from({ length: 1_000 }, (_, number) => {
    list.push(10 + Math.floor(number / 3));
    return list.countUpTo(10 + Math.floor(number / 3));
  });
  t.same(
    counted,
    counted.map((_, number) => 4 + number + 1),
  );
  for (const most of [9.5, 10, 52, 53, 180.5, 343])
    t.equal(list.countUpTo(most), [...list.all()].filter((each) => each <= most).length, `not above ${most}`);
});
