import type { Asking, Site } from './site.js';

/**
 * The foot of a printed page: the number of events behind its figures, and the root of the tree of those events. Whoever
 * has the paper can check it against the ledger with `bcf-ledger verify --root`.
 */

interface Sized {
  readonly ledger: { readonly size: number };
}

const isSized = (part: unknown): part is Sized =>
  typeof part === 'object' && part !== null && typeof (part as Partial<Sized>).ledger?.size === 'number';

/**
 * The number of events behind an answer; undefined if the answer does not depend on events. A comparison has two numbers,
 * and the larger one covers both.
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

/** A digest for paper: 64 digits in groups of 8, so that somebody can type or compare them. `verify` takes them so. */
export const inGroups = (digest: string): string => digest.match(/.{8}/g)!.join(' ');

/** Why a printed page has no root, as `src/ledger/roots.ts` decides. */
const NO_ROOT =
  'Their root is left out: a reader could use it to work out disputed claims that you may not see. Whoever runs the service can print it with “bcf-ledger verify”.';

/** The same for paper, with the root of those events, if there are any, or why there is none. */
export async function printedSource(
  { rootOf }: Pick<Site, 'rootOf'>,
  { sight }: Pick<Asking, 'sight'>,
  answer: object,
): Promise<string> {
  const size = sizeOf(answer);
  // The root of no events is the same for every ledger.
  const root = size === undefined || size === 0 ? undefined : await rootOf(sight, size);
  if (root !== undefined) return `${sourceOf(answer)} Their root: ${inGroups(root)}.`;
  return size === undefined || size === 0 ? sourceOf(answer) : `${sourceOf(answer)} ${NO_ROOT}`;
}
