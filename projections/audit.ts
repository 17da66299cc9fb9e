import { instantOf, londonDay, dayNumber, periodOf, type Day } from '../src/domain/calendar.js';
import { lesser, minus, negated, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { textsOf, type Offered } from '../src/domain/grammar/proposal.js';
import { byText } from '../src/domain/order.js';
import { POOL, type Measure, type Posting } from '../src/domain/postings.js';
import type { Entry } from './entry.js';

/**
 * What an auditor asks of one fund: who approved each fact, what was recorded late, which facts a figure is made of,
 * what is agreed under which schedule, and which instalments are unpaid. Every function takes the fund's entries in
 * ledger order, those that are known. Source: docs/questions.md, 2, 5 and 15 to 17.
 */

const isStep = (entry: Entry): boolean => entry.type.startsWith('Proposal');

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

/** Every fact with those who approved it. Steps of proposals are shown with the fact that they led to. */
export function approvals(entries: readonly Entry[]): Approval[] {
  /** Each proposal’s last terms, with the signatures that a deal was given since. */
  const offered = new Map<string, Entry[]>();
  let agreement: Entry | undefined;
  const all: Approval[] = [];
  for (const entry of entries) {
    const proposal = entry.data['proposal'] as string;
    if (entry.type === 'ProposalMade' || entry.type === 'ProposalCountered') offered.set(proposal, [entry]);
    else if (entry.type === 'ProposalSigned') offered.get(proposal)!.push(entry);
    else if (entry.type === 'ProposalAgreed') agreement = entry;
    else if (!isStep(entry)) {
      // The act that agrees a proposal records its facts directly after the agreement, in their order.
      const part = agreement ? entry.revision - agreement.revision - 1 : Infinity;
      const facts = agreement ? textsOf(agreement.data as unknown as Offered).length : 0;
      all.push(part < facts ? signedFact(entry, agreement!, part, offered) : postedFact(entry));
    }
  }
  return all;
}

/** Few of thousands of facts are shown with the day of posting, so the day is computed only for those. */
function postedFact(entry: Entry): Approval {
  const { officer, partner, role } = entry;
  return {
    entry,
    get by() {
      return [{ officer, partner, role, on: dayOf(entry), act: 'posted' as const }];
    },
    conditions: undefined,
  };
}

function signedFact(
  entry: Entry,
  agreement: Entry,
  part: number,
  offered: ReadonlyMap<string, readonly Entry[]>,
): Approval {
  const { proposal, signatures, conditions } = agreement.data as unknown as {
    readonly proposal: string;
    readonly signatures: readonly Signature[];
    readonly conditions?: string;
  };
  const steps = [...offered.get(proposal)!, agreement];
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

/**
 * The facts that were recorded at least so many days after they take effect, and those that take effect in a period
 * that had been closed by then: only an adjustment may do that. Closing and reopening a period always take effect on
 * past days, and are left out. Days before the fund's year are in its first period.
 */
export function lateFacts(entries: readonly Entry[], firstDay: Day, daysMin: number): Late[] {
  return entries.flatMap((entry): Late[] => {
    if (isStep(entry) || entry.type.startsWith('Period')) return [];
    const days = dayNumber(dayOf(entry)) - dayNumber(entry.effective);
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
export const traced = (entries: readonly Entry[], on: Day, sought: Sought): Traced[] =>
  entries.flatMap((entry) =>
    entry.postings
      .filter(
        (posting) =>
          posting.holder !== POOL &&
          posting.on <= on &&
          posting.measure === sought.measure &&
          (sought.source === undefined || posting.source === sought.source) &&
          (sought.item === undefined || posting.item === sought.item),
      )
      .map((posting) => ({ entry, posting })),
  );

// What is agreed

interface Undertaking {
  readonly approval: Approval;
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

/** Every contribution and grant that was agreed by a day, inclusive, with what it stands at and who signed it. */
export function undertakings(entries: readonly Entry[], on: Day): Undertaking[] {
  const agreed = new Map<string, Map<Entry, Pence>>();
  for (const { entry, posting } of traced(entries, on, { measure: 'agreed' })) {
    const moved = agreed.get(posting.item) ?? new Map<Entry, Pence>();
    agreed.set(posting.item, moved.set(entry, plus(moved.get(entry) ?? NO_MONEY, posting.pence)));
  }
  return approvals(entries)
    .filter(({ entry }) => entry.effective <= on)
    .flatMap((approval) => {
      const { data, keptAs: kind, revision } = approval.entry;
      if (!undertakes(kind)) return [];
      const of = UNDERTAKINGS[kind];
      const name = data[kind] as string;
      const moved = agreed.get(name) ?? new Map<Entry, Pence>();
      return {
        approval,
        name,
        kind,
        payer: data[of.payer] as string,
        source: data['source'] as string,
        recurrent: data['recurrent'] as boolean,
        under: data[of.under] as string | undefined,
        agreed: [...moved.values()].reduce(plus, NO_MONEY),
        changes: [...moved].flatMap(([entry, change]) => (entry.revision === revision ? [] : [{ entry, change }])),
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
  readonly posting: Posting;
  readonly due: Day;
  readonly amount: Pence;
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

/**
 * Each instalment of each contribution and grant, paid oldest first by what was received by a day, inclusive. `paid` is
 * only money received; what is no longer due is a separate figure. An overpayment of one contribution does not pay
 * another, so the unpaid sums may be more than the overdue figure of a position.
 */
export function instalments(entries: readonly Entry[], on: Day): Instalment[] {
  const items = new Map<string, Map<Day, Scheduled>>();
  const received = new Map<string, Pence>();
  for (const { postings } of entries) {
    for (const posting of postings) {
      if (posting.holder === POOL) continue;
      const { item, measure, on: day, pence } = posting;
      if (measure === 'received' && day <= on) received.set(item, plus(received.get(item) ?? NO_MONEY, pence));
      if (measure !== 'due') continue;
      const days = items.get(item) ?? new Map<Day, Scheduled>();
      items.set(item, days.set(day, { posting, due: day, amount: plus(days.get(day)?.amount ?? NO_MONEY, pence) }));
    }
  }
  return [...items].flatMap(([item, days]) => {
    const schedule = [...days.values()].sort((a, b) => byText(a.due, b.due));
    const gone = released(schedule, on);
    let money = received.get(item) ?? NO_MONEY;
    return schedule.flatMap(({ posting, due, amount }, index) => {
      if (amount <= 0) return [];
      const noLongerDue = gone[index]!;
      const owed = minus(amount, noLongerDue);
      const paid = lesser(owed, money);
      money = minus(money, paid);
      const unpaid = minus(owed, paid);
      const { holder: payer, source } = posting;
      return [{ item, payer, source, due, amount, paid, noLongerDue, unpaid, overdue: due <= on && unpaid > 0 }];
    });
  });
}
