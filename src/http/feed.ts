import { Readable } from 'node:stream';
import type { SSEMessage } from '@fastify/sse';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { eventLine } from '../ledger/catalogue.js';
import type { Ledger } from '../ledger/ledger.js';
import { READ_PAGE_MAX, type Position, type RecordedEvent } from '../store/event-store.js';
import { Refusal } from '../domain/rules.js';
import { sightOf, type Sight } from '../ledger/access.js';
import { answered, REFUSED } from './openapi.js';
import { parsed } from './problem.js';
import type { SignedIn } from './sign-in.js';
import { PositionText } from './waiting.js';

/** The events themselves, to follow: JSON lines of what there is, or server-sent events that go on and can be resumed. */

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
    hash: z.string().meta({
      description:
        'The event’s leaf hash in the ledger’s tree (RFC 6962): SHA-256 of a zero byte and the canonical JSON (RFC 8785) of data, id, metadata, revision, stream and type, where data and metadata are texts: canonical JSON themselves.',
    }),
    data: z.looseObject({ effective: z.string() }).meta({ description: 'As docs/events.md lists it for its type.' }),
    metadata: z.looseObject({ recordedAt: z.string(), officer: z.string(), partner: z.string(), role: z.string() }),
  })
  .meta({ id: 'Event', description: 'One event: a line of JSON, or the data of one server-sent event.' });

interface Reading {
  readonly ledger: Ledger;
  readonly request: FastifyRequest;
  readonly after: Position | undefined;
  /** Settles when nobody reads any more; left out, reading ends with what there is. */
  readonly ended?: Promise<void>;
}

function sightNow(ledger: Ledger, { officer, until }: SignedIn): Sight | undefined {
  if (until !== undefined && ledger.clock.now() > until) return undefined;
  const sight = sightOf(ledger, officer);
  return sight instanceof Refusal ? undefined : sight;
}

/** The events that somebody may see, in ledger order: those that the read model has taken. */
async function* events({ ledger, request, after, ended }: Reading): AsyncGenerator<RecordedEvent> {
  let from = after;
  let read = true;
  // One reaction to the end for the whole stream: one for each wait would be kept as long as the stream lasts.
  const waiting = new Set<() => void>();
  void ended?.then(() => {
    read = false;
    for (const goOn of waiting) goOn();
  });
  const isRead = () => read;
  for (;;) {
    const moved = ledger.projector.whenMoved();
    const page = await ledger.store.readAll({ after: from });
    const taken = page.filter((event) => !ledger.store.isAfter(event.position, ledger.model.position()));
    // A stream may outlive a mandate or a token: both are looked at again before anything more is shown.
    const sight = sightNow(ledger, request.signedIn);
    if (!sight) return;
    for (const event of taken) {
      if (sight.seesEvents(event.stream)) yield event;
    }
    from = taken.at(-1)?.position ?? from;
    if (taken.length === READ_PAGE_MAX) continue;
    if (!ended) return;
    await new Promise<void>((resolve) => {
      waiting.add(resolve);
      void moved.then(resolve);
    });
    waiting.clear();
    if (!isRead()) return;
  }
}

async function* lines(reading: Reading): AsyncGenerator<string> {
  for await (const event of events(reading)) yield `${eventLine(event)}\n`;
}

async function* messages(reading: Reading): AsyncGenerator<SSEMessage> {
  for await (const event of events(reading)) yield { id: event.position, event: event.type, data: eventLine(event) };
}

export function registerFeed(app: FastifyInstance, ledger: Ledger): void {
  app.get(
    '/events',
    {
      sse: { kind: 'dual', serializer: String },
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
      if (!(reply.sse as unknown)) {
        return reply.type('application/x-ndjson; charset=utf-8').send(Readable.from(lines({ ledger, request, after })));
      }
      const { lastEventId } = reply.sse;
      const resumed = lastEventId === null ? after : parsed(Options, { after: lastEventId }, '/last-event-id').after;
      const ended = new Promise<void>((resolve) => {
        const forget = app.whenClosing(resolve);
        reply.sse.onClose(() => {
          forget();
          resolve();
        });
      });
      // A reader knows that it is connected before there is anything to read.
      reply.sse.sendHeaders();
      reply.raw.flushHeaders();
      await reply.sse.send(messages({ ledger, request, after: resumed, ended }));
      // Not the reply: it is thenable, and would wait for the end that only returning brings.
      return undefined;
    },
  );
}
