import { setTimeout } from 'node:timers/promises';
import { added, isKept, isSameHash, nameOf, type Edge, type Hash } from '../../../evidence/tree.js';
import { LedgerDamaged, type EventStore } from '../../store/event-store.js';
import { leafOf } from '../../store/leaf.js';
import { goingOn } from '../../store/pages.js';
import { storedTree } from '../../store/stored-tree.js';

/**
 * Checks that a store holds what was recorded, by comparing the bytes of its events with the tree written with them. A
 * store itself compares each event that it reads with its leaf; events that a start took from a snapshot are read
 * afterwards, a few at a time. Everything here throws {@link LedgerDamaged} with the place. For a store without a tree
 * nothing is checked.
 */

/**
 * Checks that the tree is complete and goes no further than the events, by reading a few hundred hashes. `size` is how
 * many events have been read; others may be recording.
 */
export async function endHolds(store: EventStore, size: number): Promise<void> {
  const tree = storedTree(store);
  if (!tree) return;
  try {
    await tree.rootAt(size);
  } catch (error) {
    throw new LedgerDamaged((error as Error).message, error);
  }
  const [next] = await store.leaves!(size, 1);
  if (!next) return;
  // An event and its leaf are written together, so if there is a leaf, its event can be read by now.
  const [event] = await store.readAll({ after: size === 0 ? undefined : String(size), limit: 1 });
  if (!event)
    throw new LedgerDamaged(
      `The ledger’s tree goes on after event ${size}, and the events do not: the last were taken away.`,
    );
}

/** So many events are hashed in a turn of the loop: a millisecond or two. */
const EVENTS_A_TURN = 100;

export interface Proving {
  /** The size up to which the store has been checked. */
  size(): number;
  /** Resolves once everything that was there is checked; rejects if something is wrong. */
  readonly whole: Promise<void>;
  stop(): void;
}

/** Proves what a store that keeps a tree holds, from its first event on, with a pause after each turn. `upTo` is how far it has been read. */
export function startProving(store: EventStore, upTo: () => number, pauseMs: number): Proving {
  let edge: Edge | undefined;
  let stopped = false;
  const size = (): number => edge?.size ?? 0;
  const isOver = (): boolean => stopped || size() >= upTo();

  async function turn(): Promise<void> {
    const from = size();
    const after = from === 0 ? undefined : String(from);
    const page = goingOn(store, after, await store.readAll({ after, limit: EVENTS_A_TURN }));
    if (page.length === 0)
      throw new LedgerDamaged(`After event ${from} nothing can be read, and ${upTo()} were there before.`);
    const whole: { readonly level: number; readonly place: number; readonly hash: Hash }[] = [];
    for (const event of page) {
      edge = added(edge, leafOf(event), 0, (level, place, hash) => {
        if (isKept(level)) whole.push({ level, place, hash });
      });
    }
    for (const { level, place, hash } of whole) {
      const [is] = await store.subtrees!(level, place, 1);
      if (!is || !isSameHash(is, hash))
        throw new LedgerDamaged(
          `The ledger’s tree is not that of its events: ${nameOf(level, place)} is ${is ? 'another' : 'missing'}.`,
        );
    }
  }

  async function run(): Promise<void> {
    while (!isOver()) {
      await turn();
      await setTimeout(pauseMs);
    }
  }

  const whole = run();
  whole.catch(() => undefined);
  return { size, whole, stop: () => void (stopped = true) };
}
