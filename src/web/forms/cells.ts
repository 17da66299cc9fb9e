import { csvCell } from '../../ledger/csv.js';

/**
 * Splits the text of a table into lines of cells, as spreadsheets save it (with commas or semicolons) and copy it (with
 * tabs). A text with two possible readings is an error of its line, so that no line silently becomes part of another.
 */

export type Separator = '\t' | ';' | ',';

export interface Line {
  /** The line of the text on which the row begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** The same cells as written, with quotation marks and spaces. */
  readonly written: readonly string[];
}

export interface LineFault {
  readonly line: number;
  readonly words: string;
}

export interface Lines {
  readonly separator: Separator;
  readonly lines: readonly Line[];
  readonly faults: readonly LineFault[];
}

const SEPARATORS: readonly Separator[] = ['\t', ';', ','];

const NOT_CLOSED = 'A quotation mark begins a cell, and none ends it. Delete it, or write one at each end of the cell';
/** Spreadsheets save an empty row with as many cells as the other rows. */
const CUT_OFF =
  'The line is empty and has fewer or more cells than the first line, so it may be the beginning of the next line. Delete it, or write both as one line';
const LONG_HEAD = 'The name of a column in the first line has a line break in it. Write it in one line';

/** The ledger’s own files put an apostrophe before a cell that a spreadsheet would run as a formula. */
const read = (text: string): string => text.trim().replace(/^'(?=[=+\-@])/, '');

/**
 * The lines of a text, each a row of cells. Empty lines are left out; one that may be cut off from the next line is an
 * error. `isName` says whether a cell names a column.
 */
export function linesOf(text: string, isName: (cell: string) => boolean): Lines {
  const separator = separatorOf(text, isName);
  const lines: Line[] = [];
  const faults: LineFault[] = [];
  let line = 1;
  for (let at = 0; at <= text.length;) {
    const found = rowAt(text, at, separator, lines.length === 0);
    const own = text.slice(at, found.end);
    if (found.cells.some((each) => each !== '')) lines.push({ line, cells: found.cells, written: found.written });
    else if (found.cells.length > 1 && lines[0] && found.cells.length !== lines[0].cells.length)
      faults.push({ line, words: CUT_OFF });
    faults.push(...found.faults.map((words) => ({ line, words })));
    line += breaksIn(own) + 1;
    at = found.end + 1;
  }
  return { separator, lines, faults };
}

const breaksIn = (text: string): number => text.split('\n').length - 1;

/** The separator with which the first line names the most columns. */
function separatorOf(text: string, isName: (cell: string) => boolean): Separator {
  const names = SEPARATORS.map((each) => ({
    separator: each,
    many: rowAt(text, 0, each, true).cells.filter(isName).length,
  }));
  const most = Math.max(...names.map(({ many }) => many));
  const [first = ''] = text.split('\n', 1);
  return (
    (most > 0 ? names.find(({ many }) => many === most)?.separator : SEPARATORS.find((each) => first.includes(each))) ??
    ','
  );
}

/** The row that begins at a place in a text. `end` is the place of the line break after it, or the end of the text. */
function rowAt(text: string, begin: number, separator: Separator, isHead: boolean) {
  const cells: string[] = [];
  const written: string[] = [];
  const faults = new Set<string>();
  let at = begin;
  for (;;) {
    const open = blanksFrom(text, at, separator);
    const close = text[open] === '"' ? closingOf(text, open, separator) : undefined;
    const quoted = close === undefined ? undefined : text.slice(open + 1, close).replaceAll('""', '"');
    // A cell that is copied with tabs may begin with a quotation mark of its own.
    if (text[open] === '"' && quoted === undefined && separator !== '\t') faults.add(NOT_CLOSED);
    const wrong = quoted === undefined ? undefined : swallowed(quoted, cells.length, separator, isHead);
    if (wrong !== undefined) faults.add(wrong);
    const isQuoted = quoted !== undefined && (wrong === undefined || isHead);
    const end = isQuoted ? blanksFrom(text, close! + 1, separator) : endOfCell(text, at, separator);
    const own = text.slice(at, end);
    cells.push(read(isQuoted ? quoted : own));
    written.push(own);
    if (text[end] !== separator) return { cells, written, faults: [...faults], end };
    at = end + 1;
  }
}

/**
 * What is wrong with a quoted cell of several lines. It may be a note in which somebody pressed Enter, or several rows
 * between two unrelated quotation marks. In the second case its last line holds at least the cells that stand before
 * the quoted one.
 */
function swallowed(quoted: string, before: number, separator: Separator, isHead: boolean): string | undefined {
  const [, ...later] = quoted.split('\n');
  if (later.length === 0) return undefined;
  if (isHead) return LONG_HEAD;
  return later.some((each) => each.split(separator).length > before)
    ? `A quotation mark begins a cell that ends ${later.length} ${later.length === 1 ? 'line' : 'lines'} further down, and these may be lines of the table. Delete the quotation mark, or write the cell in one line`
    : undefined;
}

function blanksFrom(text: string, from: number, separator: Separator): number {
  let at = from;
  while (at < text.length && text[at] !== '\n' && text[at] !== separator && text[at]!.trim() === '') at++;
  return at;
}

/**
 * The place of the quotation mark that ends a quoted cell; undefined if there is none, or if the cell continues after
 * it.
 */
function closingOf(text: string, open: number, separator: Separator): number | undefined {
  for (let close = text.indexOf('"', open + 1); close >= 0; close = text.indexOf('"', close + 2)) {
    if (text[close + 1] === '"') continue;
    const after = text[blanksFrom(text, close + 1, separator)];
    return after === undefined || after === '\n' || after === separator ? close : undefined;
  }
  return undefined;
}

function endOfCell(text: string, from: number, separator: Separator): number {
  let at = from;
  while (at < text.length && text[at] !== '\n' && text[at] !== separator) at++;
  return at;
}

/** Cells as a line of a text. */
export const lineText = (cells: readonly string[], separator: Separator = ','): string =>
  cells.map((each) => csvCell(each, separator)).join(separator);
