import { Refusal } from '../domain/rules.js';
import { seesArea, seesFund, type Sight } from './access.js';
import { WHEREABOUTS } from './catalogue.js';
import type { Ledger } from './ledger.js';
import type { Answer, Asked, Query } from './questions/question.js';

/**
 * The door for questions. HTTP, the terminal, pages and files ask here and nowhere else: whether the asker may put the
 * question is decided here, and the answer holds what the asker may see of it, and no more.
 *
 * `asked` are the question's parameters and options, read by its schemas. Returns the first rule that refuses the
 * question: a ledger that is found damaged, the asker's sight of the fund or the area, then the question's own rules.
 */
export async function ask(ledger: Ledger, sight: Sight, query: Query, asked: Asked): Promise<Answer | Refusal> {
  const fault = ledger.unsound();
  if (fault?.questionsToo) return fault.refusal;
  const unseen = mayAsk(ledger, sight, query, asked);
  if (unseen) return unseen;
  const found = await query.run(ledger, asked, sight);
  return found instanceof Refusal ? found : (query.seenBy?.(found, sight) ?? found);
}

/** Refuses a question about a fund, or about the disputes of an area, that the asker may not see. */
function mayAsk(ledger: Ledger, sight: Sight, query: Query, asked: Asked): Refusal | undefined {
  const { fund, area } = asked as { fund?: string; area?: string };
  const names = (parameter: string): boolean => parameter in query.params.shape;
  if (names('fund')) return seesFund(ledger, fund!, sight);
  // Other questions of an area are about its funds. Each of them leaves out the funds that the asker may not see.
  const ofDisputes = query.path.startsWith(WHEREABOUTS.dispute.path);
  return names('area') && ofDisputes ? seesArea(ledger, area!, sight, query.cases ? 'cases' : 'totals') : undefined;
}
