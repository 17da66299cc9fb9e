import fc from 'fast-check';
import t from 'tap';
import { dayOfNumber, monthsAfter } from '../../../src/domain/calendar.js';
import { readAs } from '../../../src/domain/faults.js';
import { exactly, pence, total } from '../../../src/domain/money.js';
import { equalParts, Instalments, type Instalment } from '../../../src/domain/grammar/schedule.js';
import { property } from '../../support/property.js';

/** Instalments by rule. The expanded list is what somebody would have had to type. */

const read = (sent: unknown): readonly Instalment[] => {
  const found = readAs(Instalments, sent);
  if ('faults' in found) throw new Error(found.faults.map(({ words }) => words).join('; '));
  return found.value;
};
const faultsOf = (sent: unknown): Record<string, string> => {
  const found = readAs(Instalments, sent);
  return 'faults' in found ? Object.fromEntries(found.faults.map(({ path, words }) => [path.join('.'), words])) : {};
};

t.test('£9,621,518 in months leaves eight pence over: one each to the first eight, or all to the last', async (t) => {
  const first = read({ every: 'month', from: '2017-04-01', of: '9621518.00' });
  t.same(
    first.map(({ amount }) => amount),
    [...Array<string>(8).fill('801793.17'), ...Array<string>(4).fill('801793.16')],
  );
  t.same([first[0]!.due, first[11]!.due], ['2017-04-01', '2018-03-01']);
  const last = read({ every: 'month', from: '2017-04-01', of: '9621518.00', oddPence: 'last' });
  t.same(
    last.map(({ amount }) => amount),
    [...Array<string>(11).fill('801793.16'), '801793.24'],
  );
});

t.test('without a number of times, a rule goes to the end of the financial year of its first day', async (t) => {
  t.same(
    read({ every: 'month', from: '2017-12-31', of: '0.10' }),
    [
      ['2017-12-31', '0.03'],
      ['2018-01-31', '0.03'],
      ['2018-02-28', '0.02'],
      ['2018-03-31', '0.02'],
    ].map(([due, amount]) => ({ due, amount })),
    'a shorter month has it on its last day, and the month after on the same day again',
  );
  t.equal(read({ every: 'quarter', from: '2017-05-01', of: '4.00' }).length, 4);
});

t.test('four quarters in arrears end in the April after the year', async (t) => {
  const due = read({ every: 'quarter', from: '2017-07-01', of: '1200.00', times: 4 }).map((each) => each.due);
  t.same(due, ['2017-07-01', '2017-10-01', '2018-01-01', '2018-04-01']);
});

t.test('pennies are conserved, and no part differs from another by more than the odd pence', async (t) => {
  property(
    t,
    fc.property(
      fc.constantFrom('month', 'quarter'),
      fc.integer({ min: 15_800, max: 32_000 }).map(dayOfNumber),
      fc.integer({ min: 120, max: 999_999_999_999 }),
      fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
      fc.constantFrom('first', 'last', undefined),
      (every, from, sum, times, oddPence) => {
        const of = `${Math.floor(sum / 100)}.${String(sum % 100).padStart(2, '0')}`;
        const all = read({ every, from, of, ...(times && { times }), ...(oddPence && { oddPence }) });
        const sums = all.map(({ amount }) => pence(amount));
        const least = Math.min(...sums);
        const months = every === 'month' ? 1 : 3;
        return (
          total(sums) === sum &&
          all.every(({ due }, index) => due === monthsAfter(from, index * months)) &&
          Math.max(...sums) - least < (oddPence === 'last' ? sums.length : 2) &&
          (times === undefined || sums.length === times)
        );
      },
    ),
  );
  property(
    t,
    fc.property(fc.integer({ min: 0, max: 99_999_999_999_999 }), fc.integer({ min: 1, max: 120 }), (sum, parts) =>
      [equalParts(exactly(sum), parts), equalParts(exactly(sum), parts, 'last')].every((each) => total(each) === sum),
    ),
  );
});

t.test('a rule that cannot be carried out says which of its fields is wrong', async (t) => {
  const rule = { every: 'month', from: '2017-04-01', of: '100.00' };
  t.same(faultsOf({ ...rule, of: '0.11' }), { of: 'must come to a penny at least for each instalment' });
  t.same(faultsOf({ ...rule, from: '2098-12-01', times: 12 }), { times: 'must end by 2099-03-31' });
  t.same(faultsOf({ ...rule, every: 'week' }), { every: 'must be one of month, quarter' });
  t.match(faultsOf({ ...rule, from: '2017-02-31', of: 'all' }), {
    from: 'must be a real day written YYYY-MM-DD, such as "2016-04-01"',
    of: 'must be pounds with exactly two places of pence',
  });
  t.match(faultsOf([{ due: '2017-04-01', amount: 5 }]), { '0.amount': 'must be text with exactly two places' });
  t.match(faultsOf('monthly'), { '': 'must be a list of instalments, or a rule such as' });
  t.match(faultsOf(undefined), { '': 'is missing: it must be a list of instalments, or a rule' });
});
