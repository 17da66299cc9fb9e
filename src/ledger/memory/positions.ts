import type { EventPosition } from '../../store/event-store.js';
import { numberList } from './number-list.js';

/**
 * The position of every event of the ledger, by place. Only the store interprets these texts. If they are decimal whole
 * numbers, as in both stores, consecutive numbers are kept as one run, and others as one number each. From the first
 * text that is not such a number on, they are kept as texts.
 */
export interface EventPositions {
  length(): number;
  push(position: EventPosition): void;
  /** The position at a place; undefined where there is none. */
  at(place: number): EventPosition | undefined;
  /** All of them, as {@link createEventPositions} takes them. */
  kept(): KeptEventPositions;
}

export interface KeptEventPositions {
  /** The place at which each run begins, and the number there. */
  readonly starts: Uint32Array | Float64Array;
  readonly firsts: Uint32Array | Float64Array;
  readonly numbered: number;
  readonly next: number;
  readonly texts: EventPosition[];
}

/** As many positions as there are, from "1" on, without gaps: what pushing each of them would keep. */
export const countedFrom1 = (numbered: number): KeptEventPositions => ({
  starts: Uint32Array.of(0),
  firsts: Float64Array.of(1),
  numbered,
  next: numbered + 1,
  texts: [],
});

export function createEventPositions(kept?: KeptEventPositions): EventPositions {
  const starts = numberList('uint32', kept?.starts);
  const firsts = numberList('float64', kept?.firsts);
  let { numbered, next } = kept ?? { numbered: 0, next: NaN };
  const texts = kept?.texts ?? [];
  return {
    length: () => numbered + texts.length,
    kept: () => ({ starts: starts.all(), firsts: firsts.all(), numbered, next, texts }),
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
      return run < 0 ? undefined : String(firsts.at(run)! + place - starts.at(run)!);
    },
  };
}
