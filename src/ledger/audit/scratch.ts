import type { LedgerEvent } from '../../domain/grammar/event.js';
import { initialStream } from '../../domain/grammar/kind.js';
import {
  ConcurrencyConflict,
  LedgerDamaged,
  READ_PAGE_MAX,
  type EventStore,
  type RecordedEvent,
} from '../../store/event-store.js';
import { goingOnIn, pageOfStream } from '../../store/pages.js';
import { decode, KINDS, placed, type AnyKind } from '../catalogue.js';
import { entryOf, type Ledger } from '../ledger.js';
import type { ReadModel } from '../memory/read-model.js';
import { createStreamMemories, type StreamMemory } from '../memory/streams.js';
import { createSubmitter } from '../acts/submit.js';
import { watchWriting } from '../acts/writing.js';

/** Every event of a stream that the read model has taken, in order. */
async function eventsOf({ store, model }: Ledger, kind: AnyKind, stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const { last } = model.stream(kind.name, stream);
  while (events.length <= last) {
    const page = await pageOfStream(store, stream, BigInt(events.length - 1));
    if (page.length === 0)
      throw new LedgerDamaged(`Of ${stream} no event after revision ${events.length - 1} can be read.`);
    events.push(...page);
  }
  return events.slice(0, last + 1);
}

/**
 * A scratch of a ledger: one stream of it is written to, and nothing is recorded. Acts are decided by the same submitter
 * and the same rules, and figures are asked by the same questions, of what would be there; everything else is read where
 * it stands. Where the stream moves on meanwhile, the scratch does not.
 */
export async function scratchOf(ledger: Ledger, stream: string): Promise<Ledger> {
  const { kind: kindName, name } = placed(stream);
  const kind = KINDS[kindName];
  const { model: live, clock } = ledger;
  const recorded = await eventsOf(ledger, kind, stream);
  const base = live.size();
  const position = live.position();
  const added: RecordedEvent[] = [];

  const memories = createStreamMemories();
  const memory: StreamMemory = memories.memoryOf(stream);
  memory.state = initialStream(kind, stream);
  memory.atHand = true;
  const places = live.places(stream);
  for (const [revision, recordedEvent] of recorded.entries()) {
    const event = decode(recordedEvent, kind);
    const why = live.whyVoid(stream, revision);
    if (why) memories.pass(places[revision]!, event, why);
    else memories.take(places[revision]!, event);
  }

  const take = (event: LedgerEvent): void => void memories.take(base + added.length - 1, event);
  const model: ReadModel = {
    ...live,
    stream: (of, each) => (each === stream ? (memory.state as never) : live.stream(of, each)),
    isAtHand: (each) => each === stream || live.isAtHand(each),
    fund: (fund) => (kindName === 'fund' && fund === name ? memory.fund : live.fund(fund)),
    places: (each) => (each === stream ? memory.places.all() : live.places(each)),
    knownRevision: (each, size) =>
      each === stream && size > base
        ? memory.places.countUpTo(size - 1) - 1
        : live.knownRevision(each, Math.min(size, base)),
    size: () => base + added.length,
    position: () => position,
    // What is tried is recorded after all that there is.
    prefix: (instant) =>
      instant < live.lastRecorded() ? live.prefix(instant) : { size: base + added.length, position },
  };

  const readStream: EventStore['readStream'] = async (each, page = {}) => {
    if (each !== stream) return goingOnIn(each, page.after ?? -1n, await ledger.store.readStream(each, page));
    const from = Number(page.after ?? -1n) + 1;
    return [...recorded, ...added].slice(from, from + (page.limit ?? READ_PAGE_MAX));
  };
  const store: EventStore = {
    ...ledger.store,
    together: undefined,
    readStream,
    async append(each, expected, events) {
      const revision = BigInt(recorded.length + added.length);
      if (each !== stream || BigInt(expected === 'no_stream' ? 0 : expected + 1n) !== revision)
        throw new ConcurrencyConflict(each, expected, revision - 1n);
      for (const [index, event] of events.entries()) {
        const now = { ...event, stream, revision: revision + BigInt(index), position: 'scratch' };
        added.push(now);
        take(decode(now, kind));
      }
      return { revision: revision + BigInt(events.length) - 1n, position: 'scratch', asSent: true };
    },
  };
  const stateOf: Ledger['stateOf'] = async (of, each) =>
    each === stream ? (memory.state as never) : ledger.stateOf(of, each);
  const projector = { ...ledger.projector, whenTaken: () => Promise.resolve() };
  return {
    ...ledger,
    ...createSubmitter({
      store,
      model,
      projector,
      clock,
      // What is only tried asks the store for nothing.
      clockWatch: { ...ledger.clockWatch, compared: () => undefined },
      stateOf,
      writing: watchWriting(store),
    }),
    store,
    model,
    clock,
    stateOf,
    async entries(each, size, after = -1) {
      if (each !== stream) return ledger.entries(each, Math.min(size, base), after);
      const all = [...recorded, ...added].slice(after + 1);
      return all
        .filter(({ revision }) => !live.whyVoid(stream, Number(revision)))
        .map((event) => entryOf(decode(event, kind), memory.places.at(Number(event.revision))))
        .filter(({ place }) => place < size);
    },
  };
}
