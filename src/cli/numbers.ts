/** A whole number from `least` to `most`, inclusive, if it is written in digits alone: `0x10` and `1e3` are typed by mistake. */
export function wholeNumber(text: string, least: number, most: number): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}
