import { z } from 'zod';
import { GROUPINGS } from '../../../../projections/dispute-register.js';
import { ClaimCount, ClaimCountSeen, ClaimSum, claimSum, claimSumSeen, Disclosure } from './claims-text.js';
import { PartnerName, Stamp } from '../question.js';

/** An area’s disputes in numbers, as they are answered: exactly, or as they are told to those who see no cases. */

export const Repayable = {
  description: 'What the claimant gives back of what was paid meanwhile: beside the claim, never inside it.',
};

export const DisputesText = z.object({
  area: z.string(),
  ...Stamp,
  ...Disclosure,
  cases: ClaimCount,
  openCases: ClaimCount,
  overdue: ClaimCount,
  claimed: ClaimSum,
  agreed: ClaimSum,
  abandoned: ClaimSum,
  open: ClaimSum,
  repayable: claimSum(Repayable.description),
  groups: z
    .array(
      z.object({
        by: z.enum(GROUPINGS),
        group: z.string(),
        cases: ClaimCount,
        overdue: ClaimCountSeen,
        open: claimSumSeen(),
      }),
    )
    .meta({ description: 'Where you may see no cases, rows of five cases or more, without sums.' }),
  partners: z.array(
    z.object({
      ...PartnerName,
      claimedBy: ClaimSum,
      claimedAgainst: ClaimSum,
      settled: claimSumSeen('What it is to be paid under settlements, less what it is to pay.'),
      refunded: claimSumSeen('What it was paid, less what it paid.'),
      writtenOff: claimSumSeen('What it wrote off, less what others wrote off of its debts.'),
    }),
  ),
});

export type DisputesText = z.output<typeof DisputesText>;
