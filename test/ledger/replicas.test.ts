import fc from 'fast-check';
import t, { type Test } from 'tap';
import { instantOf, type Instant } from '../../src/domain/calendar.js';
import { RULES_NOW } from '../../src/domain/grammar/rule-versions.js';
import { Refusal } from '../../src/domain/rules.js';
import { CATEGORIES, decode, fundStream } from '../../src/ledger/catalogue.js';
import { settableClock } from '../../src/ledger/clock.js';
import { openLedger } from '../../src/ledger/ledger.js';
import type { Done } from '../../src/ledger/acts/submission.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { ConcurrencyConflict, type EventStore } from '../../src/store/event-store.js';
import { openEventStoreDB } from '../../src/store/eventstoredb/eventstoredb-event-store.js';
import {
  cutAfter,
  cutBefore,
  cutDuring,
  loseAcknowledgement,
  slowly,
  startServer,
  type AppendFault,
  type TestServer,
} from '../support/eventstoredb/server.js';
import { at, contribution, FUND, line, openedLedger, openFund, stated, TestLedger } from '../support/ledger.js';
import { SEED } from '../support/property.js';
import { everything, rejection, until } from '../store/conformance.js';

/** Two services, each with a clock and a read model of its own, on one event store. */

interface Replicas {
  readonly server: TestServer;
  readonly one: TestLedger;
  readonly two: TestLedger;
  readonly conflicts: () => number;
}

const DEADLINE_MS = 5_000;

const storeOn = ({ connection }: TestServer, deadlineMs = DEADLINE_MS): EventStore =>
  openEventStoreDB({ connection, categories: CATEGORIES, deadlineMs, pauseMs: 1 });

async function replica(t: Test, store: EventStore, clock = settableClock(at('2016-03-01T09:00:00Z'))) {
  const ledger = new TestLedger(await openLedger(store, clock, { clockMsMax: Infinity }), store, clock, '');
  t.teardown(() => ledger.close());
  return ledger;
}

async function replicas(t: Test, deadlineMs = DEADLINE_MS): Promise<Replicas> {
  const server = await startServer();
  t.teardown(() => server.close());
  let conflicts = 0;
  const counted = (store: EventStore): EventStore => ({
    ...store,
    async append(stream, expected, events) {
      try {
        return await store.append(stream, expected, events);
      } catch (error) {
        if (error instanceof ConcurrencyConflict) conflicts++;
        throw error;
      }
    },
  });
  const one = await openedLedger(t, undefined, false, counted(storeOn(server, deadlineMs)));
  const two = await replica(t, counted(storeOn(server, deadlineMs)));
  return { server, one, two, conflicts: () => conflicts };
}

/** Waits until a replica has taken every event. */
async function level(...ledgers: readonly TestLedger[]): Promise<void> {
  for (const ledger of ledgers) await ledger.ledger.projector.whenTaken((await ledger.store.head())!);
}

const set = (name: string) =>
  ({ act: 'post', fact: { type: 'PlanLineSet', data: line({ line: name }) as never } }) as const;

const propose = (name: string, year: string) =>
  ({
    act: 'propose',
    fact: {
      type: 'ContributionAgreed',
      data: contribution({ contribution: name, effective: `${year.slice(0, 4)}-04-01` }) as never,
    },
  }) as const;

t.test('1,000 proposals of two services: nothing is lost, nothing is there twice, and both end level', async (t) => {
  const ROUNDS = 500;
  const YEARS = Array.from({ length: 10 }, (_, index) => `${2016 + index}-${17 + index}`);
  const { server, one, two, conflicts } = await replicas(t);
  for (const year of YEARS.slice(1)) await openFund(one, year);
  await level(one, two);
  const before = one.ledger.model.size();
  t.comment(`seed ${SEED}`);
  const index = fc.nat(YEARS.length - 1);
  const rounds = fc.sample(fc.record({ mine: index, theirs: index, meets: fc.nat(99), fault: fc.nat(199) }), {
    seed: SEED,
    numRuns: ROUNDS,
  });
  const FAULTS: readonly AppendFault[] = [cutBefore, cutDuring, cutAfter];
  const made: string[] = [];
  for (const [round, { mine, theirs, meets, fault }] of rounds.entries()) {
    // In one round of twenty, both post to the same fund at once. A service also may not have read the other’s last
    // act.
    const other = meets < 5 ? mine : (mine + 1 + (theirs % (YEARS.length - 1))) % YEARS.length;
    if (FAULTS[fault]) server.panel.appends.push(FAULTS[fault]);
    const done = await Promise.all(
      [
        { ledger: one, year: YEARS[mine]!, name: `one-${round}` },
        { ledger: two, year: YEARS[other]!, name: `two-${round}` },
      ].map(({ ledger, year, name }) =>
        ledger.done('north-ccg-finance', propose(name, year), { in: `testshire-${year}`, key: name }),
      ),
    );
    made.push(...done.map(({ outcome }) => outcome.proposal!));
  }
  await level(one, two);
  t.comment(`${conflicts()} conflicts`);
  t.ok(conflicts() > 0);
  const recorded = (await everything(one.store)).slice(before);
  t.equal(recorded.length, 2 * ROUNDS);
  t.same(recorded.map((event) => decode(event).data['proposal']).sort(), made.sort());
  t.same(one.ledger.model.position(), two.ledger.model.position());
  t.equal(one.ledger.model.size(), two.ledger.model.size());
  t.match(await one.ledger.projector.status(), { state: 'live', lagSeconds: 0 });
  t.match(await two.ledger.projector.status(), { state: 'live', lagSeconds: 0 });
  t.same((await verify(one.store)).problems, []);
});

t.test('one key at two services in the same moment', async (t) => {
  t.test('for the same act records it once, and both answer alike', async (t) => {
    const { one, two } = await replicas(t);
    await level(two);
    one.now('2016-05-01T12:00:00Z');
    two.now('2016-05-01T12:00:05Z');
    const size = one.ledger.model.size();
    const [mine, theirs] = await Promise.all(
      [one, two].map((each) => each.done('pool-manager', set('a'), { key: 'same' })),
    );
    t.same(mine!.outcome, theirs!.outcome, 'also in the instant');
    t.same([mine!.replayed, theirs!.replayed].sort(), [false, true]);
    await level(one);
    t.equal(one.ledger.model.size(), size + 1);
  });

  t.test('for different acts on one fund records one, and refuses the other', async (t) => {
    const { one, two } = await replicas(t);
    await level(two);
    const answers = await Promise.all([
      one.submit('pool-manager', set('a'), { key: 'same' }),
      two.submit('pool-manager', set('b'), { key: 'same' }),
    ]);
    t.equal(answers.filter((each) => each instanceof Refusal && each.rule === 'key_reused').length, 1);
    t.equal((await one.store.readStream(fundStream(FUND))).length, 2);
  });

  t.test('for two funds records both, once each, and each is found again by its own', async (t) => {
    const { one, two } = await replicas(t);
    for (const year of ['2017-18', '2018-19']) await openFund(one, year);
    await level(two);
    const acts = ['testshire-2016-17', 'testshire-2017-18'].map((fund) => ({
      in: fund,
      key: 'same',
    }));
    // Both are ready to decide in the same moment, without loading a fund first and reading the other’s acts meanwhile.
    for (const { ledger } of [one, two])
      for (const { in: fund } of acts) await ledger.stateOf('fund', fundStream(fund));
    const act = (more: { in: string; key: string }, ledger: TestLedger) =>
      ledger.submit('north-ccg-finance', propose('late', more.in.slice('testshire-'.length)), more);
    const first = await Promise.all([act(acts[0]!, one), act(acts[1]!, two)]);
    await level(one, two);
    for (const [index, more] of acts.entries()) {
      for (const ledger of [one, two])
        t.match(await act(more, ledger), { outcome: (first[index] as Done).outcome, replayed: true });
    }
    const third = await act({ in: 'testshire-2018-19', key: 'same' }, one);
    t.ok(third instanceof Refusal && third.rule === 'key_reused');
  });
});

t.test('an act whose answer was lost is found by its key, as it was recorded', async (t) => {
  const { server, one } = await replicas(t, 400);
  server.panel.appends.push(...Array<AppendFault>(4).fill(loseAcknowledgement));
  one.now('2016-05-01T12:00:00Z');
  await t.rejects(one.done('pool-manager', set('a'), { key: 'lost' }), { name: 'OutcomeUnknown' });
  one.now('2016-05-01T12:10:00Z');
  const { outcome, replayed } = await one.done('pool-manager', set('a'), { key: 'lost' });
  t.ok(replayed);
  t.equal(outcome.recordedAt, '2016-05-01T12:00:00.000Z');
  t.equal((await one.store.readStream(fundStream(FUND))).length, 2);
});

t.test('services whose clocks differ agree on what was known at every instant', async (t) => {
  const { server, one, two } = await replicas(t);
  await openFund(one, '2017-18');
  await level(two);
  one.now('2016-05-01T12:00:00Z');
  two.now('2016-05-01T12:00:30Z');
  server.panel.appends.push(slowly(200));
  const late = one.done('pool-manager', set('a'));
  await until(() => server.panel.appends.length === 0);
  const theirs = await two.done('north-ccg-finance', propose('theirs', '2017-18'), { in: 'testshire-2017-18' });
  const mine = await late;
  t.ok(one.store.isAfter(mine.outcome.position!, theirs.outcome.position));
  t.ok(mine.outcome.recordedAt! < theirs.outcome.recordedAt!, 'an act that was on its way is out of order');
  t.equal((await one.done('pool-manager', set('c'))).outcome.recordedAt, theirs.outcome.recordedAt, 'the next is not');
  await level(one, two);

  const log = (await everything(one.store)).map((event) => instantOf(decode(event).metadata.recordedAt)!);
  for (const instant of log.flatMap((each) => [each - 1, each, each + 1] as Instant[])) {
    const prefix = one.ledger.model.prefix(instant);
    t.same(two.ledger.model.prefix(instant), prefix);
    const first = log.findIndex((each) => each > instant);
    t.equal(prefix.size, first < 0 ? log.length : first, 'the largest prefix whose instants are all at or before it');
  }
  t.same((await verify(one.store)).problems, []);
});

t.test('verifying a ledger that services shared still finds an instant that goes back', async (t) => {
  const { one } = await replicas(t);
  await openFund(one, '2017-18');
  const tell = (name: string, instant: string) => one.now(instant).done('pool-manager', set(name));
  await tell('a', '2016-05-01T12:00:00Z');
  await tell('b', '2016-05-01T12:02:00Z');
  const found = async (place: number, recordedAt: string, rules = RULES_NOW) => {
    const events = (await everything(one.store)).map((event, index) => {
      if (index !== place) return event;
      const metadata = event.metadata
        .replace(/"recordedAt":"[^"]+"/, `"recordedAt":"${recordedAt}"`)
        .replace(/"rules":\d+/, `"rules":${rules}`);
      return { ...event, metadata };
    });
    const store: EventStore = {
      ...one.store,
      readAll: async ({ after } = {}) => events.filter((event) => one.store.isAfter(event.position, after)),
    };
    const { problems, voids } = await verify(store);
    return { found: problems.filter(({ check }) => check === 'sequence').length, voids };
  };
  const last = one.ledger.model.size() - 1;
  t.same(await found(last, '2016-05-01T12:02:00.000Z'), { found: 0, voids: 0 });
  t.same(await found(last, '2016-05-01T11:59:59.999Z'), { found: 1, voids: 0 }, 'in its stream');
  t.same(await found(last - 2, '2016-03-01T08:59:30.000Z'), { found: 0, voids: 0 }, 'but not across streams');
  const before = '2016-02-29T09:00:00.000Z';
  t.same(await found(last - 2, before), { found: 0, voids: 1 }, 'by more than a minute it is void');
  t.same(await found(last - 2, before, 2), { found: 1, voids: 0 }, 'and by rules 2 it is found');
});

t.test('a service that is killed while it catches up begins again and misses nothing', async (t) => {
  const { server, one } = await replicas(t);
  await stated(one, 1_200);
  const killed = storeOn(server);
  const clock = settableClock(at('2016-03-01T09:00:00Z'));
  let seen = 0;
  const dying: EventStore = {
    ...killed,
    subscribe: (after, follower) =>
      killed.subscribe(after, {
        ...follower,
        async handle(events) {
          await follower.handle(events);
          seen += events.length;
          // Its memory is lost with it, and so is what it was sent and had not taken.
          void killed.close();
        },
      }),
  };
  const failed = openLedger(dying, clock);
  await rejection(t, failed, Error);
  t.ok(seen > 0 && seen < one.ledger.model.size(), `${seen} of ${one.ledger.model.size()} events`);
  const again = await replica(t, storeOn(server));
  t.equal(again.ledger.model.size(), one.ledger.model.size());
  t.same(again.ledger.model.position(), one.ledger.model.position());
});

t.test('a service whose connection is cut while it catches up goes on where it was', async (t) => {
  const { server, one } = await replicas(t);
  await stated(one, 1_200);
  const store = storeOn(server);
  let cuts = 0;
  const cut: EventStore = {
    ...store,
    subscribe: (after, follower) =>
      store.subscribe(after, {
        ...follower,
        async handle(events) {
          await follower.handle(events);
          if (++cuts < 4) server.nodes[0]!.cut();
        },
      }),
  };
  const two = await replica(t, cut);
  t.ok(cuts >= 2, 'at least once before the end');
  t.equal(two.ledger.model.size(), one.ledger.model.size());
});

t.test('a service that loses its store says so, serves what it has, and goes on when it is back', async (t) => {
  const { server, one, two } = await replicas(t);
  const { projector, model } = two.ledger;
  const size = model.size();
  server.nodes[0]!.down();
  await until(() => server.panel.subscriptions() === 0);
  two.now('2016-03-01T09:00:20Z');
  t.match(await projector.status(), { state: 'reconnecting', size, lagSeconds: 20, reason: /./ });
  t.equal(model.size(), size);
  await server.nodes[0]!.up();
  await one.done('pool-manager', set('a'));
  await level(two);
  t.equal(model.size(), size + 1);
  await until(() => server.panel.subscriptions() === 2);
  for (let state = ''; state !== 'live';) ({ state } = await projector.status());
  t.match(await projector.status(), { state: 'live', lagSeconds: 0, reason: undefined });
});

t.test('a head that cannot be asked for is a reason not to be ready', async (t) => {
  const { one } = await replicas(t);
  const { projector } = await openLedger(
    { ...one.store, close: async () => undefined, head: failingAfter(one.store) },
    one.clock,
  );
  t.teardown(() => projector.stop());
  t.match(await projector.status(), { state: 'reconnecting', reason: /not now/ });
});

/** Answers as often as opening a ledger needs, and then fails. */
function failingAfter(store: EventStore): EventStore['head'] {
  let asked = 0;
  return () => (++asked > 1 ? Promise.reject(new Error('not now')) : store.head());
}

t.test('a service that finds no store at its start says so', async (t) => {
  const server = await startServer();
  await server.close();
  await t.rejects(openLedger(storeOn(server), settableClock(at('2016-03-01T09:00:00Z'))), {
    name: 'StoreUnavailable',
  });
});
