import t from 'tap';
import type { Day } from '../../src/domain/calendar.js';
import { exactly } from '../../src/domain/money.js';
import {
  addToSeries,
  combined,
  emptySeries,
  firstBreach,
  imbalance,
  inverted,
  posted,
  seriesOn,
  type DaySeries,
} from '../../src/domain/postings.js';

const day = (text: string): Day => text as Day;

const series = (...moves: readonly (readonly [string, number])[]): DaySeries => {
  const made = emptySeries();
  for (const [on, amount] of moves) addToSeries(made, day(on), exactly(amount));
  return made;
};

t.test('a posting stands beside its mirror in the pool', async (t) => {
  const postings = posted({
    measure: 'agreed',
    holder: 'north-ccg',
    source: 'NHS_ADD',
    term: 'recurrent',
    item: 'extra',
    on: day('2016-04-01'),
    pence: exactly(5),
  });
  t.same(
    postings.map((each) => [each.holder, each.pence]),
    [
      ['north-ccg', 5],
      ['(pool)', -5],
    ],
  );
  t.equal(imbalance(postings), 0);
  t.same(posted({ ...postings[0]!, pence: exactly(0) }), [], 'nothing is not posted');
});

t.test(
  'an inversion undoes each posting on its own day, or on the day of the reversal where that is later',
  async (t) => {
    const [posting] = posted({
      measure: 'due',
      holder: 'a',
      source: 'S',
      term: 'one-off',
      item: 'i',
      on: day('2016-04-01'),
      pence: exactly(5),
    });
    t.match(inverted([posting!], day('2016-06-01')), [{ on: '2016-06-01', pence: -5 }]);
    t.match(inverted([posting!], day('2016-03-01')), [{ on: '2016-04-01', pence: -5 }]);
  },
);

t.test('a series keeps one sum a day, in day order', async (t) => {
  const made = series(['2016-05-01', 5], ['2016-04-01', 3], ['2016-05-01', -2]);
  t.same(made, { days: ['2016-04-01', '2016-05-01'], moves: [3, 3] });
  t.equal(seriesOn(made, day('2016-03-31')), 0);
  t.equal(seriesOn(made, day('2016-04-01')), 3);
  t.equal(seriesOn(made, day('2099-01-01')), 6);
  t.same(combined([{ sign: -1, series: made }]), { days: made.days, moves: [-3, -3] });
});

t.test('a limit is broken on the first later day that a fact takes below zero', async (t) => {
  const standing = series(['2016-04-01', 10], ['2016-06-01', -8]);
  t.same(
    firstBreach(standing, series(['2016-05-01', -3])),
    { day: '2016-06-01', short: 1 },
    'not on the day itself, but when it matters',
  );
  t.same(firstBreach(standing, series(['2016-05-01', -11])), { day: '2016-05-01', short: 1 });
  t.equal(firstBreach(standing, series(['2016-05-01', -2])), undefined);
  t.equal(firstBreach(standing, series(['2016-05-01', -3], ['2016-06-01', 3])), undefined, 'what is made good in time');
});

t.test('what is below zero already is no reason to refuse what does not worsen it', async (t) => {
  const below = series(['2016-04-01', -5]);
  t.equal(firstBreach(below, series(['2016-05-01', 1])), undefined);
  t.same(firstBreach(below, series(['2016-05-01', -1])), { day: '2016-05-01', short: 6 });
});
