import { dayNumber, type Day } from '../src/domain/calendar.js';
import { bodyAt, NO_CLAIM, totalsOf, type Sums, type Terms, type Totals } from '../src/domain/dispute/claim.js';
import { AGE_BANDS } from '../src/domain/dispute/reference.js';
import { termsAt, type History } from '../src/domain/dispute/state.js';
import { isInForce } from '../src/domain/grammar/remembered.js';
import { NO_MONEY, pence, plus, type Pence } from '../src/domain/money.js';
import { byKey } from '../src/domain/order.js';
import { countClaims, type DisputesView, type OpenClaims } from './claims.js';

/**
 * The dispute register: every case on a day, as known at an instant, with where it stands and what of it is claimed,
 * agreed, abandoned and open; and the same counted by stage, age, kind, partner and value.
 * Source: docs/questions.md, 9; docs/sources.md, Disputes.
 */

export const STATUSES = ['open', 'decided', 'conceded', 'withdrawn', 'settled'] as const;
type Status = (typeof STATUSES)[number];

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
  let partly = false;
  for (const each of settled) {
    if (each.effective > day) continue;
    if (each.closes) return 'settled';
    partly = true;
  }
  if (open !== NO_MONEY) return 'open';
  const last = day < until ? day : until;
  for (let at = decisions.length - 1; at >= 0; at--) {
    const { from, value } = decisions[at]!;
    if (from <= last) return value.how === 'split' ? 'decided' : value.how;
  }
  return partly ? 'settled' : 'open';
}

/** Where a case stands in its protocol. */
interface AtStage {
  readonly stage: string | undefined;
  /** The last day of the stage, inclusive. */
  readonly dueBy: Day | undefined;
}

const NO_STAGE: AtStage = { stage: undefined, dueBy: undefined };

/** The stage of a case: both its entries and its extensions name it. */
function stageOf({ stages }: History, { on, upTo }: DisputesView): AtStage {
  for (let at = stages.length - 1; at >= 0; at--) {
    const each = stages[at]!;
    if (isInForce(each, { on, upTo })) return each.data as unknown as AtStage;
  }
  return NO_STAGE;
}

/** The ground of a case, as it was last revised. */
const groundOf = ({ entries }: History, { on, upTo }: DisputesView, raised: string): string =>
  (entries.findLast(
    (each) => each.data['ground'] !== undefined && each.step === 'revises' && isInForce(each, { on, upTo }),
  )?.data['ground'] as string | undefined) ?? raised;

function rowOf(history: History, terms: Terms, totals: Totals, view: DisputesView, day: number): CaseRow {
  const { raised, raisedOn } = terms;
  const status = statusOf(terms, day, totals.open);
  const { stage, dueBy } = stageOf(history, view);
  return {
    case: raised.case,
    kind: raised.kind,
    ground: groundOf(history, view, raised.ground),
    status,
    claimant: bodyAt(terms, 'claimant', day),
    respondent: bodyAt(terms, 'respondent', day),
    raisedOn: raised.raisedOn,
    age: Math.max(0, day - raisedOn),
    stage,
    dueBy,
    overdue: status === 'open' && dueBy !== undefined && dueBy < view.on,
    claimed: totals.claimed,
    agreed: totals.agreed,
    abandoned: totals.abandoned,
    open: totals.open,
    repayable: totals.repayable,
  };
}

/**
 * A case is in the register from its first day of care on, or from its raising if that is earlier. So the register adds
 * up to the claims for past days, even if a claim was raised long afterwards. As known on the day itself, it has only
 * the cases raised by then.
 */
export const isListed = ({ first, raisedOn }: Terms, day: number): boolean => first <= day || raisedOn <= day;

/** Every case that is listed on the day, in the order in which they were recorded. */
export function disputeRegister(view: DisputesView): CaseRow[] {
  const day = dayNumber(view.on);
  const rows: CaseRow[] = [];
  for (const history of view.state.cases.values()) {
    const terms = termsAt(history, view.upTo);
    if (terms && isListed(terms, day)) rows.push(rowOf(history, terms, totalsOf(terms, day), view, day));
  }
  return rows;
}

/** One case of the register; undefined where it is not listed. */
export function caseRow(view: DisputesView, id: string): { readonly row: CaseRow; readonly terms: Terms } | undefined {
  const history = view.state.cases.get(id);
  const terms = history && termsAt(history, view.upTo);
  const day = dayNumber(view.on);
  if (!terms || !isListed(terms, day)) return undefined;
  return { row: rowOf(history, terms, totalsOf(terms, day), view, day), terms };
}

/** Bands of value: what is open of a case, from so many pounds, inclusive. */
const VALUE_BANDS = [
  { band: 'under-10000', from: NO_MONEY },
  { band: 'from-10000', from: pence('10000.00') },
  { band: 'from-50000', from: pence('50000.00') },
  { band: 'from-250000', from: pence('250000.00') },
] as const;

export const GROUPINGS = ['status', 'kind', 'stage', 'age', 'value', 'claimant', 'respondent'] as const;
export type Grouping = (typeof GROUPINGS)[number];

interface Group {
  readonly by: Grouping;
  readonly group: string;
  readonly cases: number;
  readonly overdue: number;
  readonly open: Pence;
}

const ageBand = (age: number): string => AGE_BANDS.findLast((each) => each.from <= age)!.band;
const valueBand = (open: Pence): string => VALUE_BANDS.findLast((each) => each.from <= open)!.band;

type Placed = Pick<CaseRow, 'kind' | 'stage' | 'age' | 'open' | 'claimant' | 'respondent'>;

/** Calls back with the row of each breakdown, other than status, in which an open case is counted. */
export function eachRow(
  { kind, stage = 'none', age, open, claimant, respondent }: Placed,
  tell: (by: Grouping, group: string) => void,
): void {
  tell('kind', kind);
  tell('stage', stage);
  tell('age', ageBand(age));
  tell('value', valueBand(open));
  tell('claimant', claimant);
  tell('respondent', respondent);
}

type Groups = Map<string, { cases: number; overdue: number; open: Pence }>;

/** The register in numbers: how many cases, how many of them are open and overdue, what they come to, and by group. */
interface RegisterNumbers extends Sums {
  readonly cases: number;
  readonly openCases: number;
  readonly overdue: number;
  /** By status all cases, by everything else those that are open. */
  readonly groups: readonly Group[];
  /** The open claims of the area. */
  readonly claims: OpenClaims;
}

/** Counts the register on a day in one pass over its cases, without building their rows. */
export function registerNumbers(view: DisputesView): RegisterNumbers {
  const day = dayNumber(view.on);
  const count = countClaims();
  const groups = Object.fromEntries(GROUPINGS.map((by) => [by, new Map()])) as Record<Grouping, Groups>;
  let cases = 0;
  let openCases = 0;
  let overdue = 0;
  let { claimed, agreed, abandoned, open, repayable } = NO_CLAIM;
  for (const history of view.state.cases.values()) {
    const terms = termsAt(history, view.upTo);
    if (!terms || !isListed(terms, day)) continue;
    const totals = totalsOf(terms, day);
    count.add(totals.between);
    cases++;
    claimed = plus(claimed, totals.claimed);
    agreed = plus(agreed, totals.agreed);
    abandoned = plus(abandoned, totals.abandoned);
    open = plus(open, totals.open);
    repayable = plus(repayable, totals.repayable);
    const status = statusOf(terms, day, totals.open);
    if (status !== 'open') {
      addTo(groups.status, status, totals.open, false);
      continue;
    }
    openCases++;
    const { stage, dueBy } = stageOf(history, view);
    const late = dueBy !== undefined && dueBy < view.on;
    if (late) overdue++;
    addTo(groups.status, status, totals.open, late);
    const placed = {
      kind: terms.raised.kind,
      stage,
      age: Math.max(0, day - terms.raisedOn),
      open: totals.open,
      claimant: bodyAt(terms, 'claimant', day),
      respondent: bodyAt(terms, 'respondent', day),
    };
    eachRow(placed, (by, group) => addTo(groups[by], group, totals.open, late));
  }
  return {
    cases,
    openCases,
    overdue,
    claimed,
    agreed,
    abandoned,
    open,
    repayable,
    groups: GROUPINGS.flatMap((by) => [...groups[by]].sort(byKey).map(([group, sums]) => ({ by, group, ...sums }))),
    claims: count.claims(),
  };
}

function addTo(groups: Groups, name: string, open: Pence, late: boolean): void {
  const group = groups.get(name);
  if (!group) {
    groups.set(name, { cases: 1, overdue: late ? 1 : 0, open });
    return;
  }
  group.cases++;
  if (late) group.overdue++;
  group.open = plus(group.open, open);
}
