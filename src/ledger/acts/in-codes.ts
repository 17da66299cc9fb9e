import { inCodes, takesWordings } from '../../domain/grammar/asked.js';
import type { Command } from '../../domain/grammar/command.js';
import type { FactData, SentFact, StreamKind } from '../../domain/grammar/event.js';
import { factOf } from '../../domain/grammar/kind.js';
import { offeredAs, textsOf } from '../../domain/grammar/proposal.js';
import { rulesOn, type ReferenceState } from '../../domain/register/reference-state.js';
import { codeByRules } from '../../domain/register/wordings.js';
import { KINDS, placed } from '../catalogue.js';

/**
 * What is sent in the words of a year’s templates is written in the codes of the year’s rules before anything else is done
 * with it: the act is fingerprinted, looked up, decided and recorded as if it had been sent in codes. A wording that the
 * year does not know stays as it was sent, and the fact’s own rule refuses it.
 */

interface Where {
  readonly kind: StreamKind;
  readonly stream: string;
}

/** A fund is named by its area and year: `norfolk-2016-17`. */
const yearOf = (stream: string): string => placed(stream).name.slice(-'2016-17'.length);

const worded = new WeakMap<object, boolean>();

/** Whether a fact has a field that may be sent in words. */
function mayBeWorded({ kind }: Where, type: string): boolean {
  const fact = factOf(KINDS[kind], type);
  let may = worded.get(fact);
  if (may === undefined) worded.set(fact, (may = takesWordings(fact.input)));
  return may;
}

/**
 * A fact in the codes of the rules of its year, on its own day, as they are known at a revision of the register, inclusive;
 * left out, as the register has them now.
 */
export function factInCodes(
  where: Where,
  { type, data }: SentFact,
  reference: ReferenceState,
  upTo = Infinity,
): SentFact {
  if (where.kind !== 'fund' || !mayBeWorded(where, type)) return { type, data };
  const rules = rulesOn(reference, yearOf(where.stream), data.effective, upTo);
  const { input } = factOf(KINDS.fund, type);
  return { type, data: inCodes(input, data, (text, list) => codeByRules(rules, list, text)) as FactData };
}

/** The same of a command: of every fact that it holds. */
export function commandInCodes(where: Where, command: Command, reference: ReferenceState, upTo?: number): Command {
  if (!('fact' in command)) return command;
  return { ...command, ...offeredAs(textsOf(command).map((fact) => factInCodes(where, fact, reference, upTo))) };
}

/**
 * At which revisions of the register the words of a step’s year came to mean something else: those of the publications of
 * its rules in the order of recording, after -1 for the rules that are shipped. Only -1 where nothing in it may be words.
 */
export function meaningsOf(where: Where, facts: readonly SentFact[], { ruleSets }: ReferenceState): number[] {
  if (where.kind !== 'fund' || !facts.some(({ type }) => mayBeWorded(where, type))) return [-1];
  return [-1, ...(ruleSets.get(yearOf(where.stream)) ?? []).map(({ revision }) => revision)];
}
