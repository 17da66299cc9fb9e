import t from 'tap';
import { linear, ticks, unitOf } from '../../src/web/charts/scale.js';
import { stepChart } from '../../src/web/charts/steps.js';
import { waterfall } from '../../src/web/charts/waterfall.js';

/**
 * Plain functions draw the charts. The tests check that each value is drawn in its place, and that a text describes the
 * chart.
 */

t.test('an axis counts in round values, from nothing or below it to above the greatest', async (t) => {
  t.same(ticks(0, 7_000_000), [0, 2_000_000, 4_000_000, 6_000_000, 8_000_000]);
  t.same(ticks(-30, 40), [-40, -20, 0, 20, 40]);
  t.same(ticks(0, 0), [0], 'of nothing but nothing');
  t.equal(unitOf([0, 8_000_000]).title, '£ million');
  t.equal(unitOf([0, 8_000_000]).of(-2_500_000), '−2.5');
  t.equal(unitOf([0, 80_000]).of(20_000), '20');
  t.equal(unitOf([0, 80]).title, '£');
  t.equal(linear([0, 10], [100, 0])(2), 80);
  t.equal(linear([5, 5], [100, 0])(5), 100, 'where all values are one');
});

const STEPS = {
  id: 'gap',
  title: 'The gap is £7 million',
  about: 'Required and funded',
  words: 'From 1 April 2016: required 7,000,000.00.',
  first: '2016-04-01',
  last: '2017-03-31',
  marked: '2016-04-01',
};

t.test('a sum stands from its day until the next, and nothing is drawn in between', async (t) => {
  const { text } = stepChart({
    ...STEPS,
    lines: [
      {
        title: 'Funded',
        look: 'whole',
        points: [
          { day: '2016-04-01', sum: '0.00' },
          { day: '2017-03-31', sum: '8000000.00' },
        ],
      },
    ],
  });
  t.match(text, 'd="M56 238H624V26H624"', 'across first, then up');
  t.match(text, '<title id="gap-title">The gap is £7 million</title>');
  t.match(text, 'aria-labelledby="gap-title gap-words"');
  t.match(text, '>£ million<');
  t.notMatch(text, /style=|<script|fill="/);
});

t.test('a day outside the year is drawn at its edge', async (t) => {
  const points = [
    { day: '2015-04-01', sum: '10.00' },
    { day: '2018-04-01', sum: '20.00' },
  ];
  const { text } = stepChart({ ...STEPS, lines: [{ title: 'Funded', look: 'dashed', points }] });
  t.match(text, /d="M56 [\d.]+H624V/);
});

t.test('a line ends with the day that was asked about, and a day that is not drawn is not marked', async (t) => {
  const points = [{ day: '2016-04-01', sum: '10.00' }];
  const drawn = (more: object): string =>
    stepChart({ ...STEPS, ...more, lines: [{ title: 'Funded', look: 'whole', points }] }).text;
  const across = (text: string): number => Number(/d="M56 [\d.]+H([\d.]+)"/.exec(text)![1]);
  t.equal(across(drawn({ until: '2016-06-30' })), 196.4, 'ninety of the days');
  t.equal(across(drawn({ until: '2098-12-31' })), 624, 'the whole year');
  t.equal(across(drawn({})), 624);
  t.match(drawn({ marked: '2016-06-30' }), 'bcf-chart__mark');
  for (const marked of ['2098-12-31', '2016-03-31']) t.notMatch(drawn({ marked }), 'bcf-chart__mark', marked);
});

t.test('where nothing has happened yet no line is drawn', async (t) => {
  const { text } = stepChart({ ...STEPS, lines: [{ title: 'Funded', look: 'whole', points: [] }] });
  t.notMatch(text, '<path');
  t.match(text, '>Funded<', 'the legend says what would be drawn');
});

t.test('a waterfall ends where its changes lead, each bar where the one before it ended', async (t) => {
  const { text } = waterfall({
    id: 'moved',
    title: 'Nobody offers: from nothing to £7 million',
    about: 'The numbers are those of the table',
    words: 'It begins at nothing.',
    from: { title: 'First', sum: '4.00' },
    changes: [
      { title: '1', by: '4.00' },
      { title: '2', by: '-2.00' },
    ],
    to: { title: 'Then', sum: '6.00' },
  });
  const bars = [...text.matchAll(/bar--(\w+)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)].map(
    ([, look, top, height]) => [look, Number(top), Number(height)],
  );
  t.same(bars.slice(0, 4), [
    ['whole', 143, 117],
    ['up', 26, 117],
    ['down', 26, 58.5],
    ['whole', 84.5, 175.5],
  ]);
  t.notMatch(text, /style=|<script/);
});
