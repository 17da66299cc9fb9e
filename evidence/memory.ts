import { added, isKept, LEVELS_APART, treeOver, type Edge, type Hash, type Stretch, type Tree } from './tree.js';

/** A tree whose hashes are kept in memory: 32 bytes a leaf. */
export interface GrowingTree extends Tree {
  add(leaf: Hash): void;
}

const HASH_BYTES = 32;
const HASHES_PER_BLOCK = 2 ** LEVELS_APART;

export function createTree(): GrowingTree {
  let edge: Edge | undefined;
  /** Of each kept level, blocks of 256 hashes, so that what is there is never copied. */
  const levels: Uint8Array[][] = [];

  function keep(level: number, place: number, hash: Hash): void {
    if (!isKept(level)) return;
    const blocks = (levels[level / LEVELS_APART] ??= []);
    const at = place % HASHES_PER_BLOCK;
    if (at === 0) blocks.push(new Uint8Array(HASHES_PER_BLOCK * HASH_BYTES));
    blocks.at(-1)!.set(hash, at * HASH_BYTES);
  }

  function hashAt(level: number, place: number): Hash | undefined {
    if ((place + 1) * 2 ** level > size()) return undefined;
    const from = (place % HASHES_PER_BLOCK) * HASH_BYTES;
    return levels[level / LEVELS_APART]![Math.floor(place / HASHES_PER_BLOCK)]!.subarray(from, from + HASH_BYTES);
  }

  const size = (): number => edge?.size ?? 0;
  const read = ({ level, place, count }: Stretch) =>
    Promise.resolve(Array.from({ length: count }, (_, index) => hashAt(level, place + index)));
  return {
    ...treeOver(read),
    add(leaf) {
      keep(0, size(), leaf);
      edge = added(edge, leaf, 0, keep);
    },
  };
}
