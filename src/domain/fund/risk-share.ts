import { z } from 'zod';
import { dayInWords, LAST_DAY, type Day } from '../calendar.js';
import { completedFact, type Fact } from '../facts.js';
import { moneyText } from '../money.js';
import { refuse, Refusal } from '../rules.js';
import { EffectiveDay, Name, SignedMoney, words } from '../values.js';
import { ruleOf } from './agreement-terms.js';
import { allBound } from './acceptance.js';
import { agreementInForce, agreementOn, itemOfAgreement, sidesOf } from './agreement.js';
import {
  bearersOf,
  coveredInWords,
  coveredOf,
  RiskRule,
  ruleInWords,
  shareByTerms,
  SharedText,
  sharedText,
  type Covered,
} from './risk-rule.js';
import { booksOn } from './books.js';
import { recurrentBy, riskInputs, spendingByScheme, varianceOf } from './schemes.js';
import { standingFact, standingFacts } from './standing-facts.js';
import { opened, type FundState } from './state.js';
import { descriptionsOn } from './tested.js';

/** The risk share of a scheme as it was applied: the variance and each partner’s share, signed by both sides. */

const input = {
  effective: EffectiveDay.meta({ description: 'The day as at which the variance is shared, inclusive.' }),
  scheme: Name,
  note: words(500).optional(),
};

const Applied = z.strictObject({
  ...input,
  agreement: Name,
  rule: RiskRule,
  budget: SignedMoney,
  spent: SignedMoney,
  variance: SignedMoney,
  ...SharedText,
});

export type RiskShareApplied = z.output<typeof Applied>;

/** The risk share that stands applied to each scheme on a day, inclusive, as known at a revision: the last of each. */
export function appliedOn(
  { riskShares, reversed }: Pick<FundState, 'riskShares' | 'reversed'>,
  on: Day,
  upTo?: number,
): (RiskShareApplied & { readonly revision: number })[] {
  const last = standingFacts(riskShares, reversed, on, upTo).map(
    ({ revision, data }) => [data['scheme'], { revision, ...(data as unknown as RiskShareApplied) }] as const,
  );
  return [...new Map(last).values()];
}

export const drawnBy = (applied: readonly Pick<RiskShareApplied, 'covered'>[]): Covered[] =>
  applied.flatMap(({ covered }) => coveredOf(covered));

/** What was shared as at a later day stands on what was left after this one: shares of a scheme come in their order. */
function sharedLater(state: FundState, scheme: string, day: Day): Refusal | undefined {
  const later = appliedOn(state, LAST_DAY).find((each) => each.scheme === scheme && each.effective > day);
  return later
    ? refuse(
        'later_change_stands',
        `Revision ${later.revision} shares the variance of "${scheme}" as at ${dayInWords(later.effective)}.`,
      )
    : undefined;
}

export const RISK_SHARE_FACTS: readonly Fact<FundState>[] = [
  completedFact({
    name: 'RiskShareApplied',
    about:
      'Shares the variance of a scheme by the signed rule; the decision works out variance and shares, and both sides sign them. It moves no balance: what a partner pays for it is agreed as a contribution of its own (domain.md 5, 6, 7.6).',
    input: z.strictObject(input),
    stored: Applied,
    signature: 'other-side',
    roles: ['finance-officer', 'chief-finance-officer', 'pool-manager'],
    effective: 'in-year',
    reversible: true,
    undoneWhole: true,
    level: 'states',
    restsOn: (data) => itemOfAgreement(data.agreement),
    sides: (data, state: FundState, { register }) =>
      sidesOf(agreementOn(state, data.effective)?.parties ?? [], opened(state), data.effective, register),
    subject: (data) => data.scheme,
    complete(data, state: FundState, { register }) {
      const agreement = agreementInForce(state, data.effective);
      if (agreement instanceof Refusal) return agreement;
      const books = booksOn(state.books, data.effective);
      const schemes = spendingByScheme(books, descriptionsOn(state.tested.facts, data.effective));
      const spending = schemes.get(data.scheme);
      if (!spending) return refuse('reference_unknown', `No plan line of this fund is of the scheme "${data.scheme}".`);
      const late = sharedLater(state, data.scheme, data.effective);
      if (late) return late;
      const { terms } = agreement;
      const rule = ruleOf(terms, data.scheme);
      const variance = varianceOf(spending);
      const year = { host: opened(state).host, recurrent: recurrentBy(books), schemes };
      const others = appliedOn(state, data.effective).filter(({ scheme }) => scheme !== data.scheme);
      const inputs = riskInputs(year, spending.spent, drawnBy(others));
      const shared = shareByTerms(rule, terms.underspend, variance, inputs);
      const unbound = allBound(state, agreement, bearersOf(shared), data.effective, register);
      if (unbound) return unbound;
      return {
        ...data,
        agreement: agreement.agreement,
        rule,
        budget: moneyText(spending.budget),
        spent: moneyText(spending.spent),
        variance: moneyText(variance),
        ...sharedText(shared),
      };
    },
    check: (data) =>
      data.variance === '0.00'
        ? refuse('nothing_to_change', `"${data.scheme}" has spent its budget and no more; there is nothing to share.`)
        : undefined,
    postings: () => [],
    evolve: (state, _data, event) => void state.riskShares.push(standingFact(event)),
    sentence: (data) =>
      `The ${data.variance.startsWith('-') ? 'underspend' : 'overspend'} of ${data.variance.replace('-', '')} on "${data.scheme}" was shared ${ruleInWords(data.rule)}: ` +
      [
        ...data.covered.map(coveredInWords),
        ...data.shares.map(({ partner, amount }) => `${partner} ${amount}`),
        ...(data.uncovered === '0.00' ? [] : [`${data.uncovered} stays in the pool`]),
      ].join(', ') +
      '.',
  }),
];
