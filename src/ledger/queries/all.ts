import { agreement, riskShare, withdrawals } from './agreement.js';
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
import { DISPUTE_HAPPENINGS, FUND_HAPPENINGS, REGISTER_HAPPENINGS } from './happenings.js';
import { memorandum, mirror } from './memorandum.js';
import { planYear } from './plan-year.js';
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
  planYear,
  agreement,
  withdrawals,
  riskShare,
  memorandum,
  mirror,
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
  protocols,
  holidays,
  facts,
];
