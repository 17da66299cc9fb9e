import fc from 'fast-check';
import t from 'tap';
import { repeatedName } from '../../src/domain/json-text.js';

t.test('a name twice in one object is found, however it is written, and nowhere else', async (t) => {
  for (const [json, name] of Object.entries({
    '{"a":1,"a":2}': 'a',
    '{"a":1,"b":{"c":1,"c":2}}': 'c',
    '[{"a":1},{"a":{"x":1 ,\n"\\u0078" : 2}}]': 'x',
    '{"a\\"":1,"a\\"":2}': 'a"',
    '{"":1,"":2}': '',
  })) {
    t.equal(repeatedName(json), name, json);
  }
  for (const json of [
    '{"a":{"a":1}}',
    '[{"a":1},{"a":2}]',
    '{"a":"a","b":"a"}',
    '{"a":["{\\"a\\":1,\\"a\\":2}"]}',
    '1',
    '"a"',
  ]) {
    t.equal(repeatedName(json), undefined, json);
  }
});

t.test('what JSON.stringify writes has no name twice; with one put in, it has', async (t) => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string(),
        fc.json().map((text) => JSON.parse(text) as unknown),
        { minKeys: 1 },
      ),
      (given) => {
        const json = JSON.stringify(given);
        const [name = ''] = Object.keys(given);
        t.equal(repeatedName(json), undefined);
        t.equal(repeatedName(`${json.slice(0, -1)},${JSON.stringify(name)}:1}`), name);
      },
    ),
    { numRuns: 200 },
  );
});
