import { dayInWords, type Day } from '../calendar.js';
import { inside } from '../chart.js';
import {
  exactly,
  lesser,
  minus,
  negated,
  NO_MONEY,
  notNegative,
  pence,
  plus,
  pounds,
  signedPence,
  type Pence,
} from '../money.js';
import { inForce, isKnown } from '../grammar/remembered.js';
import { onceEach } from '../once-each.js';
import { refuse, type Refusal } from '../rules.js';
import { asAt, bodyOn, cellsOf, sumsOf, type SettledLine, type Sums, type Terms } from './claim.js';
import type { Entry, Step } from './steps.js';
import { entriesKnown, termsAt, type DisputeState, type History, type OpenCase } from './state.js';

/**
 * What is owed on a case or under a settlement on a day: what was agreed and not yet paid, what was abandoned and not
 * yet written off. Sums are positive if owed to the claimant and negative if the claimant owes them.
 */

/** A settlement's line for one case, as it is recorded. */
export interface Line extends SettledLine {
  readonly claimant: string;
  readonly respondent: string;
  /** What had been claimed and not been settled before. */
  readonly claimed: string;
  /** Negative if the claimant gives back so much, in addition to its claim. */
  readonly agreed: string;
  readonly abandoned: string;
  readonly open: string;
  /** What had been paid and written off on the case before: the settlement counts it in. */
  readonly paidBefore: string;
  readonly writtenOffBefore: string;
}

interface SettlementData {
  readonly effective: Day;
  readonly settlement: string;
  readonly lines: readonly Line[];
}

const dataOf = (entry: Entry): SettlementData => entry.data as unknown as SettlementData;

/** The lines of a settlement by case. A settlement may have hundreds, and a register asks for the line of each case. */
const linesOf = onceEach((data: SettlementData) => new Map(data.lines.map((line) => [line.case, line])));

/** The line of a settlement for one of its cases. */
export const lineFor = (entry: Entry, id: string): Line => linesOf(dataOf(entry)).get(id)!;

const sum = (amounts: readonly Pence[]): Pence => amounts.reduce(plus, NO_MONEY);

/** What a refund or a write-off is of. */
export interface Against {
  readonly case?: string | undefined;
  readonly settlement?: string | undefined;
}

const amountOf = (entry: Entry): Pence => pence(entry.data['amount'] as string);

/**
 * What is still to be paid to the claimant of a line, in pence: agreed − paid before. Below 0 where the claimant pays
 * back.
 */
export const lineToPay = (line: Line): Pence => minus(signedPence(line.agreed), signedPence(line.paidBefore));
const payerOf = (line: Line): string => (lineToPay(line) > 0 ? line.respondent : line.claimant);
const sizeToPay = (line: Line): Pence => exactly(Math.abs(lineToPay(line)));
const lineToWriteOff = (line: Line): Pence => notNegative(minus(pence(line.abandoned), pence(line.writtenOffBefore)));

/** A settlement on a day: what each side pays the other, gross, what the creditors abandon, and how far that is done. */
export interface SettlementOwed {
  readonly settlement: string;
  readonly effective: Day;
  readonly lines: readonly Line[];
  readonly payments: readonly {
    readonly payer: string;
    readonly payee: string;
    readonly agreed: Pence;
    readonly paid: Pence;
  }[];
  readonly writeOffs: readonly { readonly creditor: string; readonly abandoned: Pence; readonly writtenOff: Pence }[];
  /** What is left of each line, by its case: to pay towards its claimant, and to write off. Lines are paid in their order. */
  readonly left: ReadonlyMap<string, { readonly toPay: Pence; readonly toWriteOff: Pence }>;
}

/**
 * The settlement of a name on a day, inclusive, as known up to a revision, inclusive; undefined where it is not in
 * force.
 */
export function settlementOn(state: DisputeState, name: string, on: Day, upTo = Infinity): SettlementOwed | undefined {
  const history = state.settlements.get(name);
  const entries = history ? inForce(history.entries, { on, upTo }) : [];
  if (entries[0]?.step !== 'settles') return undefined;
  const { effective, lines } = dataOf(entries[0]);
  const done = (step: Step, field: string, partner: string): Pence =>
    sum(entries.filter((each) => each.step === step && each.data[field] === partner).map(amountOf));
  const directions = new Map<string, { payer: string; payee: string; agreed: Pence; paid: Pence }>();
  const creditors = new Map<string, { creditor: string; abandoned: Pence; writtenOff: Pence }>();
  for (const line of lines) {
    const payer = payerOf(line);
    const payee = payer === line.respondent ? line.claimant : line.respondent;
    const direction = inside(directions, payer, () => ({
      payer,
      payee,
      agreed: NO_MONEY,
      paid: done('pays', 'payer', payer),
    }));
    direction.agreed = plus(direction.agreed, sizeToPay(line));
    const creditor = inside(creditors, line.claimant, () => ({
      creditor: line.claimant,
      abandoned: NO_MONEY,
      writtenOff: done('writes-off', 'creditor', line.claimant),
    }));
    creditor.abandoned = plus(creditor.abandoned, lineToWriteOff(line));
  }
  const paid = new Map([...directions].map(([payer, each]) => [payer, each.paid]));
  const writtenOff = new Map([...creditors].map(([creditor, each]) => [creditor, each.writtenOff]));
  const left = new Map<string, { toPay: Pence; toWriteOff: Pence }>();
  for (const line of lines) {
    const payer = payerOf(line);
    const toPay = leftAfter(paid, payer, sizeToPay(line));
    left.set(line.case, {
      toPay: payer === line.respondent ? toPay : negated(toPay),
      toWriteOff: leftAfter(writtenOff, line.claimant, lineToWriteOff(line)),
    });
  }
  return {
    settlement: name,
    effective,
    lines,
    payments: [...directions.values()].filter((each) => each.agreed !== NO_MONEY),
    writeOffs: [...creditors.values()].filter((each) => each.abandoned !== NO_MONEY),
    left,
  };
}

/** Subtracts what a partner has paid or written off from what is due, and returns the rest. */
function leftAfter(done: Map<string, Pence>, partner: string, due: Pence): Pence {
  const had = done.get(partner)!;
  const used = lesser(had, due);
  done.set(partner, minus(had, used));
  return minus(due, used);
}

/** What is owed on a case between two bodies that stood, or stand, on its sides. */
export interface Between {
  readonly claimant: string;
  readonly respondent: string;
  readonly open: Pence;
  /** Decided by shares and not settled since: what is still to be paid to the claimant. */
  readonly decidedToPay: Pence;
  /** Agreed in settlements and not yet paid. */
  readonly settledToPay: Pence;
  /** Abandoned outside settlements and in them, and not yet written off. */
  readonly decidedToWriteOff: Pence;
  readonly settledToWriteOff: Pence;
}

type Owing = { -readonly [Key in keyof Between]: Between[Key] };

/** A case on a day: its sums, and what of them has been settled, paid and written off. */
export interface CaseOwed extends Sums {
  /** The bodies that stand on its sides on the day. */
  readonly claimant: string;
  readonly respondent: string;
  /**
   * What is owed between whom, in the order of the days: what was settled between the bodies of the settlement, the rest
   * between the bodies of the days that it is of. A body that pays or writes off does so for its own days first.
   */
  readonly between: readonly Between[];
  readonly decidedToPay: Pence;
  readonly settledToPay: Pence;
  /** Abandoned in all and not yet written off. */
  readonly toWriteOff: Pence;
  /** Paid and written off on the case itself, beside its settlements. */
  readonly paid: Pence;
  readonly writtenOff: Pence;
  readonly settlements: readonly string[];
}

/** The settlements of an area on one day, each worked out once for all the cases that ask for it. */
export type Sheets = (name: string) => SettlementOwed;

/**
 * The settlements of an area on a day, inclusive, as known up to a revision, inclusive. Ask only for settlements that
 * are in force then.
 */
export function sheetsOn(state: DisputeState, on: Day, upTo = Infinity): Sheets {
  const known = new Map<string, SettlementOwed>();
  return (name) => {
    const sheet = known.get(name) ?? settlementOn(state, name, on, upTo)!;
    known.set(name, sheet);
    return sheet;
  };
}

/**
 * What is owed on a case on a day, inclusive, as known up to a revision, inclusive; undefined where it is not raised.
 */
export function owedOn(
  state: DisputeState,
  id: string,
  on: Day,
  upTo = Infinity,
  sheets: Sheets = sheetsOn(state, on, upTo),
): CaseOwed | undefined {
  const history = state.cases.get(id);
  const terms = history && termsAt(history, upTo);
  if (!terms) return undefined;
  const cells = cellsOf(terms, asAt(on));
  const claimant = bodyOn(terms, 'claimant', on);
  const respondent = bodyOn(terms, 'respondent', on);
  const settled: Entry[] = [];
  /** What was paid and written off. */
  const done: Entry[] = [];
  for (const entry of history.entries) {
    const { step } = entry;
    if (step === 'settles') {
      if (entry.data.effective <= on && isKnown(entry, upTo)) settled.push(entry);
    } else if ((step === 'pays' || step === 'writes-off') && isKnown(entry, upTo)) done.push(entry);
  }
  const between: Owing[] = [];
  const of = (pair: { readonly claimant: string; readonly respondent: string }): Owing => {
    let owing = between.find((each) => each.claimant === pair.claimant && each.respondent === pair.respondent);
    if (!owing) between.push((owing = nothingBetween(pair)));
    return owing;
  };
  for (const cell of cells) {
    const owing = of(cell);
    owing.open = plus(owing.open, cell.open);
    owing.decidedToPay = plus(owing.decidedToPay, minus(cell.agreed, cell.repayable));
    owing.decidedToWriteOff = plus(owing.decidedToWriteOff, cell.abandoned);
  }
  const standingPair = of({ claimant, respondent });
  for (const entry of settled) {
    const line = lineFor(entry, id);
    for (const part of line.parts) {
      const owing = of(part);
      owing.decidedToPay = minus(owing.decidedToPay, signedPence(part.agreed));
      owing.decidedToWriteOff = minus(owing.decidedToWriteOff, pence(part.abandoned));
    }
    const { toPay, toWriteOff } = sheets(entry.data['settlement'] as string).left.get(id)!;
    const owing = of(line);
    owing.settledToPay = plus(owing.settledToPay, toPay);
    owing.settledToWriteOff = plus(owing.settledToWriteOff, toWriteOff);
    // Write-offs above the sum that the line abandons belong to days that the line does not settle.
    const beyond = notNegative(minus(pence(line.writtenOffBefore), pence(line.abandoned)));
    takeOff(between, 'decidedToWriteOff', 1, beyond, (each) => each.claimant === line.claimant, standingPair);
  }
  // A settlement counts in whatever had been paid and written off before it was recorded, on its own day or later.
  const countedIn = settled.at(-1)?.revision ?? -1;
  let paid: Pence = NO_MONEY;
  let writtenOff: Pence = NO_MONEY;
  for (const entry of done) {
    const { revision, step, data } = entry;
    const isDone = data.effective <= on;
    const amount = amountOf(entry);
    // Money that a settlement counts in is not yet counted before the settlement's day.
    const moved = isDone === revision > countedIn ? (isDone ? amount : negated(amount)) : NO_MONEY;
    if (step === 'writes-off') {
      if (isDone) writtenOff = plus(writtenOff, amount);
      takeOff(between, 'decidedToWriteOff', 1, moved, (each) => each.claimant === data['creditor'], standingPair);
      continue;
    }
    const towardsClaimant = data['towards'] === 'claimant';
    const side = towardsClaimant ? 'respondent' : 'claimant';
    if (isDone) paid = plus(paid, towardsClaimant ? amount : negated(amount));
    takeOff(
      between,
      'decidedToPay',
      towardsClaimant ? 1 : -1,
      moved,
      (each) => each[side] === data['payer'],
      standingPair,
    );
  }
  const all = (name: Exclude<keyof Between, 'claimant' | 'respondent'>): Pence =>
    between.reduce((acc, each) => plus(acc, each[name]), NO_MONEY);
  const { claimed, agreed, abandoned, open, repayable } = sumsOf(cells);
  return {
    claimed,
    agreed,
    abandoned,
    open,
    repayable,
    claimant,
    respondent,
    between,
    decidedToPay: all('decidedToPay'),
    settledToPay: all('settledToPay'),
    toWriteOff: plus(all('decidedToWriteOff'), all('settledToWriteOff')),
    paid,
    writtenOff,
    settlements: settled.map(({ data }) => data['settlement'] as string),
  };
}

const nothingBetween = ({
  claimant,
  respondent,
}: {
  readonly claimant: string;
  readonly respondent: string;
}): Owing => ({
  claimant,
  respondent,
  open: NO_MONEY,
  decidedToPay: NO_MONEY,
  settledToPay: NO_MONEY,
  decidedToWriteOff: NO_MONEY,
  settledToWriteOff: NO_MONEY,
});

/**
 * Takes a sum that a body paid or wrote off from what is owed: from its own days first, then from others’ in the order
 * of the days. An excess, and a reversal, counts on its own days.
 */
function takeOff(
  between: readonly Owing[],
  name: 'decidedToPay' | 'decidedToWriteOff',
  sign: 1 | -1,
  amount: Pence,
  own: (each: Owing) => boolean,
  otherwise: Owing,
): void {
  if (amount === NO_MONEY) return;
  let rest = amount;
  for (const each of [...between.filter(own), ...between.filter((one) => !own(one))]) {
    const taken = lesser(notNegative(exactly(sign * each[name])), notNegative(rest));
    each[name] = exactly(each[name] - sign * taken);
    rest = minus(rest, taken);
  }
  const last = between.findLast(own) ?? otherwise;
  last[name] = exactly(last[name] - sign * rest);
}

/**
 * What a body still has to pay on a case by decisions, in pence, never below 0: on its own days, and where it stands
 * on the case for those before it too.
 */
export const leftToPay = ({ between, ...stand }: CaseOwed, side: 'claimant' | 'respondent', payer: string): Pence =>
  sum(
    between
      .filter((each) => stand[side] === payer || each[side] === payer)
      .map(({ decidedToPay }) => notNegative(side === 'respondent' ? decidedToPay : negated(decidedToPay))),
  );

/**
 * What a body has still to write off on a case, in pence, never below 0: on its own days, and where it stands as the
 * claimant all of it.
 */
export const leftToWriteOff = ({ between, claimant }: CaseOwed, creditor: string): Pence =>
  notNegative(
    sum(
      between
        .filter((each) => claimant === creditor || each.claimant === creditor)
        .map(({ decidedToWriteOff }) => decidedToWriteOff),
    ),
  );

/**
 * Limits hold on every later day too. Returns the least that is left of a case on a day, inclusive, or on any later
 * day on which something is paid, written off or settled, in pence. Source: docs/decisions/shape.md.
 */
export const leastOfCase = (state: DisputeState, id: string, on: Day, left: (owed: CaseOwed) => Pence): Pence =>
  least(daysFrom(state.cases.get(id)!, on).map((day) => left(owedOn(state, id, day)!)));

/** The same of a settlement. */
export const leastOfSettlement = (
  state: DisputeState,
  name: string,
  on: Day,
  left: (owed: SettlementOwed) => Pence,
): Pence => least(daysFrom(state.settlements.get(name)!, on).map((day) => left(settlementOn(state, name, day)!)));

const daysFrom = (history: History, on: Day): Day[] => [
  on,
  ...entriesKnown(history)
    .map(({ data }) => data.effective)
    .filter((day) => day > on),
];

const least = (amounts: readonly Pence[]): Pence => amounts.reduce(lesser);

/**
 * Refuses terms that a fact would bring if under them the sum written off on a case would exceed the sum abandoned on
 * any day on which either changes. A write-off is final.
 *
 * @param settling the line of the settlement that would bring the terms, where it is one
 */
export function writeOffsHold(
  { entries }: OpenCase,
  terms: Terms,
  settling?: { readonly effective: Day; readonly line: Line },
): Refusal | undefined {
  const { case: id } = terms.raised;
  const writeOffs = entries.filter((each) => each.step === 'writes-off');
  const settled = [
    ...entries
      .filter((each) => each.step === 'settles')
      .map((each) => ({ effective: each.data.effective, line: lineFor(each, id) })),
    ...(settling ? [settling] : []),
  ];
  const days = [...writeOffs.map(({ data }) => data.effective), ...settled.map(({ effective }) => effective)].sort();
  for (const day of days) {
    const { abandoned } = sumsOf(cellsOf(terms, asAt(day)));
    const done = sum(writeOffs.filter(({ data }) => data.effective <= day).map(amountOf));
    const inSettlements = sum(
      settled.filter(({ effective }) => effective <= day).map(({ line }) => lineToWriteOff(line)),
    );
    const left = minus(minus(abandoned, inSettlements), done);
    if (left < 0) {
      return refuse(
        'written_off_already',
        `${pounds(done)} of case ${id} is written off by ${dayInWords(day)}: ${pounds(negated(left))} more than would be abandoned.`,
      );
    }
  }
  return undefined;
}
