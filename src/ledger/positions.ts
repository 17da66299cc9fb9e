import type { Position } from '../store/event-store.js';
import { growing } from './growing.js';

/**
 * The position of every event of the ledger, by place. To all but their store positions are opaque texts; but where they
 * are whole numbers in decimal, as both stores write them, numbers that follow each other by one are kept as one run, and
 * others as a number each. From the first that is no such number on they are kept as the texts that they are.
 */
export interface Positions {
  length(): number;
  push(position: Position): void;
  /** The position at a place; undefined where there is none. */
  at(place: number): Position | undefined;
}

export function createPositions(): Positions {
  /** The place at which each run begins, and the number there. */
  const starts = growing('uint32');
  const firsts = growing('float64');
  let numbered = 0;
  let next = NaN;
  const texts: Position[] = [];
  return {
    length: () => numbered + texts.length,
    push(position) {
      const number = Number(position);
      if (texts.length > 0 || !Number.isSafeInteger(number) || String(number) !== position) {
        texts.push(position);
        return;
      }
      if (number !== next) {
        starts.push(numbered);
        firsts.push(number);
      }
      numbered++;
      next = number + 1;
    },
    at(place) {
      if (place >= numbered) return texts[place - numbered];
      const run = starts.countUpTo(place) - 1;
      return run < 0 ? undefined : String(firsts.at(run) + place - starts.at(run));
    },
  };
}
