import type { Test } from 'tap';
import { CATEGORIES } from '../../src/ledger/catalogue.js';
import type { EventStore } from '../../src/store/event-store.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';

/** Which store the test ledgers of this process are on: the same tests run on each. */
type StoreKind = 'sqlite' | 'eventstoredb';

let kind: StoreKind = 'sqlite';

/** To be called before the tests are imported. */
export function runOn(chosen: StoreKind): void {
  kind = chosen;
}

/** A store of its own for a test: the file, or a test server that stands in its place. */
export async function testStore(t: Test, file: string): Promise<EventStore> {
  if (kind === 'sqlite') return openSqliteEventStore({ file });
  // Its client takes longer to load than many a test to run.
  const { openEventStoreDB } = await import('../../src/store/eventstoredb/eventstoredb-event-store.js');
  const { startServer } = await import('./eventstoredb/server.js');
  const server = await startServer();
  t.teardown(() => server.close());
  return openEventStoreDB({ connection: server.connection, categories: CATEGORIES });
}
