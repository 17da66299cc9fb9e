import { told, whole, type Section } from './figures.js';

/** What the figures are to reach, and by how much they do or do not: ratios within one run, so that the machine falls out. */
export interface Goal {
  readonly what: string;
  /** What was measured; undefined where it was not. */
  readonly is: number | undefined;
  readonly toReach: number;
  /** Whether the figure is to be at the most what is to be reached; at the least otherwise. */
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
