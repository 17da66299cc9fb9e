import fc from 'fast-check';
import type { Test } from 'tap';

/** How often each property is tried. BCF_PROPERTY_RUNS asks for a longer run. */
const RUNS = Number(process.env['BCF_PROPERTY_RUNS'] ?? 200);

/** The seed of this run: printed with every property, and set with BCF_SEED to see a failure again. */
export const SEED = Number(process.env['BCF_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Tries a property, and prints the seed that repeats the run. */
export function property(t: Test, tried: fc.IRawProperty<unknown>, numRuns = RUNS): void {
  t.comment(`seed ${SEED}`);
  fc.assert(tried as fc.IProperty<unknown>, { seed: SEED, numRuns });
  t.pass(`held ${numRuns} times`);
}

export async function asyncProperty<T>(t: Test, tried: fc.IAsyncProperty<T>, numRuns = RUNS): Promise<void> {
  t.comment(`seed ${SEED}`);
  // The first failure is reported unchanged, because shortening a long history would take too long.
  await fc.assert(tried, { seed: SEED, numRuns, endOnFailure: true });
  t.pass(`held ${numRuns} times`);
}
