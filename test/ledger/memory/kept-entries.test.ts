import t from 'tap';
import type { Entry } from '../../../projections/entry.js';
import { those, type EntryIndex } from '../../../projections/entry-indexes.js';
import { keepEntries, type HistoryEntry } from '../../../src/ledger/memory/kept-entries.js';

/** Entries are read from the store once, and kept as long as there is room for them. */

/** A store of some streams. The test can add events. The events of one stream are at every tenth place. */
function streams(sizes: Record<string, number>) {
  const reads: string[] = [];
  const known = (stream: string) => ({ events: sizes[stream] ?? 0, size: 10 * Math.max(...Object.values(sizes)) });
  async function* read(stream: string, size: number, after = -1): AsyncGenerator<HistoryEntry> {
    reads.push(`${stream} after ${after}`);
    for (let revision = after + 1; revision < sizes[stream]!; revision++) {
      await Promise.resolve();
      const place = revision * 10;
      if (place < size) yield { revision, place } as HistoryEntry;
    }
  }
  return { reads, known, read };
}

const revisions = (entries: readonly HistoryEntry[]) => entries.map(({ revision }) => revision);

t.test('a stream is read once, and on from there when it has grown', async (t) => {
  const sizes = { a: 3 };
  const { reads, ...reading } = streams(sizes);
  const kept = keepEntries(reading, 10);
  t.same(revisions(await kept.of('a', 30)), [0, 1, 2]);
  t.same(revisions(await kept.of('a', 11)), [0, 1], 'those known at a smaller size');
  t.same(revisions(await kept.of('a', 0)), []);
  sizes.a = 5;
  const both = await Promise.all([kept.of('a', 50), kept.of('a', 41)]);
  t.same(both.map(revisions), [
    [0, 1, 2, 3, 4],
    [0, 1, 2, 3, 4],
  ]);
  t.same(reads, ['a after -1', 'a after 2'], 'two who ask at once wait for one reading');
});

t.test('what is gathered of a stream takes each entry once, and goes on as the stream does', async (t) => {
  const sizes = { a: 3, large: 11 };
  const kept = keepEntries(streams(sizes), 10);
  const even = those(({ revision }) => revision % 2 === 0);
  const gathering = {
    index: even,
    begin: (): number[] => [],
    add: (to: number[], of: Entry) => void to.push(of.place),
  };
  const first = await kept.gathered('a', 30, gathering);
  t.same(revisions(first.entries), [0, 2]);
  t.same(first.of, [0, 20]);
  sizes.a = 6;
  const next = await kept.gathered('a', 60, gathering);
  t.same(revisions(next.entries), [0, 2, 4]);
  t.equal(next.of, first.of, 'the same columns, to which the new entries were added');
  t.same(next.of, [0, 20, 40]);
  t.same(revisions((await kept.gathered('a', 20, gathering)).entries), [0], 'those known at a smaller size');
  const large = await kept.gathered('large', 50, gathering);
  t.same(
    [revisions(large.entries), large.of],
    [
      [0, 2, 4],
      [0, 20, 40],
    ],
    'a stream that is too large is gathered anew',
  );
});

t.test('the streams asked about last are kept, and one that is too large is read each time', async (t) => {
  const { reads, ...reading } = streams({ a: 4, b: 4, c: 4, large: 11 });
  const kept = keepEntries(reading, 10);
  for (const stream of ['a', 'b', 'a', 'c', 'a', 'b']) await kept.of(stream, 200);
  t.same(reads, ['a after -1', 'b after -1', 'c after -1', 'b after -1']);
  t.same(
    ['a', 'b', 'c', 'large'].map((stream) => kept.isAtHand(stream)),
    [true, true, true, false],
    'one that was read before is small: one read of the store holds it',
  );
  t.equal((await kept.of('large', 200)).length, 11);
  t.equal((await kept.of('large', 200)).length, 11);
  t.same(reads.slice(4), ['large after -1', 'large after -1']);
});

t.test('those that stand leave out what is void, kept or not', async (t) => {
  const { known, read } = streams({ a: 4, large: 12 });
  async function* voidEveryThird(...asked: Parameters<typeof read>): AsyncGenerator<HistoryEntry> {
    for await (const entry of read(...asked)) yield entry.revision % 3 === 1 ? { ...entry, why: 'void' } : entry;
  }
  const kept = keepEntries({ known, read: voidEveryThird }, 10);
  t.same(revisions(await kept.standing('a', 200)), [0, 2, 3]);
  t.same(revisions(await kept.standing('a', 30)), [0, 2], 'those known at a smaller size');
  t.same(revisions(await kept.of('a', 200)), [0, 1, 2, 3]);
  t.same(revisions(await kept.standing('large', 200)), [0, 2, 3, 5, 6, 8, 9, 11]);
});

t.test('what cannot be read is refused, and read again by the next who asks', async (t) => {
  let fails = 2;
  const { read, known } = streams({ a: 2 });
  const failing = async function* (stream: string, size: number, after?: number) {
    if (fails-- === 2) throw new Error('the disk is away');
    if (fails === 0) return;
    yield* read(stream, size, after);
  };
  const kept = keepEntries({ known, read: failing }, 10);
  await t.rejects(kept.of('a', 20), { message: 'the disk is away' });
  await t.rejects(kept.of('a', 20), { message: 'Of a no event after revision -1 can be read.' });
  t.same(revisions(await kept.of('a', 20)), [0, 1]);
});

t.test('a page of a large stream does not have the whole of it read, unless it is kept already', async (t) => {
  const { reads, ...reading } = streams({ year: 1_001, small: 1_000 });
  const kept = keepEntries(reading, 5_000);
  t.equal(kept.isAtHand('year'), false);
  t.equal(kept.isAtHand('small'), true);
  await kept.of('year', 20_000);
  t.equal(kept.isAtHand('year'), true);
  t.same(reads, ['year after -1']);
});

t.test('an event that becomes known in any moment of a reading is read next, by all who wait', async (t) => {
  /** Two ask at once, and some turns later a third event is known. A third asks in that moment. */
  const grownAfter = async (turns: number): Promise<number[][]> => {
    const sizes = { a: 2 };
    const kept = keepEntries(streams(sizes), 10);
    const asked = [kept.of('a', 100), kept.of('a', 100)];
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    sizes.a = 3;
    asked.push(kept.of('a', 100));
    return (await Promise.all(asked)).map(revisions);
  };
  const whole = [0, 1, 2];
  for (let turns = 0; turns < 40; turns++) {
    const [first, second, third] = await grownAfter(turns);
    t.same(third, whole, `${turns} turns after`);
    for (const each of [first, second]) t.same(each, whole.slice(0, each!.length));
  }
});

t.test('what is kept cannot be changed by whoever is given it', async (t) => {
  const read = async function* () {
    yield { revision: 0, place: 0, data: { instalments: [{ amount: '1.00' }] } } as unknown as HistoryEntry;
  };
  const kept = keepEntries({ known: () => ({ events: 1, size: 1 }), read }, 10);
  const [entry] = await kept.of('a', 1);
  const { instalments } = entry!.data as unknown as { instalments: { amount: string }[] };
  t.throws(() => (instalments[0]!.amount = '2.00'), TypeError);
  t.throws(() => instalments.push({ amount: '3.00' }), TypeError);
  t.throws(() => ((entry as { revision: number }).revision = 1), TypeError);
  t.match(await kept.of('a', 1), [{ revision: 0, data: { instalments: [{ amount: '1.00' }] } }]);
});

/** Indexes as questions have them: one that has each entry under one name, and one that has it under several, or none. */
const byRest: EntryIndex = ({ revision }) => [String(revision % 3)];
const byTens: EntryIndex = ({ revision }) => ['0', '1', '2'].slice(0, revision % 4);

t.test('an index leaves out what is void, and has nothing under a name that no entry stands under', async (t) => {
  const { known, read } = streams({ a: 6, large: 12 });
  async function* voidEveryThird(...asked: Parameters<typeof read>): AsyncGenerator<HistoryEntry> {
    for await (const entry of read(...asked)) yield entry.revision % 3 === 1 ? { ...entry, why: 'void' } : entry;
  }
  const kept = keepEntries({ known, read: voidEveryThird }, 10);
  t.same(revisions(await kept.under('a', 200, byRest, '0')), [0, 3]);
  t.same(revisions(await kept.under('a', 200, byRest, '1')), []);
  t.same(revisions(await kept.under('a', 200, byRest, 'nobody')), []);
  t.same(revisions(await kept.under('large', 200, byRest, '0')), [0, 3, 6, 9], 'a stream that is not kept');
});

t.test('what is kept is what reading the store anew gives, for any streams, sizes and growth', async (t) => {
  const seed = Math.floor(Math.random() * 1_000_000);
  t.comment(`seed ${seed}`);
  let state = seed;
  const random = (below: number): number => (state = (state * 48_271 + 11) % 2_147_483_647) % below;
  for (let run = 0; run < 20; run++) {
    const sizes: Record<string, number> = { a: 1 + random(6), b: 1 + random(6), c: 1 + random(6) };
    const { known, read } = streams(sizes);
    const kept = keepEntries({ known, read }, 1 + random(20));
    for (let ask = 0; ask < 20; ask++) {
      const stream = 'abc'[random(3)]!;
      sizes[stream]! += random(3);
      const size = random(known(stream).size + 1);
      const naive: number[] = [];
      for await (const { revision } of read(stream, size)) naive.push(revision);
      t.same(revisions(await kept.of(stream, size)), naive, `run ${run}, ${stream} at size ${size}`);
      const [index, name] = [[byRest, byTens][random(2)]!, String(random(3))] as const;
      const listed = naive.filter((revision) => [...index({ revision } as HistoryEntry)].includes(name));
      t.same(
        revisions(await kept.under(stream, size, index, name)),
        listed,
        `run ${run}, ${stream}, those under ${name}`,
      );
    }
  }
});
