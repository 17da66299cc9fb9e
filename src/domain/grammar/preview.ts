import type { Refusal } from '../rules.js';

/**
 * What a fact will do, seen before it is recorded: told to whoever posts it, and never recorded itself. What the tests of
 * a stream are made of is added to this type where they are worked out.
 */
export interface Preview {
  /** Why it may not be recorded, where it would break what it is held to. */
  readonly refusal?: Refusal;
  /** What it breaks without being refused, each in one sentence. */
  readonly warnings: readonly string[];
}

export const NOTHING_PREVIEWED: Preview = { warnings: [] };
