import fc from 'fast-check';
import t from 'tap';
import { createBalances } from '../../projections/balances.js';
import { memorandum, mirrored } from '../../projections/memorandum.js';
import { riskShares } from '../../src/domain/fund/agreement/risk-year.js';
import { owedTo } from '../../src/domain/fund/money/ring-fence.js';
import { recurrentBy, spendingByScheme } from '../../src/domain/fund/agreement/schemes.js';
import { daysAfter, type Day } from '../../src/domain/calendar.js';
import { AgreementTerms } from '../../src/domain/fund/agreement/agreement-terms.js';
import { exactly, minus, moneyText, NO_MONEY, pence, plus, total, type Pence } from '../../src/domain/money.js';
import { PLAN, POOL, posted, type Measure, type Posting } from '../../src/domain/postings.js';
import { viewOf } from '../../src/ledger/memory/read-model.js';
import { asked, askedOfNothing, day, signAgreement, spend, terms } from '../support/agreements.js';
import { contribution, COUNTY, FUND, grant, line, NORTH, openedLedger, SOUTH } from '../support/ledger.js';
import { histories, play } from '../support/histories.js';
import { asyncProperty, property } from '../support/property.js';
import { told } from '../support/told.js';
import { year } from '../support/risk-years.js';

t.test('the memorandum account says whose the pool is, and adds up', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '900.00' }));
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({
      amount: '600.00',
      instalments: [
        { due: '2016-05-01', amount: '400.00' },
        { due: '2017-03-01', amount: '200.00' },
      ],
    }),
  );
  await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({ amount: '300.00', tranches: [{ due: '2016-04-01', amount: '300.00' }] }),
  );
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-05-02',
    contribution: 'north-extra',
    amount: '350.00',
    bankReference: 'BACS',
  });
  spend(ledger, 'home-care', '2016-06-01', '820.00');
  spend(ledger, 'home-care', '2016-06-01', '20.00', 'accrued');
  const { answer, table } = await asked(ledger, 'memorandum', { on: '2016-06-30' });
  told(t, answer, {
    opening: '0.00',
    funding: [
      { partner: COUNTY, source: 'DFG', amount: '300.00', received: '0.00', debtor: '300.00' },
      { partner: NORTH, source: 'NHS_ADD', amount: '600.00', received: '350.00', debtor: '250.00' },
    ],
    grossFunding: '900.00',
    debtors: '550.00',
    spending: [{ line: 'home-care', amount: '840.00' }],
    grossSpending: '840.00',
    surplus: '60.00',
    returned: '0.00',
    carriedForward: '0.00',
    closing: '60.00',
    holds: true,
  });
  told(
    t,
    answer['partners'],
    [
      { partner: COUNTY, funding: '300.00', spending: '280.00', surplus: '20.00' },
      { partner: NORTH, funding: '600.00', spending: '560.00', surplus: '40.00' },
      { partner: SOUTH, funding: '0.00', spending: '0.00', surplus: '0.00' },
      {},
      {},
    ],
    'without an agreement, in proportion to what is agreed for the year',
  );
  t.same(table[0], ['Opening balance', '', '', '0.00', '', '']);
  t.same(table.at(-1), ['The account holds', 'yes', '', '', '', '']);
  told(t, (await asked(ledger, 'memorandum', { on: '2017-03-01' })).answer, { surplus: '60.00', closing: '60.00' });
  told(t, (await asked(ledger, 'memorandum', { on: '2016-03-01' })).answer, { opening: '0.00', closing: '0.00' });
  await t.rejects(asked(ledger, 'memorandum', { on: '2017-03-01', 'known-at': '2015-01-01' }), /not_known_then/);

  await signAgreement(
    ledger,
    terms({
      underspend: { kind: 'shared' },
      defaultRule: {
        kind: 'fixed',
        shares: [
          { partner: COUNTY, share: 2_500 },
          { partner: NORTH, share: 7_500 },
        ],
      },
    }),
  );
  told(
    t,
    (await asked(ledger, 'memorandum', { on: '2017-03-30' })).answer,
    { surplus: '60.00', partners: [{ surplus: '20.00' }, { surplus: '40.00' }, { surplus: '0.00' }, {}, {}] },
    'before the last day of the year no year’s budget is set against months of spending',
  );
  const signed = (await asked(ledger, 'memorandum', { on: '2017-03-31' })).answer;
  told(t, signed, {
    surplus: '60.00',
    partners: [{ surplus: '15.00' }, { surplus: '45.00' }, { surplus: '0.00' }, {}, {}],
  });
  t.equal(await askedOfNothing(ledger, 'memorandum'), 'fund_unknown');
});

t.test('what is paid in arrears is of the year that it was agreed for, and a debtor until it comes', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1200.00', source: 'NHS_ADD' }));
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({
      amount: '1200.00',
      instalments: ['2016-07-01', '2016-10-01', '2017-01-01', '2017-04-15'].map((due) => ({ due, amount: '300.00' })),
    }),
  );
  const receive = (effective: string, amount: string) =>
    ledger.post('pool-manager', 'ContributionReceived', {
      effective,
      contribution: 'north-extra',
      amount,
      bankReference: `BACS ${effective}`,
    });
  await receive('2017-01-05', '900.00');
  spend(ledger, 'home-care', '2017-03-31', '1200.00');
  const funding = (received: string, debtor: string) => [
    { partner: NORTH, source: 'NHS_ADD', amount: '1200.00', received, debtor },
  ];
  const { answer, table } = await asked(ledger, 'memorandum', { on: '2017-03-31' });
  told(t, answer, { funding: funding('900.00', '300.00'), debtors: '300.00', surplus: '0.00', holds: true });
  told(t, answer['partners'], [
    {},
    { partner: NORTH, funding: '1200.00', spending: '1200.00', surplus: '0.00' },
    {},
    {},
    {},
  ]);
  t.same(
    table.find(([what]) => what === 'Gross funding'),
    ['Gross funding', '', '', '1200.00', '', '300.00'],
  );
  ledger.clock.set(Date.parse('2017-04-20T09:00:00Z') as never);
  await receive('2017-04-15', '300.00');
  told(t, (await asked(ledger, 'memorandum', { on: '2017-04-20' })).answer, {
    funding: funding('1200.00', '0.00'),
    debtors: '0.00',
    surplus: '0.00',
    closing: '0.00',
    holds: true,
  });
});

t.test('both sides of the books agree, by measure and source; and where they did not, it would show', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '900.00' }));
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const { answer, table } = await asked(ledger, 'mirror', { on: '2016-04-01' });
  told(t, answer, {
    agrees: true,
    rows: [
      {
        measure: 'agreed',
        source: 'NHS_ADD',
        partners: [{ partner: NORTH, amount: '1000000.00' }],
        pool: '1000000.00',
      },
      { measure: 'due', agrees: true },
      { measure: 'requirement', partners: [{ partner: PLAN, amount: '900.00' }], total: '900.00' },
    ],
  });
  t.same(table[0], ['agreed', 'NHS_ADD', NORTH, '1000000.00', '']);
  t.same(table[2], ['agreed', 'NHS_ADD', 'pool', '1000000.00', 'yes']);
  const { balances } = ledger.ledger.model.fund(FUND)!;
  const [oneSide] = posted({
    measure: 'returned',
    holder: SOUTH,
    source: 'NHS_ADD',
    term: 'one-off',
    item: 'x',
    on: day('2016-04-01'),
    pence: pence('5.00'),
  });
  balances.add(ledger.ledger.model.size() - 1, [oneSide!]);
  const wrong = await asked(ledger, 'mirror', { on: '2016-04-01' });
  told(t, wrong.answer, { agrees: false, rows: [{}, {}, {}, { measure: 'returned', pool: '0.00', agrees: false }] });
  t.same(wrong.table.at(-1), ['returned', 'NHS_ADD', 'pool', '0.00', 'no']);
  const account = await asked(ledger, 'memorandum', { on: '2016-04-01' });
  told(t, account.answer, { returned: '5.00', holds: false });
  t.same(account.table.at(-1), ['The account holds', 'no', '', '', '', '']);
  t.equal(await askedOfNothing(ledger, 'mirror'), 'fund_unknown');
});

// Properties

const amountIn = (all: readonly { readonly amount: Pence }[]): Pence => total(all.map(({ amount }) => amount));

const PARTNERS = ['a', 'b', 'c'];
const FIRST = '2016-04-01' as Day;

type Kind = readonly [
  measure: Measure,
  holders: readonly string[],
  sources: readonly string[],
  details: readonly string[],
];
const KINDS: readonly Kind[] = [
  ['due', PARTNERS, ['NHS_ADD', 'LA_ADD', 'IBCF'], ['']],
  ['agreed', PARTNERS, ['NHS_ADD', 'LA_ADD', 'IBCF', 'CARRY_IN'], ['']],
  ['received', PARTNERS, ['NHS_ADD', 'CARRY_IN'], ['']],
  ['share', ['c', 'd'], ['IBCF'], ['x']],
  ['passedDown', ['c', 'd'], ['IBCF'], ['x']],
  ['returned', [...PARTNERS, PLAN], ['NHS_ADD', 'CARRY_IN'], ['']],
  ['carriedForward', [PLAN], ['IBCF'], ['x']],
  ['requirement', [PLAN], ['NHS_ADD', 'IBCF'], ['x', 'y', 'z']],
  ['spent', [PLAN], ['NHS_ADD', 'IBCF'], ['x', 'y', 'z', 'never-set']],
  ['accrued', [PLAN], ['NHS_ADD'], ['x', 'y']],
  ['committed', [PLAN], ['NHS_ADD'], ['x', 'y']],
];

const posting = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    pick: fc.nat(11),
    on: fc.integer({ min: -20, max: 380 }).map((days) => daysAfter(FIRST, days)),
    pence: fc.integer({ min: 1, max: 90_000_000 }),
    recurrent: fc.boolean(),
  })
  .map(({ kind: [measure, holders, sources, details], pick, on, pence: amount, recurrent }): Posting[] =>
    posted({
      measure,
      holder: holders[pick % holders.length]!,
      source: sources[pick % sources.length]!,
      term: recurrent ? 'recurrent' : 'one-off',
      detail: details[pick % details.length]!,
      item: 'x',
      on,
      pence: exactly(amount),
    }),
  );

const rule = fc.constantFrom(
  { kind: 'pro-rata' },
  { kind: 'own-risk', commissioner: 'b' },
  { kind: 'own-risk' },
  { kind: 'capped', of: { kind: 'pro-rata' }, caps: [{ partner: 'a', most: '1000.00' }] },
  { kind: 'over-base', base: '5000.00', shares: [{ partner: 'c', share: 10_000 }] },
  {
    kind: 'stepwise',
    steps: [
      { from: 'underspends', schemes: ['x', 'y'] },
      { from: 'uncommitted', schemes: ['z'] },
      { from: 'risk-pool', amount: '100.00' },
    ],
    then: { kind: 'fixed', shares: [{ partner: 'a', share: 10_000 }] },
  },
);
const ofTerms = fc.option(
  fc
    .record({
      defaultRule: rule,
      x: rule,
      underspend: fc.constantFrom({ kind: 'kept-in-pool' }, { kind: 'shared' }, { kind: 'to-partner', partner: 'c' }),
    })
    .map(({ x, ...more }) => AgreementTerms.parse(terms({ ...more, riskShares: [{ scheme: 'x', rule: x }] }))),
  { nil: undefined },
);

t.test(
  'at every date opening + funding − spending − returned is the closing balance, and the shares are the surplus',
  async (t) => {
    property(
      t,
      fc.property(
        fc.array(posting, { minLength: 1, maxLength: 40 }),
        ofTerms,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.subarray(['IBCF', 'CARRY_IN', 'NHS_ADD']).map((sources) => new Set(sources)),
        (all, agreed, part, ringFenced) => {
          const balances = createBalances();
          all.forEach((postings, place) => balances.add(place, postings));
          const size = Math.round(part * all.length);
          const days = [...new Set(all.flatMap((postings) => postings.map(({ on }) => on)))];
          const before = viewOf({ balances }, daysAfter(FIRST, -1), size);
          for (const on of days) {
            const view = viewOf({ balances }, on, size);
            const of = year({
              host: 'a',
              recurrent: recurrentBy(view, ringFenced),
              schemes: spendingByScheme(view, new Map(), ringFenced),
            });
            const schemes = riskShares(of, agreed, new Map());
            for (const { variance, covered, given, shares, uncovered } of schemes) {
              const sum = plus(plus(amountIn(covered), total(shares.values())), uncovered);
              if (sum !== plus(variance, amountIn(given))) {
                throw new Error('The shares of a scheme are not its variance.');
              }
            }
            const account = memorandum(view, on < FIRST ? view : before, {
              partners: PARTNERS,
              charged: schemes.map(({ shares }) => shares),
              ringFenced,
              owedTo: (source, sum) => owedTo(sum, source, view, 'a'),
              hosts: (rest) => new Map([['a', rest]]),
            });
            if (!account.holds) throw new Error(`The memorandum does not hold on ${on}.`);
            if (minus(plus(account.opening, account.surplus), account.returned) !== account.closing)
              throw new Error('The closing balance is another.');
            if (total(account.partners.map(({ spending }) => spending)) !== account.grossSpending)
              throw new Error('The partners’ shares of the spending are not the spending.');
            if (minus(account.grossFunding, account.debtors) !== total(account.funding.map(({ received }) => received)))
              throw new Error('What has come and what is owed are not the funding.');
            if (mirrored(view).some(({ agrees }) => !agrees)) throw new Error('The sides of the books differ.');
          }
        },
      ),
    );
  },
);

t.test('over random histories the memorandum holds, and the mirror agrees', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(histories(40), async (moves) => {
      const ledger = await openedLedger(t);
      await play(ledger, moves);
      for (const on of ['2016-03-31', '2016-04-01', '2016-09-30', '2017-03-31', '2017-04-10']) {
        if ((await asked(ledger, 'memorandum', { on })).answer['holds'] !== true) throw new Error(`Not on ${on}.`);
        if ((await asked(ledger, 'mirror', { on })).answer['agrees'] !== true) throw new Error(`Not on ${on}.`);
      }
      await ledger.close();
    }),
    Number(process.env['BCF_PROPERTY_RUNS'] ?? 8),
  );
});

t.test(
  'where nobody contributes recurrently, a surplus goes by what is agreed, and a deficit is the host’s',
  async (t) => {
    const balances = createBalances();
    const moved = (measure: 'agreed' | 'due' | 'received' | 'spent', holder: string, source: string, sum: string) =>
      balances.add(0, posted({ measure, holder, source, term: 'one-off', item: 'x', on: FIRST, pence: pence(sum) }));
    for (const measure of ['agreed', 'due', 'received'] as const) {
      moved(measure, 'b', 'CARRY_IN', '30.00');
      moved(measure, 'c', 'NHS_ADD', '10.00');
    }
    const surpluses = (): string[] => {
      const { partners, holds } = memorandum(viewOf({ balances }, FIRST, 1), viewOf({ balances }, FIRST, 0), {
        partners: PARTNERS,
        charged: [],
        ringFenced: new Set(),
        owedTo: () => ({ passedDown: new Map(), kept: new Map() }),
        hosts: (rest) => new Map([['a', rest]]),
      });
      t.ok(holds);
      return partners.map(({ surplus }) => moneyText(surplus));
    };
    t.same(surpluses(), ['0.00', '30.00', '10.00']);
    moved('spent', PLAN, 'NHS_ADD', '20.00');
    t.same(surpluses(), ['0.00', '15.00', '5.00']);
    moved('spent', PLAN, 'NHS_ADD', '21.00');
    t.same(surpluses(), ['-1.00', '0.00', '0.00']);
  },
);

t.test('where nobody has agreed to pay anything, what no rule shares is the host’s', async (t) => {
  const balances = createBalances();
  balances.add(
    0,
    posted({
      measure: 'spent',
      holder: PLAN,
      source: 'NHS_ADD',
      term: 'one-off',
      item: 'x',
      on: FIRST,
      pence: pence('10.00'),
    }),
  );
  const view = viewOf({ balances }, FIRST, 1);
  const { partners } = memorandum(view, viewOf({ balances }, FIRST, 0), {
    partners: PARTNERS,
    charged: [],
    ringFenced: new Set(),
    owedTo: () => ({ passedDown: new Map(), kept: new Map() }),
    hosts: (rest) => new Map([['a', rest]]),
  });
  t.same(
    partners.map(({ surplus }) => surplus),
    [-1_000, NO_MONEY, NO_MONEY],
  );
  t.ok(balances.accounts().some(({ holder }) => holder === POOL));
});
