import { z } from 'zod';
import { inForce } from '../../../projections/fund-facts.js';
import { riskShares, type AgreedTerms, type SchemeShare } from '../../../projections/risk-shares.js';
import { LAST_DAY, type Day } from '../../domain/calendar.js';
import { notBoundBy } from '../../domain/fund/acceptance.js';
import { AgreementTerms, SchemeTerms } from '../../domain/fund/agreement-terms.js';
import { agreementOn, agreementsOn, noticeDue, type Agreement } from '../../domain/fund/agreement.js';
import { coveredInWords, RiskRule, ruleInWords, sharedText, SharedText } from '../../domain/fund/risk-rule.js';
import { appliedOn, drawnBy, type RiskShareApplied } from '../../domain/fund/risk-share.js';
import { recurrentBy, spendingByScheme } from '../../domain/fund/schemes.js';
import { descriptionsOn, factsKnown } from '../../domain/fund/tested.js';
import { heirsOf } from '../../domain/register/succession.js';
import { moneyText, NO_MONEY, plus, type Pence } from '../../domain/money.js';
import { Refusal } from '../../domain/rules.js';
import { SignedMoney } from '../../domain/values.js';
import { fundStream } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { AtTwoDates, nameOf, OfFund, PartnerName, query, Stamp, standing, type Standing } from './query.js';

/** The section 75 agreement, what was withdrawn within its notice, and what its risk share costs each partner. */

const fundState = async (ledger: Ledger, fund: string) => (await ledger.folded('fund', fundStream(fund))).own;
const knownRevision = (ledger: Ledger, { fund, size }: Pick<Standing, 'fund' | 'size'>): number =>
  ledger.model.knownRevision(fundStream(fund), size);

/** The agreement in force at the two dates that were asked for. */
export const agreementAt = async (ledger: Ledger, at: Standing): Promise<Agreement | undefined> =>
  agreementOn(await fundState(ledger, at.fund), at.on, knownRevision(ledger, at));

/** The terms as they are answered: days are text. */
const TermsText = z.object({
  ...AgreementTerms.shape,
  from: z.string(),
  to: z.string(),
  riskShares: z.array(z.object({ ...SchemeTerms.shape, until: z.string().optional() })),
});

const AgreementText = z.object({
  agreement: z.string(),
  revision: z.string().meta({ description: 'Where it was signed.' }),
  effective: z.string(),
  parties: z.array(z.string()),
  signers: z.array(z.string()).meta({ description: 'The two partners whose officers signed the terms that stand.' }),
  accepted: z.array(z.object({ partner: z.string(), revision: z.string() })),
  notBound: z.array(z.string()).meta({
    description: 'The parties that have neither signed nor accepted these terms: no share of a variance falls to them.',
  }),
  inForce: z.boolean(),
  ends: z.string().meta({ description: 'Its last day, inclusive, by what is known: of its term, or as terminated.' }),
  terms: TermsText,
  variations: z.array(z.object({ revision: z.string(), effective: z.string(), clause: z.string() })),
  notices: z.array(
    z.object({
      revision: z.string(),
      given: z.string(),
      partner: z.string(),
      schemes: z.array(z.string()),
      earliest: z.string(),
      reason: z.string(),
    }),
  ),
  ended: z.array(z.object({ revision: z.string(), lastDay: z.string(), schemes: z.array(z.string()) })),
});

export const agreement = query({
  name: 'agreement',
  path: '/funds/{fund}/agreement',
  about: 'The section 75 agreements of a fund: the terms that stand on a day, variations, notice, and the last day.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({ fund: z.string(), ...Stamp, agreements: z.array(AgreementText) }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const { agreements, reversed } = await fundState(ledger, at.fund);
    const of = (on: Day) => agreementsOn(agreements, reversed, on, knownRevision(ledger, at));
    const ends = new Map(of(LAST_DAY).map((each) => [each.agreement, each.lastDay]));
    return {
      fund: at.fund,
      ...at.stamp,
      agreements: of(at.on).map((each) => ({
        agreement: each.agreement,
        revision: String(each.signedRevision),
        effective: each.effective,
        parties: [...each.parties],
        signers: [...each.signers],
        accepted: each.accepted.map((one) => ({ partner: one.partner, revision: String(one.revision) })),
        notBound: notBoundBy(each, each.parties, at.area, at.inheritance.successions),
        inForce: at.on <= each.lastDay,
        ends: ends.get(each.agreement)!,
        terms: each.terms,
        variations: each.variations.map((one) => ({ ...one, revision: String(one.revision) })),
        notices: each.notices.map((one) => ({ ...one, revision: String(one.revision), schemes: [...one.schemes] })),
        ended: each.ended.map((one) => ({ ...one, revision: String(one.revision), schemes: [...one.schemes] })),
      })),
    };
  },
  table: ({ agreements }) => ({
    columns: ['agreement', 'term', 'value'],
    rows: agreements.flatMap(
      ({ agreement: name, terms, inForce: stands, ends, parties, notBound, variations, notices }) =>
        [
          ['reference', terms.reference],
          ['parties', parties.join(', ')],
          ['not accepted yet by', notBound.join(', ')],
          ['in force', stands ? 'yes' : 'no'],
          ['from', terms.from],
          ['ends', ends],
          ['months of notice', String(terms.noticeMonths)],
          ['months of notice for a scheme', String(terms.schemeNoticeMonths ?? terms.noticeMonths)],
          ['contributions', terms.contributionBasis],
          ['VAT', terms.vatRegime],
          ['underspend', terms.underspend.kind],
          ...terms.riskShares.map((each) => [`risk share of ${each.scheme}`, ruleInWords(each.rule)]),
          ['risk share of other schemes', ruleInWords(terms.defaultRule)],
          ['dispute protocol', terms.disputeProtocol ?? ''],
          ...variations.map((each) => [`varied from ${each.effective}`, each.clause]),
          ...notices.map((each) => [
            `notice given ${each.given} by ${each.partner}`,
            `${each.earliest} at the earliest`,
          ]),
        ].map(([term = '', value = '']) => [name, term, value]),
    ),
  }),
});

const WithdrawalText = z.object({
  revision: z.string(),
  recordedAt: z.string(),
  effective: z.string(),
  ...PartnerName,
  source: z.string(),
  amount: SignedMoney,
  of: z.enum(['agreed', 'offered']),
  noticeGiven: z.string(),
  noticeMonths: z.int().nullable().meta({
    description: 'The months of notice that the agreement in force asked for; null where it asked for none.',
  }),
  noticeDue: z.string().nullable().meta({ description: 'The first day on which that notice would have run out.' }),
  withinNotice: z.boolean().meta({ description: 'Whether the payment was withdrawn before its notice had run out.' }),
  reason: z.string(),
});

interface Withdrawal {
  readonly effective: Day;
  readonly payer: string;
  readonly source: string;
  readonly amount: string;
  readonly of: { readonly contribution?: string };
  readonly noticeGiven: Day;
  readonly noticeMonths?: number;
  readonly withinNotice?: true;
  readonly reason: string;
}

export const withdrawals = query({
  name: 'withdrawals',
  path: '/funds/{fund}/withdrawals',
  about:
    'Every discretionary payment withdrawn: the notice given, the notice due under the agreement, and whether it was kept.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({ fund: z.string(), ...Stamp, withdrawals: z.array(WithdrawalText), withinNotice: z.int() }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const found = inForce(at.model.facts, 'DiscretionaryPaymentWithdrawn', at.on, at.size).map((kept) => {
      const data = kept.data as unknown as Withdrawal;
      const { noticeMonths, noticeGiven } = data;
      return {
        revision: String(kept.revision),
        recordedAt: kept.recordedAt,
        effective: data.effective,
        partner: data.payer,
        name: nameOf(ledger, data.payer),
        source: data.source,
        amount: data.amount,
        of: data.of.contribution === undefined ? ('offered' as const) : ('agreed' as const),
        noticeGiven,
        noticeMonths: noticeMonths ?? null,
        noticeDue: noticeMonths === undefined ? null : noticeDue(noticeGiven, noticeMonths),
        withinNotice: data.withinNotice ?? false,
        reason: data.reason,
      };
    });
    return {
      fund: at.fund,
      ...at.stamp,
      withdrawals: found,
      withinNotice: found.filter((each) => each.withinNotice).length,
    };
  },
  table: (answer) => ({
    columns: [
      'revision',
      'effective',
      'partner',
      'source',
      'amount',
      'of',
      'notice given',
      'notice due',
      'within notice',
    ],
    rows: answer.withdrawals.map((each) => [
      each.revision,
      each.effective,
      each.name,
      each.source,
      each.amount,
      each.of,
      each.noticeGiven,
      each.noticeDue ?? '',
      each.withinNotice ? 'yes' : 'no',
    ]),
  }),
});

/** The host of a fund, or who has followed it: of several, the first in the order of their names. */
export const hostNow = (ledger: Ledger, { fund, area, inheritance }: Standing): string =>
  heirsOf(inheritance.successions, ledger.model.fund(fund)!.outline.opened!.host, area)[0]!;

const agreedTerms = (stands: Agreement, { area, inheritance }: Standing): AgreedTerms => ({
  terms: stands.terms,
  notBound: (partners) => notBoundBy(stands, partners, area, inheritance.successions),
});

/** What each scheme's variance comes to for each partner at the two dates that were asked for, and what was signed of it. */
export async function sharesAt(
  ledger: Ledger,
  at: Standing,
): Promise<{ shares: SchemeShare[]; applied: Map<string, Applied> }> {
  const state = await fundState(ledger, at.fund);
  const applied = appliedOn(state, at.on, knownRevision(ledger, at));
  const described = descriptionsOn(factsKnown(state.tested.facts, knownRevision(ledger, at)), at.on);
  const year = {
    host: hostNow(ledger, at),
    recurrent: recurrentBy(at.view),
    schemes: spendingByScheme(at.view, described),
  };
  const drawn = new Map(applied.map((each) => [each.scheme, drawnBy([each])]));
  const stands = agreementOn(state, at.on, knownRevision(ledger, at));
  return {
    shares: riskShares(year, stands && agreedTerms(stands, at), drawn),
    applied: new Map(applied.map((each) => [each.scheme, each])),
  };
}

type Applied = RiskShareApplied & { readonly revision: number };

const appliedText = ({ revision, effective, variance, covered, shares, uncovered }: Applied) => ({
  revision: String(revision),
  effective,
  variance,
  covered,
  shares,
  uncovered,
});

export const riskShare = query({
  name: 'risk-share',
  path: '/funds/{fund}/risk-share',
  about:
    'What the over- or underspend of each scheme costs each partner under the signed rules, on a day, as known at an instant; and what was signed of it.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    agreement: z.string().nullable(),
    schemes: z.array(
      z.object({
        scheme: z.string(),
        budget: SignedMoney,
        spent: SignedMoney,
        variance: SignedMoney.meta({ description: 'spent − budget: an overspend is above nothing.' }),
        rule: RiskRule.nullable(),
        notBound: z.array(z.string()).meta({
          description:
            'The partners to whom a share would fall, and who have neither signed nor accepted the terms: until they have, the rule is not applied.',
        }),
        ...SharedText,
        applied: z
          .object({ revision: z.string(), effective: z.string(), variance: SignedMoney, ...SharedText })
          .nullable(),
      }),
    ),
    partners: z.array(z.object({ ...PartnerName, amount: SignedMoney })).meta({
      description: 'What all schemes come to for each partner: what it bears is above nothing.',
    }),
  }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const { shares, applied } = await sharesAt(ledger, at);
    const sums = new Map<string, Pence>();
    for (const { shared } of shares) {
      for (const [partner, amount] of shared.shares) sums.set(partner, plus(sums.get(partner) ?? NO_MONEY, amount));
    }
    return {
      fund: at.fund,
      ...at.stamp,
      agreement: (await agreementAt(ledger, at))?.agreement ?? null,
      schemes: shares.map(({ scheme, spending, variance, rule, shared, notBound }) => ({
        scheme,
        budget: moneyText(spending.budget),
        spent: moneyText(spending.spent),
        variance: moneyText(variance),
        rule: rule ?? null,
        notBound: [...notBound],
        ...sharedText(shared),
        applied: applied.has(scheme) ? appliedText(applied.get(scheme)!) : null,
      })),
      partners: [...sums.keys()].sort().map((partner) => ({
        partner,
        name: nameOf(ledger, partner),
        amount: moneyText(sums.get(partner)!),
      })),
    };
  },
  table: ({ schemes, partners }) => ({
    columns: ['scheme', 'budget', 'spent', 'variance', 'what', 'amount', 'applied'],
    rows: [
      ...schemes.flatMap(({ scheme, budget, spent, variance, rule, notBound, covered, shares, uncovered, applied }) => [
        [scheme, budget, spent, variance, rule === null ? 'no agreement in force' : ruleInWords(rule), '', ''],
        ...notBound.map((partner) => [scheme, '', '', '', `not accepted yet by ${partner}`, '', '']),
        ...covered.map((each) => [scheme, '', '', '', coveredInWords(each), each.amount, '']),
        ...shares.map(({ partner, amount }) => [
          scheme,
          '',
          '',
          '',
          partner,
          amount,
          applied?.shares.find((each) => each.partner === partner)?.amount ?? '',
        ]),
        [scheme, '', '', '', 'borne by nobody', uncovered, applied?.uncovered ?? ''],
      ]),
      ...partners.map(({ name, amount }) => ['Total', '', '', '', name, amount, '']),
    ],
  }),
});
