import fc from 'fast-check';
import t from 'tap';
import { daysAfter, type Day } from '../../../../src/domain/calendar.js';
import type { Book } from '../../../../src/domain/fund/books.js';
import { minimumWalk } from '../../../../src/domain/fund/plan/minima-walk.js';
import { minimumTests, type TestInputs } from '../../../../src/domain/fund/plan/minimum-tests.js';
import { planAccount } from '../../../../src/domain/fund/state.js';
import type { KeptFact } from '../../../../src/domain/grammar/remembered.js';
import { holdingsOn, isTestInput } from '../../../../src/domain/fund/plan/test-inputs.js';
import { exactly } from '../../../../src/domain/money.js';
import { addToSeries, emptySeries, posted, type Posting } from '../../../../src/domain/postings.js';
import { allocation, scheme } from '../../../support/plan.js';
import { property } from '../../../support/property.js';

/**
 * Running sums give the same results as the formula on each day alone, in whatever order facts move money, describe
 * lines or publish rules.
 */

const FIRST = '2016-04-01' as Day;
const LINES = ['one', 'two', 'three'];
const AREAS = ['social-care', 'community-health', 'unheard-of'];

const Moves = fc.array(
  fc.record({
    what: fc.constantFrom('line', 'line', 'pay', 'describe', 'describe', 'take back'),
    day: fc.nat(40),
    until: fc.nat(60),
    pick: fc.nat(2),
    area: fc.constantFrom(...AREAS),
    nhs: fc.constantFrom(0, 3_333, 10_000),
    pence: fc.integer({ min: -5_000, max: 9_999 }),
    recorded: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25, size: 'max' },
);

const source = 'NHS_MIN';
const listsOn = (on: Day): TestInputs['areasOfSpend'] => (on < daysAfter(FIRST, 20) ? EARLY : LATE);
const EARLY = [
  { code: 'social-care', name: 'Social care', counts: 'social-care' },
  { code: 'community-health', name: 'Community health', counts: 'out-of-hospital' },
] as unknown as TestInputs['areasOfSpend'];
const LATE = [EARLY[0], { ...EARLY[1], code: 'unheard-of' }] as TestInputs['areasOfSpend'];

const publication = {
  revision: 1,
  data: allocation({ amount: '50.00', minima: { socialCare: '20.00', outOfHospital: '10.00' } }),
  evidence: [],
} as unknown as TestInputs['allocations'][number];

t.test('the walk over the days finds what the formula finds on each', (t) => {
  let days = 0;
  property(
    t,
    fc.property(Moves, (moves) => {
      const books = new Map<string, Book>();
      const postings: Posting[] = [];
      const facts: KeptFact[] = LINES.map((line, revision) => ({
        revision,
        keptAs: 'line',
        data: { effective: FIRST, line, source, ...(line === 'one' && { scheme: scheme() }) },
      }));
      for (const [index, { what, day, until, pick, area, nhs, pence, recorded }] of moves.entries()) {
        const on = daysAfter(FIRST, day);
        const data = { effective: on, line: LINES[pick], source };
        if (what === 'describe' || what === 'take back') {
          const commissioner = { nhs, localGovernment: 10_000 - nhs };
          facts.push({
            revision: 10 + index,
            keptAs: 'description',
            data: { ...data, scheme: scheme({ areaOfSpend: area, commissioner }) },
            ...(what === 'take back' && { reversed: { revision: 99, on: daysAfter(on, until) } }),
          });
          continue;
        }
        const account =
          what === 'line'
            ? planAccount(LINES[pick]!, { source, recurrent: true })
            : ({ measure: 'agreed', holder: `payer-${pick}`, source, term: 'recurrent', detail: '' } as const);
        for (const posting of posted({ ...account, item: 'x', on, pence: exactly(pence) })) {
          if (!recorded) {
            postings.push(posting);
            continue;
          }
          if (!isTestInput(posting)) continue;
          const key = `${posting.measure} ${posting.holder} ${posting.detail}`;
          const book = books.get(key) ?? { account: posting, series: emptySeries() };
          addToSeries(book.series, posting.on, posting.pence);
          books.set(key, book);
        }
      }
      const published = (on: Day) => ({
        allocations: on < daysAfter(FIRST, 10) ? [] : [publication],
        areasOfSpend: listsOn(on),
      });
      const walk = minimumWalk([...books.values()], { postings, facts }, published);
      for (let day = 0; day < 60; day += 3) {
        const on = daysAfter(FIRST, day);
        const holdings = holdingsOn(books.values(), on, postings);
        const naive = minimumTests({ on, holdings, facts, ...published(on) }).slice(0, 3);
        for (const [index, test] of walk(on).entries()) {
          const { rows, verdict, margin } = naive[index]!;
          const same = (of: typeof rows) => JSON.stringify(of.filter(({ actual, required }) => actual || required));
          if (same(test.rows) !== same(rows) || test.verdict !== verdict || test.margin !== margin) {
            throw new Error(`${on}: ${test.test} is ${same(test.rows)}; it should be ${same(rows)}`);
          }
        }
        days++;
      }
    }),
    Number(process.env['BCF_PROPERTY_RUNS'] ?? 300),
  );
  t.comment(`${days} days`);
  t.ok(days > 0);
  t.end();
});
