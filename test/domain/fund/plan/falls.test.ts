import fc from 'fast-check';
import t, { type Test } from 'tap';
import { moneyText, signedPence, total, type Pence } from '../../../../src/domain/money.js';
import { asked, tableOf } from '../../../support/asking.js';
import { FUND, line, openFund, type TestLedger } from '../../../support/ledger.js';
import { asyncProperty } from '../../../support/property.js';
import { scheme } from '../../../support/plan.js';
import { openedLedger } from '../../../support/rules-alone.js';

/** Deductions from a plan: negative lines, lines of zero, and whose lines they are. */

const set = (ledger: TestLedger, more: Readonly<Record<string, unknown>>, fund = FUND) =>
  ledger.post('pool-manager', 'PlanLineSet', line(more), fund);
const setting = (more: Readonly<Record<string, unknown>>) =>
  ({ act: 'post', fact: { type: 'PlanLineSet', data: line(more) as never } }) as const;
const revising = (name: string, now: string) =>
  ({
    act: 'post',
    fact: {
      type: 'PlanLineRevised',
      data: { effective: '2016-06-01', line: name, now, reason: 'as approved' } as never,
    },
  }) as const;

const gapOn = (ledger: TestLedger, on: string) => asked(ledger, 'gap', { on });

const ENDS = {
  line: 'grant-ends',
  description: 'A grant that ends',
  category: 'funding-change',
  amount: '-5903000.00',
};

t.test('what is taken out of the plan is below zero, and says what it does to the gap', async (t) => {
  const ledger = await openedLedger(t);
  await set(ledger, { amount: '11901000.00', category: 'funding-change', line: 'grant-comes' });
  await set(ledger, ENDS);
  t.match(await gapOn(ledger, '2016-04-01'), { requirement: '5998000.00', gap: '5998000.00' });
  t.match(await asked(ledger, 'timeline'), {
    entries: [
      {},
      {},
      {
        sentence:
          'Plan line "grant-ends" (A grant that ends) was set at -£5,903,000.00 from NHS_ADD, recurrent. It takes £5,903,000.00 out of the plan, and as much off the gap.',
      },
    ],
  });
  const plan = await asked(ledger, 'plan', { on: '2016-04-01' });
  t.match(plan, {
    lines: [
      { line: 'grant-comes', amount: '11901000.00', onGap: '11901000.00' },
      { line: 'grant-ends', amount: '-5903000.00', onGap: '-5903000.00' },
    ],
    requirement: '5998000.00',
  });
  await set(ledger, { line: 'efficiency', category: 'saving', amount: '250000.00' });
  t.match(
    (await asked<{ lines: object[] }>(ledger, 'plan', { on: '2016-04-01' })).lines[2],
    { amount: '250000.00', onGap: '-250000.00' },
    'a saving is written above zero, and takes off the gap',
  );
});

t.test('a line stays above zero or below it, as it was set; a saving and income are above', async (t) => {
  const ledger = await openedLedger(t);
  await set(ledger, {});
  await set(ledger, ENDS);
  await set(ledger, { line: 'efficiency', category: 'saving', amount: '250000.00' });
  t.equal(
    await ledger.refused('pool-manager', setting({ line: 'a', category: 'saving', amount: '-1.00' })),
    'line_cannot_fall',
  );
  t.equal(
    await ledger.refused('pool-manager', setting({ line: 'a', category: 'income', amount: '-1.00' })),
    'line_cannot_fall',
  );
  for (const [name, now] of [
    ['home-care', '-0.01'],
    ['grant-ends', '0.01'],
    ['efficiency', '-0.01'],
  ] as const)
    t.equal(await ledger.refused('pool-manager', revising(name, now)), 'line_keeps_sign', name);
  await ledger.done('pool-manager', revising('grant-ends', '-5000000.00'));
  t.match(await gapOn(ledger, '2016-06-01'), { requirement: '-4250000.00' });
  t.match(await gapOn(ledger, '2016-05-31'), { requirement: '-5153000.00' });
  await ledger.done('pool-manager', revising('grant-ends', '0.00'));
  t.match(await gapOn(ledger, '2016-06-01'), { requirement: '750000.00' }, 'it can come to nothing');
});

t.test('budget moves between what is added and what is taken out, and the requirement stays', async (t) => {
  const ledger = await openedLedger(t);
  await set(ledger, {});
  await set(ledger, { ...ENDS, amount: '-300000.00' });
  const vire = (home: string, ends: string) => ({
    effective: '2016-06-01',
    moves: [
      { line: 'home-care', change: home },
      { line: 'grant-ends', change: ends },
    ],
    reason: 'less is taken out',
  });
  const proposing = (home: string, ends: string) =>
    ({ act: 'propose', fact: { type: 'BudgetVired', data: vire(home, ends) as never } }) as const;
  t.equal(await ledger.refused('pool-manager', proposing('100000.00', '100000.00')), 'virement_not_balanced');
  t.equal(
    await ledger.refused('pool-manager', proposing('-300000.01', '300000.01')),
    'more_than_planned',
    'no more is given back than was taken out',
  );
  await ledger.signed('pool-manager', 'county-chief', 'BudgetVired', vire('-100000.00', '100000.00'));
  t.match(await asked(ledger, 'plan', { on: '2016-06-01' }), {
    lines: [
      { line: 'home-care', amount: '900000.00' },
      { line: 'grant-ends', amount: '-200000.00' },
    ],
    requirement: '700000.00',
  });
});

t.test('nothing is spent on what is taken out; its forecast is below zero, as a budget net of income is', async (t) => {
  const ledger = await openedLedger(t);
  await set(ledger, { line: 'management', category: 'base', amount: '-6465000.00' });
  await set(ledger, { line: 'charges', category: 'income', amount: '100000.00' });
  const forecasting = (of: string, outturn: string, more: object = {}) =>
    ({
      act: 'post',
      fact: {
        type: 'ForecastRecorded',
        data: { effective: '2016-07-31', line: of, period: 4, outturn, ...more } as never,
      },
    }) as const;
  const cost = { effective: '2016-05-01', line: 'management', net: '1.00', vat: '0.00', recoverable: '0.00' };
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: { type: 'ExpenditureRecorded', data: { ...cost, reference: 'INV 1' } as never },
    }),
    'line_is_saving',
  );
  t.equal(await ledger.refused('county-finance', forecasting('charges', '-1.00')), 'outturn_below_nothing');
  t.equal(
    await ledger.refused('county-finance', forecasting('management', '-1.00', { achieved: '1.00' })),
    'line_saves_nothing',
  );
  await ledger.done('county-finance', forecasting('management', '-4863000.00'));
  t.match(await asked(ledger, 'monitoring', { period: '4', overspend: 'above-nothing' }), {
    lines: [{ budget: '-6465000.00', forecast: '-4863000.00', variance: '1602000.00' }, {}],
    total: { budget: '-6565000.00', forecast: '-4863000.00', variance: '1602000.00', notForecast: '-100000.00' },
    lowering: [{ category: 'income', planned: '100000.00' }],
  });
});

t.test('a line of nothing is in the plan: that nothing is planned was said', async (t) => {
  const ledger = await openedLedger(t);
  await set(ledger, { line: 'respite', amount: '0.00' });
  t.match(await asked(ledger, 'plan', { on: '2016-04-01' }), {
    lines: [{ line: 'respite', amount: '0.00', onGap: '0.00' }],
    requirement: '0.00',
  });
  t.match(await asked(ledger, 'monitoring', { period: '1' }), {
    lines: [{ line: 'respite', budget: '0.00', spent: '0.00', available: '0.00' }],
  });
  await ledger.done('pool-manager', revising('respite', '5.00'));
  t.match(await gapOn(ledger, '2016-06-01'), { requirement: '5.00' });
});

const ADULTS = 'Adult social care';

t.test('every question of the plan is asked of one department', async (t) => {
  const ledger = await openedLedger(t);
  await set(ledger, { amount: '500000.00', department: 'Children’s services' });
  await set(ledger, { line: 'reviews', category: 'saving', amount: '40000.00', department: ADULTS });
  await set(ledger, { line: 'shared', category: 'saving', amount: '90000.00' });
  const asOf = { on: '2016-05-01', department: ADULTS };
  t.match(await asked(ledger, 'plan', asOf), {
    ofDepartment: ADULTS,
    lines: [{ line: 'reviews', department: ADULTS }],
    requirement: '-40000.00',
  });
  await ledger.post('pool-manager', 'PlanLineDescribed', {
    effective: '2016-05-01',
    line: 'shared',
    scheme: scheme(),
    department: ADULTS,
    reason: 'its share of the saving',
  });
  t.match(await asked(ledger, 'plan', asOf), { lines: [{ line: 'reviews' }, { line: 'shared' }] });
  t.equal((await asked<{ lines: object[] }>(ledger, 'plan', { ...asOf, on: '2016-04-30' })).lines.length, 1);
  t.match(await asked(ledger, 'monitoring', { period: '2', department: ADULTS }), {
    lines: [
      { line: 'reviews', department: ADULTS },
      { line: 'shared', department: ADULTS },
    ],
    total: { budget: '-130000.00' },
    lowering: [{ category: 'saving', planned: '130000.00' }],
  });
  t.match(await asked(ledger, 'medium-term', { department: ADULTS }), {
    ofDepartment: ADULTS,
    years: [{ requirement: '-130000.00', funded: '0.00', gap: '-130000.00', funding: [] }],
  });
  t.match(await asked(ledger, 'bridge', { department: ADULTS }), {
    years: [{ gapFrom: '0.00', gapTo: '-130000.00', change: '-130000.00' }],
    rows: [{ row: 'saving', total: '-130000.00' }],
    lines: [
      { line: 'reviews', change: '-40000.00' },
      { line: 'shared', change: '-90000.00' },
    ],
  });
  for (const question of ['plan', 'monitoring', 'medium-term', 'bridge'])
    await t.rejects(
      asked(ledger, question, { department: 'Highways' }),
      /name_unknown: .*departments are Adult social care/,
    );
});

t.test('the medium term and the bridge give each category its lines and their sum, in tables too', async (t) => {
  const ledger = await openedLedger(t);
  await openFund(ledger, '2017-18');
  const next = 'testshire-2017-18';
  await set(ledger, { line: 'grant', category: 'pressure', amount: '11901000.00' });
  await set(ledger, { line: 'ended', category: 'pressure', amount: '-13943000.00' });
  await set(ledger, { effective: '2017-04-01', line: 'ended', category: 'pressure', amount: '-5903000.00' }, next);
  const rows = (table: { rows: readonly (readonly string[])[] }) =>
    table.rows.filter(([, what]) => what!.startsWith('requires'));
  t.same(rows(await tableOf(ledger, 'medium-term')), [
    ['2016-17', 'requires, pressure: ended', '-13943000.00'],
    ['2016-17', 'requires, pressure: grant', '11901000.00'],
    ['2016-17', 'requires, pressure', '-2042000.00'],
    ['2017-18', 'requires, pressure: ended', '-5903000.00'],
    ['2017-18', 'requires, pressure', '-5903000.00'],
  ]);
  const bridge = await tableOf(ledger, 'bridge');
  t.same(bridge.rows.slice(1, -2), [
    ['requirement, pressure: ended', '-13943000.00', '-5903000.00', '-19846000.00', ''],
    ['requirement, pressure: grant', '11901000.00', '0.00', '11901000.00', ''],
    ['requirement, pressure', '-2042000.00', '-5903000.00', '-7945000.00', ''],
  ]);
});

interface MediumTerm {
  readonly years: readonly {
    readonly requirements: readonly { readonly name: string; readonly amount: string }[];
    readonly requirement: string;
  }[];
  readonly lines: readonly { readonly category: string; readonly amount: string }[];
}

interface Bridge {
  readonly rows: readonly { readonly row: string; readonly total: string }[];
  readonly lines: readonly { readonly category: string; readonly change: string }[];
}

const added = (texts: readonly string[]): Pence => total(texts.map(signedPence));

t.test(
  'lines add up to their category, categories to the requirement, and departments to the whole',
  async (t: Test) => {
    const departments = [undefined, ADULTS, 'Public health'] as const;
    await asyncProperty(
      t,
      fc.asyncProperty(
        fc.array(
          fc.record({
            category: fc.constantFrom('base', 'pressure', 'inflation', 'funding-change', 'saving', 'income'),
            pence: fc.integer({ min: -100_000_000, max: 100_000_000 }),
            department: fc.constantFrom(...departments),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        async (lines) => {
          const ledger = await openedLedger(t);
          for (const [index, { category, pence, department }] of lines.entries()) {
            const lowers = category === 'saving' || category === 'income';
            const amount = moneyText((lowers ? Math.abs(pence) : pence) as Pence);
            await set(ledger, { line: `line-${index}`, category, amount, ...(department && { department }) });
          }
          const whole = await asked<MediumTerm>(ledger, 'medium-term');
          const year = whole.years[0];
          for (const { name, amount } of year!.requirements) {
            const own = whole.lines.filter(({ category }) => category === name);
            t.equal(added(own.map((each) => each.amount)), signedPence(amount));
          }
          t.equal(added(year!.requirements.map(({ amount }) => amount)), signedPence(year!.requirement));
          const plan = await asked<{ lines: { onGap: string; department: string | null }[] }>(ledger, 'plan');
          t.equal(added(plan.lines.map(({ onGap }) => onGap)), signedPence(year!.requirement));
          let parts = added(plan.lines.flatMap(({ onGap, department }) => (department === null ? onGap : [])));
          for (const department of new Set(lines.flatMap((each) => each.department ?? []))) {
            const of = await asked<{ requirement: string }>(ledger, 'plan', { department });
            parts = (parts + signedPence(of.requirement)) as Pence;
          }
          t.equal(parts, signedPence(year!.requirement));
          const bridge = await asked<Bridge>(ledger, 'bridge');
          for (const { row, total: of } of bridge.rows) {
            const own = bridge.lines.filter(({ category }) => category === row);
            t.equal(added(own.map(({ change }) => change)), signedPence(of));
          }
        },
      ),
      12,
    );
  },
);
