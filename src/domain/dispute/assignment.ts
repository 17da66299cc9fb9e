import { z } from 'zod';
import { append } from '../grammar/change.js';
import { dayInWords, LAST_DAY } from '../calendar.js';
import { completedFact, type Context, type Fact } from '../grammar/fact.js';
import { endOf, successorsIn } from '../grammar/succession.js';
import { refuse, Refusal } from '../rules.js';
import { FINANCE } from '../roles.js';
import { CaseReference } from './cases.js';
import { bodyOn } from './claim.js';
import { assignedOn, caseOf, enter, type DisputeState } from './state.js';
import { Effective, Predecessor, Successor } from '../grammar/fields.js';
import { oneOf } from '../grammar/asked.js';

/** Cases of a body that was split: held jointly by its successors until two of them sign whose a case is. */

const sent = {
  effective: Effective,
  case: CaseReference,
  side: oneOf({ claimant: 'Claimant', respondent: 'Respondent' }).meta({
    title: 'Side',
    description: 'The side on which the body stood that has ended.',
  }),
  successor: Successor,
};

type Sent = z.output<z.ZodObject<typeof sent>>;

/** The body that stood on the side of a case, and the successors that hold its part of the case jointly. */
function heldJointly(
  data: Sent,
  state: DisputeState,
  { register, area }: Context,
): { readonly predecessor: string; readonly successors: readonly string[] } | Refusal {
  const found = caseOf(state, data.case);
  if (found instanceof Refusal) return found;
  const predecessor = bodyOn(found.terms, data.side, data.effective);
  const ended = endOf(register.successions, predecessor);
  if (!ended || ended.effective > data.effective) {
    return refuse('not_held_jointly', `${predecessor} has not ended by ${dayInWords(data.effective)}.`);
  }
  const successors = successorsIn(ended, predecessor, area);
  return successors.includes(data.successor) && successors.length > 1
    ? { predecessor, successors }
    : refuse('not_held_jointly', `In this area ${predecessor} was succeeded by ${successors.join(', ')}.`);
}

export const ASSIGNMENT_FACTS: readonly Fact<DisputeState>[] = [
  completedFact({
    name: 'CaseAssigned',
    title: 'Take a case over',
    group: 'disputes',
    about: 'Of several successors who hold a case jointly, one takes it over from a day on; another of them signs.',
    input: z.strictObject(sent),
    adds: { predecessor: Predecessor },
    signature: 'other-side',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    sides(data, state: DisputeState, context) {
      const held = heldJointly(data, state, context);
      return held instanceof Refusal
        ? { acts: [], signs: [] }
        : { acts: [data.successor], signs: held.successors.filter((each) => each !== data.successor) };
    },
    subject: (data) => data.case,
    complete(data, state: DisputeState, context) {
      const held = heldJointly(data, state, context);
      return held instanceof Refusal ? held : { ...data, predecessor: held.predecessor };
    },
    check(data, state: DisputeState) {
      const before = assignedOn(state, LAST_DAY, Infinity).find(
        (each) => each.case === data.case && each.side === data.side,
      );
      return before && refuse('nothing_to_change', `Case ${data.case} is ${before.successor}’s already.`);
    },
    evolve: (state, data, event) =>
      append(state.assigned, enter(state, event, 'takes-over', [[state.cases, data.case]])),
    sentence: (data) =>
      `From ${dayInWords(data.effective)} ${data.successor} alone is ${data.side} of case ${data.case}, in the place of ${data.predecessor}.`,
  }),
];
