import Table from 'cli-table3';
import type { Table as Rows } from '../ledger/queries/query.js';

/** Where a command writes: data on one stream, everything else on the other. */
export interface Output {
  data(text: string): void;
  note(text: string): void;
  /** Whether the notes go to a terminal, so that progress can be drawn. */
  readonly terminal: boolean;
  /** How wide a line of data may be; none where it does not go to a terminal. */
  readonly width?: number | undefined;
}

const AMOUNT = /^-?[\d,]*\d\.\d{2}$/;

/** Text with every amount in it written with commas: `7,000,000.00`. */
export const withCommas = (text: string): string =>
  text.replace(/\d+\.\d{2}\b/g, (amount) => amount.replace(/\B(?=(\d{3})+\.)/g, ','));

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

/** Wider tables than this leave out the columns in which there is nothing but 0.00. */
const COLUMNS_KEPT_MAX = 6;
const WRAPPED_WIDTH_MIN = 24;

/**
 * A table for reading: columns aligned, amounts to the right and with commas; in wide tables, columns of nothing but 0.00
 * left out. Where a width is given and the table is wider, its widest column of words is wrapped.
 */
export function tableText({ columns, rows }: Rows, width = Infinity): string {
  const wide = columns.length > COLUMNS_KEPT_MAX && rows.length > 0;
  const kept = columns.flatMap((_, at) => (wide && rows.every((row) => row[at] === '0.00') ? [] : [at]));
  const cells = rows.map((row) => kept.map((at) => withCommas(row[at]!)));
  const head = kept.map((at) => columns[at]!);
  const right = kept.map((at) => rows.some((row) => AMOUNT.test(row[at]!)));
  const widths = head.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at]!.length)));
  const over = widths.reduce((sum, each) => sum + each + 2, -2) - width;
  const widest = widths.indexOf(Math.max(...widths));
  const wraps = over > 0 && !right[widest];
  const table = new Table({
    head,
    colAligns: right.map((each) => (each ? 'right' : 'left')),
    ...(wraps && {
      wordWrap: true,
      colWidths: widths.map((each, at) => (at === widest ? Math.max(WRAPPED_WIDTH_MIN, each - over) : null)),
    }),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  table.push(...cells);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
