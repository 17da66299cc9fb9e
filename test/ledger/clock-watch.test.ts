import t from 'tap';
import type { Instant } from '../../src/domain/calendar.js';
import type { Clock } from '../../src/ledger/clock.js';
import { CLOCK_MS_MAX, EVEN_MS_MIN, watchClock } from '../../src/ledger/clock-watch.js';
import { createReadModel } from '../../src/ledger/read-model.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { at, line, openFund, openedLedger, TestLedger } from '../support/ledger.js';

/** A clock that runs, and that somebody can set. */
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

/** A read model that says what a watch asks of it. */
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
  const watch = watchClock({ model: knowing(false, () => 0), clock, floor: () => undefined });
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
  const watch = watchClock({ model: knowing(false, () => 0), clock, floor: () => floor });
  t.match(watch.doubt(), /last instant is 3600 seconds ahead of this machine’s clock/);
  runs(3_600_001 - CLOCK_MS_MAX);
  t.equal(watch.doubt(), undefined, 'when its time has come');
  const recorded = watchClock({
    model: knowing(false, () => at('2016-06-01T12:00:00Z')),
    clock,
    floor: () => undefined,
  });
  t.match(recorded.doubt(), /ahead of this machine’s clock/);
  const story = watchClock({ model: knowing(true, () => at('2028-06-01T12:00:00Z')), clock, floor: () => undefined });
  t.equal(story.doubt(), undefined, 'a demonstration tells its story at its own instants');
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
