import t from 'tap';
import { openedLedger, TestLedger } from '../support/ledger.js';
import { service } from './support.js';

/** Whether the service is ready, as load balancers ask. */

t.test('a service whose clock is in doubt, or that cannot write, is not ready, and says why', async (t) => {
  const { ledger, store, clock, file } = await openedLedger(t);
  const doubting = {
    ...ledger,
    clockWatch: { ...ledger.clockWatch, doubt: () => 'The clock was set.' },
    writing: { ...ledger.writing, fault: () => Promise.resolve('The disk is full.') },
  };
  const { app } = await service(t, {}, new TestLedger(doubting, store, clock, file));
  const ready = await app.inject('/ready');
  t.match(
    [ready.statusCode, ready.json()],
    [
      503,
      {
        ready: false,
        clock: { ok: false, reason: 'The clock was set.' },
        writing: { ok: false, reason: 'The disk is full.' },
      },
    ],
  );
  t.match((await app.inject('/metrics')).body, /^bcf_clock_trusted 0$/m);
  const sound = await service(t);
  t.match((await sound.app.inject('/ready')).json(), { ready: true, clock: { ok: true }, writing: { ok: true } });
});
