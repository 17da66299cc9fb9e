import type { Rule } from '../rules.js';

/** The rules about bodies that end and those that follow them, for the table of all rules. Source: domain.md 6, 7.10, 11. */

/** Looked at before who may act: nobody acts for what has ended. */
export const ENDED_RULES = {
  partner_ended: {
    status: 409,
    title: 'That body has ended',
    why: 'From the day of its successors on, nothing new is undertaken in a body’s name; what stood before still answers under it (domain.md 6, 11).',
    remedy: 'Name a successor; the detail says who follows.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export const SUCCESSION_RULES = {
  succession_unfit: {
    status: 422,
    title: 'Those bodies cannot follow one another so',
    why: 'A merger has one successor and a split several; every body begins before it ends (domain.md 11).',
    remedy: 'Correct the bodies, the day or the mode.',
  },
  shares_not_one: {
    status: 422,
    title: 'The shares do not sum to one',
    why: 'What a predecessor held is shared out whole, for every area and source that the shares name and for all else (domain.md 6, 7.10).',
    remedy: 'Correct the shares of the predecessor named in the detail.',
  },
  not_held_jointly: {
    status: 422,
    title: 'That case is not held jointly',
    why: 'Only a case of a body that several others followed, in its area, waits for one of them to take it over (domain.md 18).',
    remedy: 'Check the side and the successor; the detail says who followed.',
  },
} as const satisfies Readonly<Record<string, Rule>>;
