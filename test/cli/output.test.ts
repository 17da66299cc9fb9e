import t from 'tap';
import { tableText, withCommas } from '../../src/cli/output.js';
import { progress } from '../../src/cli/progress.js';

t.test('a table aligns amounts to the right, with commas', async (t) => {
  const rows = [
    ['North', '1000000.00', '0.00'],
    ['South', '5.00', '0.00'],
  ];
  const table = tableText({ columns: ['who', 'agreed', 'at risk'], rows });
  t.same(table.split('\n'), [
    'who          agreed  at risk',
    'North  1,000,000.00     0.00',
    'South          5.00     0.00',
  ]);
  t.equal(tableText({ columns: ['who', 'agreed'], rows: [] }), 'who  agreed', 'an empty table has its head');
});

t.test('a wide table leaves out columns of nothing, and wraps its words where there is no room', async (t) => {
  const columns = ['who', 'a', 'b', 'c', 'd', 'e', 'f'];
  const rows = [['North of the county and its towns', '1.00', '0.00', '0.00', '0.00', '0.00', '2.00']];
  t.equal(tableText({ columns, rows }).split('\n')[0]?.trim().replace(/ +/g, ' '), 'who a f');
  const narrow = tableText({ columns, rows }, 36).split('\n');
  t.ok(narrow.length > 2 && narrow.every((each) => each.length <= 36), narrow.join('\n'));
  t.equal(
    tableText({ columns: ['sum'], rows: [['1000000.00']] }, 5),
    '         sum\n1,000,000.00'.replace('         sum', '         sum'),
    'amounts are never wrapped',
  );
});

t.test('amounts inside text are written with commas, and nothing else is', async (t) => {
  t.equal(withCommas('soft 7000000.00; size 1234567; -1234.50'), 'soft 7,000,000.00; size 1234567; -1,234.50');
});

t.test('a bar is drawn only on a terminal, and only for work worth waiting for', async (t) => {
  const output = { data: () => undefined, note: () => undefined };
  for (const [terminal, total] of [
    [true, 100],
    [true, 10],
    [false, 100],
  ] as const) {
    const bar = progress({ ...output, terminal }, 'Loading', total);
    bar.at(5);
    t.doesNotThrow(() => bar.done());
  }
});
