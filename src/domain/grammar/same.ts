import type { FactData } from './event.js';
import type { Context, Fact } from './fact.js';
import type { Kind } from './kind.js';
import { inForce } from './rule-versions.js';
import { refuse, type Refusal } from '../rules.js';

/** The same payment recorded twice: a receipt, a tranche, an invoice. */

/** The values that distinguish a fact from others of its type, as one text; undefined if its declaration names none. */
export const sameText = <State>({ name, sameAs }: Fact<State>, data: FactData): string | undefined =>
  sameAs && JSON.stringify([name, ...sameAs(data)]);

/**
 * Refuses a fact if a standing one has the same values, unless it is marked `again` with a reason; and refuses a marked
 * fact if there is no other.
 */
export function notTwice<State>(
  kind: Kind<State>,
  state: State,
  fact: Fact<State>,
  data: FactData,
  context: Context,
): Refusal | undefined {
  if (!fact.sameAs || !inForce('recorded_already', context)) return undefined;
  const before = kind.alike!(state, fact, data);
  if (data['again'] !== true) {
    return before === undefined
      ? undefined
      : refuse('recorded_already', `The fact at revision ${before} says the same: ${fact.sentence(data)}`);
  }
  if (before === undefined) {
    return refuse('again_not_needed', `No other that stands says the same: ${fact.sentence(data)}`);
  }
  return data['reason'] === undefined
    ? refuse('reason_needed', `It is recorded again beside the fact at revision ${before}, and does not say why.`)
    : undefined;
}
