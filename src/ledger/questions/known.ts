import { z } from 'zod';
import { instantText, type Instant } from '../../domain/calendar.js';
import type { Ledger } from '../ledger.js';

/**
 * What every answer states about what was known: the instant, whether anything recorded later can still change the
 * answer, and how much of the ledger it was computed from.
 */
export const Known = {
  knownAt: z.string(),
  settled: z.boolean().meta({
    description:
      'True where nothing that is recorded later can change the answer: asked again with the dates that it names, it is the same for ever. False where something may still be recorded at or before its instant.',
  }),
  ledger: z.object({ size: z.int(), position: z.string().nullable() }).meta({
    description: 'How much of the ledger the answer was computed from: how many events, and the last one’s position.',
  }),
};

/** Of an answer that compares two: whether both of them are settled. */
export const BothSettled = Known.settled.meta({ description: 'Whether both are settled: then it never changes.' });

export interface KnownText {
  readonly knownAt: string;
  readonly settled: boolean;
  readonly ledger: { readonly size: number; readonly position: string | null };
}

export interface KnownThen {
  /** The present instant. */
  readonly now: Instant;
  /** The instant asked about: the present one where none was. */
  readonly instant: Instant;
  /** How many events were known then. */
  readonly size: number;
  readonly text: KnownText;
}

/** What was known at an instant, or is now where none is given, with what an answer says of it. */
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
