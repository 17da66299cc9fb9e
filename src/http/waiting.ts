import { z } from 'zod';
import { Refusal } from '../domain/rules.js';
import type { Ledger } from '../ledger/ledger.js';
import type { EventPosition } from '../store/event-store.js';
import { Refused } from './problem.js';

/**
 * Reading at one service what was posted at another. Each service reads the whole ledger, some moments after it is
 * recorded.
 */

export const PositionText = z.string().regex(/^\d{1,15}$/, { error: 'must be the position of an event' });

/** A service that follows the store is never as far behind as this. */
const WAIT_MS_MAX = 3_000;

/** Waits until the service has read up to a position. Throws {@link Refused} if that takes too long. */
export async function waitFor(ledger: Ledger, position: EventPosition, waitMs = WAIT_MS_MAX): Promise<void> {
  const late = AbortSignal.timeout(waitMs);
  try {
    await ledger.projector.whenTaken(position, late);
  } catch (error) {
    if (!late.aborted) throw error;
    throw new Refused(new Refusal('not_read_yet', `This service has read up to position ${ledger.model.position()!}.`));
  }
}
