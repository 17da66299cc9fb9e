import t from 'tap';
import { createPartRests, judging } from '../../../src/ledger/memory/part-rests.js';

/** Whether the events of a part stand is decided when the parts are joined, by numbers alone. */

t.test('an event stands where the streams that it rests on are as far as it says, and no further', async (t) => {
  const [fund, register] = [createPartRests(), createPartRests()];
  fund.add({ register: 'no_stream' });
  fund.add(undefined);
  fund.add({ register: '0' });
  fund.add({ register: '0', 'fund-of-nobody': '2' });
  register.add(undefined);
  const stands = judging(['fund', 'register'], [fund.kept(), register.kept()]);
  t.ok(stands(0), 'on a stream that is not there yet');
  t.ok(stands(0), 'on nothing');
  t.ok(stands(1));
  t.ok(stands(0), 'on the event that was taken');
  t.notOk(stands(0), 'on an event that nobody has recorded');
});
