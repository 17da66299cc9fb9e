import type { Table } from './questions/question.js';

/** What a spreadsheet would read as a formula if a cell began with it, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\n\0\uFF1D\uFF0B\uFF0D\uFF20]/;
const MONEY = /^-?\d+\.\d{2}$/;

/** One cell of such a table, between separators that are commas unless others are named. */
export function csvCell(text: string, separator = ','): string {
  const safe = FORMULA.test(text) && !MONEY.test(text) ? `'${text}` : text;
  return /["\r\n]/.test(safe) || safe.includes(separator) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * A table as CSV by RFC 4180, with a byte-order mark so that Excel reads it as UTF-8. Text that a spreadsheet would run
 * as a formula is quoted with an apostrophe; money is left as it is. Totals are left out.
 */
export const csv = ({ columns, rows }: Table): string =>
  `\uFEFF${[columns, ...rows].map((row) => `${row.map((each) => csvCell(each)).join(',')}\r\n`).join('')}`;
