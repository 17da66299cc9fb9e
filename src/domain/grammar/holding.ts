import { dayInWords, type Day } from '../calendar.js';
import { refuse, Refusal } from '../rules.js';
import { sameValue } from '../same-value.js';
import type { FactData, FactText } from './event.js';
import { postingsOf } from './evolve.js';
import type { Context, Fact } from './fact.js';
import { factOf, type Kind, type StreamState } from './kind.js';
import type { Preview } from './preview.js';
import {
  offeredAs,
  PROPOSAL_EVENTS,
  textsOf,
  type Half,
  type Offered,
  type OpenProposal,
  type ProposalEvent,
} from './proposal.js';
import { inForce } from './rule-versions.js';
import { notTwice } from './same.js';

/** The checks of a fact, alone or in a deal, when it is posted, proposed, countered and signed. */

/**
 * Checks a fact by the rules of its stream, when it is proposed and again when it is signed, for every officer. Returns
 * the first refusal, or what the fact will do to the tests of the stream.
 */
export function holds<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  fact: Fact<State>,
  data: FactData,
  context: Context,
  by: string,
): Preview | Refusal {
  const wrong = notTwice(kind, state.own, fact, data, context) ?? fact.check(data, state.own, context);
  if (wrong) return wrong;
  const postings = fact.postings(data);
  const beyond = kind.limitsHold(state.own, postings, fact.limits ?? [], by);
  if (beyond) return beyond;
  const preview = kind.preview(state.own, fact, data, postings, context);
  return preview.refusal ?? preview;
}

/** What is put on the table must stay within what the stream can add exactly, whoever offers it. */
export const tableHolds = <State>(kind: Kind<State>, { own }: StreamState<State>, step: FactText, by: string) =>
  kind.limitsHold(own, postingsOf(kind, step), [], by);

/**
 * Whether the days of a fact can take it: what has happened is over, and the effective day is in the fund's year, and in an
 * open period or an adjustment of a closed one.
 */
export function daysHold<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  fact: Fact<State>,
  data: FactData,
  { adjustment, today, ...context }: Context,
): Refusal | undefined {
  if (!kind.isOpen(state.own)) return undefined;
  const { effective } = data;
  const happened = inForce('in_the_future', context) ? fact.happened?.(data) : undefined;
  if (happened !== undefined && happened > today) {
    return refuse('in_the_future', `It would have happened on ${dayInWords(happened)}; today is ${dayInWords(today)}.`);
  }
  const outside = kind.dayAllowed(state.own, fact, effective);
  if (outside) return outside;
  const closed = isAdjusted(kind, state, fact, data);
  if (closed && !adjustment) {
    return refuse('period_closed', `${dayInWords(effective)} is in a closed accounting period.`);
  }
  if (!closed && adjustment) {
    return refuse('adjustment_not_needed', `${dayInWords(effective)} is in no closed accounting period.`);
  }
  return undefined;
}

/**
 * The values that a decision added to a text when it was proposed must still be the same, so that nobody signs a figure
 * that has changed.
 * @param proposed the version of the rules by which it was proposed
 */
export function stillRestsOn<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  text: FactText,
  proposed: { readonly rules: number },
  context: Context,
): Refusal | undefined {
  const fact = factOf(kind, text.type);
  if (!fact.complete) return undefined;
  const { data } = text;
  const sent = Object.fromEntries(
    Object.keys(fact.input.shape).flatMap((key) => (key in data ? [[key, data[key]]] : [])),
  );
  // A text of an older version is converted, and its values are computed by the rules of its day.
  const { rules } = text.stored ? proposed : context;
  const now = fact.complete(sent, state.own, { ...context, rules });
  if (now instanceof Refusal) return now;
  const moved = Object.keys({ ...data, ...now }).find((key) => !sameValue(now[key], data[key]));
  return moved === undefined
    ? undefined
    : refuse('changed_since_proposed', `The "${moved}" that the proposal of ${fact.name} rests on has changed.`);
}

/** Whether a fact takes effect in a closed period, so that it is recorded as an adjustment or not at all. */
export const isAdjusted = <State>(
  kind: Kind<State>,
  { own }: StreamState<State>,
  fact: Fact<State>,
  { effective }: FactData,
): boolean => kind.isOpen(own) && kind.isClosed(own, effective) && !fact.inClosedPeriods;

const halfOf = ({ otherHalf }: { readonly otherHalf?: Half | undefined }) => (otherHalf ? { otherHalf } : {});

/** A step of a proposal that carries what is offered, and says of which settlement it is half. */
export const proposalEvent = (
  type: ProposalEvent['type'],
  proposal: string,
  offered: Offered & { readonly otherHalf?: Half | undefined },
  more: object,
): FactText => ({
  type,
  version: PROPOSAL_EVENTS[type].version,
  data: {
    proposal,
    effective: offered.fact.data.effective,
    ...offeredAs(textsOf(offered)),
    ...halfOf(offered),
    ...more,
  },
});

/** Refuses an offer whose last day is over; today itself is allowed. */
export const expiryPassed = (expires: Day | undefined, today: Day): Refusal | undefined =>
  expires !== undefined && expires < today
    ? refuse('expiry_passed', `The proposal could have been signed until ${dayInWords(expires)}.`)
    : undefined;

/** Refuses to answer a proposal after its last day; on that day it can still be answered. */
export const expired = (proposal: OpenProposal, today: Day): Refusal | undefined =>
  proposal.expires !== undefined && proposal.expires < today
    ? refuse('proposal_expired', `Proposal ${proposal.id} could be signed until ${dayInWords(proposal.expires)}.`)
    : undefined;
