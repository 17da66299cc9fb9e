import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/**
 * The floor in the file: one row, which never goes down, and which every process that has the file open keeps to. The file
 * itself refuses an event that is recorded at or before it, so that a program that does not know of floors keeps to it too.
 */
export interface FloorRow {
  /** What the file says now; undefined where nobody has noted a floor. */
  read(): string | undefined;
  /** Notes a floor, inside a transaction; a lower one than there is changes nothing. */
  note(to: string): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS floor (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    instant TEXT    NOT NULL CHECK (length(instant) = 24)
  ) STRICT;
  CREATE TRIGGER IF NOT EXISTS the_floor_never_goes_down BEFORE UPDATE ON floor WHEN NEW.instant < OLD.instant
    BEGIN SELECT RAISE(ABORT, 'the floor never goes down'); END;
  CREATE TRIGGER IF NOT EXISTS the_floor_is_never_deleted BEFORE DELETE ON floor
    BEGIN SELECT RAISE(ABORT, 'the floor is never deleted'); END;
  CREATE TRIGGER IF NOT EXISTS nothing_is_recorded_below_the_floor BEFORE INSERT ON events
    WHEN NEW.metadata ->> '$.recordedAt' <= (SELECT instant FROM floor)
    BEGIN SELECT RAISE(ABORT, 'recorded instants never go back to the floor'); END;
`;

/** Undefined for a file that is only to be read and was never opened for writing by a program that knows of floors. */
export function openFloor(db: DatabaseSyncInstance, readOnly: boolean): FloorRow | undefined {
  if (!readOnly) db.exec(SCHEMA);
  else if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'floor'").get() === undefined) return undefined;
  const row = db.prepare('SELECT instant FROM floor');
  const put = db.prepare(
    `INSERT INTO floor (one, instant) VALUES (1, ?)
     ON CONFLICT (one) DO UPDATE SET instant = excluded.instant WHERE excluded.instant > instant`,
  );
  return {
    read: () => (row.get() as { readonly instant: string } | undefined)?.instant,
    note: (to) => void put.run(to),
  };
}
