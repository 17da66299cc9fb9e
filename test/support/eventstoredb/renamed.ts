import { randomBytes } from 'node:crypto';
import { ConcurrencyConflict, type EventStore, type RecordedEvent } from '../../../src/store/event-store.js';
import { openEventStoreDB } from '../../../src/store/eventstoredb/eventstoredb-event-store.js';

/**
 * Ledgers on a server that others use too. Each has streams in categories of its own, so it finds an empty store and no
 * events of others. The streams stay on the server, so it should be a test server.
 */
export interface SharedServer {
  /** What the names of its streams begin with. */
  readonly run: string;
  /** The place of a new ledger. Each call of the returned function opens a store on it. */
  ledger(categories: readonly string[]): () => EventStore;
}

export function sharedServer(connection: string): SharedServer {
  const run = `conformance${randomBytes(4).toString('hex')}x`;
  let ledgers = 0;
  return {
    run,
    ledger(categories) {
      const prefix = `${run}${++ledgers}x`;
      return () =>
        renamed(openEventStoreDB({ connection, categories: categories.map((category) => prefix + category) }), prefix);
    },
  };
}

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
