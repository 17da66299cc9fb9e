import { z } from 'zod';
import { RiskRule, UnderspendRule } from './risk-rule.js';
import { DisputeProtocolName, FromDay, LastDay, PaperReference, SchemeName } from '../../grammar/fields.js';
import { listed, oneOf } from '../../grammar/asked.js';

/** The terms of a section 75 agreement that the ledger acts on, as data. Source: docs/sources.md, Section 75 terms. */

/**
 * Whether contributions are stated before or after the charges that users pay.
 * Source: docs/sources.md, Section 75 terms.
 */
const CONTRIBUTION_BASES = {
  gross: 'Gross: before the charges that users pay',
  net: 'Net: after the charges that users pay',
} as const;

/**
 * Whose VAT rules the spending follows: those of the body that delivers. Which of them applies is
 * for the partners to agree, and HMRC has asked about it. Source: docs/sources.md, Section 75 terms.
 */
const VAT_REGIMES = [
  { code: 'council-delivers', name: 'A council delivers: full refund under section 33 of the VAT Act 1994' },
  { code: 'nhs-delivers', name: 'An NHS body delivers: the contracted-out-services rules' },
  { code: 'as-who-delivers', name: 'Scheme by scheme, as the body that delivers it' },
] as const;

const Months = z.int().min(0).max(60);

export const SchemeTerms = z.strictObject({
  scheme: SchemeName,
  rule: RiskRule.meta({ title: 'Rule', description: 'How the variance of the scheme is shared.' }),
  until: LastDay.optional().meta({
    description: 'The last day of the scheme, inclusive, where it has its own: no rule shares its variance afterwards.',
  }),
});

export const AgreementTerms = z.strictObject({
  reference: PaperReference,
  from: FromDay.meta({ description: 'The first day of the term.' }),
  to: LastDay.meta({ description: 'The last day of the term, inclusive.' }),
  noticeMonths: Months.meta({
    title: 'Notice',
    description: 'Months of notice for the whole agreement, and to withdraw a payment.',
  }),
  schemeNoticeMonths: Months.optional().meta({
    title: 'Notice for a scheme',
    description: 'Months of notice for a scheme, where they differ.',
  }),
  contributionBasis: oneOf(CONTRIBUTION_BASES).meta({
    title: 'Basis of contributions',
    description: 'Whether partners pay gross, or net of what they receive.',
  }),
  vatRegime: listed(VAT_REGIMES).meta({ title: 'VAT', description: 'Whose VAT rules the spending goes by.' }),
  underspend: UnderspendRule.meta({ title: 'Underspends', description: 'What becomes of an underspend.' }),
  riskShares: z
    .array(SchemeTerms.meta({ title: 'Scheme' }))
    .max(200)
    .refine((all) => new Set(all.map(({ scheme }) => scheme)).size === all.length, {
      error: 'must name each scheme once',
    })
    .meta({
      title: 'Schemes with a rule',
      description: 'The schemes whose variance is shared by a rule of their own.',
    }),
  defaultRule: RiskRule.meta({
    title: 'Rule for the others',
    description: 'How the variance of a scheme with no rule of its own is shared.',
  }),
  disputeProtocol: DisputeProtocolName.optional().meta({
    description: 'The dispute protocol of the area that it goes by.',
  }),
});

export type AgreementTerms = z.output<typeof AgreementTerms>;

/** The rule by which a scheme’s variance is shared. */
export const ruleOf = (terms: AgreementTerms, scheme: string): RiskRule =>
  terms.riskShares.find((each) => each.scheme === scheme)?.rule ?? terms.defaultRule;
