import { POOL } from '../src/domain/postings.js';
import type { Entry } from './entry.js';

/**
 * An index of a stream’s entries: the names under which an entry is listed, each once. The names depend only on the entry,
 * so a list is made once and grows with the stream. A question then reads the few entries behind a figure, and not the
 * whole year.
 */
export type EntryIndex = (entry: Entry) => Iterable<string>;

const NONE: readonly string[] = [];
const ONE_LIST: readonly string[] = [''];

/** An index of one list: the entries that satisfy a condition, under the empty name. */
export const those =
  (isOne: (entry: Entry) => boolean): EntryIndex =>
  (entry) =>
    isOne(entry) ? ONE_LIST : NONE;

/**
 * What a question reads in place of thousands of entries: columns of numbers. Each entry of a list is added once, as the list
 * grows, so what is added may depend only on the entry.
 */
export interface Gathering<Of> {
  /** The index whose list under the empty name is gathered. */
  readonly index: EntryIndex;
  begin(): Of;
  /** Adds the next entry of the list. */
  add(to: Of, entry: Entry): void;
}

/** The first entries of a list, and what was gathered of the list: of these entries first, then of later ones too. */
export interface Gathered<Of> {
  readonly entries: readonly Entry[];
  readonly of: Of;
}

/** Gathers a list of entries that is not kept. */
export function gatheredFrom<Of>(entries: readonly Entry[], { begin, add }: Gathering<Of>): Gathered<Of> {
  const of = begin();
  for (const entry of entries) add(of, entry);
  return { entries, of };
}

/** Those of some entries that an index has under a name, in their order. */
export const listUnder = <Each extends Entry>(entries: readonly Each[], index: EntryIndex, name: string): Each[] =>
  entries.filter((entry) => {
    for (const each of index(entry)) if (each === name) return true;
    return false;
  });

/** By what they move: the measures of their postings, the pool’s own side left out. */
export function byMeasure({ postings }: Entry): Iterable<string> {
  const found = new Set<string>();
  for (const { measure, holder } of postings) if (holder !== POOL) found.add(measure);
  return found;
}

/** By the items that their postings belong to: contributions, grants, plan lines and proposals. */
export function byItem({ postings }: Entry): Iterable<string> {
  const found = new Set<string>();
  for (const { item } of postings) found.add(item);
  return found;
}

export const isStep = ({ type }: Pick<Entry, 'type'>): boolean => type.startsWith('Proposal');

/** The steps of proposals. */
export const STEPS: EntryIndex = those(isStep);
/** The facts that take another back. */
export const REVERSALS: EntryIndex = those(({ reverses }) => reverses !== undefined);
/** All that are no steps of proposals. */
export const FACTS: EntryIndex = those((entry) => !isStep(entry));

/** The place of the last entry before a revision, of entries in the order of their revisions; -1 where there is none. */
export function lastBefore(entries: readonly Entry[], revision: number): number {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (entries[middle]!.revision < revision) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
