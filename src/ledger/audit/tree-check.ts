import {
  added,
  isKept,
  isSameHash,
  LEVELS_APART,
  nameOf,
  rootOf,
  type Edge,
  type Hash,
  type Hashes,
} from '../../../evidence/tree.js';
import { READ_PAGE_MAX, type EventStore, type RecordedEvent } from '../../store/event-store.js';
import { leafOf } from '../../store/leaf.js';

/**
 * Holds the tree that a store keeps to the bytes of its events: every leaf, every subtree, and that there is no more of
 * either than there are events. Without a kept tree it works the root out, and has nothing to compare.
 */
export interface TreeCheck {
  /** The next events, in ledger order. */
  page(events: readonly RecordedEvent[]): Promise<void>;
  /** Says what is kept beyond the last event, and what the tree of all of them comes to. */
  end(): Promise<{ readonly size: number; readonly root: Hash }>;
}

type Report = (where: string, words: string) => void;

/** Neighbours with the same fault, which are told of together. */
interface Run {
  readonly where: string;
  readonly fault: string;
  readonly from: number;
  to: number;
}

export function createTreeCheck(store: EventStore, report: Report): TreeCheck {
  let edge: Edge | undefined;
  const runs = new Map<number, Run>();
  const size = (): number => edge?.size ?? 0;
  const kept = async (level: number, from: number, limit: number): Promise<Hashes> =>
    (await (level === 0 ? store.leaves?.(from, limit) : store.subtrees?.(level, from, limit))) ?? [];

  function told(level: number): void {
    const run = runs.get(level);
    if (!run) return;
    const { where, fault, from, to } = run;
    const others = to > from ? `, and the same holds of the ${to - from} after it` : '';
    report(where, `${nameOf(level, from)} ${fault}${others}.`);
    runs.delete(level);
  }

  async function compare(level: number, from: number, are: readonly Hash[], where: (place: number) => string) {
    const hashes = await kept(level, from, are.length);
    are.forEach((is, index) => {
      const [place, hash] = [from + index, hashes[index]];
      const fault = faultOf(hash, is);
      const run = runs.get(level);
      if (run && run.fault === fault) {
        run.to = place;
        return;
      }
      told(level);
      if (fault !== undefined) runs.set(level, { where: where(place), fault, from: place, to: place });
    });
  }

  return {
    async page(events) {
      const from = size();
      const leaves = events.map(leafOf);
      const whole = new Map<number, Hash[]>();
      for (const leaf of leaves) {
        edge = added(edge, leaf, 0, (level, _, hash) => {
          if (isKept(level)) whole.set(level, [...(whole.get(level) ?? []), hash]);
        });
      }
      if (!store.leaves) return;
      await compare(0, from, leaves, (place) => `position ${events[place - from]!.position}`);
      for (const [level, hashes] of whole) {
        const first = Math.floor(size() / 2 ** level) - hashes.length;
        await compare(
          level,
          first,
          hashes,
          (place) => `places ${place * 2 ** level} to ${(place + 1) * 2 ** level - 1}`,
        );
      }
    },
    async end() {
      for (const level of [...runs.keys()]) told(level);
      for (let level = 0; level <= 48; level += LEVELS_APART) {
        const from = Math.floor(size() / 2 ** level);
        if ((await kept(level, from, READ_PAGE_MAX)).length === 0) continue;
        report(
          `the end, after ${size()} events`,
          `the tree has ${nameOf(level, from)} and no events for it: the last events were taken away.`,
        );
        break;
      }
      return { size: size(), root: rootOf(edge) };
    },
  };
}

function faultOf(hash: Hash | undefined, is: Hash): string | undefined {
  if (!hash) return 'is missing from the tree';
  return isSameHash(hash, is) ? undefined : 'of the tree is not the hash of the bytes that the file holds';
}
