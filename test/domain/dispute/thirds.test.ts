import fc from 'fast-check';
import t from 'tap';
import type { Day } from '../../../src/domain/calendar.js';
import { asAt, cellsOf, INVOICE_MAX, sumsOf, termsOf, type Raised } from '../../../src/domain/dispute/claim.js';
import { costTo } from '../../../src/domain/dispute/exact-sum.js';
import { moneyText, partsOfWhole, shareOfParts, WHOLE_PARTS } from '../../../src/domain/money.js';
import { acts, caseNamed, caseSums, DISPUTES, raised } from '../../support/disputes.js';
import { asked } from '../../support/asking.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { COUNTY, EAST, NORTH, refusals, SOUTH, WEST } from '../../support/ledger.js';
import { property } from '../../support/property.js';
import { disputing } from '../../support/rules-alone.js';

/** A cost that three bodies share. Each of the other two has a case of its own to answer. */

const third = (partner: string) => [{ partner, share: '1/3' }];
const NOTHING = { claimant: 10_000, respondent: 0 };
const ofNorth = { claimed: { claimant: '1/3', respondent: '1/3', others: third(SOUTH) } };
const ofSouth = {
  claimed: { claimant: '1/3', respondent: '1/3', others: third(NORTH) },
  respondent: [{ from: '2018-10-01', partner: SOUTH }],
};

t.test(
  'a cost is claimed by thirds of two bodies, each in a case of its own, and nothing is claimed twice',
  async (t) => {
    const ledger = await disputing(t);
    const { raise, signed } = acts(ledger);
    const done = await raise('north', ofNorth);
    t.match(
      done.outcome.events[0]!.sentence,
      'that the respondent bear 1/3 from 1 October 2018 to 31 March 2019, where it pays 0.00% meanwhile; south-ccg should bear 1/3.',
    );
    await raise('south', ofSouth);
    t.equal(caseSums(ledger, 'north', '2019-03-31').claimed, '12133.33', 'a third of 36,400.00');
    t.equal(caseSums(ledger, 'south', '2019-03-31').claimed, '12133.33');
    ledger.now('2019-03-31T12:00:00Z');
    const decided = {
      decidedOn: '2019-03-31',
      split: { claimant: '1/3', respondent: '1/6', others: [{ partner: SOUTH, share: '1/2' }] },
      by: 'panel',
    };
    const split = await signed('SplitDecided', { case: caseNamed('north'), ...decided });
    t.match(
      split.outcome.events.at(-1)!.sentence,
      'claimant 1/3, respondent 1/6, south-ccg 1/2; of the £12,133.33 claimed',
    );
    t.same(caseSums(ledger, 'north', '2019-03-31'), {
      claimed: '12133.33',
      agreed: '6066.67',
      abandoned: '6066.66',
      open: '0.00',
    });
    t.equal(caseSums(ledger, 'south', '2019-03-31').open, '12133.33', 'whom nobody asked is bound by nothing');
    const told = await asked(ledger, 'dispute-case', { area: 'testshire', case: caseNamed('north'), on: '2019-03-31' });
    t.match(told, {
      intervals: [
        {
          interim: 0,
          claimed: '1/3',
          decided: '1/6',
          others: [{ partner: SOUTH, share: '1/2', amount: '18200.00' }],
        },
      ],
    });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('who bears a part beside the two is a body of the area, and neither of the two', async (t) => {
  const ledger = await disputing(t);
  const { raise } = acts(ledger);
  const others = (partner: string) => ({ claimed: { claimant: '1/3', respondent: '1/3', others: third(partner) } });
  const raising = { officer: 'county-finance', act: 'post', type: 'DisputeRaised' } as const;
  await refusals(t, ledger, DISPUTES, [
    { ...raising, name: 'the claimant', data: raised('one', others(COUNTY)), rule: 'both_sides' },
    { ...raising, name: 'the respondent', data: raised('one', others(NORTH)), rule: 'both_sides' },
    { ...raising, name: 'a stranger', data: raised('one', others(WEST)), rule: 'not_in_area' },
    {
      ...raising,
      name: 'one who pays meanwhile, and is the claimant',
      data: raised('one', { interim: { claimant: '1/2', respondent: 0, others: [{ partner: COUNTY, share: '1/2' }] } }),
      rule: 'both_sides',
    },
  ]);
  await raise('one', ofNorth);
  const of = { effective: '2018-10-01', case: caseNamed('one') };
  const decided = { ...of, decidedOn: '2018-11-01', by: 'panel' };
  const both = { officer: 'county-finance', act: 'propose' } as const;
  await refusals(t, ledger, DISPUTES, [
    {
      ...both,
      type: 'SplitDecided',
      data: { ...decided, split: others(NORTH).claimed },
      name: 'the respondent, as it is decided',
      rule: 'both_sides',
    },
    {
      ...both,
      type: 'InterimFundingAgreed',
      data: { ...of, interim: others(WEST).claimed },
      name: 'a stranger, as it is paid meanwhile',
      rule: 'not_in_area',
    },
    {
      officer: 'county-finance',
      act: 'post',
      type: 'ClaimRevised',
      data: { ...of, claimed: { claimant: 0, respondent: '2/3', others: third(COUNTY) } },
      name: 'the claimant, as it is revised',
      rule: 'both_sides',
    },
  ]);
  await ledger.post(
    'county-finance',
    'ClaimRevised',
    { ...of, claimed: { claimant: 0, respondent: '2/3', others: third(EAST) } },
    DISPUTES,
  );
  t.equal(caseSums(ledger, 'one', '2019-03-31').claimed, '24266.67');
});

t.test('what each split would cost leaves out what is claimed of others', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise('one', ofNorth);
  const { outcomes } = await asked<{ outcomes: readonly object[] }>(ledger, 'dispute-outcomes', {
    area: 'testshire',
    on: '2019-03-31',
    step: '5000',
  });
  t.match(outcomes, [
    { share: 0, cost: '24266.67', borneByClaimant: '24266.67', borneByRespondent: '0.00' },
    { share: 5_000, borneByClaimant: '6066.67', borneByRespondent: '18200.00', moreThanClaimed: true },
    { share: 10_000, borneByClaimant: '0.00', borneByRespondent: '24266.67' },
  ]);
});

const claimOf = (share: number | string, costs: Pick<Raised, 'costs' | 'invoices'>): number =>
  sumsOf(
    cellsOf(
      termsOf([
        {
          revision: 0,
          step: 'raises',
          type: 'DisputeRaised',
          data: {
            ...(raised('one') as unknown as Raised),
            until: '2030-03-31',
            interim: NOTHING,
            claimed: { claimant: shareOfParts(WHOLE_PARTS - partsOfWhole(share)), respondent: share },
            ...costs,
          },
        },
      ]),
      asAt('2030-03-31' as Day),
    ),
  ).claimed;

t.test('claims of fractions come to the whole claim, but for a penny a year and case', async (t) => {
  property(
    t,
    fc.property(fc.integer({ min: 1, max: 9_999_999 }), fc.constantFrom(2, 3, 6, 7, 9, 12), (weekly, by) => {
      const costs = [{ from: '2018-10-01' as Day, weekly: moneyText(weekly as never) }];
      const YEARS = 12;
      const parts = by * claimOf(`1/${by}`, { costs });
      return Math.abs(parts - claimOf(10_000, { costs })) <= (by * YEARS) / 2 + YEARS / 2;
    }),
    50,
  );
});

t.test('a third of sixty of the largest invoices is exact', async (t) => {
  const invoices = Array.from({ length: 60 }, () => ({ on: '2018-12-01' as Day, amount: INVOICE_MAX }));
  t.equal(claimOf('1/3', { costs: [], invoices }), 20 * 999_999_999);
  t.equal(claimOf('1/7', { costs: [], invoices }), Math.round((60 * 999_999_999) / 7));
  t.equal(costTo('2/3', 7 * 100), 67);
});
