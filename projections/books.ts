import { exactly } from '../src/domain/money.js';

/**
 * The postings of the accounts of one holder, in ledger order, in pages. Before each page but the first stands a table
 * with the balance of every account on each day.
 *
 * To find all balances of a holder at two dates, take the last page with a posting known at that size. Either take one
 * row of the table before that page and add the known postings of the page, or take one row of the table after it and
 * subtract the postings not known yet, whichever are fewer. Pages are only added, so written pages never change, a
 * back-dated posting costs as much as any other, and nothing can go stale. A year has few days, so a table is short
 * however many postings it sums up; a page is as long as its table is, divided by {@link CELLS_PER_POSTING}, and 64
 * postings at least. So the time to an answer grows with the days from a holder's first to its last, with the number of
 * its accounts and with the logarithm of the ledger, and not with the ledger.
 *
 * Memory: 16 bytes a posting; and for tables 64 bytes a posting, less where a holder has few, and never above 128. All
 * books of a fund share one long buffer, which grows by an eighth of what it holds.
 */
interface Paper {
  /** One buffer, seen as money and as numbers of 4 bytes; counted in units of 8 bytes. */
  money: Float64Array;
  words: Uint32Array;
  /** The units in use. */
  used: number;
}

export interface Book {
  /** How many accounts it has: {@link ACCOUNTS_MAX} at most, so that a table is never too long. */
  accounts: number;
  /** The sum of the absolute amounts of all its postings: while it is exact, every sum of some of them is exact. */
  moved: number;
  /** The first and the last day on which anything moved, in days since 1970. */
  firstDay: number;
  lastDay: number;
  pages: number;
  /** Where the last page is full. */
  limit: number;
  /** The place of the first posting of each page, with room for so many; after them the {@link Field}s of each page. */
  index: Uint32Array;
  room: number;
}

export const ACCOUNTS_MAX = 64;

/** What is kept of a page: where its postings begin and end; where its table begins, its first day, its days and accounts. */
const Field = { start: 0, end: 1, table: 2, firstDay: 3, days: 4, accounts: 5 } as const;
const FIELDS = 6;

/** A posting is two units: whole pence, and the place of its event in the ledger with the day and the account. */
const UNITS = 2;
const placeAt = (at: number): number => at * 2 + 2;
const whatAt = (at: number): number => at * 2 + 3;
const DAY_BITS = 16;
const DAY_MAX = (1 << DAY_BITS) - 1;

/**
 * Many holders have few postings, so a page begins short. When it is full, it is moved to a longer place, until it has
 * its full length.
 */
const POSTINGS_AT_FIRST = 4;
const POSTINGS_MIN = 64;
const CELLS_PER_POSTING = 8;
const ROOM_AT_FIRST = 1;
const UNITS_AT_FIRST = 64;
const GROWTH = 1.125;

/** A buffer that is empty, or that holds what is given without spare room. */
export const createPaper = (kept?: Float64Array): Paper => ({
  ...views(kept ?? new Float64Array(UNITS_AT_FIRST)),
  used: kept?.length ?? 0,
});

const views = (money: Float64Array): Pick<Paper, 'money' | 'words'> => ({
  money,
  words: new Uint32Array(money.buffer, money.byteOffset, money.length * 2),
});

export const createBook = (): Book => ({
  accounts: 0,
  moved: 0,
  firstDay: DAY_MAX,
  lastDay: 0,
  pages: 0,
  limit: 0,
  index: new Uint32Array(ROOM_AT_FIRST * (1 + FIELDS)),
  room: ROOM_AT_FIRST,
});

/** Reserves so many empty units, and returns where they begin. */
function take(paper: Paper, units: number): number {
  const start = paper.used;
  paper.used += units;
  if (paper.used > paper.money.length) {
    const { money } = paper;
    Object.assign(paper, views(new Float64Array(Math.ceil(paper.used * GROWTH))));
    paper.money.set(money);
  }
  return start;
}

const fieldsOf = (book: Book, page: number): number => book.room + page * FIELDS;

/**
 * Adds a posting to one of a book's accounts, which are counted from 0. Places are below 4,294,967,296 and never go down.
 * Throws a RangeError, and adds nothing, where the day (in days since 1970, to 2149-06-06) cannot be kept, and
 * {@link MoneyOverflow} where the holder has moved more than can be added up exactly.
 */
export function enter(paper: Paper, book: Book, account: number, place: number, day: number, pence: number): void {
  if (!(day >= 0 && day <= DAY_MAX)) throw new RangeError(`No balance can be kept of the day ${day} since 1970.`);
  book.moved = exactly(book.moved + Math.abs(pence));
  if (book.pages === 0) addPage(paper, book, place, POSTINGS_AT_FIRST * UNITS, NO_TABLE);
  else if (book.index[fieldsOf(book, book.pages - 1) + Field.end] === book.limit) makeRoom(paper, book, place);
  const end = fieldsOf(book, book.pages - 1) + Field.end;
  const at = book.index[end]!;
  book.index[end] = at + UNITS;
  paper.money[at] = pence;
  paper.words[placeAt(at)] = place;
  paper.words[whatAt(at)] = (account << DAY_BITS) | day;
  if (day < book.firstDay) book.firstDay = day;
  if (day > book.lastDay) book.lastDay = day;
}

interface Table {
  readonly table: number;
  readonly firstDay: number;
  readonly days: number;
  readonly accounts: number;
}

const NO_TABLE: Table = { table: 0, firstDay: 0, days: 0, accounts: 0 };

/**
 * Makes room after a full page: lengthens the page if it is much too short for the days of its book, or adds another
 * page.
 */
function makeRoom(paper: Paper, book: Book, place: number): void {
  const last = fieldsOf(book, book.pages - 1);
  const start = book.index[last + Field.start]!;
  const units = book.limit - start;
  const { firstDay, accounts } = book;
  const days = book.lastDay - firstDay + 1;
  const whole = UNITS * Math.max(POSTINGS_MIN, Math.ceil((days * accounts) / CELLS_PER_POSTING));
  if (units * 2 < whole) {
    const longer = take(paper, Math.min(whole, units * 4));
    paper.money.copyWithin(longer, start, start + units);
    book.index[last + Field.start] = longer;
    book.index[last + Field.end] = longer + units;
    book.limit = paper.used;
    return;
  }
  addPage(paper, book, place, whole, { table: addTable(paper, book, days), firstDay, days, accounts });
}

function addPage(paper: Paper, book: Book, place: number, units: number, before: Table): void {
  if (book.pages === book.room) {
    const index = new Uint32Array(book.index.length * 2);
    index.set(book.index.subarray(0, book.room));
    index.set(book.index.subarray(book.room), book.room * 2);
    book.index = index;
    book.room *= 2;
  }
  const start = take(paper, units);
  const { table, firstDay, days, accounts } = before;
  book.index[book.pages] = place;
  book.index.set([start, start, table, firstDay, days, accounts], fieldsOf(book, book.pages));
  book.pages++;
  book.limit = start + units;
}

/** Makes the table of the balance of every account on each day, from the table before the last page and that page. */
function addTable(paper: Paper, book: Book, days: number): number {
  const { accounts, firstDay, index } = book;
  const table = take(paper, days * accounts);
  const { money, words } = paper;
  const page = fieldsOf(book, book.pages - 1);
  const end = index[page + Field.end]!;
  for (let at = index[page + Field.start]!; at < end; at += UNITS) {
    const what = words[whatAt(at)]!;
    money[table + ((what & DAY_MAX) - firstDay) * accounts + (what >>> DAY_BITS)]! += money[at]!;
  }
  // First the changes of the page by day, and then their running sums along the days.
  for (let cell = table + accounts; cell < table + days * accounts; cell++) money[cell]! += money[cell - accounts]!;
  const accountsBefore = index[page + Field.accounts]!;
  for (let day = 0; day < days; day++) {
    const row = rowOf(index, page, firstDay + day);
    if (row < 0) continue;
    for (let account = 0; account < accountsBefore; account++) {
      money[table + day * accounts + account]! += money[row + account]!;
    }
  }
  return table;
}

/** The row of a page's table for the balances on a day, inclusive; negative if nothing had moved by then. */
function rowOf(index: Uint32Array, page: number, day: number): number {
  const row = Math.min(day - index[page + Field.firstDay]!, index[page + Field.days]! - 1);
  return row < 0 ? row : index[page + Field.table]! + row * index[page + Field.accounts]!;
}

/**
 * Writes the balance of each account of a book into `sums`, in whole pence: the sum of its postings effective on or
 * before a day (in days since 1970, inclusive) of the events at places below `size`. `sums` has a number for each
 * account of the book.
 */
export function readBook(paper: Paper, book: Book, day: number, size: number, sums: Float64Array): void {
  sums.fill(0);
  const { index } = book;
  let low = 0;
  let high = book.pages;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (index[middle]! < size) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return;
  const page = fieldsOf(book, low - 1);
  const { words } = paper;
  const start = index[page + Field.start]!;
  const end = index[page + Field.end]!;
  const middle = start + (((end - start) / UNITS) >>> 1) * UNITS;
  // From the table after the page backwards, if that is nearer: that table contains the whole page.
  if (low < book.pages && words[placeAt(middle)]! < size) {
    copyRow(paper, index, page + FIELDS, day, sums);
    for (let at = end - UNITS; words[placeAt(at)]! >= size; at -= UNITS) {
      const what = words[whatAt(at)]!;
      if ((what & DAY_MAX) <= day) sums[what >>> DAY_BITS]! -= paper.money[at]!;
    }
    return;
  }
  copyRow(paper, index, page, day, sums);
  for (let at = start; at < end && words[placeAt(at)]! < size; at += UNITS) {
    const what = words[whatAt(at)]!;
    if ((what & DAY_MAX) <= day) sums[what >>> DAY_BITS]! += paper.money[at]!;
  }
}

/** What the table before a page has of each account on a day, inclusive. */
function copyRow({ money }: Paper, index: Uint32Array, page: number, day: number, sums: Float64Array): void {
  const row = rowOf(index, page, day);
  if (row < 0) return;
  const accounts = index[page + Field.accounts]!;
  for (let account = 0; account < accounts; account++) sums[account] = money[row + account]!;
}
