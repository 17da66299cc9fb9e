import { join } from 'node:path';
import t from 'tap';
import { Refusal } from '../../../src/domain/rules.js';
import { settableClock } from '../../../src/ledger/clock.js';
import { openLedger } from '../../../src/ledger/ledger.js';
import { ConcurrencyConflict, StoreUnavailable, type EventStore } from '../../../src/store/event-store.js';
import { openSqliteEventStore } from '../../../src/store/sqlite/sqlite-event-store.js';
import { startLapsing } from '../../../src/ledger/acts/lapsing.js';
import { at, folder, FUND, line, openedLedger, stated, TestLedger } from '../../support/ledger.js';

const set = (name: string) =>
  ({ act: 'post', fact: { type: 'PlanLineSet', data: line({ line: name }) as never } }) as const;

/** A second service on the same file, as another process would be. */
async function another(of: TestLedger, close: (act: () => Promise<void>) => void): Promise<TestLedger> {
  const clock = settableClock(of.clock.now());
  const store = openSqliteEventStore({ file: of.file });
  const ledger = new TestLedger(await openLedger(store, clock), store, clock, of.file);
  close(() => ledger.close());
  return ledger;
}

t.test('two services on one file never both win a revision, and lose nothing', async (t) => {
  const one = await openedLedger(t);
  const two = await another(one, (act) => t.teardown(act));
  const acts = Array.from({ length: 30 }, (_, index) =>
    (index % 2 ? one : two).done('pool-manager', set(`line-${index}`), { key: `race-${index}` }),
  );
  const revisions = (await Promise.all(acts)).map((each) => Number(each.outcome.revision));
  t.same(
    revisions.sort((a, b) => a - b),
    Array.from({ length: 30 }, (_, index) => index + 1),
  );
  for (const { ledger } of [one, two]) await ledger.projector.whenTaken((await one.store.head())!);
  t.equal(two.ledger.model.size(), one.ledger.model.size());
});

t.test('a key used at one service is known at the other', async (t) => {
  const one = await openedLedger(t);
  const two = await another(one, (act) => t.teardown(act));
  const first = await one.done('pool-manager', set('a'), { key: 'same' });
  await two.ledger.projector.whenTaken(first.outcome.position!);
  const second = await two.done('pool-manager', set('a'), { key: 'same' });
  t.ok(second.replayed);
  t.same(second.outcome, first.outcome);
});

t.test('an act that is tried under a key that was used is answered as the act that was recorded', async (t) => {
  const ledger = await openedLedger(t);
  const first = await ledger.done('pool-manager', set('a'), { key: 'same' });
  const tried = await ledger.done('pool-manager', set('a'), { key: 'same', dryRun: true });
  t.ok(tried.replayed);
  t.same(tried.outcome, first.outcome);
  const other = await ledger.submit('pool-manager', set('b'), { key: 'same', dryRun: true });
  t.equal(other instanceof Refusal && other.rule, 'key_reused');
});

t.test('a service whose clock is behind records no earlier than what was recorded before', async (t) => {
  const one = await openedLedger(t);
  const two = await another(one, (act) => t.teardown(act));
  await one.now('2016-05-01T12:00:00Z').done('pool-manager', set('a'));
  two.now('2016-05-01T11:59:00Z');
  const { outcome } = await two.done('pool-manager', set('b'));
  t.equal(outcome.recordedAt, '2016-05-01T12:00:00.000Z');
});

t.test('an act that was recorded before its answer came is answered as it was recorded', async (t) => {
  const opened = await openedLedger(t);
  const { together, ...alone } = opened.store;
  t.ok(together, 'acts are appended one by one where a store has no transaction for them');
  let appends = 0;
  const elsewhere: EventStore = {
    ...alone,
    async append(...values) {
      const appended = await opened.store.append(...values);
      // As if another service had recorded the same key meanwhile, with an instant of its own.
      return appends++ === 0 ? { ...appended, asSent: false } : appended;
    },
  };
  const ledger = new TestLedger(await openLedger(elsewhere, opened.clock), elsewhere, opened.clock, opened.file);
  t.teardown(() => ledger.ledger.projector.stop());
  t.match(await ledger.done('pool-manager', set('a'), { key: 'same' }), { replayed: true, outcome: { revision: '1' } });
  t.equal(appends, 1);
});

t.test('an act that always meets others is given up with words, and a fault of the store is passed on', async (t) => {
  const opened = await openedLedger(t);
  const failing = (error: Error): EventStore => ({
    ...opened.store,
    append: () => Promise.reject(error),
    together: undefined,
    close: async () => undefined,
  });
  const withStore = async (store: EventStore) => {
    const ledger = await openLedger(store, opened.clock);
    t.teardown(() => ledger.close());
    return new TestLedger(ledger, opened.store, opened.clock, opened.file);
  };
  const busy = await withStore(failing(new ConcurrencyConflict(`fund-${FUND}`, 0n, 1n)));
  const refused = await busy.submit('pool-manager', set('a'));
  t.ok(refused instanceof Refusal && refused.rule === 'conflict');
  const broken = await withStore(failing(new StoreUnavailable('the disk is full')));
  await t.rejects(broken.submit('pool-manager', set('a')), { name: 'StoreUnavailable' });
});

t.test(
  'the instant of an answer picks the largest prefix whose recorded instants are all at or before it',
  async (t) => {
    const ledger = await openedLedger(t);
    const { model } = ledger.ledger;
    const opened = model.size();
    await ledger.now('2016-05-01T12:00:00Z').done('pool-manager', set('a'));
    await ledger.done('pool-manager', set('b'));
    await ledger.now('2016-05-02T12:00:00Z').done('pool-manager', set('c'));
    t.equal(model.prefix(at('2016-05-01T11:59:59.999Z')).size, opened);
    t.equal(model.prefix(at('2016-05-01T12:00:00Z')).size, opened + 2);
    t.equal(model.prefix(at('2016-05-02T12:00:00Z')).size, opened + 3);
    t.same(model.prefix(at('2000-01-01T00:00:00Z')), { size: 0, position: undefined });
  },
);

t.test('what is in the file is all that there is: a ledger reopened answers as before', async (t) => {
  const file = join(folder(t), 'ledger.sqlite');
  const before = await openedLedger(t, file);
  await before.done('pool-manager', set('a'), { key: 'kept' });
  const head = await before.store.head();
  await before.close();
  const store = openSqliteEventStore({ file });
  const clock = settableClock(at('2016-03-01T09:00:00Z'));
  const after = new TestLedger(await openLedger(store, clock), store, clock, file);
  t.teardown(() => after.close());
  t.ok((await after.done('pool-manager', set('a'), { key: 'kept' })).replayed);
  t.equal(await store.head(), head);
});

t.test('a stopped read model keeps nobody waiting', async (t) => {
  const ledger = await openedLedger(t);
  const { projector } = ledger.ledger;
  const waiting = projector.whenTaken('1000');
  const moved = projector.whenMoved();
  await projector.stop();
  await t.rejects(waiting, { name: 'ProjectorStopped' });
  await t.rejects(projector.whenTaken('1000'), { name: 'ProjectorStopped' });
  await t.resolves(moved);
  await t.resolves(projector.whenTaken('1'), 'what was taken was taken');
});

t.test('how far the read model is behind is measured against the store’s head', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.ledger.projector.stop();
  const two = await another(ledger, (act) => t.teardown(act));
  await two.done('pool-manager', set('a'));
  ledger.now('2016-03-01T09:05:00Z');
  t.match(await ledger.ledger.projector.status(), { state: 'stopped', lagSeconds: 300 });
  t.match(await two.ledger.projector.status(), { state: 'live', lagSeconds: 0 });
});

t.test('a stream that is not there has no entries, and a long one is read page by page', async (t) => {
  const ledger = await openedLedger(t);
  t.same(await ledger.ledger.entries('fund-nowhere-2016-17', 100), []);
  await stated(ledger, 1_100);
  const entries = await ledger.ledger.entries(`fund-${FUND}`, ledger.ledger.model.size());
  t.equal(entries.length, 1_101);
});

t.test('expired proposals are ended now and then, and a fault is told and tried again', async (t) => {
  const ledger = await openedLedger(t);
  let tries = 0;
  const faults: unknown[] = [];
  await new Promise<void>((resolve) => {
    const lapsing = startLapsing(
      { ...ledger.ledger, lapseExpired: () => Promise.reject(new Error(`try ${++tries}`)) },
      5,
      {
        error(fault, words) {
          faults.push({ ...fault, words });
          if (tries < 3) return;
          lapsing.stop();
          resolve();
        },
      },
    );
  });
  const words = 'proposals could not be lapsed';
  t.match(
    faults,
    ['try 1', 'try 2', 'try 3'].map((message) => ({ err: { message }, words })),
  );
});

t.test('what the service notes under a key it notes once', async (t) => {
  const ledger = await openedLedger(t);
  const root = 'a'.repeat(64);
  const data = { effective: '2016-03-01', lost: { size: 9, root }, found: { size: 6, root } };
  const fact = { type: 'LossAccepted', data: data as never };
  t.match(await ledger.ledger.note(fact, 'loss'), { outcome: { events: [{ type: 'LossAccepted' }] }, replayed: false });
  t.match(await ledger.ledger.note(fact, 'loss'), { replayed: true });
});
