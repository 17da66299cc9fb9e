import fc from 'fast-check';
import t, { type Test } from 'tap';
import { moneyText, signedPence, type Pence } from '../../../../src/domain/money.js';
import { asked, tableOf } from '../../../support/asking.js';
import { DISPUTES, raised } from '../../../support/disputes.js';
import { contribution, grant, line, openFund, type TestLedger } from '../../../support/ledger.js';
import { asyncProperty } from '../../../support/property.js';
import { disputing, openedLedger } from '../../../support/rules-alone.js';

/** Credit notes, income, and reports that nothing happened. */

const posting = (type: string, data: object) => ({ act: 'post', fact: { type, data: data as never } }) as const;

const cost = (net: string, more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-05-10',
  line: 'home-care',
  net,
  vat: '0.00',
  recoverable: '0.00',
  reference: 'INV 1',
  ...more,
});

const credit = (net: string, more: Readonly<Record<string, unknown>> = {}) =>
  cost(net, { effective: '2016-06-10', reference: 'CN 1', invoice: 'INV 1', ...more });

const income = (amount: string, more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-05-20',
  line: 'charges',
  amount,
  bankReference: 'BACS 7',
  ...more,
});

const nothing = (of: string, more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-05-31',
  line: of,
  period: 2,
  ...more,
});

async function withLines(t: Test): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'charges', category: 'income', amount: '80000.00' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'reviews', category: 'saving', amount: '5000.00' }));
  ledger.now('2016-07-01T09:00:00Z');
  return ledger;
}

t.test('a credit note takes back spending of its line, and never more than was spent', async (t) => {
  const ledger = await withLines(t);
  await ledger.post('county-finance', 'ExpenditureRecorded', cost('1000.00', { vat: '200.00', recoverable: '150.00' }));
  await ledger.post('county-finance', 'CreditNoteReceived', credit('400.00', { vat: '80.00', recoverable: '60.00' }));
  t.match(await asked(ledger, 'monitoring', { period: '3' }), {
    lines: [{ line: 'home-care', spent: '630.00', available: '999370.00' }, {}, {}],
  });
  t.match(await asked(ledger, 'monitoring', { period: '2' }), { lines: [{ spent: '1050.00' }, {}, {}] });
  t.match(await asked(ledger, 'memorandum', { on: '2017-03-31' }), { grossSpending: '630.00', holds: true });
  for (const [name, officer, data, rule] of [
    ['more than is spent', 'county-finance', credit('630.01', { reference: 'CN 2' }), 'more_than_spent'],
    ['before it was spent', 'county-finance', credit('1.00', { effective: '2016-05-09' }), 'more_than_spent'],
    ['on a saving', 'county-finance', credit('1.00', { line: 'reviews' }), 'line_is_saving'],
    ['more VAT than there is', 'county-finance', credit('1.00', { recoverable: '0.01' }), 'vat_beyond_recovery'],
    ['the same twice', 'county-finance', credit('400.00', { vat: '80.00', recoverable: '60.00' }), 'recorded_already'],
    ['of a day to come', 'county-finance', credit('1.00', { effective: '2016-12-01' }), 'in_the_future'],
    ['by a body that commissions nothing', 'north-ccg-finance', credit('1.00'), 'wrong_partner'],
  ] as const) {
    ledger.now('2016-07-01T09:00:00Z');
    const found = await ledger.submit(officer, posting('CreditNoteReceived', data));
    t.match(found, { rule }, name);
  }
  const revision = (await asked<{ entries: { type: string; revision: string }[] }>(ledger, 'timeline')).entries.find(
    ({ type }) => type === 'ExpenditureRecorded',
  )!.revision;
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: { type: 'FactReversed', data: { effective: '2016-05-10', reverses: revision, reason: 'wrong' } as never },
    }),
    'more_than_spent',
    'what was spent is not taken back from under its credit note',
  );
});

t.test('what was spent on a purpose of a grant is credited to the same purpose', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('county-finance', 'GrantDetermined', grant({ purposes: ['adaptations', 'ramps'] }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ source: 'DFG' }));
  ledger.now('2016-07-01T09:00:00Z');
  await ledger.post('county-finance', 'ExpenditureRecorded', cost('100.00', { purpose: 'ramps' }));
  t.equal(
    await ledger.refused('county-finance', posting('CreditNoteReceived', credit('40.00'))),
    'purpose_not_allowed',
  );
  await ledger.post('county-finance', 'CreditNoteReceived', credit('40.00', { purpose: 'ramps' }));
  t.match(await asked(ledger, 'grant-use', { on: '2016-07-01' }), {
    sources: [{ source: 'DFG', spent: '60.00', byPurpose: [{ purpose: 'ramps', spent: '60.00' }] }],
  });
});

t.test('income is recorded on lines of income, beside what is planned, and brings the pool nothing', async (t) => {
  const ledger = await withLines(t);
  const before = await asked<{ total: object }>(ledger, 'position', { on: '2017-03-31' });
  await ledger.post('county-finance', 'IncomeReceived', income('30000.00'));
  await ledger.post('county-finance', 'IncomeReceived', income('500.00', { effective: '2016-06-20' }));
  t.match(await asked(ledger, 'monitoring', { period: '2' }), {
    lines: [{ income: '0.00' }, { line: 'charges', budget: '-80000.00', income: '30000.00' }, {}],
    lowering: [
      { category: 'income', planned: '80000.00', income: '30000.00' },
      { category: 'saving', income: '0.00' },
    ],
  });
  t.ok(
    (await tableOf(ledger, 'monitoring', { period: '3' })).totals!.some(
      ([what, , , sum]) => what === 'Came in, income' && sum === '30500.00',
    ),
  );
  t.same((await asked<{ total: object }>(ledger, 'position', { on: '2017-03-31' })).total, before.total);
  t.match(await asked(ledger, 'memorandum', { on: '2017-03-31' }), { grossFunding: '0.00', closing: '0.00' });
  t.match(await asked(ledger, 'mirror', { on: '2017-03-31' }), { agrees: true });
  t.match(await asked(ledger, 'choices', { choices: 'line', among: 'income' }), { choices: [{ value: 'charges' }] });
  t.equal(
    (await asked<{ choices: object[] }>(ledger, 'choices', { choices: 'line', among: 'income' })).choices.length,
    1,
  );
  t.equal((await asked<{ choices: object[] }>(ledger, 'choices', { choices: 'line' })).choices.length, 3);
  for (const [name, data, rule] of [
    ['a saving', income('1.00', { line: 'reviews' }), 'line_no_income'],
    ['a line that adds', income('1.00', { line: 'home-care' }), 'line_no_income'],
    ['no line', income('1.00', { line: 'nothing' }), 'reference_unknown'],
    ['the same twice', income('30000.00'), 'recorded_already'],
  ] as const)
    t.equal(await ledger.refused('county-finance', posting('IncomeReceived', data)), rule, name);
});

t.test('that nothing was spent is said, where nothing is recorded', async (t) => {
  const ledger = await withLines(t);
  await ledger.post('county-finance', 'ExpenditureRecorded', cost('10.00'));
  await ledger.post('county-finance', 'IncomeReceived', income('1.00'));
  await ledger.post(
    'county-finance',
    'ExpenditureRecorded',
    cost('2.00', { effective: '2016-04-01', reference: 'INV 0' }),
  );
  await ledger.post('county-finance', 'NothingStated', nothing('reviews'));
  await ledger.post('county-finance', 'NothingStated', nothing('home-care', { effective: '2016-06-30', period: 3 }));
  t.match(await asked(ledger, 'monitoring', { period: '3' }), {
    lines: [{ nothingIn: [3] }, { nothingIn: [] }, { nothingIn: [2] }],
  });
  for (const [name, data, rule] of [
    ['something was spent', nothing('home-care'), 'not_nothing'],
    ['something came in', nothing('charges'), 'not_nothing'],
    ['another day', nothing('reviews', { effective: '2016-05-30' }), 'period_day_wrong'],
    ['no line', nothing('nobody'), 'reference_unknown'],
    ['the first period', nothing('home-care', { effective: '2016-04-30', period: 1 }), 'not_nothing'],
  ] as const)
    t.equal(await ledger.refused('county-finance', posting('NothingStated', data)), rule, name);
  await ledger.post('county-finance', 'AccrualPosted', {
    effective: '2016-06-30',
    line: 'home-care',
    period: 3,
    amount: '5.00',
    reason: 'care not invoiced',
  });
  await ledger.post('county-finance', 'NothingStated', nothing('home-care', { effective: '2016-07-31', period: 4 }));
  t.match(
    await asked(ledger, 'monitoring', { period: '4' }),
    { lines: [{ nothingIn: [3, 4] }, {}, {}] },
    'an accrual that takes itself back is nothing that was spent',
  );
  t.equal(
    await ledger.refused(
      'county-finance',
      posting('NothingStated', nothing('home-care', { effective: '2016-04-30', period: 1, line: 'nothing' })),
    ),
    'reference_unknown',
  );
});

t.test('a nil return says that there is nothing to report, and has no figure of something', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-07-10T09:00:00Z');
  const filed = { effective: '2016-07-10', return: 'q1', kind: 'quarter-1', on: '2016-06-30', nil: true };
  await ledger.post('pool-manager', 'ReturnSubmitted', filed);
  t.match(await asked(ledger, 'returns'), { returns: [{ return: 'q1', nil: true }] });
  t.match(await asked(ledger, 'return', { return: 'q1' }), { nil: true, intact: true });
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  t.equal(
    await ledger.refused('pool-manager', posting('ReturnSubmitted', { ...filed, return: 'q1-again', replaces: 'q1' })),
    'not_nothing',
  );
  await ledger.post('pool-manager', 'ReturnSubmitted', {
    ...filed,
    return: 'q1-again',
    replaces: 'q1',
    nil: undefined,
  });
  t.match(await asked(ledger, 'returns'), { returns: [{ nil: true }, { nil: false }] });
});

t.test('a claim that is open is something to report, where there is nothing else', async (t) => {
  const ledger = await disputing(t);
  await openFund(ledger, '2018-19');
  await ledger.post('county-finance', 'DisputeRaised', raised(), DISPUTES);
  ledger.now('2019-01-10T09:00:00Z');
  const filed = { effective: '2019-01-10', return: 'q3', kind: 'quarter-3', on: '2018-12-31', nil: true };
  t.match(await ledger.submit('pool-manager', posting('ReturnSubmitted', filed), { in: 'testshire-2018-19' }), {
    rule: 'not_nothing',
    detail: 'As at 31 December 2018, openClaims of the fund is £18,400.00.',
  });
});

t.test('what is spent on a line is its invoices less its credit notes, for any of them', async (t: Test) => {
  await asyncProperty(
    t,
    fc.asyncProperty(
      fc.array(
        fc.record({
          credits: fc.boolean(),
          pence: fc.integer({ min: 1, max: 500_000 }),
          day: fc.integer({ min: 1, max: 28 }),
        }),
        { minLength: 1, maxLength: 10 },
      ),
      async (moves) => {
        const ledger = await withLines(t);
        const taken: { readonly day: number; readonly pence: number }[] = [];
        for (const [index, { credits, pence, day }] of moves.entries()) {
          const data = cost(moneyText(pence as Pence), {
            effective: `2016-06-${String(day).padStart(2, '0')}`,
            reference: `N ${index}`,
          });
          const sum = credits ? -pence : pence;
          const after = [...taken, { day, pence: sum }];
          const standsOn = (on: number) => after.reduce((all, each) => (each.day <= on ? all + each.pence : all), 0);
          const falls = after.some((each) => each.day >= day && standsOn(each.day) < 0);
          if (credits && falls) {
            t.equal(await ledger.refused('county-finance', posting('CreditNoteReceived', data)), 'more_than_spent');
            continue;
          }
          await ledger.post('county-finance', credits ? 'CreditNoteReceived' : 'ExpenditureRecorded', data);
          taken.push({ day, pence: sum });
        }
        const { lines } = await asked<{ lines: { spent: string }[] }>(ledger, 'monitoring', { period: '3' });
        t.equal(
          signedPence(lines[0]!.spent),
          taken.reduce((all, { pence }) => all + pence, 0),
        );
        t.match(await asked(ledger, 'memorandum', { on: '2017-03-31' }), { holds: true });
      },
    ),
    10,
  );
});
