import type { Day } from '../src/domain/calendar.js';
import { inside } from '../src/domain/chart.js';
import { minus, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { byText } from '../src/domain/order.js';
import { POOL, type Measure } from '../src/domain/postings.js';
import type { Entry } from './entry.js';

/**
 * A partner's statement of account: every movement of what it agreed, had due and paid, with the balance outstanding
 * after each. Opening + movements = closing. In order of effect, then of recording. Source: docs/figures.md.
 */
export interface StatementLine {
  readonly on: Day;
  readonly entry: Entry;
  readonly source: string;
  readonly agreed: Pence;
  readonly due: Pence;
  readonly received: Pence;
  /** Agreed less received after this line. */
  readonly outstanding: Pence;
}

type Movement = Omit<StatementLine, 'outstanding'>;

export interface Statement {
  /** What was outstanding before the first day. */
  readonly opening: Pence;
  readonly lines: readonly StatementLine[];
  readonly closing: Pence;
}

export interface Span {
  /** First day, inclusive. */
  readonly from: Day;
  /** Last day, inclusive. */
  readonly on: Day;
  /** How many events of the ledger are known. */
  readonly size: number;
}

export function statement(entries: readonly Entry[], partner: string, span: Span): Statement {
  const movements = entries
    .filter((entry) => entry.place < span.size)
    .flatMap((entry) => movementsOf(entry, partner))
    .filter((movement) => movement.on <= span.on)
    // Entries come in ledger order, and sorting keeps the order of equals.
    .sort((a, b) => byText(a.on, b.on));
  let opening: Pence = NO_MONEY;
  let outstanding: Pence = NO_MONEY;
  const lines: StatementLine[] = [];
  for (const movement of movements) {
    outstanding = plus(outstanding, minus(movement.agreed, movement.received));
    if (movement.on < span.from) opening = outstanding;
    else {
      const { on, entry, source, agreed, due, received } = movement;
      lines.push({ on, entry, source, agreed, due, received, outstanding });
    }
  }
  return { opening, lines, closing: outstanding };
}

/** By the bodies on whose statements something of an entry is shown. */
export function byHolderShown({ postings }: Entry): Iterable<string> {
  const found = new Set<string>();
  for (const { measure, holder } of postings) if (holder !== POOL && isShown(measure)) found.add(holder);
  return found;
}

/** What one event moved for a partner, a line for each day and source. */
function movementsOf(entry: Entry, partner: string): Movement[] {
  const lines = new Map<string, { -readonly [Name in keyof Movement]: Movement[Name] }>();
  for (const posting of entry.postings) {
    if (posting.holder !== partner || !isShown(posting.measure)) continue;
    const key = `${posting.on} ${posting.source}`;
    const line = inside(lines, key, () => ({
      on: posting.on,
      entry,
      source: posting.source,
      agreed: NO_MONEY,
      due: NO_MONEY,
      received: NO_MONEY,
    }));
    const measure = posting.measure as 'agreed' | 'due' | 'received';
    line[measure] = plus(line[measure], posting.pence);
  }
  return [...lines.values()];
}

/** What a statement shows the movements of. */
export const isShown = (measure: Measure): boolean =>
  measure === 'agreed' || measure === 'due' || measure === 'received';
