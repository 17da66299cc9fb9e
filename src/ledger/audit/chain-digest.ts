import { hexOf } from '../../../evidence/tree.js';
import { chainDigest } from '../../store/chain.js';
import type { EventStore } from '../../store/event-store.js';
import { asFarAsReadable } from './readable.js';

/**
 * At how many events the digest of a ledger was the one, in hexadecimal, that somebody noted down before there was the tree
 * (src/store/chain.ts), worked out from the bytes of its events; undefined where it never was, as far
 * as the ledger can be read.
 */
export async function sizeOfDigest(store: EventStore, noted: string): Promise<number | undefined> {
  let digest: Uint8Array | undefined;
  let size = 0;
  for await (const page of asFarAsReadable(store)) {
    for (const event of page) {
      digest = chainDigest(digest, event);
      size++;
      if (hexOf(digest) === noted) return size;
    }
  }
  return undefined;
}
