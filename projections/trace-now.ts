import { minus, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { accountKey, type Account } from '../src/domain/postings.js';
import { passedOn } from '../src/domain/register/inheritance.js';
import type { Traced } from './audit.js';
import type { Change } from './statement-now.js';

/** What a change of bodies passed on to a partner, or from it, of one source. */
interface Passed {
  readonly change: Change;
  readonly source: string;
  readonly amount: Pence;
}

const bySource = (rows: Iterable<{ readonly of: Account; readonly pence: Pence }>, partner: string) => {
  const sums = new Map<string, Pence>();
  for (const { of, pence } of rows) {
    if (of.holder === partner) sums.set(of.source, plus(sums.get(of.source) ?? NO_MONEY, pence));
  }
  return sums;
};

/**
 * What changes of bodies passed on to a partner, or from it. Together with the partner's own facts this adds up to its
 * balance on the day, to the penny. Accounts are passed on completely, whatever the days of their facts.
 * @param traced the facts that the balances of all holders are the sum of
 * @param changes the changes of bodies in force on the day, as known, in the order of their days
 */
export function passedOnTo(
  partner: string,
  traced: readonly Traced[],
  changes: readonly Change[],
  area: string,
): Passed[] {
  const facts = traced.map(({ posting }) => [posting as Account, posting.pence] as const);
  let held = passedOn(facts, accountKey, { successions: [], area });
  return changes.flatMap((change) => {
    const before = bySource(held.values(), partner);
    held = passedOn(
      [...held.values()].map(({ of, pence }) => [of, pence] as const),
      accountKey,
      { successions: [change.succession], area },
    );
    return [...bySource(held.values(), partner)].flatMap(([source, pence]) => {
      const amount = minus(pence, before.get(source) ?? NO_MONEY);
      return amount === NO_MONEY ? [] : [{ change, source, amount }];
    });
  });
}
