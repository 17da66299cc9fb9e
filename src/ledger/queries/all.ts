import {
  disputeCase,
  disputeCases,
  disputeClasses,
  disputeOutcomes,
  disputes,
  disputeTreatments,
  settlement,
  settlements,
} from './disputes.js';
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
import { minimumTestsQuery } from './minimum-tests.js';
import { allocations, grantSeries, nationalTotals, ruleSet, ruleSets } from './published.js';
import { DISPUTE_HAPPENINGS, FUND_HAPPENINGS, REGISTER_HAPPENINGS } from './happenings.js';
import type { Query } from './query.js';
import { areas, facts, fund, funds, holidays, partners, protocols, sources } from './reference.js';

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
  plan,
  passDown,
  minimumTestsQuery,
  ...FUND_HAPPENINGS,
  areas,
  disputes,
  disputeCases,
  disputeCase,
  disputeOutcomes,
  disputeClasses,
  disputeTreatments,
  settlements,
  settlement,
  ...DISPUTE_HAPPENINGS,
  ...REGISTER_HAPPENINGS,
  partners,
  sources,
  allocations,
  ruleSets,
  ruleSet,
  nationalTotals,
  grantSeries,
  protocols,
  holidays,
  facts,
];
