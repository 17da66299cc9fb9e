import { systemClock } from '../../../src/ledger/clock.js';

/**
 * The content of a test server: one log of events in memory, with EventStoreDB’s rules for appends. All nodes of a test
 * cluster share it, as if replication took no time.
 */
export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface Stored extends Proposed {
  readonly stream: string;
  readonly revision: number;
  /** Where the record begins in the log. Positions have gaps, because they count bytes. */
  readonly position: number;
  /** When it was stored, in milliseconds, by the server's clock. */
  readonly created: number;
}

/** The revision of a stream; -1 if it does not exist. */
export type Revision = number;

type Written =
  | { readonly is: 'written'; readonly last: Revision; readonly position: number }
  /** Everything had been written before. Like the real server, it answers as if it were written now. */
  | { readonly is: 'written before'; readonly last: Revision; readonly position: number }
  | { readonly is: 'conflict'; readonly current: Revision };

export interface Log {
  readonly events: readonly Stored[];
  stream(name: string): readonly Stored[];
  /** The server’s clock. A test may replace it. */
  now: () => number;
  /** Checks no revision if any will do. */
  append(stream: string, expected: Revision | 'any', events: readonly Proposed[]): Written;
  /** Writes a record that is not the ledger's: into a system stream, or another program’s. */
  write(stream: string, more?: Partial<Proposed>): void;
  /** Removes the first events of a stream, like a server that keeps only the newest. */
  truncate(stream: string, before: Revision): void;
  /** Hides the first events of a stream from readers of that stream only, as `$maxCount` does before a scavenge. */
  hide(stream: string, before: Revision): void;
  /** Replaces the bytes of an event's data. */
  tamper(stream: string, revision: Revision, data: string): void;
  /** Called after each append. */
  onGrown(listener: () => void): () => void;
}

/** After so many appends the server writes a record of its own. */
const SYSTEM_EVENT_EVERY = 3;
/** The first records of a new database are the server's own. */
const FIRST_POSITION = 4_096;

export function createLog(): Log {
  const events: Stored[] = [];
  const streams = new Map<string, Stored[]>();
  const hidden = new Map<string, Revision>();
  const listeners = new Set<() => void>();
  let position = FIRST_POSITION;
  let appends = 0;

  const of = (name: string): Stored[] => {
    let stream = streams.get(name);
    if (!stream) streams.set(name, (stream = []));
    return stream;
  };

  function record(name: string, event: Proposed): Stored {
    const stream = of(name);
    const stored = {
      ...event,
      stream: name,
      revision: (stream.at(-1)?.revision ?? -1) + 1,
      position,
      created: log.now(),
    };
    position += 96 + event.data.length + event.metadata.length;
    stream.push(stored);
    events.push(stored);
    return stored;
  }

  const log: Log = {
    events,
    now: systemClock.now,
    stream: (name) => (streams.get(name) ?? []).filter(({ revision }) => revision >= (hidden.get(name) ?? 0)),
    append(name, expects, proposed) {
      const stream = streams.get(name) ?? [];
      const current = stream.at(-1)?.revision ?? -1;
      const expected = expects === 'any' ? current : expects;
      if (expected > current) return { is: 'conflict', current };
      if (expected < current) {
        // The same identifiers at the same revisions are the same append; anything else is a conflict.
        const there = stream.filter(({ revision }) => revision > expected).slice(0, proposed.length);
        const same =
          there.length === proposed.length && there.every((event, index) => event.id === proposed[index]!.id);
        const last = there.at(-1);
        return same && last
          ? { is: 'written before', last: last.revision, position: last.position }
          : { is: 'conflict', current };
      }
      if (++appends % SYSTEM_EVENT_EVERY === 0) log.write('$stats-127.0.0.1:2113', { type: '$statsCollected' });
      // At its head, a stream accepts identifiers that it holds already.
      const recorded = proposed.map((event) => record(name, event));
      for (const listener of listeners) listener();
      // The server does not promise which record of an append it names.
      return { is: 'written', last: current + proposed.length, position: recorded[0]!.position };
    },
    write(name, more = {}) {
      record(name, {
        id: '00000000-0000-4000-8000-000000000000',
        type: 'Other',
        contentType: 'application/json',
        data: Buffer.from('{}'),
        metadata: new Uint8Array(),
        ...more,
      });
      for (const listener of listeners) listener();
    },
    truncate(name, before) {
      const gone = of(name).filter(({ revision }) => revision < before);
      streams.set(
        name,
        of(name).filter((event) => !gone.includes(event)),
      );
      for (const event of gone) events.splice(events.indexOf(event), 1);
    },
    hide: (name, before) => void hidden.set(name, before),
    tamper(name, revision, data) {
      const event = of(name).find((each) => each.revision === revision)!;
      Object.assign(event, { data: Buffer.from(data) });
    },
    onGrown(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return log;
}
