import type { Day } from '../src/domain/calendar.js';
import type { FactData } from '../src/domain/grammar/event.js';
import { lesser, minus, negated, NO_MONEY, notNegative, plus, type Pence } from '../src/domain/money.js';
import { POOL, type Account, type Posting } from '../src/domain/postings.js';
import type { Entry } from './entry.js';
import { those } from './entry-indexes.js';
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

/** The facts of a year between two sizes of the ledger, and their sign: minus if the second size is smaller. */
function learnt(entries: readonly Entry[], { fromSize, toSize }: Learnt): { entries: Entry[]; sign: 1 | -1 } {
  const [small, large] = fromSize <= toSize ? [fromSize, toSize] : [toSize, fromSize];
  return {
    entries: entries.filter(({ place }) => place >= small && place < large),
    sign: fromSize <= toSize ? 1 : -1,
  };
}

/**
 * What each plan line changed between what was known at two sizes of the ledger, moves between years left out: the lines of
 * a category add up to its row.
 */
export function bridgeLines(entries: readonly Entry[], of: Learnt): ReadonlyMap<string, Pence> {
  const lines = new Map<string, Pence>();
  const known = learnt(entries, of);
  for (const { postings, data } of known.entries) {
    if (reprofileOf(data)) continue;
    for (const posting of postings) {
      if (!isRequired(posting) || !of.counts(posting) || posting.on > of.on) continue;
      const change = known.sign === 1 ? posting.pence : negated(posting.pence);
      lines.set(posting.detail, plus(lines.get(posting.detail) ?? NO_MONEY, change));
    }
  }
  return lines;
}

/**
 * The steps from what was known at one size of the ledger to what was known at another: what each fact in between adds
 * to the gap of the year; if the second size is smaller, the signs are reversed. Each posting is in exactly one step,
 * so the steps add up.
 * @param entries those that do not {@link MOVES_YEAR_GAP} may be left out
 */
export function bridgeSteps(entries: readonly Entry[], categories: ReadonlyMap<string, string>, of: Learnt): Step[] {
  const { on } = of;
  const { entries: known, sign } = learnt(entries, of);
  const found: Step[] = [];
  for (const entry of known) {
    const reprofile = reprofileOf(entry.data);
    const first = found.length;
    for (const posting of entry.postings) {
      // The pool’s own side is half of all postings.
      if (posting.holder === POOL || posting.on > on) continue;
      const step = stepOf(posting, reprofile, categories);
      if (!step || !of.counts(posting)) continue;
      const change = sign === 1 ? step.change : negated(step.change);
      // The steps of an entry are few.
      let at = first;
      while (at < found.length && !(found[at]!.kind === step.kind && found[at]!.row === step.row)) at++;
      const { kind, row, otherYear } = step;
      // Written out: a year has thousands, and a copy of an object takes ten times as long.
      found[at] = { kind, row, entry, change: plus(found[at]?.change ?? NO_MONEY, change), otherYear };
    }
  }
  return found.filter(({ change }) => change !== NO_MONEY);
}

function stepOf(
  posting: Posting,
  reprofile: Reprofile | undefined,
  categories: ReadonlyMap<string, string>,
): Omit<Step, 'entry'> | undefined {
  if (isBeside(posting)) return { kind: 'beside', row: posting.source, change: negated(posting.pence) };
  if (isFunding(posting)) return { kind: 'funding', row: posting.source, change: negated(posting.pence) };
  if (!isRequired(posting)) return undefined;
  return reprofile
    ? { kind: 'reprofiled', row: reprofile.name, change: posting.pence, otherYear: reprofile.otherYear }
    : { kind: 'requirement', row: categories.get(posting.detail)!, change: posting.pence };
}
