/**
 * The groups in which officers look for what they want to do, in the order of a year's work. Every fact is in one: its
 * documentation, the terminal and the pages list facts by them.
 */
export const GROUPS = {
  bodies: 'Bodies and officers',
  published: 'Published figures and rules',
  fund: 'The fund',
  agreement: 'The agreement',
  contributions: 'Contributions and money received',
  grants: 'Grants',
  plan: 'The plan',
  spending: 'Spending and forecasts',
  performance: 'Payment for performance',
  periods: 'Periods and returns',
  'year-end': 'Year end',
  disputes: 'Disputes',
  settlement: 'Settling disputes',
  corrections: 'Putting right',
} as const;

export type Group = keyof typeof GROUPS;

const ORDER = Object.keys(GROUPS);

/** Facts in the order of their groups, those of one group in the order in which they are declared. */
export const inGroups = <Of extends { readonly group: Group }>(facts: readonly Of[]): Of[] =>
  facts.toSorted((a, b) => ORDER.indexOf(a.group) - ORDER.indexOf(b.group));
