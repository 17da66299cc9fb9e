import { lesser, minus, negated, NO_MONEY, notNegative, plus, type Pence } from '../src/domain/money.js';
import { PLAN, POOL, type Posting } from '../src/domain/postings.js';
import { isPartners } from './position.js';
import { sumOver, type View } from './view.js';

/**
 * The funding gap, by the formulas of design.md 5: funded + soft + hard = requirement, always.
 * `soft` is what is on the table, unsigned; `hard` is what nobody has offered; a fund with more than it requires has a
 * gap below nothing, all of it in `hard`.
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
  /** Agreed money that may yet be lost: at risk, and open claims once disputes are recorded. */
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
  'exposure',
] as const satisfies readonly (keyof Gap)[];

/** The sums that a gap is made of: what moves when a fact moves it. */
export interface GapSums {
  requirement: Pence;
  requirementRecurrent: Pence;
  agreed: Pence;
  agreedRecurrent: Pence;
  proposed: Pence;
  assumed: Pence;
  atRisk: Pence;
}

export const noSums = (): GapSums => ({
  requirement: NO_MONEY,
  requirementRecurrent: NO_MONEY,
  agreed: NO_MONEY,
  agreedRecurrent: NO_MONEY,
  proposed: NO_MONEY,
  assumed: NO_MONEY,
  atRisk: NO_MONEY,
});

/** Counts one posting into the sums that a gap is made of, or out of them. */
export function count(sums: GapSums, posting: Posting, sign: 1 | -1): void {
  if (posting.holder === POOL) return;
  const amount = sign === 1 ? posting.pence : negated(posting.pence);
  const add = (name: keyof GapSums) => (sums[name] = plus(sums[name], amount));
  if (posting.holder === PLAN) {
    add('requirement');
    if (posting.term === 'recurrent') add('requirementRecurrent');
  } else if (posting.measure === 'agreed') {
    add('agreed');
    if (posting.term === 'recurrent') add('agreedRecurrent');
  } else if (posting.measure === 'proposed' || posting.measure === 'assumed' || posting.measure === 'atRisk') {
    add(posting.measure);
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
    exposure: sums.atRisk,
  };
}

export function gapOf(view: View): Gap {
  const partners = (measure: string, term?: string) =>
    sumOver(
      view,
      (account) => isPartners(account) && account.measure === measure && (term ?? account.term) === account.term,
    );
  const plan = (term?: string) =>
    sumOver(view, (account) => account.holder === PLAN && (term ?? account.term) === account.term);
  return gapFrom({
    requirement: plan(),
    requirementRecurrent: plan('recurrent'),
    agreed: partners('agreed'),
    agreedRecurrent: partners('agreed', 'recurrent'),
    proposed: partners('proposed'),
    assumed: partners('assumed'),
    atRisk: partners('atRisk'),
  });
}
