import t from 'tap';
import { numberList } from '../../../src/ledger/memory/number-list.js';

t.test('a list keeps every number that it was given, however far it has grown', async (t) => {
  for (const kind of ['uint32', 'float64'] as const) {
    const list = numberList(kind);
    t.same([...list.all()], []);
    for (let number = 0; number < 1_000; number++) list.push(number * 3);
    t.equal(list.length, 1_000);
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

t.test(
  'a long list is the same whether it was kept on the way or not, and what was kept stays as it was',
  async (t) => {
    const upTo = 40_000;
    const steps = [1, 100, 16_383, 16_384, 16_385, 32_768, 39_999];
    const whole = numberList('uint32');
    let gone = numberList('uint32');
    const kept: { readonly at: number; readonly numbers: Uint32Array | Float64Array }[] = [];
    for (let number = 0; number < upTo; number++) {
      if (steps.includes(number)) {
        const numbers = gone.all();
        kept.push({ at: number, numbers });
        gone = numberList('uint32', numbers);
      }
      whole.push(number * 2);
      gone.push(number * 2);
    }
    t.equal(whole.length, upTo);
    t.same(gone.all(), whole.all());
    t.same(
      whole.all(),
      Uint32Array.from({ length: upTo }, (_, number) => number * 2),
    );
    for (const { at, numbers } of kept) t.same(numbers, whole.all().subarray(0, at), `kept at ${at}`);
    for (const at of [0, 1, 127, 128, 16_383, 16_384, 32_767, 32_768, upTo - 1]) {
      t.equal(whole.at(at), at * 2);
      t.equal(gone.countUpTo(at * 2), at + 1, `up to ${at * 2}`);
      t.equal(gone.countUpTo(at * 2 + 1), at + 1);
    }
    t.same([whole.at(-1), whole.at(upTo), numberList('uint32').at(0)], [undefined, undefined, undefined]);
  },
);
