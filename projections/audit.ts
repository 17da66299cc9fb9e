import { instantOf, londonDay, dayNumber, periodOf, type Day } from '../src/domain/calendar.js';
import { exactly, lesser, minus, negated, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { inside } from '../src/domain/chart.js';
import { onceEach } from '../src/domain/once-each.js';
import { textsOf, type Offered } from '../src/domain/grammar/proposal.js';
import { byText } from '../src/domain/order.js';
import { POOL, type Measure, type Posting } from '../src/domain/postings.js';
import type { Entry } from './entry.js';
import { isStep, lastBefore, those, type Gathered, type Gathering } from './entry-indexes.js';

/**
 * What an auditor asks of one fund: who approved each fact, what was recorded late, which facts a figure is made of,
 * what is agreed under which schedule, and which instalments are unpaid. Every function takes entries of the fund in
 * ledger order, those that are known. Source: docs/questions.md, 2, 5 and 15 to 17.
 */

// Who approved what

export interface Approval {
  readonly entry: Entry;
  /** Who posted it, or who proposed and who signed it, each with the day on which they did. */
  readonly by: readonly Signatory[];
  readonly conditions: string | undefined;
}

export interface Signatory {
  readonly officer: string;
  readonly partner: string;
  readonly role: string;
  readonly on: Day;
  readonly act: 'posted' | 'proposed' | 'signed';
}

/** A signature as an agreement holds it; of a deal, with the places of the facts that it is for. */
interface Signature {
  readonly officer: string;
  readonly partner: string;
  readonly role: string;
  readonly facts?: readonly number[];
}

const dayOf = (entry: Entry): Day => londonDay(instantOf(entry.recordedAt)!);

/**
 * Who approved a fact. The steps of a proposal are told with the facts that they led to, and are no facts themselves.
 * @param steps the steps of proposals in the same stream, in ledger order
 */
export function approvalOf(entry: Entry, steps: readonly Entry[]): Approval {
  // The act that agrees a proposal records its facts directly after the agreement, in their order.
  const at = lastBefore(steps, entry.revision);
  const agreement = steps[at];
  if (agreement?.type === 'ProposalAgreed') {
    const part = entry.revision - agreement.revision - 1;
    if (part < textsOf(agreement.data as unknown as Offered).length) return signedFact(entry, part, steps, at);
  }
  const { officer, partner, role } = entry;
  return { entry, by: [{ officer, partner, role, on: dayOf(entry), act: 'posted' }], conditions: undefined };
}

/** The last terms of a proposal before a step, with the signatures that a deal was given since. */
function offeredBefore(proposal: string, steps: readonly Entry[], before: number): Entry[] {
  const signed: Entry[] = [];
  for (let at = before - 1; at >= 0; at--) {
    const step = steps[at]!;
    if (step.data['proposal'] !== proposal) continue;
    if (step.type === 'ProposalSigned') signed.unshift(step);
    else if (step.type === 'ProposalMade' || step.type === 'ProposalCountered') return [step, ...signed];
  }
  return signed;
}

function signedFact(entry: Entry, part: number, all: readonly Entry[], at: number): Approval {
  const agreement = all[at]!;
  const { proposal, signatures, conditions } = agreement.data as unknown as {
    readonly proposal: string;
    readonly signatures: readonly Signature[];
    readonly conditions?: string;
  };
  const steps = [...offeredBefore(proposal, all, at), agreement];
  return {
    entry,
    by: signatures.flatMap(({ facts, ...each }, at): Signatory[] =>
      facts && !facts.includes(part) ? [] : [{ ...each, on: dayOf(steps[at]!), act: at === 0 ? 'proposed' : 'signed' }],
    ),
    conditions,
  };
}

// What was recorded late

interface Late {
  readonly entry: Entry;
  /** Days from the effective day to the day of recording. */
  readonly days: number;
  /** The accounting period that it takes effect in, where that was closed when it was recorded. */
  readonly closedPeriod: number | undefined;
}

/** Days from the day on which a fact takes effect to the day on which it was recorded. */
const daysLate = onceEach((entry: Entry): number => dayNumber(dayOf(entry)) - dayNumber(entry.effective));

/** Closing and reopening a period always take effect on past days, and are not late. */
const canBeLate = (entry: Entry): boolean => !isStep(entry) && !entry.type.startsWith('Period');

/** The facts that were recorded after they take effect, or in a closed period. */
export const LATE = those((entry) => canBeLate(entry) && (entry.adjustment !== undefined || daysLate(entry) > 0));

/**
 * The facts that were recorded at least so many days after they take effect, and those that take effect in a period
 * that had been closed by then: only an adjustment may do that. Days before the fund's year are in its first period.
 * @param late the entries that are {@link LATE}
 */
export function lateFacts(late: readonly Entry[], firstDay: Day, daysMin: number): Late[] {
  return late.flatMap((entry): Late[] => {
    const days = daysLate(entry);
    if (!entry.adjustment) return days >= daysMin ? [{ entry, days, closedPeriod: undefined }] : [];
    return [{ entry, days, closedPeriod: entry.effective < firstDay ? 1 : periodOf(entry.effective) }];
  });
}

// What a figure is made of

export interface Traced {
  readonly entry: Entry;
  readonly posting: Posting;
}

interface Sought {
  readonly measure: Measure;
  readonly source?: string | undefined;
  readonly item?: string | undefined;
}

/** The postings that a balance is the sum of, on a day inclusive, in ledger order; the pool's own side is left out. */
export function traced(entries: readonly Entry[], on: Day, { measure, source, item }: Sought): Traced[] {
  const found: Traced[] = [];
  for (const entry of entries)
    for (const posting of entry.postings)
      if (
        posting.measure === measure &&
        posting.holder !== POOL &&
        posting.on <= on &&
        (source === undefined || posting.source === source) &&
        (item === undefined || posting.item === item)
      )
        found.push({ entry, posting });
  return found;
}

// What is agreed

interface Undertaking {
  readonly entry: Entry;
  readonly name: string;
  readonly kind: 'contribution' | 'grant';
  readonly payer: string;
  readonly source: string;
  readonly recurrent: boolean;
  /** The section 75 schedule of a contribution, or the determination of a grant. */
  readonly under: string | undefined;
  readonly agreed: Pence;
  /** The later facts that changed what is agreed, with the change of each. */
  readonly changes: readonly { readonly entry: Entry; readonly change: Pence }[];
}

/** Where an undertaking says who pays, and under which paper. */
const UNDERTAKINGS = {
  contribution: { payer: 'payer', under: 'schedule' },
  grant: { payer: 'holder', under: 'determination' },
} as const;

const undertakes = (keptAs: Entry['keptAs']): keptAs is keyof typeof UNDERTAKINGS =>
  keptAs !== undefined && keptAs in UNDERTAKINGS;

/** The facts that undertake something, contributions and grants. */
export const UNDERTAKEN = those(({ keptAs }) => undertakes(keptAs));

/**
 * Every contribution and grant that was agreed by a day, inclusive, with what it stands at, in pence.
 * @param undertaken the entries that are {@link UNDERTAKEN}
 * @param moving those that move what is agreed
 */
export function undertakings(undertaken: readonly Entry[], moving: readonly Entry[], on: Day): Undertaking[] {
  const agreed = new Map<string, Map<Entry, Pence>>();
  for (const { entry, posting } of traced(moving, on, { measure: 'agreed' })) {
    const moved = inside(agreed, posting.item, () => new Map<Entry, Pence>());
    moved.set(entry, plus(moved.get(entry) ?? NO_MONEY, posting.pence));
  }
  return undertaken
    .filter(({ effective }) => effective <= on)
    .map((entry) => {
      const { data, revision } = entry;
      const kind = entry.keptAs as keyof typeof UNDERTAKINGS;
      const of = UNDERTAKINGS[kind];
      const name = data[kind] as string;
      const moved = agreed.get(name)!;
      return {
        entry,
        name,
        kind,
        payer: data[of.payer] as string,
        source: data['source'] as string,
        recurrent: data['recurrent'] as boolean,
        under: data[of.under] as string | undefined,
        agreed: [...moved.values()].reduce(plus, NO_MONEY),
        changes: [...moved].flatMap(([by, change]) => (by.revision === revision ? [] : [{ entry: by, change }])),
      };
    });
}

// What is unpaid

interface Instalment {
  readonly item: string;
  /** Under the name in which it was recorded. */
  readonly payer: string;
  readonly source: string;
  readonly due: Day;
  readonly amount: Pence;
  /** Money received, and nothing else. */
  readonly paid: Pence;
  /** What a later change took off the instalment after it had fallen due. Pence. */
  readonly noLongerDue: Pence;
  /** The amount less what is no longer due and what was paid. */
  readonly unpaid: Pence;
  /** Due by the day asked for, and not paid in full. */
  readonly overdue: boolean;
}

interface Scheduled {
  posting: Posting;
  readonly due: Day;
  amount: Pence;
}

/**
 * How much of each instalment is no longer due on a day, inclusive: if a variation or a withdrawal leaves less to pay
 * than had fallen due, the difference is a credit, and it is taken off the instalments due by its own day, newest
 * first.
 */
function released(schedule: readonly Scheduled[], on: Day): Pence[] {
  const gone = schedule.map(() => NO_MONEY);
  for (const { due: day, amount } of schedule) {
    if (amount >= 0 || day > on) continue;
    let credit = negated(amount);
    for (let index = schedule.length - 1; index >= 0; index--) {
      const each = schedule[index]!;
      if (each.amount <= 0 || each.due > day) continue;
      const taken = lesser(minus(each.amount, gone[index]!), credit);
      gone[index] = plus(gone[index]!, taken);
      credit = minus(credit, taken);
    }
  }
  return gone;
}

/** What falls due and what was received, gathered of each entry in ledger order. */
interface ScheduleMoves {
  /** Where the moves of each entry end. */
  readonly ends: number[];
  /** Of what falls due, the place of its item and day in `dues`; of what was received, −1 − the place of its item. */
  readonly of: number[];
  /** The day of each, in days since 1970. */
  readonly days: number[];
  readonly postings: Posting[];
  readonly items: Map<string, number>;
  /** Each day on which something of an item falls due, in the order of first use. */
  readonly dues: { readonly item: string; readonly due: Day }[];
  readonly places: Map<string, number>;
}

const isScheduled = ({ measure, holder }: Posting): boolean =>
  holder !== POOL && (measure === 'due' || measure === 'received');

export const SCHEDULED: Gathering<ScheduleMoves> = {
  index: those(({ postings }) => postings.some(isScheduled)),
  begin: () => ({ ends: [], of: [], days: [], postings: [], items: new Map(), dues: [], places: new Map() }),
  add({ ends, of, days, postings, items, dues, places }, entry) {
    for (const posting of entry.postings) {
      if (!isScheduled(posting)) continue;
      const { measure, item, on: due } = posting;
      of.push(
        measure === 'due'
          ? inside(places, `${item}|${due}`, () => dues.push({ item, due }) - 1)
          : -1 - inside(items, item, () => items.size),
      );
      days.push(dayNumber(due));
      postings.push(posting);
    }
    ends.push(of.length);
  },
};

/**
 * Each instalment of each contribution and grant, paid oldest first by what was received by a day, inclusive. `paid` is
 * only money received; what is no longer due is a separate figure. An overpayment of one contribution does not pay
 * another, so the unpaid sums may be more than the overdue figure of a position.
 */
export function instalments({ entries, of: moves }: Gathered<ScheduleMoves>, on: Day): Instalment[] {
  const end = moves.ends[entries.length - 1] ?? 0;
  const last = dayNumber(on);
  const received = new Float64Array(moves.items.size);
  const scheduled: (Scheduled | undefined)[] = moves.dues.map(() => undefined);
  for (let at = 0; at < end; at++) {
    const place = moves.of[at]!;
    const posting = moves.postings[at]!;
    if (place < 0) {
      if (moves.days[at]! <= last) received[-1 - place] = plus(exactly(received[-1 - place]!), posting.pence);
      continue;
    }
    const found = scheduled[place];
    if (found) {
      found.posting = posting;
      found.amount = plus(found.amount, posting.pence);
    } else scheduled[place] = { posting, due: moves.dues[place]!.due, amount: posting.pence };
  }
  const items = new Map<string, Scheduled[]>();
  scheduled.forEach((each, place) => {
    if (each) inside(items, moves.dues[place]!.item, (): Scheduled[] => []).push(each);
  });
  const all: Instalment[] = [];
  for (const [item, schedule] of items) {
    schedule.sort((a, b) => byText(a.due, b.due));
    const gone = released(schedule, on);
    const paidIn = moves.items.get(item);
    let money = paidIn === undefined ? NO_MONEY : exactly(received[paidIn]!);
    schedule.forEach(({ posting, due, amount }, index) => {
      if (amount <= 0) return;
      const noLongerDue = gone[index]!;
      const owed = minus(amount, noLongerDue);
      const paid = lesser(owed, money);
      money = minus(money, paid);
      const unpaid = minus(owed, paid);
      const { holder: payer, source } = posting;
      all.push({ item, payer, source, due, amount, paid, noLongerDue, unpaid, overdue: due <= on && unpaid > 0 });
    });
  }
  return all;
}
