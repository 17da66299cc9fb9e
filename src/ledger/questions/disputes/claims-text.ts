import { z } from 'zod';
import { SignedMoney } from '../../../domain/values.js';

/**
 * The types of figures that depend on claims. Askers who see cases get exact sums; others get the figures of releases.
 * Every figure of claims has one of these types, so that a test can check every question.
 */
const CLAIM_FIGURES = new WeakSet<z.ZodType>();

export const isClaimFigure = (type: z.ZodType): boolean => CLAIM_FIGURES.has(type);

function ofClaims<Type extends z.ZodType>(type: Type): Type {
  CLAIM_FIGURES.add(type);
  return type;
}

/** The description of money, which a type made from it keeps. */
const MONEY = SignedMoney.description!;

/** A sum of claims; to the nearest £1,000 for askers who may not see cases. */
export const claimSum = (description: string = MONEY) => ofClaims(SignedMoney.describe(description));

/** The same, for a field whose name explains it. Also for a sum that includes claims. */
export const ClaimSum = claimSum();

/** A sum of claims only for askers who see cases; null for all others. */
export const claimSumSeen = (description: string = MONEY) => ofClaims(SignedMoney.nullable().meta({ description }));

/** A number of cases; to the nearest five for askers who may not see cases. */
export const ClaimCount = ofClaims(
  z.int().meta({ description: 'How many cases; to the nearest five if you may not see cases.' }),
);

/** A number of cases only for askers who see them. */
export const ClaimCountSeen = ofClaims(
  z.int().nullable().meta({ description: 'How many cases. Null if you may not see cases.' }),
);

/** What an answer says about its claims if they are not exact. */
export const Disclosure = {
  disclosed: z.literal('rounded').optional().meta({
    description:
      'Left out if claims are exact. “rounded” if you may not see cases of the area. Sums of claims are then to the nearest £1,000, and counts to the nearest five. Each is updated at the end of a month, once five or more of its cases have changed. Figures too detailed for that are null.',
  }),
  release: z.string().nullable().optional().meta({
    description:
      'For rounded claims: the last day of the month to which they refer, whatever day is asked for; null before the first such month.',
  }),
};

export type DisclosureText = z.input<z.ZodObject<typeof Disclosure>>;
