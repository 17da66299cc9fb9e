import { z } from 'zod';
import { readAs } from '../domain/faults.js';
import { refuse } from '../domain/rules.js';
import type { Sight } from '../ledger/access.js';
import { ask } from '../ledger/ask.js';
import type { Ledger } from '../ledger/ledger.js';
import { QUERIES } from '../ledger/questions/all.js';
import { answered, Refused } from './refused.js';

/** How pages ask: the declared questions, by name, through the one door. */

export type Given = Readonly<Record<string, string | undefined>>;

/** Asks a question. Throws {@link Refused} with the rule that refuses it. `Answer` is what the question declares. */
export async function askedOf<Answer>(ledger: Ledger, sight: Sight, name: string, given: Given): Promise<Answer> {
  const query = QUERIES.find((each) => each.name === name)!;
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
  const read = readAs(z.strictObject({ ...query.params.shape, ...query.options.shape }), present);
  if ('faults' in read) {
    const [{ path, words }] = read.faults as [(typeof read.faults)[number]];
    throw new Refused(refuse('fields_invalid', `"${path.map(String).join('.')}" ${words}.`));
  }
  return answered(await ask(ledger, sight, query, read.value)) as Answer;
}
