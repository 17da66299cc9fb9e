import { readFileSync } from 'node:fs';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { z } from 'zod';
import { hexOf, rootOf, type Edge } from '../../../evidence/tree.js';
import { LedgerDamaged, StoreUnavailable, type Beginning, type Finding, type Loss } from '../event-store.js';
import { putFile } from '../put-file.js';
import type { FloorRow } from './floor.js';
import type { Leaves } from './leaves.js';

/**
 * The size and root of a ledger, noted in a small file beside it. It shows that acknowledged acts are gone where the
 * ledger's file does not: a log that lost its last commits, and an older copy, are both undamaged files. The note is at
 * most a second behind, never goes back, and is replaced as a whole. If both files are removed or replaced, nothing
 * shows it.
 */
export interface Head extends Beginning {
  /** Which ledger it is: the hash of its first leaf. */
  readonly ledger: string;
  readonly floor?: string | undefined;
  /** The version of the program that noted it. */
  readonly program: string;
}

const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const StoredHead = z.strictObject({
  ledger: HASH,
  size: z.int().min(1),
  root: HASH,
  floor: z.string().length(24).optional(),
  program: z.string(),
});

/** The file in which the head of a ledger is noted. */
export const headFileOf = (file: string): string => `${file}.head`;

/** What is noted of a ledger; undefined where nothing is. Throws {@link StoreUnavailable} where it cannot be read. */
export function readHead(file: string): Head | undefined {
  const path = headFileOf(file);
  try {
    return StoredHead.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StoreUnavailable(
      `${path} cannot be read, which says how far the ledger had come: put the right one there, or move it away to go on without it.`,
      error,
    );
  }
}

/** Notes it. Throws {@link StoreUnavailable} where it cannot be written. */
export function putHead(file: string, head: Head): void {
  try {
    putFile(headFileOf(file), [Buffer.from(`${JSON.stringify(head)}\n`)]);
  } catch (error) {
    throw new StoreUnavailable(`${headFileOf(file)} cannot be written: ${(error as Error).message}.`, error);
  }
}

const rootAt = (leaves: Leaves, size: number): string => hexOf(rootOf(leaves.edgeOf(size)));

function identityOf(leaves: Leaves): string | undefined {
  const [first] = leaves.read({ level: 0, place: 0, count: 1 });
  return first && hexOf(first);
}

/** What of a noted head is not in a file that has so many events. Throws where its tree is not whole. */
function lossSince(head: Head, file: string, leaves: Leaves, size: number): Loss | undefined {
  const lossIn = (words: string): Loss => ({
    noted: { size: head.size, root: head.root },
    found: { size, root: rootAt(leaves, size) },
    words,
  });
  if (size > 0 && identityOf(leaves) !== head.ledger)
    return lossIn(`${file} is another ledger than the one that ${headFileOf(file)} notes.`);
  if (size < head.size)
    return lossIn(
      `${file} has ${size} events, and ${headFileOf(file)} notes ${head.size}: acts that were recorded are gone.`,
    );
  if (rootAt(leaves, head.size) !== head.root)
    return lossIn(`${file} is not what ${headFileOf(file)} notes: its first ${head.size} events are others.`);
  return undefined;
}

/** The note of a ledger that is open. */
export interface NotedHead {
  /** What was noted and is not there, until that is accepted. */
  lost(): Loss | undefined;
  /** What an operator should know of it. */
  findings(): Finding[];
  /** Has the ledger go on from what there is: the next note is of that. */
  accept(): void;
  /** Throws {@link StoreUnavailable} where nothing may be recorded: acts are gone, or what is recorded cannot be noted. */
  hold(): void;
  /** Has what was recorded noted within a second. */
  soon(): void;
  /** Notes at the end what is not noted yet. A failure does no harm, because the ledger is then ahead of its note. */
  end(): void;
}

/** Of a ledger that nothing is noted of. */
export const NOTHING_NOTED: NotedHead = {
  lost: () => undefined,
  findings: () => [],
  accept: () => undefined,
  hold: () => undefined,
  soon: () => undefined,
  end: () => undefined,
};

interface Noting {
  readonly file: string;
  readonly program: string;
  /** What was noted before the file was opened. */
  readonly before: Head | undefined;
  readonly readOnly: boolean;
  readonly db: DatabaseSyncInstance;
  readonly leaves: Leaves;
  /** Undefined only where the file is read. */
  readonly floor: FloorRow | undefined;
  /** How far the ledger has come, inside a transaction. */
  now(): { readonly position: number; readonly edge: Edge | undefined };
}

/** How far the note may be behind what was recorded. */
const NOTE_MS_MAX = 1_000;

export function openNotedHead({ file, program, before, readOnly, db, leaves, floor, now }: Noting): NotedHead {
  let lost = before && missing(before);
  let accepted = false;
  let fault: StoreUnavailable | undefined;
  /** Whether more was recorded, or settled, than is noted. */
  let behind = false;
  let timer: NodeJS.Timeout | undefined;
  let hasNoted = false;
  if (!readOnly && !lost) keepFloor();

  /** What is wrong with the file itself is told by whoever reads it. */
  function missing(head: Head): Loss | undefined {
    const { size } = db.prepare('SELECT coalesce(max(position), 0) AS size FROM events').get() as {
      readonly size: number;
    };
    try {
      return lossSince(head, file, leaves, size);
    } catch {
      return undefined;
    }
  }

  /** Settled instants stay settled, even if an older copy of the file has a lower floor. */
  function keepFloor(): void {
    if (before?.floor !== undefined && before.floor > (floor!.read() ?? '')) floor!.note(before.floor);
  }

  /** Notes how far the ledger has come, while nobody else can write. Never goes back, unless a loss was accepted. */
  function note(): void {
    db.exec('BEGIN IMMEDIATE');
    try {
      const { position, edge } = now();
      behind = false;
      if (position === 0) return;
      const noted = lost ? undefined : readHead(file);
      const gone = noted && lossSince(noted, file, leaves, position);
      if (gone) throw new LedgerDamaged(gone.words);
      const settled = floor!.read();
      const root = hexOf(rootOf(edge));
      putHead(file, { ledger: identityOf(leaves)!, size: position, root, ...(settled && { floor: settled }), program });
      lost = undefined;
      hasNoted = true;
    } catch (error) {
      behind = true;
      throw error;
    } finally {
      db.exec('ROLLBACK');
    }
  }

  function soon(afterMs = hasNoted ? NOTE_MS_MAX : 0): void {
    behind = true;
    if (timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      try {
        note();
        fault = undefined;
      } catch (error) {
        if (error instanceof StoreUnavailable) fault = error;
        soon(NOTE_MS_MAX);
      }
    }, afterMs);
    timer.unref();
  }

  return {
    lost: () => (accepted ? undefined : lost),
    findings() {
      const noted = before
        ? `${headFileOf(file)} notes ${before.size} events, by version ${before.program}; they are all here.`
        : 'Nothing has been noted beside the ledger yet: if acts were lost before now, that cannot be told.';
      return [{ name: 'noted', ok: lost === undefined, words: lost?.words ?? noted }];
    },
    accept() {
      accepted = true;
      keepFloor();
    },
    hold() {
      if (lost && !accepted) throw new LedgerDamaged(lost.words);
      if (!fault) return;
      note();
      fault = undefined;
    },
    soon: () => soon(),
    end() {
      clearTimeout(timer);
      if (!behind) return;
      try {
        note();
      } catch {
        // Whoever records next notes it.
      }
    },
  };
}
