import t from 'tap';
import { createTurns, type Lane } from '../../src/http/turns.js';

t.test('each waits for a turn of its own, in the order in which they came', async (t) => {
  const lane = createTurns().lane();
  let round = 0;
  let counting = setImmediate(function count() {
    round++;
    counting = setImmediate(count);
  });
  t.teardown(() => clearImmediate(counting));
  const seen: { readonly name: string; readonly round: number }[] = [];
  const piece = async (name: string): Promise<void> => {
    await lane.next();
    seen.push({ name, round });
  };
  await Promise.all([piece('one'), piece('two'), piece('three')]);
  t.same(
    seen.map(({ name }) => name),
    ['one', 'two', 'three'],
  );
  t.equal(new Set(seen.map((each) => each.round)).size, 3, 'others are served between');
  await piece('again');
  t.equal(seen.at(-1)!.name, 'again', 'whoever comes later is served too');
});

t.test('a long lane holds up no other', async (t) => {
  const turns = createTurns();
  const [long, short] = [turns.lane(), turns.lane()];
  const seen: string[] = [];
  const piece = async (lane: Lane, name: string): Promise<void> => {
    await lane.next();
    seen.push(name);
  };
  await Promise.all([...Array.from({ length: 5 }, () => piece(long, 'long')), piece(short, 'short')]);
  t.equal(seen.indexOf('short'), 1, 'after one piece of the long one');
});

t.test('while others have work, each piece is followed by a rest', async (t) => {
  const lane = createTurns().lane();
  const work = (ms: number): void => {
    for (const until = performance.now() + ms; performance.now() < until;);
  };
  let rounds = 0;
  let working = setImmediate(function others() {
    rounds++;
    work(2);
    working = setImmediate(others);
  });
  t.teardown(() => clearImmediate(working));
  const PIECES = 6;
  const piece = async (): Promise<void> => {
    await lane.next();
    work(10);
  };
  await Promise.all(Array.from({ length: PIECES }, piece));
  // Without rests there would be one round for each piece.
  t.ok(rounds > 2 * PIECES, `others had ${rounds} turns of the event loop`);
});
