import { minus, NO_MONEY, pence, plus, type Pence } from '../src/domain/money.js';
import { POOL } from '../src/domain/postings.js';
import type { Kept } from './fund-facts.js';
import { sumOver, type View } from './view.js';

/**
 * Reserves and provisions from before this ledger, as papers print them: what they opened at, what is planned to be used,
 * what was used, what is left. Source: docs/sources.md, Accounting.
 */
export interface BalanceFigures {
  readonly opening: Pence;
  /** What is planned to be used in the year. */
  readonly plannedUse: Pence;
  /** What was used by the day. */
  readonly used: Pence;
  /** opening − used. */
  readonly closing: Pence;
  /** opening − plannedUse. */
  readonly plannedClosing: Pence;
}

export const BALANCE_FIGURES = [
  'opening',
  'plannedUse',
  'used',
  'closing',
  'plannedClosing',
] as const satisfies readonly (keyof BalanceFigures)[];

export interface OpeningBalance extends BalanceFigures {
  readonly balance: string;
  readonly type: string;
  readonly purpose: string;
  readonly holder: string;
  readonly origin: string;
}

const NOTHING: BalanceFigures = {
  opening: NO_MONEY,
  plannedUse: NO_MONEY,
  used: NO_MONEY,
  closing: NO_MONEY,
  plannedClosing: NO_MONEY,
};

/**
 * @param opened the opening balances in force on the view’s day
 * @param plans what was planned of them since, in force on it, in the order of recording
 */
export const openingBalances = (view: View, opened: readonly Kept[], plans: readonly Kept[]): OpeningBalance[] =>
  opened.map(({ data }) => {
    const said = data as unknown as Record<'balance' | 'kind' | 'purpose' | 'holder' | 'origin' | 'amount', string> & {
      readonly plannedUse?: string;
    };
    const opening = pence(said.amount);
    const plannedUse = lastPlanned(said.balance, plans) ?? pence(said.plannedUse ?? '0.00');
    const closing = sumOver(
      view,
      ({ measure, holder, detail }) => measure === 'balance' && holder !== POOL && detail === said.balance,
    );
    return {
      balance: said.balance,
      type: said.kind,
      purpose: said.purpose,
      holder: said.holder,
      origin: said.origin,
      opening,
      plannedUse,
      used: minus(opening, closing),
      closing,
      plannedClosing: minus(opening, plannedUse),
    };
  });

/** By the plan that took effect last, or of two on one day the one recorded last. */
function lastPlanned(balance: string, plans: readonly Kept[]): Pence | undefined {
  const last = plans
    .filter(({ data }) => data['balance'] === balance)
    .reduce<Kept | undefined>(
      (best, each) => (best && best.data.effective > each.data.effective ? best : each),
      undefined,
    );
  return last && pence(last.data['now'] as string);
}

/** What some balances come to. */
export const balancesTotal = (balances: readonly BalanceFigures[]): BalanceFigures =>
  balances.reduce<BalanceFigures>(
    (sum, each) => ({
      opening: plus(sum.opening, each.opening),
      plannedUse: plus(sum.plannedUse, each.plannedUse),
      used: plus(sum.used, each.used),
      closing: plus(sum.closing, each.closing),
      plannedClosing: plus(sum.plannedClosing, each.plannedClosing),
    }),
    NOTHING,
  );
