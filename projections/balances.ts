import { dayNumber, type Day } from '../src/domain/calendar.js';
import { inside } from '../src/domain/chart.js';
import { NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { accountKey, type Account, type Posting } from '../src/domain/postings.js';
import { ACCOUNTS_MAX, createBook, createPaper, enter, readBook, type Book } from './books.js';

/**
 * The balance of an account of one fund on a day, counting only the first so many events of the ledger.
 *
 * Every figure is a balance or a formula over balances, so speed matters most here. There is no cache that could go
 * stale: each holder has {@link Book}s of the postings of its accounts, and postings are only added. Tests compare
 * balances with {@link naiveBalance}, which is the definition.
 */
export interface Balances {
  /** Adds the postings of the event at a place in the ledger. Places never go down. */
  add(place: number, postings: readonly Posting[]): void;
  /**
   * The sum of the postings effective on or before a day, inclusive, of the events at places below `size`. Whole pence;
   * 0 for an account without postings.
   */
  balance(account: Account, on: Day, size: number): Pence;
  /**
   * The same for two fixed dates, for callers that ask for many accounts: all accounts of a holder are computed
   * together.
   */
  at(on: Day, size: number): (account: Account) => Pence;
  /** Every account that has ever had a posting, in the order of first use. The same list each time; it only grows. */
  accounts(): readonly Account[];
  /** Whether an account has ever had a posting. */
  has(account: Account): boolean;
  /**
   * All content, in the form that {@link createBalances} accepts. It is not copied, so it changes when postings are
   * added.
   */
  kept(): KeptBalances;
}

export interface KeptBalances {
  readonly accounts: readonly Account[];
  /** The books, in the order in which they were opened, and what is written in them. */
  readonly books: readonly Book[];
  readonly money: Float64Array;
}

/** An account as callers get it, with its book, so that no look-up is needed. */
interface Kept extends Account {
  readonly [WHERE]: { readonly bound: Bound; readonly at: number };
}

const WHERE = Symbol('where an account is kept');

/** A book, with what was read of it last. */
interface Bound {
  readonly book: Book;
  readonly of: Balances;
  sums: Float64Array;
  /** For which account list it was read; undefined if it has been written to since. */
  reader: object | undefined;
}

export function createBalances(kept?: KeptBalances): Balances {
  const paper = createPaper(kept?.money);
  const books: Book[] = [];
  const accounts: Kept[] = [];
  /**
   * Accounts by holder, detail and source: few accounts have all three in common, so a search through them is short.
   */
  const byNames = new Map<string, Map<string, Map<string, Kept[]>>>();
  /** The book of each holder that has room for another account. */
  const open = new Map<string, Bound>();

  const found = ({ measure, holder, source, term, detail }: Account): Kept | undefined =>
    byNames
      .get(holder)
      ?.get(detail)
      ?.get(source)
      ?.find((each) => each.measure === measure && each.term === term);

  function opened({ measure, holder, source, term, detail }: Account): Kept {
    let bound = open.get(holder);
    if (bound === undefined || bound.book.accounts === ACCOUNTS_MAX) {
      open.set(holder, (bound = { book: createBook(), of: balances, sums: new Float64Array(0), reader: undefined }));
      books.push(bound.book);
    }
    const account: Kept = { measure, holder, source, term, detail, [WHERE]: { bound, at: bound.book.accounts++ } };
    bound.sums = new Float64Array(bound.book.accounts);
    const ofHolder = inside(byNames, holder, () => new Map<string, Map<string, Kept[]>>());
    const ofDetail = inside(ofHolder, detail, () => new Map<string, Kept[]>());
    inside(ofDetail, source, (): Kept[] => []).push(account);
    accounts.push(account);
    return account;
  }

  const balances: Balances = {
    add(place, postings) {
      let on: Day | undefined;
      let day = 0;
      for (const posting of postings) {
        const { bound, at } = (found(posting) ?? opened(posting))[WHERE];
        bound.reader = undefined;
        // Most postings of an event are of one day.
        if (posting.on !== on) day = dayNumber((on = posting.on));
        enter(paper, bound.book, at, place, day, posting.pence);
      }
    },
    balance: (account, on, size) => balances.at(on, size)(account),
    at(on, size) {
      const day = dayNumber(on);
      const reader = (account: Account): Pence => {
        let where = (account as Partial<Kept>)[WHERE];
        if (where?.bound.of !== balances) where = found(account)?.[WHERE];
        if (where === undefined) return NO_MONEY;
        const { bound, at } = where;
        if (bound.reader !== reader) {
          readBook(paper, bound.book, day, size, bound.sums);
          bound.reader = reader;
        }
        return bound.sums[at] as Pence;
      };
      return reader;
    },
    accounts: () => accounts,
    has: (account) => found(account) !== undefined,
    kept: () => ({
      accounts: accounts.map(({ measure, holder, source, term, detail }) => ({
        measure,
        holder,
        source,
        term,
        detail,
      })),
      books,
      money: paper.money.subarray(0, paper.used),
    }),
  };
  // The accounts are added in the same order as before, so they get the same books.
  kept?.accounts.forEach(opened);
  kept?.books.forEach((book, index) => Object.assign(books[index]!, book));
  return balances;
}

/**
 * Balances on top of others as known at a size of the ledger. Postings added here are not added to the others, and
 * postings added to the others later are not seen here. Nothing is copied. They cannot be kept.
 */
export function layeredOn(below: Balances, size: number): Balances {
  const own = createBalances();
  /**
   * A separate list only once it has an account that the others lack, because charts are kept by the identity of the
   * list.
   */
  let accounts: Account[] | undefined;
  const listedBelow = below.accounts().length;
  /** An account that was opened below since then is missing from the list here, although it is found below. */
  const isListed = (account: Account): boolean =>
    own.has(account) ||
    (below.has(account) &&
      !below
        .accounts()
        .slice(listedBelow)
        .some((each) => accountKey(each) === accountKey(account)));
  const layered: Balances = {
    add(place, postings) {
      // One by one: a posting may open an account that the next one is to.
      for (const posting of postings) {
        if (!isListed(posting)) {
          const { measure, holder, source, term, detail } = posting;
          (accounts ??= below.accounts().slice(0, listedBelow)).push({ measure, holder, source, term, detail });
        }
        own.add(place, [posting]);
      }
    },
    balance: (account, on, known) => layered.at(on, known)(account),
    at(on, known) {
      const under = below.at(on, Math.min(known, size));
      if (own.accounts().length === 0) return under;
      const over = own.at(on, known);
      return (account) => plus(under(account), over(account));
    },
    accounts: () => accounts ?? below.accounts(),
    has: (account) => own.has(account) || below.has(account),
    kept() {
      throw new Error('Balances that go on from others are not kept.');
    },
  };
  return layered;
}

/**
 * The definition of a balance: the sum of all postings in the log that are early enough on both dates. Slow; used to
 * check the fast balances.
 */
export function naiveBalance(
  log: readonly { readonly place: number; readonly postings: readonly Posting[] }[],
  account: Account,
  on: Day,
  size: number,
): Pence {
  const key = accountKey(account);
  let sum: Pence = NO_MONEY;
  for (const { place, postings } of log) {
    for (const posting of postings) {
      if (place < size && posting.on <= on && accountKey(posting) === key) sum = plus(sum, posting.pence);
    }
  }
  return sum;
}
