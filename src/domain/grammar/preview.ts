import type { TestResult } from '../fund/plan/minimum-tests.js';
import type { Refusal } from '../rules.js';

/** What a fact will do, seen before it is recorded: told to whoever posts it, and never recorded itself. */
export interface Preview {
  /** Why it may not be recorded, where it would break what it is held to. */
  readonly refusal?: Refusal;
  /** What it breaks without being refused, each in one sentence. */
  readonly warnings: readonly string[];
  /** The tests of the stream as they stand after it, on its effective day. */
  tests?(): readonly TestResult[];
}

export const NOTHING_PREVIEWED: Preview = { warnings: [] };
