import { createKeyEntries, type ActEntry, type KeptKeyEntries } from './key-table-entries.js';
import { numberList } from './number-list.js';

/**
 * Where each act was recorded first, by its officer and key. The keys themselves are kept ({@link createKeyEntries}), so
 * that no two are ever taken for each other. A table with open addressing finds them. An act takes some 60 bytes, where
 * a map of texts took 250.
 */
export interface Acts {
  /** Keeps the place of an act, unless the officer's key is there already: then that one's place is returned. */
  add(officer: string, key: string, place: number): number | undefined;
  /** The same of an act as it is written elsewhere. */
  copy(entry: ActEntry, place: number): number | undefined;
  find(officer: string, key: string): number | undefined;
  /** All of them, as {@link createActs} takes them. */
  kept(): KeptActs;
}

/** A key under its officer’s name: two officers may use the same text. */
export const scopedKey = (officer: string, key: string): string => `${officer} ${key}`;

export interface KeptActs extends KeptKeyEntries {
  readonly places: Uint32Array | Float64Array;
  readonly slots: Uint32Array;
}

const SLOTS_AT_FIRST = 64;
/** Of the table's slots so many are taken before it is made twice as long: above that, searches grow long. */
const LOAD_MAX = 0.75;

/** As many slots as so many acts need. */
function slotsFor(acts: number): Uint32Array {
  let slots = SLOTS_AT_FIRST;
  while (acts > slots * LOAD_MAX) slots *= 2;
  return new Uint32Array(slots);
}

/** No acts, or those that were kept; with room in the table for as many as are expected. */
export function createActs(kept?: KeptActs, expected = 0): Acts {
  const entries = createKeyEntries(kept);
  /** The place of each act in the ledger. */
  const places = numberList('uint32', kept?.places);
  /** The number of an act plus one; 0 where the slot is free. */
  let slots = kept?.slots ?? slotsFor(expected);

  /** The slot in which the entry is that has been written up to an end, or that it would take. */
  function slotOf(end: number): number {
    let slot = entries.hashUpTo(end) & (slots.length - 1);
    while (slots[slot] !== 0 && !entries.isSame(slots[slot]! - 1, end)) slot = (slot + 1) & (slots.length - 1);
    return slot;
  }

  /** Leaves the entry that has been written up to an end where it is, unless it is there already. */
  function stay(end: number, place: number): number | undefined {
    const slot = slotOf(end);
    if (slots[slot] !== 0) return places.at(slots[slot]! - 1);
    entries.stay(end);
    places.push(place);
    slots[slot] = places.length;
    if (places.length > slots.length * LOAD_MAX) double();
    return undefined;
  }

  function double(): void {
    slots = new Uint32Array(slots.length * 2);
    for (let act = 0; act < places.length; act++) {
      let slot = entries.hashOf(act) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = act + 1;
    }
  }

  return {
    add: (officer, key, place) => stay(entries.write(officer, key), place),
    copy: (entry, place) => stay(entries.copy(entry), place),
    find(officer, key) {
      // A look-up does not give a number to an officer who has never acted.
      if (!entries.knows(officer)) return undefined;
      const act = slots[slotOf(entries.write(officer, key))]!;
      return act === 0 ? undefined : places.at(act - 1);
    },
    kept: () => ({ ...entries.kept(), places: places.all(), slots }),
  };
}
