import { treeOver, type Tree } from '../../evidence/tree.js';
import type { EventStore } from './event-store.js';

/** The tree of a ledger as its store keeps it; undefined where the store keeps none. */
export function storedTree(store: EventStore): Tree | undefined {
  if (!store.leaves || !store.subtrees) return undefined;
  return treeOver(({ level, place, count }) =>
    level === 0 ? store.leaves!(place, count) : store.subtrees!(level, place, count),
  );
}
