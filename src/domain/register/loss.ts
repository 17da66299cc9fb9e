import { z } from 'zod';
import { fact, type Fact } from '../grammar/fact.js';
import type { RegisterState } from './state.js';
import { Effective } from '../grammar/fields.js';

/**
 * Acts that were recorded and are gone: a damaged log, an older copy put back. The service records once that an
 * operator let the ledger go on, so that somebody who still has the lost acts can see from where, and by how much, the
 * two histories differ.
 */

const Beginning = (title: string, description: string) =>
  z
    .strictObject({
      size: z.int().min(0).meta({ title: 'Size', description: 'How many events the ledger had.' }),
      root: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .meta({ title: 'Root', description: 'The root of its tree: 64 hexadecimal digits.' }),
    })
    .meta({ title, description });

const inWords = ({ size, root }: { readonly size: number; readonly root: string }): string =>
  `${size} events (root ${root.slice(0, 12)}…)`;

export const LOSS: Fact<RegisterState> = fact({
  name: 'LossAccepted',
  title: 'Go on after a loss',
  group: 'bodies',
  about:
    'Says that the ledger goes on although acts that were recorded in it are gone: what had been noted of it, and what was found. Recorded by the service itself where the operator says so.',
  input: z.strictObject({
    effective: Effective,
    lost: Beginning('What was noted', 'How far the ledger had come, by what was noted beside its file.'),
    found: Beginning('What was found', 'How far the file went when it was opened.'),
  }),
  signature: 'none',
  roles: [],
  byService: true,
  effective: 'any-day',
  reversible: false,
  wayBack: 'Post again what is missing.',
  sides: () => ({ acts: [], signs: [] }),
  sentence: ({ lost, found }) =>
    `The ledger goes on from ${inWords(found)}, although ${inWords(lost)} had been recorded: the operator accepted that what is missing is lost.`,
});
