import type { z } from 'zod';
import { awaitedInWords, type Need } from '../domain/grammar/proposal.js';
import { ROLE_WORDS } from '../domain/roles.js';
import type { Sight } from '../ledger/access.js';
import { allFacts } from '../ledger/catalogue.js';
import type { Ledger } from '../ledger/ledger.js';
import { askedOf } from './asking.js';
import { areaName, fundName, yearName } from './format.js';
import type { People } from './people.js';

/** The names of bodies, sources of funding, roles and facts, to replace the short names in the ledger’s sentences. */
export interface Names {
  /** The name of a body or a source. A short name that the ledger does not know is returned unchanged. */
  of(name: string): string;
  /** The name of a body or a source; undefined if the text is neither. */
  known(text: string): string | undefined;
  in(sentence: string): string;
  /** The words that a form showed for a chosen value; undefined if the value was not chosen from a list. */
  said?(field: z.ZodType, value: string): string | undefined;
}

interface Sources {
  readonly sources: readonly { readonly code: string; readonly name: string }[];
}

interface Partners {
  readonly partners: readonly { readonly partner: string; readonly name: string }[];
}

/** Words for the names that programs use for roles and facts. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(ROLE_WORDS).map(([role, words]): [string, string] => [role, words.toLowerCase()]),
  ...allFacts().map(({ fact }): [string, string] => [fact.name, `“${fact.title}”`]),
]);

/** The form of short names: north-ccg, NHS_ADD, ContributionAgreed. */
const SHORT = /[a-z0-9]+(?:-[a-z0-9]+)+|[A-Z][A-Z0-9_]+|(?:[A-Z][a-z]+){2,}/g;

/** Whom a proposal waits for, in words: one of several bodies, or the signatures that each part of a deal needs. */
export const awaitedIn = (
  names: Names,
  { awaiting, needs }: { readonly awaiting: readonly string[]; readonly needs: readonly Need[] },
): string => {
  const named = (bodies: readonly string[]): string[] => bodies.map((each) => names.of(each));
  return awaitedInWords({
    awaiting: named(awaiting),
    ...(needs.length > 0 && { needs: needs.map(({ fact, bodies }) => ({ fact, bodies: named(bodies) })) }),
  });
};

/** What a proposal is, by its state; nothing once it is signed, because then its sentence is so. */
const PROPOSED: Readonly<Record<string, string>> = {
  open: 'Proposed: ',
  declined: 'Proposed and declined: ',
  withdrawn: 'Proposed and taken back: ',
  lapsed: 'Proposed and lapsed: ',
  'taken-off': 'Proposed and taken off the table: ',
  agreed: '',
};

/**
 * What a proposal offers, in words. A sentence of the ledger says what is so. An offer is not so before it is signed,
 * and the words in front of its sentence say that.
 */
export const offerIn = (names: Names, sentence: string, state = 'open'): string =>
  `${PROPOSED[state]!}${names.in(sentence)}`;

/** How the ledger’s sentences name a newly opened fund, and a case. Readers see a shorter form. */
const FUND_OPENED = /\bThe fund of ([a-z0-9-]+) for (20\d\d-\d\d)\b/g;
const CASE = /\b([Cc]ases? )([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const FUND = /^[a-z0-9-]+-20\d\d-\d\d$/;

const NOBODY: Pick<People, 'known'> = { known: () => undefined };

export async function namesFor(ledger: Ledger, sight: Sight, people = NOBODY): Promise<Names> {
  const { partners } = await askedOf<Partners>(ledger, sight, 'partners', {});
  const { sources } = await askedOf<Sources>(ledger, sight, 'sources', {});
  const names = new Map([
    ...partners.map(({ partner, name }): [string, string] => [partner, name]),
    ...sources.map(({ code, name }): [string, string] => [code, name]),
  ]);
  const named = (word: string): string | undefined =>
    names.get(word) ??
    WORDS.get(word) ??
    people.known(word) ??
    (FUND.test(word) && ledger.model.fund(word) ? fundName(word) : undefined);
  return {
    of: (name) => names.get(name)!,
    known: (text) => names.get(text),
    in: (sentence) =>
      sentence
        .replace(CASE, '$1$2')
        .replace(FUND_OPENED, (_, area: string, year: string) => `The fund of ${areaName(area)} for ${yearName(year)}`)
        .replace(SHORT, (word) => named(word) ?? word),
  };
}
