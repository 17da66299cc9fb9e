import { added, hexOf, rootOf, type Edge } from '../../../evidence/tree.js';
import type { EventStore } from '../../store/event-store.js';
import { leafOf } from '../../store/leaf.js';
import { asFarAsReadable } from './readable.js';

/** The root of the first events of a ledger. */
interface First {
  /** In hexadecimal; undefined if the ledger has fewer events. */
  readonly root: string | undefined;
  /** How many events it covers. If fewer can be read, their number. */
  readonly size: number;
}

/**
 * Works out the root of the first `size` events of a ledger from their bytes. `verify` compares it with a root that a
 * printed page names, or that somebody noted down. A damaged ledger is read as far as possible.
 */
export async function rootOfFirst(store: EventStore, size: number): Promise<First> {
  let edge: Edge | undefined;
  for await (const page of asFarAsReadable(store)) {
    for (const event of page) {
      edge = added(edge, leafOf(event));
      if (edge.size === size) return { root: hexOf(rootOf(edge)), size };
    }
  }
  return { root: undefined, size: edge?.size ?? 0 };
}
