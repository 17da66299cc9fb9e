import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { encode } from '../../../src/ledger/catalogue.js';
import { openLedger } from '../../../src/ledger/ledger.js';
import {
  joined,
  readInThreads,
  readInWords,
  readPart,
  type Part,
  type Threads,
} from '../../../src/ledger/memory/parallel-read.js';
import type { ReadModel } from '../../../src/ledger/memory/read-model.js';
import { eventId } from '../../../src/ledger/acts/event-id.js';
import type { EventStore } from '../../../src/store/event-store.js';
import { openSqliteEventStore } from '../../../src/store/sqlite/sqlite-event-store.js';
import { processors, threadsOn } from '../../../src/threads.js';
import { carried, emptyLedger, folder, line, openedLedger } from '../../support/ledger.js';
import { asyncProperty } from '../../support/property.js';
import { demonstration } from '../../support/scenarios.js';

/** A ledger that is read in several threads gives the same read model as one read event by event. */

/** Everything in a read model. Of the table of acts its content, without its length. */
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

/** Reads in threads. Throws if threads were not used. */
async function read(store: EventStore, threads: Threads): Promise<ReadModel> {
  const found = await readInThreads(store, threads);
  if (!found || 'failed' in found) throw new Error(found?.failed ?? 'One thread was to read it.');
  return found.model;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Appends a plan line to the stream of a fund as another service might: under a key that may be that of other acts. */
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
  t.same(ledger.readBy, { threads: 1 });
  for (const count of [2, 3, 100]) {
    t.strictSame(remembered(await read(ledger.store, here(ledger.store, count))), remembered(ledger.model), `${count}`);
  }
  const threads = { ...threadsOn(file), count: 3, headStart: 0 };
  t.strictSame(remembered(await read(ledger.store, threads)), remembered(ledger.model), 'in other threads');
  const other = await openLedger(openSqliteEventStore({ file, readOnly: true }), ledger.clock, { threads });
  t.same(other.readBy, { threads: 3 });
  t.equal(other.fromSnapshot, 0);
  t.equal(other.model.position(), ledger.model.position());
  await other.close();
});

t.test('keys of acts are found where they were used, whoever used them first', async (t) => {
  const act = fc.record({
    fund: fc.constantFrom('a', 'b', 'c', 'd'),
    key: fc.constantFrom('one', 'two', digest('one'), digest('two')),
    officer: fc.constantFrom('x', 'y'),
    second: fc.nat(59),
  });
  await asyncProperty(
    t,
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), fc.constantFrom(2, 3), async (acts, count) => {
      // Services that shared a store may have recorded a little out of order.
      const store = openSqliteEventStore({ file: join(folder(t), 'ledger.sqlite'), outOfOrder: true });
      for (const fund of ['a', 'b']) await appended(store, fund, `first of ${fund}`, 'x', '2016-04-01T08:00:00.000Z');
      for (const { fund, key, officer, second } of acts) {
        await appended(store, fund, key, officer, `2016-04-01T09:00:${String(second).padStart(2, '0')}.000Z`);
      }
      const { model } = (await emptyLedger(t, '', store)).ledger;
      t.strictSame(remembered(await read(store, here(store, count))), remembered(model));
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
  t.same(ledger.readBy, { threads: 2 });
  t.same(ledger.model.funds(), ['later-2016-17', 'testshire-2016-17']);
  t.equal(ledger.model.position(), await store.head());
  await ledger.projector.stop();
});

t.test('one thread reads a ledger where that is sooner, or where it cannot be read in parts', async (t) => {
  const { store } = await openedLedger(t);
  const never: Threads = {
    ...here(store, 2),
    read: () => {
      throw new Error('no part is to be read');
    },
  };
  const whole = Object.fromEntries(Object.entries(store).filter(([name]) => name !== 'parts')) as unknown as EventStore;
  t.equal(await readInThreads(store, { ...never, headStart: 1_000 }), undefined, 'a short ledger');
  t.equal(await readInThreads(store, { ...never, headStart: 4.5 }), undefined, 'next to nothing for another');
  t.equal(await readInThreads(store, { ...never, count: 1 }), undefined, 'one processor');
  t.equal(await readInThreads(whole, never), undefined, 'another store');
  const empty = openSqliteEventStore({ file: join(folder(t), 'empty.sqlite') });
  t.equal(await readInThreads(empty, never), undefined, 'an empty ledger');
  await empty.close();
});

t.test('streams are dealt to the thread that would be done first', async (t) => {
  const dealt = async (events: readonly number[], count: number, headStart: number): Promise<number[][]> => {
    const sizes = new Map(events.map((size, index) => [`fund-${index}`, size]));
    let own: readonly string[] = [];
    const others: (readonly string[])[] = [];
    const parts = {
      streams: () => Promise.resolve(sizes),
      read: (streams: readonly string[]) => {
        own = streams;
        return Promise.resolve([]);
      },
    };
    const store = { head: () => Promise.resolve('1000'), parts } as unknown as EventStore;
    await readInThreads(store, {
      count,
      headStart,
      read: (streams) => Promise.resolve(void others.push(streams) as unknown as Part),
    });
    return [own, ...others].map((streams) => streams.map((stream) => sizes.get(stream)!));
  };
  t.same(
    (await dealt([30, 20, 40, 10], 2, 0)).map((hand) => hand.sort()),
    [
      [10, 40],
      [20, 30],
    ],
  );
  t.same(await dealt([250, 250, 250, 250], 2, 400), [[250, 250, 250], [250]], 'one that begins later has less');
  t.same(
    await dealt([100, 100, 100, 100, 1], 3, 200),
    [[100, 100, 100, 1], [100]],
    'and none begins for next to nothing',
  );
});

t.test('an event that cannot be read is met event by event, in whichever part it is', async (t) => {
  for (const [where, own] of [
    ['here', true],
    ['elsewhere', false],
  ] as const) {
    await t.test(where, async (t) => {
      const { store, clock, file } = await openedLedger(t);
      const metadata = carried({ officer: 'x', role: 'pool-manager' });
      // The longest stream is read in this thread: that of the ghost fund, or the register.
      const events = Array.from({ length: own ? 40 : 1 }, (_, index) =>
        encode(eventId('x', String(index), 0), 'Unheard', {} as never, metadata),
      );
      await store.append('fund-ghost-2016-17', 'no_stream', events);
      let elsewhere: readonly string[] = [];
      const on = threadsOn(file);
      const threads: Threads = {
        count: 2,
        headStart: 0,
        read(streams, ...more) {
          elsewhere = streams;
          return on.read(streams, ...more);
        },
      };
      t.match(await readInThreads(store, threads), { failed: /Unheard at revision/ });
      t.equal(elsewhere.includes('fund-ghost-2016-17'), !own);
      await t.rejects(openLedger(store, clock, { threads }), { message: /Unheard at revision 0 of fund-/ });
    });
  }
});

t.test('what goes wrong in a thread costs the time of one, and is told', async (t) => {
  const { store, clock, file } = await openedLedger(t);
  const threads = { ...threadsOn(file), count: 2, headStart: 0 };
  const none = threadsOn(join(folder(t), 'none.sqlite'));
  const failing: Threads = { ...threads, read: none.read };
  t.match(await readInThreads(store, failing), { failed: /There is no file/ });
  const ledger = await openLedger(store, clock, { threads: failing });
  t.match(ledger.readBy, { threads: 1, failed: /There is no file/ });
  t.equal(ledger.model.position(), await store.head());
  t.match(await readInThreads(store, { ...threads, read: () => Promise.resolve([]) }), { failed: /are in the parts/ });
  const lost = { ...store, parts: { ...store.parts!, streams: () => Promise.reject(new Error('the disk is gone')) } };
  t.same(await readInThreads(lost, threads), { failed: 'the disk is gone' });
});

t.test('a thread ends when all is over, and so does reading here', async (t) => {
  const { store, file } = await openedLedger(t);
  const upTo = (await store.head())!;
  const over = new AbortController();
  const reading = threadsOn(file).read(['register'], upTo, over.signal);
  over.abort();
  await t.rejects(reading, /ended before/);
  await t.rejects(readPart(store, ['register'], upTo, over.signal), { name: 'AbortError' });
});

t.test('parts that do not hold every stream are not put together', async (t) => {
  const { store } = await openedLedger(t);
  const upTo = (await store.head())!;
  const part = await readPart(store, ['fund-testshire-2016-17'], upTo);
  t.throws(() => joined([part], Number(upTo)), { name: 'RangeError', message: /are in the parts/ });
});

t.test('how a ledger was read is said in words', (t) => {
  t.equal(readInWords({ threads: 1 }), 'read by 1 thread');
  t.equal(readInWords({ threads: 2 }), 'read by 2 threads');
  t.match(readInWords({ threads: 1, failed: 'no memory' }), /^read by one thread, .*: no memory$/);
  t.end();
});

t.test('there are as many threads as processors that may be used', async (t) => {
  const quota = join(folder(t), 'cpu.max');
  t.equal(processors(8, quota), 8, 'none is set');
  for (const [set, threads] of [
    ['max 100000\n', 8],
    ['250000 100000\n', 2],
    ['50000 100000\n', 1],
    ['1600000 100000\n', 8],
  ] as const) {
    writeFileSync(quota, set);
    t.equal(processors(8, quota), threads, set);
  }
  t.ok(threadsOn('ledger.sqlite').count <= Math.min(processors(), 4));
});
