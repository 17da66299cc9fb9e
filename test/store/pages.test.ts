import t from 'tap';
import { LedgerDamaged, type EventStore, type RecordedEvent } from '../../src/store/event-store.js';
import { goingOnIn, pageAfter, pageOfStream, pages, pagesOfSome, type Gaps } from '../../src/store/pages.js';

/** A store that gives a fixed series of pages, whatever is asked, as a damaged file does. */
function giving(...told: readonly (readonly number[])[]): EventStore & { asked(): number } {
  let asked = 0;
  // In a damaged tree of pages, the same page comes again and again.
  const next = () => Promise.resolve((told[Math.min(asked++, told.length - 1)] ?? []).map((at) => event(at)));
  return {
    readAll: next,
    readStream: next,
    parts: { streams: () => Promise.resolve(new Map()), read: next },
    isAfter: (a: string, b: string | undefined) => Number(a) > Number(b ?? 0),
    canFollow: (a: string, b: string | undefined) => Number(a) === Number(b ?? 0) + 1,
    asked: () => asked,
  } as unknown as EventStore & { asked(): number };
}

const event = (position: number, stream = 'fund-a'): RecordedEvent => ({
  position: String(position),
  stream,
  revision: BigInt(position - 1),
  id: String(position),
  type: 'Any',
  data: '{}',
  metadata: '{}',
});

async function through(store: EventStore, gaps?: Gaps): Promise<string[]> {
  const read: string[] = [];
  for await (const page of pages(store, undefined, gaps)) read.push(...page.map(({ position }) => position));
  return read;
}

t.test('a store that is in order is read to its end', async (t) => {
  t.same(await through(giving([1, 2], [3], [])), ['1', '2', '3']);
  t.same(await through(giving([])), []);
  t.equal((await pageOfStream(giving([3, 4]), 'fund-a', 1n)).length, 2);
});

t.test('pages in another order end the reading, in words, however often they would come', async (t) => {
  const cases: readonly (readonly [name: string, pages: number[][], gaps: Gaps, words: RegExp])[] = [
    ['two pages swapped', [[1, 2], [5, 6], [3, 4], []], 'none', /Position 5 comes straight after 2: .* is missing/],
    ['two pages swapped, gaps allowed', [[1, 2], [5, 6], [3, 4], []], 'allowed', /Position 3 comes after 6: .* order/],
    ['the same page for ever', [[1, 2]], 'allowed', /Position 1 comes after 2/],
    ['one event twice', [[1, 1]], 'allowed', /Position 1 comes after 1/],
    ['an event that is missing', [[1, 3]], 'none', /Position 3 comes straight after 1/],
    ['the first that is missing', [[2]], 'none', /Position 2 comes straight after the beginning/],
  ];
  for (const [name, told, gaps, words] of cases) {
    await t.rejects(through(giving(...told), gaps), { name: 'LedgerDamaged', message: words }, name);
  }
  t.same(await through(giving([1, 3], [7], []), 'allowed'), ['1', '3', '7'], 'who looks for gaps is given them');
  await t.rejects(pageAfter(giving([4]), '4'), LedgerDamaged);
});

t.test('a page of a stream goes on by one, and is of that stream', async (t) => {
  await t.rejects(pageOfStream(giving([1, 3]), 'fund-a', -1n), {
    name: 'LedgerDamaged',
    message: 'In the place of revision 1 of fund-a stands revision 2 of fund-a.',
  });
  t.throws(() => goingOnIn('fund-b', -1n, [event(1)]), { message: /revision 0 of fund-b stands revision 0 of fund-a/ });
});

t.test('some streams are read without the others, each page after the one before it', async (t) => {
  const read: string[] = [];
  for await (const page of pagesOfSome(giving([1, 4], [6], []), ['fund-a'], '9'))
    read.push(...page.map(({ position }) => position));
  t.same(read, ['1', '4', '6']);
  const over = async (store: EventStore, streams: string[]) => {
    for await (const page of pagesOfSome(store, streams, '9')) t.ok(page);
  };
  await t.rejects(over(giving([1, 4]), ['fund-a']), { name: 'LedgerDamaged' }, 'the same page for ever');
  await t.rejects(over(giving([1], []), ['fund-b']), { message: 'Position 1 was read as part of another stream.' });
});
