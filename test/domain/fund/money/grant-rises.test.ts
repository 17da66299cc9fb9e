import t from 'tap';
import { asked } from '../../../support/asking.js';
import { COUNTY, EAST, grant, line, WEST, type TestLedger } from '../../../support/ledger.js';
import { openedLedger } from '../../../support/rules-alone.js';

/**
 * A rise of an existing grant is a determination of its own, under its own name. In 2020-21, £68 million of Disabled
 * Facilities Grant came on top of £505 million. The first determination is not changed.
 */

const shares = (east: string, west: string) => ({
  by: '2016-06-30',
  shares: [
    { district: EAST, amount: east },
    { district: WEST, amount: west },
  ],
});

const RISE = {
  effective: '2016-12-01',
  grant: 'dfg-rise',
  amount: '121000.00',
  determination: 'A rise of the year, No 31/2',
  tranches: [{ due: '2016-12-15', amount: '121000.00' }],
  passDown: { ...shares('71000.00', '50000.00'), by: '2017-01-31' },
};

async function published(ledger: TestLedger, amount: string, revises?: string): Promise<void> {
  await ledger.post(
    'registrar',
    'AllocationPublished',
    {
      effective: revises === undefined ? '2016-04-01' : '2016-12-01',
      area: 'testshire',
      year: '2016-17',
      payer: COUNTY,
      source: 'DFG',
      amount,
      publication: 'Determination',
      ...(revises !== undefined && { revises }),
    },
    'register',
  );
}

interface Tests {
  readonly tests: readonly { readonly test: string; readonly verdict: string }[];
}

const verdicts = async (ledger: TestLedger, on: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await asked<Tests>(ledger, 'minimum-tests', { on })).tests.map(({ test, verdict }) => [test, verdict]),
  );

t.test('a rise of a standing grant adds up with it, by source and district, and changes nothing of it', async (t) => {
  const ledger = await openedLedger(t);
  await published(ledger, '900000.00');
  const { revision } = ledger.ledger.model.stream('register', 'register');
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: shares('500000.00', '400000.00') }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ source: 'DFG', amount: '900000.00' }));
  const first = await asked<{ contributions: object[] }>(ledger, 'contributions', { on: '2016-11-30' });
  ledger.now('2016-12-05T09:00:00Z');
  await published(ledger, '1021000.00', String(revision));
  t.match(await verdicts(ledger, '2016-12-01'), { T4: 'fail' }, 'the rise is published and not pooled yet');
  await ledger.post('county-finance', 'GrantDetermined', grant(RISE));
  t.match(await verdicts(ledger, '2016-12-01'), { T4: 'pass', T6: 'pass' });
  t.match(await verdicts(ledger, '2016-11-30'), { T4: 'pass' }, 'before it, the first is all that was determined');
  t.match(await asked(ledger, 'partner-position', { partner: COUNTY, on: '2016-12-31' }), {
    sources: [{ source: 'DFG', figures: { agreed: '1021000.00', due: '1021000.00' } }],
  });
  t.match(await asked(ledger, 'gap', { on: '2016-12-31' }), { gap: '-121000.00', recurrentGap: '-121000.00' });
  t.match(await asked(ledger, 'pass-down', { on: '2016-12-31' }), {
    grants: [
      { grant: 'dfg', share: '900000.00', by: '2016-06-30' },
      { grant: 'dfg-rise', share: '121000.00', by: '2017-01-31', districts: [{ share: '71000.00' }, {}] },
    ],
  });
  t.match(await asked(ledger, 'instalments', { on: '2016-12-31' }), {
    instalments: [
      { item: 'dfg', amount: '900000.00' },
      { item: 'dfg-rise', amount: '121000.00' },
    ],
  });
  const again = await asked<{ contributions: object[] }>(ledger, 'contributions', { on: '2016-11-30' });
  t.same(again.contributions, first.contributions, 'on the day before it the grant stands as it did');
});

t.test('a rise is received and reduced by itself', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('county-finance', 'GrantDetermined', grant());
  await ledger.post('county-finance', 'GrantDetermined', grant({ ...RISE, passDown: undefined }));
  ledger.now('2017-01-05T09:00:00Z');
  const tranche = { effective: '2016-12-15', bankReference: 'BACS 1' };
  await ledger.post('county-finance', 'GrantTrancheReceived', { ...tranche, grant: 'dfg-rise', amount: '121000.00' });
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: {
        type: 'GrantTrancheReceived',
        data: { ...tranche, grant: 'dfg-rise', amount: '0.01', bankReference: 'BACS 2' } as never,
      },
    }),
    'more_than_determined',
    'what came beyond the rise is not received of it',
  );
  t.match(await asked(ledger, 'partner-position', { partner: COUNTY, on: '2017-01-05' }), {
    total: { agreed: '1021000.00', received: '121000.00', overdue: '900000.00' },
  });
});
