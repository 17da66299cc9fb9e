import type { Day } from '../src/domain/calendar.js';
import {
  asAt,
  bodyAt,
  cellsOf,
  sumsOf,
  type AsAt,
  type Cell,
  type Sums,
  type Terms,
} from '../src/domain/dispute/claim.js';
import { AGE_BANDS } from '../src/domain/dispute/reference.js';
import { termsAt, type History } from '../src/domain/dispute/state.js';
import { NO_MONEY, pence, plus, type Pence } from '../src/domain/money.js';
import { countClaims, type DisputesView, type OpenClaims } from './claims.js';

/**
 * The dispute register: every case on a day, as known at an instant, with where it stands and what of it is claimed,
 * agreed, abandoned and open; and the same counted by stage, age, kind, partner and value. Source: domain.md 8, 10.
 */

export const STATUSES = ['open', 'decided', 'conceded', 'withdrawn', 'settled'] as const;
export type Status = (typeof STATUSES)[number];

export interface CaseRow extends Sums {
  readonly case: string;
  readonly kind: string;
  readonly ground: string;
  readonly status: Status;
  readonly claimant: string;
  readonly respondent: string;
  readonly raisedOn: Day;
  /** Days since it was raised; none before. */
  readonly age: number;
  readonly stage: string | undefined;
  /** The last day of the stage, inclusive. */
  readonly dueBy: Day | undefined;
  readonly overdue: boolean;
}

function statusOf({ settled, decisions, until }: Terms, day: number, open: Pence): Status {
  if (settled.some((each) => each.closes && each.effective <= day)) return 'settled';
  if (open !== NO_MONEY) return 'open';
  const decision = decisions.findLast((each) => each.from <= Math.min(day, until));
  if (!decision) return settled.some((each) => each.effective <= day) ? 'settled' : 'open';
  return decision.value.how === 'split' ? 'decided' : decision.value.how;
}

/** Where a case stands, beside its terms. */
interface Standing {
  ground: string;
  stage: string | undefined;
  dueBy: Day | undefined;
}

/** Goes once through what is known of a case: a register asks this of every case of an area. */
function standingOf({ entries }: History, ground: string, { on, upTo }: DisputesView): Standing {
  const found: Standing = { ground, stage: undefined, dueBy: undefined };
  for (const { revision, reversed, type, data } of entries) {
    if (revision > upTo) break;
    if (reversed !== undefined && reversed <= upTo) continue;
    if (data.effective > on) continue;
    if (type === 'ClaimRevised') found.ground = (data['ground'] as string | undefined) ?? found.ground;
    const entered = type === 'DisputeStageEntered';
    if (!entered && type !== 'DisputeStageExtended') continue;
    if (entered) found.stage = data['stage'] as string;
    found.dueBy = data['dueBy'] as Day | undefined;
  }
  return found;
}

function rowOf(history: History, terms: Terms, cells: readonly Cell[], view: DisputesView, day: AsAt): CaseRow {
  const { raised, raisedOn } = terms;
  const sums = sumsOf(cells);
  const { open } = sums;
  const status = statusOf(terms, day.on, open);
  const { ground, stage, dueBy } = standingOf(history, raised.ground, view);
  return {
    case: raised.case,
    kind: raised.kind,
    ground,
    status,
    claimant: bodyAt(terms, 'claimant', day.on),
    respondent: bodyAt(terms, 'respondent', day.on),
    raisedOn: raised.raisedOn,
    age: Math.max(0, day.on - raisedOn),
    stage,
    dueBy,
    overdue: status === 'open' && dueBy !== undefined && dueBy < view.on,
    ...sums,
  };
}

/**
 * A case stands in the register from the first day of its care on, or from its raising where that is earlier: so the
 * register adds up to what is claimed of the days gone by, also where a claim was raised long after them. Who asks what
 * was known on the day itself finds only what had been raised by then.
 */
export const isListed = ({ first, raisedOn }: Terms, { on }: AsAt): boolean => first <= on || raisedOn <= on;

/**
 * Every case that is listed on the day, in the order in which they were recorded, with the open claims of the area: one
 * walk for both, since each works out the same cells.
 */
export function registerWithClaims(view: DisputesView): { readonly rows: CaseRow[]; readonly claims: OpenClaims } {
  const day = asAt(view.on);
  const rows: CaseRow[] = [];
  const count = countClaims();
  for (const history of view.state.cases.values()) {
    const terms = termsAt(history, view.upTo);
    if (!terms) continue;
    const cells = cellsOf(terms, day);
    count.add(cells);
    if (isListed(terms, day)) rows.push(rowOf(history, terms, cells, view, day));
  }
  return { rows, claims: count.claims() };
}

export const disputeRegister = (view: DisputesView): CaseRow[] => registerWithClaims(view).rows;

/** One case of the register; undefined where it is not listed. */
export function caseRow(view: DisputesView, id: string): { readonly row: CaseRow; readonly terms: Terms } | undefined {
  const history = view.state.cases.get(id);
  const terms = history && termsAt(history, view.upTo);
  const day = asAt(view.on);
  if (!terms || !isListed(terms, day)) return undefined;
  return { row: rowOf(history, terms, cellsOf(terms, day), view, day), terms };
}

/** Bands of value: what is open of a case, from so many pounds, inclusive. */
export const VALUE_BANDS = [
  { band: 'under-10000', from: NO_MONEY },
  { band: 'from-10000', from: pence('10000.00') },
  { band: 'from-50000', from: pence('50000.00') },
  { band: 'from-250000', from: pence('250000.00') },
] as const;

export const GROUPINGS = ['status', 'kind', 'stage', 'age', 'value', 'claimant', 'respondent'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Group {
  readonly by: Grouping;
  readonly group: string;
  readonly cases: number;
  readonly overdue: number;
  readonly open: Pence;
}

const ageBand = (age: number): string => AGE_BANDS.findLast((each) => each.from <= age)!.band;
const valueBand = (open: Pence): string => VALUE_BANDS.findLast((each) => each.from <= open)!.band;

const GROUP_OF: Readonly<Record<Grouping, (row: CaseRow) => string>> = {
  status: (row) => row.status,
  kind: (row) => row.kind,
  stage: (row) => row.stage ?? 'none',
  age: (row) => ageBand(row.age),
  value: (row) => valueBand(row.open),
  claimant: (row) => row.claimant,
  respondent: (row) => row.respondent,
};

/** Counts the register: by status all cases, by everything else those that are open. */
export function grouped(rows: readonly CaseRow[]): Group[] {
  const open = rows.filter((row) => row.status === 'open');
  return GROUPINGS.flatMap((by) => {
    const groups = new Map<string, { cases: number; overdue: number; open: Pence }>();
    for (const row of by === 'status' ? rows : open) {
      const name = GROUP_OF[by](row);
      const group = groups.get(name) ?? { cases: 0, overdue: 0, open: NO_MONEY };
      groups.set(name, group);
      group.cases++;
      if (row.overdue) group.overdue++;
      group.open = plus(group.open, row.open);
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, sums]) => ({ by, group, ...sums }));
  });
}
