import { readFileSync } from 'node:fs';
import t from 'tap';
import { CHECKED, CHECKED_COLUMNS, checkedRow } from '../../src/web/screens/accessibility.js';
import { site } from './site.js';

/** The statement that users see, and the document that says the same. */

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((each) => each.trim());

t.test('the document and the statement say the same of what was checked', async (t) => {
  const lines = readFileSync('docs/accessibility.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const [head, , ...rows] = lines;
  t.same(cellsOf(head!), CHECKED_COLUMNS);
  t.same(rows.map(cellsOf), CHECKED.map(checkedRow));
});

t.test('anybody reads the statement: who is responsible, what was not tested, and whom to turn to', async (t) => {
  const { visitor } = await site(t);
  const { statusCode, body } = await visitor().get('/accessibility');
  t.equal(statusCode, 200);
  for (const words of [
    'How accessible these pages are',
    'Feedback and contact',
    'Enforcement',
    'Compliance status',
    'Content that is not accessible',
    'How these pages were tested',
    'no screen reader was used',
    'This statement was prepared on 30 November 2026',
  ])
    t.match(body, words);
  for (const { what, on } of CHECKED) {
    t.match(body, what);
    t.match(body, on === undefined ? 'Not checked' : '30 November 2026');
  }
});
