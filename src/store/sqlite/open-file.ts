import {
  closeSync,
  copyFileSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUSY_MS_MAX, StoreUnavailable } from '../event-store.js';

/** How a ledger’s file is opened, and how it is known later that it is still the one that was opened. */

/** What SQLite keeps beside a file in use: the log of what is not in the file yet, and what its users share of it. */
const companionsOf = (file: string): { readonly log: string; readonly shared: string } => ({
  log: `${file}-wal`,
  shared: `${file}-shm`,
});

/**
 * The file that a path stands for, where it is a symbolic link. SQLite follows links and keeps its log beside the file itself;
 * whoever looked for it beside the link would read a ledger in use without its newest commits.
 */
export function followed(path: string): string {
  const isLink =
    lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() && statSync(path, { throwIfNoEntry: false });
  return isLink ? realpathSync(path) : path;
}

/** The number by which the file system knows a file; undefined where there is none at the path. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}

/** What tells that a file at rest has not been touched since. */
function stateOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`;
}

/**
 * Whether a file is in the mode in which commits go to a log first: what its header says. Only of a file that this process
 * has not opened: to close any handle of a file takes the locks away that the process holds on it.
 */
function isLogged(file: string): boolean {
  const header = Buffer.alloc(20);
  const held = openSync(file, 'r');
  readSync(held, header, 0, header.length, 0);
  closeSync(held);
  return header[18] === 2 && header[19] === 2;
}

const bytesIn = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

export interface FileToOpen {
  /** Where the database is, as SQLite is told it, and how it is opened. */
  readonly location: string;
  readonly options: { readonly readOnly?: true; readonly timeout: number; readonly enableForeignKeyConstraints?: true };
  /** Why what was opened may not be what is at the path now; undefined where it is. */
  readonly replaced: () => string | undefined;
  /** Takes away what was made for reading. The database is closed before. */
  readonly forget: () => void;
  /** Whether commits go to a log, where the file is read at rest: SQLite itself does not look at one then. */
  readonly logged?: boolean;
}

/** A file to be written to; made, for its owner alone, only where `make` says so. */
export function openToWrite(file: string, make: boolean): FileToOpen {
  // Who may see what is for the register to say, not for the machine. A file that is there is not opened, see isLogged.
  if (make && identityOf(file) === undefined) closeSync(openSync(file, 'a', 0o600));
  const at = identityOf(file);
  if (at === undefined) throw new StoreUnavailable(`There is no file ${file}.`);
  const { log, shared } = companionsOf(file);
  // Should another file have taken its place before it was opened, that is another identity from the first look on.
  const known = new Map<string, string | undefined>([[file, at]]);
  return {
    location: file,
    options: { timeout: BUSY_MS_MAX, enableForeignKeyConstraints: true },
    replaced() {
      // Looked at first once the database has been read: the companions are there from then on, while it is open.
      if (known.size === 1) for (const path of [log, shared]) known.set(path, identityOf(path));
      for (const [path, was] of known) {
        const is = identityOf(path);
        // SQLite makes a companion when it needs it first.
        if (was === undefined) known.set(path, is);
        if (is === was || was === undefined) continue;
        return is === undefined
          ? `${path} was removed while the ledger was open.`
          : `${path} is not the file that was opened: another was put in its place.`;
      }
      return undefined;
    },
    forget: () => undefined,
  };
}

/**
 * A file that is only to be read; nothing is left beside it. Where nobody has it open it is read as it lies, on a medium
 * that cannot be written to as well; a log that is not empty is copied with it to a temporary folder and read there.
 */
export function openToRead(file: string): FileToOpen {
  const { log, shared } = companionsOf(file);
  const options = { readOnly: true, timeout: BUSY_MS_MAX } as const;
  const asItIs = { options, replaced: () => undefined, forget: () => undefined };
  const logged = bytesIn(log);
  if (logged !== undefined && bytesIn(shared) !== undefined) return { ...asItIs, location: file };
  if (!logged) {
    // SQLite looks at no log and takes no lock: whoever opens the file to write makes a log first.
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    const was = stateOf(file);
    if (was === undefined) throw new StoreUnavailable(`There is no file ${file}.`);
    return {
      ...asItIs,
      location: url.href,
      logged: isLogged(file),
      replaced: () =>
        bytesIn(log) === logged && stateOf(file) === was
          ? undefined
          : `${file} was opened for writing while it was read as a file at rest: ask again.`,
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'bcf-ledger-'));
  const copy = join(folder, basename(file));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  try {
    copyFileSync(file, copy);
    copyFileSync(log, companionsOf(copy).log);
    if (bytesIn(shared) !== undefined)
      throw new StoreUnavailable(`${file} was opened for writing while it was copied to be read: ask again.`);
    // Writable: SQLite works out anew what users of the log share. Nothing is written to the copy itself.
    return { ...asItIs, location: copy, options: { timeout: BUSY_MS_MAX }, forget };
  } catch (error) {
    forget();
    throw error;
  }
}
