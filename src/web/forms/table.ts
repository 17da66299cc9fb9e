import type { z } from 'zod';
import { moneyText, signedPence, total } from '../../domain/money.js';
import { SignedAmount } from '../../domain/values.js';
import { csv } from '../../ledger/csv.js';
import { pounds } from '../format.js';
import type { Form } from '../site.js';
import { typedDay, typedMoney } from '../typed.js';
import { lineText, linesOf, type Line, type LineFault, type Lines, type Separator } from './cells.js';
import { isOpenChoice, type Choice, type Looked } from './choosing.js';
import { isGiven, readField, reading, rowsAt, ROWS_MAX, ROWS_SHOWN } from './reading.js';
import { isOptional, shapeOf, titleOf, within, type Shape } from './shapes.js';

/**
 * The rows of a long list as a table: text with a column for each field, as spreadsheets save and copy it. It is read into the same
 * fields of a form that are filled in row by row, and checked as these are.
 */

export interface Tabled {
  readonly field: z.ZodType;
  readonly item: string;
  readonly columns: readonly Column[];
}

interface Column {
  readonly name: string;
  readonly title: string;
  readonly field: z.ZodType;
  readonly shape: Shape;
}

/** A list that can hold more rows than a page asks for one by one, each of plain fields; undefined of any other. */
export function tabled(field: z.ZodType): Tabled | undefined {
  const list = shapeOf(field);
  const row = list.kind === 'list' && list.most > ROWS_SHOWN ? shapeOf(list.element) : undefined;
  if (list.kind !== 'list' || row?.kind !== 'object') return undefined;
  const columns = Object.entries(row.fields).map(([name, each]): Column => ({
    name,
    title: titleOf(each),
    field: each,
    shape: shapeOf(each),
  }));
  return columns.some(({ shape: { kind } }) => ['object', 'list', 'alternatives'].includes(kind))
    ? undefined
    : { field, item: list.item, columns };
}

/** Up to so many rows of such a list are asked for one by one. */
const ONE_BY_ONE_MAX = 20;

/** Such a list where it is not shown row by row, since it has too many rows. */
export function longList(field: z.ZodType, rows: number): Tabled | undefined {
  return rows > ONE_BY_ONE_MAX ? tabled(field) : undefined;
}

const NO_SUM = '0.00';

/** What the rows of a list come to: how many there are, and the sum of each column of money. What is no sum counts for nothing. */
export function summaryOf({ field, columns }: Tabled, rows: readonly unknown[]): string {
  const sums = columns
    .filter(({ shape: { kind } }) => kind === 'money')
    .map(({ name, title }) => {
      const all = rows.map((row) => (row as Readonly<Record<string, string>>)[name] ?? NO_SUM);
      const own = all.filter((each) => SignedAmount.safeParse(each).success);
      return `${within(title)} ${pounds(moneyText(total(own.map(signedPence))))}`;
    });
  return `${rows.length} ${within(titleOf(field))}. Together: ${sums.join(', ')}.`;
}

/** What stands beside the fields of a row, for whoever reads it: it is not read. */
export interface Beside {
  readonly titles: readonly string[];
  /** What they hold, by what the first field of the row holds. */
  readonly of: ReadonlyMap<string, readonly string[]>;
}

/** The rows of a form as a table. */
export function tableText({ columns }: Tabled, at: string, form: Form, { titles, of }: Beside): string {
  const rows = Array.from({ length: rowsAt(form, at) }, (_each, index) => {
    const own = columns.map(({ name, shape }) => cellOf(form, `${at}.${index}.${name}`, shape));
    // A row that nobody has filled in is none.
    return own.every((each) => each === '') ? [] : [[...own, ...(of.get(own[0]!) ?? titles.map(() => ''))]];
  }).flat();
  return csv({ columns: [...columns.map(({ title }) => title), ...titles], rows })
    .replace('\uFEFF', '')
    .replaceAll('\r', '');
}

export function cellOf(form: Form, at: string, { kind }: Shape): string {
  if (kind !== 'day') return form[at] ?? '';
  const [day = '', month = '', year = ''] = ['day', 'month', 'year'].map((part) => form[`${at}-${part}`]);
  return typedDay(day, month, year) ?? [day, month, year].join(' ').trim();
}

export interface TableRead {
  /** The rows, under the names of the form’s fields. */
  readonly form: Form;
  readonly faults: readonly string[];
  /** Whether the form holds all that stands in the columns of the table. */
  readonly isWhole: boolean;
}

/** A column as the first line of a table places it; -1 where it does not name it. */
interface Placed extends Column {
  readonly place: number;
  /** What may be chosen, by each of its wordings in small letters; undefined where nothing is chosen. */
  readonly found: ReadonlyMap<string, readonly string[]> | undefined;
  /** Whether it may be something new, too. */
  readonly isOpen: boolean;
}

/** The last row of a file that the ledger itself has made. */
const TOTAL = /^(grand )?total(s| of \d+)?:?$/i;

const ENTER = 'Enter the table: a line that names the columns, and a line for each row';
const NOTHING_READ = 'Nothing stands in the columns that are read. Fill them in, or take the line away';

const isNamed = ({ title, name }: Column, cell: string): boolean =>
  cell.toLowerCase() === title.toLowerCase() || cell.toLowerCase() === name.toLowerCase();

/** The lines of a table that was typed, pasted or sent. */
const linesIn = ({ columns }: Tabled, text: string): Lines =>
  linesOf(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'), (cell) => columns.some((each) => isNamed(each, cell)));

/**
 * Reads a table into the rows of a form, and says line by line what is wrong with it. No line and no cell of a column is left
 * out, or read as another, without a fault of its line.
 */
export function readTable(of: Tabled, at: string, form: Form, text: string, looked: Looked): TableRead {
  const { separator, lines, faults: torn } = linesIn(of, text);
  const [head, ...below] = lines;
  const columns = of.columns.map((each) => placed(each, head, looked));
  const rows = withoutTotal(below, head?.cells.length ?? 0, columns);
  const unnamed = columns.filter(({ place, field }) => place === -1 && !isOptional(field));
  if (!head || rows.length === 0)
    return {
      form: { [`${at}.count`]: '0' },
      faults: [ENTER, ...torn.map(told)],
      isWhole: !head || (unnamed.length === 0 && torn.length === 0),
    };
  const lost: LineFault[] = [
    ...torn,
    ...unnamed.map(({ title }) => ({ line: head.line, words: `The first line must name a column “${title}”` })),
    ...namedTwice(head, columns),
    ...(rows.length > ROWS_MAX
      ? [{ line: head.line, words: `There are ${rows.length} rows. A form holds at most ${ROWS_MAX}` }]
      : []),
    ...rows.flatMap((row) => inOtherCells(row, head, separator, columns)),
  ];
  const damaged = new Set(lost.map(({ line }) => line));
  const kept = rows.filter(({ line }) => !damaged.has(line)).slice(0, ROWS_MAX);
  const filled: Record<string, string> = { [`${at}.count`]: String(kept.length) };
  const unread = new Set<string>();
  const { element } = shapeOf(of.field) as Extract<Shape, { kind: 'list' }>;
  for (const [row, { line, cells }] of kept.entries()) {
    for (const column of columns) {
      const cell = cells[column.place] ?? '';
      if (cell === '') continue;
      const own = `${at}.${row}.${column.name}`;
      const value = typedIn(cell, column);
      const words = unreadable(cell, value, column);
      if (words !== undefined) {
        unread.add(own);
        lost.push({ line, words });
      }
      if (column.shape.kind === 'day') Object.assign(filled, dayParts(own, cell));
      else filled[own] = value;
    }
    if (!isGiven(element, `${at}.${row}`, filled)) lost.push({ line, words: NOTHING_READ });
  }
  const read = reading({ ...form, ...filled }, onlyThose(kept, columns, looked));
  if (kept.length > 0) readField(of.field, at, read);
  const lineOf = (place: string): number => kept[Number(place.slice(at.length + 1).split('.')[0])]?.line ?? head.line;
  const wrong = read.faults
    .filter((each) => !unread.has(each.at))
    .map(({ at: place, words }) => ({ line: place === at ? head.line : lineOf(place), words }));
  const again = read.faults.some((each) => each.at === at) ? repeated(kept, columns[0]!) : [];
  return {
    form: filled,
    faults: [...lost, ...wrong, ...again]
      .sort((a, b) => a.line - b.line)
      .map((each) => (each.line === head.line ? each.words : told(each))),
    isWhole: lost.length === 0,
  };
}

const told = ({ line, words }: LineFault): string => `Line ${line}: ${words}`;

function placed(column: Column, head: Line | undefined, looked: Looked): Placed {
  const { field, shape } = column;
  const choices = shape.kind === 'choice' ? (looked(field) ?? []) : undefined;
  return {
    ...column,
    place: head?.cells.findIndex((each) => isNamed(column, each)) ?? -1,
    found: choices && byWords(choices),
    isOpen: shape.kind === 'choice' && isOpenChoice(shape.choices),
  };
}

function byWords(choices: readonly Choice[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { value, words, about } of choices)
    for (const each of new Set([value, words, about ?? value].map((text) => text.toLowerCase()))) {
      const before = found.get(each);
      if (before) before.push(value);
      else found.set(each, [value]);
    }
  return found;
}

/**
 * The rows without those at the end that are the sum of the others: a line as wide as the first, with nothing but sums in the
 * columns that are read. What there is, is no sum, whatever it is called.
 */
function withoutTotal(rows: readonly Line[], width: number, columns: readonly Placed[]): readonly Line[] {
  const isSum = (cell: string, column: Placed): boolean => {
    if (column.place === 0) return !column.found?.has(cell.toLowerCase());
    return cell === '' || (column.shape.kind === 'money' && typedMoney(typedIn(cell, column)) !== undefined);
  };
  const isTotal = ({ cells }: Line): boolean =>
    TOTAL.test(cells[0]!) && cells.length === width && columns.every((each) => isSum(cells[each.place] ?? '', each));
  return rows.slice(0, rows.findLastIndex((row) => !isTotal(row)) + 1);
}

const namedTwice = ({ line, cells }: Line, columns: readonly Placed[]): LineFault[] =>
  columns
    .filter((column) => cells.filter((cell) => isNamed(column, cell)).length > 1)
    .map(({ title }) => ({ line, words: `The first line names the column “${title}” twice. Keep one of the two` }));

/** What is wrong with a line whose cells do not stand below the names of their columns. */
function inOtherCells(row: Line, head: Line, separator: Separator, columns: readonly Placed[]): LineFault[] {
  const { line, cells } = row;
  const most = head.cells.length;
  if (cells.length > most) {
    const why =
      separator === '\t'
        ? 'Take away what stands beside the columns, or name its column in the first line'
        : `Where a ${separator === ',' ? 'comma' : 'semicolon'} stands within a sum or a text, write it without, or put quotation marks around the cell`;
    return [{ line, words: `This line has ${cells.length} cells, and the first line has ${most}. ${why}` }];
  }
  const sum = separator === ',' ? dividedSum(row, columns) : undefined;
  return sum === undefined
    ? []
    : [
        {
          line,
          words: `“${sum}” may be one sum or the sums of several columns. Write one sum without commas, and several with their pence, like 20.00,400.00`,
        },
      ];
}

const THOUSANDS = /^[-−–]?£?\d{1,3}(,\d{3})+(\.\d{1,2})?$/;

/** Cells that may be one sum with commas between its thousands: the line makes sense with one sum in their place, too. */
function dividedSum({ cells, written }: Line, columns: readonly Placed[]): string | undefined {
  for (const { place, shape } of columns) {
    if (shape.kind !== 'money' || place === -1) continue;
    for (let last = place + 1; last < cells.length; last++) {
      const sum = written
        .slice(place, last + 1)
        .join(',')
        .trim();
      const instead = [...cells.slice(0, place), sum, ...cells.slice(last + 1)];
      if (THOUSANDS.test(sum) && columns.every((each) => fits(instead[each.place] ?? '', each))) return sum;
    }
  }
  return undefined;
}

/** Whether a cell can be read as what its column holds. */
function fits(cell: string, column: Placed): boolean {
  if (cell === '') return isOptional(column.field);
  const value = typedIn(cell, column);
  if (unreadable(cell, value, column) !== undefined) return false;
  switch (column.shape.kind) {
    case 'money':
      return typedMoney(value) !== undefined;
    case 'day': {
      const { 'f-day': day = '', 'f-month': month = '', 'f-year': year = '' } = dayParts('f', cell);
      return typedDay(day, month, year) !== undefined;
    }
    default:
      return true;
  }
}

/** What is wrong with a cell that its field cannot hold: a form would show the field as empty. */
function unreadable(cell: string, value: string, { title, shape, found, isOpen }: Placed): string | undefined {
  if (cell.includes('\n')) return `${title} goes over more than one line. Write it in one line`;
  if (shape.kind === 'yes-no' && value !== 'yes' && value !== 'no')
    return `${title} must be yes or no: “${cell}” is neither`;
  if (!found) return undefined;
  const many = found.get(cell.toLowerCase())?.length ?? 0;
  if (many > 1 && !found.get(value.toLowerCase())!.includes(value))
    return `${title} must be one that there is: ${many} are called “${cell}”. Write a name that only one of them has`;
  return many > 0 || isOpen ? undefined : `${title} must be one that there is: nothing is called “${cell}”`;
}

/** Of the choices of each column, those that the table names: a form looks through them once for each row. */
function onlyThose(rows: readonly Line[], columns: readonly Placed[], looked: Looked): Looked {
  const some = new Map(
    columns.map((column) => {
      const values = new Set(rows.map(({ cells }) => typedIn(cells[column.place] ?? '', column)));
      return [column.field, looked(column.field)?.filter(({ value }) => values.has(value))] as const;
    }),
  );
  return (field) => (some.has(field) ? some.get(field) : looked(field));
}

/** The rows that name in their first field what a row before them does. */
function repeated(rows: readonly Line[], column: Placed): LineFault[] {
  const seen = new Map<string, number>();
  return rows.flatMap(({ line, cells }) => {
    const key = typedIn(cells[column.place] ?? '', column);
    const before = seen.get(key);
    if (before === undefined) seen.set(key, line);
    return before === undefined || key === ''
      ? []
      : [{ line, words: `${column.title} is the same as in line ${before}` }];
  });
}

const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$|^(\d{1,2})[ /.-]([a-z]+|\d{1,2})[ /.-](\d{4})$/i;

/** The three parts of a day, as a form asks for them: a spreadsheet writes 2017-03-27 or 27/03/2017. */
function dayParts(at: string, cell: string): Form {
  const [, year, month, day, ...british]: readonly (string | undefined)[] = DAY.exec(cell) ?? [];
  const [d, m, y] = year === undefined ? british : [day, month, year];
  return { [`${at}-day`]: d ?? cell, [`${at}-month`]: m ?? '', [`${at}-year`]: y ?? '' };
}

/** What somebody would type in the field for what a cell holds. */
function typedIn(cell: string, { shape, found }: Placed): string {
  const same = (text: string): boolean => text.toLowerCase() === cell.toLowerCase();
  switch (shape.kind) {
    // A spreadsheet writes £12.50 as 12.5.
    case 'money':
      return cell.replace(/(\.\d)$/, '$10');
    case 'yes-no': {
      const [no, yes] = shape.words;
      if ([yes, 'yes', 'y', 'true', '1'].some(same)) return 'yes';
      return [no, 'no', 'n', 'false', '0'].some(same) ? 'no' : cell;
    }
    case 'choice': {
      const values = found?.get(cell.toLowerCase()) ?? [];
      return values.length === 1 ? values[0]! : cell;
    }
    default:
      return cell;
  }
}

/** A row that is put into a table: its cells by the titles of their columns, in small letters. */
export type Added = Readonly<Record<string, string>>;

/**
 * The text of a table with more rows below those that it holds, in the columns that its first line names. What was typed stays
 * as it is. A table without rows gets the columns `besides` its own, too.
 */
export function tableWith(of: Tabled, text: string, rows: readonly Added[], besides: readonly string[]): string {
  const { separator, lines } = linesIn(of, text);
  const [head, ...below] = lines;
  const names = head?.cells ?? of.columns.map(({ title }) => title);
  const more = besides.filter((each) => !names.some((name) => name.toLowerCase() === each.toLowerCase()));
  const all = below.length > 0 ? names : [...names, ...more];
  const keys = all.map((name) => (of.columns.find((each) => isNamed(each, name))?.title ?? name).toLowerCase());
  const begun = below.length > 0 ? text.replace(/\s+$/, '') : lineText(all, separator);
  return `${[
    begun,
    ...rows.map((row) =>
      lineText(
        keys.map((key) => row[key] ?? ''),
        separator,
      ),
    ),
  ].join('\n')}\n`;
}
