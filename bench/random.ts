/** Random choices that are the same on every machine for the same seed, so that a measured ledger can be made again. */

export interface Random {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number;
  /** True with a probability from 0 to 1. */
  chance(probability: number): boolean;
  pick<Each>(from: readonly Each[]): Each;
  /** So many hexadecimal digits. */
  hex(digits: number): string;
}

const WORD = 2 ** 32;
const DIGITS_PER_WORD = 8;

/** The generator mulberry32: small, fast, and good enough to spread facts over days and partners. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function word(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  const below = (bound: number): number => Math.floor((word() / WORD) * bound);

  return {
    below,
    chance: (probability) => word() / WORD < probability,
    pick: (from) => from[below(from.length)]!,
    hex(digits) {
      let text = '';
      while (text.length < digits) text += word().toString(16).padStart(DIGITS_PER_WORD, '0');
      return text.slice(0, digits);
    },
  };
}
