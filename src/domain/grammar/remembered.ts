import type { Day } from '../calendar.js';
import { byText } from '../order.js';
import { assign } from './change.js';
import type { FactData } from './event.js';

/**
 * Facts that are kept, and which of them are in force on a day, as known at a revision. A list is in the order of
 * recording and only grows: a reversed fact is marked, so that questions about any earlier state of knowledge can still
 * be answered.
 */
export interface Remembered<Data extends Dated = FactData> {
  /** The revision of its stream at which it was recorded: from that one on it is known. */
  readonly revision: number;
  readonly data: Data;
  readonly reversed?: Reversed | undefined;
}

/** What the words of a fact are kept as, where others ask for them later: several facts may be kept as one. */
export type KeptAs =
  | 'contribution'
  | 'grant'
  | 'grant-cut'
  | 'grant-share'
  | 'pass-down'
  | 'carry-in'
  | 'reserve'
  | 'balance'
  | 'balance-plan'
  | 'nothing'
  | 'withdrawal'
  | 'line'
  | 'description'
  | 'forecast'
  | 'gap'
  | 'pot'
  | 'measurement'
  | 'return'
  | 'return-approval'
  | 'agreement'
  | 'variation'
  | 'acceptance'
  | 'notice'
  | 'termination'
  | 'risk-share'
  | 'plan-move'
  | 'sign-off'
  | 'condition-met';

/** A fact that is remembered under what it is kept as. */
export interface KeptFact extends Remembered {
  readonly keptAs: KeptAs;
}

/** Those of some facts that are kept as one thing. */
export const ofKind = <Of extends KeptFact>(all: readonly Of[], keptAs: KeptAs): Of[] =>
  all.filter((each) => each.keptAs === keptAs);

interface Dated {
  readonly effective: Day;
}

/** The revision at which a fact was taken back, and the first day from which it counts no more. */
export interface Reversed {
  readonly revision: number;
  readonly on: Day;
}

/** What is asked: a day, inclusive, and the last revision that is known, inclusive; left out, all that is recorded. */
interface Asked {
  readonly on: Day;
  readonly upTo?: number | undefined;
}

/**
 * The order of facts in force. Facts that change an item are in the order of recording: the one signed last applies.
 * Facts that describe an item are in the order of their effective days: the latest applies and, of two on one day, the
 * one recorded last.
 */
type Order = 'as-recorded' | 'by-day';

/** Whether a fact was recorded by a revision, inclusive, and had not been taken back by then, from whatever day. */
export const isKnown = ({ revision, reversed }: Omit<Remembered, 'data'>, upTo: number): boolean =>
  revision <= upTo && !(reversed !== undefined && reversed.revision <= upTo);

/** Whether a fact is in force: in effect on the day, known by the revision, and by then not taken back from that day. */
export const isInForce = (
  { revision, data, reversed }: Remembered<Dated>,
  { on, upTo = Number.POSITIVE_INFINITY }: Asked,
): boolean =>
  revision <= upTo &&
  data.effective <= on &&
  !(reversed !== undefined && reversed.revision <= upTo && reversed.on <= on);

/** The facts that are in force, in the order that is asked for. */
export function inForce<Of extends Remembered<Dated>>(
  all: readonly Of[],
  asked: Asked,
  order: Order = 'as-recorded',
): Of[] {
  const found = all.filter((each) => isInForce(each, asked));
  return order === 'as-recorded' ? found : found.sort((a, b) => byText(a.data.effective, b.data.effective));
}

/** The last of the facts that are in force, in the order that is asked for. */
export function lastInForce<Of extends Remembered<Dated>>(
  all: readonly Of[],
  asked: Asked,
  order: Order = 'as-recorded',
): Of | undefined {
  if (order === 'as-recorded') return all.findLast((each) => isInForce(each, asked));
  let last: Of | undefined;
  for (const each of all) {
    if (isInForce(each, asked) && (last === undefined || last.data.effective <= each.data.effective)) last = each;
  }
  return last;
}

/** The facts as they were known at a revision, inclusive: none that was recorded later, and no later mark on one. */
export const asKnown = <Of extends Remembered<Dated>>(all: readonly Of[], upTo: number): Of[] =>
  all.flatMap((each) => {
    if (each.revision > upTo) return [];
    return each.reversed === undefined || each.reversed.revision <= upTo ? [each] : [{ ...each, reversed: undefined }];
  });

/** Marks the fact of a revision as reversed, and returns whether the list has it. Binary search. */
export function takeBack(all: readonly Remembered<Dated>[], revision: number, reversed: Reversed): boolean {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (all[middle]!.revision < revision) low = middle + 1;
    else high = middle;
  }
  const found = all[low];
  if (found?.revision !== revision) return false;
  assign(all as Remembered<Dated>[], low, { ...found, reversed });
  return true;
}
