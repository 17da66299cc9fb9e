import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Test } from 'tap';
import type { CheckName } from '../../src/ledger/audit/verify.js';
import { leafOf } from '../../src/store/leaf.js';
import { contribution, folder, line, openedLedger, stated, type TestLedger } from './ledger.js';

/** Ways in which the file of a ledger is damaged or tampered with, and what is to tell of each. */

/** A closed ledger of some hundred facts, copied so that this process holds nothing of it open. */
export async function atRest(t: Test, facts = 600): Promise<{ file: string; clock: TestLedger['clock'] }> {
  const made = await openedLedger(t);
  await made.post('county-finance', 'PlanLineSet', line());
  await made.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await stated(made, facts);
  await made.close();
  const file = join(folder(t), 'ledger.sqlite');
  copyFileSync(made.file, file);
  return { file, clock: made.clock };
}

type Database = InstanceType<typeof DatabaseSync>;

export function edited(file: string, act: (db: Database) => void): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = DELETE');
  const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all() as { name: string }[];
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  act(db);
  db.exec('PRAGMA journal_mode = WAL');
  db.close();
}

const sql =
  (...statements: string[]) =>
  (file: string): void =>
    edited(file, (db) => statements.forEach((each) => db.exec(each)));

export const AMOUNT = `UPDATE events SET data = replace(data, '1000000.00', '1000001.00') WHERE position = 7`;

/** Makes the leaf of an event match its changed bytes. */
function releaf(db: Database, position: number): void {
  const row = db
    .prepare('SELECT stream, revision, id, type, data, metadata FROM events WHERE position = ?')
    .get(position) as Record<'stream' | 'id' | 'type' | 'data' | 'metadata', string> & { revision: number };
  const leaf = leafOf({ ...row, revision: BigInt(row.revision) });
  db.prepare('UPDATE leaves SET hash = ? WHERE position = ?').run(Buffer.from(leaf), position);
}

/** The pages of the table of events that hold rows, in the order of their rows. */
function leafPages(bytes: Buffer, size: number, root: number): number[] {
  const at = (root - 1) * size;
  // An inner page of a table lists its children; a page of rows is itself.
  if (bytes[at] === 0x0d) return [root];
  const cells = bytes.readUInt16BE(at + 3);
  const children = Array.from({ length: cells }, (_, cell) =>
    bytes.readUInt32BE(at + bytes.readUInt16BE(at + 12 + 2 * cell)),
  );
  return [...children, bytes.readUInt32BE(at + 8)].flatMap((child) => leafPages(bytes, size, child));
}

function pagesOf(file: string): { bytes: Buffer; size: number; pages: number[] } {
  const bytes = readFileSync(file);
  const copy = `${file}.look`;
  copyFileSync(file, copy);
  const db = new DatabaseSync(copy);
  const { rootpage } = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").get() as {
    rootpage: number;
  };
  db.close();
  const size = bytes.readUInt16BE(16);
  return { bytes, size, pages: leafPages(bytes, size, rootpage) };
}

/** Swaps two pages of events, as a disk or a copy may. */
function swapped(file: string): void {
  const { bytes, size, pages } = pagesOf(file);
  const [one, other] = [pages[2]!, pages[5]!].map((page) => (page - 1) * size) as [number, number];
  const kept = Buffer.from(bytes.subarray(one, one + size));
  bytes.copy(bytes, one, other, other + size);
  kept.copy(bytes, other);
  writeFileSync(file, bytes);
}

function zeroed(file: string): void {
  const { bytes, size, pages } = pagesOf(file);
  bytes.fill(0, (pages[3]! - 1) * size, pages[3]! * size);
  writeFileSync(file, bytes);
}

/** Zeroes the second half of a page of events, as a disk with smaller blocks may leave it. */
function halfZeroed(file: string): void {
  const { bytes, size, pages } = pagesOf(file);
  bytes.fill(0, (pages[3]! - 0.5) * size, pages[3]! * size);
  writeFileSync(file, bytes);
}

interface Damage {
  readonly does: (file: string) => void;
  /** The message at opening; undefined if only verify, which checks the whole tree, can find the damage. */
  readonly opening: RegExp | undefined;
  readonly verify: CheckName;
}

export const DAMAGES: Readonly<Record<string, Damage>> = {
  'an amount edited': { does: sql(AMOUNT), opening: /Position 7 .* is not what was recorded/, verify: 'tree' },
  'a recorded instant edited': {
    does: sql(`UPDATE events SET metadata = replace(metadata, '2016-03-01T09', '2016-03-01T08') WHERE position = 1`),
    opening: /Position 1 .* is not what was recorded/,
    verify: 'tree',
  },
  'an event deleted from the middle': {
    does: sql('DELETE FROM events WHERE position = 200'),
    opening: /Position 201 comes straight after 199: .* missing/,
    verify: 'sequence',
  },
  'the first event deleted': {
    does: sql('DELETE FROM events WHERE position = 1'),
    opening: /Position 2 comes straight after the beginning/,
    verify: 'sequence',
  },
  'the tail deleted': {
    does: sql('DELETE FROM events WHERE position > 500'),
    opening: /goes on after event 500, and the events do not/,
    verify: 'tree',
  },
  'every event deleted': {
    does: sql('DELETE FROM events'),
    opening: /goes on after event 0, and the events do not/,
    verify: 'tree',
  },
  'a leaf edited': {
    does: sql('UPDATE leaves SET hash = zeroblob(32) WHERE position = 7'),
    opening: /Position 7 .* is not what was recorded/,
    verify: 'tree',
  },
  'the last leaves dropped': {
    does: sql('DELETE FROM leaves WHERE position > 500'),
    opening: /Position 501 .* has no leaf/,
    verify: 'tree',
  },
  'the subtrees dropped': {
    does: sql('DELETE FROM subtrees'),
    opening: /the subtree at place 0 of level 8 is missing/,
    verify: 'tree',
  },
  'an event edited with its leaf': {
    does: (file) =>
      edited(file, (db) => {
        db.exec(AMOUNT);
        releaf(db, 7);
      }),
    opening: undefined,
    verify: 'tree',
  },
  'two pages swapped': { does: swapped, opening: /Position \d+ comes (straight )?after \d+/, verify: 'structure' },
  'a page zeroed': { does: zeroed, opening: /malformed/, verify: 'structure' },
  'half a page zeroed': {
    does: halfZeroed,
    opening: /Position \d+ cannot be read: what stands there is no event/,
    verify: 'structure',
  },
  'the file cut short': {
    does: (file) => {
      const bytes = readFileSync(file);
      const size = bytes.readUInt16BE(16);
      writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length / size / 2) * size));
    },
    opening: /malformed|missing|not what was recorded|goes on after/,
    verify: 'structure',
  },
};
