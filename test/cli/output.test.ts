import t from 'tap';
import { tableText, withCommas } from '../../src/cli/output.js';
import { progress } from '../../src/cli/progress.js';

t.test('a table aligns amounts to the right, with commas, and leaves out columns of nothing', async (t) => {
  const table = tableText({
    columns: ['who', 'agreed', 'at risk'],
    rows: [
      ['North', '1000000.00', '0.00'],
      ['South', '5.00', '0.00'],
    ],
  });
  t.same(table.split('\n'), ['who          agreed', 'North  1,000,000.00', 'South          5.00']);
  t.equal(tableText({ columns: ['who', 'agreed'], rows: [] }), 'who  agreed', 'an empty table has its head');
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
