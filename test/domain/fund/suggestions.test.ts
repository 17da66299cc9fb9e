import t from 'tap';
import { financialYear } from '../../../src/domain/calendar.js';
import { KINDS } from '../../../src/ledger/catalogue.js';

/** What a form suggests of a fact of a fund once other fields are answered. */

const YEAR = financialYear('2016-17')!;

type Row = readonly [type: string, answers: Readonly<Record<string, string>>, suggested: object | undefined];

const ROWS: readonly Row[] = [
  ['FundOpened', { year: '2017-18' }, { effective: '2017-04-01' }],
  ['FundOpened', {}, { effective: undefined }],
  ['BalanceOpened', {}, { effective: '2016-04-01' }],
  ['PeriodClosed', { period: '1' }, { effective: '2016-04-30' }],
  ['NothingStated', { period: '12' }, { effective: '2017-03-31' }],
  ['PeriodClosed', { period: '13' }, undefined],
  ['PeriodClosed', {}, undefined],
  ['ReturnSubmitted', { kind: 'quarter-3' }, { on: '2016-12-31' }],
  ['ReturnSubmitted', { kind: 'ibcf' }, undefined],
  ['ReturnSubmitted', { kind: 'toString' }, undefined],
  ['ReturnSubmitted', {}, undefined],
];

t.test('the day that follows from what was answered is suggested, and none where none follows', (t) => {
  for (const [type, answers, suggested] of ROWS)
    t.strictSame(
      KINDS.fund.byName.get(type)!.suggests!(answers, YEAR),
      suggested,
      `${type} ${JSON.stringify(answers)}`,
    );
  for (const type of ['BalanceOpened', 'PeriodClosed', 'ReturnSubmitted'])
    t.equal(KINDS.fund.byName.get(type)!.suggests!({ period: '1', kind: 'quarter-3' }, undefined), undefined, type);
  t.end();
});
