import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { putFile } from './put-file.js';

/**
 * A file of parts and a manifest that says what they are of, read back only as it was written: the manifest carries the
 * digest of each part, and the file ends with the manifest’s HMAC-SHA256 under a secret, which is in a file of its own
 * beside it. Somebody who can write the snapshot but not read the secret cannot make a snapshot that is used. It is put
 * in place whole or not at all.
 */
export interface SnapshotFile {
  /** What is there; undefined where there is no file, no secret, or no file that is as it was written. */
  read(): Snapshot | undefined;
  /** Replaces what is there, and makes the secret where there is none. Throws, and leaves what is there, where it cannot. */
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

/** The file ends with the length of the manifest, four bytes, and its HMAC, thirty-two. */
const LENGTH_BYTES = 4;
const MAC_BYTES = 32;
const TAIL_BYTES = LENGTH_BYTES + MAC_BYTES;
const SECRET_BYTES = 32;

const digestOf = (bytes: Uint8Array): string => hash('sha256', bytes);

const macOf = (secret: Uint8Array, bytes: Uint8Array): Uint8Array =>
  createHmac('sha256', secret).update(bytes).digest();

/** The secret beside a snapshot; undefined where there is none. */
function secretIn(path: string): Uint8Array | undefined {
  try {
    const secret = readFileSync(path);
    return secret.length === SECRET_BYTES ? secret : undefined;
  } catch {
    return undefined;
  }
}

function newSecret(path: string): Uint8Array {
  const secret = randomBytes(SECRET_BYTES);
  putFile(path, [secret]);
  return secret;
}

/** The file with the secret of a snapshot. */
export const secretOf = (snapshot: string): string => `${snapshot}.key`;

export function snapshotFile(path: string): SnapshotFile {
  return {
    read() {
      const secret = secretIn(secretOf(path));
      if (!secret) return undefined;
      let file: number;
      try {
        file = openSync(path, 'r');
      } catch {
        return undefined;
      }
      const manifest = manifestOf(file, secret);
      if (manifest)
        return { about: manifest.about, parts: () => partsOf(file, manifest), close: () => closeSync(file) };
      closeSync(file);
      return undefined;
    },
    write(about, parts) {
      const secret = secretIn(secretOf(path)) ?? newSecret(secretOf(path));
      putFile(path, written(about, parts, secret), { synced: false });
    },
  };
}

function* written(about: About, parts: Iterable<Uint8Array>, secret: Uint8Array): Generator<Uint8Array> {
  const listed: Manifest['parts'][number][] = [];
  for (const part of parts) {
    yield part;
    listed.push({ bytes: part.length, digest: digestOf(part) });
  }
  const manifest = Buffer.from(JSON.stringify({ about, parts: listed } satisfies Manifest));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(manifest.length);
  yield* [manifest, length, macOf(secret, manifest)];
}

/** So many bytes from a place on; fewer where the file ends before. */
function readAll(file: number, from: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  let done = 0;
  for (let read = -1; read !== 0 && done < count; done += read)
    read = readSync(file, bytes, done, count - done, from + done);
  return bytes.subarray(0, done);
}

function manifestOf(file: number, secret: Uint8Array): Manifest | undefined {
  const { size } = fstatSync(file);
  if (size < TAIL_BYTES) return undefined;
  const tail = Buffer.from(readAll(file, size - TAIL_BYTES, TAIL_BYTES));
  const length = tail.readUInt32LE();
  const start = size - TAIL_BYTES - length;
  if (start < 0) return undefined;
  const manifest = readAll(file, start, length);
  return timingSafeEqual(macOf(secret, manifest), tail.subarray(LENGTH_BYTES))
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
