import { z } from 'zod';
import { GROUPINGS } from '../../../../projections/dispute-register.js';
import { ClaimCount, ClaimCountSeen, ClaimSum, claimSum, claimSumSeen, Disclosure } from './claims-text.js';
import { PartnerName, Stamp } from '../question.js';

/** An area’s disputes in numbers as answered: exact, or as of a release for askers who may not see cases. */

export const Repayable = {
  description:
    'What the claimant gives back of the payments made during the dispute. It stands beside the claim and is never part of it.',
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
    .meta({ description: 'If you may not see cases, only rows of five cases or more, without sums.' }),
  partners: z.array(
    z.object({
      ...PartnerName,
      claimedBy: ClaimSum,
      claimedAgainst: ClaimSum,
      settled: claimSumSeen('What it is due to receive under settlements, less what it is due to pay.'),
      refunded: claimSumSeen('What it has received, less what it has paid.'),
      writtenOff: claimSumSeen('What it has written off, less what others have written off of its debts.'),
    }),
  ),
});

export type DisputesText = z.output<typeof DisputesText>;
