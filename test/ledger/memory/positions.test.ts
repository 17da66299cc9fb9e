import t from 'tap';
import { countedFrom1, createEventPositions } from '../../../src/ledger/memory/positions.js';

const kept = (given: readonly string[]) => {
  const positions = createEventPositions();
  for (const position of given) positions.push(position);
  return {
    length: positions.length(),
    all: given.map((_, place) => positions.at(place)),
    after: positions.at(given.length),
  };
};

t.test('positions come back as they were given: by one, with gaps, and where they are no numbers', async (t) => {
  for (const given of [
    [],
    ['1', '2', '3'],
    ['1', '2', '7', '8', '100', '3'],
    ['9007199254740991', '9007199254740992', '9007199254740993'],
    ['1', '02', '3', '4'],
    ['a', '1', '-'],
    ['0', '-1', '1.5', 'NaN', 'Infinity', ''],
  ]) {
    t.same(kept(given), { length: given.length, all: given, after: undefined }, given.join() || 'none');
  }
  t.equal(createEventPositions().at(-1), undefined);
});

t.test('positions that are only counted are those that were given one by one', async (t) => {
  for (const size of [1, 2, 1_000]) {
    const positions = createEventPositions();
    for (let position = 1; position <= size; position++) positions.push(String(position));
    t.strictSame(countedFrom1(size), positions.kept());
  }
});
