import { DatabaseSync } from '@photostructure/sqlite';
import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../bench/random.js';
import { leafOf } from '../../src/store/leaf.js';
import { verdictOn, verdictOnServed } from './judging.js';
import { FILE, type Case, type Room } from './room.js';

/**
 * A file at rest is damaged by a disk, by a failed copy, or by somebody with a database tool. After that, opening,
 * questions and verify must give exactly the right answers, or say what is wrong.
 */

export const DAMAGE = 'damage';

/** The note beside a ledger about its last event. */
const HEAD = `${FILE}.head`;

interface Wreck {
  readonly folder: string;
  readonly file: string;
  readonly random: Random;
  readonly room: Room;
}

type Database = InstanceType<typeof DatabaseSync>;

/** Changes bytes of a file. */
const bytes =
  (name: string, change: (bytes: Buffer, wreck: Wreck) => Buffer) =>
  (wreck: Wreck): void => {
    const path = join(wreck.folder, name);
    const is = readFileSync(path);
    writeFileSync(path, change(is, wreck));
  };

/** Changes rows with a database tool. The triggers are removed for it and put back. */
const sql =
  (change: (db: Database, wreck: Wreck) => void) =>
  (wreck: Wreck): void => {
    const db = new DatabaseSync(wreck.file);
    db.exec('PRAGMA journal_mode = DELETE');
    const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all() as {
      readonly name: string;
      readonly sql: string;
    }[];
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
    change(db, wreck);
    for (const trigger of triggers) {
      try {
        db.exec(trigger.sql);
      } catch {
        // The damage has removed its table.
      }
    }
    db.exec('PRAGMA journal_mode = WAL');
    db.close();
  };

function flip(of: Buffer, random: Random, from = 0, to = of.length, count = 1 + random.below(8)): Buffer {
  for (let flipped = 0; flipped < count; flipped++) {
    const at = from + random.below(to - from);
    of[at] = of[at]! ^ (1 << random.below(8));
  }
  return of;
}

const anything = (random: Random): Buffer => Buffer.from(random.hex(2 * (1 + random.below(20_000))), 'hex');

const pageSize = (of: Buffer): number => of.readUInt16BE(16);

/** Two different pages. The first page is never one of them, because it says what the file is. */
function twoPages(of: Buffer, random: Random): readonly [number, number] {
  const size = pageSize(of);
  const pages = of.length / size;
  const one = 1 + random.below(pages - 1);
  const other = 1 + ((one - 1 + 1 + random.below(pages - 2)) % (pages - 1));
  return [one * size, other * size];
}

/** The pages of an index, or of a table, from its root on. */
function pagesFrom(of: Buffer, root: number): number[] {
  const size = pageSize(of);
  const at = (root - 1) * size;
  const type = of[at];
  if (type !== 0x05 && type !== 0x02) return [root];
  const children = Array.from({ length: of.readUInt16BE(at + 3) }, (_, cell) =>
    of.readUInt32BE(at + of.readUInt16BE(at + 12 + 2 * cell)),
  );
  return [root, ...[...children, of.readUInt32BE(at + 8)].flatMap((child) => pagesFrom(of, child))];
}

function rootOf(wreck: Wreck, name: string): number {
  const copy = `${wreck.file}.look`;
  cpSync(wreck.file, copy);
  const db = new DatabaseSync(copy, { readOnly: true });
  const { rootpage } = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name) as {
    readonly rootpage: number;
  };
  db.close();
  for (const each of ['', '-wal', '-shm']) rmSync(`${copy}${each}`, { force: true });
  return rootpage;
}

const within =
  (name: string) =>
  (wreck: Wreck): void =>
    bytes(FILE, (of, { random }) => {
      const page = random.pick(pagesFrom(of, rootOf(wreck, name)));
      return flip(of, random, (page - 1) * pageSize(of), page * pageSize(of));
    })(wreck);

const count = (db: Database): number =>
  (db.prepare('SELECT max(position) AS last FROM events').get() as { readonly last: number }).last;

const anEvent = (db: Database, random: Random): number => 1 + random.below(count(db));

/** Makes the leaf of an event match its changed bytes. */
export function releaf(db: Database, position: number): void {
  const row = db
    .prepare('SELECT stream, revision, id, type, data, metadata FROM events WHERE position = ?')
    .get(position) as Record<'stream' | 'id' | 'type' | 'data' | 'metadata', string> & { readonly revision: number };
  db.prepare('UPDATE leaves SET hash = ? WHERE position = ?').run(
    Buffer.from(leafOf({ ...row, revision: BigInt(row.revision) })),
    position,
  );
}

/** Changes an amount, an instant, an officer or a name in an event. */
export function alter(db: Database, random: Random, position: number): void {
  const { data, metadata } = db.prepare('SELECT data, metadata FROM events WHERE position = ?').get(position) as {
    readonly data: string;
    readonly metadata: string;
  };
  const [column, is] = random.pick([
    ['data', data],
    ['metadata', metadata],
  ] as const);
  const digits = [...is.matchAll(/\d/g)].map(({ index }) => index);
  const at = random.pick(digits);
  const other = String((Number(is[at]) + 1 + random.below(9)) % 10);
  db.prepare(`UPDATE events SET ${column} = ? WHERE position = ?`).run(
    `${is.slice(0, at)}${other}${is.slice(at + 1)}`,
    position,
  );
}

const swapOf = (table: string, column: string) =>
  sql((db, { random }) => {
    const [one, other] = [anEvent(db, random), anEvent(db, random)];
    const read = db.prepare(`SELECT ${column} AS was FROM ${table} WHERE position = ?`);
    const [first, second] = [read.get(one), read.get(other)] as { readonly was: string }[];
    const write = db.prepare(`UPDATE ${table} SET ${column} = ? WHERE position = ?`);
    write.run(second!.was, one);
    write.run(first!.was, other);
  });

export const DAMAGES: Readonly<Record<string, (wreck: Wreck) => void>> = {
  'bits of the file': bytes(FILE, (of, { random }) => flip(of, random)),
  'bits of its header': bytes(FILE, (of, { random }) => flip(of, random, 0, 100)),
  'bits of its schema': bytes(FILE, (of, { random }) => flip(of, random, 100, pageSize(of))),
  'bits of the events': within('events'),
  'bits of the leaves': within('leaves'),
  'bits of the index of revisions': within('sqlite_autoindex_events_1'),
  'bits of the index of identifiers': within('sqlite_autoindex_events_2'),
  'a page zeroed': bytes(FILE, (of, { random }) => {
    const [page] = twoPages(of, random);
    of.fill(0, page, page + pageSize(of));
    return of;
  }),
  'half a page zeroed': bytes(FILE, (of, { random }) => {
    const [page] = twoPages(of, random);
    of.fill(0, page + pageSize(of) / 2, page + pageSize(of));
    return of;
  }),
  'two pages swapped': bytes(FILE, (of, { random }) => {
    const [one, other] = twoPages(of, random);
    const kept = Buffer.from(of.subarray(one, one + pageSize(of)));
    of.copy(of, one, other, other + pageSize(of));
    kept.copy(of, other);
    return of;
  }),
  'a page over another': bytes(FILE, (of, { random }) => {
    const [one, other] = twoPages(of, random);
    of.copy(of, one, other, other + pageSize(of));
    return of;
  }),
  'a page from an older copy': bytes(FILE, (of, { random, room }) => {
    const older = readFileSync(join(room.older, FILE));
    // A page that differs in the older copy. Otherwise nothing would be damaged.
    const size = pageSize(of);
    const differ = Array.from({ length: older.length / size }, (_, page) => page * size).filter(
      (page) => !older.subarray(page, page + size).equals(of.subarray(page, page + size)),
    );
    const page = random.pick(differ);
    older.copy(of, page, page, page + size);
    return of;
  }),
  'cut short at a page': bytes(FILE, (of, { random }) => {
    const size = pageSize(of);
    return of.subarray(0, size * (1 + random.below(of.length / size - 1)));
  }),
  'cut short anywhere': bytes(FILE, (of, { random }) => of.subarray(0, random.below(of.length))),
  'something after its end': bytes(FILE, (of, { random }) =>
    Buffer.concat([of, Buffer.from(random.hex(2 * (1 + random.below(10_000))), 'hex')]),
  ),
  'an event edited': sql((db, { random }) => alter(db, random, anEvent(db, random))),
  'an event edited with its leaf, in a whole subtree': sql((db, { random }) => {
    const position = 1 + random.below(Math.floor(count(db) / 256) * 256);
    alter(db, random, position);
    releaf(db, position);
  }),
  'an event under another type': swapOf('events', 'type'),
  'the data of two events swapped': swapOf('events', 'data'),
  'the metadata of two events swapped': swapOf('events', 'metadata'),
  'an event deleted': sql((db, { random }) => {
    db.prepare('DELETE FROM events WHERE position = ?').run(anEvent(db, random));
  }),
  'an event deleted with its leaf': sql((db, { random }) => {
    const position = 1 + random.below(count(db) - 1);
    for (const table of ['events', 'leaves']) db.prepare(`DELETE FROM ${table} WHERE position = ?`).run(position);
  }),
  'the last events deleted': sql((db, { random }) => {
    db.prepare('DELETE FROM events WHERE position > ?').run(random.below(count(db)));
  }),
  'the last leaves deleted': sql((db, { random }) => {
    db.prepare('DELETE FROM leaves WHERE position > ?').run(random.below(count(db)));
  }),
  'an event that nobody recorded': sql((db, { random }) => {
    db.prepare(
      `INSERT INTO events SELECT ?, stream, (SELECT max(revision) + 1 FROM events AS all_of WHERE all_of.stream = events.stream),
       ?, type, data, metadata FROM events WHERE position = ?`,
    ).run(count(db) + 1, random.hex(32), anEvent(db, random));
  }),
  'a revision moved': sql((db, { random }) => {
    db.prepare('UPDATE events SET revision = revision + 100000 WHERE position = ?').run(anEvent(db, random));
  }),
  'a leaf edited': sql((db, { random }) => {
    db.prepare('UPDATE leaves SET hash = ? WHERE position = ?').run(
      Buffer.from(random.hex(64), 'hex'),
      anEvent(db, random),
    );
  }),
  'two leaves swapped': swapOf('leaves', 'hash'),
  'a subtree edited': sql((db, { random }) => {
    db.prepare('UPDATE subtrees SET hash = ? WHERE place = ?').run(Buffer.from(random.hex(64), 'hex'), random.below(4));
  }),
  'subtrees deleted': sql((db, { random }) => {
    db.prepare('DELETE FROM subtrees WHERE place >= ?').run(random.below(4));
  }),
  'the floor lowered': sql((db) => db.exec("UPDATE floor SET instant = '2001-01-01T00:00:00.000Z'")),
  'the floor deleted': sql((db) => db.exec('DELETE FROM floor')),
  'the table of the floor dropped': sql((db) => db.exec('DROP TABLE floor')),
  'the table of leaves dropped': sql((db) => {
    db.exec('DROP TABLE leaves; CREATE TABLE leaves (position INTEGER PRIMARY KEY, hash BLOB NOT NULL)');
  }),
  'the version of the schema': sql((db, { random }) => {
    db.exec(`PRAGMA user_version = ${random.below(5)}`);
  }),
  'the mark of a ledger': sql((db, { random }) => {
    db.exec(`PRAGMA application_id = ${random.below(2 ** 31)}`);
  }),
  'bits of the snapshot': bytes(`${FILE}.snapshot`, (of, { random }) => flip(of, random)),
  'the snapshot cut short': bytes(`${FILE}.snapshot`, (of, { random }) => of.subarray(0, random.below(of.length))),
  'the secret of the snapshot': bytes(`${FILE}.snapshot.key`, (of, { random }) => flip(of, random)),
  'an older snapshot': ({ folder, room }) => {
    for (const name of [`${FILE}.snapshot`, `${FILE}.snapshot.key`])
      if (existsSync(join(room.older, name))) cpSync(join(room.older, name), join(folder, name));
  },
  'a log that means nothing': ({ file, random }) => writeFileSync(`${file}-wal`, anything(random)),
  'shared memory that means nothing': ({ file, random }) => {
    writeFileSync(`${file}-wal`, '');
    writeFileSync(`${file}-shm`, anything(random));
  },
  'bits of the head': bytes(HEAD, (of, { random }) => flip(of, random)),
  'the head cut short': bytes(HEAD, (of, { random }) => of.subarray(0, random.below(of.length))),
  'the head gone': ({ folder }) => rmSync(join(folder, HEAD)),
  'an older head': ({ folder, room }) => cpSync(join(room.older, HEAD), join(folder, HEAD)),
  'bits of the signing key': bytes(`${FILE}.key.json`, (of, { random }) => flip(of, random)),
  'the signing key cut short': bytes(`${FILE}.key.json`, (of, { random }) => of.subarray(0, random.below(of.length))),
};

/** How many copies are judged in a case. The real service judges one of them, which takes as long as all others. */
const A_CASE = 12;

export async function damage(tried: Case): Promise<void> {
  const { random } = tried;
  const names = Object.keys(DAMAGES);
  for (let made = 0; made < A_CASE; made++) {
    const chosen = [random.pick(names)];
    // Sometimes two kinds of damage at once, because one may hide the other.
    if (random.chance(0.15)) chosen.push(random.pick(names));
    await wreckAndJudge(tried, chosen, made === 0);
  }
}

async function wreckAndJudge(tried: Case, names: readonly string[], served: boolean): Promise<void> {
  const { room, random } = tried;
  const base = served ? room.atRest : room.judged;
  const folder = room.copyOf(base);
  const wreck = { folder, file: join(folder, FILE), random, room };
  try {
    for (const name of names) DAMAGES[name]!(wreck);
  } catch (error) {
    // After the first damage, the database tool may itself report the damage and refuse the second.
    if (names.length === 1) throw error;
  }
  const { outcome, words } = served ? await verdictOnServed(tried, folder, base) : await verdictOn(folder, base);
  tried.note(outcome, `${names.join(' and ')}${served ? ', served' : ''}: ${words}`);
  room.forget(folder);
}

/** Damage that removes or replaces acts so that the file itself is consistent. */
const TAKEN_BACK: Readonly<Record<string, (wreck: Wreck) => void>> = {
  'an older copy': ({ file, room }) => {
    cpSync(join(room.older, FILE), file);
    rmSync(`${file}-wal`, { force: true });
  },
  'the log gone': ({ file }) => rmSync(`${file}-wal`),
  'the log cut short': ({ file, random }) =>
    truncateSync(`${file}-wal`, random.below(readFileSync(`${file}-wal`).length)),
  'bits of the log': bytes(`${FILE}-wal`, (of, { random }) => flip(of, random)),
  'a frame of the log zeroed': bytes(`${FILE}-wal`, (of, { random }) => {
    const frame = 24 + 4096;
    const at = 32 + frame * random.below((of.length - 32) / frame);
    of.fill(0, at, at + frame);
    return of;
  }),
  'the last events taken away with their leaves': (wreck) => {
    rmSync(`${wreck.file}-wal`);
    sql((db, { random }) => {
      const last = count(db);
      const size = last - 1 - random.below(last % 256);
      for (const table of ['events', 'leaves']) db.prepare(`DELETE FROM ${table} WHERE position > ?`).run(size);
    })(wreck);
  },
  'one of the last events edited with its leaf': sql((db, { random }) => {
    const last = count(db);
    const position = last - random.below(last % 256);
    alter(db, random, position);
    releaf(db, position);
  }),
};

export const TAKEN_BACK_KIND = 'taken back';

/** The file is set back, or its end is rewritten. The note about its last event stays beside it. */
export async function takenBack(tried: Case): Promise<void> {
  const { room, random } = tried;
  const name = random.pick(Object.keys(TAKEN_BACK));
  const folder = room.copyOf(room.logged);
  TAKEN_BACK[name]!({ folder, file: join(folder, FILE), random, room });
  await judgeBoth(tried, folder, room.logged, name);
}

export const WHOLE_KIND = 'taken back with its head';

/** The whole folder is set back, with everything that the program keeps in it. */
export async function wholeTakenBack(tried: Case): Promise<void> {
  const { room } = tried;
  tried.tally.cannotBeTold(WHOLE_KIND);
  await judgeBoth(tried, room.copyOf(room.older), room.logged, 'an older copy of the folder');
}

async function judgeBoth(tried: Case, folder: string, base: string, name: string): Promise<void> {
  const verdict = await verdictOnServed(tried, folder, base);
  tried.note(verdict.outcome, `${name}: ${verdict.words}`);
  tried.room.forget(folder);
}
