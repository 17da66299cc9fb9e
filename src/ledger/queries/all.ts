import {
  compareQuery,
  gap,
  gapHistory,
  partnerPositionQuery,
  passDown,
  plan,
  position,
  statementQuery,
} from './figures.js';
import { proposal, proposals, registerProposal, registerProposals, registerTimeline, timeline } from './happenings.js';
import type { Query } from './query.js';
import { facts, fund, funds, partners, sources } from './reference.js';

/** Every question, in the order in which documentation and help list them. */
export const QUERIES: readonly Query[] = [
  funds,
  fund,
  position,
  partnerPositionQuery,
  gap,
  gapHistory,
  compareQuery,
  statementQuery,
  timeline,
  plan,
  passDown,
  proposals,
  proposal,
  registerProposals,
  registerProposal,
  registerTimeline,
  partners,
  sources,
  facts,
];
