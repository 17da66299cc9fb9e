import { dayNumber, type Day } from '../src/domain/calendar.js';
import { inside } from '../src/domain/chart.js';
import { NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { accountKey, type Account, type Posting } from '../src/domain/postings.js';
import { ACCOUNTS_MAX, createBook, createPaper, enter, readBook, type Book } from './books.js';

/**
 * The balance of an account of one fund on a day, counting only the first so many events of the ledger.
 *
 * Everything that anyone sees is a balance or a formula over balances, so this is the one place where speed matters,
 * and the one place where a cache could lie. There is none: each holder has {@link Book}s of the postings of its accounts,
 * which are only ever added to. {@link naiveBalance} is the definition that it is tested by.
 */
export interface Balances {
  /** Adds the postings of the event at a place in the ledger. Places never go down. */
  add(place: number, postings: readonly Posting[]): void;
  /**
   * The sum of the postings effective on or before a day, inclusive, of the events at places below `size`.
   * Whole pence; an account without postings stands at nothing.
   */
  balance(account: Account, on: Day, size: number): Pence;
  /** The same with both dates chosen, for those who ask for many accounts: a holder's are worked out together. */
  at(on: Day, size: number): (account: Account) => Pence;
  /** Every account that has ever had a posting, in the order of first use. The same list each time; it only grows. */
  accounts(): readonly Account[];
  /** Whether an account has ever had a posting. */
  has(account: Account): boolean;
  /** All that there is, as {@link createBalances} takes it; what is given out changes with what is added. */
  kept(): KeptBalances;
}

export interface KeptBalances {
  readonly accounts: readonly Account[];
  /** The books, in the order in which they were opened, and what is written in them. */
  readonly books: readonly Book[];
  readonly money: Float64Array;
}

/** An account as it is given out: it knows its book, so that nobody has to look for it. */
interface Kept extends Account {
  readonly [WHERE]: { readonly bound: Bound; readonly at: number };
}

const WHERE = Symbol('where an account is kept');

/** A book, with what was read of it last. */
interface Bound {
  readonly book: Book;
  readonly of: Balances;
  sums: Float64Array;
  /** For whom it was read; for nobody where it has been written in since. */
  reader: object | undefined;
}

export function createBalances(kept?: KeptBalances): Balances {
  const paper = createPaper(kept?.money);
  const books: Book[] = [];
  const accounts: Kept[] = [];
  /** By holder, detail and source: of the accounts that have these in common, few are left to look through. */
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
  // The same accounts in the same order are put into the same books, which then hold what they held.
  kept?.accounts.forEach(opened);
  kept?.books.forEach((book, index) => Object.assign(books[index]!, book));
  return balances;
}

/**
 * Balances that go on from others as they are known at a size of the ledger: what is added here is not added there, and what
 * is added there is not seen here. Nothing is copied. They cannot be kept.
 */
export function layeredOn(below: Balances, size: number): Balances {
  const own = createBalances();
  /** A list of its own only once there is an account in it that the others have not: lists are charted by what they are. */
  let accounts: Account[] | undefined;
  const layered: Balances = {
    add(place, postings) {
      for (const posting of postings) {
        if (own.has(posting) || below.has(posting)) continue;
        const { measure, holder, source, term, detail } = posting;
        (accounts ??= [...below.accounts()]).push({ measure, holder, source, term, detail });
      }
      own.add(place, postings);
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

/** What a balance *is*: the sum over the whole log of what is early enough on both axes. Slow, and never wrong. */
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
