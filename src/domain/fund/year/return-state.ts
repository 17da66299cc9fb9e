import type { Day } from '../../calendar.js';

/** A return as later ones need to see it. */
interface Filed {
  readonly kind: string;
  readonly on: Day;
  /** The return that took its place. */
  readonly replacedBy: string | undefined;
  /** The officer who filed it: another approves it. */
  readonly by: string;
  readonly approved: boolean;
}

/** The returns that were filed, by name. A name is used once. */
export type ReturnsState = ReadonlyMap<string, Filed>;

export const noReturns = (): ReturnsState => new Map();
