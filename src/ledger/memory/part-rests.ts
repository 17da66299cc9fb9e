import { numberList } from './number-list.js';
import { NO_STREAM } from './standing.js';

/** What the events of one stream rest on, in numbers: threads read parts of a ledger, and one finds the void acts. */
export interface PartRests {
  /** Adds what the next event of the stream rests on. */
  add(rests: Readonly<Record<string, string>> | undefined): void;
  kept(): KeptRests;
}

export interface KeptRests {
  /** The streams that are named, each once. */
  readonly names: readonly string[];
  /** For each event, where what it rests on ends in the two lists below. */
  readonly ends: Uint32Array | Float64Array;
  /** The number of the stream in {@link names}, and the revision that must stand there plus one: 0 where none may. */
  readonly streams: Uint32Array | Float64Array;
  readonly nexts: Uint32Array | Float64Array;
}

export function createPartRests(): PartRests {
  const numbers = new Map<string, number>();
  const [ends, streams, nexts] = [numberList('uint32'), numberList('uint32'), numberList('uint32')];
  return {
    add(rests) {
      for (const stream in rests) {
        let number = numbers.get(stream);
        if (number === undefined) numbers.set(stream, (number = numbers.size));
        const revision = rests[stream]!;
        streams.push(number);
        nexts.push(revision === NO_STREAM ? 0 : Number(revision) + 1);
      }
      ends.push(streams.length);
    },
    kept: () => ({ names: [...numbers.keys()], ends: ends.all(), streams: streams.all(), nexts: nexts.all() }),
  };
}

/**
 * Judges the events of streams that are taken in ledger order: `take` the number of a stream, among `names`, whose next event
 * it is. Says whether what that event rests on stands; from the first that does not, it may not be asked again.
 */
export function judging(names: readonly string[], rests: readonly KeptRests[]): (number: number) => boolean {
  const numbers = new Map(names.map((name, number) => [name, number]));
  const numberOf = (name: string): number => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  const named = rests.map((each) => each.names.map(numberOf));
  /** How many events of each stream were taken: all of them stand. */
  const taken = new Uint32Array(numbers.size);
  return (number) => {
    const { ends, streams, nexts } = rests[number]!;
    const index = taken[number]!++;
    for (let at = index === 0 ? 0 : ends[index - 1]!; at < ends[index]!; at++)
      if (taken[named[number]![streams[at]!]!] !== nexts[at]) return false;
    return true;
  };
}
