import type { LedgerEvent } from '../grammar/event.js';
import type { KeptAs, KeptFact } from '../grammar/remembered.js';

/**
 * Facts that move no money, kept as they were recorded, so that what they come to can be asked as known at any revision:
 * the agreement, the life cycle of the plan, the risk share applied. They are reversed from their own first day only, as
 * never having been so.
 */
export interface MoneylessFact extends KeptFact {
  readonly recordedAt: string;
  /** The partners who signed it, where some did. */
  readonly signers?: readonly string[];
}

/** The list in which a fund keeps a fact, by what it is kept as. */
export const MONEYLESS = {
  agreement: 'agreements',
  variation: 'agreements',
  acceptance: 'agreements',
  notice: 'agreements',
  termination: 'agreements',
  'risk-share': 'riskShares',
  'plan-move': 'lifeCycle',
  'sign-off': 'lifeCycle',
  'condition-met': 'lifeCycle',
} as const satisfies Partial<Record<KeptAs, string>>;

/** The kinds of facts that an agreement is made of. */
export const OF_AGREEMENT: readonly KeptAs[] = ['agreement', 'variation', 'acceptance', 'notice', 'termination'];

export const isMoneyless = (keptAs: KeptAs): keptAs is keyof typeof MONEYLESS => keptAs in MONEYLESS;

/** A fact with who signed it; nobody, where it counts as soon as it is posted. */
export const moneylessFact = (
  { revision, data, metadata: { recordedAt } }: LedgerEvent,
  keptAs: KeptAs,
  signers: readonly string[],
): MoneylessFact => ({ revision, keptAs, recordedAt, data, ...(signers.length > 0 && { signers }) });
