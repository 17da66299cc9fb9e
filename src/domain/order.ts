/** The order of two texts, by their characters’ codes: days come by time, names the same way on every machine. */
export const byText = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** The order of two entries of a map by their keys. */
export const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => byText(a, b);
