import type { Day } from '../../calendar.js';
import type { Context } from '../../grammar/fact.js';
import { moneyText, NO_MONEY, plus, type Pence } from '../../money.js';
import { byKey } from '../../order.js';
import { mostFrom } from '../../postings.js';
import { passedOn } from '../../register/inheritance.js';
import { successionsOn } from '../../grammar/succession.js';
import { sourceOf, type FundingSource } from '../../sources.js';
import { booksOfSource, booksOn } from '../books.js';
import { fallsOn } from './use-of-money.js';
import { inheritedBooks } from './inherited-money.js';
import { opened, seriesOf, type FundState } from '../state.js';
import { partnerIsIn } from '../checks.js';

/** Money carried in from the reserves of earlier years’ funds. It stays capital or revenue as it was there. */

export const CARRY_IN = 'CARRY_IN';

type Kind = FundingSource['kind'];

/** The kinds of the money carried in that stands in a fund on a day, inclusive, or a later one, back to where it first came in. */
function kindsCarriedIn(state: FundState, from: Day, fund: Context['fund']): Set<Kind> {
  const kinds = new Set<Kind>();
  for (const [name, item] of state.items) {
    if (item.kind !== 'carry-in' || mostFrom(seriesOf(state, 'agreed', name), from) <= 0) continue;
    if (item.cameFrom !== CARRY_IN) kinds.add(sourceOf(item.cameFrom)!.kind);
    else {
      // That there is such a fund was seen when the money was carried in.
      const before = fund(item.from)!;
      for (const kind of kindsCarriedIn(before, opened(before).year.first, fund)) kinds.add(kind);
    }
  }
  return kinds;
}

/**
 * Whether a source is capital or revenue in a fund, from a day on. Money carried in is what it was in the fund that it came
 * from: where there is some of both, no line says of which it is, and it may be either.
 */
export function kindOfSource(state: FundState, source: string, from: Day, fund: Context['fund']): Kind {
  if (source !== CARRY_IN) return sourceOf(source)!.kind;
  const [only = 'either', ...others] = kindsCarriedIn(state, from, fund);
  return others.length === 0 ? only : 'either';
}

/** One partner’s part of money that was carried in. */
interface Part {
  readonly partner: string;
  readonly amount: string;
}

/**
 * To whom the money belongs that a fund carries in on a day: to the bodies to which the fund that it comes from charges
 * what was drawn, by the books and under the names of that day, in the order of their names. The part of a body that is
 * not a partner of this fund belongs to this fund's host, which answers for it. Undefined if all of it is the host’s.
 */
export function standsWith(
  { amount, source, on }: { readonly amount: Pence; readonly source: string; readonly on: Day },
  from: FundState,
  to: FundState,
  context: Context,
): Part[] | undefined {
  const { host } = opened(to);
  const before = opened(from);
  const inheritance = { successions: successionsOn(context.register.successions, on, Infinity), area: before.area };
  const books = inheritedBooks(booksOn(booksOfSource(from.books, source), on), inheritance);
  const charged = [...fallsOn(amount, source, books, before.host)].map(
    ([holder, part]) => [{ holder, source }, part] as const,
  );
  const parts = new Map<string, Pence>();
  // What nobody had agreed to pay is the host’s of that fund, which may have ended too.
  for (const [holder, { pence }] of passedOn(charged, (of) => of.holder, inheritance)) {
    const partner = partnerIsIn(to, holder, on, context) ? host : holder;
    parts.set(partner, plus(parts.get(partner) ?? NO_MONEY, pence));
  }
  const balances = [...parts].filter(([, pence]) => pence !== NO_MONEY).sort(byKey);
  return balances.every(([partner]) => partner === host)
    ? undefined
    : balances.map(([partner, pence]) => ({ partner, amount: moneyText(pence) }));
}
