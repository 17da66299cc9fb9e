import {
  LedgerDamaged,
  READ_PAGE_MAX,
  type EventStore,
  type EventPosition,
  type RecordedEvent,
} from './event-store.js';

/**
 * Reads a store page by page; no other file does. Each page must continue the one before it, so that on a damaged store
 * no loop runs for ever and no event is taken twice or in the wrong place. Otherwise everything here throws {@link
 * LedgerDamaged}.
 */

/** What may be missing between two events: nothing, unless somebody looks for just that. */
export type Gaps = 'none' | 'allowed';

type Ordered = Pick<EventStore, 'isAfter' | 'canFollow'>;

/** Hands a page of all streams back, once it is seen to go on after a position. */
export function goingOn<Page extends readonly RecordedEvent[]>(
  store: Ordered,
  after: EventPosition | undefined,
  page: Page,
  gaps: Gaps = 'none',
): Page {
  let before = after;
  for (const { position } of page) {
    const follows = gaps === 'allowed' ? store.isAfter(position, before) : store.canFollow(position, before);
    if (!follows) throw new LedgerDamaged(outOfOrder(position, before, store.isAfter(position, before)));
    before = position;
  }
  return page;
}

const outOfOrder = (position: EventPosition, before: EventPosition | undefined, missing: boolean): string =>
  missing
    ? `Position ${position} comes straight after ${before ?? 'the beginning'}: what was recorded between them is missing.`
    : `Position ${position} comes after ${before!}: the events are not in their order.`;

/** The next page of all streams; empty at the end. */
export const pageAfter = async (
  store: EventStore,
  after: EventPosition | undefined,
  gaps: Gaps = 'none',
): Promise<RecordedEvent[]> => goingOn(store, after, await store.readAll({ after }), gaps);

/** All streams from a position on, page by page. */
export async function* pages(
  store: EventStore,
  after?: EventPosition,
  gaps: Gaps = 'none',
): AsyncGenerator<RecordedEvent[]> {
  let from = after;
  for (;;) {
    const page = await pageAfter(store, from, gaps);
    if (page.length === 0) return;
    yield page;
    from = page.at(-1)!.position;
  }
}

/** Hands a page of one stream back, once it is seen to be of that stream, and to go on after a revision one by one. */
export function goingOnIn(stream: string, after: bigint, page: RecordedEvent[]): RecordedEvent[] {
  let next = after + 1n;
  for (const event of page) {
    if (event.stream !== stream || event.revision !== next) {
      throw new LedgerDamaged(
        `In the place of revision ${next} of ${stream} stands revision ${event.revision} of ${event.stream}.`,
      );
    }
    next++;
  }
  return page;
}

/** The next page of one stream after a revision, -1 for its beginning; empty at the end. */
export const pageOfStream = async (
  store: EventStore,
  stream: string,
  after: bigint,
  limit: number = READ_PAGE_MAX,
): Promise<RecordedEvent[]> => goingOnIn(stream, after, await store.readStream(stream, { after, limit }));

/** Some streams up to a position, inclusive, page by page. */
export async function* pagesOfSome(
  store: EventStore,
  streams: readonly string[],
  upTo: EventPosition,
): AsyncGenerator<RecordedEvent[]> {
  const wanted = new Set(streams);
  let from: EventPosition | undefined;
  for (;;) {
    const page = goingOn(store, from, await store.parts!.read(streams, from, upTo), 'allowed');
    const stranger = page.find(({ stream }) => !wanted.has(stream));
    if (stranger) throw new LedgerDamaged(`Position ${stranger.position} was read as part of another stream.`);
    if (page.length === 0) return;
    yield page;
    from = page.at(-1)!.position;
  }
}

/** A store read without checks, for code that looks for damage. */
export const asItLies = (store: EventStore): EventStore => ({ ...store, ...store.asItLies });
