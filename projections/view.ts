import type { Day } from '../src/domain/calendar.js';
import { NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import type { Account } from '../src/domain/postings.js';

/** A fund as it stands on one day, as known at one instant: balances with both dates already chosen. */
export interface View {
  readonly on: Day;
  balance(account: Account): Pence;
  readonly accounts: readonly Account[];
}

/** The sum over the accounts that satisfy a condition, in pence. */
export function sumOver(view: View, counts: (account: Account) => boolean): Pence {
  let sum: Pence = NO_MONEY;
  for (const account of view.accounts) if (counts(account)) sum = plus(sum, view.balance(account));
  return sum;
}
