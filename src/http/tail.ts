import { setImmediate, setTimeout } from 'node:timers/promises';
import type { FactData } from '../domain/event.js';
import type { Sight } from '../ledger/access.js';
import { canonical, eventLine, KINDS, placed, type ShownPart } from '../ledger/catalogue.js';
import type { Ledger } from '../ledger/ledger.js';
import { whyVoidInWords } from '../ledger/standing.js';
import type { Position, RecordedEvent } from '../store/event-store.js';
import { goingOn } from '../store/pages.js';

/** What somebody may see, as far as it matters to events. */
type Seen = Pick<Sight, 'seesEvents' | 'seesCases'>;

/** An event, with its line of JSON, which is written once for all who read it. */
export interface Line {
  readonly position: Position;
  readonly stream: string;
  readonly type: string;
  /** The event as a line of JSON, as somebody sees it. */
  seenBy(sight: Seen): string;
}

/**
 * The newest events, read from the store once for all who follow them. Who follows is woken when there is more: some at
 * a time, so that an act does not wait for a thousand readers, and for a fifth of the time at the most.
 */
export interface Tail {
  /**
   * The first event after a position; `behind` where older ones have to be read from the store first; nothing where there
   * is none yet.
   */
  next(after: Position | undefined): Line | 'behind' | undefined;
  /** Calls back once, when there may be more. Returns what takes the callback off again. */
  whenMore(goOn: () => void): () => void;
}

const BYTES_KEPT_MAX = 4 * 1024 * 1024;
const WOKEN_AT_ONCE = 25;
/** After many have been woken for some time, they rest for so many times as long. */
const RESTS_FOR = 4;
const REST_MS_MAX = 1_000;
const EVENTS_READ_AT_ONCE = 64;

/** The line of an event that the read model has taken, which says where it is void. */
export function lineOf({ model }: Pick<Ledger, 'model'>, event: RecordedEvent): Line {
  let whole: string | undefined;
  const { position, stream, revision, type } = event;
  const { kind, name } = placed(stream);
  // Facts of funds alone hold claims.
  const area = KINDS[kind].byName.get(type)?.holdsClaims && model.fund(name)!.outline.opened!.area;
  const text = (shown: ShownPart): string => {
    const why = model.whyVoid(stream, Number(revision));
    return eventLine(event, why && whyVoidInWords(why), shown);
  };
  return {
    position,
    stream,
    type,
    seenBy({ seesEvents, seesCases }) {
      const metadata = restsSeen(event.metadata, seesEvents);
      const data = area === undefined || seesCases(area) ? event.data : dayAlone(event.data);
      if (metadata === event.metadata && data === event.data) return (whole ??= text(event));
      return text({ data, metadata });
    },
  };
}

/** What is left of data that hold the exact sum of claims, for those who see no cases. */
const dayAlone = (data: string): string => canonical({ effective: (JSON.parse(data) as FactData).effective });

/**
 * The metadata of an event without the streams that it rests on and a reader may not see: their names and revisions say
 * which disputes there are, and how much was recorded of them.
 */
function restsSeen(metadata: string, seesEvents: (stream: string) => boolean): string {
  const { rests, ...others } = JSON.parse(metadata) as { readonly rests?: Readonly<Record<string, string>> };
  const unseen = Object.keys(rests ?? {}).filter((stream) => !seesEvents(stream));
  if (unseen.length === 0) return metadata;
  const seen = Object.entries(rests!).filter(([stream]) => !unseen.includes(stream));
  return canonical({ ...others, rests: Object.fromEntries(seen) });
}

export function createTail({ store, model, projector }: Pick<Ledger, 'store' | 'model' | 'projector'>): Tail {
  /** What is kept, in ledger order: all that there is after `from`. */
  let kept: { readonly line: Line; readonly bytes: number }[] = [];
  let bytes = 0;
  let from: Position | undefined;
  const waiting = new Set<() => void>();
  let isFollowing = false;

  const last = (): Position | undefined => kept.at(-1)?.line.position ?? from;

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

  /** Reads what the read model has taken and is not kept yet. Returns whether there was any. */
  async function read(): Promise<boolean> {
    const before = last();
    while (store.isAfter(model.position()!, last())) {
      const after = last();
      const page = goingOn(store, after, await store.readAll({ after, limit: EVENTS_READ_AT_ONCE }));
      keep(page.filter(({ position }) => !store.isAfter(position, model.position())));
    }
    return last() !== before;
  }

  async function wakeAll(): Promise<void> {
    const begun = performance.now();
    const those = [...waiting];
    waiting.clear();
    for (let index = 0; index < those.length; index += WOKEN_AT_ONCE) {
      for (const goOn of those.slice(index, index + WOKEN_AT_ONCE)) goOn();
      await setImmediate();
    }
    if (those.length <= WOKEN_AT_ONCE) return;
    await setTimeout(Math.min(RESTS_FOR * (performance.now() - begun), REST_MS_MAX), undefined, { ref: false });
  }

  /** Goes on for as long as somebody waits. What cannot be read for now is tried again. */
  async function follow(): Promise<void> {
    isFollowing = true;
    while (waiting.size > 0) {
      const moved = projector.whenMoved();
      const isMore = await read().catch(() => undefined);
      if (isMore) await wakeAll();
      else if (isMore === undefined) await setTimeout(REST_MS_MAX, undefined, { ref: false });
      else {
        await moved;
        // A read model that has stopped says so each time at once.
        if (!store.isAfter(model.position()!, last())) await setTimeout(REST_MS_MAX, undefined, { ref: false });
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
      return kept[low]?.line;
    },
    whenMore(goOn) {
      waiting.add(goOn);
      if (!isFollowing) void follow();
      return () => waiting.delete(goOn);
    },
  };
}
