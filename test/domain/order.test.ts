import t from 'tap';
import { byKey, byText } from '../../src/domain/order.js';

t.test('texts are put in the order of their characters’ codes, and equal ones are left as they are', async (t) => {
  t.same(['b', 'B', 'a-b', 'a', 'ab', 'a'].sort(byText), ['B', 'a', 'a', 'a-b', 'ab', 'b']);
  t.same(['2017-01-31', '2016-12-31'].sort(byText), ['2016-12-31', '2017-01-31']);
  const entries = [
    ['b', 1],
    ['a', 2],
    ['a', 3],
  ] as const;
  t.same(entries.toSorted(byKey), [
    ['a', 2],
    ['a', 3],
    ['b', 1],
  ]);
});
