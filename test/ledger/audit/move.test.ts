import { join } from 'node:path';
import t, { type Test } from 'tap';
import { hexOf } from '../../../evidence/tree.js';
import { CATEGORIES, eventLine } from '../../../src/ledger/catalogue.js';
import { move } from '../../../src/ledger/audit/move.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import type { EventStore } from '../../../src/store/event-store.js';
import { openEventStoreDB } from '../../../src/store/eventstoredb/eventstoredb-event-store.js';
import { leafOf } from '../../../src/store/leaf.js';
import { openSqliteEventStore } from '../../../src/store/sqlite/sqlite-event-store.js';
import { naiveRoot } from '../../evidence/naive.js';
import { startServer } from '../../support/eventstoredb/server.js';
import { contribution, folder, openedLedger, openFund, stated, type TestLedger } from '../../support/ledger.js';
import { anEvent, everything, someEvents } from '../../store/conformance.js';

async function cluster(t: Test): Promise<EventStore> {
  const server = await startServer();
  t.teardown(() => server.close());
  const store = openEventStoreDB({ connection: server.connection, categories: CATEGORIES });
  t.teardown(() => store.close());
  return store;
}

function file(t: Test, outOfOrder = false): EventStore {
  const store = openSqliteEventStore({ file: join(folder(t), 'ledger.sqlite'), outOfOrder });
  t.teardown(() => store.close());
  return store;
}

/** The content of an event that does not depend on its store. */
const lines = async (store: EventStore): Promise<string[]> =>
  (await everything(store)).map((event) => eventLine({ ...event, position: '' }));

async function aLedger(t: Test): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await openFund(ledger, '2017-18');
  for (const [index, year] of ['2016-17', '2017-18', '2016-17'].entries()) {
    await ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ contribution: `extra-${index}`, effective: `${year.slice(0, 4)}-04-01` }),
      `testshire-${year}`,
    );
  }
  return ledger;
}

t.test('a ledger is moved to a cluster and back, event by event, and both verify', async (t) => {
  const ledger = await aLedger(t);
  const [there, back] = [await cluster(t), file(t)];
  const progress: number[] = [];
  const moved = await move(ledger.store, there, (done, of) => progress.push(done / of));
  t.equal(moved.size, ledger.ledger.model.size());
  t.equal(moved.before, 0);
  t.equal(progress.at(-1), 1);
  t.strictSame(
    progress,
    [...progress].sort((a, b) => a - b),
  );
  const returned = await move(there, back);
  t.equal(returned.root, moved.root);
  t.equal(moved.root, hexOf(naiveRoot((await everything(ledger.store)).map(leafOf))));
  t.equal((await verify(there)).root, moved.root);
  t.strictSame(await lines(there), await lines(ledger.store));
  t.strictSame(await lines(back), await lines(ledger.store));
  t.strictSame((await verify(there)).problems, []);
  t.strictSame((await verify(back)).problems, []);
});

t.test('a move that was broken off goes on, and one that was finished changes nothing', async (t) => {
  const ledger = await aLedger(t);
  const there = await cluster(t);
  let appends = 0;
  const breaking: EventStore = {
    ...there,
    append: (...values) => (++appends > 5 ? Promise.reject(new Error('the cable')) : there.append(...values)),
  };
  await t.rejects(move(ledger.store, breaking), { message: 'the cable' });
  const half = (await everything(there)).length;
  t.ok(half > 0 && half < ledger.ledger.model.size());
  t.match(await move(ledger.store, there), { before: half, size: ledger.ledger.model.size() });
  t.match(await move(ledger.store, there), { before: ledger.ledger.model.size(), size: ledger.ledger.model.size() });
  t.strictSame(await lines(there), await lines(ledger.store));
});

t.test('nothing is moved to a store that holds something else', async (t) => {
  const ledger = await aLedger(t);
  const other = await cluster(t);
  await other.append('fund-a', 'no_stream', [anEvent()]);
  await t.rejects(move(ledger.store, other), {
    name: 'MoveStopped',
    message: /differ at place 0: .* holds Noted at revision 0 of fund-a there\. Only an empty store/,
  });
  const more = await cluster(t);
  await move(ledger.store, more);
  await more.append('fund-a', 'no_stream', [anEvent()]);
  await t.rejects(move(ledger.store, more), { name: 'MoveStopped', message: /holds Noted at revision 0 of fund-a/ });
  t.equal((await everything(other)).length, 1);
});

t.test('an event that is posted while the ledger is moved is noticed', async (t) => {
  const ledger = await aLedger(t);
  const there = await cluster(t);
  const late: EventStore = {
    ...ledger.store,
    async readAll(page) {
      const events = await ledger.store.readAll(page);
      if (events.length === 0 && (await there.head()) !== undefined) {
        await stated(ledger, 1).catch(() => undefined);
      }
      return events;
    },
  };
  await t.rejects(move(late, there), { name: 'MoveStopped', message: /Somebody posted meanwhile: stop every service/ });
});

t.test('large events are written few at a time', async (t) => {
  const from = file(t);
  const large = Array.from({ length: 9 }, () => anEvent({ data: `{"note":"${'x'.repeat(90_000)}"}` }));
  await from.append('fund-a', 'no_stream', large);
  await from.append('fund-a', 8n, someEvents(500));
  const there = await cluster(t);
  t.match(await move(from, there), { size: 509 });
  t.strictSame(await lines(there), await lines(from));
});

t.test(
  'a ledger whose instants are a little out of order is taken by a file that is told so, and by no other',
  async (t) => {
    const there = await cluster(t);
    const at = (instant: string) => anEvent({ metadata: `{"recordedAt":"${instant}"}` });
    await there.append('fund-a', 'no_stream', [at('2016-04-01T09:00:01.000Z')]);
    await there.append('fund-b', 'no_stream', [at('2016-04-01T09:00:00.000Z')]);
    await t.rejects(move(there, file(t)), { name: 'RecordedBehind' });
    const told = file(t, true);
    t.notOk(told.instantsInOrder);
    t.match(await move(there, told), { size: 2 });
    t.strictSame(await lines(told), await lines(there));
  },
);
