import { createHash, randomUUID } from 'node:crypto';
import { ANY, binaryEvent, FORWARDS, type ResolvedEvent } from '@eventstore/db-client';
import { OutcomeUnknown, READ_PAGE_MAX, StoreUnavailable } from '../event-store.js';
import type { OnceStore } from '../once-store.js';
import { collect, connect, type ConnectionOptions } from './connection.js';

/**
 * What has happened once, for services that share an event store: a stream of another category than the ledger’s. To note
 * something is to append it and to read the stream up to it: of several that note the same, the server’s order says which was
 * first, to all of them alike. The stream holds digests, and whoever keeps the server has it forget old ones (`$maxAge`). It is one
 * stream, and not one for each thing, since the services’ user may set no metadata: nothing would ever be forgotten.
 */
const ONCE_STREAM = 'bcfonce-happened';

/** When it was noted, and until when that matters, in milliseconds; and the event by which it was. */
interface Happened {
  readonly id: string;
  readonly at: number;
  readonly until: number;
}

/** Opens it; nothing is sent before something is asked. Throws {@link StoreUnavailable} where the connection string cannot be used. */
export function openEventStoreDBOnceStore(options: ConnectionOptions): OnceStore {
  const connection = connect(options);
  const { client, asking, where } = connection;
  const happened = new Map<string, Happened>();
  /** The first revision that has not been read. */
  let next = 0n;
  let closed = false;

  const open = (): void => {
    if (closed) throw new StoreUnavailable(`The connection to the event store at ${where} is closed.`);
  };

  function take({ event }: ResolvedEvent): void {
    const { id, data, revision } = event!;
    // Two readings may be under way: what one has taken is no news to the other.
    if (revision < next) return;
    next = revision + 1n;
    const read = readOf(data);
    if (!read) return;
    const { what, at, until } = read;
    const before = happened.get(what);
    // The first counts, for as long as it matters.
    if (!before || before.until < at) happened.set(what, { id, at, until });
  }

  async function readOn(): Promise<void> {
    for (;;) {
      const fromRevision = next;
      const page = await connection.read((late) =>
        collect(
          client.readStream(ONCE_STREAM, { ...asking, fromRevision, direction: FORWARDS, maxCount: READ_PAGE_MAX }),
          late,
        ),
      );
      for (const each of page) take(each);
      if (page.length < READ_PAGE_MAX) return;
    }
  }

  return {
    async note(text, until, now) {
      open();
      for (const [each, { until: end }] of happened) if (end < now) happened.delete(each);
      await readOn();
      const [id, what] = [randomUUID(), digestOf(text)];
      const before = happened.get(what);
      if (before && before.until >= now) return false;
      const event = binaryEvent({ id, type: 'Happened', data: Buffer.from(JSON.stringify({ what, at: now, until })) });
      try {
        await connection.write(ONCE_STREAM, () =>
          client.appendToStream(ONCE_STREAM, [event], { ...asking, expectedRevision: ANY }),
        );
      } catch (error) {
        if (error instanceof OutcomeUnknown) throw new StoreUnavailable(error.message, error);
        throw error;
      }
      await readOn();
      return happened.get(what)?.id === id;
    },
    async has(what) {
      open();
      await readOn();
      return happened.has(digestOf(what));
    },
    async close() {
      closed = true;
      await client.dispose();
    },
  };
}

/** Of a link or a session nothing is written that could be used. */
const digestOf = (what: string): string => createHash('sha256').update(what).digest('hex');

/** What an event says has happened; undefined of what another program has written. */
function readOf(data: unknown): (Omit<Happened, 'id'> & { readonly what: string }) | undefined {
  try {
    const { what, at, until } = JSON.parse(Buffer.from(data as Uint8Array).toString('utf8')) as Record<string, unknown>;
    if (typeof what !== 'string' || typeof at !== 'number' || typeof until !== 'number') return undefined;
    return { what, at, until };
  } catch {
    return undefined;
  }
}
