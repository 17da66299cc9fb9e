import t from 'tap';
import type { Scheme } from '../../../../src/domain/fund/plan/scheme.js';
import type { Described } from '../../../../src/domain/fund/plan/test-inputs.js';
import { pence, type Pence } from '../../../../src/domain/money.js';
import { PLAN, type Account } from '../../../../src/domain/postings.js';
import { spendingByScheme } from '../../../../src/domain/fund/agreement/schemes.js';
import { verify } from '../../../../src/ledger/audit/verify.js';
import { asked, askedOfNothing, signAgreement, spend, terms } from '../../../support/agreements.js';
import { fact } from '../../../support/figures.js';
import {
  contribution,
  COUNTY,
  FUND,
  grant,
  line,
  NORTH,
  refusals,
  REGISTER_STREAM,
  SOUTH,
  type Refused,
  type TestLedger,
} from '../../../support/ledger.js';
import { told } from '../../../support/told.js';
import { openedLedger } from '../../../support/rules-alone.js';

const apply = (data: object = {}) =>
  fact('RiskShareApplied', { effective: '2017-03-31', scheme: 'home-care', ...data });
const refused = (name: string, data: object, rule: Refused['rule'], officer = 'county-finance'): Refused => ({
  name,
  officer,
  act: 'propose',
  ...apply(data),
  rule,
});

const HALVES = [
  { partner: COUNTY, share: 5_000 },
  { partner: NORTH, share: 5_000 },
];

/** The county pays six million and the CCGs three, recurrently. The South also makes a one-off payment. */
async function funded(t: Parameters<typeof openedLedger>[0], amount = '9000000.00'): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount }));
  const agree = (officer: string, signer: string, data: object) =>
    ledger.signed(officer, signer, 'ContributionAgreed', contribution({ ...data }));
  await agree('county-finance', 'north-ccg-finance', {
    contribution: 'county-share',
    payer: COUNTY,
    source: 'LA_ADD',
    amount: '5100000.00',
  });
  await agree('north-ccg-finance', 'county-finance', { contribution: 'north-share', amount: '3000000.00' });
  await agree('south-ccg-finance', 'county-finance', {
    contribution: 'south-once',
    payer: SOUTH,
    amount: '5000000.00',
    recurrent: false,
  });
  await ledger.post('county-finance', 'GrantDetermined', grant());
  await ledger.post('county-finance', 'AssumptionStated', {
    effective: '2016-04-01',
    assumption: 'hope',
    partner: COUNTY,
    source: 'NHS_ADD',
    recurrent: true,
    amount: '5.00',
    basis: 'budget',
  });
  return ledger;
}

t.test('an overspend is shared by the signed rule, and a one-off payment does not change the shares', async (t) => {
  const ledger = await funded(t);
  await refusals(t, ledger, FUND, [refused('without an agreement', {}, 'agreement_missing')]);
  const without = await asked(ledger, 'risk-share', { on: '2017-03-31' });
  told(t, without.answer, {
    agreement: null,
    schemes: [{ scheme: 'home-care', variance: '-9000000.00', rule: null, shares: [], uncovered: '-9000000.00' }],
    partners: [],
  });
  t.equal(without.table[0]?.[4], 'no agreement in force');
  t.same(without.table[1], ['home-care', '', '', '', 'stays in the pool', '-9000000.00', '']);
  await signAgreement(ledger);
  spend(ledger, 'home-care', '2016-12-31', '9000000.00');
  await refusals(t, ledger, FUND, [
    refused('of no scheme', { scheme: 'elsewhere' }, 'reference_unknown'),
    refused('of nothing', {}, 'nothing_to_change'),
    refused('by a body that is no party', {}, 'wrong_partner', 'east-district-finance'),
  ]);
  spend(ledger, 'home-care', '2017-01-31', '60000.00');
  spend(ledger, 'home-care', '2017-03-31', '40000.00', 'accrued');
  spend(ledger, 'home-care', '2017-04-01', '-40000.00', 'accrued');
  const { answer } = await asked(ledger, 'risk-share', { on: '2017-03-31' });
  const shares = [
    { partner: COUNTY, amount: '66666.67' },
    { partner: NORTH, amount: '33333.33' },
  ];
  told(t, answer, {
    agreement: 's75',
    schemes: [
      {
        scheme: 'home-care',
        budget: '9000000.00',
        spent: '9100000.00',
        variance: '100000.00',
        rule: { kind: 'pro-rata' },
        shares,
        uncovered: '0.00',
        applied: null,
      },
    ],
    partners: [
      { partner: COUNTY, amount: '66666.67' },
      { partner: NORTH, amount: '33333.33' },
    ],
  });
  const { outcome } = await ledger.done('county-finance', { act: 'propose', fact: apply() });
  const counter = { act: 'counter', proposal: outcome.proposal!, fact: apply({ scheme: 'elsewhere' }) } as const;
  t.equal(await ledger.refused('north-ccg-finance', counter), 'counter_differs');
  const signed = await ledger.done('north-ccg-finance', { act: 'agree', proposal: outcome.proposal! });
  t.equal(
    signed.outcome.events[1]?.sentence,
    'The overspend of 100000.00 on "home-care" was shared in proportion to recurrent contributions: county 66666.67, north-ccg 33333.33.',
  );
  ledger.now('2016-03-02T09:00:00Z');
  spend(ledger, 'home-care', '2017-03-31', '0.03');
  const after = await asked(ledger, 'risk-share', { on: '2017-03-31' });
  told(t, after.answer, {
    schemes: [
      { variance: '100000.03', shares: [{ amount: '66666.69' }, {}], applied: { variance: '100000.00', shares } },
    ],
  });
  t.same(after.table, [
    ['home-care', '9000000.00', '9100000.03', '100000.03', 'in proportion to recurrent contributions', '', ''],
    ['home-care', '', '', '', 'county', '66666.69', '66666.67'],
    ['home-care', '', '', '', 'north-ccg', '33333.34', '33333.33'],
    ['home-care', '', '', '', 'borne by nobody', '0.00', '0.00'],
    ['Total', '', '', '', 'Testshire County Council', '66666.69', ''],
    ['Total', '', '', '', 'NHS North CCG', '33333.34', ''],
  ]);
  told(t, (await asked(ledger, 'risk-share', { on: '2017-03-30' })).answer, { schemes: [{ applied: null }] });
  await refusals(t, ledger, FUND, [
    refused('before it was applied', { effective: '2017-02-28' }, 'later_change_stands'),
  ]);
  const again = await ledger.signed('north-ccg-finance', 'county-finance', 'RiskShareApplied', apply().data);
  told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, {
    schemes: [{ applied: { revision: again.outcome.events[1]!.revision, variance: '100000.03' } }],
  });
  t.equal(await askedOfNothing(ledger, 'risk-share'), 'fund_unknown');
});

t.test('what was recorded after an instant is in no answer of what was known then, not even as nothing', async (t) => {
  const ledger = await openedLedger(t);
  await signAgreement(ledger, terms({ defaultRule: { kind: 'fixed', shares: HALVES } }));
  const then = { on: '2017-03-31', 'known-at': '2016-03-02T12:00:00Z' };
  ledger.now('2016-03-02T13:00:00Z');
  const before = await asked(ledger, 'risk-share', then);
  told(t, before.answer, { schemes: [], partners: [] });
  ledger.now('2016-07-01T09:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  t.same(await asked(ledger, 'risk-share', then), before);
  told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, { schemes: [{ scheme: 'home-care' }] });
});

t.test(
  'an officer’s limit is held against the variance that is shared, and against what is shared and drawn',
  async (t) => {
    const ledger = await openedLedger(t);
    const mandated = (proposer: string, signer: string, partner: string, officer: string) =>
      ledger.signed(
        proposer,
        signer,
        'OfficerMandated',
        { effective: '2016-01-01', partner, officer, role: 'finance-officer', limit: '100.00' },
        REGISTER_STREAM,
      );
    await mandated('registrar', 'county-chief', COUNTY, 'county-junior');
    await mandated('north-ccg-chief', 'north-ccg-finance', NORTH, 'north-junior');
    const overBase = { kind: 'over-base', base: '49.99', shares: HALVES };
    const covering = { kind: 'stepwise', steps: [{ from: 'risk-pool', amount: '60.00' }], then: overBase };
    await signAgreement(
      ledger,
      terms({
        riskShares: [
          { scheme: 'carers', rule: overBase },
          { scheme: 'equipment', rule: covering },
        ],
      }),
    );
    for (const [name, amount, spentOn] of [
      ['home-care', '100.01', '0.00'],
      ['carers', '150.00', '150.00'],
      ['equipment', '90.00', '150.01'],
      ['prevention', '100.00', '0.00'],
    ] as const) {
      await ledger.post('pool-manager', 'PlanLineSet', line({ line: name, amount }));
      if (spentOn !== '0.00') spend(ledger, name, '2016-05-01', spentOn);
    }
    const sign = (scheme: string, officer: string) =>
      ({ name: `${scheme} by ${officer}`, officer, act: 'propose', rule: 'over_limit', ...apply({ scheme }) }) as const;
    await refusals(t, ledger, FUND, [
      sign('home-care', 'county-junior'),
      sign('carers', 'north-junior'),
      sign('equipment', 'county-junior'),
    ]);
    const offered = await ledger.done('county-finance', { act: 'propose', fact: apply() });
    const agree = { act: 'agree', proposal: offered.outcome.proposal! } as const;
    t.equal(await ledger.refused('north-junior', agree), 'over_limit');
    await ledger.done('north-ccg-finance', agree);
    await ledger.signed('county-junior', 'north-junior', 'RiskShareApplied', apply({ scheme: 'prevention' }).data);
  },
);

t.test('the terms are not taken away from under a risk share', async (t) => {
  const ledger = await funded(t);
  const signed = await signAgreement(ledger);
  const varied = (effective: string) =>
    ({
      act: 'propose',
      fact: fact('AgreementVaried', {
        effective,
        agreement: 's75',
        clause: 'schedule 3',
        terms: terms({ underspend: { kind: 'shared' } }),
        reason: 'review',
      }),
    }) as const;
  const shared = await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', apply().data);
  t.match(shared.outcome.events[1]?.sentence, /^The underspend of 9000000.00 on "home-care"/);
  const reversal = fact('FactReversed', {
    effective: '2016-04-01',
    reverses: signed.outcome.events[1]!.revision,
    reason: 'not signed',
  });
  t.equal(await ledger.refused('county-finance', { act: 'propose', fact: reversal }), 'others_rest_on_it');
  t.equal(await ledger.refused('county-finance', varied('2017-03-30')), 'later_change_stands');
  await ledger.signed('county-finance', 'north-ccg-finance', 'FactReversed', {
    effective: '2017-03-31',
    reverses: shared.outcome.events[1]!.revision,
    reason: 'shared too soon',
  });
  const { outcome } = await ledger.done('county-finance', varied('2017-03-30'));
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: outcome.proposal! });
  told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, {
    schemes: [{ variance: '-9000000.00', shares: [{ amount: '-6000000.00' }, {}], uncovered: '0.00', applied: null }],
  });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('what an overspent scheme drew from another covers nothing twice', async (t) => {
  const ledger = await funded(t);
  const stepwise = {
    kind: 'stepwise',
    steps: [
      { from: 'underspends', schemes: ['carers'] },
      { from: 'risk-pool', amount: '30.00' },
    ],
    then: { kind: 'fixed', shares: HALVES },
  };
  await signAgreement(ledger, terms({ riskShares: [{ scheme: 'equipment', rule: stepwise }], defaultRule: stepwise }));
  for (const [name, amount] of [
    ['carers', '100.00'],
    ['equipment', '10.00'],
  ] as const) {
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: name, amount }));
  }
  spend(ledger, 'carers', '2016-05-01', '60.00');
  spend(ledger, 'carers', '2016-05-01', '1.00', 'committed');
  spend(ledger, 'equipment', '2016-05-01', '70.00');
  spend(ledger, 'home-care', '2016-05-01', '9000050.00');
  const drawn = async () => {
    const { answer } = await asked(ledger, 'risk-share', { on: '2017-03-31' });
    return (answer['schemes'] as { scheme: string; covered: object[]; shares: object[]; uncovered: string }[]).map(
      ({ scheme, covered, shares, uncovered }) => ({ scheme, covered, shares, uncovered }),
    );
  };
  const half = (amount: string) => [
    { partner: COUNTY, amount },
    { partner: NORTH, amount },
  ];
  t.same(await drawn(), [
    { scheme: 'carers', covered: [], shares: [], uncovered: '0.00' },
    {
      scheme: 'equipment',
      covered: [
        { from: 'underspends', scheme: 'carers', amount: '40.00' },
        { from: 'risk-pool', amount: '20.00' },
      ],
      shares: half('0.00'),
      uncovered: '0.00',
    },
    {
      scheme: 'home-care',
      covered: [{ from: 'risk-pool', amount: '10.00' }],
      shares: half('20.00'),
      uncovered: '0.00',
    },
  ]);
  const signed = await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', apply().data);
  told(
    t,
    signed.outcome.events[1]?.sentence,
    /: 40.00 from what is not spent of "carers", 10.00 from the risk pool, county/,
  );
  told(t, (await drawn())[1], { covered: [{ from: 'risk-pool', amount: '20.00' }], shares: half('20.00') });
  const second = await ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'RiskShareApplied',
    apply({ scheme: 'equipment' }).data,
  );
  told(
    t,
    second.outcome.events[1]?.sentence,
    /on "equipment".*: 20.00 from the risk pool, county 20.00, north-ccg 20.00\.$/,
  );
  const kept = await ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'RiskShareApplied',
    apply({ scheme: 'carers' }).data,
  );
  told(t, kept.outcome.events[1]?.sentence, /^The underspend of 40.00 on "carers".*: 40.00 covers "home-care"\.$/);
  const { table } = await asked(ledger, 'risk-share', { on: '2017-03-31' });
  t.ok(table.some((row) => row[4] === '20.00 from the risk pool' && row[0] === 'equipment'));
  t.ok(table.some((row) => row.join('|') === 'carers||||given to "home-care"|40.00|'));
});

t.test('a line that is described as part of a scheme is of it; another is a scheme of its own', async (t) => {
  const account = (measure: 'requirement' | 'spent' | 'accrued' | 'committed', detail: string): Account => ({
    measure,
    holder: PLAN,
    source: 'NHS_ADD',
    term: 'recurrent',
    detail,
  });
  const balances = new Map<Account, Pence>([
    [account('requirement', 'sitting'), pence('3.00')],
    [account('requirement', 'night-sitting'), pence('1.00')],
    [account('spent', 'night-sitting'), pence('2.00')],
    [account('accrued', 'sitting'), pence('0.25')],
    [account('committed', 'equipment'), pence('0.50')],
  ]);
  const carers = { scheme: { scheme: 'carers' } as Scheme, revision: 1 };
  const undescribed = { scheme: undefined, revision: 2 };
  t.same(
    [
      ...spendingByScheme(
        { accounts: [...balances.keys()], balance: (of) => balances.get(of)! },
        new Map<string, Described>([
          ['sitting', carers],
          ['night-sitting', carers],
          ['equipment', undescribed],
        ]),
        new Set(),
      ),
    ],
    [
      ['carers', { budget: 400, spent: 225, committed: 0, ringFenced: 0 }],
      ['equipment', { budget: 0, spent: 0, committed: 50, ringFenced: 0 }],
    ],
    'what stands of the lines of a scheme is added up, schemes in the order of their names',
  );
});
