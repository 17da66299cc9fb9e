import Table from 'cli-table3';
import type { Table as Rows } from '../ledger/queries/query.js';

/** Where a command writes: data on one stream, everything else on the other. */
export interface Output {
  data(text: string): void;
  note(text: string): void;
  /** Whether the notes go to a terminal, so that progress can be drawn. */
  readonly terminal: boolean;
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

/** A table for reading: columns aligned, amounts to the right and with commas, columns of nothing but 0.00 left out. */
export function tableText({ columns, rows }: Rows): string {
  const kept = columns.flatMap((_, at) => (rows.length > 0 && rows.every((row) => row[at] === '0.00') ? [] : [at]));
  const amounts = kept.map((at) => rows.some((row) => AMOUNT.test(row[at]!)));
  const table = new Table({
    head: kept.map((at) => columns[at]!),
    colAligns: amounts.map((right) => (right ? 'right' : 'left')),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  table.push(...rows.map((row) => kept.map((at) => withCommas(row[at]!))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
