import { dayInWords } from '../calendar.js';
import { pounds } from '../money.js';
import { refuse, Refusal } from '../rules.js';
import { BY_SERVICE, termsOf, type Asking, type Command, type Decision, type Given } from './command.js';
import { agreeDeal, closeDeal, counterWithDeal, proposeDeal } from './deal.js';
import type { FactData, FactText, SentFact } from './event.js';
import type { Context } from './fact.js';
import { halfNamed } from './half.js';
import { daysHold, expired, expiryPassed, holds, proposalEvent, stillRestsOn, tableHolds } from './holding.js';
import { factOf, type Kind, type StreamState } from './kind.js';
import { mandateFor, opening, SERVICE, type Mandate } from './mandate.js';
import { endingInWords, isExpired, stillOpen, type OpenProposal } from './proposal.js';
import { inForce } from './rule-versions.js';
import { awaitedBy, demandsOf, isBetween, namesNoEnded, bodiesActingFor, type Demands } from './sides.js';

/**
 * How every stream decides. A fact is posted, or it is proposed and answered; there are no other acts. Signing is the
 * same for all facts: a fact's declaration says who acts and who signs.
 */

/**
 * Decides a command on the state of its stream. Returns the events to append, or the first rule that refuses, in the
 * order of the rules' table. It changes nothing: a refused command leaves no event.
 */
export function decide<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  command: Command,
  asking: Asking,
  given: Given,
): Decision | Refusal {
  const { originals, ...rest } = given;
  const answered = 'proposal' in command ? state.open.get(command.proposal) : undefined;
  const named = 'fact' in command ? command.fact : answered?.fact;
  const original = named && originals.get(kind.referredTo(named) ?? '');
  const full: Context = {
    officer: asking.officer,
    proposals: stillOpen(state.open, given.today),
    adjustment: adjustmentOf(state, command) !== undefined,
    area: kind.area(state.own),
    ...('proposal' in command && { answering: command.proposal }),
    ...rest,
    ...(original && { original }),
  };
  if (asking.officer === SERVICE && !BY_SERVICE.has(command.act) && inForce('officer_reserved', full)) {
    return refuse('not_mandated', `Nobody acts as ${SERVICE}: it is the name under which the service itself records.`);
  }
  const deciding = { kind, state, asking, given, base: full };
  switch (command.act) {
    case 'post':
      return begin(kind, state, command, asking, full);
    case 'propose':
      return command.further ? proposeDeal(deciding, command) : begin(kind, state, command, asking, full);
    case 'counter': {
      const proposal = openProposal(kind, state, command.proposal);
      if (proposal instanceof Refusal) return proposal;
      return command.further || proposal.deal
        ? counterWithDeal(deciding, proposal, command)
        : counter(kind, state, proposal, command, asking, full);
    }
    case 'agree': {
      const proposal = openProposal(kind, state, command.proposal);
      if (proposal instanceof Refusal) return proposal;
      return proposal.deal
        ? agreeDeal(deciding, proposal, adjustmentOf(state, command))
        : agree(kind, state, proposal, command, asking, full);
    }
    case 'decline':
    case 'withdraw': {
      const proposal = openProposal(kind, state, command.proposal);
      if (proposal instanceof Refusal) return proposal;
      return proposal.deal
        ? closeDeal(deciding, proposal, command)
        : close(kind, state, proposal, command, asking, full);
    }
    case 'lapse':
      return lapse(kind, state, command.proposal, full);
    case 'note':
      return note(kind, state, command.fact, full);
  }
}

function adjustmentOf<State>(state: StreamState<State>, command: Command) {
  if (command.act === 'post' || command.act === 'propose') return command.adjustment;
  if (command.act === 'note') return undefined;
  // What was proposed before a period closed can be signed after it, as an adjustment.
  const given = command.act === 'agree' ? command.adjustment : undefined;
  return given ?? state.open.get(command.proposal)?.adjustment;
}

const adjusting = (adjustment: { readonly reason: string } | undefined) => (adjustment ? { adjustment } : {});

/** The same for an open proposal: who made it, or whom it waits for, may have ended since. */
const bodiesActingForProposed = <State>(kind: Kind<State>, { fact }: OpenProposal, context: Context) =>
  bodiesActingFor(factOf(kind, fact.type), fact.data, context);

/** What an open proposal asks for. That it can be told was seen when it was made; an original stands for ever. */
const demandsOfProposed = <State>(
  kind: Kind<State>,
  state: StreamState<State>,
  { fact }: OpenProposal,
  context: Context,
): Demands => demandsOf(factOf(kind, fact.type), fact.data, state.own, context);

function begin<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  command: Extract<Command, { act: 'post' | 'propose' }>,
  asking: Asking,
  context: Context,
): Decision | Refusal {
  const fact = factOf(kind, command.fact.type);
  const { data } = command.fact;
  if (fact.name === kind.opener) {
    const wrong = kind.nameFits(state.stream, data);
    if (wrong) return wrong;
  } else if (!kind.isOpen(state.own)) return kind.notOpen(state.stream);

  const ended = namesNoEnded(fact, data, context);
  if (ended) return ended;
  const refers = fact.signedAs?.(data, context);
  if (refers instanceof Refusal) return refers;
  const completed = (fact.complete ? fact.complete(data, state.own, context) : data) as FactData | Refusal;
  const demands = demandsOf(fact, data, state.own, context, completed);
  // If nobody can act because the fact refers to something that does not exist, the refusal says so.
  if (demands.acts.length === 0 && completed instanceof Refusal) return completed;

  const proposing = command.act === 'propose';
  const bothSides = proposing && demands.signature === 'other-side';
  const mandate = mandateFor(
    fact.bringsOfficers ? opening(context.register, data) : context.register,
    asking.officer,
    context.today,
    {
      partners: bothSides ? [...demands.acts, ...demands.signs] : demands.acts,
      roles: demands.roles,
      who: demands.who,
      act: `${proposing ? 'propose' : 'post'} ${fact.name}`,
      ...demands.amount,
    },
    asking.actingFor,
  );
  if (mandate instanceof Refusal) return mandate;

  const day = daysHold(kind, state, fact, data, context);
  if (day) return day;
  if (!proposing && demands.signature !== 'none') {
    const whose =
      demands.signature === 'other-side' ? 'an officer of the other side' : 'a second officer of your partner';
    return refuse('signature_needed', `${fact.name} counts once ${whose} has signed it.`);
  }
  if (proposing && demands.signature === 'none') {
    return refuse('signature_not_needed', `${fact.name} counts as soon as it is posted.`);
  }
  if (completed instanceof Refusal) return completed;
  const stored = completed;
  const preview = holds(kind, state, fact, stored, context, mandate.partner);
  if (preview instanceof Refusal) return preview;

  const over = proposing ? expiryPassed(command.expires, context.today) : undefined;
  if (over) return over;
  const naming = { stream: state.stream, by: mandate.partner, effective: data.effective };
  const otherHalf = proposing ? halfNamed(command.otherHalf, naming, context) : undefined;
  if (otherHalf instanceof Refusal) return otherHalf;
  const capacity = {
    partner: mandate.partner,
    role: mandate.role,
    ...adjusting(command.adjustment),
    preview,
  };
  const text: FactText = { type: fact.name, version: fact.version, data: stored };
  if (!proposing) return { ...capacity, events: [text] };

  const awaiting = awaitedBy(demands, mandate);
  if (awaiting.length === 0) {
    return refuse('not_in_fund', `There is no partner here who could sign ${fact.name} for the other side.`);
  }
  const made = proposalEvent(
    'ProposalMade',
    asking.newProposal,
    { fact: text, otherHalf },
    {
      signature: demands.signature,
      awaiting,
      ...termsOf(command),
    },
  );
  return tableHolds(kind, state, made, mandate.partner) ?? { ...capacity, events: [made] };
}

/** The proposal that a command names, where it is still open, or why it is not. An expired one may wait for its lapse. */
function openProposal<State>(kind: Kind<State>, state: StreamState<State>, id: string): OpenProposal | Refusal {
  const proposal = state.open.get(id);
  if (proposal) return proposal;
  const ended = state.ended.get(id);
  return ended
    ? refuse('proposal_ended', `Proposal ${id} has ended: ${endingInWords(ended.how, kind.byName)}.`)
    : refuse('proposal_unknown', `There is no proposal ${id} here.`);
}

/** The mandate under which an officer answers a proposal for the side that it waits for; another person always. */
function answering(
  proposal: OpenProposal,
  awaiting: readonly string[],
  demands: Demands,
  act: string,
  asking: Asking,
  context: Context,
): Mandate | Refusal {
  const mandate = mandateFor(
    context.register,
    asking.officer,
    context.today,
    { partners: awaiting, roles: demands.signerRoles, act: `${act} ${proposal.fact.type}`, ...demands.amount },
    asking.actingFor,
  );
  if (mandate instanceof Refusal) {
    if (mandate.rule !== 'wrong_partner' || asking.officer !== proposal.officer) return mandate;
    return refuse('same_partner', `${proposal.by} proposed it; ${awaiting.join(' or ')} must ${act} it.`);
  }
  return asking.officer === proposal.officer
    ? refuse('same_officer', `${asking.officer} proposed it; another officer of ${mandate.partner} must ${act} it.`)
    : mandate;
}

function agree<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  proposal: OpenProposal,
  command: Extract<Command, { act: 'agree' }>,
  asking: Asking,
  context: Context,
): Decision | Refusal {
  const fact = factOf(kind, proposal.fact.type);
  const { data } = proposal.fact;
  const demands = demandsOfProposed(kind, state, proposal, context);
  const standFor = bodiesActingForProposed(kind, proposal, context);
  const mandate = answering(proposal, standFor(proposal.awaiting), demands, 'sign', asking, context);
  if (mandate instanceof Refusal) return mandate;
  if (!isBetween(demands, standFor([proposal.by]), mandate.partner)) {
    return refuse('changed_since_proposed', `${proposal.by} and ${mandate.partner} are not its two sides any more.`);
  }
  const refusal =
    expired(proposal, context.today) ??
    daysHold(kind, state, fact, data, context) ??
    stillRestsOn(kind, state, proposal.fact, proposal, context);
  if (refusal) return refusal;
  const preview = holds(kind, state, fact, data, context, mandate.partner);
  if (preview instanceof Refusal) return preview;
  const { officer, by: partner, role } = proposal;
  const signatures = [
    { officer, partner, role },
    { officer: asking.officer, partner: mandate.partner, role: mandate.role },
  ];
  return {
    partner: mandate.partner,
    role: mandate.role,
    ...adjusting(adjustmentOf(state, command)),
    preview,
    events: [
      proposalEvent('ProposalAgreed', proposal.id, proposal, {
        signatures,
        ...termsOf({ conditions: proposal.conditions, expires: undefined }),
      }),
      proposal.fact,
    ],
  };
}

/** What a fact is of, by its title and the names by which its offers are told apart. */
function subjectInWords<State>(kind: Kind<State>, { type, data }: SentFact): string {
  const { title, subject } = factOf(kind, type);
  return subject ? `“${title}” of ${subject(data)}` : `“${title}”`;
}

/** What is left to do with an offer of a name that something else has been given meanwhile. */
const NAME_TAKEN =
  'An offer whose name has been taken since can only be declined or taken back; make a new offer under another name.';

function counter<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  proposal: OpenProposal,
  command: Extract<Command, { act: 'counter' }>,
  asking: Asking,
  context: Context,
): Decision | Refusal {
  const fact = factOf(kind, command.fact.type);
  const { data } = command.fact;
  const demands = demandsOfProposed(kind, state, proposal, context);
  const standFor = bodiesActingForProposed(kind, proposal, context);
  const mandate = answering(proposal, standFor(proposal.awaiting), demands, 'counter', asking, context);
  if (mandate instanceof Refusal) return mandate;
  if (proposal.signature !== 'other-side' || !factOf(kind, proposal.fact.type).subject) {
    return refuse('not_countered', `${proposal.fact.type} is signed or declined as it stands.`);
  }
  if (fact.name !== proposal.fact.type || fact.subject!(data) !== fact.subject!(proposal.fact.data)) {
    const onTable = subjectInWords(kind, proposal.fact);
    const detail = `On the table is ${onTable}; the counter is of ${subjectInWords(kind, command.fact)}. A counter keeps what the offer is of and its name, and changes the terms. ${NAME_TAKEN}`;
    return refuse('counter_differs', detail);
  }
  const completed = (fact.complete ? fact.complete(data, state.own, context) : data) as FactData | Refusal;
  // A counter may be about more, or bind other bodies, so its own facts decide who may make it.
  const next = demandsOf(fact, data, state.own, context, completed);
  const refusal =
    expired(proposal, context.today) ??
    namesNoEnded(fact, data, context, proposal.fact.data) ??
    (isBetween(next, standFor([proposal.by]), mandate.partner)
      ? undefined
      : refuse('counter_differs', `${proposal.by} and ${mandate.partner} are not the two sides of the counter.`)) ??
    (mandate.limit !== undefined && (next.amount.amount ?? 0) > mandate.limit
      ? refuse('over_limit', `${asking.officer}’s limit is ${pounds(mandate.limit)}; the counter is of more.`)
      : undefined) ??
    daysHold(kind, state, fact, data, context);
  if (refusal) return refusal;
  if (completed instanceof Refusal) return completed;
  const preview = holds(kind, state, fact, completed, context, mandate.partner);
  if (preview instanceof Refusal) {
    const isTaken = preview.rule === 'identifier_used';
    return isTaken ? refuse('identifier_used', `${preview.detail} ${NAME_TAKEN}`) : preview;
  }
  const text: FactText = { type: fact.name, version: fact.version, data: completed };
  const countered = proposalEvent(
    'ProposalCountered',
    proposal.id,
    { fact: text, otherHalf: proposal.otherHalf },
    {
      replaces: proposal.fact,
      signature: demands.signature,
      awaiting: standFor([proposal.by]),
      ...termsOf(command),
    },
  );
  return (
    tableHolds(kind, state, countered, mandate.partner) ?? {
      partner: mandate.partner,
      role: mandate.role,
      ...adjusting(proposal.adjustment),
      preview,
      events: [countered],
    }
  );
}

/** Declining is for the side that a proposal waits for; withdrawing is for the side that made it. */
function close<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  proposal: OpenProposal,
  command: Extract<Command, { act: 'decline' | 'withdraw' }>,
  asking: Asking,
  context: Context,
): Decision | Refusal {
  const demands = demandsOfProposed(kind, state, proposal, context);
  const declining = command.act === 'decline';
  const standFor = bodiesActingForProposed(kind, proposal, context);
  const mandate = mandateFor(
    context.register,
    asking.officer,
    context.today,
    {
      partners: standFor(declining ? proposal.awaiting : [proposal.by]),
      roles: declining ? demands.signerRoles : demands.roles,
      act: `${command.act} ${proposal.fact.type}`,
    },
    asking.actingFor,
  );
  if (mandate instanceof Refusal) return mandate;
  if (isExpired(proposal, context.today)) return expired(proposal, context.today)!;
  return {
    partner: mandate.partner,
    role: mandate.role,
    events: [
      proposalEvent(declining ? 'ProposalDeclined' : 'ProposalWithdrawn', proposal.id, proposal, {
        reason: command.reason,
      }),
    ],
  };
}

/** The service ends a proposal that nobody can sign any more by an event, so that history shows when it ended. */
function lapse<State>(kind: Kind<State>, state: StreamState<State>, id: string, context: Context): Decision | Refusal {
  const proposal = openProposal(kind, state, id);
  if (proposal instanceof Refusal) return proposal;
  if (!expired(proposal, context.today)) {
    return refuse('proposal_ended', `Proposal ${id} has not expired on ${dayInWords(context.today)}.`);
  }
  return {
    partner: proposal.by,
    role: 'service',
    events: [proposalEvent('ProposalLapsed', id, proposal, {})],
  };
}

/**
 * Records a fact that only the service records, for the body that keeps the ledger. Throws for a fact that people post.
 */
function note<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  { type, data }: SentFact,
  context: Context,
): Decision | Refusal {
  const fact = factOf(kind, type);
  if (!fact.byService) throw new Error(`${type} is posted by officers, and not noted by the service.`);
  if (!kind.isOpen(state.own)) return kind.notOpen(state.stream);
  return (
    fact.check(data, state.own, context) ?? {
      partner: context.register.ledger!.keeper,
      role: 'service',
      events: [{ type: fact.name, version: fact.version, data }],
    }
  );
}
