import t from 'tap';
import { z } from 'zod';
import { Refusal } from '../../src/domain/rules.js';
import { OPERATOR } from '../../src/ledger/access.js';
import { ask } from '../../src/ledger/ask.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { printedSource, sourceOf } from '../../src/web/foot.js';
import { FUND, line, openedLedger } from '../support/ledger.js';

/** What the foot of a page says about how much of the ledger it rests on. */

const of = (size: number) => ({ ledger: { size } });

/** The source on paper, where the root of so many events is the number, with 64 digits. */
const printed = (answer: object) =>
  printedSource({ rootOf: (_, size) => Promise.resolve(String(size).padStart(64, '0')) }, { sight: OPERATOR }, answer);

t.test('an answer rests on the events of all that it compares, whichever of them is the later', async (t) => {
  const rows: readonly (readonly [string, object, number])[] = [
    ['one moment', of(5), 5],
    ['the later moment last', { from: of(3), to: of(7) }, 7],
    ['the later moment first', { from: of(7), to: of(3) }, 7],
    ['nothing known at the last', { from: of(7), to: of(0) }, 7],
    ['the answer itself the latest', { ...of(9), from: of(7), to: of(3) }, 9],
    ['days beside the moments', { ...of(9), from: '2016-04-01', to: null }, 9],
  ];
  for (const [name, answer, size] of rows) {
    t.equal(sourceOf(answer), `Worked out from the first ${size} events of the ledger.`, name);
    t.equal(
      await printed(answer),
      `Worked out from the first ${size} events of the ledger. Their root: ${'00000000 '.repeat(7)}0000000${size}.`,
      name,
    );
  }
});

t.test('where no event was known, that is said, and no root', async (t) => {
  for (const answer of [of(0), { from: of(0), to: of(0) }]) {
    t.equal(sourceOf(answer), 'No event of the ledger was known then.');
    t.equal(await printed(answer), 'No event of the ledger was known then.');
  }
  t.equal(await printed({ title: 'what depends on no event' }), '');
});

t.test('whoever is told no root is told the number of events, why there is no root, and who has it', async (t) => {
  const rootOf = () => Promise.resolve(undefined);
  const words = await printedSource({ rootOf }, { sight: OPERATOR }, of(5));
  t.ok(words.startsWith(`${sourceOf(of(5))} Their root is left out: `), words);
  t.match(words, 'disputed claims that you may not see');
  t.match(words, 'bcf-ledger verify');
  t.equal(await printedSource({ rootOf }, { sight: OPERATOR }, of(0)), sourceOf(of(0)), 'no events have no root');
});

t.test('a comparison back in time names the events of its first column', async (t) => {
  const made = await openedLedger(t);
  const { ledger } = made;
  const before = ledger.model.size();
  await made.now('2016-06-01T09:00:00Z').post('pool-manager', 'PlanLineSet', line());
  made.now('2016-07-01T09:00:00Z');
  const compare = QUERIES.find(({ name }) => name === 'compare')!;
  const [early, late] = ['2016-05-01T09:00:00Z', '2016-06-30T09:00:00Z'];
  for (const [from, to] of [
    [early, late],
    [late, early],
  ] as const) {
    const dates = compare.options.parse({ 'from-known-at': from, 'to-known-at': to });
    const answer = await ask(ledger, OPERATOR, compare, { fund: FUND, ...dates });
    if (answer instanceof Refusal) throw new Error(answer.detail);
    t.equal(sourceOf(answer), `Worked out from the first ${before + 1} events of the ledger.`);
  }
});

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** Where a schema says how much of the ledger something rests on. */
function sized(node: Node, path: readonly string[]): string[] {
  if (path.at(-1) === 'ledger' && node.properties?.['size']) return [path.join('.')];
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([name, each]) => sized(each, [...path, name])),
    ...(node.items ? sized(node.items, [...path, '*']) : []),
    ...(node.anyOf ?? []).flatMap((each) => sized(each, path)),
  ];
}

t.test('every answer says its size where the foot looks for it: in itself, or in a part of it', (t) => {
  const found = QUERIES.map(({ name, answer }) => ({
    name,
    paths: sized(z.toJSONSchema(answer, { io: 'output', reused: 'inline' }) as Node, []),
  }));
  for (const { name, paths } of found) for (const path of paths) t.match(path, /^(\w+\.)?ledger$/, `${name}: ${path}`);
  t.same(
    found.filter(({ paths }) => !paths.includes('ledger') && paths.length > 0).map(({ name }) => name),
    ['compare', 'bridge'],
    'the questions that compare two moments',
  );
  t.end();
});
