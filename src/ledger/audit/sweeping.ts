import { hexOf } from '../../../evidence/tree.js';
import type { Beginning } from '../../store/event-store.js';
import type { Ledger } from '../ledger.js';
import { hasLost } from './loss.js';

/** Whether a ledger may say which files of a folder of documents nothing names. Where that is in doubt, none is removed. */

/** Which ledger a folder belongs to: where it is, and how far it has come. */
interface Owner extends Beginning {
  readonly where: string;
}

/** Whether a ledger, which is at a place, is the one that was noted. */
const isOwner = async ({ model, tree }: Ledger, at: string, { where, size, root }: Owner): Promise<boolean> =>
  at === where && size <= model.size() && hexOf(await tree.rootAt(size)) === root;

const isNoDemonstration = ({ model }: Ledger): boolean => model.register().ledger?.demonstration === false;

/**
 * Why a ledger removes no file of a folder, in a sentence; undefined where it may. `at` is where the ledger is, `noted` what the
 * folder notes.
 */
export async function whyNotSwept(ledger: Ledger, at: string, noted: Owner | undefined): Promise<string | undefined> {
  const fault = ledger.unsound();
  if (fault) return `The ledger is not well. ${fault.refusal.detail}`;
  if (!isNoDemonstration(ledger)) return 'A demonstration, or a ledger that is not open yet, removes no files.';
  if (await hasLost(ledger.store))
    return 'Acts of this ledger are lost (LossAccepted), and they may name these files. Look at each file, and delete by hand what nobody needs.';
  await ledger.clockWatch.compared();
  const doubt = ledger.clockWatch.doubt();
  if (doubt !== undefined) return `The clock cannot say how old the files are. ${doubt}`;
  if (!noted)
    return 'The folder does not say yet which ledger it belongs to. The service notes that: serve the ledger with this folder first.';
  if (await isOwner(ledger, at, noted)) return undefined;
  return `The folder belongs to the ledger at ${noted.where}, which had ${noted.size} events (root ${noted.root.slice(0, 12)}…). This ledger, at ${at}, is another one, a copy, or older. If the folder is this ledger’s alone, delete the file .ledger in the folder, and serve the ledger with it.`;
}

/**
 * What a folder is to note of a ledger. Undefined where it notes that already, where the folder is another ledger’s, and for a
 * ledger that removes no files.
 */
export async function toNote(ledger: Ledger, at: string, noted: Owner | undefined): Promise<Owner | undefined> {
  const size = ledger.model.size();
  if (ledger.unsound() || !isNoDemonstration(ledger)) return undefined;
  if (noted && (size <= noted.size || !(await isOwner(ledger, at, noted)))) return undefined;
  return { where: at, size, root: hexOf(await ledger.tree.rootAt(size)) };
}
