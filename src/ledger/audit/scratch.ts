import { gatheredFrom, listUnder } from '../../../projections/entry-indexes.js';
import { noteChanges } from '../../domain/grammar/change.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import { ConcurrencyConflict, READ_PAGE_MAX, type EventStore, type RecordedEvent } from '../../store/event-store.js';
import { goingOnIn, pageOfStream } from '../../store/pages.js';
import { decode, KINDS, placed } from '../catalogue.js';
import { entryOf, type Ledger } from '../ledger.js';
import type { ReadModel } from '../memory/read-model.js';
import { putBack, takeState } from '../memory/states-aside.js';
import { takeInto } from '../memory/streams.js';
import { createSubmitter } from '../acts/submit.js';
import { watchWriting } from '../acts/writing.js';

/**
 * A scratch of a ledger: one fund of it is written to, and nothing is recorded. The same code decides acts and answers
 * questions as if they were recorded; all other streams are read from the ledger. If the fund gets new events
 * meanwhile, the scratch does not see them.
 */
export interface Scratch extends Ledger {
  /** Undoes all that was tried. Nothing may be asked of the scratch afterwards. */
  release(): void;
}

export async function scratchOf(ledger: Ledger, stream: string): Promise<Scratch> {
  const { name } = placed(stream);
  const kind = KINDS.fund;
  const { model: live, clock } = ledger;
  const state = await takeState(ledger, stream);
  const base = live.size();
  const position = live.position();
  const memory = live.aside(stream, state, base);
  const recorded = memory.places.length;
  const added: RecordedEvent[] = [];

  const undos: (() => void)[] = [];
  const take = (event: LedgerEvent): void => {
    const changes = noteChanges();
    try {
      takeInto(memory, base + added.length - 1, event);
    } finally {
      undos.push(changes.keep());
    }
  };
  const model: ReadModel = {
    ...live,
    stream: (of, each) => (each === stream ? (memory.state as never) : live.stream(of, each)),
    isAtHand: (each) => each === stream || live.isAtHand(each),
    fund: (fund) => (fund === name ? memory.fund : live.fund(fund)),
    places: (each) => (each === stream ? memory.places : live.places(each)),
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
    const limit = page.limit ?? READ_PAGE_MAX;
    const own = added.slice(Math.max(0, from - recorded));
    if (from >= recorded) return own.slice(0, limit);
    const stored = await pageOfStream(ledger.store, stream, BigInt(from - 1), Math.min(limit, recorded - from));
    return [...stored, ...own].slice(0, limit);
  };
  const store: EventStore = {
    ...ledger.store,
    together: undefined,
    readStream,
    async append(each, expected, events) {
      const revision = BigInt(recorded + added.length);
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
  /** What is tried, as known at a size. */
  const ownEntries = (size: number) =>
    added
      .map((event) => entryOf(decode(event, kind), memory.places.at(Number(event.revision))!))
      .filter(({ place }) => place < size);
  const entriesUnder: Ledger['entriesUnder'] = async (each, size, index, name = '') => {
    const entries = await ledger.entriesUnder(each, Math.min(size, base), index, name);
    return each === stream ? [...entries, ...listUnder(ownEntries(size), index, name)] : entries;
  };
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
    async entries(each, size, after) {
      const entries = await ledger.entries(each, Math.min(size, base), after);
      if (each !== stream) return entries;
      return [...entries, ...ownEntries(size).filter(({ revision }) => revision > (after ?? -1))];
    },
    entriesUnder,
    gathered: async (each, size, gathering) => gatheredFrom(await entriesUnder(each, size, gathering.index), gathering),
    release() {
      for (const undo of undos.reverse()) undo();
      putBack(ledger, state);
    },
  };
}
