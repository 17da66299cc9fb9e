import { z } from 'zod';
import { put } from '../../grammar/change.js';
import type { Day } from '../../calendar.js';
import type { Remembered } from '../../grammar/remembered.js';
import type { Pence } from '../../money.js';
import { Name } from '../../values.js';

/** What decisions on spending remember beside the items and their movements. */
export interface SpendingState {
  /** By source: the grants, and the money carried in, that may be spent on certain purposes only. */
  readonly purposed: ReadonlyMap<string, readonly Purposed[]>;
  /** What was accrued, by the revision of the fact that says so. */
  readonly accruals: ReadonlyMap<number, Accrual>;
  /** What was achieved against each pot of pay for performance, in the order of recording. */
  readonly measured: readonly Remembered<Measured>[];
}

interface Purposed {
  /** The grant, or the money carried in: its purposes count on the days on which something of it stands. */
  readonly item: string;
  readonly purposes: readonly string[];
}

/** What a period has cost and was not paid by its last day. */
export interface Accrual {
  readonly line: string;
  /** The last day of the period. */
  readonly on: Day;
  readonly amount: Pence;
  /** What was spent on the invoices that settle it, by the revision of each. */
  readonly settledBy: ReadonlyMap<number, Pence>;
}

interface Measured {
  readonly pot: string;
  readonly effective: Day;
  /** The whole reduction achieved so far, in the unit of the pot. */
  readonly achieved: string;
}

export const noSpending = (): SpendingState => ({ purposed: new Map(), accruals: new Map(), measured: [] });

export function limitToPurposes(
  { purposed }: SpendingState,
  source: string,
  item: string,
  purposes: readonly string[],
): void {
  put(purposed, source, [...(purposed.get(source) ?? []), { item, purposes }]);
}

export const Purposes = z
  .array(Name.meta({ title: 'Purpose' }))
  .min(1, { error: 'must name at least one purpose' })
  .max(20)
  .refine((purposes) => new Set(purposes).size === purposes.length, { error: 'must name each purpose once' })
  .meta({ title: 'Purposes', description: 'What the money may be used for.' });
