import { existsSync, renameSync, rmSync } from 'node:fs';
import { added, hexOf, rootOf, type Edge } from '../../../evidence/tree.js';
import { StoreUnavailable } from '../event-store.js';
import { leafOf } from '../leaf.js';
import { pages } from '../pages.js';
import { backUp } from './backup.js';
import { putHead, readHead, type Head } from './noted-head.js';
import { followed } from './open-file.js';
import { openSqliteEventStore } from './sqlite-event-store.js';

/**
 * Puts a backup in the place of a ledger’s file, which nobody may be using. The file that was there is kept under another
 * name, which is returned. How far it went is noted beside the ledger, where it can be read and went further than was noted:
 * so that whoever opens the ledger next is told what the backup has not. `stamp` tells one old file from another.
 *
 * Throws {@link StoreUnavailable}, and replaces nothing, where the backup cannot be copied, or is one of another ledger.
 */
export async function putBack(
  from: string,
  path: string,
  { program, stamp }: { readonly program: string; readonly stamp: string },
): Promise<string | undefined> {
  const file = followed(path);
  const noted = readHead(file);
  const there = await headIn(file, program);
  // A service that was killed may have recorded for a second what nobody noted.
  const went = there && there.size > (noted?.size ?? 0) ? there : noted;
  const backup = await headIn(from, program);
  if (!backup) throw new StoreUnavailable(`${from} cannot be read as a ledger. Nothing was replaced.`);
  if (went && went.ledger !== backup.ledger)
    throw new StoreUnavailable(`${from} is a backup of another ledger than ${file}. Nothing was replaced.`);
  const copy = `${file}.restored`;
  rmSync(copy, { force: true });
  await backUp(from, copy);
  if (went && went !== noted) putHead(file, went);
  // A log may be all that is left where the file was moved away.
  const old = ['', '-wal', '-shm'].filter((end) => existsSync(`${file}${end}`));
  const kept = `${file}.before-${stamp}`;
  for (const end of old) renameSync(`${file}${end}`, `${kept}${end}`);
  renameSync(copy, file);
  return old.length > 0 ? kept : undefined;
}

/**
 * How far a file goes, by its events: a file of an earlier program has no tree to ask. Undefined where there is none, it
 * cannot be read, or it is not what was noted of it.
 */
async function headIn(file: string, program: string): Promise<Head | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    const store = openSqliteEventStore({ file, readOnly: true, notedBy: program });
    try {
      if (store.lost!()) return undefined;
      let ledger: string | undefined;
      let edge: Edge | undefined;
      for await (const page of pages(store))
        for (const event of page) {
          const leaf = leafOf(event);
          ledger ??= hexOf(leaf);
          edge = added(edge, leaf);
        }
      if (!ledger || !edge) return undefined;
      return { ledger, size: edge.size, root: hexOf(rootOf(edge)), floor: store.floor!.known(), program };
    } finally {
      await store.close();
    }
  } catch {
    return undefined;
  }
}
