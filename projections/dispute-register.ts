import { dayNumber, type Day } from '../src/domain/calendar.js';
import { asAt, bodyOn, cellsOf, sumsOf, type Sums, type Terms } from '../src/domain/dispute/claim.js';
import { AGE_BANDS } from '../src/domain/dispute/reference.js';
import { dueByOn, stagesOn } from '../src/domain/dispute/stages.js';
import { standing, termsAt, type History } from '../src/domain/dispute/state.js';
import { NO_MONEY, pence, plus, type Pence } from '../src/domain/money.js';
import type { DisputesView } from './claims.js';

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
  /** Days since it was raised. */
  readonly age: number;
  readonly stage: string | undefined;
  /** The last day of the stage, inclusive. */
  readonly dueBy: Day | undefined;
  readonly overdue: boolean;
}

function statusOf({ settled, decisions, until }: Terms, on: Day, open: Pence): Status {
  const day = dayNumber(on);
  if (settled.some((each) => each.closes && each.effective <= day)) return 'settled';
  if (open !== NO_MONEY) return 'open';
  const decision = decisions.findLast((each) => each.from <= Math.min(day, until));
  if (!decision) return settled.some((each) => each.effective <= day) ? 'settled' : 'open';
  return decision.value.how === 'split' ? 'decided' : decision.value.how;
}

function rowOf(history: History, terms: Terms, { on, upTo }: DisputesView): CaseRow {
  const { case: id, kind, ground, raisedOn } = terms.raised;
  const sums = sumsOf(cellsOf(terms, asAt(on)));
  const status = statusOf(terms, on, sums.open);
  const entries = standing(history, upTo);
  const dueBy = dueByOn(entries, on) as Day | undefined;
  return {
    case: id,
    kind,
    ground: (entries.findLast((each) => each.type === 'ClaimRevised' && each.data['ground'])?.data['ground'] ??
      ground) as string,
    status,
    claimant: bodyOn(terms, 'claimant', on),
    respondent: bodyOn(terms, 'respondent', on),
    raisedOn,
    age: dayNumber(on) - dayNumber(raisedOn),
    stage: stagesOn(entries, on).at(-1)?.data['stage'] as string | undefined,
    dueBy,
    overdue: status === 'open' && dueBy !== undefined && dueBy < on,
    ...sums,
  };
}

/** Every case that had been raised by the day, in the order in which they were recorded. */
export function disputeRegister(view: DisputesView): CaseRow[] {
  const rows: CaseRow[] = [];
  for (const history of view.state.cases.values()) {
    const terms = termsAt(history, view.upTo);
    if (terms && terms.raised.raisedOn <= view.on) rows.push(rowOf(history, terms, view));
  }
  return rows;
}

/** One case of the register; undefined where it had not been raised. */
export function caseRow(view: DisputesView, id: string): { readonly row: CaseRow; readonly terms: Terms } | undefined {
  const history = view.state.cases.get(id);
  const terms = history && termsAt(history, view.upTo);
  if (!terms || terms.raised.raisedOn > view.on) return undefined;
  return { row: rowOf(history, terms, view), terms };
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
