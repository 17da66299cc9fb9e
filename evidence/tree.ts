import { hash as digest } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962, section 2.1 (RFC 9162 hashes alike): the entries of a log, in order, are its leaves, and
 * its root depends on all of them. A proof shows somebody who noted a size and a root that an entry is in that tree, or
 * that a later tree has the same beginning.
 *
 * A leaf is SHA-256 of a zero byte and the entry; a node is SHA-256 of a byte one and the two hashes below it; a tree
 * of n leaves is divided after as many as the largest power of two that is less than n. So each stretch of 2^level
 * leaves that begins at a multiple of its length has a hash that never changes again: a *whole subtree*, named by its
 * level and its place among those of its level. Sizes and places are whole numbers up to 2^53: no 32-bit operators
 * here.
 */

/** 32 bytes. */
export type Hash = Uint8Array;

/** The root of a tree without leaves. */
export const EMPTY_ROOT: Hash = digest('sha256', '', 'buffer');

/** The hash of a leaf; a text is hashed as UTF-8. */
export const leafHash = (entry: string): Hash => digest('sha256', `\u0000${entry}`, 'buffer');

const pair = Buffer.alloc(65, 1);

/** The hash of a node, from those below it. */
export function nodeHash(left: Hash, right: Hash): Hash {
  pair.set(left, 1);
  pair.set(right, 33);
  return digest('sha256', pair, 'buffer');
}

export const hexOf = (hash: Hash): string => Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex');

export const isSameHash = (one: Hash, other: Hash): boolean => Buffer.compare(one, other) === 0;

/**
 * The right edge of a tree: its last whole subtree, and the larger ones before it. It is all that is needed to add to a
 * tree or to compute its root. It is immutable: adding returns a new edge, and one can still add to the old edge.
 */
export interface Edge {
  /** How many leaves the tree has, up to the end of this subtree. */
  readonly size: number;
  readonly level: number;
  readonly hash: Hash;
  readonly before: Edge | undefined;
}

/** A whole subtree that has come to be. */
export type Visit = (level: number, place: number, hash: Hash) => void;

/**
 * Adds to a tree: a leaf, or a whole subtree of another level where the tree ends at a multiple of its length. `visit`
 * is called for each larger subtree that becomes whole with it, smallest first.
 */
export function added(edge: Edge | undefined, hash: Hash, level = 0, visit?: Visit): Edge {
  const size = (edge?.size ?? 0) + 2 ** level;
  let [before, whole, height] = [edge, hash, level];
  while (before?.level === height) {
    whole = nodeHash(before.hash, whole);
    before = before.before;
    height++;
    visit?.(height, size / 2 ** height - 1, whole);
  }
  return { size, level: height, hash: whole, before };
}

export function rootOf(edge: Edge | undefined): Hash {
  if (!edge) return EMPTY_ROOT;
  let { hash, before } = edge;
  for (; before; before = before.before) hash = nodeHash(before.hash, hash);
  return hash;
}

/**
 * Every eighth level is kept: leaves, whole subtrees of 256 leaves, of 65,536, and so on. The levels between are
 * computed.
 */
export const LEVELS_APART = 8;
/** Whether the hashes of a level are kept. Level 0 is the leaves. */
export const isKept = (level: number): boolean => level % LEVELS_APART === 0;

/** Neighbours among what is kept of one level. */
export interface Stretch {
  readonly level: number;
  readonly place: number;
  readonly count: number;
}

/** The hashes read of a stretch. A missing hash is undefined, or beyond the end of the list. */
export type Hashes = readonly (Hash | undefined)[];

/**
 * The stretches to read for the hash over the leaves from one to another, exclusive, the largest first: fewer than 256
 * hashes of each level. The first leaf is a multiple of a power of two that is no less than the number of leaves.
 */
export function stretchesOver(from: number, to: number): Stretch[] {
  const stretches: Stretch[] = [];
  let level = 0;
  while (2 ** (level + LEVELS_APART) <= to - from) level += LEVELS_APART;
  for (let at = from; level >= 0; level -= LEVELS_APART) {
    const length = 2 ** level;
    const place = at / length;
    const count = Math.floor(to / length) - place;
    if (count > 0) stretches.push({ level, place, count });
    at = (place + count) * length;
  }
  return stretches;
}

/** Thrown when a kept hash of the tree is missing. */
export class HashMissing extends Error {
  constructor(level: number, place: number) {
    super(`The tree of the ledger is not whole: ${nameOf(level, place)} is missing.`);
    this.name = 'HashMissing';
  }
}

/** What a hash of the tree is called in messages. */
export const nameOf = (level: number, place: number): string =>
  level === 0 ? `leaf ${place}` : `the subtree at place ${place} of level ${level}`;

/** The edge over stretches, from the hashes read of each. Throws {@link HashMissing} if one is missing. */
export function edgeOver(stretches: readonly Stretch[], read: readonly Hashes[]): Edge | undefined {
  let edge: Edge | undefined;
  stretches.forEach(({ level, place, count }, index) => {
    for (let each = 0; each < count; each++) {
      const hash = read[index]![each];
      if (!hash) throw new HashMissing(level, place + each);
      edge = added(edge, hash, level);
    }
  });
  return edge;
}

/** Leaves from one to another, exclusive, whose hash is a node of a tree. */
type Leaves = readonly [from: number, to: number];

/** How many leaves are on the left of the topmost node over so many, two at least. */
function onTheLeft(leaves: number): number {
  let left = 1;
  while (left * 2 < leaves) left *= 2;
  return left;
}

/** The nodes that prove a leaf to be in a tree of a size, the leaf’s own sibling first (RFC 6962, 2.1.1). */
function inclusionNodes(leaf: number, size: number): Leaves[] {
  if (!(leaf >= 0 && leaf < size)) throw new RangeError(`Leaf ${leaf} is in no tree of ${size}.`);
  const nodes: Leaves[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + onTheLeft(to - from);
    if (leaf < middle) {
      nodes.unshift([middle, to]);
      to = middle;
    } else {
      nodes.unshift([from, middle]);
      from = middle;
    }
  }
  return nodes;
}

/** The nodes that prove a tree to be the beginning of a later one (RFC 6962, 2.1.2); none where both are the same. */
function consistencyNodes(size: number, later: number): Leaves[] {
  // Every tree begins with the tree without leaves, so the proof is empty.
  if (!(size > 0 && size <= later))
    throw new RangeError(`No proof shows a tree of ${size} to be the beginning of one of ${later}.`);
  const nodes: Leaves[] = [];
  let [from, to] = [0, later];
  while (to !== size) {
    const middle = from + onTheLeft(to - from);
    if (size <= middle) {
      nodes.unshift([middle, to]);
      to = middle;
    } else {
      nodes.unshift([from, middle]);
      from = middle;
    }
  }
  // The checker already has the root of the earlier tree.
  if (from > 0) nodes.unshift([from, to]);
  return nodes;
}

/** The tree of a ledger, at every size that it has had. */
export interface Tree {
  /** The root at a size. Rejects {@link HashMissing} where the tree was never as large, or is not whole. */
  rootAt(size: number): Promise<Hash>;
  /**
   * Proves the leaf at a place, from 0, to be in the tree of a size. Rejects {@link HashMissing}, and RangeError if the
   * tree of that size has no such leaf.
   */
  inclusion(leaf: number, size: number): Promise<Hash[]>;
  /** Proves the tree of a size, 1 at least, to be the beginning of that of a later size. Rejects as `inclusion` does. */
  consistency(size: number, later: number): Promise<Hash[]>;
}

/** A tree over hashes that are kept. */
export function treeOver(read: (of: Stretch) => Promise<Hashes>): Tree {
  async function hashOver([from, to]: Leaves): Promise<Hash> {
    const stretches = stretchesOver(from, to);
    return rootOf(edgeOver(stretches, await Promise.all(stretches.map(read))));
  }
  const proof = (nodes: readonly Leaves[]): Promise<Hash[]> => Promise.all(nodes.map(hashOver));
  return {
    rootAt: (size) => hashOver([0, size]),
    inclusion: async (leaf, size) => proof(inclusionNodes(leaf, size)),
    consistency: async (size, later) => proof(consistencyNodes(size, later)),
  };
}
