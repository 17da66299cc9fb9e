import t from 'tap';
import { sharedServer } from '../support/eventstoredb/renamed.js';
import { inOneOrder, racing } from '../support/one-order.js';
import { serveFrom } from '../support/sharing.js';
import { openEventStoreDBOnceStore } from '../../src/store/eventstoredb/once-store.js';
import { conformance } from './conformance.js';
import { onceConformance } from './once-conformance.js';
import { CATEGORIES, EVENTSTOREDB } from './eventstoredb.js';

/**
 * Runs the conformance tests against a real server, and then two services that share a ledger on it: `npm run
 * test:eventstoredb`, with the connection string in BCF_EVENTSTOREDB. `BCF_TEST_ACTS` is how many acts race; left out,
 * 1000.
 */
const connection = process.env['BCF_EVENTSTOREDB'];
const acts = Number(process.env['BCF_TEST_ACTS'] ?? 1_000);

/** Run alone, tap would end it after half a minute. A server across a network takes longer. */
const WITHIN_MS = 30 * 60_000;

t.setTimeout(WITHIN_MS);

if (connection === undefined) {
  t.comment(
    'BCF_EVENTSTOREDB is not set, so nothing was tested: it must hold the connection string of a server for tests.',
  );
  t.fail('there is no server to test');
} else {
  const server = sharedServer(connection);
  t.comment(`the streams of this run begin with ${server.run} and stay on the server`);
  conformance({
    name: 'the EventStoreDB store on a real server',
    async create(t) {
      const open = server.ledger(CATEGORIES);
      const another = () => {
        const store = open();
        t.teardown(() => store.close());
        return store;
      };
      return { store: another(), another };
    },
    capabilities: EVENTSTOREDB,
  });
  onceConformance(
    'an event store on a real server',
    async (t) => ({
      open() {
        const once = openEventStoreDBOnceStore({ connection });
        t.teardown(() => once.close());
        return once;
      },
    }),
    `${server.run} `,
  );
  serveFrom(server);
  t.test('what stands on a real server is what the rules accept', { timeout: WITHIN_MS }, (t) =>
    inOneOrder(t, 'a server', Math.min(acts, 8)),
  );
  t.test(`${acts} acts race through two services on a real server`, { timeout: WITHIN_MS }, (t) =>
    racing(t, 'a server', acts),
  );
}
