import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import t from 'tap';
import {
  apportion,
  exactly,
  MoneyOverflow,
  moneyText,
  negated,
  NO_MONEY,
  partOf,
  partsOfWhole,
  partsTogether,
  shareInWords,
  shareOfParts,
  WHOLE_PARTS,
  pence,
  plus,
  pounds,
  signedPence,
  total,
  type Pence,
} from '../../src/domain/money.js';
import { property } from '../support/property.js';

t.test('money text is pounds with exactly two places, and nothing else', async (t) => {
  for (const [text, amount] of [
    ['0.00', 0],
    ['0.01', 1],
    ['7000000.00', 700_000_000],
    ['999999999999.99', 99_999_999_999_999],
  ] as const) {
    t.equal(pence(text), amount);
    t.equal(moneyText(exactly(amount)), text);
  }
  for (const bad of [
    '',
    '1',
    '1.0',
    '1.000',
    '01.00',
    '-1.00',
    '+1.00',
    '1,000.00',
    '£1.00',
    ' 1.00',
    '1.00\n',
    '1e3',
    'NaN',
  ]) {
    t.throws(() => pence(bad), RangeError, `"${bad}" is not money`);
  }
});

t.test('pounds are written for readers with commas and a leading minus', async (t) => {
  t.equal(pounds(exactly(123_456_789)), '£1,234,567.89');
  t.equal(pounds(exactly(-5)), '-£0.05');
  t.equal(moneyText(exactly(-5)), '-0.05');
  t.equal(signedPence('-0.05'), -5);
  t.equal(signedPence('0.05'), 5);
});

t.test('a sum that cannot be held exactly throws instead of being wrong', async (t) => {
  t.throws(() => exactly(0.5), MoneyOverflow);
  t.throws(() => plus(exactly(Number.MAX_SAFE_INTEGER), exactly(1)), MoneyOverflow);
  t.throws(() => total([exactly(Number.MAX_SAFE_INTEGER), exactly(1)]), MoneyOverflow);
});

t.test('nothing has no sign', async (t) => {
  t.ok(Object.is(negated(NO_MONEY), 0));
  t.ok(Object.is(exactly(-0), 0));
});

t.test('money text and pence are inverses', async (t) => {
  property(
    t,
    fc.property(fc.integer({ min: -99_999_999_999_999, max: 99_999_999_999_999 }), (amount) => {
      return signedPence(moneyText(exactly(amount))) === amount;
    }),
  );
});

t.test('a sum is shared to the penny, remainders going to the largest and then to the lower name', async (t) => {
  const shared = apportion(pence('100000.00'), [
    { id: 'a', weight: 6_000_000 },
    { id: 'b', weight: 3_000_000 },
  ]);
  t.same(
    [...shared],
    [
      ['a', 6_666_667],
      ['b', 3_333_333],
    ],
  );
  t.same(
    [
      ...apportion(
        exactly(2),
        ['c', 'b', 'a'].map((id) => ({ id, weight: 1 })),
      ),
    ],
    [
      ['c', 0],
      ['b', 1],
      ['a', 1],
    ],
    'ties go to the lower name',
  );
  t.same(
    [
      ...apportion(
        exactly(1),
        ['a', 'b', 'c'].map((id) => ({ id, weight: 1 })),
      ),
    ],
    [
      ['a', 1],
      ['b', 0],
      ['c', 0],
    ],
  );
  t.throws(() => apportion(exactly(1), []), RangeError);
  t.throws(() => apportion(exactly(1), [{ id: 'a', weight: 0 }]), RangeError);
  t.throws(
    () =>
      apportion(exactly(1), [
        { id: 'a', weight: 2 },
        { id: 'b', weight: -1 },
      ]),
    RangeError,
  );
});

t.test('shares always add up to the sum, and none strays by a penny or more', async (t) => {
  const shares = fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1 }), weight: fc.nat(10_000) }), {
    selector: (share) => share.id,
    minLength: 1,
    maxLength: 12,
  });
  property(
    t,
    fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), shares, (sum, parts) => {
      const whole = parts.reduce((acc, part) => acc + part.weight, 0);
      fc.pre(whole > 0);
      const shared = apportion(exactly(sum), parts);
      const adds = total(shared.values()) === sum;
      const near = parts.every((part) =>
        new Decimal(shared.get(part.id) as Pence).minus(new Decimal(sum).times(part.weight).div(whole)).abs().lt(1),
      );
      return adds && near;
    }),
  );
});

t.test('a part in basis points is to the whole penny, half to even', async (t) => {
  for (const [sum, basisPoints, part] of [
    ['1.00', 0, '0.00'],
    ['1.00', 10_000, '1.00'],
    ['700000.00', 3_333, '233310.00'],
    ['0.01', 5_000, '0.00'],
    ['0.03', 5_000, '0.02'],
    ['-0.03', 5_000, '-0.02'],
    ['999999999999.99', 9_999, '999899999999.99'],
  ] as const) {
    t.equal(moneyText(partOf(signedPence(sum), basisPoints)), part, `${basisPoints} of ${sum}`);
  }
});

t.test('a share is in basis points or a fraction, and a third is no number of basis points', async (t) => {
  t.equal(partsTogether(['1/3', '1/3', '1/3']), WHOLE_PARTS);
  t.not(partsTogether([3_333, 3_333, 3_333]), WHOLE_PARTS);
  t.equal(partsTogether([5_000, '1/4', '1/6', '1/12']), WHOLE_PARTS);
  t.equal(partOf(pence('100.00'), '1/3'), 33_33);
  t.equal(partOf(pence('100.00'), '2/3'), 66_67);
  t.equal(partOf(pence('0.05'), '1/2'), 2, 'half to even');
  t.same([3_333, '2/6'].map(partsOfWhole).map(shareOfParts), [3_333, '1/3']);
  t.same([3_333, '1/3'].map(shareInWords), ['33.33%', '1/3']);
});

t.test('fractions that are a whole share a sum out to the penny', async (t) => {
  const by = fc.constantFrom(2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 18, 21, 30, 36, 42, 45, 60, 63, 70, 84, 90);
  property(
    t,
    fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), by, fc.nat(), (sum, below, cut) => {
      const first = 1 + (cut % (below - 1));
      const shares = [`${first}/${below}`, ...Array.from({ length: below - first }, () => `1/${below}`)];
      const parts = apportion(
        exactly(sum),
        shares.map((share, index) => ({ id: String(index).padStart(3, '0'), weight: partsOfWhole(share) })),
      );
      const each = shares.map(
        (share, index) => parts.get(String(index).padStart(3, '0'))! - partOf(exactly(sum), share),
      );
      return (
        partsTogether(shares) === WHOLE_PARTS &&
        total(parts.values()) === sum &&
        each.every((odd) => Math.abs(odd) <= 1)
      );
    }),
  );
});
