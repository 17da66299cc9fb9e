import { dayNumber, type Day } from '../src/domain/calendar.js';
import { cellsOf, type Sums } from '../src/domain/dispute/claim.js';
import { assignedOn, termsRevision, type DisputeState } from '../src/domain/dispute/state.js';
import { exactly, plus, type Pence } from '../src/domain/money.js';
import type { DisputesView } from './claims.js';
import { caseRow, eachRow, type Grouping } from './dispute-register.js';

/**
 * The figures of an area's claims for readers who may see its totals but no cases. A sum over few cases, or two sums
 * that differ by few cases, can identify a person. So these readers get the claims as they were at the ends of months
 * (releases), in cells that change by several cases at a time. Source: docs/sources.md, Disputes.
 *
 * - A cell of money holds the sums agreed, abandoned, open and repayable of one financial year between two bodies. A
 *   cell of cases is one row of a breakdown: so many cases at a stage, of a kind, and so on.
 * - At a month's end a cell is renewed only if every earlier release of it, and the empty cell, either has exactly the
 *   same cases with the same sums or differs from it in {@link CASES_TOLD_MIN} cases or more. Otherwise the cell keeps
 *   its last released figures. So the difference of two releases never is a sum of fewer cases.
 * - Claims accrue by the day, which can be predicted. So facts must also have changed in that many cases, or in none:
 *   otherwise one claim raised among many that accrue could be found by subtracting the predicted growth.
 * - Sums are told to the nearest £1,000 and counts to the nearest five; every total is the sum of the released cells,
 *   so claimed = agreed + abandoned + open still holds, and totals reveal no more than their parts.
 */
export const CASES_TOLD_MIN = 5;

/** Sums are told to the nearest thousand pounds. */
const SUM_STEP = 100_000;
const COUNT_STEP = 5;

/** What is told of one year's claims between two bodies, each sum to the nearest £1,000. */
export interface ToldCell extends Sums {
  readonly year: string;
  readonly claimant: string;
  readonly respondent: string;
}

/** How many cases stand in a row of a breakdown, to the nearest five. */
export interface ToldGroup {
  readonly by: Grouping;
  readonly group: string;
  readonly cases: number;
}

export interface ToldClaims {
  readonly cells: readonly ToldCell[];
  readonly groups: readonly ToldGroup[];
  /** How many open cases are past the deadline of their stage. */
  readonly overdue: number;
}

/** A cell as it stands at the end of a month: its cases by their place in the register, and what each adds to it. */
interface Cell {
  readonly of: Readonly<Record<string, string>>;
  readonly cases: number[];
  /** Which state of its facts each case is in; nothing where cases are only counted. */
  readonly facts: number[];
  /**
   * A digest of what each case adds. If two different states have the same digest, the cell is only renewed later than
   * possible.
   */
  readonly digests: number[];
  readonly sums: number[];
}

interface Telling extends Cell {
  /** The number of the release that renewed the cell. */
  readonly release: number;
}

/** The releases of one area, month by month: each rests on those before it. */
export interface ClaimReleases {
  /** The last revision of the disputes that each release was made of. */
  readonly revisions: readonly number[];
  /** Makes the next release, giving way to others after every few cases. */
  next(on: Day, upTo: number): Generator<void, void>;
  /** The released figures after so many releases. */
  told(releases: number): ToldClaims;
}

export function claimReleases(state: DisputeState): ClaimReleases {
  const tellings = new Map<string, Telling[]>();
  const revisions: number[] = [];
  return {
    revisions,
    *next(on, upTo) {
      const release = revisions.length;
      const standing = yield* cellsOn({ state, on, upTo });
      for (const key of new Set([...standing.keys(), ...tellings.keys()])) {
        const told = tellings.get(key) ?? [];
        const cell = standing.get(key) ?? { ...(told[0] ?? NO_CELL), cases: [], facts: [], digests: [], sums: [] };
        const last = told.at(-1);
        if (last && differences(last, cell, 'digests') === 0) continue;
        if (![NO_CELL, ...told].every((each) => isFarFrom(each, cell))) continue;
        tellings.set(key, [...told, { ...cell, release }]);
      }
      revisions.push(upTo);
    },
    told(releases) {
      const cells: ToldCell[] = [];
      const groups: ToldGroup[] = [];
      let overdue = 0;
      for (const all of tellings.values()) {
        const found = all.findLast(({ release }) => release < releases);
        if (!found || found.cases.length === 0) continue;
        const { of, sums } = found;
        const cases = toStep(sums[0]!, COUNT_STEP);
        if (of === OVERDUE) overdue = cases;
        else if ('by' in of) groups.push({ ...(of as { by: Grouping; group: string }), cases });
        else cells.push({ ...(of as { year: string; claimant: string; respondent: string }), ...roundedSums(sums) });
      }
      return { cells, groups, overdue };
    },
  };
}

const OVERDUE: Cell['of'] = { by: 'deadline', group: 'overdue' };

const NO_CELL: Cell = { of: {}, cases: [], facts: [], digests: [], sums: [] };

/** Cases are looked at so many at a time. */
const CASES_AT_ONCE = 100;

/** Every cell on a day, as known at a revision. */
function* cellsOn(view: DisputesView): Generator<void, Map<string, Cell>> {
  const cells = new Map<string, Cell>();
  const day = dayNumber(view.on);
  const taken = new Map(
    assignedOn(view.state, view.on, view.upTo).map((each) => [`${each.case} ${each.side} ${each.predecessor}`, each]),
  );
  let place = -1;
  for (const [id, history] of view.state.cases) {
    if (++place % CASES_AT_ONCE === CASES_AT_ONCE - 1) yield;
    const found = caseRow(view, id);
    if (!found) continue;
    const facts = termsRevision(history, view.upTo);
    const now = (side: 'claimant' | 'respondent', body: string) =>
      taken.get(`${id} ${side} ${body}`)?.successor ?? body;
    for (const { year, agreed, abandoned, open, repayable, ...sides } of cellsOf(found.terms, { on: day })) {
      const claimant = now('claimant', sides.claimant);
      const respondent = now('respondent', sides.respondent);
      const sums = [agreed, abandoned, open, repayable];
      const key = `${year}|${claimant}|${respondent}`;
      add(cells, key, () => ({ year, claimant, respondent }), place, sums, facts);
    }
    const count = (by: Grouping, group: string) => add(cells, `${by}|${group}`, () => ({ by, group }), place, ONE);
    count('status', found.row.status);
    if (found.row.status === 'open') eachRow(found.row, count);
    if (found.row.overdue) add(cells, 'overdue', () => OVERDUE, place, ONE);
  }
  return cells;
}

/** Adds a case's sums to a cell. A case that adds nothing is in no cell. */
function add(
  cells: Map<string, Cell>,
  key: string,
  of: () => Cell['of'],
  place: number,
  sums: readonly number[],
  facts = 0,
): void {
  if (sums.every((sum) => sum === 0)) return;
  let cell = cells.get(key);
  if (!cell) cells.set(key, (cell = { of: of(), cases: [], facts: [], digests: [], sums: sums.map(() => 0) }));
  for (let at = 0; at < sums.length; at++) cell.sums[at] = exactly(cell.sums[at]! + sums[at]!);
  if (cell.cases.at(-1) === place) {
    // A case may have two parts in one cell, where it was taken over.
    cell.digests.push(digestOf([cell.digests.pop()!, ...sums]));
    return;
  }
  cell.cases.push(place);
  cell.facts.push(facts);
  cell.digests.push(sums === ONE ? DIGEST_OF_ONE : digestOf(sums));
}

/** FNV-1a over the numbers, in 32 bits. */
function digestOf(numbers: readonly number[]): number {
  let digest = 0x811c9dc5;
  for (const number of numbers) {
    digest = Math.imul(digest ^ (number % 2 ** 32), 0x01000193);
    digest = Math.imul(digest ^ Math.floor(number / 2 ** 32), 0x01000193);
  }
  return digest;
}

/** What a case adds to a number of cases. */
const ONE: readonly number[] = [1];
const DIGEST_OF_ONE = digestOf(ONE);

/** In how many cases two states of a cell differ, in sums or in facts, counted up to {@link CASES_TOLD_MIN}. */
function differences(a: Cell, b: Cell, of: 'digests' | 'facts'): number {
  let count = 0;
  for (let [i, j] = [0, 0]; count < CASES_TOLD_MIN && (i < a.cases.length || j < b.cases.length);) {
    const [x, y] = [a.cases[i] ?? Infinity, b.cases[j] ?? Infinity];
    if (x !== y || a[of][i] !== b[of][j]) count++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return count;
}

const isFarFrom = (told: Cell, cell: Cell): boolean =>
  (['digests', 'facts'] as const).every((of) => {
    const count = differences(told, cell, of);
    return count === 0 || count >= CASES_TOLD_MIN;
  });

const toStep = (sum: number, step: number): number => Math.round(sum / step) * step;

function roundedSums(sums: readonly number[]): Sums {
  const [agreed, abandoned, open, repayable] = sums.map((sum) => exactly(toStep(sum, SUM_STEP))) as [
    Pence,
    Pence,
    Pence,
    Pence,
  ];
  return { claimed: plus(plus(agreed, abandoned), open), agreed, abandoned, open, repayable };
}
