import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { isSameHash, type Edge } from '../../../evidence/tree.js';
import { chainDigest } from '../chain.js';
import { NotALedger } from '../event-store.js';
import { LEAVES_SCHEMA, openLeaves } from './leaves.js';

/**
 * Gives a file that was made before there was the tree its leaves and subtrees, from the bytes of its events, and takes the
 * digests that it had in their place away; inside a transaction. Its last events have no digest where a program wrote them
 * that knew of none.
 */

/** So many events are read at once. */
const EVENTS_AT_ONCE = 5_000;

interface Row {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
  readonly digest: Uint8Array | null;
}

/** Throws {@link NotALedger} where an event is not what its digest says that it was. */
export function giveTree(db: DatabaseSyncInstance, file: string): void {
  db.exec(LEAVES_SCHEMA);
  db.exec('CREATE TABLE IF NOT EXISTS digests (position INTEGER PRIMARY KEY, digest BLOB)');
  const leaves = openLeaves(db);
  const after = db.prepare(
    `SELECT events.position, stream, revision, id, type, data, metadata, digest FROM events
     LEFT JOIN digests ON digests.position = events.position WHERE events.position > ? ORDER BY events.position LIMIT ?`,
  );
  let edge: Edge | undefined;
  let digest: Uint8Array | undefined;
  for (;;) {
    const rows = after.all(edge?.size ?? 0, EVENTS_AT_ONCE) as unknown as Row[];
    if (rows.length === 0) break;
    for (const row of rows) {
      const event = { ...row, revision: BigInt(row.revision) };
      edge = leaves.add(edge, event);
      digest = chainDigest(digest, event);
      if (row.position !== edge.size || (row.digest && !isSameHash(row.digest, digest))) {
        throw new NotALedger(
          `${file} is of an earlier program, and the event at position ${row.position}, or one before it, is not what it was when it was recorded: its digest says otherwise. The file was left as it is. Restore a backup.`,
        );
      }
    }
  }
  db.exec('DROP TABLE digests');
}
