import { DatabaseSync } from '@photostructure/sqlite';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { folder, line, openedLedger } from '../support/ledger.js';
import { fund, service } from './support.js';

/** What clients are told while another program holds the ledger's file, or while its store does not answer. */

t.test('while another program is writing, figures are answered and acts wait in their order', async (t) => {
  const { get, post, ledger } = await service(t);
  const other = new DatabaseSync(ledger.file);
  t.teardown(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const names = ['one', 'two', 'three'];
  const answered: string[] = [];
  const acts = names.map(async (name) => {
    const answer = await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line({ line: name }) } });
    answered.push(name);
    return answer.json<{ revision: string }>().revision;
  });
  for (let asked = 0; asked < 10; asked++) {
    t.equal((await get(fund('/gap'))).statusCode, 200);
    await setTimeout(2);
  }
  t.same(answered, []);
  other.exec('ROLLBACK');
  t.same(await Promise.all(acts), ['1', '2', '3']);
  t.same(answered, names);

  other.exec('BEGIN IMMEDIATE');
  const body = { fact: { type: 'PlanLineSet', data: line({ line: 'four' }) } };
  const refused = await post(fund('/facts'), body, 'pool-manager', { 'idempotency-key': 'k4' });
  t.equal(refused.statusCode, 503);
  t.match(refused.json(), { code: 'store_busy', title: 'Another program is writing to the ledger' });
  t.match(refused.headers, { 'retry-after': /^\d+$/ });
  other.exec('ROLLBACK');
  const again = await post(fund('/facts'), body, 'pool-manager', { 'idempotency-key': 'k4' });
  t.match(again, { statusCode: 201, headers: { 'idempotency-replayed': undefined } });
});

t.test('whether it is ready is answered while the store says nothing, which is asked once', async (t) => {
  const store = openSqliteEventStore({ file: join(folder(t), 'ledger.sqlite') });
  let silent = false;
  let asked = 0;
  let answer = (): void => undefined;
  const ledger = await openedLedger(t, undefined, false, {
    ...store,
    async head() {
      if (silent) {
        asked++;
        await new Promise<void>((resolve) => (answer = resolve));
      }
      return store.head();
    },
  });
  const { app } = await service(t, {}, ledger);
  t.equal((await app.inject('/ready')).statusCode, 200);
  silent = true;
  const looks = await Promise.all([app.inject('/ready'), app.inject('/ready'), app.inject('/metrics')]);
  t.match(looks[0], { statusCode: 503 });
  t.match(looks[1].json(), { projector: { state: 'reconnecting', reason: /does not answer in time/ } });
  t.match(looks[2].body, /bcf_projector_state\{state="reconnecting"\} 1/);
  t.equal(asked, 1);
  silent = false;
  answer();
  await setTimeout(1);
  t.equal((await app.inject('/ready')).statusCode, 200);
});
