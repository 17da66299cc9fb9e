import { dayInWords, type Day } from '../calendar.js';
import { put } from '../grammar/change.js';
import { negated, plus, pounds, type Pence } from '../money.js';
import {
  accountKey,
  moveSeries,
  combined,
  emptySeries,
  seriesOn,
  type Account,
  type DaySeries,
  type Measure,
  type Posting,
} from '../postings.js';
import { refuse, type Refusal } from '../rules.js';

/** The books of a fund: the movements of each of its accounts, for what is decided on sums over many items. */
export interface Book {
  readonly account: Account;
  readonly series: DaySeries;
}

/** The accounts of a fund and their balances on a day: a decision reads its own state so, a question reads a view. */
export interface Balanced {
  readonly accounts: readonly Account[];
  balance(account: Account): Pence;
}

export function enterInBooks(books: ReadonlyMap<string, Book>, posting: Posting): void {
  const key = accountKey(posting);
  let book = books.get(key);
  if (!book) {
    const { measure, holder, source, term, detail } = posting;
    put(books, key, (book = { account: { measure, holder, source, term, detail }, series: emptySeries() }));
  }
  moveSeries(book.series, posting.on, posting.pence);
}

/** The books on a day, inclusive, as now known. Balances are in pence. */
export function booksOn(books: ReadonlyMap<string, Book>, on: Day): Balanced {
  return {
    accounts: [...books.values()].map(({ account }) => account),
    balance: (account) => seriesOn(books.get(accountKey(account))!.series, on),
  };
}

/**
 * The books of one source with terms and details added together. Formulas by partner need neither, and a plan may have
 * thousands of lines.
 */
export function booksOfSource(books: ReadonlyMap<string, Book>, source: string): Map<string, Book> {
  const together = new Map<string, Book>();
  for (const { account, series } of books.values()) {
    if (account.source !== source) continue;
    series.days.forEach((on, index) =>
      enterInBooks(together, { ...account, term: 'one-off', detail: '', item: '', on, pence: series.moves[index]! }),
    );
  }
  return together;
}

/** A day, and every later one on which the books move, in order. */
export function daysFrom(books: ReadonlyMap<string, Book>, first: Day): Day[] {
  const later = [...books.values()].flatMap(({ series }) => series.days.filter((day) => day > first));
  return [first, ...[...new Set(later)].sort()];
}

/** The limit that money set aside stays within what is held, by the name under which facts declare it. */
export const SET_ASIDE = 'setAside';

/**
 * How each measure changes the money of a source that the pool holds and has not promised: received, less spent,
 * accrued, passed down, given back, set aside or drawn for a later year.
 */
const HELD: Partial<Record<Measure, 1 | -1>> = {
  received: 1,
  spent: -1,
  accrued: -1,
  passedDown: -1,
  returned: -1,
  carriedForward: -1,
  drawn: -1,
};
const ASIDE: ReadonlySet<Measure> = new Set(['returned', 'carriedForward', 'drawn']);
const SPENT: ReadonlySet<Measure> = new Set(['spent', 'accrued']);
const PASSED_DOWN: ReadonlySet<Measure> = new Set(['passedDown']);

const withSign = (sign: 1 | -1, series: DaySeries) => ({ sign, series });
const single = ({ on, pence }: Posting): DaySeries => ({ days: [on], moves: [pence] });

/**
 * Money that is set aside for a later year, or was given back, must have been held. On a day on which some of a source
 * is set aside, no fact may make received − spent − accrued − passed down − returned − set aside negative, or more
 * negative. The same holds if some of a source was passed down and some spent, so that the council does not spend a
 * district’s share and one payment is not recorded as both. Any other source may be overspent, because spending is a
 * fact, as is passing down before the grant is received. Source: docs/sources.md, Acts and corrections; Instalments and
 * carry-forward.
 */
export function setAsideHolds(books: ReadonlyMap<string, Book>, moved: readonly Posting[]): Refusal | undefined {
  const touched = moved.filter((posting) => HELD[posting.measure]);
  for (const source of new Set(touched.map((posting) => posting.source))) {
    const balances = [...books.values()].filter(({ account }) => account.source === source && HELD[account.measure]);
    const added = touched.filter((posting) => posting.source === source);
    const sumOf = (of: ReadonlySet<Measure>): DaySeries =>
      combined([
        ...balances.filter(({ account }) => of.has(account.measure)).map(({ series }) => withSign(1, series)),
        ...added.filter(({ measure }) => of.has(measure)).map((posting) => withSign(1, single(posting))),
      ]);
    const [aside, passedDown] = [sumOf(ASIDE), sumOf(PASSED_DOWN)];
    if (aside.days.length === 0 && passedDown.days.length === 0) continue;
    const spent = sumOf(SPENT);
    const isBound = (day: Day): boolean =>
      seriesOn(aside, day) > 0 || (seriesOn(passedDown, day) > 0 && seriesOn(spent, day) > 0);
    const change = combined(added.map((posting) => withSign(HELD[posting.measure]!, single(posting))));
    const before = combined(balances.map(({ account, series }) => withSign(HELD[account.measure]!, series)));
    for (const day of [...new Set([...change.days, ...before.days])].sort()) {
      const changed = seriesOn(change, day);
      const after = plus(seriesOn(before, day), changed);
      if (changed >= 0 || after >= 0 || !isBound(day)) continue;
      return refuse(
        'more_than_held',
        `On ${dayInWords(day)}, what is held of ${source}, less what is owed, passed down, set aside or given back, would be ${pounds(negated(after))} below zero.`,
      );
    }
  }
  return undefined;
}
