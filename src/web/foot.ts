import type { Asking, Site } from './site.js';

/**
 * The foot of a printed page: from how much of the ledger it was worked out, and the root of the tree of those events. Whoever
 * holds the paper can hold it to the ledger with `bcf-ledger verify --root`.
 */

interface Sized {
  readonly ledger: { readonly size: number };
}

const isSized = (part: unknown): part is Sized =>
  typeof part === 'object' && part !== null && typeof (part as Partial<Sized>).ledger?.size === 'number';

/**
 * How many events an answer was worked out from; undefined of what does not depend on events. An answer that compares two
 * others rests on the events of both, whichever of them is the later.
 */
function sizeOf(answer: object): number | undefined {
  const sizes = [answer, ...(Object.values(answer) as unknown[])].filter(isSized).map(({ ledger }) => ledger.size);
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

/** From how much of the ledger an answer was worked out. */
export function sourceOf(answer: object): string {
  const size = sizeOf(answer);
  if (size === 0) return 'No event of the ledger was known then.';
  return size === undefined ? '' : `Worked out from the first ${size} events of the ledger.`;
}

/** The same for paper, with the root of those events, if there are any. */
export async function printedSource(
  { rootOf }: Pick<Site, 'rootOf'>,
  { sight }: Pick<Asking, 'sight'>,
  answer: object,
): Promise<string> {
  const size = sizeOf(answer);
  // No events have a root, too, and it says nothing about a ledger.
  const root = size === undefined || size === 0 ? undefined : await rootOf(sight, size);
  return root === undefined ? sourceOf(answer) : `${sourceOf(answer)} Their root is ${root}.`;
}
