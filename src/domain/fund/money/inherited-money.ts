import { exactly, NO_MONEY, plus, type Pence } from '../../money.js';
import { accountKey, type Account } from '../../postings.js';
import { passedOn, type Inheritance } from '../../register/inheritance.js';
import type { Balanced } from '../books.js';
import { NO_USE, useOf, type Use } from './use-of-money.js';

/**
 * Money of bodies that have ended, under the names of those that follow them.
 * Source: docs/sources.md, Reorganisation.
 */

/** The books with every account of an ended body passed on to its successors. */
export function inheritedBooks(books: Balanced, inheritance: Inheritance): Balanced {
  if (inheritance.successions.length === 0) return books;
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

/** What is charged to the host where nobody has agreed to pay, with how each moves what is held. */
const CHARGED = { spent: -1, accrued: -1, passedDown: -1, drawn: -1, setAside: 0 } as const;

/**
 * What has been done with each partner’s money, by partner and source, by books under the names of the day. Money that
 * nobody has agreed to pay is the host’s, and is divided among the host’s successors by their shares. What they hold is
 * what was received less those shares, so that each row adds up. With `only`, others than that partner may be left out.
 */
export function usesNow(
  now: Balanced,
  host: string,
  inheritance: Inheritance,
  only?: string,
): Map<string, Map<string, Use>> {
  const { successions } = inheritance;
  const uses = useOf(now, host, successions.length === 0 ? only : undefined);
  // The books already give to the successors what was received under the name of an ended host.
  const own = successions.some(({ predecessors }) => predecessors.includes(host)) ? [...(uses.get(host) ?? [])] : [];
  if (own.length > 0) uses.delete(host);
  for (const [source, use] of own) {
    for (const [name, holds] of Object.entries(CHARGED) as [keyof typeof CHARGED, 0 | -1][]) {
      // Positive and negative sums are divided in the same way, to the same penny.
      const size = exactly(Math.abs(use[name]));
      const rows = passedOn([[{ holder: host, source }, size]], ({ holder }) => holder, inheritance);
      for (const [holder, { pence }] of rows) {
        if (pence === NO_MONEY) continue;
        const part = exactly(Math.sign(use[name]) * pence);
        const ofHeir = uses.get(holder) ?? new Map<string, Use>();
        const before = ofHeir.get(source) ?? NO_USE;
        const held = plus(before.held, exactly(holds * part));
        uses.set(holder, ofHeir.set(source, { ...before, [name]: plus(before[name], part), held }));
      }
    }
  }
  return uses;
}
