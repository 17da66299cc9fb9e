import type { Asking, Site } from './site.js';

/**
 * The foot of a printed page: from how much of the ledger it was worked out, and the root of the tree of those events. Whoever
 * holds the paper can hold it to the ledger with `bcf-ledger verify --root`.
 */

interface Sized {
  readonly ledger?: { readonly size: number };
}

/** How many events an answer was worked out from; undefined of what does not depend on events. */
function sizeOf(answer: object): number | undefined {
  const { ledger, to } = answer as Sized & { readonly to?: Sized | string };
  return (typeof to === 'object' ? to.ledger : ledger)?.size;
}

/** From how much of the ledger an answer was worked out. */
export function sourceOf(answer: object): string {
  const size = sizeOf(answer);
  return size === undefined ? '' : `Worked out from the first ${size} events of the ledger.`;
}

/** The same for paper, with the root of those events. */
export async function printedSource(
  { rootOf }: Pick<Site, 'rootOf'>,
  { sight }: Pick<Asking, 'sight'>,
  answer: object,
): Promise<string> {
  const size = sizeOf(answer);
  const root = size === undefined ? undefined : await rootOf(sight, size);
  return root === undefined ? sourceOf(answer) : `${sourceOf(answer)} Their root is ${root}.`;
}
