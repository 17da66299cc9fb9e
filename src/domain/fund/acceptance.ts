import { z } from 'zod';
import type { Day } from '../calendar.js';
import { completedFact, type Fact } from '../facts.js';
import type { RegisterState } from '../register.js';
import { lineOf, successionsOn, type Succession } from '../register/succession.js';
import { refuse, Refusal } from '../rules.js';
import { EffectiveDay, Name, Revision } from '../values.js';
import { itemOfAgreement, named, type Agreement } from './agreement.js';
import { standingFact } from './standing-facts.js';
import { opened, type FundState } from './state.js';

/**
 * Whom the terms of an agreement bind. Two of its parties sign, the host and one of the other side; a section 75 agreement
 * has often more. Each of the others accepts the terms by itself, and no share of a variance falls to one that has not.
 * Source: NHS Act 2006, section 75; SI 2000/617 regulation 8 [R].
 */

/** Whether two bodies are the same, or one has followed the other. */
const isOneBody = (a: string, b: string, area: string, inForce: readonly Succession[]): boolean =>
  lineOf(inForce, a, area).includes(b) || lineOf(inForce, b, area).includes(a);

/** The partners among some whom terms do not bind: neither they, nor a body in whose place they are, signed or accepted. */
export function notBoundBy(
  { signers, accepted }: Pick<Agreement, 'signers' | 'accepted'>,
  partners: readonly string[],
  area: string,
  inForce: readonly Succession[],
): string[] {
  const bound = [...signers, ...accepted.map(({ partner }) => partner)];
  return partners.filter((partner) => !bound.some((each) => isOneBody(each, partner, area, inForce)));
}

const successionsNow = ({ successions }: RegisterState, on: Day): readonly Succession[] =>
  successionsOn(successions, on, Infinity);

/** Refuses what would make a partner bear or keep a share under terms that do not bind it, as now known. */
export function allBound(
  state: FundState,
  agreement: Agreement,
  partners: readonly string[],
  on: Day,
  register: RegisterState,
): Refusal | undefined {
  const missing = notBoundBy(agreement, partners, opened(state).area, successionsNow(register, on));
  return missing.length === 0
    ? undefined
    : refuse(
        'terms_not_accepted',
        `A share would fall to ${missing.join(', ')}, which neither signed nor accepted the terms of "${agreement.agreement}" at revision ${agreement.termsRevision}.`,
      );
}

const sent = {
  effective: EffectiveDay.meta({ description: 'The day from which the terms bind the party.' }),
  agreement: Name,
  partner: Name,
};

export const ACCEPTANCE_FACTS: readonly Fact<FundState>[] = [
  completedFact({
    name: 'AgreementAccepted',
    about:
      'A party that did not sign the agreement itself accepts its terms as they stand, by its chief finance officer; a variation is accepted anew (domain.md 5; SI 2000/617 regulation 8 [R]).',
    input: z.strictObject(sent),
    stored: z.strictObject({
      ...sent,
      terms: Revision.meta({ description: 'Where the terms that it accepts were signed.' }),
    }),
    signature: 'none',
    roles: ['chief-finance-officer'],
    effective: 'any-day',
    reversible: true,
    undoneWhole: true,
    level: 'moves',
    restsOn: (data) => itemOfAgreement(data.agreement),
    sides: (data) => ({ acts: [data.partner], signs: [] }),
    complete(data, state: FundState, { register }) {
      const stands = named(state, data.agreement, data.effective);
      if (stands instanceof Refusal) return stands;
      const { area } = opened(state);
      const inForce = successionsNow(register, data.effective);
      if (!stands.parties.some((party) => isOneBody(party, data.partner, area, inForce))) {
        return refuse('not_a_party', `${data.partner} is no party to "${data.agreement}".`);
      }
      return notBoundBy(stands, [data.partner], area, inForce).length === 0
        ? refuse('nothing_to_change', `The terms of "${data.agreement}" bind ${data.partner} already.`)
        : { ...data, terms: String(stands.termsRevision) };
    },
    check: () => undefined,
    postings: () => [],
    evolve: (state, _data, event) => void state.agreements.push(standingFact(event)),
    sentence: (data) =>
      `${data.partner} accepted the terms of the agreement "${data.agreement}" as signed at revision ${data.terms}.`,
  }),
];
