import {
  READ_PAGE_MAX,
  type Appended,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
  type Subscription,
} from '../../src/store/event-store.js';

/**
 * A list of events behind the store’s interface, for tests of rules, which keep nothing. Other tests use a real store.
 */
export function eventsInMemory(): EventStore {
  const all: RecordedEvent[] = [];
  const page = (events: readonly RecordedEvent[], from: number, limit = READ_PAGE_MAX) =>
    Promise.resolve(events.slice(from, from + limit));
  let floor: string | undefined;
  const followers = new Set<(events: readonly RecordedEvent[]) => void>();

  return {
    instantsInOrder: true,
    floor: {
      known: () => floor,
      raise(_after, to = floor) {
        if (to !== undefined && (floor === undefined || to > floor)) floor = to;
        return true;
      },
    },
    append(stream, expected, events: readonly NewEvent[]): Promise<Appended> {
      const { length } = all.filter((each) => each.stream === stream);
      if (BigInt(length) !== (expected === 'no_stream' ? 0n : expected + 1n))
        throw new Error(`${stream} has ${length} events and was expected at ${expected}.`);
      const added = events.map((event, index) => ({
        ...event,
        stream,
        revision: BigInt(length + index),
        position: String(all.length + 1 + index),
      }));
      all.push(...added);
      for (const follow of followers) follow(added);
      const { revision, position } = added.at(-1)!;
      return Promise.resolve({ revision, position, asSent: true });
    },
    readStream: (stream, { after = -1n, limit } = {}) =>
      page(
        all.filter((each) => each.stream === stream),
        Number(after) + 1,
        limit,
      ),
    readAll: ({ after = '0', limit } = {}) => page(all, Number(after), limit),
    head: () => Promise.resolve(all.at(-1)?.position),
    isAfter: (a, b = '0') => Number(a) > Number(b),
    canFollow: (a, b = '0') => Number(a) === Number(b) + 1,
    subscribe(after = '0', { handle, caughtUp }): Subscription {
      const follow = (events: readonly RecordedEvent[]): void => void handle(events);
      let stop!: () => void;
      const ended = new Promise<void>((resolve) => (stop = resolve));
      const there = all.slice(Number(after));
      if (there.length > 0) follow(there);
      followers.add(follow);
      // Subscribers are called after they have the returned value.
      queueMicrotask(() => caughtUp?.());
      return {
        ended,
        stop() {
          followers.delete(follow);
          stop();
        },
      };
    },
    diagnose: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}
