import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Day } from '../../../src/domain/calendar.js';
import {
  asKnown,
  inForce,
  isKnown,
  lastInForce,
  takeBack,
  type Remembered,
} from '../../../src/domain/grammar/remembered.js';
import { property } from '../../support/property.js';

/**
 * What is in force on a day, as known then, compared with the definition in words, for lists of any facts and
 * reversals.
 */

type Fact = Remembered<{ readonly effective: Day; readonly name: number }>;

const DAYS = ['2016-04-01', '2016-04-02', '2016-04-03', '2016-04-04'] as Day[];
const day = fc.constantFrom(...DAYS);

/**
 * A history: facts, each perhaps reversed at a later revision from some day on, with revisions of other events between.
 */
const history = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 3 }),
      effective: day,
      reversal: fc.option(fc.record({ after: fc.integer({ min: 1, max: 12 }), on: day }), { nil: undefined }),
    }),
    { maxLength: 12 },
  )
  .map((moves) => {
    const facts: Fact[] = [];
    let revision = -1;
    for (const [name, { gap, effective, reversal }] of moves.entries()) {
      revision += gap;
      const reversed = reversal && { revision: revision + reversal.after, on: reversal.on };
      facts.push({ revision, data: { effective, name }, ...(reversed && { reversed }) });
    }
    return facts;
  });

const asked = fc.record({ on: day, upTo: fc.oneof(fc.integer({ min: -1, max: 40 }), fc.constant(undefined)) });

/**
 * In force, step by step: what had been recorded by then, in its state of then; of that, what has begun; of that, what
 * has not ended.
 */
function plainly(all: readonly Fact[], { on, upTo = 1000 }: { on: Day; upTo?: number | undefined }): Fact[] {
  const found: Fact[] = [];
  for (let revision = 0; revision <= upTo; revision++) {
    const recorded = all.find((each) => each.revision === revision);
    if (recorded && recorded.data.effective <= on) found.push(recorded);
    const undone = all.filter(({ reversed }) => reversed?.revision === revision && reversed.on <= on);
    for (const each of undone) if (found.includes(each)) found.splice(found.indexOf(each), 1);
  }
  return found;
}

t.test(
  'in force are the facts that were recorded by then, have begun, and had not been taken back from that day',
  (t) => {
    property(
      t,
      fc.property(history, asked, (all, at) => {
        const found = plainly(all, at);
        assert.deepEqual(inForce(all, at), found);
        assert.equal(lastInForce(all, at), found.at(-1), 'of changes the one that was recorded last stands');
        const days = DAYS.flatMap((each) => found.filter(({ data }) => data.effective === each));
        assert.deepEqual(inForce(all, at, 'by-day'), days);
        assert.equal(
          lastInForce(all, at, 'by-day'),
          days.at(-1),
          'of descriptions that of the latest day, recorded last',
        );
      }),
    );
    t.end();
  },
);

t.test('what was known at a revision is asked of later lists as it was of the list of then', (t) => {
  property(
    t,
    fc.property(history, asked, (all, { on, upTo = 1000 }) => {
      const then = asKnown(all, upTo);
      assert.deepEqual(
        inForce(then, { on }).map(({ data }) => data.name),
        inForce(all, { on, upTo }).map(({ data }) => data.name),
      );
      assert.deepEqual(
        then.filter((each) => isKnown(each, upTo)).map(({ revision }) => revision),
        all.filter((each) => isKnown(each, upTo)).map(({ revision }) => revision),
      );
      assert.ok(then.every(({ revision, reversed }) => revision <= upTo && !(reversed && reversed.revision > upTo)));
    }),
  );
  t.end();
});

t.test('a fact is found by its revision and marked, and the others are left as they are', (t) => {
  property(
    t,
    fc.property(history, fc.nat({ max: 40 }), (all, revision) => {
      const marked = [...all];
      const reversed = { revision: 100, on: DAYS[0]! };
      assert.equal(
        takeBack(marked, revision, reversed),
        all.some((each) => each.revision === revision),
      );
      assert.deepEqual(
        marked,
        all.map((each) => (each.revision === revision ? { ...each, reversed } : each)),
      );
    }),
  );
  t.end();
});
