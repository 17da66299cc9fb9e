import fc from 'fast-check';
import t from 'tap';
import {
  amountsOf,
  coveredInWords,
  coveredText,
  partnersOf,
  RiskRule,
  ruleInWords,
  uncoveredInWords,
  sharesText,
  type UnderspendRule,
} from '../../../../src/domain/fund/agreement/risk-rule.js';
import { riskShares } from '../../../../src/domain/fund/agreement/risk-year.js';
import {
  exactly,
  minus,
  moneyText,
  NO_MONEY,
  pence,
  plus,
  signedPence,
  total,
  type Pence,
} from '../../../../src/domain/money.js';

import { property } from '../../../support/property.js';
import { amounts, schemes, signed, termsOf, year } from '../../../support/risk-years.js';
import { told } from '../../../support/told.js';

const HALVES = [
  { partner: 'county', share: 5_000 },
  { partner: 'ccg', share: 5_000 },
];

interface Given {
  readonly spent?: Pence;
  readonly recurrent?: ReadonlyMap<string, Pence>;
  /** Budget, spending and commitments of the other schemes. */
  readonly others?: Parameters<typeof schemes>[0];
  readonly drawn?: Parameters<typeof signed>[0]['covered'];
  readonly underspend?: UnderspendRule;
}

/** How one scheme’s variance is shared by a rule. An underspend also follows the rule, unless given otherwise. */
function shareOf(rule: RiskRule, variance: Pence, { spent = NO_MONEY, recurrent = new Map(), ...more }: Given) {
  const { others = {}, drawn = [], underspend = { kind: 'shared' } } = more;
  const covered = total(drawn.map(({ amount }) => amount));
  const of = year({
    recurrent,
    schemes: new Map([
      ...schemes(others),
      ['own', { budget: minus(spent, variance), spent, committed: NO_MONEY, ringFenced: NO_MONEY }],
      ['signed', { budget: NO_MONEY, spent: covered, committed: NO_MONEY, ringFenced: NO_MONEY }],
    ]),
  });
  const before = new Map([['signed', signed({ variance: covered, covered: drawn })]]);
  return riskShares(
    of,
    termsOf({ kind: 'own-risk' }, underspend, { own: rule }),
    drawn.length > 0 ? before : new Map(),
  ).find(({ scheme }) => scheme === 'own')!;
}

const shared = (rule: RiskRule, variance: string, more: Given = {}) => {
  const { covered, shares, uncovered } = shareOf(rule, signedPence(variance), more);
  return { covered: coveredText(covered), shares: sharesText(shares), uncovered: moneyText(uncovered) };
};

t.test(
  'an overspend in proportion to contributions is shared to the penny, and one-off payments do not count',
  async (t) => {
    // One-off payments are not in the recurrent contributions that the rule is given.
    // Source: docs/sources.md, Risk share.
    const recurrent = amounts({ county: '6000000.00', ccg: '3000000.00', district: '0.00' });
    t.same(shared({ kind: 'pro-rata' }, '100000.00', { recurrent }), {
      covered: [],
      shares: [
        { partner: 'ccg', amount: '33333.33' },
        { partner: 'county', amount: '66666.67' },
      ],
      uncovered: '0.00',
    });
    told(t, shared({ kind: 'pro-rata' }, '-0.01', { recurrent }), { uncovered: '0.00' }, 'an underspend too');
    t.same(
      shared({ kind: 'pro-rata' }, '100.00'),
      { covered: [], shares: [], uncovered: '100.00' },
      'without recurrent contributions nobody bears it',
    );
  },
);

t.test('what a placement costs above its base is shared half and half, as in Transforming Care', async (t) => {
  const rule: RiskRule = { kind: 'over-base', base: '120000.00', shares: HALVES };
  t.same(shared(rule, '30000.00', { spent: pence('150000.00') }), {
    covered: [],
    shares: [
      { partner: 'ccg', amount: '15000.00' },
      { partner: 'county', amount: '15000.00' },
    ],
    uncovered: '0.00',
  });
  told(
    t,
    shared(rule, '50000.00', { spent: pence('150000.00') }),
    { uncovered: '20000.00' },
    'a budget below the base',
  );
  told(t, shared(rule, '-20000.00', { spent: pence('100000.00') }), {
    shares: [{ amount: '0.00' }, { amount: '0.00' }],
    uncovered: '-20000.00',
  });
});

t.test('fixed shares go by basis points, and own risk falls on who commissions, or on the host', async (t) => {
  const fixed: RiskRule = {
    kind: 'fixed',
    shares: [
      { partner: 'county', share: 3_333 },
      { partner: 'ccg', share: 6_667 },
    ],
  };
  told(t, shared(fixed, '0.10'), { shares: [{ amount: '0.07' }, { amount: '0.03' }], uncovered: '0.00' });
  told(t, shared({ kind: 'own-risk', commissioner: 'ccg' }, '5.00'), { shares: [{ partner: 'ccg', amount: '5.00' }] });
  told(t, shared({ kind: 'own-risk' }, '5.00'), { shares: [{ partner: 'county', amount: '5.00' }] });
});

t.test(
  'three thirds are the whole: the odd penny goes to the lower name, and no two places of a percentage lose it',
  async (t) => {
    const thirds: RiskRule = {
      kind: 'fixed',
      shares: ['a', 'b', 'c'].map((partner) => ({ partner, share: '1/3' })),
    };
    told(t, shared(thirds, '100.00'), {
      shares: [{ amount: '33.34' }, { amount: '33.33' }, { amount: '33.33' }],
      uncovered: '0.00',
    });
    t.equal(ruleInWords(thirds), 'in fixed shares (a 1/3, b 1/3, c 1/3)');
    const read = (...shares: unknown[]) =>
      RiskRule.safeParse({ kind: 'fixed', shares: shares.map((share, index) => ({ partner: `p${index}`, share })) });
    t.ok(read('1/3', '1/3', '1/3').success);
    t.ok(read('1/6', 5_000, '1/3').success);
    for (const wrong of [
      ['1/3', '1/3', 3_333],
      ['1/3', '1/3'],
      ['1/11', '10/11'],
      ['0/3', '3/3'],
      ['4/3', '-1/3'],
    ])
      t.notOk(read(...wrong).success, wrong.join(' and '));
  },
);

t.test('caps hold, and the others or a named partner bear the excess', async (t) => {
  const thirds = amounts({ a: '1.00', b: '1.00', c: '1.00' });
  const capped = (most: Readonly<Record<string, string>>, excess?: string): RiskRule => ({
    kind: 'capped',
    of: { kind: 'pro-rata' },
    caps: Object.entries(most).map(([partner, amount]) => ({ partner, most: amount })),
    ...(excess && { excess }),
  });
  const tried = (rule: RiskRule, variance: string) => {
    const { shares, uncovered } = shared(rule, variance, { recurrent: thirds });
    return [...shares.map(({ partner, amount }) => `${partner} ${amount}`), `nobody ${uncovered}`].join(', ');
  };
  t.equal(tried(capped({ a: '10.00' }), '90.00'), 'a 10.00, b 40.00, c 40.00, nobody 0.00');
  t.equal(tried(capped({ a: '10.00', b: '35.00' }), '90.00'), 'a 10.00, b 35.00, c 45.00, nobody 0.00');
  t.equal(tried(capped({ a: '10.00', b: '10.00', c: '10.00' }), '90.00'), 'a 10.00, b 10.00, c 10.00, nobody 60.00');
  t.equal(tried(capped({ a: '10.00' }, 'b'), '90.00'), 'a 10.00, b 50.00, c 30.00, nobody 0.00');
  t.equal(tried(capped({ a: '10.00', d: '15.00' }, 'd'), '90.00'), 'a 10.00, b 30.00, c 30.00, d 15.00, nobody 5.00');
  t.same(
    shared(capped({ ccg: '10.00' }, 'county'), '90.00').shares,
    [{ partner: 'county', amount: '90.00' }],
    'where nobody contributes, the named partner bears it all',
  );
  t.equal(shared(capped({ ccg: '10.00' }), '90.00').uncovered, '90.00', 'and without one nobody does');
  t.equal(tried(capped({ a: '10.00' }), '-90.00'), 'a -30.00, b -30.00, c -30.00, nobody 0.00', 'not of an underspend');
});

t.test('steps are taken in their order, and only the rest is shared', async (t) => {
  const rule: RiskRule = {
    kind: 'stepwise',
    steps: [
      { from: 'underspends', schemes: ['carers', 'carers', 'equipment', 'unknown'] },
      { from: 'risk-pool', amount: '500.00' },
      { from: 'uncommitted', schemes: ['prevention'] },
    ],
    then: { kind: 'fixed', shares: HALVES },
  };
  const others = {
    carers: ['100.00', '0.00', '100.00'],
    equipment: ['0.00', '40.00'],
    prevention: ['70.00', '0.00', '20.00'],
  } as const;
  t.same(shared(rule, '1000.00', { others }), {
    covered: [
      { from: 'underspends', scheme: 'carers', amount: '100.00' },
      { from: 'risk-pool', amount: '500.00' },
      { from: 'uncommitted', scheme: 'prevention', amount: '50.00' },
    ],
    shares: [
      { partner: 'ccg', amount: '175.00' },
      { partner: 'county', amount: '175.00' },
    ],
    uncovered: '0.00',
  });
  const drawn = amountsOf([
    { from: 'risk-pool', amount: '450.00' },
    { from: 'uncommitted', scheme: 'carers', amount: '90.00' },
    { from: 'underspends', scheme: 'prevention', amount: '80.00' },
  ] as const);
  told(
    t,
    shared(rule, '1000.00', { others, drawn }).covered.map(coveredInWords),
    ['10.00 from what is not spent of "carers"', '50.00 from the risk pool'],
    'the same money covers nothing twice',
  );
  t.equal(
    coveredInWords({ from: 'uncommitted', scheme: 'carers', amount: '1.00' }),
    '1.00 from what is not committed of "carers"',
  );
  told(t, shared(rule, '60.00', { others }), { covered: [{ amount: '60.00' }], shares: [{ amount: '0.00' }, {}] });
  told(t, shared(rule, '-60.00', { others }), { covered: [], shares: [{ amount: '-30.00' }, { amount: '-30.00' }] });
});

t.test('an underspend goes by the agreement’s default', async (t) => {
  const rule: RiskRule = { kind: 'fixed', shares: HALVES };
  const tried = (underspend: UnderspendRule, variance = '-10.00') => shared(rule, variance, { underspend });
  t.same(tried({ kind: 'kept-in-pool' }), { covered: [], shares: [], uncovered: '-10.00' });
  told(t, tried({ kind: 'shared' }), { shares: [{ amount: '-5.00' }, { amount: '-5.00' }], uncovered: '0.00' });
  told(t, tried({ kind: 'to-partner', partner: 'ccg' }), { shares: [{ partner: 'ccg', amount: '-10.00' }] });
  told(t, tried({ kind: 'kept-in-pool' }, '10.00'), { shares: [{ amount: '5.00' }, { amount: '5.00' }] }, 'only that');
});

t.test('a rule is said in words, names its partners, and its shares make a whole', async (t) => {
  const rule: RiskRule = {
    kind: 'stepwise',
    steps: [
      { from: 'underspends', schemes: ['carers'] },
      { from: 'risk-pool', amount: '500000.00' },
      { from: 'uncommitted', schemes: ['prevention', 'equipment'] },
    ],
    then: {
      kind: 'capped',
      of: { kind: 'over-base', base: '1.00', shares: HALVES },
      caps: [{ partner: 'ccg', most: '9.00' }],
      excess: 'district',
    },
  };
  t.same(RiskRule.parse(rule), rule);
  t.equal(
    ruleInWords(rule),
    'first from what is not spent of carers, then the risk pool of 500000.00, then what is not committed of prevention and equipment; ' +
      'then in fixed shares of what is spent above 1.00 (county 50%, ccg 50%), capped (ccg 9.00), the excess borne by district',
  );
  t.same(partnersOf(rule), ['county', 'ccg', 'ccg', 'district']);
  const capped: RiskRule = { kind: 'capped', of: { kind: 'pro-rata' }, caps: [{ partner: 'ccg', most: '9.00' }] };
  t.equal(
    ruleInWords(capped),
    'in proportion to recurrent contributions, capped (ccg 9.00), the excess borne by the others',
  );
  t.same(partnersOf(capped), ['ccg']);
  t.equal(ruleInWords({ kind: 'own-risk' }), 'at the risk of the host');
  t.equal(ruleInWords({ kind: 'own-risk', commissioner: 'ccg' }), 'at the risk of ccg');
  t.equal(ruleInWords({ kind: 'fixed', shares: HALVES }), 'in fixed shares (county 50%, ccg 50%)');
  t.same(uncoveredInWords('-5.00'), ['5.00 stays in the pool']);
  t.same(uncoveredInWords('5.00'), ['5.00 is borne by nobody']);
  t.same(uncoveredInWords('0.00'), []);
  t.same(partnersOf({ kind: 'own-risk', commissioner: 'ccg' }), ['ccg']);
  t.same(partnersOf({ kind: 'own-risk' }), []);
  t.notOk(RiskRule.safeParse({ kind: 'fixed', shares: [{ partner: 'a', share: 9_999 }] }).success);
  t.notOk(RiskRule.safeParse({ kind: 'fixed', shares: [...HALVES, { partner: 'ccg', share: 0 }] }).success, 'twice');
});

// Properties

const PARTNERS = ['a', 'b', 'c', 'd'];
const sums = fc.integer({ min: 0, max: 900_000_000 }).map((number) => exactly(number));
const texts = sums.map(moneyText);
const shares = fc.array(fc.nat(10_000), { minLength: 3, maxLength: 3 }).map((cuts) => {
  const at = [0, ...cuts.sort((a, b) => a - b), 10_000];
  return PARTNERS.map((partner, index) => ({ partner, share: at[index + 1]! - at[index]! }));
});
const plain = fc.oneof(
  fc.record({ kind: fc.constant('fixed' as const), shares }),
  fc.constant({ kind: 'pro-rata' as const }),
  fc.record({ kind: fc.constant('own-risk' as const), commissioner: fc.constantFrom(...PARTNERS) }),
  fc.record({ kind: fc.constant('over-base' as const), base: texts, shares }),
);
const cappedRule = fc.record(
  {
    kind: fc.constant('capped' as const),
    of: plain,
    caps: fc
      .subarray(PARTNERS, { minLength: 1 })
      .chain((some) => fc.tuple(...some.map((partner) => texts.map((most) => ({ partner, most }))))),
    excess: fc.constantFrom(...PARTNERS),
  },
  { requiredKeys: ['kind', 'of', 'caps'] },
);
const names = fc.subarray(['x', 'y', 'z'], { minLength: 1 });
const steps = fc.array(
  fc.oneof(
    fc.record({ from: fc.constantFrom('underspends' as const, 'uncommitted' as const), schemes: names }),
    fc.record({
      from: fc.constant('risk-pool' as const),
      amount: fc.integer({ min: 1, max: 900_000_000 }).map((number) => moneyText(exactly(number))),
    }),
  ),
  { minLength: 1, maxLength: 4 },
);
const stepwise = fc.record({ kind: fc.constant('stepwise' as const), steps, then: fc.oneof(plain, cappedRule) });
const anySum = fc.integer({ min: -900_000_000, max: 900_000_000 }).map((number) => exactly(number));
const given = fc.record({
  spent: sums,
  recurrent: fc.dictionary(fc.constantFrom(...PARTNERS), sums).map((all) => new Map(Object.entries(all))),
  others: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.tuple(texts, texts, texts)),
  drawn: fc.array(
    fc.record({ from: fc.constant('underspends' as const), scheme: fc.constantFrom('x', 'y'), amount: sums }),
  ),
});

t.test('whatever the rule, what is covered, shared and uncovered is the variance, and caps hold', async (t) => {
  property(
    t,
    fc.property(fc.oneof(plain, cappedRule, stepwise), anySum, given, (rule, variance, more) => {
      const { covered, given: away, shares, uncovered } = shareOf(rule, variance, more);
      const sum = plus(plus(total(covered.map((each) => each.amount)), total(shares.values())), uncovered);
      if (sum !== variance) throw new Error(`${moneyText(sum)} is shared of ${moneyText(variance)}.`);
      if (away.length > 0) throw new Error('No rule draws from this scheme.');
      const last = rule.kind === 'stepwise' ? rule.then : rule;
      for (const { partner, most } of last.kind === 'capped' ? last.caps : []) {
        if ((shares.get(partner) ?? 0) > Math.max(pence(most), 0))
          throw new Error(`${partner} bears more than its cap.`);
      }
    }),
    500,
  );
});
