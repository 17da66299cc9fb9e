import { rule } from '../grammar/rule.js';

/**
 * The rules about bodies that end and those that follow them, for the table of all rules.
 * Source: docs/sources.md, Acts and corrections; Reorganisation.
 */

/** Looked at before who may act: nobody acts for what has ended. */
export const ENDED_RULES = {
  partner_ended: rule(
    409,
    'That body has ended',
    'From the day of its successors on, nothing new is undertaken in a body’s name; what stood before still answers under it.',
    'Name a successor; the detail says who follows.',
  ),
} as const;

/** Rules on what is published and recorded here. */
export const PUBLISHED_RULES = {
  holiday_unfit: rule(
    422,
    'That day cannot be proclaimed so',
    'A bank holiday is a working day until it is proclaimed; what it takes the place of is one.',
    'Check both days; the bank holidays of a year can be asked for.',
  ),
} as const;

export const SUCCESSION_RULES = {
  succession_unfit: rule(
    422,
    'Those bodies cannot follow one another so',
    'A merger has one successor and a split several; every body begins before it ends.',
    'Correct the bodies, the day or the mode.',
  ),
  one_predecessor: rule(
    422,
    'A succession ends one body',
    'Each body that ends signs for itself, and a proposal takes one signature beside its own.',
    'Record one for each body that ends, with its own shares.',
  ),
  nobody_to_sign: rule(
    409,
    'There is nobody who could sign for the body that ends',
    'An officer of the body signs while it has officers, to its last day; else a body of the sector that the keeper of the ledger is not of.',
    'Give the body officers, where two of its own can; or register a body of the other sector that is in the pool, with its own officers.',
  ),
  keeper_alone: rule(
    403,
    'Both who sign are officers of the keeper',
    'A body ends, or has its end taken back, by a signature beside the keeper’s; an officer of the keeper does not give it for another body.',
    'Ask an officer of the other body who has no mandate of the keeper.',
  ),
  shares_not_one: rule(
    422,
    'The shares do not sum to one',
    'What a predecessor held is shared out whole, for every area and source that the shares name and for all else.',
    'Correct the shares of the predecessor named in the detail.',
  ),
  not_held_jointly: rule(
    422,
    'That case is not held jointly',
    'Only a case of a body that several others followed, in its area, waits for one of them to take it over.',
    'Check the side and the successor; the detail says who followed.',
  ),
} as const;
