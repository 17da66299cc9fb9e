import { z } from 'zod';
import { Name, words } from '../domain/values.js';
import { plainly } from './format.js';

/**
 * Officers as people: a file that the operator keeps beside the ledger, and from which anybody can be erased. The ledger
 * itself holds pseudonyms only; where the file does not know one, the pseudonym stands on the page.
 */
export const PeopleFile = z.array(
  z.strictObject({
    officer: Name,
    name: words(120),
    title: words(120).optional(),
  }),
);

export interface People {
  nameOf(officer: string): string;
}

export function createPeople(people: z.output<typeof PeopleFile>): People {
  const byOfficer = new Map(people.map((each) => [each.officer, each]));
  return {
    nameOf(officer) {
      const found = byOfficer.get(officer);
      return found ? `${found.name}${found.title === undefined ? '' : `, ${found.title}`}` : plainly(officer);
    },
  };
}
