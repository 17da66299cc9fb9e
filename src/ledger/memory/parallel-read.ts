import { setImmediate } from 'node:timers/promises';
import type { EventStore, EventPosition } from '../../store/event-store.js';
import { pagesOfSome } from '../../store/pages.js';
import { createKeyEntries, entriesIn, keyOf, type KeyEntries, type KeptKeyEntries } from './key-table-entries.js';
import { createActs } from './key-table.js';
import { decode } from '../catalogue.js';
import { numberList, type NumberList } from './number-list.js';
import { createPartRests, judging, type KeptRests, type PartRests } from './part-rests.js';
import { countedFrom1 } from './positions.js';
import { createReadModel, noteElsewhere, type KeptModel, type ReadModel } from './read-model.js';
import { createStreamMemories, type KeptStream } from './streams.js';
import { BEHIND_MS_MAX } from './standing.js';

/**
 * Reading a ledger from its first event in several threads at once, each some of its streams: where every act stands, what
 * is remembered of one stream never depends on another. Put together, the parts are what reading event by event would have
 * remembered, in every number; a test holds them to that. Where anything goes wrong in any of them, or an act is void, all
 * are thrown away, and the ledger is read event by event, which stops at an event that cannot be read, and says so; why is
 * kept for `doctor` to tell.
 */
export interface Threads {
  /** How many parts are read at once, one of them in this thread. */
  readonly count: number;
  /** So many events are read here before another thread has begun and is as quick. */
  readonly headStart: number;
  /** Reads the events of some streams up to a position, inclusive, in a thread of its own, which ends when it is told to. */
  read(streams: readonly string[], upTo: EventPosition, over: AbortSignal): Promise<Part>;
}

export type Part = readonly PartOfStream[];

/** What is remembered of one stream: beside what is kept of it, when each of its events was recorded, by which act, and on what it rests. */
interface PartOfStream {
  readonly kept: KeptStream;
  readonly recorded: Uint32Array | Float64Array;
  readonly acts: KeptKeyEntries;
  readonly rests: KeptRests;
}

/** Reads a part. Rejects where an event of it cannot be read, and once it is over for all parts. */
export async function readPart(
  store: EventStore,
  streams: readonly string[],
  upTo: EventPosition,
  over?: AbortSignal,
): Promise<Part> {
  const memories = createStreamMemories();
  const beside: { readonly recorded: NumberList; readonly acts: KeyEntries; readonly rests: PartRests }[] = [];
  for await (const page of pagesOfSome(store, streams, upTo)) {
    for (const each of page) {
      const event = decode(each);
      const { officer, key, recordedAt, rests } = event.metadata;
      const place = placeOf(event.position);
      const { number } = memories.take(place, event);
      const more = (beside[number] ??= {
        recorded: numberList('float64'),
        acts: createKeyEntries(),
        rests: createPartRests(),
      });
      more.recorded.push(Date.parse(recordedAt));
      more.acts.stay(more.acts.write(officer, key));
      more.rests.add(rests);
    }
    // What has failed elsewhere is heard of between two pages.
    await setImmediate();
    over?.throwIfAborted();
  }
  return [...memories.kept()].map((kept, number) => {
    const { recorded, acts, rests } = beside[number]!;
    return { kept, recorded: recorded.all(), acts: acts.kept(), rests: rests.kept() };
  });
}

/** A store that is read in parts numbers its events from 1, without gaps. */
const placeOf = (position: EventPosition): number => Number(position) - 1;

/** Puts the parts of a ledger of so many events together. Throws where one of them is missing, or an act is void. */
export function joined(parts: readonly Part[], size: number): KeptModel {
  const streams = parts.flat().sort((a, b) => a.kept.places[0]! - b.kept.places[0]!);
  const read = streams.reduce((sum, { recorded }) => sum + recorded.length, 0);
  if (read !== size) throw new RangeError(`Of ${size} events ${read} are in the parts.`);
  const memoryAt = new Uint32Array(size);
  const recorded = new Float64Array(size);
  streams.forEach((stream, number) => {
    const { places } = stream.kept;
    for (let revision = 0; revision < places.length; revision++) {
      const place = places[revision]!;
      memoryAt[place] = number;
      recorded[place] = stream.recorded[revision]!;
    }
  });
  const acts = createActs(undefined, size);
  const actsElsewhere = new Map<string, number>();
  const entries = streams.map((stream) => entriesIn(stream.acts));
  const names = streams.map(({ kept }) => kept.state.stream);
  const stands = judging(
    names,
    streams.map(({ rests }) => rests),
  );
  let latest = -Infinity;
  for (let place = 0; place < size; place++) {
    if (recorded[place]! < latest - BEHIND_MS_MAX)
      throw new Error(
        `The event at place ${place + 1} was recorded long before others that come before it: it may be void.`,
      );
    recorded[place] = latest = Math.max(latest, recorded[place]!);
    const number = memoryAt[place]!;
    if (!stands(number)) throw new Error(`The event at place ${place + 1} is void, which no part can tell by itself.`);
    const entry = entries[number]!();
    const first = acts.copy(entry, place);
    if (first !== undefined && memoryAt[first] !== number)
      noteElsewhere(actsElsewhere, entry.officer, keyOf(entry), names[number]!, place);
  }
  return {
    ledger: {
      memoryAt,
      recorded,
      positions: countedFrom1(size),
      acts: acts.kept(),
      actsElsewhere,
      standing: {
        last: new Map(streams.map(({ kept }, number) => [names[number]!, String(kept.state.last)])),
        lastVoid: new Map(),
        voidActs: new Map(),
        latest,
      },
    },
    streams: streams.map(({ kept }) => kept),
  };
}

/** How many threads have read a ledger, and why it was one where several had begun. */
export interface ReadBy {
  readonly threads: number;
  readonly failed?: string;
}

export const readInWords = ({ threads, failed }: ReadBy): string =>
  failed === undefined
    ? `read by ${threads} thread${threads === 1 ? '' : 's'}`
    : `read by one thread, since several could not: ${failed}`;

/** A ledger that was read in threads, or why it could not be. */
type InThreads = { readonly model: ReadModel; readonly threads: number } | { readonly failed: string };

/** Reads all that there is in several threads. Undefined where one thread is to read it. */
export async function readInThreads(store: EventStore, threads: Threads): Promise<InThreads | undefined> {
  if (!store.parts) return undefined;
  const over = new AbortController();
  try {
    const upTo = await store.head();
    if (upTo === undefined) return undefined;
    const size = placeOf(upTo) + 1;
    // All of it would be dealt to this thread: its streams need not be counted.
    if (threads.count === 1 || size <= threads.headStart) return undefined;
    const [own, ...others] = shared(await store.parts.streams(upTo), threads);
    if (others.length === 0) return undefined;
    const elsewhere = others.map((streams) => threads.read(streams, upTo, over.signal));
    const parts = await Promise.all([readPart(store, own!, upTo, over.signal), ...elsewhere]);
    return { model: createReadModel(joined(parts, size)), threads: parts.length };
  } catch (error) {
    over.abort();
    return { failed: (error as Error).message };
  }
}

/** Of what a thread could have read before it has begun it is given a part at least: it would not be worth its beginning. */
const WORTH = 0.25;

/** Deals streams out, the longest first, each to the thread that would be done first: the first of them is this one. */
function shared(streams: ReadonlyMap<string, number>, { count, headStart }: Threads): string[][] {
  const hands = Array.from({ length: count }, () => ({ streams: [] as string[], events: 0 }));
  const [own, ...others] = hands as [(typeof hands)[0], ...typeof hands];
  const doneAt = (hand: typeof own): number => (hand === own ? hand.events : hand.events + headStart);
  for (const [stream, events] of [...streams].sort(([, a], [, b]) => b - a)) {
    const hand = hands.reduce((first, each) => (doneAt(each) < doneAt(first) ? each : first));
    hand.streams.push(stream);
    hand.events += events;
  }
  const isWorth = ({ events }: typeof own): boolean => events > 0 && events >= headStart * WORTH;
  const back = others.filter((hand) => !isWorth(hand)).flatMap((hand) => hand.streams);
  return [[...own.streams, ...back], ...others.filter(isWorth).map((hand) => hand.streams)];
}
