import Table from 'cli-table3';
import type { Table as Rows } from '../ledger/questions/question.js';

/** Where a command writes: data to one stream, everything else to the other. */
export interface Output {
  data(text: string): void;
  note(text: string): void;
  /** Whether notes go to a terminal. Progress is drawn only there. */
  readonly terminal: boolean;
  /** The greatest width of a line of data; undefined if it does not go to a terminal. */
  readonly width?: number | undefined;
}

const AMOUNT = /^-?\d[\d,]*\.\d{2}$/;

/** An amount with commas, `7,000,000.00`. Any other text is returned unchanged, even if it has digits. */
export const withCommas = (text: string): string => (AMOUNT.test(text) ? text.replace(/\B(?=(\d{3})+\.)/g, ',') : text);

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

const WRAPPED_WIDTH_MIN = 24;

/** The columns that a table leaves out because they are empty. A table without rows leaves out none. */
export const leftOut = ({ columns, minor = [], ...of }: Rows): string[] => {
  const shown = shownRows(of);
  return columns.filter(
    (name, at) =>
      shown.length > 0 && minor.includes(name) && shown.every((row) => row[at] === '0.00' || row[at] === ''),
  );
};

/** The rows of a table with their totals below them. */
const shownRows = ({ rows, totals = [] }: Pick<Rows, 'rows' | 'totals'>) => [...rows, ...totals];

/**
 * A table for reading: aligned columns, amounts to the right with commas, without the columns of {@link leftOut}. If
 * the table is wider than `width`, its widest column of words is wrapped.
 */
export function tableText(table: Rows, width = Infinity): string {
  const { columns } = table;
  const rows = shownRows(table);
  const gone = [...leftOut(table), ...(table.inFiles ?? [])];
  const kept = columns.flatMap((name, at) => (gone.includes(name) ? [] : [at]));
  const cells = rows.map((row) => kept.map((at) => withCommas(row[at]!)));
  const head = kept.map((at) => columns[at]!);
  const right = kept.map((at) => rows.some((row) => AMOUNT.test(row[at]!)));
  const widths = head.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at]!.length)));
  const over = widths.reduce((sum, each) => sum + each + 2, -2) - width;
  const widest = widths.indexOf(Math.max(...widths));
  const wraps = over > 0 && !right[widest];
  const text = new Table({
    head,
    colAligns: right.map((each) => (each ? 'right' : 'left')),
    ...(wraps && {
      wordWrap: true,
      colWidths: widths.map((each, at) => (at === widest ? Math.max(WRAPPED_WIDTH_MIN, each - over) : null)),
    }),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  text.push(...cells);
  return text
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
