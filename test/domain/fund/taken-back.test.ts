import t from 'tap';
import { asked } from '../../support/asking.js';
import {
  contribution,
  FUND,
  grant,
  line,
  NORTH,
  openFund,
  refusals,
  type Refused,
  type TestLedger,
} from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

/** Nothing new can depend on a fact that was taken back. Otherwise it would be in some figures and not in others. */

const YEAR_OF_POTS = 'testshire-2015-16';

interface TakenBack {
  readonly what: string;
  readonly fund?: string;
  readonly officer: string;
  readonly signer?: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly then: readonly (readonly [officer: string, act: Refused['act'], type: string, data: object])[];
}

const spending = { line: 'home-care', net: '1.00', vat: '0.00', recoverable: '0.00', reference: 'INV' };
const later = { effective: '2016-05-01', reason: 'need' };
const receipt = { effective: '2016-05-01', amount: '1.00', bankReference: 'BACS' };

const ITEMS: readonly TakenBack[] = [
  {
    what: 'a plan line',
    officer: 'county-finance',
    type: 'PlanLineSet',
    data: line(),
    then: [
      ['county-finance', 'post', 'PlanLineRevised', { ...later, line: 'home-care', now: '500.00' }],
      [
        'pool-manager',
        'propose',
        'BudgetVired',
        {
          ...later,
          moves: [
            { line: 'kept', change: '-1.00' },
            { line: 'home-care', change: '1.00' },
          ],
        },
      ],
      ['county-finance', 'post', 'ExpenditureRecorded', { ...spending, effective: '2016-05-01' }],
    ],
  },
  {
    what: 'a contribution',
    officer: 'north-ccg-finance',
    signer: 'county-finance',
    type: 'ContributionAgreed',
    data: contribution(),
    then: [
      ['north-ccg-finance', 'propose', 'ContributionVaried', { ...later, contribution: 'north-extra', now: '500.00' }],
      ['county-finance', 'post', 'ContributionReceived', { ...receipt, contribution: 'north-extra' }],
      [
        'north-ccg-finance',
        'propose',
        'DiscretionaryPaymentWithdrawn',
        { ...later, payer: NORTH, of: { contribution: 'north-extra' }, amount: '1.00', noticeGiven: '2016-05-01' },
      ],
    ],
  },
  {
    what: 'a grant',
    officer: 'county-finance',
    type: 'GrantDetermined',
    data: grant(),
    then: [
      ['county-finance', 'post', 'GrantTrancheReceived', { ...receipt, grant: 'dfg' }],
      [
        'county-finance',
        'post',
        'GrantReduced',
        { effective: '2016-05-01', grant: 'dfg', amount: '1.00', cause: 'cut' },
      ],
    ],
  },
  {
    what: 'a commitment',
    officer: 'county-finance',
    type: 'CommitmentMade',
    data: {
      effective: '2016-04-01',
      commitment: 'order',
      line: 'kept',
      supplierClass: 'private',
      amount: '5.00',
      reference: 'PO',
    },
    then: [
      ['county-finance', 'post', 'CommitmentReleased', { ...later, commitment: 'order', amount: '1.00' }],
      [
        'county-finance',
        'post',
        'ExpenditureRecorded',
        { ...spending, effective: '2016-05-01', line: 'kept', commitment: 'order' },
      ],
    ],
  },
  {
    what: 'a pot',
    fund: YEAR_OF_POTS,
    officer: 'north-ccg-finance',
    signer: 'county-finance',
    type: 'PerformancePotSet',
    data: { effective: '2015-04-01', pot: 'p4p', payer: NORTH, amount: '100.00', planned: '4.2', unit: 'per cent' },
    then: [
      [
        'pool-manager',
        'post',
        'PerformanceMeasured',
        { effective: '2016-03-31', pot: 'p4p', achieved: '2.1', basis: 'Q4' },
      ],
      ['pool-manager', 'post', 'PerformanceReleased', { effective: '2016-03-31', pot: 'p4p', bankReference: 'B' }],
    ],
  },
  {
    what: 'a reserve',
    officer: 'pool-manager',
    signer: 'county-chief',
    type: 'CarryForwardApproved',
    data: {
      effective: '2017-03-31',
      reserve: 'kept-money',
      source: 'LA_ADD',
      amount: '1.00',
      purpose: 'care',
      toYear: '2017-18',
      minute: 'Cabinet 7',
    },
    then: [
      [
        'pool-manager',
        'propose',
        'ReserveDrawn',
        { effective: '2017-04-01', reserve: 'kept-money', amount: '1.00', minute: 'Cabinet 9' },
      ],
    ],
  },
];

async function withMoney(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await openFund(ledger, '2015-16');
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'kept' }));
  const own = contribution({ contribution: 'county-extra', payer: 'county', source: 'LA_ADD', amount: '10.00' });
  await ledger.signed('county-finance', 'north-ccg-finance', 'ContributionAgreed', own);
  await ledger.post('county-finance', 'ContributionReceived', {
    ...receipt,
    contribution: 'county-extra',
    amount: '10.00',
  });
  return ledger;
}

for (const { what, fund = FUND, officer, signer, type, data, then } of ITEMS) {
  t.test(`${what} that was taken back takes no new facts`, async (t) => {
    const ledger = await withMoney(t);
    const make = (name: string, of: Readonly<Record<string, unknown>>) =>
      signer ? ledger.signed(officer, signer, name, of, fund) : ledger.post(officer, name, of, fund);
    const { outcome } = await make(type, data);
    await make('FactReversed', { effective: data['effective'], reverses: outcome.revision, reason: 'never so' });
    await refusals(
      t,
      ledger,
      fund,
      then.map(([by, act, name, more]): Refused => ({
        name,
        officer: by,
        act,
        type: name,
        data: more as Refused['data'],
        rule: 'reference_unknown',
      })),
    );
  });
}

t.test('what was on the table about it can still be declined', async (t) => {
  const ledger = await withMoney(t);
  const { outcome } = await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ amount: '1000.00' }),
  );
  const offer = { effective: '2016-05-01', contribution: 'north-extra', now: '2000.00', reason: 'more' };
  const { proposal } = (
    await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: { type: 'ContributionVaried', data: offer as never },
    })
  ).outcome;
  const reversal = { effective: '2016-04-01', reverses: outcome.revision, reason: 'never so' };
  await ledger.signed('north-ccg-finance', 'county-finance', 'FactReversed', reversal);
  t.equal(
    await ledger.refused('county-finance', { act: 'agree', proposal: proposal! }),
    'reference_unknown',
    'but not signed',
  );
  await ledger.done('county-finance', { act: 'decline', proposal: proposal!, reason: 'it is gone' });
  t.match(await asked(ledger, 'gap', { on: '2017-03-31' }), { soft: '0.00', funded: '10.00' });
});
