import { statSync } from 'node:fs';
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import { StoreUnavailable } from '../../src/store/event-store.js';
import { openEventStoreDBOnceStore } from '../../src/store/eventstoredb/once-store.js';
import { openSqliteOnceStore } from '../../src/store/sqlite/once-store.js';
import {
  accessDenied,
  cutAfter,
  failAfter,
  loseAcknowledgement,
  ONCE_STREAM,
  refusal,
  refuse,
  startServer,
  type TestServer,
} from '../support/eventstoredb/server.js';
import { folder } from '../support/ledger.js';
import { LATER, NOW, onceConformance, type Kept } from './once-conformance.js';

/** Things that must happen once, in a file and on an event store, and faults of an event store. */

async function server(t: Test): Promise<TestServer & Kept> {
  const served = await startServer();
  t.teardown(() => served.close());
  return {
    ...served,
    open() {
      const once = openEventStoreDBOnceStore({ connection: served.connection, deadlineMs: 2_000, pauseMs: 1 });
      t.teardown(() => once.close());
      return once;
    },
  };
}

const KINDS: Readonly<Record<string, (t: Test) => Promise<Kept>>> = {
  'a file': async (t) => {
    const file = join(folder(t), 'once');
    return {
      open() {
        const once = openSqliteOnceStore(file);
        t.teardown(() => once.close().catch(() => undefined));
        return once;
      },
    };
  },
  'an event store': server,
};

for (const [name, create] of Object.entries(KINDS)) onceConformance(name, create);

t.test('on an event store a lost answer, a lost connection and a strange event are no second time', async (t) => {
  const { open, panel, log, close } = await server(t);
  const once = open();
  panel.appends.push(cutAfter);
  t.equal(await once.note('cut', LATER, NOW), true, 'it was written, asked again, and is its own');
  t.equal(await open().note('cut', LATER, NOW), false);
  panel.appends.push(failAfter(refusal(grpc.status.UNAVAILABLE, 'busy')));
  t.equal(await once.note('failed', LATER, NOW), true);
  log.write(ONCE_STREAM);
  t.equal(await once.note('after a stranger', LATER, NOW), true);
  t.equal(await open().has('after a stranger'), true);
  const before = log.stream(ONCE_STREAM).length;
  t.equal(await once.note('cut', LATER, NOW), false);
  t.equal(log.stream(ONCE_STREAM).length, before, 'what is known to have happened is not written again');
  const text = log.stream(ONCE_STREAM).map(({ data }) => Buffer.from(data).toString());
  t.notMatch(text.join(), /cut|failed/, 'it holds digests');
  panel.appends.push(loseAcknowledgement, loseAcknowledgement, loseAcknowledgement, loseAcknowledgement);
  const [lost] = await Promise.allSettled([open().note('lost', LATER, NOW)]);
  t.match(lost, { status: 'rejected', reason: StoreUnavailable });
  t.equal(await once.note('lost', LATER, NOW), false, 'what may have happened has happened');
  panel.appends.push(refuse(accessDenied()));
  await t.rejects(once.note('not allowed', LATER, NOW), /Access Denied|may not/i);
  t.equal(await once.note('not allowed', LATER, NOW), true, 'what was refused has not happened');
  await close();
  await t.rejects(once.has('cut'), StoreUnavailable);
});

t.test('on an event store more things than a page holds are read to the last', async (t) => {
  const kept = await server(t);
  const once = kept.open();
  t.equal(await once.note('first', LATER, NOW), true);
  for (let index = 0; index < 1_100; index++) kept.log.write(ONCE_STREAM);
  t.equal(await once.note('last', LATER, NOW), true);
  const fresh = kept.open();
  t.equal(await fresh.has('first'), true);
  t.equal(await fresh.has('last'), true);
});

t.test('its file is its owner’s alone, as the ledger’s is', async (t) => {
  const file = `${folder(t)}/once`;
  const once = openSqliteOnceStore(file);
  t.teardown(() => once.close());
  await once.note('a', 10, 1);
  for (const each of [file, `${file}-wal`, `${file}-shm`]) t.equal(statSync(each).mode & 0o777, 0o600, each);
});
