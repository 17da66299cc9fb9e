import t from 'tap';
import { gatheredFrom } from '../../projections/entry-indexes.js';
import { bridgeOf, YEAR_MOVES } from '../../projections/medium-term.js';
import type { Entry } from '../../projections/entry.js';
import type { Day } from '../../src/domain/calendar.js';
import { pence, signedPence } from '../../src/domain/money.js';
import { posted } from '../../src/domain/postings.js';
import { planAccount } from '../../src/domain/fund/state.js';

const day = (text: string) => text as Day;

/** A fact that takes from one line and gives to two others, of which one is of the same category. */
const moved: Entry = {
  place: 7,
  revision: 3,
  id: 'id',
  type: 'Moved',
  recordedAt: '2016-06-01T09:00:00.000Z',
  effective: day('2016-06-01'),
  officer: 'pool-manager',
  partner: 'county',
  role: 'pool-manager',
  evidence: [],
  sentence: 'Moved.',
  data: { effective: day('2016-06-01') },
  postings: (
    [
      ['one', '-100.00', '2016-06-01'],
      ['two', '60.00', '2016-06-01'],
      ['three', '30.00', '2016-06-01'],
      ['three', '10.00', '2017-01-01'],
    ] as const
  ).flatMap(([line, change, on]) =>
    posted({
      ...planAccount(line, { source: 'NHS_ADD', recurrent: true }),
      item: line,
      on: day(on),
      pence: signedPence(change),
    }),
  ),
};

const categories = new Map([
  ['one', 'base'],
  ['two', 'base'],
  ['three', 'pressure'],
]);

t.test('what one fact moves within a category is one step, net; what takes effect later is none', async (t) => {
  const steps = (fromSize: number, toSize: number, on = '2016-12-31') =>
    bridgeOf(gatheredFrom([moved], YEAR_MOVES), categories, {
      year: '2016-17',
      counts: () => true,
      on: day(on),
      fromSize,
      toSize,
    }).steps.map(({ kind, row, change }) => [kind, row, change]);
  t.same(steps(0, 8), [
    ['requirement', 'base', signedPence('-40.00')],
    ['requirement', 'pressure', pence('30.00')],
  ]);
  t.same(steps(0, 8, '2017-03-31')[1], ['requirement', 'pressure', pence('40.00')]);
  t.same(steps(8, 0)[0], ['requirement', 'base', pence('40.00')], 'to an earlier instant it is taken off again');
  t.same(steps(0, 7), [], 'not known yet');
  t.same(steps(8, 9), [], 'known before');
  t.same(steps(0, 8, '2016-05-31'), [], 'not in effect yet');
});
