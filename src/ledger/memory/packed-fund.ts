import { deserialize, serialize } from 'node:v8';
import type { FundState } from '../../domain/fund/state.js';

/**
 * The state of a fund for decisions, as bytes. What is kept by item, most of it by far, lies in parts of some fifty items
 * each, and a part is read the first time that a decision asks for one of its items: so the first act after a start waits
 * for a few items and not for all. What belongs to no item is read whole.
 */
export interface PackedFund {
  readonly rest: Uint8Array;
  readonly parts: readonly Uint8Array[];
}

/** The fields of a fund that are kept by item. */
const BY_ITEM = ['items', 'named', 'standing', 'alike', 'series'] as const;
type ByItem = (typeof BY_ITEM)[number];
type Maps = Record<ByItem, Map<string, unknown>>;
/** Where an entry stands in the order of its map, its key and its value. */
type Entry = readonly [order: number, key: string, value: unknown];
type Part = Record<ByItem, Entry[]>;

const ITEMS_PER_PART = 50;

/** The item of a key: a series is named `measure|item`, and no measure has a bar in its name. */
const itemOf = (field: ByItem, key: string): string => (field === 'series' ? key.slice(key.indexOf('|') + 1) : key);

/** Spreads items evenly over parts, the same on every machine. Source: the hash FNV-1a, 32 bits. */
function partOf(item: string, parts: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < item.length; at++) hash = Math.imul(hash ^ item.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % parts;
}

/** A map of which a part is read when one of its keys is asked for, and all of it when it is gone through. */
class PartedMap extends Map<string, unknown> {
  readonly #order = new Map<string, number>();
  readonly #read: (key: string) => void;
  readonly #readAll: () => void;
  #next: number;

  constructor(read: (key: string) => void, readAll: () => void, next: number) {
    super();
    this.#read = read;
    this.#readAll = readAll;
    this.#next = next;
  }

  /** Puts in what a part holds. */
  fill(entries: readonly Entry[]): void {
    for (const [order, key, value] of entries) {
      this.#order.set(key, order);
      super.set(key, value);
    }
  }

  /** Brings what has come in by parts into the order in which it was first set. */
  inOrder(): void {
    const all = [...super.entries()].sort(([a], [b]) => this.#order.get(a)! - this.#order.get(b)!);
    super.clear();
    for (const [key, value] of all) super.set(key, value);
  }

  /** What has been read or set, of one part or of all. */
  *kept(): Generator<Entry> {
    for (const [key, value] of super.entries()) yield [this.#order.get(key)!, key, value];
  }

  next(): number {
    return this.#next;
  }

  override get(key: string): unknown {
    this.#read(key);
    return super.get(key);
  }

  override has(key: string): boolean {
    this.#read(key);
    return super.has(key);
  }

  override set(key: string, value: unknown): this {
    this.#read(key);
    if (!this.#order.has(key)) this.#order.set(key, this.#next++);
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    this.#read(key);
    this.#order.delete(key);
    return super.delete(key);
  }

  override get size(): number {
    this.#readAll();
    return super.size;
  }

  override entries(): MapIterator<[string, unknown]> {
    this.#readAll();
    return super.entries();
  }

  override keys(): MapIterator<string> {
    this.#readAll();
    return super.keys();
  }

  override values(): MapIterator<unknown> {
    this.#readAll();
    return super.values();
  }

  override [Symbol.iterator](): MapIterator<[string, unknown]> {
    return this.entries();
  }

  override forEach(each: (value: unknown, key: string, map: Map<string, unknown>) => void): void {
    this.#readAll();
    super.forEach(each);
  }
}

/** Where a state was unpacked from: its parts, and which of them have been read. */
interface Source {
  readonly parts: readonly Uint8Array[];
  isRead(part: number): boolean;
  readonly maps: Record<ByItem, PartedMap>;
}

const sources = new WeakMap<object, Source>();

const emptyPart = (): Part => ({ items: [], named: [], standing: [], alike: [], series: [] });

/** A state as bytes. Of one that was packed before, parts that nobody has read go over as they are. */
export function packed(state: FundState): PackedFund {
  // The fields stay in their order.
  const rest = { ...state, ...Object.fromEntries(BY_ITEM.map((field) => [field, null])) };
  const source = sources.get(state);
  const maps = state as unknown as Maps;
  const count = source?.parts.length ?? Math.max(1, Math.ceil(state.items.size / ITEMS_PER_PART));
  const parts = Array.from({ length: count }, emptyPart);
  for (const field of BY_ITEM) {
    const entries = source
      ? source.maps[field].kept()
      : [...maps[field]].map(([key, value], order): Entry => [order, key, value]);
    for (const entry of entries) parts[partOf(itemOf(field, entry[1]), count)]![field].push(entry);
  }
  const next = Object.fromEntries(BY_ITEM.map((field) => [field, source?.maps[field].next() ?? maps[field].size]));
  return {
    rest: serialize({ rest, next }),
    parts: parts.map((part, at) => (source && !source.isRead(at) ? source.parts[at]! : serialize(part))),
  };
}

/** The state that was packed. Its parts are read as they are asked for. */
export function unpacked({ rest, parts }: PackedFund): FundState {
  const { rest: whole, next } = deserialize(rest) as { rest: object; next: Record<ByItem, number> };
  const unread = new Set(parts.keys());
  const read = (at: number): void => {
    if (!unread.delete(at)) return;
    const part = deserialize(parts[at]!) as Part;
    for (const field of BY_ITEM) maps[field].fill(part[field]);
  };
  let isInOrder = false;
  const readAll = (): void => {
    if (isInOrder) return;
    isInOrder = true;
    for (const at of [...unread]) read(at);
    for (const field of BY_ITEM) maps[field].inOrder();
  };
  const mapOf = (field: ByItem): PartedMap =>
    new PartedMap((key) => read(partOf(itemOf(field, key), parts.length)), readAll, next[field]);
  const maps: Record<ByItem, PartedMap> = {
    items: mapOf('items'),
    named: mapOf('named'),
    standing: mapOf('standing'),
    alike: mapOf('alike'),
    series: mapOf('series'),
  };
  const state = { ...whole, ...maps } as unknown as FundState;
  sources.set(state, { parts, isRead: (at) => !unread.has(at), maps });
  return state;
}
