import { dayNumber, dayOfNumber, FINANCIAL_YEARS, LAST_DAY, yearIndexOf, type Day } from '../calendar.js';
import type { FactData } from '../facts.js';
import { exactly, minus, NO_MONEY, pence, plus, signedPence, type Pence } from '../money.js';

/**
 * What a claim comes to. A claim accrues by the day:
 *
 *     weekly cost × days ÷ 7 × (the respondent's claimed share − the share that it pays meanwhile)
 *
 * summed exactly over the stretches in which cost, shares and bodies stand still, and rounded to the penny, half to
 * even, once per case and financial year. What is claimed is always what is agreed + what is abandoned + what is still
 * open. Source: domain.md 7.8; design.md 4.
 */

/** Shares in basis points: 10,000 are the whole. */
export const WHOLE_SHARE = 10_000;
const DAYS_IN_WEEK = 7;
/** A claim in this fraction of a penny is a whole number, so that sums of stretches are exact. */
const PARTS_IN_PENNY = DAYS_IN_WEEK * WHOLE_SHARE;

/** The largest weekly cost and the largest invoice: with them every exact sum of a case's year stays a whole double. */
export const WEEKLY_COST_MAX = '99999.99';
export const INVOICE_MAX = '9999999.99';
export const INVOICES_MAX = 60;

export interface Split {
  readonly claimant: number;
  readonly respondent: number;
}

export interface Cost {
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
export interface Part {
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

/** An event as a case remembers it. `reversed` is the revision of its reversal. */
export interface Entry {
  readonly revision: number;
  readonly type: string;
  readonly data: FactData;
  reversed?: number;
}

interface Level<Value> {
  readonly from: number;
  readonly value: Value;
}

/** How the days from one on were decided: by a split, by the claimant's withdrawal, or by the respondent's concession. */
export type Decided = { readonly how: 'split'; readonly share: number } | { readonly how: 'withdrawn' | 'conceded' };

/** Days in which nothing about a claim changes; first and last inclusive, as day numbers. */
interface Stretch {
  readonly first: number;
  readonly last: number;
  /** Pence a week. */
  readonly weekly: number;
  /** The respondent's shares: paid meanwhile, claimed, and decided; `undefined` while undecided. */
  readonly interim: number;
  readonly claimed: number;
  readonly decided: number | undefined;
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
}

// From facts to terms

const FOREVER = dayNumber(LAST_DAY);

/** Puts levels in the place of whatever stood from a day on. */
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
 * One text for each name of a partner or a fact. Every event brings its own copy, and every question compares the names
 * of every case: copies must be read letter by letter, while the same text is the same at a glance.
 */
const NAMES = new Map<string, string>();

export function sameText(name: string): string {
  const known = NAMES.get(name) ?? name;
  NAMES.set(known, known);
  return known;
}
const invoicesOn = (invoices: readonly Invoice[]) =>
  invoices.map(({ on, amount }) => ({ day: dayNumber(on), pence: pence(amount) }));

/** The facts that terms are worked out from; stages, payments and classes leave them as they are. */
export const TERMS_FACTS: ReadonlySet<string> = new Set([
  'DisputeRaised',
  'ClaimRevised',
  'InterimFundingAgreed',
  'SplitDecided',
  'ClaimWithdrawn',
  'ClaimConceded',
  'DisputeSettled',
]);

/** The terms of a case, from the facts that stand on it, in the order of recording; the first is its raising. */
export function termsOf(entries: readonly Entry[]): Terms {
  const raised = entries[0]!.data as Raised;
  const first = dayNumber(raised.effective);
  let costs: Level<number>[] = costLevels(raised.costs);
  let untils: Level<number>[] = [{ from: first, value: raised.until ? dayNumber(raised.until) : FOREVER }];
  let claimed: Level<number>[] = [{ from: first, value: raised.claimed.respondent }];
  let interim: Level<number>[] = [{ from: first, value: raised.interim.respondent }];
  let decisions: Level<Decided>[] = [];
  let respondents = bodyLevels(raised.respondent);
  let invoices = invoicesOn(raised.invoices ?? []);
  const settled: Settled[] = [];
  for (const { type, data } of entries) {
    if (!TERMS_FACTS.has(type)) continue;
    const from = dayNumber(data.effective);
    switch (type) {
      case 'ClaimRevised': {
        const revised = data as Revised;
        if (revised.costs) costs = replaced(costs, from, costLevels(revised.costs));
        if (revised.until) untils = replaced(untils, from, [{ from, value: dayNumber(revised.until) }]);
        if (revised.claimed) claimed = replaced(claimed, from, [{ from, value: revised.claimed.respondent }]);
        if (revised.respondent)
          respondents = replaced(respondents, from, [{ from, value: sameText(revised.respondent) }]);
        if (revised.invoices) {
          invoices = [...invoices.filter((each) => each.day < from), ...invoicesOn(revised.invoices)];
        }
        break;
      }
      case 'InterimFundingAgreed':
        interim = replaced(interim, from, [{ from, value: (data['interim'] as Split).respondent }]);
        break;
      case 'SplitDecided':
        decisions = replaced(decisions, from, [
          { from, value: { how: 'split', share: (data['split'] as Split).respondent } },
        ]);
        break;
      case 'ClaimWithdrawn':
        decisions = replaced(decisions, from, [{ from, value: { how: 'withdrawn' } }]);
        break;
      case 'ClaimConceded':
        decisions = replaced(decisions, from, [{ from, value: { how: 'conceded' } }]);
        break;
      case 'DisputeSettled': {
        const line = (data['lines'] as SettledLine[]).find((each) => each.case === raised.case)!;
        settled.push({ effective: from, through: dayNumber(line.through), closes: line.closes, parts: line.parts });
        break;
      }
    }
  }
  const claimants = bodyLevels(raised.claimant);

  const stretch = (from: number, last: number, weekly: number): Stretch => {
    const paid = levelOn(interim, from)!;
    const asked = levelOn(claimed, from)!;
    const decision = levelOn(decisions, from);
    return {
      first: from,
      last,
      weekly,
      interim: paid,
      claimed: asked,
      decided: decision?.how === 'split' ? decision.share : decision && (decision.how === 'withdrawn' ? paid : asked),
      claimant: levelOn(claimants, from)!,
      respondent: levelOn(respondents, from)!,
    };
  };
  const starts = [first];
  for (const levels of [costs, untils, claimed, interim, decisions, claimants, respondents]) {
    for (const { from } of levels) if (from > first && !starts.includes(from)) starts.push(from);
  }
  starts.sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  for (const [index, from] of starts.entries()) {
    const last = Math.min((starts[index + 1] ?? FOREVER + 1) - 1, levelOn(untils, from)!);
    const weekly = levelOn(costs, from);
    if (weekly !== undefined && last >= from) stretches.push(stretch(from, last, weekly));
  }
  // An invoice is a cost of one day, whole on that day.
  for (const each of invoices) stretches.push(stretch(each.day, each.day, each.pence * DAYS_IN_WEEK));
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
  };
}

/** The body that stands on one side on a day; before the first, the first. */
export const bodyOn = (terms: Terms, side: 'claimant' | 'respondent', day: Day): string =>
  bodyAt(terms, side, dayNumber(day));

/** The same by the number of the day: who asks it of every case of an area reads the day once. */
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
}

/** What a case comes to in one financial year, between the two bodies that stood on its sides in those days. */
export interface Cell extends Sums {
  readonly year: string;
  readonly claimant: string;
  readonly respondent: string;
}

export const CLAIM_SUMS = ['claimed', 'agreed', 'abandoned', 'open'] as const satisfies readonly (keyof Sums)[];

export const NO_CLAIM: Sums = { claimed: NO_MONEY, agreed: NO_MONEY, abandoned: NO_MONEY, open: NO_MONEY };

export function sumsOf(cells: readonly Sums[]): Sums {
  let { claimed, agreed, abandoned, open } = NO_CLAIM;
  for (const cell of cells) {
    claimed = plus(claimed, cell.claimed);
    agreed = plus(agreed, cell.agreed);
    abandoned = plus(abandoned, cell.abandoned);
    open = plus(open, cell.open);
  }
  return { claimed, agreed, abandoned, open };
}

/** Rounds an exact sum, counted in parts of a penny, to the penny; half to even. */
export function rounded(parts: number): Pence {
  const rest = ((parts % PARTS_IN_PENNY) + PARTS_IN_PENNY) % PARTS_IN_PENNY;
  const whole = (exactly(parts) - rest) / PARTS_IN_PENNY;
  const up = rest * 2 > PARTS_IN_PENNY || (rest * 2 === PARTS_IN_PENNY && whole % 2 !== 0);
  return exactly(up ? whole + 1 : whole);
}

/** Exact sums of days in a row of one pair of bodies in one year, in parts of a penny. */
interface Exact {
  readonly claimant: string;
  readonly respondent: string;
  /** The claim of the days that settlements have dealt with: their agreed and abandoned sums are stated in pence. */
  fixed: number;
  agreed: number;
  abandoned: number;
  open: number;
}

export interface AsAt {
  /** The day asked for, inclusive, as a day number: only what has accrued by it counts. */
  readonly on: number;
  /** The first and last day number that count; left out, all days of the case. */
  readonly from?: number;
  readonly to?: number;
}

export const asAt = (on: Day): AsAt => ({ on: dayNumber(on) });

/**
 * A case by financial year and pair of bodies, on a day. Settlements count from their effective day on: up to the day
 * through which they settle, their sums stand in the place of what was decided by shares.
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
    addYear(cells, terms.stretches, year.label, {
      begin: Math.max(begin, year.firstNumber),
      end: Math.min(end, year.lastNumber),
      through,
      settled,
    });
    if (whole) terms.wholeYears[index - terms.firstYear] = cells.slice(before);
  }
  return cells;
}

function addYear(
  cells: Cell[],
  stretches: readonly Stretch[],
  year: string,
  { begin, end, through, settled }: { begin: number; end: number; through: number; settled: readonly Settled[] },
): void {
  const runs: Exact[] = [];
  // Days that are settled first, and then those that are not: what is settled is never rounded again for later days.
  if (begin <= through) addRuns(runs, stretches, { begin, end: through < end ? through : end }, true);
  if (end > through) addRuns(runs, stretches, { begin: begin > through ? begin : through + 1, end }, false);
  // Each part is what it adds to the rounded sum so far: the parts of a year add up to its claim, rounded once.
  let exact = 0;
  let before: Pence = NO_MONEY;
  const next = (parts: number): Pence => {
    exact += parts;
    const upToHere = parts === 0 ? before : rounded(exact);
    const part = minus(upToHere, before);
    before = upToHere;
    return part;
  };
  const first = cells.length;
  for (const run of runs) {
    const { claimant, respondent } = run;
    const fixed = next(run.fixed);
    const agreed = next(run.agreed);
    const abandoned = next(run.abandoned);
    const open = next(run.open);
    const claimed = plus(plus(fixed, open), plus(agreed, abandoned));
    const cell = { year, claimant, respondent, claimed, agreed, abandoned, open };
    let at = first;
    while (at < cells.length && (cells[at]!.claimant !== claimant || cells[at]!.respondent !== respondent)) at++;
    cells[at] = at < cells.length ? { ...cell, ...sumsOf([cells[at]!, cell]) } : cell;
  }
  if (settled.length === 0) return;
  for (let index = first; index < cells.length; index++) {
    const cell = cells[index]!;
    let { agreed, abandoned } = cell;
    for (const { parts } of settled) {
      for (const part of parts) {
        if (part.year !== year || part.claimant !== cell.claimant || part.respondent !== cell.respondent) continue;
        agreed = plus(agreed, signedPence(part.agreed));
        abandoned = plus(abandoned, pence(part.abandoned));
      }
    }
    cells[index] = { ...cell, agreed, abandoned, open: minus(minus(cell.claimed, agreed), abandoned) };
  }
}

/** Adds the days of a year to the runs in which the same two bodies stand on the sides, in the order of the days. */
function addRuns(
  runs: Exact[],
  stretches: readonly Stretch[],
  { begin, end }: { readonly begin: number; readonly end: number },
  settled: boolean,
): void {
  let run: Exact | undefined;
  for (const stretch of stretches) {
    if (stretch.first > end) break;
    const last = stretch.last < end ? stretch.last : end;
    const days = last - (stretch.first > begin ? stretch.first : begin) + 1;
    if (days <= 0) continue;
    const { claimant, respondent, weekly, interim, claimed, decided } = stretch;
    if (run?.claimant !== claimant || run.respondent !== respondent) {
      runs.push((run = { claimant, respondent, fixed: 0, agreed: 0, abandoned: 0, open: 0 }));
    }
    if (settled) run.fixed += weekly * days * (claimed - interim);
    else if (decided === undefined) run.open += weekly * days * (claimed - interim);
    else {
      run.agreed += weekly * days * (decided - interim);
      run.abandoned += weekly * days * (claimed - decided);
    }
  }
}

/**
 * What the undecided days of a case would bring the claimant if the respondent's share were another: weekly cost × days
 * ÷ 7 × (share − interim share), below nothing where the claimant would have to pay; what the respondent has paid of
 * those days meanwhile; and what they cost in all. Whole pence, rounded once per case.
 */
export function outcomeOf(
  terms: Terms,
  on: Day,
  share: number,
): { readonly due: Pence; readonly paid: Pence; readonly cost: Pence } {
  const asked = dayNumber(on);
  let through = -Infinity;
  let end = asked;
  for (const each of terms.settled) {
    if (each.effective > asked) continue;
    through = Math.max(through, each.through);
    if (each.closes) end = Math.min(end, each.through);
  }
  const due = exactSum();
  const paid = exactSum();
  const cost = exactSum();
  for (const { first, last, weekly, interim, decided } of terms.stretches) {
    const days = Math.min(last, end) - Math.max(first, through + 1) + 1;
    if (days <= 0 || decided !== undefined) continue;
    due.add(weekly * days * (share - interim));
    paid.add(weekly * days * interim);
    cost.add(weekly * days * WHOLE_SHARE);
  }
  return { due: due.rounded(), paid: paid.rounded(), cost: cost.rounded() };
}

/**
 * A sum in parts of a penny over all the years of a case, which may be more than a double holds exactly: whole pairs of
 * pence are kept apart, so that what is rounded is small and its last digit as even or odd as the whole.
 */
function exactSum() {
  const PARTS_IN_PAIR = 2 * PARTS_IN_PENNY;
  let pairs = 0;
  let rest = 0;
  return {
    add(parts: number): void {
      rest += exactly(parts) % PARTS_IN_PAIR;
      pairs += Math.trunc(parts / PARTS_IN_PAIR);
    },
    rounded: (): Pence => plus(exactly(2 * pairs), rounded(rest)),
  };
}

/** The stretches of a case as a reader sees them, the last one cut at a day. */
export function intervalsOf(terms: Terms, on: Day) {
  const asked = dayNumber(on);
  return terms.stretches
    .filter((each) => each.first <= asked)
    .map(({ first, last, weekly, interim, claimed, decided, claimant, respondent }) => ({
      from: dayOfNumber(first),
      to: dayOfNumber(Math.min(last, asked)),
      weekly: exactly(weekly),
      interim,
      claimed,
      decided,
      claimant,
      respondent,
    }));
}
