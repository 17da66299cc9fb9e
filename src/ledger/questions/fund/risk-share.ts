import { z } from 'zod';
import type { Day } from '../../../domain/calendar.js';
import {
  coveredInWords,
  coveredText,
  GivenTexts,
  givenText,
  RingFenced,
  RiskRule,
  ruleInWords,
  sharedByInWords,
  SharedText,
  sharesText,
} from '../../../domain/fund/agreement/risk-rule.js';
import { testedFacts } from '../../../../projections/fund-facts.js';
import { appliedOn, signedShares, type RiskShareApplied } from '../../../domain/fund/agreement/risk-share.js';
import { riskShares, riskYear, type SchemeShare } from '../../../domain/fund/agreement/risk-year.js';
import { owedTo, ringFencedOn } from '../../../domain/fund/money/ring-fence.js';
import { leftOfRingFenced } from '../../../domain/fund/agreement/schemes.js';
import { descriptionsOn } from '../../../domain/fund/plan/test-inputs.js';
import { moneyText, NO_MONEY, plus, type Pence } from '../../../domain/money.js';
import { sumsPassedOn } from '../../../domain/register/inheritance.js';
import { Refusal } from '../../../domain/rules.js';
import { SignedMoney } from '../../../domain/values.js';
import { fundStream } from '../../catalogue.js';
import type { Ledger } from '../../ledger.js';
import { agreementAt } from './agreement.js';
import { AtTwoDates, nameOf, OfFund, PartnerName, query, Stamp, fundAtDates, type FundAtDates } from '../question.js';

/** What the risk shares of a fund’s agreement cost each partner. */

/** The body that hosted the fund when it was opened. What belongs to it passes to its successors. */
export const hostOf = ({ model }: Pick<FundAtDates, 'model'>): string => model.outline.opened!.host;

/**
 * The day whose rules share the variances of a day. After the year, it is the year’s last day, because the variances
 * are that year’s.
 */
const dayOfRules = ({ on, year }: FundAtDates): Day => (on > year.last ? year.last : on);

const agreementOfYear = (ledger: Ledger, at: FundAtDates) => agreementAt(ledger, at, dayOfRules(at));

type Applied = RiskShareApplied & { readonly revision: number };

/** Each partner’s part of each scheme’s variance at the two dates asked for, and what was signed of it. */
export async function sharesAt(
  ledger: Ledger,
  at: FundAtDates,
): Promise<{ shares: SchemeShare[]; applied: Map<string, Applied>; ringFenced: ReadonlySet<string> }> {
  const stream = fundStream(at.fund);
  const { own } = await ledger.stateOf('fund', stream);
  const known = ledger.model.knownRevision(stream, at.size);
  const applied = appliedOn(own, at.on, known);
  const agreement = agreementOfYear(ledger, at);
  const facts = testedFacts(at.model.facts, known);
  const ringFenced = ringFencedOn(facts, at.on);
  const year = riskYear({
    books: at.recorded,
    described: descriptionsOn(facts, at.on),
    ringFenced,
    host: hostOf(at),
    inheritance: at.inheritance,
    agreement,
    on: dayOfRules(at),
  });
  return {
    shares: riskShares(year, agreement?.terms, signedShares(applied)),
    applied: new Map(applied.map((each) => [each.scheme, each])),
    ringFenced,
  };
}

/**
 * To whom the rest of a ring-fenced source is owed, under the names of the day: the districts, and the body that keeps
 * what remains.
 */
export function ringFencedOwed(at: FundAtDates, source: string, sum: Pence) {
  const { passedDown, kept } = owedTo(sum, source, at.view, hostOf(at));
  return { passedDown, kept: sumsPassedOn(kept, at.inheritance) };
}

const RingFencedText = z
  .array(
    z.object({
      source: z.string(),
      amount: SignedMoney,
      owedTo: z.array(z.object({ ...PartnerName, amount: SignedMoney })),
    }),
  )
  .meta({
    description:
      'What is left of each ring-fenced source: grants with purposes, grants passed down, and what of them was carried in. No rule shares it. It belongs to the districts to which it is owed, and the rest to the holders of the grant.',
  });

const ringFencedText = (
  ledger: Ledger,
  at: FundAtDates,
  ringFenced: ReadonlySet<string>,
): z.input<typeof RingFencedText> =>
  [...leftOfRingFenced(at.view, ringFenced)].map(([source, amount]) => {
    const { passedDown, kept } = ringFencedOwed(at, source, amount);
    const bodies = [...new Set([...passedDown.keys(), ...kept.keys()])].sort();
    return {
      source,
      amount: moneyText(amount),
      owedTo: bodies.map((partner) => ({
        partner,
        name: nameOf(ledger, partner),
        amount: moneyText(plus(passedDown.get(partner) ?? NO_MONEY, kept.get(partner) ?? NO_MONEY)),
      })),
    };
  });

const appliedText = ({ revision, effective, variance, covered, given = [], shares, uncovered }: Applied) => ({
  revision: String(revision),
  effective,
  variance,
  covered,
  given,
  shares,
  uncovered,
});

const NOTHING = moneyText(NO_MONEY);

type Shares = readonly { readonly partner: string; readonly amount: string }[];

/** All names in some lists of shares, in alphabetical order. */
const namesIn = (...all: readonly Shares[]): string[] =>
  [...new Set(all.flatMap((shares) => shares.map(({ partner }) => partner)))].sort();

const shareIn = (shares: Shares, of: string): string => shares.find(({ partner }) => partner === of)?.amount ?? '';

const ShareText = { ...SharedText, given: GivenTexts };

export const riskShare = query({
  name: 'risk-share',
  path: '/funds/{fund}/risk-share',
  about:
    'What the over- or underspend of each scheme costs each partner, on a day as known at an instant: the shares that were signed, and shares by the signed rules of the variance since.',
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
        variance: SignedMoney.meta({
          description:
            'spent by the day − budget of the whole year + the ring-fenced part of it. An overspend is positive.',
        }),
        ringFenced: RingFenced,
        rule: RiskRule.nullable().meta({
          description:
            'The rule in force; null if there is no agreement, or the scheme has ended. Nobody then bears what was not signed.',
        }),
        sharedBy: z.string().nullable().meta({
          description: 'How the rule shares, in words; null if there is no rule.',
        }),
        notBound: z.array(z.string()).meta({
          description:
            'The partners who would bear a share and have neither signed nor accepted the terms. Until they have, the rule shares nothing.',
        }),
        ...ShareText,
        applied: z
          .object({ revision: z.string(), effective: z.string(), variance: SignedMoney, ...ShareText })
          .nullable()
          .meta({
            description:
              'The share that was signed last, under the names of its day. It remains in force, and the rule applies to the variance since.',
          }),
      }),
    ),
    partners: z.array(z.object({ ...PartnerName, amount: SignedMoney })).meta({
      description: 'The total of all schemes for each partner. What it bears is positive.',
    }),
    ringFenced: RingFencedText,
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const { shares, applied, ringFenced } = await sharesAt(ledger, at);
    const sums = new Map<string, Pence>();
    for (const { shares: own } of shares) {
      for (const [partner, amount] of own) sums.set(partner, plus(sums.get(partner) ?? NO_MONEY, amount));
    }
    return {
      fund: at.fund,
      ...at.stamp,
      agreement: agreementOfYear(ledger, at)?.agreement ?? null,
      schemes: shares.map(({ scheme, spending, variance, rule, ...share }) => ({
        scheme,
        budget: moneyText(spending.budget),
        spent: moneyText(spending.spent),
        variance: moneyText(variance),
        ringFenced: moneyText(spending.ringFenced),
        rule: rule ?? null,
        sharedBy: rule ? sharedByInWords(rule) : null,
        notBound: [...share.notBound],
        covered: coveredText(share.covered),
        given: givenText(share.given),
        shares: sharesText(share.shares),
        uncovered: moneyText(share.uncovered),
        applied: applied.has(scheme) ? appliedText(applied.get(scheme)!) : null,
      })),
      partners: [...sums.keys()].sort().map((partner) => ({
        partner,
        name: nameOf(ledger, partner),
        amount: moneyText(sums.get(partner)!),
      })),
      ringFenced: ringFencedText(ledger, at, ringFenced),
    };
  },
  sums: 'among',
  table: ({ agreement, schemes, partners, ringFenced: fenced }) => ({
    columns: ['scheme', 'budget', 'spent', 'variance', 'what', 'amount', 'applied'],
    rows: [
      ...schemes.flatMap(
        ({
          scheme,
          budget,
          spent,
          variance,
          ringFenced,
          rule,
          notBound,
          covered,
          given,
          shares,
          uncovered,
          applied,
        }) => [
          [
            scheme,
            budget,
            spent,
            variance,
            rule === null ? `no ${agreement === null ? 'agreement' : 'rule'} in force` : ruleInWords(rule),
            '',
            '',
          ],
          ...(ringFenced === NOTHING ? [] : [[scheme, '', '', '', 'ring-fenced, not shared', ringFenced, '']]),
          ...notBound.map((partner) => [scheme, '', '', '', `not accepted yet by ${partner}`, '', '']),
          ...covered.map((each) => [scheme, '', '', '', coveredInWords(each), each.amount, '']),
          ...given.map((each) => [scheme, '', '', '', `given to "${each.to}"`, each.amount, '']),
          ...namesIn(shares, applied?.shares ?? []).map((partner) => [
            scheme,
            '',
            '',
            '',
            partner,
            shareIn(shares, partner),
            shareIn(applied?.shares ?? [], partner),
          ]),
          [
            scheme,
            '',
            '',
            '',
            uncovered.startsWith('-') ? 'stays in the pool' : 'borne by nobody',
            uncovered,
            applied?.uncovered ?? '',
          ],
        ],
      ),
      ...partners.map(({ name, amount }) => ['Total', '', '', '', name, amount, '']),
      ...fenced.flatMap(({ source, owedTo: bodies }) =>
        bodies.map(({ name, amount }) => [`Ring-fenced, ${source}`, '', '', '', `owed to ${name}`, amount, '']),
      ),
    ],
  }),
});
