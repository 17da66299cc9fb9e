import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Refusal } from '../../src/domain/rules.js';
import type { Command } from '../../src/domain/grammar/command.js';
import { encode, fundStream } from '../../src/ledger/catalogue.js';
import { settableClock } from '../../src/ledger/clock.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { move } from '../../src/ledger/audit/move.js';
import { readInThreads, readPart } from '../../src/ledger/memory/parallel-read.js';
import { eventId } from '../../src/ledger/acts/event-id.js';
import type { Done } from '../../src/ledger/acts/submission.js';
import { verify } from '../../src/ledger/audit/verify.js';
import type { EventStore } from '../../src/store/event-store.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { asked } from '../support/asking.js';
import { at, carried, folder, FUND, line, openFund, TestLedger } from '../support/ledger.js';
import { gated, level, NEXT, post, ready, remembered, service, shared } from '../support/sharing.js';

/**
 * An act that reaches a server’s log more than a minute behind the acts there is void. It is decided again with a
 * present stamp, so what was known long ago does not change.
 */

const set = (name: string): Command => post('PlanLineSet', line({ line: name, effective: '2017-04-01' }));

interface Two {
  readonly one: TestLedger;
  /** A service with a clock of its own. The test can hold back events from it. */
  readonly two: TestLedger;
  readonly hold: () => () => void;
  readonly another: () => EventStore;
}

async function twoServices(t: Test): Promise<Two> {
  const { first: one, another } = await shared(t, 'a server');
  await openFund(one, '2017-18');
  const { store, hold } = gated(another());
  const two = await service(t, store, { clock: settableClock(one.clock.now()) });
  await ready(one, two);
  return { one, two, hold, another };
}

/** One service records at an instant. The other, which has not read that, records at another instant. */
async function apart({ one, two, hold }: Two, first: string, then: string): Promise<Done | Refusal> {
  one.now(first);
  two.now(then);
  const release = hold();
  try {
    await one.done('pool-manager', set('first'), { in: NEXT });
    const before = (await two.store.readStream(fundStream(FUND))).length;
    const late = two.submit('pool-manager', post('PlanLineSet', line({ line: 'late' })), { key: 'late' });
    while ((await two.store.readStream(fundStream(FUND))).length === before) await setTimeout(5);
    two.now(first);
    release();
    return await late;
  } finally {
    release();
  }
}

const WHY =
  'It came too late: it was recorded at 2016-05-01T11:58:59.999Z, more than 60 seconds behind what stood before it, of 2016-05-01T12:00:00.000Z.';

t.test('an act that comes more than a minute too late is void, and decided again with a new stamp', async (t) => {
  const services = await twoServices(t);
  const { one, two, another } = services;
  const done = await apart(services, '2016-05-01T12:00:00Z', '2016-05-01T11:58:59.999Z');
  t.match(done, { outcome: { revision: '2', recordedAt: '2016-05-01T12:00:00.000Z' }, replayed: false });
  await level(one, two);
  const again = await one.done('pool-manager', post('PlanLineSet', line({ line: 'late' })), { key: 'late' });
  t.same([again.outcome, again.replayed], [(done as Done).outcome, true], 'at the other service, too');
  const { entries } = await asked<{ entries: { sentence: string }[] }>(one, 'timeline');
  t.match(entries, [
    { revision: '0', void: undefined },
    { revision: '1', void: true, why: WHY },
    { revision: '2', void: undefined },
  ]);
  t.match(await verify(one.store), { problems: [], voids: 1 });
  t.strictSame(remembered(two), remembered(one));
  t.strictSame(remembered(await service(t, another(), one)), remembered(one), 'read anew');
});

t.test('what comes no more than a minute too late stands', async (t) => {
  const services = await twoServices(t);
  const { one, two } = services;
  const done = await apart(services, '2016-05-01T12:00:00Z', '2016-05-01T11:59:00Z');
  t.match(done, { outcome: { revision: '1', recordedAt: '2016-05-01T11:59:00.000Z' } });
  await level(one, two);
  t.match(await verify(one.store), { problems: [], voids: 0 });
  t.strictSame(remembered(two), remembered(one));
});

t.test('a file that such a ledger was moved to finds the same acts void', async (t) => {
  const services = await twoServices(t);
  const { one, two } = services;
  await apart(services, '2016-05-01T12:00:00Z', '2016-05-01T11:58:59.999Z');
  await level(one, two);
  const file = openSqliteEventStore({ file: join(folder(t), 'moved.sqlite'), outOfOrder: true });
  await move(one.store, file);
  t.match(await verify(file), { problems: [], voids: 1 });
  const here = {
    count: 2,
    headStart: 0,
    read: (streams: readonly string[], upTo: string) => readPart(file, streams, upTo),
  };
  t.match(await readInThreads(file, here), {
    failed: /was recorded long before others that come before it: it may be void/,
  });
  const moved = new TestLedger(await openLedger(file, one.clock), file, one.clock, '');
  t.teardown(() => moved.close());
  const voidsOf = ({ ledger: { model } }: TestLedger) => [0, 1, 2].map((each) => model.whyVoid(fundStream(FUND), each));
  t.strictSame(voidsOf(moved), voidsOf(one));
  const gapAt = (ledger: TestLedger) =>
    asked<{ requirement: string }>(ledger, 'gap', { 'known-at': '2016-05-01T12:00:00Z', on: '2016-05-01' });
  t.equal((await gapAt(moved)).requirement, (await gapAt(one)).requirement);
});

t.test('a service whose clock is behind what stood is told of it, and records nothing', async (t) => {
  const { first: one, another } = await shared(t, 'a server');
  await openFund(one, '2017-18');
  const { store, hold } = gated({ ...another(), time: undefined });
  const clock = settableClock(at('2016-05-01T11:58:59Z'));
  const two = new TestLedger(await openLedger(store, clock), store, clock, '');
  t.teardown(() => two.close());
  await ready(two);
  one.now('2016-05-01T12:00:00Z');
  const release = hold();
  await one.done('pool-manager', set('first'), { in: NEXT });
  const late = two.submit('pool-manager', post('PlanLineSet', line({ line: 'late' })));
  while ((await store.readStream(fundStream(FUND))).length === 1) await setTimeout(5);
  release();
  t.match(await late, { rule: 'clock_in_doubt', detail: /last instant is 61 seconds ahead of this machine’s clock/ });
  await level(one, two);
  t.match(await verify(one.store), { problems: [], voids: 1 });
});

t.test('an act by earlier rules stands however late it came, and verification says that it did', async (t) => {
  const { one, another } = await twoServices(t);
  one.now('2016-05-01T12:00:00Z');
  await one.done('pool-manager', set('first'), { in: NEXT });
  const recordedAt = '2016-05-01T11:58:59.999Z';
  const data = {
    effective: '2016-04-01',
    claimant: 'Press',
    statedOn: '2016-04-01',
    amount: '1.00',
    basis: 'a report',
  };
  await one.store.append(fundStream(FUND), 0n, [
    encode(eventId('x', 'y', 0), 'GapStated', data as never, carried({ recordedAt, rules: 2 })),
  ]);
  await level(one);
  t.equal(one.ledger.model.whyVoid(fundStream(FUND), 1), undefined);
  const { problems } = await verify(another());
  t.match(
    problems.filter(({ check }) => check === 'sequence'),
    [{ words: `it was recorded at ${recordedAt}, before the event before it.` }],
  );
});
