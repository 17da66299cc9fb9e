import { z } from 'zod';
import { SignedMoney } from '../../../domain/values.js';

/**
 * The types of figures that rest on claims. Whoever sees cases reads them to the penny; others read what is told at
 * releases. A figure of claims has one of these types, so that a test can hold every question to it.
 */
const CLAIM_FIGURES = new WeakSet<z.ZodType>();

export const isClaimFigure = (type: z.ZodType): boolean => CLAIM_FIGURES.has(type);

function ofClaims<Type extends z.ZodType>(type: Type): Type {
  CLAIM_FIGURES.add(type);
  return type;
}

/** The words of money, which a type made of it keeps. */
const MONEY = SignedMoney.description!;

/** A sum of claims; to the nearest £1,000 for those who see no cases. */
export const claimSum = (description: string = MONEY) => ofClaims(SignedMoney.describe(description));

/** The same, where its name says what it is; also of a sum in which claims stand with something else. */
export const ClaimSum = claimSum();

/** A sum of claims that only those who see cases are told: null for all others. */
export const claimSumSeen = (description: string = MONEY) => ofClaims(SignedMoney.nullable().meta({ description }));

/** A number of cases; to the nearest five for those who see none. */
export const ClaimCount = ofClaims(
  z.int().meta({ description: 'How many cases; to the nearest five where you may see none.' }),
);

/** A number of cases that only those who see them are told. */
export const ClaimCountSeen = ofClaims(
  z.int().nullable().meta({ description: 'How many cases. Null where you may see none.' }),
);

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
