/**
 * Lists that only grow, kept in typed arrays: four or eight bytes a number where a list of objects or texts takes thirty
 * and more, and nothing for the garbage collector to walk through. They lie in blocks, so that a long list grows without
 * being copied: the first act after a start would wait for it.
 */
export interface NumberList {
  readonly length: number;
  push(number: number): void;
  /** The number at an index; undefined below 0 and from the length on. */
  at(index: number): number | undefined;
  /** How many of the numbers are at or below `most`, in a list whose numbers never go down. */
  countUpTo(most: number): number;
  /** All of them: of the moment, not of later ones. */
  all(): Uint32Array | Float64Array;
}

/** So many numbers are in a block, 2 ** BLOCK_BITS. The first grows by a quarter until it has them. */
const BLOCK_BITS = 14;
const BLOCK = 1 << BLOCK_BITS;
const WITHIN = BLOCK - 1;
const ROOM_AT_FIRST = 16;
const GROWTH = 1.25;
/** Blocks are whole numbers of strides. */
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
  const blocks: (Uint32Array | Float64Array)[] = [];
  let length = kept?.length ?? 0;
  for (let from = 0; from < length; from += BLOCK) blocks.push(kept!.subarray(from, from + BLOCK));
  /** The first number of each stretch, as far as anybody has asked: a long list is not in the processor’s cache, these are. */
  const marks: number[] = [];

  /** The last block, with room for one more number. */
  function lastBlock(): Uint32Array | Float64Array {
    const within = length & WITHIN;
    let last = blocks.at(-1);
    if (!last || within === 0) blocks.push((last = new Kind(last ? BLOCK : ROOM_AT_FIRST)));
    else if (within === last.length) {
      const longer = new Kind(Math.min(BLOCK, Math.ceil(within * GROWTH)));
      longer.set(last);
      blocks[blocks.length - 1] = last = longer;
    }
    return last;
  }

  return {
    get length() {
      return length;
    },
    push(number) {
      lastBlock()[length & WITHIN] = number;
      length++;
    },
    at: (index) => (index >= 0 && index < length ? blocks[index >>> BLOCK_BITS]![index & WITHIN] : undefined),
    countUpTo(most) {
      for (let from = marks.length * STRIDE; from < length; from += STRIDE)
        marks.push(blocks[from >>> BLOCK_BITS]![from & WITHIN]!);
      const stretches = countIn(marks, 0, marks.length, most);
      if (stretches === 0) return 0;
      const start = (stretches - 1) * STRIDE;
      const from = start & WITHIN;
      const within = countIn(blocks[start >>> BLOCK_BITS]!, from, from + Math.min(STRIDE, length - start), most);
      return start - from + within;
    },
    all() {
      if (blocks.length === 1) return blocks[0]!.subarray(0, length);
      const all = new Kind(length);
      blocks.forEach((block, at) => all.set(block.subarray(0, length - at * BLOCK), at * BLOCK));
      return all;
    },
  };
}
