import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import t, { type Test } from 'tap';
import { createTreeCheck } from '../../../src/ledger/audit/tree-check.js';
import { asItLies } from '../../../src/store/pages.js';
import { openSqliteEventStore } from '../../../src/store/sqlite/sqlite-event-store.js';
import { everything, someEvents } from '../../store/conformance.js';
import { folder } from '../../support/ledger.js';

/** Faults of the tree of a file are reported with their place, neighbouring ones together. */

const FAULTS = {
  'an untouched file': ['SELECT 1', []],
  'a subtree replaced': [
    'UPDATE subtrees SET hash = zeroblob(32) WHERE place = 2',
    [
      'places 512 to 767: the subtree at place 2 of level 8 of the tree is not the hash of the bytes that the file holds.',
    ],
  ],
  'subtrees taken away from one on': [
    'DELETE FROM subtrees WHERE place >= 1',
    [
      'places 256 to 511: the subtree at place 1 of level 8 is missing from the tree, and the same holds of the 2 after it.',
    ],
  ],
  'all leaves taken away': [
    'DELETE FROM leaves',
    ['position 1: leaf 0 is missing from the tree, and the same holds of the 1099 after it.'],
  ],
  'events changed, one here and two there': [
    `UPDATE events SET data = '{}' WHERE position IN (7, 999, 1000)`,
    [
      'position 7: leaf 6 of the tree is not the hash of the bytes that the file holds.',
      'places 0 to 255: the subtree at place 0 of level 8 of the tree is not the hash of the bytes that the file holds.',
      'position 999: leaf 998 of the tree is not the hash of the bytes that the file holds, and the same holds of the 1 after it.',
      'places 768 to 1023: the subtree at place 3 of level 8 of the tree is not the hash of the bytes that the file holds.',
    ],
  ],
  'the last events taken away with their leaves': [
    'DELETE FROM events WHERE position > 1000; DELETE FROM leaves WHERE position > 1000',
    [
      'the end, after 1000 events: the tree has the subtree at place 3 of level 8 and no events for it: the last events were taken away.',
    ],
  ],
} as const;

/** A file of 1,100 events that was changed with a database tool. */
async function edited(t: Test, statement: string): Promise<string> {
  const file = join(folder(t), 'ledger.sqlite');
  const made = openSqliteEventStore({ file });
  await made.append('a', 'no_stream', someEvents(1_100));
  await made.close();
  const db = new DatabaseSync(file);
  for (const table of ['events', 'leaves', 'subtrees']) {
    for (const act of ['updated', 'deleted']) db.exec(`DROP TRIGGER ${table}_are_never_${act}`);
  }
  db.exec(statement);
  db.close();
  return file;
}

for (const [name, [statement, told]] of Object.entries(FAULTS)) {
  t.test(name, async (t) => {
    const store = openSqliteEventStore({ file: await edited(t, statement), readOnly: true });
    const found: string[] = [];
    const check = createTreeCheck(store, (where, words) => found.push(`${where}: ${words}`));
    const events = await everything(asItLies(store));
    for (let from = 0; from < events.length; from += 500) await check.page(events.slice(from, from + 500));
    t.equal((await check.end()).size, events.length);
    t.same(found.sort(), [...told].sort());
    await store.close();
  });
}
