import { z } from 'zod';
import { GROUPINGS } from '../../../projections/dispute-register.js';
import { SignedMoney } from '../../domain/values.js';
import { PartnerName, Stamp } from './query.js';

/** An area’s disputes in numbers, as they are answered: whole, or with what is small withheld. */

export const Repayable = {
  description: 'What the claimant gives back of what was paid meanwhile: beside the claim, never inside it.',
};

const Withheld = ' Null where you may see no cases and it, or a number that it would give away, is fewer than five.';
export const Count = z
  .int()
  .nullable()
  .meta({ description: `How many cases.${Withheld}` });
export const GroupSum = SignedMoney.nullable();
export const WithheldSums = {
  claimed: GroupSum,
  agreed: GroupSum,
  abandoned: GroupSum,
  open: SignedMoney,
  repayable: GroupSum.meta(Repayable),
};

export const DisputesText = z.object({
  area: z.string(),
  ...Stamp,
  cases: Count,
  openCases: Count,
  overdue: Count,
  ...WithheldSums,
  groups: z.array(z.object({ by: z.enum(GROUPINGS), group: z.string(), cases: Count, overdue: Count, open: GroupSum })),
  partners: z.array(
    z.object({
      ...PartnerName,
      claimedBy: GroupSum,
      claimedAgainst: GroupSum,
      settled: GroupSum.meta({ description: 'What it is to be paid under settlements, less what it is to pay.' }),
      refunded: GroupSum.meta({ description: 'What it was paid, less what it paid.' }),
      writtenOff: GroupSum.meta({ description: 'What it wrote off, less what others wrote off of its debts.' }),
    }),
  ),
});

export type DisputesText = z.output<typeof DisputesText>;
