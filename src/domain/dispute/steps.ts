import type { Remembered } from '../grammar/remembered.js';

/** What the facts of an area’s disputes do, step by step, to what they are about. */

/** What a fact does to a case, to a settlement, or to the limit of a partner’s write-offs. */
export type Step =
  | 'raises'
  | 'revises'
  | 'shares-meanwhile'
  | 'splits'
  | 'withdraws'
  | 'concedes'
  | 'settles'
  | 'enters-stage'
  | 'extends-stage'
  | 'pays'
  | 'writes-off'
  | 'limits-write-offs'
  | 'classes'
  | 'takes-over';

/** An event as a case remembers it. */
export interface Entry extends Remembered {
  readonly step: Step;
  readonly type: string;
}

/** The steps that terms are worked out from; stages, payments and classes leave them as they are. */
export const TERMS_STEPS: ReadonlySet<Step> = new Set([
  'raises',
  'revises',
  'shares-meanwhile',
  'splits',
  'withdraws',
  'concedes',
  'settles',
]);
