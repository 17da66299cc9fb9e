import { join } from 'node:path';
import { SEES_ALL } from '../../../src/ledger/questions/question.js';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { Refusal } from '../../../src/domain/rules.js';
import type { Command } from '../../../src/domain/grammar/command.js';
import { encode, fundStream, REGISTER_STREAM, sha256 } from '../../../src/ledger/catalogue.js';
import { settableClock } from '../../../src/ledger/clock.js';
import { openLedger } from '../../../src/ledger/ledger.js';
import { gap } from '../../../src/ledger/questions/fund/figures.js';
import { eventId } from '../../../src/ledger/acts/event-id.js';
import type { Done } from '../../../src/ledger/acts/submission.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { StoreUnavailable, type Batch } from '../../../src/store/event-store.js';
import { openSqliteEventStore, type SqliteEventStore } from '../../../src/store/sqlite/sqlite-event-store.js';
import {
  carried,
  COUNTY,
  folder,
  FUND,
  line,
  NORTH,
  onSameFile,
  openedLedger,
  openFund,
  stated,
  TestLedger,
} from '../../support/ledger.js';
import { asyncProperty } from '../../support/property.js';

/** Acts that share a commit. Acknowledged acts are on disk, and the others have left nothing behind, whatever fails. */

const NEXT = 'testshire-2017-18';
const post = (type: string, data: object): Command => ({ act: 'post', fact: { type, data: data as never } });
const set = (name: string): Command => post('PlanLineSet', line({ line: name }));

type Fault = (within: Batch) => Batch;

interface Faulty {
  readonly ledger: TestLedger;
  readonly store: SqliteEventStore;
  /** The faults of the next transactions, one after another. After them, transactions succeed. */
  readonly faults: (Fault | 'before' | 'at the commit' | 'others have written' | undefined)[];
}

/** A ledger on a real file whose transactions can be made to fail at each point. The file itself rolls them back. */
async function faulty(t: Test): Promise<Faulty> {
  const file = join(folder(t), 'ledger.sqlite');
  const opened = await openedLedger(t, file);
  await openFund(opened, '2017-18');
  await opened.close();
  const store = openSqliteEventStore({ file });
  const faults: Faulty['faults'] = [];
  const clock = settableClock(opened.clock.now());
  const failing = new StoreUnavailable('the disk is full');
  const ledger = await openLedger(
    {
      ...store,
      together(at, decide) {
        const fault = faults.shift();
        if (fault === 'before') throw failing;
        if (fault === 'others have written') return false;
        return store.together(at, (batch) => {
          decide(typeof fault === 'function' ? fault(batch) : batch);
          if (fault === 'at the commit') throw failing;
        });
      },
    },
    clock,
  );
  // The faults are meant for acts, so the states are loaded before.
  for (const fund of [FUND, NEXT]) await ledger.stateOf('fund', fundStream(fund));
  const service = new TestLedger(ledger, store, clock, file);
  t.teardown(() => service.close());
  return { ledger: service, store, faults };
}

/** The disk is full when so many acts have been appended. */
const failingAfter = (appends: number): Fault => {
  let left = appends;
  return (batch) => ({
    ...batch,
    append(...values) {
      if (left-- <= 0) throw new Error('database or disk is full');
      return batch.append(...values);
    },
  });
};

const keysIn = async (store: SqliteEventStore, stream: string): Promise<string[]> =>
  (await store.readStream(stream)).map(({ metadata }) => (JSON.parse(metadata) as { key: string }).key);

t.test('acts on one fund that wait together share one commit, each decided on what was before it', async (t) => {
  const { ledger, store } = await faulty(t);
  const commits = store.commits();
  const revise = (now: string) =>
    post('PlanLineRevised', { effective: '2016-04-01', line: 'a', now, reason: 'Reviewed' });
  const acts = await Promise.all([
    ledger.submit('pool-manager', set('a')),
    ledger.submit('pool-manager', set('a')),
    ledger.submit('pool-manager', revise('5.00')),
    ledger.submit('pool-manager', revise('7.00')),
    ledger.submit('pool-manager', set('b'), { in: NEXT }),
  ]);
  t.equal(store.commits() - commits, 1);
  t.match(
    acts.map((each) => (each instanceof Refusal ? each.rule : each.outcome.revision)),
    ['1', String, '2', '3', String],
  );
  const [, second] = acts;
  t.ok(second instanceof Refusal, 'the same line is not set twice');
  const last = (await store.readStream(fundStream(FUND))).at(-1)!;
  t.match(JSON.parse(last.data), { was: '5.00', now: '7.00', change: '2.00' });
  t.same((await verify(store)).problems, []);
});

t.test('a reversal finds what was recorded in the same commit', async (t) => {
  const { ledger, store } = await faulty(t);
  const commits = store.commits();
  const [, , reversed] = await Promise.all([
    ledger.done('pool-manager', set('a')),
    ledger.done('pool-manager', set('b')),
    ledger.done(
      'pool-manager',
      post('FactReversed', { effective: '2016-04-01', reverses: '1', reason: 'Recorded twice' }),
    ),
  ]);
  t.match(reversed, { outcome: { revision: '3' } });
  t.equal(store.commits() - commits, 1);
  t.same((await verify(store)).problems, []);
});

t.test('a fund that is opened, and what follows it, are recorded one after the other', async (t) => {
  const { ledger, store } = await faulty(t);
  const where = 'testshire-2018-19';
  const [opened, followed] = await Promise.all([
    openFund(ledger, '2018-19'),
    ledger.done('pool-manager', post('PlanLineSet', line({ effective: '2018-04-01' })), { in: where }),
  ]);
  t.equal(opened.outcome.revision, '0');
  t.equal(followed.outcome.revision, '1');
  t.same((await verify(store)).problems, []);
});

for (const [name, fault] of [
  ['before it began', 'before'],
  ['in the middle of it', failingAfter(2)],
  ['at its end', 'at the commit'],
] as const) {
  t.test(`a commit that fails ${name} fails every act in it, and leaves nothing`, async (t) => {
    const { ledger, store, faults } = await faulty(t);
    // More than a page, so that the state is read again page by page.
    await stated(ledger, 1_100);
    const head = await store.head();
    faults.push(fault);
    const acts = ['a', 'b', 'c'].map((each) => ledger.submit('pool-manager', set(each), { key: each }));
    for (const act of acts) await t.rejects(act, { name: 'StoreUnavailable' });
    t.equal(await store.head(), head);
    const again = await Promise.all(
      ['a', 'b', 'c'].map((each) => ledger.done('pool-manager', set(each), { key: each })),
    );
    t.same(
      again.map(({ outcome, replayed }) => [outcome.revision, replayed]),
      [
        ['1101', false],
        ['1102', false],
        ['1103', false],
      ],
    );
  });
}

/** An offer and two plan lines in a commit that fails. The lines were decided on the state with the offer. */
async function failing({ ledger, store }: Faulty, t: Test): Promise<void> {
  const proposal: Command = { act: 'propose', fact: { type: 'ContributionAgreed', data: offered() as never } };
  const failed = await Promise.allSettled([
    ledger.submit(`${NORTH}-finance`, proposal),
    ledger.submit('pool-manager', set('a')),
    ledger.submit('pool-manager', set('b')),
  ]);
  t.same(
    failed.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  t.equal((await store.readStream(fundStream(FUND))).length, 1);
}

t.test('after a failed commit nobody is shown what is not on disk', async (t) => {
  const service = await faulty(t);
  service.faults.push('at the commit');
  await failing(service, t);
  t.same(service.ledger.ledger.model.openProposals(), []);
  t.equal(service.ledger.ledger.model.stream('fund', fundStream(FUND)).revision, 0);
});

t.test(
  'after a failed commit the next act is decided on the states as they were, and nothing is read anew',
  async (t) => {
    const service = await faulty(t);
    const { ledger, store, faults } = service;
    const { readStream } = store;
    faults.push('at the commit');
    store.readStream = () => Promise.reject(new Error('The state is at hand.'));
    await Promise.allSettled(['a', 'b'].map((each) => ledger.submit('pool-manager', set(each))));
    await ledger.done('pool-manager', set('a'));
    store.readStream = readStream;
    t.same([...ledger.ledger.model.stream('fund', fundStream(FUND)).own.items.keys()], ['a']);
    t.same((await verify(store)).problems, []);
  },
);

t.test('an act that finds others writing a few times is recorded in the end', async (t) => {
  const { ledger, store, faults } = await faulty(t);
  faults.push('others have written', 'others have written', 'others have written');
  await ledger.done('pool-manager', set('a'));
  t.same((await verify(store)).problems, []);
});

t.test('an act that another service recorded in the last moment is found, not recorded again', async (t) => {
  const { ledger } = await faulty(t);
  const { model } = ledger.ledger;
  const first = await ledger.done('pool-manager', set('a'), { key: 'same' });
  // The first look-up of the key comes too early to find it.
  const { acted } = model;
  Object.assign(model, {
    acted() {
      Object.assign(model, { acted });
      return undefined;
    },
  });
  const second = await ledger.done('pool-manager', set('a'), { key: 'same' });
  t.ok(second.replayed);
  t.same(second.outcome, first.outcome);
});

t.test('an act that cannot be decided fails alone', async (t) => {
  const { ledger } = await faulty(t);
  const { model } = ledger.ledger;
  const { voidActs } = model;
  // The decision of the first act meets a fault of the program.
  Object.assign(model, {
    voidActs() {
      Object.assign(model, { voidActs });
      throw new Error('a fault of the program');
    },
  });
  const wrong = ledger.submit('pool-manager', set('a'));
  const right = ledger.done('pool-manager', set('a'));
  await t.rejects(wrong, /a fault of the program/);
  t.equal((await right).outcome.revision, '1');
});

t.test('a fact that there is not is no act', async (t) => {
  const { ledger } = await faulty(t);
  await t.rejects(ledger.submit('pool-manager', post('NoSuchFact', { effective: '2016-04-01' })), /NoSuchFact/);
});

t.test('a store that is closed is said to be', async (t) => {
  const { ledger, store } = await faulty(t);
  await store.close();
  await t.rejects(ledger.submit('pool-manager', set('a')), { name: 'StoreUnavailable', message: /is closed/ });
});

t.test('a read model that has stopped says so to those whose act was recorded', async (t) => {
  const { ledger } = await faulty(t);
  await ledger.ledger.projector.stop();
  await t.rejects(ledger.submit('pool-manager', set('a')), { name: 'ProjectorStopped' });
});

t.test('a read model that cannot take what was recorded stops before it', async (t) => {
  const { ledger, store } = await faulty(t);
  const { model, projector } = ledger.ledger;
  const before = model.position();
  Object.assign(model, {
    apply() {
      throw new Error('no figure can be made of it');
    },
  });
  await t.rejects(ledger.submit('pool-manager', set('a')), { name: 'ProjectorStopped', message: /no figure/ });
  t.match(await projector.status(), { state: 'faulted', fault: 'no figure can be made of it', position: before });
  t.not(await store.head(), before, 'it is on disk, and read when the ledger is opened again');
});

t.test('what was recorded here is taken once, and so is what another service records next', async (t) => {
  const { ledger } = await faulty(t);
  const other = await onSameFile(t, ledger);
  for (const [index, each] of [ledger, other, ledger, ledger, other, other, ledger].entries()) {
    await each.done('pool-manager', set(`line-${index}`));
  }
  const head = (await ledger.store.head())!;
  for (const each of [ledger, other]) await each.ledger.projector.whenTaken(head);
  t.equal(ledger.ledger.model.size(), other.ledger.model.size());
  t.strictSame(
    await ledger.ledger.stateOf('fund', fundStream(FUND)),
    await (await onSameFile(t, ledger)).ledger.stateOf('fund', fundStream(FUND)),
  );
});

t.test('where others always write in between, an act is given up with words', async (t) => {
  const { ledger, store } = await faulty(t);
  const other = await openLedger({ ...store, together: () => false, close: async () => undefined }, ledger.clock);
  t.teardown(() => other.close());
  const busy = new TestLedger(other, store, ledger.clock, ledger.file);
  const refused = await busy.submit('pool-manager', set('a'));
  t.ok(refused instanceof Refusal && refused.rule === 'conflict');
});

const offered = () => ({
  effective: '2016-04-01',
  contribution: 'north-extra',
  payer: NORTH,
  source: 'NHS_ADD',
  amount: '1000.00',
  recurrent: true,
  instalments: [{ due: '2016-04-01', amount: '1000.00' }],
});

type Step =
  | { readonly what: 'set' | 'revise' | 'assume' | 'reverse'; readonly which: number; readonly fund: number }
  | { readonly what: 'partner'; readonly which: number };

const steps = fc.array(
  fc.oneof(
    fc.record({
      what: fc.constantFrom('set' as const, 'revise' as const, 'assume' as const, 'reverse' as const),
      which: fc.nat(5),
      fund: fc.nat(1),
    }),
    fc.record({ what: fc.constant('partner' as const), which: fc.nat(3) }),
  ),
  { minLength: 1, maxLength: 12 },
);
const fault = fc.option(
  fc.oneof(fc.constantFrom('before' as const, 'at the commit' as const), fc.nat(6).map(failingAfter)),
  { nil: undefined, freq: 1 },
);

function asked(step: Step): readonly [officer: string, command: Command, where: string] {
  if (step.what === 'partner') {
    const officers = ['finance', 'chief'].map((each) => ({
      officer: `p${step.which}-${each}`,
      role: each === 'chief' ? 'chief-finance-officer' : 'finance-officer',
    }));
    const partner = { effective: '2016-01-01', partner: `p${step.which}`, name: 'Some District', kind: 'district' };
    return ['registrar', post('PartnerRegistered', { ...partner, officers }), REGISTER_STREAM];
  }
  const where = step.fund === 0 ? FUND : NEXT;
  const effective = step.fund === 0 ? '2016-04-01' : '2017-04-01';
  const name = `line-${step.which}`;
  switch (step.what) {
    case 'set':
      return ['pool-manager', post('PlanLineSet', line({ effective, line: name })), where];
    case 'revise':
      return [
        'pool-manager',
        post('PlanLineRevised', { effective, line: name, now: `${step.which + 1}.00`, reason: 'Reviewed' }),
        where,
      ];
    case 'assume':
      return [
        'county-finance',
        post('AssumptionStated', {
          effective,
          assumption: name,
          partner: COUNTY,
          source: 'LA_ADD',
          recurrent: false,
          amount: '1.00',
          basis: 'Budget',
        }),
        where,
      ];
    case 'reverse':
      return [
        'pool-manager',
        post('FactReversed', { effective, reverses: String(step.which + 1), reason: 'Recorded twice' }),
        where,
      ];
  }
}

t.test('under concurrent posts and faults, acknowledged is on disk, and nothing else is', async (t) => {
  let acknowledged = 0;
  let shared = 0;
  await asyncProperty(
    t,
    fc.asyncProperty(
      fc.array(fc.tuple(steps, fault), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (rounds, two) => {
        const { ledger, store, faults } = await faulty(t);
        const other = two ? await onSameFile(t, ledger) : ledger;
        const before = (await store.readAll()).length;
        const done: { key: string; stream: string; act: Done }[] = [];
        const others: { key: string; stream: string }[] = [];
        for (const [round, [acts, wrong]] of rounds.entries()) {
          faults.length = 0;
          faults.push(wrong);
          const commits = store.commits();
          const earlier = done.length;
          await Promise.all(
            acts.map(async (step, index) => {
              const [officer, command, where] = asked(step);
              const key = `key-${round}-${index}`;
              const stream = where === REGISTER_STREAM ? where : fundStream(where);
              const by = index % 3 === 2 ? other : ledger;
              const act = await by.submit(officer, command, { in: where, key }).catch((error: unknown) => error);
              if (act instanceof Refusal || act instanceof Error) others.push({ key, stream });
              else done.push({ key, stream, act: act as Done });
            }),
          );
          shared += Math.max(0, done.length - earlier - (store.commits() - commits));
        }
        faults.length = 0;
        acknowledged += done.length;
        const events = await store.readAll();
        for (const { key, stream, act } of done) {
          const [event] = events.filter((each) => each.stream === stream && keyOf(each.metadata) === sha256(key));
          if (String(event?.revision) !== act.outcome.revision)
            throw new Error(`${key} was acknowledged and is not there.`);
        }
        for (const { key, stream } of others) {
          if ((await keysIn(store, stream)).includes(sha256(key))) throw new Error(`${key} failed, and is there.`);
        }
        if (events.length !== before + done.length) throw new Error(`${events.length} events are too many.`);
        const { problems } = await verify(store);
        if (problems.length > 0) throw new Error(problems.map(({ words }) => words).join('; '));
        await ledger.ledger.projector.whenTaken((await store.head())!);
        const fresh = await onSameFile(t, ledger);
        for (const fund of [FUND, NEXT]) {
          const [is, should] = await Promise.all(
            [ledger, fresh].map(async (each) => [
              await gap.run(each.ledger, { fund }, SEES_ALL),
              await each.ledger.stateOf('fund', fundStream(fund)),
            ]),
          );
          t.strictSame(is, should);
        }
        await fresh.close();
        if (two) await other.close();
        await ledger.close();
      },
    ),
    30,
  );
  t.comment(`${acknowledged} acts acknowledged, of them ${shared} in a commit of others`);
  t.ok(acknowledged > 0);
  t.ok(shared > 0, 'some of them in one commit');
});

const keyOf = (metadata: string): string => (JSON.parse(metadata) as { key: string }).key;

t.test('a state that is read anew passes over what is void', async (t) => {
  const service = await faulty(t);
  const { ledger, store, faults } = service;
  const void_ = encode(
    eventId('void', 'void', 0),
    'PlanLineSet',
    line({ line: 'void' }) as never,
    carried({ key: 'void', rests: { [REGISTER_STREAM]: '0' } }),
  );
  const { position } = await store.append(fundStream(FUND), 0n, [void_]);
  await ledger.ledger.projector.whenTaken(position);
  t.ok(ledger.ledger.model.whyVoid(fundStream(FUND), 1));
  faults.push('at the commit');
  await t.rejects(ledger.submit('pool-manager', set('a')), { name: 'StoreUnavailable' });
  t.match(await ledger.done('pool-manager', set('void')), { outcome: { revision: '2' } });
});
