import { told, whole, type Section } from './figures.js';

/**
 * The goals of the figures, and how far each is from its goal. Goals are ratios within one run, so they do not depend
 * on the machine.
 */
export interface Goal {
  readonly what: string;
  /** What was measured; undefined where it was not. */
  readonly is: number | undefined;
  readonly toReach: number;
  /** Whether the goal is an upper bound; otherwise it is a lower bound. */
  readonly most?: true;
}

export const GOAL_COLUMNS = ['to reach', 'goal', 'measured', 'reached'];

export function goalCells({ what, is, toReach, most }: Goal): string[] {
  const goal = `${most ? '≤' : '≥'} ${toReach >= 1000 ? whole(toReach) : toReach}`;
  if (is === undefined) return [what, goal, '—', 'not measured in this run'];
  const reached = most ? is <= toReach : is >= toReach;
  const by = most ? is / toReach : toReach / is;
  return [what, goal, told(is), reached ? 'yes' : `no, missed by a factor of ${told(by)}`];
}

/** A line of a section, by what it measured and where. */
export const lineOf = (sections: readonly Section[], what: string, at: string) =>
  sections
    .flatMap(({ lines }) => lines)
    .find((line) => line.what.startsWith(what) && line.at === at && line.missing === undefined);
