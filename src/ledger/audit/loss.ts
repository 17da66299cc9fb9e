import { LOSS } from '../../domain/register/loss.js';
import { Refusal } from '../../domain/rules.js';
import { todayOf } from '../acts/stamp.js';
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
