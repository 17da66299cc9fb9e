import t from 'tap';
import { factOf } from '../../src/domain/grammar/kind.js';
import { KINDS } from '../../src/ledger/catalogue.js';
import { FIND_MAX } from '../../src/web/forms/choosing.js';
import { fieldOf } from '../../src/web/forms/fields.js';
import { readField, reading } from '../../src/web/forms/reading.js';
import type { Fields } from '../../src/web/forms/shapes.js';
import { html } from '../../src/web/html.js';

/** A field with more choices than a page lists: one is looked for in words. */

const FIELD = (factOf(KINDS.fund, 'ContributionReceived').input.shape as Fields)['contribution']!;
const MANY = Array.from({ length: FIND_MAX + 50 }, (_, at) => ({
  value: `c-${at}`,
  words: `NHS North CCG, payment ${at}`,
  about: at % 2 === 0 ? null : `c-${at}`,
  wordings: [],
}));

const typed = (text: string) => {
  const form = { contribution: text };
  const looked = () => MANY;
  const read = reading(form, looked);
  const value = readField(FIELD, 'contribution', read);
  const page = html`${fieldOf(FIELD, 'contribution', { form, looked, faults: read.faults })}`.text;
  return { value, words: read.faults.map((each) => each.words).join(), page };
};

t.test('what fits one is that one; what fits several or none is asked for again', (t) => {
  t.match(typed('payment 149'), { value: 'c-149', words: '' });
  t.match(typed('c-7'), { value: 'c-7', words: '' });
  t.match(typed('payment 14').words, /^12 fit “payment 14”\. Choose one, or type more/);
  t.match(typed('South').words, /^Nothing is called “South”\. Type a part of /);
  t.end();
});

t.test('the page shows what was chosen, or the few that fit, or asks for a part of the name', (t) => {
  const radios = (text: string) => [...typed(text).page.matchAll(/type="radio"/g)].length;
  t.equal(radios('c-7'), 1);
  t.equal(radios('payment 13'), 0, 'twelve are too many');
  t.equal(radios('c-10 payment'), 5, 'c-101, c-103 and so on');
  t.equal(radios('c-101'), 1);
  t.match(typed('').page, /Type a part of its name: there are 150\./);
  t.match(typed('South').page, /value="South"/);
  t.end();
});
