import t from 'tap';
import { inOneOrder, racing } from '../support/one-order.js';
import { SHARINGS } from '../support/sharing.js';

/** In every store, the ledger holds what the rules accept. See test/support/one-order.ts. */

for (const sharing of SHARINGS)
  t.test(`what stands is what the rules accept, in ${sharing}`, (t) =>
    inOneOrder(t, sharing, sharing === 'a server' ? 8 : 15),
  );

t.test('acts race through two services on a server', (t) => racing(t, 'a server', 60));
