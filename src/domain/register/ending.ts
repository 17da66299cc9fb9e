import { dayInWords, type Day } from '../calendar.js';
import type { Context, Sides } from '../grammar/fact.js';
import { READING_ROLES, ROLES, type Role } from '../roles.js';
import { inForce } from '../grammar/rule-versions.js';
import { refuse, type Refusal } from '../rules.js';
import { sectorOf, type RegisterState } from './state.js';
import { inForceOn } from '../grammar/mandate.js';
import { actingFor, endOf, type Succession } from '../grammar/succession.js';

/**
 * Who may end a body. The keeper of the ledger registers bodies and says who follows whom. If its own officers alone
 * signed that, the keeper could make a body and let it take over another’s money and signature. So a body that ends
 * signs for itself; if it cannot, a body of the sector other than the keeper's signs.
 */

/** The roles that may sign that a body ends: all roles that may act for a body. */
export const SIGN_ENDS: readonly Role[] = ROLES.filter((role) => !READING_ROLES.includes(role));

type Ending = Pick<Succession, 'effective' | 'predecessors' | 'successors'>;

/** The bodies that keep the ledger on a day: those that opened it, or that have followed them by then. */
export const keepersOn = (
  { ledger, successions }: RegisterState,
  today: Day,
  effective: Day = today,
): readonly string[] => actingFor(successions, [ledger!.keeper], { area: undefined, today, effective });

/**
 * Whether an officer has, had or will have a mandate for one of some bodies. Past mandates count, because an ended
 * mandate is easily given again.
 */
export const actsForSome = ({ mandates }: RegisterState, officer: string, bodies: readonly string[]): boolean =>
  mandates.get(officer)?.some(({ partner }) => bodies.includes(partner)) ?? false;

/** Whether a body has an officer on a day, inclusive, who can sign that it ends. */
const hasOfficers = ({ mandates }: RegisterState, body: string, day: Day): boolean =>
  [...mandates.values()].some((held) =>
    held.some((each) => each.partner === body && SIGN_ENDS.includes(each.role) && inForceOn(each, day)),
  );

/** The bodies of the sector that the keepers are not of, with officers today, beside those that end here. */
function otherSector({ predecessors }: Ending, state: RegisterState, today: Day, keepers: readonly string[]): string[] {
  const sector = (body: string) => sectorOf(state.partners.get(body)!.kind);
  const own = new Set(['unknown', 'voluntary', ...keepers.map(sector)]);
  return [...state.partners.keys()].filter((body) => {
    if (own.has(sector(body)) || predecessors.includes(body)) return false;
    const ended = endOf(state.successions, body);
    return (ended === undefined || today < ended.effective) && hasOfficers(state, body, today);
  });
}

/**
 * Whose act it is that a body ends, and whose signature it needs: its own while it has officers, to its last day, inclusive. A
 * keeper that ends acts itself, and cannot be its own other side. What is taken back is taken from those who followed: they sign.
 */
export function sidesOfEnd(ending: Ending, state: RegisterState, { today, original }: Context): Sides {
  const keepers = keepersOn(state, today, original ? ending.effective : today);
  if (original) {
    const { effective, successors } = ending;
    const stand = actingFor(state.successions, successors, { area: undefined, today, effective });
    const followed = stand.filter((body) => !keepers.includes(body));
    return { acts: keepers, signs: followed.length > 0 ? followed : otherSector(ending, state, today, keepers) };
  }
  const [body = ''] = ending.predecessors;
  const own = today < ending.effective && hasOfficers(state, body, today);
  if (own && !keepers.includes(body)) return { acts: keepers, signs: [body] };
  return { acts: own ? [body] : keepers, signs: otherSector(ending, state, today, keepers) };
}

/** Each body that ends needs its own signature, and a proposal takes only one besides its own. */
export const endsOne = ({ predecessors }: Ending, context: Context): Refusal | undefined =>
  predecessors.length > 1 && inForce('predecessor_signs', context)
    ? refuse(
        'one_predecessor',
        `${predecessors.length} bodies would end by it: ${predecessors.join(', ')}. Record one for each body that ends.`,
      )
    : undefined;

/** Refuses a proposal that nobody could sign. */
export function canBeSigned(ending: Ending, state: RegisterState, context: Context): Refusal | undefined {
  if (!inForce('predecessor_signs', context) || sidesOfEnd(ending, state, context).signs.length > 0) return undefined;
  const { effective, predecessors } = ending;
  return refuse(
    'nobody_to_sign',
    `${predecessors.join(', ')} cannot sign itself that it ends before ${dayInWords(effective)}, and no body of the other sector can.`,
  );
}

/**
 * Of the two who sign, one at most has a mandate for the keeper. Looked at when it is signed; `context` tells whether it is, and
 * who proposed it.
 */
export function keeperAlone(state: RegisterState, context: Context): Refusal | undefined {
  const proposal = context.answering === undefined ? undefined : context.proposals.get(context.answering);
  if (!proposal || !inForce('keeper_alone', context)) return undefined;
  const keepers = keepersOn(state, context.today, context.original ? proposal.fact.data.effective : context.today);
  return [proposal.officer, context.officer].every((officer) => actsForSome(state, officer, keepers))
    ? refuse(
        'keeper_alone',
        `${proposal.officer} and ${context.officer} are both officers of ${keepers.join(' or ')}, which keeps the ledger.`,
      )
    : undefined;
}
