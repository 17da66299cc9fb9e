import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { instalments, SCHEDULED, traced, UNDERTAKEN, undertakings } from '../../projections/audit.js';
import { compare } from '../../projections/compare.js';
import type { Entry } from '../../projections/entry.js';
import { byMeasure, gatheredFrom } from '../../projections/entry-indexes.js';
import { known, testedFacts } from '../../projections/fund-facts.js';
import { MOVES_GAP } from '../../projections/gap.js';
import { gapByDay, gapByKnowledge } from '../../projections/gap-history.js';
import {
  bridgeOf,
  categoriesOf,
  YEAR_MOVES,
  type Learnt,
  type RowTotal,
  type Step,
} from '../../projections/medium-term.js';
import { byHolderShown, statement } from '../../projections/statement.js';
import { sourceUses } from '../../projections/source-use.js';
import { dayNumber, dayOfNumber, type Day } from '../../src/domain/calendar.js';
import { TEST_WORDS } from '../../src/domain/fund/plan/test-inputs.js';
import { asKnown, ofKind } from '../../src/domain/grammar/remembered.js';
import type { FactData } from '../../src/domain/grammar/event.js';
import { negated, NO_MONEY, plus, type Pence } from '../../src/domain/money.js';
import { POOL } from '../../src/domain/postings.js';
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

/** The bridge of a year, straight from the facts: posting by posting, each row of a fact added up. */
function plainBridge(entries: readonly Entry[], categories: ReadonlyMap<string, string>, learnt: Learnt) {
  const { year, on, fromSize, toSize } = learnt;
  const [small, large] = [Math.min(fromSize, toSize), Math.max(fromSize, toSize)];
  const lines = new Map<string, Pence>();
  const steps = entries
    .filter(({ place }) => place >= small && place < large)
    .flatMap((entry) => {
      const { data, postings } = entry;
      const of = ((data['fact'] as { data: FactData } | undefined)?.data ?? data)['reprofile'] as
        { name: string; otherYear: string } | undefined;
      const rows = new Map<string, Step>();
      for (const { measure, holder, detail, source, pence, on: day } of postings) {
        if (holder === POOL || day > on || !['requirement', 'agreed', 'beside'].includes(measure)) continue;
        const isPlan = measure === 'requirement';
        const kind = isPlan ? (of ? 'reprofiled' : 'requirement') : measure === 'agreed' ? 'funding' : 'beside';
        const row = isPlan ? (of?.name ?? categories.get(detail)!) : source;
        const change = isPlan === fromSize <= toSize ? pence : negated(pence);
        const key = `${kind} ${row}`;
        const otherYear = kind === 'reprofiled' ? of!.otherYear : undefined;
        rows.set(key, { year, kind, row, entry, change: plus(rows.get(key)?.change ?? NO_MONEY, change), otherYear });
        if (kind === 'requirement') lines.set(detail, plus(lines.get(detail) ?? NO_MONEY, change));
      }
      return [...rows.values()].filter(({ change }) => change !== NO_MONEY);
    });
  return { steps, lines };
}

/** Every instalment, straight from the facts: what falls due by item and day, credits taken off, then paid oldest first. */
function plainInstalments(entries: readonly Entry[], on: Day) {
  const moves = entries.flatMap(({ postings }) => postings.filter(({ holder }) => holder !== POOL));
  const dues = moves.filter(({ measure }) => measure === 'due');
  const sumOf = (of: typeof moves) => of.reduce((sum, { pence }) => plus(sum, pence), NO_MONEY);
  return [...new Set(dues.map(({ item }) => item))].flatMap((item) => {
    const own = dues.filter((each) => each.item === item);
    const rows = [...new Set(own.map((each) => each.on))].sort().map((due) => {
      const ofDay = own.filter((each) => each.on === due);
      return { due, amount: sumOf(ofDay), last: ofDay.at(-1)!, gone: 0 };
    });
    const owing = rows.filter(({ amount }) => amount > 0);
    for (const { due: day, amount } of rows.filter((row) => row.amount < 0 && row.due <= on)) {
      let credit: number = negated(amount);
      for (const row of owing.filter(({ due }) => due <= day).reverse()) {
        const taken = Math.min(row.amount - row.gone, credit);
        row.gone += taken;
        credit -= taken;
      }
    }
    let money: number = sumOf(
      moves.filter((each) => each.measure === 'received' && each.item === item && each.on <= on),
    );
    return owing.map(({ due, amount, last: { holder: payer, source }, gone }) => {
      const paid = Math.min(amount - gone, money);
      money -= paid;
      const unpaid = amount - gone - paid;
      return { item, payer, source, due, amount, paid, noLongerDue: gone, unpaid, overdue: due <= on && unpaid > 0 };
    });
  });
}

const rowIn = ({ kind, row, otherYear }: RowTotal): string => `${kind} ${row} ${otherYear}`;

function totalsOf(steps: readonly RowTotal[]): Map<string, Pence> {
  const sums = new Map<string, Pence>();
  for (const each of steps) sums.set(rowIn(each), plus(sums.get(rowIn(each)) ?? NO_MONEY, each.change));
  return sums;
}

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
          const learnt = { year: '2016-17', on, fromSize: from.size, toSize: size, counts: () => true };
          const every = await ledger.entries(STREAM, most);
          const plain = plainBridge(every, categories, learnt);
          for (const gathered of [
            await ledger.gathered(STREAM, most, YEAR_MOVES),
            gatheredFrom(await ledger.entriesUnder(STREAM, most, YEAR_MOVES.index), YEAR_MOVES),
          ]) {
            const { steps, totals, lines } = bridgeOf(gathered, categories, learnt);
            assert.deepEqual(steps, plain.steps);
            assert.deepEqual(totalsOf(steps), new Map(totals.map((each) => [rowIn(each), each.change])));
            assert.deepEqual(lines, plain.lines);
          }
          for (const partner of PARTNERS)
            assert.deepEqual(
              statement(await under(byHolderShown, partner), partner, { from: from.on, on, size }),
              statement(all, partner, { from: from.on, on, size }),
            );
          for (const gathered of [
            await ledger.gathered(STREAM, size, SCHEDULED),
            gatheredFrom(await under(SCHEDULED.index), SCHEDULED),
          ])
            assert.deepEqual(instalments(gathered, on), plainInstalments(all, on));
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
