import { z } from 'zod';
import { instantText, type Instant } from '../../domain/calendar.js';
import type { Ledger } from '../ledger.js';

/**
 * What every answer says about what was known: the instant, whether anything recorded later can change the answer, and
 * how many events it was computed from.
 */
export const Known = {
  knownAt: z.string(),
  settled: z.boolean().meta({
    description:
      'True if nothing that is recorded later can change the answer: the same dates always give the same answer. False if something may still be recorded at or before its instant.',
  }),
  ledger: z.object({ size: z.int(), position: z.string().nullable() }).meta({
    description: 'How much of the ledger the answer was computed from: how many events, and the last one’s position.',
  }),
};

/** For an answer that compares two others: whether both are settled. */
export const BothSettled = Known.settled.meta({
  description: 'Whether both are settled. If so, the answer never changes.',
});

export interface KnownText {
  readonly knownAt: string;
  readonly settled: boolean;
  readonly ledger: { readonly size: number; readonly position: string | null };
}

export interface KnownThen {
  /** The present instant. */
  readonly now: Instant;
  /** The instant asked about; if none was, the present one. */
  readonly instant: Instant;
  /** How many events were known then. */
  readonly size: number;
  readonly text: KnownText;
}

/** What was known at an instant, or is known now if none is given, with what an answer says about it. */
export function knownThen({ model, clock, settling }: Ledger, asked: Instant | undefined): KnownThen {
  const now = model.now(clock);
  const instant = asked ?? now;
  const { size, position } = model.prefix(instant);
  const text = {
    knownAt: instantText(instant),
    settled: settling.isSettled(instant),
    ledger: { size, position: position ?? null },
  };
  return { now, instant, size, text };
}
