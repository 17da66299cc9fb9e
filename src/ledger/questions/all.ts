import { agreement, withdrawals } from './fund/agreement.js';
import { approvalsQuery, contributions, instalmentsQuery, late, trace } from './fund/audit.js';
import { succession, successions } from './reference/bodies.js';
import { disputeClasses, disputeTreatments, settlement, settlements } from './disputes/dispute-books.js';
import { disputeCase, disputeCases, disputeOutcomes, disputes } from './disputes/disputes.js';
import {
  compareQuery,
  gap,
  gapHistory,
  partnerPositionQuery,
  passDown,
  plan,
  position,
  statementQuery,
} from './fund/figures.js';
import { find } from './find.js';
import { disputeEvent, fundEvent, registerEvent } from './event.js';
import { minimumTestsQuery } from './fund/minimum-tests.js';
import { allocations, grantSeries, nationalTotals, ruleSet, ruleSets } from './reference/published.js';
import { DISPUTE_CHOICES, FUND_CHOICES, REGISTER_CHOICES } from './choices.js';
import { DISPUTE_HAPPENINGS, FUND_HAPPENINGS, REGISTER_HAPPENINGS } from './happenings.js';
import { bridge, mediumTerm } from './area/medium-term.js';
import { memorandum, mirror } from './fund/memorandum.js';
import { DISPUTE_OPEN_ACTS, FUND_OPEN_ACTS, REGISTER_OPEN_ACTS } from './open-acts.js';
import { planYear } from './fund/plan-year.js';
import { proposalAnywhere } from './proposal.js';
import type { Query } from './question.js';
import { filedReturn, filedReturns, returnFiguresQuery } from './fund/returns.js';
import { rollForwardQuery } from './fund/roll-forward.js';
import { riskShare } from './fund/risk-share.js';
import { balances } from './fund/balances.js';
import { grantUse, monitoring, performance, reserves, supplierClasses } from './fund/spending.js';
import { officers, portfolio, tasks } from './tasks.js';
import { areas, facts, fund, funds, holidays, partners, protocols, sources } from './reference/reference.js';

/** Every question, in the order of documentation and help. */
export const QUERIES: readonly Query[] = [
  tasks,
  officers,
  portfolio,
  find,
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
  contributions,
  instalmentsQuery,
  approvalsQuery,
  late,
  trace,
  monitoring,
  grantUse,
  reserves,
  balances,
  performance,
  filedReturns,
  filedReturn,
  returnFiguresQuery,
  planYear,
  agreement,
  withdrawals,
  riskShare,
  memorandum,
  mirror,
  rollForwardQuery,
  ...FUND_HAPPENINGS,
  fundEvent,
  FUND_OPEN_ACTS,
  FUND_CHOICES,
  proposalAnywhere,
  areas,
  mediumTerm,
  bridge,
  succession,
  disputes,
  disputeCases,
  disputeCase,
  disputeOutcomes,
  disputeClasses,
  disputeTreatments,
  settlements,
  settlement,
  ...DISPUTE_HAPPENINGS,
  disputeEvent,
  DISPUTE_OPEN_ACTS,
  DISPUTE_CHOICES,
  ...REGISTER_HAPPENINGS,
  REGISTER_OPEN_ACTS,
  REGISTER_CHOICES,
  registerEvent,
  partners,
  successions,
  sources,
  allocations,
  ruleSets,
  ruleSet,
  nationalTotals,
  grantSeries,
  protocols,
  holidays,
  supplierClasses,
  facts,
];
