import { hexOf } from '../../../evidence/tree.js';
import { chainDigest } from '../../store/chain.js';
import type { EventStore } from '../../store/event-store.js';
import { asItLies, pages } from '../../store/pages.js';

/**
 * At how many events the digest of a ledger was the one, in hexadecimal, that somebody noted down before there was the tree
 * (src/store/chain.ts), worked out from the bytes of its events; undefined where it never was.
 */
export async function sizeOfDigest(store: EventStore, noted: string): Promise<number | undefined> {
  let digest: Uint8Array | undefined;
  let size = 0;
  for await (const page of pages(asItLies(store))) {
    for (const event of page) {
      digest = chainDigest(digest, event);
      size++;
      if (hexOf(digest) === noted) return size;
    }
  }
  return undefined;
}
