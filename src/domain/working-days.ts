import { dayNumber, dayOfNumber, daysAfter, type Day } from './calendar.js';

/**
 * Working days in England, for deadlines: every day but Saturdays, Sundays and bank holidays.
 * Source: Banking and Financial Dealings Act 1971, section 1 and Schedule 1, with Good Friday and Christmas Day, which
 * are holidays at common law; days moved or added by proclamation are listed below, as published on GOV.UK. What is
 * proclaimed later is a fact of the register, and is counted with them.
 */
export interface Proclaimed {
  readonly day: Day;
  /** The day that it stands in for; none where it was added. */
  readonly insteadOf?: Day;
  /** From when it was known, as it was announced or recorded: a deadline that was set before is not moved by it. */
  readonly announced: Day;
  readonly why: string;
}

const PROCLAIMED = [
  { day: '2020-05-08', insteadOf: '2020-05-04', announced: '2019-06-07', why: '75 years since VE Day' },
  { day: '2022-06-02', insteadOf: '2022-05-30', announced: '2020-11-12', why: 'Platinum Jubilee' },
  { day: '2022-06-03', announced: '2020-11-12', why: 'Platinum Jubilee' },
  { day: '2022-09-19', announced: '2022-09-10', why: 'State funeral of Queen Elizabeth II' },
  { day: '2023-05-08', announced: '2022-11-06', why: 'Coronation of King Charles III' },
] as unknown as readonly Proclaimed[];

interface BankHoliday {
  readonly day: Day;
  readonly name: string;
}

/** 0 is Sunday. */
const weekday = (day: Day): number => (dayNumber(day) + 4) % 7;
const isWeekend = (day: Day): boolean => weekday(day) === 0 || weekday(day) === 6;
const dayIn = (year: number, month: number, day: number): Day =>
  new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10) as Day;

const firstMonday = (year: number, month: number): Day => {
  const first = dayIn(year, month, 1);
  return daysAfter(first, (8 - weekday(first)) % 7);
};
const lastMonday = (year: number, month: number): Day => {
  const last = dayIn(year, month + 1, 0);
  return daysAfter(last, -((weekday(last) + 6) % 7));
};

/** Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher). */
function easterSunday(year: number): Day {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const leapCenturies = Math.floor(century / 4);
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - leapCenturies - correction + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const month = Math.floor((epact + toSunday - 7 * late + 114) / 31);
  return dayIn(year, month, ((epact + toSunday - 7 * late + 114) % 31) + 1);
}

/** Holidays of fixed dates: one that falls on a weekend is kept on the next free working day. */
function substituted(holidays: readonly BankHoliday[]): BankHoliday[] {
  const taken = new Set(holidays.map((each) => each.day).filter((day) => !isWeekend(day)));
  return holidays.map(({ day, name }) => {
    if (!isWeekend(day)) return { day, name };
    let next = day;
    while (isWeekend(next) || taken.has(next)) next = daysAfter(next, 1);
    taken.add(next);
    return { day: next, name: `${name} (substitute day)` };
  });
}

/**
 * The bank holidays of a calendar year in England, in order, as they were known on a day.
 * @param recorded those that were proclaimed since and recorded
 */
export function bankHolidays(year: number, knownOn: Day, recorded: readonly Proclaimed[] = []): BankHoliday[] {
  const easter = easterSunday(year);
  const ordinary: BankHoliday[] = [
    ...substituted([{ day: dayIn(year, 1, 1), name: 'New Year’s Day' }]),
    { day: daysAfter(easter, -2), name: 'Good Friday' },
    { day: daysAfter(easter, 1), name: 'Easter Monday' },
    { day: firstMonday(year, 5), name: 'Early May bank holiday' },
    { day: lastMonday(year, 5), name: 'Spring bank holiday' },
    { day: lastMonday(year, 8), name: 'Summer bank holiday' },
    ...substituted([
      { day: dayIn(year, 12, 25), name: 'Christmas Day' },
      { day: dayIn(year, 12, 26), name: 'Boxing Day' },
    ]),
  ];
  const known = [...PROCLAIMED, ...recorded].filter((each) => each.announced <= knownOn);
  const moved = new Set(known.map((each) => each.insteadOf));
  const proclaimed = known.filter(({ day }) => day.startsWith(String(year)));
  return [...ordinary, ...proclaimed.map(({ day, why }) => ({ day, name: why }))]
    .filter(({ day }) => !moved.has(day))
    .sort((a, b) => a.day.localeCompare(b.day));
}

/** Whether a day is a working day in England, by the holidays that were known on a day, inclusive. */
export const isWorkingDay = (day: Day, knownOn: Day, recorded: readonly Proclaimed[]): boolean =>
  !isWeekend(day) && !bankHolidays(Number(day.slice(0, 4)), knownOn, recorded).some((each) => each.day === day);

/**
 * The day that is so many working days after another, which itself is not counted; by the holidays that were known on
 * a day, inclusive. A holiday proclaimed later moves no deadline that has been set: the parties can agree a later day.
 */
export function workingDaysAfter(day: Day, count: number, knownOn: Day, recorded: readonly Proclaimed[] = []): Day {
  const holidays = new Map<string, ReadonlySet<string>>();
  const holidaysOf = (year: string): ReadonlySet<string> => {
    const known = holidays.get(year) ?? new Set(bankHolidays(Number(year), knownOn, recorded).map((each) => each.day));
    holidays.set(year, known);
    return known;
  };
  let number = dayNumber(day);
  for (let left = count; left > 0;) {
    const next = dayOfNumber(++number);
    if (!isWeekend(next) && !holidaysOf(next.slice(0, 4)).has(next)) left--;
  }
  return dayOfNumber(number);
}
