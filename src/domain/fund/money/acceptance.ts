import { z } from 'zod';
import type { Day } from '../../calendar.js';
import { completedFact, type Context, type Fact } from '../../grammar/fact.js';
import type { Inheritance } from '../../register/inheritance.js';
import { lineOf, successionsOn, type Succession } from '../../grammar/succession.js';
import { CHIEF } from '../../roles.js';
import { refuse, Refusal } from '../../rules.js';
import { EffectiveDay } from '../../values.js';
import { agreementsOn, isParty, itemOfAgreement, named, sharesUnder, type Agreement } from '../agreement/agreement.js';
import { opened, type FundState } from '../state.js';
import { actingBody } from '../../grammar/asked.js';
import { AgreementName, EventRef, Partner } from '../../grammar/fields.js';

/**
 * Whom the terms of an agreement bind. Two of its parties sign, the host and one of the other side, but a section 75
 * agreement often has more parties. Each other party accepts the terms separately, and a party that has not accepted
 * them gets no share of a variance. Source: NHS Act 2006, section 75; SI 2000/617 regulation 8 (not proven).
 */

/** Whether two bodies are the same, or one has followed the other. */
const isOneBody = (a: string, b: string, area: string | undefined, inForce: readonly Succession[]): boolean =>
  lineOf(inForce, a, area).includes(b) || lineOf(inForce, b, area).includes(a);

/** The partners among some whom terms do not bind: neither they, nor a body in whose place they are, signed or accepted. */
export function notBoundBy(
  { signers, accepted }: Pick<Agreement, 'signers' | 'accepted'>,
  partners: readonly string[],
  { area, successions }: Inheritance,
): string[] {
  const bound = [...signers, ...accepted.map(({ partner }) => partner)];
  return partners.filter((partner) => !bound.some((each) => isOneBody(each, partner, area, successions)));
}

/** Refuses what would make partners bear or keep a share under terms that do not bind them. */
export function refuseUnbound(
  { agreement, termsRevision }: Pick<Agreement, 'agreement' | 'termsRevision'>,
  notBound: readonly string[],
): Refusal | undefined {
  return notBound.length === 0
    ? undefined
    : refuse(
        'terms_not_accepted',
        `A share would fall to ${notBound.join(', ')}, which neither signed nor accepted the terms of "${agreement}" at revision ${termsRevision}.`,
      );
}

/**
 * An acceptance cannot be reversed while a share stands that falls to a partner whom the terms bind only by this
 * acceptance.
 */
function acceptanceStays(
  data: { readonly agreement: string },
  state: FundState,
  { register }: Context,
  revision: number,
): Refusal | undefined {
  const resting = sharesUnder(state, data.agreement).filter((share) => {
    const { effective: on, shares } = share.data as unknown as RiskShareText;
    const under = agreementsOn(state.agreements, on, share.revision).find(
      ({ agreement }) => agreement === data.agreement,
    )!;
    const borne = shares.filter(({ amount }) => amount !== '0.00').map(({ partner }) => partner);
    const inheritance = { area: opened(state).area, successions: successionsOn(register.successions, on, Infinity) };
    const accepted = under.accepted.filter((each) => each.revision !== revision);
    return notBoundBy({ ...under, accepted }, borne, inheritance).length > notBoundBy(under, borne, inheritance).length;
  });
  return resting.length === 0
    ? undefined
    : refuse(
        'others_rest_on_it',
        `By this acceptance the facts at revision ${resting.map((each) => each.revision).join(', ')} share a variance.`,
      );
}

/** What is looked at of a share that was signed. */
interface RiskShareText {
  readonly effective: Day;
  readonly shares: readonly { readonly partner: string; readonly amount: string }[];
}

const sent = {
  effective: EffectiveDay.meta({ description: 'The day from which the terms bind the party.' }),
  agreement: AgreementName,
  partner: actingBody(Partner),
};

export const ACCEPTANCE_FACTS: readonly Fact<FundState>[] = [
  completedFact({
    name: 'AgreementAccepted',
    title: 'Accept the agreement',
    group: 'agreement',
    keptAs: 'acceptance',
    freshSignIn: true,
    about:
      'A party that did not sign the agreement itself accepts its terms as they stand, by its chief finance officer; a variation is accepted anew. It is posted to the fund in which the agreement was signed, also for a day of a later year (SI 2000/617, regulation 8: not proven).',
    input: z.strictObject(sent),
    adds: {
      terms: EventRef.meta({ description: 'Where the terms that it accepts were signed.' }),
    },
    signature: 'none',
    roles: CHIEF,
    effective: 'any-day',
    reversible: true,
    undoneWhole: true,
    restsOn: (data) => itemOfAgreement(data.agreement),
    sides: (data) => ({ acts: [data.partner], signs: [] }),
    complete(data, state: FundState, context) {
      const stands = named(state, data.agreement, data.effective, context);
      if (stands instanceof Refusal) return stands;
      if (!isParty(stands.parties, data.partner, data.effective, context)) {
        return refuse('not_a_party', `${data.partner} is no party to "${data.agreement}".`);
      }
      const inForce = successionsOn(context.register.successions, data.effective, Infinity);
      return notBoundBy(stands, [data.partner], { area: opened(state).area, successions: inForce }).length === 0
        ? refuse('nothing_to_change', `The terms of "${data.agreement}" bind ${data.partner} already.`)
        : { ...data, terms: String(stands.termsRevision) };
    },
    staysWhile: acceptanceStays,
    sentence: (data) =>
      `${data.partner} accepted the terms of the agreement "${data.agreement}" as signed at revision ${data.terms}.`,
  }),
];
