import { z } from 'zod';
import { chosenFrom } from './asked.js';
import type { Context } from './fact.js';
import { field } from './fields.js';
import { endedUnsigned, type Half } from './proposal.js';
import type { Day } from '../calendar.js';
import { refuse, Refusal } from '../rules.js';
import { actingFor } from './succession.js';

/**
 * A settlement in two places: part of it in a fund, and part in another fund or among the disputes of an area. Each
 * part is a proposal of its own place, for its facts are of that stream. The one that is made second names the first as
 * its other half. Each is signed separately. Until both are signed, each is shown as half of a settlement, with the
 * state of the other half.
 */

/** What an officer says of the other half: its proposal, wherever it was made. */
export const OtherHalf = field(
  chosenFrom('other halves', z.uuid({ error: 'must be the identifier of a proposal' })),
  'Other half of a settlement',
  'Where a settlement is in two places, such as a fund and the disputes of its area, or two years: the proposal that is its other half, made there first. Until both are signed, each is shown as half of it.',
);

/** A proposal as it is now known to other streams: where it was made, and how it ended; undefined while it is open. */
export interface MadeElsewhere {
  readonly kind: 'register' | Half['kind'];
  readonly in: string;
  /** The area that it is of; undefined in the register. */
  readonly area: string | undefined;
  readonly stream: string;
  readonly how: string | undefined;
  /** The bodies that made it, must sign it or have signed it. */
  readonly sides: readonly string[];
}

declare module './fact.js' {
  interface World {
    /** A proposal by its identifier, wherever it was made. */
    proposal(id: string): MadeElsewhere | undefined;
  }
}

/** The refusal to name a proposal that does not exist, or that the officer may not see. */
export const noSuchHalf = (id: string): Refusal =>
  refuse('half_unknown', `There is no proposal ${id} in any fund, or among the disputes of any area.`);

interface Naming {
  readonly stream: string;
  /** The body that the officer acts for who names the half. */
  readonly by: string;
  /** The first day of what is proposed. */
  readonly effective: Day;
}

/** The half that a proposal names, as it is recorded; undefined where it names none. Refuses one that cannot be a half. */
export function halfNamed(
  id: string | undefined,
  { stream, by, effective }: Naming,
  context: Context,
): Half | undefined | Refusal {
  if (id === undefined) return undefined;
  const found = context.proposal(id);
  if (!found || found.kind === 'register') return noSuchHalf(id);
  if (found.stream === stream) return refuse('half_here', `Proposal ${id} was made here as well.`);
  if (found.how !== undefined && endedUnsigned(found.how))
    return refuse('half_ended', `Proposal ${id}, in ${found.in}, has ended, and nobody signed it.`);
  if (found.area !== context.area) return refuse('half_not_yours', `Proposal ${id} is of another area.`);
  const { area, today, register } = context;
  if (!actingFor(register.successions, found.sides, { area, today, effective }).includes(by))
    return refuse('half_not_yours', `${by} neither made proposal ${id}, nor signs it.`);
  return { kind: found.kind, in: found.in, proposal: id };
}

/** What has become of a part of a settlement, in words, by its state. */
export const PART_WORDS = {
  open: 'is not signed yet',
  agreed: 'is signed',
  declined: 'was declined',
  withdrawn: 'was taken back',
  lapsed: 'was not signed in time',
  'taken-off': 'was overtaken by another fact',
  reversed: 'was signed, and what it recorded was taken back',
} as const;
