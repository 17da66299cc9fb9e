import { isDay } from '../domain/calendar.js';
import type { Share } from '../domain/money.js';
import { isFraction } from '../domain/values.js';

/** Turns what people type into the ledger’s form. A text with more than one meaning is not read. */

const MONTHS = 'january february march april may june july august september october november december'.split(' ');

const monthNumber = (text: string): string => {
  const named = text.length < 3 ? -1 : MONTHS.findIndex((month) => month.startsWith(text.toLowerCase()));
  return named < 0 ? text : String(named + 1);
};

/**
 * A day in three fields; undefined if it is not a day. A month may be a number, or the first three or more letters of
 * its name.
 */
export function typedDay(day: string, month: string, year: string): string | undefined {
  const written = `${year.trim()}-${monthNumber(month.trim()).padStart(2, '0')}-${day.trim().padStart(2, '0')}`;
  return isDay(written) ? written : undefined;
}

/** Why three fields are no day, after the title of what they are. */
export function whyNoDay(day: string, month: string, year: string): string {
  const isShort = /^\d{2}$/.test(year.trim()) && typedDay(day, month, `20${year.trim()}`) !== undefined;
  return isShort ? 'must have a year of four digits, like 27 3 2017' : 'must be a real day, like 27 3 2017';
}

const PLAIN = /^-?(\d+|\d{1,3}(,\d{3})+)(\.\d{2})?$/;
const MILLIONS = /^(-?)(\d+)(?:\.(\d{1,8}))?(?:m|million)$/i;
const withoutNoughts = (digits: string): string => digits.replace(/^0+(?=\d)/, '');

/** No sum has more digits before the point. */
const WHOLE_DIGITS_MAX = 12;

/**
 * A sum in pounds, as `7000000.00`, from `£7,000,000`, `7 million` or `1,234.50`. Undefined if it is not a sum, or has
 * other than two decimal places.
 */
export function typedMoney(text: string): string | undefined {
  const found = sumOf(text);
  return found !== undefined && isLong(found) ? undefined : found;
}

const isLong = (sum: string): boolean => /\d+/.exec(sum)![0].length > WHOLE_DIGITS_MAX;

function sumOf(text: string): string | undefined {
  const plain = text.replace(/[£\s]/g, '').replace(/^[−–]/, '-');
  return inMillions(plain) ?? inPounds(plain);
}

/** Why a text is no sum in pounds, after the title of what it is. */
export function whyNoMoney(text: string): string {
  const found = sumOf(text);
  if (found !== undefined && isLong(found)) return SUM_MAX;
  return /\d\s*(k|thousand)$/i.test(text.trim())
    ? 'must be a sum in pounds with its thousands written out, like 300,000'
    : 'must be a sum in pounds, like 1,600,000 or 1,600,000.50';
}

export const SUM_MAX = 'must be at most £9,999,999,999.99';

function inMillions(plain: string): string | undefined {
  const found = MILLIONS.exec(plain);
  if (!found) return undefined;
  const [, minus = '', whole = '', part = ''] = found;
  const digits = `${whole}${part.padEnd(8, '0')}`;
  return `${minus}${withoutNoughts(digits.slice(0, -2))}.${digits.slice(-2)}`;
}

function inPounds(plain: string): string | undefined {
  if (!PLAIN.test(plain)) return undefined;
  const [whole, pence = '00'] = plain.replaceAll(',', '').split('.') as [string, string?];
  return `${whole.startsWith('-') ? '-' : ''}${withoutNoughts(whole.replace('-', ''))}.${pence}`;
}

/**
 * A share. Per cent becomes basis points (33.33 becomes 3333); a fraction stays as it is. Undefined if it is neither,
 * or has more than two decimal places.
 */
export function typedPercent(text: string): Share | undefined {
  const plain = text.replaceAll(' ', '');
  if (isFraction(plain)) return plain;
  const found = /^(\d{1,3})(?:\.(\d{1,2}))?%?$/.exec(plain);
  return found ? Number(found[1]!) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : undefined;
}

export const typedWhole = (text: string): number | undefined =>
  /^-?\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : undefined;

const NAME_MAX = 64;

/**
 * A short name made of words: `Extra care (north)` becomes `extra-care-north`. Empty if the words hold no letter and no
 * digit.
 */
export function nameOfWords(words: string): string {
  const name = words
    .normalize('NFKD')
    .replace(/['’]|\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return cut(name.replace(/^-|-$/g, ''), NAME_MAX);
}

/** The same name with a number, if others have it already: `extra-care-2`. */
export function unusedName(name: string, isUsed: (name: string) => boolean): string {
  let number = 0;
  for (;;) {
    number++;
    const next = number === 1 ? name : `${cut(name, NAME_MAX - String(number).length - 1)}-${number}`;
    if (!isUsed(next)) return next;
  }
}

/** Shortens a name to `most` characters, at the end of a word if it can. */
const cut = (name: string, most: number): string =>
  name.length <= most
    ? name
    : name
        .slice(0, most + 1)
        .replace(/-[^-]*$/, '')
        .slice(0, most);
