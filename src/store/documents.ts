import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm, stat, statfs, utimes, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Scanner } from './document-scanner.js';

/**
 * The files that facts name as evidence, in a folder of the operator’s: each under the stream that it was sent for, by
 * its SHA-256, written whole or not at all. A file of one stream cannot be read through another, so a digest known from
 * elsewhere opens nothing. The ledger holds only names and digests, and works without the files.
 */
export interface Documents {
  /** A file has no more bytes than this. */
  readonly bytesMax: number;
  /**
   * Takes a file in, as it comes. Rejects {@link NotTaken} where it is empty, too large or of another type than it is said to be,
   * where the operator’s scanner does not let it through, or where the disk is nearly full; then nothing of it is left.
   */
  keep(stream: string, type: DocumentType, content: AsyncIterable<Uint8Array>): Promise<{ readonly sha256: string }>;
  /** Whether a file is kept under a digest. Its content is checked when it is delivered. */
  has(stream: string, sha256: string): Promise<boolean>;
  /**
   * Notes that a draft names a file, which renews the file's age, so that no sweep removes it before the time for
   * unnamed files has passed from now. Does nothing if there is no such file.
   */
  renew(stream: string, sha256: string, now: number): Promise<void>;
  /** A file whose bytes match its digest; `changed` if they do not; undefined if there is no file. */
  give(stream: string, sha256: string): Promise<Given | 'changed' | undefined>;
}

export interface Given {
  readonly type: DocumentType;
  readonly bytes: number;
  /** Closes the file when it ends, or is destroyed. */
  readonly content: Readable;
}

type Why = 'empty' | 'too-large' | 'type' | 'full' | 'scan-refused' | 'scan-failed' | 'scan-busy';

/** Why a file is not taken. */
export class NotTaken extends Error {
  readonly why: Why;

  constructor(why: Why) {
    super(`The file is not taken: ${why}.`);
    this.name = 'NotTaken';
    this.why = why;
  }
}

const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');
const begins = (start: Buffer) => (head: Buffer) => head.subarray(0, start.length).equals(start);
/** Text has no byte of nothing in it. */
const isText = (head: Buffer): boolean => !head.includes(0);

/** The types that are taken, by the ending of the name, each with how such a file begins. None of them is shown by us. */
const TYPES = {
  pdf: (head: Buffer) => head.subarray(0, 1_024).includes('%PDF-'),
  docx: begins(ZIP),
  xlsx: begins(ZIP),
  pptx: begins(ZIP),
  odt: begins(ZIP),
  ods: begins(ZIP),
  odp: begins(ZIP),
  png: begins(Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1')),
  jpg: begins(Buffer.from([0xff, 0xd8, 0xff])),
  csv: isText,
  txt: isText,
} as const;

export type DocumentType = keyof typeof TYPES;

export const DOCUMENT_TYPES = Object.keys(TYPES) as readonly DocumentType[];

/** The type that a name says a file is of; undefined of one that is not taken. */
export function typeNamed(name: string): DocumentType | undefined {
  const ending = /\.([a-z]{3,4})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return DOCUMENT_TYPES.find((type) => type === (ending === 'jpeg' ? 'jpg' : ending));
}

const HEAD_BYTES = 4_096;
/** So much of the disk stays free: the ledger may be on it, and what cannot be written there is not recorded. */
const FREE_BYTES_MIN = 512 * 1024 * 1024;
const PARTS = '.parts';
/** Where a sweep lays files aside before it takes them away. */
export const SWEPT = '.swept';
/** No file is on its way for so long. */
const PART_MS = 3_600_000;
const DIGEST = /^[0-9a-f]{64}$/;
const STREAM = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** What a file is by its own name; undefined where it is none of ours. */
export function fileOf(name: string): { readonly sha256: string; readonly type: DocumentType } | undefined {
  const [sha256 = '', ending, more] = name.split('.');
  const type = DOCUMENT_TYPES.find((each) => each === ending);
  return DIGEST.test(sha256) && type && more === undefined ? { sha256, type } : undefined;
}

/** Opens a folder of documents. Throws where it is not there or cannot be written. Parts that a crash has left are removed. */
export function openDocuments({
  folder,
  bytesMax,
  now,
  freeBytesMin = FREE_BYTES_MIN,
  scanner,
}: {
  readonly folder: string;
  readonly bytesMax: number;
  /** The instant, in milliseconds. */
  readonly now: number;
  readonly freeBytesMin?: number;
  /** What each file has to get through before it is kept; left out, none is scanned. */
  readonly scanner?: Scanner | undefined;
}): Documents {
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
  const parts = join(folder, PARTS);
  mkdirSync(parts, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(parts)) {
    const part = join(parts, name);
    // Another service that shares the folder may be writing.
    const { mtimeMs = Infinity } = statSync(part, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs < now - PART_MS) rmSync(part, { force: true });
  }

  const folderOf = (stream: string): string => {
    if (!STREAM.test(stream)) throw new Error(`${stream} is no stream`);
    return join(folder, stream);
  };

  /** The file under a digest, of whichever type, opened. */
  async function found(stream: string, sha256: string): Promise<{ type: DocumentType; file: FileHandle } | undefined> {
    if (!DIGEST.test(sha256)) return undefined;
    for (const type of DOCUMENT_TYPES) {
      const file = await open(join(folderOf(stream), `${sha256}.${type}`)).catch(unlessMissing);
      if (file) return { type, file };
    }
    return undefined;
  }

  async function written(file: FileHandle, type: DocumentType, content: AsyncIterable<Uint8Array>): Promise<string> {
    const hash = createHash('sha256');
    let bytes = 0;
    let head = Buffer.alloc(0);
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw new NotTaken('too-large');
      if (head.length < HEAD_BYTES) {
        head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
        // A file of another type is not written to its end.
        if (head.length === HEAD_BYTES && !TYPES[type](head)) throw new NotTaken('type');
      }
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (bytes === 0) throw new NotTaken('empty');
    if (!TYPES[type](head)) throw new NotTaken('type');
    await file.sync();
    return hash.digest('hex');
  }

  /**
   * Has a whole file scanned. What a scanner has changed or taken away is refused too: it would not be what its officer sent.
   */
  async function scanned(part: string, about: { readonly stream: string; readonly sha256: string }): Promise<void> {
    if (!scanner) return;
    const before = await stat(part, { bigint: true });
    const came = await scanner.scan(resolve(part), about);
    if (came === 'busy') throw new NotTaken('scan-busy');
    if (came === 'failed') throw new NotTaken('scan-failed');
    const after = await stat(part, { bigint: true }).catch(unlessMissing);
    const isSame = after?.ino === before.ino && after.size === before.size && after.mtimeNs === before.mtimeNs;
    if (came === 'refused' || !isSame) throw new NotTaken('scan-refused');
  }

  return {
    bytesMax,
    async keep(stream, type, content) {
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < bytesMax + freeBytesMin) throw new NotTaken('full');
      const part = join(parts, randomUUID());
      const file = await open(part, 'wx', 0o600);
      try {
        const sha256 = await written(file, type, content);
        await scanned(part, { stream, sha256 });
        await mkdir(folderOf(stream), { recursive: true, mode: 0o700 });
        await rename(part, join(folderOf(stream), `${sha256}.${type}`));
        for (const each of [folderOf(stream), folder]) await synced(each);
        return { sha256 };
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      } finally {
        await file.close();
      }
    },
    async has(stream, sha256) {
      if (!DIGEST.test(sha256)) return false;
      for (const type of DOCUMENT_TYPES)
        if (await stat(join(folderOf(stream), `${sha256}.${type}`)).catch(unlessMissing)) return true;
      return false;
    },
    async renew(stream, sha256, at) {
      if (!DIGEST.test(sha256)) return;
      const time = new Date(at);
      for (const type of DOCUMENT_TYPES) {
        const name = `${sha256}.${type}`;
        const live = join(folderOf(stream), name);
        const made = () => utimes(live, time, time).then(() => true, unlessMissing);
        // A sweep that is looking at it has laid it aside: it is fetched, whether its time was set before or not.
        await made();
        if ((await stat(live).catch(unlessMissing)) !== undefined) continue;
        await rename(join(folder, SWEPT, `${stream},${name}`), live).catch(unlessMissing);
        await made();
      }
    },
    async give(stream, sha256) {
      const there = await found(stream, sha256);
      if (!there) return undefined;
      const { type, file } = there;
      const hash = createHash('sha256');
      let bytes = 0;
      // The same open file is read twice: what is given is what was held to the digest.
      for await (const chunk of file.createReadStream({ autoClose: false, start: 0 }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.length;
      }
      if (hash.digest('hex') !== sha256) {
        await file.close();
        return 'changed';
      }
      return { type, bytes, content: file.createReadStream({ start: 0 }) };
    },
  };
}

/** Nothing, where there is no such file. Throws whatever else is wrong. */
export function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

/** Has a folder’s list of files on disk. */
async function synced(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
