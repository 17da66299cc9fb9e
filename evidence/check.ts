import { isSameHash, nodeHash, type Hash } from './tree.js';

/**
 * Checks proofs received from others (RFC 9162, 2.1.3.2 and 2.1.4.2), in the same way as transparency-dev/merkle. The
 * path of a leaf to the root is divided at the point where it reaches the right edge of the tree. Below that point each
 * bit of the leaf’s index says on which side its sibling is; above it all siblings are on the left. Sizes and indexes
 * come from others and may be any number, so they are bigints.
 */

const HASH_BYTES = 32;

const bitLength = (number: bigint): number => (number === 0n ? 0 : number.toString(2).length);
const onesIn = (number: bigint): number => number.toString(2).replaceAll('0', '').length;

/** How many hashes of the proof of a leaf are below the right edge of the tree, and how many above. */
function parts(leaf: bigint, size: bigint): { readonly inner: number; readonly border: number } {
  const inner = bitLength(leaf ^ (size - 1n));
  return { inner, border: onesIn(leaf >> BigInt(inner)) };
}

const isRight = (index: bigint, level: number): boolean => ((index >> BigInt(level)) & 1n) === 1n;

/** Hashes upwards from a hash along its siblings; the bits of `index` say which siblings are on the left. */
const up = (hash: Hash, siblings: readonly Hash[], index: bigint): Hash =>
  siblings.reduce(
    (below, each, level) => (isRight(index, level) ? nodeHash(each, below) : nodeHash(below, each)),
    hash,
  );

/** Hashes upwards along the left siblings only, which gives the root of the earlier tree. */
const upLeft = (hash: Hash, siblings: readonly Hash[], index: bigint): Hash =>
  siblings.reduce((below, each, level) => (isRight(index, level) ? nodeHash(each, below) : below), hash);

const along = (hash: Hash, left: readonly Hash[]): Hash => left.reduce((below, each) => nodeHash(each, below), hash);

const areHashes = (...hashes: readonly Hash[]): boolean => hashes.every(({ length }) => length === HASH_BYTES);

/** Whether a proof shows that a leaf is at an index, from 0, of the tree of a size with a root. */
export function isIncluded(leaf: Hash, index: bigint, size: bigint, root: Hash, proof: readonly Hash[]): boolean {
  if (index < 0n || index >= size || !areHashes(leaf, root, ...proof)) return false;
  const { inner, border } = parts(index, size);
  if (proof.length !== inner + border) return false;
  return isSameHash(along(up(leaf, proof.slice(0, inner), index), proof.slice(inner)), root);
}

/** A tree: how many leaves it has, and what it comes to. */
export interface Head {
  readonly size: bigint;
  readonly root: Hash;
}

/** Whether a proof shows that a tree is the beginning of a later one. False for a tree without leaves. */
export function isConsistent(earlier: Head, later: Head, proof: readonly Hash[]): boolean {
  const { size } = earlier;
  if (size <= 0n || size > later.size) return false;
  if (size === later.size) return proof.length === 0 && isSameHash(earlier.root, later.root);
  if (!areHashes(earlier.root, later.root, ...proof)) return false;
  // The proof is that of the last whole subtree of the earlier tree, which begins it unless it is all of that tree.
  const level = BigInt(bitLength(size & -size) - 1);
  const isAll = size === 1n << level;
  const { inner, border } = parts(size - 1n, later.size);
  const below = inner - Number(level);
  const [seed, path] = isAll ? [earlier.root, proof] : [proof[0], proof.slice(1)];
  if (!seed || path.length !== below + border) return false;
  const index = (size - 1n) >> level;
  const [inside, left] = [path.slice(0, below), path.slice(below)];
  return (
    isSameHash(along(upLeft(seed, inside, index), left), earlier.root) &&
    isSameHash(along(up(seed, inside, index), left), later.root)
  );
}

/**
 * The bytes of a text in base64. Undefined if the text is not the canonical base64 of its bytes. The decoder also
 * accepts texts with missing padding, foreign characters and spare bits, so several texts would otherwise decode to the
 * same bytes.
 */
export function bytesOf(base64: string): Uint8Array | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}
