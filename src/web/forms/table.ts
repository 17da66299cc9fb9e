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
 * A long list as a table: text with a column for each field, as spreadsheets save and copy it. The table is read into
 * the form’s fields for the rows, and checked as if the rows had been filled in one by one.
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

/**
 * A list that may hold more rows than a page asks for one by one, with plain fields in each row; undefined for any
 * other list.
 */
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

/** The most rows of such a list that are asked for one by one. */
const ONE_BY_ONE_MAX = 20;

/** The list, if it has too many rows to be shown row by row; otherwise undefined. */
export function longList(field: z.ZodType, rows: number): Tabled | undefined {
  return rows > ONE_BY_ONE_MAX ? tabled(field) : undefined;
}

const NO_SUM = '0.00';

/**
 * A summary of a list: the number of rows, and the total of each column of money. A text that is not a sum is not
 * counted.
 */
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

/** Columns beside the fields of a row, which help the officer and are not read. */
export interface Beside {
  readonly titles: readonly string[];
  /** Their values, by the value of the row’s first field. */
  readonly of: ReadonlyMap<string, readonly string[]>;
}

/** The rows of a form as a table. */
export function tableText({ columns }: Tabled, at: string, form: Form, { titles, of }: Beside): string {
  const rows = Array.from({ length: rowsAt(form, at) }, (_each, index) => {
    const own = columns.map(({ name, shape }) => cellOf(form, `${at}.${index}.${name}`, shape));
    // An empty row is left out.
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
  /** The rows as fields of the form. */
  readonly form: Form;
  readonly faults: readonly string[];
  /** Whether the form holds everything in the columns of the table. */
  readonly isWhole: boolean;
}

/** A column with its place in the first line of the table; -1 if the line does not name it. */
interface Placed extends Column {
  readonly place: number;
  /** The choices of the column, by each of their names in small letters; undefined if the column has no choices. */
  readonly found: ReadonlyMap<string, readonly string[]> | undefined;
  /** Whether the column may also hold a new name. */
  readonly isOpen: boolean;
}

/** The name of the total row in files that the ledger makes. */
const TOTAL = /^(grand )?total(s| of \d+)?:?$/i;

const ENTER = 'Enter the table: a line that names the columns, and a line for each row';
const NOTHING_READ = 'The columns that are read are empty in this line. Fill them in, or delete the line';

const isNamed = ({ title, name }: Column, cell: string): boolean =>
  cell.toLowerCase() === title.toLowerCase() || cell.toLowerCase() === name.toLowerCase();

/** The lines of a table that was typed, pasted or sent. */
const linesIn = ({ columns }: Tabled, text: string): Lines =>
  linesOf(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'), (cell) => columns.some((each) => isNamed(each, cell)));

/**
 * Reads a table into the rows of a form, with the errors of each line. A line or a cell is never left out, or read as
 * another, without an error message.
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
 * The rows without a total at the end. A total is a line as wide as the first that is named as a total and holds only
 * sums in the columns that are read. A line whose first cell names an existing choice is never a total.
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

/** What is wrong with a line whose cells are not below the names of their columns. */
function inOtherCells(row: Line, head: Line, separator: Separator, columns: readonly Placed[]): LineFault[] {
  const { line, cells } = row;
  const most = head.cells.length;
  if (cells.length > most) {
    const why =
      separator === '\t'
        ? 'Delete the cells that have no column, or name their column in the first line'
        : `If a sum or a text holds a ${separator === ',' ? 'comma' : 'semicolon'}, leave it out, or put quotation marks around the cell`;
    return [{ line, words: `This line has ${cells.length} cells, and the first line has ${most}. ${why}` }];
  }
  if (cells.length < most && separator !== '\t') {
    const name = separator === ',' ? 'comma' : 'semicolon';
    return [
      {
        line,
        words: `This line has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, and the first line has ${most}. Write a ${name} for an empty cell too`,
      },
    ];
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

/**
 * Cells that may be one sum with commas between its thousands, because the line also makes sense with one sum in their
 * place.
 */
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

/** Whether a cell can be read as a value of its column. */
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

/** What is wrong with a cell that its field cannot hold. A form would show such a field as empty. */
function unreadable(cell: string, value: string, { title, shape, found, isOpen }: Placed): string | undefined {
  if (cell.includes('\n')) return `${title} goes over more than one line. Write it in one line`;
  if (shape.kind === 'yes-no' && value !== 'yes' && value !== 'no')
    return `${title} must be yes or no, and “${cell}” is neither`;
  if (!found) return undefined;
  const many = found.get(cell.toLowerCase())?.length ?? 0;
  if (many > 1 && !found.get(value.toLowerCase())!.includes(value))
    return `${title} must be one name: ${many} are called “${cell}”. Write a name that only one of them has`;
  return many > 0 || isOpen ? undefined : `${title} must be an existing name: nothing is called “${cell}”`;
}

/** The choices of each column that the table names. The form searches these once for each row. */
function onlyThose(rows: readonly Line[], columns: readonly Placed[], looked: Looked): Looked {
  const some = new Map(
    columns.map((column) => {
      const values = new Set(rows.map(({ cells }) => typedIn(cells[column.place] ?? '', column)));
      return [column.field, looked(column.field)?.filter(({ value }) => values.has(value))] as const;
    }),
  );
  return (field) => (some.has(field) ? some.get(field) : looked(field));
}

/** The rows whose first field has the same value as an earlier row. */
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

/** The three parts of a day, as a form asks for them, from 2017-03-27 or 27/03/2017. */
function dayParts(at: string, cell: string): Form {
  const [, year, month, day, ...british]: readonly (string | undefined)[] = DAY.exec(cell) ?? [];
  const [d, m, y] = year === undefined ? british : [day, month, year];
  return { [`${at}-day`]: d ?? cell, [`${at}-month`]: m ?? '', [`${at}-year`]: y ?? '' };
}

/** What an officer would type in the field for the content of a cell. */
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

/** A row to add to a table: its cells by the titles of their columns, in small letters. */
export type Added = Readonly<Record<string, string>>;

/**
 * The text of a table with more rows at its end, in the columns that its first line names. What was typed is not
 * changed. If the table has no rows, the columns `besides` are added to its own.
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
