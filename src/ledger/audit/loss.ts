import { LOSS } from '../../domain/register/loss.js';
import { Refusal } from '../../domain/rules.js';
import type { EventStore } from '../../store/event-store.js';
import { pageOfStream } from '../../store/pages.js';
import { todayOf } from '../acts/stamp.js';
import { REGISTER_STREAM } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import type { Done } from '../acts/submission.js';

/**
 * Accepts, for the operator, that recorded acts of a ledger are lost, and records it (`LossAccepted`). Returns
 * undefined if nothing is missing. Throws, and accepts nothing, if no event is left.
 */
export async function acceptLoss(ledger: Ledger): Promise<Done | undefined> {
  const { store } = ledger;
  const loss = store.lost?.();
  if (!loss) return undefined;
  const { noted: lost, found } = loss;
  if (!ledger.model.register().ledger)
    throw new Error(`${loss.words} No ledger is left to go on from: restore a backup.`);
  store.acceptLoss!();
  const fact = { type: LOSS.name, data: { effective: todayOf(ledger), lost, found } };
  const done = await ledger.note(fact, `loss ${lost.size} ${lost.root} ${found.size} ${found.root}`);
  if (done instanceof Refusal) throw new Error(`${loss.words} That it goes on cannot be recorded now. ${done.detail}`);
  return done;
}

/** Whether it was ever accepted that recorded acts of a ledger are lost. Rejects where its register cannot be read. */
export async function hasLost(store: EventStore): Promise<boolean> {
  let after = -1n;
  for (;;) {
    const page = await pageOfStream(store, REGISTER_STREAM, after);
    if (page.some(({ type }) => type === LOSS.name)) return true;
    if (page.length === 0) return false;
    after = page.at(-1)!.revision;
  }
}
