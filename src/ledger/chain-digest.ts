import { hexOf } from '../../evidence/tree.js';
import { chainDigest } from '../store/chain.js';
import type { EventStore, Position } from '../store/event-store.js';

/**
 * At how many events the digest of a ledger was the one, in hexadecimal, that somebody noted down before there was the tree
 * (src/store/chain.ts), worked out from the bytes of its events; undefined where it never was.
 */
export async function sizeOfDigest(store: EventStore, noted: string): Promise<number | undefined> {
  let digest: Uint8Array | undefined;
  let size = 0;
  for (let after: Position | undefined; ;) {
    const page = await store.readAll({ after });
    if (page.length === 0) return undefined;
    for (const event of page) {
      digest = chainDigest(digest, event);
      size++;
      if (hexOf(digest) === noted) return size;
    }
    after = page.at(-1)!.position;
  }
}
