import { randomBytes } from 'node:crypto';
import t from 'tap';
import { ConcurrencyConflict, type EventStore, type RecordedEvent } from '../../src/store/event-store.js';
import { openEventStoreDB } from '../../src/store/eventstoredb/eventstoredb-event-store.js';
import { conformance } from './conformance.js';
import { CATEGORIES, EVENTSTOREDB } from './eventstoredb.js';

/**
 * The conformance suite against a real server: `npm run test:eventstoredb`, with its connection string in
 * BCF_EVENTSTOREDB. Each test writes streams of categories of its own, so that it finds the store empty and meets nobody
 * else's events; they stay on the server, so it should be one for tests.
 */
const connection = process.env['BCF_EVENTSTOREDB'];
const run = `conformance${randomBytes(4).toString('hex')}x`;
let tests = 0;

/** A store whose streams have other names on the server. */
function renamed(store: EventStore, prefix: string): EventStore {
  const plain = (event: RecordedEvent): RecordedEvent => ({ ...event, stream: event.stream.slice(prefix.length) });
  return {
    ...store,
    async append(stream, expected, events) {
      try {
        return await store.append(prefix + stream, expected, events);
      } catch (error) {
        if (!(error instanceof ConcurrencyConflict)) throw error;
        throw new ConcurrencyConflict(
          stream,
          expected,
          error.actual === 'no_stream' ? 'no_stream' : BigInt(error.actual),
        );
      }
    },
    readStream: async (stream, page) => (await store.readStream(prefix + stream, page)).map(plain),
    readAll: async (page) => (await store.readAll(page)).map(plain),
    subscribe: (after, follower) =>
      store.subscribe(after, { ...follower, handle: (events) => follower.handle(events.map(plain)) }),
  };
}

/** Run by itself, tap would end it after half a minute; a server on the other side of a network takes longer. */
const WITHIN_MS = 30 * 60_000;

t.setTimeout(WITHIN_MS);

if (connection === undefined) {
  t.comment(
    'BCF_EVENTSTOREDB is not set, so nothing was tested: it must hold the connection string of a server for tests.',
  );
  t.fail('there is no server to test');
} else {
  t.comment(`the streams of this run begin with ${run} and stay on the server`);
  conformance({
    name: 'the EventStoreDB store on a real server',
    async create(t) {
      const prefix = `${run}${++tests}x`;
      const open = () => {
        const store = openEventStoreDB({ connection, categories: CATEGORIES.map((category) => prefix + category) });
        t.teardown(() => store.close());
        return renamed(store, prefix);
      };
      return { store: open(), another: open };
    },
    capabilities: EVENTSTOREDB,
  });
}
