import t, { type Test } from 'tap';
import { asked, tableOf } from '../support/asking.js';
import { BOARD, DOWNTON, MERGED, merger, MIDDLETON, registerAll, split, succeeded, UPTON } from '../support/bodies.js';
import { contribution, COUNTY, NORTH, SOUTH, type TestLedger } from '../support/ledger.js';
import { openedLedger } from '../support/rules-alone.js';

/** Two groups that merge in October and become a board in February, and a county that is split in December. */
async function changed(t: Test): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  ledger.now('2017-04-10T09:00:00Z');
  for (const [payer, amount] of [
    [NORTH, '600.01'],
    [SOUTH, '300.00'],
  ] as const) {
    const own = contribution({ contribution: payer, payer, amount });
    await ledger.signed(`${payer}-finance`, 'county-finance', 'ContributionAgreed', own);
    const received = { effective: '2016-04-02', contribution: payer, amount, bankReference: 'BACS' };
    await ledger.post('county-finance', 'ContributionReceived', received);
  }
  for (const [name, effective, amount, recurrent] of [
    ['one', '2016-04-01', '100.01', true],
    ['two', '2016-04-01', '100.01', false],
    ['three', '2016-12-24', '0.01', true],
  ] as const) {
    const own = { contribution: name, payer: COUNTY, source: 'LA_ADD', effective, amount, recurrent };
    await ledger.signed('county-finance', 'north-ccg-finance', 'ContributionAgreed', contribution(own));
  }
  await succeeded(ledger, merger());
  await succeeded(ledger, merger({ effective: '2017-02-01', predecessors: [MERGED], successors: [BOARD] }));
  await succeeded(ledger, split({ effective: '2016-12-01' }));
  return ledger;
}

interface Traced {
  readonly total: string;
  readonly facts: readonly { readonly stream: string; readonly type: string; readonly amount: string }[];
}

t.test('what a partner’s figure is traced to adds up to its position, whoever has ended', async (t) => {
  const ledger = await changed(t);
  for (const on of ['2016-09-30', '2016-10-01', '2016-12-01', '2017-01-31', '2017-03-31']) {
    const { partners } = await asked<{ partners: { partner: string; total: Record<string, string> }[] }>(
      ledger,
      'position',
      { on },
    );
    for (const measure of ['agreed', 'due', 'received']) {
      for (const { partner, total } of partners) {
        const { total: traced } = await asked<Traced>(ledger, 'trace', { on, measure, partner });
        t.equal(traced, total[measure], `${measure} of ${partner} on ${on}`);
      }
    }
  }
  t.match((await asked<Traced>(ledger, 'trace', { on: '2017-01-31', partner: MERGED })).facts, [
    {
      stream: 'register',
      type: 'PartnerSucceeded',
      on: '2016-10-01',
      holder: MERGED,
      source: 'NHS_ADD',
      item: '',
      amount: '600.01',
      by: [
        { officer: 'registrar', act: 'proposed' },
        { officer: `${SOUTH}-chief`, act: 'signed' },
      ],
    },
    { type: 'PartnerSucceeded', holder: MERGED, amount: '300.00', by: [{}, { officer: `${MERGED}-chief` }] },
  ]);
});

t.test('a body that has ended is traced to what it held and what was passed on', async (t) => {
  const ledger = await changed(t);
  const rows = async (partner: string, on = '2017-03-31') => {
    const { total, facts } = await asked<Traced>(ledger, 'trace', { partner, on });
    return [total, ...facts.map(({ stream, amount }) => `${stream} ${amount}`)];
  };
  t.same(await rows(NORTH, '2016-09-30'), ['600.01', 'fund 600.01']);
  t.same(await rows(NORTH), ['0.00', 'fund 600.01', 'register -600.01']);
  t.same(await rows(MERGED), ['0.00', 'register 600.01', 'register 300.00', 'register -900.01']);
  t.same(await rows(BOARD), ['900.01', 'register 900.01']);
  t.same(await rows(UPTON, '2016-12-01'), ['66.66', 'register 66.66']);
  const { rows: traced, totals = [] } = await tableOf(ledger, 'trace', { on: '2017-03-31', partner: BOARD });
  t.same(
    traced.map((row) => [row[5], row[9]]),
    [['900.01', 'register']],
  );
  t.same(
    totals.map((row) => row[5]),
    ['900.01'],
  );
  const { facts } = await asked<Traced>(ledger, 'trace', { on: '2017-03-31' });
  t.same(
    facts.map(({ stream, amount }) => `${stream} ${amount}`),
    ['fund 600.01', 'fund 300.00', 'fund 100.01', 'fund 100.01', 'fund 0.01'],
    'for all partners together nothing is passed on',
  );
});

t.test('an instalment names its payer as recorded, and who is to pay it on the day', async (t) => {
  const ledger = await changed(t);
  const payers = async (on: string) =>
    (
      await asked<{ instalments: { item: string; payer: string; payersNow: string[] }[] }>(ledger, 'instalments', {
        on,
      })
    ).instalments.map(({ item, payer, payersNow }) => [item, payer, ...payersNow]);
  t.same(await payers('2016-09-30'), [
    [NORTH, NORTH, NORTH],
    [SOUTH, SOUTH, SOUTH],
    ['one', COUNTY, COUNTY],
    ['two', COUNTY, COUNTY],
    ['three', COUNTY, COUNTY],
  ]);
  t.same(await payers('2017-01-31'), [
    [NORTH, NORTH, MERGED],
    [SOUTH, SOUTH, MERGED],
    ['one', COUNTY, DOWNTON, MIDDLETON, UPTON],
    ['two', COUNTY, DOWNTON, MIDDLETON, UPTON],
    ['three', COUNTY, DOWNTON],
  ]);
  const now = async (on: string) => (await tableOf(ledger, 'instalments', { on })).rows.map((row) => row[2]);
  t.same(await now('2016-09-30'), ['', '', '', '', '']);
  t.same((await now('2017-01-31')).slice(0, 3), [MERGED, MERGED, 'downton-council, middleton-council, upton-council']);
});
