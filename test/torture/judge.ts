import { join } from 'node:path';
import { z } from 'zod';
import { OPERATOR } from '../../src/ledger/access.js';
import { ask } from '../../src/ledger/ask.js';
import { settableClock } from '../../src/ledger/clock.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { Refusal } from '../../src/domain/rules.js';
import { snapshotFile } from '../../src/store/snapshot-file.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { runHere } from '../cli/run.js';
import { at } from '../support/ledger.js';
import { AFTER_THE_STORY, FILE, JUDGE, QUESTIONS } from './room.js';

/**
 * A process that gets the folders of ledgers, and reports for each what `verify` finds and what its questions answer.
 * It is faster than starting the program for each ledger. A damaged ledger may end it; then it is started again.
 */

export interface Judged {
  /** The exit code of verify, and its words. */
  readonly verify: { readonly code: number; readonly words: string };
  /** Why the ledger was not opened, or stopped answering, in the program’s words. */
  readonly fault?: string;
  /** How many events were known from a snapshot. */
  readonly fromSnapshot?: number;
  /** The answers, each as JSON, or the words of a refusal. */
  readonly answers: readonly (string | { readonly refused: string })[];
}

async function judged(folder: string): Promise<Judged> {
  const { code, out, err } = await runHere(['verify', '--ledger', FILE], folder);
  const verify = { code: code!, words: `${out}${err}`.trim() };
  const file = join(folder, FILE);
  const answers: Judged['answers'][number][] = [];
  let fromSnapshot = 0;
  try {
    const snapshots = { file: snapshotFile(`${file}.snapshot`), program: () => JUDGE, write: false };
    const store = openSqliteEventStore({ file, readOnly: true, notedBy: JUDGE });
    try {
      const lost = store.lost?.();
      if (lost) throw new Error(lost.words);
      const ledger = await openLedger(store, settableClock(at(AFTER_THE_STORY)), { snapshots, proveEveryMs: 0 });
      fromSnapshot = ledger.fromSnapshot;
      // From here on, damage that the start did not look at is reported.
      await ledger.whenProven.catch(() => undefined);
      for (const { name, asked } of QUESTIONS) {
        const query = QUERIES.find((each) => each.name === name)!;
        const read = z.object({ ...query.params.shape, ...query.options.shape }).parse(asked);
        const answer = await ask(ledger, OPERATOR, query, read);
        answers.push(answer instanceof Refusal ? { refused: answer.detail } : JSON.stringify(answer));
      }
      await ledger.close();
    } finally {
      await store.close();
    }
  } catch (error) {
    return { verify, fault: (error as Error).message, fromSnapshot, answers };
  }
  return { verify, fromSnapshot, answers };
}

process.on('message', (folder: string) => {
  void judged(folder).then((found) => process.send!(found));
});
