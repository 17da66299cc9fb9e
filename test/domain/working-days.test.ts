import fc from 'fast-check';
import t from 'tap';
import { dayNumber, dayOfNumber, daysAfter, FIRST_DAY, LAST_DAY, type Day } from '../../src/domain/calendar.js';
import { bankHolidays, workingDaysAfter } from '../../src/domain/working-days.js';
import { property } from '../support/property.js';

const day = (text: string): Day => text as Day;
/** Long after the announcement of every proclaimed holiday. */
const NOW = day('2026-06-30');

const daysOf = (year: number, knownOn = NOW): string[] => bankHolidays(year, knownOn).map((each) => each.day);
const named = (year: number, name: RegExp, knownOn = NOW): string | undefined =>
  bankHolidays(year, knownOn).find((each) => name.test(each.name))?.day;
const weekday = (each: Day): number => new Date(`${each}T00:00:00Z`).getUTCDay();

/** Bank holidays in England as published on GOV.UK, month and day. */
const PUBLISHED: Readonly<Record<number, string>> = {
  2013: '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26',
  2014: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2015: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
  2016: '01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27',
  2017: '01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26',
  2018: '01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26',
  2019: '01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26',
  2020: '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28',
  2021: '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28',
  2022: '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27',
  2023: '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26',
  2024: '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26',
  2025: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
  2027: '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28',
  2028: '01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26',
};

t.test('the bank holidays of 2013 to 2028 are those published', async (t) => {
  for (const [year, days] of Object.entries(PUBLISHED)) {
    t.same(
      daysOf(Number(year)),
      days.split(' ').map((each) => `${year}-${each}`),
      year,
    );
  }
});

t.test('a holiday of a fixed date that falls on a weekend is kept on the next free working day', async (t) => {
  t.equal(named(2016, /^Christmas/), '2016-12-27', 'Christmas Day on a Sunday goes past Boxing Day');
  t.equal(named(2016, /^Boxing/), '2016-12-26', 'Boxing Day on a Monday stays');
  t.equal(named(2020, /^Christmas/), '2020-12-25');
  t.equal(named(2020, /^Boxing/), '2020-12-28', 'Boxing Day on a Saturday');
  t.equal(named(2021, /^Christmas/), '2021-12-27', 'both on a weekend');
  t.equal(named(2021, /^Boxing/), '2021-12-28');
  t.equal(named(2017, /^New Year/), '2017-01-02');
  t.equal(named(2022, /^New Year/), '2022-01-03');
  t.match(
    bankHolidays(2022, NOW).find((each) => each.day === '2022-01-03'),
    { name: /substitute day/ },
  );
  t.notOk(
    bankHolidays(2018, NOW).some((each) => /substitute/.test(each.name)),
    'where none is needed, none is',
  );
});

t.test('a day that was proclaimed is known from the day on which it was announced, and not before', async (t) => {
  const proclaimed = [
    { year: 2020, announced: '2019-06-07', gained: ['2020-05-08'], lost: ['2020-05-04'] },
    { year: 2022, announced: '2020-11-12', gained: ['2022-06-02', '2022-06-03'], lost: ['2022-05-30'] },
    { year: 2022, announced: '2022-09-10', gained: ['2022-09-19'], lost: [] },
    { year: 2023, announced: '2022-11-06', gained: ['2023-05-08'], lost: [] },
  ];
  for (const { year, announced, gained, lost } of proclaimed) {
    const before = daysOf(year, daysAfter(day(announced), -1));
    const after = daysOf(year, day(announced));
    t.same(
      after.filter((each) => !before.includes(each)),
      gained,
      `${announced}: what came`,
    );
    t.same(
      before.filter((each) => !after.includes(each)),
      lost,
      `${announced}: what went`,
    );
  }
  t.equal(daysOf(2022, day('2020-11-11')).length, 8, 'an ordinary year has eight');
  t.equal(daysOf(2022).length, 10);
});

t.test('working days leave out weekends and bank holidays, and the first day is not counted', async (t) => {
  const after = (from: string, count: number, knownOn = NOW) => workingDaysAfter(day(from), count, knownOn);
  t.equal(after('2018-11-01', 1), '2018-11-02', 'Thursday to Friday');
  t.equal(after('2018-11-02', 1), '2018-11-05', 'Friday to Monday');
  t.equal(after('2018-11-03', 1), '2018-11-05', 'from a Saturday');
  t.equal(after('2018-11-04', 1), '2018-11-05', 'from a Sunday');
  t.equal(after('2018-11-01', 10), '2018-11-15', 'two weeks');
  t.equal(after('2018-11-01', 0), '2018-11-01', 'none is the day itself');
  t.equal(after('2019-04-18', 1), '2019-04-23', 'Maundy Thursday to the Tuesday after Easter');
  t.equal(after('2019-04-19', 1), '2019-04-23', 'from Good Friday itself');
  t.equal(after('2016-12-23', 1), '2016-12-28', 'over Christmas with a substitute day');
  t.equal(after('2021-12-24', 4), '2022-01-04', 'over Christmas and New Year with three substitute days');
  t.equal(after('2022-05-31', 3), '2022-06-07', 'over the jubilee');
});

t.test('a deadline is worked out from what was known, and a holiday proclaimed later does not move it', async (t) => {
  const entered = day('2022-09-05');
  t.equal(workingDaysAfter(entered, 10, entered), '2022-09-19', 'set before the state funeral was announced');
  t.equal(workingDaysAfter(entered, 10, day('2022-09-10')), '2022-09-20', 'set after it was');
  const spring = day('2020-05-01');
  t.equal(workingDaysAfter(spring, 1, day('2019-06-06')), '2020-05-05', 'the Monday was still a holiday');
  t.equal(workingDaysAfter(spring, 1, day('2019-06-07')), '2020-05-04', 'and then it was not');
});

t.test('Easter is a Sunday from 22 March to 25 April in every year of the ledger', async (t) => {
  const first = Number(FIRST_DAY.slice(0, 4));
  const last = Number(LAST_DAY.slice(0, 4));
  for (let year = first; year <= last; year++) {
    const friday = day(named(year, /^Good Friday$/)!);
    const monday = day(named(year, /^Easter Monday$/)!);
    const sunday = daysAfter(friday, 2);
    t.ok(
      weekday(sunday) === 0 &&
        daysAfter(sunday, 1) === monday &&
        sunday >= `${year}-03-22` &&
        sunday <= `${year}-04-25`,
      `${year}: ${sunday}`,
    );
  }
  for (const [year, sunday] of [
    [2016, '2016-03-27'],
    [2019, '2019-04-21'],
    [2024, '2024-03-31'],
    [2038, '2038-04-25'],
    [2049, '2049-04-18'],
    [2076, '2076-04-19'],
  ] as const) {
    t.equal(daysAfter(day(named(year, /^Good Friday$/)!), 2), sunday, String(year));
  }
});

t.test('every year has eight holidays or more, each on a working day of the week, each once', async (t) => {
  for (let year = 2013; year <= 2099; year++) {
    const days = daysOf(year);
    t.ok(
      days.length >= 8 &&
        new Set(days).size === days.length &&
        days.every((each) => each.startsWith(String(year)) && weekday(day(each)) % 6 !== 0),
      String(year),
    );
  }
});

t.test('between a day and its deadline there are as many working days as were given', async (t) => {
  const number = fc.integer({ min: dayNumber(FIRST_DAY), max: dayNumber(day('2098-03-31')) });
  property(
    t,
    fc.property(number, fc.integer({ min: 1, max: 260 }), number, (start, count, known) => {
      const from = dayOfNumber(start);
      const knownOn = dayOfNumber(known);
      const end = workingDaysAfter(from, count, knownOn);
      let working = 0;
      const year = Number(from.slice(0, 4));
      const holidays = new Set([year, year + 1, year + 2].flatMap((each) => daysOf(each, knownOn)));
      for (let next = daysAfter(from, 1); next <= end; next = daysAfter(next, 1)) {
        if (weekday(next) % 6 !== 0 && !holidays.has(next)) working++;
      }
      return working === count && weekday(end) % 6 !== 0 && !holidays.has(end);
    }),
  );
});
