import type { Day } from '../calendar.js';
import {
  exactly,
  lesser,
  minus,
  negated,
  NO_MONEY,
  notNegative,
  pence,
  plus,
  signedPence,
  type Pence,
} from '../money.js';
import { asAt, bodyOn, cellsOf, sumsOf, type Entry, type SettledLine, type Sums } from './claim.js';
import { standing, termsAt, type DisputeState, type History } from './state.js';

/**
 * What is owed on a case or under a settlement on a day: what was agreed and not yet paid, what was abandoned and not
 * yet written off. Money is always counted towards the claimant; below nothing means that the claimant owes it.
 */

/** A settlement's line for one case, as it is recorded. */
export interface Line extends SettledLine {
  readonly claimant: string;
  readonly respondent: string;
  /** What had been claimed and not been settled before. */
  readonly claimed: string;
  readonly agreed: string;
  readonly abandoned: string;
  readonly open: string;
  /** What had been paid and written off on the case before: the settlement counts it in. */
  readonly paidBefore: string;
  readonly writtenOffBefore: string;
}

export interface SettlementData {
  readonly effective: Day;
  readonly settlement: string;
  readonly lines: readonly Line[];
}

const dataOf = (entry: Entry): SettlementData => entry.data as unknown as SettlementData;

/** The facts of a history in force on a day, inclusive, as known up to a revision. */
const inForce = (history: History, on: Day, upTo: number): Entry[] =>
  standing(history, upTo).filter((each) => each.data.effective <= on);

const sum = (amounts: readonly Pence[]): Pence => amounts.reduce(plus, NO_MONEY);

/** What a refund or a write-off is of. */
export interface Against {
  readonly case?: string | undefined;
  readonly settlement?: string | undefined;
}

const amountsOf = (entries: readonly Entry[], type: string, counts: (entry: Entry) => boolean): Pence =>
  sum(entries.filter((each) => each.type === type && counts(each)).map((each) => pence(each.data['amount'] as string)));

/** What was paid by one partner among the facts of one history. */
const paidBy = (entries: readonly Entry[], payer: string): Pence =>
  amountsOf(entries, 'RefundPaid', (each) => each.data['payer'] === payer);

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
}

/** What a line leaves to be paid to its claimant, and to be written off by it. */
export const lineToPay = (line: Line): Pence => minus(signedPence(line.agreed), signedPence(line.paidBefore));
const payerOf = (line: Line): string => (lineToPay(line) > 0 ? line.respondent : line.claimant);
const sizeToPay = (line: Line): Pence => exactly(Math.abs(lineToPay(line)));
export const lineToWriteOff = (line: Line): Pence =>
  notNegative(minus(pence(line.abandoned), pence(line.writtenOffBefore)));

/** The settlement of a name on a day, as known up to a revision; undefined where it is not in force. */
export function settlementOn(state: DisputeState, name: string, on: Day, upTo = Infinity): SettlementOwed | undefined {
  const history = state.settlements.get(name);
  const entries = history ? inForce(history, on, upTo) : [];
  if (entries[0]?.type !== 'DisputeSettled') return undefined;
  const { effective, lines } = dataOf(entries[0]);
  const directions = new Map<string, { payer: string; payee: string; agreed: Pence }>();
  const creditors = new Map<string, Pence>();
  for (const line of lines) {
    const payer = payerOf(line);
    const payee = payer === line.respondent ? line.claimant : line.respondent;
    const direction = directions.get(payer) ?? { payer, payee, agreed: NO_MONEY };
    directions.set(payer, { ...direction, agreed: plus(direction.agreed, sizeToPay(line)) });
    creditors.set(line.claimant, plus(creditors.get(line.claimant) ?? NO_MONEY, lineToWriteOff(line)));
  }
  return {
    settlement: name,
    effective,
    lines,
    payments: [...directions.values()]
      .filter((each) => each.agreed !== NO_MONEY)
      .map((each) => ({ ...each, paid: paidBy(entries, each.payer) })),
    writeOffs: [...creditors]
      .filter(([, abandoned]) => abandoned !== NO_MONEY)
      .map(([creditor, abandoned]) => ({
        creditor,
        abandoned,
        writtenOff: amountsOf(entries, 'WriteOffApproved', (each) => each.data['creditor'] === creditor),
      })),
  };
}

/** A case on a day: its sums, and what of them has been settled, paid and written off. */
export interface CaseOwed extends Sums {
  readonly claimant: string;
  readonly respondent: string;
  /** Decided by shares and not settled since: what is still to be paid to the claimant. */
  readonly decidedToPay: Pence;
  /** Agreed in settlements and not yet paid; the lines of a settlement are paid in their order. */
  readonly settledToPay: Pence;
  /** Abandoned outside settlements and not yet written off; below nothing where less was abandoned than written off. */
  readonly decidedToWriteOff: Pence;
  /** Abandoned in all and not yet written off. */
  readonly toWriteOff: Pence;
  /** Paid and written off on the case itself, beside its settlements. */
  readonly paid: Pence;
  readonly writtenOff: Pence;
  readonly settlements: readonly string[];
}

/** How much of one amount in a row of them is left, where a sum has been paid off the row from its front. */
function leftOf(row: readonly Pence[], index: number, paid: Pence): Pence {
  const before = sum(row.slice(0, index));
  return minus(row[index]!, lesser(row[index]!, notNegative(minus(paid, before))));
}

/** What is owed on a case on a day, inclusive, as known up to a revision; undefined where it is not raised. */
export function owedOn(state: DisputeState, id: string, on: Day, upTo = Infinity): CaseOwed | undefined {
  const history = state.cases.get(id);
  const terms = history && termsAt(history, upTo);
  if (!history || !terms) return undefined;
  const sums = sumsOf(cellsOf(terms, asAt(on)));
  const claimant = bodyOn(terms, 'claimant', on);
  const respondent = bodyOn(terms, 'respondent', on);
  const entries = inForce(history, on, upTo);
  const paid = minus(
    amountsOf(entries, 'RefundPaid', (each) => each.data['towards'] === 'claimant'),
    amountsOf(entries, 'RefundPaid', (each) => each.data['towards'] === 'respondent'),
  );
  const writtenOff = amountsOf(entries, 'WriteOffApproved', () => true);
  let decidedToPay = minus(sums.agreed, paid);
  let decidedToWriteOff = minus(sums.abandoned, writtenOff);
  let settledToPay: Pence = NO_MONEY;
  let settledToWriteOff: Pence = NO_MONEY;
  const settlements: string[] = [];
  for (const { data } of entries.filter((each) => each.type === 'DisputeSettled')) {
    const name = data['settlement'] as string;
    const settled = settlementOn(state, name, on, upTo)!;
    settlements.push(name);
    const index = settled.lines.findIndex((each) => each.case === id);
    const line = settled.lines[index]!;
    // What was paid before the settlement is counted in it, and so is no longer paid on the case itself.
    decidedToPay = minus(decidedToPay, lineToPay(line));
    decidedToWriteOff = minus(decidedToWriteOff, lineToWriteOff(line));
    const payer = payerOf(line);
    const paidTogether = settled.lines.filter((each) => payerOf(each) === payer);
    const done = settled.payments.find((each) => each.payer === payer)?.paid ?? NO_MONEY;
    const left = leftOf(paidTogether.map(sizeToPay), paidTogether.indexOf(line), done);
    settledToPay = plus(settledToPay, payer === line.respondent ? left : negated(left));
    const sameCreditor = settled.lines.filter((each) => each.claimant === line.claimant);
    const written = settled.writeOffs.find((each) => each.creditor === line.claimant)?.writtenOff ?? NO_MONEY;
    settledToWriteOff = plus(
      settledToWriteOff,
      leftOf(sameCreditor.map(lineToWriteOff), sameCreditor.indexOf(line), written),
    );
  }
  return {
    ...sums,
    claimant,
    respondent,
    decidedToPay,
    settledToPay,
    decidedToWriteOff,
    toWriteOff: plus(notNegative(decidedToWriteOff), settledToWriteOff),
    paid,
    writtenOff,
    settlements,
  };
}

/**
 * A limit holds on every later day, not only on a fact's own: the least that is left of a case, on a day or on any later
 * one on which something is paid, written off or settled. Source: design.md 3.
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
  ...standing(history)
    .map(({ data }) => data.effective)
    .filter((day) => day > on),
];

const least = (amounts: readonly Pence[]): Pence => amounts.reduce(lesser);
