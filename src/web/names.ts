import type { Sight } from '../ledger/access.js';
import type { Ledger } from '../ledger/ledger.js';
import { askedOf } from './asking.js';

/** The names of bodies and of sources of funding, for sentences in which the ledger uses short ones. */
export interface Names {
  /** Of a body or a source that the ledger knows. */
  of(name: string): string;
  /** The same of any text; undefined where it names neither. */
  known(text: string): string | undefined;
  in(sentence: string): string;
}

interface Sources {
  readonly sources: readonly { readonly code: string; readonly name: string }[];
}

interface Partners {
  readonly partners: readonly { readonly partner: string; readonly name: string }[];
}

export async function namesFor(ledger: Ledger, sight: Sight): Promise<Names> {
  const { partners } = await askedOf<Partners>(ledger, sight, 'partners', {});
  const { sources } = await askedOf<Sources>(ledger, sight, 'sources', {});
  const names = new Map([
    ...partners.map(({ partner, name }): [string, string] => [partner, name]),
    ...sources.map(({ code, name }): [string, string] => [code, name]),
  ]);
  return {
    of: (name) => names.get(name)!,
    known: (text) => names.get(text),
    in: (sentence) => sentence.replace(/[a-z0-9]+(-[a-z0-9]+)+|[A-Z][A-Z0-9_]+/g, (word) => names.get(word) ?? word),
  };
}
