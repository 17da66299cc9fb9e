import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Sight } from '../ledger/access.js';
import type { Ledger } from '../ledger/ledger.js';
import type { EventPosition } from '../store/event-store.js';
import { goingOn } from '../store/pages.js';
import { refuse, Refusal } from '../domain/rules.js';
import { answered, REFUSED } from './openapi.js';
import { parsed, Refused } from './problem.js';
import { createTail, lineOf, PAGE, PAGE_BYTES_MAX, type Line, type Tail } from './tail.js';
import type { Lane, Turns } from './turns.js';
import { PositionText } from './waiting.js';

/**
 * The routes that send the events themselves: JSON lines of the events recorded so far, or server-sent events that
 * continue and can be resumed.
 */

const Options = z.strictObject({
  after: PositionText.optional().meta({
    description: 'The position after which to begin, exclusive. Left out, from the first event.',
  }),
});

const EventText = z
  .object({
    position: z.string(),
    stream: z.string(),
    revision: z.string(),
    id: z.uuid(),
    type: z.string(),
    withheld: z.literal(true).optional().meta({
      description:
        'True of a return if you may not see cases of the area. Its figures hold the exact sum of open claims, so only its day is shown, without its other data and its hash.',
    }),
    hash: z.string().optional().meta({
      description:
        'The event’s leaf hash in the ledger’s tree (RFC 6962): SHA-256 of a zero byte and the canonical JSON (RFC 8785) of an object of six texts: data, id, metadata, revision, stream and type, where data and metadata are canonical JSON themselves. The position is not part of it. Left out where something of the event is not shown to you: its data, or a stream that it rests on.',
    }),
    void: z.literal(true).optional().meta({
      description:
        'True if the event changes nothing, because a stream that its act was decided on had changed when it was recorded.',
    }),
    why: z.string().optional().meta({ description: 'Why it is void.' }),
    data: z.looseObject({ effective: z.string() }).meta({ description: 'As docs/events.md lists it for its type.' }),
    metadata: z.looseObject({ recordedAt: z.string(), officer: z.string(), partner: z.string(), role: z.string() }),
  })
  .meta({ id: 'Event', description: 'One event: a line of JSON, or the data of one server-sent event.' });

/** How many readers of events there may be at once. */
export interface FeedLimits {
  readonly perOfficer: number;
  readonly inAll: number;
  /** A reader that takes nothing for so long, in milliseconds, is disconnected. */
  readonly stalledMs: number;
}

export const FEED_LIMITS: FeedLimits = { perOfficer: 20, inAll: 2_000, stalledMs: 30_000 };

/** The length of a turn. A reader of small pages reads several in one turn. */
const TURN_MS = 1;

interface Reading {
  readonly request: FastifyRequest;
  readonly after: EventPosition | undefined;
  readonly isLive: boolean;
  /** Whether the reader is still connected. */
  isRead: boolean;
  /** Wakes the reader, if it waits. */
  goOn?: () => void;
  /** Since when sent text waits to be taken; undefined while none waits. */
  waitsSince?: number | undefined;
}

interface Feeding {
  readonly ledger: Ledger;
  /**
   * A reader of old events waits for a turn for each page; otherwise many such readers would take all the service’s
   * time.
   */
  readonly turns: Lane;
  readonly tail: Tail;
  readonly sightsOf: (officer: string) => Sight | Refusal;
}

/** What a reader may see now, because a stream may last longer than a mandate or a token. */
function sightNow({ ledger, sightsOf }: Feeding, { signedIn: { officer, until } }: FastifyRequest): Sight | undefined {
  if (until !== undefined && ledger.clock.now() > until) return undefined;
  const sight = sightsOf(officer);
  return sight instanceof Refusal ? undefined : sight;
}

/** Some of the older events after a position, from the store: at least one, if there are any. */
async function olderThanTail({ store, model }: Ledger, after: EventPosition | undefined): Promise<Line[]> {
  const read = goingOn(store, after, await store.readAll({ after, limit: PAGE }));
  const page: Line[] = [];
  let bytes = 0;
  for (const event of read) {
    if (store.isAfter(event.position, model.position()) || bytes > PAGE_BYTES_MAX) break;
    page.push(lineOf({ model }, event));
    bytes += event.data.length + event.metadata.length;
  }
  return page;
}

/** How an event is written for a reader. */
type Writing = (line: Line, text: string) => string;

const asLine: Writing = (_line, text) => `${text}\n`;
/** A server-sent event. Its text is one line. */
const asMessage: Writing = ({ position, type }, text) => `id: ${position}\nevent: ${type}\ndata: ${text}\n\n`;

/**
 * The events that a reader may see, in ledger order, some at a time. Only events that the read model has taken are
 * sent.
 */
async function* texts(feeding: Feeding, reading: Reading, written: Writing): AsyncGenerator<string> {
  const { ledger, tail, turns } = feeding;
  let from = reading.after;
  const isMore = (): boolean => ledger.store.isAfter(ledger.model.position()!, from);
  /** Since when the reader has its turn. A reader that has just been woken has one. */
  let begun = -Infinity;
  while (reading.isRead) {
    const found = tail.next(from);
    const kept = found === 'behind' ? [] : found;
    if (found !== 'behind' && kept.length === 0) {
      if (reading.isLive) {
        await new Promise<void>((resolve) => {
          const forget = tail.whenMore(resolve);
          reading.goOn = () => {
            forget();
            resolve();
          };
        });
        begun = performance.now();
        continue;
      }
      // A reader that does not follow reads to the end of the recorded events, whatever the tail keeps.
      if (!isMore()) return;
    }
    if (performance.now() - begun > TURN_MS) {
      await turns.next();
      begun = performance.now();
    }
    const page = kept.length > 0 ? kept : await olderThanTail(ledger, from);
    const sight = sightNow(feeding, reading.request);
    if (!sight) return;
    let text = '';
    for (const line of page) {
      from = line.position;
      if (sight.seesEvents(line.stream)) text += written(line, line.seenBy(sight));
    }
    if (text === '') continue;
    reading.waitsSince = performance.now();
    yield text;
    reading.waitsSince = undefined;
  }
}

/** Sends the texts as fast as the reader takes them. */
async function send({ raw }: FastifyReply, all: AsyncGenerator<string>): Promise<void> {
  for await (const text of all) {
    if (raw.destroyed) return;
    if (raw.write(text)) continue;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        raw.off('drain', goOn).off('close', goOn);
        resolve();
      };
      raw.once('drain', goOn).once('close', goOn);
    });
  }
}

/** Counts readers, disconnects those who take nothing any more, and ends all of them when the service stops. */
function createReaders(app: FastifyInstance, { perOfficer, inAll, stalledMs }: FeedLimits) {
  const reading = new Map<Reading, FastifyReply>();
  const release = setInterval(() => {
    const late = performance.now() - stalledMs;
    for (const [{ waitsSince = Infinity }, reply] of reading) {
      if (waitsSince < late) reply.raw.destroy(new Error('A reader took nothing for too long.'));
    }
  }, stalledMs / 2).unref();
  app.whenClosing(() => clearInterval(release));
  return {
    /** Takes a place for a reader, until its connection ends. */
    begin(begun: Reading, reply: FastifyReply): void {
      const { officer } = begun.request.signedIn;
      const own = [...reading.keys()].filter(({ request }) => request.signedIn.officer === officer).length;
      if (own >= perOfficer) {
        throw new Refused(refuse('too_many_feeds', `${officer} already has ${own} connections that read events.`));
      }
      if (reading.size >= inAll) {
        throw new Refused(refuse('too_many_feeds', `${reading.size} connections already read events.`));
      }
      reading.set(begun, reply);
      const end = (): void => {
        begun.isRead = false;
        begun.goOn?.();
      };
      const forget = app.whenClosing(end);
      reply.raw.once('close', () => {
        reading.delete(begun);
        forget();
        end();
      });
    },
  };
}

export function registerFeed(
  app: FastifyInstance,
  ledger: Ledger,
  sightsOf: Feeding['sightsOf'],
  limits: FeedLimits,
  turns: Turns,
): void {
  const tail = createTail(ledger, turns.lane());
  const feeding: Feeding = { ledger, sightsOf, tail, turns: turns.lane() };
  const readers = createReaders(app, limits);

  /**
   * Refuses to wait for events after a position that does not exist. After a restore there may never be such events.
   */
  async function refuseBeyondHead(after: EventPosition | undefined): Promise<void> {
    const head = await ledger.store.head();
    if (after === undefined || !ledger.store.isAfter(after, head)) return;
    throw new Refused(refuse('feed_beyond_head', `There is no event at position ${after}; the last is at ${head!}.`));
  }

  app.get(
    '/events',
    {
      sse: { kind: 'dual' },
      // A HEAD request needs no events.
      exposeHeadRoute: false,
      schema: {
        summary:
          'The events that you may see, in ledger order: JSON lines, or server-sent events with Accept: text/event-stream.',
        tags: ['Events'],
        operationId: 'events',
        querystring: Options,
        response: {
          200: answered('The events, each with its leaf hash.', {
            'application/x-ndjson': EventText,
            'text/event-stream': EventText,
          }),
          default: REFUSED,
        },
      },
    },
    async (request, reply) => {
      const { after } = parsed(Options, request.query, '/query');
      const sse = reply.sse as typeof reply.sse | undefined;
      const lastEventId = sse?.lastEventId ?? undefined;
      const from = lastEventId === undefined ? after : parsed(Options, { after: lastEventId }, '/last-event-id').after;
      await refuseBeyondHead(from);
      const reading: Reading = { request, after: from, isLive: sse !== undefined, isRead: true };
      readers.begin(reading, reply);
      if (!sse)
        return reply.type(JSON_LINES).send(Readable.from(texts(feeding, reading, asLine), { highWaterMark: 1 }));
      // The headers are sent at once, so that a reader knows it is connected before the first event.
      sse.sendHeaders();
      reply.raw.flushHeaders();
      await send(reply, texts(feeding, reading, asMessage));
      // The reply itself is not returned, because it is thenable: it would wait for the end, and the end comes only by
      // returning.
      return undefined;
    },
  );
  app.head('/events', { schema: { hide: true } }, async (request, reply) => {
    await refuseBeyondHead(parsed(Options, request.query, '/query').after);
    return reply.type(JSON_LINES).send();
  });
}

const JSON_LINES = 'application/x-ndjson; charset=utf-8';
