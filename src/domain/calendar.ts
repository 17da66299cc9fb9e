declare const dayUnit: unique symbol;

/** A day in Europe/London, written `YYYY-MM-DD`. Days compare as text. */
export type Day = string & { readonly [dayUnit]: 'day' };

/** An instant in UTC, in whole milliseconds since 1970. */
export type Instant = number & { readonly [dayUnit]: 'instant' };

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;

/**
 * The first and last days that the ledger supports, both inclusive: from before the Better Care Fund began to long
 * after any plan.
 */
export const FIRST_DAY = '2013-04-01' as Day;
export const LAST_DAY = '2099-03-31' as Day;

const ZERO = '0'.charCodeAt(0);
const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/**
 * Whether the text is a real day of the calendar, written `YYYY-MM-DD`: `2017-02-30` is not. It may lie outside the
 * days that the ledger supports.
 */
export function isDay(text: string): text is Day {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (month === 2 && day === 29) return isLeap(twoDigits(text, 0) * 100 + twoDigits(text, 2));
  // A month 0 or above 12 has no last day, so every day of it is rejected.
  return day >= 1 && day <= (DAYS_IN_MONTH[month - 1] ?? 0);
}

/**
 * Days since 1970-01-01, for comparison and storage in arrays of numbers. Read digit by digit, which is six times as
 * fast as `Date.parse`: the terms of ten thousand cases hold a hundred thousand days.
 */
export const dayNumber = (day: Day): number =>
  Date.UTC(twoDigits(day, 0) * 100 + twoDigits(day, 2), twoDigits(day, 5) - 1, twoDigits(day, 8)) / MS_PER_DAY;
/** The day of a number of days since 1970-01-01: the inverse of {@link dayNumber}. */
export const dayOfNumber = (number: number): Day => new Date(number * MS_PER_DAY).toISOString().slice(0, 10) as Day;
/** The day so many days later; earlier for a negative number. */
export const daysAfter = (day: Day, days: number): Day => dayOfNumber(dayNumber(day) + days);

/** The same day of the month so many months later, or that month’s last day where it is shorter. */
export function monthsAfter(day: Day, months: number): Day {
  const month = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  const last = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).toISOString().slice(0, 10);
  return `${last.slice(0, 8)}${Number(day.slice(8)) < Number(last.slice(8)) ? day.slice(8) : last.slice(8)}` as Day;
}

/**
 * The same day a year later: 28 February for the 29th. The last day of a month becomes the last day of that month, so that
 * what falls due at the end of February does so in a leap year too.
 */
export function yearAfter(day: Day): Day {
  const isLastOfMonth = daysAfter(day, 1).endsWith('-01');
  return isLastOfMonth ? daysAfter(monthsAfter(`${day.slice(0, 8)}01` as Day, 13), -1) : monthsAfter(day, 12);
}

const london = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

let hourAskedLast: number | undefined;
let dayOfThatHour = '' as Day;

/** The day it is in Europe/London at an instant. It is looked up once an hour: no day there begins within one. */
export function londonDay(instant: Instant): Day {
  const hour = Math.floor(instant / MS_PER_HOUR);
  if (hour !== hourAskedLast) {
    dayOfThatHour = london.format(instant) as Day;
    hourAskedLast = hour;
  }
  return dayOfThatHour;
}

/** The last millisecond of a day in Europe/London: 22:59:59.999Z in summer time, 23:59:59.999Z in winter. */
export function endOfLondonDay(day: Day): Instant {
  const next = daysAfter(day, 1);
  const midnightUtc = dayNumber(next) * MS_PER_DAY;
  const summerMidnight = (midnightUtc - MS_PER_HOUR) as Instant;
  return ((londonDay(summerMidnight) === next ? summerMidnight : midnightUtc) - 1) as Instant;
}

/** Whether the ledger supports the day. Instants of years such as 1 or 9999 cannot be computed here. */
const isSpokenOf = (day: string): boolean => isDay(day) && day >= FIRST_DAY && day <= LAST_DAY;

/**
 * Reads an ISO instant in UTC (`2016-06-30T12:00:00Z`, with or without milliseconds), on a day that the ledger
 * supports, or returns undefined.
 */
export function instantOf(text: string): Instant | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/.test(text) || !isSpokenOf(text.slice(0, 10)))
    return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : (at as Instant);
}

/** Writes an instant in UTC with milliseconds: `2016-06-30T12:00:00.000Z`. */
export const instantText = (instant: Instant): string => new Date(instant).toISOString();

/**
 * What *known at* means: a bare date is the last millisecond of that day in Europe/London; an instant is itself.
 * Undefined for other text, and outside the days that the ledger supports. Source: docs/glossary.md.
 */
export function knownAtInstant(text: string): Instant | undefined {
  if (!isDay(text)) return instantOf(text);
  return isSpokenOf(text) ? endOfLondonDay(text) : undefined;
}

/** A financial year, 1 April to 31 March, both days inside it. */
export interface FinancialYear {
  readonly label: string;
  readonly first: Day;
  readonly last: Day;
}

/** Reads `2016-17`. Returns undefined where the two halves are not one financial year. */
export function financialYear(label: string): FinancialYear | undefined {
  const match = /^(20\d{2})-(\d{2})$/.exec(label);
  if (!match) return undefined;
  const starts = Number(match[1]);
  if (Number(match[2]) !== (starts + 1) % 100) return undefined;
  return { label, first: `${starts}-04-01` as Day, last: `${starts + 1}-03-31` as Day };
}

/** Every financial year that the ledger speaks of, in order, with its first and last days as day numbers. */
export const FINANCIAL_YEARS = Array.from({ length: 86 }, (_, index) => {
  const starts = 2013 + index;
  const year = financialYear(`${starts}-${String((starts + 1) % 100).padStart(2, '0')}`)!;
  return { ...year, firstNumber: dayNumber(year.first), lastNumber: dayNumber(year.last) };
});

/**
 * Where the financial year of a day number stands among {@link FINANCIAL_YEARS}. Days before the first year are in the
 * first, and days after the last in the last.
 */
export function yearIndexOf(day: number): number {
  const DAYS_IN_YEAR_MAX = 366;
  let index = Math.max(0, Math.floor((day - FINANCIAL_YEARS[0]!.firstNumber) / DAYS_IN_YEAR_MAX));
  while (index + 1 < FINANCIAL_YEARS.length && FINANCIAL_YEARS[index + 1]!.firstNumber <= day) index++;
  return index;
}

/** Whether a day is in a financial year, both its first and its last day included. */
export const isWithin = (day: Day, year: FinancialYear): boolean => day >= year.first && day <= year.last;

/** The nearest day inside a financial year, its first and last days included. */
export function clampedTo(day: Day, year: FinancialYear): Day {
  if (day < year.first) return year.first;
  return day > year.last ? year.last : day;
}

/** The accounting period of a day inside a financial year: 1 is April, 12 is March. Source: docs/sources.md, Terms. */
export const periodOf = (day: Day): number => ((Number(day.slice(5, 7)) + 8) % 12) + 1;

/** The last day, inclusive, of an accounting period (1 to 12) of a financial year. */
export function lastDayOfPeriod(year: FinancialYear, period: number): Day {
  const starts = Number(year.first.slice(0, 4));
  return new Date(Date.UTC(starts, 3 + period, 0)).toISOString().slice(0, 10) as Day;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Writes a day for a reader: `6 June 2016`. */
export const dayInWords = (day: Day): string =>
  `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]!} ${day.slice(0, 4)}`;
