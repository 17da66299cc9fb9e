import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { isSameHash, type Edge, type Hash } from '../../../evidence/tree.js';
import {
  BUSY_MS_MAX,
  busyPauseMs,
  ConcurrencyConflict,
  LedgerDamaged,
  LedgerReplaced,
  NotALedger,
  READ_PAGE_MAX,
  RecordedBehind,
  StoreBusy,
  StoreUnavailable,
  type Appended,
  type AppendedHere,
  type Batch,
  type EventStore,
  type ExpectedRevision,
  type Finding,
  type NewEvent,
  type EventPosition,
  type RecordedEvent,
} from '../event-store.js';
import { leafOf } from '../leaf.js';
import { goingOn } from '../pages.js';
import { giveTree } from './conversion.js';
import { openFloor, type FloorRow } from './floor.js';
import { follow, type Following } from './following.js';
import { LEAVES_SCHEMA, openLeaves, type Leaves } from './leaves.js';
import { headFileOf, NOTHING_NOTED, openNotedHead, readHead, type NotedHead } from './noted-head.js';
import { followed, openToRead, openToWrite, type FileToOpen } from './open-file.js';

/**
 * The embedded store: one SQLite file, one table of events. Positions are assigned inside `BEGIN IMMEDIATE`, so they
 * are in the order of commits and have no gaps. Appends that wait at the same moment share one transaction and one
 * fsync; each still succeeds or fails by itself.
 */

/** "BCFL" in ASCII: marks the file as a ledger. */
const APPLICATION_ID = 0x4243464c;
/** Files of version 1 have no tree: they are read as they are, and given one by whoever opens them to write. */
const VERSION_WITHOUT_TREE = 1;
const SCHEMA_VERSION = 2;
const SYNCHRONOUS_FULL = 2;
const APPENDS_PER_COMMIT_MAX = 512;
/** How often the file at the path is checked for questions. */
const LOOK_EVERY_MS = 200;
/** How long raising the floor waits for another writer. All questions wait meanwhile. */
const RAISE_WAIT_MS = 20;

const SCHEMA = `
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream   TEXT    NOT NULL,
    revision INTEGER NOT NULL CHECK (revision >= 0),
    id       TEXT    NOT NULL,
    type     TEXT    NOT NULL,
    data     TEXT    NOT NULL CHECK (json_valid(data)),
    metadata TEXT    NOT NULL CHECK (json_valid(metadata)),
    UNIQUE (stream, revision),
    UNIQUE (stream, id)
  ) STRICT;
  CREATE TRIGGER events_are_only_appended BEFORE INSERT ON events
    WHEN NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM events)
    BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;
  -- INSERT OR REPLACE deletes without firing the trigger on deletion, unless the connection asks for it.
  CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND (revision = NEW.revision OR id = NEW.id))
    BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END;
  CREATE TRIGGER recorded_instants_never_go_back BEFORE INSERT ON events
    WHEN NEW.metadata ->> '$.recordedAt' <
      (SELECT metadata ->> '$.recordedAt' FROM events ORDER BY position DESC LIMIT 1)
    BEGIN SELECT RAISE(ABORT, 'recorded instants never go back'); END;
  CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never updated'); END;
  CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
  ${LEAVES_SCHEMA}
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** A row as a list, in the order of {@link COLUMNS}: a list is read in two thirds of the time of an object. */
type Columns = readonly [
  position: number,
  stream: string,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
  leaf: Hash | null,
];
const COLUMNS = 'position, stream, revision, id, type, data, metadata';

interface Waiting {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly NewEvent[];
  /** Until when it waits for another process that is writing: an instant of the monotonic clock. */
  readonly until: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

/**
 * What is known of the file inside a transaction. Nothing is ever taken out of it and positions have no gaps, so while its
 * last position is the same, so is all the rest; what a transaction that failed has added to this is forgotten with it.
 */
interface Seen {
  /** 0 where there is no event. */
  position: number;
  /** Of the tree of all that there is. */
  edge: Edge | undefined;
  /** The last revisions of the streams that were asked for. */
  readonly heads: Map<string, ExpectedRevision>;
}

interface SqliteOptions {
  readonly file: string;
  /** Opens a file without writing to it, and leaves nothing beside it. */
  readonly readOnly?: boolean;
  /** Opens only a ledger that is there already: no file is made, and none that is empty is made a ledger. */
  readonly mustExist?: boolean;
  /** Takes a ledger that services shared, whose recorded instants are a little out of order, as it is. */
  readonly outOfOrder?: boolean;
  /** The version of the program, where what was noted beside the file is looked at, and how far it has come noted there. */
  readonly notedBy?: string | undefined;
}

export interface SqliteEventStore extends EventStore {
  together(at: EventPosition | undefined, decide: (batch: Batch) => void): boolean;
  /** Commits made so far: each is one fsync, however many appends it carried. */
  readonly commits: () => number;
}

/**
 * Opens the file, or makes it. Throws {@link NotALedger} where it holds something else or a newer schema, and
 * {@link StoreUnavailable} where it cannot be opened or would not keep what it acknowledges.
 */
export function openSqliteEventStore({
  file: path,
  readOnly = false,
  mustExist = readOnly,
  outOfOrder = false,
  notedBy,
}: SqliteOptions): SqliteEventStore {
  const file = followed(path);
  // Read before the file is: others may be recording, and the file is never behind what was noted of it.
  const before = notedBy === undefined ? undefined : readHead(file);
  if (before && !mustExist && !existsSync(file)) {
    throw new StoreUnavailable(
      `${file} is gone, and ${headFileOf(file)} notes ${before.size} events of it: restore a backup, or move ${headFileOf(file)} away to begin anew.`,
    );
  }
  const { db, opened } = openDatabase(file, readOnly, mustExist);
  const get = (sql: string) => db.prepare(sql).get() as Record<string, unknown> | undefined;
  const pragma = (name: string): unknown => Object.values(get(`PRAGMA ${name}`)!)[0];

  /** Undefined where a file without a tree is only read. */
  let leaves: Leaves | undefined;
  let floorRow: FloorRow | undefined;
  let noted: NotedHead = NOTHING_NOTED;
  try {
    const version = prepareFile();
    leaves = version === VERSION_WITHOUT_TREE ? undefined : openLeaves(db);
    // Whoever notes a head has given the file its tree before.
    if (before && !leaves)
      throw new LedgerDamaged(
        `${file} is a copy from before ${headFileOf(file)} was noted, by an earlier program: acts that were recorded are gone. Put the newest file back, or restore the newest backup (bcf-ledger restore).`,
      );
    floorRow = openFloor(db, readOnly);
    if (notedBy !== undefined && leaves)
      noted = openNotedHead({ file, program: notedBy, before, readOnly, db, leaves, floor: floorRow, now: look });
    // From the first reading on the log is there, by which it is known later that it is still the same.
    get('SELECT 1 FROM sqlite_schema LIMIT 1');
    opened.replaced();
  } catch (error) {
    db.close();
    opened.forget();
    if (error instanceof NotALedger || error instanceof StoreUnavailable) throw error;
    throw /not a database/.test(String(error))
      ? new NotALedger(`${file} is not a ledger: it is not a database.`, error)
      : unavailable(file, error);
  }

  const insert = db.prepare(
    'INSERT INTO events (position, stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const rewriteVersion = db.prepare(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  const lastPosition = db.prepare('SELECT max(position) AS position FROM events');
  const lastRevision = db.prepare('SELECT max(revision) AS revision FROM events WHERE stream = ?');
  const recordedFrom = db.prepare(
    'SELECT id, position, data, metadata FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
  );
  const holdsId = db.prepare('SELECT 1 AS held FROM events WHERE stream = ? AND id = ?');
  // An event is read with the leaf that was written with it, and handed out only where it is that of its bytes.
  const withLeaf = leaves
    ? `SELECT ${COLUMNS}, hash FROM events LEFT JOIN leaves USING (position)`
    : `SELECT ${COLUMNS}, NULL FROM events`;
  const pageOfStream = db.prepare(`${withLeaf} WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?`);
  const pageOfAll = db.prepare(`${withLeaf} WHERE position > ? ORDER BY position LIMIT ?`);
  const streamsUpTo = db.prepare('SELECT stream, count(*) AS events FROM events WHERE position <= ? GROUP BY stream');
  // The plus keeps SQLite from going through the streams one by one, and sorting each page anew.
  const pageOfSome = db.prepare(
    `${withLeaf} WHERE position > ? AND position <= ? AND +stream IN (SELECT value FROM json_each(?))
     ORDER BY position LIMIT ?`,
  );
  for (const page of [pageOfStream, pageOfAll, pageOfSome]) page.setReturnArrays(true);
  // There is one thread: if it waited for another process inside SQLite, nobody would be answered.
  db.exec('PRAGMA busy_timeout = 0');

  const instantsInOrder =
    get("SELECT 1 FROM sqlite_schema WHERE name = 'recorded_instants_never_go_back'") !== undefined;
  // Read before any event is: whoever reads the ledger from here on knows all that is recorded up to it.
  let floorKnown = floorRow?.read();
  let commits = 0;
  let closed = false;
  /** Why nothing more is recorded in what was opened; never taken back. */
  let gone: string | undefined;
  let lookedAt = -Infinity;
  /** What was found that is not what was recorded; never taken back. */
  let damage: string | undefined;
  const waiting: Waiting[] = [];
  let flushing = false;
  /** How often in a row another process was found writing. */
  let looks = 0;
  let seen: Seen | undefined;
  const followers = new Set<Following>();

  /** Returns the version of the file's schema. */
  function prepareFile(): number {
    const isEmpty = () => get("SELECT 1 FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' LIMIT 1") === undefined;
    if (isEmpty()) {
      if (mustExist) throw new NotALedger(`${file} is empty: there is no ledger in it.`);
      db.exec('BEGIN IMMEDIATE');
      // Another process may have made it while this one waited for the lock.
      if (isEmpty()) db.exec(SCHEMA);
      db.exec('COMMIT');
    }
    if (pragma('application_id') !== APPLICATION_ID) throw new NotALedger(`${file} is a database, but not a ledger.`);
    const version = pragma('user_version');
    if (version !== VERSION_WITHOUT_TREE && version !== SCHEMA_VERSION) {
      throw new NotALedger(
        `${file} has schema version ${String(version)}; this program knows those up to ${SCHEMA_VERSION}.`,
      );
    }
    db.exec('SELECT position FROM events LIMIT 0');
    if (readOnly) return version;
    if (outOfOrder) db.exec('DROP TRIGGER IF EXISTS recorded_instants_never_go_back');
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON;');
    // A build may quietly reopen WAL files at a lower level, where an acknowledged commit can be lost with the power.
    if (pragma('synchronous') !== SYNCHRONOUS_FULL) {
      throw new StoreUnavailable(`${file} would not be written with synchronous=FULL, so a commit could be lost.`);
    }
    if (version === VERSION_WITHOUT_TREE) convert();
    return SCHEMA_VERSION;
  }

  function convert(): void {
    db.exec('BEGIN IMMEDIATE');
    // Another process may have done it while this one waited for the lock.
    if (pragma('user_version') === VERSION_WITHOUT_TREE) {
      giveTree(db, file);
      db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    }
    db.exec('COMMIT');
  }

  /** Whether the file at the path is another than the one that was opened; once it was, it stays so. */
  function isReplaced(): boolean {
    lookedAt = performance.now();
    gone ??= closed ? undefined : opened.replaced();
    return gone !== undefined;
  }

  /** Why it is. Called before each question, so the file is checked only now and then. */
  function replaced(): string | undefined {
    if (performance.now() - lookedAt >= LOOK_EVERY_MS) isReplaced();
    return gone;
  }

  function holdToFile(): void {
    if (isReplaced()) throw new LedgerReplaced(gone!);
  }

  /**
   * Commits to the file that is at the path. It is looked at before, so that nothing is written to a file that is nowhere,
   * and again after, so that nothing is acknowledged that went there meanwhile.
   */
  function commitToFile(): void {
    holdToFile();
    commit.run();
    commits++;
    noted.soon();
    holdToFile();
  }

  /** Looks, inside the open transaction, how far the ledger has come. */
  function look(): Seen {
    const position = (lastPosition.get() as { position: number | null }).position ?? 0;
    // A store that writes has leaves.
    if (seen?.position !== position) seen = { position, edge: leaves!.edgeAt(position), heads: new Map() };
    return seen;
  }

  function headOf(stream: string, { heads }: Seen): ExpectedRevision {
    let head = heads.get(stream);
    if (head === undefined) {
      const { revision } = lastRevision.get(stream) as { revision: number | null };
      heads.set(stream, (head = revision === null ? 'no_stream' : BigInt(revision)));
    }
    return head;
  }

  /** Writes one append inside the open transaction, or says why not. */
  function write(
    to: Seen,
    { stream, expected, events }: Pick<Waiting, 'stream' | 'expected' | 'events'>,
  ): AppendedHere {
    const head = headOf(stream, to);
    const first = expected === 'no_stream' ? 0n : expected + 1n;
    const next = head === 'no_stream' ? 0n : head + 1n;
    if (first < next && events.length > 0) {
      const there = recordedFrom.all(stream, Number(first), events.length) as {
        readonly id: string;
        readonly position: number;
        readonly data: string;
        readonly metadata: string;
      }[];
      if (there.length === events.length && there.every((row, index) => row.id === events[index]!.id)) {
        const [is, sent] = [there.at(-1)!, events.at(-1)!];
        const asSent = is.data === sent.data && is.metadata === sent.metadata;
        const positions = there.map(({ position }) => String(position));
        return { revision: first + BigInt(events.length - 1), position: positions.at(-1)!, positions, asSent };
      }
    }
    if (first !== next) throw new ConcurrencyConflict(stream, expected, head);
    let { position, edge } = to;
    const positions = events.map((event, index) => {
      const { id, type, data, metadata } = event;
      const revision = first + BigInt(index);
      try {
        insert.run(++position, stream, Number(revision), id, type, data, metadata);
      } catch (error) {
        // What the file refuses as a second of its kind: the identifier, since the revision has been looked at.
        throw holdsId.get(stream, id) === undefined ? error : new ConcurrencyConflict(stream, expected, head);
      }
      edge = leaves!.add(edge, { stream, revision, id, type, data, metadata });
      return String(position);
    });
    const revision = first + BigInt(events.length) - 1n;
    if (events.length > 0) to.heads.set(stream, revision);
    Object.assign(to, { position, edge });
    return { revision, position: String(position), positions, asSent: true };
  }

  /** Commits everything that waits, in one transaction; each append has a savepoint of its own. */
  function flush(): void {
    flushing = false;
    const batch = waiting.splice(0, APPENDS_PER_COMMIT_MAX);
    if (batch.length === 0) return;
    const outcomes: (Appended | Error)[] = [];
    try {
      noted.hold();
      db.exec('BEGIN IMMEDIATE');
      looks = 0;
      if (waiting.length > 0) scheduleFlush();
      const to = look();
      for (const each of batch) {
        db.exec('SAVEPOINT append');
        try {
          outcomes.push(write(to, each));
        } catch (error) {
          // If SQLite has undone the whole transaction, all appends in it fail.
          if (!db.isTransaction) throw error;
          db.exec('ROLLBACK TO append');
          outcomes.push(refusal(error, each.stream, file));
        }
        db.exec('RELEASE append');
      }
      commitToFile();
    } catch (error) {
      seen = undefined;
      if (db.isTransaction) db.exec('ROLLBACK');
      failed(batch, unavailable(file, error));
      return;
    }
    batch.forEach((each, index) => {
      const outcome = outcomes[index]!;
      if (outcome instanceof Error) each.reject(outcome);
      else each.resolve(outcome);
    });
    for (const following of followers) following.wake();
  }

  /** Where another process is writing, appends wait for it, in their order, each for so long; otherwise they have failed. */
  function failed(batch: readonly Waiting[], error: StoreUnavailable): void {
    const waits = (each: Waiting) => error instanceof StoreBusy && !closed && performance.now() < each.until;
    waiting.unshift(...batch.filter(waits));
    for (const each of batch) if (!waits(each)) each.reject(error);
    if (waiting.length > 0) scheduleFlush(error instanceof StoreBusy ? busyPauseMs(looks++) : undefined);
  }

  /** The transaction in which acts are decided: nobody writes between what they rest on and what they record. */
  function together(at: EventPosition | undefined, decide: (batch: Batch) => void): boolean {
    if (closed) throw new StoreUnavailable(`${file} is closed.`);
    let appended: AppendedHere | undefined;
    try {
      noted.hold();
      begin.run();
      const to = look();
      const level = to.position === Number(at ?? 0);
      if (level) {
        floorKnown = floorRow!.read();
        decide({
          floor: floorKnown,
          append(stream, expected, events) {
            appended = write(to, { stream, expected, events });
            return appended;
          },
          readStream: (stream, { after, limit }) =>
            (pageOfStream.all(stream, Number(after), page(limit)) as unknown as Columns[]).map(held),
        });
      }
      if (appended) commitToFile();
      else rollback.run();
      if (!level) return false;
    } catch (error) {
      seen = undefined;
      if (db.isTransaction) rollback.run();
      throw unavailable(file, error);
    }
    if (appended) {
      for (const following of followers) following.wake(appended.position);
    }
    return true;
  }

  function raiseFloor(
    after: EventPosition | undefined,
    to: string | undefined,
    take: (events: readonly RecordedEvent[]) => void,
  ): boolean {
    if (closed) throw new StoreUnavailable(`${file} is closed.`);
    try {
      db.exec(`PRAGMA busy_timeout = ${RAISE_WAIT_MS}`);
      try {
        begin.run();
      } catch (error) {
        if (/database is locked/.test(String(error))) return false;
        throw error;
      } finally {
        db.exec('PRAGMA busy_timeout = 0');
      }
      for (let from = Number(after ?? 0), more = true; more;) {
        const after = from === 0 ? undefined : String(from);
        const events = goingOn(store, after, (pageOfAll.all(from, READ_PAGE_MAX) as unknown as Columns[]).map(held));
        if (events.length > 0) take(events);
        from += events.length;
        more = events.length === READ_PAGE_MAX;
      }
      if (to !== undefined) floorRow!.note(to);
      const raised = floorRow!.read();
      // A floor noted in a file that was replaced would not hold.
      holdToFile();
      commit.run();
      if (to !== undefined) noted.soon();
      holdToFile();
      floorKnown = raised;
      return true;
    } catch (error) {
      if (db.isTransaction) rollback.run();
      throw unavailable(file, error);
    }
  }

  function scheduleFlush(afterMs?: number): void {
    if (flushing) return;
    flushing = true;
    if (afterMs === undefined) setImmediate(flush);
    else setTimeout(flush, afterMs);
  }

  /** Brings what is in the log into the file. Where it cannot be written, the log keeps it, as safe as before. */
  function intoTheFile(): void {
    try {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The next who opens the file brings it in.
    }
  }

  /** Writes the first page of the file as it is. */
  function tryWriting(): void {
    noted.hold();
    db.exec('BEGIN IMMEDIATE');
    try {
      rewriteVersion.run();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  const page = (limit = READ_PAGE_MAX) => Math.max(0, Math.min(limit, READ_PAGE_MAX));

  /** Reads. What is recorded can be read while others write; only while one of them mends or closes the file it cannot. */
  async function guarded<T>(read: () => T, until = performance.now() + BUSY_MS_MAX, times = 0): Promise<T> {
    try {
      const found = read();
      // What is read at rest may have been written to while it was read.
      if (readOnly) holdToFile();
      return found;
    } catch (error) {
      const failure = unavailable(file, error);
      if (!(failure instanceof StoreBusy) || performance.now() >= until) throw failure;
    }
    await pause(busyPauseMs(times));
    return guarded(read, until, times + 1);
  }

  /** An event as it was recorded: its bytes are those whose hash was written with them. Throws {@link LedgerDamaged}. */
  function held(row: Columns): RecordedEvent {
    const event = recorded(row);
    const [leaf] = row.slice(-1) as [Hash | null];
    if (!leaves || (leaf && isSameHash(leaf, leafOf(event)))) return event;
    const where = `Position ${event.position} (${event.stream} revision ${event.revision})`;
    damage ??= leaf
      ? `${where} is not what was recorded: its leaf in the ledger’s tree is another.`
      : `${where} has no leaf in the ledger’s tree: something was added or taken away.`;
    throw new LedgerDamaged(damage);
  }

  const rows = (as: (row: Columns) => RecordedEvent, statement: StatementSyncInstance, ...values: unknown[]) =>
    guarded(() => (statement.all(...values) as unknown as Columns[]).map(as));

  const readsOf = (as: (row: Columns) => RecordedEvent): Pick<EventStore, 'readStream' | 'readAll'> => ({
    readStream: (stream, { after = -1n, limit } = {}) => rows(as, pageOfStream, stream, Number(after), page(limit)),
    readAll: ({ after, limit } = {}) => rows(as, pageOfAll, Number(after ?? 0), page(limit)),
  });

  const store: SqliteEventStore = {
    commits: () => commits,
    instantsInOrder,
    floor: { known: () => floorKnown, ...(!readOnly && { raise: raiseFloor }) },
    together,
    tryWriting: () => guarded(tryWriting),
    append: (stream, expected, events) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new StoreUnavailable(`${file} is closed.`));
          return;
        }
        waiting.push({ stream, expected, events, until: performance.now() + BUSY_MS_MAX, resolve, reject });
        scheduleFlush();
      }),
    ...readsOf(held),
    asItLies: readsOf(recorded),
    damage: () => damage,
    head: () =>
      guarded(() => {
        const { position } = lastPosition.get() as { position: number | null };
        return position === null ? undefined : String(position);
      }),
    parts: {
      streams: (upTo) =>
        guarded(() => {
          const all = streamsUpTo.all(Number(upTo)) as { readonly stream: string; readonly events: number }[];
          return new Map(all.map(({ stream, events }) => [stream, events]));
        }),
      read: (streams, after, upTo) =>
        rows(held, pageOfSome, Number(after ?? 0), Number(upTo), JSON.stringify(streams), READ_PAGE_MAX),
    },
    ...(leaves && {
      leaves: (from: number, limit?: number) =>
        guarded(() => leaves.read({ level: 0, place: from, count: page(limit) })),
      subtrees: (level: number, from: number, limit?: number) =>
        guarded(() => leaves.read({ level, place: from, count: page(limit) })),
    }),
    isAfter: (a, b) => Number(a) > Number(b ?? 0),
    canFollow: (a, b) => Number(a) === Number(b ?? 0) + 1,
    subscribe: (after, follower) => follow(store, after, follower, followers, isReplaced),
    diagnose: () => guarded(() => [...diagnose(pragma, readOnly, opened.logged), ...noted.findings()]),
    examine: () => guarded(() => examined(db)),
    ...(!readOnly && { replaced }),
    lost: noted.lost,
    ...(!readOnly && { acceptLoss: noted.accept }),
    close: async () => {
      if (closed) return;
      closed = true;
      // Nobody is being answered any more, so it can wait where it is.
      db.exec(`PRAGMA busy_timeout = ${BUSY_MS_MAX}`);
      while (waiting.length > 0) flush();
      for (const following of followers) following.stop();
      noted.end();
      if (!readOnly) intoTheFile();
      db.close();
      opened.forget();
    },
  };
  return store;
}

/** Whether another connection, of this process or another, has the ledger's file open. */
export function isInUse(file: string): boolean {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    // Only the sole user of a file can take it out of WAL mode; the next opening puts it back.
    db.exec('PRAGMA journal_mode = DELETE');
    return false;
  } catch (error) {
    // A file that is damaged is in nobody's use for that.
    return unavailable(file, error) instanceof StoreBusy;
  } finally {
    db.close();
  }
}

function openDatabase(
  file: string,
  readOnly: boolean,
  mustExist: boolean,
): { readonly db: DatabaseSyncInstance; readonly opened: FileToOpen } {
  let opened: FileToOpen | undefined;
  try {
    opened = readOnly ? openToRead(file) : openToWrite(file, !mustExist);
    return { db: new DatabaseSync(opened.location, opened.options), opened };
  } catch (error) {
    opened?.forget();
    throw unavailable(file, error);
  }
}

function recorded([position, stream, revision, id, type, data, metadata]: Columns): RecordedEvent {
  // A page that was damaged may hold rows that its table refuses.
  const isEvent =
    typeof revision === 'number' &&
    typeof stream === 'string' &&
    typeof id === 'string' &&
    typeof type === 'string' &&
    typeof data === 'string' &&
    typeof metadata === 'string';
  if (!isEvent) throw new LedgerDamaged(`Position ${position} cannot be read: what stands there is no event.`);
  return { position: String(position), stream, revision: BigInt(revision), id, type, data, metadata };
}

function refusal(error: unknown, stream: string, file: string): Error {
  if (error instanceof ConcurrencyConflict) return error;
  if (/recorded instants never go back/.test(String(error))) return new RecordedBehind(stream);
  return unavailable(file, error);
}

/** The primary code of SQLite for a lock that somebody else holds; codes that say more about it have it in the low byte. */
const SQLITE_BUSY = 5;

function unavailable(file: string, cause: unknown): StoreUnavailable {
  if (cause instanceof StoreUnavailable) return cause;
  const { message, errcode = 0 } = cause as Error & { readonly errcode?: number };
  if ((errcode & 0xff) === SQLITE_BUSY)
    return new StoreBusy(`${file}: another process is writing to it (${message}).`, cause);
  const words = `${file}: ${message}`;
  return /malformed/.test(words) ? new LedgerDamaged(words, cause) : new StoreUnavailable(words, cause);
}

/** All that SQLite finds wrong with pages, tables, indexes and constraints, so many at the most. */
const FOUND_MAX = 100;

function examined(db: DatabaseSyncInstance): string[] {
  const rows = db.prepare(`PRAGMA integrity_check(${FOUND_MAX})`).all() as { readonly integrity_check: string }[];
  return rows.map(({ integrity_check: words }) => words).filter((words) => words !== 'ok');
}

/** `logged` is said of a file that is read at rest. */
function diagnose(pragma: (name: string) => unknown, readOnly: boolean, logged?: boolean): Finding[] {
  const integrity = String(pragma('quick_check'));
  const journal = logged ? 'wal' : String(pragma('journal_mode'));
  const synchronous = pragma('synchronous');
  return [
    { name: 'structure', ok: integrity === 'ok', words: `SQLite finds the file's structure ${integrity}.` },
    { name: 'journal', ok: journal === 'wal', words: `The journal mode is ${journal}; it should be wal.` },
    readOnly
      ? { name: 'durability', ok: true, words: 'The file is open for reading only.' }
      : {
          name: 'durability',
          ok: synchronous === SYNCHRONOUS_FULL,
          words: `synchronous is ${String(synchronous)}; 2 (FULL) keeps an acknowledged commit through a power failure.`,
        },
  ];
}
