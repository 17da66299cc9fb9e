import type { StreamKind } from '../../domain/grammar/event.js';
import { evolveOwn } from '../../domain/grammar/evolve.js';
import type { StreamState } from '../../domain/grammar/kind.js';
import { StoreUnavailable, type EventStore } from '../../store/event-store.js';
import { pageOfStream } from '../../store/pages.js';
import { decode, KINDS, type StateOf } from '../catalogue.js';
import { givingWay } from '../give-way.js';
import type { ReadModel } from './read-model.js';

/**
 * The state of a stream for decisions, folded from the store the first time that somebody needs it and kept from then on.
 * It is folded a few milliseconds at a time, so that nobody else waits for it.
 * Rejects {@link StoreUnavailable} where the store has not what the read model took from it.
 */
export type StateOnDemand = <K extends StreamKind>(kind: K, stream: string) => Promise<StreamState<StateOf<K>>>;

/** The longest time that others wait while a state is folded, in milliseconds. */
const TURN_MS = 8;
/** So many events are read at once: reading them takes about as long. */
const PAGE = 200;

export function createStateOnDemand(store: EventStore, model: ReadModel): StateOnDemand {
  const underWay = new Map<string, Promise<void>>();

  async function fold(kindName: StreamKind, stream: string): Promise<void> {
    const kind = KINDS[kindName];
    const own = kind.initial();
    let at = -1;
    const giveWay = givingWay(TURN_MS);
    // The read model goes on meanwhile: this ends where it is level with it, in the same turn of the loop.
    while (at < model.stream(kindName, stream).last) {
      const page = await pageOfStream(store, stream, BigInt(at), PAGE);
      const taken = page.filter(({ revision }) => revision <= model.stream(kindName, stream).last);
      if (taken.length === 0) throw new StoreUnavailable(`Of ${stream} no event after revision ${at} can be read.`);
      for (const event of taken) {
        if (!model.whyVoid(stream, Number(event.revision))) evolveOwn(kind, own, decode(event, kind));
        at++;
        const others = giveWay();
        if (others) await others;
      }
    }
    model.keep(stream, own);
  }

  return async (kind, stream) => {
    while (!model.isAtHand(stream)) {
      let folding = underWay.get(stream);
      if (!folding) {
        folding = fold(kind, stream).finally(() => underWay.delete(stream));
        underWay.set(stream, folding);
      }
      await folding;
    }
    return model.stream(kind, stream);
  };
}
