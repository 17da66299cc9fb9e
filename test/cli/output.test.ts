import t from 'tap';
import { leftOut, tableText, withCommas } from '../../src/cli/output.js';
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

t.test('a table leaves out the minor columns in which there is nothing, and says which', async (t) => {
  const columns = ['who', 'due', 'at risk', 'assumed', 'note'];
  const rows = [
    ['North', '0.00', '0.00', '1.00', ''],
    ['South', '0.00', '', '0.00', ''],
  ];
  const table = { columns, rows, minor: ['at risk', 'assumed'], inFiles: ['note'] };
  t.same(leftOut(table), ['at risk']);
  t.same(tableText(table).split('\n')[0]?.trim().split(/ +/), ['who', 'due', 'assumed'], 'the rest stays, nil or not');
  t.same(leftOut({ columns, rows: [], minor: ['at risk'] }), [], 'an empty table keeps its whole head');
  t.same(leftOut({ columns, rows }), []);
});

t.test('a table wraps its words where there is no room', async (t) => {
  const columns = ['who', 'a', 'f'];
  const rows = [['North of the county and its towns', '1.00', '2.00']];
  const narrow = tableText({ columns, rows }, 36).split('\n');
  t.ok(narrow.length > 2 && narrow.every((each) => each.length <= 36), narrow.join('\n'));
  t.equal(tableText({ columns: ['sum'], rows: [['1000000.00']] }, 5), '         sum\n1,000,000.00', 'amounts never');
});

t.test('only what is wholly an amount is written with commas', async (t) => {
  t.equal(withCommas('7000000.00'), '7,000,000.00');
  t.equal(withCommas('-1234.50'), '-1,234.50');
  for (const text of ['BACS 1234567.00', 'v1234.50', '1234567', '12345.678', '-']) t.equal(withCommas(text), text);
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
