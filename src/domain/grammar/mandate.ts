import { dayInWords, type Day } from '../calendar.js';
import type { FactData } from './event.js';
import { pounds, type Pence } from '../money.js';
import type { Role } from '../roles.js';
import { refuse, type Refusal } from '../rules.js';
import type { Succession } from './succession.js';

/** Who may act, for whom, in which role and up to which sum. */

export interface Mandate {
  readonly partner: string;
  readonly role: Role;
  readonly from: Day;
  /** The last day, inclusive. */
  readonly until?: Day;
  readonly limit?: Pence;
}

/** What every decision needs of the register: its file adds the rest to this type. */
export interface Register {
  readonly ledger: { readonly name: string; readonly demonstration: boolean; readonly keeper: string } | undefined;
  readonly mandates: ReadonlyMap<string, readonly Mandate[]>;
  /** Who followed whom, in the order of recording, those reversed included. */
  readonly successions: readonly Succession[];
}

/** The name under which the service itself records. No officer has it. */
export const SERVICE = 'ledger-service';

/** Whether a mandate is in force on a day, its first and its last day included. */
export const inForceOn = (mandate: Mandate, day: Day): boolean =>
  mandate.from <= day && (mandate.until === undefined || day <= mandate.until);

/** The mandates that an officer holds on a day, inclusive at both ends. */
export const mandatesOn = (state: Pick<Register, 'mandates'>, officer: string, day: Day): Mandate[] =>
  (state.mandates.get(officer) ?? []).filter((mandate) => inForceOn(mandate, day));

/** Refuses an officer who holds no mandate today. A name that the register does not know may be mistyped. */
export const withoutMandate = ({ mandates }: Pick<Register, 'mandates'>, officer: string): Refusal =>
  refuse(
    'not_mandated',
    mandates.has(officer) ? `${officer} holds no mandate today.` : `No officer named ${officer} is in the register.`,
  );

const capital = (words: string): string => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;

/**
 * A sentence that says who can act for some bodies in some roles on a day or, if nobody can, how to give somebody a
 * mandate.
 */
export function whoCan(
  { mandates }: Pick<Register, 'mandates'>,
  day: Day,
  partners: readonly string[],
  roles: readonly Role[],
): string {
  const able = [...mandates].flatMap(([officer, held]) =>
    held.some((each) => partners.includes(each.partner) && roles.includes(each.role) && inForceOn(each, day))
      ? [officer]
      : [],
  );
  const of = partners.join(' or ');
  return able.length > 0
    ? `For ${of}, ${able.sort().join(' or ')} can.`
    : `Nobody can do it for ${of} yet: propose OfficerMandated with the role ${roles.join(' or ')}, and have a second officer sign it.`;
}

export interface Errand {
  /** The partners for which the act may be done. */
  readonly partners: readonly string[];
  readonly roles: readonly Role[];
  readonly amount?: Pence;
  /** What is being done, for the refusal: `post ContributionReceived`. */
  readonly act: string;
  /** Who does it, in words, where one office alone may: “the chief executive”. */
  readonly who?: string | undefined;
}

/** The register as the first fact of a ledger makes it: it names its own first officers, and is checked against them. */
export function opening(register: Register, data: FactData): Register {
  const { partner, officers } = data as unknown as { partner: string; officers: { officer: string; role: Role }[] };
  const mandates = new Map<string, Mandate[]>();
  for (const { officer, role } of officers) {
    mandates.set(officer, [...(mandates.get(officer) ?? []), { partner, role, from: data.effective }]);
  }
  return { ...register, mandates };
}

/**
 * Picks the mandate under which an officer may do something on a day, or says why there is none. The officer acts for
 * the partner named, or for the only one that fits. Source: docs/sources.md, Acts and corrections.
 */
export function mandateFor(
  state: Pick<Register, 'mandates'>,
  officer: string,
  day: Day,
  errand: Errand,
  actingFor?: string,
): Mandate | Refusal {
  const held = mandatesOn(state, officer, day);
  if (held.length === 0) {
    return refuse('not_mandated', `${officer} holds no mandate on ${dayInWords(day)}, so cannot ${errand.act}.`);
  }
  const own = actingFor === undefined ? held : held.filter((mandate) => mandate.partner === actingFor);
  const right = own.filter((mandate) => errand.partners.includes(mandate.partner));
  if (right.length === 0) {
    const may = errand.partners.join(' or ');
    const acts = [...new Set((own.length > 0 ? own : held).map((mandate) => mandate.partner))].join(', ');
    return refuse('wrong_partner', `To ${errand.act} is for an officer of ${may}; ${officer} acts for ${acts}.`);
  }
  const able = right.filter((mandate) => errand.roles.includes(mandate.role));
  if (able.length === 0) {
    const is = right.map((each) => each.role).join(', ');
    const needs = `To ${errand.act} needs the role ${errand.roles.join(' or ')}; ${officer} is ${is}.`;
    if (errand.who === undefined) return refuse('role_not_allowed', needs);
    const of = [...new Set(right.map(({ partner }) => partner))];
    return refuse(
      'role_not_allowed',
      `${capital(errand.who)} must sign. ${needs} ${whoCan(state, day, of, errand.roles)}`,
    );
  }
  if (new Set(able.map((mandate) => mandate.partner)).size > 1) {
    return refuse(
      'partner_unclear',
      `${officer} could ${errand.act} for ${able.map((mandate) => mandate.partner).join(' or ')}. Name one in "partner".`,
    );
  }
  const within = able.find((mandate) => mandate.limit === undefined || (errand.amount ?? 0) <= mandate.limit);
  if (!within) {
    const limit = able.map((mandate) => pounds(mandate.limit!)).join(', ');
    return refuse('over_limit', `${officer}’s limit is ${limit}; this is ${pounds(errand.amount!)}.`);
  }
  return within;
}
