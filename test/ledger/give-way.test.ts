import t from 'tap';
import { givingWay } from '../../src/ledger/give-way.js';

t.test('work that has taken its time lets others run before it goes on', async (t) => {
  const giveWay = givingWay(0);
  const done: string[] = [];
  setImmediate(() => done.push('others'));
  const waits = giveWay();
  t.ok(waits, 'its time is over at once');
  await waits;
  done.push('work');
  t.same(done, ['others', 'work']);
});

t.test('work that has time left goes on', async (t) => {
  t.equal(givingWay(Infinity)(), undefined);
});
