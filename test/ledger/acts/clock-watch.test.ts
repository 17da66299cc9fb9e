import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { Instant } from '../../../src/domain/calendar.js';
import { Refusal } from '../../../src/domain/rules.js';
import type { Command } from '../../../src/domain/grammar/command.js';
import { CATEGORIES } from '../../../src/ledger/catalogue.js';
import { settableClock, type Clock } from '../../../src/ledger/clock.js';
import {
  ASK_EVERY_MS,
  CLOCK_MS_MAX,
  COMPARE_EVERY_MS,
  EVEN_MS_MIN,
  watchClock,
} from '../../../src/ledger/acts/clock-watch.js';
import { createReadModel } from '../../../src/ledger/memory/read-model.js';
import { openLedger } from '../../../src/ledger/ledger.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { openEventStoreDB } from '../../../src/store/eventstoredb/eventstoredb-event-store.js';
import { asked } from '../../support/asking.js';
import { startServer } from '../../support/eventstoredb/server.js';
import { at, FUND, line, openFund, openedLedger, TestLedger } from '../../support/ledger.js';

const set = (name: string): Command => ({
  act: 'post',
  fact: { type: 'PlanLineSet', data: line({ line: name }) as never },
});

/** A clock that runs, and that the test can set. */
function machine(text: string) {
  let now: number = at(text);
  let elapsed = 0;
  const clock: Clock = { now: () => now as Instant, elapsed: () => elapsed };
  return {
    clock,
    runs: (ms: number) => {
      now += ms;
      elapsed += ms;
    },
    isSet: (by: number) => void (now += by),
  };
}

/** A read model with the answers that a watch asks for. */
const knowing = (demonstration: boolean, last: () => number) => {
  const model = createReadModel();
  return {
    ...model,
    register: () => ({ ...model.register(), ledger: { demonstration } as never }),
    now: (clock: Clock) => Math.max(clock.now(), last()) as Instant,
  };
};

t.test('a clock that was set is in doubt until it has run evenly for a while', async (t) => {
  const { clock, runs, isSet } = machine('2016-06-01T09:00:00Z');
  const watch = watchClock({ model: knowing(false, () => 0), clock, store: {} });
  runs(3_600_000);
  t.equal(watch.doubt(), undefined, 'a clock that runs is trusted');
  isSet(CLOCK_MS_MAX);
  t.equal(watch.doubt(), undefined, 'small steps are taken');
  isSet(3_600_000);
  t.match(watch.doubt(), /set forwards by 3610 seconds/);
  runs(EVEN_MS_MIN - 1);
  t.match(watch.doubt(), /set forwards/);
  isSet(-7_200_000);
  t.match(watch.doubt(), /set back by 3590 seconds/, 'set again, it has to run evenly anew');
  runs(EVEN_MS_MIN - 1);
  t.match(watch.doubt(), /set back/);
  runs(1);
  t.equal(watch.doubt(), undefined);
  isSet(3_600_000);
  t.match(watch.doubt(), /set forwards/);
  isSet(-3_600_000);
  t.equal(watch.doubt(), undefined, 'put right again, it is trusted at once');
});

t.test('nothing is stamped far ahead of the clock', async (t) => {
  const { clock, runs } = machine('2016-06-01T09:00:00Z');
  const floor = '2016-06-01T10:00:00.000Z';
  const watch = watchClock({ model: knowing(false, () => 0), clock, store: { floor: { known: () => floor } } });
  t.match(watch.doubt(), /last instant is 3600 seconds ahead of this machine’s clock/);
  runs(3_600_001 - CLOCK_MS_MAX);
  t.equal(watch.doubt(), undefined, 'when its time has come');
  const recorded = watchClock({
    model: knowing(false, () => at('2016-06-01T12:00:00Z')),
    clock,
    store: {},
  });
  t.match(recorded.doubt(), /ahead of this machine’s clock/);
  const story = watchClock({ model: knowing(true, () => at('2028-06-01T12:00:00Z')), clock, store: {} });
  t.equal(story.doubt(), undefined, 'a demonstration tells its story at its own instants');
});

/** A store with a clock of its own, which is ahead of the machine’s clock and answers when the test says so. */
function clockOf({ clock, runs }: ReturnType<typeof machine>, ahead: { ms: number }) {
  const told = { asked: 0, takes: 0, fails: false };
  return {
    told,
    store: {
      time: () => {
        told.asked++;
        if (told.fails) return Promise.reject(new Error('not now'));
        runs(told.takes / 2);
        const text = new Date(clock.now() + ahead.ms).toISOString();
        runs(told.takes / 2);
        return Promise.resolve(text);
      },
    },
  };
}

t.test('a clock that is far from the store’s is in doubt until either of them is put right', async (t) => {
  const running = machine('2016-06-01T09:00:00Z');
  const { clock, runs, isSet } = running;
  const ahead = { ms: 5_000 };
  const { store, told } = clockOf(running, ahead);
  const watch = watchClock({ model: knowing(false, () => 0), clock, store });
  t.equal(watch.doubt(), undefined, 'nobody has asked');
  await watch.compared();
  t.equal(watch.doubt(), undefined, 'five seconds are allowed');
  t.equal(watch.compared(), undefined, 'it is not asked before every act');
  t.equal(told.asked, 1);

  ahead.ms = 5_001;
  runs(COMPARE_EVERY_MS);
  t.equal(watch.compared(), undefined, 'it is asked again now and then, and nobody waits');
  await setImmediate();
  t.equal(told.asked, 2);
  t.match(watch.doubt(), /at least 5 seconds behind the event store’s\. Put right whichever of them is wrong/);
  t.equal(told.asked, 2, 'whoever wants to know');

  ahead.ms = 0;
  runs(ASK_EVERY_MS);
  t.match(watch.doubt(), /behind the event store’s/, 'has it asked again');
  t.match(watch.doubt(), /behind the event store’s/, 'once');
  await setImmediate();
  t.equal(told.asked, 3);
  t.equal(watch.doubt(), undefined, 'the store’s clock was put right');

  ahead.ms = -3_600_000;
  runs(COMPARE_EVERY_MS);
  t.equal(watch.compared(), undefined);
  await setImmediate();
  t.match(watch.doubt(), /at least 3600 seconds ahead of the event store’s/);
  isSet(-3_600_000);
  ahead.ms = 0;
  t.match(watch.doubt(), /set back by 3600 seconds/);
  runs(EVEN_MS_MIN);
  t.equal(watch.doubt(), undefined, 'this clock was put right, and the store need not be asked');
  t.equal(told.asked, 4);
});

t.test('a store that is slow, that cannot be asked, or whose clock is this one puts no clock in doubt', async (t) => {
  const running = machine('2016-06-01T09:00:00Z');
  const model = knowing(false, () => 0);
  const { store, told } = clockOf(running, { ms: 0 });
  told.takes = 3_600_000;
  const slow = watchClock({ model, clock: running.clock, store });
  await slow.compared();
  t.equal(slow.doubt(), undefined);

  told.fails = true;
  const failing = watchClock({ model, clock: running.clock, store });
  await failing.compared();
  t.equal(failing.doubt(), undefined);
  t.equal(failing.compared(), undefined, 'it is left alone for a while');
  running.runs(ASK_EVERY_MS);
  await failing.compared();
  t.equal(told.asked, 3);

  t.equal(watchClock({ model, clock: running.clock, store: {} }).compared(), undefined);
  t.equal(watchClock({ model, clock: running.clock, store, msMax: Infinity }).compared(), undefined, 'a story told');
  t.equal(
    watchClock({ model: knowing(true, () => 0), clock: running.clock, store }).compared(),
    undefined,
    'a demonstration',
  );
  t.equal(watchClock({ model: createReadModel(), clock: running.clock, store }).compared(), undefined, 'no ledger yet');
  t.equal(told.asked, 3);
});

t.test('a first act waits for the store’s time, and not for ever', async (t) => {
  const { clock } = machine('2016-06-01T09:00:00Z');
  let tell: (text: string) => void;
  const store = { time: () => new Promise<string>((resolve) => (tell = resolve)) };
  const watch = watchClock({ model: knowing(false, () => 0), clock, store, askMsMax: 1 });
  const [one, other] = [watch.compared(), watch.compared()];
  t.ok(one && other, 'both wait for one answer');
  await Promise.all([one, other]);
  t.equal(watch.doubt(), undefined);
  tell!('2016-06-01T10:00:00.000Z');
  await setImmediate();
  t.match(watch.doubt(), /at least 3600 seconds behind the event store’s/);
});

t.test('a service whose clock is not the server’s records nothing, and says so', async (t) => {
  const server = await startServer();
  t.teardown(() => server.close());
  const clock = settableClock(at('2016-03-01T09:00:00Z'));
  server.log.now = () => clock.now() + ahead;
  let ahead = 0;
  const open = () => openEventStoreDB({ connection: server.connection, categories: CATEGORIES, pauseMs: 1 });
  const first = await openedLedger(t, undefined, false, open());
  const store = open();
  const ledger = new TestLedger(await openLedger(store, clock), store, clock, '');
  t.teardown(() => ledger.close());
  await ledger.post('pool-manager', 'PlanLineSet', line());
  t.equal(server.log.stream('bcfclock-asked').length, 1);
  await openFund(ledger, '2017-18');
  t.equal(server.log.stream('bcfclock-asked').length, 1);

  const other = open();
  ahead = -60_000;
  const late = new TestLedger(await openLedger(other, clock), other, clock, '');
  t.teardown(() => late.close());
  t.equal(await late.refused('pool-manager', set('b')), 'clock_in_doubt', 'not even its first act');
  t.match(late.ledger.clockWatch.doubt(), /at least 60 seconds ahead of the event store’s/);
  t.match(await asked(late, 'gap'), { fund: FUND }, 'questions are answered');
  const tried = await late.submit('pool-manager', set('b'), { dryRun: true });
  t.notOk(tried instanceof Refusal, 'and acts are tried');
  t.same((await verify(first.store)).problems, []);
});

t.test('while the clock is behind the ledger, acts are refused and figures are answered', async (t) => {
  const { store, clock, file, ledger: opened } = await openedLedger(t);
  const ledger = new TestLedger(await openLedger(store, clock), store, clock, file);
  t.teardown(() => ledger.ledger.projector.stop());
  t.equal(opened.clockWatch.doubt(), undefined);
  ledger.now('2016-06-01T09:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  ledger.now('2016-05-31T09:00:00Z');
  await t.rejects(ledger.post('pool-manager', 'PlanLineSet', line({ line: 'later' })), /clock_in_doubt/);
  await t.rejects(openFund(ledger, '2017-18'), /clock_in_doubt/);
  ledger.now('2016-06-01T09:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'later' }));
});
