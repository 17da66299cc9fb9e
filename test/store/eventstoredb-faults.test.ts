import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import grpc from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import {
  ConcurrencyConflict,
  EventsHidden,
  NotALedger,
  OutcomeUnknown,
  StoreUnavailable,
  type EventStore,
  type ExpectedRevision,
} from '../../src/store/event-store.js';
import { openEventStoreDB } from '../../src/store/eventstoredb/eventstoredb-event-store.js';
import {
  accessDenied,
  conflictsAt,
  conflictsWithItself,
  cutAfter,
  cutBefore,
  cutDuring,
  failAfter,
  loseAcknowledgement,
  refusal,
  refuse,
  silence,
  slowly,
  startServer,
  streamDeleted,
  type AppendFault,
  type TestServer,
} from '../support/eventstoredb/server.js';
import { folder } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { anEvent, everything, followed, idsOf, rejection, someEvents, until } from './conformance.js';
import { CATEGORIES } from './eventstoredb.js';

/** For tests in which an answer never comes. It is long enough for the others, on a shared machine. */
const SHORT_MS = 400;

async function served(t: Test, nodes = 1): Promise<TestServer> {
  const server = await startServer(nodes);
  t.teardown(() => server.close());
  return server;
}

function open(t: Test, { connection }: TestServer, deadlineMs = 5_000): EventStore {
  const store = openEventStoreDB({ connection, categories: CATEGORIES, deadlineMs, pauseMs: 1 });
  t.teardown(() => store.close());
  return store;
}

const { INTERNAL, DATA_LOSS, ABORTED, CANCELLED, UNAVAILABLE, INVALID_ARGUMENT } = grpc.status;

const asUsual: AppendFault = ({ write, answer }) => answer(null, write());

const PASSING: readonly (readonly [name: string, fault: AppendFault])[] = [
  ['the connection is cut before it is written', cutBefore],
  ['the connection is cut while it is written', cutDuring],
  ['the connection is cut after it was written', cutAfter],
  ['its acknowledgement is lost', loseAcknowledgement],
  ['nothing is heard of it', silence],
  ['the server answers late', slowly(2 * SHORT_MS)],
  ['the server is not ready', refuse(refusal(UNAVAILABLE, 'Server Is Not Ready'))],
  ['the server fails inside', failAfter(refusal(INTERNAL, 'Received RST_STREAM'))],
  ['the server has lost data on the way', failAfter(refusal(DATA_LOSS, 'lost'))],
  ['the server gives up waiting for its followers', failAfter(refusal(ABORTED, 'Operation timed out'))],
  ['the server cancels it', refuse(refusal(CANCELLED, 'Cancelled by the server'))],
];

t.test('an append is recorded once where', async (t) => {
  for (const [name, fault] of PASSING) {
    t.test(name, async (t) => {
      const server = await served(t);
      const store = open(t, server, SHORT_MS);
      const [first, second] = [someEvents(2), someEvents(2)];
      await store.append('fund-a', 'no_stream', first);
      server.panel.appends.push(fault);
      const answer = await store.append('fund-a', 1n, second);
      t.match(answer, { revision: 3n, asSent: true });
      t.strictSame(await store.append('fund-a', 1n, second), answer, 'and asked again it answers the same');
      t.strictSame(idsOf(await everything(store)), idsOf([...first, ...second]));
      t.equal(await store.head(), answer.position);
    });
  }

  t.test('any of these come in any order', async (t) => {
    const faults = fc.array(fc.option(fc.constantFrom(...PASSING), { nil: undefined, freq: 1 }), { maxLength: 8 });
    await asyncProperty(
      t,
      fc.asyncProperty(faults, async (chosen) => {
        const server = await startServer();
        const store = openEventStoreDB({ ...server, categories: CATEGORIES, deadlineMs: SHORT_MS / 2, pauseMs: 1 });
        const events = someEvents(8);
        server.panel.appends.push(...chosen.map((each) => each?.[1] ?? asUsual));
        let head: ExpectedRevision = 'no_stream';
        for (const event of events) {
          for (let settled = false; !settled;) {
            try {
              ({ revision: head } = await store.append('fund-a', head, [event]));
              settled = true;
            } catch (error) {
              if (!(error instanceof OutcomeUnknown || error instanceof StoreUnavailable)) throw error;
            }
          }
        }
        const recorded = idsOf(await everything(store));
        await store.close();
        await server.close();
        return recorded.join() === idsOf(events).join();
      }),
      10,
    );
  });
});

t.test('an append whose outcome is not known says so, and repeating it settles it', async (t) => {
  const server = await served(t);
  const store = open(t, server, SHORT_MS);
  const event = anEvent();
  server.panel.appends.push(...Array<AppendFault>(4).fill(loseAcknowledgement));
  const error = await rejection(t, store.append('fund-a', 'no_stream', [event]), OutcomeUnknown);
  t.match(error.message, /not known whether fund-a was written/);
  t.match(await store.append('fund-a', 'no_stream', [event]), { revision: 0n, asSent: true });
  t.strictSame(idsOf(await everything(store)), [event.id]);

  server.panel.appends.push(loseAcknowledgement, refuse(accessDenied()));
  await rejection(t, store.append('fund-a', 0n, [anEvent()]), OutcomeUnknown);
  t.equal((await everything(store)).length, 2, 'whatever else the server says after that');

  server.panel.reads.push(...Array.from({ length: 4 }, () => silence));
  const unread = anEvent();
  t.match((await rejection(t, store.append('fund-a', 1n, [unread]), OutcomeUnknown)).message, /could not be read back/);
  t.match(await store.append('fund-a', 1n, [unread]), { revision: 2n, asSent: true });
});

t.test('an append that somebody else came before, after its own answer was lost, conflicts', async (t) => {
  const server = await served(t);
  const [store, other] = [open(t, server, SHORT_MS), open(t, server)];
  server.panel.appends.push(silence);
  const late = store.append('fund-a', 'no_stream', [anEvent()]);
  await until(() => server.panel.appends.length === 0);
  const [theirs] = [anEvent()];
  await other.append('fund-a', 'no_stream', [theirs]);
  t.match(await rejection(t, late, ConcurrencyConflict), { expected: 'no_stream', actual: '0' });
  t.strictSame(idsOf(await everything(store)), [theirs.id]);
});

t.test('what the server refuses for good is not tried again, and nothing is written', async (t) => {
  const server = await served(t);
  const store = open(t, server);
  for (const [error, of, words] of [
    [accessDenied(), StoreUnavailable, /refuses the user or password/],
    [streamDeleted('fund-a'), NotALedger, /deleted on the server\. Restore a backup/],
    [
      refusal(INVALID_ARGUMENT, 'too large', { exception: 'maximum-append-size-exceeded', 'maximum-append-size': '9' }),
      StoreUnavailable,
      /no append as large/,
    ],
    [refusal(INVALID_ARGUMENT, 'exceeds Maximum Append Event Size'), StoreUnavailable, /cannot use what it was asked/],
  ] as const) {
    server.panel.appends.push(refuse(error));
    t.match((await rejection(t, store.append('fund-a', 'no_stream', [anEvent()]), of)).message, words);
    t.equal(server.panel.appends.length, 0);
  }
  t.match(
    (await rejection(t, store.append('fund-a', 'no_stream', [anEvent({ id: 'x' })]), StoreUnavailable)).message,
    /UUID/,
  );
  server.panel.reads.push(({ refuse }) => refuse(streamDeleted('fund-a')));
  await rejection(t, store.readStream('fund-a'), NotALedger);
  t.equal(await store.head(), undefined);
});

t.test('what would not be read, or not be taken, is not sent', async (t) => {
  const server = await served(t);
  const store = open(t, server);
  const elsewhere = await rejection(t, store.append('orders-1', 'no_stream', [anEvent()]), StoreUnavailable);
  t.match(elsewhere.message, /Nothing was written to orders-1: the ledger's streams are those of fund, Fund, register/);
  const large = Array.from({ length: 11 }, () => anEvent({ data: `"${'x'.repeat(100_000)}"` }));
  t.match((await rejection(t, store.append('fund-a', 'no_stream', large), StoreUnavailable)).message, /1048576/);
  await store.append('fund-a', 'no_stream', large.slice(0, 10));
  t.equal((await everything(store)).length, 10);
});

t.test('a read that fails is tried again, and given up in words', async (t) => {
  const server = await served(t);
  const store = open(t, server, SHORT_MS);
  await store.append('fund-a', 'no_stream', someEvents(3));
  const lost = refusal(UNAVAILABLE, 'Server Is Too Busy');
  server.panel.reads.push(
    silence,
    ({ node }) => node.cut(),
    ({ refuse }) => refuse(lost),
  );
  t.equal((await store.readStream('fund-a')).length, 3);
  server.panel.reads.push(...Array.from({ length: 4 }, () => silence));
  const error = await rejection(t, store.readAll(), StoreUnavailable);
  t.match(error.message, /^The event store at 127\.0\.0\.1:\d+ does not answer: no answer within 800 ms/);
  t.equal((await store.readAll()).length, 3);
  t.strictSame(await store.readStream('fund-a', { limit: 0 }), []);
});

t.test('a server that is not there is unavailable, for appends too', async (t) => {
  const server = await served(t);
  const store = open(t, server);
  server.nodes[0]!.down();
  await rejection(t, store.append('fund-a', 'no_stream', [anEvent()]), StoreUnavailable);
  await rejection(t, store.head(), StoreUnavailable);
  await rejection(t, store.diagnose(), StoreUnavailable);
  await server.nodes[0]!.up();
  await store.append('fund-a', 'no_stream', [anEvent()]);
});

t.test('a cluster', async (t) => {
  t.test('whose leader moves is followed to it', async (t) => {
    const server = await served(t, 3);
    const store = open(t, server);
    const reader = followed(t, store);
    let head: ExpectedRevision = 'no_stream';
    for (const leader of [0, 1, 2, 1]) {
      server.lead(leader);
      ({ revision: head } = await store.append('fund-a', head, [anEvent()]));
      t.equal((await store.readAll()).length, Number(head) + 1);
    }
    await reader.until(4);
    t.strictSame(reader.seen, await everything(store));
  });

  t.test('that loses its leader goes on with another', async (t) => {
    const server = await served(t, 3);
    const store = open(t, server);
    const reader = followed(t, store);
    await store.append('fund-a', 'no_stream', [anEvent()]);
    await reader.until(1);
    server.nodes[0]!.down();
    server.lead(1);
    await store.append('fund-a', 0n, [anEvent()]);
    await reader.until(2);
    t.strictSame(reader.seen, await everything(store));
  });

  t.test('of which a node breaks off while the others are sought in vain ends no process', async (t) => {
    const server = await served(t, 2);
    const connection = server.connection.replace('discoveryInterval=5', 'discoveryInterval=100');
    const store = open(t, { ...server, connection });
    const reader = followed(t, store);
    await store.append('fund-a', 'no_stream', [anEvent()]);
    await reader.until(1);
    server.lead(1);
    await store.append('fund-a', 0n, [anEvent()]);
    await reader.until(2);
    server.nodes[0]!.shut();
    server.nodes[1]!.down();
    const failing = rejection(t, store.append('fund-a', 1n, [anEvent()]), Error);
    await setTimeout(120);
    server.nodes[0]!.cut();
    await failing;
    for (const node of server.nodes) await node.up();
    await until(() => server.panel.subscriptions() === 1);
  });

  t.test('that is lost whole is found again', async (t) => {
    const server = await served(t, 2);
    const store = open(t, server);
    const reader = followed(t, store);
    await store.append('fund-a', 'no_stream', [anEvent()]);
    await reader.until(1);
    for (const node of server.nodes) node.down();
    await Promise.all(Array.from({ length: 3 }, () => rejection(t, store.append('fund-a', 0n, [anEvent()]), Error)));
    await rejection(t, store.head(), StoreUnavailable);
    for (const node of server.nodes) await node.up();
    await store.append('fund-a', 0n, [anEvent()]);
    await reader.until(2);
  });
});

t.test('a subscription', async (t) => {
  t.test('that is dropped again and again delivers every event once', async (t) => {
    const server = await served(t);
    const store = open(t, server);
    const reasons: string[] = [];
    const seen: string[] = [];
    let levels = 0;
    const subscription = store.subscribe(undefined, {
      handle: (events) => void seen.push(...idsOf(events)),
      caughtUp: () => levels++,
      interrupted: (why) => reasons.push(why),
    });
    t.teardown(() => subscription.stop());
    server.panel.repeated = 3;
    let head: ExpectedRevision = 'no_stream';
    for (const [index, drop] of [
      () => server.panel.dropSubscriptions(refusal(UNAVAILABLE, 'Server Is Not Ready')),
      () => server.panel.dropSubscriptions(refusal(CANCELLED, 'Consumer too slow')),
      () => server.panel.dropSubscriptions(),
      () => server.nodes[0]!.cut(),
    ].entries()) {
      ({ revision: head } = await store.append('fund-a', head, someEvents(5)));
      await until(() => seen.length === 5 * (index + 1) && levels > 0);
      levels = 0;
      drop();
      await until(() => reasons.length > index);
    }
    await store.append('fund-a', head, someEvents(5));
    await until(() => seen.length === 25);
    t.strictSame(seen, idsOf(await everything(store)));
    t.match(reasons[2], 'The server ended the subscription.');
  });

  t.test('in which the server passes over an event asks for it again', async (t) => {
    const server = await served(t);
    const store = open(t, server);
    await store.append('fund-a', 'no_stream', someEvents(6));
    server.panel.passedOver.add(server.log.stream('fund-a')[3]!);
    const reader = followed(t, store);
    await reader.until(6);
    t.strictSame(reader.seen, await everything(store));
  });

  t.test('ends in words where the server no longer has an event', async (t) => {
    const server = await served(t);
    const store = open(t, server);
    await store.append('fund-a', 'no_stream', someEvents(6));
    server.log.truncate('fund-a', 2);
    const reader = followed(t, store);
    const error = await rejection(t, reader.subscription.ended, NotALedger);
    t.match(error.message, /Revision 0 of fund-a is missing before revision 2\. .* restore a backup/);
    t.strictSame(reader.seen, []);

    const [, , third] = server.log.stream('fund-a');
    await store.append('fund-b', 'no_stream', someEvents(3));
    const later = followed(t, store, String(third!.position));
    await later.until(4);
    t.equal(later.seen[0]?.revision, 5n, 'also where it began later, and nothing is missing from there on');
  });

  t.test('is not level while the server cannot say how far its log goes', async (t) => {
    const server = await served(t);
    const store = open(t, server, SHORT_MS);
    const reasons: string[] = [];
    let level = false;
    server.panel.reads.push(({ serve }) => serve(), ...Array.from({ length: 4 }, () => silence));
    const subscription = store.subscribe(undefined, {
      handle: () => undefined,
      caughtUp() {
        level = true;
      },
      interrupted: (why) => reasons.push(why),
    });
    await until(() => level);
    t.match(reasons, [/does not answer/]);
    subscription.stop();
    await subscription.ended;
  });

  t.test('that finds no server can be stopped while it waits, and needs no ear for it', async (t) => {
    const server = await served(t);
    const store = openEventStoreDB({ ...server, categories: CATEGORIES, pauseMs: 100_000 });
    t.teardown(() => store.close());
    server.nodes[0]!.down();
    let told = false;
    const waiting = store.subscribe(undefined, {
      handle: () => undefined,
      interrupted() {
        told = true;
      },
    });
    await until(() => told);
    waiting.stop();
    await waiting.ended;
    const deaf = store.subscribe(undefined, { handle: () => undefined });
    const stopping: { stop?: () => void } = {};
    const atOnce = store.subscribe(undefined, { handle: () => undefined, interrupted: () => stopping.stop!() });
    stopping.stop = () => atOnce.stop();
    await atOnce.ended;
    deaf.stop();
    await deaf.ended;
  });

  t.test('stopped while it asks how far the log goes says nothing more', async (t) => {
    const server = await served(t);
    const store = open(t, server);
    let told = false;
    server.panel.reads.push(
      ({ serve }) => serve(),
      ({ serve }) => {
        subscription.stop();
        serve();
      },
    );
    const subscription = store.subscribe(undefined, {
      handle: () => undefined,
      caughtUp() {
        told = true;
      },
    });
    await subscription.ended;
    t.notOk(told);
  });
});

t.test('what others keep on the same server is passed over', async (t) => {
  const server = await served(t);
  const store = open(t, server);
  const reader = followed(t, store);
  server.log.write('orders-1');
  server.log.write('funds-1', { metadata: Buffer.from('"\\ud800"'), data: Buffer.from('{') });
  const first = await store.append('fund-a', 'no_stream', someEvents(2));
  for (let count = 0; count < 3_000; count++) server.log.write('$ce-fund', { type: '$>' });
  const alone = open(t, server);
  t.equal(await alone.head(), first.position, 'however far back the last event of the ledger is');
  t.equal(await alone.head(), first.position, 'also where nothing was written since');
  server.log.write('$ce-fund', { type: '$>' });
  t.equal(await alone.head(), first.position, 'or nothing of the ledger');
  t.equal(await store.head(), first.position);
  t.equal(await store.head(), first.position, 'also asked again');
  const second = await store.append('fund-b', 'no_stream', someEvents(1));
  t.equal(await store.head(), second.position);
  const heads = await Promise.all([store.head(), store.head(), store.head()]);
  t.strictSame([...new Set(heads)], [second.position]);
  t.equal((await store.readAll({ limit: 3 })).length, 3, 'a page is filled from behind them');
  await reader.until(3);
  t.strictSame(reader.seen, await everything(store));
});

t.test('what others wrote into a stream of the ledger is given as it is', async (t) => {
  const server = await served(t);
  const store = open(t, server);
  server.log.write('fund-a', { data: Buffer.from('{ "b": 1, "a": 2 }') });
  server.log.write('fund-a', { contentType: 'application/octet-stream', data: Buffer.from('{ "b": 1 }') });
  server.log.write('fund-a', { metadata: Buffer.from('not JSON') });
  t.match(await store.readStream('fund-a'), [
    { data: '{"a":2,"b":1}', metadata: '' },
    { data: '{ "b": 1 }', metadata: '' },
    { data: '{}', metadata: 'not JSON' },
  ]);
});

t.test('a closed store', async (t) => {
  const server = await served(t);
  const store = open(t, server);
  server.panel.appends.push(slowly(30));
  const last = store.append('fund-a', 'no_stream', [anEvent()]);
  await until(() => server.panel.appends.length === 0);
  const closing = store.close();
  await closing;
  t.match(await last, { revision: 0n, asSent: true }, 'what was under way is waited for');
  t.equal(server.log.stream('fund-a').length, 1);
  for (const asked of [store.readStream('fund-a'), store.readAll(), store.head(), store.diagnose()]) {
    await rejection(t, asked, StoreUnavailable);
  }
  await rejection(t, store.append('fund-a', 0n, [anEvent()]), StoreUnavailable);
  const late = store.subscribe(undefined, { handle: () => undefined });
  late.stop();
  await rejection(t, late.ended, StoreUnavailable);
});

const openssl = spawnSync('openssl', ['version']).status === 0;

t.test(
  'a server with a certificate is asked in the name of a user, and only where its authority is known',
  { skip: openssl ? false : 'there is no openssl on this machine to make a certificate with' },
  async (t) => {
    const path = folder(t);
    const [key, certificate] = [join(path, 'key.pem'), join(path, 'certificate.pem')];
    const make = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1';
    spawnSync('openssl', [...make.split(' '), '-keyout', key, '-out', certificate]);
    const security = { key: readFileSync(key), certificate: readFileSync(certificate), user: 'ledger:p@ss:word' };
    const server = await startServer(1, security);
    t.teardown(() => server.close());
    const at = (user: string, authority = `&tlsCAFile=${encodeURIComponent(certificate)}`) =>
      open(t, {
        ...server,
        connection: `esdb://${user}@127.0.0.1:${server.nodes[0]!.port}?tls=true${authority}`,
      });
    const store = at('ledger:p%40ss%3Aword');
    const events = someEvents(2);
    await store.append('fund-a', 'no_stream', events);
    const reader = followed(t, store);
    await reader.until(2);
    t.strictSame(idsOf(await everything(store)), idsOf(events));
    t.match(await store.diagnose(), [{ ok: true }, { name: 'connection', ok: true, words: /encrypted/ }]);
    const wrong = at('ledger:guess');
    t.match((await rejection(t, wrong.readAll(), StoreUnavailable)).message, /refuses the user or password/);
    await rejection(t, wrong.append('fund-a', 1n, [anEvent()]), StoreUnavailable);
    await rejection(t, at('ledger:p%40ss%3Aword', '').head(), StoreUnavailable);
  },
);

t.test('a connection string', async (t) => {
  const opened = (connection: string) => openEventStoreDB({ connection, categories: CATEGORIES });
  const PASSWORD = 'Pa55word';

  t.test('that cannot be used is refused in words that do not repeat it', async (t) => {
    for (const [connection, words] of [
      [`esdb://admin:${PASSWORD}@`, /cannot be read/],
      [`http://admin:${PASSWORD}@host`, /cannot be read/],
      [`esdb://admin:${PASSWORD}@@host`, /percent-encoded/],
      [`esdb://admin:${PASSWORD}%@host`, /not percent-encoded/],
      [`esdb://admin:${PASSWORD}@host?tlsVerifyCert=false`, /may not be used/],
      [`esdb://admin:${PASSWORD}@host?throwOnAppendFailure=false&tls=true`, /may not be used/],
      [`esdb://admin:${PASSWORD}@host?${PASSWORD}=1`, /may not be used/],
      [`esdb://admin:${PASSWORD}@host?nodePreference=${PASSWORD}`, /does not take/],
      [`esdb://admin:${PASSWORD}@host?tlsCAFile=/nowhere/${PASSWORD}.crt`, /certificate file/],
      [`esdb://host?tls=true`, /must name a user and a password/],
      [`esdb://host?tls=false&tls=true`, /must name a user and a password/],
    ] as const) {
      const written: string[] = [];
      const spy = t.capture(console, 'warn', (...words: unknown[]) => void written.push(words.join()));
      try {
        opened(connection);
        t.fail(connection);
      } catch (error) {
        t.type(error, StoreUnavailable);
        t.match((error as Error).message, words);
        t.notMatch(JSON.stringify([error, (error as Error).stack, (error as Error).cause]), PASSWORD);
      }
      t.strictSame(written, []);
      spy.restore();
    }
  });

  t.test('shows its hosts alone', async (t) => {
    const store = opened(`esdb://admin:${PASSWORD}@10.0.0.1:2111,10.0.0.2:2112/?tls=true`);
    t.equal(store.where, '10.0.0.1:2111, 10.0.0.2:2112');
    await store.close();
  });

  t.test('that leaves what is sent open to others is found wanting', async (t) => {
    const server = await served(t);
    const port = server.nodes[0]!.port;
    const loopback = opened(`esdb://127.0.0.1:${port}?tls=false`);
    t.match(await loopback.diagnose(), [
      { ok: true, words: /holds no ledger yet/ },
      { name: 'connection', ok: true },
    ]);
    const open = opened(`esdb://0.0.0.0:${port}?tls=false`);
    t.match(await open.diagnose(), [{ ok: true }, { name: 'connection', ok: false, words: /not encrypted/ }]);
    await loopback.close();
    await open.close();
  });
});

t.test('a conflict is believed once the event in the way can be read and is another’s', async (t) => {
  t.test('it may be the append itself', async (t) => {
    const server = await served(t);
    const store = open(t, server);
    const events = someEvents(2);
    server.panel.appends.push(conflictsWithItself(1));
    t.match(await store.append('fund-a', 'no_stream', events), { revision: 1n, asSent: true });
    t.strictSame(idsOf(await everything(store)), idsOf(events));
  });

  t.test('it may be of events that only one server has, and then nothing is known', async (t) => {
    const server = await served(t);
    const store = open(t, server);
    await store.append('fund-a', 'no_stream', [anEvent()]);
    server.panel.appends.push(...Array<AppendFault>(4).fill(conflictsAt(1)));
    const event = anEvent();
    const unknown = await rejection(t, store.append('fund-a', 0n, [event]), OutcomeUnknown);
    t.match(unknown.message, /does not give them yet/);
    server.panel.appends.push(conflictsAt(1), conflictsAt(1));
    t.match(await store.append('fund-a', 0n, [event]), { revision: 1n }, 'until it is');
    t.equal((await everything(store)).length, 2);
  });

  t.test('a stream that was deleted for ever is at no revision', async (t) => {
    const server = await served(t);
    const store = open(t, server);
    server.panel.appends.push(conflictsAt(2n ** 63n - 1n));
    const deleted = await rejection(t, store.append('fund-a', 'no_stream', [anEvent()]), NotALedger);
    t.match(deleted.message, /has been deleted on the server/);
  });
});

t.test('a stream whose first events are hidden is not read as if it began later', async (t) => {
  const server = await served(t);
  const store = open(t, server);
  await store.append('fund-a', 'no_stream', someEvents(4));
  server.log.hide('fund-a', 2);
  const hidden = await rejection(t, store.readStream('fund-a'), EventsHidden);
  t.match(hidden.message, /no longer gives revision 0 of fund-a.*\$maxCount/);
  t.equal((await store.readStream('fund-a', { after: 1n })).length, 2);
  t.equal((await store.readAll()).length, 4, 'all streams together give them still');
});
