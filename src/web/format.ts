import { dayInWords, type Day } from '../domain/calendar.js';

/** How pages write figures, days and names. This file computes no figure. */

export const isNothing = (amount: string): boolean => /^-?0\.00$/.test(amount);

/** Whole pounds with a comma before each three digits from the right. Written out: a page has thousands of sums. */
function withCommas(whole: string): string {
  let at = whole.length % 3 || 3;
  let text = whole.slice(0, at);
  for (; at < whole.length; at += 3) text += `,${whole.slice(at, at + 3)}`;
  return text;
}

/** The parts of a sum: a minus sign if it is negative, whole pounds, and pence. */
function partsOf(amount: string) {
  const isBelow = amount.startsWith('-');
  const point = amount.indexOf('.');
  return { minus: isBelow ? '−' : '', whole: amount.slice(isBelow ? 1 : 0, point), pence: amount.slice(point + 1) };
}

/** A sum in a table of pounds: 7,000,000.00, −12.50. */
export function sum(amount: string): string {
  const { minus, whole, pence } = partsOf(amount);
  return `${minus}${withCommas(whole)}.${pence}`;
}

/** A sum to the penny: £7,000,000.00, −£12.50. */
export const pounds = (amount: string): string => sum(amount).replace(/\d/, '£$&');

/** A sum in a sentence: £7 million, £1.6 million, £250,000, £12.50. */
export function inWords(amount: string): string {
  const { minus, whole, pence } = partsOf(amount);
  if (pence !== '00' || !/\d0000$/.test(whole) || whole.length < 7) return pounds(amount).replace(/\.00$/, '');
  const part = whole.slice(-6).replace(/0+$/, '');
  return `${minus}£${withCommas(whole.slice(0, -6))}${part && `.${part}`} million`;
}

export const day = (text: string): string => dayInWords(text as Day);

const TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  hourCycle: 'h12',
});

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** So many hours are remembered as clocks showed them. */
const HOURS_MAX = 1_000;

/** What clocks in London showed in an hour of UTC: they are a whole number of hours from it. */
interface Hour {
  readonly of: string;
  readonly hour: string;
  readonly half: string;
}

const hours = new Map<number, Hour>();

function hourOf(number: number): Hour {
  const found = hours.get(number);
  if (found) return found;
  const parts = Object.fromEntries(TIME.formatToParts(number * HOUR_MS).map(({ type, value }) => [type, value]));
  const { day: of, month, year, hour, dayPeriod } = parts as Record<string, string>;
  const shown = { of: `${of!} ${month!} ${year!}`, hour: hour!, half: dayPeriod!.toLowerCase().replace(/\s/g, '') };
  if (hours.size >= HOURS_MAX) hours.clear();
  hours.set(number, shown);
  return shown;
}

/** An instant as the clocks in London showed it: the day and the time. */
function shown(at: number): { readonly of: string; readonly time: string } {
  const number = Math.floor(at / HOUR_MS);
  const { of, hour, half } = hourOf(number);
  const minute = Math.floor((at - number * HOUR_MS) / MINUTE_MS);
  return { of, time: `${hour}:${minute < 10 ? '0' : ''}${minute}${half}` };
}

/**
 * The time that clocks in London showed. In the hour that they show twice a year, the text says which of the two it is.
 */
function whichOf(at: number, time: string): string {
  // Clocks go back at 2am to 1am, so only times from 1:00am to 1:59am occur twice.
  if (!/^1:\d\dam$/.test(time)) return time;
  if (shown(at + HOUR_MS).time === time) return `${time} before the clocks went back`;
  return shown(at - HOUR_MS).time === time ? `${time} after the clocks went back` : time;
}

/** The time of an instant in London: 11:15am. */
export const timeOfDay = (text: string): string => whichOf(Date.parse(text), shown(Date.parse(text)).time);

/** An instant as it was in London: 2 March 2016, 11:15am. */
export function instant(text: string): string {
  const at = Date.parse(text);
  const { of, time } = shown(at);
  return `${of}, ${whichOf(at, time)}`;
}

/** The months of a financial year, in the order of its accounting periods. */
export const PERIODS: readonly string[] = [
  ...['April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December', 'January', 'February', 'March'],
];

/** A financial year in words: 2016 to 2017. */
export const yearName = (label: string): string => `${label.slice(0, 4)} to ${label.slice(0, 2)}${label.slice(-2)}`;

export { counted } from '../domain/counted.js';

export const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** A sentence as part of another: its first letter becomes small. */
export const small = (text: string): string => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;

/** A readable form of a name that has no better one: norfolk-finance as Norfolk finance. */
export const plainly = (name: string): string => capital(name.replaceAll('-', ' '));

/** A fund by its name: norfolk-2016-17 as Norfolk, 2016 to 2017. */
export function fundName(fund: string): string {
  const [, area, label] = /^(.+)-(\d{4}-\d{2})$/.exec(fund) as unknown as [string, string, string];
  return `${areaName(area)}, ${yearName(label)}`;
}

/** An area by its name: greater-essex as Greater Essex. */
export const areaName = (area: string): string => area.split('-').map(capital).join(' ');

const isBelow = (amount: string): boolean => amount.startsWith('-');

/** A sum with the opposite sign. */
const turned = (amount: string): string =>
  isBelow(amount) ? amount.slice(1) : isNothing(amount) ? amount : `-${amount}`;

/**
 * What nobody offers, for a table that also shows what is required and what is funded. An excess is shown as 0.00,
 * because those two figures show it.
 */
export const nobodyOffers = (amount: string): string => sum(isBelow(amount) ? '0.00' : amount);

/** What nobody offers before and after an act, with a fitting title. A fund may have more than it needs. */
export function offeredByNobody(
  before: string,
  after: string,
  change: string,
): { readonly title: string; readonly sums: readonly string[] } {
  const all = [before, after, change];
  if (isBelow(before) && isBelow(after)) return { title: 'More than required', sums: all.map(turned) };
  const title =
    isBelow(before) || isBelow(after) ? 'Nobody offers (with a minus: more than is required)' : 'Nobody offers';
  return { title, sums: all };
}
