import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { createKeyEntries, entriesIn, keyOf } from '../../../src/ledger/memory/key-table-entries.js';
import { createActs } from '../../../src/ledger/memory/key-table.js';
import { property } from '../../support/property.js';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An act of one of three officers; its key is one of some numbers, the digest of one, or any text. */
const anAct = (numbers: number) =>
  fc.record({
    officer: fc.constantFrom('a', 'b', 'c'),
    key: fc.oneof(
      fc.nat(numbers).map(String),
      fc.nat(numbers).map((each) => digest(String(each))),
      fc.string({ unit: 'binary' }),
    ),
  });

t.test('an act is found by its officer and its key, and the first place of both is kept', async (t) => {
  const acts = createActs();
  const key = digest('one');
  t.equal(acts.add('a', key, 7), undefined);
  t.equal(acts.add('a', key, 9), 7);
  t.equal(acts.add('b', key, 9), undefined, 'a key is an officer’s own');
  t.same(
    [acts.find('a', key), acts.find('b', key), acts.find('c', key), acts.find('a', digest('two'))],
    [7, 9, undefined, undefined],
  );
});

t.test('no two keys are taken for each other, digests and other texts alike', async (t) => {
  const key = digest('one');
  const near = [
    key,
    key.toUpperCase(),
    key.slice(1),
    `${key}0`,
    '',
    'é',
    'é'.normalize('NFD'),
    'x y',
    '\ud83d',
    '\ud83e',
  ];
  const acts = createActs();
  for (const [place, each] of near.entries()) t.equal(acts.add('a', each, place), undefined);
  for (const [place, each] of near.entries()) t.equal(acts.find('a', each), place);
});

t.test('it finds what a map would find, at any size', async (t) => {
  property(
    t,
    fc.property(fc.array(anAct(3_000), { maxLength: 2_000, size: 'max' }), (entries) => {
      const acts = createActs();
      const map = new Map<string, number>();
      for (const [place, { officer, key }] of entries.entries()) {
        const text = JSON.stringify([officer, key]);
        if (acts.add(officer, key, place) !== map.get(text)) return false;
        if (!map.has(text)) map.set(text, place);
      }
      return entries.every(({ officer, key }) => acts.find(officer, key) === map.get(JSON.stringify([officer, key])));
    }),
    20,
  );
});

t.test('acts are read back as they were written, and written elsewhere are the same acts', async (t) => {
  property(
    t,
    fc.property(fc.array(anAct(9), { maxLength: 60 }), (all) => {
      const [entries, acts, copied] = [createKeyEntries(), createActs(), createActs()];
      for (const { officer, key } of all) entries.stay(entries.write(officer, key));
      const next = entriesIn(entries.kept());
      const again = all.map(() => ({ ...next() }));
      const firsts = all.map(({ officer, key }, place) => acts.add(officer, key, place));
      return isDeepStrictEqual(
        [
          again.map((entry, place) => copied.copy(entry, place)),
          again.map((entry) => ({ officer: entry.officer, key: keyOf(entry) })),
          copied.kept(),
        ],
        [firsts, all.map(({ officer, key }) => ({ officer, key })), acts.kept()],
      );
    }),
  );
});

t.test('acts that were kept go on as if they had never been written down', async (t) => {
  property(
    t,
    fc.property(fc.array(anAct(40), { maxLength: 200, size: 'max' }), fc.nat(200), fc.nat(200), (all, one, other) => {
      const whole = createActs();
      let gone = createActs();
      const found = all.map(({ officer, key }, place) => {
        if (place === one || place === other) gone = createActs(gone.kept());
        return isDeepStrictEqual(gone.add(officer, key, place), whole.add(officer, key, place));
      });
      const again = createActs(gone.kept());
      return (
        found.every(Boolean) &&
        isDeepStrictEqual(gone.kept(), whole.kept()) &&
        all.every(({ officer, key }) => again.find(officer, key) === whole.find(officer, key))
      );
    }),
    50,
  );
});
