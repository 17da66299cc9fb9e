import { dayNumber, type Day } from '../src/domain/calendar.js';
import { inside } from '../src/domain/chart.js';
import type { FactData } from '../src/domain/grammar/event.js';
import { lesser, minus, negated, NO_MONEY, notNegative, plus, type Pence } from '../src/domain/money.js';
import { POOL, type Account, type Posting } from '../src/domain/postings.js';
import type { Entry } from './entry.js';
import { those, type Gathered, type Gathering } from './entry-indexes.js';
import type { Kept } from './fund-facts.js';
import { gapOf, type Gap } from './gap.js';
import { sumOver, type View } from './view.js';

/**
 * Several years of an area side by side, and the bridge between two states of knowledge: by how much each year’s gap
 * changed (columns) and why (rows). Source: docs/sources.md, Gap.
 */

/** The category of each plan line, by its name. A name is used only once, so reversals do not change this. */
export const categoriesOf = (linesSet: readonly Kept[]): ReadonlyMap<string, string> =>
  new Map(linesSet.map(({ data }) => [data['line'] as string, data['category'] as string]));

interface YearPlan {
  /** Lines that add, less lines that reduce, by category. */
  readonly requirement: ReadonlyMap<string, Pence>;
  /** What each line requires, by its name. */
  readonly lines: ReadonlyMap<string, Pence>;
  readonly funded: ReadonlyMap<string, Pence>;
  /** What bodies have beside the pool, by source. */
  readonly beside: ReadonlyMap<string, Pence>;
}

const isRequired = ({ measure, holder }: Account): boolean => measure === 'requirement' && holder !== POOL;
const isBeside = ({ measure, holder }: Account): boolean => measure === 'beside' && holder !== POOL;
const isFunding = ({ measure, holder }: Account): boolean => measure === 'agreed' && holder !== POOL;
const changesGap = (account: Account): boolean => isRequired(account) || isFunding(account) || isBeside(account);

/** The entries that change the gap of a year, on some day. */
export const MOVES_YEAR_GAP = those(({ postings }) => postings.some(changesGap));

/**
 * What a fund requires by category, and has funded by source in the pool and beside it, in pence; the former less
 * these is its gap.
 */
export function yearPlan(view: View, categories: ReadonlyMap<string, string>): YearPlan {
  const requirement = new Map<string, Pence>();
  const lines = new Map<string, Pence>();
  const funded = new Map<string, Pence>();
  const beside = new Map<string, Pence>();
  const add = (sums: Map<string, Pence>, name: string, amount: Pence): void => {
    if (amount !== NO_MONEY) sums.set(name, plus(sums.get(name) ?? NO_MONEY, amount));
  };
  for (const account of view.accounts) {
    if (isRequired(account)) {
      add(requirement, categories.get(account.detail)!, view.balance(account));
      add(lines, account.detail, view.balance(account));
    } else if (isFunding(account)) add(funded, account.source, view.balance(account));
    else if (isBeside(account)) add(beside, account.source, view.balance(account));
  }
  return { requirement, lines, funded, beside };
}

/** The figures of a year of the medium term. */
export interface YearGap extends Pick<Gap, 'requirement' | 'funded' | 'gap' | 'soft' | 'hard' | 'recurrentGap'> {
  /** Money beside the pool: it reduces the gap of the medium term, but not the gap of the pool. */
  readonly beside: Pence;
}

/** The gap of a year with what stands beside the pool, in pence: funded + beside + soft + hard = requirement. */
export function yearGap(view: View): YearGap {
  const pool = gapOf(view, NO_MONEY);
  const beside = sumOver(view, isBeside);
  const gap = minus(pool.gap, beside);
  const soft = lesser(notNegative(gap), pool.proposed);
  return {
    requirement: pool.requirement,
    funded: pool.funded,
    beside,
    gap,
    soft,
    hard: minus(gap, soft),
    recurrentGap: minus(
      pool.recurrentGap,
      sumOver(view, (account) => isBeside(account) && account.term === 'recurrent'),
    ),
  };
}

export const ROW_KINDS = ['requirement', 'reprofiled', 'funding', 'beside'] as const;

/** How one fact changed the gap of one year: a part of one cell of the bridge. */
export interface Step {
  readonly year: string;
  readonly kind: (typeof ROW_KINDS)[number];
  /** The category, the name of the reprofiling, or the source of funding in the pool or beside it. */
  readonly row: string;
  readonly entry: Entry;
  readonly change: Pence;
  /** The year to or from which a reprofiling moves money. */
  readonly otherYear?: string | undefined;
}

/** What is learnt between two sizes of the ledger, on the last day of a year. */
export interface Learnt {
  readonly year: string;
  /** Whether an account is in what is asked: of one department, only its lines. */
  counts(account: Pick<Account, 'holder' | 'detail'>): boolean;
  /** The last day of the year, inclusive. */
  readonly on: Day;
  readonly fromSize: number;
  readonly toSize: number;
}

interface Reprofile {
  readonly name: string;
  readonly otherYear: string;
}

/** The reprofiling that a fact is half of; a reversal takes its original’s half back. */
function reprofileOf(data: FactData): Reprofile | undefined {
  const original = data['fact'] as { readonly data: FactData } | undefined;
  return (original?.data ?? data)['reprofile'] as Reprofile | undefined;
}

/** What a posting changes in the gap of a year, as far as the posting and its fact say it. */
interface Moved {
  readonly kind: Step['kind'];
  readonly account: Pick<Account, 'holder' | 'detail'>;
  /** The row; undefined for a requirement, whose row is the category of its line. */
  readonly row: string | undefined;
  readonly otherYear: string | undefined;
}

/** What moves the gap of a year, in columns: one number for each posting, the postings of one entry after the other. */
interface YearMoves {
  /** For each entry, how many postings all entries up to it have, its own too. */
  readonly ends: number[];
  /** The day of each posting, as a number. */
  readonly days: number[];
  /** What each posting adds to the gap, in pence: funding lowers it. */
  readonly pence: Pence[];
  /** What each posting changes: a place in `moved`. */
  readonly of: number[];
  readonly moved: Moved[];
  readonly places: Map<string, number>;
}

/** The postings that change the gap of a year. */
export const YEAR_MOVES: Gathering<YearMoves> = {
  index: MOVES_YEAR_GAP,
  begin: () => ({ ends: [], days: [], pence: [], of: [], moved: [], places: new Map() }),
  add({ ends, days, pence, of, moved, places }, { postings, data }) {
    const reprofile = reprofileOf(data);
    for (const posting of postings) {
      const found = movedBy(posting, reprofile);
      if (!found) continue;
      const { kind, account, row, otherYear } = found;
      const key = JSON.stringify([kind, account.holder, account.detail, row, otherYear]);
      const place = inside(places, key, () => moved.push(found) - 1);
      days.push(dayNumber(posting.on));
      pence.push(kind === 'requirement' || kind === 'reprofiled' ? posting.pence : negated(posting.pence));
      of.push(place);
    }
    ends.push(of.length);
  },
};

function movedBy(posting: Posting, reprofile: Reprofile | undefined): Moved | undefined {
  const { holder, detail, source } = posting;
  const account = { holder, detail };
  if (isBeside(posting)) return { kind: 'beside', account, row: source, otherYear: undefined };
  if (isFunding(posting)) return { kind: 'funding', account, row: source, otherYear: undefined };
  if (!isRequired(posting)) return undefined;
  return reprofile
    ? { kind: 'reprofiled', account, row: reprofile.name, otherYear: reprofile.otherYear }
    : { kind: 'requirement', account, row: undefined, otherYear: undefined };
}

/** What all facts add to the gap of one year in one row, and for a reprofiling with one other year. */
export type RowTotal = Omit<Step, 'entry'>;

interface YearBridge {
  /** What each fact adds to each row, in ledger order; facts that add nothing left out. */
  readonly steps: readonly Step[];
  /** The total of the steps of each row. */
  readonly totals: readonly RowTotal[];
  /** What each plan line changed, moves between years left out: the lines of a category add up to its row. */
  readonly lines: ReadonlyMap<string, Pence>;
}

/**
 * The steps from what was known at one size of the ledger to what was known at another: what each fact in between adds
 * to the gap of the year; if the second size is smaller, the signs are reversed. Each posting is in exactly one step,
 * so the steps add up.
 * @param gathered from the entries below the larger size
 */
export function bridgeOf(
  { entries, of: columns }: Gathered<YearMoves>,
  categories: ReadonlyMap<string, string>,
  { year, on, fromSize, toSize, counts }: Learnt,
): YearBridge {
  const [small, large] = fromSize <= toSize ? [fromSize, toSize] : [toSize, fromSize];
  const signed = (amount: Pence): Pence => (fromSize <= toSize ? amount : negated(amount));
  const lastDay = dayNumber(on);
  const { ends, days, pence, of, moved } = columns;
  const rows: Row[] = [];
  const byName = new Map<string, Row>();
  /** The row of each thing that a posting can change; undefined where it is not asked about. */
  const rowOf = moved.map(({ kind, account, row: named, otherYear }): Row | undefined => {
    if (!counts(account)) return undefined;
    const row = named ?? categories.get(account.detail)!;
    return inside(byName, JSON.stringify([kind, row, otherYear]), () => {
      const made = { kind, row, otherYear, ofEntry: NO_MONEY, entry: -1, sum: NO_MONEY, hasSteps: false };
      rows.push(made);
      return made;
    });
  });
  const lineSums = new Map<number, Pence>();
  const steps: Step[] = [];
  /** The rows that the entry changes: few. */
  const changed: Row[] = [];
  for (let at = firstFrom(entries, small); at < entries.length && entries[at]!.place < large; at++) {
    changed.length = 0;
    for (let posting = at === 0 ? 0 : ends[at - 1]!; posting < ends[at]!; posting++) {
      const what = of[posting]!;
      const row = rowOf[what];
      if (!row || days[posting]! > lastDay) continue;
      const change = signed(pence[posting]!);
      if (row.entry !== at) {
        row.entry = at;
        row.ofEntry = NO_MONEY;
        changed.push(row);
      }
      row.ofEntry = plus(row.ofEntry, change);
      if (row.kind === 'requirement') lineSums.set(what, plus(lineSums.get(what) ?? NO_MONEY, change));
    }
    for (const each of changed) {
      if (each.ofEntry === NO_MONEY) continue;
      each.hasSteps = true;
      each.sum = plus(each.sum, each.ofEntry);
      const { kind, row, otherYear } = each;
      steps.push({ year, kind, row, entry: entries[at]!, change: each.ofEntry, otherYear });
    }
  }
  const lines = new Map<string, Pence>();
  for (const [what, change] of lineSums) {
    const line = moved[what]!.account.detail;
    lines.set(line, plus(lines.get(line) ?? NO_MONEY, change));
  }
  const totals = rows
    .filter(({ hasSteps }) => hasSteps)
    .map(({ kind, row, otherYear, sum }): RowTotal => ({ year, kind, row, otherYear, change: sum }));
  return { steps, totals, lines };
}

/** A row while it is added up. */
interface Row extends Pick<Step, 'kind' | 'row' | 'otherYear'> {
  /** The entry that changed it last, and what that entry adds to it. */
  entry: number;
  ofEntry: Pence;
  sum: Pence;
  hasSteps: boolean;
}

/** The number of the first of some entries, in ledger order, that is at a place or after it. */
function firstFrom(entries: readonly Entry[], place: number): number {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (entries[middle]!.place < place) from = middle + 1;
    else to = middle;
  }
  return from;
}
