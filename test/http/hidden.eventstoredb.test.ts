import t from 'tap';
import { CATEGORIES, fundStream } from '../../src/ledger/catalogue.js';
import { openEventStoreDB } from '../../src/store/eventstoredb/eventstoredb-event-store.js';
import { startServer } from '../support/eventstoredb/server.js';
import { FUND, line, openedLedger } from '../support/ledger.js';
import { fund, service } from './support.js';

t.test('an act whose events are hidden is not repeated, and that is said in words', async (t) => {
  const server = await startServer();
  t.teardown(() => server.close());
  const store = openEventStoreDB({ connection: server.connection, categories: CATEGORIES });
  const { post } = await service(t, {}, await openedLedger(t, undefined, false, store));
  const set = (name: string, key: string) =>
    post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line({ line: name }) } }, 'pool-manager', {
      'idempotency-key': key,
    });
  for (const [name, key] of [
    ['one', 'k1'],
    ['two', 'k2'],
    ['three', 'k3'],
  ] as const) {
    t.equal((await set(name, key)).statusCode, 201);
  }
  const events = server.log.events.length;
  for (const before of [3, 100]) {
    server.log.hide(fundStream(FUND), before);
    const answer = await set('one', 'k1');
    t.equal(answer.statusCode, 503);
    t.match(answer.json(), { code: 'events_hidden', remedy: /operator/ });
  }
  t.equal(server.log.events.length, events);
  server.log.hide(fundStream(FUND), 0);
  t.match(await set('one', 'k1'), { statusCode: 201, headers: { 'idempotency-replayed': 'true' } });
});
