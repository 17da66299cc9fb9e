import { added, hexOf, rootOf, type Edge } from '../../../evidence/tree.js';
import type { EventStore } from '../../store/event-store.js';
import { leafOf } from '../../store/leaf.js';
import { asFarAsReadable } from './readable.js';

/** The root of the first events of a ledger. */
interface First {
  /** In hexadecimal; undefined where there are not so many events. */
  readonly root: string | undefined;
  /** How many events it covers, or how many could be read, where those are fewer. */
  readonly size: number;
}

/**
 * The root of the first so many events of a ledger, worked out from their bytes: what a printed page names, or somebody noted
 * down, is held to it. A damaged ledger has one, too, as far as it can be read.
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
