import t from 'tap';
import { Refusal } from '../../../src/domain/rules.js';
import { sightOf, type Sight } from '../../../src/ledger/access.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { asked } from '../../support/asking.js';
import {
  contribution,
  COUNTY,
  EAST,
  FUND,
  grant,
  line,
  NORTH,
  refusals,
  SOUTH,
  WEST,
  type TestLedger,
} from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';
import { registerBody } from '../../support/bodies.js';

/**
 * Bodies of every kind, bodies that join and leave a fund during its year, and districts to which a grant is owed
 * later.
 */

const TRUST = 'north-trust';
const CARERS = 'carers-trust';

async function withTrust(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await registerBody(ledger, TRUST, 'nhs-trust');
  await registerBody(ledger, CARERS, 'voluntary');
  return ledger;
}

const join = { effective: '2016-10-01', partner: TRUST, reason: 'It runs the wards that the plan is about.' };
const paid = (more: object = {}) =>
  contribution({ contribution: 'trust-extra', payer: TRUST, effective: '2016-10-01', amount: '100.00', ...more });
const partnersAt = async (ledger: TestLedger, more: object): Promise<string[]> =>
  (
    await asked<{ partners: readonly { readonly partner: string }[] }>(ledger, 'position', { fund: FUND, ...more })
  ).partners.map(({ partner }) => partner);

t.test(
  'a trust joins a fund during its year, signed by the host and by itself, and pays from its day on',
  async (t) => {
    const ledger = await withTrust(t);
    const sees = (officer: string) => (sightOf(ledger.ledger, officer) as Sight).sees(FUND);
    await refusals(t, ledger, FUND, [
      {
        officer: 'north-ccg-finance',
        act: 'propose',
        type: 'FundPartnerJoined',
        data: join,
        name: 'a partner that does not host',
        rule: 'wrong_partner',
      },
      {
        officer: 'county-finance',
        act: 'propose',
        type: 'FundPartnerJoined',
        data: { ...join, partner: 'nobody' },
        name: 'a body that is not registered',
        rule: 'partner_unknown',
      },
      {
        officer: 'county-finance',
        act: 'post',
        type: 'FundPartnerJoined',
        data: join,
        name: 'unsigned',
        rule: 'signature_needed',
      },
      {
        officer: 'county-finance',
        act: 'propose',
        type: 'FundPartnerJoined',
        data: { ...join, partner: SOUTH },
        name: 'a partner',
        rule: 'nothing_to_change',
      },
      {
        officer: `${TRUST}-finance`,
        act: 'propose',
        type: 'ContributionAgreed',
        data: paid(),
        name: 'before it is in',
        rule: 'not_in_fund',
      },
    ]);
    t.notOk(sees(`${TRUST}-finance`));
    const offer = await ledger.done('county-finance', {
      act: 'propose',
      fact: { type: 'FundPartnerJoined', data: join as never },
    });
    t.ok(sees(`${TRUST}-finance`), 'who is asked to sign reads what they sign');
    ledger.now('2016-03-02T09:00:00Z');
    await ledger.done(`${TRUST}-finance`, { act: 'agree', proposal: offer.outcome.proposal! });
    await refusals(t, ledger, FUND, [
      {
        officer: `${TRUST}-finance`,
        act: 'propose',
        type: 'ContributionAgreed',
        data: paid({ effective: '2016-09-30' }),
        name: 'for a day before',
        rule: 'not_in_fund',
      },
      {
        officer: 'county-finance',
        act: 'propose',
        type: 'FundPartnerJoined',
        data: { ...join, effective: '2016-05-01' },
        name: 'twice',
        rule: 'nothing_to_change',
      },
    ]);
    await ledger.signed(`${TRUST}-finance`, 'county-finance', 'ContributionAgreed', paid());
    t.notOk((await partnersAt(ledger, { on: '2016-09-30' })).includes(TRUST));
    t.ok((await partnersAt(ledger, { on: '2016-10-01' })).includes(TRUST));
    t.notOk(
      (await partnersAt(ledger, { on: '2016-10-01', 'known-at': '2016-03-01' })).includes(TRUST),
      'as known before',
    );
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('a partner leaves on its last day: what it agreed stands, and it agrees nothing for later days', async (t) => {
  const ledger = await withTrust(t);
  await ledger.signed('south-ccg-finance', 'county-finance', 'ContributionAgreed', {
    ...contribution({ contribution: 'south', payer: SOUTH, amount: '100.00' }),
    instalments: [
      { due: '2016-04-01', amount: '40.00' },
      { due: '2017-01-01', amount: '60.00' },
    ],
  });
  const leave = { effective: '2016-12-31', partner: SOUTH, reason: 'It commissions nothing here any more.' };
  const by = { officer: 'county-finance', act: 'propose', type: 'FundPartnerLeft' } as const;
  await refusals(t, ledger, FUND, [
    { ...by, name: 'the host', data: { ...leave, partner: COUNTY }, rule: 'host_stays' },
    { ...by, name: 'a stranger', data: { ...leave, partner: TRUST }, rule: 'not_in_fund' },
  ]);
  const offer = await ledger.done('county-finance', {
    act: 'propose',
    fact: { type: 'FundPartnerLeft', data: leave as never },
  });
  t.match(offer.outcome.warnings, [
    '£60.00 that south-ccg has agreed to pay falls due after that day, and stands until it is varied.',
  ]);
  await ledger.done('south-ccg-finance', { act: 'agree', proposal: offer.outcome.proposal! });
  await refusals(t, ledger, FUND, [
    {
      officer: 'south-ccg-finance',
      act: 'propose',
      type: 'ContributionAgreed',
      data: contribution({ payer: SOUTH, effective: '2017-01-01' }),
      name: 'for the day after',
      rule: 'not_in_fund',
    },
  ]);
  await ledger.signed(
    'south-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ payer: SOUTH, contribution: 'last', effective: '2016-12-31' }),
  );
  t.ok((await partnersAt(ledger, { on: '2017-01-01' })).includes(SOUTH), 'while it stands in the figures');
  t.match(await asked(ledger, 'position', { fund: FUND, on: '2017-03-31' }), {
    total: { agreed: '1000100.00', due: '1000100.00' },
  });
  const back = { effective: '2017-02-01', partner: SOUTH, reason: 'It comes back.' };
  await ledger.signed('county-finance', 'south-ccg-finance', 'FundPartnerJoined', back);
  await ledger.signed(
    'south-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ payer: SOUTH, contribution: 'again', effective: '2017-02-01' }),
  );
  for (const partner of [NORTH, EAST, SOUTH])
    await ledger.signed('county-finance', `${partner}-finance`, 'FundPartnerLeft', {
      ...leave,
      partner,
      effective: '2017-03-01',
    });
  t.equal(
    await ledger.refused('county-finance', {
      act: 'propose',
      fact: { type: 'FundPartnerLeft', data: { ...leave, partner: WEST, effective: '2017-03-02' } as never },
    }),
    'host_stays',
  );
  t.same((await verify(ledger.store)).problems, []);
});

t.test('who has left does not sign for those who stay, nor sign the plan off', async (t) => {
  const ledger = await openedLedger(t);
  for (const partner of [NORTH, EAST, WEST])
    await ledger.signed('county-finance', `${partner}-finance`, 'FundPartnerLeft', {
      effective: '2016-04-30',
      partner,
      reason: 'It leaves.',
    });
  ledger.now('2016-06-01T09:00:00Z');
  const council = contribution({ contribution: 'council', payer: COUNTY, source: 'LA_ADD', effective: '2016-06-01' });
  const offer = await ledger.done('county-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: council as never },
  });
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'agree', proposal: offer.outcome.proposal! }),
    'wrong_partner',
  );
  await ledger.done('south-ccg-finance', { act: 'agree', proposal: offer.outcome.proposal! });
  const signing = async (on: string): Promise<unknown> =>
    (
      await asked<{ capacities: readonly { readonly capacity: string; readonly partners: string[] }[] }>(
        ledger,
        'plan-year',
        { fund: FUND, on },
      )
    ).capacities.find(({ capacity }) => capacity === 'nhs-chief-finance-officer')!.partners;
  t.same(await signing('2016-04-30'), [NORTH, SOUTH]);
  t.same(await signing('2016-05-01'), [SOUTH]);
});

t.test(
  'a voluntary body pays no source of the two sectors and holds no grant, and is named as who delivers a line',
  async (t) => {
    const ledger = await withTrust(t);
    await ledger.signed('county-finance', `${CARERS}-finance`, 'FundPartnerJoined', {
      ...join,
      effective: '2016-04-01',
      partner: CARERS,
    });
    const scheme = {
      scheme: 'carers',
      title: 'Carers',
      type: 'carers-services',
      areaOfSpend: 'social-care',
      commissioner: { nhs: '1/3', localGovernment: '2/3' },
      provider: 'voluntary-sector',
      new: false,
    };
    const set = (deliveredBy: string[]) => line({ scheme: { ...scheme, deliveredBy } });
    await refusals(t, ledger, FUND, [
      {
        officer: `${CARERS}-finance`,
        act: 'propose',
        type: 'ContributionAgreed',
        data: contribution({ payer: CARERS }),
        name: 'of the NHS',
        rule: 'source_wrong_sector',
      },
      {
        officer: `${CARERS}-finance`,
        act: 'post',
        type: 'GrantDetermined',
        data: grant({ holder: CARERS }),
        name: 'a grant',
        rule: 'wrong_partner',
      },
      {
        officer: 'county-finance',
        act: 'post',
        type: 'GrantDetermined',
        data: grant({ passDown: { by: '2016-06-30', shares: [{ district: CARERS, amount: '900000.00' }] } }),
        name: 'passed down to it',
        rule: 'not_in_fund',
      },
      {
        officer: 'pool-manager',
        act: 'post',
        type: 'PlanLineSet',
        data: set([CARERS, 'nobody']),
        name: 'delivered by nobody',
        rule: 'partner_unknown',
      },
    ]);
    const done = await ledger.post('pool-manager', 'PlanLineSet', set([CARERS, TRUST]));
    t.ok(done);
    t.match(await asked(ledger, 'plan', { fund: FUND, on: '2016-04-01' }), {
      lines: [{ scheme: { commissioner: { nhs: '1/3' }, deliveredBy: [CARERS, TRUST] } }],
    });
    t.notOk(sightOf(ledger.ledger, `${CARERS}-finance`) instanceof Refusal);
  },
);

t.test(
  'a district is added to a grant out of another’s share, which signs; or out of what is in no share',
  async (t) => {
    const ledger = await openedLedger(t);
    await ledger.post(
      'county-finance',
      'GrantDetermined',
      grant({ passDown: { by: '2016-06-30', shares: [{ district: EAST, amount: '900000.00' }] } }),
    );
    await ledger.post('county-finance', 'GrantDetermined', grant({ grant: 'own', amount: '100.00' }));
    const added = {
      effective: '2016-05-01',
      grant: 'dfg',
      district: WEST,
      amount: '300000.00',
      from: EAST,
      reason: 'The determination was corrected.',
    };
    const by = { officer: 'county-finance', act: 'propose', type: 'GrantDistrictAdded' } as const;
    await refusals(t, ledger, FUND, [
      { ...by, name: 'out of nothing', data: { ...added, from: undefined }, rule: 'share_unfit' },
      { ...by, name: 'out of its own', data: { ...added, from: WEST }, rule: 'share_unfit' },
      { ...by, name: 'more than the other has', data: { ...added, amount: '900000.01' }, rule: 'more_than_share' },
      { ...by, name: 'to an NHS body', data: { ...added, district: NORTH }, rule: 'not_in_fund' },
      { ...by, name: 'of no grant', data: { ...added, grant: 'nothing' }, rule: 'reference_unknown' },
      {
        ...by,
        name: 'of a grant without a day',
        data: { ...added, grant: 'own', from: undefined, amount: '40.00' },
        rule: 'share_unfit',
      },
      {
        ...by,
        name: 'more than is in no share',
        data: { ...added, grant: 'own', from: undefined, amount: '100.01', by: '2016-06-30' },
        rule: 'share_unfit',
      },
    ]);
    const offer = await ledger.done('county-finance', {
      act: 'propose',
      fact: { type: 'GrantDistrictAdded', data: added as never },
    });
    t.equal(
      await ledger.refused('west-district-finance', { act: 'agree', proposal: offer.outcome.proposal! }),
      'wrong_partner',
    );
    const signed = await ledger.done('east-district-finance', { act: 'agree', proposal: offer.outcome.proposal! });
    t.equal(
      signed.outcome.events.at(-1)!.sentence,
      'west-district is owed £300,000.00 of the grant "dfg", out of the share of east-district, to be passed down by 30 June 2016: The determination was corrected.',
    );
    await ledger.signed('county-finance', 'east-district-finance', 'GrantDistrictAdded', {
      ...added,
      grant: 'own',
      district: EAST,
      from: undefined,
      amount: '40.00',
      by: '2016-12-31',
    });
    const shares = async (on: string): Promise<unknown> =>
      (
        await asked<{
          grants: readonly {
            readonly grant: string;
            readonly by: string;
            readonly districts: readonly { readonly district: string; readonly share: string }[];
          }[];
        }>(ledger, 'pass-down', { fund: FUND, on })
      ).grants.map(({ grant, by: day, districts }) => [
        grant,
        day,
        ...districts.map(({ district, share }) => `${district} ${share}`),
      ]);
    t.same(await shares('2016-04-30'), [['dfg', '2016-06-30', `${EAST} 900000.00`]]);
    t.same(await shares('2016-05-01'), [
      ['dfg', '2016-06-30', `${EAST} 600000.00`, `${WEST} 300000.00`],
      ['own', '2016-12-31', `${EAST} 40.00`],
    ]);
    const t5 = async (on: string): Promise<unknown> =>
      (
        await asked<{
          tests: readonly {
            readonly test: string;
            readonly rows: readonly { readonly of: string; readonly verdict: string }[];
          }[];
        }>(ledger, 'minimum-tests', { fund: FUND, on })
      ).tests
        .find(({ test }) => test === 'T5')!
        .rows.map(({ of, verdict }) => `${of} ${verdict}`);
    t.same(await t5('2016-07-01'), ['dfg: east-district fail', 'dfg: west-district fail', 'own: east-district pass']);
    await ledger.signed('county-finance', 'west-district-finance', 'GrantPassedDown', {
      effective: '2016-07-02',
      grant: 'dfg',
      district: WEST,
      amount: '300000.00',
    });
    t.match(await t5('2016-07-02'), ['dfg: east-district fail', 'dfg: west-district pass', 'own: east-district pass']);
    // The districts bear a cut in proportion to their shares, and the council bears the rest.
    await ledger.post('county-finance', 'GrantReduced', {
      effective: '2016-08-01',
      grant: 'own',
      amount: '10.00',
      cause: 'A letter',
    });
    t.match(await shares('2016-08-01'), [[], ['own', '2016-12-31', `${EAST} 36.00`]]);
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('every kind of body is of a sector, and the register tells it', async (t) => {
  const ledger = await openedLedger(t);
  for (const [name, kind] of [
    ['hackney', 'borough'],
    ['west-midlands', 'combined-authority'],
  ] as const)
    await registerBody(ledger, name, kind);
  await ledger.signed('county-finance', 'hackney-finance', 'FundPartnerJoined', {
    ...join,
    effective: '2016-04-01',
    partner: 'hackney',
  });
  await ledger.signed(
    'hackney-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ payer: 'hackney', source: 'LA_ADD' }),
  );
  t.match(await asked(ledger, 'partners', {}), {
    partners: [{}, {}, {}, {}, {}, { kind: 'London or metropolitan borough council' }, { kind: 'combined authority' }],
  });
});
