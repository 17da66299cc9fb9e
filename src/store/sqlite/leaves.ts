import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import {
  added,
  edgeOver,
  isKept,
  LEVELS_APART,
  stretchesOver,
  type Edge,
  type Hash,
  type Hashes,
  type Stretch,
} from '../../../evidence/tree.js';
import { leafOf, type Hashed } from '../leaf.js';

/**
 * The tree of the ledger (evidence/tree.ts) in two tables beside the events, written in the transaction that records them:
 * the leaf of each event, and a row for each whole subtree of 256 leaves, of 65,536, and so on. Nothing in them is ever
 * written again.
 */
export interface Leaves {
  /** The edge of the tree up to a position, inside a transaction. Throws where the tables do not go up to it, and no further. */
  edgeAt(position: number): Edge | undefined;
  /** Of the tree of the first so many events. Throws where a hash that it is made of is missing. */
  edgeOf(size: number): Edge | undefined;
  /** Adds the leaf of the event at the position after the edge, inside the transaction that records it. */
  add(edge: Edge | undefined, event: Hashed): Edge;
  /** Of leaves, level 0, or of the subtrees of a level. */
  read(of: Stretch): Hashes;
}

export const LEAVES_SCHEMA = `
  CREATE TABLE leaves (
    position INTEGER PRIMARY KEY,
    hash     BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;
  CREATE TABLE subtrees (
    level INTEGER NOT NULL CHECK (level > 0 AND level % ${LEVELS_APART} = 0),
    place INTEGER NOT NULL CHECK (place >= 0),
    hash  BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, place)
  ) STRICT, WITHOUT ROWID;
  ${['leaves', 'subtrees']
    .map(
      (table) => `
  CREATE TRIGGER ${table}_are_never_updated BEFORE UPDATE ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} are never updated'); END;
  CREATE TRIGGER ${table}_are_never_deleted BEFORE DELETE ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} are never deleted'); END;`,
    )
    .join('')}
`;

export function openLeaves(db: DatabaseSyncInstance): Leaves {
  const insertLeaf = db.prepare('INSERT INTO leaves (position, hash) VALUES (?, ?)');
  const insertSubtree = db.prepare('INSERT INTO subtrees (level, place, hash) VALUES (?, ?, ?)');
  const lastLeaf = db.prepare('SELECT max(position) AS position FROM leaves');
  // The first event is at position 1.
  const leaves = db.prepare('SELECT position - 1, hash FROM leaves WHERE position > ? AND position <= ? + ?');
  const subtrees = db.prepare('SELECT place, hash FROM subtrees WHERE level = ? AND place >= ? AND place < ? + ?');
  for (const each of [leaves, subtrees]) each.setReturnArrays(true);

  const visit = (level: number, place: number, hash: Hash): void => {
    if (isKept(level)) insertSubtree.run(level, place, hash);
  };

  function read({ level, place, count }: Stretch): Hashes {
    const found: StatementSyncInstance = level === 0 ? leaves : subtrees;
    const given = level === 0 ? [place, place, count] : [level, place, place, count];
    const hashes: Hash[] = [];
    for (const [at, hash] of found.all(...given) as unknown as [number, Hash][]) hashes[at - place] = hash;
    return hashes;
  }

  function edgeOf(size: number): Edge | undefined {
    const stretches = stretchesOver(0, size);
    return edgeOver(stretches, stretches.map(read));
  }

  return {
    edgeOf,
    edgeAt(position) {
      const last = (lastLeaf.get() as { readonly position: number | null }).position ?? 0;
      if (last !== position) {
        throw new Error(`it has ${position} events and ${last} leaves: some of it was taken away. Run verify on it`);
      }
      return edgeOf(position);
    },
    add(edge, event) {
      const hash = leafOf(event);
      insertLeaf.run((edge?.size ?? 0) + 1, hash);
      return added(edge, hash, 0, visit);
    },
    read,
  };
}
