import fc from 'fast-check';
import t from 'tap';
import { COUNT_SHOWN_MIN, isSmall, withheld } from '../../projections/suppression.js';
import { property } from '../support/property.js';

/** The counts as those see them who may see no cases. */
const shown = (...counts: number[]): (number | null)[] => {
  const hidden = withheld(counts);
  return counts.map((count, index) => (hidden[index] ? null : count));
};

t.test('a count of one to four is small; nothing, and five, are not', async (t) => {
  t.same([0, 1, 2, 3, 4, 5, 6, 1000].map(isSmall), [false, true, true, true, true, false, false, false]);
});

t.test('where no count is small, none is withheld', async (t) => {
  t.same(shown(), []);
  t.same(shown(5), [5]);
  t.same(shown(5, 60, 700), [5, 60, 700]);
});

t.test('a count of nothing is never small, and never withheld', async (t) => {
  t.same(shown(0), [0]);
  t.same(shown(0, 0, 5), [0, 0, 5]);
  t.same(shown(0, 3, 10), [0, null, null], 'nor does it hide another: the total would still give that one away');
  t.same(shown(0, 3), [0, null]);
});

t.test('where one count is small, the next smallest is withheld too, wherever it stands', async (t) => {
  t.same(shown(3, 10, 20), [null, null, 20]);
  t.same(shown(20, 10, 3), [20, null, null]);
  t.same(shown(20, 3, 10), [20, null, null]);
  t.same(shown(3, 10, 10), [null, null, 10], 'of two alike, one');
  t.same(shown(3), [null], 'alone, it is withheld alone');
});

t.test('where two counts are small, they hide each other', async (t) => {
  t.same(shown(4, 4, 20), [null, null, 20]);
  t.same(shown(1, 4, 20), [null, null, 20]);
  t.same(shown(3, 2, 5), [null, null, 5]);
});

t.test('small counts that come to fewer than five together take another with them', async (t) => {
  t.same(shown(1, 1, 20, 30), [null, null, null, 30], 'or the total less the rest would say: one each');
  t.same(shown(1, 1, 1, 1, 9), [null, null, null, null, null]);
  t.same(shown(1, 1, 1, 2, 9), [null, null, null, null, 9]);
});

t.test('where all counts are small, all are withheld', async (t) => {
  t.same(shown(1, 2), [null, null]);
  t.same(shown(4, 4, 4, 4), [null, null, null, null]);
});

t.test('what is withheld of a breakdown is never one row, nor a small number, unless it is the whole', async (t) => {
  property(
    t,
    fc.property(fc.array(fc.nat({ max: 12 }), { maxLength: 8 }), (counts) => {
      const hidden = withheld(counts);
      const kept = counts.filter((count, index) => count > 0 && !hidden[index]);
      const gone = counts.filter((_, index) => hidden[index]);
      const sum = gone.reduce((all, count) => all + count, 0);
      return (
        hidden.length === counts.length &&
        kept.every((count) => !isSmall(count)) &&
        gone.every((count) => count > 0) &&
        (gone.length === 0 || kept.length === 0 || (gone.length > 1 && sum >= COUNT_SHOWN_MIN)) &&
        (gone.length === 0) === !counts.some(isSmall)
      );
    }),
  );
});
