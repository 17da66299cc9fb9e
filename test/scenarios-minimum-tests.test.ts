import t from 'tap';
import type { LoadFile } from '../src/ledger/acts/load.js';
import type { TestLedger } from './support/ledger.js';
import { testsOf, type AskedTest } from './support/plan.js';
import { loadedLedger, scenarios } from './support/scenarios.js';

/**
 * The minimum tests over the true story of Norfolk's Disabled Facilities Grant of 2017-18 (docs/sources.md, Grants of
 * single councils).
 */
const SOUTH_NORFOLK = 'dfg-2017-18: south-norfolk-district';

const stories = () => scenarios(/^norfolk-[1-48]-/);

async function passDown(ledger: TestLedger, on: string, knownAt?: string): Promise<AskedTest> {
  const { tests } = await testsOf(ledger, on, { fund: 'norfolk-2017-18', ...(knownAt && { knownAt }) });
  return tests.find((each) => each.test === 'T5')!;
}

t.test('with one district missing the grant passes on 30 June 2017 and fails on 1 July, naming it', async (t) => {
  const files = stories().map(({ name, content }) => {
    const file = content as LoadFile;
    const steps = file.steps.filter((step) => !JSON.stringify(step).includes('pass-south-norfolk'));
    return { name, content: { ...file, steps } };
  });
  t.equal(
    files.flatMap(({ content }) => content.steps).length,
    stories().flatMap(({ content }) => (content as LoadFile).steps).length - 2,
    'South Norfolk’s proposal and its signature are left out',
  );
  const ledger = await loadedLedger(t, files);

  const june = await passDown(ledger, '2017-06-30');
  t.equal(june.verdict, 'pass');
  t.equal(
    june.rows.find((row) => row.of === SOUTH_NORFOLK)!.why,
    'south-norfolk-district lacks £650,000.00, due by 30 June 2017.',
  );

  const july = await passDown(ledger, '2017-07-01');
  t.match(july, { verdict: 'fail', margin: '-650000.00' });
  t.same(
    july.rows.filter((row) => row.verdict === 'fail'),
    [
      {
        of: SOUTH_NORFOLK,
        required: '650000.00',
        actual: '0.00',
        margin: '-650000.00',
        verdict: 'fail',
        why: 'south-norfolk-district lacks £650,000.00, which was due by 30 June 2017.',
      },
    ],
  );
  t.equal(july.rows.length, 7);
});

t.test('as it happened, the last district confirmed on the last day: known before it, 1 July fails', async (t) => {
  const ledger = await loadedLedger(t, stories());
  t.equal((await passDown(ledger, '2017-06-30')).verdict, 'pass');
  t.match(await passDown(ledger, '2017-07-01'), { verdict: 'pass', margin: '0.00' });
  t.match(await passDown(ledger, '2017-07-01', '2017-06-29'), { verdict: 'fail', margin: '-650000.00' });
  t.match(await passDown(ledger, '2017-06-30', '2017-06-29'), { verdict: 'pass' });

  const { facts } = await passDown(ledger, '2017-07-01');
  t.equal(facts!.length, 8, 'the determination and seven districts');
  t.match(facts!.at(-1)!.sentence, /passed £650,000.00 .* down to south-norfolk-district/);
});

t.test('the grants of 2017-18 are pooled as they were published; what no source gives is not tested', async (t) => {
  const ledger = await loadedLedger(t, stories());
  const { tests } = await testsOf(ledger, '2017-06-30', { fund: 'norfolk-2017-18' });
  t.match(tests[3], {
    test: 'T4',
    verdict: 'pass',
    rows: [
      { of: 'DFG of norfolk-county-council', required: '6923659.00', margin: '0.00' },
      { of: 'IBCF_2017 of norfolk-county-council', required: '18561000.00', margin: '0.00' },
    ],
  });
  t.match(tests[0], { test: 'T1', verdict: 'not-applicable', why: 'No allocation of NHS_MIN is published.' });
  // The first day of the year as known before the publication, and before the determination.
  const before = await testsOf(ledger, '2017-06-30', { fund: 'norfolk-2017-18', knownAt: '2017-04-01' });
  t.match(before.tests[3], { verdict: 'not-applicable', rows: [{ of: 'IBCF_2017 of norfolk-county-council' }] });
});
