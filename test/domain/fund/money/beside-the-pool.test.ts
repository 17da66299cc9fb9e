import fc from 'fast-check';
import t, { type Test } from 'tap';
import { moneyText, signedPence, total, type Pence } from '../../../../src/domain/money.js';
import { QUERIES } from '../../../../src/ledger/questions/all.js';
import { ask, asked } from '../../../support/asking.js';
import { contribution, COUNTY, grant, line, NORTH, openFund, type TestLedger } from '../../../support/ledger.js';
import { asyncProperty } from '../../../support/property.js';
import { openedLedger } from '../../../support/rules-alone.js';
import { Refusal } from '../../../../src/domain/rules.js';

/** Money beside the pool reduces the gap of the medium term, and is in no figure of the pool. */

const beside = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-04-01',
  funding: 'council-tax',
  holder: COUNTY,
  source: 'COUNCIL_TAX',
  recurrent: true,
  amount: '5900000.00',
  basis: 'the budget of February',
  ...more,
});

const stating = (more: Readonly<Record<string, unknown>> = {}) =>
  ({ act: 'propose', fact: { type: 'FundingBesideStated', data: beside(more) as never } }) as const;

const stated = (ledger: TestLedger, more: Readonly<Record<string, unknown>> = {}, holder = COUNTY) =>
  ledger.signed(`${holder}-finance`, `${holder}-chief`, 'FundingBesideStated', beside({ holder, ...more }));

t.test(
  'council tax and a grant that falls count in the medium term, by source, and not in the gap of the pool',
  async (t) => {
    const ledger = await openedLedger(t);
    await ledger.post('pool-manager', 'PlanLineSet', line({ category: 'pressure', amount: '9000000.00' }));
    await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
    await stated(ledger);
    await stated(ledger, { funding: 'rsg', source: 'RSG', amount: '-1200000.00', recurrent: false });
    t.match(await asked(ledger, 'gap', { on: '2017-03-31' }), {
      requirement: '9000000.00',
      funded: '1000000.00',
      gap: '8000000.00',
    });
    t.match(await asked(ledger, 'medium-term'), {
      years: [
        {
          requirement: '9000000.00',
          funded: '1000000.00',
          beside: '4700000.00',
          besides: [
            { name: 'COUNCIL_TAX', amount: '5900000.00' },
            { name: 'RSG', amount: '-1200000.00' },
          ],
          gap: '3300000.00',
          hard: '3300000.00',
          recurrentGap: '2100000.00',
        },
      ],
    });
    t.match(await asked(ledger, 'bridge'), {
      years: [{ gapTo: '3300000.00' }],
      rows: [
        { kind: 'requirement', row: 'pressure', total: '9000000.00' },
        { kind: 'funding', row: 'NHS_ADD', total: '-1000000.00' },
        { kind: 'beside', row: 'COUNCIL_TAX', total: '-5900000.00' },
        { kind: 'beside', row: 'RSG', total: '1200000.00' },
      ],
      change: '3300000.00',
    });
    await ledger.signed('county-finance', 'county-chief', 'FundingBesideRevised', {
      effective: '2016-10-01',
      funding: 'council-tax',
      now: '6000000.00',
      reason: 'more homes than were expected',
    });
    t.match(await asked(ledger, 'medium-term'), { years: [{ beside: '4800000.00', gap: '3200000.00' }] });
    t.match(await asked(ledger, 'event', { revision: '13' }), {
      sentence: /council-tax", was revised from £5,900,000.00 to £6,000,000.00: more homes/,
    });
  },
);

t.test('two officers of the body whose money it is state it, and nobody else signs', async (t) => {
  const ledger = await openedLedger(t);
  t.equal(await ledger.refused('north-ccg-finance', stating()), 'wrong_partner');
  const { outcome } = await ledger.done('county-finance', stating());
  const agreeing = { act: 'agree', proposal: outcome.proposal! } as const;
  t.equal(await ledger.refused('county-finance', agreeing), 'role_not_allowed');
  t.equal(await ledger.refused('north-ccg-chief', agreeing), 'wrong_partner');
  await ledger.done('county-chief', agreeing);
  await stated(ledger, { funding: 'aligned', source: 'ALIGNED', amount: '1.00' }, NORTH);
  for (const [name, officer, more, rule] of [
    ['a name twice', 'county-finance', {}, 'identifier_used'],
    ['council tax of an NHS body', 'north-ccg-finance', { funding: 'x', holder: NORTH }, 'source_wrong_sector'],
    ['money of the pool', 'county-finance', { funding: 'x', source: 'LA_ADD' }, 'source_in_pool'],
    ['a reserve', 'county-finance', { funding: 'x', source: 'RESERVES' }, 'source_enters_otherwise'],
    ['no such source', 'county-finance', { funding: 'x', source: 'NOTHING' }, 'source_unknown'],
    ['another body’s', 'county-finance', { funding: 'x', holder: NORTH }, 'wrong_partner'],
  ] as const)
    t.equal(await ledger.refused(officer, stating(more)), rule, name);
  const revise = (now: string, funding = 'council-tax', effective = '2016-04-01') =>
    ({
      act: 'propose',
      fact: {
        type: 'FundingBesideRevised',
        data: { effective, funding, now, reason: 'as set' } as never,
      },
    }) as const;
  await openFund(ledger, '2014-15');
  t.equal(
    await ledger.refused('county-finance', stating({ effective: '2014-04-01' }), { in: 'testshire-2014-15' }),
    'source_not_in_force',
    'a year before the source is known of',
  );
  t.equal(await ledger.refused('county-finance', revise('5900000.00')), 'nothing_to_change');
  t.equal(await ledger.refused('county-finance', revise('1.00', 'nothing')), 'reference_unknown');
  const { outcome: later } = await ledger.done('county-finance', revise('1.00', 'council-tax', '2016-10-01'));
  await ledger.done('county-chief', { act: 'agree', proposal: later.proposal! });
  t.equal(await ledger.refused('county-finance', revise('2.00', 'council-tax', '2016-09-30')), 'later_change_stands');
});

t.test('nothing of the pool is paid from it', async (t) => {
  const ledger = await openedLedger(t);
  const all: readonly (readonly [officer: string, act: 'post' | 'propose', type: string, data: object])[] = [
    ['pool-manager', 'post', 'PlanLineSet', line({ source: 'RSG' })],
    ['county-finance', 'propose', 'ContributionAgreed', contribution({ payer: COUNTY, source: 'COUNCIL_TAX' })],
    ['county-finance', 'post', 'GrantDetermined', grant({ source: 'RSG' })],
    [
      'county-finance',
      'post',
      'AssumptionStated',
      {
        effective: '2016-04-01',
        assumption: 'tax',
        partner: COUNTY,
        source: 'COUNCIL_TAX',
        recurrent: true,
        amount: '1.00',
        basis: 'a paper',
      },
    ],
  ];
  for (const [officer, act, type, data] of all)
    t.equal(await ledger.refused(officer, { act, fact: { type, data: data as never } }), 'source_beside_pool', type);
  const published = {
    effective: '2016-04-01',
    area: 'testshire',
    year: '2016-17',
    payer: COUNTY,
    source: 'RSG',
    amount: '1.00',
    publication: 'Settlement',
  };
  t.equal(
    await ledger.refused(
      'registrar',
      { act: 'post', fact: { type: 'AllocationPublished', data: published as never } },
      { in: 'register' },
    ),
    'source_beside_pool',
  );
});

/** The questions about the pool of one fund, without those that list what was recorded. */
const OF_THE_POOL = QUERIES.filter(
  ({ path, params, name }) =>
    path.startsWith('/funds/{fund}/') &&
    Object.keys(params.shape).every((each) => each === 'fund' || each === 'partner') &&
    ![
      'timeline',
      'approvals',
      'late',
      'trace',
      'open-acts',
      'choices',
      'proposals',
      'returns',
      'roll-forward',
    ].includes(name),
);

/** An answer without its number of events. */
const figuresOf = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, each: unknown) =>
      ['ledger', 'knownAt', 'settled', 'revision', 'recordedAt', 'facts'].includes(name) ? undefined : each,
    ),
  );

t.test('whatever is stated beside the pool, every figure of the pool stays as it is', async (t: Test) => {
  const seen = new Set<string>();
  await asyncProperty(
    t,
    fc.asyncProperty(
      fc.array(
        fc.record({
          source: fc.constantFrom('COUNCIL_TAX', 'RSG', 'BASE_GROWTH', 'ALIGNED'),
          pence: fc.integer({ min: -900_000_000, max: 900_000_000 }).filter((each) => each !== 0),
          recurrent: fc.boolean(),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      async (money) => {
        const ledger = await openedLedger(t);
        await ledger.post('pool-manager', 'PlanLineSet', line());
        await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
        await ledger.post('county-finance', 'GrantDetermined', grant());
        await ledger.post('county-finance', 'ContributionReceived', {
          effective: '2016-04-30',
          contribution: 'north-extra',
          amount: '400000.00',
          bankReference: 'BACS 1',
        });
        const answers = async () => {
          const found: Record<string, unknown> = {};
          for (const { name, params, options } of OF_THE_POOL) {
            const given = {
              ...('partner' in params.shape && { partner: COUNTY }),
              ...('on' in options.shape && { on: '2017-03-31' }),
              ...('period' in options.shape && { period: '12' }),
            };
            const answer = await ask(ledger, name, given);
            if (!(answer instanceof Refusal)) found[name] = figuresOf(answer.answer);
          }
          return found;
        };
        const before = await answers();
        for (const [index, { source, pence, recurrent }] of money.entries())
          await stated(ledger, { funding: `money-${index}`, source, recurrent, amount: moneyText(pence as Pence) });
        const after = await answers();
        for (const name of Object.keys(before)) {
          seen.add(name);
          t.same(after[name], before[name], name);
        }
        const years = await asked<{ years: { beside: string; gap: string; requirement: string; funded: string }[] }>(
          ledger,
          'medium-term',
        );
        const [year] = years.years;
        const sum = total(money.map(({ pence }) => pence as Pence));
        t.equal(signedPence(year!.beside), sum);
        t.equal(
          signedPence(year!.funded) + signedPence(year!.beside) + signedPence(year!.gap),
          signedPence(year!.requirement),
        );
      },
    ),
    6,
  );
  for (const name of [
    'position',
    'gap',
    'memorandum',
    'mirror',
    'minimum-tests',
    'plan-year',
    'reserves',
    'risk-share',
  ])
    t.ok(seen.has(name), `${name} was asked`);
});
