import type { Day, FinancialYear } from '../calendar.js';
import { assign, put } from '../grammar/change.js';
import { exactly, NO_MONEY, notNegative, plus, type Pence } from '../money.js';
import {
  moveSeries,
  emptySeries,
  movedOn,
  PLAN,
  POOL,
  seriesOn,
  termOf,
  type Account,
  type DaySeries,
  type Measure,
  type Posting,
} from '../postings.js';
import { refuse, Refusal } from '../rules.js';
import type { MoneylessFact } from './moneyless-facts.js';
import { enterInBooks, type Book } from './books.js';
import { noReturns, type ReturnsState } from './year/return-state.js';
import { noSpending, type SpendingState } from './year/spending-state.js';
import { noTestInputs, type TestInputs } from './plan/test-inputs.js';

/** What decisions on other funds may read of a fund. */
declare module '../grammar/fact.js' {
  interface World {
    /** Another fund as now known, where it is open: money that one year carries into the next rests on it. */
    fund(name: string): FundState | undefined;
  }
}

/** A fund: the pooled fund of one area for one financial year, as a decision needs to see it. */
export interface FundState {
  readonly opened: Opened | undefined;
  /** Plan lines, contributions and grants by name. A name is used once, even if its fact is reversed. */
  readonly items: ReadonlyMap<string, Item>;
  /** The revision of the fact that brought each name. If that fact was reversed, the name has no item any more. */
  readonly named: ReadonlyMap<string, number>;
  /** The movements of each measure of each item, by `measure|item`. */
  readonly series: ReadonlyMap<string, DaySeries>;
  /** The last accounting period closed; 0 where none is. */
  readonly closedThrough: number;
  /** The facts that were reversed, by revision, with the revision of the reversal. */
  readonly reversed: ReadonlyMap<number, number>;
  /** The facts that rest on each item, by revision: a reversal must not remove what they rest on. */
  readonly standing: ReadonlyMap<string, ReadonlyMap<number, FactOnItem>>;
  /** Of each item, the revisions of the facts that stand on it by what they say, where that tells them apart: see grammar/same.ts. */
  readonly alike: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
  /** The references shaped like an NHS number that were recorded, each with the first revision: see references.ts. */
  readonly references: ReadonlyMap<string, number>;
  readonly size: Size;
  /** What the minimum tests are made of. */
  readonly tested: TestInputs;
  /** The movements of each account, by its key, for formulas over the whole fund. */
  readonly books: ReadonlyMap<string, Book>;
  readonly spending: SpendingState;
  readonly returns: ReturnsState;
  /** The partners who signed the last agreement to a fact: the fact itself is the next event. */
  readonly signers: readonly (readonly string[])[];
  /** The facts of the section 75 agreement, in the order of recording. */
  readonly agreements: readonly MoneylessFact[];
  /** The risk share that was applied, scheme by scheme. */
  readonly riskShares: readonly MoneylessFact[];
  /** The life cycle of the plan: its moves, sign-offs, and conditions met. */
  readonly lifeCycle: readonly MoneylessFact[];
}

/** How much a fund has moved. While that is bounded, every sum of any of its movements is exact. */
export interface Size {
  /**
   * The sum of the absolute amounts of all movements in force, in pence. Movements reversed from their own day do not
   * count. Proposed or assumed money is counted separately.
   */
  readonly stands: Pence;
  /** All that was ever moved, with as much again that it may take to undo it. */
  readonly turnover: Pence;
  /**
   * The same for money that each partner’s officers have proposed or assumed. It binds nobody, so it does not count
   * against other partners.
   */
  readonly supposed: ReadonlyMap<string, Pence>;
}

export interface FactOnItem {
  readonly effective: Day;
  readonly level: 'states' | 'moves' | undefined;
}

/** The days on which a body is a partner, both inclusive, and when that became known. */
export interface Membership {
  readonly partner: string;
  readonly from: Day;
  readonly until?: Day;
  /** The revision at which it joined; none of a body with whom the fund was opened. */
  readonly joined?: number;
  readonly left?: number;
}

export interface Opened {
  readonly area: string;
  readonly year: FinancialYear;
  readonly host: string;
  /** Every body with whom it was opened, or that joined since: who is one on a day is said by membership.ts. */
  readonly partners: readonly string[];
  /** The days of those who joined or left. */
  readonly members: readonly Membership[];
}

export interface Line {
  readonly kind: 'line';
  readonly source: string;
  readonly recurrent: boolean;
  /** What it does to the requirement, as it was set. */
  readonly effect: 'adds' | 'reduces';
  /** Whether it is written below zero: what is taken out of the plan, or a budget net of income. */
  readonly falls: boolean;
  readonly began: Day;
  /** The partner that commissions the line for the fund, where one is named: it may record what the line costs. */
  readonly lead: string | undefined;
}

export interface Contribution {
  readonly kind: 'contribution';
  readonly payer: string;
  readonly source: string;
  readonly recurrent: boolean;
  readonly began: Day;
}

export interface Grant {
  readonly kind: 'grant';
  readonly holder: string;
  readonly source: string;
  readonly recurrent: boolean;
  readonly began: Day;
  /** The districts that it is passed down to; none where it is not. */
  readonly districts: readonly string[];
}

/** A named assumption: only its name is kept, so that it is not used twice. */
interface Assumption {
  readonly kind: 'assumption';
}

/** What was ordered and not yet paid for, on one plan line. */
export interface Commitment {
  readonly kind: 'commitment';
  readonly line: string;
  readonly source: string;
  readonly recurrent: boolean;
}

/** Money set aside for a later year. */
interface Reserve {
  readonly kind: 'reserve';
  readonly source: string;
  readonly purpose: string;
  readonly toYear: string;
}

/** Money that came from a reserve of an earlier year’s fund. */
interface CarryIn {
  readonly kind: 'carry-in';
  readonly from: string;
  readonly reserve: string;
  /** The source of the money in the fund that it comes from. */
  readonly cameFrom: string;
}

/** What a body has beside the pool. */
interface Beside {
  readonly kind: 'beside';
  readonly holder: string;
  readonly source: string;
  readonly recurrent: boolean;
  readonly began: Day;
}

/** A reserve or provision that a body had when the year began. */
interface Balance {
  readonly kind: 'balance';
  readonly type: 'reserve' | 'provision';
  readonly holder: string;
  readonly amount: Pence;
  readonly began: Day;
}

/** Money held back until a result is achieved: pay for performance. */
interface Pot {
  readonly kind: 'pot';
  readonly payer: string;
  readonly amount: Pence;
  readonly planned: string;
}

export type Item = Line | Contribution | Grant | Assumption | Commitment | Reserve | CarryIn | Pot | Beside | Balance;

export const emptyFund = (): FundState => ({
  opened: undefined,
  items: new Map(),
  named: new Map(),
  series: new Map(),
  closedThrough: 0,
  reversed: new Map(),
  standing: new Map(),
  alike: new Map(),
  references: new Map(),
  size: { stands: NO_MONEY, turnover: NO_MONEY, supposed: new Map() },
  tested: noTestInputs(),
  books: new Map(),
  spending: noSpending(),
  returns: noReturns(),
  signers: [],
  agreements: [],
  riskShares: [],
  lifeCycle: [],
});

// Evolve

const seriesKey = (measure: Measure, item: string): string => `${measure}|${item}`;

/** Adds an event's postings to the series that limits are checked on. `by` is the partner who acted. */
export function evolvePostings(state: FundState, postings: readonly Posting[], by: string): void {
  for (const posting of postings) {
    if (posting.holder === POOL) continue;
    const key = seriesKey(posting.measure, posting.item);
    let series = state.series.get(key);
    if (!series) put(state.series, key, (series = emptySeries()));
    grow(state.size, series, posting, by);
    moveSeries(series, posting.on, posting.pence);
    enterInBooks(state.books, posting);
  }
}

/** What is only proposed or assumed: any partner says so alone. */
const isSupposed = ({ measure }: Posting): boolean => measure === 'proposed' || measure === 'assumed';

/** Counts one more movement of a series in the size of its fund. */
export function grow(size: Size, series: DaySeries, posting: Posting, by: string): void {
  const before = movedOn(series, posting.on);
  const growth = exactly(Math.abs(before + posting.pence) - Math.abs(before));
  const turned = exactly(2 * notNegative(growth));
  if (isSupposed(posting)) put(size.supposed, by, plus(size.supposed.get(by) ?? NO_MONEY, turned));
  else {
    assign(size, 'stands', plus(size.stands, growth));
    assign(size, 'turnover', plus(size.turnover, turned));
  }
}

// Reading the state

const nothing = emptySeries();
/**
 * The movements of one measure of an item by day, in pence, as now known; empty where there are none. Not to be
 * changed.
 */
export const seriesOf = (state: Pick<FundState, 'series'>, measure: Measure, item: string): DaySeries =>
  state.series.get(seriesKey(measure, item)) ?? nothing;

/** What an item stands at on a day, inclusive, in pence, as now known. */
export const standsAt = (state: FundState, measure: Measure, item: string, day: Day): Pence =>
  seriesOn(seriesOf(state, measure, item), day);

/** The fund as opened. Decisions on an unopened fund are refused before any fact is looked at. */
export const opened = (state: FundState): Opened => state.opened!;

const KIND_WORDS: Partial<Record<Item['kind'], string>> = {
  line: 'plan line',
  beside: 'funding beside the pool',
  balance: 'opening reserve or provision',
};

/**
 * Finds an item of one kind for a new fact, or refuses and names it. Reversed items are refused, because a new fact on
 * them would be in some figures and not in others.
 */
export function itemOf<Kind extends Item['kind']>(
  state: FundState,
  kind: Kind,
  name: string,
): Extract<Item, { kind: Kind }> | Refusal {
  const item = everNamed(state, kind, name);
  if (item instanceof Refusal || !state.reversed.has(state.named.get(name)!)) return item;
  const reversal = state.reversed.get(state.named.get(name)!)!;
  return refuse('reference_unknown', `The ${KIND_WORDS[kind] ?? kind} "${name}" was reversed at revision ${reversal}.`);
}

/**
 * Finds an item of one kind, reversed or not, or refuses. It tells whose item it is, also for facts about a reversed
 * item.
 */
export function everNamed<Kind extends Item['kind']>(
  state: FundState,
  kind: Kind,
  name: string,
): Extract<Item, { kind: Kind }> | Refusal {
  const item = state.items.get(name);
  if (item?.kind === kind) return item as Extract<Item, { kind: Kind }>;
  return refuse('reference_unknown', `This fund has no ${KIND_WORDS[kind] ?? kind} named "${name}".`);
}

/** The account of a contribution or grant, in one measure. */
export const holding = (
  measure: Measure,
  of: { readonly holder: string; readonly source: string; readonly recurrent: boolean },
): Omit<Account, 'detail'> => ({ measure, holder: of.holder, source: of.source, term: termOf(of.recurrent) });

export const planAccount = (line: string, of: { readonly source: string; readonly recurrent: boolean }): Account => ({
  measure: 'requirement',
  holder: PLAN,
  source: of.source,
  term: termOf(of.recurrent),
  detail: line,
});
