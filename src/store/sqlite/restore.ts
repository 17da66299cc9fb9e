import { existsSync, renameSync, rmSync } from 'node:fs';
import { hexOf } from '../../../evidence/tree.js';
import { StoreUnavailable } from '../event-store.js';
import { storedTree } from '../stored-tree.js';
import { backUp } from './backup.js';
import { putHead, readHead, type Head } from './noted-head.js';
import { openSqliteEventStore } from './sqlite-event-store.js';

/**
 * Puts a backup in the place of a ledger’s file, which nobody may be using. The file that was there is kept under another
 * name, which is returned. How far it went is noted beside the ledger, where that was not noted before and can be read: so
 * that whoever opens the ledger next is told what the backup has not. `stamp` tells one old file from another.
 *
 * Throws {@link StoreUnavailable}, and replaces nothing, where the backup cannot be copied, or is one of another ledger.
 */
export async function putBack(
  from: string,
  file: string,
  { program, stamp }: { readonly program: string; readonly stamp: string },
): Promise<string | undefined> {
  const noted = readHead(file);
  const was = noted ?? (await headIn(file, program));
  const backup = await headIn(from, program);
  if (was && backup && was.ledger !== backup.ledger)
    throw new StoreUnavailable(`${from} is a backup of another ledger than ${file}. Nothing was replaced.`);
  const copy = `${file}.restored`;
  rmSync(copy, { force: true });
  await backUp(from, copy);
  if (was && !noted) putHead(file, was);
  const kept = existsSync(file) ? `${file}.before-${stamp}` : undefined;
  for (const end of ['', '-wal', '-shm']) if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${kept}${end}`);
  renameSync(copy, file);
  return kept;
}

/** How far a file goes; undefined where there is none, it cannot be read, or it is of a program that kept no tree. */
async function headIn(file: string, program: string): Promise<Head | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    const store = openSqliteEventStore({ file, readOnly: true });
    try {
      const size = Number(await store.head());
      const root = await storedTree(store)!.rootAt(size);
      const [first] = await store.leaves!(0, 1);
      return { ledger: hexOf(first!), size, root: hexOf(root), program };
    } finally {
      await store.close();
    }
  } catch {
    return undefined;
  }
}
