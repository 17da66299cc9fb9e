/**
 * Small counts can point at a person. For those who may not see cases, what is counted fewer than five times is
 * withheld, the sum beside it too; and where only one row of a breakdown would be, or rows that are fewer than five
 * together, so is the next smallest, or the total would give them away. Source: domain.md 10 [I].
 */
export const COUNT_SHOWN_MIN = 5;

/** Whether a count is too small to be shown. A count of nothing points at nobody. */
export const isSmall = (count: number): boolean => count > 0 && count < COUNT_SHOWN_MIN;

/**
 * Which rows of one breakdown are to be withheld, given their counts in its order.
 *
 * @param already rows that are withheld for another reason
 */
export function withheld(counts: readonly number[], already: readonly boolean[] = []): boolean[] {
  const hidden = counts.map((count, index) => isSmall(count) || already[index] === true);
  const rows = counts.flatMap((count, index) => (count > 0 ? [{ count, index }] : []));
  for (;;) {
    const gone = rows.filter(({ index }) => hidden[index]);
    const sum = gone.reduce((all, { count }) => all + count, 0);
    if (sum === 0 || (gone.length > 1 && !isSmall(sum))) return hidden;
    const next = rows.filter(({ index }) => !hidden[index]).sort((a, b) => a.count - b.count)[0];
    if (!next) return hidden;
    hidden[next.index] = true;
  }
}
