import type { Refusal } from '../rules.js';

/**
 * What a fact will do, shown to the officer before it is recorded, and not recorded itself. The files that compute the
 * tests of a stream add their fields to this type.
 */
export interface Preview {
  /** Why it may not be recorded, where it would break what it is held to. */
  readonly refusal?: Refusal;
  /** What it breaks without being refused, each in one sentence. */
  readonly warnings: readonly string[];
}

export const NOTHING_PREVIEWED: Preview = { warnings: [] };
