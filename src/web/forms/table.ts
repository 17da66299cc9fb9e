import type { z } from 'zod';
import { moneyText, signedPence, total } from '../../domain/money.js';
import { SignedAmount } from '../../domain/values.js';
import { csv } from '../../ledger/csv.js';
import { pounds } from '../format.js';
import type { Form } from '../site.js';
import { typedDay } from '../typed.js';
import type { Choice, Looked } from './choosing.js';
import { readField, reading, rowsAt, ROWS_MAX, ROWS_SHOWN } from './reading.js';
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

function cellOf(form: Form, at: string, { kind }: Shape): string {
  if (kind !== 'day') return form[at] ?? '';
  const [day = '', month = '', year = ''] = ['day', 'month', 'year'].map((part) => form[`${at}-${part}`]);
  return typedDay(day, month, year) ?? [day, month, year].join(' ').trim();
}

/** A row of a text: its cells, and the line of the text on which it begins, 1 for the first. */
interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Commas, semicolons, or tabs, as spreadsheets copy: what stands in the first line tells. */
function separatorOf(text: string): string {
  const [first = ''] = text.split('\n', 1);
  return ['\t', ';'].find((each) => first.includes(each)) ?? ',';
}

function linesOf(text: string): Line[] {
  const separator = separatorOf(text);
  const lines: Line[] = [];
  let [cells, cell, isQuoted, line, begun]: [string[], string, boolean, number, number] = [[], '', false, 1, 1];
  const endCell = (): void => {
    cells.push(cell.trim().replace(/^'(?=[=+\-@])/, ''));
    cell = '';
  };
  const endLine = (): void => {
    endCell();
    if (cells.some((each) => each !== '')) lines.push({ line: begun, cells });
    cells = [];
    begun = line + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (isQuoted && sign === '"' && text[at + 1] === '"') cell += text[at++]!;
    else if (sign === '"' && (isQuoted || cell.trim() === '')) isQuoted = !isQuoted;
    else if (!isQuoted && sign === separator) endCell();
    else if (!isQuoted && sign === '\n') endLine();
    else cell += sign;
    if (sign === '\n') line++;
  }
  endLine();
  return lines;
}

export interface TableRead {
  /** The rows, under the names of the form’s fields. */
  readonly form: Form;
  readonly faults: readonly string[];
}

/** The last row of a file that the ledger itself has made. */
const TOTAL = /^total\b/i;

/** Reads a table into the rows of a form, and says line by line what is wrong with it. */
export function readTable(of: Tabled, at: string, form: Form, text: string, looked: Looked): TableRead {
  const [head, ...all] = linesOf(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'));
  const rows = all.filter(({ cells: [first = ''] }) => !TOTAL.test(first));
  if (!head || rows.length === 0)
    return {
      form: { [`${at}.count`]: '0' },
      faults: ['Enter the table: a line that names the columns, and a line for each row'],
    };
  const named = head.cells.map((each) => each.toLowerCase());
  const places = of.columns.map(({ title, name }) =>
    named.findIndex((each) => each === title.toLowerCase() || each === name.toLowerCase()),
  );
  const faults: { readonly line: number; readonly words: string }[] = [];
  for (const [index, { title, field }] of of.columns.entries())
    if (places[index] === -1 && !isOptional(field))
      faults.push({ line: head.line, words: `The first line must name a column “${title}”` });
  if (rows.length > ROWS_MAX)
    faults.push({ line: head.line, words: `There are ${rows.length} rows. A form holds at most ${ROWS_MAX}` });
  const filled: Record<string, string> = { [`${at}.count`]: String(Math.min(rows.length, ROWS_MAX)) };
  const unknown = new Set<string>();
  for (const [row, { line, cells }] of rows.slice(0, ROWS_MAX).entries())
    for (const [index, { name, title, field, shape }] of of.columns.entries()) {
      const cell = cells[places[index]!] ?? '';
      if (cell === '') continue;
      const own = `${at}.${row}.${name}`;
      const choices = shape.kind === 'choice' ? looked(field) : undefined;
      const value = typedIn(cell, shape, choices);
      if (choices && !choices.some((each) => each.value === value)) {
        unknown.add(own);
        faults.push({ line, words: `${title} must be one that there is: nothing is called “${cell}”` });
      }
      if (shape.kind === 'day') Object.assign(filled, dayParts(own, cell));
      else filled[own] = value;
    }
  const read = reading({ ...form, ...filled }, looked);
  readField(of.field, at, read);
  const lineOf = (place: string): number => rows[Number(place.slice(at.length + 1).split('.')[0])]?.line ?? head.line;
  for (const { at: place, words } of read.faults)
    if (!unknown.has(place)) faults.push({ line: place === at ? head.line : lineOf(place), words });
  if (read.faults.some((each) => each.at === at)) faults.push(...repeated(of, rows, places[0]!));
  return {
    form: filled,
    faults: faults
      .sort((a, b) => a.line - b.line)
      .map(({ line, words }) => (line === head.line ? words : `Line ${line}: ${words}`)),
  };
}

/** The rows that name in their first field what a row before them does. */
function repeated({ columns: [first] }: Tabled, rows: readonly Line[], place: number) {
  const seen = new Map<string, number>();
  return rows.flatMap(({ line, cells }) => {
    const key = cells[place] ?? '';
    const before = seen.get(key);
    if (before === undefined) seen.set(key, line);
    return before === undefined || key === ''
      ? []
      : [{ line, words: `${first!.title} is the same as in line ${before}` }];
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
function typedIn(cell: string, shape: Shape, choices: readonly Choice[] | undefined): string {
  const same = (text: string | null): boolean => text?.toLowerCase() === cell.toLowerCase();
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
      const found = choices?.filter(({ value, words, about }) => [value, words, about].some(same)) ?? [];
      return found.length === 1 ? found[0]!.value : cell;
    }
    default:
      return cell;
  }
}
