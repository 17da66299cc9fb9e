import t from 'tap';
import { createBalances } from '../../projections/balances.js';
import { fundPosition, partnerPosition, poolPosition } from '../../projections/position.js';
import type { View } from '../../projections/view.js';
import type { Day } from '../../src/domain/calendar.js';
import { exactly } from '../../src/domain/money.js';
import { posted, type Measure } from '../../src/domain/postings.js';

const ON = '2016-04-01' as Day;
const moved = (measure: Measure, source: string, pence: number, term: 'recurrent' | 'one-off' = 'recurrent') =>
  posted({ measure, holder: 'a', source, term, item: 'i', on: ON, pence: exactly(pence) });

const viewOf = (...postings: ReturnType<typeof posted>[]): View => {
  const balances = createBalances();
  postings.forEach((each, place) => balances.add(place, each));
  return { on: ON, balance: balances.at(ON, postings.length), accounts: balances.accounts() };
};

t.test('where nothing has moved everything stands at nothing', async (t) => {
  const { sources, total } = partnerPosition(viewOf(), 'a');
  t.same(sources, []);
  t.ok(Object.values(total).every((figure) => figure === 0));
  t.same(fundPosition(viewOf(), []), { partners: [], total });
  t.match(poolPosition(viewOf()), { agreed: 0, received: 0 });
});

t.test(
  'sources come in the order of their codes, whatever came first; one that stands at nothing is left out',
  async (t) => {
    const view = viewOf(
      moved('agreed', 'NHS_MIN', 500),
      moved('agreed', 'LA_ADD', 300, 'one-off'),
      moved('due', 'NHS_MIN', 400),
      moved('received', 'NHS_MIN', 100),
      moved('proposed', 'NHS_ADD', 7),
      moved('proposed', 'NHS_ADD', -7),
      moved('share', 'DFG', 9),
    );
    const { sources, total } = partnerPosition(view, 'a');
    t.same(
      sources.map((each) => each.source),
      ['LA_ADD', 'NHS_MIN'],
    );
    t.match(total, { agreed: 800, agreedOneOff: 300, due: 400, received: 100, outstanding: 700, overdue: 300 });
    t.match(poolPosition(view), { agreed: 800, due: 400, received: 100, proposed: 0 });
  },
);
