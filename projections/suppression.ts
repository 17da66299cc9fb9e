/**
 * Small counts can point at a person. For those who may not see cases, what is counted fewer than five times is
 * withheld, the sum beside it too; and where only one row of a breakdown would be, so is the next smallest, or the
 * total would give it away. Source: domain.md 10 [I].
 */
export const COUNT_SHOWN_MIN = 5;

/** Whether a count is too small to be shown. A count of nothing points at nobody. */
export const isSmall = (count: number): boolean => count > 0 && count < COUNT_SHOWN_MIN;

/** Which rows of one breakdown are to be withheld, given their counts in its order. */
export function withheld(counts: readonly number[]): boolean[] {
  const small = counts.map(isSmall);
  if (small.filter(Boolean).length !== 1) return small;
  const others = counts.filter((count, index) => count > 0 && !small[index]);
  const next = counts.findIndex((count, index) => !small[index] && count === Math.min(...others));
  return small.map((each, index) => each || index === next);
}
