import type { Day } from '../src/domain/calendar.js';
import { minus, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { byText } from '../src/domain/order.js';
import { accountKey, POOL, type Account, type Posting } from '../src/domain/postings.js';
import type { Succession } from '../src/domain/grammar/succession.js';
import type { Entry } from './entry.js';
import { isShown, type Span, type Statement, type StatementLine } from './statement.js';
import { inherited } from './succession.js';

/** A change of bodies, and the event of the register that recorded it. */
export interface Change {
  readonly succession: Succession;
  readonly entry: Entry;
}

/** What one event does on one day: it moves money, or it passes accounts on. */
interface Step {
  readonly on: Day;
  readonly entry: Entry;
  readonly postings: readonly Posting[];
  readonly succession?: Succession;
}

type Sums = Record<'agreed' | 'due' | 'received', Pence>;
const NOTHING: Sums = { agreed: NO_MONEY, due: NO_MONEY, received: NO_MONEY };

/**
 * A statement of account across changes of bodies: a predecessor’s account closes on the day on which its successors
 * take it over, and continues in theirs. After each line the balance equals the position of that day to the penny.
 * @param changes the changes of bodies in force on the last day, as known, in the order of their days
 */
export function statementNow(
  entries: readonly Entry[],
  changes: readonly Change[],
  partner: string,
  area: string,
  span: Span,
): Statement {
  const held = new Map<string, { readonly account: Account; pence: Pence }>();
  const successions: Succession[] = [];
  let before: ReadonlyMap<string, Sums> = new Map();
  let outstanding: Pence = NO_MONEY;
  let opening: Pence = NO_MONEY;
  const lines: StatementLine[] = [];
  for (const { on, entry, postings, succession } of stepsOf(entries, changes, span)) {
    for (const posting of postings) {
      const key = accountKey(posting);
      const row = held.get(key);
      if (row) row.pence = plus(row.pence, posting.pence);
      else held.set(key, { account: posting, pence: posting.pence });
    }
    if (succession) successions.push(succession);
    const after = sumsOf(held, partner, successions, area, on);
    for (const source of new Set([...before.keys(), ...after.keys()])) {
      const was = before.get(source) ?? NOTHING;
      const is = after.get(source) ?? NOTHING;
      const agreed = minus(is.agreed, was.agreed);
      const due = minus(is.due, was.due);
      const received = minus(is.received, was.received);
      if (agreed === NO_MONEY && due === NO_MONEY && received === NO_MONEY) continue;
      outstanding = plus(outstanding, minus(agreed, received));
      if (on < span.from) opening = outstanding;
      else lines.push({ on, entry, source, agreed, due, received, outstanding });
    }
    before = after;
  }
  return { opening, lines, closing: outstanding };
}

/** In order of effect; on one day bodies change before money moves, and money moves in the order of recording. */
function stepsOf(entries: readonly Entry[], changes: readonly Change[], span: Span): Step[] {
  const changed = changes.map(({ succession, entry }): Step => ({
    on: succession.effective,
    entry,
    postings: [],
    succession,
  }));
  const moved = entries
    .filter((entry) => entry.place < span.size)
    .flatMap((entry) => {
      const shown = entry.postings.filter(({ measure, holder }) => holder !== POOL && isShown(measure));
      const days = new Set(shown.map(({ on }) => on));
      return [...days].map((on): Step => ({ on, entry, postings: shown.filter((posting) => posting.on === on) }));
    });
  return [...changed, ...moved].filter(({ on }) => on <= span.on).sort((a, b) => byText(a.on, b.on));
}

/** What stands with a partner, source by source. */
function sumsOf(
  held: ReadonlyMap<string, { readonly account: Account; readonly pence: Pence }>,
  partner: string,
  successions: readonly Succession[],
  area: string,
  on: Day,
): Map<string, Sums> {
  const view = inherited(
    {
      on,
      accounts: [...held.values()].map(({ account }) => account),
      balance: (account) => held.get(accountKey(account))!.pence,
    },
    { successions, area },
  );
  const sums = new Map<string, Sums>();
  for (const account of view.accounts) {
    if (account.holder !== partner) continue;
    const measure = account.measure as keyof Sums;
    const own = sums.get(account.source) ?? { ...NOTHING };
    own[measure] = plus(own[measure], view.balance(account));
    sums.set(account.source, own);
  }
  return sums;
}
