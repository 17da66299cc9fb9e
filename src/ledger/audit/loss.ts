import { LOSS } from '../../domain/register/loss.js';
import { Refusal } from '../../domain/rules.js';
import { todayOf } from '../acts/stamp.js';
import type { Ledger } from '../ledger.js';
import type { Done } from '../acts/submission.js';

/**
 * Has a ledger go on although acts that were recorded in it are gone, as its operator says, and records that it does.
 * Returns undefined where nothing is missing. Throws, and accepts nothing, where no event is left to go on from.
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
