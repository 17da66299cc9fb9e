import { ConcurrencyConflict, type ExpectedRevision } from '../../src/store/event-store.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';

/**
 * A process that opens a ledger when told to, and appends to its own stream and to one shared with other processes. Its
 * arguments: the file, its name, and how many events for each stream.
 */
const [file, name, count] = process.argv.slice(2) as [string, string, string];

const event = (id: string) => ({
  id: `${name}-${id}`,
  type: 'Noted',
  data: '{}',
  metadata: '{"recordedAt":"2016-04-01T09:00:00.000Z"}',
});

async function write(): Promise<void> {
  const store = openSqliteEventStore({ file });
  let own: ExpectedRevision = 'no_stream';
  let shared: ExpectedRevision = 'no_stream';
  for (let turn = 0; turn < Number(count); turn++) {
    ({ revision: own } = await store.append(`fund-${name}`, own, [event(`own-${turn}`)]));
    for (let landed = false; !landed;) {
      try {
        ({ revision: shared } = await store.append('fund-shared', shared, [event(`shared-${turn}`)]));
        landed = true;
      } catch (error) {
        if (!(error instanceof ConcurrencyConflict)) throw error;
        shared = BigInt(error.actual);
      }
    }
  }
  await store.close();
}

process.once('message', () => {
  // A failure ends the process, with its stack on the terminal.
  void write().then(() => process.disconnect());
});
process.send!('ready');
