import type { Test } from 'tap';
import { CATEGORIES } from '../../src/ledger/catalogue.js';
import type { EventStore } from '../../src/store/event-store.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';

/** The store of the test ledgers of this process. The same tests run on each. */
type StoreKind = 'sqlite' | 'eventstoredb';

let kind: StoreKind = 'sqlite';

/** Must be called before the tests are imported. */
export function runOn(chosen: StoreKind): void {
  kind = chosen;
}

/** A new store for a test: a file, or a test server in its place. */
export async function testStore(t: Test, file: string): Promise<EventStore> {
  if (kind === 'sqlite') return openSqliteEventStore({ file });
  // The client takes longer to load than many tests take to run.
  const { openEventStoreDB } = await import('../../src/store/eventstoredb/eventstoredb-event-store.js');
  const { startServer } = await import('./eventstoredb/server.js');
  const server = await startServer();
  t.teardown(() => server.close());
  return openEventStoreDB({ connection: server.connection, categories: CATEGORIES });
}
