import fc from 'fast-check';
import t from 'tap';
import {
  clampedTo,
  dayInWords,
  dayNumber,
  dayOfNumber,
  daysAfter,
  financialYear,
  instantOf,
  instantText,
  isDay,
  isWithin,
  knownAtInstant,
  lastDayOfPeriod,
  londonDay,
  monthsAfter,
  periodOf,
  yearAfter,
  type Day,
  type Instant,
} from '../../src/domain/calendar.js';
import { property } from '../support/property.js';

const day = (text: string): Day => text as Day;

t.test('a day a year later is the same day, and the end of a month stays the end of that month', async (t) => {
  t.equal(yearAfter(day('2016-04-01')), '2017-04-01');
  t.equal(yearAfter(day('2017-03-31')), '2018-03-31');
  t.equal(yearAfter(day('2016-02-29')), '2017-02-28');
  t.equal(yearAfter(day('2019-02-28')), '2020-02-29', 'what falls due at the end of February does so in a leap year');
  t.equal(yearAfter(day('2016-02-28')), '2017-02-28');
  t.equal(yearAfter(day('2016-04-30')), '2017-04-30');
  t.equal(yearAfter(day('2016-12-31')), '2017-12-31');
});

t.test('a day is a real day of the calendar', async (t) => {
  t.ok(isDay('2016-02-29'));
  for (const bad of [
    '2017-02-30',
    '2017-02-29',
    '2017-13-01',
    '2017-00-10',
    '17-01-01',
    '2017-1-1',
    '2017-01-01T00:00:00Z',
    '',
  ]) {
    t.notOk(isDay(bad), bad);
  }
  const years = ['0000', '1900', '2000', '2015', '2016', '2099', '2100', '9999'];
  const two = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));
  for (const text of years.flatMap((year) => two.flatMap((month) => two.map((of) => `${year}-${month}-${of}`)))) {
    const at = new Date(`${text}T00:00:00Z`);
    const isReal = !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text;
    if (isDay(text) !== isReal) t.fail(`${text} is ${isReal ? '' : 'not '}a day`);
  }
});

t.test('known at a bare day means the end of that day in London, an hour earlier by UTC in summer', async (t) => {
  t.equal(instantText(knownAtInstant('2016-04-30')!), '2016-04-30T22:59:59.999Z');
  t.equal(instantText(knownAtInstant('2016-12-31')!), '2016-12-31T23:59:59.999Z');
  t.equal(
    instantText(knownAtInstant('2016-03-26')!),
    '2016-03-26T23:59:59.999Z',
    'the day before the clocks go forward',
  );
  t.equal(instantText(knownAtInstant('2016-03-27')!), '2016-03-27T22:59:59.999Z', 'the day on which they go forward');
  t.equal(instantText(knownAtInstant('2016-10-29')!), '2016-10-29T22:59:59.999Z', 'the day before they go back');
  t.equal(instantText(knownAtInstant('2016-10-30')!), '2016-10-30T23:59:59.999Z', 'the day on which they go back');
});

t.test('every day in London ends on its last millisecond', async (t) => {
  property(
    t,
    fc.property(fc.integer({ min: dayNumber(day('2013-04-01')), max: dayNumber(day('2098-03-31')) }), (number) => {
      const each = dayOfNumber(number);
      const end = knownAtInstant(each)!;
      return londonDay(end) === each && londonDay((end + 1) as Instant) === daysAfter(each, 1);
    }),
  );
});

t.test('an instant is UTC, to the second or the millisecond', async (t) => {
  t.equal(instantOf('2016-06-30T12:00:00Z'), Date.UTC(2016, 5, 30, 12));
  t.equal(instantOf('2016-06-30T12:00:00.123Z'), Date.UTC(2016, 5, 30, 12, 0, 0, 123));
  for (const bad of [
    '2016-06-30',
    '2016-06-30T12:00:00',
    '2016-06-30T12:00:00+01:00',
    '2017-02-30T12:00:00Z',
    '2016-06-30T25:00:00Z',
    '0001-01-01T00:00:00Z',
    '2013-03-31T23:59:59Z',
    '2099-04-01T00:00:00Z',
  ]) {
    t.equal(instantOf(bad), undefined, bad);
  }
});

t.test('known at an instant means that instant, and nothing else is understood', async (t) => {
  t.equal(knownAtInstant('2016-06-30T12:00:00Z'), instantOf('2016-06-30T12:00:00Z'));
  t.equal(knownAtInstant('yesterday'), undefined);
});

t.test('known at is of a day that the ledger speaks of', async (t) => {
  for (const bad of ['0001-01-01', '0001-01-01T00:00:00Z', '2013-03-31', '2099-04-01', '9999-12-31']) {
    t.equal(knownAtInstant(bad), undefined, bad);
  }
  t.equal(instantText(knownAtInstant('2013-04-01')!), '2013-04-01T22:59:59.999Z');
  t.equal(instantText(knownAtInstant('2013-04-01T00:00:00Z')!), '2013-04-01T00:00:00.000Z');
});

t.test('a financial year runs from 1 April to 31 March', async (t) => {
  t.same(financialYear('2016-17'), { label: '2016-17', first: '2016-04-01', last: '2017-03-31' });
  t.same(financialYear('2099-00'), { label: '2099-00', first: '2099-04-01', last: '2100-03-31' });
  for (const bad of ['2016-18', '2016-2017', '16-17', '2016', '1999-00']) t.equal(financialYear(bad), undefined, bad);
  const year = financialYear('2016-17')!;
  t.ok(isWithin(day('2016-04-01'), year));
  t.ok(isWithin(day('2017-03-31'), year));
  t.notOk(isWithin(day('2017-04-01'), year));
  t.equal(clampedTo(day('2010-01-01'), year), '2016-04-01');
  t.equal(clampedTo(day('2026-01-01'), year), '2017-03-31');
  t.equal(clampedTo(day('2016-08-01'), year), '2016-08-01');
});

t.test('April is period 1 and March is period 12', async (t) => {
  const year = financialYear('2019-20')!;
  t.same(
    ['2019-04-01', '2019-07-31', '2019-12-01', '2020-01-01', '2020-03-31'].map((each) => periodOf(day(each))),
    [1, 4, 9, 10, 12],
  );
  t.same(
    [1, 3, 11, 12].map((period) => lastDayOfPeriod(year, period)),
    ['2019-04-30', '2019-06-30', '2020-02-29', '2020-03-31'],
  );
});

t.test('a day is said in words', async (t) => {
  t.equal(dayInWords(day('2016-06-06')), '6 June 2016');
  t.equal(dayInWords(day('2016-12-25')), '25 December 2016');
});

t.test('so many months later is the same day of the month, or the last where the month is shorter', async (t) => {
  for (const [from, months, to] of [
    ['2016-04-01', 6, '2016-10-01'],
    ['2016-08-31', 6, '2017-02-28'],
    ['2015-08-31', 6, '2016-02-29'],
    ['2016-12-15', 1, '2017-01-15'],
    ['2016-11-30', 1, '2016-12-30'],
    ['2016-06-30', 0, '2016-06-30'],
    ['2016-06-30', 18, '2017-12-30'],
  ] as const) {
    t.equal(monthsAfter(day(from), months), to, `${months} months after ${from}`);
  }
});
