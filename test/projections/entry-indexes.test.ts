import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { instalments, SCHEDULED, traced, UNDERTAKEN, undertakings } from '../../projections/audit.js';
import { compare } from '../../projections/compare.js';
import { byMeasure } from '../../projections/entry-indexes.js';
import { known, testedFacts } from '../../projections/fund-facts.js';
import { MOVES_GAP } from '../../projections/gap.js';
import { gapByDay, gapByKnowledge } from '../../projections/gap-history.js';
import { bridgeLines, bridgeSteps, categoriesOf, MOVES_YEAR_GAP } from '../../projections/medium-term.js';
import { byHolderShown, statement } from '../../projections/statement.js';
import { sourceUses } from '../../projections/source-use.js';
import { dayNumber, dayOfNumber, type Day } from '../../src/domain/calendar.js';
import { TEST_WORDS } from '../../src/domain/fund/plan/test-inputs.js';
import { asKnown, ofKind } from '../../src/domain/grammar/remembered.js';
import { NO_MONEY } from '../../src/domain/money.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { viewOf } from '../../src/ledger/memory/read-model.js';
import { BEHIND_TESTS, factsBehind, testsNow } from '../../src/ledger/questions/fund/minimum-tests.js';
import { fundEver, type FundAtDates } from '../../src/ledger/questions/question.js';
import { FUND, openedLedger, PARTNERS } from '../support/ledger.js';
import { histories, play } from '../support/histories.js';
import { asyncProperty } from '../support/property.js';

/** A figure that is worked out of the few entries that an index has is the figure of all entries. */

const HISTORIES = Number(process.env['BCF_PROPERTY_RUNS'] ?? 20);
const NO_CLAIMS = { open: () => NO_MONEY, changedBy: () => NO_MONEY };
const FIRST = dayNumber('2016-03-20' as Day);
const LAST = dayNumber('2017-04-10' as Day);
const STREAM = fundStream(FUND);

const days = fc.integer({ min: FIRST, max: LAST }).map((number) => dayOfNumber(number));
const point = fc.record({ on: days, part: fc.double({ min: 0, max: 1, noNaN: true }) });

t.test('at any two dates, over random histories, all entries and those of an index give the same', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(
      histories(),
      fc.array(fc.tuple(point, point), { minLength: 4, maxLength: 6 }),
      async (moves, asked) => {
        const opened = await openedLedger(t);
        await play(opened, moves);
        const { ledger } = opened;
        const { model } = ledger;
        for (const [one, other] of asked) {
          const [from, to] = [one, other].map(({ on, part }) => ({ on, size: Math.round(part * model.size()) })) as [
            { on: Day; size: number },
            { on: Day; size: number },
          ];
          const { on, size } = to;
          const most = Math.max(from.size, size);
          const all = await ledger.entries(STREAM, size);
          const under = (index: Parameters<typeof ledger.entriesUnder>[2], name?: string) =>
            ledger.entriesUnder(STREAM, size, index, name);
          assert.deepEqual(
            compare(await ledger.entriesUnder(STREAM, most, MOVES_GAP), from, to, NO_CLAIMS),
            compare(await ledger.entries(STREAM, most), from, to, NO_CLAIMS),
          );
          for (const history of [gapByDay, gapByKnowledge])
            assert.deepEqual(history(await under(MOVES_GAP), on, size, NO_CLAIMS), history(all, on, size, NO_CLAIMS));
          const categories = categoriesOf(known(model.fund(FUND)!.facts, 'line', Infinity));
          const learnt = { on, fromSize: from.size, toSize: size, counts: () => true };
          const [few, every] = [
            await ledger.entriesUnder(STREAM, most, MOVES_YEAR_GAP),
            await ledger.entries(STREAM, most),
          ];
          assert.deepEqual(bridgeSteps(few, categories, learnt), bridgeSteps(every, categories, learnt));
          assert.deepEqual([...bridgeLines(few, learnt)], [...bridgeLines(every, learnt)]);
          for (const partner of PARTNERS)
            assert.deepEqual(
              statement(await under(byHolderShown, partner), partner, { from: from.on, on, size }),
              statement(all, partner, { from: from.on, on, size }),
            );
          assert.deepEqual(instalments(await under(SCHEDULED), on), instalments(all, on));
          for (const measure of ['agreed', 'received', 'requirement'] as const)
            assert.deepEqual(traced(await under(byMeasure, measure), on, { measure }), traced(all, on, { measure }));
          assert.deepEqual(
            undertakings(await under(UNDERTAKEN), await under(byMeasure, 'agreed'), on),
            undertakings(await under(UNDERTAKEN), all, on),
          );
          const then = fundEver(ledger, FUND, { on }) as FundAtDates;
          const tests = testsNow(ledger, then);
          assert.deepEqual(
            factsBehind(tests, await under(BEHIND_TESTS), then).map((facts) => [...facts]),
            factsBehind(tests, all, then).map((facts) => [...facts]),
          );
          const view = viewOf(model.fund(FUND)!, on, size);
          const grants = known(model.fund(FUND)!.facts, 'grant', model.knownRevision(STREAM, size));
          assert.deepEqual(sourceUses(view, grants, await under(byMeasure, 'spent')), sourceUses(view, grants, all));
        }
        await ledger.close();
      },
    ),
    HISTORIES,
  );
});

t.test(
  'the facts that minimum tests go by are those of the state for decisions, at any state of knowledge',
  async (t) => {
    await asyncProperty(
      t,
      fc.asyncProperty(histories(), async (moves) => {
        const opened = await openedLedger(t);
        await play(opened, moves);
        const { ledger } = opened;
        const { own } = await ledger.stateOf('fund', STREAM);
        const words = ({ revision, data, reversed }: { revision: number; data: unknown; reversed?: unknown }) => ({
          revision,
          data,
          reversed,
        });
        for (let upTo = -1; upTo <= ledger.model.stream('fund', STREAM).last; upTo++) {
          const facts = testedFacts(ledger.model.fund(FUND)!.facts, upTo);
          for (const kind of TEST_WORDS)
            assert.deepEqual(
              ofKind(facts, kind).map(words),
              ofKind(asKnown(own.tested.facts, upTo), kind).map(words),
              kind,
            );
        }
        await ledger.close();
      }),
      HISTORIES,
    );
  },
);
