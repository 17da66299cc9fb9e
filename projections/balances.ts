import { dayNumber, type Day } from '../src/domain/calendar.js';
import { exactly, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { accountKey, type Account, type Posting } from '../src/domain/postings.js';

/**
 * The balance of an account of one fund on a day, counting only the first so many events of the ledger.
 *
 * Everything that anyone sees is a balance or a formula over balances, so this is the one place where speed matters,
 * and the one place where a cache could lie. There is none: postings are kept by account in ledger order, and a balance
 * is the sum of those that are early enough on both axes. {@link naiveBalance} is the definition that it is tested by.
 */
export interface Balances {
  /** Adds the postings of the event at a place in the ledger. Places never go down. */
  add(place: number, postings: readonly Posting[]): void;
  /**
   * The sum of the postings effective on or before a day, inclusive, of the events at places below `size`.
   * Whole pence; an account without postings stands at nothing.
   */
  balance(account: Account, on: Day, size: number): Pence;
  /** Every account that has ever had a posting, in the order of first use. */
  accounts(): readonly Account[];
}

interface Column {
  readonly account: Account;
  length: number;
  places: Float64Array;
  days: Int32Array;
  pence: Float64Array;
}

const COLUMN_LENGTH_AT_FIRST = 4;

function doubled<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

function push(column: Column, place: number, day: number, amount: number): void {
  const at = column.length++;
  if (at === column.places.length) {
    column.places = doubled(column.places, new Float64Array(at * 2));
    column.days = doubled(column.days, new Int32Array(at * 2));
    column.pence = doubled(column.pence, new Float64Array(at * 2));
  }
  column.places[at] = place;
  column.days[at] = day;
  column.pence[at] = amount;
}

/** How many of a column's postings belong to events at places below `size`. */
function countBelow(column: Column, size: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column.places[middle]! < size) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function createBalances(): Balances {
  const columns = new Map<string, Column>();
  /** The same columns by the account objects that were given out, which need no key to be spelt. */
  const given = new Map<Account, Column>();
  const accounts: Account[] = [];

  function columnOf({ measure, holder, source, term, detail }: Account): Column {
    const account = { measure, holder, source, term, detail };
    const key = accountKey(account);
    let column = columns.get(key);
    if (!column) {
      column = {
        account,
        length: 0,
        places: new Float64Array(COLUMN_LENGTH_AT_FIRST),
        days: new Int32Array(COLUMN_LENGTH_AT_FIRST),
        pence: new Float64Array(COLUMN_LENGTH_AT_FIRST),
      };
      columns.set(key, column);
      given.set(account, column);
      accounts.push(account);
    }
    return column;
  }

  return {
    add(place, postings) {
      for (const posting of postings) push(columnOf(posting), place, dayNumber(posting.on), posting.pence);
    },
    balance(account, on, size) {
      const column = given.get(account) ?? columns.get(accountKey(account));
      if (!column) return NO_MONEY;
      const count = countBelow(column, size);
      const last = dayNumber(on);
      const { days, pence } = column;
      let sum = 0;
      for (let at = 0; at < count; at++) if (days[at]! <= last) sum = exactly(sum + pence[at]!);
      return sum as Pence;
    },
    accounts: () => accounts,
  };
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
