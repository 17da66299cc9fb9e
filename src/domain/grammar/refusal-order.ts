/**
 * The order in which the rules are applied to an act, as steps in words. The first refusal found is the answer. Within
 * a step no order is promised. A test breaks each pair of neighbouring steps in one act and expects the refusal of the
 * first.
 */

/** A fact that is posted or proposed. */
export const POSTING_ORDER = [
  'that the fund, the disputes or the ledger is open',
  'that the bodies that it names have not ended, and that the fact that it takes back is there',
  'that the officer may do it: their mandate, partner, role and limit',
  'its days: what has happened is not to come, the day is in the fund’s year, and its period is open',
  'whether it is posted or proposed, by the signature that it needs',
  'what the fact itself says, and what it leaves on every later day',
  'the minimum tests',
  'the terms of the offer: its last day, and who can sign it',
] as const;

/** A proposal that is signed. */
export const SIGNING_ORDER = [
  'that the proposal is open',
  'that the officer may sign it: their mandate, partner, role and limit, and that they are another than who proposed it',
  'that it can still be signed on the day',
  'its days, as when it was proposed',
  'that what it rests on has not moved',
  'what the fact itself says, what it leaves on every later day, and the minimum tests',
] as const;
