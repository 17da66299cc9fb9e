import { lesser, minus, negated, NO_MONEY, notNegative, plus, type Pence } from '../src/domain/money.js';
import { POOL, type Account, type Measure } from '../src/domain/postings.js';
import { charted } from '../src/domain/chart.js';
import { those } from './entry-indexes.js';
import type { View } from './view.js';

/**
 * The funding gap: funded + soft + hard = requirement, always. Source: docs/figures.md; docs/sources.md, Gap. `soft` is
 * offered and unsigned; `hard` is the part that nobody has offered. If a fund has more than it requires, its gap is
 * negative and all of it is `hard`.
 */
export interface Gap {
  readonly requirement: Pence;
  readonly funded: Pence;
  readonly gap: Pence;
  readonly soft: Pence;
  readonly hard: Pence;
  /** The gap with one-off lines and one-off money left out on both sides. */
  readonly recurrentGap: Pence;
  readonly proposed: Pence;
  readonly assumed: Pence;
  readonly atRisk: Pence;
  /** Claims of the fund’s year that are neither agreed nor abandoned, whoever makes them. */
  readonly openClaims: Pence;
  /** Money that may still be lost or have to be paid: money at risk, and open claims. */
  readonly exposure: Pence;
}

export const GAP_FIGURES = [
  'requirement',
  'funded',
  'gap',
  'soft',
  'hard',
  'recurrentGap',
  'proposed',
  'assumed',
  'atRisk',
  'openClaims',
  'exposure',
] as const satisfies readonly (keyof Gap)[];

/** The sums that a gap is made of: what moves when a fact moves it. */
interface GapSums {
  requirement: Pence;
  requirementRecurrent: Pence;
  agreed: Pence;
  agreedRecurrent: Pence;
  proposed: Pence;
  assumed: Pence;
  atRisk: Pence;
  openClaims: Pence;
}

export const noSums = (): GapSums => ({
  requirement: NO_MONEY,
  requirementRecurrent: NO_MONEY,
  agreed: NO_MONEY,
  agreedRecurrent: NO_MONEY,
  proposed: NO_MONEY,
  assumed: NO_MONEY,
  atRisk: NO_MONEY,
  openClaims: NO_MONEY,
});

const COUNTED: ReadonlySet<Measure> = new Set(['requirement', 'agreed', 'proposed', 'assumed', 'atRisk']);

/** Whether an account counts in a figure of the gap. The pool’s side and other measures do not. */
export const isCounted = ({ measure, holder }: Account): boolean => COUNTED.has(measure) && holder !== POOL;

/** The entries that count in a figure of the gap, on some day. */
export const MOVES_GAP = those(({ postings }) => postings.some(isCounted));

/** Counts an amount of one account that {@link isCounted} into the sums that a gap is made of, or out of them. */
export function count(sums: GapSums, account: Account, pence: Pence, sign: 1 | -1): void {
  const amount = sign === 1 ? pence : negated(pence);
  const isRecurrent = account.term === 'recurrent';
  switch (account.measure) {
    case 'requirement':
      sums.requirement = plus(sums.requirement, amount);
      if (isRecurrent) sums.requirementRecurrent = plus(sums.requirementRecurrent, amount);
      return;
    case 'agreed':
      sums.agreed = plus(sums.agreed, amount);
      if (isRecurrent) sums.agreedRecurrent = plus(sums.agreedRecurrent, amount);
      return;
    case 'proposed':
      sums.proposed = plus(sums.proposed, amount);
      return;
    case 'assumed':
      sums.assumed = plus(sums.assumed, amount);
      return;
    default:
      sums.atRisk = plus(sums.atRisk, amount);
  }
}

export function gapFrom(sums: GapSums): Gap {
  const gap = minus(sums.requirement, sums.agreed);
  const soft = lesser(notNegative(gap), sums.proposed);
  return {
    requirement: sums.requirement,
    funded: sums.agreed,
    gap,
    soft,
    hard: minus(gap, soft),
    recurrentGap: minus(sums.requirementRecurrent, sums.agreedRecurrent),
    proposed: sums.proposed,
    assumed: sums.assumed,
    atRisk: sums.atRisk,
    openClaims: sums.openClaims,
    exposure: plus(sums.atRisk, sums.openClaims),
  };
}

const counted = charted(
  (): Account[] => [],
  (accounts, account) => {
    if (isCounted(account)) accounts.push(account);
  },
);

/**
 * The gap of a fund, with the claims of its year that are open beside it; all in pence. Source: docs/sources.md, Gap.
 */
export function gapOf(view: View, openClaims: Pence): Gap {
  const sums = noSums();
  sums.openClaims = openClaims;
  for (const account of counted(view.accounts)) count(sums, account, view.balance(account), 1);
  return gapFrom(sums);
}
