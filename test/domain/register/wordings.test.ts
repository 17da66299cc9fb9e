import t from 'tap';
import { codeIn } from '../../../src/domain/register/wordings.js';

const wording = (text: string) => ({ wording: text, evidence: 'a template', proven: false });

t.test('a text stands for the code that it names, whatever its capitals and blanks, and for none of two', (t) => {
  const list = [
    { code: 'home-care', name: 'Home care', wordings: [wording('Domiciliary care')] },
    { code: 'care-at-home', name: 'Care at home', wordings: [wording('Domiciliary  Care')] },
    { code: 'respite', name: 'home-care' },
  ];
  for (const [text, code] of [
    ['Care At  Home', 'care-at-home'],
    ['DOMICILIARY CARE', undefined],
    ['home-care', 'home-care'],
    ['respite', 'respite'],
    ['nothing', undefined],
  ] as const)
    t.equal(codeIn(list, text), code, text);
  t.end();
});
