import t from 'tap';
import { rowsOf } from '../../src/ledger/questions/rows.js';

/** Rows of an answer are put together when somebody reads them, and are the same to all who do. */

const numbers = Array.from({ length: 1_000 }, (_, at) => at);

function rows() {
  const made: number[] = [];
  const list = rowsOf(numbers, (number) => {
    made.push(number);
    return { number };
  });
  return { made, list };
}

t.test('whoever reads a page of a list has that page put together, and each row once', async (t) => {
  const { made, list } = rows();
  t.equal(list.length, 1_000);
  t.ok(Array.isArray(list));
  t.same(made, [], 'nobody has read anything');
  t.same(list.slice(20, 22), [{ number: 20 }, { number: 21 }]);
  t.equal(list[20], list[20], 'the same row');
  t.equal(list[1_000], undefined);
  t.equal(list.at(-1)!.number, 999);
  t.same(made, [20, 21, 999]);
});

t.test('whoever reads all of it gets what a plain list would be', async (t) => {
  const plain = numbers.map((number) => ({ number }));
  t.equal(JSON.stringify(rows().list), JSON.stringify(plain));
  t.same([...rows().list], plain);
  t.same(
    rows().list.map(({ number }) => number),
    numbers,
  );
  t.same(Object.keys(rows().list), Object.keys(plain));
  t.same(Object.entries(rows().list)[7], ['7', { number: 7 }]);
  t.ok(3 in rows().list);
  t.notOk(1_000 in rows().list);
  t.ok('length' in rows().list);
  t.same(
    rowsOf([], () => 1),
    [],
  );
});
