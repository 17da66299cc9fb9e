import { deepStrictEqual } from 'node:assert/strict';
import type { Test } from 'tap';
import { Refusal } from '../../src/domain/rules.js';
import { decidedNow } from '../../src/ledger/acts/alone.js';
import { doneNow, wouldDo } from '../../src/ledger/acts/answer.js';
import { seen } from '../../src/ledger/acts/seen.js';
import { serviceActs } from '../../src/ledger/acts/service-acts.js';
import { prepared } from '../../src/ledger/acts/submit.js';
import type { Decided, Done, Submission } from '../../src/ledger/acts/submission.js';
import { settableClock, type SettableClock } from '../../src/ledger/clock.js';
import { openLedger, type Ledger } from '../../src/ledger/ledger.js';
import type { EventStore } from '../../src/store/event-store.js';
import { withDisputes } from './disputes.js';
import { eventsInMemory } from './events-in-memory.js';
import { at, opened, TestLedger } from './ledger.js';

/**
 * The rules alone, for tests of the domain. An act is decided on the states of the streams; its events change the
 * states, and are kept in a list. No file is written and no key is looked up. Each act is decided twice, and both
 * decisions must be the same, because a decision changes nothing.
 */

const plain = (found: Decided | Refusal): unknown => {
  if (found instanceof Refusal) return { rule: found.rule, detail: found.detail };
  const { encoded, expected, preview } = found;
  return { encoded, expected, warnings: preview.warnings };
};

/** Decides acts and changes states on the memory of a ledger. */
function acting({ model, clock, store, projector, stateOf }: Ledger): Pick<Ledger, 'submit' | 'lapseExpired' | 'note'> {
  const keys = new Set<string>();

  async function submit(submission: Submission): Promise<Done | Refusal> {
    if (submission.ifMatch !== undefined || keys.has(submission.key))
      throw new Error('Keys that are used again, and revisions that were read, are for tests of the ledger.');
    keys.add(submission.key);
    const act = prepared(submission, model);
    await seen(act, { model, stateOf });
    const found = await decidedNow(act, { store, model, clock });
    deepStrictEqual(
      plain(await decidedNow(act, { store, model, clock })),
      plain(found),
      'decided again, it is the same',
    );
    if (found instanceof Refusal) return found;
    if (act.dryRun) return wouldDo(found);
    const { position } = await store.append(act.stream, found.expected, found.encoded);
    await projector.whenTaken(position);
    return doneNow(found.events, position, found.preview);
  }

  return { submit, ...serviceActs(submit, { model, clock }) };
}

/** The rules alone, with nothing recorded. */
export const emptyLedger = (t: Test): Promise<TestLedger> =>
  over(t, eventsInMemory(), settableClock(at('2016-03-01T09:00:00Z')));

/** The rules alone, on the events of a ledger, read again from the first. */
export const readAnew = (t: Test, { store, clock }: TestLedger): Promise<TestLedger> => over(t, store, clock);

async function over(t: Test, store: EventStore, clock: SettableClock): Promise<TestLedger> {
  const remembered = await openLedger(store, clock, { clockMsMax: Infinity });
  const ledger = new TestLedger({ ...remembered, ...acting(remembered) }, store, clock, 'in memory');
  t.teardown(() => ledger.close());
  return ledger;
}

/** The same with the test ledger’s partners and the fund `testshire-2016-17`, hosted by the county. */
export const openedLedger = async (t: Test, demonstration = false): Promise<TestLedger> =>
  opened(await emptyLedger(t), demonstration);

/** The same with the area’s disputes; the clock stands at 1 November 2018. */
export const disputing = async (t: Test): Promise<TestLedger> => withDisputes(await openedLedger(t));
