import { setTimeout as pause } from 'node:timers/promises';
import {
  ANY,
  BACKWARDS,
  binaryEvent,
  END,
  FORWARDS,
  START,
  type AllStreamResolvedEvent,
  type ResolvedEvent,
} from '@eventstore/db-client';
import canonicalize from 'canonicalize';
import {
  ConcurrencyConflict,
  EventsHidden,
  OutcomeUnknown,
  READ_PAGE_MAX,
  StoreUnavailable,
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type Finding,
  type NewEvent,
  type EventPosition,
  type RecordedEvent,
  type Subscription,
} from '../event-store.js';
import { collect, connect, type ConnectionOptions } from './connection.js';
import { follow } from './following.js';

/**
 * The cluster store: EventStoreDB through its client. A position is where the event's record begins in the server's log.
 * The ledger's streams are those of its categories; whatever else the server holds, its own events included, is passed
 * over. What the ledger writes is sent as bytes, since the client gives only those back as they are.
 */
interface EventStoreDBOptions extends ConnectionOptions {
  /** The categories of the ledger's streams: the text of a stream's name before its first dash. */
  readonly categories: readonly string[];
}

export interface EventStoreDBEventStore extends EventStore {
  /** The hosts, without user and password. */
  readonly where: string;
}

/** Servers before 25.1 take no append above 1 MiB; what an event needs beside its bytes is counted generously. */
const APPEND_BYTES_MAX = 1_024 * 1_024;
const EVENT_OVERHEAD_BYTES = 512;
/** How many events of the log are looked at first, and then at a time, for the last one of ours. */
const HEAD_SEARCH_FIRST = 4;
/** How often a conflict is looked into before it is left unknown. */
const CONFLICT_LOOKS = 4;
/** The stream of another category than the ledger’s that is written to for the server’s time. */
const CLOCK_STREAM = 'bcfclock-asked';
/** A page of the whole log asks for at least so many events: some are the server's own. */
const LOG_PAGE_MIN = 64;

/**
 * Opens the ledger on a server or cluster. Nothing is sent before something is asked. Throws {@link StoreUnavailable} where
 * the connection string cannot be used.
 */
export function openEventStoreDB({ categories, ...options }: EventStoreDBOptions): EventStoreDBEventStore {
  const connection = connect(options);
  const { client, asking, where } = connection;
  const ours = new Set(categories);
  const isOurs = (stream: string): boolean => ours.has(stream.split('-', 1)[0]!);
  // What is not ours is looked at no further: others may have written anything.
  const oursOf = (page: readonly AllStreamResolvedEvent[]): AllStreamResolvedEvent[] =>
    page.filter(({ event }) => isOurs(event!.streamId));
  const underWay = new Set<Promise<unknown>>();
  const subscriptions = new Set<Subscription>();
  let closed = false;
  /** How far the log was searched for its last event of ours, and what was found. */
  let searched: { readonly upTo: number; readonly head: EventPosition | undefined } = { upTo: -1, head: undefined };

  const open = (): void => {
    if (closed) throw new StoreUnavailable(`The connection to the event store at ${where} is closed.`);
  };

  function resolvedOfStream(stream: string, from: bigint | typeof END, maxCount: number): Promise<ResolvedEvent[]> {
    const direction = from === END ? BACKWARDS : FORWARDS;
    return connection.read((late) =>
      collect(client.readStream(stream, { ...asking, fromRevision: from, direction, maxCount }), late),
    );
  }

  const pageOfStream = async (...page: Parameters<typeof resolvedOfStream>): Promise<RecordedEvent[]> =>
    (await resolvedOfStream(...page)).map(recorded);

  /** A page of the whole log: forwards from a position, inclusive, or the first; backwards before one, or from the last. */
  async function pageOfLog(
    from: EventPosition | undefined,
    direction: typeof FORWARDS | typeof BACKWARDS,
    maxCount: number,
  ): Promise<AllStreamResolvedEvent[]> {
    const fromPosition = from === undefined ? (direction === FORWARDS ? START : END) : placed(from);
    return connection.read((late) => collect(client.readAll({ ...asking, fromPosition, direction, maxCount }), late));
  }

  async function headOf(stream: string): Promise<RecordedEvent | undefined> {
    const [last] = await pageOfStream(stream, END, 1);
    return last;
  }

  /** Sees to it that what is under way is waited for before the connection is closed. */
  function awaited<T>(writing: Promise<T>): Promise<T> {
    underWay.add(writing);
    const over = () => underWay.delete(writing);
    writing.then(over, over);
    return writing;
  }

  /** An append of nothing is only checked: the server would write a record for it. */
  async function check(stream: string, expected: ExpectedRevision): Promise<Appended> {
    const last = await headOf(stream);
    const actual = last?.revision ?? 'no_stream';
    if (actual !== expected) throw new ConcurrencyConflict(stream, expected, actual);
    return { revision: last?.revision ?? -1n, position: last?.position ?? '', asSent: true };
  }

  async function write(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    open();
    if (!isOurs(stream)) {
      throw new StoreUnavailable(
        `Nothing was written to ${stream}: the ledger's streams are those of ${[...ours].join(', ')}, and it would read no other.`,
      );
    }
    const bytes = events.map(sent);
    const size = bytes.reduce(
      (sum, { data, metadata }) => sum + data.length + metadata.length + EVENT_OVERHEAD_BYTES,
      0,
    );
    if (size > APPEND_BYTES_MAX) {
      throw new StoreUnavailable(
        `Nothing was written to ${stream}: the append has ${size} bytes, and an event store takes no more than ${APPEND_BYTES_MAX}.`,
      );
    }
    const last = events.at(-1);
    if (!last) return check(stream, expected);
    await settled(stream, expected, events, () =>
      connection.write(stream, () => client.appendToStream(stream, bytes, { ...asking, expectedRevision: expected })),
    );
    const revision = (expected === 'no_stream' ? -1n : expected) + BigInt(events.length);
    // Of which record of the append the server answers with the position is not promised.
    const [is] = await pageOfStream(stream, revision, 1).catch((error: unknown) => {
      throw new OutcomeUnknown(`${stream} was written, but could not be read back. ${(error as Error).message}`, error);
    });
    return { revision, position: is!.position, asSent: is!.data === last.data && is!.metadata === last.metadata };
  }

  /**
   * A conflict is reported only if the event in the way can be read and is another's. It may be the very append's own:
   * of an attempt whose answer was lost, or of the same append under way twice, which the server does not know again
   * while its index has not come so far and the identifier has been used in another stream. Or no majority of servers
   * has the event yet, and it may still be lost: then the outcome is unknown.
   */
  async function settled(
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
    append: () => Promise<unknown>,
  ): Promise<void> {
    const first = expected === 'no_stream' ? 0n : expected + 1n;
    for (let looks = 1; ; looks++) {
      try {
        await append();
        return;
      } catch (error) {
        if (!(error instanceof ConcurrencyConflict) || isAhead(expected, error)) throw error;
        const there = await pageOfStream(stream, first, events.length);
        if (there.length === events.length && there.every(({ id }, index) => id === events[index]!.id)) return;
        if (there.length > 0) throw error;
        if (looks === CONFLICT_LOOKS) {
          throw new OutcomeUnknown(
            `It is not known whether ${stream} was written: the event store at ${where} says that there are other events, and does not give them yet.`,
            error,
          );
        }
      }
      await pause(connection.backoff(looks));
    }
  }

  /**
   * Of the ledger’s own events it is not asked: the server answers a repeated append as it did the first, so an event that is
   * read back may be older than the append.
   */
  async function time(): Promise<string> {
    open();
    const asked = binaryEvent({ type: 'TimeAsked', data: new Uint8Array() });
    await connection.write(CLOCK_STREAM, () =>
      client.appendToStream(CLOCK_STREAM, [asked], { ...asking, expectedRevision: ANY }),
    );
    // Should another service ask in the same moment, its event is stored after this one and before it is read, too.
    const [last] = await resolvedOfStream(CLOCK_STREAM, END, 1);
    return last!.event!.created.toISOString();
  }

  async function head(): Promise<EventPosition | undefined> {
    open();
    let from: EventPosition | undefined;
    let newest: number | undefined;
    let count = HEAD_SEARCH_FIRST;
    for (;;) {
      const page: AllStreamResolvedEvent[] = await pageOfLog(from, BACKWARDS, count);
      newest ??= Number(positionOf(page[0]) ?? -1);
      const [last] = oursOf(page);
      const reached = positionOf(page.at(-1));
      if (last || page.length < count || Number(reached) <= searched.upTo) {
        // Another search may have seen more in the meantime.
        if (newest > searched.upTo) searched = { upTo: newest, head: positionOf(last) ?? searched.head };
        return searched.head;
      }
      from = reached;
      count = Math.min(count * 4, READ_PAGE_MAX);
    }
  }

  async function readAll({ after, limit = READ_PAGE_MAX }: { after?: EventPosition | undefined; limit?: number } = {}) {
    const wanted = Math.max(0, Math.min(limit, READ_PAGE_MAX));
    const count = Math.max(wanted + 1, LOG_PAGE_MIN);
    open();
    const events: RecordedEvent[] = [];
    let from = after;
    for (;;) {
      const page = await pageOfLog(from, FORWARDS, count);
      // The server's positions are inclusive.
      for (const each of oursOf(page)) if (isAfter(positionOf(each)!, from)) events.push(recorded(each));
      if (page.length < count || events.length >= wanted) return events.slice(0, wanted);
      from = positionOf(page.at(-1));
    }
  }

  return {
    where,
    // The server checks one stream at a time.
    instantsInOrder: false,
    append: (stream, expected, events) => awaited(write(stream, expected, events)),
    time: () => awaited(time()),
    async readStream(stream, { after = -1n, limit = READ_PAGE_MAX } = {}) {
      open();
      const count = Math.min(limit, READ_PAGE_MAX);
      if (count <= 0) return [];
      const page = await pageOfStream(stream, after + 1n, count);
      // The server passes over what it was told to hide.
      if (page[0] && page[0].revision !== after + 1n) throw new EventsHidden(stream, after + 1n);
      return page;
    },
    readAll,
    head,
    isAfter,
    // Records of others lie between ours, so only the order can be checked.
    canFollow: isAfter,
    subscribe(after, follower) {
      const subscription = follow(
        { connection, categories, oursOf, isAfter, head, recorded, placed, open },
        after,
        follower,
      );
      subscriptions.add(subscription);
      const over = () => subscriptions.delete(subscription);
      subscription.ended.then(over, over);
      return subscription;
    },
    async diagnose(): Promise<Finding[]> {
      const last = await head();
      return [
        {
          name: 'event store',
          ok: true,
          words: `${where} answers; ${last === undefined ? 'it holds no ledger yet' : `the ledger's last event is at position ${last}`}.`,
        },
        {
          name: 'connection',
          ok: connection.isPrivate,
          words: connection.isPrivate
            ? 'What is sent is encrypted, or stays on this machine.'
            : 'What is sent is not encrypted (tls=false): anybody on the way can read and change it.',
        },
      ];
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const subscription of subscriptions) subscription.stop();
      await Promise.allSettled([...underWay, ...[...subscriptions].map(({ ended }) => ended)]);
      await client.dispose();
    },
  };
}

/** Whether more was expected than the server says is there: nobody's events are in the way. */
const isAhead = (expected: ExpectedRevision, { actual }: ConcurrencyConflict): boolean =>
  actual === 'no_stream' || (expected !== 'no_stream' && BigInt(actual) < expected);

const isAfter = (a: EventPosition, b: EventPosition | undefined): boolean => Number(a) > Number(b ?? -1);

/** A position as the client has it. What the ledger appends is committed by its own record, so both are one. */
const placed = (position: EventPosition): { readonly commit: bigint; readonly prepare: bigint } => ({
  commit: BigInt(position),
  prepare: BigInt(position),
});

const sent = ({ id, type, data, metadata }: NewEvent) =>
  binaryEvent({ id, type, data: Buffer.from(data), metadata: Uint8Array.from(Buffer.from(metadata)) });

const positionOf = (resolved: AllStreamResolvedEvent | undefined): EventPosition | undefined =>
  resolved && String(resolved.event!.position.commit);

/** An event as the port has it. */
function recorded({ event }: ResolvedEvent | AllStreamResolvedEvent): RecordedEvent {
  const { streamId, id, type, revision, position, data, metadata } = event!;
  return {
    position: String(position!.commit),
    stream: streamId,
    revision,
    id,
    type,
    data: textOf(data),
    metadata: textOf(metadata),
  };
}

/**
 * The text that was sent. The client parses metadata, and the data of what others sent as JSON; canonical text is what is
 * made of it again.
 */
const textOf = (content: unknown): string =>
  content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : (canonicalize(content) ?? '');
