import { z } from 'zod';
import { dayInWords } from '../calendar.js';
import { completedFact, type Context, type Fact } from './fact.js';
import type { FactData, FactText, LedgerEvent } from './event.js';
import { inverted } from '../postings.js';
import { refuse, Refusal } from '../rules.js';
import { EffectiveDay } from '../values.js';
import { Effective, Reason, Reverses } from './fields.js';

/** How a fact of a stream is reversed. The same for every kind of stream, except for which facts rest on which. */
interface Reversing<State> {
  /** What an officer calls the stream: `fund`. */
  readonly place: string;
  /** The other facts of the stream: those that can be reversed, and those that say what is done instead. */
  readonly facts: readonly Fact<State>[];
  /** What to do about a reversal itself. */
  readonly wayBack: string;
  readonly limits: readonly string[];
  readonly reversed: (state: State) => ReadonlyMap<number, number>;
  /** The rules of this kind of stream, once the original is known and not yet reversed. */
  check(state: State, original: Fact<State>, reversal: Reversal, context: Context): Refusal | undefined;
  evolve(state: State, reversal: Reversal, revision: number): void;
}

export interface Reversal extends FactData {
  readonly reverses: string;
  readonly reason: string;
  readonly fact: FactText;
}

const NAME = 'FactReversed';
/** The fact that takes another back. */
export const REVERSAL = NAME;

const sent = { effective: Effective, reverses: Reverses, reason: Reason };

/** The event that a reversal names, where it is one that can be reversed. */
function originalOf<State>(
  { place, facts, wayBack }: Reversing<State>,
  revision: string,
  { original }: Context,
): LedgerEvent | Refusal {
  if (!original) return refuse('reference_unknown', `This ${place} has no event at revision ${revision}.`);
  const fact = facts.find((each) => each.name === original.type);
  if (fact?.reversible) return original;
  const instead = original.type === NAME ? wayBack : (fact?.wayBack ?? 'Answer the proposal itself.');
  return refuse('not_reversible', `${original.type} is never reversed. ${instead}`);
}

/**
 * Declares the fact that undoes another exactly once, from its own effective date on, with the signatures of its
 * original; it is never itself reversed. Source: docs/sources.md, Acts and corrections.
 */
export function reversalFact<State>(of: Reversing<State>): Fact<State> {
  const reversible = new Map(of.facts.filter((each) => each.reversible).map((each) => [each.name, each]));
  return completedFact({
    name: NAME,
    title: 'Take a fact back',
    group: 'corrections',
    about:
      'Undoes exactly one fact, once, from its own effective date on; signed as the original was; never itself reversed.',
    input: z.strictObject(sent),
    adds: {
      fact: z
        .strictObject({ type: z.string(), version: z.int(), data: z.looseObject({ effective: EffectiveDay }) })
        .meta({ description: 'The whole text of the fact that is taken back, as it was recorded.' }),
    },
    signature: 'none',
    roles: [],
    effective: 'any-day',
    reversible: false,
    wayBack: of.wayBack,
    texts: ['fact'],
    limits: of.limits,
    signedAs(data, context) {
      const original = originalOf(of, data.reverses, context);
      return original instanceof Refusal ? original : { fact: reversible.get(original.type)!, data: original.data };
    },
    sides: () => ({ acts: [], signs: [] }),
    complete(data, _state, context) {
      // The look-up of its signatures has already checked that the original exists and is reversible.
      const { type, data: original, stored } = context.original!;
      const { version } = reversible.get(type)!;
      return { ...data, fact: { type, version, data: original, ...(stored && { stored }) } };
    },
    check(data, state: State, context) {
      const began = data.fact.data.effective;
      if (of.reversed(state).has(Number(data.reverses))) {
        return refuse('already_reversed', `The fact at revision ${data.reverses} has been reversed already.`);
      }
      if (data.effective < began) {
        return refuse(
          'reversal_too_early',
          `The original takes effect on ${dayInWords(began)}; the reversal would on ${dayInWords(data.effective)}.`,
        );
      }
      return of.check(state, reversible.get(data.fact.type)!, data, context);
    },
    postings: (data) => inverted(reversible.get(data.fact.type)!.postings(data.fact.data), data.effective),
    evolve: (state, data, event) => of.evolve(state, data, event.revision),
    sentence: (data) =>
      `Reversed from ${dayInWords(data.effective)}: “${reversible.get(data.fact.type)!.sentence(data.fact.data)}” because ${data.reason}`,
  });
}

/** The revision of the event that a fact undoes, where it is a reversal. */
export const reversedBy = ({ type, data }: { readonly type: string; readonly data: FactData }): string | undefined =>
  type === NAME ? String(data['reverses']) : undefined;
