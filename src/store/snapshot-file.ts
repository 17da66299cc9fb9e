import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { hash } from 'node:crypto';

/**
 * A file of parts and a manifest that says what they are of, read back only as it was written: the manifest carries the
 * digest of each part, and the file ends with the digest of the manifest. It is put in place whole or not at all.
 */
export interface SnapshotFile {
  /** What is there; undefined where there is no file, or none that is as it was written. */
  read(): Snapshot | undefined;
  /** Replaces what is there. Throws, and leaves what is there, where it cannot be written. */
  write(about: About, parts: Iterable<Uint8Array>): void;
}

type About = Readonly<Record<string, string | number>>;

export interface Snapshot {
  readonly about: About;
  /** The parts, in order, each read and checked when its turn comes. Throws {@link SnapshotDamaged}. */
  parts(): Generator<Uint8Array>;
  close(): void;
}

export class SnapshotDamaged extends Error {
  constructor() {
    super('A part of the snapshot is not as it was written.');
    this.name = 'SnapshotDamaged';
  }
}

interface Manifest {
  readonly about: About;
  readonly parts: readonly { readonly bytes: number; readonly digest: string }[];
}

/** The file ends with the length of the manifest, four bytes, and its digest, thirty-two. */
const LENGTH_BYTES = 4;
const DIGEST_BYTES = 32;
const TAIL_BYTES = LENGTH_BYTES + DIGEST_BYTES;

const digestOf = (bytes: Uint8Array): string => hash('sha256', bytes);

export function snapshotFile(path: string): SnapshotFile {
  return {
    read() {
      let file: number;
      try {
        file = openSync(path, 'r');
      } catch {
        return undefined;
      }
      const manifest = manifestOf(file);
      if (manifest)
        return { about: manifest.about, parts: () => partsOf(file, manifest), close: () => closeSync(file) };
      closeSync(file);
      return undefined;
    },
    write(about, parts) {
      const beside = `${path}.new`;
      // What a program that was killed has left. Should another be at it, what comes of both is found not to be as written.
      rmSync(beside, { force: true });
      // For its owner alone, as the ledger is.
      const file = openSync(beside, 'wx', 0o600);
      try {
        const written: Manifest['parts'][number][] = [];
        for (const part of parts) {
          writeAll(file, part);
          written.push({ bytes: part.length, digest: digestOf(part) });
        }
        const manifest = Buffer.from(JSON.stringify({ about, parts: written } satisfies Manifest));
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32LE(manifest.length);
        for (const bytes of [manifest, length, Buffer.from(digestOf(manifest), 'hex')]) writeAll(file, bytes);
        renameSync(beside, path);
      } catch (error) {
        rmSync(beside, { force: true });
        throw error;
      } finally {
        closeSync(file);
      }
    },
  };
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

/** So many bytes from a place on; fewer where the file ends before. */
function readAll(file: number, from: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  let done = 0;
  for (let read = -1; read !== 0 && done < count; done += read)
    read = readSync(file, bytes, done, count - done, from + done);
  return bytes.subarray(0, done);
}

function manifestOf(file: number): Manifest | undefined {
  const { size } = fstatSync(file);
  if (size < TAIL_BYTES) return undefined;
  const tail = Buffer.from(readAll(file, size - TAIL_BYTES, TAIL_BYTES));
  const length = tail.readUInt32LE();
  const start = size - TAIL_BYTES - length;
  if (start < 0) return undefined;
  const manifest = readAll(file, start, length);
  return digestOf(manifest) === tail.toString('hex', LENGTH_BYTES)
    ? (JSON.parse(Buffer.from(manifest).toString()) as Manifest)
    : undefined;
}

function* partsOf(file: number, { parts }: Manifest): Generator<Uint8Array> {
  let from = 0;
  for (const { bytes, digest } of parts) {
    const part = readAll(file, from, bytes);
    if (digestOf(part) !== digest) throw new SnapshotDamaged();
    yield part;
    from += bytes;
  }
}
