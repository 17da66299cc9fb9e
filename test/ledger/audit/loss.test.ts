import { copyFileSync } from 'node:fs';
import t from 'tap';
import { settableClock } from '../../../src/ledger/clock.js';
import { openLedger } from '../../../src/ledger/ledger.js';
import { acceptLoss } from '../../../src/ledger/audit/loss.js';
import { openSqliteEventStore } from '../../../src/store/sqlite/sqlite-event-store.js';
import { at, line, openedLedger } from '../../support/ledger.js';

/** A loss of acts is accepted only if the acceptance can be recorded. */

t.test('a loss is accepted once it can be recorded, and not before', async (t) => {
  const made = await openedLedger(t);
  await made.close();
  const [file, older] = [`${made.file}.noted`, `${made.file}.older`];
  copyFileSync(made.file, file);
  copyFileSync(made.file, older);
  const later = openSqliteEventStore({ file, notedBy: 'test' });
  const ledger = await openLedger(later, made.clock);
  const fact = { type: 'PlanLineSet', data: line() as never };
  await ledger.submit({
    kind: 'fund',
    stream: 'fund-testshire-2016-17',
    command: { act: 'post', fact },
    officer: 'pool-manager',
    signedInBy: 'test',
    key: 'lost',
    correlation: 'lost',
    evidence: [],
  });
  await ledger.close();
  copyFileSync(older, file);
  const open = async (day: string) =>
    openLedger(openSqliteEventStore({ file, notedBy: 'test' }), settableClock(at(`${day}T09:00:00Z`)));

  const early = await open('2015-01-01');
  await t.rejects(acceptLoss(early), { message: /are gone\. That it goes on cannot be recorded now\./ });
  await early.close();

  const now = await open('2016-03-02');
  t.match(await acceptLoss(now), { outcome: { events: [{ type: 'LossAccepted' }] } });
  t.equal(await acceptLoss(now), undefined, 'then nothing is missing any more');
  await now.close();
});
