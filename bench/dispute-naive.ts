import { DatabaseSync } from '@photostructure/sqlite';
import { dayNumber, dayOfNumber, FIRST_DAY, type Day } from '../src/domain/calendar.js';

/**
 * The disputes of an area by definition, day by day: every known fact that is not reversed marks the days from its own
 * day on, and from these marks each day of each case is claimed, and agreed, abandoned or open. It reads the file
 * itself and shares no code with the read path.
 */

interface Logged {
  readonly revision: number;
  readonly recordedAt: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly effective: Day };
}

export interface NaiveCell {
  readonly year: string;
  readonly claimant: string;
  readonly respondent: string;
  readonly claimed: number;
  readonly agreed: number;
  readonly abandoned: number;
  readonly open: number;
  readonly repayable: number;
}

/** A case on a day as the register shows it, with its cells; `listed` where it had been raised by the day. */
export interface NaiveCase {
  readonly cells: readonly NaiveCell[];
  readonly listed: boolean;
  readonly row: Readonly<Record<string, unknown>>;
}

export interface NaiveDisputes {
  at(on: Day, known: string): ReadonlyMap<string, NaiveCase>;
}

interface Split {
  readonly respondent: number;
}

interface Raising {
  readonly case: string;
  readonly raisedOn: Day;
  readonly until?: Day;
  readonly claimant: readonly { readonly from: Day; readonly partner: string }[];
  readonly respondent: readonly { readonly from: Day; readonly partner: string }[];
  readonly costs: readonly { readonly from: Day; readonly weekly: string }[];
  readonly invoices?: readonly { readonly on: Day; readonly amount: string }[];
  readonly interim: Split;
  readonly claimed: Split;
  readonly ground: string;
  readonly kind: string;
}

interface SettledLine {
  readonly case: string;
  readonly through: Day;
  readonly closes: boolean;
  readonly parts: readonly {
    readonly year: string;
    readonly claimant: string;
    readonly respondent: string;
    readonly agreed: string;
    readonly abandoned: string;
  }[];
}

const OF_A_CASE: ReadonlySet<string> = new Set([
  'DisputeRaised',
  'ClaimRevised',
  'ClaimReduced',
  'InterimFundingAgreed',
  'SplitDecided',
  'ClaimWithdrawn',
  'ClaimConceded',
  'DisputeStageEntered',
  'DisputeStageExtended',
  'DisputeSettled',
]);

export function naiveDisputes(file: string, stream: string): NaiveDisputes {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db
    .prepare('SELECT revision, type, data, metadata FROM events WHERE stream = ? ORDER BY position')
    .all(stream) as { revision: bigint | number; type: string; data: string; metadata: string }[];
  db.close();
  const log = rows.map((row): Logged => ({
    revision: Number(row.revision),
    type: row.type,
    data: JSON.parse(row.data) as Logged['data'],
    recordedAt: (JSON.parse(row.metadata) as { recordedAt: string }).recordedAt,
  }));
  return {
    at(on, known) {
      const knownFacts = log.filter((each) => each.recordedAt <= known);
      const reversed = new Set(
        knownFacts.filter((each) => each.type === 'FactReversed').map((each) => Number(each.data['reverses'])),
      );
      const byCase = new Map<string, Logged[]>();
      for (const fact of knownFacts) {
        if (!OF_A_CASE.has(fact.type) || reversed.has(fact.revision)) continue;
        const lines = fact.data['lines'] as SettledLine[] | undefined;
        for (const id of lines ? lines.map((line) => line.case) : [fact.data['case'] as string]) {
          const facts = byCase.get(id);
          if (facts) facts.push(fact);
          else byCase.set(id, [fact]);
        }
      }
      return new Map(
        [...byCase]
          .filter(([, facts]) => facts[0]!.type === 'DisputeRaised')
          .map(([id, facts]) => [id, folded(facts, on)]),
      );
    },
  };
}

const inPence = (text: string): number => Number(text.replace('.', ''));
const NONE = -1;
type How = 'split' | 'withdrawn' | 'conceded';

/** The financial year of every day, by its own date. */
const YEAR_OF: readonly string[] = Array.from({ length: 6_000 }, (_, index) => {
  const [year, month] = dayOfNumber(dayNumber(FIRST_DAY) + index)
    .split('-')
    .map(Number);
  const starts = month! >= 4 ? year! : year! - 1;
  return `${starts}-${String((starts + 1) % 100).padStart(2, '0')}`;
});
const yearOf = (day: number): string => YEAR_OF[day - dayNumber(FIRST_DAY)]!;

/** Days in a row of the same two bodies, in parts of a penny. */
interface Run {
  readonly year: string;
  readonly claimant: string;
  readonly respondent: string;
  fixed: number;
  agreed: number;
  abandoned: number;
  open: number;
  repayable: number;
}

function folded(facts: readonly Logged[], on: Day): NaiveCase {
  const raising = facts[0]!.data as unknown as Raising;
  const first = dayNumber(facts[0]!.data.effective);
  const asked = dayNumber(on);
  const days = Math.max(0, asked - first + 1);
  const painted = <Value>(value: Value): Value[] => Array<Value>(days).fill(value);
  const paint = <Value>(row: Value[], from: Day, value: Value) => row.fill(value, Math.max(0, dayNumber(from) - first));

  const weekly = painted(NONE);
  const until = painted(raising.until ? dayNumber(raising.until) : Infinity);
  const claimed = painted(raising.claimed.respondent);
  const interim = painted(raising.interim.respondent);
  const how = painted<How | undefined>(undefined);
  const split = painted(NONE);
  /** The cost of each day, weekly and by invoice, as it was when the decision for it was signed. */
  const signedWeekly = painted(0);
  const signedInvoiced = painted(0);
  const claimant = painted(raising.claimant[0]!.partner);
  const respondent = painted(raising.respondent[0]!.partner);
  let invoices = [...(raising.invoices ?? [])];
  // The last day of care as now known, for any day asked for.
  let lastUntil = raising.until ? dayNumber(raising.until) : Infinity;
  let ground = raising.ground;
  let stage: string | undefined;
  let dueBy: Day | undefined;
  const settlements: SettledLine[] = [];
  for (const { from, weekly: sum } of raising.costs) paint(weekly, from, inPence(sum));
  for (const { from, partner } of raising.claimant) paint(claimant, from, partner);
  for (const { from, partner } of raising.respondent) paint(respondent, from, partner);

  const weeklyAt = (at: number): number => (weekly[at] !== NONE && first + at <= until[at]! ? weekly[at]! : 0);
  const invoicedAt = (at: number): number =>
    invoices
      .filter((each) => dayNumber(each.on) === first + at)
      .reduce((total, each) => total + inPence(each.amount), 0);
  const decide = (from: Day, decided: How): void => {
    paint(how, from, decided);
    for (let at = Math.max(0, dayNumber(from) - first); at < days; at++) {
      signedWeekly[at] = decided === 'withdrawn' ? Infinity : weeklyAt(at);
      signedInvoiced[at] = decided === 'withdrawn' ? Infinity : invoicedAt(at);
    }
  };

  for (const { type, data } of facts.slice(1)) {
    const { effective } = data;
    switch (type) {
      case 'ClaimRevised':
      case 'ClaimReduced': {
        const revised = data as unknown as Partial<Raising> & { readonly respondent?: string };
        for (const { from, weekly: sum } of revised.costs ?? []) paint(weekly, from, inPence(sum));
        if (revised.until) paint(until, effective, (lastUntil = dayNumber(revised.until)));
        if (revised.claimed) paint(claimed, effective, revised.claimed.respondent);
        if (revised.respondent) paint(respondent, effective, revised.respondent);
        if (revised.invoices) invoices = [...invoices.filter((each) => each.on < effective), ...revised.invoices];
        if (effective <= on) ground = revised.ground ?? ground;
        break;
      }
      case 'InterimFundingAgreed':
        paint(interim, effective, (data['interim'] as Split).respondent);
        break;
      case 'SplitDecided':
        decide(effective, 'split');
        paint(split, effective, (data['split'] as Split).respondent);
        break;
      case 'ClaimWithdrawn':
        decide(effective, 'withdrawn');
        break;
      case 'ClaimConceded':
        decide(effective, 'conceded');
        break;
      case 'DisputeSettled':
        if (effective <= on) {
          settlements.push((data['lines'] as SettledLine[]).find((line) => line.case === raising.case)!);
        }
        break;
      default:
        if (effective > on) break;
        stage = (data['stage'] as string | undefined) ?? stage;
        dueBy = data['dueBy'] as Day | undefined;
    }
  }

  const closed = settlements.filter((line) => line.closes).map((line) => dayNumber(line.through));
  const end = Math.min(asked, ...closed);
  const through = Math.max(-Infinity, ...settlements.map((line) => dayNumber(line.through)));
  // Settled days first, then the others, in runs of days in a row of the same two bodies: so a year is rounded.
  const runs: Run[] = [];
  for (const isSettled of [true, false]) {
    let run: Run | undefined;
    for (let day = first; day <= end; day++) {
      if (day <= through !== isSettled) continue;
      const at = day - first;
      // Seven times an invoice, so that a seventh of a week's cost is the whole of it.
      const costs: [cost: number, signed: number][] = [];
      if (invoicedAt(at) > 0) costs.push([invoicedAt(at) * 7, signedInvoiced[at]! * 7]);
      if (weekly[at] !== NONE && day <= until[at]!) costs.push([weekly[at]!, signedWeekly[at]!]);
      for (const [cost, signed] of costs) {
        const of = { year: yearOf(day), claimant: claimant[at]!, respondent: respondent[at]! };
        if (run?.year !== of.year || run.claimant !== of.claimant || run.respondent !== of.respondent) {
          runs.push((run = { ...of, fixed: 0, agreed: 0, abandoned: 0, open: 0, repayable: 0 }));
        }
        const whole = claimed[at]! - interim[at]!;
        if (isSettled) run.fixed += cost * whole;
        else if (how[at] === undefined) run.open += cost * whole;
        else {
          const due = how[at] === 'split' ? split[at]! : how[at] === 'withdrawn' ? interim[at]! : claimed[at]!;
          const decided = Math.min(cost, signed);
          run.open += (cost - decided) * whole;
          run.agreed += decided * Math.max(0, due - interim[at]!);
          run.repayable += decided * Math.max(0, interim[at]! - due);
          run.abandoned += decided * (claimed[at]! - Math.max(due, interim[at]!));
        }
      }
    }
  }

  const years = [...new Set(runs.map((run) => run.year))].sort();
  const cells = years.flatMap((year) =>
    cellsOf(
      year,
      runs.filter((run) => run.year === year),
      settlements,
    ),
  );
  const sum = (name: 'claimed' | 'agreed' | 'abandoned' | 'open' | 'repayable') =>
    cells.reduce((total, cell) => total + cell[name], 0);
  const open = sum('open');
  const decided = how[Math.min(asked, lastUntil) - first];
  const ended = decided === 'split' ? 'decided' : (decided ?? (settlements.length > 0 ? 'settled' : 'open'));
  const status = closed.length > 0 ? 'settled' : open !== 0 ? 'open' : ended;
  return {
    cells,
    listed: raising.raisedOn <= on || facts[0]!.data.effective <= on,
    row: {
      case: raising.case,
      kind: raising.kind,
      ground,
      status,
      claimant: claimant.at(-1),
      respondent: respondent.at(-1),
      raisedOn: raising.raisedOn,
      age: Math.max(0, asked - dayNumber(raising.raisedOn)),
      stage,
      dueBy,
      overdue: status === 'open' && dueBy !== undefined && dueBy < on,
      claimed: sum('claimed'),
      agreed: sum('agreed'),
      abandoned: sum('abandoned'),
      open,
      repayable: sum('repayable'),
    },
  };
}

/** A seventh of a ten-thousandth of so much, to the penny, half to even, in whole numbers without limit. */
function roundedOnce(parts: number): number {
  const [whole, rest] = [BigInt(parts) / 70_000n, BigInt(parts) % 70_000n];
  // Integer division truncates towards zero, so a negative number is rounded as its absolute value.
  if (rest < 0n) return -roundedOnce(-parts);
  const up = rest * 2n > 70_000n || (rest * 2n === 70_000n && whole % 2n === 1n);
  return Number(up ? whole + 1n : whole);
}

/** One year of a case: each part is what it adds to the sum so far, rounded, so that a year is rounded once. */
function cellsOf(year: string, runs: readonly Run[], settlements: readonly SettledLine[]): NaiveCell[] {
  let exact = 0;
  let exactBack = 0;
  const part = (parts: number): number => {
    const before = roundedOnce(exact);
    exact += parts;
    return roundedOnce(exact) - before;
  };
  const partBack = (parts: number): number => {
    const before = roundedOnce(exactBack);
    exactBack += parts;
    return roundedOnce(exactBack) - before;
  };
  const cells = new Map<string, NaiveCell>();
  for (const { claimant, respondent, ...run } of runs) {
    const shares = [part(run.fixed), part(run.agreed), part(run.abandoned), part(run.open)] as const;
    const key = `${claimant} ${respondent}`;
    const none = { claimed: 0, agreed: 0, abandoned: 0, open: 0, repayable: 0 };
    const cell = cells.get(key) ?? { year, claimant, respondent, ...none };
    cells.set(key, {
      ...cell,
      claimed: cell.claimed + shares[0] + shares[1] + shares[2] + shares[3],
      agreed: cell.agreed + shares[1],
      abandoned: cell.abandoned + shares[2],
      repayable: cell.repayable + partBack(run.repayable),
    });
  }
  return [...cells.values()].map((cell) => {
    const settled = settlements
      .flatMap((line) => line.parts)
      .filter((each) => each.year === year && each.claimant === cell.claimant && each.respondent === cell.respondent);
    const towards = settled.map((each) => inPence(each.agreed));
    const agreed = towards.reduce((total, each) => total + Math.max(0, each), cell.agreed);
    const repayable = towards.reduce((total, each) => total + Math.max(0, -each), cell.repayable);
    const abandoned = settled.reduce((total, each) => total + inPence(each.abandoned), cell.abandoned);
    return { ...cell, agreed, abandoned, open: cell.claimed - agreed - abandoned, repayable };
  });
}
