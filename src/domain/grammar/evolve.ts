import { assign, drop, put } from './change.js';
import type { FactData, LedgerEvent, SentFact } from './event.js';
import { factOf, type Kind, type StreamState } from './kind.js';
import {
  endedUnsigned,
  dealMade,
  dealSigned,
  isProposalEvent,
  offeredAs,
  proposalPostings,
  signersIn,
  textsOf,
  type DealState,
  type OpenProposal,
  type ProposalEvent,
} from './proposal.js';
import type { Posting } from '../postings.js';
import { rulesOf } from './rule-versions.js';
import { termsOf } from './command.js';

/** How an event moves the state of its stream on, and what it posts. It decides nothing. */

/** The one function from an event to its postings. They sum to zero for every fact. Source: docs/decisions/shape.md. */
export function postingsOf<State>(kind: Kind<State>, event: { type: string; data: FactData }): Posting[] {
  return isProposalEvent(event)
    ? proposalPostings(event, (text, proposal) => proposedBy(kind, text, proposal))
    : factOf(kind, event.type).postings(event.data);
}

/** What a proposal of one fact puts on the table. */
export const proposedBy = <State>(kind: Kind<State>, { type, data }: SentFact, proposal: string): Posting[] =>
  factOf(kind, type).proposes?.(data, proposal) ?? [];

/** The proposal whose terms an event changes, or that it takes off the table. */
export function answeredBy<State>(
  kind: Kind<State>,
  event: { readonly type: string; readonly data: FactData },
): string | undefined {
  if (!isProposalEvent(event)) return factOf(kind, event.type).endsProposal?.(event.data);
  // A signature under a deal, while others are missing, leaves its terms on the table.
  return event.type === 'ProposalSigned' ? undefined : event.data.proposal;
}

/**
 * Updates a stream's state by one event, in place; an event already taken changes nothing. Returns the event's
 * postings, so that they are computed once.
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
    if (event.type === 'ProposalAgreed') kind.evolveAgreed(own, signersIn(event));
    return;
  }
  const fact = factOf(kind, event.type);
  fact.evolve(own, event.data, event);
  kind.evolveStanding(own, fact, event);
}

/** Skips a void event: only the revision advances. */
export function passOver(table: Table, { revision }: Pick<LedgerEvent, 'revision'>): void {
  assign(table, 'last', revision);
}

/** A stream without what is its kind's own: how far it has come, and what is on the table. */
export type Table = Omit<StreamState<unknown>, 'own'>;

/** Whether an event may change what is on the table. Most facts do not. */
export const movesTable = <State>(kind: Kind<State>, event: Pick<LedgerEvent, 'type' | 'data'>): boolean =>
  isProposalEvent(event) ||
  factOf(kind, event.type).endsProposal?.(event.data) !== undefined ||
  kind.restoresProposal(event as LedgerEvent) !== undefined;

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

/** The bodies that made a proposal, must sign it or have signed it. */
export const sidesOf = ({ by, awaiting, deal }: OpenProposal): string[] => [
  ...new Set([by, ...awaiting, ...bodiesOf(deal?.needs ?? []), ...(deal?.given ?? []).map(({ partner }) => partner)]),
];

function end(state: Table, id: string, how: string, keep: boolean): void {
  const proposal = state.open.get(id)!;
  drop(state.open, id);
  put(state.ended, id, { how, ...(keep && { proposal }), ...(!endedUnsigned(how) && { sides: sidesOf(proposal) }) });
}

function evolveProposal(
  state: Table,
  step: ProposalEvent,
  { metadata, revision }: Pick<LedgerEvent, 'metadata' | 'revision'>,
): void {
  if (step.type === 'ProposalMade' || step.type === 'ProposalCountered') {
    const { data } = step;
    const { officer, partner, role } = metadata;
    put(state.open, data.proposal, {
      id: data.proposal,
      ...offeredAs(textsOf(data)),
      signature: data.signature,
      by: partner,
      officer,
      role,
      awaiting: data.awaiting,
      revision,
      rules: rulesOf(metadata),
      ...termsOf(data),
      ...dealMade(data, metadata),
      ...(data.otherHalf && { otherHalf: data.otherHalf }),
      ...(metadata.adjustment && { adjustment: metadata.adjustment }),
    });
    if (data.otherHalf && step.type === 'ProposalMade') put(state.halves, data.proposal, data.otherHalf);
  } else if (step.type === 'ProposalSigned') {
    const { proposal, needs } = step.data;
    const open = state.open.get(proposal)!;
    put(state.open, proposal, {
      ...open,
      awaiting: bodiesOf(needs),
      deal: dealSigned(open.deal!, step.data),
      ...(metadata.adjustment && { adjustment: metadata.adjustment }),
    });
  } else end(state, step.data.proposal, step.type, false);
}

/** Every body that one of the signatures may come from. */
export const bodiesOf = (needs: DealState['needs']): string[] => [...new Set(needs.flatMap(({ bodies }) => bodies))];
