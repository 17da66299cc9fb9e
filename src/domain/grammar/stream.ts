import { dayInWords, type Day } from '../calendar.js';
import { assign, drop, put } from './change.js';
import { factOf, type Kind, type StreamState } from './kind.js';
import type { Context, Fact } from './fact.js';
import type { FactData, FactText, LedgerEvent, SentFact } from './event.js';
import type { Preview } from './preview.js';
import { pounds } from '../money.js';
import type { Posting } from '../postings.js';
import {
  endingInWords,
  isExpired,
  isProposalEvent,
  PROPOSAL_EVENTS,
  proposalPostings,
  stillOpen,
  type OpenProposal,
  type ProposalEvent,
} from './proposal.js';
import { mandateFor, opening, SERVICE, type Mandate } from './mandate.js';
import type { Role } from '../roles.js';
import { inForce, rulesOf } from './rule-versions.js';
import { notTwice } from './same.js';
import { refuse, Refusal } from '../rules.js';
import { sameValue } from '../same-value.js';
import { awaitedBy, demandsOf, isBetween, namesNoEnded, standingFor, type Demands } from './sides.js';

/**
 * How every stream decides: a fact is posted, or it is proposed and answered, and nothing else ever happens.
 * Signing is generic: a fact's declaration says who acts and who signs; the steps are the same for all.
 */

/** The one function from an event to its postings. They sum to zero for every fact. Source: docs/decisions/shape.md. */
export function postingsOf<State>(kind: Kind<State>, event: { type: string; data: FactData }): Posting[] {
  return isProposalEvent(event)
    ? proposalPostings(event, (text, proposal) => proposedBy(kind, text, proposal))
    : factOf(kind, event.type).postings(event.data);
}

/** What a proposal of a fact puts on the table. */
export const proposedBy = <State>(kind: Kind<State>, { type, data }: SentFact, proposal: string): Posting[] =>
  factOf(kind, type).proposes?.(data, proposal) ?? [];

/** The proposal that an event is a step of, or that it takes off the table. */
export const answeredBy = <State>(
  kind: Kind<State>,
  event: { readonly type: string; readonly data: FactData },
): string | undefined =>
  isProposalEvent(event) ? event.data.proposal : factOf(kind, event.type).endsProposal?.(event.data);

// Evolve

/**
 * Moves a stream's state on by one event, in place; one that it has taken already changes nothing. Returns the event's
 * postings, so that nobody works them out twice.
 */
export function evolve<State>(kind: Kind<State>, state: StreamState<State>, event: LedgerEvent): Posting[] {
  const postings = postingsOf(kind, event);
  if (event.revision <= state.revision) return postings;
  evolveOwn(kind, state.own, event, postings);
  evolveTable(kind, state, event);
  return postings;
}

/** Moves on what is a kind's own, by an event with its postings. It needs nothing of what is on the table. */
export function evolveOwn<State>(
  kind: Kind<State>,
  own: State,
  event: LedgerEvent,
  postings = postingsOf(kind, event),
): void {
  kind.evolvePostings(own, postings, event.metadata.partner);
  if (isProposalEvent(event)) {
    if (event.type === 'ProposalAgreed') {
      const { signatures } = event.data;
      kind.evolveAgreed(
        own,
        signatures.map(({ partner }) => partner),
      );
    }
    return;
  }
  const fact = factOf(kind, event.type);
  fact.evolve(own, event.data, event);
  kind.evolveStanding(own, fact, event);
}

/** Passes over an event that is void: it counts as a revision, and as nothing else. */
export function passOver(table: Table, { revision }: Pick<LedgerEvent, 'revision'>): void {
  assign(table, 'last', revision);
}

/** A stream without what is its kind's own: how far it has come, and what is on the table. */
export type Table = Omit<StreamState<unknown>, 'own'>;

/** Moves on what is on the table, and how far the stream has come. It needs nothing of what is the kind's own. */
export function evolveTable<State>(kind: Kind<State>, table: Table, event: LedgerEvent): void {
  assign(table, 'revision', event.revision);
  assign(table, 'last', event.revision);
  if (isProposalEvent(event)) {
    evolveProposal(table, event, event);
    return;
  }
  const takenOff = factOf(kind, event.type).endsProposal?.(event.data);
  if (takenOff) end(table, takenOff, event.type, true);
  const restored = kind.restoresProposal(event);
  if (restored) {
    put(table.open, restored, { ...table.ended.get(restored)!.proposal!, revision: event.revision });
    drop(table.ended, restored);
  }
}

function end(state: Table, id: string, how: string, keep: boolean): void {
  const proposal = state.open.get(id)!;
  drop(state.open, id);
  put(state.ended, id, keep ? { how, proposal } : { how });
}

function evolveProposal(
  state: Table,
  step: ProposalEvent,
  { metadata, revision }: Pick<LedgerEvent, 'metadata' | 'revision'>,
): void {
  if (step.type === 'ProposalMade' || step.type === 'ProposalCountered') {
    const { data } = step;
    put(state.open, data.proposal, {
      id: data.proposal,
      fact: data.fact,
      signature: data.signature,
      by: metadata.partner,
      officer: metadata.officer,
      role: metadata.role,
      awaiting: data.awaiting,
      revision,
      rules: rulesOf(metadata),
      ...termsOf(data),
      ...(metadata.adjustment && { adjustment: metadata.adjustment }),
    });
  } else end(state, step.data.proposal, step.type, false);
}

// Decide

interface Terms {
  readonly conditions?: string;
  readonly expires?: Day;
}

interface Adjusting {
  readonly adjustment?: { readonly reason: string } | undefined;
}

export type Command =
  | ({ readonly act: 'post'; readonly fact: SentFact } & Adjusting)
  | ({ readonly act: 'propose'; readonly fact: SentFact } & Terms & Adjusting)
  | ({ readonly act: 'counter'; readonly proposal: string; readonly fact: SentFact } & Terms)
  | ({ readonly act: 'agree'; readonly proposal: string } & Adjusting)
  | { readonly act: 'decline' | 'withdraw'; readonly proposal: string; readonly reason: string }
  | { readonly act: 'lapse'; readonly proposal: string }
  | { readonly act: 'note'; readonly fact: SentFact };

/** What the service itself does, in nobody’s name. */
const BY_SERVICE: ReadonlySet<Command['act']> = new Set(['lapse', 'note']);

/** What whoever decides gives to a decision; the rest is of the stream and of the command. */
export type Given = Omit<Context, 'officer' | 'proposals' | 'answering' | 'adjustment' | 'area'>;

/** Who asks, and under which identifier a proposal would be known. */
interface Asking {
  readonly officer: string;
  readonly actingFor?: string | undefined;
  readonly newProposal: string;
}

export interface Decision {
  /** As they are read; what is stored of each is said in texts.ts. */
  readonly events: readonly FactText[];
  /** The capacity in which the officer acted, or the service itself. */
  readonly partner: string;
  readonly role: Role | 'service';
  readonly adjustment?: { readonly reason: string };
  /** What the fact that is posted, proposed or signed does to the tests that its stream is held to. */
  readonly preview?: Preview;
}

/**
 * Decides a command on the state of its stream. Returns the events to append, or the first rule that refuses, in the
 * order of the rules' table. It changes nothing: a refused command leaves no event.
 */
export function decide<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  command: Command,
  asking: Asking,
  context: Given,
): Decision | Refusal {
  const full = {
    officer: asking.officer,
    proposals: stillOpen(state.open, context.today),
    adjustment: adjustmentOf(state, command) !== undefined,
    area: kind.area(state.own),
    ...('proposal' in command && { answering: command.proposal }),
    ...context,
  };
  if (asking.officer === SERVICE && !BY_SERVICE.has(command.act) && inForce('officer_reserved', full)) {
    return refuse('not_mandated', `Nobody acts as ${SERVICE}: it is the name under which the service itself records.`);
  }
  switch (command.act) {
    case 'post':
    case 'propose':
      return begin(kind, state, command, asking, full);
    case 'counter':
      return counter(kind, state, command, asking, full);
    case 'agree':
      return agree(kind, state, command, asking, full);
    case 'decline':
    case 'withdraw':
      return close(kind, state, command, asking, full);
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

const adjusting = (adjustment: Adjusting['adjustment']) => (adjustment ? { adjustment } : {});

/** The same for an open proposal: who made it, or whom it waits for, may have ended since. */
const standingForProposed = <State>(kind: Kind<State>, { fact }: OpenProposal, context: Context) =>
  standingFor(factOf(kind, fact.type), fact.data, context);

/** What an open proposal asks for. That it can be told was seen when it was made; an original stands for ever. */
const demandsOfProposed = <State>(
  kind: Kind<State>,
  state: StreamState<State>,
  { fact }: OpenProposal,
  context: Context,
): Demands => demandsOf(factOf(kind, fact.type), fact.data, state.own, context);

/**
 * The rules that hold a fact to its stream, whoever posts it, when it is proposed and again when it is signed; and, where
 * they do hold, what it will do to the tests of the stream.
 */
function holds<State>(
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
const tableHolds = <State>(kind: Kind<State>, { own }: StreamState<State>, step: FactText, by: string) =>
  kind.limitsHold(own, postingsOf(kind, step), [], by);

/**
 * Whether the days of a fact can take it: what has happened is over, and the effective day is in the fund's year, and in an
 * open period or an adjustment of a closed one.
 */
function daysHold<State>(
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
  const closed = kind.isClosed(state.own, effective) && !fact.inClosedPeriods;
  if (closed && !adjustment) {
    return refuse('period_closed', `${dayInWords(effective)} is in a closed accounting period.`);
  }
  if (!closed && adjustment) {
    return refuse('adjustment_not_needed', `${dayInWords(effective)} is in no closed accounting period.`);
  }
  return undefined;
}

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
  // Where nobody can act because the fact refers to nothing, that is what the officer needs to hear.
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

  if (proposing && command.expires !== undefined && command.expires < context.today) {
    return refuse('expiry_passed', `The proposal could have been signed until ${dayInWords(command.expires)}.`);
  }
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
  const made = proposalEvent('ProposalMade', asking.newProposal, text, {
    signature: demands.signature,
    awaiting,
    ...termsOf(command),
  });
  return tableHolds(kind, state, made, mandate.partner) ?? { ...capacity, events: [made] };
}

/** Terms without the fields that are not given. */
export const termsOf = ({ conditions, expires }: { [Key in keyof Terms]: Terms[Key] | undefined }): Terms => ({
  ...(conditions !== undefined && { conditions }),
  ...(expires !== undefined && { expires }),
});

const proposalEvent = (type: ProposalEvent['type'], proposal: string, fact: FactText, more: object): FactText => ({
  type,
  version: PROPOSAL_EVENTS[type].version,
  data: { proposal, effective: fact.data.effective, fact, ...more },
});

/** The proposal that a command names, where it is still open, or why it is not. An expired one may wait for its lapse. */
function openProposal<State>(kind: Kind<State>, state: StreamState<State>, id: string): OpenProposal | Refusal {
  const proposal = state.open.get(id);
  if (proposal) return proposal;
  const ended = state.ended.get(id);
  return ended
    ? refuse('proposal_ended', `Proposal ${id} has ended: ${endingInWords(ended.how, kind.byName)}.`)
    : refuse('proposal_unknown', `There is no proposal ${id} here.`);
}

const expired = (proposal: OpenProposal, today: Day): Refusal | undefined =>
  proposal.expires !== undefined && proposal.expires < today
    ? refuse('proposal_expired', `Proposal ${proposal.id} could be signed until ${dayInWords(proposal.expires)}.`)
    : undefined;

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
  command: Extract<Command, { act: 'agree' }>,
  asking: Asking,
  context: Context,
): Decision | Refusal {
  const proposal = openProposal(kind, state, command.proposal);
  if (proposal instanceof Refusal) return proposal;
  const fact = factOf(kind, proposal.fact.type);
  const { data } = proposal.fact;
  const demands = demandsOfProposed(kind, state, proposal, context);
  const standFor = standingForProposed(kind, proposal, context);
  const mandate = answering(proposal, standFor(proposal.awaiting), demands, 'sign', asking, context);
  if (mandate instanceof Refusal) return mandate;
  if (!isBetween(demands, standFor([proposal.by]), mandate.partner)) {
    return refuse('changed_since_proposed', `${proposal.by} and ${mandate.partner} are not its two sides any more.`);
  }
  const refusal =
    expired(proposal, context.today) ??
    daysHold(kind, state, fact, data, context) ??
    stillRestsOn(kind, state, proposal, context);
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
      proposalEvent('ProposalAgreed', proposal.id, proposal.fact, {
        signatures,
        ...termsOf({ conditions: proposal.conditions, expires: undefined }),
      }),
      proposal.fact,
    ],
  };
}

/** What a decision added to the text when it was proposed must still be so: nobody signs a figure that has moved. */
function stillRestsOn<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  proposal: OpenProposal,
  context: Context,
): Refusal | undefined {
  const fact = factOf(kind, proposal.fact.type);
  if (!fact.complete) return undefined;
  const { data } = proposal.fact;
  const sent = Object.fromEntries(
    Object.keys(fact.input.shape).flatMap((key) => (key in data ? [[key, data[key]]] : [])),
  );
  // What an older version said is worked out by the rules of its day, to which it is brought up to date.
  const rules = proposal.fact.stored ? proposal.rules : context.rules;
  const now = fact.complete(sent, state.own, { ...context, rules });
  if (now instanceof Refusal) return now;
  const moved = Object.keys({ ...data, ...now }).find((key) => !sameValue(now[key], data[key]));
  return moved === undefined
    ? undefined
    : refuse('changed_since_proposed', `The "${moved}" that the proposal of ${fact.name} rests on has changed.`);
}

function counter<State>(
  kind: Kind<State>,
  state: StreamState<State>,
  command: Extract<Command, { act: 'counter' }>,
  asking: Asking,
  context: Context,
): Decision | Refusal {
  const proposal = openProposal(kind, state, command.proposal);
  if (proposal instanceof Refusal) return proposal;
  const fact = factOf(kind, command.fact.type);
  const { data } = command.fact;
  const demands = demandsOfProposed(kind, state, proposal, context);
  const standFor = standingForProposed(kind, proposal, context);
  const mandate = answering(proposal, standFor(proposal.awaiting), demands, 'counter', asking, context);
  if (mandate instanceof Refusal) return mandate;
  if (proposal.signature !== 'other-side' || !factOf(kind, proposal.fact.type).subject) {
    return refuse('not_countered', `${proposal.fact.type} is signed or declined as it stands.`);
  }
  if (fact.name !== proposal.fact.type || fact.subject!(data) !== fact.subject!(proposal.fact.data)) {
    return refuse('counter_differs', `On the table is ${proposal.fact.type}; the counter speaks of something else.`);
  }
  const completed = (fact.complete ? fact.complete(data, state.own, context) : data) as FactData | Refusal;
  // What is offered instead may be about more, or bind others: it is held to what it asks for itself.
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
  if (preview instanceof Refusal) return preview;
  const text: FactText = { type: fact.name, version: fact.version, data: completed };
  const countered = proposalEvent('ProposalCountered', proposal.id, text, {
    replaces: proposal.fact,
    signature: demands.signature,
    awaiting: standFor([proposal.by]),
    ...termsOf(command),
  });
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
  command: Extract<Command, { act: 'decline' | 'withdraw' }>,
  asking: Asking,
  context: Context,
): Decision | Refusal {
  const proposal = openProposal(kind, state, command.proposal);
  if (proposal instanceof Refusal) return proposal;
  const demands = demandsOfProposed(kind, state, proposal, context);
  const declining = command.act === 'decline';
  const standFor = standingForProposed(kind, proposal, context);
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
      proposalEvent(declining ? 'ProposalDeclined' : 'ProposalWithdrawn', proposal.id, proposal.fact, {
        reason: command.reason,
      }),
    ],
  };
}

/** The service itself ends what nobody can sign any more, as an event, so that history shows when. */
function lapse<State>(kind: Kind<State>, state: StreamState<State>, id: string, context: Context): Decision | Refusal {
  const proposal = openProposal(kind, state, id);
  if (proposal instanceof Refusal) return proposal;
  if (!expired(proposal, context.today)) {
    return refuse('proposal_ended', `Proposal ${id} has not expired on ${dayInWords(context.today)}.`);
  }
  return {
    partner: proposal.by,
    role: 'service',
    events: [proposalEvent('ProposalLapsed', id, proposal.fact, {})],
  };
}

/** What the service itself has to say, for the body that keeps the ledger. Throws where it is a fact that people post. */
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
