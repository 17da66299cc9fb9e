import { growing } from './growing.js';

/**
 * Where each act was recorded first, by its officer and key. The keys themselves are kept, in one long array of bytes, so
 * that no two are ever taken for each other: a SHA-256 digest, which is what the ledger records of a key, in its 32 bytes.
 * A table with open addressing finds them. An act takes some 60 bytes, where a map of texts took 250.
 */
export interface Acts {
  /** Keeps the place of an act, unless the officer's key is there already: then that one's place is returned. */
  add(officer: string, key: string, place: number): number | undefined;
  find(officer: string, key: string): number | undefined;
  /** Adds an act as it is written elsewhere: what {@link entriesOf} gives. */
  copy(entry: Entry, place: number): number | undefined;
  /** All of them, as {@link createActs} takes them. */
  kept(): KeptActs;
}

export interface KeptActs {
  readonly officers: Map<string, number>;
  readonly ends: Uint32Array | Float64Array;
  readonly places: Uint32Array | Float64Array;
  readonly bytes: Uint8Array;
  readonly slots: Uint32Array;
}

/** An act in the bytes in which it is kept. */
interface Entry {
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
const SLOTS_AT_FIRST = 64;
/** Of the table's slots so many are taken before it is made twice as long: above that, searches grow long. */
const LOAD_MAX = 0.75;

export function createActs(kept?: KeptActs): Acts {
  /** Officers by number: few act, and each often. */
  const officers = kept?.officers ?? new Map<string, number>();
  /** For each act: where its key ends in the bytes, and its place in the ledger. */
  const ends = growing('float64', kept?.ends);
  const places = growing('uint32', kept?.places);
  let bytes = kept?.bytes ?? new Uint8Array(ROOM_AT_FIRST);
  /** The number of an act plus one; 0 where the slot is free. */
  let slots = kept?.slots ?? new Uint32Array(SLOTS_AT_FIRST);

  const startOf = (act: number): number => (act === 0 ? 0 : ends.at(act - 1));

  function numberOf(officer: string): number {
    let number = officers.get(officer);
    if (number === undefined) officers.set(officer, (number = officers.size));
    return number;
  }

  /** Makes room for an entry after all others, and writes its head there: the officer, and what the key is. */
  function begin(officer: number, isDigest: boolean, length: number): number {
    const start = startOf(places.length());
    if (start + length > bytes.length) {
      const longer = new Uint8Array(Math.ceil((start + length) * GROWTH));
      longer.set(bytes);
      bytes = longer;
    }
    const what = officer * 2 + Number(isDigest);
    for (let at = 0; at < HEAD; at++) bytes[start + at] = what >>> (at * 8);
    return start;
  }

  /** Writes the entry of an act after all others, where it stays if it is new. */
  function write(officer: number, key: string): number {
    const isDigest = DIGEST.test(key);
    const length = HEAD + (isDigest ? DIGEST_BYTES : key.length * 2);
    const start = begin(officer, isDigest, length);
    (isDigest ? writeDigest : writeText)(bytes, start + HEAD, key);
    return start + length;
  }

  function isKept(act: number, start: number, end: number): boolean {
    const kept = startOf(act);
    if (ends.at(act) - kept !== end - start) return false;
    for (let at = 0; at < end - start; at++) if (bytes[kept + at] !== bytes[start + at]) return false;
    return true;
  }

  /** The slot in which the entry is that has been written up to an end, or that it would take. */
  function slotOf(end: number): number {
    const start = startOf(places.length());
    let slot = hash(bytes, start, end) & (slots.length - 1);
    while (slots[slot] !== 0 && !isKept(slots[slot]! - 1, start, end)) slot = (slot + 1) & (slots.length - 1);
    return slot;
  }

  /** Leaves the entry that has been written up to an end where it is, unless it is there already. */
  function stay(end: number, place: number): number | undefined {
    const slot = slotOf(end);
    if (slots[slot] !== 0) return places.at(slots[slot]! - 1);
    ends.push(end);
    places.push(place);
    slots[slot] = places.length();
    if (places.length() > slots.length * LOAD_MAX) double();
    return undefined;
  }

  function double(): void {
    slots = new Uint32Array(slots.length * 2);
    for (let act = 0; act < places.length(); act++) {
      let slot = hash(bytes, startOf(act), ends.at(act)) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = act + 1;
    }
  }

  return {
    kept: () => ({
      officers,
      ends: ends.all(),
      places: places.all(),
      bytes: bytes.subarray(0, startOf(places.length())),
      slots,
    }),
    add: (officer, key, place) => stay(write(numberOf(officer), key), place),
    copy({ officer, bytes: from, start, end }, place) {
      const to = begin(numberOf(officer), isDigestAt(from, start), end - start);
      for (let at = HEAD; at < end - start; at++) bytes[to + at] = from[start + at]!;
      return stay(to + end - start, place);
    },
    find(officer, key) {
      const number = officers.get(officer);
      if (number === undefined) return undefined;
      const act = slots[slotOf(write(number, key))]!;
      return act === 0 ? undefined : places.at(act - 1);
    },
  };
}

/** The acts of what was kept, in the order in which they were added: each as it is written, with its place. */
export function* entriesOf({ officers, ends, places, bytes }: KeptActs): Generator<Entry & { readonly place: number }> {
  const names = [...officers.keys()];
  for (let act = 0, start = 0; act < places.length; start = ends[act++]!) {
    const what = bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24);
    yield { officer: names[what >>> 1]!, bytes, start, end: ends[act]!, place: places[act]! };
  }
}

/** The key of an act, read back from where it is written. */
export function keyOf({ bytes, start, end }: Entry): string {
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
