import { GROUPINGS } from '../../../projections/dispute-register.js';
import { isSmall, withheld } from '../../../projections/suppression.js';
import type { DisputesText } from './disputes-text.js';

/** Answers for those who may see the totals of an area and no case of it: small counts are null, and so are their sums. */

const WITHHELD = 'withheld';

/** A count as a table shows it, and the sum beside it. */
export const countText = (count: number | null): string => (count === null ? WITHHELD : String(count));
export const sumText = (sum: string | null): string => sum ?? WITHHELD;

/** Which rows are withheld, each breakdown by itself: the rows of one key add up to a number that is known elsewhere. */
export function withheldBy<Row extends { readonly cases?: number | null; readonly count?: number }>(
  rows: readonly Row[],
  key: (row: Row) => unknown,
): Set<Row> {
  const hidden = new Set<Row>();
  for (const each of new Set(rows.map(key))) {
    const together = rows.filter((row) => key(row) === each);
    withheld(together.map(({ cases, count }) => (cases ?? count)!)).forEach((gone, index) => {
      if (gone) hidden.add(together[index]!);
    });
  }
  return hidden;
}

const shown = (count: number | null): number | null => (isSmall(count!) ? null : count);

function groupsWithout({ groups, openCases }: DisputesText) {
  return GROUPINGS.flatMap((by) => {
    const rows = groups.filter((group) => group.by === by);
    // The number of open cases stands above all breakdowns: where it is shown, withholding it in one hides nothing.
    const stays = (group: string) => by === 'status' && group === 'open' && !isSmall(openCases!);
    const free = rows.filter(({ group }) => !stays(group));
    const few = withheld(free.map(({ cases }) => cases!));
    const hidden = rows.map((row) => few[free.indexOf(row)] ?? false);
    const late = withheld(
      rows.map(({ overdue }) => overdue!),
      hidden,
    );
    return rows.map((row, index) => ({
      ...row,
      ...(late[index] && { overdue: null }),
      ...(hidden[index] && { cases: null, open: null }),
    }));
  });
}

/**
 * The register in numbers without small counts and the sums beside them, nor what would give them away: other rows of
 * the breakdown, the number of all cases, or the same sum under the name of a partner.
 */
export function withoutSmallCounts(answer: DisputesText): DisputesText {
  const groups = groupsWithout(answer);
  // Both numbers may be large though the cases that are over, the difference, are fewer than five.
  const over = isSmall(answer.cases! - answer.openCases!);
  const few = isSmall(answer.cases!) || over;
  const openCases = shown(answer.openCases);
  const unless = (gone: boolean, sum: string | null) => (gone && sum !== '0.00' ? null : sum);
  const hides = (side: 'claimant' | 'respondent', partner: string) =>
    (groups.find((each) => each.by === side && each.group === partner)?.open ?? null) === null;
  return {
    ...answer,
    cases: few && (openCases !== null || isSmall(answer.cases!)) ? null : answer.cases,
    openCases,
    overdue: shown(answer.overdue),
    // The sum of all open claims is in the fund's figures too, and is shown; what is claimed less it is what is over.
    claimed: unless(few, answer.claimed),
    agreed: unless(few, answer.agreed),
    abandoned: unless(few, answer.abandoned),
    repayable: unless(few, answer.repayable),
    groups,
    partners: answer.partners.map((each) => ({
      ...each,
      claimedBy: unless(hides('claimant', each.partner), each.claimedBy),
      claimedAgainst: unless(hides('respondent', each.partner), each.claimedAgainst),
      settled: unless(few, each.settled),
      refunded: unless(few, each.refunded),
      writtenOff: unless(few, each.writtenOff),
    })),
  };
}
