import { put } from '../grammar/change.js';
import type { FactData } from '../grammar/event.js';
import type { Fact } from '../grammar/fact.js';
import { says, textsSaying } from '../grammar/naming.js';
import { holdsNhsNumber, IS_REFERENCE } from '../values.js';
import type { FundState } from './state.js';

/**
 * References of papers and payments: numbers that a bank, a supplier or a purchasing system makes up. One in eleven
 * numbers of ten digits has the check digit of an NHS number without being one. So such a reference is recorded, and
 * the first officer who records it is warned.
 */

/** Whether any field of a fact holds a reference: of most facts nothing more need be looked at. */
const holding = new WeakMap<Fact<FundState>, boolean>();

function holdsReferences(fact: Fact<FundState>): boolean {
  let holds = holding.get(fact);
  if (holds === undefined) holding.set(fact, (holds = says(fact.input, IS_REFERENCE)));
  return holds;
}

/** The references in a fact that are shaped like an NHS number, each with its field. */
const doubtful = (fact: Fact<FundState>, data: FactData): [field: string, reference: string][] =>
  holdsReferences(fact)
    ? textsSaying(fact.input, data, IS_REFERENCE).filter(([, reference]) => holdsNhsNumber(reference))
    : [];

/** Keeps the references of a recorded fact that are shaped like an NHS number. */
export function keepReferences(state: FundState, fact: Fact<FundState>, data: FactData, revision: number): void {
  for (const [, reference] of doubtful(fact, data)) {
    if (!state.references.has(reference)) put(state.references, reference, revision);
  }
}

/** What to look at before a reference that is shaped like an NHS number is recorded for the first time in the fund. */
export const referenceWarnings = (state: FundState, fact: Fact<FundState>, data: FactData): string[] =>
  doubtful(fact, data).flatMap(([field, reference]) =>
    state.references.has(reference)
      ? []
      : `"${reference}" in the field "${field}" is shaped like an NHS number. A reference may be; make sure that it names no patient.`,
  );
