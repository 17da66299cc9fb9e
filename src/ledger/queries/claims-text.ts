import { z } from 'zod';
import { SignedMoney } from '../../domain/values.js';

/**
 * The types of figures that rest on claims. Whoever sees cases reads them to the penny; others read what is told at
 * releases. A figure of claims has one of these types, so that a test can hold every question to it.
 */
const CLAIM_FIGURES = z.registry<{ readonly step: 'pounds' | 'cases' | 'exact-beside' }>();

/** The words of money, which a type made of it keeps. */
const MONEY = SignedMoney.description!;

export const isClaimFigure = (type: z.ZodType): boolean => CLAIM_FIGURES.has(type);

/** A sum of claims that says more of itself than its name does. */
export const claimSum = (description: string) =>
  SignedMoney.meta({ description }).register(CLAIM_FIGURES, { step: 'pounds' });

/** A sum of claims; to the nearest £1,000 for those who see no cases. */
export const ClaimSum = SignedMoney.describe(MONEY).register(CLAIM_FIGURES, { step: 'pounds' });

/** A sum of claims that only those who see cases are told: null for all others. */
export const claimSumSeen = (description: string = MONEY) =>
  SignedMoney.nullable().meta({ description }).register(CLAIM_FIGURES, { step: 'pounds' });

/** A sum of claims and of something else, which is exact. */
export const SumWithClaims = SignedMoney.describe(MONEY).register(CLAIM_FIGURES, { step: 'exact-beside' });

/** A number of cases; to the nearest five for those who see no cases. */
export const ClaimCount = z
  .int()
  .meta({ description: 'How many cases; to the nearest five where you may see none.' })
  .register(CLAIM_FIGURES, { step: 'cases' });

export const ClaimCountSeen = z
  .int()
  .nullable()
  .meta({ description: 'How many cases. Null where you may see none.' })
  .register(CLAIM_FIGURES, { step: 'cases' });

/** What an answer says of its claims, where they are not exact. */
export const Disclosure = {
  disclosed: z.literal('rounded').optional().meta({
    description:
      'Left out where claims are exact. “rounded” where you may see no cases of the area: sums of claims are to the nearest £1,000 and counts to the nearest five; each is renewed at a month’s end, once five cases or more of it have changed; what is too fine for that is null.',
  }),
  release: z.string().nullable().optional().meta({
    description:
      'Of rounded claims: the last day of the month as at which they are told, whatever day is asked for; null before the first.',
  }),
};

export type DisclosureText = z.input<z.ZodObject<typeof Disclosure>>;
