import type { View } from '../projections/view.js';
import type { Day, Instant } from '../src/domain/calendar.js';

/** A question that is measured: a partner’s position on a day, as known at an instant. */
export interface Question {
  readonly fund: string;
  readonly partner: string;
  readonly on: Day;
  readonly knownAt: Instant;
}

/** Somebody who answers. */
export interface Asker<Raw> {
  readonly name: string;
  /** Knows no second date, and is asked with everything known. */
  readonly effectiveOnly?: true;
  /** What is timed. */
  ask(question: Question): Raw | Promise<Raw>;
  /** What the answer means. */
  view(question: Question, raw: Raw): View;
  close(): Promise<void>;
}
