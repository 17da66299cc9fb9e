import type { Entry } from '../../../projections/entry.js';
import {
  gatheredFrom,
  listUnder,
  type EntryIndex,
  type Gathered,
  type Gathering,
} from '../../../projections/entry-indexes.js';
import { inside } from '../../domain/chart.js';
import { frozen } from '../../domain/frozen.js';
import { READ_PAGE_MAX, StoreUnavailable } from '../../store/event-store.js';

/** An entry, and why it is void where it is: then it posts nothing, and its sentence says so. */
export type HistoryEntry = Entry & { readonly why?: string };

/**
 * Keeps the entries of the streams that were asked about last: what is recorded never changes, so what was read once is read
 * from the store again only where there was no room for it. A year of a busy fund is some ten thousand events, and a kept
 * one takes one to two kilobytes.
 */
export interface KeptEntries {
  /** The entries of a stream at places below `size`, in ledger order, void ones too. Kept ones are frozen, with all in them. */
  of(stream: string, size: number): Promise<readonly HistoryEntry[]>;
  /** The same of those that stand. */
  standing(stream: string, size: number): Promise<HistoryEntry[]>;
  /** Those of them that an index has under a name. The index is one of a few that the program has, not made for a question. */
  under(stream: string, size: number, index: EntryIndex, name: string): Promise<HistoryEntry[]>;
  /** What was gathered of those that stand and that its index has. The gathering is one of a few that the program has. */
  gathered<Of>(stream: string, size: number, gathering: Gathering<Of>): Promise<Gathered<Of>>;
  /** Whether a part of a stream is best taken from the whole: the stream is kept, or one read of the store holds all of it. */
  isAtHand(stream: string): boolean;
}

/** So many events are kept in all; a stream of more is read anew each time. */
export const KEPT_EVENTS_MAX = 40_000;

interface KeptStream {
  /** By revision. */
  readonly entries: HistoryEntry[];
  /** Those of them that stand. */
  readonly standing: HistoryEntry[];
  /** What stands, by the indexes that were asked for: how many entries each has taken, and its lists. */
  readonly indexed: Map<EntryIndex, Indexed>;
  /** What was gathered of their lists. */
  readonly gathered: Map<Gathering<unknown>, { readonly of: unknown; taken: number }>;
  /** What reads on, where something does: settles once this is undefined again. */
  reading: Promise<void> | undefined;
}

interface Indexed {
  taken: number;
  readonly lists: Map<string, HistoryEntry[]>;
}

/** The list that an index has of a stream under a name, brought up to date. */
function listOf({ standing, indexed }: KeptStream, index: EntryIndex, name: string): readonly HistoryEntry[] {
  const own = inside(indexed, index, (): Indexed => ({ taken: 0, lists: new Map() }));
  for (; own.taken < standing.length; own.taken++) {
    const entry = standing[own.taken]!;
    for (const each of index(entry)) inside(own.lists, each, (): HistoryEntry[] => []).push(entry);
  }
  return own.lists.get(name) ?? [];
}

/** What is gathered of a kept stream, brought up to date. */
function gatheringOf<Of>(at: KeptStream, gathering: Gathering<Of>): Gathered<Of> {
  const entries = listOf(at, gathering.index, '');
  const own = inside(at.gathered, gathering as Gathering<unknown>, () => ({
    of: gathering.begin(),
    taken: 0,
  }));
  const of = own.of as Of;
  for (; own.taken < entries.length; own.taken++) gathering.add(of, entries[own.taken]!);
  return { entries, of };
}

interface Reading {
  /** Reads them after a revision, exclusive, at places below `size`. */
  read(stream: string, size: number, after?: number): AsyncIterable<HistoryEntry>;
  /** How many events are known of a stream, void ones too, and how many of all. */
  known(stream: string): { readonly events: number; readonly size: number };
}

export function keepEntries({ read, known }: Reading, eventsMax = KEPT_EVENTS_MAX): KeptEntries {
  /** The stream that was asked about last comes last. */
  const kept = new Map<string, KeptStream>();

  async function readOn(stream: string, at: KeptStream): Promise<void> {
    const found: HistoryEntry[] = [];
    for await (const entry of read(stream, known(stream).size, at.entries.length - 1)) found.push(entry);
    // All of it, or nothing where the store could not be read on.
    for (const entry of found) {
      at.entries.push(frozen(entry));
      if (stands(entry)) at.standing.push(entry);
    }
  }

  function makeRoom(): void {
    let events = [...kept.keys()].reduce((sum, stream) => sum + known(stream).events, 0);
    // The stream that was asked about last fits by itself, so this ends before it.
    for (const oldest = kept.keys(); events > eventsMax;) {
      const stream = oldest.next().value!;
      events -= known(stream).events;
      kept.delete(stream);
    }
  }

  async function upToNow(stream: string): Promise<KeptStream> {
    const at = kept.get(stream) ?? {
      entries: [],
      standing: [],
      indexed: new Map(),
      gathered: new Map(),
      reading: undefined,
    };
    kept.delete(stream);
    kept.set(stream, at);
    makeRoom();
    while (at.entries.length < known(stream).events) {
      if (at.reading) {
        // It may have begun before the last event was known: what it leaves out is read next.
        await at.reading;
        continue;
      }
      const had = at.entries.length;
      at.reading = readOn(stream, at).finally(() => (at.reading = undefined));
      await at.reading;
      if (at.entries.length === had)
        throw new StoreUnavailable(`Of ${stream} no event after revision ${had - 1} can be read.`);
    }
    return at;
  }

  const isTooLong = (stream: string): boolean => known(stream).events > eventsMax;

  async function readAnew(stream: string, size: number): Promise<HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    for await (const entry of read(stream, size)) entries.push(entry);
    return entries;
  }

  return {
    isAtHand: (stream) => kept.has(stream) || known(stream).events <= Math.min(eventsMax, READ_PAGE_MAX),
    async of(stream, size) {
      if (isTooLong(stream)) return readAnew(stream, size);
      const { entries } = await upToNow(stream);
      return entries.slice(0, countBelow(entries, size));
    },
    async standing(stream, size) {
      if (isTooLong(stream)) return (await readAnew(stream, size)).filter(stands);
      const { standing } = await upToNow(stream);
      return standing.slice(0, countBelow(standing, size));
    },
    async under(stream, size, index, name) {
      if (isTooLong(stream)) return listUnder((await readAnew(stream, size)).filter(stands), index, name);
      const list = listOf(await upToNow(stream), index, name);
      return list.slice(0, countBelow(list, size));
    },
    async gathered(stream, size, gathering) {
      if (isTooLong(stream))
        return gatheredFrom(listUnder((await readAnew(stream, size)).filter(stands), gathering.index, ''), gathering);
      const { entries, of } = gatheringOf(await upToNow(stream), gathering);
      return { entries: entries.slice(0, countBelow(entries, size)), of };
    },
  };
}

const stands = ({ why }: HistoryEntry): boolean => why === undefined;

/** How many entries, in ledger order, are at places below a size. */
function countBelow(entries: readonly HistoryEntry[], size: number): number {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (entries[middle]!.place < size) from = middle + 1;
    else to = middle;
  }
  return from;
}
