import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Entry } from '../../projections/entry.js';
import { outcomes } from '../../projections/outcomes.js';
import { dayNumber, dayOfNumber, type Day } from '../../src/domain/calendar.js';
import { bodyOn, type Terms } from '../../src/domain/dispute/claim.js';
import { lineFor, owedOn, settlementOn, sheetsOn, type Line } from '../../src/domain/dispute/owed.js';
import { entriesKnown, termsAt } from '../../src/domain/dispute/state.js';
import {
  exactly,
  minus,
  moneyText,
  negated,
  NO_MONEY,
  notNegative,
  partsOfWhole,
  pence,
  plus,
  signedPence,
  total,
  WHOLE_PARTS,
  type Pence,
} from '../../src/domain/money.js';
import { PLAN, POOL, type Measure, type Posting } from '../../src/domain/postings.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { asked } from '../support/asking.js';
import { disputeHistories, playDisputes } from '../support/dispute-histories.js';
import { DISPUTES } from '../support/disputes.js';
import { histories, play } from '../support/histories.js';
import { FUND, openedLedger, openFund } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { disputing } from '../support/rules-alone.js';

/** Figures that are looked up or worked out in one go are those that the facts give when they are added up one by one. */

const RUNS = process.env['BCF_PROPERTY_RUNS'];

const between = (first: string, last: string) =>
  fc.integer({ min: dayNumber(first as Day), max: dayNumber(last as Day) }).map((number) => dayOfNumber(number));

/** Whole pence of a number of parts of a penny, half to even. */
function wholePence(parts: bigint): Pence {
  const penny = 7n * BigInt(WHOLE_PARTS);
  const rest = ((parts % penny) + penny) % penny;
  const whole = (parts - rest) / penny;
  return exactly(Number(rest * 2n > penny || (rest * 2n === penny && whole % 2n !== 0n) ? whole + 1n : whole));
}

/** What one share of the undecided days of a case brings, day by day. */
function plainOutcome({ first, stretches, settled }: Terms, on: Day, share: number) {
  const ended = settled.filter(({ effective }) => effective <= dayNumber(on));
  const sums = { due: 0n, paid: 0n, cost: 0n, claimed: 0n };
  for (let day = first; day <= dayNumber(on); day++) {
    if (ended.some(({ through, closes }) => day <= through || closes)) continue;
    // An invoice is a stretch of its own day, beside the stretch of the weekly cost.
    for (const of of stretches) {
      if (day < of.first || day > of.last || of.decided !== undefined) continue;
      const ofTheTwo = of.others.reduce((left, other) => left - partsOfWhole(other.share), WHOLE_PARTS);
      const add = (name: keyof typeof sums, parts: number) => (sums[name] += BigInt(of.weekly) * BigInt(parts));
      add('due', Math.min(partsOfWhole(share), ofTheTwo) - of.interim);
      add('paid', of.interim);
      add('cost', ofTheTwo);
      add('claimed', of.claimed - of.interim);
    }
  }
  const { due, paid, cost, claimed } = sums;
  return { due: wholePence(due), paid: wholePence(paid), cost: wholePence(cost), claimed: wholePence(claimed) };
}

t.test('outcomes and what is owed of disputes are the sums of their days, lines and payments', async (t) => {
  const seen = { outcomes: 0, settled: 0, paid: 0 };
  const points = fc.array(
    fc.record({ on: between('2018-12-01', '2021-04-10'), part: fc.double({ min: 0.7, max: 1, noNaN: true }) }),
    { minLength: 3, maxLength: 3 },
  );
  await asyncProperty(
    t,
    fc.asyncProperty(disputeHistories(), points, async (moves, asked) => {
      const ledger = await disputing(t);
      await openFund(ledger, '2019-20');
      await playDisputes(ledger, moves);
      const { own: state, revision } = ledger.ledger.model.stream('dispute', DISPUTES);
      for (const { on, part } of asked) {
        const upTo = Math.round(part * revision);
        const rows = new Map<string, Record<'cost' | 'claimed' | 'due' | 'byClaimant' | 'byRespondent', Pence>>();
        const sheets = sheetsOn(state, on, upTo);
        for (const [id, history] of state.cases) {
          const terms = termsAt(history, upTo);
          if (!terms) continue;
          for (const share of [0, 2_500, 5_000, 7_500, 10_000]) {
            if (terms.first > dayNumber(on)) break;
            const { due, paid, cost, claimed } = plainOutcome(terms, on, share);
            if (cost === NO_MONEY) break;
            const key = `${bodyOn(terms, 'claimant', on)} ${bodyOn(terms, 'respondent', on)} ${share}`;
            const had = rows.get(key);
            const byRespondent = plus(paid, due);
            const more = { cost, claimed, due, byClaimant: minus(cost, byRespondent), byRespondent };
            rows.set(key, had ? (addedUp(had, more) as typeof had) : more);
          }

          const owed = owedOn(state, id, on, upTo)!;
          assert.deepEqual(owedOn(state, id, on, upTo, sheets), owed, 'with the settlements of all cases at hand');
          const byNow = entriesKnown(history, upTo).filter(({ data }) => data.effective <= on);
          const settled = byNow.filter(({ step }) => step === 'settles');
          const amounts = (step: string, sign: (data: Record<string, unknown>) => 1 | -1): Pence =>
            total(
              byNow
                .filter((each) => each.step === step)
                .map(({ data }) => exactly(sign(data) * pence(data['amount'] as string))),
            );
          assert.deepEqual(
            owed.settlements,
            settled.map(({ data }) => data['settlement']),
          );
          assert.equal(
            owed.paid,
            amounts('pays', ({ towards }) => (towards === 'claimant' ? 1 : -1)),
          );
          assert.equal(
            owed.writtenOff,
            amounts('writes-off', () => 1),
          );
          let [toPay, toWriteOff] = [NO_MONEY, NO_MONEY];
          for (const entry of settled) {
            const lines = entry.data['lines'] as readonly Line[];
            assert.equal(
              lineFor(entry, id),
              lines.find((line) => line.case === id),
            );
            const left = leftOf(state.settlements.get(entry.data['settlement'] as string)!, lines, id, on, upTo);
            toPay = plus(toPay, left.toPay);
            toWriteOff = plus(toWriteOff, left.toWriteOff);
            assert.deepEqual(settlementOn(state, entry.data['settlement'] as string, on, upTo)!.left.get(id), left);
          }
          assert.equal(owed.settledToPay, toPay);
          assert.equal(
            owed.toWriteOff,
            plus(total(owed.between.map(({ decidedToWriteOff }) => decidedToWriteOff)), toWriteOff),
          );
          seen.settled += settled.length;
          seen.paid += byNow.filter(({ step }) => step === 'pays').length;
        }
        const found = outcomes({ state, on, upTo }, 2_500);
        assert.deepEqual(
          new Map(
            found.map(({ claimant, respondent, share, borneByClaimant, borneByRespondent, cost, claimed, due }) => [
              `${claimant} ${respondent} ${share}`,
              { cost, claimed, due, byClaimant: borneByClaimant, byRespondent: borneByRespondent },
            ]),
          ),
          rows,
        );
        seen.outcomes += found.length;
      }
    }),
    Number(RUNS ?? 8),
  );
  t.comment(`compared: ${seen.outcomes} outcomes, ${seen.settled} lines of settlements, ${seen.paid} payments`);
});

const addedUp = (one: Readonly<Record<string, Pence>>, other: Readonly<Record<string, Pence>>) =>
  Object.fromEntries(Object.keys(one).map((name) => [name, plus(one[name]!, other[name]!)]));

/** What is left of one line of a settlement: what was paid and written off under it goes to its lines in their order. */
function leftOf(
  history: Parameters<typeof entriesKnown>[0],
  lines: readonly Line[],
  id: string,
  on: Day,
  upTo: number,
): { toPay: Pence; toWriteOff: Pence } {
  const done = entriesKnown(history, upTo).filter(({ data }) => data.effective <= on);
  const sizeOf = (line: Line): Pence => minus(signedPence(line.agreed), signedPence(line.paidBefore));
  const payerOf = (line: Line): string => (sizeOf(line) > 0 ? line.respondent : line.claimant);
  const offOf = (line: Line): Pence => notNegative(minus(pence(line.abandoned), pence(line.writtenOffBefore)));
  const own = lines.find((line) => line.case === id)!;
  const before = lines.slice(0, lines.indexOf(own));
  const left = (step: string, field: string, body: string, due: Pence, dueBefore: readonly number[]): Pence => {
    const of = done.filter((each) => each.step === step && each.data[field] === body);
    const had = of.reduce((sum, { data }) => sum + pence(data['amount'] as string), 0);
    const free = Math.max(had - dueBefore.reduce((sum, each) => sum + each, 0), 0);
    return exactly(Math.max(due - free, 0));
  };
  const payer = payerOf(own);
  const toPay = left(
    'pays',
    'payer',
    payer,
    exactly(Math.abs(sizeOf(own))),
    before.filter((line) => payerOf(line) === payer).map((line) => Math.abs(sizeOf(line))),
  );
  return {
    toPay: payer === own.respondent ? toPay : negated(toPay),
    toWriteOff: left(
      'writes-off',
      'creditor',
      own.claimant,
      offOf(own),
      before.filter((line) => line.claimant === own.claimant).map(offOf),
    ),
  };
}

t.test('a plan and a memorandum account are the sums of the postings of their facts', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(
      histories(40),
      fc.array(between('2016-04-01', '2017-04-10'), { minLength: 3, maxLength: 3 }),
      async (moves, days) => {
        const opened = await openedLedger(t);
        await play(opened, moves);
        const entries = await opened.ledger.entries(fundStream(FUND), opened.ledger.model.size());
        for (const on of days) {
          const plan = await asked(opened, 'plan', { on });
          const required = sums(entries, on, 'requirement', ({ holder, detail }) => (holder === PLAN ? detail : ''));
          for (const { line, onGap } of plan['lines'] as readonly { line: string; onGap: string }[])
            assert.equal(onGap, moneyText(required.get(line) ?? NO_MONEY), `${line} on ${on}`);
          assert.equal(plan['requirement'], moneyText(total(required.values())));

          const answer = await asked(opened, 'memorandum', { on });
          const byBody = ({ holder, source }: Posting) => `${holder} ${source}`;
          const agreed = sums(entries, on, 'agreed', byBody);
          const received = sums(entries, on, 'received', byBody);
          const rows = answer['funding'] as readonly Record<'partner' | 'source' | 'amount' | 'received', string>[];
          for (const row of rows) {
            const key = `${row.partner} ${row.source}`;
            assert.equal(row.amount, moneyText(agreed.get(key) ?? NO_MONEY), `${key} on ${on}`);
            assert.equal(row.received, moneyText(received.get(key) ?? NO_MONEY), `${key} on ${on}`);
          }
          assert.equal(answer['grossFunding'], moneyText(total(agreed.values())));
          const spent = (['spent', 'accrued'] as const).map((measure) =>
            sums(entries, on, measure, ({ holder, detail }) => (holder === PLAN ? detail : '')),
          );
          const spentOn = (line: string): Pence => total(spent.map((each) => each.get(line) ?? NO_MONEY));
          for (const { line, amount } of answer['spending'] as readonly { line: string; amount: string }[])
            assert.equal(amount, moneyText(spentOn(line)), `${line} on ${on}`);
          const gross = [...spent, sums(entries, on, 'passedDown', byBody)].map((each) => total(each.values()));
          assert.equal(answer['grossSpending'], moneyText(total(gross)));
        }
        await opened.ledger.close();
      },
    ),
    Number(RUNS ?? 4),
  );
});

/** The sums of one measure by a name, from the postings themselves, the pool’s own side left out. */
function sums(entries: readonly Entry[], on: Day, measure: Measure, nameOf: (posting: Posting) => string) {
  const found = new Map<string, Pence>();
  for (const posting of entries.flatMap(({ postings }) => postings)) {
    if (posting.measure !== measure || posting.holder === POOL || posting.on > on) continue;
    found.set(nameOf(posting), plus(found.get(nameOf(posting)) ?? NO_MONEY, posting.pence));
  }
  return found;
}
