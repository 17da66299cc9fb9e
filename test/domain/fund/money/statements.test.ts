import t from 'tap';
import { fact, figures, gap } from '../../../support/figures.js';
import { COUNTY } from '../../../support/ledger.js';
import { openedLedger } from '../../../support/rules-alone.js';

t.test('what is assumed stands beside what is agreed and never inside it', async (t) => {
  const ledger = await openedLedger(t);
  const assumption = {
    effective: '2016-04-01',
    assumption: 'cost-sharing',
    partner: COUNTY,
    source: 'NHS_ADD',
    recurrent: true,
    amount: '28000000.00',
    basis: 'the budget expects the NHS to share the cost',
  };
  await ledger.post('county-finance', 'AssumptionStated', assumption);
  t.match(figures(ledger, COUNTY, '2016-04-01'), { assumed: '28000000.00', agreed: '0.00' });
  t.match(gap(ledger, '2016-04-01'), { assumed: '28000000.00', funded: '0.00', exposure: '0.00' });
  t.equal(
    await ledger.refused('county-finance', { act: 'post', fact: fact('AssumptionStated', assumption) }),
    'identifier_used',
  );
});
