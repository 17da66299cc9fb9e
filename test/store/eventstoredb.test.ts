import { type Test } from 'tap';
import {
  openEventStoreDB,
  type EventStoreDBEventStore,
} from '../../src/store/eventstoredb/eventstoredb-event-store.js';
import { startServer, type TestServer } from '../support/eventstoredb/server.js';
import { conformance } from './conformance.js';
import { CATEGORIES, EVENTSTOREDB } from './eventstoredb.js';

async function served(t: Test, nodes = 1): Promise<TestServer> {
  const server = await startServer(nodes);
  t.teardown(() => server.close());
  return server;
}

function open(t: Test, { connection }: TestServer): EventStoreDBEventStore {
  const store = openEventStoreDB({ connection, categories: CATEGORIES, deadlineMs: 5_000, pauseMs: 1 });
  t.teardown(() => store.close());
  return store;
}

conformance({
  name: 'the EventStoreDB store',
  async create(t) {
    const server = await served(t);
    return { store: open(t, server), another: () => open(t, server) };
  },
  capabilities: EVENTSTOREDB,
});
