import { randomBytes } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import {
  ConcurrencyConflict,
  NotALedger,
  OutcomeUnknown,
  READ_PAGE_MAX,
  RecordedBehind,
  StoreUnavailable,
  type EventStore,
  type Follower,
  type NewEvent,
  type EventPosition,
  type RecordedEvent,
  type Subscription,
} from '../../src/store/event-store.js';

/**
 * Capabilities that differ between adapters, because their servers decide them. Each is true, or the reason why it is
 * missing.
 */
export interface Capabilities {
  /** An id that the stream holds already is refused, even at the right revision. */
  readonly refusesAnIdUsedBefore: true | string;
  /** An event recorded before the last one of the ledger is refused. */
  readonly refusesInstantsThatGoBack: true | string;
  /** Positions go up by one, so a missing event is noticed. */
  readonly numbersPositionsByOne: true | string;
  /** More than one store can be open on the same ledger. */
  readonly sharesItsLedger: true | string;
}

interface Fresh {
  readonly store: EventStore;
  /** Opens another store on the same ledger, if {@link Capabilities.sharesItsLedger}. */
  readonly another?: () => EventStore | Promise<EventStore>;
}

interface Adapter {
  readonly name: string;
  /** A store of its own for each test, empty, and closed when the test ends. */
  readonly create: (t: Test) => Fresh | Promise<Fresh>;
  readonly capabilities: Capabilities;
}

export const INSTANT = '2016-04-01T09:00:00.000Z';

let ids = 0;
/**
 * Each run uses new identifiers. A server that has seen an identifier in another stream, in an earlier run, keeps that
 * in memory and does not note it again. An append that is under way twice then conflicts with itself, until the
 * server’s index has caught up.
 */
const RUN = randomBytes(4).toString('hex');

/** A new event, unlike any other. */
export function anEvent(more: Partial<NewEvent> = {}): NewEvent {
  const number = ++ids;
  return {
    id: `${RUN}-0000-4000-8000-${String(number).padStart(12, '0')}`,
    type: 'Noted',
    data: `{"note":${number}}`,
    metadata: `{"recordedAt":"${INSTANT}"}`,
    ...more,
  };
}

export const someEvents = (count: number): NewEvent[] => Array.from({ length: count }, () => anEvent());

const nothing = (): void => undefined;

const recordedAt = (instant: string): NewEvent => anEvent({ metadata: `{"recordedAt":"${instant}"}` });

export const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map((event) => event.id);

/** Every recorded event, page by page. */
export async function everything(store: EventStore): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for (;;) {
    const page = await store.readAll({ after: all.at(-1)?.position });
    if (page.length === 0) return all;
    all.push(...page);
  }
}

/** The error that a promise rejects with, which must be of one class. */
export async function rejection<E extends Error>(
  t: Test,
  promise: Promise<unknown>,
  of: abstract new (...values: never[]) => E,
): Promise<E> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  t.type(error, of);
  return error as E;
}

async function conflictOf(t: Test, promise: Promise<unknown>, expected: string, actual: string): Promise<void> {
  const conflict = await rejection(t, promise, ConcurrencyConflict);
  t.match(conflict, { expected, actual });
}

interface Following {
  readonly seen: readonly RecordedEvent[];
  readonly subscription: Subscription;
  /** Waits until so many events have been handled. Throws if the subscription ends before. */
  until(count: number): Promise<void>;
}

/** Subscribes until the end of the test, and keeps what was handled. */
export function followed(
  t: Test,
  store: EventStore,
  after?: EventPosition,
  handle: Follower['handle'] = nothing,
): Following {
  const seen: RecordedEvent[] = [];
  const subscription = store.subscribe(after, {
    async handle(events) {
      await handle(events);
      seen.push(...events);
    },
  });
  const ends = ending(subscription);
  t.teardown(() => {
    subscription.stop();
    return ends.settled;
  });
  return {
    seen,
    subscription,
    until: (count) =>
      until(() => {
        if (seen.length < count && ends.over()) throw new Error(`ended after ${seen.length} of ${count} events`);
        return seen.length >= count;
      }),
  };
}

function ending({ ended }: Subscription) {
  let over = false;
  const settle = () => {
    over = true;
  };
  return { settled: ended.then(settle, settle), over: () => over };
}

// The timer also keeps the process alive if an adapter's timers do not.
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(2);
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = nothing;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Checks that an adapter keeps every promise of the store’s interface. */
export function conformance({ name, create, capabilities }: Adapter): void {
  const unless = (capable: true | string) => (capable === true ? {} : { skip: `${name} does not: ${capable}` });

  t.test(`${name} appends`, async (t) => {
    t.test('the first event has revision 0, and each next one more', async (t) => {
      const { store } = await create(t);
      const first = await store.append('fund-a', 'no_stream', [anEvent()]);
      t.equal(first.revision, 0n);
      const second = await store.append('fund-a', 0n, someEvents(3));
      t.equal(second.revision, 3n, 'the revision of the last event');
      t.ok(store.isAfter(second.position, first.position));
      const events = await store.readStream('fund-a');
      t.strictSame(
        events.map((event) => event.revision),
        [0n, 1n, 2n, 3n],
      );
      t.equal(events.at(-1)?.position, second.position);
    });

    t.test('each stream has revisions of its own', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', someEvents(2));
      t.equal((await store.append('fund-a-2', 'no_stream', [anEvent()])).revision, 0n);
      t.equal((await store.append('Fund-a', 'no_stream', [anEvent()])).revision, 0n);
      t.equal((await store.readStream('fund-a')).length, 2);
    });

    t.test('an event comes back with all that it was given', async (t) => {
      const { store } = await create(t);
      const event = anEvent();
      const { position } = await store.append('fund-a', 'no_stream', [event]);
      const recorded = { ...event, stream: 'fund-a', revision: 0n, position };
      t.strictSame(await store.readStream('fund-a'), [recorded]);
      t.strictSame(await store.readAll(), [recorded]);
    });

    t.test('a stream that is there conflicts with none expected', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', someEvents(2));
      await conflictOf(t, store.append('fund-a', 'no_stream', [anEvent()]), 'no_stream', '1');
    });

    t.test('a revision behind or ahead of the stream conflicts', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', someEvents(3));
      await conflictOf(t, store.append('fund-a', 1n, [anEvent()]), '1', '2');
      await conflictOf(t, store.append('fund-a', 3n, [anEvent()]), '3', '2');
    });

    t.test('a revision expected of a stream that does not exist conflicts', async (t) => {
      const { store } = await create(t);
      await conflictOf(t, store.append('fund-a', 0n, [anEvent()]), '0', 'no_stream');
    });

    t.test('nothing of a conflict is visible', async (t) => {
      const { store } = await create(t);
      const { position } = await store.append('fund-a', 'no_stream', [anEvent()]);
      const before = await everything(store);
      await rejection(t, store.append('fund-a', 'no_stream', someEvents(2)), ConcurrencyConflict);
      await rejection(t, store.append('fund-b', 7n, someEvents(2)), ConcurrencyConflict);
      t.strictSame(await everything(store), before);
      t.strictSame(await store.readStream('fund-a'), before);
      t.strictSame(await store.readStream('fund-b'), []);
      t.equal(await store.head(), position);
    });

    t.test('an append of nothing is checked and writes nothing', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', []);
      t.equal(await store.head(), undefined);
      await conflictOf(t, store.append('fund-a', 0n, []), '0', 'no_stream');
      const { position } = await store.append('fund-a', 'no_stream', someEvents(2));
      t.equal((await store.append('fund-a', 1n, [])).revision, 1n);
      await conflictOf(t, store.append('fund-a', 'no_stream', []), 'no_stream', '1');
      await conflictOf(t, store.append('fund-a', 0n, []), '0', '1');
      await conflictOf(t, store.append('fund-a', 2n, []), '2', '1');
      t.equal(await store.head(), position);
    });

    t.test('of fifty that race for one revision, one wins', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', [anEvent()]);
      const racers = someEvents(50);
      const outcomes = await Promise.allSettled(racers.map((event) => store.append('fund-a', 0n, [event])));
      const winners = racers.filter((_, index) => outcomes[index]!.status === 'fulfilled');
      t.equal(winners.length, 1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') t.match(outcome.reason, { name: 'ConcurrencyConflict', actual: '1' });
      }
      t.strictSame(idsOf(await store.readStream('fund-a', { after: 0n })), idsOf(winners));
    });
  });

  t.test(`${name} takes the same append once`, async (t) => {
    t.test('the same ids at the same revision answer as the first time', async (t) => {
      const { store } = await create(t);
      const [first, second] = [someEvents(2), someEvents(2)];
      const answer = await store.append('fund-a', 'no_stream', first);
      t.strictSame(await store.append('fund-a', 'no_stream', first), answer);
      const next = await store.append('fund-a', 1n, second);
      t.strictSame(await store.append('fund-a', 1n, second), next);
      t.strictSame(idsOf(await store.readStream('fund-a')), idsOf([...first, ...second]));
      t.equal(await store.head(), next.position);
    });

    t.test('who asks for its time, where it has a clock of its own, leaves nothing in the ledger', async (t) => {
      const { store } = await create(t);
      const events = someEvents(2);
      const { position } = await store.append('fund-a', 'no_stream', events);
      const told: string[] = [];
      for (let asked = 0; store.time && asked < 3; asked++) told.push(await store.time());
      t.strictSame(
        told.map((text) => new Date(text).toISOString()),
        told,
      );
      t.strictSame([...told].sort(), told);
      t.equal(await store.head(), position);
      t.strictSame(idsOf(await everything(store)), idsOf(events));
    });

    t.test('also after others were appended', async (t) => {
      const { store } = await create(t);
      const [first, second] = [someEvents(3), someEvents(2)];
      const answer = await store.append('fund-a', 'no_stream', first);
      await store.append('fund-b', 'no_stream', someEvents(2));
      const next = await store.append('fund-a', 2n, second);
      const last = await store.append('fund-a', 4n, someEvents(1));
      t.strictSame(await store.append('fund-a', 'no_stream', first), answer);
      t.strictSame(await store.append('fund-a', 2n, second), next);
      t.equal(await store.head(), last.position);
      t.equal((await everything(store)).length, 8);
    });

    t.test('also where both are under way at once', async (t) => {
      const { store } = await create(t);
      const events = someEvents(2);
      const [one, other] = await Promise.all([
        store.append('fund-a', 'no_stream', events),
        store.append('fund-a', 'no_stream', events),
      ]);
      t.strictSame(one, other);
      t.strictSame(idsOf(await store.readStream('fund-a')), idsOf(events));
    });

    t.test(
      'the same ids with other content answer as the first time too, and say that it is not what was sent',
      async (t) => {
        const { store } = await create(t);
        const [first, last] = [anEvent(), anEvent()];
        const answer = await store.append('fund-a', 'no_stream', [first, last]);
        t.ok(answer.asSent);
        for (const other of [{ data: '{"other":1}' }, { metadata: `{"other":1,"recordedAt":"${INSTANT}"}` }]) {
          const again = await store.append('fund-a', 'no_stream', [first, { ...last, ...other }]);
          t.strictSame(again, { ...answer, asSent: false });
        }
        t.strictSame((await everything(store))[1]?.data, last.data);
      },
    );

    t.test('ids that are partly those recorded conflict', async (t) => {
      const { store } = await create(t);
      const [a, b, x] = [anEvent(), anEvent(), anEvent()];
      await store.append('fund-a', 'no_stream', [a, b]);
      await conflictOf(t, store.append('fund-a', 'no_stream', [a, x]), 'no_stream', '1');
      await conflictOf(t, store.append('fund-a', 'no_stream', [x, b]), 'no_stream', '1');
      await conflictOf(t, store.append('fund-a', 'no_stream', [a, b, x]), 'no_stream', '1');
      await conflictOf(t, store.append('fund-a', 0n, [b, x]), '0', '1');
      t.strictSame(idsOf(await everything(store)), idsOf([a, b]));
    });

    t.test('the same ids in another order or at another revision conflict', async (t) => {
      const { store } = await create(t);
      const [a, b] = [anEvent(), anEvent()];
      await store.append('fund-a', 'no_stream', [a, b]);
      await conflictOf(t, store.append('fund-a', 'no_stream', [b, a]), 'no_stream', '1');
      await conflictOf(t, store.append('fund-a', 'no_stream', [b]), 'no_stream', '1');
      await conflictOf(t, store.append('fund-a', 0n, [a]), '0', '1');
      await conflictOf(t, store.append('fund-a', 5n, [a, b]), '5', '1');
      t.strictSame(idsOf(await everything(store)), idsOf([a, b]));
    });

    t.test('another stream may hold the same id', async (t) => {
      const { store } = await create(t);
      const event = anEvent();
      await store.append('fund-a', 'no_stream', [event]);
      t.equal((await store.append('fund-b', 'no_stream', [event])).revision, 0n);
      t.strictSame(idsOf(await everything(store)), idsOf([event, event]));
    });

    t.test('an id recorded before conflicts', unless(capabilities.refusesAnIdUsedBefore), async (t) => {
      const { store } = await create(t);
      const [a, b] = [anEvent(), anEvent()];
      await store.append('fund-a', 'no_stream', [a, b]);
      await conflictOf(t, store.append('fund-a', 1n, [a]), '1', '1');
      await conflictOf(t, store.append('fund-a', 1n, [anEvent(), b]), '1', '1');
      t.equal((await everything(store)).length, 2);
    });
  });

  t.test(`${name} reads`, async (t) => {
    t.test('a stream that does not exist is empty, and so is a store at first', async (t) => {
      const { store } = await create(t);
      t.strictSame(await store.readStream('fund-a'), []);
      t.strictSame(await store.readStream('fund-a', { after: 3n, limit: 2 }), []);
      t.strictSame(await store.readAll(), []);
      t.strictSame(await store.readAll({ after: undefined, limit: 2 }), []);
      t.equal(await store.head(), undefined);
    });

    t.test('what comes after a revision or a position, without it', async (t) => {
      const { store } = await create(t);
      const events = someEvents(4);
      await store.append('fund-a', 'no_stream', events);
      t.strictSame(idsOf(await store.readStream('fund-a', { after: 0n })), idsOf(events.slice(1)));
      t.strictSame(idsOf(await store.readStream('fund-a', { after: 2n })), idsOf(events.slice(3)));
      t.strictSame(await store.readStream('fund-a', { after: 3n }), []);
      t.strictSame(await store.readStream('fund-a', { after: 9n }), []);
      const all = await store.readAll();
      for (const [index, event] of all.entries()) {
        t.strictSame(await store.readAll({ after: event.position }), all.slice(index + 1));
      }
    });

    t.test('no more than the limit, and nothing twice or not at all between pages', async (t) => {
      const { store } = await create(t);
      const events = someEvents(4);
      await store.append('fund-a', 'no_stream', events);
      t.strictSame(idsOf(await store.readStream('fund-a', { limit: 3 })), idsOf(events.slice(0, 3)));
      t.strictSame(idsOf(await store.readStream('fund-a', { after: 0n, limit: 1 })), idsOf(events.slice(1, 2)));
      // The last page is full, so only the next, empty page shows the end.
      const pages: string[][] = [];
      let after: EventPosition | undefined;
      do {
        const page = await store.readAll({ after, limit: 2 });
        pages.push(idsOf(page));
        after = page.at(-1)?.position;
      } while (after !== undefined);
      t.strictSame(pages, [idsOf(events.slice(0, 2)), idsOf(events.slice(2)), []]);
    });

    t.test('no page is longer than the longest', async (t) => {
      const { store } = await create(t);
      const events = someEvents(READ_PAGE_MAX + 1);
      await store.append('fund-a', 'no_stream', events);
      for (const limit of [undefined, READ_PAGE_MAX + 1]) {
        const more = limit === undefined ? {} : { limit };
        const page = await store.readStream('fund-a', more);
        t.equal(page.length, READ_PAGE_MAX);
        t.strictSame(idsOf(await store.readStream('fund-a', { after: page.at(-1)!.revision, ...more })), [
          events.at(-1)!.id,
        ]);
        t.equal((await store.readAll(more)).length, READ_PAGE_MAX);
      }
      t.strictSame(idsOf(await everything(store)), idsOf(events));
    });

    t.test('data byte for byte', async (t) => {
      const { store } = await create(t);
      const texts = [
        '{}',
        '[null,true,false,"",{}]',
        '{"größe":"Ångström — £5, ½, 漢字, 🏥, e\u0301, \u202eright to left","nul":"\\u0000","separator":"\u2028"}',
        '{"a":{"b":[{"c":[[],[[{"d":null}]]]}]}}',
        '{"10":"keys stay in canonical order","9":"not in the order of numbers"}',
        '{"max":9007199254740991,"min":-9007199254740991,"part":0.1,"tiny":5e-324,"wide":1e+21}',
        `{"quote":"\\"\\\\/\\b\\f\\n\\r\\t"}`,
        `"${'long '.repeat(20_000)}"`,
      ];
      await store.append(
        'fund-a',
        'no_stream',
        texts.map((data) => anEvent({ data })),
      );
      t.strictSame(
        (await store.readStream('fund-a')).map((event) => event.data),
        texts,
      );
      t.strictSame(
        (await store.readAll()).map((event) => event.data),
        texts,
      );
    });

    t.test('metadata byte for byte', async (t) => {
      const { store } = await create(t);
      const metadata = `{"causation":"c-1","correlation":"c-2","evidence":[{"hash":"ab"}],"officer":"Zoë","recordedAt":"${INSTANT}"}`;
      await store.append('fund-a', 'no_stream', [anEvent({ metadata })]);
      t.equal((await store.readStream('fund-a'))[0]?.metadata, metadata);
      t.equal((await store.readAll())[0]?.metadata, metadata);
    });

    t.test('revisions are bigints and positions are text', async (t) => {
      const { store } = await create(t);
      const appended = await store.append('fund-a', 'no_stream', someEvents(2));
      for (const each of [appended, ...(await store.readStream('fund-a')), ...(await store.readAll())]) {
        t.type(each.revision, 'bigint');
        t.type(each.position, 'string');
      }
      t.type(await store.head(), 'string');
    });
  });

  t.test(`${name} keeps all streams in one order`, async (t) => {
    const woven = async (store: EventStore) => {
      const heads = new Map<string, bigint>();
      for (let turn = 0; turn < 12; turn++) {
        const stream = `fund-${turn % 3}`;
        const { revision } = await store.append(stream, heads.get(stream) ?? 'no_stream', someEvents(1 + (turn % 2)));
        heads.set(stream, revision);
      }
      return heads;
    };

    t.test('positions rise, and the order is the same on each read', async (t) => {
      const { store } = await create(t);
      await woven(store);
      const all = await everything(store);
      t.equal(all.length, 18);
      for (const [index, event] of all.entries()) {
        const before = all[index - 1]?.position;
        t.ok(store.isAfter(event.position, before));
        t.notOk(store.isAfter(event.position, event.position));
        if (before !== undefined) t.notOk(store.isAfter(before, event.position));
      }
      t.equal(new Set(all.map((event) => event.position)).size, all.length);
      t.strictSame(await everything(store), all);
    });

    t.test('the order agrees with the revisions of every stream', async (t) => {
      const { store } = await create(t);
      const heads = await woven(store);
      const all = await everything(store);
      for (const [stream, head] of heads) {
        const events = all.filter((event) => event.stream === stream);
        t.strictSame(events, await store.readStream(stream));
        t.equal(events.at(-1)?.revision, head);
      }
    });

    t.test('each event can follow the one before it', async (t) => {
      const { store } = await create(t);
      await woven(store);
      const all = await everything(store);
      for (const [index, event] of all.entries()) t.ok(store.canFollow(event.position, all[index - 1]?.position));
      t.notOk(store.canFollow(all[0]!.position, all[1]!.position), 'not one that comes before');
      t.notOk(store.canFollow(all[0]!.position, all[0]!.position), 'not itself');
    });

    t.test('no event can follow across a gap', unless(capabilities.numbersPositionsByOne), async (t) => {
      const { store } = await create(t);
      await woven(store);
      const all = await everything(store);
      t.notOk(store.canFollow(all[2]!.position, all[0]!.position));
      t.notOk(store.canFollow(all[1]!.position, undefined));
    });

    t.test('the head is the last position', async (t) => {
      const { store } = await create(t);
      const { position } = await store.append('fund-a', 'no_stream', someEvents(2));
      t.equal(await store.head(), position);
      const next = await store.append('fund-b', 'no_stream', [anEvent()]);
      t.equal(await store.head(), next.position);
      t.equal((await everything(store)).at(-1)?.position, next.position);
    });

    t.test('a reader behind concurrent writers sees each event once, in order', async (t) => {
      const { store, another } = await create(t);
      const stores = [store, ...(capabilities.sharesItsLedger === true ? [await another!()] : [])];
      const reader = followed(t, stores.at(-1)!);
      const polled: RecordedEvent[] = [];
      let writing = true;
      const poll = async () => {
        for (;;) {
          const last = !writing;
          const page = await store.readAll({ after: polled.at(-1)?.position, limit: 7 });
          polled.push(...page);
          if (last && page.length === 0) return;
          await setImmediate();
        }
      };
      const write = async (writer: number) => {
        let head: 'no_stream' | bigint = 'no_stream';
        for (let turn = 0; turn < 20; turn++) {
          const own: EventStore = stores[(writer + turn) % stores.length]!;
          ({ revision: head } = await own.append(`fund-${writer}`, head, someEvents(1 + ((writer + turn) % 3))));
        }
      };
      const polling = poll();
      await Promise.all(Array.from({ length: 6 }, (_, writer) => write(writer)));
      writing = false;
      await polling;

      const all = await everything(store);
      t.equal(new Set(idsOf(all)).size, all.length);
      t.strictSame(polled, all);
      await reader.until(all.length);
      t.strictSame(reader.seen, all);
      for (const [index, event] of all.entries()) t.ok(store.isAfter(event.position, all[index - 1]?.position));
    });

    const behind = unless(capabilities.refusesInstantsThatGoBack);
    t.test('it says whether recorded instants are in that order', async (t) => {
      const { store } = await create(t);
      t.equal(store.instantsInOrder, capabilities.refusesInstantsThatGoBack === true);
    });

    t.test('an event recorded before the last of the ledger is refused', behind, async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', [recordedAt('2016-04-01T09:00:00.001Z')]);
      const error = await rejection(
        t,
        store.append('fund-b', 'no_stream', [recordedAt('2016-04-01T09:00:00.000Z')]),
        RecordedBehind,
      );
      t.match(error.message, 'fund-b');
      await rejection(
        t,
        store.append('fund-b', 'no_stream', [
          recordedAt('2016-04-01T09:00:02.000Z'),
          recordedAt('2016-04-01T09:00:01.000Z'),
        ]),
        RecordedBehind,
      );
      t.strictSame(await store.readStream('fund-b'), []);
      t.equal((await everything(store)).length, 1);
    });

    t.test('an event recorded in the same millisecond as the last is taken', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', [recordedAt('2016-04-01T09:00:00.001Z')]);
      t.equal(
        (
          await store.append('fund-b', 'no_stream', [
            recordedAt('2016-04-01T09:00:00.001Z'),
            recordedAt('2016-04-02T00:00:00.000Z'),
          ])
        ).revision,
        1n,
      );
    });

    t.test('the same append again is the same, though time went on', async (t) => {
      const { store } = await create(t);
      const early = recordedAt('2016-04-01T09:00:00.000Z');
      const answer = await store.append('fund-a', 'no_stream', [early]);
      await store.append('fund-b', 'no_stream', [recordedAt('2016-04-01T10:00:00.000Z')]);
      t.strictSame(await store.append('fund-a', 'no_stream', [early]), answer);
    });
  });

  t.test(`${name} delivers to subscriptions`, async (t) => {
    t.test('what is there, then what comes, without gap or duplicate', async (t) => {
      const { store } = await create(t);
      const half = READ_PAGE_MAX - 100;
      await store.append('fund-a', 'no_stream', someEvents(half));
      await store.append('fund-b', 'no_stream', someEvents(half));
      let head: 'no_stream' | bigint = 'no_stream';
      const reader = followed(t, store, undefined, async () => {
        if (head === 'no_stream' || head < 4n) ({ revision: head } = await store.append('fund-c', head, [anEvent()]));
      });
      const writing = (async () => {
        let own: 'no_stream' | bigint = 'no_stream';
        for (let turn = 0; turn < 30; turn++) ({ revision: own } = await store.append('fund-d', own, someEvents(2)));
      })();
      await writing;
      await reader.until(2 * half + 60);
      await store.append('fund-e', 'no_stream', [anEvent()]);
      await until(() => reader.seen.some((event) => event.stream === 'fund-e'));
      reader.subscription.stop();
      await reader.subscription.ended;
      const all = await everything(store);
      t.strictSame(reader.seen, all.slice(0, reader.seen.length));
      t.ok(reader.seen.length >= 2 * half + 61);
    });

    t.test('only what comes after the position that is given', async (t) => {
      const { store } = await create(t);
      const [first, second] = [someEvents(2), someEvents(2)];
      const { position } = await store.append('fund-a', 'no_stream', first);
      await store.append('fund-a', 1n, second);
      const reader = followed(t, store, position);
      await reader.until(2);
      t.strictSame(idsOf(reader.seen), idsOf(second));
      const middle = followed(t, store, reader.seen[0]!.position);
      await middle.until(1);
      t.strictSame(idsOf(middle.seen), idsOf(second.slice(1)));
    });

    t.test('from the head, only what is new', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', someEvents(3));
      const reader = followed(t, store, await store.head());
      const next = anEvent();
      await store.append('fund-a', 2n, [next]);
      await reader.until(1);
      t.strictSame(idsOf(reader.seen), [next.id]);
    });

    t.test('to each subscription by itself', async (t) => {
      const { store } = await create(t);
      const [one, other] = [followed(t, store), followed(t, store)];
      await store.append('fund-a', 'no_stream', [anEvent()]);
      await Promise.all([one.until(1), other.until(1)]);
      one.subscription.stop();
      await one.subscription.ended;
      await store.append('fund-a', 0n, [anEvent()]);
      await other.until(2);
      t.equal(one.seen.length, 1);
    });

    t.test('one batch at a time, none of them empty, while the handler is awaited', async (t) => {
      const { store } = await create(t);
      const held = gate();
      let [calls, inFlight, most] = [0, 0, 0];
      const reader = followed(t, store, undefined, async (events) => {
        t.ok(events.length > 0);
        most = Math.max(most, ++inFlight);
        if (++calls === 1) await held.opened;
        await setImmediate();
        inFlight--;
      });
      await store.append('fund-a', 'no_stream', [anEvent()]);
      await until(() => calls === 1);
      for (let revision = 0n; revision < 3n; revision++) {
        await store.append('fund-a', revision, [anEvent()]);
        await setImmediate();
      }
      t.equal(calls, 1, 'nothing more before the first batch is done with');
      held.open();
      await reader.until(4);
      t.equal(most, 1);
      t.strictSame(reader.seen, await everything(store));
    });

    t.test('no further than an event whose handler throws', async (t) => {
      const { store } = await create(t);
      const failure = new Error('the handler failed');
      await store.append('fund-a', 'no_stream', someEvents(2));
      let calls = 0;
      const reader = followed(t, store, undefined, (events) => {
        calls++;
        if (events.some((event) => event.revision === 2n)) throw failure;
      });
      await reader.until(2);
      await store.append('fund-a', 1n, [anEvent()]);
      t.equal(await rejection(t, reader.subscription.ended, Error), failure);
      const so = calls;
      await store.append('fund-a', 2n, [anEvent()]);
      t.equal(calls, so, 'nothing is delivered after the end');
      const resumed = followed(t, store, reader.seen.at(-1)!.position);
      await resumed.until(2);
      t.strictSame(
        resumed.seen.map((event) => event.revision),
        [2n, 3n],
      );
    });

    t.test('and ends with the error of a handler that rejects', async (t) => {
      const { store } = await create(t);
      const failure = new Error('the handler failed later');
      await store.append('fund-a', 'no_stream', [anEvent()]);
      const { subscription } = followed(t, store, undefined, async () => {
        await setImmediate();
        throw failure;
      });
      t.equal(await rejection(t, subscription.ended, Error), failure);
    });

    t.test('and says that it caught up only once all that was there is handled', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', someEvents(3));
      const held = gate();
      let [calls, handled] = [0, 0];
      const handledWhenCaughtUp: number[] = [];
      const subscription = store.subscribe(undefined, {
        async handle(events) {
          if (++calls === 1) await held.opened;
          handled += events.length;
        },
        caughtUp() {
          handledWhenCaughtUp.push(handled);
        },
      });
      await until(() => calls === 1);
      await store.append('fund-a', 2n, someEvents(2));
      await setImmediate();
      t.strictSame(handledWhenCaughtUp, [], 'not while the first events are being handled');
      held.open();
      await until(() => handledWhenCaughtUp.length > 0);
      t.equal(handledWhenCaughtUp[0], 5);
      await store.append('fund-a', 4n, [anEvent()]);
      await until(() => handledWhenCaughtUp.at(-1) === 6);
      subscription.stop();
      await subscription.ended;
    });

    t.test('and says so at once where there is nothing', async (t) => {
      const { store } = await create(t);
      let caughtUp = false;
      const subscription = store.subscribe(undefined, {
        handle: nothing,
        caughtUp() {
          caughtUp = true;
        },
      });
      await until(() => caughtUp);
      subscription.stop();
      await subscription.ended;
    });

    t.test('until it is stopped, and then settles after the delivery under way', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', [anEvent()]);
      const held = gate();
      let [calls, handled] = [0, 0];
      const subscription = store.subscribe(undefined, {
        async handle() {
          calls++;
          await held.opened;
          handled++;
        },
      });
      const { settled, over } = ending(subscription);
      await until(() => calls === 1);
      subscription.stop();
      await store.append('fund-a', 0n, someEvents(2));
      t.notOk(over(), 'not while an event is being handled');
      held.open();
      await settled;
      await subscription.ended;
      t.equal(handled, 1);
      await store.append('fund-a', 2n, [anEvent()]);
      t.equal(calls, 1, 'nothing is delivered after the end');
    });

    t.test('until its own handler stops it', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', [anEvent()]);
      const { seen, subscription } = followed(t, store, undefined, () => subscription.stop());
      await until(() => seen.length === 1);
      await subscription.ended;
      subscription.stop();
      await store.append('fund-a', 0n, [anEvent()]);
      t.equal(seen.length, 1);
    });

    t.test('also where it is stopped before anything came, or as it says that it caught up', async (t) => {
      const { store } = await create(t);
      const early = store.subscribe(undefined, { handle: nothing });
      early.stop();
      await early.ended;
      const idle: Subscription = store.subscribe(undefined, { handle: nothing, caughtUp: () => idle.stop() });
      const { over } = ending(idle);
      await until(over);
      await idle.ended;
    });

    t.test('and ends with the error of a follower that fails when it caught up', async (t) => {
      const { store } = await create(t);
      const failure = new Error('the follower failed');
      const { ended } = store.subscribe(undefined, {
        handle: nothing,
        caughtUp() {
          throw failure;
        },
      });
      t.equal(await rejection(t, ended, Error), failure);
    });
  });

  t.test(`${name} shares its ledger`, unless(capabilities.sharesItsLedger), async (t) => {
    t.test('of two stores that race for one revision, one wins', async (t) => {
      const { store, another } = await create(t);
      const stores = [store, await another!()];
      let head: 'no_stream' | bigint = 'no_stream';
      for (let round = 0n; round < 10n; round++) {
        const expected: 'no_stream' | bigint = head;
        const outcomes = await Promise.allSettled(stores.map((each) => each.append('fund-a', expected, [anEvent()])));
        t.strictSame(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected']);
        const loser = outcomes.find((outcome) => outcome.status === 'rejected');
        t.match(loser?.reason, { name: 'ConcurrencyConflict', actual: String(round) });
        head = round;
      }
      t.equal((await store.readStream('fund-a')).length, 10);
    });

    t.test('what one appends, the other reads', async (t) => {
      const { store, another } = await create(t);
      const other = await another!();
      const events = someEvents(2);
      const { position } = await store.append('fund-a', 'no_stream', events);
      t.equal(await other.head(), position);
      t.strictSame(await everything(other), await everything(store));
      t.match(
        await other.append('fund-a', 'no_stream', events),
        { revision: 1n, position, asSent: true },
        'also repeated',
      );
    });

    t.test('a subscription on one delivers what the other commits', async (t) => {
      const { store, another } = await create(t);
      const other = await another!();
      const reader = followed(t, store);
      const { position } = await other.append('fund-a', 'no_stream', someEvents(2));
      await reader.until(2);
      await store.append('fund-b', 'no_stream', [anEvent()]);
      await other.append('fund-a', 1n, [anEvent()]);
      await reader.until(4);
      t.equal(reader.seen[1]?.position, position);
      t.strictSame(reader.seen, await everything(other));
    });
  });

  t.test(`${name} is in order and closes`, async (t) => {
    t.test('it finds itself in order, in words', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', [anEvent()]);
      const findings = await store.diagnose();
      t.ok(findings.length > 0);
      for (const { name, ok, words } of findings) {
        t.ok(ok, words);
        t.ok(name.length > 0 && words.length > 0);
      }
    });

    t.test('an append after closing finds the store unavailable', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', [anEvent()]);
      await store.close();
      const error = await rejection(t, store.append('fund-a', 0n, [anEvent()]), StoreUnavailable);
      t.ok(error.message.length > 0);
    });

    t.test('closing again does nothing', async (t) => {
      const { store } = await create(t);
      await store.close();
      await store.close();
    });

    t.test('closing settles the subscriptions', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', [anEvent()]);
      const reader = followed(t, store);
      await reader.until(1);
      await store.close();
      await ending(reader.subscription).settled;
    });
  });

  t.test(`${name} fails in words`, async (t) => {
    t.test('a conflict says what was expected and what was there, also as JSON', async (t) => {
      const { store } = await create(t);
      await store.append('fund-a', 'no_stream', someEvents(3));
      const error = await rejection(t, store.append('fund-a', 0n, [anEvent()]), ConcurrencyConflict);
      t.match(error, { name: 'ConcurrencyConflict', stream: 'fund-a', expected: '0', actual: '2' });
      for (const word of ['fund-a', '0', '2']) t.match(error.message, word);
      t.match(JSON.parse(JSON.stringify(error)), { stream: 'fund-a', expected: '0', actual: '2' });
    });

    t.test('every error of the port has a name and a message, and can be written as JSON', async (t) => {
      const cause = new Error('below');
      for (const [error, name] of [
        [new ConcurrencyConflict('fund-a', 1n, 'no_stream'), 'ConcurrencyConflict'],
        [new RecordedBehind('fund-a'), 'RecordedBehind'],
        [new StoreUnavailable('The disk is full.', cause), 'StoreUnavailable'],
        [new OutcomeUnknown('There was no answer.', cause), 'OutcomeUnknown'],
        [new NotALedger('This is a spreadsheet.', cause), 'NotALedger'],
      ] as const) {
        t.equal(error.name, name);
        t.ok(error.message.length > 0);
        t.doesNotThrow(() => JSON.stringify(error));
      }
    });
  });
}
