import { apportion, NO_MONEY, plus, type Pence } from '../money.js';
import { accountKey, type Account } from '../postings.js';
import { sharesOf, type Succession } from '../register/succession.js';
import type { Balanced } from './books.js';

/** What bodies held that have ended, as their successors hold it: by the shares, to the penny. Source: domain.md 7.10. */
export interface Inheritance {
  /** The successions in force on the day and as known at the instant that were asked for, in the order of their days. */
  readonly successions: readonly Succession[];
  readonly area: string;
}

interface Held {
  readonly holder: string;
  readonly source: string;
}

/** Passes sums on from every predecessor to its successors, one change of bodies after the other. */
export function passedOn<Of extends Held>(
  held: readonly (readonly [Of, Pence])[],
  keyOf: (of: Of) => string,
  { successions, area }: Inheritance,
): Map<string, { readonly of: Of; pence: Pence }> {
  const rows = new Map<string, { readonly of: Of; pence: Pence }>();
  const add = (of: Of, amount: Pence): void => {
    const key = keyOf(of);
    const row = rows.get(key);
    if (row) row.pence = plus(row.pence, amount);
    else rows.set(key, { of, pence: amount });
  };
  for (const [of, amount] of held) add(of, amount);
  for (const succession of successions) {
    const ended = new Set(succession.predecessors);
    for (const row of [...rows.values()]) {
      const { of, pence } = row;
      if (!ended.has(of.holder) || pence === NO_MONEY) continue;
      const shares = sharesOf(succession, of.holder, { area, source: of.source });
      row.pence = NO_MONEY;
      for (const [holder, part] of apportion(pence, shares)) add({ ...of, holder }, part);
    }
  }
  return rows;
}

/** Books in which every account of a body that has ended stands with those that follow it. */
export function inheritedBooks(books: Balanced, inheritance: Inheritance): Balanced {
  const rows = passedOn(
    books.accounts.map((account) => [account, books.balance(account)] as const),
    accountKey,
    inheritance,
  );
  return {
    accounts: [...rows.values()].map(({ of }): Account => of),
    balance: (account) => rows.get(accountKey(account))?.pence ?? NO_MONEY,
  };
}
