import { createHash } from 'node:crypto';
import type { Hash } from '../../evidence/tree.js';

/** The tree hash directly from RFC 6962, section 2.1. The real tree is compared with it. */

const sha256 = (...bytes: readonly Uint8Array[]): Hash => createHash('sha256').update(Buffer.concat(bytes)).digest();

export const naiveLeaf = (entry: string): Hash => sha256(Buffer.of(0), Buffer.from(entry));

export function naiveRoot(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const left = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(Buffer.of(1), naiveRoot(leaves.slice(0, left)), naiveRoot(leaves.slice(left)));
}
