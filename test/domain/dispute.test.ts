import t from 'tap';
import { disputing, raised, caseNamed, share, AREA, DISPUTES } from '../support/disputes.js';
import { QUERIES } from '../../src/ledger/queries/all.js';
import { z } from 'zod';

t.test('smoke', async (t) => {
  const ledger = await disputing(t);
  await ledger.post('county-finance', 'DisputeRaised', raised(), DISPUTES);
  const ask = async (name: string, given: object) => {
    const query = QUERIES.find((each) => each.name === name)!;
    return query.run(ledger.ledger, z.object({ ...query.params.shape, ...query.options.shape }).parse(given));
  };
  ledger.now('2019-03-20T09:00:00Z');
  await ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'SplitDecided',
    { effective: '2018-10-01', case: caseNamed('one'), decidedOn: '2019-03-20', split: share(6000), by: 'panel' },
    DISPUTES,
  );
  console.log(
    JSON.stringify(await ask('dispute-case', { area: AREA, case: caseNamed('one'), on: '2019-03-31' }), null, 1),
  );
  console.log(
    JSON.stringify(await ask('disputes', { area: AREA, on: '2019-03-31', 'known-at': '2018-12-31' }), null, 1),
  );
});
