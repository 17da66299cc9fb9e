import t from 'tap';
import { Refusal, type RuleCode } from '../../../../src/domain/rules.js';
import { fact, figures, gap } from '../../../support/figures.js';
import { COUNTY, EAST, grant, NORTH, WEST } from '../../../support/ledger.js';
import { openedLedger } from '../../../support/rules-alone.js';

t.test('a grant is received, put at risk, lifted and reduced within its determination', async (t) => {
  const ledger = await openedLedger(t);
  const tranches = ['2016-05-01', '2016-08-01', '2016-11-01'].map((due) => ({ due, amount: '300000.00' }));
  await ledger.post('county-finance', 'GrantDetermined', grant({ tranches }));
  const post = (type: string, data: object): Promise<unknown> =>
    ledger.post('county-finance', type, { effective: '2016-05-01', grant: 'dfg', ...data });
  const no = (type: string, data: object): Promise<RuleCode> =>
    ledger.refused('county-finance', {
      act: 'post',
      fact: fact(type, { effective: '2016-05-01', grant: 'dfg', ...data }),
    });
  const cause = 'targets were missed';
  await post('GrantTrancheReceived', { amount: '300000.00', bankReference: 'one' });
  t.equal(await no('GrantTrancheReceived', { amount: '600000.01', bankReference: 'two' }), 'more_than_determined');
  t.equal(
    await no('GrantTrancheReceived', { grant: 'none', amount: '1.00', bankReference: 'two' }),
    'reference_unknown',
  );
  await post('GrantPutAtRisk', { amount: '500000.00', cause });
  t.match(figures(ledger, COUNTY, '2016-05-01'), { agreed: '900000.00', atRisk: '500000.00', received: '300000.00' });
  t.match(
    gap(ledger, '2016-05-01'),
    { funded: '900000.00', exposure: '500000.00' },
    'shown beside what is agreed, not inside it',
  );
  t.equal(await no('GrantPutAtRisk', { amount: '400000.01', cause }), 'more_than_determined');
  t.equal(await no('GrantPutAtRisk', { grant: 'none', amount: '1.00', cause }), 'reference_unknown');
  t.equal(await no('GrantRiskLifted', { amount: '500000.01', cause }), 'more_than_at_risk');
  t.equal(await no('GrantRiskLifted', { grant: 'none', amount: '1.00', cause }), 'reference_unknown');
  await post('GrantRiskLifted', { amount: '100000.00', cause });
  t.equal(await no('GrantReduced', { amount: '900000.01', cause }), 'more_than_determined');
  t.equal(
    await no('GrantReduced', { amount: '600000.01', cause }),
    'more_than_determined',
    'not below what was received',
  );
  t.equal(await no('GrantReduced', { grant: 'none', amount: '1.00', cause }), 'reference_unknown');
  t.equal(
    await no('GrantReduced', { amount: '1.00', cause, tranches: [{ due: '2016-05-01', amount: '1.00' }] }),
    'schedule_mismatch',
  );
  await post('GrantReduced', { effective: '2016-06-01', amount: '200000.00', cause });
  t.match(figures(ledger, COUNTY, '2016-06-01'), { agreed: '700000.00', atRisk: '200000.00' });
  t.match(figures(ledger, COUNTY, '2016-08-01'), { due: '500000.00' });
  t.match(figures(ledger, COUNTY, '2016-11-01'), { due: '700000.00' });
  await post('GrantReduced', {
    effective: '2016-07-01',
    amount: '300000.00',
    cause,
    tranches: [{ due: '2016-12-01', amount: '100000.00' }],
  });
  t.match(figures(ledger, COUNTY, '2016-11-30'), { agreed: '400000.00', atRisk: '0.00', due: '300000.00' });
  t.equal(
    await ledger.refused('north-ccg-finance', {
      act: 'post',
      fact: fact('GrantPutAtRisk', { effective: '2016-05-01', grant: 'dfg', amount: '1.00', cause }),
    }),
    'wrong_partner',
  );
});

t.test('a grant is passed down when the district confirms it, within its share', async (t) => {
  const ledger = await openedLedger(t);
  const shares = [
    { district: EAST, amount: '400000.00' },
    { district: WEST, amount: '500000.00' },
  ];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-06-30', shares } }));
  const pass = (more: object = {}) => ({
    effective: '2016-06-01',
    grant: 'dfg',
    district: EAST,
    amount: '400000.00',
    ...more,
  });
  const propose = (data: object) => ({
    act: 'propose' as const,
    fact: fact('GrantPassedDown', data as Readonly<Record<string, unknown>>),
  });
  t.equal(await ledger.refused('county-finance', propose(pass({ amount: '400000.01' }))), 'more_than_share');
  t.equal(
    await ledger.refused('county-finance', propose(pass({ district: NORTH }))),
    'more_than_share',
    'a body without a share',
  );
  t.equal(await ledger.refused('county-finance', propose(pass({ grant: 'none' }))), 'reference_unknown');
  const { outcome } = await ledger.done('county-finance', propose(pass()));
  t.equal(
    await ledger.refused('west-district-finance', { act: 'agree', proposal: outcome.proposal! }),
    'wrong_partner',
  );
  await ledger.done('east-district-finance', {
    act: 'counter',
    proposal: outcome.proposal!,
    fact: fact('GrantPassedDown', pass({ amount: '300000.00' })),
  });
  await ledger.done('county-finance', { act: 'agree', proposal: outcome.proposal! });
  await ledger.signed('county-finance', 'east-district-chief', 'GrantPassedDown', pass({ amount: '100000.00' }));
  t.equal(await ledger.refused('county-finance', propose(pass({ amount: '0.01' }))), 'more_than_share');
});

t.test('a grant is passed down to other councils than its holder', async (t) => {
  const ledger = await openedLedger(t);
  const to = async (district: string) => {
    const data = grant({
      passDown: {
        by: '2016-12-31',
        shares: [
          { district: EAST, amount: '400000.00' },
          { district, amount: '500000.00' },
        ],
      },
    });
    const done = await ledger.submit('county-finance', { act: 'post', fact: fact('GrantDetermined', data) });
    return done instanceof Refusal ? `${done.rule}: ${done.detail}` : 'determined';
  };
  t.equal(
    await to(COUNTY),
    'not_in_fund: county holds "dfg", and nothing is passed down to itself: its own part is a grant without "passDown".',
  );
  t.equal(await to(NORTH), 'not_in_fund: north-ccg is an NHS body; "dfg" is passed down to councils.');
  t.equal(
    await to('elsewhere'),
    'not_in_fund: elsewhere is not a partner of testshire-2016-17; its partners on 1 April 2016 are county, north-ccg, south-ccg, east-district, west-district.',
  );
  t.equal(await to(WEST), 'determined');
});

t.test('a cut takes what is at risk and the districts’ shares with it, whatever was recorded first', async (t) => {
  const ledger = await openedLedger(t);
  const shares = [
    { district: EAST, amount: '40.00' },
    { district: WEST, amount: '60.00' },
  ];
  const post = (type: string, data: object) =>
    ledger.post('county-finance', type, { grant: 'dfg', cause: 'x', ...data });
  await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({ amount: '100.00', passDown: { by: '2016-06-30', shares } }),
  );
  await post('GrantPutAtRisk', { effective: '2016-09-01', amount: '100.00' });
  await post('GrantReduced', { effective: '2016-05-01', amount: '60.00' });
  t.match(figures(ledger, COUNTY, '2016-08-31'), { agreed: '40.00', atRisk: '0.00' });
  t.match(figures(ledger, COUNTY, '2016-09-01'), { agreed: '40.00', atRisk: '40.00' });
  t.equal(
    await ledger.refused('county-finance', {
      act: 'propose',
      fact: fact('GrantPassedDown', { effective: '2016-06-01', grant: 'dfg', district: EAST, amount: '16.01' }),
    }),
    'more_than_share',
  );
  await ledger.signed('county-finance', 'east-district-finance', 'GrantPassedDown', {
    effective: '2016-06-01',
    grant: 'dfg',
    district: EAST,
    amount: '16.00',
  });
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: fact('GrantReduced', { effective: '2016-07-01', grant: 'dfg', amount: '10.00', cause: 'x' }),
    }),
    'more_than_share',
    'a cut below what a district has received',
  );
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: fact('GrantReduced', { effective: '2016-03-31', grant: 'dfg', amount: '10.00', cause: 'x' }),
    }),
    'effective_outside_year',
  );
  const early = await ledger.post(
    'county-finance',
    'GrantDetermined',
    grant({ grant: 'late', effective: '2016-06-01', tranches: [{ due: '2016-06-01', amount: '900000.00' }] }),
  );
  t.ok(early);
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: fact('GrantReduced', { effective: '2016-05-01', grant: 'late', amount: '10.00', cause: 'x' }),
    }),
    'before_it_began',
  );
});
