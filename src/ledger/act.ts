import type { Refusal } from '../domain/rules.js';
import { factOf } from '../domain/stream.js';
import { seesArea, seesFund, type Sight } from './access.js';
import { KINDS, placed } from './catalogue.js';
import type { Ledger } from './ledger.js';
import type { Done, Submission } from './submit.js';

/**
 * The door for acts. HTTP, the terminal, pages and files act here and nowhere else: whether the officer may see what the
 * act is about is decided first; then the key, the revision that was read, the mandate and the rules, or a dry run of them.
 *
 * Resolves to the act as it is recorded, or to the first rule that refuses it; a refused act leaves nothing behind.
 */
export async function act(ledger: Ledger, sight: Sight, submission: Submission): Promise<Done | Refusal> {
  return mayAct(ledger, sight, submission) ?? ledger.submit(submission);
}

/** Refuses an act on a fund, or on the disputes of an area, that the officer may not see. */
function mayAct(ledger: Ledger, sight: Sight, { kind, stream, command }: Submission): Refusal | undefined {
  const { name } = placed(stream);
  if (kind === 'fund') return seesFund(ledger, name, sight);
  if (kind !== 'dispute') return undefined;
  const byKeeper = command.act === 'post' && factOf(KINDS[kind], command.fact.type).byKeeper === true;
  return seesArea(ledger, name, sight, byKeeper ? 'totals' : 'cases');
}
