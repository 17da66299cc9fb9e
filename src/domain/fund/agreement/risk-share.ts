import { z } from 'zod';
import { dayInWords, LAST_DAY, type Day } from '../../calendar.js';
import { recast, type Context, type Fact } from '../../grammar/fact.js';
import { largest, moneyText, NO_MONEY, pence, signedPence, total, type Pence } from '../../money.js';
import { successionsOn } from '../../grammar/succession.js';
import { MANAGE } from '../../roles.js';
import { inForce } from '../../grammar/rule-versions.js';
import { refuse, Refusal } from '../../rules.js';
import { EffectiveDay, SignedMoney } from '../../values.js';
import { refuseUnbound } from '../money/acceptance.js';
import {
  agreementInForce,
  agreementOn,
  fundNameOf,
  itemOfAgreement,
  lastDayOfScheme,
  sidesOf,
  type Agreement,
} from './agreement.js';
import { booksOn } from '../books.js';
import {
  amountsOf,
  coveredInWords,
  coveredText,
  givenInWords,
  GivenTexts,
  givenText,
  RingFenced,
  ringFencedInWords,
  RiskRule,
  ruleInWords,
  SharedText,
  sharesText,
  uncoveredInWords,
} from './risk-rule.js';
import { riskShares, riskYear, type SchemeShare, type SignedShare } from './risk-year.js';
import { ringFencedOn } from '../money/ring-fence.js';
import { inForce as factsInForce } from '../../grammar/remembered.js';
import { opened, type FundState } from '../state.js';
import { descriptionsOn } from '../plan/test-inputs.js';
import { AgreementName, Note, SchemeName, SignedIn } from '../../grammar/fields.js';

/** The risk share of a scheme as it was applied: the variance and each partner’s share, signed by both sides. */

const input = {
  effective: EffectiveDay.meta({ description: 'The day as at which the variance is shared, inclusive.' }),
  scheme: SchemeName,
  note: Note.optional(),
};

const Applied = z.strictObject({
  ...input,
  agreement: AgreementName,
  signedIn: SignedIn.optional().meta({
    description: 'The fund in which the agreement was signed, where it is another.',
  }),
  rule: RiskRule.meta({ description: 'The signed rule by which it was shared.' }),
  budget: SignedMoney,
  spent: SignedMoney,
  variance: SignedMoney,
  ...SharedText,
  given: GivenTexts.optional(),
  ringFenced: RingFenced.optional(),
});

export type RiskShareApplied = z.output<typeof Applied>;

/** The risk share that stands applied to each scheme on a day, inclusive, as known at a revision: the last of each. */
export function appliedOn(
  { riskShares }: Pick<FundState, 'riskShares'>,
  on: Day,
  upTo?: number,
): (RiskShareApplied & { readonly revision: number })[] {
  const last = factsInForce(riskShares, { on, upTo }).map(
    ({ revision, data }) => [data['scheme'], { revision, ...(data as unknown as RiskShareApplied) }] as const,
  );
  return [...new Map(last).values()];
}

/** What was signed of each scheme, as the formula reads it. */
export const signedShares = (applied: readonly RiskShareApplied[]): Map<string, SignedShare> =>
  new Map(
    applied.map(({ scheme, rule, variance, spent, covered, given = [], shares, uncovered }) => [
      scheme,
      {
        rule,
        variance: signedPence(variance),
        spent: signedPence(spent),
        covered: amountsOf(covered),
        given: amountsOf(given),
        shares: new Map(amountsOf(shares).map(({ partner, amount }) => [partner, amount])),
        uncovered: signedPence(uncovered),
      },
    ]),
  );

/**
 * A share as at a later day was computed from what was left after this one, so shares of a scheme must be made in the
 * order of their days.
 */
function sharedLater(state: FundState, scheme: string, day: Day): Refusal | undefined {
  const later = appliedOn(state, LAST_DAY).find((each) => each.scheme === scheme && each.effective > day);
  return later
    ? refuse(
        'later_change_stands',
        `Revision ${later.revision} shares the variance of "${scheme}" as at ${dayInWords(later.effective)}.`,
      )
    : undefined;
}

/** What the variance of a scheme comes to on a day, inclusive, by the agreement and all that is known now. */
function shareOn(
  state: FundState,
  scheme: string,
  agreement: Agreement,
  effective: Day,
  context: Context,
): SchemeShare | undefined {
  const { register } = context;
  const { host, area } = opened(state);
  const year = riskYear({
    books: booksOn(state.books, effective),
    described: descriptionsOn(state.tested.facts, effective),
    ringFenced: inForce('ring_fenced', context) ? ringFencedOn(state.tested.facts, effective) : new Set(),
    host,
    inheritance: { area, successions: successionsOn(register.successions, effective, Infinity) },
    agreement,
    on: effective,
  });
  const signed = signedShares(appliedOn(state, effective));
  return riskShares(year, agreement.terms, signed, scheme).find((each) => each.scheme === scheme);
}

/** Whether a sum is neither shared, covered nor given away: then there is nothing to sign. */
const isNothing = ({ variance, covered, given = [], shares }: RiskShareApplied): boolean =>
  variance === '0.00' && covered.length + given.length === 0 && shares.every(({ amount }) => amount === '0.00');

/**
 * The sum that an officer’s limit is compared with: the variance, or the total of all shares and draws, each without
 * its sign, whichever is larger.
 */
const sumSigned = ({ variance, covered, shares }: RiskShareApplied): Pence =>
  largest(sizeOf(variance), total([...covered, ...shares].map(({ amount }) => sizeOf(amount))));

const sizeOf = (amount: string): Pence => pence(amount.replace('-', ''));

const varianceInWords = (variance: string): string => {
  if (variance === '0.00') return `variance of ${variance}`;
  return variance.startsWith('-') ? `underspend of ${variance.slice(1)}` : `overspend of ${variance}`;
};

export const RISK_SHARE_FACTS: readonly Fact<FundState>[] = [
  recast({
    name: 'RiskShareApplied',
    title: 'Share a variance',
    group: 'year-end',
    keptAs: 'risk-share',
    about:
      'Shares the variance of a scheme by the signed rule; the decision works out variance and shares, and both sides sign them. What was signed of the scheme before stands, and the rule is for the variance since. What is left of ring-fenced money is no part of it. It moves no balance: what a partner pays for it is agreed as a contribution of its own.',
    input: z.strictObject(input),
    stored: Applied,
    signature: 'other-side',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    undoneWhole: true,
    level: 'states',
    restsOn: (data) => `risk-share/${data.scheme}`,
    needs: (data) => (data.signedIn === undefined ? itemOfAgreement(data.agreement) : undefined),
    sides: (data, state: FundState, context) =>
      sidesOf(
        agreementOn(state, data.effective, context)?.parties ?? [],
        opened(state),
        data.effective,
        context.register,
      ),
    subject: (data) => data.scheme,
    amount: sumSigned,
    complete(data, state: FundState, context) {
      const agreement = agreementInForce(state, data.effective, context);
      if (agreement instanceof Refusal) return agreement;
      const share = shareOn(state, data.scheme, agreement, data.effective, context);
      if (!share) {
        return refuse(
          'reference_unknown',
          `Nothing is planned, spent or committed on a scheme "${data.scheme}" by ${dayInWords(data.effective)}.`,
        );
      }
      const late = sharedLater(state, data.scheme, data.effective);
      if (late) return late;
      const unbound = refuseUnbound(agreement, share.notBound);
      if (unbound) return unbound;
      const { spending, variance, rule, covered, given, shares, uncovered } = share;
      if (!rule) {
        const last = dayInWords(lastDayOfScheme(agreement, data.scheme));
        return refuse(
          'agreement_missing',
          `The scheme "${data.scheme}" ended on ${last}, and its rule in "${agreement.agreement}" with it: share its variance as at that day.`,
        );
      }
      return {
        ...data,
        agreement: agreement.agreement,
        ...(agreement.fund !== fundNameOf(opened(state)) && { signedIn: agreement.fund }),
        rule,
        budget: moneyText(spending.budget),
        spent: moneyText(spending.spent),
        variance: moneyText(variance),
        covered: coveredText(covered),
        ...(given.length > 0 && { given: givenText(given) }),
        ...(spending.ringFenced !== NO_MONEY && { ringFenced: moneyText(spending.ringFenced) }),
        shares: sharesText(shares),
        uncovered: moneyText(uncovered),
      };
    },
    check: (data) =>
      isNothing(data)
        ? refuse('nothing_to_change', `"${data.scheme}" has spent its budget and no more; there is nothing to share.`)
        : undefined,
    sentence: (data) =>
      `The ${varianceInWords(data.variance)} on "${data.scheme}" was shared ${ruleInWords(data.rule)}: ` +
      [
        ...data.covered.map(coveredInWords),
        ...(data.given ?? []).map(givenInWords),
        ...data.shares.map(({ partner, amount }) => `${partner} ${amount}`),
        ...uncoveredInWords(data.uncovered),
        ...ringFencedInWords(data.ringFenced),
      ].join(', ') +
      '.',
  }),
];
