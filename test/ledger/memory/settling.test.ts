import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { instantText, type Instant } from '../../../src/domain/calendar.js';
import { fundStream } from '../../../src/ledger/catalogue.js';
import { settableClock } from '../../../src/ledger/clock.js';
import { datesInWords } from '../../../src/ledger/echo.js';
import { openLedger } from '../../../src/ledger/ledger.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { RecordedBehind } from '../../../src/store/event-store.js';
import { openSqliteEventStore } from '../../../src/store/sqlite/sqlite-event-store.js';
import { asked } from '../../support/asking.js';
import { at, carried, folder, FUND, line, onSameFile, openedLedger, TestLedger } from '../../support/ledger.js';
import { asyncProperty } from '../../support/property.js';
import { gated, level, service, shared } from '../../support/sharing.js';

/** Which instants are settled, and what makes them so. */

const opened = (t: Test): Promise<TestLedger> => openedLedger(t, join(folder(t), 'ledger.sqlite'));

/** Another service on the same file, with a clock of its own. */
async function another(t: Test, { file }: TestLedger, now: string, readOnly = false): Promise<TestLedger> {
  const store = openSqliteEventStore({ file, readOnly });
  const clock = settableClock(at(now));
  const ledger = new TestLedger(await openLedger(store, clock), store, clock, file);
  t.teardown(() => ledger.close());
  return ledger;
}

const settled = async (ledger: TestLedger, knownAt?: string): Promise<boolean> =>
  (await asked<{ settled: boolean }>(ledger, 'gap', knownAt === undefined ? {} : { 'known-at': knownAt })).settled;

const postLine = async (ledger: TestLedger, name: string): Promise<string> =>
  (await ledger.post('pool-manager', 'PlanLineSet', line({ line: name }))).outcome.recordedAt!;

/** Holds the lock of the file, like a process that is writing. */
function writing(t: Test, { file }: TestLedger): () => void {
  const db = new DatabaseSync(file);
  db.exec('BEGIN IMMEDIATE');
  const end = () => db.exec('ROLLBACK');
  t.teardown(() => db.close());
  return end;
}

t.test('an instant before the last recorded one is settled by that alone', async (t) => {
  const ledger = await opened(t);
  ledger.now('2016-05-01T12:00:00Z');
  await postLine(ledger, 'a');
  const release = writing(t, ledger);
  t.equal(await settled(ledger, '2016-05-01T11:59:59.999Z'), true);
  t.equal(await settled(ledger, '2016-05-01T12:00:00.000Z'), false, 'in the same millisecond more may be recorded');
  release();
});

t.test(
  'what is past by the clock is settled when it is asked about, and the present and the future are not',
  async (t) => {
    const ledger = await opened(t);
    ledger.now('2016-05-01T12:00:00Z');
    t.equal(await settled(ledger), false, 'the present');
    t.equal(await settled(ledger, '2016-05-01'), false, 'a day that is not over');
    t.equal(await settled(ledger, '2099-03-31'), false);
    t.equal(await settled(ledger, '2016-05-01T12:00:00Z'), true);
    t.equal(await settled(ledger, '2016-04-30'), true);
    t.equal(ledger.store.floor!.known(), '2016-05-01T12:00:00.000Z', 'never above the clock');
  },
);

t.test('nothing is recorded at or before a settled instant, whatever the clock does and whoever records', async (t) => {
  const one = await opened(t);
  one.now('2016-05-01T12:00:00Z');
  t.equal(await settled(one, '2016-05-01T12:00:00Z'), true);
  one.now('2016-05-01T11:59:58.500Z');
  t.equal(await postLine(one, 'a'), '2016-05-01T12:00:00.001Z', 'a clock that steps back');
  const two = await another(t, one, '2016-05-01T11:00:00Z');
  two.now('2016-05-01T12:00:05Z');
  t.equal(await settled(two, '2016-05-01T12:00:05Z'), true);
  t.equal(await postLine(one, 'b'), '2016-05-01T12:00:05.001Z', 'another service that has not heard of it');
  const event = {
    id: 'late',
    type: 'GapStated',
    data: '{}',
    metadata: JSON.stringify(carried({ recordedAt: '2016-05-01T12:00:05.001Z' })),
  };
  two.now('2016-05-01T12:00:10Z');
  t.equal(await settled(two, '2016-05-01T12:00:10Z'), true);
  const { revision } = (await one.store.readStream(fundStream(FUND))).at(-1)!;
  await t.rejects(one.store.append(fundStream(FUND), revision, [event]), RecordedBehind, 'the file itself refuses it');
});

t.test('who raises the floor has read all that others have recorded up to it', async (t) => {
  const one = await opened(t);
  const two = await another(t, one, '2016-03-01T09:00:00Z');
  one.now('2016-05-01T12:00:00Z');
  await postLine(one, 'a');
  two.now('2016-05-01T12:00:01Z');
  const answer = await asked(two, 'gap', { 'known-at': '2016-05-01T12:00:00Z', on: '2016-05-01' });
  t.match(answer, { settled: true, requirement: '1000000.00' });
  await two.ledger.projector.whenTaken((await two.store.head())!);
  t.equal(two.ledger.model.size(), one.ledger.model.size(), 'and takes none of it twice');
});

t.test('the file is looked at once a second, however many ask', async (t) => {
  const ledger = await opened(t);
  const { floor } = ledger.store;
  let raised = 0;
  const raise = floor!.raise!;
  Object.assign(floor!, { raise: (...values: Parameters<typeof raise>) => (raised++, raise(...values)) });
  ledger.now('2016-05-01T12:00:00Z');
  for (let asking = 0; asking < 5; asking++) await settled(ledger, '2016-05-01T12:00:00Z');
  ledger.now('2016-05-01T12:00:00.500Z');
  t.equal(await settled(ledger, '2016-05-01T12:00:00.500Z'), false);
  ledger.now('2016-05-01T12:00:01Z');
  t.equal(await settled(ledger, '2016-05-01T12:00:00.500Z'), true);
  t.equal(raised, 2);
});

t.test('while somebody else is writing an answer is given all the same, and can still change', async (t) => {
  const ledger = await opened(t);
  ledger.now('2016-05-01T12:00:00Z');
  const release = writing(t, ledger);
  t.equal(await settled(ledger, '2016-05-01'), false);
  t.equal(await settled(ledger, '2016-04-30'), false);
  release();
  ledger.now('2016-05-01T12:00:01Z');
  t.equal(await settled(ledger, '2016-04-30'), true);
});

t.test('a ledger that is only read says what the file says', async (t) => {
  const ledger = await opened(t);
  ledger.now('2016-05-01T12:00:00Z');
  const before = await another(t, ledger, '2016-06-01T12:00:00Z', true);
  t.equal(await settled(before, '2016-04-30'), false, 'nobody has noted it');
  await settled(ledger, '2016-05-01T12:00:00Z');
  const after = await another(t, ledger, '2016-06-01T12:00:00Z', true);
  t.equal(await settled(after, '2016-05-01T12:00:00Z'), true);
  t.equal(await settled(after, '2016-05-01T12:00:00.001Z'), false);
});

t.test('a file without a floor, which is only read, has none', async (t) => {
  const ledger = await opened(t);
  await ledger.close();
  const db = new DatabaseSync(ledger.file);
  db.exec('DROP TRIGGER nothing_is_recorded_below_the_floor; DROP TABLE floor');
  db.close();
  const old = await another(t, ledger, '2016-06-01T12:00:00Z', true);
  t.equal(old.store.floor!.known(), undefined);
  t.equal(await settled(old, '2016-05-31'), false);
});

t.test('the floor never goes down and is never taken away', async (t) => {
  const ledger = await opened(t);
  ledger.now('2016-05-01T12:00:00Z');
  await settled(ledger, '2016-05-01T12:00:00Z');
  const { raise, known } = ledger.store.floor!;
  t.equal(
    raise!(ledger.ledger.model.position(), '2016-04-01T12:00:00.000Z', () => undefined),
    true,
  );
  t.equal(known(), '2016-05-01T12:00:00.000Z');
  const db = new DatabaseSync(ledger.file);
  t.throws(() => db.exec("UPDATE floor SET instant = '2016-04-01T12:00:00.000Z'"), /never goes down/);
  t.throws(() => db.exec('DELETE FROM floor'), /never deleted/);
  db.close();
});

t.test('what goes wrong while the floor is raised leaves it as it was, and the answer as it is', async (t) => {
  const one = await opened(t);
  const two = await another(t, one, '2016-03-01T09:00:00Z');
  const { raise, known } = two.store.floor!;
  one.now('2016-05-01T12:00:00Z');
  await postLine(one, 'a');
  const failing = () => {
    throw new Error('cannot be taken');
  };
  t.throws(
    () => raise!(two.ledger.model.position(), instantText(at('2016-05-01T12:00:01Z')), failing),
    /cannot be taken/,
  );
  t.equal(known(), undefined);
  await two.ledger.projector.whenTaken((await two.store.head())!);
  await two.store.close();
  two.now('2016-05-01T12:00:02Z');
  t.equal(two.ledger.settling.isSettled((at('2016-05-01T12:00:00Z') - 1) as Instant), true);
  await two.ledger.settling.settle([at('2016-05-01T12:00:01Z')]);
  t.equal(two.ledger.settling.isSettled(at('2016-05-01T12:00:01Z')), false);
});

t.test('on a server an instant is settled by what was recorded after it, and by nothing else', async (t) => {
  const { first: one, another: open } = await shared(t, 'a server');
  const two = await service(t, open(), { clock: settableClock(one.clock.now()) });
  await level(one, two);
  one.now('2016-05-01T12:00:00Z');
  two.now('2016-05-01T11:59:30Z');
  const first = await postLine(one, 'a');
  await level(two);
  const answers = new Map<string, string>();
  const whole = (by: TestLedger, knownAt: string) => asked(by, 'gap', { 'known-at': knownAt, on: '2016-05-01' });
  for (const instant of ['2016-05-01T11:59:59.999Z', first, '2016-05-01T12:00:00.001Z']) {
    const answer = await whole(one, instant);
    t.equal(answer['settled'], instant < first, instant);
    answers.set(instant, JSON.stringify(answer));
  }
  one.now('2016-05-31T12:00:00Z');
  await settled(one, '2016-05-01T12:00:00.001Z');
  t.equal(await settled(one, '2016-05-30'), false, 'an append may be on its way for as long as it likes');
  t.equal(await postLine(two, 'b'), first, 'whoever has read it stamps no earlier');
  await level(one);
  t.not(JSON.stringify(await whole(one, first)), answers.get(first), 'what was not settled has changed');
  await postLine(one, 'c');
  await level(two);
  for (const by of [one, two]) {
    t.equal(JSON.stringify(await whole(by, '2016-05-01T11:59:59.999Z')), answers.get('2016-05-01T11:59:59.999Z'));
    t.equal(await settled(by, '2016-05-30'), true, 'a month later somebody has recorded something');
  }
});

t.test('whatever services with other clocks record on a server, what was settled is answered the same', async (t) => {
  const act = fc.record({ by: fc.nat(1), seconds: fc.integer({ min: -90, max: 120 }), held: fc.boolean() });
  await asyncProperty(
    t,
    fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 8 }), async (acts) => {
      const { first: one, another: open } = await shared(t, 'a server');
      const { store, hold } = gated(open());
      const two = await service(t, store, { clock: settableClock(one.clock.now()) });
      await level(one, two);
      const start = at('2016-05-01T12:00:00Z');
      const answers = new Map<string, string>();
      const ask = async (by: TestLedger, instant: number) =>
        JSON.stringify(await asked(by, 'gap', { 'known-at': instantText(instant as Instant), on: '2016-05-01' }));
      for (const [index, { by, seconds, held }] of acts.entries()) {
        const service = by === 0 ? one : two;
        service.clock.set((start + index * 45_000 + seconds * 1_000) as Instant);
        const release = held ? hold() : () => undefined;
        const posting = service.submit('pool-manager', {
          act: 'post',
          fact: { type: 'PlanLineSet', data: line({ line: `line-${index}` }) as never },
        });
        if (service === one) await posting;
        release();
        await posting;
        for (const instant of [0, 30_000, 60_000, 90_000].map((back) => one.ledger.model.lastRecorded() - back)) {
          const now = await ask(one, instant);
          const key = String(instant);
          if ((JSON.parse(now) as { settled: boolean }).settled) answers.set(key, answers.get(key) ?? now);
        }
        for (const [instant, then] of answers)
          if ((await ask(one, Number(instant))) !== then) throw new Error(`What was known at ${instant} has changed.`);
      }
      await level(one, two);
      for (const [instant, then] of answers)
        if ((await ask(two, Number(instant))) !== then) throw new Error(`The services differ at ${instant}.`);
      if ((await verify(one.store)).problems.length > 0) throw new Error('It does not verify.');
      await two.close();
      await one.close();
    }),
    10,
  );
});

t.test('an answer says in words whether it can still change', async (t) => {
  const ledger = await opened(t);
  ledger.now('2016-05-01T12:00:00Z');
  const words = async (name: string, given: Readonly<Record<string, string>>) =>
    datesInWords(await asked(ledger, name, given))!.split('\n')[1];
  t.equal(
    await words('gap', {}),
    'This answer can still change: something may yet be recorded at or before its instant.',
  );
  t.equal(
    await words('gap', { 'known-at': '2016-04-30' }),
    'This answer is settled: nothing that is recorded later can change it.',
  );
  t.match(
    await words('compare', { 'from-known-at': '2016-04-30', 'to-known-at': '2016-06-30' }),
    /at or before the instant of “to”\.$/,
  );
  t.match(await words('compare', { 'from-known-at': '2016-05-30', 'to-known-at': '2016-06-30' }), /its instant\.$/);
});

t.test('a read model that was stopped settles nothing: it has not taken what others recorded', async (t) => {
  const ledger = await openedLedger(t);
  const other = await onSameFile(t, ledger);
  await ledger.ledger.projector.stop();
  ledger.now('2016-03-02T09:00:00Z');
  await other.post('pool-manager', 'PlanLineSet', line());
  ledger.now('2016-03-03T09:00:00Z');
  const yesterday = at('2016-03-02T12:00:00Z');
  await ledger.ledger.settling.settle([yesterday]);
  t.notOk(ledger.ledger.settling.isSettled(yesterday));
});
