import { closeSync, openSync } from 'node:fs';
import { backup, DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { NotALedger, StoreUnavailable } from '../event-store.js';

/** All pages in one step: one reading of the file as it is at one moment, which posting does not wait for. */
const ALL_PAGES = 0x7fffffff;

/**
 * Copies a ledger’s file, which may be in use, to a new one that is its owner’s alone, by SQLite’s own backup.
 * Throws {@link StoreUnavailable} where the new file is there already or cannot be written, and {@link NotALedger} where
 * there is nothing to copy.
 */
export async function backUp(file: string, to: string): Promise<void> {
  let db: DatabaseSyncInstance;
  try {
    db = new DatabaseSync(file, { readOnly: true });
  } catch (error) {
    throw new NotALedger(`${file} cannot be read: ${(error as Error).message}`, error);
  }
  try {
    // Made first, so that nobody else can ever read it: SQLite would make it readable by all.
    closeSync(openSync(to, 'wx', 0o600));
    await backup(db, to, { rate: ALL_PAGES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'there is a file of that name already; a backup is a new file' : message;
    throw new StoreUnavailable(`${to} cannot be written: ${why}.`, error);
  } finally {
    db.close();
  }
}
