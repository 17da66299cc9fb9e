import { setTimeout } from 'node:timers/promises';
import { eventLine, type ShownPart } from '../ledger/catalogue.js';
import type { Ledger } from '../ledger/ledger.js';
import { whyVoidInWords } from '../ledger/memory/standing.js';
import type { Seeing } from '../ledger/questions/question.js';
import { isWhole, shownOf } from '../ledger/shown.js';
import type { EventPosition, RecordedEvent } from '../store/event-store.js';
import { goingOn } from '../store/pages.js';
import { createTurns, nextTurn, type Lane } from './turns.js';

/** An event with its line of JSON, which is written once for all readers. */
export interface Line {
  readonly position: EventPosition;
  readonly stream: string;
  readonly type: string;
  /** The event as a line of JSON, for a reader with this sight. */
  seenBy(seeing: Seeing): string;
}

/**
 * The newest events, read from the store once for all who follow them. Waiting readers are woken when there is more: a
 * few at a time, with a rest after every few milliseconds. So an act never waits for a thousand readers, and waking
 * takes a fifth of the time at most. Events that arrive meanwhile are read in the same turn.
 */
export interface Tail {
  /**
   * Some of the events after a position; `behind` if older ones must be read from the store first; empty if there are
   * none yet.
   */
  next(after: EventPosition | undefined): readonly Line[] | 'behind';
  /** Calls back once, when there may be more. Returns a function that cancels the callback. */
  whenMore(goOn: () => void): () => void;
}

const BYTES_KEPT_MAX = 4 * 1024 * 1024;
const WOKEN_AT_ONCE = 4;
/** After waking readers for this long, in milliseconds, the service rests for a multiple of that time. */
const WOKEN_MS_MAX = 3;
const RESTS_FOR = 4;
/** How long to wait before trying again to read what cannot be read. */
const RETRY_MS = 1_000;
/** The number of events read or sent at a time. */
export const PAGE = 64;
export const PAGE_BYTES_MAX = 64 * 1024;

/** The line of an event that the read model has taken. It says whether the event is void. */
export function lineOf({ model }: Pick<Ledger, 'model'>, event: RecordedEvent): Line {
  let whole: string | undefined;
  const { position, stream, revision, type } = event;
  const shownTo = shownOf(event, model);
  const text = (shown: ShownPart): string => {
    const why = model.whyVoid(stream, Number(revision));
    return eventLine(event, why && whyVoidInWords(why), shown);
  };
  return {
    position,
    stream,
    type,
    seenBy(seeing) {
      const shown = shownTo(seeing);
      return isWhole(event, shown) ? (whole ??= text(event)) : text(shown);
    },
  };
}

/** @param turns woken readers take turns with all other work that may wait */
export function createTail(
  { store, model, projector }: Pick<Ledger, 'store' | 'model' | 'projector'>,
  turns: Lane = createTurns().lane(),
): Tail {
  /** The kept events, in ledger order: all recorded ones after `from`. */
  let kept: { readonly line: Line; readonly bytes: number }[] = [];
  let bytes = 0;
  let from: EventPosition | undefined;
  const waiting = new Set<() => void>();
  let isFollowing = false;

  const last = (): EventPosition | undefined => kept.at(-1)?.line.position ?? from;

  function beginHere(): void {
    kept = [];
    bytes = 0;
    from = model.position();
  }

  function keep(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      const size = event.data.length + event.metadata.length;
      kept.push({ line: lineOf({ model }, event), bytes: size });
      bytes += size;
    }
    let gone = 0;
    while (bytes > BYTES_KEPT_MAX) bytes -= kept[gone++]!.bytes;
    if (gone === 0) return;
    from = kept[gone - 1]!.line.position;
    kept = kept.slice(gone);
  }

  /** Reads the events that the read model has taken and the tail does not keep yet. Returns whether there were any. */
  async function read(): Promise<boolean> {
    const before = last();
    while (store.isAfter(model.position()!, last())) {
      const after = last();
      const page = goingOn(store, after, await store.readAll({ after, limit: PAGE }));
      keep(page.filter(({ position }) => !store.isAfter(position, model.position())));
    }
    return last() !== before;
  }

  async function wakeAll(): Promise<void> {
    const those = [...waiting];
    waiting.clear();
    let took = 0;
    for (let index = 0; index < those.length; index += WOKEN_AT_ONCE) {
      if (index > 0) await turns.next();
      for (const goOn of those.slice(index, index + WOKEN_AT_ONCE)) goOn();
      took += (await nextTurn()).own;
      if (took < WOKEN_MS_MAX) continue;
      await setTimeout(RESTS_FOR * took, undefined, { ref: false });
      took = 0;
    }
  }

  /** Runs as long as somebody waits. What cannot be read now is tried again. */
  async function follow(): Promise<void> {
    isFollowing = true;
    while (waiting.size > 0) {
      const moved = projector.whenMoved();
      const isMore = await read().catch(() => undefined);
      if (isMore) await wakeAll();
      else if (isMore === undefined) await setTimeout(RETRY_MS, undefined, { ref: false });
      else {
        await moved;
        // A read model that has stopped would otherwise be asked again at once, without end.
        if (!store.isAfter(model.position()!, last())) await setTimeout(RETRY_MS, undefined, { ref: false });
      }
    }
    isFollowing = false;
  }

  return {
    next(after) {
      if (!isFollowing) beginHere();
      if (from !== undefined && store.isAfter(from, after)) return 'behind';
      let [low, high] = [0, kept.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (store.isAfter(kept[middle]!.line.position, after)) high = middle;
        else low = middle + 1;
      }
      const page: Line[] = [];
      for (let size = 0; low < kept.length && page.length < PAGE && size <= PAGE_BYTES_MAX; low++) {
        page.push(kept[low]!.line);
        size += kept[low]!.bytes;
      }
      return page;
    },
    whenMore(goOn) {
      waiting.add(goOn);
      if (!isFollowing) void follow();
      return () => waiting.delete(goOn);
    },
  };
}
