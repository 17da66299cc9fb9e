import t from 'tap';
import { watchWriting } from '../../../src/ledger/acts/writing.js';
import { ConcurrencyConflict, StoreUnavailable, type EventStore } from '../../../src/store/event-store.js';

const rejects = (error: Error) => () => Promise.reject(error);

t.test('a store that failed to write counts as one that cannot be written', async (t) => {
  let now = 0;
  let tries = 0;
  let full = true;
  const writing = watchWriting(
    {
      tryWriting: async () => {
        tries++;
        if (full) throw new StoreUnavailable('the disk is still full');
      },
    } as Partial<EventStore> as EventStore,
    () => now,
  );
  t.equal(await writing.fault(), undefined);
  t.equal(await writing.watched(async () => 7), 7);
  await t.rejects(writing.watched(rejects(new ConcurrencyConflict('fund-a', 1n, 2n))), { name: 'ConcurrencyConflict' });
  t.equal(await writing.fault(), undefined, 'what others have written first is no failure');
  await t.rejects(writing.watched(rejects(new StoreUnavailable('the disk is full'))), { name: 'StoreUnavailable' });
  t.equal(await writing.fault(), 'the disk is full');
  t.equal(
    await writing.watched(
      async () => 'refused',
      () => false,
    ),
    'refused',
  );
  t.equal(await writing.fault(), 'the disk is full', 'until something is written');
  t.equal(tries, 0, 'it is not tried more than once a second');
  now = 1_000;
  t.equal(await writing.fault(), 'the disk is still full');
  t.equal(await writing.fault(), 'the disk is still full');
  t.equal(tries, 1);
  full = false;
  now = 2_000;
  t.equal(await writing.fault(), undefined);
  t.equal(tries, 2);
});

t.test('one that cannot be tried is given the benefit of the doubt after a while', async (t) => {
  let now = 0;
  const writing = watchWriting({} as EventStore, () => now);
  await t.rejects(writing.watched(rejects(new StoreUnavailable('no majority'))));
  now = 9_999;
  t.equal(await writing.fault(), 'no majority');
  now = 10_000;
  t.equal(await writing.fault(), undefined);
});
