import { apportion, lesser, minus, NO_MONEY, notNegative, plus, total, type Pence } from '../../money.js';
import type { Day } from '../../calendar.js';
import { POOL } from '../../postings.js';
import { sourceOf } from '../../sources.js';
import type { Balanced } from '../books.js';
import { CARRY_IN } from './carried-in.js';
import { toBePassedDown } from './pass-downs.js';
import { fallsOn } from './use-of-money.js';
import { factsInForce } from '../plan/test-inputs.js';
import type { KeptFact } from '../../grammar/remembered.js';

/**
 * Ring-fenced money: grants that may be spent on certain purposes only, or that are passed down, and such money carried
 * in from an earlier year. Its unspent rest is not a surplus of the partners: it belongs to the body that it is owed
 * to. Source: docs/sources.md, Money; Instalments and carry-forward (passed down in full; carried forward for its
 * purposes).
 */

/** The sources that hold ring-fenced money on a day, inclusive, by the facts that are known. */
export function ringFencedOn(facts: readonly KeptFact[], on: Day): Set<string> {
  const determined = factsInForce(facts, 'grant', on);
  const passedDown = new Set(
    toBePassedDown(determined, factsInForce(facts, 'grant-share', on)).map(({ grant }) => grant),
  );
  const grants = determined.filter(
    ({ data }) => data['purposes'] !== undefined || passedDown.has(data['grant'] as string),
  );
  // Money carried in a second time no longer names its first source. It counts as ring-fenced, so that it stays with
  // the bodies for which it was carried in.
  const carried = factsInForce(facts, 'carry-in', on).filter(({ data }) => {
    const cameFrom = data['cameFrom'] as string;
    return cameFrom === CARRY_IN || sourceOf(cameFrom)!.grant;
  });
  return new Set([...grants, ...carried].map(({ data }) => data['source'] as string));
}

/** What each district is still owed of a source: its share, less what was passed down to it and what it waived. */
function owedDown({ accounts, balance }: Balanced, source: string): Map<string, Pence> {
  const owed = new Map<string, Pence>();
  const add = (district: string, amount: Pence): void =>
    void owed.set(district, plus(owed.get(district) ?? NO_MONEY, amount));
  for (const account of accounts) {
    if (account.source !== source || account.holder === POOL) continue;
    if (account.measure === 'share') add(account.holder, balance(account));
    else if (account.measure === 'passedDown' || account.measure === 'waived')
      add(account.holder, minus(NO_MONEY, balance(account)));
  }
  return new Map([...owed].filter(([, amount]) => amount > 0));
}

/** What is still to be passed down of a source, to all districts together, in pence. It is never below 0. */
export const toPassDown = (books: Balanced, source: string): Pence => total(owedDown(books, source).values());

/** To whom the unspent rest of a ring-fenced source is owed. */
export interface Owed {
  /** The districts that it is still to be passed down to, as far as it goes; all of them alike. */
  readonly passedDown: ReadonlyMap<string, Pence>;
  /** Those who answer for the rest: the holders of the grant, who spend it on its purposes or give it back. */
  readonly kept: ReadonlyMap<string, Pence>;
}

/**
 * To whom an unspent sum (in pence, not below 0) of a ring-fenced source is owed, to the penny by largest remainder:
 * districts first.
 */
export function owedTo(sum: Pence, source: string, books: Balanced, host: string): Owed {
  const owed = [...owedDown(books, source)].map(([id, weight]) => ({ id, weight }));
  const down = lesser(sum, total(owed.map(({ weight }) => weight)));
  const rest = minus(sum, down);
  return {
    passedDown: down > 0 ? apportion(down, owed) : new Map<string, Pence>(),
    kept: rest > 0 ? fallsOn(rest, source, books, host) : new Map<string, Pence>(),
  };
}

/** What a plan line has of one source. */
interface Row {
  readonly source: string;
  readonly budget: Pence;
  readonly spent: Pence;
}

/**
 * The part of each row’s variance that is not shared, in pence. Positive: the unspent ring-fenced money of the row.
 * Negative: the part of an overspend that unspent money of the same source on other lines covers. Money that must
 * still be passed down covers no overspend. So the rows of a source add up to its unspent rest, or to 0, and an
 * overspend beyond the ring-fenced money is shared like any other.
 */
export function outsideOf(rows: readonly Row[], ringFenced: ReadonlySet<string>, books: Balanced): Pence[] {
  const outside = rows.map((): Pence => NO_MONEY);
  for (const source of ringFenced) {
    const own = rows.flatMap((row, at) => (row.source === source ? [{ at, left: minus(row.budget, row.spent) }] : []));
    const left = total(own.map((each) => notNegative(each.left)));
    const over = own.flatMap((each) =>
      each.left < 0 ? [{ id: String(each.at), weight: minus(NO_MONEY, each.left) }] : [],
    );
    const free = notNegative(minus(left, toPassDown(books, source)));
    const covered = lesser(free, total(over.map(({ weight }) => weight)));
    for (const each of own) outside[each.at] = notNegative(each.left);
    if (covered > 0) for (const [at, part] of apportion(covered, over)) outside[Number(at)] = minus(NO_MONEY, part);
  }
  return outside;
}
