import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { digestAfter, eventHash, type Hashed } from '../digest.js';

/**
 * The digest of the ledger up to each event, in a table beside the events and written with them. A ledger that was made
 * by a program that knew nothing of digests is given them with the next event that is recorded, and so is what such a
 * program adds to it later.
 */
export interface Digests {
  /** The digest up to a position, inside a transaction; empty for 0, which is before the first event. */
  upTo(position: number): string;
  /** Keeps the digest of the event at a position, inside the transaction that records it, and returns it. */
  add(position: number, before: string, event: Hashed): string;
  /** The digests from a position on, inclusive. */
  from(position: number, limit: number): string[];
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS digests (
    position INTEGER PRIMARY KEY,
    digest   BLOB NOT NULL CHECK (length(digest) = 32)
  ) STRICT;
  CREATE TRIGGER IF NOT EXISTS digests_are_never_updated BEFORE UPDATE ON digests
    BEGIN SELECT RAISE(ABORT, 'digests are never updated'); END;
  CREATE TRIGGER IF NOT EXISTS digests_are_never_deleted BEFORE DELETE ON digests
    BEGIN SELECT RAISE(ABORT, 'digests are never deleted'); END;
`;

/** So many events are read at once to be given their digest. */
const EVENTS_AT_ONCE = 5_000;

interface Row {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** Undefined for a file that is only to be read and has none. */
export function openDigests(db: DatabaseSyncInstance, readOnly: boolean): Digests | undefined {
  if (!readOnly) db.exec(SCHEMA);
  else if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'digests'").get() === undefined) return undefined;
  const at = db.prepare('SELECT digest FROM digests WHERE position = ?');
  const range = db.prepare('SELECT digest FROM digests WHERE position >= ? ORDER BY position LIMIT ?');
  const last = db.prepare('SELECT max(position) AS position FROM digests');
  const insert = db.prepare('INSERT INTO digests (position, digest) VALUES (?, ?)');
  const eventsAfter = db.prepare(
    'SELECT position, stream, revision, id, type, data, metadata FROM events WHERE position > ? ORDER BY position LIMIT ?',
  );

  const kept = (position: number): string | undefined => {
    const row = at.get(position) as { readonly digest: Uint8Array } | undefined;
    return row && hex(row.digest);
  };
  const lastKept = (): number => (last.get() as { readonly position: number | null }).position ?? 0;

  const digests: Digests = {
    upTo(position) {
      if (position === 0) return '';
      const digest = kept(position);
      if (digest !== undefined) return digest;
      let before = kept(lastKept()) ?? '';
      while (lastKept() < position) before = continued(before);
      return before;
    },
    add(position, before, event) {
      const digest = digestAfter(before, eventHash(event));
      insert.run(position, Buffer.from(digest, 'hex'));
      return digest;
    },
    from: (position, limit) =>
      (range.all(position, limit) as unknown as { readonly digest: Uint8Array }[]).map(({ digest }) => hex(digest)),
  };

  /** Gives the next events without a digest theirs. */
  function continued(before: string): string {
    const rows = eventsAfter.all(lastKept(), EVENTS_AT_ONCE) as unknown as Row[];
    return rows.reduce(
      (digest, row) => digests.add(row.position, digest, { ...row, revision: BigInt(row.revision) }),
      before,
    );
  }

  return digests;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
