import t from 'tap';
import { nameOfWords, typedDay, typedMoney, typedPercent, typedWhole, unusedName } from '../../src/web/typed.js';

/** What people type, in the form that the ledger records. */

t.test('what is typed is read in one way, or not at all', (t) => {
  const rows: readonly (readonly [read: unknown, expected: unknown])[] = [
    [typedDay(' 4', 'june ', '2016'), '2016-06-04'],
    [typedDay('31', 'feb', '2016'), undefined],
    [typedDay('1', 'ma', '2016'), undefined],
    [typedMoney('£7 million'), '7000000.00'],
    [typedMoney('−1.5m'), '-1500000.00'],
    [typedMoney('0012,345.60'), undefined],
    [typedMoney('1,234.5'), undefined],
    [typedMoney('1234567890123'), undefined],
    [typedPercent('33.3 %'), 3330],
    [typedPercent('5/12'), '5/12'],
    [typedPercent('a third'), undefined],
    [typedWhole(' -12 '), -12],
    [typedWhole('1.5'), undefined],
  ];
  for (const [read, expected] of rows) t.equal(read, expected);
  t.end();
});

t.test('a name is made of words, cut at the end of a word, and numbered where others have it', (t) => {
  t.equal(nameOfWords('Extra care (north)'), 'extra-care-north');
  t.equal(nameOfWords('£ – !'), '');
  const words = 'A very long description of what is done for people who live at home and need help';
  t.equal(nameOfWords(words), 'a-very-long-description-of-what-is-done-for-people-who-live-at');
  t.equal(nameOfWords('x'.repeat(70)), 'x'.repeat(64), 'one long word is cut within it');
  const used = new Set(['home-care', 'home-care-2']);
  t.equal(
    unusedName('home-care', (name) => used.has(name)),
    'home-care-3',
  );
  t.equal(
    unusedName('carers', (name) => used.has(name)),
    'carers',
  );
  t.end();
});
