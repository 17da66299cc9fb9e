import { dayNumber } from '../src/domain/calendar.js';
import { inside } from '../src/domain/chart.js';
import { bodyAt, outcomesOf } from '../src/domain/dispute/claim.js';
import { termsAt } from '../src/domain/dispute/state.js';
import { minus, NO_MONEY, plus, WHOLE_BASIS_POINTS, type Pence } from '../src/domain/money.js';
import type { DisputesView } from './claims.js';

/**
 * What each possible split of the whole cost of the undecided days would cost each side: for every pair of claimant and respondent, and
 * every share that the respondent might bear, what would be due to the claimant and what each would have borne.
 * A claim that a settlement left open is not split again here. Source: docs/questions.md, 10.
 */
interface Outcome {
  readonly claimant: string;
  readonly respondent: string;
  /** The respondent's share, in basis points. */
  readonly share: number;
  /** The whole cost of the undecided days, which is what is split. */
  readonly cost: Pence;
  /** What is claimed of those days, beyond what the respondent paid of them meanwhile. */
  readonly claimed: Pence;
  /** To the claimant; below zero where the claimant would pay. */
  readonly due: Pence;
  readonly borneByClaimant: Pence;
  readonly borneByRespondent: Pence;
  readonly cases: number;
}

type Changing = { -readonly [Name in keyof Outcome]: Outcome[Name] };

/**
 * The outcomes on the day of the view, inclusive, for each share of the respondent from nothing to the whole.
 * @param step how many basis points lie between two shares
 */
export function outcomes({ state, on, upTo }: DisputesView, step: number): Outcome[] {
  const day = dayNumber(on);
  const rows = new Map<string, Changing>();
  const shares = Array.from({ length: Math.ceil(WHOLE_BASIS_POINTS / step) + 1 }, (_, index) =>
    Math.min(index * step, WHOLE_BASIS_POINTS),
  );
  for (const history of state.cases.values()) {
    const terms = termsAt(history, upTo);
    if (!terms || terms.first > day) continue;
    const { due, cost, paid, claimed } = outcomesOf(terms, day, shares);
    if (cost === NO_MONEY) continue;
    const claimant = bodyAt(terms, 'claimant', day);
    const respondent = bodyAt(terms, 'respondent', day);
    for (const [at, share] of shares.entries()) {
      const row = inside(rows, `${claimant} ${respondent} ${share}`, () => ({
        claimant,
        respondent,
        share,
        cost: NO_MONEY,
        claimed: NO_MONEY,
        due: NO_MONEY,
        borneByClaimant: NO_MONEY,
        borneByRespondent: NO_MONEY,
        cases: 0,
      }));
      const respondentBears = plus(paid, due[at]!);
      row.cost = plus(row.cost, cost);
      row.claimed = plus(row.claimed, claimed);
      row.due = plus(row.due, due[at]!);
      row.borneByClaimant = plus(row.borneByClaimant, minus(cost, respondentBears));
      row.borneByRespondent = plus(row.borneByRespondent, respondentBears);
      row.cases++;
    }
  }
  return [...rows.values()].sort(
    (a, b) => a.claimant.localeCompare(b.claimant) || a.respondent.localeCompare(b.respondent) || a.share - b.share,
  );
}
