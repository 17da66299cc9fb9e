import { NO_MONEY, type Pence } from '../money.js';
import { accountKey, type Account } from '../postings.js';
import { passedOn, type Inheritance } from '../register/inheritance.js';
import type { Balanced } from './books.js';

/** The books in which every account of a body that has ended stands with those that follow it. Source: domain.md 7.10. */
export function inheritedBooks(books: Balanced, inheritance: Inheritance): Balanced {
  const rows = passedOn(
    books.accounts.map((account) => [account, books.balance(account)] as const),
    accountKey,
    inheritance,
  );
  return {
    accounts: [...rows.values()].map(({ of }): Account => of),
    balance: (account): Pence => rows.get(accountKey(account))?.pence ?? NO_MONEY,
  };
}
