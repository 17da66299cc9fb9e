import fc from 'fast-check';
import t from 'tap';
import { exactly, moneyText, pence, signedPence } from '../../../src/domain/money.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { askedWhole } from '../../support/asking.js';
import { FUND, line, refusals, type TestLedger } from '../../support/ledger.js';
import { asyncProperty } from '../../support/property.js';
import { openedLedger } from '../../support/rules-alone.js';

/** Forecasts of what lowers cost: the monitoring of Norfolk’s committee of 4 September 2017, at P4. */

const setLine = (ledger: TestLedger, name: string, category: string, amount: string) =>
  ledger.post('pool-manager', 'PlanLineSet', line({ line: name, category, amount }));

const forecast = (ledger: TestLedger, name: string, outturn: string, more: object = {}) =>
  ledger.post('pool-manager', 'ForecastRecorded', { effective: '2016-07-31', line: name, period: 4, outturn, ...more });

/** Budgets to the hundred pounds. They round to the thousands in the paper, and its lines add up to its total. */
const LINES = [
  ['business-development', 'base', '4000800.00', '3635000.00', '-365800.00'],
  ['commissioned', 'base', '68639800.00', '69342000.00', '702200.00'],
  ['early-help', 'base', '8613800.00', '8438000.00', '-175800.00'],
  ['services-to-users', 'base', '186523800.00', '184761000.00', '-1762800.00'],
  ['management', 'income', '6465200.00', '4863000.00', '1602200.00'],
] as const;

t.test('a line that lowers cost is forecast, and the total is what the paper prints', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-08-10T09:00:00Z');
  for (const [name, category, budget, outturn] of LINES) {
    await setLine(ledger, name, category, budget);
    await forecast(ledger, name, outturn);
  }
  const { answer, table } = await askedWhole(ledger, 'monitoring', { period: '4', overspend: 'above-nothing' });
  t.match(answer, {
    overspend: 'above-nothing',
    lines: LINES.map(([name, , , , variance]) => ({ line: name, variance })),
    total: { budget: '261313000.00', forecast: '261313000.00', variance: '0.00', notForecast: '0.00' },
    lowering: [{ category: 'income', planned: '6465200.00', forecast: '4863000.00', atRisk: '1602200.00' }],
  });
  const management = (answer['lines'] as object[])[4]!;
  t.match(management, { budget: '-6465200.00', forecast: '-4863000.00', variance: '1602200.00' });
  t.equal(table.rows[4]?.at(-1), '1602200.00');
  t.match(
    (await askedWhole(ledger, 'monitoring', { period: '4' })).answer,
    { overspend: 'below-nothing', lines: [{}, { variance: '-702200.00' }, {}, {}, { variance: '-1602200.00' }] },
    'as left out, an overspend is below zero',
  );
  t.same((await verify(ledger.store)).problems, []);
});

t.test('of £14.213 million of savings planned, £10.626 million are forecast and £3.587 million at risk', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-08-10T09:00:00Z');
  await setLine(ledger, 'cost', 'base', '100000000.00');
  const savings = [
    ['reviews', '4445000.00', '1958000.00'],
    ['home-care', '183000.00', '0.00'],
    ['day-services', '1000000.00', '650000.00'],
    ['others', '8585000.00', '8018000.00'],
  ] as const;
  for (const [name, planned, outturn] of savings) {
    await setLine(ledger, name, 'saving', planned);
    await forecast(ledger, name, outturn, name === 'reviews' ? { achieved: '300000.00' } : {});
  }
  const { answer, table } = await askedWhole(ledger, 'monitoring', { period: '4' });
  const sums = { planned: '14213000.00', forecast: '10626000.00', atRisk: '3587000.00', notForecast: '0.00' };
  t.match(answer, {
    lines: [{}, { achieved: '300000.00' }, { achieved: null }, {}, {}],
    lowering: [{ category: 'saving', ...sums, achieved: '300000.00' }],
    total: { forecast: '-10626000.00', variance: '-3587000.00', notForecast: '100000000.00' },
  });
  t.same(
    table.totals?.slice(-3).map((row) => [row[0], row[3]]),
    [
      ['Planned, saving', '14213000.00'],
      ['At risk, saving', '3587000.00'],
      ['Achieved, saving', '300000.00'],
    ],
  );
  const said = await forecast(ledger, 'reviews', '1900000.00', { achieved: '310000.00' });
  t.equal(
    said.outcome.events[0]?.sentence,
    '"reviews" was forecast as at P4 to lower cost by £1,900,000.00 in the year, £310,000.00 of it so far.',
  );
  const record = (name: string, type: string, data: object, rule: 'line_saves_nothing' | 'line_is_saving') =>
    ({ name, officer: 'pool-manager', act: 'post', type, data: data as never, rule }) as const;
  await refusals(t, ledger, FUND, [
    record(
      'a line of costs has achieved nothing',
      'ForecastRecorded',
      { effective: '2016-07-31', line: 'cost', period: 4, outturn: '1.00', achieved: '1.00' },
      'line_saves_nothing',
    ),
    record(
      'nothing is spent on a saving',
      'ExpenditureRecorded',
      { effective: '2016-07-31', line: 'reviews', net: '1.00', vat: '0.00', recoverable: '0.00', reference: 'x' },
      'line_is_saving',
    ),
  ]);
});

t.test(
  'whatever lines add or reduce, budget = forecast + variance + what has no forecast, by category too',
  async (t) => {
    const sum = fc.integer({ min: 1, max: 9_000_000 }).map((number) => moneyText(exactly(number)));
    await asyncProperty(
      t,
      fc.asyncProperty(
        fc.array(
          fc.record({ category: fc.constantFrom('base', 'saving', 'income'), amount: sum, outturn: fc.option(sum) }),
          { minLength: 1, maxLength: 6 },
        ),
        async (lines) => {
          const ledger = await openedLedger(t);
          ledger.now('2016-08-10T09:00:00Z');
          let budget = 0;
          let forecasts = 0;
          for (const [at, { category, amount, outturn }] of lines.entries()) {
            const sign = category === 'base' ? 1 : -1;
            await setLine(ledger, `line-${at}`, category, amount);
            budget += sign * pence(amount);
            if (outturn === null) continue;
            await forecast(ledger, `line-${at}`, outturn);
            forecasts += sign * pence(outturn);
          }
          const { answer } = await askedWhole(ledger, 'monitoring', { period: '4' });
          const total = answer['total'] as Record<string, string>;
          const of = (name: string): number => signedPence(total[name]!);
          if (of('budget') !== budget || of('forecast') !== forecasts) throw new Error('Another total.');
          if (of('forecast') + of('variance') + of('notForecast') !== budget) throw new Error('It does not add up.');
          for (const { planned, forecast: foreseen, atRisk, notForecast } of answer['lowering'] as Record<
            string,
            string
          >[]) {
            const [p, f, r, n] = [planned, foreseen, atRisk, notForecast].map((text) => signedPence(text!)) as number[];
            if (f! + r! + n! !== p) throw new Error('What lowers cost does not add up.');
          }
          await ledger.close();
        },
      ),
      Number(process.env['BCF_PROPERTY_RUNS'] ?? 10),
    );
  },
);
