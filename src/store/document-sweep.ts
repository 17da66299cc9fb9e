import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileOf, SWEPT, unlessMissing, type DocumentType } from './documents.js';

/**
 * Removes files that nothing names, which belong to abandoned drafts. A file stays while anything recorded in its
 * stream names its digest, while it is younger than a limit (showing or sending a draft that names it renews its age),
 * and if its stream is not in the ledger, because the folder may then belong to another ledger.
 */
export interface Sweep {
  readonly folder: string;
  /** The digests that a stream names, asked anew for each file; undefined where the ledger has no such stream. */
  readonly named: (stream: string) => Promise<ReadonlySet<string> | undefined>;
  /** The instant, in milliseconds. */
  readonly now: number;
  /** How long a file that nothing names is kept, in milliseconds. */
  readonly unnamedMs: number;
  /** Whether files are taken away, or only listed. */
  readonly remove: boolean;
}

export interface Swept {
  readonly unnamed: readonly Unnamed[];
  /** Folders of streams that are not in the ledger: nothing in them is touched. */
  readonly strange: readonly string[];
  /** Why nothing was removed although that was asked for, in a sentence. */
  readonly whyNot?: string | undefined;
}

export interface Unnamed {
  readonly stream: string;
  readonly sha256: string;
  readonly type: DocumentType;
  readonly bytes: number;
  /** When it was sent, or last stood in a draft, in milliseconds. */
  readonly since: number;
}

/** Looks through the folder once. Rejects where it, or a stream of the ledger, cannot be read; what was swept by then is swept. */
export async function sweepDocuments(sweep: Sweep): Promise<Swept> {
  const { folder, named, remove } = sweep;
  if (remove) await putAllBack(sweep);
  const unnamed: Unnamed[] = [];
  const strange: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  const streams = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  for (const stream of streams.sort()) {
    const old = await oldIn(sweep, stream);
    if (old.length === 0) continue;
    const names = await named(stream);
    if (!names) {
      strange.push(stream);
      continue;
    }
    for (const each of old.filter(({ sha256 }) => !names.has(sha256)))
      if (!remove || (await taken(sweep, each))) unnamed.push(each);
  }
  return { unnamed, strange };
}

/** The files of a stream that are older than the bound. */
async function oldIn({ folder, now, unnamedMs }: Sweep, stream: string): Promise<Unnamed[]> {
  const old: Unnamed[] = [];
  for (const name of (await readdir(join(folder, stream))).sort()) {
    const file = fileOf(name);
    const there = file && (await stat(join(folder, stream, name)).catch(unlessMissing));
    if (there && there.mtimeMs < now - unnamedMs)
      old.push({ stream, ...file, bytes: there.size, since: Math.trunc(there.mtimeMs) });
  }
  return old;
}

/**
 * Removes one file unless it is needed. It first moves the file aside; if the file is then named, sent, or shown in a
 * draft, the sweep notices this before the removal and puts it back.
 */
async function taken({ folder, named, now, unnamedMs }: Sweep, file: Unnamed): Promise<boolean> {
  const [live, aside] = [liveAt(folder, file), asideAt(folder, file)];
  await mkdir(join(folder, SWEPT), { recursive: true, mode: 0o700 });
  if ((await rename(live, aside).then(done, unlessMissing)) === undefined) return false;
  const there = await stat(aside).catch(unlessMissing);
  // A draft has fetched it.
  if (!there) return false;
  const isWanted = there.mtimeMs >= now - unnamedMs || (await named(file.stream))?.has(file.sha256) !== false;
  if (!isWanted) return (await rm(aside).then(done, unlessMissing)) !== undefined;
  await putBack(aside, live, now);
  return false;
}

/**
 * Puts back what was laid aside, as young as if it had come now. The same file may have been sent again meanwhile, and then takes its
 * place: it must be no older for that.
 */
async function putBack(aside: string, live: string, now: number): Promise<void> {
  await utimes(aside, new Date(now), new Date(now)).catch(unlessMissing);
  await rename(aside, live).catch(unlessMissing);
}

/** What a sweep that was cut off has laid aside is put back. */
async function putAllBack({ folder, now }: Sweep): Promise<void> {
  for (const name of (await readdir(join(folder, SWEPT)).catch(unlessMissing)) ?? []) {
    const [stream = '', own = ''] = name.split(',');
    if (fileOf(own)) await putBack(join(folder, SWEPT, name), join(folder, stream, own), now);
  }
}

type Placed = Pick<Unnamed, 'stream' | 'sha256' | 'type'>;

const liveAt = (folder: string, { stream, sha256, type }: Placed): string => join(folder, stream, `${sha256}.${type}`);
const asideAt = (folder: string, { stream, sha256, type }: Placed): string =>
  join(folder, SWEPT, `${stream},${sha256}.${type}`);
const done = () => true;

/**
 * Sweeps at intervals, for as long as the service runs. Before each sweep, more often between them and at the stop the folder notes
 * how far its ledger has come. A fault is logged, and the next round tries again.
 */
export function startSweeping(
  { sweep, note }: { readonly sweep: () => Promise<Swept>; readonly note: () => Promise<void> },
  { firstMs, everyMs, noteMs }: { readonly firstMs: number; readonly everyMs: number; readonly noteMs: number },
  log: {
    info(what: object, words: string): void;
    warn(what: object, words: string): void;
    error(fault: object, words: string): void;
  },
): { stop(): Promise<void> } {
  let round: Promise<void> = Promise.resolve();
  const noteNow = (): void => {
    round = round
      .then(note)
      .catch((err: unknown) =>
        log.error({ err }, 'the folder of documents could not note how far its ledger has come'),
      );
  };
  const sweepNow = (): void => {
    noteNow();
    round = round.then(sweep).then(
      ({ unnamed, strange, whyNot }) => {
        for (const stream of strange)
          log.warn({ stream }, 'a folder of documents is of nothing in this ledger, and is left as it is');
        if (whyNot !== undefined) log.warn({ files: unnamed.length }, `no document was removed. ${whyNot}`);
        else for (const each of unnamed) log.info({ ...each }, 'a document that nothing names was removed');
      },
      (err: unknown) => log.error({ err }, 'the folder of documents could not be swept'),
    );
  };
  noteNow();
  const timers = [setTimeout(sweepNow, firstMs), setInterval(sweepNow, everyMs), setInterval(noteNow, noteMs)];
  return {
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      noteNow();
      await round;
    },
  };
}
