import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Refusal } from '../../src/domain/rules.js';
import type { Command } from '../../src/domain/grammar/command.js';
import { encode, fundStream, REGISTER_STREAM, sha256 } from '../../src/ledger/catalogue.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { move } from '../../src/ledger/audit/move.js';
import { readInThreads, readPart } from '../../src/ledger/memory/parallel-read.js';
import { eventId } from '../../src/ledger/acts/event-id.js';
import type { Done } from '../../src/ledger/acts/submission.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { OutcomeUnknown, type EventStore } from '../../src/store/event-store.js';
import { snapshotFile } from '../../src/store/snapshot-file.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { asked } from '../support/asking.js';
import {
  carried,
  contribution,
  COUNTY,
  folder,
  FUND,
  line,
  NORTH,
  openedLedger,
  openFund,
  stated,
  TestLedger,
} from '../support/ledger.js';
import {
  carryIn,
  drawn,
  gated,
  level,
  NEXT,
  post,
  ready,
  remembered,
  service,
  shared,
  type Sharing,
} from '../support/sharing.js';

/**
 * An act counts only if nothing that it was decided on has changed. Acts that share a commit see the acts before them
 * on every stream. If another service changes something in between, the act is void and is decided again.
 */

const set = (name: string): Command => post('PlanLineSet', line({ line: name }));
const ended = post('MandateEnded', {
  effective: '2016-02-29',
  officer: 'pool-manager',
  partner: COUNTY,
  role: 'pool-manager',
  reason: 'Left',
});
const registered = (partner: string): Command =>
  post('PartnerRegistered', {
    effective: '2016-01-01',
    partner,
    name: 'Some District',
    kind: 'district',
    officers: ['finance-officer', 'chief-finance-officer'].map((role) => ({ officer: `${partner}-${role}`, role })),
  });

const ruleOf = (done: Done | Refusal): string => (done instanceof Refusal ? done.rule : 'recorded');
const inRegister = { in: REGISTER_STREAM };

t.test('acts of one commit', async (t) => {
  t.test('see a mandate that was ended in it, and those before it do not', async (t) => {
    const ledger = await openedLedger(t);
    await openFund(ledger, '2017-18');
    const { done: first, rest } = await turn([
      () => ledger.submit('pool-manager', set('a')),
      () => ledger.submit('registrar', ended, inRegister),
      () => ledger.submit('pool-manager', set('b')),
      () => ledger.submit('pool-manager', set('c'), { in: NEXT }),
    ]);
    t.same([first, ...rest].map(ruleOf), ['recorded', 'recorded', 'not_mandated', 'not_mandated']);
    t.same((await verify(ledger.store)).problems, []);
  });

  t.test('see that a draw was reversed, or that it was carried in, in the other fund', async (t) => {
    const reversing = (proposal: string): Command => ({ act: 'agree', proposal });
    for (const carriedFirst of [false, true]) {
      const ledger = await openedLedger(t);
      const [proposal] = await drawn(ledger, 1);
      const acts = [
        () => ledger.submit('county-chief', reversing(proposal!)),
        () => ledger.submit('county-finance', carryIn('last-year'), { in: NEXT }),
      ];
      const { done, rest } = await turn(carriedFirst ? acts.reverse() : acts);
      t.equal(ruleOf(done), 'recorded');
      t.same(rest.map(ruleOf), [carriedFirst ? 'others_rest_on_it' : 'more_than_drawn']);
      t.same((await verify(ledger.store)).problems, []);
    }
  });

  t.test('see a fund that was opened in it', async (t) => {
    const ledger = (await openedLedger(t)).now('2017-05-03T09:00:00Z');
    const store = ledger.store as ReturnType<typeof openSqliteEventStore>;
    await ledger.ledger.stateOf('fund', fundStream(FUND));
    const commits = store.commits();
    const opening = {
      effective: '2017-04-01',
      area: 'testshire',
      year: '2017-18',
      host: COUNTY,
      partners: [COUNTY, NORTH],
    };
    const { done, rest } = await turn([
      () => ledger.submit('pool-manager', post('FundOpened', opening), { in: NEXT }),
      () => ledger.submit('pool-manager', set('a')),
      () => ledger.submit('pool-manager', post('PlanLineSet', line({ effective: '2017-04-01' })), { in: NEXT }),
      () => ledger.submit('county-finance', carryIn('none'), { in: NEXT }),
      () => ledger.submit('pool-manager', post('FundOpened', opening), { in: NEXT }),
    ]);
    t.same([done, ...rest].map(ruleOf), ['recorded', 'recorded', 'recorded', 'reference_unknown', 'fund_exists']);
    t.equal(store.commits() - commits, 1);
    t.same((await verify(ledger.store)).problems, []);
  });

  t.test('name what else they were decided on, and nothing of their own stream', async (t) => {
    const ledger = await openedLedger(t);
    const restsOf = async (stream: string) =>
      (await ledger.store.readStream(stream)).map(
        ({ metadata }) => (JSON.parse(metadata) as { rests?: Record<string, string> }).rests,
      );
    await drawn(ledger, 1);
    await ledger.done('county-finance', carryIn('last-year'), { in: NEXT });
    t.same(await restsOf(REGISTER_STREAM), [undefined, undefined, undefined, undefined, undefined]);
    const fund = await restsOf(fundStream(FUND));
    t.same(fund[0], { register: '4' });
    t.same((await restsOf(fundStream(NEXT))).at(-1), { register: '4', [fundStream(FUND)]: String(fund.length - 1) });
    const looked = fund.filter((rests) => rests && fundStream(NEXT) in rests);
    t.ok(looked.length > 0, 'a draw that might be taken back looks at the fund that could have it');
  });
});

/** Sends acts in one turn of the event loop, so that they wait together. */
async function turn(acts: readonly (() => Promise<Done | Refusal>)[]) {
  const [done, ...rest] = await Promise.all(acts.map((act) => act()));
  return { done: done!, rest };
}

interface Two {
  readonly one: TestLedger;
  /** A service from which the test can hold back events. */
  readonly two: TestLedger;
  readonly hold: () => () => void;
  readonly another: () => EventStore;
}

async function twoServices(t: Test, sharing: Sharing, standsMsMax?: number): Promise<Two> {
  const { first: one, another } = await shared(t, sharing);
  await openFund(one, '2017-18');
  const { store, hold } = gated(another());
  const two = await service(t, store, one, standsMsMax);
  await ready(one, two);
  return { one, two, hold, another };
}

const stored = async ({ store }: TestLedger, stream: string) => store.readStream(stream);

/** An act is decided on what its service knows, others act, and then the act is recorded. */
async function overtaken<T>(
  { two, hold }: Two,
  stream: string,
  others: () => Promise<unknown>,
  act: () => Promise<T>,
): Promise<{ readonly outcome: T }> {
  const release = hold();
  try {
    await others();
    const before = (await stored(two, stream)).length;
    const late = act();
    while ((await stored(two, stream)).length === before) await setTimeout(5);
    release();
    return { outcome: await late };
  } finally {
    release();
  }
}

for (const sharing of ['one file, act by act', 'a server'] as const) {
  t.test(`between services that share ${sharing}`, async (t) => {
    t.test('an act of an officer whose mandate had ended is void, and then refused; its key is free', async (t) => {
      const services = await twoServices(t, sharing);
      const { one, two, another } = services;
      const { outcome } = await overtaken(
        services,
        fundStream(FUND),
        () => one.done('registrar', ended, inRegister),
        () => two.submit('pool-manager', set('a'), { key: 'late' }),
      );
      t.equal(ruleOf(outcome), 'not_mandated');
      await level(one, two);
      t.equal((await stored(one, fundStream(FUND))).length, 2, 'it keeps its place and its revision');
      for (const each of [one, two]) {
        const { revision, last } = each.ledger.model.stream('fund', fundStream(FUND));
        t.same({ revision, last }, { revision: 0, last: 1 });
        const next = await each.submit('pool-manager', set('b'), { key: 'late' });
        t.equal(ruleOf(next), 'not_mandated', 'not a key that is used for something else');
      }
      t.match(await verify(one.store), { problems: [], voids: 1, found: {} });
      t.strictSame(remembered(two), remembered(await service(t, another(), one)));
    });

    t.test('a draw that was reversed is not carried in, and one that is carried in stays', async (t) => {
      for (const carriedFirst of [true, false]) {
        const { first: one, another } = await shared(t, sharing);
        const [proposal] = await drawn(one, 1);
        const { store, hold } = gated(another());
        const two = await service(t, store, one);
        await ready(one, two);
        const reversing = (by: TestLedger) => by.submit('county-chief', { act: 'agree', proposal: proposal! });
        const carrying = (by: TestLedger) => by.submit('county-finance', carryIn('last-year'), { in: NEXT });
        const [first, then] = carriedFirst ? [carrying, reversing] : [reversing, carrying];
        const stream = fundStream(carriedFirst ? FUND : NEXT);
        const { outcome } = await overtaken(
          { one, two, hold, another },
          stream,
          () => first(one),
          () => then(two),
        );
        t.equal(ruleOf(outcome), carriedFirst ? 'others_rest_on_it' : 'more_than_drawn');
        await level(one);
        t.match(await verify(one.store), { problems: [], voids: carriedFirst ? 2 : 1 });
        t.strictSame(remembered(two), remembered(one));
      }
    });

    t.test('an act that the rules accept again is recorded again, once, as an event of its own', async (t) => {
      const services = await twoServices(t, sharing);
      const { one, two } = services;
      const { outcome } = await overtaken(
        services,
        fundStream(FUND),
        () => one.done('registrar', registered('far-district'), inRegister),
        () => two.done('pool-manager', set('a'), { key: 'late' }),
      );
      t.match(outcome, { outcome: { revision: '2' }, replayed: false });
      await level(one);
      for (const each of [one, two]) {
        const again = await each.done('pool-manager', set('a'), { key: 'late' });
        t.same([again.outcome, again.replayed], [outcome.outcome, true]);
      }
      const [, lost, made] = await stored(one, fundStream(FUND));
      t.not(lost!.id, made!.id);
      t.equal(made!.id, outcome.outcome.events[0]!.id);
      t.match(await verify(one.store), { problems: [], voids: 1 });
    });

    t.test('an agreement and the fact agreed are void together, and signed again together', async (t) => {
      const services = await twoServices(t, sharing);
      const { one, two } = services;
      const offer: Command = { act: 'propose', fact: { type: 'ContributionAgreed', data: contribution() as never } };
      const proposal = (await one.done('north-ccg-finance', offer)).outcome.proposal!;
      await level(two);
      const { outcome } = await overtaken(
        services,
        fundStream(FUND),
        () => one.done('registrar', registered('far-district'), inRegister),
        () => two.done('county-finance', { act: 'agree', proposal }),
      );
      t.match(outcome, { outcome: { revision: '5', proposal } });
      await level(one);
      t.same([...one.ledger.model.stream('fund', fundStream(FUND)).open], []);
      t.match(await verify(one.store), { problems: [], voids: 2 });
    });

    t.test('where an act is not read back in time its poster is told so, and asks again', async (t) => {
      const services = await twoServices(t, sharing, 50);
      const { one, two, hold } = services;
      const release = hold();
      await one.done('registrar', registered('far-district'), inRegister);
      await t.rejects(two.done('pool-manager', set('a'), { key: 'late' }), { name: 'OutcomeUnknown' });
      release();
      let done: Done | undefined;
      while (!done) {
        done = await two.done('pool-manager', set('a'), { key: 'late' }).catch((error: unknown) => {
          if (!(error instanceof OutcomeUnknown)) throw error;
          return undefined;
        });
      }
      await level(one);
      t.same(one.ledger.model.voidActs('pool-manager', sha256('late')), 1);
      t.equal(done.outcome.revision, '2');
      t.match(await verify(one.store), { problems: [], voids: 1 });
    });

    t.test('where what an act rests on always moves its poster is told so in time', async (t) => {
      const { first: one, another } = await shared(t, sharing);
      await openFund(one, '2017-18');
      const store = another();
      let partners = 0;
      const busy: EventStore = {
        ...store,
        async append(stream, ...values) {
          // Between the decision and the append, somebody registers another partner each time.
          if (stream !== REGISTER_STREAM) await one.done('registrar', registered(`district-${++partners}`), inRegister);
          return store.append(stream, ...values);
        },
      };
      const two = await service(t, busy, one, 400);
      await ready(two);
      await t.rejects(two.done('pool-manager', set('a')), { name: 'OutcomeUnknown', message: /has moved each time/ });
      await level(one);
      const { problems, voids } = await verify(one.store);
      t.same(problems, []);
      t.ok(voids > 0);
    });
  });
}

/** A file with a void plan line, which depended on the register, and a valid plan line after it. */
async function withVoid(t: Test): Promise<Two> {
  const services = await twoServices(t, 'one file, act by act');
  const { one, two } = services;
  await overtaken(
    services,
    fundStream(FUND),
    () => one.done('registrar', registered('far-district'), inRegister),
    () => two.done('pool-manager', set('a'), { key: 'late' }),
  );
  await level(one, two);
  return services;
}

const WHY = 'It rested on the register at revision 4, which had moved to 5 when it was recorded.';

t.test('a void act is shown in history as what it is, and counts for nothing', async (t) => {
  const { one } = await withVoid(t);
  const { entries } = await asked<{ entries: { sentence: string }[] }>(one, 'timeline');
  t.match(entries, [
    { revision: '0', void: undefined },
    { revision: '1', type: 'PlanLineSet', void: true, why: WHY },
    { revision: '2', void: undefined },
  ]);
  t.match(await asked(one, 'event', { revision: '1' }), { void: true, why: WHY, resting: [] });
  t.match(await asked(one, 'event', { revision: '2' }), { void: false, why: null });
  t.equal(entries[1]!.sentence, `Void: ${entries[2]!.sentence} ${WHY}`);
  const { size } = one.ledger.model.prefix(one.clock.now());
  t.same(
    (await one.ledger.entries(fundStream(FUND), size)).map(({ revision }) => revision),
    [0, 2],
  );
  t.equal(one.ledger.model.knownRevision(fundStream(FUND), size - 1), 0);
  t.equal(one.ledger.model.knownRevision(fundStream(FUND), size), 2);
});

t.test('a fund that has been read is read still, whatever void act came after', async (t) => {
  const { one } = await withVoid(t);
  const { revision } = await asked<{ revision: string }>(one, 'fund');
  t.equal(revision, '2');
  const services = await twoServices(t, 'one file, act by act');
  const { one: first, two } = services;
  const read = await first.done('pool-manager', set('read'));
  await level(two);
  await overtaken(
    services,
    fundStream(FUND),
    () => first.done('registrar', ended, inRegister),
    () => two.submit('pool-manager', set('void')),
  );
  await level(first);
  t.equal((await asked<{ revision: string }>(first, 'fund')).revision, read.outcome.revision);
  const { outcome } = await first.done('county-finance', set('next'), { ifMatch: Number(read.outcome.revision) });
  t.equal(outcome.revision, '3', 'the void one keeps its revision');
  const stale = await first.submit('county-finance', set('late'), { ifMatch: Number(read.outcome.revision) });
  t.equal(ruleOf(stale), 'if_match_stale');
});

t.test(
  'a fact that is void can be neither reversed nor revised, and a fund whose opening is void is not open',
  async (t) => {
    const services = await withVoid(t);
    const { one, two } = services;
    const undo = post('FactReversed', { effective: '2016-04-01', reverses: '1', reason: 'Twice' });
    t.equal(ruleOf(await one.submit('pool-manager', undo)), 'reference_unknown');
    const opening = {
      effective: '2018-04-01',
      area: 'testshire',
      year: '2018-19',
      host: COUNTY,
      partners: [COUNTY, NORTH],
    };
    const last = 'testshire-2018-19';
    const open = (by: TestLedger) => by.submit('pool-manager', post('FundOpened', opening), { in: last });
    const { outcome } = await overtaken(
      services,
      fundStream(last),
      () => one.done('registrar', ended, inRegister),
      () => open(two),
    );
    t.equal(ruleOf(outcome), 'not_mandated');
    await level(one);
    t.same(
      one.ledger.model.funds().filter((fund) => one.ledger.model.fund(fund)!.outline.opened),
      [FUND, NEXT],
    );
    t.equal(one.ledger.model.knownRevision(fundStream(last), one.ledger.model.size()), -1);
    const reopened = await one.submit('county-chief', post('FundOpened', opening), { in: last });
    t.match(reopened, { outcome: { revision: '1' } });
    t.match(await verify(one.store), { problems: [], voids: 2 });
  },
);

t.test('a ledger with a void act is remembered alike, however it is read', async (t) => {
  const { one, two, another } = await withVoid(t);
  await one.ledger.stateOf('fund', fundStream(FUND));
  const should = await one.ledger.stateOf('fund', fundStream(FUND));
  t.strictSame(await two.ledger.stateOf('fund', fundStream(FUND)), should);

  t.test('moved to another store', async (t) => {
    const to = openSqliteEventStore({ file: join(folder(t), 'moved.sqlite') });
    await move(another(), to);
    const moved = await service(t, to, one);
    t.strictSame(remembered(moved), remembered(one));
    t.strictSame(await moved.ledger.stateOf('fund', fundStream(FUND)), should);
    t.match(await verify(to), { problems: [], voids: 1 });
  });

  t.test('in several threads, which leave it to one', async (t) => {
    const store = another();
    t.teardown(() => store.close());
    const threads = {
      count: 2,
      headStart: 0,
      read: (streams: readonly string[], upTo: string) => readPart(store, streams, upTo),
    };
    t.match(await readInThreads(store, threads), { failed: /is void/ });
    const ledger = await openLedger({ ...store, close: async () => undefined }, one.clock, { threads });
    t.match(ledger.readBy, { threads: 1, failed: /is void/ });
    t.equal(ledger.model.size(), one.ledger.model.size());
    await ledger.close();
  });

  t.test('from a snapshot', async (t) => {
    const more = await one.done('pool-manager', set('more'));
    await stated(one, 1_100);
    const { size } = one.ledger.model.prefix(one.clock.now());
    const start = {
      snapshots: { file: snapshotFile(join(folder(t), 'snapshot')), program: () => 'this program', write: true },
    };
    const open = async () => openLedger(another(), one.clock, start);
    await (await open()).close();
    const ledger = await open();
    t.teardown(() => ledger.close());
    t.equal(ledger.fromSnapshot, size);
    t.strictSame(remembered({ ledger }), remembered(one));
    t.equal(ledger.model.voidActs('pool-manager', sha256('late')), 1);
    t.equal(more.outcome.revision, '3');
  });
});

t.test('what is one act is taken whole, in whatever pieces the store delivers it', async (t) => {
  const { first: one, another } = await shared(t, 'one file');
  const offer: Command = { act: 'propose', fact: { type: 'ContributionAgreed', data: contribution() as never } };
  const proposal = (await one.done('north-ccg-finance', offer)).outcome.proposal!;
  await one.done('county-finance', { act: 'agree', proposal });
  const seen = new Set<string>();
  const store = another();
  const two: TestLedger = await service(
    t,
    {
      ...store,
      subscribe: (after, follower) =>
        store.subscribe(after, {
          ...follower,
          async handle(events) {
            for (const event of events) {
              await follower.handle([event]);
              await setImmediate();
              seen.add(event.type);
            }
          },
        }),
    },
    one,
  );
  t.ok(seen.has('ProposalAgreed'));
  const sizes: number[] = [];
  const { model } = two.ledger;
  const { apply } = model;
  Object.assign(model, {
    apply(event: Parameters<typeof apply>[0]) {
      apply(event);
      void Promise.resolve().then(() => sizes.push(model.size()));
    },
  });
  const before = model.size();
  await one.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution({ contribution: 'more' }));
  await level(two);
  await setImmediate();
  t.same([...new Set(sizes)], [before + 1, before + 3], 'the offer, and then the agreement with its fact');
});

t.test('an agreement that nothing follows is taken when there is no more to come', async (t) => {
  const ledger = await openedLedger(t);
  const offer = { act: 'propose', fact: { type: 'ContributionAgreed', data: contribution() as never } } as const;
  const proposal = (await ledger.done('north-ccg-finance', offer)).outcome.proposal!;
  const { fact } = JSON.parse((await stored(ledger, fundStream(FUND)))[1]!.data) as { fact: unknown };
  const signatures = ['north-ccg', 'county'].map((partner) => ({
    officer: `${partner}-finance`,
    partner,
    role: 'finance-officer',
  }));
  const data = { proposal, effective: '2016-04-01', fact, signatures };
  const { position } = await ledger.store.append(fundStream(FUND), 1n, [
    encode(eventId('x', 'y', 0), 'ProposalAgreed', data as never, carried()),
  ]);
  await ledger.ledger.projector.whenTaken(position);
  t.same([...ledger.ledger.model.stream('fund', fundStream(FUND)).open], []);
});

t.test('a page of history ends with a whole act', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await ledger.done('pool-manager', set('a'));
  const pages: string[][] = [];
  for (let after: string | null | undefined; after !== null;) {
    const page: { entries: { type: string }[]; next: string | null } = await asked(ledger, 'timeline', {
      limit: '1',
      ...(after !== undefined && { after }),
    });
    pages.push(page.entries.map(({ type }) => type));
    after = page.next;
  }
  t.same(pages, [['FundOpened'], ['ProposalMade'], ['ProposalAgreed', 'ContributionAgreed'], ['PlanLineSet']]);
});
