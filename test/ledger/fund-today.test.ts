import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { openLedger } from '../../src/ledger/ledger.js';
import { FUNDS_TODAY_MAX, ofFundToday } from '../../src/ledger/questions/fund-today.js';
import { asked } from '../support/asking.js';
import { merger, registerAll, succeeded } from '../support/bodies.js';
import { histories, play } from '../support/histories.js';
import { FUND, openedLedger, SOUTH, TestLedger } from '../support/ledger.js';
import { allocation, publish } from '../support/plan.js';
import { asyncProperty } from '../support/property.js';
import { shared } from '../support/sharing.js';

/** What is kept of a fund as it stands today is what is worked out of it anew, whatever was recorded since, by whomever. */

const HISTORIES = Number(process.env['BCF_PROPERTY_RUNS'] ?? 8);
const OFFICERS = ['county-finance', 'county-chief', 'north-ccg-finance', 'south-ccg-chief'];

const answersOf = async (ledger: TestLedger) => [
  await asked(ledger, 'portfolio'),
  ...(await Promise.all(OFFICERS.map((officer) => asked(ledger, 'tasks', { officer })))),
];

t.test('over random histories, with offers that expire, allocations and bodies that end', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(histories(30), async (moves) => {
      const { first, another } = await shared(t, 'one file');
      await registerAll(first);
      // A second service on the file, which is told of each act by the file.
      const store = another();
      const second = new TestLedger(await openLedger(store, first.clock), store, first.clock, '');
      t.teardown(() => second.ledger.close());
      await play(first, moves, async (index) => {
        if (index === 3) await publish(first, allocation());
        if (index === 9) await publish(first, allocation({ payer: SOUTH, publication: `Of move ${index}` }));
        if (index === 15) await succeeded(first, merger());
        if (index === 20) first.clock.set((first.clock.now() + 200 * 86_400_000) as never);
        if (index % 3 !== 0) return;
        await second.ledger.projector.whenTaken((await store.head())!);
        const fresh = another();
        const anew = new TestLedger(await openLedger(fresh, first.clock), fresh, first.clock, '');
        const expected = await answersOf(anew);
        assert.deepEqual(await answersOf(first), expected);
        assert.deepEqual(await answersOf(second), expected);
        await anew.ledger.close();
      });
    }),
    HISTORIES,
  );
});

t.test('it is worked out once for each state of the fund and the register, and each day', async (t) => {
  const opened = await openedLedger(t);
  const { ledger } = opened;
  let worked = 0;
  const kept = ofFundToday((_ledger, at) => ({ number: ++worked, on: at.on, size: at.size }));
  t.equal(kept(ledger, FUND), kept(ledger, FUND));
  t.equal(worked, 1);
  t.ok(Object.isFrozen(kept(ledger, FUND)), 'nobody changes what others are given');
  await publish(opened, allocation());
  t.equal(kept(ledger, FUND).number, 2, 'after an event of the register');
  opened.clock.set((opened.clock.now() + 86_400_000) as never);
  t.equal(kept(ledger, FUND).number, 3, 'on another day');
  t.equal(kept(ledger, FUND).number, 3);
});

t.test('so many funds are kept, those that were asked about last', async (t) => {
  const { ledger } = await openedLedger(t);
  const asked: string[] = [];
  const kept = ofFundToday((_ledger, { fund }) => asked.push(fund));
  // A ledger in which every name is a fund’s.
  const { model } = ledger;
  const many = { ...ledger, model: { ...model, fund: () => model.fund(FUND), knownRevision: () => 0 } };
  for (let number = 0; number <= FUNDS_TODAY_MAX; number++) kept(many, `fund-${number}`);
  kept(many, `fund-${FUNDS_TODAY_MAX}`);
  t.equal(asked.length, FUNDS_TODAY_MAX + 1);
  kept(many, 'fund-1');
  t.equal(asked.length, FUNDS_TODAY_MAX + 1);
  kept(many, 'fund-0');
  t.equal(asked.at(-1), 'fund-0', 'the one that was asked about first is not there any more');
});
