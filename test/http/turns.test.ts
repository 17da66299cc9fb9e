import t from 'tap';
import { createTurns } from '../../src/http/turns.js';

t.test('each waits for a turn of its own, in the order in which they came', async (t) => {
  const turns = createTurns();
  const seen: string[] = [];
  const piece = async (name: string): Promise<void> => {
    await turns.next();
    seen.push(name);
    setImmediate(() => seen.push(`after ${name}`));
  };
  await Promise.all([piece('one'), piece('two'), piece('three')]);
  t.same(seen.slice(0, 5), ['one', 'after one', 'two', 'after two', 'three'], 'others are served between');
  await piece('again');
  t.ok(seen.includes('again'), 'whoever comes later is served too');
});
