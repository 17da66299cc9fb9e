import { numberList } from './number-list.js';

/**
 * The officers and keys of acts, one after another in one long array of bytes, so that a million of them are nothing for the
 * garbage collector to walk through: a SHA-256 digest, which is what the ledger records of a key, in its 32 bytes, and
 * any other text in two bytes a unit.
 */
export interface KeyEntries {
  /** Whether an officer has an entry. */
  knows(officer: string): boolean;
  /** Writes an entry after all others and returns where it ends: it is there until the next is written, unless it stays. */
  write(officer: string, key: string): number;
  /** The same with an entry as it is written elsewhere. */
  copy(entry: ActEntry): number;
  /** Keeps the entry that has been written up to an end. */
  stay(end: number): void;
  /** Whether the entry that has been written up to an end is that of an act. */
  isSame(act: number, end: number): boolean;
  /** A hash of the entry that has been written up to an end, or that of an act. */
  hashUpTo(end: number): number;
  hashOf(act: number): number;
  /** All of them, as {@link createKeyEntries} takes them. */
  kept(): KeptKeyEntries;
}

export interface KeptKeyEntries {
  readonly officers: Map<string, number>;
  readonly ends: Uint32Array | Float64Array;
  readonly bytes: Uint8Array;
}

/** An act in the bytes in which it is kept. */
export interface ActEntry {
  readonly officer: string;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const DIGEST = /^[0-9a-f]{64}$/;
const DIGEST_BYTES = 32;
const DIGEST_BYTES_HASHED = 8;
/** An officer's number and whether the key is a digest: four bytes. */
const HEAD = 4;
const ROOM_AT_FIRST = 1_024;
const GROWTH = 1.25;

/** The same bytes with room after them, beyond so many as are needed now. */
function longer(bytes: Uint8Array, needed: number): Uint8Array {
  const made = new Uint8Array(Math.max(ROOM_AT_FIRST, Math.ceil(needed * GROWTH)));
  made.set(bytes);
  return made;
}

/** The bytes of two arrays, one after the other. */
function joined(some: Uint8Array, others: Uint8Array): Uint8Array {
  if (others.length === 0) return some;
  const both = new Uint8Array(some.length + others.length);
  both.set(some);
  both.set(others, some.length);
  return both;
}

/**
 * No entries, or those that were kept. New ones are written into an array of their own, so that a start does not copy the old
 * ones: those of a million acts are 36 MB.
 */
export function createKeyEntries(kept?: KeptKeyEntries): KeyEntries {
  /** Officers by number: few act, and each often. */
  const officers = kept?.officers ?? new Map<string, number>();
  const ends = numberList('float64', kept?.ends);
  const before = kept?.bytes ?? new Uint8Array(0);
  const isBefore = (at: number): boolean => at < before.length;
  let bytes: Uint8Array = new Uint8Array(0);

  /** Where an entry starts, counted over both arrays. */
  const startOf = (act: number): number => (act === 0 ? 0 : ends.at(act - 1)!);
  /** Where the next entry starts in the array of new ones. */
  const start = (): number => startOf(ends.length) - before.length;

  /** Makes room for an entry after all others, and writes its head there: the officer, and what the key is. */
  function begin(officer: string, isDigest: boolean, length: number): number {
    const from = start();
    if (from + length > bytes.length) bytes = longer(bytes, from + length);
    let number = officers.get(officer);
    if (number === undefined) officers.set(officer, (number = officers.size));
    const what = number * 2 + Number(isDigest);
    for (let at = 0; at < HEAD; at++) bytes[from + at] = what >>> (at * 8);
    return from;
  }

  return {
    knows: (officer) => officers.has(officer),
    write(officer, key) {
      const isDigest = DIGEST.test(key);
      const length = HEAD + (isDigest ? DIGEST_BYTES : key.length * 2);
      const from = begin(officer, isDigest, length);
      (isDigest ? writeDigest : writeText)(bytes, from + HEAD, key);
      return before.length + from + length;
    },
    copy({ officer, bytes: source, start: at, end }) {
      const to = begin(officer, isDigestAt(source, at), end - at);
      for (let index = HEAD; index < end - at; index++) bytes[to + index] = source[at + index]!;
      return before.length + to + end - at;
    },
    stay: (end) => ends.push(end),
    isSame(act, end) {
      const from = start();
      const length = end - before.length - from;
      const its = startOf(act);
      if (ends.at(act)! - its !== length) return false;
      const [where, there] = isBefore(its) ? [before, its] : [bytes, its - before.length];
      for (let at = 0; at < length; at++) if (where[there + at] !== bytes[from + at]) return false;
      return true;
    },
    hashUpTo: (end) => hash(bytes, start(), end - before.length),
    hashOf(act) {
      const [from, to] = [startOf(act), ends.at(act)!];
      return isBefore(from) ? hash(before, from, to) : hash(bytes, from - before.length, to - before.length);
    },
    kept: () => ({ officers, ends: ends.all(), bytes: joined(before, bytes.subarray(0, start())) }),
  };
}

/** Gives the entries that were kept, one after another in their order: each until the next is asked for. */
export function entriesIn({ officers, ends, bytes }: KeptKeyEntries): () => ActEntry {
  const names = [...officers.keys()];
  let next = 0;
  const entry = { officer: '', bytes, start: 0, end: 0 };
  return () => {
    const start = entry.end;
    const what = bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24);
    entry.officer = names[what >>> 1]!;
    entry.start = start;
    entry.end = ends[next++]!;
    return entry;
  };
}

/** The key of an act, read back from where it is written. */
export function keyOf({ bytes, start, end }: ActEntry): string {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset + start + HEAD, end - start - HEAD);
  return key.toString(isDigestAt(bytes, start) ? 'hex' : 'utf16le');
}

const isDigestAt = (bytes: Uint8Array, start: number): boolean => (bytes[start]! & 1) === 1;

function writeDigest(bytes: Uint8Array, start: number, key: string): void {
  for (let at = 0; at < DIGEST_BYTES; at++) {
    bytes[start + at] = (hexDigit(key.charCodeAt(at * 2)) << 4) | hexDigit(key.charCodeAt(at * 2 + 1));
  }
}

/** Any other text, two bytes a unit. */
function writeText(bytes: Uint8Array, start: number, key: string): void {
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    bytes[start + at * 2] = unit;
    bytes[start + at * 2 + 1] = unit >>> 8;
  }
}

const hexDigit = (code: number): number => (code <= NINE ? code - ZERO : code - A + 10);
const ZERO = '0'.charCodeAt(0);
const NINE = '9'.charCodeAt(0);
const A = 'a'.charCodeAt(0);

/** FNV-1a, over the bytes of an entry: over few of them, where they are a digest, since any of its bytes is as good as all. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0x811c9dc5;
  const last = isDigestAt(bytes, start) ? start + HEAD + DIGEST_BYTES_HASHED : end;
  for (let at = start; at < last; at++) sum = Math.imul(sum ^ bytes[at]!, 0x01000193);
  return sum >>> 0;
}
