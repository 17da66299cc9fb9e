import { createHash } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { encode } from '../../src/ledger/catalogue.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { readInThreads, readPart, together, type Threads } from '../../src/ledger/parts.js';
import type { ReadModel } from '../../src/ledger/read-model.js';
import { eventId } from '../../src/ledger/submit.js';
import type { EventStore } from '../../src/store/event-store.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { threadsOn } from '../../src/threads.js';
import { carried, emptyLedger, folder, line, openedLedger } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { demonstration } from '../support/scenarios.js';

/** A ledger that is read in several threads is remembered as one that is read event by event. */

/** All that a read model remembers; of the table of acts what is in it, and not how long it is. */
function remembered(model: ReadModel) {
  const { ledger, streams } = model.kept();
  const { slots, ...acts } = ledger.acts;
  return { ledger: { ...ledger, acts, inTable: slots.filter((slot) => slot !== 0).length }, streams: [...streams] };
}

/** Reads parts of any ledger, in this thread. */
const here = (store: EventStore, count: number): Threads => ({
  count,
  headStart: 0,
  read: (streams, upTo) => readPart(store, streams, upTo),
});

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Appends a plan line to the stream of a fund, as others might have: under a key that may be that of other acts. */
async function appended(
  store: EventStore,
  fund: string,
  key: string,
  officer: string,
  recordedAt: string,
): Promise<void> {
  const stream = `fund-${fund}-2016-17`;
  const revision = (await store.readStream(stream)).at(-1)?.revision;
  const metadata = carried({ officer, key, recordedAt });
  const id = eventId(officer, `${key} ${revision ?? ''}`, 0);
  await store.append(stream, revision ?? 'no_stream', [encode(id, 'PlanLineSet', line() as never, metadata)]);
}

t.test('in two, three and more parts the demonstration is remembered as it is event by event', async (t) => {
  const { ledger, file } = await demonstration(t);
  t.ok(ledger.model.funds().length > 3);
  for (const count of [2, 3, 100]) {
    const model = await readInThreads(ledger.store, here(ledger.store, count));
    t.strictSame(remembered(model!), remembered(ledger.model), `${count} parts`);
  }
  const other = await openLedger(openSqliteEventStore({ file, readOnly: true }), ledger.clock, {
    threads: { ...threadsOn(file), count: 2, headStart: 0 },
  });
  t.strictSame(remembered(other.model), remembered(ledger.model), 'in another thread');
  t.equal(other.fromSnapshot, 0);
  await other.close();
});

t.test('keys of acts are found where they were used, whoever used them first', async (t) => {
  const act = fc.record({
    fund: fc.constantFrom('a', 'b', 'c', 'd'),
    key: fc.constantFrom('one', 'two', digest('one'), digest('two')),
    officer: fc.constantFrom('x', 'y'),
    minute: fc.nat(59),
  });
  await asyncProperty(
    t,
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), fc.constantFrom(2, 3), async (acts, count) => {
      // Services that shared a store may have recorded a little out of order.
      const store = openSqliteEventStore({ file: join(folder(t), 'ledger.sqlite'), outOfOrder: true });
      for (const { fund, key, officer, minute } of acts) {
        await appended(store, fund, key, officer, `2016-04-01T09:${String(minute).padStart(2, '0')}:00.000Z`);
      }
      const { model, clock } = (await emptyLedger(t, '', store)).ledger;
      const inParts = await openLedger(store, clock, { threads: here(store, count) });
      t.strictSame(remembered(inParts.model), remembered(model));
      await inParts.close();
    }),
    30,
  );
});

t.test('what is recorded while the parts are read is taken after them', async (t) => {
  const { store, clock } = await openedLedger(t);
  const ledger = await openLedger(store, clock, {
    threads: {
      ...here(store, 2),
      async read(streams, upTo) {
        await appended(store, 'later', 'key', 'x', '2016-04-01T09:00:00.000Z');
        return readPart(store, streams, upTo);
      },
    },
  });
  t.same(ledger.model.funds(), ['later-2016-17', 'testshire-2016-17']);
  t.equal(ledger.model.position(), await store.head());
  await ledger.projector.stop();
});

t.test('a ledger is read event by event where that is sooner, or where it cannot be read in parts', async (t) => {
  const { store } = await openedLedger(t);
  const never: Threads = {
    ...here(store, 2),
    read: () => {
      throw new Error('no part is to be read');
    },
  };
  const whole = Object.fromEntries(Object.entries(store).filter(([name]) => name !== 'parts')) as unknown as EventStore;
  t.equal(await readInThreads(store, { ...never, headStart: 1_000 }), undefined, 'a short ledger');
  t.equal(await readInThreads(store, { ...never, count: 1 }), undefined, 'one processor');
  t.equal(await readInThreads(whole, never), undefined, 'another store');
  const empty = openSqliteEventStore({ file: join(folder(t), 'empty.sqlite') });
  t.equal(await readInThreads(empty, never), undefined, 'an empty ledger');
  await empty.close();
});

/** What is told of a ledger that is opened by threads: that it was read event by event, up to what cannot be read. */
async function faultOf(t: Test, fund: string, threads: (file: string) => Threads): Promise<void> {
  const { store, clock, file } = await openedLedger(t);
  const metadata = carried({ officer: 'x', role: 'pool-manager' });
  await store.append(`fund-${fund}`, 'no_stream', [encode(eventId('x', 'x', 0), 'Unheard', {} as never, metadata)]);
  t.equal(await readInThreads(store, threads(file)), undefined);
  await t.rejects(openLedger(store, clock, { threads: threads(file) }), { message: /Unheard at revision 0 of fund-/ });
}

t.test('an event that cannot be read is met event by event, in whichever part it is', async (t) => {
  for (const [name, threads] of [
    ['here', (file: string) => ({ ...threadsOn(file), count: 2, headStart: 0 })],
    ['elsewhere', (file: string) => ({ ...threadsOn(file), count: 9, headStart: 0 })],
  ] as const) {
    await t.test(name, async (t) => faultOf(t, 'ghost-2016-17', threads));
  }
});

t.test('a thread that ends without its part is no part', async (t) => {
  const { store, file } = await openedLedger(t);
  const threads = threadsOn(file);
  await t.rejects(threadsOn(join(folder(t), 'none.sqlite')).read(['register'], '1'), { name: 'StoreUnavailable' });
  t.equal(
    await readInThreads(store, { ...threads, count: 2, headStart: 0, read: () => Promise.resolve([]) }),
    undefined,
  );
});

t.test('parts that do not hold every stream are not put together', async (t) => {
  const { store } = await openedLedger(t);
  const upTo = (await store.head())!;
  const part = await readPart(store, ['fund-testshire-2016-17'], upTo);
  t.throws(() => together([part], Number(upTo)), { name: 'RangeError', message: /are in the parts/ });
});
