import fc from 'fast-check';
import t from 'tap';
import { createBalances } from '../../../../projections/balances.js';
import { memorandum } from '../../../../projections/memorandum.js';
import type { Day } from '../../../../src/domain/calendar.js';
import { outsideOf, owedTo } from '../../../../src/domain/fund/money/ring-fence.js';
import { riskShares } from '../../../../src/domain/fund/agreement/risk-year.js';
import { leftOfRingFenced, recurrentBy, spendingByScheme } from '../../../../src/domain/fund/agreement/schemes.js';
import { exactly, NO_MONEY, notNegative, pence, total, type Pence } from '../../../../src/domain/money.js';
import { PLAN, posted, type Measure, type Posting } from '../../../../src/domain/postings.js';
import { viewOf } from '../../../../src/ledger/memory/read-model.js';
import { verify } from '../../../../src/ledger/audit/verify.js';
import { asked, signAgreement, southAccepts, spend, terms } from '../../../support/agreements.js';
import { fact } from '../../../support/figures.js';
import { contribution, COUNTY, EAST, grant, line, NORTH, SOUTH } from '../../../support/ledger.js';
import { property } from '../../../support/property.js';
import { inLine, termsOf, year } from '../../../support/risk-years.js';
import { scheme } from '../../../support/plan.js';
import { told } from '../../../support/told.js';
import { openedLedger } from '../../../support/rules-alone.js';

/**
 * A grant of £100,000 that is owed to a district and of which nothing was passed down, beside a pool that spends its
 * budget.
 */
async function withGrant(t: Parameters<typeof openedLedger>[0], ofGrant: object, once = '400000.00') {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '900000.00', source: 'NHS_ADD' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'adaptations', amount: '100000.00', source: 'DFG' }));
  const agree = (officer: string, signer: string, data: Readonly<Record<string, unknown>>) =>
    ledger.signed(officer, signer, 'ContributionAgreed', contribution(data));
  await agree('north-ccg-finance', 'county-finance', { contribution: 'north-share', amount: '600000.00' });
  await agree('south-ccg-finance', 'county-finance', {
    contribution: 'south-once',
    payer: SOUTH,
    amount: once,
    recurrent: false,
  });
  await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({ amount: '100000.00', tranches: [{ due: '2016-04-01', amount: '100000.00' }], ...ofGrant }),
  );
  await signAgreement(ledger, terms({ underspend: { kind: 'shared' } }));
  await southAccepts(ledger);
  return ledger;
}

const PASSED_DOWN = { passDown: { by: '2016-06-30', shares: [{ district: EAST, amount: '100000.00' }] } };

t.test('an underspend of a grant that a district is owed goes to the district, and to nobody else', async (t) => {
  const ledger = await withGrant(t, PASSED_DOWN);
  spend(ledger, 'home-care', '2016-12-31', '900000.00');
  const { answer, table } = await asked(ledger, 'risk-share', { on: '2017-03-31' });
  told(t, answer, {
    schemes: [
      {
        scheme: 'adaptations',
        budget: '100000.00',
        spent: '0.00',
        variance: '0.00',
        ringFenced: '100000.00',
        sharedBy:
          'what each has agreed to pay recurrently by the day; ring-fenced grants, one-off payments and money carried in left out',
        uncovered: '0.00',
      },
      { scheme: 'home-care', variance: '0.00', ringFenced: '0.00' },
    ],
    ringFenced: [{ source: 'DFG', amount: '100000.00', owedTo: [{ partner: EAST, amount: '100000.00' }] }],
  });
  t.ok((answer['partners'] as { amount: string }[]).every(({ amount }) => amount === '0.00'));
  t.same(table.at(-1)?.slice(0, 1), ['Ring-fenced, DFG']);
  t.equal(table.at(-1)?.[5], '100000.00');
  const account = (await asked(ledger, 'memorandum', { on: '2017-03-31' })).answer;
  told(t, account, { surplus: '200000.00', ringFenced: '100000.00', holds: true });
  const partners = account['partners'] as Record<string, string>[];
  told(
    t,
    [COUNTY, NORTH, SOUTH, EAST].map((of) => partners.find(({ partner }) => partner === of)),
    [
      { funding: '100000.00', owed: '-100000.00', spending: '0.00', surplus: '0.00', ringFenced: '0.00' },
      { funding: '600000.00', surplus: '60000.00', spending: '540000.00' },
      { funding: '400000.00', surplus: '40000.00', spending: '360000.00' },
      { funding: '0.00', owed: '100000.00', spending: '0.00', surplus: '100000.00', ringFenced: '100000.00' },
    ],
    'and who paid once has its part of what is left of the pool',
  );
  const shared = fact('RiskShareApplied', { effective: '2017-03-31', scheme: 'adaptations' });
  t.equal(await ledger.refused('county-finance', { act: 'propose', fact: shared }), 'nothing_to_change');
});

t.test(
  'what is left of a grant with purposes stays with its holder, and what was signed says what it leaves out',
  async (t) => {
    const ledger = await withGrant(t, { purposes: ['adapting-homes'] });
    const spent = (data: object) =>
      ledger.post('pool-manager', 'ExpenditureRecorded', {
        effective: '2017-01-31',
        vat: '0.00',
        recoverable: '0.00',
        reference: 'invoice',
        ...data,
      });
    await spent({ line: 'home-care', net: '930000.00' });
    await spent({ line: 'adaptations', net: '25000.00', purpose: 'adapting-homes' });
    const { answer } = await asked(ledger, 'risk-share', { on: '2017-03-31' });
    told(t, answer, {
      schemes: [
        { scheme: 'adaptations', variance: '0.00', ringFenced: '75000.00' },
        {
          scheme: 'home-care',
          variance: '30000.00',
          ringFenced: '0.00',
          shares: [{ partner: NORTH, amount: '30000.00' }],
        },
      ],
      partners: [{ partner: NORTH, amount: '30000.00' }],
      ringFenced: [{ source: 'DFG', amount: '75000.00', owedTo: [{ partner: COUNTY, amount: '75000.00' }] }],
    });
    await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', {
      effective: '2017-03-31',
      scheme: 'home-care',
    });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('the sentence of a share says what ring-fenced money leaves, and what it covers, of the scheme', async (t) => {
  const ledger = await withGrant(t, { purposes: ['adapting-homes'] });
  await ledger.post('pool-manager', 'PlanLineRevised', {
    ...{ effective: '2016-04-01', line: 'adaptations', now: '60000.00', reason: 'two lines' },
  });
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'ramps', amount: '40000.00', source: 'DFG' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'day-care', amount: '50.00' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'meals', amount: '70.00' }));
  for (const [name, of] of [
    ['adaptations', 'homes'],
    ['day-care', 'homes'],
    ['ramps', 'doors'],
    ['meals', 'doors'],
  ] as const)
    await ledger.post('pool-manager', 'PlanLineDescribed', {
      ...{ effective: '2016-04-01', line: name, scheme: scheme({ scheme: of }), reason: 'review' },
    });
  await ledger.post('pool-manager', 'ExpenditureRecorded', {
    ...{ effective: '2017-01-31', line: 'adaptations', purpose: 'adapting-homes' },
    ...{ net: '65000.00', vat: '0.00', recoverable: '0.00', reference: 'invoice' },
  });
  const shared = async (of: string): Promise<string> => {
    const data = { effective: '2017-03-31', scheme: of };
    const { outcome } = await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', data);
    return outcome.events[1]!.sentence;
  };
  t.equal(
    await shared('homes'),
    'The underspend of 50.00 on "homes" was shared in proportion to recurrent contributions: north-ccg -50.00, 5000.00 more is covered by ring-fenced money.',
  );
  t.equal(
    await shared('doors'),
    'The underspend of 70.00 on "doors" was shared in proportion to recurrent contributions: north-ccg -70.00, 40000.00 more is left of ring-fenced money, and not shared.',
  );
});

t.test('money of a ring-fenced source covers its own lines first, but not with what is to be passed down', (t) => {
  const rows = [
    { source: 'DFG', budget: pence('100.00'), spent: pence('40.00') },
    { source: 'DFG', budget: pence('10.00'), spent: pence('30.00') },
    { source: 'DFG', budget: pence('10.00'), spent: pence('20.00') },
    { source: 'NHS_ADD', budget: pence('10.00'), spent: pence('5.00') },
  ];
  const books = (owed: string) => {
    const balances = createBalances();
    balances.add(0, moved('share', 'district', 'DFG', pence(owed)));
    return viewOf({ balances }, FIRST, 1);
  };
  const fenced = new Set(['DFG']);
  t.same(outsideOf(rows, fenced, books('0.00')), [6_000, -2_000, -1_000, 0]);
  t.same(outsideOf(rows, fenced, books('45.00')), [6_000, -1_000, -500, 0]);
  t.same(outsideOf(rows, fenced, books('60.00')), [6_000, 0, 0, 0]);
  t.same(outsideOf(rows, new Set(), books('60.00')), [0, 0, 0, 0]);
  t.end();
});

// Properties

const FIRST = '2016-04-01' as Day;

const moved = (measure: Measure, holder: string, source: string, amount: Pence, detail = ''): Posting[] =>
  posted({ measure, holder, source, term: 'recurrent', detail, item: 'x', on: FIRST, pence: amount });

const sum = fc.integer({ min: 0, max: 50_000_000 }).map((number) => exactly(number));

/** A pool without the grant: what each partner pays, and the budget and cost of two schemes. */
const pool = fc
  .record({ a: sum, b: sum, budget: sum, spent: sum, more: sum })
  .map(({ a, b, budget, spent, more }) => [
    ...moved('agreed', 'a', 'LA_ADD', a),
    ...moved('due', 'a', 'LA_ADD', a),
    ...moved('agreed', 'b', 'NHS_ADD', b),
    ...moved('due', 'b', 'NHS_ADD', b),
    ...moved('requirement', PLAN, 'NHS_ADD', budget, 'x'),
    ...moved('spent', PLAN, 'NHS_ADD', spent, 'x'),
    ...moved('requirement', PLAN, 'LA_ADD', more, 'y'),
  ]);

/** A grant that the holder passes down in part. It pays for two lines, one of them in a scheme with other money. */
const ringFencedGrant = fc
  .record({
    share: sum,
    kept: sum,
    passed: fc.double({ min: 0, max: 1, noNaN: true }),
    used: fc.double({ min: 0, max: 1, noNaN: true }),
    term: fc.constantFrom('recurrent' as const, 'one-off' as const),
  })
  .map(({ share, kept, passed, used, term }) => {
    const down = exactly(Math.floor(share * passed));
    const whole = exactly(share + kept);
    const grants = (measure: Measure) =>
      posted({ measure, holder: 'c', source: 'DFG', term, detail: '', item: 'g', on: FIRST, pence: whole });
    return [
      ...grants('agreed'),
      ...grants('due'),
      ...moved('share', 'd', 'DFG', share, 'g'),
      ...moved('passedDown', 'd', 'DFG', down, 'g'),
      ...moved('requirement', PLAN, 'DFG', share, 'x'),
      ...moved('requirement', PLAN, 'DFG', kept, 'z'),
      ...moved('spent', PLAN, 'DFG', exactly(Math.floor(kept * used)), 'z'),
    ];
  });

const rules = fc.constantFrom(
  termsOf({ kind: 'pro-rata' }, { kind: 'shared' }),
  termsOf({ kind: 'pro-rata' }, { kind: 'to-partner', partner: 'b' }),
  termsOf({ kind: 'own-risk', commissioner: 'b' }, { kind: 'shared' }),
  termsOf(
    {
      kind: 'fixed',
      shares: [
        { partner: 'a', share: 5_000 },
        { partner: 'b', share: 5_000 },
      ],
    },
    { kind: 'shared' },
  ),
  termsOf(
    { kind: 'stepwise', steps: [{ from: 'underspends', schemes: ['y', 'z'] }], then: { kind: 'pro-rata' } },
    { kind: 'shared' },
  ),
);

t.test('ring-fenced money never reaches a body that it is not owed to, and no penny is lost', (t) => {
  property(
    t,
    fc.property(pool, ringFencedGrant, rules, (without, ofGrant, agreed) => {
      const ringFenced = new Set(['DFG']);
      const worked = (all: readonly Posting[]) => {
        const balances = createBalances();
        balances.add(0, all);
        const view = viewOf({ balances }, FIRST, 1);
        const schemes = riskShares(
          year({
            host: 'a',
            recurrent: recurrentBy(view, ringFenced),
            schemes: spendingByScheme(view, new Map(), ringFenced),
          }),
          agreed,
          new Map(),
        );
        const account = memorandum(view, viewOf({ balances }, FIRST, 0), {
          partners: ['a', 'b', 'c', 'd'],
          charged: schemes.map(({ shares }) => shares),
          ringFenced,
          owedTo: (source, left) => owedTo(left, source, view, 'a'),
          hosts: (rest) => new Map([['a', rest]]),
        });
        if (!account.holds) throw new Error('The memorandum does not hold.');
        const left = leftOfRingFenced(view, ringFenced).get('DFG') ?? NO_MONEY;
        const owed = owedTo(left, 'DFG', view, 'a');
        return { schemes, account, left, owed };
      };
      const [before, after] = [worked(without), worked([...without, ...ofGrant])];
      const linesOf = ({ schemes }: typeof before) =>
        schemes
          .map(({ scheme, variance, shares, uncovered }) => `${scheme} ${variance} ${inLine(shares)} ${uncovered}`)
          .filter((each) => !/^\w 0  0$/.test(each));
      const zeroless = (of: typeof before) => linesOf(of).map((each) => each.replaceAll(/\w+ 0\.00(, )?/g, ''));
      t.same(
        zeroless(after).filter((each) => !each.startsWith('z')),
        zeroless(before),
      );
      if (total([...after.owed.passedDown.values(), ...after.owed.kept.values()]) !== after.left)
        throw new Error('What is left is not what is owed.');
      const stand = (of: typeof before, partner: string): Pence =>
        of.account.partners.find((each) => each.partner === partner)!.surplus;
      for (const partner of ['a', 'b']) {
        if (stand(after, partner) !== stand(before, partner)) throw new Error(`It reached ${partner}.`);
      }
      const down = total(after.owed.passedDown.values());
      if (stand(after, 'd') !== down || stand(after, 'c') !== notNegative(exactly(after.left - down)))
        throw new Error('It did not reach whom it is owed to.');
    }),
  );
  t.end();
});
