import { z } from 'zod';
import { SERVICE } from '../domain/grammar/mandate.js';
import { Name, words } from '../domain/values.js';
import { plainly } from './format.js';

/**
 * The officers’ names, in a file that the operator keeps beside the ledger. Anybody can be erased from that file. The
 * ledger itself holds only pseudonyms; if the file does not know an officer, pages show the pseudonym.
 */
const Person = z
  .strictObject({
    officer: Name.refine((name) => name !== SERVICE, { error: 'is the service itself, and nobody signs in as it' }),
    name: words(120),
    title: words(120).optional(),
    /** The address for letters about what waits for the officer. Without it, the officer gets no letters. */
    email: z.email().max(254).optional(),
    /**
     * How the identity provider knows the officer: the provider’s issuer and the officer’s subject there. Both, or
     * neither.
     */
    issuer: z.url().optional(),
    subject: z.string().min(1).max(255).optional(),
  })
  .refine(({ issuer, subject }) => (issuer === undefined) === (subject === undefined), {
    error: 'must have an issuer and a subject, or neither',
  });

const identityOf = ({ issuer, subject }: Pick<z.output<typeof Person>, 'issuer' | 'subject'>): string =>
  JSON.stringify([issuer, subject]);

export const PeopleFile = z.array(Person).superRefine((people, { addIssue }) => {
  const [officers, identities] = [new Set<string>(), new Set<string>()];
  for (const [index, person] of people.entries()) {
    const identity = person.subject === undefined ? undefined : identityOf(person);
    if (officers.has(person.officer))
      addIssue({
        code: 'custom',
        path: [index],
        message: `must name each officer once: ${person.officer} occurs twice`,
      });
    if (identity !== undefined && identities.has(identity))
      addIssue({
        code: 'custom',
        path: [index],
        message: 'must have a subject of its own: another officer has this one',
      });
    officers.add(person.officer);
    if (identity !== undefined) identities.add(identity);
  }
});

export interface People {
  nameOf(officer: string): string;
  /** The officer’s name and title; undefined if the file does not know the officer. */
  known(officer: string): string | undefined;
  /** The officers who get letters, in the order of the file. */
  letters(): readonly { readonly officer: string; readonly name: string; readonly email: string }[];
  /** The officer whom an identity provider knows by a subject; undefined if the file names no such officer. */
  officerBy(identity: { readonly issuer: string; readonly subject: string }): string | undefined;
}

/** Short words in officers’ pseudonyms that are written in capitals. */
const SHORT = /\b(?:ccg|icb|nhs|cfo)\b/gi;

export function createPeople(people: z.output<typeof PeopleFile>): People {
  const byOfficer = new Map(people.map((each) => [each.officer, each]));
  const byIdentity = new Map(
    people.flatMap(({ officer, issuer, subject }): [string, string][] =>
      issuer === undefined || subject === undefined ? [] : [[identityOf({ issuer, subject }), officer]],
    ),
  );
  const known = (officer: string): string | undefined => {
    const found = byOfficer.get(officer);
    return found && `${found.name}${found.title === undefined ? '' : `, ${found.title}`}`;
  };
  return {
    letters: () =>
      people.flatMap(({ officer, name, email }) => (email === undefined ? [] : [{ officer, name, email }])),
    officerBy: (identity) => byIdentity.get(identityOf(identity)),
    nameOf: (officer) => known(officer) ?? plainly(officer).replace(SHORT, (word) => word.toUpperCase()),
    known,
  };
}
