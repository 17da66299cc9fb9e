import t from 'tap';
import { createPositions } from '../../src/ledger/positions.js';

const kept = (given: readonly string[]) => {
  const positions = createPositions();
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
  t.equal(createPositions().at(-1), undefined);
});
