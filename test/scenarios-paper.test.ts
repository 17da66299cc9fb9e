import t from 'tap';
import { pence, signedPence } from '../src/domain/money.js';
import { asked, tableOf } from './support/asking.js';
import { demonstration } from './support/scenarios.js';

/**
 * The paper for Norfolk’s Adult Social Care Committee on 4 September 2017, figure by figure. Each figure rounds to the
 * printed one, in millions of pounds with three places.
 */

const FUND = 'norfolk-social-care-2017-18';
const P4 = { fund: FUND, period: '4', overspend: 'above-nothing' };

/** A sum as the paper prints it: millions with three places, negative sums in brackets. */
function printed(amount: string): string {
  const thousands = Math.sign(signedPence(amount)) * Math.round(Math.abs(signedPence(amount)) / 100_000);
  const text = `${Math.trunc(Math.abs(thousands) / 1_000)}.${String(Math.abs(thousands) % 1_000).padStart(3, '0')}`;
  return thousands < 0 ? `(${text})` : text;
}

interface Line {
  readonly line: string;
  readonly budget: string;
  readonly forecast: string;
  readonly variance: string;
}

interface Monitoring {
  readonly lines: readonly Line[];
  readonly lowering: readonly Readonly<Record<string, string>>[];
  readonly total: Omit<Line, 'line'>;
}

const row = ({ budget, forecast, variance }: Omit<Line, 'line'>): string[] => [budget, forecast, variance].map(printed);

t.test(
  'the table of monitoring at P4: five lines, forecast 261.313, variance 0.000 in the sign of the paper',
  async (t) => {
    const ledger = await demonstration(t);
    const { lines, total } = await asked<Monitoring>(ledger, 'monitoring', {
      ...P4,
      department: 'Adult social services',
    });
    t.same(
      lines.map((each) => [each.line, ...row(each)]),
      [
        ['business-development', '4.001', '3.635', '(0.365)'],
        ['commissioned-services', '68.640', '69.342', '0.703'],
        ['early-help', '8.614', '8.438', '(0.176)'],
        ['services-to-users', '186.524', '184.761', '(1.763)'],
        ['management', '(6.465)', '(4.863)', '1.602'],
      ],
    );
    t.same(row(total), ['261.313', '261.313', '0.000']);
    t.equal(pence(total.forecast), pence('261313000.00'));
    const whole = await asked<Monitoring>(ledger, 'monitoring', P4);
    t.same(row(whole.total), row(total), 'with the savings that the budgets have taken off already it is the same');
    const below = await asked<Monitoring>(ledger, 'monitoring', { fund: FUND, period: '4' });
    t.equal(printed(below.lines[1]!.variance), '(0.703)', 'in the sign of the ledger it is the other way round');
  },
);

t.test('savings: 14.213 planned, 10.626 forecast, 3.587 at risk', async (t) => {
  const ledger = await demonstration(t);
  const { lines, lowering } = await asked<Monitoring>(ledger, 'monitoring', P4);
  const [saving] = lowering;
  t.same(
    [saving!['planned'], saving!['forecast'], saving!['atRisk']].map((each) => printed(each!)),
    ['14.213', '10.626', '3.587'],
  );
  const savings = ['reviews', 'home-care-saving', 'day-services'].map((name) =>
    lines.find(({ line }) => line === name)!,
  );
  t.same(
    savings.map(({ budget, forecast }) => [budget, forecast].map(printed)),
    [
      ['(4.445)', '(1.958)'],
      ['(0.183)', '0.000'],
      ['(1.000)', '(0.650)'],
    ],
  );
});

t.test('that nothing was saved on home care by P4 was said; of the other savings nothing was said', async (t) => {
  const ledger = await demonstration(t);
  const { lines } = await asked<{ lines: { line: string; nothingIn: number[] }[] }>(ledger, 'monitoring', P4);
  t.same(
    lines.filter(({ nothingIn }) => nothingIn.length > 0).map(({ line, nothingIn }) => [line, ...nothingIn]),
    [['home-care-saving', 4]],
  );
});

interface Balances {
  readonly balances: readonly Readonly<Record<string, string>>[];
  readonly reserves: Readonly<Record<string, string>>;
  readonly provisions: Readonly<Record<string, string>>;
  readonly total: Readonly<Record<string, string>>;
}

t.test('reserves: 2.074, of which 1.273 is to be used, and 0.801 left, with the provision beside them', async (t) => {
  const ledger = await demonstration(t);
  const found = await asked<Balances>(ledger, 'balances', { fund: FUND, on: '2017-09-04' });
  const figures = (of: Readonly<Record<string, string>>): string[] =>
    ['opening', 'plannedUse', 'plannedClosing'].map((name) => printed(of[name]!));
  t.same(
    found.balances.map((each) => [each['purpose'], each['type'], ...figures(each)]),
    [
      ['Doubtful debts', 'provision', '4.157', '0.000', '4.157'],
      ['Prevention fund', 'reserve', '0.200', '0.187', '0.013'],
      ['Market development', 'reserve', '0.020', '0.020', '0.000'],
      ['Repairs and renewals', 'reserve', '0.043', '0.000', '0.043'],
      ['Workforce grant', 'reserve', '0.255', '0.255', '0.000'],
      ['Information technology', 'reserve', '0.361', '0.361', '0.000'],
      ['Unspent grants and contributions', 'reserve', '1.196', '0.450', '0.746'],
    ],
  );
  t.same(figures(found.reserves), ['2.074', '1.273', '0.801']);
  t.same(figures(found.provisions), ['4.157', '0.000', '4.157']);
  t.same(figures(found.total), ['6.231', '1.273', '4.958']);
});

t.test('the years after: what is taken out is below zero, and the gap says so', async (t) => {
  const ledger = await demonstration(t);
  const { rows } = await tableOf(ledger, 'medium-term', { area: 'norfolk-social-care' });
  const said = (year: string, what: string) => printed(rows.find((each) => each[0] === year && each[1] === what)![2]!);
  t.equal(said('2018-19', 'requires, funding-change'), '(13.943)');
  t.equal(said('2019-20', 'requires, funding-change: grant-of-2019-20'), '(5.903)');
  t.equal(said('2019-20', 'requires, funding-change: grant-of-2018-19-ends'), '11.901');
  t.equal(said('2019-20', 'requires, funding-change'), '5.998', 'the category has its sum');
  t.equal(said('2019-20', 'requires, pressure'), '5.100');
  t.equal(said('2017-18', 'beside the pool, ALIGNED'), '261.313');
  t.equal(said('2017-18', 'gap'), '0.000');
  t.equal(said('2017-18', 'recurrentGap'), '4.197', 'the support grant is of one year');
  t.match(
    await asked(ledger, 'position', { fund: FUND, on: '2018-03-31' }),
    { total: { agreed: '0.00', held: '0.00' } },
    'none of it is in a pool',
  );
});
