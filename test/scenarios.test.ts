import t from 'tap';
import { demonstrationTable } from '../src/cli/demonstration.js';
import { load, planLoad, type LoadFile } from '../src/ledger/acts/load.js';
import { verify } from '../src/ledger/audit/verify.js';
import { asked } from './support/asking.js';
import { emptyLedger, openedLedger } from './support/ledger.js';
import { demonstration, scenarios } from './support/scenarios.js';

t.test('every number of the scenarios is sourced or marked synthetic', async (t) => {
  for (const { name, content } of scenarios()) {
    for (const [index, step] of (content as LoadFile).steps.entries()) {
      t.ok(step.evidence?.length || step.synthetic, `${name}, step ${index + 1}`);
    }
  }
});

t.test('the demonstration answers what nobody could answer in 2016', async (t) => {
  const ledger = await emptyLedger(t);
  const loading = { ledger: ledger.ledger, clock: ledger.clock, signedInBy: 'file' };
  const planned = planLoad(scenarios());
  t.same(await load(planned, loading), { recorded: planned.length, replayed: 0, warnings: [] });
  const table = await demonstrationTable(ledger.ledger);
  const rows = new Map(table.split('\n').map((row) => row.split(/\s{2,}/) as [string, string]));
  const expected: readonly (readonly [string, string])[] = [
    [
      'Gap of norfolk-2016-17, on 2016-04-01, known at 2016-04-30',
      'requirement 7,000,000.00; funded 0.00; soft 7,000,000.00; hard 0.00',
    ],
    [
      'The same day, known at 2016-06-30',
      'soft 0.00; hard 7,000,000.00; stated 7,000,000.00 by Press: newspaper report, 2016-05-30; stated 7,500,000.00 by House of Commons: Norman Lamb MP, 2016-06-06',
    ],
    [
      'On 2017-03-31, known at 2017-06-30',
      'funded 5,000,000.00; gap 2,000,000.00; recurrentGap 7,000,000.00; one-off 5,000,000.00 by Payer not named in the sources',
    ],
    [
      'Why did the first two differ?',
      '5 × DiscretionaryPaymentWithdrawn, hard norwich-ccg 1,600,000.00 + north-norfolk-ccg 1,250,000.00 + south-norfolk-ccg 1,500,000.00 + west-norfolk-ccg 1,200,000.00 + great-yarmouth-and-waveney-ccg 1,450,000.00 = 7,000,000.00',
    ],
    [
      'What of Suffolk’s 2016-17 would be carried into 2017-18',
      'plan lines 41,500,000.00; contributions 500,000.00; 3 minimum contributions are set by the rules of the new year',
    ],
    [
      'A deal of five groups and the council (invented), on 2016-06-01, known at 2016-05-31',
      'requirement 7,000,000.00; funded 0.00; soft 5,000,000.00; hard 2,000,000.00',
    ],
    [
      'A deal of five groups and the council (invented), on 2016-06-01, known at 2016-06-08',
      'requirement 7,000,000.00; funded 0.00; soft 4,900,000.00; hard 2,100,000.00',
    ],
    [
      'A deal of five groups and the council (invented), on 2016-06-01, known at 2016-06-13',
      'requirement 4,900,000.00; funded 4,900,000.00; soft 0.00; hard 0.00',
    ],
    [
      'Norfolk County Council, IBCF_2017, norfolk-2017-18, on 2017-07-31',
      'agreed 18,561,000.00; due 6,187,000.00; received 6,187,000.00; overdue 0.00; outstanding 12,374,000.00',
    ],
    [
      'Plan lines on 2017-07-24, before the change agreed in July 2017',
      'market-stability 9,300,000.00; mental-health-delayed-transfers 0.00; total 25,484,659.00',
    ],
    [
      'Plan lines on 2017-07-25, after the change agreed in July 2017',
      'market-stability 9,100,000.00; mental-health-delayed-transfers 200,000.00; total 25,484,659.00',
    ],
    ['norfolk-2018-19 once the warning of September 2017 is known', 'agreed 11,901,000.00; atRisk 11,000,000.00'],
    [
      'The paper of 4 September 2017: adult social care at P4',
      '5 lines; budget 261,313,000.00; forecast 261,313,000.00; variance 0.00',
    ],
    ['Its savings', 'planned 14,213,000.00; forecast 10,626,000.00; atRisk 3,587,000.00'],
    [
      'Its reserves, and the provision beside them',
      'opening 2,074,000.00; plannedUse 1,273,000.00; plannedClosing 801,000.00; provision 4,157,000.00',
    ],
    ['DFG of norfolk-2017-18, on 2017-06-30, known at 2017-06-30', 'passed down 6,923,659.00; in full'],
    [
      'DFG of norfolk-2017-18, on 2017-06-30, known at 2017-06-29',
      'passed down 6,273,659.00; not in full; South Norfolk District Council lacks 650,000.00',
    ],
    [
      'A dispute of £1,400 a week: the third quarter, before the panel of March 2019, on 2018-12-31, known at 2019-01-15',
      'claimed 18,400.00; agreed 0.00; abandoned 0.00; open 18,400.00',
    ],
    [
      'A dispute of £1,400 a week: the third quarter, after it, on 2018-12-31, known at 2019-03-31',
      'claimed 18,400.00; agreed 11,040.00; abandoned 7,360.00; open 0.00',
    ],
    [
      'A dispute of £1,400 a week: the whole claim, on 2019-03-31, known at 2019-03-31',
      'claimed 36,400.00; agreed 21,840.00; abandoned 14,560.00; open 0.00',
    ],
    ['Disputes of norfolk on 2023-07-30, before the settlement', 'openCases 14; open 9,350,000.00'],
    [
      'The settlement of norfolk, on 2023-09-30',
      'claimed 9,350,000.00; open 0.00; norfolk-and-waveney-icb paid 5,950,000.00; norfolk-county-council paid 1,000,000.00; norfolk-county-council wrote off 2,400,000.00; net to Norfolk County Council 4,950,000.00',
    ],
    [
      'Gap of lancashire-2023-24 on 2024-03-31: assumed, not agreed',
      'funded 0.00; assumed 28,000,000.00; openClaims 358,800.57; exposure 358,800.57',
    ],
  ];
  for (const [asked, answer] of expected) t.equal(rows.get(asked), answer, asked);
  t.equal(rows.size, 24, 'the head, and twenty-three questions');

  const head = await ledger.store.head();
  t.same(
    await load(planned, loading),
    { recorded: 0, replayed: planned.length, warnings: [] },
    'loading again changes nothing',
  );
  t.equal(await ledger.store.head(), head);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a ledger without the scenarios says so', async (t) => {
  t.match(await demonstrationTable((await openedLedger(t)).ledger), /There is no fund named norfolk-2016-17/);
});

t.test('a return stays as it was filed, whatever is decided of its quarter later', async (t) => {
  const ledger = await emptyLedger(t);
  const loading = { ledger: ledger.ledger, clock: ledger.clock, signedInBy: 'file' };
  const planned = planLoad(scenarios());
  const FILED = '2019-01-15T12:00:00Z';
  const filed = { area: 'norfolk', on: '2018-12-31', 'known-at': FILED };
  await load(
    planned.filter(({ step }) => step.at! <= FILED),
    loading,
  );
  const asFiled = await asked(ledger, 'disputes', filed);
  await load(planned, loading);
  t.match(asFiled, { open: '18400.00', agreed: '0.00' });
  const later = await asked(ledger, 'disputes', filed);
  t.same(later, { ...asFiled, settled: true }, 'figures, and how much of the ledger they were drawn from');
  t.match(await asked(ledger, 'disputes', { area: 'norfolk', on: '2018-12-31', 'known-at': '2019-03-31' }), {
    open: '0.00',
    agreed: '11040.00',
    abandoned: '7360.00',
  });
});

t.test('the settlement of Norfolk accounts for every case’s claim to the penny', async (t) => {
  const ledger = await demonstration(t);
  const { lines, ...sheet } = await asked(ledger, 'settlement', {
    area: 'norfolk',
    settlement: 'norfolk-2023',
    on: '2023-09-30',
  });
  const pence = (text: string): number => Number(text.replace('.', ''));
  const all = lines as { claimant: string; claimed: string; agreed: string; abandoned: string; open: string }[];
  for (const line of all) {
    t.equal(pence(line.agreed) + pence(line.abandoned) + pence(line.open), pence(line.claimed));
    t.equal(line.open, '0.00');
  }
  const council = all.filter((line) => line.claimant === 'norfolk-county-council');
  t.equal(
    council.reduce((sum, line) => sum + pence(line.claimed), 0),
    835_000_000,
    'the council’s side of the claims',
  );
  t.match(sheet, { claimed: '9350000.00', agreed: '6950000.00', abandoned: '2400000.00', open: '0.00' });
});

t.test('what Lancashire assumed is in nobody’s agreed position', async (t) => {
  const ledger = await demonstration(t);
  const { partners, total } = await asked(ledger, 'position', { fund: 'lancashire-2023-24', on: '2024-03-31' });
  t.same(
    (partners as { total: Record<string, string> }[]).map(({ total: own }) => own['agreed']),
    ['0.00', '0.00'],
  );
  t.match(total, { agreed: '0.00', proposed: '0.00', assumed: '28000000.00' });
});
