import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { demonstrationTable } from '../src/cli/demonstration.js';
import { load, planLoad, type LoadFile, type NamedFile } from '../src/ledger/load.js';
import { verify } from '../src/ledger/verify.js';
import { emptyLedger, openedLedger } from './support/ledger.js';

const FOLDER = fileURLToPath(new URL('../../scenarios', import.meta.url));

const scenarios = (): NamedFile[] =>
  readdirSync(FOLDER)
    .sort()
    .map((name) => ({ name, content: JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as unknown }));

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
  t.same(await load(planned, loading), { recorded: planned.length, replayed: 0 });
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
    ['DFG of norfolk-2017-18, on 2017-06-30, known at 2017-06-30', 'passed down 6,923,659.00; in full'],
    [
      'DFG of norfolk-2017-18, on 2017-06-30, known at 2017-06-29',
      'passed down 6,273,659.00; not in full; South Norfolk District Council lacks 650,000.00',
    ],
  ];
  for (const [asked, answer] of expected) t.equal(rows.get(asked), answer, asked);
  t.equal(rows.size, 11, 'the head, and ten questions');

  const head = await ledger.store.head();
  t.same(await load(planned, loading), { recorded: 0, replayed: planned.length }, 'loading again changes nothing');
  t.equal(await ledger.store.head(), head);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a ledger without the scenarios says so', async (t) => {
  t.match(await demonstrationTable((await openedLedger(t)).ledger), /There is no fund named norfolk-2016-17/);
});
