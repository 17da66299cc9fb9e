import fc from 'fast-check';
import t from 'tap';
import type { RiskRule, UnderspendRule } from '../../../../src/domain/fund/agreement/risk-rule.js';
import {
  riskShares,
  type RiskYear,
  type SchemeShare,
  type SignedShare,
} from '../../../../src/domain/fund/agreement/risk-year.js';
import type { AgreementTerms } from '../../../../src/domain/fund/agreement/agreement-terms.js';
import {
  exactly,
  minus,
  moneyText,
  pence,
  plus,
  signedPence,
  total,
  type Pence,
} from '../../../../src/domain/money.js';
import { property } from '../../../support/property.js';
import { amounts, inLine, schemes, signed, termsOf, year } from '../../../support/risk-years.js';

const HALVES: RiskRule = {
  kind: 'fixed',
  shares: [
    { partner: 'county', share: 5_000 },
    { partner: 'ccg', share: 5_000 },
  ],
};
const covering = (...from: string[]): RiskRule => ({
  kind: 'stepwise',
  steps: [{ from: 'underspends', schemes: from }],
  then: HALVES,
});

/** A share as it is once it is signed. */
const asSigned = (
  rule: RiskRule,
  { spending, variance, covered, given, shares, uncovered }: SchemeShare,
): SignedShare => ({
  rule,
  variance,
  spent: spending.spent,
  covered,
  given,
  shares,
  uncovered,
});

/** Signs the shares of the schemes one after another, each as computed when it is signed. */
function signing(
  of: RiskYear,
  terms: AgreementTerms,
  order: readonly string[],
  before = new Map<string, SignedShare>(),
) {
  const all = new Map(before);
  for (const scheme of order) {
    const found = riskShares(of, terms, all, scheme).find((each) => each.scheme === scheme)!;
    all.set(scheme, asSigned(found.rule!, found));
  }
  return all;
}

const told = (shares: readonly SchemeShare[]) =>
  shares.map(({ scheme, given, shares: own, uncovered }) =>
    [
      scheme,
      ...given.map(({ to, amount }) => `gives ${moneyText(amount)} to ${to}`),
      inLine(own) || 'nobody',
      `left ${moneyText(uncovered)}`,
    ].join('; '),
  );

t.test('what an underspend covers it shares no more, whichever is signed first', (t) => {
  const of = year({ schemes: schemes({ aaa: ['1000.00', '900.00'], bbb: ['1000.00', '1060.00'] }) });
  const terms = termsOf(HALVES, { kind: 'shared' }, { bbb: covering('aaa') });
  const wanted = [
    'aaa; gives 60.00 to bbb; ccg -20.00, county -20.00; left 0.00',
    'bbb; ccg 0.00, county 0.00; left 0.00',
  ];
  t.same(told(riskShares(of, terms, new Map())), wanted);
  for (const order of [[], ['aaa'], ['bbb'], ['aaa', 'bbb'], ['bbb', 'aaa']]) {
    t.same(told(riskShares(of, terms, signing(of, terms, order))), wanted, `signed: ${order.join(', then ')}`);
  }
  const kept = termsOf(HALVES, { kind: 'kept-in-pool' }, { bbb: covering('aaa') });
  const inPool = ['aaa; gives 60.00 to bbb; nobody; left -40.00', 'bbb; ccg 0.00, county 0.00; left 0.00'];
  t.same(told(riskShares(of, kept, signing(of, kept, ['aaa']))), inPool, 'what stays in the pool is there to be drawn');
  t.end();
});

t.test('an underspend that was shared out covers nothing that was overspent since', (t) => {
  const terms = termsOf(HALVES, { kind: 'shared' }, { bbb: covering('aaa') });
  const then = year({ schemes: schemes({ aaa: ['1000.00', '900.00'], bbb: ['1000.00', '1000.00'] }) });
  const now = year({ schemes: schemes({ aaa: ['1000.00', '870.00'], bbb: ['1000.00', '1060.00'] }) });
  t.same(told(riskShares(now, terms, signing(then, terms, ['aaa']))), [
    'aaa; gives 30.00 to bbb; ccg -50.00, county -50.00; left 0.00',
    'bbb; ccg 15.00, county 15.00; left 0.00',
  ]);
  t.end();
});

t.test('what was signed stands, and the rule is for the variance since', (t) => {
  const share = (spent: string, before: Partial<SignedShare> | undefined, rule?: RiskRule) =>
    told(
      riskShares(
        year({ schemes: schemes({ care: ['1000.00', spent] }), recurrent: amounts({ a: '2.00', b: '1.00' }) }),
        rule && termsOf(rule),
        before ? new Map([['care', signed(before)]]) : new Map(),
      ),
    );
  const before = {
    variance: pence('100.00'),
    spent: pence('1100.00'),
    shares: amounts({ c: '40.00', d: '60.00' }),
  };
  t.same(share('1100.00', before), ['care; c 40.00, d 60.00; left 0.00'], 'without an agreement too');
  t.same(share('1130.00', before), ['care; c 40.00, d 60.00; left 30.00'], 'of the rest nobody bears anything then');
  t.same(share('1130.00', before, { kind: 'pro-rata' }), ['care; a 20.00, b 10.00, c 40.00, d 60.00; left 0.00']);
  t.same(share('1070.00', before, { kind: 'pro-rata' }), ['care; a -20.00, b -10.00, c 40.00, d 60.00; left 0.00']);
  const capped: RiskRule = { kind: 'capped', of: HALVES, caps: [{ partner: 'ccg', most: '60.00' }], excess: 'county' };
  const atCap = { rule: capped, ...before, shares: amounts({ ccg: '50.00', county: '50.00' }) };
  t.same(share('1200.00', atCap, capped), ['care; ccg 60.00, county 140.00; left 0.00'], 'a cap is for all of it');
  const base: RiskRule = { ...HALVES, kind: 'over-base', base: '1050.00' };
  const overBase = {
    rule: base,
    ...before,
    shares: amounts({ ccg: '25.00', county: '25.00' }),
    uncovered: pence('50.00'),
  };
  t.same(share('1150.00', overBase, base), ['care; ccg 50.00, county 50.00; left 50.00']);
  t.end();
});

t.test('what covered an overspend goes back as far as the overspend has gone', (t) => {
  const rule: RiskRule = {
    kind: 'stepwise',
    steps: [
      { from: 'underspends', schemes: ['aaa'] },
      { from: 'risk-pool', amount: '50.00' },
    ],
    then: HALVES,
  };
  const terms = termsOf(HALVES, { kind: 'kept-in-pool' }, { bbb: rule });
  const at = (spent: string) => year({ schemes: schemes({ aaa: ['100.00', '80.00'], bbb: ['100.00', spent] }) });
  const before = signing(at('200.00'), terms, ['bbb']);
  const now = (spent: string) => {
    const { covered, shares, uncovered } = riskShares(at(spent), terms, before)[1]!;
    return [...covered.map(({ from, amount }) => `${from} ${moneyText(amount)}`), inLine(shares), moneyText(uncovered)];
  };
  t.same(now('200.00'), ['underspends 20.00', 'risk-pool 50.00', 'ccg 15.00, county 15.00', '0.00']);
  t.same(now('160.00'), ['underspends 20.00', 'risk-pool 40.00', 'ccg 0.00, county 0.00', '0.00']);
  t.same(now('110.00'), ['underspends 10.00', 'ccg 0.00, county 0.00', '0.00']);
  t.same(now('95.00'), ['ccg 0.00, county 0.00', '-5.00']);
  const more = year({ schemes: schemes({ aaa: ['100.00', '60.00'], bbb: ['100.00', '230.00'] }) });
  t.same(
    riskShares(more, terms, before)[1]!.covered.map(({ from, amount }) => `${from} ${moneyText(amount)}`),
    ['underspends 40.00', 'risk-pool 50.00'],
    'and more is drawn for what was overspent since',
  );
  t.end();
});

t.test('a scheme whose lines are another’s by now takes back what was signed of it', (t) => {
  const terms = termsOf(HALVES);
  const then = year({ schemes: schemes({ old: ['100.00', '160.00'] }) });
  const now = year({ schemes: schemes({ new: ['100.00', '160.00'] }) });
  t.same(told(riskShares(now, terms, signing(then, terms, ['old']))), [
    'new; ccg 30.00, county 30.00; left 0.00',
    'old; ccg 0.00, county 0.00; left 0.00',
  ]);
  t.end();
});

// Properties

const NAMES = ['w', 'x', 'y', 'z'];
const sums = fc.integer({ min: 0, max: 100_000 }).map((number) => exactly(number));
/** Any part of a variance may be ring-fenced: part of what is left, or of what ring-fenced money covers. */
const spending = fc
  .record({ budget: sums, spent: sums, committed: sums, part: fc.constantFrom(0, 0, 0.3, 1) })
  .map(({ part, ...of }) => ({ ...of, ringFenced: exactly(Math.trunc((of.budget - of.spent) * part)) }));
const world = fc
  .tuple(spending, spending, spending, spending)
  .map((all) => new Map(NAMES.map((name, at) => [name, all[at]!])));
const last = fc.constantFrom<RiskRule>(
  HALVES,
  { kind: 'pro-rata' },
  { kind: 'own-risk' },
  { kind: 'own-risk', commissioner: 'ccg' },
  { ...HALVES, kind: 'over-base', base: '200.00' },
  { kind: 'capped', of: { kind: 'pro-rata' }, caps: [{ partner: 'ccg', most: '50.00' }] },
  { kind: 'capped', of: HALVES, caps: [{ partner: 'ccg', most: '50.00' }], excess: 'county' },
);
const steps = fc.array(
  fc.oneof(
    fc.record({
      from: fc.constantFrom('underspends' as const, 'uncommitted' as const),
      schemes: fc.subarray(NAMES, { minLength: 1 }),
    }),
    fc.record({ from: fc.constant('risk-pool' as const), amount: fc.constantFrom('10.00', '500.00') }),
  ),
  { minLength: 1, maxLength: 3 },
);
const rule = fc.oneof(
  last,
  fc.record({ kind: fc.constant('stepwise' as const), steps, then: last }).map((each) => each as RiskRule),
);
const underspend = fc.constantFrom<UnderspendRule>(
  { kind: 'kept-in-pool' },
  { kind: 'shared' },
  { kind: 'to-partner', partner: 'ccg' },
);
const agreed = fc
  .tuple(rule, underspend, fc.array(rule, { minLength: 4, maxLength: 4 }))
  .map(([all, under, own]) => termsOf(all, under, Object.fromEntries(NAMES.map((name, at) => [name, own[at]!]))));
const recurrent = fc.record({ county: sums, ccg: sums }).map((of) => new Map(Object.entries(of)));
const order = fc.shuffledSubarray(NAMES);

const amountIn = (all: readonly { readonly amount: Pence }[]): Pence => total(all.map(({ amount }) => amount));

/**
 * All shares, with what nobody bears and what the risk pool covers, add up to all variances, in total and for each
 * scheme.
 */
function adding(shares: readonly SchemeShare[]): void {
  for (const { scheme, variance, covered, given, shares: own, uncovered } of shares) {
    const sum = plus(plus(amountIn(covered), total(own.values())), uncovered);
    if (sum !== plus(variance, amountIn(given))) throw new Error(`${scheme} does not add up.`);
  }
  const everyCovered = shares.flatMap(({ covered }) => covered);
  const fromPool = amountIn(everyCovered.filter(({ scheme }) => scheme === undefined));
  const borne = total(shares.map(({ shares: own, uncovered }) => plus(total(own.values()), uncovered)));
  if (plus(borne, fromPool) !== total(shares.map(({ variance }) => variance)))
    throw new Error('A penny is shared twice.');
}

t.test('whatever is signed, in whatever order, all shares are all variances', (t) => {
  property(
    t,
    fc.property(
      world,
      world,
      agreed,
      agreed,
      recurrent,
      order,
      order,
      (then, now, first, second, base, some, others) => {
        const before = year({ schemes: then, recurrent: base });
        const one = signing(before, first, some);
        adding(riskShares(before, first, one));
        const after = year({ schemes: now, recurrent: base });
        adding(riskShares(after, second, one));
        adding(riskShares(after, undefined, one));
        adding(riskShares(after, second, signing(after, second, others, one)));
      },
    ),
    300,
  );
  t.end();
});

t.test('what was signed is what is answered, as long as nothing has changed since', (t) => {
  property(
    t,
    fc.property(world, agreed, recurrent, order, (then, terms, base, some) => {
      const of = year({ schemes: then, recurrent: base });
      const all = signing(of, terms, some);
      const answered = riskShares(of, terms, all);
      for (const [scheme, { shares, uncovered, given }] of all) {
        const now = answered.find((each) => each.scheme === scheme)!;
        if (inLine(now.signed) !== inLine(shares)) throw new Error(`Of ${scheme} something else was signed.`);
        if (amountIn(now.given) !== amountIn(given)) continue;
        if (inLine(now.shares) !== inLine(shares) || now.uncovered !== uncovered) {
          throw new Error(`${scheme} is answered otherwise than it was signed.`);
        }
      }
    }),
    300,
  );
  t.end();
});

t.test(
  'nothing is drawn that is not there: from no scheme more than it has left, and no more than the risk pool',
  (t) => {
    property(
      t,
      fc.property(world, agreed, recurrent, order, (then, terms, base, some) => {
        const of = year({ schemes: then, recurrent: base });
        for (const { scheme, variance, given } of riskShares(of, terms, signing(of, terms, some))) {
          const left = minus(exactly(0), variance);
          if (amountIn(given) > Math.max(left, 0)) throw new Error(`${scheme} gives more than it has.`);
        }
        const drawn = amountIn(
          riskShares(of, terms, new Map()).flatMap(({ covered }) =>
            covered.filter(({ scheme }) => scheme === undefined),
          ),
        );
        if (drawn > signedPence('500.00')) throw new Error('The risk pool is drawn twice.');
      }),
      300,
    );
    t.end();
  },
);
