import { z } from 'zod';
import { agreementFacts, keptInForce } from '../../../../projections/fund-facts.js';
import { LAST_DAY, type Day } from '../../../domain/calendar.js';
import { notBoundBy } from '../../../domain/fund/money/acceptance.js';
import { AgreementTerms, SchemeTerms } from '../../../domain/fund/agreement/agreement-terms.js';
import {
  agreementAmong,
  agreementsOn,
  fundsBefore,
  noticeAsked,
  type FundAgreement,
  type SignedIn,
} from '../../../domain/fund/agreement/agreement.js';
import { ruleInWords } from '../../../domain/fund/agreement/risk-rule.js';
import type { Inheritance } from '../../../domain/register/inheritance.js';
import { heirsOf, lineOf } from '../../../domain/grammar/succession.js';
import { Refusal } from '../../../domain/rules.js';
import { SignedMoney } from '../../../domain/values.js';
import { fundStream } from '../../catalogue.js';
import type { Ledger } from '../../ledger.js';
import {
  AtTwoDates,
  inheritanceAt,
  nameOf,
  OfFund,
  PartnerName,
  query,
  Stamp,
  fundAtDates,
  type FundAtDates,
} from '../question.js';

/** The section 75 agreement of a fund, and payments that were withdrawn within its notice. */

type OfYear = Pick<FundAtDates, 'fund' | 'area' | 'year' | 'size'>;

/** What is known of the agreements of a fund and of the area’s funds of earlier years, the nearest first. */
const signedAt = ({ model }: Ledger, { fund, area, year, size }: OfYear): SignedIn[] =>
  [fund, ...fundsBefore({ area, year })].flatMap((name) => {
    const found = model.fund(name);
    const upTo = model.knownRevision(fundStream(name), size);
    return found ? [{ fund: name, facts: agreementFacts(found.facts, upTo) }] : [];
  });

/**
 * The agreement in force on a day, inclusive, as known at a size of the ledger: signed in the fund, or in that of an
 * earlier year.
 */
export const agreementAt = (ledger: Ledger, at: OfYear, on: Day): FundAgreement | undefined =>
  agreementAmong(signedAt(ledger, at), on);

/** Every agreement signed by a day in this fund, or in one of an earlier year, in the order of the years. */
const agreementsAt = (ledger: Ledger, at: FundAtDates, on: Day): FundAgreement[] =>
  signedAt(ledger, at)
    .reverse()
    .flatMap(({ fund, facts }) => agreementsOn(facts, on).map((each) => ({ ...each, fund })));

/** The terms in an answer. Days are text. */
const TermsText = z.object({
  ...AgreementTerms.shape,
  from: z.string(),
  to: z.string(),
  riskShares: z.array(z.object({ ...SchemeTerms.shape, until: z.string().optional() })),
});

const AgreementText = z.object({
  agreement: z.string(),
  fund: z.string().meta({
    description:
      'The fund in which it was signed: this one, or one of an earlier year. Acts on the agreement are posted there.',
  }),
  revision: z.string().meta({ description: 'The revision at which it was signed.' }),
  effective: z.string(),
  parties: z.array(z.string()).meta({ description: 'The bodies that signed it.' }),
  partiesNow: z.array(z.string()).meta({ description: 'The bodies that stand in their place on the day.' }),
  signers: z.array(z.string()).meta({ description: 'The two partners whose officers signed the terms in force.' }),
  accepted: z.array(z.object({ partner: z.string(), revision: z.string() })),
  notBound: z.array(z.string()).meta({
    description: 'The parties that have neither signed nor accepted these terms. They bear no share of a variance.',
  }),
  inForce: z.boolean(),
  ends: z
    .string()
    .meta({ description: 'Its last day, inclusive, as known: the end of its term, or the day of termination.' }),
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
  about:
    'The section 75 agreements of a fund, with those of earlier years whose term reaches into it: the terms in force on a day, variations, notice, and the last day.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({ fund: z.string(), ...Stamp, agreements: z.array(AgreementText) }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const keyOf = ({ fund, agreement: name }: FundAgreement): string => `${fund} ${name}`;
    const ends = new Map(agreementsAt(ledger, at, LAST_DAY).map((each) => [keyOf(each), each.lastDay]));
    const { successions } = at.inheritance;
    const reachesIn = ({ fund, lastDay }: FundAgreement) => fund === at.fund || lastDay >= at.year.first;
    return {
      fund: at.fund,
      ...at.stamp,
      agreements: agreementsAt(ledger, at, at.on)
        .filter(reachesIn)
        .map((each) => ({
          agreement: each.agreement,
          fund: each.fund,
          revision: String(each.signedRevision),
          effective: each.effective,
          parties: [...each.parties],
          partiesNow: [...new Set(each.parties.flatMap((party) => heirsOf(successions, party, at.area)))],
          signers: [...each.signers],
          accepted: each.accepted.map((one) => ({ partner: one.partner, revision: String(one.revision) })),
          notBound: notBoundBy(each, each.parties, at.inheritance),
          inForce: at.on <= each.lastDay,
          ends: ends.get(keyOf(each))!,
          terms: each.terms,
          variations: each.variations.map((one) => ({ ...one, revision: String(one.revision) })),
          notices: each.notices.map((one) => ({ ...one, revision: String(one.revision), schemes: [...one.schemes] })),
          ended: each.ended.map((one) => ({ ...one, revision: String(one.revision), schemes: [...one.schemes] })),
        })),
    };
  },
  table: ({ agreements }) => ({
    columns: ['agreement', 'term', 'value'],
    rows: agreements.flatMap(({ agreement: name, fund, terms, inForce: stands, ends, variations, notices, ...of }) =>
      [
        ['reference', terms.reference],
        ['signed in', fund],
        ['parties', of.parties.join(', ')],
        ['parties now', of.partiesNow.join(', ')],
        ['not accepted yet by', of.notBound.join(', ')],
        ['in force', stands ? 'yes' : 'no'],
        ['from', terms.from],
        ['ends', ends],
        ['months of notice', String(terms.noticeMonths)],
        ['months of notice for a scheme', String(terms.schemeNoticeMonths ?? terms.noticeMonths)],
        ['contributions', terms.contributionBasis],
        ['VAT', terms.vatRegime],
        ['underspend', terms.underspend.kind],
        ...terms.riskShares.map(({ scheme, rule, until }) => [
          `risk share of ${scheme}`,
          `${ruleInWords(rule)}${until === undefined ? '' : `, until ${until}`}`,
        ]),
        ['risk share of other schemes', ruleInWords(terms.defaultRule)],
        ['dispute protocol', terms.disputeProtocol ?? ''],
        ...variations.map((each) => [`varied from ${each.effective}`, each.clause]),
        ...notices.map((each) => [`notice given ${each.given} by ${each.partner}`, `${each.earliest} at the earliest`]),
        ...of.ended.map((each) => [`ended ${each.lastDay}`, each.schemes.join(', ') || 'the whole agreement']),
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
  noticeGiven: z.string().meta({ description: 'The day on which the payer says that it gave notice.' }),
  notice: z.object({ fund: z.string(), revision: z.string() }).nullable().meta({
    description: 'The payer’s own NoticeGiven of that day; null if there is none.',
  }),
  noticeMonths: z.int().nullable().meta({
    description:
      'The months of notice that the agreement in force on that effective day requires, as known; null if it requires none.',
  }),
  noticeDue: z.string().nullable().meta({ description: 'The first day on which that notice would have run out.' }),
  withinNotice: z.boolean().meta({ description: 'Whether the payment was withdrawn before its notice had run out.' }),
  recorded: z.object({ noticeMonths: z.int().nullable(), withinNotice: z.boolean() }).nullable().meta({
    description:
      'What was recorded about the notice with the withdrawal, if it differs from what is known; otherwise null.',
  }),
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

/** The notice that an agreement required before a withdrawal, as known, and what was recorded with the withdrawal. */
function noticeOf(under: FundAgreement | undefined, data: Withdrawal) {
  const asked = noticeAsked(under, data);
  const now = { noticeMonths: asked?.months ?? null, withinNotice: asked?.within ?? false };
  const recorded = { noticeMonths: data.noticeMonths ?? null, withinNotice: data.withinNotice ?? false };
  const differs = now.noticeMonths !== recorded.noticeMonths || now.withinNotice !== recorded.withinNotice;
  return { ...now, noticeDue: asked?.due ?? null, recorded: differs ? recorded : null };
}

/** The notice given on the day that a withdrawal names, by its payer, or by a predecessor or successor of the payer. */
function noticeBehind(
  under: FundAgreement | undefined,
  { payer, noticeGiven }: Withdrawal,
  { successions, area }: Inheritance,
) {
  const found = under?.notices.find(
    ({ given, partner }) =>
      given === noticeGiven &&
      (lineOf(successions, payer, area).includes(partner) || lineOf(successions, partner, area).includes(payer)),
  );
  return found ? { fund: under!.fund, revision: String(found.revision) } : null;
}

export const withdrawals = query({
  name: 'withdrawals',
  path: '/funds/{fund}/withdrawals',
  about:
    'Every discretionary payment withdrawn: the notice given, and whether it is on record; the notice that the agreement required, as known, and whether it was kept.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({ fund: z.string(), ...Stamp, withdrawals: z.array(WithdrawalText), withinNotice: z.int() }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const found = keptInForce(at.model.facts, 'withdrawal', at).map((kept) => {
      const data = kept.data as unknown as Withdrawal;
      const agreed = data.of.contribution !== undefined;
      // A payment that nobody has signed is under no agreement.
      const under = agreed ? agreementAt(ledger, at, data.effective) : undefined;
      return {
        revision: String(kept.revision),
        recordedAt: kept.recordedAt,
        effective: data.effective,
        partner: data.payer,
        name: nameOf(ledger, data.payer),
        source: data.source,
        amount: data.amount,
        of: agreed ? ('agreed' as const) : ('offered' as const),
        noticeGiven: data.noticeGiven,
        notice: noticeBehind(under, data, inheritanceAt(ledger, at.area, data.effective, at.size)),
        ...noticeOf(under, data),
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
      'on record',
      'notice due',
      'within notice',
      'recorded as',
    ],
    rows: answer.withdrawals.map((each) => [
      each.revision,
      each.effective,
      each.name,
      each.source,
      each.amount,
      each.of,
      each.noticeGiven,
      each.notice ? `revision ${each.notice.revision} of ${each.notice.fund}` : 'no',
      each.noticeDue ?? '',
      each.withinNotice ? 'yes' : 'no',
      each.recorded
        ? `${each.recorded.noticeMonths ?? 'no'} months, ${each.recorded.withinNotice ? 'within' : 'kept'}`
        : '',
    ]),
  }),
});
