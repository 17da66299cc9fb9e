import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import t from 'tap';
import { naiveBalance } from '../../projections/balances.js';
import type { ClaimsWalk } from '../../projections/claims.js';
import { changedBy, compare } from '../../projections/compare.js';
import type { Entry } from '../../projections/entry.js';
import { GAP_FIGURES, gapOf, type Gap } from '../../projections/gap.js';
import { gapByDay, gapByKnowledge } from '../../projections/gap-history.js';
import { fundPosition, poolPosition } from '../../projections/position.js';
import { statement } from '../../projections/statement.js';
import type { View } from '../../projections/view.js';
import { dayNumber, dayOfNumber, daysAfter, type Day } from '../../src/domain/calendar.js';
import { exactly, minus, NO_MONEY, plus } from '../../src/domain/money.js';
import { imbalance } from '../../src/domain/postings.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { createReadModel, viewOf, type KeptModel } from '../../src/ledger/memory/read-model.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { FUND, NORTH, openedLedger, PARTNERS, type TestLedger } from '../support/ledger.js';
import { histories, play } from '../support/histories.js';
import { asyncProperty } from '../support/property.js';

/**
 * Properties of every figure of the ledger, over random histories with back-dating, future dates, counters and
 * reversals, at random pairs of dates.
 */
const HISTORIES = Number(process.env['BCF_PROPERTY_RUNS'] ?? 40);
/** The histories hold no disputes, so no claim is open and none changes. */
const NO_CLAIMS: ClaimsWalk = { open: () => NO_MONEY, changedBy: () => NO_MONEY };
const FIRST = dayNumber('2016-03-20' as Day);
const LAST = dayNumber('2017-04-10' as Day);

const days = fc.integer({ min: FIRST, max: LAST }).map((number) => dayOfNumber(number));
const points = fc.array(fc.record({ on: days, part: fc.double({ min: 0, max: 1, noNaN: true }) }), {
  minLength: 4,
  maxLength: 8,
});

const viewAt = ({ ledger }: TestLedger, on: Day, size: number): View => viewOf(ledger.model.fund(FUND)!, on, size);
const sizeAt = ({ ledger }: TestLedger, part: number): number => Math.round(part * ledger.model.size());
const entriesOf = ({ ledger }: TestLedger): Promise<Entry[]> => ledger.entries(fundStream(FUND), ledger.model.size());

const same = (a: Gap, b: Gap): boolean => GAP_FIGURES.every((name) => a[name] === b[name]);

t.test('at any two dates, over random histories', async (t) => {
  const seen = { accepted: 0, refused: 0 };
  await asyncProperty(
    t,
    fc.asyncProperty(histories(), points, async (moves, asked) => {
      const ledger = await openedLedger(t);
      const known: { readonly on: Day; readonly instant: number; readonly gap: Gap }[] = [];
      const played = await play(ledger, moves, (index) => {
        const on = daysAfter('2016-04-01' as Day, (index * 37) % 365);
        known.push({
          on,
          instant: ledger.clock.now(),
          gap: gapOf(viewAt(ledger, on, ledger.ledger.model.size()), NO_MONEY),
        });
      });
      seen.accepted += played.accepted;
      seen.refused += played.refused;
      const entries = await entriesOf(ledger);

      for (const entry of entries) {
        if (imbalance(entry.postings) !== 0) throw new Error(`The postings of ${entry.type} do not sum to nothing.`);
      }

      // The state of a snapshot must give the same answers as the log.
      const { ledger: head, streams } = ledger.ledger.model.kept();
      const kept = { ledger: head, streams: [...streams] };
      const restored = createReadModel(deserialize(serialize(kept)) as KeptModel).fund(FUND)!;

      for (const { on, part } of asked) {
        const size = sizeAt(ledger, part);
        const fromSnapshot = viewOf(restored, on, size);
        const view = viewAt(ledger, on, size);
        for (const account of view.accounts) {
          if (view.balance(account) !== naiveBalance(entries, account, on, size))
            throw new Error('A balance is not the sum of the log.');
          if (fromSnapshot.balance(account) !== view.balance(account))
            throw new Error('A balance from a snapshot is not the sum of the log.');
        }
        const gap = gapOf(view, NO_MONEY);
        if (plus(plus(gap.funded, gap.soft), gap.hard) !== gap.requirement)
          throw new Error('funded + soft + hard is not the requirement.');
        for (const name of ['funded', 'soft', 'proposed', 'assumed', 'atRisk'] as const) {
          if (gap[name] < 0) throw new Error(`${name} is below zero.`);
        }
        if (gap.atRisk > gap.funded) throw new Error('More is at risk than there is.');
        const { total } = fundPosition(view, PARTNERS);
        const pool = poolPosition(view);
        for (const name of ['agreed', 'proposed', 'due', 'received', 'withdrawn', 'atRisk'] as const) {
          if (total[name] !== pool[name]) throw new Error(`The partners’ ${name} do not sum to the fund’s.`);
        }
        if (total.agreed !== gap.funded) throw new Error('What is agreed is not what is funded.');
      }

      // What was known at an instant never changes, whatever is recorded later. Of several entries at an instant only
      // the last counts.
      const last = new Map(known.map((each) => [each.instant, each]));
      for (const { on, instant, gap } of last.values()) {
        const { size } = ledger.ledger.model.prefix(instant as never);
        if (!same(gapOf(viewAt(ledger, on, size), NO_MONEY), gap))
          throw new Error('An earlier state of knowledge has changed.');
      }

      for (const [index, from] of asked.entries()) {
        const to = asked[(index + 1) % asked.length]!;
        const [a, b] = [from, to].map(({ on, part }) => ({ on, size: sizeAt(ledger, part) }));
        const compared = compare(entries, a!, b!, NO_CLAIMS);
        if (!same(compared.from, gapOf(viewAt(ledger, a!.on, a!.size), NO_MONEY)))
          throw new Error('A comparison begins elsewhere.');
        if (!same(compared.to, gapOf(viewAt(ledger, b!.on, b!.size), NO_MONEY)))
          throw new Error('A comparison ends elsewhere.');
        for (const name of GAP_FIGURES) {
          const sum = compared.movers.reduce(
            (acc, mover) => plus(acc, changedBy(mover)[name] ?? exactly(0)),
            exactly(0),
          );
          if (sum !== minus(compared.to[name], compared.from[name]))
            throw new Error(`The movers of ${name} do not add up to its change.`);
        }
        // A fact that was learnt, or forgotten, stands between what was known before it and what was known after it.
        for (const { by, entry, before, after } of compared.movers) {
          if (by !== 'knowledge') continue;
          const known = [entry.place, entry.place + 1].map((size) => gapOf(viewAt(ledger, b!.on, size), NO_MONEY));
          const [was, is] = (a!.size <= b!.size ? known : known.reverse()) as [Gap, Gap];
          if (!same(before, was) || !same(after, is)) throw new Error('A fact changes the gap otherwise.');
        }
        const lines = statement(entries, NORTH, { from: '2016-06-01' as Day, on: b!.on, size: b!.size });
        const moved = lines.lines.reduce((acc, each) => plus(acc, minus(each.agreed, each.received)), lines.opening);
        if (moved !== lines.closing) throw new Error('Opening and movements are not the closing.');
        const byDay = gapByDay(entries, b!.on, b!.size, NO_CLAIMS).at(-1);
        const byKnowledge = gapByKnowledge(entries, b!.on, b!.size, NO_CLAIMS).at(-1);
        for (const point of [byDay, byKnowledge]) {
          if (point && !same(point.gap, compared.to)) throw new Error('A history does not end where it should.');
        }
      }

      const { problems } = await verify(ledger.store);
      if (problems.length > 0)
        throw new Error(`verify: ${problems.map((each) => `${each.check} ${each.where} ${each.words}`).join('; ')}`);
      await ledger.close();
    }),
    HISTORIES,
  );
  t.comment(`${seen.accepted} acts recorded, ${seen.refused} refused`);
  t.ok(seen.accepted > 10 * HISTORIES, 'the histories are not made of refusals');
});

t.test('facts of different partners on one day give the same figures in any order', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), async (order) => {
      const ledger = await openedLedger(t);
      const acts = [
        () =>
          ledger.post('pool-manager', 'PlanLineSet', {
            effective: '2016-05-01',
            line: 'a',
            description: 'a',
            category: 'base',
            source: 'NHS_ADD',
            recurrent: true,
            amount: '500.00',
          }),
        () =>
          ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', {
            effective: '2016-05-01',
            contribution: 'n',
            payer: 'north-ccg',
            source: 'NHS_ADD',
            amount: '100.00',
            recurrent: true,
            instalments: [{ due: '2016-05-01', amount: '100.00' }],
          }),
        () =>
          ledger.signed('south-ccg-finance', 'county-finance', 'ContributionAgreed', {
            effective: '2016-05-01',
            contribution: 's',
            payer: 'south-ccg',
            source: 'NHS_ADD',
            amount: '150.00',
            recurrent: false,
            instalments: [{ due: '2016-05-01', amount: '150.00' }],
          }),
        () =>
          ledger.signed('county-finance', 'north-ccg-finance', 'ContributionAgreed', {
            effective: '2016-05-01',
            contribution: 'c',
            payer: 'county',
            source: 'LA_ADD',
            amount: '50.00',
            recurrent: true,
            instalments: [{ due: '2016-05-01', amount: '50.00' }],
          }),
      ];
      for (const index of order) await acts[index]!();
      const gap = gapOf(viewAt(ledger, '2016-05-01' as Day, ledger.ledger.model.size()), NO_MONEY);
      await ledger.close();
      return gap.requirement === 50_000 && gap.funded === 30_000 && gap.recurrentGap === 35_000 && gap.hard === 20_000;
    }),
    12,
  );
});
