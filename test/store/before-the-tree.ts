import { DatabaseSync } from '@photostructure/sqlite';
import { chainDigest } from '../../src/store/chain.js';
import type { Hashed } from '../../src/store/leaf.js';

/**
 * Turns the file of a ledger into one of before the tree: without leaves and subtrees, with schema version 1, and with
 * a digest for each of its first events. If the program that wrote it had no digests, for none.
 */
export function makeOld(file: string, withDigest = Infinity): void {
  const db = new DatabaseSync(file);
  db.exec(`
    DROP TABLE leaves;
    DROP TABLE subtrees;
    PRAGMA user_version = 1;
  `);
  if (withDigest > 0) {
    db.exec(`
      CREATE TABLE digests (
        position INTEGER PRIMARY KEY,
        digest   BLOB NOT NULL CHECK (length(digest) = 32)
      ) STRICT;
      CREATE TRIGGER digests_are_never_updated BEFORE UPDATE ON digests
        BEGIN SELECT RAISE(ABORT, 'digests are never updated'); END;
      CREATE TRIGGER digests_are_never_deleted BEFORE DELETE ON digests
        BEGIN SELECT RAISE(ABORT, 'digests are never deleted'); END;
    `);
    const insert = db.prepare('INSERT INTO digests VALUES (?, ?)');
    const events = db.prepare('SELECT * FROM events WHERE position <= ? ORDER BY position');
    let digest: Uint8Array | undefined;
    for (const row of events.all(Math.min(withDigest, Number.MAX_SAFE_INTEGER)) as {
      position: number;
      revision: number;
    }[]) {
      digest = chainDigest(digest, { ...row, revision: BigInt(row.revision) } as unknown as Hashed);
      insert.run(row.position, digest);
    }
  }
  db.close();
}
