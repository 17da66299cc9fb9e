import t from 'tap';
import { findingOf } from '../../src/web/screens/findings.js';
import type { Showing } from '../../src/web/screens/answer.js';

/** The sentence above the figures of an answer. */

const SHOWING = {
  dates: 'On a day.',
  names: { known: (name: string) => (name === 'county' ? 'Testshire County Council' : undefined) },
} as unknown as Showing;

const sentence = (name: string, answer: object): string =>
  findingOf(name, answer as never, SHOWING)
    .above.text.replace(/<[^>]*>/g, '')
    .trim();

const year = (gap: string) => ({ years: [{ year: '2016-17', fund: 'testshire-2016-17', gap }] });
const bridged = (change: string) => ({ change, rows: [{ kind: 'funding', row: 'x', total: change }] });

const ROWS: readonly (readonly [name: string, answer: object, sentence: string])[] = [
  ['medium-term', year('5.00'), 'The gap of 2016 to 2017 is £5.'],
  ['medium-term', year('-5.00'), 'In 2016 to 2017, £5 more is funded than is required.'],
  ['medium-term', { years: [{ year: '2016-17', fund: null, gap: '0.00' }] }, ''],
  ['bridge', bridged('0.00'), 'The gaps of these years have not changed in total.'],
  ['bridge', bridged('7.00'), 'The gaps of these years are £7 larger in all.'],
  ['bridge', bridged('-7.00'), 'The gaps of these years are £7 smaller in all.'],
  ['instalments', { overdue: '0.00' }, 'Nothing is overdue.'],
  ['instalments', { overdue: '3.00' }, '£3 is overdue.'],
  [
    'memorandum',
    { surplus: '0.00', closing: '0.00' },
    'The year has neither a surplus nor a deficit; the pool closes at nothing.',
  ],
  ['memorandum', { surplus: '2.00', closing: '2.00' }, 'The year has a surplus of £2; the pool closes at £2.'],
  ['memorandum', { surplus: '-2.00', closing: '1.00' }, 'The year has a deficit of £2; the pool closes at £1.'],
  ['mirror', { agrees: true }, 'Partners and pool agree: each sum is the same on both sides.'],
  ['mirror', { agrees: false }, 'Partners and pool do not agree: some sums differ.'],
  [
    'disputes',
    { openCases: 1, cases: 1, overdue: 0, open: '4.00', groups: [] },
    '1 of 1 case is open, over £4. No deadline is overdue.',
  ],
  [
    'disputes',
    { openCases: 2, cases: 3, overdue: 1, open: '4.00', disclosed: 'rounded', groups: [{ by: 'age', open: null }] },
    '2 of 3 cases are open, over about £4. 1 deadline overdue.',
  ],
  ['gap-history', { along: 'days', points: [{ at: '2015-04-01' }], fund: 'x-2016-17', on: '2016-03-31' }, ''],
  ['gap-history', { along: 'knowledge', points: [] }, ''],
  ['timeline', {}, ''],
];

t.test('each says what the figures come to, more or less than nothing', (t) => {
  for (const [name, answer, words] of ROWS) t.equal(sentence(name, answer), words, name);
  t.end();
});

t.test('a case says who claims what of whom, who pays meanwhile, and by when each stage ends', (t) => {
  const sums = { claimed: '9.00', agreed: '0.00', abandoned: '2.00', open: '7.00' };
  const sides = { claimant: 'county', respondent: 'north-ccg' };
  const plain = { ...sums, ...sides, intervals: [], stages: [] };
  t.equal(
    sentence('dispute-case', plain),
    'Testshire County Council claims £9 of north-ccg: nothing is agreed, £2 is abandoned, and £7 is open.',
  );
  const stages = [
    { stage: 'panel', entered: '2018-11-01', dueBy: null },
    { stage: 'panel', entered: '2018-12-01', dueBy: '2018-12-20' },
  ];
  const { above } = findingOf('dispute-case', { ...plain, stages }, SHOWING);
  t.match(above.text, /from 1 November 2018<br>no deadline/);
  t.match(above.text, /from 1 December 2018<br>due by 20 December 2018/);
  t.end();
});
