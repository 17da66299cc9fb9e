import { streamNameFilter, type AllStreamResolvedEvent, type AllStreamSubscription } from '@eventstore/db-client';
import {
  NotALedger,
  READ_PAGE_MAX,
  type EventStore,
  type Follower,
  type EventPosition,
  type RecordedEvent,
  type Subscription,
} from '../event-store.js';
import type { Connection } from './connection.js';

/**
 * Follows the ledger's streams. The client's subscription ends with the first fault and may repeat events, and that it says
 * to have caught up proves nothing; so this one begins again after the last event that was handled, drops what it had, and
 * has caught up when that event is the last one of the log.
 */
interface Followed extends Pick<EventStore, 'isAfter' | 'head'> {
  readonly connection: Connection;
  readonly categories: readonly string[];
  readonly oursOf: (resolved: readonly AllStreamResolvedEvent[]) => AllStreamResolvedEvent[];
  readonly recorded: (resolved: AllStreamResolvedEvent) => RecordedEvent;
  readonly placed: (position: EventPosition) => { readonly commit: bigint; readonly prepare: bigint };
  /** Throws where the store is closed. */
  readonly open: () => void;
}

/** How one subscription of the client ended. */
type End =
  | { readonly is: 'stopped' }
  | { readonly is: 'failed'; readonly error: unknown }
  | { readonly is: 'interrupted'; readonly why: string }
  | { readonly is: 'incomplete'; readonly why: string };

export function follow(followed: Followed, after: EventPosition | undefined, follower: Follower): Subscription {
  const { connection, isAfter } = followed;
  let from = after;
  let stopped = false;
  let wake = (): void => undefined;
  let failures = 0;
  /** The next revision of each stream that was met: an event that is passed over would be missing for ever. */
  const next = new Map<string, bigint>();
  const isStopped = () => stopped;

  const woken = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  async function pause(milliseconds: number): Promise<void> {
    const over = woken();
    const timer = setTimeout(wake, milliseconds);
    if (!isStopped()) await over;
    clearTimeout(timer);
  }

  /** What comes after the last event, up to the first that does not fit; or why it does not. */
  function taken(resolved: readonly AllStreamResolvedEvent[]): {
    readonly events: RecordedEvent[];
    readonly gap?: string;
  } {
    const events: RecordedEvent[] = [];
    for (const event of followed.oursOf(resolved).map(followed.recorded)) {
      if (!isAfter(event.position, events.at(-1)?.position ?? from)) continue;
      const expected = next.get(event.stream) ?? (after === undefined ? 0n : event.revision);
      if (event.revision !== expected) {
        return { events, gap: `Revision ${expected} of ${event.stream} is missing before revision ${event.revision}.` };
      }
      next.set(event.stream, expected + 1n);
      events.push(event);
    }
    return { events };
  }

  async function deliver(subscription: AllStreamSubscription): Promise<End> {
    let broken: string | undefined;
    let confirmed = false;
    let level = false;
    const isBroken = () => broken;
    const isConfirmed = () => confirmed;
    const breaks = (why: string) => () => {
      broken ??= why;
      wake();
    };
    subscription.on('error', (error: Error) => breaks(error.message)());
    subscription.on('end', breaks('The server ended the subscription.'));
    subscription.on('confirmation', () => {
      confirmed = true;
      wake();
    });
    subscription.on('readable', () => wake());
    for (;;) {
      if (isStopped()) return { is: 'stopped' };
      const changed = woken();
      const { events, gap } = taken(drained(subscription));
      try {
        if (events.length > 0) {
          level = false;
          await follower.handle(events);
          from = events.at(-1)!.position;
          failures = 0;
        }
      } catch (error) {
        return { is: 'failed', error };
      }
      if (gap !== undefined) return { is: 'incomplete', why: gap };
      if (events.length > 0) continue;
      const why = isBroken();
      if (why !== undefined) return { is: 'interrupted', why };
      if (isConfirmed() && !level) {
        let last: EventPosition | undefined;
        try {
          last = await followed.head();
        } catch (error) {
          return { is: 'interrupted', why: (error as Error).message };
        }
        level = last === undefined || !isAfter(last, from);
        if (isStopped()) return { is: 'stopped' };
        try {
          if (level) follower.caughtUp?.();
        } catch (error) {
          return { is: 'failed', error };
        }
      }
      await changed;
    }
  }

  async function run(): Promise<void> {
    let incompleteAt: EventPosition | undefined;
    for (;;) {
      followed.open();
      const subscription = subscribed(followed, from);
      const end = await deliver(subscription);
      ended(subscription);
      if (end.is === 'stopped') return;
      if (end.is === 'failed') throw end.error;
      if (end.is === 'incomplete') {
        // If the same event is missing again, the connection is not the cause: the server has lost it.
        const at = from ?? '';
        if (incompleteAt === at) {
          throw new NotALedger(
            `${end.why} The server has lost or deleted events of the ledger: restore a backup of it.`,
          );
        }
        incompleteAt = at;
      }
      follower.interrupted?.(end.why);
      await pause(connection.backoff(failures++));
      if (isStopped()) return;
    }
  }

  return {
    ended: run(),
    stop() {
      stopped = true;
      wake();
    },
  };
}

function subscribed(
  { connection, categories, placed }: Followed,
  from: EventPosition | undefined,
): AllStreamSubscription {
  const { client, asking } = connection;
  return client.subscribeToAll(
    {
      credentials: asking.credentials,
      fromPosition: from === undefined ? 'start' : placed(from),
      filter: streamNameFilter({ prefixes: [...categories] }),
    },
    { highWaterMark: READ_PAGE_MAX },
  );
}

/** Everything that has arrived: no more than a page and what the connection had at hand. */
function drained(subscription: AllStreamSubscription): AllStreamResolvedEvent[] {
  const events: AllStreamResolvedEvent[] = [];
  for (;;) {
    const event = subscription.read() as AllStreamResolvedEvent | null;
    if (event === null) return events;
    events.push(event);
  }
}

/** Ends a subscription and ignores everything that it still delivers. */
function ended(subscription: AllStreamSubscription): void {
  subscription.unsubscribe().catch(() => undefined);
  subscription.destroy();
}
