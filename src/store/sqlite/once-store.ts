import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { StoreUnavailable } from '../event-store.js';
import type { OnceStore } from '../once-store.js';

/** What has happened once, in a SQLite file of its own. Several services on one machine can share it. */
export function openSqliteOnceStore(file: string): OnceStore {
  // As the ledger’s own file, it is its owner’s alone; what SQLite keeps beside it follows it.
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: 2_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec('CREATE TABLE IF NOT EXISTS happened (what TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT');
  const insert = database.prepare('INSERT OR IGNORE INTO happened (what, until) VALUES (?, ?)');
  const forget = database.prepare('DELETE FROM happened WHERE until < ?');
  const find = database.prepare('SELECT 1 FROM happened WHERE what = ?');

  async function reached<T>(act: () => T): Promise<T> {
    try {
      return act();
    } catch (error) {
      throw new StoreUnavailable(`${file} cannot be reached: ${(error as Error).message}`, error);
    }
  }

  return {
    note: (what, until, now) =>
      reached(() => {
        forget.run(now);
        return insert.run(what, until).changes === 1;
      }),
    has: (what) => reached(() => find.get(what) !== undefined),
    close: async () => database.close(),
  };
}
