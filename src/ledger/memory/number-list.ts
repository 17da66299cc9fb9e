/**
 * Lists that only grow, kept in typed arrays: four or eight bytes a number where a list of objects or texts takes thirty
 * and more, and nothing for the garbage collector to walk through. They grow by a quarter, so that little is left unused.
 */
export interface NumberList {
  length(): number;
  push(number: number): void;
  /** The number at an index below the length. */
  at(index: number): number;
  /** How many of the numbers are at or below `most`, in a list whose numbers never go down. */
  countUpTo(most: number): number;
  /** All of them: of the moment, not of later ones. */
  all(): Uint32Array | Float64Array;
}

const ROOM_AT_FIRST = 16;
const GROWTH = 1.25;
const STRIDE = 128;

/** The first index from one to another, exclusive, of a number above one; the last where there is none. */
function countIn(numbers: ArrayLike<number>, from: number, to: number, most: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whole numbers below 4,294,967,296 in four bytes each; any others in eight. `kept` are those that it begins with. */
export function numberList(kind: 'uint32' | 'float64', kept?: Uint32Array | Float64Array): NumberList {
  const Kind = kind === 'uint32' ? Uint32Array : Float64Array;
  let numbers: Uint32Array | Float64Array = kept ?? new Kind(ROOM_AT_FIRST);
  let length = kept?.length ?? 0;
  /** The first number of each stretch, as far as anybody has asked: a long list is not in the processor’s cache, these are. */
  const marks: number[] = [];
  return {
    length: () => length,
    push(number) {
      if (length === numbers.length) {
        const longer = new Kind(Math.max(ROOM_AT_FIRST, Math.ceil(length * GROWTH)));
        longer.set(numbers);
        numbers = longer;
      }
      numbers[length++] = number;
    },
    at: (index) => numbers[index]!,
    countUpTo(most) {
      while (marks.length * STRIDE < length) marks.push(numbers[marks.length * STRIDE]!);
      const stretches = countIn(marks, 0, marks.length, most);
      const start = (stretches - 1) * STRIDE;
      return stretches === 0 ? 0 : countIn(numbers, start, Math.min(start + STRIDE, length), most);
    },
    all: () => numbers.subarray(0, length),
  };
}
