import { added, hexOf, rootOf, type Edge } from '../../../evidence/tree.js';
import type { EventStore } from '../../store/event-store.js';
import { leafOf } from '../../store/leaf.js';
import { asItLies, pages } from '../../store/pages.js';

/**
 * The root of the first so many events of a ledger, in hexadecimal, worked out from their bytes: what a printed page names, or
 * somebody noted down, is held to it. Undefined where there are not so many.
 */
export async function rootOfFirst(store: EventStore, size: number): Promise<string | undefined> {
  let edge: Edge | undefined;
  for await (const page of pages(asItLies(store))) {
    for (const event of page) {
      if (edge?.size === size) break;
      edge = added(edge, leafOf(event));
    }
    if (edge?.size === size) break;
  }
  return edge?.size === size ? hexOf(rootOf(edge)) : undefined;
}
