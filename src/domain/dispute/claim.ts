import { dayNumber, dayOfNumber, FINANCIAL_YEARS, LAST_DAY, yearIndexOf, type Day } from '../calendar.js';
import type { FactData } from '../grammar/event.js';
import {
  exactly,
  minus,
  NO_MONEY,
  partsOfWhole,
  partsTogether,
  pence,
  plus,
  shareOfParts,
  signedPence,
  WHOLE_PARTS,
  type Pence,
  type Share,
} from '../money.js';
import { add, costTo, DAYS_IN_WEEK, nothing, rounded, roundedSteps, type Exact } from './exact-sum.js';
import { TERMS_STEPS, type Entry } from './steps.js';

/**
 * What a claim comes to. A claim accrues by the day:
 *
 * weekly cost × days ÷ 7 × (the respondent's claimed share − the share that it pays meanwhile)
 *
 * summed exactly over the stretches in which cost, shares and bodies do not change, and rounded to the penny, half to
 * even, once per case and financial year. What is claimed is always what is agreed + what is abandoned + what is still
 * open, and none of them is negative. If a decision gives less than was paid meanwhile, the whole claim is abandoned,
 * and the sum that the claimant gives back is `repayable`, which is not part of the claim. Source: docs/sources.md,
 * Claims; Rounding.
 */

/** The largest weekly cost and the largest invoice: with them the cost of all days of a case is a whole double. */
export const WEEKLY_COST_MAX = '99999.99';
export const INVOICE_MAX = '9999999.99';
export const INVOICES_MAX = 60;

/** Who bears a cost: shares that are the whole together. */
export interface Split {
  readonly claimant: Share;
  readonly respondent: Share;
  /**
   * Bodies other than the two sides. What they bear is not part of this claim: it is claimed from each of them in a
   * separate case.
   */
  readonly others?: readonly Other[] | undefined;
}

export interface Other {
  readonly partner: string;
  readonly share: Share;
}

const NOBODY: readonly Other[] = [];

/** The respondent’s share of a split, in parts of the whole. */
const borneByRespondent = ({ respondent }: Split): number => partsOfWhole(respondent);

interface Cost {
  readonly from: Day;
  readonly weekly: string;
}

export interface Invoice {
  readonly on: Day;
  readonly amount: string;
}

export interface Body {
  readonly from: Day;
  readonly partner: string;
}

/** A case as it was raised. */
export interface Raised extends FactData {
  readonly case: string;
  readonly kind: string;
  readonly ground: string;
  readonly raisedOn: Day;
  readonly until?: Day | undefined;
  readonly claimant: readonly Body[];
  readonly respondent: readonly Body[];
  readonly costs: readonly Cost[];
  readonly invoices?: readonly Invoice[] | undefined;
  readonly interim: Split;
  readonly claimed: Split;
}

export interface Revised extends FactData {
  readonly until?: Day | undefined;
  readonly costs?: readonly Cost[] | undefined;
  readonly invoices?: readonly Invoice[] | undefined;
  readonly claimed?: Split | undefined;
  readonly respondent?: string | undefined;
}

/** One cell of a settled case: what was agreed and abandoned of one financial year's claim between two bodies. */
interface Part {
  readonly year: string;
  readonly claimant: string;
  readonly respondent: string;
  readonly agreed: string;
  readonly abandoned: string;
}

export interface SettledLine {
  readonly case: string;
  readonly through: Day;
  readonly closes: boolean;
  readonly parts: readonly Part[];
}

interface Level<Value> {
  readonly from: number;
  readonly value: Value;
}

/** The costs on which a decision was signed. The decision does not cover what is claimed beyond them later. */
interface Basis {
  readonly costs: readonly Level<number>[];
  readonly untils: readonly Level<number>[];
  readonly invoices: readonly { readonly day: number; readonly pence: number }[];
}

/** How the days from one on were decided: by a split, by the claimant's withdrawal, or by the respondent's concession. */
type Decided =
  | { readonly how: 'split'; readonly share: number; readonly others: readonly Other[]; readonly of: Basis }
  | { readonly how: 'conceded'; readonly of: Basis }
  | { readonly how: 'withdrawn' };

/** Days in which nothing about a claim changes; first and last inclusive, as day numbers. */
interface Stretch {
  readonly first: number;
  readonly last: number;
  /** Pence a week. */
  readonly weekly: number;
  /** The respondent's shares in parts of the whole: paid meanwhile, claimed, and decided; `undefined` while undecided. */
  readonly interim: number;
  readonly claimed: number;
  readonly decided: number | undefined;
  /** What other bodies bear: as decided, or as claimed while undecided. */
  readonly others: readonly Other[];
  readonly claimant: string;
  readonly respondent: string;
}

interface Settled {
  readonly effective: number;
  readonly through: number;
  readonly closes: boolean;
  readonly parts: readonly Part[];
}

/** The terms of a case as its facts leave them: all that its figures are worked out from. */
export interface Terms {
  readonly raised: Raised;
  readonly raisedOn: number;
  readonly first: number;
  readonly stretches: readonly Stretch[];
  readonly settled: readonly Settled[];
  readonly decisions: readonly Level<Decided>[];
  readonly claimants: readonly Level<string>[];
  readonly respondents: readonly Level<string>[];
  /** The last day of care, as now known; open-ended where it is the last day that the ledger speaks of. */
  readonly until: number;
  /** The last day that costs anything: no year after it has a cell. */
  readonly lastDay: number;
  /** Where the financial year of the first day stands among all of them. */
  readonly firstYear: number;
  /** The cells of whole years, by where the year stands: they never change once the year and all settlements are past. */
  readonly wholeYears: (readonly Cell[] | undefined)[];
  /** The first of its stretches that reaches into a year, by where the year stands. */
  readonly reaching: (number | undefined)[];
  /** What all years up to one come to, by where it stands, under the same condition. */
  readonly throughYears: (Totals | undefined)[];
}

// From facts to terms

const FOREVER = dayNumber(LAST_DAY);

/** Replaces the levels from a day on. */
const replaced = <Value>(levels: Level<Value>[], from: number, by: readonly Level<Value>[]): Level<Value>[] => [
  ...levels.filter((each) => each.from < from),
  ...by,
];

function levelOn<Value>(levels: readonly Level<Value>[], day: number): Value | undefined {
  let found: Value | undefined;
  for (const each of levels) {
    if (each.from > day) break;
    found = each.value;
  }
  return found;
}

const costLevels = (costs: readonly Cost[]) =>
  costs.map(({ from, weekly }) => ({ from: dayNumber(from), value: pence(weekly) }));
const bodyLevels = (bodies: readonly Body[]) =>
  bodies.map(({ from, partner }) => ({ from: dayNumber(from), value: sameText(partner) }));

/**
 * One text for each name of a partner or a fact. Every event has its own copy of a name, and every question compares
 * the names of every case. Two copies are compared letter by letter; one shared text is compared by its address.
 */
const NAMES = new Map<string, string>();

export function sameText(name: string): string {
  const known = NAMES.get(name) ?? name;
  NAMES.set(known, known);
  return known;
}
const invoicesOn = (invoices: readonly Invoice[]) =>
  invoices.map(({ on, amount }) => ({ day: dayNumber(on), pence: pence(amount) }));

/**
 * The weekly cost of a day as it was when the decision was signed, in pence; 0 after the last day of care as known
 * then.
 */
const weeklySigned = ({ costs, untils }: Basis, day: number): number =>
  day <= levelOn(untils, day)! ? (levelOn(costs, day) ?? 0) : 0;

const invoicedOn = (invoices: Basis['invoices'], day: number): number =>
  invoices.reduce((sum, each) => (each.day === day ? sum + each.pence : sum), 0);

/** The terms of a case, from the facts that stand on it, in the order of recording; the first is its raising. */
export function termsOf(entries: readonly Entry[]): Terms {
  const raised = entries[0]!.data as Raised;
  const first = dayNumber(raised.effective);
  let costs: Level<number>[] = costLevels(raised.costs);
  let untils: Level<number>[] = [{ from: first, value: raised.until ? dayNumber(raised.until) : FOREVER }];
  let claimed: Level<Split>[] = [{ from: first, value: raised.claimed }];
  let interim: Level<number>[] = [{ from: first, value: borneByRespondent(raised.interim) }];
  let decisions: Level<Decided>[] = [];
  let respondents = bodyLevels(raised.respondent);
  let invoices = invoicesOn(raised.invoices ?? []);
  const settled: Settled[] = [];
  for (const { step, data } of entries) {
    if (!TERMS_STEPS.has(step)) continue;
    const from = dayNumber(data.effective);
    switch (step) {
      case 'revises': {
        const revised = data as Revised;
        if (revised.costs) costs = replaced(costs, from, costLevels(revised.costs));
        if (revised.until) untils = replaced(untils, from, [{ from, value: dayNumber(revised.until) }]);
        if (revised.claimed) claimed = replaced(claimed, from, [{ from, value: revised.claimed }]);
        if (revised.respondent)
          respondents = replaced(respondents, from, [{ from, value: sameText(revised.respondent) }]);
        if (revised.invoices) {
          invoices = [...invoices.filter((each) => each.day < from), ...invoicesOn(revised.invoices)];
        }
        break;
      }
      case 'shares-meanwhile':
        interim = replaced(interim, from, [{ from, value: borneByRespondent(data['interim'] as Split) }]);
        break;
      case 'splits': {
        const split = data['split'] as Split;
        const { others = NOBODY } = split;
        const of = { costs, untils, invoices };
        decisions = replaced(decisions, from, [
          { from, value: { how: 'split', share: borneByRespondent(split), others, of } },
        ]);
        break;
      }
      case 'withdraws':
        decisions = replaced(decisions, from, [{ from, value: { how: 'withdrawn' } }]);
        break;
      case 'concedes':
        decisions = replaced(decisions, from, [{ from, value: { how: 'conceded', of: { costs, untils, invoices } } }]);
        break;
      case 'settles': {
        const line = (data['lines'] as SettledLine[]).find((each) => each.case === raised.case)!;
        settled.push({ effective: from, through: dayNumber(line.through), closes: line.closes, parts: line.parts });
        break;
      }
    }
  }
  const claimants = bodyLevels(raised.claimant);

  const stretches: Stretch[] = [];
  const addDays = (from: number, last: number, weekly: number, signed: (of: Basis) => number): void => {
    const asked = levelOn(claimed, from)!;
    const decision = levelOn(decisions, from);
    const common = {
      first: from,
      last,
      interim: levelOn(interim, from)!,
      claimed: borneByRespondent(asked),
      others: (decision?.how === 'split' ? decision.others : asked.others) ?? NOBODY,
      claimant: levelOn(claimants, from)!,
      respondent: levelOn(respondents, from)!,
    };
    if (!decision) return void stretches.push({ ...common, weekly, decided: undefined });
    const { how } = decision;
    const beyond = how === 'withdrawn' ? 0 : Math.max(0, weekly - signed(decision.of));
    const decided = how === 'split' ? decision.share : how === 'withdrawn' ? common.interim : common.claimed;
    if (beyond === 0 || beyond < weekly) stretches.push({ ...common, weekly: weekly - beyond, decided });
    if (beyond > 0) stretches.push({ ...common, weekly: beyond, decided: undefined });
  };
  const starts = [first];
  const startsAt = (from: number): void => {
    if (from > first && !starts.includes(from)) starts.push(from);
  };
  for (const levels of [costs, untils, claimed, interim, decisions, claimants, respondents]) {
    for (const { from } of levels) startsAt(from);
  }
  for (const { value } of decisions) {
    if (value.how === 'withdrawn' || (value.of.costs === costs && value.of.untils === untils)) continue;
    for (const { from } of value.of.costs) startsAt(from);
    for (const { value: until } of value.of.untils) if (until < FOREVER) startsAt(until + 1);
  }
  starts.sort((a, b) => a - b);
  for (const [index, from] of starts.entries()) {
    const last = Math.min((starts[index + 1] ?? FOREVER + 1) - 1, levelOn(untils, from)!);
    const weekly = levelOn(costs, from);
    if (weekly !== undefined && last >= from) addDays(from, last, weekly, (of) => weeklySigned(of, from));
  }
  // An invoice is a cost of one day, whole on that day.
  for (const day of new Set(invoices.map((each) => each.day))) {
    const whole = (of: readonly { readonly day: number; readonly pence: number }[]) =>
      invoicedOn(of, day) * DAYS_IN_WEEK;
    addDays(day, day, whole(invoices), (of) => whole(of.invoices));
  }
  return {
    raised,
    raisedOn: dayNumber(raised.raisedOn),
    first,
    stretches: stretches.sort((a, b) => a.first - b.first),
    settled,
    decisions,
    claimants,
    respondents,
    until: untils.at(-1)!.value,
    lastDay: stretches.reduce((latest, each) => Math.max(latest, each.last), -Infinity),
    firstYear: yearIndexOf(first),
    wholeYears: [],
    reaching: [],
    throughYears: [],
  };
}

/** The body that stands on one side on a day; before the first body’s day, the first body. */
export const bodyOn = (terms: Terms, side: 'claimant' | 'respondent', day: Day): string =>
  bodyAt(terms, side, dayNumber(day));

/** The same by day number, so that a caller with many cases parses the day once. */
export function bodyAt(terms: Terms, side: 'claimant' | 'respondent', day: number): string {
  const levels = side === 'claimant' ? terms.claimants : terms.respondents;
  return levelOn(levels, day) ?? levels[0]!.value;
}

// From terms to figures

export interface Sums {
  readonly claimed: Pence;
  readonly agreed: Pence;
  readonly abandoned: Pence;
  readonly open: Pence;
  /** What the claimant gives back of interim payments if less was decided or settled. Not part of the claim. */
  readonly repayable: Pence;
}

/** What a case comes to in one financial year, between the two bodies that stood on its sides in those days. */
export interface Cell extends Sums {
  readonly year: string;
  readonly claimant: string;
  readonly respondent: string;
}

export const CLAIM_SUMS = [
  'claimed',
  'agreed',
  'abandoned',
  'open',
  'repayable',
] as const satisfies readonly (keyof Sums)[];

export const NO_CLAIM: Sums = {
  claimed: NO_MONEY,
  agreed: NO_MONEY,
  abandoned: NO_MONEY,
  open: NO_MONEY,
  repayable: NO_MONEY,
};

export function sumsOf(cells: readonly Sums[]): Sums {
  let { claimed, agreed, abandoned, open, repayable } = NO_CLAIM;
  for (const cell of cells) {
    claimed = plus(claimed, cell.claimed);
    agreed = plus(agreed, cell.agreed);
    abandoned = plus(abandoned, cell.abandoned);
    open = plus(open, cell.open);
    repayable = plus(repayable, cell.repayable);
  }
  return { claimed, agreed, abandoned, open, repayable };
}

/** What a case comes to in all, with what is open of it between each two bodies. */
export interface Totals extends Sums {
  readonly between: readonly { readonly claimant: string; readonly respondent: string; readonly open: Pence }[];
}

const NO_TOTALS: Totals = { ...NO_CLAIM, between: [] };

/** Adds cells to totals and returns new totals; totals handed out before never change. */
function totalsWith(totals: Totals, cells: readonly Cell[]): Totals {
  if (cells.length === 0) return totals;
  let { claimed, agreed, abandoned, open, repayable } = totals;
  const between = [...totals.between];
  for (const cell of cells) {
    claimed = plus(claimed, cell.claimed);
    agreed = plus(agreed, cell.agreed);
    abandoned = plus(abandoned, cell.abandoned);
    open = plus(open, cell.open);
    repayable = plus(repayable, cell.repayable);
    if (cell.open === NO_MONEY) continue;
    const { claimant, respondent } = cell;
    let at = 0;
    while (at < between.length && (between[at]!.claimant !== claimant || between[at]!.respondent !== respondent)) at++;
    const before = at < between.length ? between[at]!.open : NO_MONEY;
    between[at] = { claimant, respondent, open: plus(before, cell.open) };
  }
  return { claimed, agreed, abandoned, open, repayable, between };
}

/** The sums of days in a row of one pair of bodies in one year. */
interface Run {
  readonly claimant: string;
  readonly respondent: string;
  /** The claim of the days that settlements have dealt with: their agreed and abandoned sums are stated in pence. */
  readonly fixed: Exact;
  readonly agreed: Exact;
  readonly abandoned: Exact;
  readonly open: Exact;
  readonly repayable: Exact;
}

export interface AsAt {
  /** The day asked for, inclusive, as a day number: only what has accrued by it counts. */
  readonly on: number;
  /** The first and last day number that count; left out, all days of the case. */
  readonly from?: number;
  readonly to?: number;
}

/** All days of a case as they stand on a day, inclusive. */
export const asAt = (on: Day): AsAt => ({ on: dayNumber(on) });

/**
 * A case by financial year and pair of bodies, on a day. Settlements count from their effective day on: up to the day
 * through which they settle, their sums replace the decisions by shares.
 */
export function cellsOf(terms: Terms, { on, from = terms.first, to = on }: AsAt): Cell[] {
  let end = Math.min(on, to);
  let through = -Infinity;
  const settled: Settled[] = [];
  for (const each of terms.settled) {
    if (each.effective > on) continue;
    settled.push(each);
    if (each.through > through) through = each.through;
    if (each.closes && each.through < end) end = each.through;
  }
  const begin = Math.max(from, terms.first);
  const cells: Cell[] = [];
  if (begin > end) return cells;
  const allSettled = settled.length === terms.settled.length;
  for (let index = begin === terms.first ? terms.firstYear : yearIndexOf(begin); ; index++) {
    const year = FINANCIAL_YEARS[index];
    if (!year || year.firstNumber > end || year.firstNumber > terms.lastDay) break;
    const whole = allSettled && year.lastNumber <= end && (year.firstNumber >= begin || begin === terms.first);
    const kept = whole ? terms.wholeYears[index - terms.firstYear] : undefined;
    if (kept) {
      for (const cell of kept) cells.push(cell);
      continue;
    }
    const before = cells.length;
    const reaching = (terms.reaching[index - terms.firstYear] ??= terms.stretches.findIndex(
      (each) => each.last >= year.firstNumber,
    ));
    addYear(cells, terms.stretches, reaching, year.label, {
      begin: Math.max(begin, year.firstNumber),
      end: Math.min(end, year.lastNumber),
      through,
      settled,
    });
    if (whole) terms.wholeYears[index - terms.firstYear] = cells.slice(before);
  }
  return cells;
}

/**
 * The totals of a case on a day (a day number, inclusive), in pence: the sum of its {@link cellsOf}. Past years are
 * added up once, so that a register computes at most one year of each case.
 */
export function totalsOf(terms: Terms, on: number): Totals {
  let end = on;
  for (const each of terms.settled) {
    // Before a settlement's day its cells are others.
    if (each.effective > on) return totalsWith(NO_TOTALS, cellsOf(terms, { on }));
    if (each.closes && each.through < end) end = each.through;
  }
  const last = end < terms.lastDay ? end : terms.lastDay;
  if (last < terms.first) return NO_TOTALS;
  const index = yearIndexOf(last);
  const at = index - terms.firstYear;
  // If a case is closed, or has no more costs, its last year counts as past too.
  if (end < on || end >= terms.lastDay) return throughYear(terms, at, on);
  return at > 0
    ? totalsWith(throughYear(terms, at - 1, on), cellsOf(terms, { on, from: FINANCIAL_YEARS[index]!.firstNumber }))
    : totalsWith(NO_TOTALS, cellsOf(terms, { on }));
}

/** What the years of a case up to one come to, all of them past. */
function throughYear(terms: Terms, at: number, on: number): Totals {
  const known = terms.throughYears[at];
  if (known) return known;
  const { firstNumber, lastNumber } = FINANCIAL_YEARS[terms.firstYear + at]!;
  const cells = cellsOf(terms, { on, from: at > 0 ? firstNumber : terms.first, to: lastNumber });
  const totals = totalsWith(at > 0 ? throughYear(terms, at - 1, on) : NO_TOTALS, cells);
  terms.throughYears[at] = totals;
  return totals;
}

function addYear(
  cells: Cell[],
  stretches: readonly Stretch[],
  reaching: number,
  year: string,
  { begin, end, through, settled }: { begin: number; end: number; through: number; settled: readonly Settled[] },
): void {
  const runs: Run[] = [];
  // Settled days come first, then the others, so that later days do not change the rounding of settled sums.
  if (begin <= through) addRuns(runs, stretches, reaching, { begin, end: through < end ? through : end }, true);
  if (end > through) addRuns(runs, stretches, reaching, { begin: begin > through ? begin : through + 1, end }, false);
  // Each part is what it adds to the rounded sum so far: the parts of a year add up to its claim, rounded once.
  const next = roundedSteps();
  const nextRepayable = roundedSteps();
  const first = cells.length;
  for (const run of runs) {
    const { claimant, respondent } = run;
    const fixed = next(run.fixed);
    const agreed = next(run.agreed);
    const abandoned = next(run.abandoned);
    const open = next(run.open);
    const claimed = plus(plus(fixed, open), plus(agreed, abandoned));
    const repayable = nextRepayable(run.repayable);
    const cell = { year, claimant, respondent, claimed, agreed, abandoned, open, repayable };
    let at = first;
    while (at < cells.length && (cells[at]!.claimant !== claimant || cells[at]!.respondent !== respondent)) at++;
    cells[at] = at < cells.length ? { ...cell, ...sumsOf([cells[at]!, cell]) } : cell;
  }
  if (settled.length === 0) return;
  for (let index = first; index < cells.length; index++) {
    const cell = cells[index]!;
    let { agreed, abandoned, repayable } = cell;
    for (const { parts } of settled) {
      for (const part of parts) {
        if (part.year !== year || part.claimant !== cell.claimant || part.respondent !== cell.respondent) continue;
        const towardsClaimant = signedPence(part.agreed);
        if (towardsClaimant < 0) repayable = minus(repayable, towardsClaimant);
        else agreed = plus(agreed, towardsClaimant);
        abandoned = plus(abandoned, pence(part.abandoned));
      }
    }
    const { claimant, respondent, claimed } = cell;
    const open = minus(minus(claimed, agreed), abandoned);
    cells[index] = { year, claimant, respondent, claimed, agreed, abandoned, open, repayable };
  }
}

/** Adds the days of a year to the runs in which the same two bodies stand on the sides, in the order of the days. */
function addRuns(
  runs: Run[],
  stretches: readonly Stretch[],
  reaching: number,
  { begin, end }: { readonly begin: number; readonly end: number },
  settled: boolean,
): void {
  let run: Run | undefined;
  for (let at = reaching; at < stretches.length; at++) {
    const stretch = stretches[at]!;
    if (stretch.first > end) break;
    const last = stretch.last < end ? stretch.last : end;
    const days = last - (stretch.first > begin ? stretch.first : begin) + 1;
    if (days <= 0) continue;
    const { claimant, respondent, weekly, interim, claimed, decided } = stretch;
    if (run?.claimant !== claimant || run.respondent !== respondent) {
      runs.push((run = newRun(claimant, respondent)));
    }
    const cost = weekly * days;
    if (settled) add(run.fixed, cost, claimed - interim);
    else if (decided === undefined) add(run.open, cost, claimed - interim);
    else if (decided >= interim) {
      add(run.agreed, cost, decided - interim);
      add(run.abandoned, cost, claimed - decided);
    } else {
      add(run.abandoned, cost, claimed - interim);
      add(run.repayable, cost, interim - decided);
    }
  }
}

const newRun = (claimant: string, respondent: string): Run => ({
  claimant,
  respondent,
  fixed: nothing(),
  agreed: nothing(),
  abandoned: nothing(),
  open: nothing(),
  repayable: nothing(),
});

/**
 * What the undecided days of a case would bring the claimant if the respondent's share were another: weekly cost × days
 * ÷ 7 × (share − interim share), negative if the claimant would have to pay; what the respondent has paid for those
 * days meanwhile; what they cost the two sides; and what is claimed for them. What is claimed from other bodies is in
 * none of these, and reduces what the respondent can bear. Whole pence, rounded once per case.
 * @param on the day asked for, inclusive, as a day number
 * @param shares shares of the whole cost that the respondent might bear; `due` has what each would bring
 */
export function outcomesOf(
  terms: Terms,
  on: number,
  shares: readonly Share[],
): { readonly due: readonly Pence[]; readonly paid: Pence; readonly cost: Pence; readonly claimed: Pence } {
  let through = -Infinity;
  let end = on;
  for (const each of terms.settled) {
    if (each.effective > on) continue;
    through = Math.max(through, each.through);
    if (each.closes) end = Math.min(end, each.through);
  }
  const due = shares.map(nothing);
  const paid = nothing();
  const cost = nothing();
  const claim = nothing();
  for (const { first, last, weekly, interim, claimed, decided, others } of terms.stretches) {
    const days = Math.min(last, end) - Math.max(first, through + 1) + 1;
    if (days <= 0 || decided !== undefined) continue;
    const ofTheTwo = WHOLE_PARTS - partsTogether(others.map((each) => each.share));
    for (const [at, share] of shares.entries())
      add(due[at]!, weekly * days, Math.min(partsOfWhole(share), ofTheTwo) - interim);
    add(paid, weekly * days, interim);
    add(cost, weekly * days, ofTheTwo);
    add(claim, weekly * days, claimed - interim);
  }
  return { due: due.map(rounded), paid: rounded(paid), cost: rounded(cost), claimed: rounded(claim) };
}

/**
 * The first day on which other terms would claim less than the present terms; undefined if there is none. The claim of
 * a day is its cost × (claimed − interim share).
 */
export function firstFall(stand: Terms, other: Terms): Day | undefined {
  const claimOn = ({ stretches }: Terms, day: number): bigint =>
    stretches.reduce(
      (sum, { first, last, weekly, claimed, interim }) =>
        first <= day && day <= last ? sum + BigInt(weekly) * BigInt(claimed - interim) : sum,
      0n,
    );
  const days = [...stand.stretches, ...other.stretches].flatMap(({ first, last }) => [first, last + 1]);
  const fall = days.sort((a, b) => a - b).find((day) => claimOn(other, day) < claimOn(stand, day));
  return fall === undefined ? undefined : dayOfNumber(fall);
}

/**
 * The stretches of a case as a reader sees them, first and last days inclusive. The last one is cut at the day asked
 * for, inclusive. Costs are in pence, weekly ones for a week and those of others for the stretch.
 */
export function intervalsOf(terms: Terms, on: Day) {
  const asked = dayNumber(on);
  return terms.stretches
    .filter((each) => each.first <= asked)
    .map(({ first, last, weekly, interim, claimed, decided, claimant, respondent, others }) => {
      const days = Math.min(last, asked) - first + 1;
      return {
        from: dayOfNumber(first),
        to: dayOfNumber(first + days - 1),
        weekly: exactly(weekly),
        interim: shareOfParts(interim),
        claimed: shareOfParts(claimed),
        decided: decided === undefined ? undefined : shareOfParts(decided),
        claimant,
        respondent,
        others: others.map(({ partner, share }) => ({ partner, share, amount: costTo(share, weekly * days) })),
      };
    });
}
