import { LedgerDamaged, type EventStore, type RecordedEvent } from '../../store/event-store.js';
import { asItLies, pages } from '../../store/pages.js';

/**
 * All events of a ledger that may be damaged, page by page. It reads on after a missing event, and ends where the ledger
 * cannot be read; `onEnd` gets the reason. Rejects if the store cannot be read at all.
 */
export async function* asFarAsReadable(
  store: EventStore,
  onEnd?: (damage: LedgerDamaged) => void,
): AsyncGenerator<RecordedEvent[]> {
  try {
    yield* pages(asItLies(store), undefined, 'allowed');
  } catch (error) {
    if (!(error instanceof LedgerDamaged)) throw error;
    onEnd?.(error);
  }
}
